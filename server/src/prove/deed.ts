/** A deed and its entries: one transaction, one after the other. */
import { randomBytes } from 'node:crypto';
import { appendEntries, encodeEntry, type Json, newSalt, toBase64 } from '@forthright/register';
import type { Tx } from '../platform/db/index.ts';
import { type Opened, openedFor, remember, stopped } from './opened.ts';
import type { Actor, Asked } from './operation.ts';
import { commitment, damaged, type Log, readLog, saveEntry, saveText, takeLock, treeStore } from './store.ts';
import type { Event } from './types.ts';

type Doing = Readonly<{ actor: Pick<Actor, 'id' | 'account'>; at: Date; epoch: number }>;

/** Transactions that hold the register's lock; nothing can be recorded in any other. */
const DOING = new WeakMap<Tx, Doing>();

/** The bytes of an entry begin with it; a reader of another version says so instead of guessing. */
const ENTRY_VERSION = 1;
const NONCE_BYTES = 16;

/**
 * Does `work` and what it records in one transaction, alone: deeds wait for each other before they look at anything.
 * Refuses while the register is stopped, and a deed that recorded nothing. `work` may run several times; its instant
 * is the one that its entries state.
 */
export async function deed<T>(asked: Asked, work: (tx: Tx, at: Date) => Promise<T>): Promise<T> {
  const opened = openedFor(asked.db);
  if (opened.stopped !== undefined) throw stopped(opened.stopped);
  return inRegister(opened, asked, async (tx, log) => {
    if (log === undefined) throw damaged('The register has no first line');
    if (log.epoch !== opened.epoch)
      throw stopped(
        `it went on elsewhere in epoch ${log.epoch}, and this process knows epoch ${opened.epoch}`,
      );
    const at = asked.now();
    DOING.set(tx, { actor: asked.actor, at, epoch: log.epoch });
    return work(tx, at);
  });
}

/** As a deed, but also while the register is stopped; `begin` sees the log as it is under the lock. */
export async function inRegister<T>(
  opened: Opened,
  { db }: Asked,
  begin: (tx: Tx, log: Log | undefined) => Promise<T>,
): Promise<T> {
  const done = await db.transaction(async (tx) => {
    await takeLock(tx);
    const before = await readLog(tx);
    const result = await begin(tx, before);
    const after = await readLog(tx);
    if (after === undefined || after.frontier.size <= (before?.frontier.size ?? 0))
      throw new Error('A deed without an entry: record what was done within its transaction.');
    return { result, after };
  });
  // The deed is done whether or not this place can note it. A full disk shows at the next checkpoint, which waits
  // for it; meanwhile only the check at the next start knows a little less.
  await remember(opened, done.after).catch(() => {});
  return done.result;
}

/** Makes `tx`, which holds the lock, one in which may be recorded. For `inRegister`. */
export function recordingAs(tx: Tx, doing: Doing): void {
  DOING.set(tx, doing);
}

/**
 * Appends one entry within the deed's transaction, and gives its index. Actor, the account that a token acts for, and
 * instant are the deed's. Refuses a transaction that is no deed's. Entries are small: texts stand in them as commitments of 60 bytes.
 */
export async function record(tx: Tx, { kind, incident, facts = {}, texts = {} }: Event): Promise<number> {
  const doing = DOING.get(tx);
  if (doing === undefined) throw new Error('Only a deed records: open the transaction with deed().');
  const { actor, at, epoch } = doing;
  const salted = Object.entries(texts).map(([name, text]) => ({ name, ...text, salt: newSalt() }));
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
  const { first: index } = await appendEntries(treeStore, tx, [entry]);
  await saveEntry(tx, { index, kind, incident: incident ?? null, at, actor: actor.id, entry });
  for (const { name, person = null, salt, value } of salted)
    await saveText(tx, { index, name, person, salt, value });
  return index;
}

type Salted = Readonly<{ name: string; salt: Uint8Array; value: string }>;

const commitments = (salted: readonly Salted[]): Json =>
  Object.fromEntries(salted.map(({ name, salt, value }) => [name, commitment(name, salt, value)]));

const isEmpty = (facts: object): boolean => Object.keys(facts).length === 0;
