/** Second factors are sealed: their secrets must be computed with, and a copy of the database must not give them away. */
import { ForthrightError } from '@forthright/contract';
import * as z from 'zod';
import type { Db, Tx } from '../platform/db/index.ts';
import {
  type Asked,
  deed,
  type Operation,
  operation,
  PROGRAM,
  record,
  registerState,
  type SealPlace,
  seal,
  sealedBy,
  unseal,
} from '../prove/index.ts';
import { attempt } from './sessions.ts';
import { addSealKey, changeAccount, currentSealKey, endedSealKeys, endSealKeys, factors } from './store.ts';

const HOUR_MS = 3_600_000;
const COLUMNS = ['totp_secret', 'totp_pending'] as const;
type Column = (typeof COLUMNS)[number];

/** A sealed secret opens for this account alone. One that is begun may become the one that counts. */
const whose = (account: string): string => `the second factor of ${account}`;

export type Where = Readonly<{ db: Db; now: () => Date; seals: SealPlace }>;

export const openFactor = ({ seals }: Where, sealed: string, account: string): Promise<string> =>
  unseal(seals, sealed, whose(account));

/** Makes the first key when there is none. */
export async function ensureKey({ db, now, seals }: Where): Promise<void> {
  if ((await currentSealKey(db)) !== undefined) return;
  const key = await seals.make();
  const made = await attempt({ db, actor: PROGRAM, now }, async (tx, at) => {
    if ((await currentSealKey(tx)) !== undefined) return undefined;
    const entry = await record(tx, { kind: 'seal-key-made', facts: { key } });
    await addSealKey(tx, { key_id: key, made_at: at, entry: BigInt(entry) });
    return true;
  });
  if (made === undefined) await seals.remove(key);
}

/** Sealed with the key that counts as this transaction sees it, so that a rotation meanwhile does not leave it behind. */
export async function sealFactor({ seals }: Where, tx: Tx, secret: string, account: string): Promise<string> {
  const key = await currentSealKey(tx);
  if (key === undefined) throw new ForthrightError('key-unusable', 'There is no key to seal with.');
  return seal(seals, key, secret, whose(account));
}

/** At the program's start: seals what an earlier version kept in the clear, and destroys keys whose time is over. */
export async function beginSeals(where: Where): Promise<void> {
  const { db } = where;
  if (registerState(db).kind === 'stopped') return;
  if ((await clearFactors(db)).length > 0) {
    await ensureKey(where);
    await db.transaction(async (tx) => {
      for (const { id, column, value } of await clearFactors(tx))
        await changeAccount(tx, id, { [column]: await sealFactor(where, tx, value, id) });
    });
  }
  await removeEndedSeals(where);
}

type Kept = Readonly<{ id: string; column: Column; value: string }>;

async function keptFactors(from: Db | Tx): Promise<Kept[]> {
  const accounts = await factors(from);
  return accounts.flatMap((account) =>
    COLUMNS.flatMap((column) => {
      const value = account[column];
      return value === null ? [] : [{ id: account.id, column, value }];
    }),
  );
}

const clearFactors = async (from: Db | Tx): Promise<Kept[]> =>
  (await keptFactors(from)).filter(({ value }) => sealedBy(value) === undefined);

/** Destroys keys whose time is over. */
export async function removeEndedSeals({ db, now, seals }: Where): Promise<void> {
  for (const key of await endedSealKeys(db, now())) await seals.remove(key);
}

const Rotated = z.strictObject({ key: z.string(), resealed: z.int(), entry: z.int() });

/**
 * Seals everything with a new key. The old ones stay for `overlapHours`, so that a backup of before can still be put
 * back; with none they are destroyed at once.
 */
async function rotate(where: Where, asked: Asked, overlapHours: number): Promise<z.infer<typeof Rotated>> {
  const { seals } = where;
  await ensureKey(where);
  const key = await seals.make();
  const rotated = await deed(asked, async (tx, at) => {
    const kept = await keptFactors(tx);
    const entry = await record(tx, {
      kind: 'seal-key-rotated',
      facts: { key, resealed: kept.length, overlapHours },
    });
    const ends = new Date(at.getTime() + overlapHours * HOUR_MS);
    await endSealKeys(tx, ends, BigInt(entry));
    await addSealKey(tx, { key_id: key, made_at: at, entry: BigInt(entry) });
    for (const { id, column, value } of kept) {
      const secret = await openFactor(where, value, id);
      await changeAccount(tx, id, { [column]: await sealFactor(where, tx, secret, id) });
    }
    return { key, resealed: kept.length, entry };
  }).catch(async (error) => {
    // A key that may have become the one that counts stays: better one too many than one that is missed.
    if (!(error instanceof ForthrightError && error.code === 'outcome-unknown')) await seals.remove(key);
    throw error;
  });
  // Should this fail, all is sealed with the new key already.
  await removeEndedSeals(where);
  return rotated;
}

export const sealOperations = (where: Where): readonly Operation[] => [
  operation({
    name: 'rotate-seal-key',
    summary: 'Seals all second factors with a new key; the old one is destroyed when the overlap is over',
    method: 'POST',
    path: '/seal-keys',
    input: z.strictObject({ overlapHours: z.int().min(0).max(8760).default(720) }),
    output: Rotated,
    may: ['administrator'],
    run: (asked, { overlapHours }) => rotate(where, asked, overlapHours),
  }),
];
