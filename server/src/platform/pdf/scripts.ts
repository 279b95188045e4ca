/**
 * Text in several fonts, or that runs from right to left: which font each piece needs, in which order pieces of a line stand
 * before the eye, and where a line may end (UAX 14). fontkit joins Arabic letters and turns a word around; the order of words
 * and numbers is the Unicode Bidirectional Algorithm's (UAX 9).
 */
import { createRequire } from 'node:module';
import type { Face, Lettered } from './fonts.ts';

/** Which way a paragraph runs as a whole. */
export type Base = 'ltr' | 'rtl';

type Bidi = Readonly<{
  getEmbeddingLevels: (
    text: string,
    base?: Base,
  ) => { levels: Uint8Array; paragraphs: readonly { level: number }[] };
  getMirroredCharacter: (letter: string) => string | null;
}>;

const require = createRequire(import.meta.url);
// It has no types.
const bidi = (require('bidi-js') as () => Bidi)();

const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
type Breaker = { nextBreak: () => Readonly<{ position: number }> | null };
// It has no types.
const LineBreaker = require('linebreak') as new (text: string) => Breaker;

/** A piece of a line, all of it in one font and one direction. */
export type Piece = Readonly<{ text: string; face: Face }>;

/** Whether a text can't be handed to the PDF as it is: it is of several fonts, or runs from right to left. */
export const needsPlace = (text: string, letters: readonly Lettered[]): boolean =>
  RIGHT_TO_LEFT.test(text) || letters.some(({ face }) => face !== letters[0]?.face);

/** Pieces between which a line may end; each ends with the blanks behind it. */
export function breakable(text: string): readonly string[] {
  const breaker = new LineBreaker(text);
  const parts: string[] = [];
  let at = 0;
  for (let found = breaker.nextBreak(); found !== null; found = breaker.nextBreak()) {
    parts.push(text.slice(at, found.position));
    at = found.position;
  }
  return parts;
}

/** By its first letter that has a direction (UAX 9, P2 and P3). */
export const baseOf = (paragraph: string): Base =>
  bidi.getEmbeddingLevels(paragraph).paragraphs[0]?.level === 1 ? 'rtl' : 'ltr';

/** A line's pieces in the order in which they stand from left to right; a word stays whole but for its fonts. */
export function piecesOf(
  line: string,
  base: Base,
  facesOf: (line: string) => readonly Lettered[],
): readonly Piece[] {
  // One for each unit of the text, as the levels are.
  const faces = facesOf(line).flatMap(({ letter, face }) =>
    Array.from({ length: letter.length }, () => face),
  );
  const { levels } = RIGHT_TO_LEFT.test(line)
    ? bidi.getEmbeddingLevels(line, base)
    : { levels: new Uint8Array(line.length) };
  const pieces: (Piece & { level: number })[] = [];
  for (let at = 0; at < line.length; ) {
    const end = endOfPiece(line, { levels, faces }, at);
    const level = levels[at] ?? 0;
    const text = line.slice(at, end);
    pieces.push({ text: level % 2 === 1 ? turned(text) : text, face: faces[at] ?? 'own', level });
    at = end;
  }
  return inSight(pieces);
}

/** Where level, font, or being a blank changes. */
function endOfPiece(
  line: string,
  { levels, faces }: Readonly<{ levels: Uint8Array; faces: readonly Face[] }>,
  start: number,
): number {
  const kindOf = (at: number) => `${levels[at]} ${line[at] === ' '} ${faces[at]}`;
  const kind = kindOf(start);
  let at = start + 1;
  while (at < line.length && kindOf(at) === kind) at += 1;
  return at;
}

/** Brackets look the other way. What has no letter that runs from right to left is turned around here, since fontkit does not. */
function turned(text: string): string {
  const mirrored = Array.from(text, (letter) => bidi.getMirroredCharacter(letter) ?? letter);
  return (RIGHT_TO_LEFT.test(text) ? mirrored : mirrored.reverse()).join('');
}

/** UAX 9, rule L2: from the highest level down, each run of that level or a higher one is reversed. */
function inSight<T extends { level: number }>(pieces: readonly T[]): readonly T[] {
  const order = [...pieces];
  const highest = Math.max(0, ...order.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1)
    for (let start = 0; start < order.length; start += 1) {
      if ((order[start]?.level ?? 0) < level) continue;
      let end = start;
      while (end < order.length && (order[end]?.level ?? 0) >= level) end += 1;
      order.splice(start, end - start, ...order.slice(start, end).reverse());
      start = end;
    }
  return order;
}
