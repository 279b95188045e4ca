/** A deed and its entries: one transaction. Deeds come one after the other; those that wait together share one commit. */
import { randomBytes } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';
import { appendEntries, encodeEntry, type Json, newSalt, toBase64 } from '@forthright/register';
import { type Db, endsAll, limitStatements, type Tx } from '../platform/db/index.ts';
import { type Opened, openedFor, remember, stopped } from './opened.ts';
import type { Actor, Asked } from './operation.ts';
import {
  commitment,
  damaged,
  type EntryRow,
  type Log,
  readLog,
  saveEntries,
  type TextRow,
  takeLock,
  treeStore,
} from './store.ts';
import type { Event } from './types.ts';

/** Entries of one transaction, in their order: they go into the tree together, at its end. */
type Growing = { readonly first: number; readonly entries: Uint8Array[] };
type Doing = Readonly<{ actor: Pick<Actor, 'id' | 'account'>; at: Date; epoch: number; growing: Growing }>;

/** Transactions that hold the register's lock; nothing can be recorded in any other. */
const DOING = new WeakMap<Tx, Doing>();

/** The bytes of an entry begin with it; a reader of another version says so instead of guessing. */
const ENTRY_VERSION = 1;
const NONCE_BYTES = 16;
/** Whoever only reads waits for so many at most, where the database has one connection. */
const MOST_TOGETHER = 128;

type Waiting = Readonly<{
  asked: Asked;
  work: (tx: Tx, at: Date) => Promise<unknown>;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}>;
type Line = { readonly waiting: Waiting[]; isMoving: boolean };

const LINES = new WeakMap<Db, Line>();

/**
 * Does `work` and what it records in one transaction, alone: deeds wait for each other before they look at anything.
 * Those that wait in this process share a transaction; one that fails takes nothing of the others with it, and none is
 * answered before all are on the disk. Refuses while the register is stopped, and
 * a deed that recorded nothing. `work` may run several times; its instant is the one that its entries state.
 */
export async function deed<T>(asked: Asked, work: (tx: Tx, at: Date) => Promise<T>): Promise<T> {
  const { db } = asked;
  const opened = openedFor(db);
  if (opened.stopped !== undefined) throw stopped(opened.stopped);
  db.refuseInside();
  const line = LINES.get(db) ?? { waiting: [], isMoving: false };
  LINES.set(db, line);
  return new Promise<T>((resolve, reject) => {
    line.waiting.push({ asked, work, resolve: resolve as Waiting['resolve'], reject });
    if (!line.isMoving) void move(db, opened, line);
  });
}

async function move(db: Db, opened: Opened, line: Line): Promise<void> {
  line.isMoving = true;
  while (line.waiting.length > 0) {
    const together = line.waiting.splice(0, MOST_TOGETHER);
    try {
      const ended = await doTogether(db, opened, together);
      for (const [i, { resolve, reject }] of together.entries()) {
        const end = ended[i];
        if (end?.status === 'fulfilled') resolve(end.value);
        else reject(end?.reason);
      }
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }
  line.isMoving = false;
}

/** Thrown to take back a transaction in which one of several deeds failed. */
class OneFailed extends Error {}

/**
 * All of them in one transaction without parts, since a part costs two statements and a deed hardly ever fails; when
 * one does, all is taken back and done again with each in a part of its own.
 */
async function doTogether(
  db: Db,
  opened: Opened,
  together: readonly Waiting[],
): Promise<readonly PromiseSettledResult<unknown>[]> {
  try {
    return await doIn(db, opened, together, async (tx, one, growing) => {
      try {
        return { status: 'fulfilled', value: await doOne(tx, one, opened, growing) };
      } catch (reason) {
        if (together.length === 1 || endsAll(reason)) throw reason;
        throw new OneFailed();
      }
    });
  } catch (error) {
    if (!(error instanceof OneFailed)) throw error;
  }
  return doIn(db, opened, together, async (tx, one, growing) => {
    const { length } = growing.entries;
    try {
      return { status: 'fulfilled', value: await tx.part((part) => doOne(part, one, opened, growing)) };
    } catch (reason) {
      if (endsAll(reason)) throw reason;
      growing.entries.length = length;
      return { status: 'rejected', reason };
    }
  });
}

async function doIn(
  db: Db,
  opened: Opened,
  together: readonly Waiting[],
  doThis: (tx: Tx, one: Waiting, growing: Growing) => Promise<PromiseSettledResult<unknown>>,
): Promise<readonly PromiseSettledResult<unknown>[]> {
  return inRegister(opened, { db }, async (tx, log) => {
    if (log === undefined) throw damaged('The register has no first line');
    if (log.epoch !== opened.epoch)
      throw stopped(
        `it went on elsewhere in epoch ${log.epoch}, and this process knows epoch ${opened.epoch}`,
      );
    const growing = growingFrom(log);
    const result: PromiseSettledResult<unknown>[] = [];
    for (const one of together) result.push(await doThis(tx, one, growing));
    return { result, growing };
  });
}

async function doOne(
  tx: Tx,
  { asked, work }: Waiting,
  { epoch, mostDeedMs }: Opened,
  growing: Growing,
): Promise<unknown> {
  const at = asked.now();
  const { length } = growing.entries;
  DOING.set(tx, { actor: asked.actor, at, epoch, growing });
  const result = await inTime(mostDeedMs, work(tx, at));
  if (growing.entries.length === length)
    throw new Error('A deed without an entry: record what was done within its transaction.');
  return result;
}

/** Everybody waits for the one deed that is done: it is given up when it takes too long, and what it changed is taken back. */
async function inTime<T>(mostMs: number, work: Promise<T>): Promise<T> {
  // What is given up may fail later, when nobody listens.
  work.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLong(mostMs)), mostMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const tooLong = (mostMs: number): ForthrightError =>
  new ForthrightError(
    'deed-too-long',
    `This was not done within ${mostMs / 1000} seconds, and all others wait meanwhile. Nothing of it was kept.`,
  );

const growingFrom = (log: Log | undefined): Growing => ({ first: log?.frontier.size ?? 0, entries: [] });

/** As a deed, alone, and also while the register is stopped; `begin` sees the log as it is under the lock. */
export async function inRegisterAlone<T>(
  opened: Opened,
  asked: Asked,
  begin: (tx: Tx, log: Log | undefined, recordAs: (epoch: number) => void) => Promise<T>,
): Promise<T> {
  return inRegister(opened, asked, async (tx, log) => {
    const growing = growingFrom(log);
    const recordAs = (epoch: number) => {
      DOING.set(tx, { actor: asked.actor, at: asked.now(), epoch, growing });
    };
    const result = await begin(tx, log, recordAs);
    if (growing.entries.length === 0)
      throw new Error('A deed without an entry: record what was done within its transaction.');
    return { result, growing };
  });
}

async function inRegister<T>(
  opened: Opened,
  { db }: Pick<Asked, 'db'>,
  begin: (tx: Tx, log: Log | undefined) => Promise<Readonly<{ result: T; growing: Growing }>>,
): Promise<T> {
  const done = await db.transaction(async (tx) => {
    await takeLock(tx);
    await limitStatements(tx, opened.mostDeedMs);
    const { result, growing } = await begin(tx, await readLog(tx));
    if (growing.entries.length === 0) return { result };
    const { first } = await appendEntries(treeStore, tx, growing.entries);
    if (first !== growing.first) throw damaged('The register grew beside a deed that held its lock');
    return { result, after: await readLog(tx) };
  });
  // The deed is done whether or not this place can note it. A full disk shows at the next checkpoint, which waits
  // for it; meanwhile only the check at the next start knows a little less.
  if (done.after !== undefined) await remember(opened, done.after).catch(() => {});
  return done.result;
}

/**
 * Puts one entry into the deed's transaction, and gives its index. Actor, the account that a token acts for, and
 * instant are the deed's. Refuses a transaction that is no deed's. Entries are small: texts stand in them as commitments of 60 bytes.
 */
export async function record(tx: Tx, event: Event): Promise<number> {
  return recordAll(tx, [event]);
}

/** As `record`, for many entries of one deed, and much quicker than one by one; gives the index of the first. */
export async function recordAll(tx: Tx, events: readonly Event[]): Promise<number> {
  const doing = DOING.get(tx);
  if (doing === undefined) throw new Error('Only a deed records: open the transaction with deed().');
  const { growing } = doing;
  const first = growing.first + growing.entries.length;
  const rows = events.map((event, i) => rowOf(event, doing, first + i));
  await saveEntries(tx, rows);
  growing.entries.push(...rows.map(({ entry }) => entry));
  return first;
}

function rowOf({ kind, incident, facts = {}, texts = {} }: Event, doing: Doing, index: number): EntryRow {
  const { actor, at, epoch } = doing;
  const salted = Object.entries(texts).map(([name, { value, person = null }]) => ({
    index,
    name,
    person,
    salt: newSalt(),
    value,
  }));
  const entry = encodeEntry({
    v: ENTRY_VERSION,
    kind,
    at: at.toISOString(),
    actor: actor.id,
    ...(actor.account === actor.id ? {} : { account: actor.account }),
    epoch,
    // Only hashes are published; without it, who guesses what happened could compute the hash and be sure.
    nonce: toBase64(randomBytes(NONCE_BYTES)),
    ...(incident === undefined ? {} : { incident }),
    ...(isEmpty(facts) ? {} : { facts }),
    ...(salted.length === 0 ? {} : { texts: commitments(salted) }),
  });
  return { index, kind, incident: incident ?? null, at, actor: actor.id, entry, texts: salted };
}

const commitments = (salted: readonly TextRow[]): Json =>
  Object.fromEntries(salted.map(({ name, salt, value }) => [name, commitment(name, salt, value)]));

const isEmpty = (facts: object): boolean => Object.keys(facts).length === 0;
