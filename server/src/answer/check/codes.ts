/** The codes that stand in a text. */
import { type Code, readCode } from '../../prove/codes/index.ts';

/** Letters of other alphabets may stand beside it: what stood there was read in a wrong charset. */
const LIKE_ONE = /(?<![0-9a-z])[0-9a-z]{4}(?:[^\p{L}\p{N}]{0,6}[0-9a-z]{5}){3}(?![0-9a-z])/giu;
const MOST_CODES = 20;

export type CodesFound = Readonly<{
  codes: readonly Code[];
  /** Of the form of a code, with a wrong character. */
  mistyped: readonly string[];
}>;

/** Looks through texts for codes as they are printed, quoted, broken over lines and spelt otherwise. */
export function codesIn(texts: readonly string[]): CodesFound {
  const codes = new Set<Code>();
  const mistyped = new Set<string>();
  for (const text of texts)
    for (const [found] of text
      .normalize('NFKC')
      .replace(/\p{Cf}/gu, '')
      .matchAll(LIKE_ONE)) {
      if (codes.size + mistyped.size >= MOST_CODES) break;
      const read = readCode(found);
      if (read.kind === 'code') codes.add(read.code);
      // Four words of such lengths are no code: one has a digit, or is printed in groups with dashes.
      else if (read.kind === 'mistyped' && /\d/.test(found) && /-/.test(found)) mistyped.add(found);
    }
  return { codes: [...codes], mistyped: [...mistyped] };
}
