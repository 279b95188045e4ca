/**
 * The leaves of one batch, in whatever order they come, given back in order: an external sort by the first byte of the
 * commitment. What does not fit into memory lies in a folder of its own, so that memory does not grow with the batch.
 */
import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { ForthrightError } from '@forthright/contract';
import { COMMITMENT_BYTES, LEAF_BYTES } from './commitment.ts';

const BUCKETS = 256;
/** So many fit under a key of 32 bits of commitment and 21 bits of place, which a double holds exactly. */
const MOST_IN_BUCKET = 2 ** 21;
const MOST_IN_MEMORY_BYTES = 64 * 1024 ** 2;
/** Between two looks at what else the process has to do. */
export const LEAVES_AT_ONCE = 4096;

export class SortedLeaves {
  readonly #folder: string;
  readonly #mostBytes: number;
  readonly #kept: Uint8Array[][] = Array.from({ length: BUCKETS }, () => []);
  readonly #counts = new Uint32Array(BUCKETS);
  #keptBytes = 0;
  #size = 0;
  #isSpilt = false;
  #isSorted = false;

  /** `folder` is made when it is needed, and removed by `close`. */
  constructor(folder: string, { mostBytes = MOST_IN_MEMORY_BYTES }: Readonly<{ mostBytes?: number }> = {}) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  get size(): number {
    return this.#size;
  }

  async add(leaf: Uint8Array): Promise<void> {
    if (leaf.length !== LEAF_BYTES) throw new Error(`A leaf has ${LEAF_BYTES} bytes.`);
    const bucket = leaf[0] ?? 0;
    if ((this.#counts[bucket] ?? 0) >= MOST_IN_BUCKET)
      throw new ForthrightError(
        'request-invalid',
        'One batch has no room for so many: make several campaigns.',
      );
    this.#kept[bucket]?.push(leaf);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#size += 1;
    this.#keptBytes += LEAF_BYTES;
    if (this.#keptBytes >= this.#mostBytes) await this.#spill();
  }

  #pathOf(bucket: number): string {
    return join(this.#folder, bucket.toString(16).padStart(2, '0'));
  }

  async #spill(): Promise<void> {
    if (!this.#isSpilt) await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#isSpilt = true;
    for (const [bucket, leaves] of this.#kept.entries()) {
      if (leaves.length === 0) continue;
      await written(this.#pathOf(bucket), 'a', Buffer.concat(leaves));
      leaves.length = 0;
    }
    this.#keptBytes = 0;
  }

  /** In ascending order of their commitments, as often as wanted. Refuses two leaves of one commitment. */
  async *inOrder(): AsyncGenerator<Uint8Array> {
    if (this.#isSpilt) await this.#spill();
    let given = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      if (this.#counts[bucket] === 0) continue;
      const bytes = await this.#sorted(bucket);
      for (let at = 0; at < bytes.length; at += LEAF_BYTES) {
        yield bytes.subarray(at, at + LEAF_BYTES);
        given += 1;
        if (given % LEAVES_AT_ONCE === 0) await pause();
      }
    }
    this.#isSorted = true;
  }

  async #sorted(bucket: number): Promise<Uint8Array> {
    const kept = this.#kept[bucket] ?? [];
    const bytes = this.#isSpilt ? await readFile(this.#pathOf(bucket)) : Buffer.concat(kept);
    if (this.#isSorted) return bytes;
    const sorted = sort(bytes);
    if (this.#isSpilt) await written(this.#pathOf(bucket), 'w', sorted);
    else this.#kept[bucket] = [sorted];
    return sorted;
  }

  async close(): Promise<void> {
    if (this.#isSpilt) await rm(this.#folder, { recursive: true, force: true });
  }
}

async function written(path: string, flags: 'a' | 'w', bytes: Uint8Array): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags, 0o600);
    await file.writeFile(bytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
      throw new ForthrightError('no-disk', 'The disk has no room for the batch.', { cause });
    throw cause;
  } finally {
    await file?.close();
  }
}

/** Within a bucket the first byte is the same: bytes 1 to 4 and the place make one number, which sorts natively. */
function sort(bytes: Buffer): Uint8Array {
  const count = bytes.length / LEAF_BYTES;
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i += 1) keys[i] = bytes.readUInt32BE(i * LEAF_BYTES + 1) * MOST_IN_BUCKET + i;
  keys.sort();
  const sorted = Buffer.alloc(bytes.length);
  const commitmentAt = (i: number) => sorted.subarray(i * LEAF_BYTES, i * LEAF_BYTES + COMMITMENT_BYTES);
  for (let i = 0; i < count; i += 1) {
    const from = ((keys[i] ?? 0) % MOST_IN_BUCKET) * LEAF_BYTES;
    bytes.copy(sorted, i * LEAF_BYTES, from, from + LEAF_BYTES);
    // Alike in five bytes: hardly ever, and then among neighbours.
    for (let k = i; k > 0; k -= 1) {
      const order = Buffer.compare(commitmentAt(k - 1), commitmentAt(k));
      if (order < 0) break;
      if (order === 0) throw new Error('Two leaves have the same commitment.');
      const higher = Buffer.from(sorted.subarray((k - 1) * LEAF_BYTES, k * LEAF_BYTES));
      sorted.copyWithin((k - 1) * LEAF_BYTES, k * LEAF_BYTES, (k + 1) * LEAF_BYTES);
      higher.copy(sorted, k * LEAF_BYTES);
    }
  }
  return sorted;
}
