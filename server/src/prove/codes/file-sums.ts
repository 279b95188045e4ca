/**
 * Which files of a batch were shown to lead to the register's root, kept beside the public folder, so that a server need
 * not show it anew after each start. Sealed with a key of whoever keeps them: what somebody else wrote counts for nothing.
 *
 *   forthright-file-sums/1 <newline>, the seal (32 bytes), then for each prefix the SHA-256 of its file; zeros for one that was not shown
 */
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Batch } from './check.ts';
import { bitsFor } from './commitment.ts';
import { SUM_BYTES, type Summed, type ToSum } from './summed.ts';

const MAGIC = Buffer.from('forthright-file-sums/1\n');
const SEAL_BYTES = 32;

/** A keyed hash, of 32 bytes. */
export type Seal = (bytes: Uint8Array) => Uint8Array;

/**
 * Shows each file of the batch in `folder` to be right, in a thread of its own, and keeps their sums at `path`. Gives how
 * many were missing or wrong; these have no sum, and are looked at whenever they are asked for.
 */
export async function keepSums(
  { folder, batch }: ToSum,
  { path, seal }: Readonly<{ path: string; seal: Seal }>,
  signal?: AbortSignal,
): Promise<number> {
  const worker = new Worker(new URL('./file-sums.worker.ts', import.meta.url), {
    workerData: { folder, batch } satisfies ToSum,
  });
  const [{ sums, wrong }] = (await once(worker, 'message', { signal }).finally(() => worker.terminate())) as [
    Summed,
  ];
  // Of its own: two processes on one folder may write at once, each the whole.
  const partial = `${path}.${randomUUID()}.partial`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await using file = await open(partial, 'w', 0o600);
    await file.writeFile(Buffer.concat([MAGIC, seal(sealed(batch, sums)), sums]));
    await file.sync();
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return wrong;
}

/** The sums of this batch's files, in the order of their prefixes; undefined where none are kept that this key sealed for it. */
export async function keptSums(
  batch: Batch,
  { path, seal }: Readonly<{ path: string; seal: Seal }>,
): Promise<Uint8Array | undefined> {
  // Whatever keeps them from being read: without them each file is shown anew.
  const bytes = await readFile(path).catch(() => undefined);
  const start = MAGIC.length + SEAL_BYTES;
  if (bytes === undefined || bytes.length !== start + SUM_BYTES * 2 ** bitsFor(batch.size)) return undefined;
  if (MAGIC.compare(bytes, 0, MAGIC.length) !== 0) return undefined;
  const sums = bytes.subarray(start);
  return timingSafeEqual(bytes.subarray(MAGIC.length, start), seal(sealed(batch, sums))) ? sums : undefined;
}

const sealed = ({ tag, size, root }: Batch, sums: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${MAGIC}${tag}\n${size}\n${Buffer.from(root).toString('hex')}\n`), sums]);
