/**
 * The static file of one prefix, byte for byte (docs/codes.md). All integers are big-endian.
 *
 *   0   16  'forthright-batch'         44  4  number of leaves shown, neighbours among them
 *   16   1  version, 1                 48  2  hashes to the left of them
 *   17   1  bits of the prefix         50  2  hashes to the right of them
 *   18   2  0                          52     leaves (64 bytes each), hashes left, hashes right (32 bytes each)
 *   20   4  prefix                            and zeros up to the size that all files of the batch have
 *   24   3  batch tag
 *   27   1  0
 *   28   8  size of the tree
 *   36   8  index of the first leaf shown
 */
export const MAGIC = 'forthright-batch';
export const FILE_VERSION = 1;
export const HEADER_BYTES = 52;

export type PrefixFile = Readonly<{
  tag: string;
  bits: number;
  prefix: number;
  /** Of the tree. */
  size: number;
  /** Of the first leaf shown. */
  first: number;
  /** In their order; the last one before the prefix and the first one behind it among them, where there are any. */
  leaves: readonly Uint8Array[];
  /** Of the fewest full subtrees before the first leaf shown, and behind the last one, from left to right. */
  left: readonly Uint8Array[];
  right: readonly Uint8Array[];
}>;
