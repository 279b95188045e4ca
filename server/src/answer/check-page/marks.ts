/** What in a text is not ours, piece by piece. Pure, and of the web's types only: the page runs it, too. */

export type Mark = Readonly<{ is: string; text: string }>;
export type MarkedPiece = Readonly<{ text: string; is?: string }>;

/**
 * The text in pieces, those that a mark names with what they are; the longest first where marks overlap. `rest`: marks that
 * stand nowhere in it as they are written, such as hidden characters.
 */
export function markedText(
  text: string,
  marks: readonly Mark[],
): Readonly<{ pieces: readonly MarkedPiece[]; rest: readonly Mark[] }> {
  let pieces: MarkedPiece[] = text === '' ? [] : [{ text }];
  const rest: Mark[] = [];
  for (const mark of [...marks].sort((a, b) => b.text.length - a.text.length)) {
    if (mark.text === '' || !text.includes(mark.text)) {
      rest.push(mark);
      continue;
    }
    pieces = pieces.flatMap((piece) => (piece.is === undefined ? split(piece.text, mark) : [piece]));
  }
  return { pieces, rest };
}

function split(text: string, mark: Mark): MarkedPiece[] {
  const parts = text.split(mark.text);
  return parts.flatMap((part, i): MarkedPiece[] => [
    ...(i === 0 ? [] : [{ text: mark.text, is: mark.is }]),
    ...(part === '' ? [] : [{ text: part }]),
  ]);
}
