/** A text as a few numbers, by which near-equal texts are found and from which nobody can tell what stood there. */
import { createHash } from 'node:crypto';
import { SKETCH } from '@forthright/contract';

/** Words in a row that count as one. */
const RUN = 3;
/** A shorter text is like very many. */
const FEWEST_WORDS = 12;
const MOST_WORDS = 5000;

const MULTIPLIERS = Array.from({ length: SKETCH }, (_, i) => {
  const bytes = createHash('sha256').update(`forthright sketch ${i}`).digest();
  // An odd factor orders all 32-bit numbers anew.
  return [bytes.readInt32BE(0) | 1, bytes.readInt32BE(4)] as const;
});

/**
 * The least of 32 orderings over all runs of three words (MinHash): two texts agree at about as many places as the share of runs that they
 * have in common. Numbers and addresses in it, which differ by customer, are left out; a text of fewer than 12 words has none.
 */
export function sketchOf(text: string): number[] {
  const words =
    text
      .toLowerCase()
      .replace(/\S*@\S*|https?:\S*|www\.\S*/g, ' ')
      .match(/\p{L}+/gu)
      ?.slice(0, MOST_WORDS) ?? [];
  if (words.length < FEWEST_WORDS) return [];
  const least = MULTIPLIERS.map(() => 2 ** 32 - 1);
  for (let at = 0; at + RUN <= words.length; at += 1) {
    const run = createHash('sha256')
      .update(words.slice(at, at + RUN).join(' '))
      .digest()
      .readUInt32BE(0);
    for (const [i, [a, b]] of MULTIPLIERS.entries()) {
      const value = (Math.imul(a, run) + b) >>> 0;
      if (value < (least[i] ?? 0)) least[i] = value;
    }
  }
  return least;
}
