/** A notice with its values told apart from the words around them, for whoever reads it on a screen. Pure. */
import type { Source } from './facts.ts';
import type { Block } from './render.ts';
import { MARKS, type Marked } from './say.ts';

/** Words of ours, or a value with what it is and where it comes from. */
export type Piece = Readonly<{ text: string; fact?: string; source?: Source }>;
export type ApartBlock = Readonly<{ is: Exclude<Block['is'], 'list'> | 'item'; pieces: readonly Piece[] }>;

export type Apart = Readonly<{
  language: string;
  subject: readonly Piece[];
  blocks: readonly ApartBlock[];
  form: string | undefined;
}>;

const STEERING = /[\u2068\u2069]/g;
const OPENING = new RegExp(`${MARKS.from}(\\d+)${MARKS.of}`, 'y');
const ANY_MARK = new RegExp(`${MARKS.from}\\d+${MARKS.of}|${MARKS.to}`, 'g');

/** The text as it is sent. */
export const withoutMarks = (text: string): string => text.replace(ANY_MARK, '');

/** The words of blocks or a subject, as somebody reads them. */
export const wordsOf = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');

/** A text with marks in its pieces. Of values within a value the outermost is told: a list, and not each number in it. */
export function piecesOf(raw: string, marked: readonly Marked[]): Piece[] {
  const text = raw.replace(STEERING, '');
  const pieces: Piece[] = [];
  let open: Marked | undefined;
  let depth = 0;
  let said = '';
  const end = () => {
    if (said !== '') pieces.push(open === undefined ? { text: said } : { text: said, ...open });
    said = '';
  };
  for (let at = 0; at < text.length; ) {
    OPENING.lastIndex = at;
    const opening = OPENING.exec(text);
    if (opening !== null) {
      if (depth === 0) {
        end();
        open = marked[Number(opening[1])];
      }
      depth += 1;
      at += opening[0].length;
    } else if (text[at] === MARKS.to && depth > 0) {
      depth -= 1;
      if (depth === 0) {
        end();
        open = undefined;
      }
      at += 1;
    } else {
      said += text[at];
      at += 1;
    }
  }
  end();
  return pieces;
}
