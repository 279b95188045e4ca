import {
  type Checkpoint,
  GrowingTree,
  type Hash,
  isEqual,
  leafHash,
  subtreesOf,
  verifyInclusion,
} from '../tree/index.ts';
import type { Header } from './header.ts';
import type { ShownEntry } from './line.ts';
import { Failures, type Finding } from './report.ts';

/**
 * Holds the entries of a bundle, one after the other, against the checkpoint's root. With proofs `together` the whole
 * tree is computed once: from the entries, and where some are not shown from the hashes in `rest`, which stand for the
 * fewest full subtrees that fill the hole. That takes a hash and a half for each entry, and constant memory.
 */
export class TreeCheck {
  readonly failures = new Failures('entries');
  /** Root of the tree of `watchedSize` entries, when the entries led past it. */
  watchedRoot: Hash | undefined;
  readonly #checkpoint: Checkpoint;
  readonly #entries: Header['entries'];
  readonly #watchedSize: number | undefined;
  readonly #tree = new GrowingTree();
  #restUsed = 0;
  #isTreeBroken = false;
  #last = -1;
  #count = 0;

  constructor(checkpoint: Checkpoint, entries: Header['entries'], watchedSize: number | undefined) {
    this.#checkpoint = checkpoint;
    this.#entries = entries;
    this.#watchedSize = watchedSize;
  }

  add({ index, entry, proof }: ShownEntry, at: string): void {
    const { size, root } = this.#checkpoint;
    this.#count += 1;
    const isInOrder = index > this.#last && index < size;
    if (!isInOrder) {
      const why =
        index < size ? `comes after entry ${this.#last}` : `is not below the checkpoint's size ${size}`;
      this.failures.add(`${at}, entry ${index}`, `the entry ${why}: entries are in order, each once`);
      this.#isTreeBroken = true;
    }
    this.#last = Math.max(this.#last, index);
    const leaf = leafHash(entry);
    if (proof !== undefined) {
      if (verifyInclusion({ index, size, leaf, proof }, root)) return;
      this.failures.add(`${at}, entry ${index}`, 'the entry and its proof do not lead to the checkpoint');
    } else if (!this.#isTreeBroken) {
      this.#fillUpTo(index);
      if (!this.#isTreeBroken) this.#grow(leaf, 0);
    }
  }

  #fillUpTo(end: number): void {
    for (const { level } of subtreesOf({ start: this.#tree.size, end })) {
      const hash = this.#entries.rest[this.#restUsed];
      this.#restUsed += 1;
      if (hash === undefined) {
        const message = `nothing stands for entries from ${this.#tree.size} to ${end - 1}: entries are missing, or a hash is`;
        this.failures.add('bundle.json: entries.rest', message);
        this.#isTreeBroken = true;
        return;
      }
      this.#grow(hash, level);
    }
  }

  #grow(hash: Hash, level: number): void {
    this.#tree.add(hash, level);
    if (this.#tree.size === this.#watchedSize) this.watchedRoot = this.#tree.root();
  }

  /** What came of it, after the last entry. */
  finish(): Finding[] {
    const { count, proofs, rest } = this.#entries;
    if (this.#count !== count) {
      this.failures.add('entries.jsonl', `has ${this.#count} entries, and bundle.json says ${count}`);
    }
    if (proofs === 'together' && !this.#isTreeBroken) this.#closeTree();
    if (this.#restUsed < rest.length && !this.#isTreeBroken) {
      this.failures.add(
        'bundle.json: entries.rest',
        `${rest.length - this.#restUsed} hashes stand for nothing`,
      );
    }
    if (this.failures.count > 0) return this.failures.findings();
    return [{ check: 'entries', verdict: 'proved', at: 'entries.jsonl', message: this.#summary() }];
  }

  #closeTree(): void {
    const { size, root } = this.#checkpoint;
    this.#fillUpTo(size);
    if (this.#isTreeBroken || isEqual(this.#tree.root(), root)) return;
    const message = `the tree of these entries is not the one that was signed: at least one of the ${this.#count} entries was altered, removed or inserted, or a hash in entries.rest was`;
    this.failures.add('entries.jsonl', message);
  }

  #summary(): string {
    const { size } = this.#checkpoint;
    if (this.#count === size)
      return `these are all ${size} entries of the log at the checkpoint, unaltered, in order`;
    return `${this.#count} of the ${size} entries of the log at the checkpoint are shown; each is unaltered and in its place`;
  }
}
