/** New keys for old ones. Only public keys are kept, each with the time for which it counts. */
import { ForthrightError } from '@forthright/contract';
import { type KeyTerm, parseVerifierKey } from '@forthright/register';
import { deed, record } from './deed.ts';
import { openedFor } from './opened.ts';
import type { Asked } from './operation.ts';
import { damaged, endKey, readKeys, readLog, saveKey } from './store.ts';
import { secondsOf } from './times.ts';

const HOUR_MS = 3_600_000;

const isCounting = ({ from, until }: KeyTerm, at: Date): boolean =>
  Date.parse(from) <= at.getTime() && (until === null || Date.parse(until) > at.getTime());

const bare = (vkey: string) => parseVerifierKey(vkey, 'register key');

/** The log's public keys with their times, as whoever checks a bundle needs them. */
export const registerKeys = ({ db }: Pick<Asked, 'db'>): Promise<KeyTerm[]> => readKeys(db);

/**
 * Makes a new key that signs from now on. The ones before go on signing beside it for `overlapHours`, so that who
 * knows only the old one has time to learn of the new.
 */
export async function rotateKey(asked: Asked, overlapHours: number): Promise<KeyTerm> {
  const log = await readLog(asked.db);
  if (log === undefined) throw damaged('The register has no first line');
  const { keys } = openedFor(asked.db);
  const { key } = await keys.make(log.origin);
  const now = asked.now();
  const term: KeyTerm = { vkey: key.vkey, from: secondsOf(now), until: null };
  // At least a second, which is as short as a time can be.
  const until = secondsOf(new Date(now.getTime() + Math.max(overlapHours * HOUR_MS, 1000)));
  try {
    await deed(asked, async (tx) => {
      const ending = (await readKeys(tx)).filter((one) => isCounting(one, now));
      for (const { vkey } of ending) await endKey(tx, vkey, until);
      await saveKey(tx, key.keyId, term);
      const ends = ending.map(({ vkey }) => ({ key: vkey, until }));
      await record(tx, { kind: 'key-rotated', facts: { key: key.vkey, from: term.from, ends } });
    });
  } catch (error) {
    // A key that may have become the register's stays: better one too many than one that is missed.
    if (!(error instanceof ForthrightError && error.code === 'outcome-unknown')) await keys.remove(key);
    throw error;
  }
  return term;
}

/**
 * Says that a key counts no longer than until `safeUntil`, the last moment at which it was surely safe, and destroys
 * its private part. When no other is left, a new one is made first. Refuses a key that the register does not know.
 */
export async function revokeKey(
  asked: Asked,
  { keyId, safeUntil, reason }: Readonly<{ keyId: string; safeUntil: Date; reason: string }>,
): Promise<void> {
  const now = asked.now();
  const all = await readKeys(asked.db);
  const term = all.find(({ vkey }) => bare(vkey).keyId === keyId);
  if (term === undefined)
    throw new ForthrightError(
      'key-not-found',
      `The register has no key ${keyId}. Its keys are shown with their times.`,
    );
  if (safeUntil > now)
    throw new ForthrightError(
      'usage',
      'A key can not be revoked for the future: rotate it, which has an overlap.',
    );
  const isLast = !all.some((one) => one !== term && isCounting(one, now));
  if (isLast) await rotateKey(asked, 0);
  // A time has a length; one second is as near as one that never counted can be written.
  const safe = Math.max(safeUntil.getTime(), Date.parse(term.from) + 1000);
  // A time is only ever shortened.
  const until = secondsOf(new Date(Math.min(safe, term.until === null ? safe : Date.parse(term.until))));
  await deed(asked, async (tx) => {
    await endKey(tx, term.vkey, until);
    await record(tx, {
      kind: 'key-revoked',
      facts: { key: term.vkey, until },
      texts: { reason: { value: reason } },
    });
  });
  await openedFor(asked.db).keys.remove(bare(term.vkey));
}

/** Destroys private keys whose time is over. Safe to repeat. */
export async function removeEndedKeys({ db, now }: Pick<Asked, 'db' | 'now'>): Promise<void> {
  const { keys } = openedFor(db);
  for (const { vkey, until } of await readKeys(db))
    if (until !== null && Date.parse(until) <= now().getTime()) await keys.remove(bare(vkey));
}
