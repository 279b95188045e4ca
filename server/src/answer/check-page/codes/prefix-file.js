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

