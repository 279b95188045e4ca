import { RegisterError } from './errors.ts';

/** The leaves from `start` up to, without, `end`. */
export type Range = Readonly<{ start: number; end: number }>;
/** A full subtree: the `index`-th run of 2^level leaves. */
export type Subtree = Readonly<{ level: number; index: number }>;

/** The largest power of two below `size` (which is at least 2): where RFC 6962 splits a tree. */
function splitPoint(size: number): number {
  let k = 1;
  while (k * 2 < size) k *= 2;
  return k;
}

/** What an inclusion proof consists of, leaf's sibling first (RFC 6962, section 2.1.1, PATH). */
export function inclusionRanges(index: number, size: number): Range[] {
  checkSizes(index + 1, size);
  const ranges: Range[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** What a consistency proof between two sizes consists of (RFC 6962, section 2.1.2, SUBPROOF). */
export function consistencyRanges(oldSize: number, size: number): Range[] {
  checkSizes(oldSize, size);
  const ranges: Range[] = [];
  let start = 0;
  let end = size;
  while (oldSize !== end) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

function checkSizes(small: number, size: number): void {
  if (Number.isSafeInteger(small) && Number.isSafeInteger(size) && small >= 1 && small <= size) return;
  throw new RegisterError('entry-refused', 'proof', `${small} of ${size} entries: there is no such proof`);
}

/** The fewest full subtrees that make up a range, from left to right. */
export function subtreesOf({ start, end }: Range): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1;
    subtrees.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return subtrees;
}
