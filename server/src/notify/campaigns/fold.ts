/**
 * Folds files of the sending journal into the records: what happened to each message, where its people are now, and the
 * file's hash in the register, all in one deed. The file holds addresses and is deleted then.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { recordUpon } from '../../incident/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { type Asked, deed } from '../../prove/index.ts';
import type { JournalRecord, Segment } from '../send/index.ts';
import type { PersonEvent } from '../states.ts';
import { eventsHash } from './hashes.ts';
import { eventsAfter, insertEvents, type NewEvent, noteAttempts } from './messages.store.ts';
import { movePeopleAlong } from './people.store.ts';
import { DOUBT_MS } from './rules.ts';
import { findCampaign } from './show.ts';
import { foldedHash, holdsFence, insertCampaignMove, insertSegment, setFolded } from './store.ts';
import type { Campaign } from './types.ts';

/** Tried again so much later when the connection broke before anything was handed over. */
const BROKEN_MS = 60_000;
/** More rows in one statement gain nothing. */
const AT_ONCE = 5000;

const EVENT_OF: Readonly<Record<JournalRecord['kind'], PersonEvent>> = {
  released: 'release',
  accepted: 'accept',
  refused: 'refuse',
  deferred: 'defer',
  'broken-before-dot': 'break',
  'in-doubt': 'lose',
};

export type Folding = Readonly<{ asked: Asked; campaign: Campaign; fence: number; folder: string }>;
export type Closed = Readonly<{ segment: Segment; records: readonly JournalRecord[] }>;

/**
 * Folds one file in and deletes it; safe to call again after a crash. Refuses as `sending-fenced` whoever lost the right to
 * send, and as `journal-damaged` a file that is another one than was folded in before.
 */
export async function foldSegment(folding: Folding, closed: Closed): Promise<void> {
  const { asked, campaign, folder } = folding;
  const { name, sha256, fence } = closed.segment;
  const before = await foldedHash(asked.db, { campaign: campaign.id, fence, name });
  if (before !== undefined && before !== sha256)
    throw new ForthrightError(
      'journal-damaged',
      `The sending journal ${name} is not the one that stands in the register; nothing is sent until a person has looked.`,
    );
  // A file without a record has nothing to tell: begun, and ended at once.
  if (before === undefined && closed.records.length > 0) await deed(asked, (tx) => fold(tx, folding, closed));
  await rm(join(folder, name), { force: true });
}

async function fold(
  tx: Tx,
  { asked, campaign, fence }: Folding,
  { segment, records }: Closed,
): Promise<void> {
  const { id } = campaign;
  if (!(await holdsFence(tx, id, fence))) throw fencedOff();
  const what = happened(records, asked.now());
  const { events } = what;
  for (const some of chunks(events)) await insertEvents(tx, id, some);
  for (const messages of Map.groupBy(what.messages, ({ path }) => path.join()).values())
    for (const some of chunks(messages)) await movePeopleAlong(tx, id, some[0]?.path ?? [], some);
  for (const some of chunks(what.messages)) await noteAttempts(tx, id, some);
  const { name, sha256, bytes, isTorn } = segment;
  const entry = await stateEvents(tx, campaign, {
    fence,
    segment: { name, under: segment.fence, sha256, bytes, records: records.length, isTorn },
  });
  await insertSegment(tx, { campaign: id, fence: segment.fence, name, sha256, entry });
  await insertCampaignMove(tx, id, entry, 'fold');
}

/** Puts what happened since the last time into the register by its hash; the entry. */
async function stateEvents(
  tx: Tx,
  { id, incident }: Campaign,
  facts: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { folded } = await findCampaign(tx, incident, id);
  const events = await eventsAfter(tx, id, folded);
  const counts: Record<string, number> = {};
  for (const { event } of events) counts[event] = (counts[event] ?? 0) + 1;
  const last = Number(events.at(-1)?.seq ?? folded);
  const entry = await recordUpon(tx, {
    incident,
    kind: 'sending-folded',
    act: 'campaign',
    facts: {
      campaign: id,
      ...facts,
      from: folded + 1,
      to: last,
      events: eventsHash(events),
      counts,
    } as never,
  });
  await setFolded(tx, id, last);
  return entry;
}

/** The same for what no file of the journal told, as when messages are found in doubt: what `work` moves, and its entry. */
export function foldMoved(
  { asked, campaign, fence }: Omit<Folding, 'folder'>,
  work: (tx: Tx, at: Date) => Promise<readonly NewEvent[]>,
): Promise<void> {
  return deed(asked, async (tx, at) => {
    await insertEvents(tx, campaign.id, await work(tx, at));
    const entry = await stateEvents(tx, campaign, { fence });
    await insertCampaignMove(tx, campaign.id, entry, 'fold');
  });
}

/** What `sending-begun` found in doubt stands in the register by its hash, too. */
export async function foldRest(asked: Asked, campaign: Campaign, fence: number): Promise<void> {
  const { folded } = await findCampaign(asked.db, campaign.incident, campaign.id);
  if ((await eventsAfter(asked.db, campaign.id, folded, 1)).length === 0) return;
  await foldMoved({ asked, campaign, fence }, async () => []);
}

const fencedOff = (): ForthrightError =>
  new ForthrightError('sending-fenced', 'The campaign was taken over by another process.');

function* chunks<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += AT_ONCE) yield all.slice(at, at + AT_ONCE);
}

type Happened = {
  n: number;
  path: PersonEvent[];
  at: Date;
  firstAt: Date;
  releases: number;
  dateMs: number | null;
  due: Date | null;
};

/** By message, and in its order. The journal goes by the machine's clock, the records by the program's. */
function happened(
  records: readonly JournalRecord[],
  now: Date,
): { events: NewEvent[]; messages: readonly Happened[] } {
  const aheadMs = now.getTime() - Date.now();
  const byMessage = new Map<number, Happened>();
  const events: NewEvent[] = [];
  for (const record of records) {
    const n = Number(record.id);
    const at = new Date(record.atMs + aheadMs);
    const event = EVENT_OF[record.kind];
    events.push({ n, event, at, status: record.status, said: record.why });
    const found = byMessage.get(n) ?? { n, path: [], at, firstAt: at, releases: 0, dateMs: null, due: null };
    byMessage.set(n, found);
    found.path.push(event);
    found.at = at;
    found.due = dueAfter(record, at);
    if (record.kind !== 'released') continue;
    found.releases += 1;
    found.dateMs ??= record.dateMs ?? null;
  }
  return { events, messages: [...byMessage.values()] };
}

function dueAfter({ kind, notBeforeMs = 0, atMs }: JournalRecord, at: Date): Date | null {
  const later = (ms: number) => new Date(at.getTime() + ms);
  switch (kind) {
    case 'deferred':
      return later(Math.max(0, notBeforeMs - atMs));
    case 'broken-before-dot':
      return later(BROKEN_MS);
    case 'in-doubt':
      return later(DOUBT_MS);
    default:
      return null;
  }
}
