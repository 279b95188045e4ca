/** The texts of public pages: those of their own, and those of notices that a page says in the same words. */
import { fileURLToPath } from 'node:url';
import { LEAK_KINDS, PAGE_SECTIONS } from '@forthright/contract';
import {
  FACTS,
  type Language,
  type Languages,
  type MessageKey,
  ownLanguages,
  readTexts,
  type Texted,
} from '../../notify/index.ts';

/** What a page may say beside the facts of notices. */
export const PAGE_FACTS = {
  ...FACTS,
  country: 'text',
  countries: 'text',
  field: 'text',
  section: 'text',
  because: 'text',
  until: 'instant',
  run: 'text',
  file: 'text',
  sum: 'text',
} as const satisfies Record<string, 'text' | 'instant' | 'number'>;
export type PageFact = keyof typeof PAGE_FACTS;

const each = <P extends string, K extends string>(prefix: P, names: readonly K[]) =>
  Object.fromEntries(names.map((name) => [`${prefix}.${name}`, []])) as unknown as Record<
    `${P}.${K}`,
    readonly PageFact[]
  >;

/** Every text of a page with the facts that each language must say. */
export const PAGE_TEXTS = {
  title: ['organisation'],
  lead: ['today'],
  ...each('kind', LEAK_KINDS),
  'what.place': ['place'],
  'howMany.unidentified': ['number'],
  'whom.countries': ['countries'],
  'whom.country': ['country', 'number'],
  'whom.elsewhere': ['number'],
  'data.shown': [],
  'data.field': ['field', 'number'],
  'where.items': ['number'],
  'howLong.seen': ['first', 'last'],
  'open.people': ['unknown', 'nextBy'],
  'open.gaps': ['stretches'],
  'open.section': ['section', 'because', 'until'],
  'open.none': [],
  notYet: ['because', 'until'],
  'notices.count': ['number'],
  'notices.none': [],
  ...each('heading', [...PAGE_SECTIONS, 'notices', 'questions', 'changes', 'editions', 'proof'] as const),
  'q.mine': [],
  'a.mine': ['legalName', 'contact'],
  'q.genuine': [],
  'a.genuine': ['domain'],
  'changes.since': ['number'],
  'changes.none': [],
  'changes.added': [],
  'changes.removed': [],
  'edition.name': ['number', 'at'],
  'edition.newest': [],
  'proof.how': ['file', 'sum'],
  'proof.entry': ['number'],
  'proof.waiting': [],
  'proof.checkpoint': [],
  'file.edition': [],
  'file.record': [],
  'file.text': [],
  'file.press': [],
  'file.entry': [],
  'file.proof': [],
  feed: [],
  figures: ['run', 'file'],
  'index.title': [],
  'index.lead': [],
  skip: [],
  languages: [],
  'check.link': [],
} as const satisfies Record<string, readonly PageFact[]>;
export type PageKey = keyof typeof PAGE_TEXTS;

export type PageLanguage = Texted<PageKey | MessageKey> & Pick<Language, 'elements'>;
export type PageLanguages = ReadonlyMap<string, PageLanguage>;

const OWN = new URL('languages/', import.meta.url);
let read: Promise<PageLanguages> | undefined;

/** Every language that notices have, in the order of their codes. */
export function pageLanguages(): Promise<PageLanguages> {
  read ??= readAll();
  return read;
}

async function readAll(): Promise<PageLanguages> {
  const languages: Languages = await ownLanguages();
  const all = await Promise.all(
    [...languages].map(async ([code, language]) => {
      const path = fileURLToPath(new URL(`${code}.yaml`, OWN));
      const { messages } = await readTexts<PageKey>(path, { must: PAGE_TEXTS, facts: PAGE_FACTS });
      const page: PageLanguage = { ...language, messages: { ...language.messages, ...messages } };
      return [code, page] as const;
    }),
  );
  return new Map(all);
}
