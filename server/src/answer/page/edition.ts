/** The files of an edition, byte for byte: made when it is prepared, again when it is approved, and never changed after. Pure. */
import { createHash } from 'node:crypto';
import { words } from '../../notify/index.ts';
import { differenceOf } from './difference.ts';
import { articleOf, changesOf, pageOf, questionsOf, sectionOf } from './html.ts';
import { type Labels, labelsOf } from './labels.ts';
import { recordOf } from './record.ts';
import type { PageLanguages } from './texts.ts';
import type { EditionFiles, EditionText, PageFacts, PageText } from './types.ts';
import { composePage, plain } from './words.ts';

export const EDITION_FILE = 'edition.json';
export const TEXT_FILE = 'text.json';
export const RECORD_FILE = 'record.jsonld';
export const pressFile = (language: string): string => `press.${language}.txt`;
export const pageFile = (language: string): string => `${language}.html`;
export const feedFile = (language: string, kind: 'xml' | 'json'): string => `feed.${language}.${kind}`;

export type Before = Readonly<{ hash: string; text: EditionText }>;
export type MadeEdition = Readonly<{ files: EditionFiles; hash: string; text: EditionText }>;

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** `before`: the edition that was published last. */
export function makeEdition(
  facts: PageFacts,
  languages: PageLanguages,
  before: Before | undefined,
): MadeEdition {
  const { address, number, base, today, run, common, notices } = facts;
  const composed = new Map([...languages].map(([code, language]) => [code, composePage(facts, language)]));
  const date = new Date(today).toISOString();
  const text: EditionText = {
    schema: 'forthright/edition-text/1',
    address,
    number,
    date,
    base,
    organisation: common.organisation.value,
    zone: common.zone.value,
    country: facts.country,
    languages: Object.fromEntries(
      [...composed].map(([code, { text: page }]) => [
        code,
        before === undefined ? page : { ...page, changes: changesSince(before.text, page, code) },
      ]),
    ),
  };
  const files = new Map<string, string>();
  for (const [code, language] of languages) {
    const page = text.languages[code] as PageText;
    const labels = labelsOf(language, text);
    files.set(pageFile(code), editionPage({ text, page, labels, languages: [...languages.keys()], before }));
    files.set(pressFile(code), page.press);
  }
  const said = composed.get('en') ?? [...composed.values()][0];
  files.set(RECORD_FILE, json(recordOf(facts, text.languages, said?.facts ?? [])));
  files.set(TEXT_FILE, json(text));
  const manifest = json({
    schema: 'forthright/edition/1',
    address,
    number,
    date,
    run,
    before: before?.hash ?? null,
    notices: notices.map(({ batch, leaves, entry }) => ({ batch, leaves: leaves.value, entry })),
    files: Object.fromEntries([...files].map(([path, content]) => [path, sha256(content)]).toSorted()),
  });
  files.set(EDITION_FILE, manifest);
  return { files, hash: sha256(manifest), text };
}

/** Sections whose words differ; one that was there and is not any more is all removed. */
function changesSince(
  before: EditionText,
  page: PageText,
  language: string,
): NonNullable<PageText['changes']> {
  const old = before.languages[language];
  const parts = (text: PageText | undefined): Map<string, string> =>
    new Map([
      ...(text?.sections ?? []).map(
        ({ heading, blocks }) => [heading, blocks.map(plain).join('\n')] as const,
      ),
      ...(text?.questions ?? []).map(({ question, answer }) => [question, answer.join('\n')] as const),
    ]);
  const [was, is] = [parts(old), parts(page)];
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((heading) => {
    const [a, b] = [was.get(heading) ?? '', is.get(heading) ?? ''];
    return a === b ? [] : [{ heading, pieces: differenceOf(a, b, language) }];
  });
}

type Given = Readonly<{
  text: EditionText;
  page: PageText;
  labels: Labels;
  languages: readonly string[];
  before: Before | undefined;
}>;

function editionPage({ text, page, labels, languages, before }: Given): string {
  const { language, isRightToLeft, say } = labels;
  const link = (href: string, words_: string) => `<a href="${href}">${words(words_)}</a>`;
  const number = text.number;
  const changes =
    before === undefined
      ? ''
      : sectionOf(say('heading.changes'), changesOf(page, labels.changes(before.text.number)));
  const proof = `<p>${words(say('proof.how', { file: EDITION_FILE, sum: 'SHA-256' }))}</p>
<ul>
<li>${link(EDITION_FILE, say('file.edition'))}</li>
<li>${link('entry.json', say('file.entry'))}</li>
<li>${link('proof.tlog', say('file.proof'))}</li>
<li>${link(RECORD_FILE, say('file.record'))}</li>
<li>${link(TEXT_FILE, say('file.text'))}</li>
<li>${link(pressFile(language), say('file.press'))}</li>
</ul>`;
  const name = say('edition.name', { number, at: Date.parse(text.date) });
  const newest = `<p>${words(name)}. ${link(`../${pageFile(language)}`, say('edition.newest'))}</p>`;
  return pageOf(
    {
      language,
      isRightToLeft,
      title: page.title,
      organisation: text.organisation,
      skip: say('skip'),
      languages: say('languages'),
      others: languages.map((other) => ({ language: other, href: pageFile(other) })),
      links: [
        { rel: 'alternate', type: 'application/ld+json', href: RECORD_FILE, title: say('file.record') },
      ],
    },
    [
      newest,
      articleOf(page),
      questionsOf(say('heading.questions'), page.questions),
      changes,
      sectionOf(say('heading.proof'), proof),
    ].join('\n'),
  );
}
