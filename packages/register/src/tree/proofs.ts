import { EMPTY_ROOT, HASH_BYTES, type Hash, isEqual, nodeHash } from './hash.ts';
import type { Range } from './ranges.ts';

/** Each hash halves the tree, and no tree here has more than 2^53 leaves. */
export const MOST_PROOF_HASHES = 63;

const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);
const isSize = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const isProof = (proof: readonly Hash[]): boolean =>
  proof.length <= MOST_PROOF_HASHES && proof.every((hash) => hash.length === HASH_BYTES);

export type Inclusion = Readonly<{ index: number; size: number; leaf: Hash; proof: readonly Hash[] }>;

/** Whether the leaf stands at this index of the tree with this root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion({ index, size, leaf, proof }: Inclusion, root: Hash): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  if (leaf.length !== HASH_BYTES || !isProof(proof)) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && isEqual(hash, root);
}

/** A run of leaves that stands in every larger tree as one piece: its start is a multiple of its length, rounded up to a power of two. */
function isSubtree({ start, end }: Range): boolean {
  if (!isSize(start) || !isSize(end) || start >= end) return false;
  let length = 1;
  while (length < end - start) length *= 2;
  return start % length === 0;
}

/** Whether the leaf stands at this index of the log, shown by the root of the subtree that holds it. */
export function verifySubtreeInclusion(
  within: Range,
  { index, leaf, proof }: Omit<Inclusion, 'size'>,
  subtreeRoot: Hash,
): boolean {
  if (!isSubtree(within) || !isSize(index) || index < within.start) return false;
  const own = { index: index - within.start, size: within.end - within.start, leaf, proof };
  return verifyInclusion(own, subtreeRoot);
}

/**
 * Whether the leaves `within`, whose hash is `subtreeRoot`, stand in the tree of `size` leaves and hash `root`
 * (draft-ietf-plants-merkle-tree-certs-03, section 4.4; with `start` 0 it is RFC 9162, section 2.1.4.2). No leaves at all
 * stand in every tree.
 */
export function verifySubtreeConsistency(
  within: Range,
  size: number,
  proof: readonly Hash[],
  { subtreeRoot, root }: Readonly<{ subtreeRoot: Hash; root: Hash }>,
): boolean {
  if (!isSize(size) || !(within.end <= size) || !isProof(proof)) return false;
  const isEmpty = isSize(within.start) && within.start === within.end;
  if (isEmpty) return proof.length === 0 && isEqual(subtreeRoot, EMPTY_ROOT);
  if (!isSubtree(within)) return false;
  let [first, last, end] = [within.start, within.end - 1, size - 1];
  const shift = (): void => {
    [first, last, end] = [half(first), half(last), half(end)];
  };
  if (last === end) while (first !== last) shift();
  else while (first !== last && isOdd(last)) shift();
  const known = first === last ? subtreeRoot : proof[0];
  if (known === undefined) return false;
  let [inside, whole] = [known, known];
  for (const hash of first === last ? proof : proof.slice(1)) {
    if (end === 0) return false;
    if (isOdd(last) || last === end) {
      if (first < last) inside = nodeHash(hash, inside);
      whole = nodeHash(hash, whole);
      while (!isOdd(last) && last !== 0) shift();
    } else {
      whole = nodeHash(whole, hash);
    }
    shift();
  }
  return end === 0 && isEqual(inside, subtreeRoot) && isEqual(whole, root);
}

/** One tree of which another is said to be the beginning. */
export type Growth = Readonly<{
  oldSize: number;
  oldRoot: Hash;
  size: number;
  root: Hash;
  proof: readonly Hash[];
}>;

/** Whether the larger tree begins with the smaller one. Of a tree without entries it proves nothing, and says no. */
export function verifyConsistency({ oldSize, oldRoot, size, root, proof }: Growth): boolean {
  const isThereAny = oldSize !== 0;
  const within = { start: 0, end: oldSize };
  return isThereAny && verifySubtreeConsistency(within, size, proof, { subtreeRoot: oldRoot, root });
}
