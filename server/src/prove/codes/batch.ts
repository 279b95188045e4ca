/**
 * Makes a batch: the tree over its leaves, whose root the register states, and the static files by which anybody looks a
 * code up and is shown that it stands there, or that it does not (docs/codes.md).
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { GrowingTree, type Hash, leafHash, subtreesOf } from '@forthright/register';
import { isTag } from './code.ts';
import { bitsFor, COMMITMENT_BYTES, LEAF_BYTES, pathOfPrefix, prefixOf } from './commitment.ts';
import { SortedLeaves } from './leaves.ts';
import { FILE_VERSION, HEADER_BYTES, MAGIC, type PrefixFile } from './prefix-file.ts';

/** Hashes of subtrees from 2^9 leaves on are kept: 37 MB for 300 million. Lower ones only as long as a file waits for them. */
const KEPT_LEVEL = 9;
const BLOCK = 2 ** KEPT_LEVEL;
const FILES_AT_ONCE = 8;

export type SealedBatch = Readonly<{
  tag: string;
  size: number;
  root: Hash;
  /** Of the prefix: there are 2^bits files. */
  bits: number;
  /** Of every file. */
  fileBytes: number;
}>;

type Sealed = SealedBatch & Readonly<{ starts: Uint32Array; nodes: KeptNodes }>;

/** Collects leaves, then seals them, then writes the files. `close` at the end, whatever happened. */
export class BatchMaker {
  readonly #tag: string;
  readonly #leaves: SortedLeaves;
  #sealed: Sealed | undefined;

  /** `folder`: of its own, for what does not fit into memory. */
  constructor(tag: string, folder: string, options: Readonly<{ mostBytes?: number }> = {}) {
    if (!isTag(tag)) throw new Error(`${tag} is no batch tag.`);
    this.#tag = tag;
    this.#leaves = new SortedLeaves(folder, options);
  }

  /** Refuses more after `seal`. */
  async add(commitment: Uint8Array, bodyHash: Uint8Array): Promise<void> {
    if (this.#sealed !== undefined) throw new Error('A sealed batch takes no more leaves.');
    await this.#leaves.add(Buffer.concat([commitment, bodyHash], LEAF_BYTES));
  }

  async seal(): Promise<SealedBatch> {
    const { size } = this.#leaves;
    const bits = bitsFor(size);
    const counts = new Uint32Array(2 ** bits);
    const nodes = new KeptNodes();
    const tree = new GrowingTree();
    for await (const leaf of this.#leaves.inOrder()) {
      const prefix = prefixOf(leaf, bits);
      counts[prefix] = (counts[prefix] ?? 0) + 1;
      tree.add(leafHash(leaf), 0, nodes.keep);
    }
    nodes.keepEdge(tree);
    const starts = new Uint32Array(2 ** bits + 1);
    for (let prefix = 0; prefix < counts.length; prefix += 1)
      starts[prefix + 1] = (starts[prefix] ?? 0) + (counts[prefix] ?? 0);
    const fileBytes = largestFile(starts, size);
    const sealed = { tag: this.#tag, size, root: tree.root(), bits, fileBytes };
    this.#sealed = { ...sealed, starts, nodes };
    return sealed;
  }

  /**
   * Writes the files of the sealed batch into a folder that is not there yet: whole, or not at all. `batch.json` repeats
   * what the register states, for whoever looks at the folder; nobody need believe it.
   */
  async write(folder: string): Promise<void> {
    const sealed = this.#sealed;
    if (sealed === undefined) throw new Error('Seal the batch first.');
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    try {
      await mkdir(partial, { recursive: true });
      const folders = new Set<string>();
      const waiting = new Set<Promise<void>>();
      for await (const file of this.#files(sealed)) {
        const path = join(partial, pathOfPrefix(file.prefix, file.bits));
        if (!folders.has(dirname(path))) {
          await mkdir(dirname(path), { recursive: true });
          folders.add(dirname(path));
        }
        if (waiting.size >= FILES_AT_ONCE) await Promise.race(waiting);
        const writing: Promise<void> = writeFile(path, encodeFile(file, sealed.fileBytes)).finally(() =>
          waiting.delete(writing),
        );
        waiting.add(writing);
      }
      await Promise.all(waiting);
      const { tag, size, root, bits, fileBytes } = sealed;
      const said = {
        format: MAGIC,
        version: FILE_VERSION,
        tag,
        size,
        root: Buffer.from(root).toString('hex'),
        bits,
        fileBytes,
      };
      await writeFile(join(partial, 'batch.json'), `${JSON.stringify(said, null, 2)}\n`);
      await rename(partial, folder);
    } catch (cause) {
      await rm(partial, { recursive: true, force: true });
      if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
        throw new ForthrightError('no-disk', 'The disk has no room for the batch’s files.', { cause });
      throw cause;
    }
  }

  async *#files(sealed: Sealed): AsyncGenerator<PrefixFile> {
    const { tag, size, bits, starts, nodes } = sealed;
    const rangeOf = (prefix: number) => ({
      first: Math.max(0, (starts[prefix] ?? 0) - 1),
      end: Math.min(size, (starts[prefix + 1] ?? 0) + 1),
    });
    if (size === 0) yield { tag, bits, prefix: 0, size, first: 0, leaves: [], left: [], right: [] };
    const tree = new GrowingTree();
    const low = new LowNodes();
    const files = 2 ** bits;
    const open: (PrefixFile & { end: number; leaves: Uint8Array[] })[] = [];
    let next = 0;
    const hashOf = (level: number, index: number) => nodes.at(level, index) ?? low.at(level, index);
    for await (const leaf of this.#leaves.inOrder()) {
      const at = tree.size;
      for (; next < files && rangeOf(next).first === at; next += 1) {
        const { first, end } = rangeOf(next);
        open.push({
          tag,
          bits,
          prefix: next,
          size,
          first,
          end,
          leaves: [],
          left: [...tree.hashes],
          right: [],
        });
      }
      for (const file of open) if (at < file.end) file.leaves.push(leaf);
      tree.add(leafHash(leaf), 0, low.keep);
      // A file's hashes to the right begin with low ones, up to the end of the block: it waits for these.
      const isReady = ({ end }: { end: number }) =>
        tree.size === size || (tree.size >= end && tree.size >= Math.ceil(end / BLOCK) * BLOCK);
      while (open[0] !== undefined && isReady(open[0])) {
        const { end, ...file } = open.shift() as (typeof open)[number];
        yield {
          ...file,
          right: subtreesOf({ start: end, end: size }).map((one) => hashOf(one.level, one.index)),
        };
      }
      if (tree.size % BLOCK === 0) low.forget(Math.min(tree.size, open[0]?.end ?? tree.size));
    }
  }

  close(): Promise<void> {
    return this.#leaves.close();
  }
}

/** Hashes of full subtrees from the kept level on, each level in the order of its index; and the tree's right edge. */
class KeptNodes {
  readonly #levels: Hash[][] = [];
  readonly #edge = new Map<string, Hash>();
  readonly keep = (level: number, _index: number, hash: Hash): void => {
    if (level < KEPT_LEVEL) return;
    const above = level - KEPT_LEVEL;
    this.#levels[above] ??= [];
    this.#levels[above]?.push(hash);
  };
  keepEdge({ size, hashes }: GrowingTree): void {
    for (const [i, { level, index }] of subtreesOf({ start: 0, end: size }).entries())
      this.#edge.set(`${level}/${index}`, hashes[i] as Hash);
  }
  at(level: number, index: number): Hash | undefined {
    return this.#levels[level - KEPT_LEVEL]?.[index] ?? this.#edge.get(`${level}/${index}`);
  }
}

/** Hashes of the lower subtrees of the last blocks, each block as a heap: its two halves at 2 and 3, its leaves from 512 on. */
class LowNodes {
  readonly #blocks = new Map<number, Hash[]>();
  readonly keep = (level: number, index: number, hash: Hash): void => {
    if (level >= KEPT_LEVEL) return;
    const { block, at } = placeOf(level, index);
    let nodes = this.#blocks.get(block);
    if (nodes === undefined) {
      nodes = new Array<Hash>(2 * BLOCK);
      this.#blocks.set(block, nodes);
    }
    nodes[at] = hash;
  };
  at(level: number, index: number): Hash {
    const { block, at } = placeOf(level, index);
    const found = this.#blocks.get(block)?.[at];
    if (found === undefined) throw new Error(`The hash ${level}/${index} of the batch is gone.`);
    return found;
  }
  /** Whatever lies wholly before this leaf. */
  forget(leaf: number): void {
    for (const block of this.#blocks.keys()) if ((block + 1) * BLOCK <= leaf) this.#blocks.delete(block);
  }
}

function placeOf(level: number, index: number): { block: number; at: number } {
  const inBlock = 2 ** (KEPT_LEVEL - level);
  const block = Math.floor(index / inBlock);
  return { block, at: inBlock + index - block * inBlock };
}

function largestFile(starts: Uint32Array, size: number): number {
  let most = 0;
  for (let prefix = 0; prefix + 1 < starts.length; prefix += 1) {
    const first = Math.max(0, (starts[prefix] ?? 0) - 1);
    const end = Math.min(size, (starts[prefix + 1] ?? 0) + 1);
    const hashes = subtreesOf({ start: 0, end: first }).length + subtreesOf({ start: end, end: size }).length;
    most = Math.max(most, (end - first) * LEAF_BYTES + hashes * COMMITMENT_BYTES);
  }
  return HEADER_BYTES + most;
}

function encodeFile(
  { tag, bits, prefix, size, first, leaves, left, right }: PrefixFile,
  bytes: number,
): Uint8Array {
  const file = Buffer.alloc(bytes);
  file.write(MAGIC, 0, 'latin1');
  file.writeUInt8(FILE_VERSION, 16);
  file.writeUInt8(bits, 17);
  file.writeUInt32BE(prefix, 20);
  file.write(tag, 24, 'latin1');
  file.writeBigUInt64BE(BigInt(size), 28);
  file.writeBigUInt64BE(BigInt(first), 36);
  file.writeUInt32BE(leaves.length, 44);
  file.writeUInt16BE(left.length, 48);
  file.writeUInt16BE(right.length, 50);
  let at = HEADER_BYTES;
  for (const part of [...leaves, ...left, ...right]) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
