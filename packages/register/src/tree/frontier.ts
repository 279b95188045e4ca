import { RegisterError } from './errors.ts';
import { EMPTY_ROOT, HASH_BYTES, type Hash, nodeHash } from './hash.ts';
import { LARGEST_SIZE } from './text.ts';

/**
 * The right edge of a tree: the hashes of the full subtrees that it consists of, largest first, one for each bit
 * that is set in `size`. All that has to be kept to go on appending.
 */
export type Frontier = Readonly<{ size: number; hashes: readonly Hash[] }>;

export const EMPTY_FRONTIER: Frontier = { size: 0, hashes: [] };

/** Told of each full subtree as it is completed: 2^level leaves, the index-th of that level. */
export type OnNode = (level: number, index: number, hash: Hash) => void;

/** Refuses a stored frontier that can't be one of a tree of this size. */
export function checkFrontier(frontier: Frontier): Frontier {
  const { size, hashes } = frontier;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new RegisterError('tree-mismatch', 'frontier', `${size} is not the size of a tree`);
  }
  const ones = size.toString(2).replaceAll('0', '').length;
  if (hashes.length !== ones || hashes.some((hash) => hash.length !== HASH_BYTES)) {
    const message = `the frontier of a tree of ${size} entries has ${ones} hashes of 32 bytes`;
    throw new RegisterError('tree-mismatch', 'frontier', message);
  }
  return frontier;
}

/** A tree that grows at its right edge, in constant memory but for the edge. */
export class GrowingTree {
  size: number;
  readonly hashes: Hash[];
  constructor(from: Frontier = EMPTY_FRONTIER) {
    const { size, hashes } = checkFrontier(from);
    this.size = size;
    this.hashes = [...hashes];
  }

  /** Appends one leaf, or a whole full subtree of 2^level leaves, which must begin where one of that size can. */
  add(hash: Hash, level = 0, onNode?: OnNode): void {
    const leaves = 2 ** level;
    let index = this.size / leaves;
    if (!Number.isInteger(index) || this.size + leaves > LARGEST_SIZE) {
      const message = `a subtree of 2^${level} leaves can't begin at ${this.size}`;
      throw new RegisterError('tree-mismatch', 'frontier', message);
    }
    let node = hash;
    let height = level;
    onNode?.(height, index, node);
    while (index % 2 === 1) {
      const left = this.hashes.pop();
      if (left === undefined)
        throw new RegisterError('internal', 'frontier', 'a hash of the edge is missing');
      node = nodeHash(left, node);
      index = (index - 1) / 2;
      height += 1;
      onNode?.(height, index, node);
    }
    this.hashes.push(node);
    this.size += leaves;
  }

  frontier(): Frontier {
    return { size: this.size, hashes: [...this.hashes] };
  }

  root(): Hash {
    return rootOf(this);
  }
}

/** The root of the tree whose right edge this is. */
export function rootOf({ hashes }: Frontier): Hash {
  return hashes.length === 0 ? EMPTY_ROOT : hashes.reduceRight((right, left) => nodeHash(left, right));
}
