/**
 * Checkpoints, at fixed intervals whether or not anything happened. A checkpoint shows how many entries there are, so
 * each takes in the same number: fillers where there are fewer, and where there are more the rest waits its turn.
 * Who reads what is published learns the time, and nothing else.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import {
  addSignatures,
  isEqual,
  type KeyTerm,
  parseCheckpoint,
  parseVerifierKey,
  publishStatic,
  type Signer,
  signCheckpoint,
  type TreeHead,
} from '@forthright/register';
import type { Db, Reads, Tx } from '../platform/db/index.ts';
import { inRegisterAlone, recordAll } from './deed.ts';
import { type Opened, openedFor, remember, stopped } from './opened.ts';
import type { Asked } from './operation.ts';
import {
  damaged,
  type Log,
  lastCheckpoint,
  readKeys,
  readLog,
  readTilesFrom,
  rootAt,
  type StoredCheckpoint,
  saveCheckpoint,
} from './store.ts';
import type { Cosign } from './witnesses.ts';

export const CHECKPOINT_MINUTES = 60;
/** 768 a day. A deed beyond that is recorded at once, and published some hours later. */
export const ENTRIES_PER_CHECKPOINT = 32;

const slotOf = (at: Date): number => Math.floor(at.getTime() / (CHECKPOINT_MINUTES * 60_000));

/** Keys that count at this instant, and whose private part is here. */
export async function signersNow(opened: Opened, terms: readonly KeyTerm[], at: Date): Promise<Signer[]> {
  const counting = terms.filter(
    ({ from, until }) =>
      Date.parse(from) <= at.getTime() && (until === null || Date.parse(until) > at.getTime()),
  );
  const signers: Signer[] = [];
  // The newest first: who has only room for one signature takes that.
  for (const { vkey } of counting.toReversed()) {
    const signer = await opened.keys.load(parseVerifierKey(vkey, 'register key'));
    if (signer !== undefined) signers.push(signer);
  }
  return signers;
}

/** The tree of this size, signed with every key that counts now. Refuses when none is here. */
export async function signedHead(asked: Pick<Asked, 'db' | 'now'>, head: TreeHead): Promise<string> {
  const opened = openedFor(asked.db);
  const [first, ...others] = await signersNow(opened, await readKeys(asked.db), asked.now());
  if (first === undefined)
    throw new ForthrightError(
      'key-unusable',
      'No key of the register that counts now is here, so nothing can be signed. Put the key back, or make a new one with `rotate-register-key`.',
    );
  let note = await signCheckpoint(head, first);
  for (const signer of others) {
    const [, line = ''] = (await signCheckpoint(head, signer)).split('\n\n');
    note = addSignatures(note, [line]);
  }
  return note;
}

/**
 * The checkpoint of this interval: made when it is due, or the one that was made already. Signing happens outside of
 * any transaction, since a key and witnesses may be far away; a crash in between leaves fillers, and the same checkpoint is made
 * with them.
 */
export async function makeCheckpoint(asked: Asked, cosign?: Cosign): Promise<StoredCheckpoint> {
  const { db, now } = asked;
  const opened = openedFor(db);
  if (opened.stopped !== undefined) throw stopped(opened.stopped);
  const last = await lastCheckpoint(db);
  if (last !== undefined && slotOf(last.at) >= slotOf(now())) return last;
  const size = (last?.size ?? 0) + ENTRIES_PER_CHECKPOINT;
  const origin = await fillUpTo(opened, asked, size);
  const signed = await signedHead(asked, { origin, size, root: await rootAt(db, size) });
  const lines = (await cosign?.(db, { checkpoint: signed, knownSize: last?.size ?? 0 })) ?? [];
  const note = lines.length === 0 ? signed : addSignatures(signed, lines);
  const made = { size, at: now(), note };
  await db.transaction((tx) => saveCheckpoint(tx, made));
  await rememberAll(opened, db);
  return (await lastCheckpoint(db)) ?? made;
}

async function rememberAll(opened: Opened, db: Db): Promise<void> {
  const log = await readLog(db);
  if (log !== undefined) await remember(opened, log);
}

async function fillUpTo(opened: Opened, asked: Asked, size: number): Promise<string> {
  const log = await readLog(asked.db);
  if (log === undefined) throw damaged('The register has no first line');
  if (log.frontier.size < size)
    await inRegisterAlone(opened, asked, (tx, held, recordAs) => fill(tx, held, opened, recordAs, size));
  return log.origin;
}

async function fill(
  tx: Tx,
  held: Log | undefined,
  opened: Opened,
  recordAs: (epoch: number) => void,
  size: number,
): Promise<void> {
  if (held?.epoch !== opened.epoch) throw stopped('it went on elsewhere in another epoch');
  recordAs(opened.epoch);
  // At least one: others may have filled it meanwhile, and a transaction without an entry is refused.
  const missing = Math.max(1, size - held.frontier.size);
  await recordAll(
    tx,
    Array.from({ length: missing }, () => ({ kind: 'filler' })),
  );
}

/**
 * Writes the last checkpoint and its tiles, never the entries, to a folder that a web server gives to everybody.
 * Refuses while the register is stopped: an older state must not take the place of a newer one.
 */
export async function publishRegister({ db }: Pick<Asked, 'db'>, directory: string): Promise<void> {
  const opened = openedFor(db);
  if (opened.stopped !== undefined) throw stopped(opened.stopped);
  const last = await lastCheckpoint(db);
  if (last === undefined) return;
  await publishStatic(directory, {
    checkpoint: last.note,
    publishedSize: await publishedSize(db, directory, last.size),
    readTiles: readTilesFrom(db),
  });
}

/** How much of what lies there is of this tree. Whatever else lies there is written anew. */
async function publishedSize(reads: Reads, directory: string, most: number): Promise<number> {
  const rawNote = await readFile(join(directory, 'checkpoint'), 'utf8').catch(() => undefined);
  if (rawNote === undefined) return 0;
  const { size, root } = parseCheckpoint(rawNote, 'published checkpoint');
  return size <= most && isEqual(await rootAt(reads, size), root) ? size : 0;
}
