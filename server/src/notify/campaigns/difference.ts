/** What an approval would change: this campaign against the one of its incident that was approved before. */
import { type CampaignDifference, ForthrightError, type NoticeStatement } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import type { Asked } from '../../prove/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { type Apart, type ApartBlock, languageOf, wordsOf } from '../compose/index.ts';
import { peopleOf } from './people.store.ts';
import { writerOf } from './prepare.ts';
import { statementOf } from './show.ts';
import { campaignsOf, cohortsOf } from './store.ts';
import type { Campaign, Mailing } from './types.ts';
import type { Writer } from './writer.ts';

type Options = Readonly<{ workspace: string | undefined; mailing: Mailing | undefined }>;
type Text = CampaignDifference['texts'][number];
type Notice = CampaignDifference['notices'][number];

/** So many people are looked through for one of each language and status. */
const MOST_LOOKED = 5000;
const PAGE = 1000;

export async function differenceOf(
  asked: Asked,
  campaign: Campaign,
  options: Options,
): Promise<CampaignDifference> {
  const before = await approvedBefore(asked.db, campaign);
  const [statement, earlier] = [
    await statementOf(asked.db, campaign),
    before === undefined ? null : await statementOf(asked.db, before),
  ];
  const with_ = { db: asked.db, ...options };
  const writer = await writerOf(campaign, with_, campaign.day ?? asked.now());
  // Its people or texts may have been erased since; then there is nothing to compare notices with.
  const old =
    before === undefined || before.day === undefined
      ? undefined
      : await writerOf(before, with_, before.day).catch((error: unknown) => {
          if (error instanceof ForthrightError) return undefined;
          throw error;
        });
  return {
    campaign: campaign.id,
    before:
      before === undefined
        ? null
        : {
            campaign: before.id,
            approvedBy: before.approvedBy ?? '',
            hash: before.hash ?? '',
            isReadable: old !== undefined,
          },
    figures: figuresOf(campaign, before),
    texts: textsOf(earlier, statement),
    notices: await noticesOf(asked.db, campaign, { writer, old }),
  };
}

async function approvedBefore(reads: Reads, { incident, entry }: Campaign): Promise<Campaign | undefined> {
  const all = await campaignsOf(reads, { incident });
  return all.filter((one) => one.approvedBy !== undefined && one.entry < entry).at(-1);
}

function figuresOf(now: Campaign, before: Campaign | undefined): CampaignDifference['figures'] {
  const of = (name: string, read: (campaign: Campaign) => string | number | undefined) => ({
    of: name,
    before: before === undefined ? null : (read(before) ?? null),
    now: read(now) ?? null,
  });
  return [
    of('people', ({ people }) => people),
    of('messages', ({ messages }) => messages),
    of('addresses', ({ addresses }) => addresses),
    of('letters', ({ letters }) => letters),
    of('cohort', ({ cohort }) => cohort),
    of('run', ({ runJob }) => runJob),
    of('from', ({ letterhead }) => letterhead && `${letterhead.name} <${letterhead.address}>`),
    of('replyTo', ({ letterhead }) => letterhead?.replyTo),
    of('duties', ({ duties }) => duties?.join(', ')),
  ];
}

/** Everything typed in a statement, by its place and language. */
function typedIn(
  statement: NoticeStatement | null,
): Map<string, Omit<Text, 'before' | 'now'> & { text: string }> {
  const found = new Map<string, Omit<Text, 'before' | 'now'> & { text: string }>();
  const walk = (at: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (typeof value !== 'object') {
      const [, place = at, language] = /^(texts\..+)\.([a-z]{2,3}(?:-[A-Za-z-]+)?)$/.exec(at) ?? [];
      found.set(at, { at: place, language: language ?? null, text: String(value) });
    } else if (Array.isArray(value)) for (const [i, one] of value.entries()) walk(`${at}[${i}]`, one);
    else for (const [key, one] of Object.entries(value)) walk(at === '' ? key : `${at}.${key}`, one);
  };
  walk('', statement);
  return found;
}

function textsOf(before: NoticeStatement | null, now: NoticeStatement | null): Text[] {
  const [old, own] = [typedIn(before), typedIn(now)];
  return [...new Set([...own.keys(), ...old.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), own.get(key)];
    const found = is ?? was;
    if (found === undefined || was?.text === is?.text) return [];
    return [{ at: found.at, language: found.language, before: was?.text ?? null, now: is?.text ?? null }];
  });
}

type Example = Readonly<{ id: string; facts: CohortRow }>;

async function noticesOf(
  reads: Reads,
  campaign: Campaign,
  { writer, old }: Readonly<{ writer: Writer; old: Writer | undefined }>,
): Promise<Notice[]> {
  const wanted = new Map<string, number>();
  for (const { language, status, people } of await cohortsOf(reads, campaign.id)) {
    const key = `${language} ${status}`;
    wanted.set(key, (wanted.get(key) ?? 0) + people);
  }
  const examples = await examplesOf(reads, campaign, { writer, wanted: new Set(wanted.keys()) });
  return [...examples]
    .map(([key, { id, facts }]): Notice => {
      const [language = '', status] = key.split(' ');
      const now = writer.apart(facts);
      const blocks = compared(old === undefined ? undefined : saidBy(old, facts), now.blocks);
      return {
        language,
        status: status === 'exposed' ? 'exposed' : 'unknown',
        people: wanted.get(key) ?? 0,
        person: id,
        name: facts.name,
        subject: [...now.subject],
        blocks,
        isChanged: blocks.some(({ change }) => change !== 'same'),
      };
    })
    .sort(
      (a, b) =>
        b.people - a.people || a.status.localeCompare(b.status) || a.language.localeCompare(b.language),
    );
}

/** What the earlier campaign would have said to them; undefined when it lacked what it needed for them. */
function saidBy(old: Writer, facts: CohortRow): Apart | undefined {
  try {
    return old.apart(facts);
  } catch {
    return undefined;
  }
}

async function examplesOf(
  reads: Reads,
  campaign: Campaign,
  { writer, wanted }: Readonly<{ writer: Writer; wanted: ReadonlySet<string> }>,
): Promise<Map<string, Example>> {
  const found = new Map<string, Example>();
  let after: string | undefined;
  for (let looked = 0; looked < MOST_LOOKED && found.size < wanted.size; looked += PAGE) {
    const page = await peopleOf(reads, campaign.id, {
      most: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { id, facts } of page) {
      if (facts === null) continue;
      const { language } = languageOf(facts.language, writer.languages, writer.fallback);
      const key = `${language} ${facts.status}`;
      if (wanted.has(key) && !found.has(key)) found.set(key, { id, facts });
    }
    after = page.at(-1)?.id;
    if (page.length < PAGE) break;
  }
  return found;
}

/** Blocks of now among those that are gone, in reading order: the longest common run stays, the rest is new or gone. */
export function compared(
  before: Pick<Apart, 'blocks'> | undefined,
  now: readonly ApartBlock[],
): Notice['blocks'] {
  const shown = ({ is, pieces }: ApartBlock, change: 'same' | 'new' | 'gone') => ({
    is,
    pieces: [...pieces],
    change,
  });
  if (before === undefined) return now.map((block) => shown(block, 'new'));
  const key = ({ is, pieces }: ApartBlock) => `${is} ${wordsOf(pieces)}`;
  const [old, own] = [before.blocks.map(key), now.map(key)];
  const longest: number[][] = Array.from({ length: old.length + 1 }, () => new Array(own.length + 1).fill(0));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = own.length - 1; j >= 0; j -= 1) {
      const row = longest[i];
      if (row !== undefined)
        row[j] = old[i] === own[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const blocks: Notice['blocks'] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < own.length) {
    const [was, is] = [before.blocks[i], now[j]];
    if (was !== undefined && is !== undefined && old[i] === own[j]) {
      blocks.push(shown(is, 'same'));
      i += 1;
      j += 1;
    } else if (was !== undefined && (is === undefined || at(i + 1, j) >= at(i, j + 1))) {
      blocks.push(shown(was, 'gone'));
      i += 1;
    } else if (is !== undefined) {
      blocks.push(shown(is, 'new'));
      j += 1;
    }
  }
  return blocks;
}
