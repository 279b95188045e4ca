/** To whom something was answered lately, by a hash whose key lies beside the records and not in them. */
import { createHmac, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reads, Tx } from '../platform/db/index.ts';
import { readSecretFile } from '../prove/index.ts';

export type What = 'affected' | 'verdict' | 'sender' | 'report' | 'reporter' | 'thanked';

/** The longest that anything counts. */
const KEPT_MS = 30 * 86_400_000;

/** Hashes, such as of addresses, with the key of this data folder, which is made with the first. */
export async function keyedHash(data: string): Promise<(content: string | Uint8Array) => Uint8Array> {
  const path = join(data, 'keys', 'answers.key');
  await mkdir(join(data, 'keys'), { recursive: true, mode: 0o700 });
  await writeFile(path, `${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  const key = Buffer.from(await readSecretFile(path), 'base64');
  return (content) => createHmac('sha256', key).update(content).digest();
}

/** Those of these to whom this was answered since. */
export async function answeredSince(
  reads: Reads,
  what: What,
  { keys, since }: Readonly<{ keys: readonly Uint8Array[]; since: Date }>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await reads.rows<{ key: Uint8Array; times: number }>(
    `SELECT key, count(*)::int4 AS times FROM answered_lately
      WHERE what = :what::text AND key = ANY (:keys::bytea[]) AND at > :since::timestamptz GROUP BY key`,
    { what, keys, since },
  );
  return new Map(rows.map(({ key, times }) => [Buffer.from(key).toString('hex'), times]));
}

/** How many times this was answered since, to whomever. */
export async function countSince(reads: Reads, what: What, since: Date): Promise<number> {
  const [row] = await reads.rows<{ times: number }>(
    'SELECT count(*)::int4 AS times FROM answered_lately WHERE what = :what::text AND at > :since::timestamptz',
    { what, since },
  );
  return row?.times ?? 0;
}

/** Notes it, within its deed, and forgets what counts no more. */
export async function noteAnswered(
  tx: Tx,
  what: What,
  { keys, at }: Readonly<{ keys: readonly Uint8Array[]; at: Date }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO answered_lately (what, key, at) SELECT :what::text, key, :at::timestamptz FROM unnest(:keys::bytea[]) AS key`,
    { what, keys, at },
  );
  await tx.run('DELETE FROM answered_lately WHERE at < :before::timestamptz', {
    before: new Date(at.getTime() - KEPT_MS),
  });
}
