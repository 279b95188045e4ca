/** What differs between the words of two editions. Pure. */

export type Piece = Readonly<{ is: 'same' | 'added' | 'removed'; text: string }>;

/** Beyond so many pairs of words the texts are shown whole, the old one and the new one. */
const MOST_PAIRS = 4_000_000;

/** When less of a text than this stayed, words that both happen to have would only be in the way. */
const LEAST_SAME = 0.4;

/** The pieces of both texts in their order, word by word; one `same` piece when nothing differs. */
export function differenceOf(before: string, after: string, language: string): readonly Piece[] {
  if (before === after) return after === '' ? [] : [{ is: 'same', text: after }];
  const [old, now] = [wordsOf(before, language), wordsOf(after, language)];
  const whole = joined([
    { is: 'removed', text: before },
    { is: 'added', text: after },
  ]);
  if (old.length * now.length > MOST_PAIRS) return whole;
  const pieces = joined(together(walk(old, now, lengthsOf(old, now))));
  const same = pieces.reduce((sum, { is, text }) => sum + (is === 'same' ? text.length : 0), 0);
  return same < LEAST_SAME * Math.max(before.length, after.length) ? whole : pieces;
}

const segmenters = new Map<string, Intl.Segmenter>();

function wordsOf(text: string, language: string): string[] {
  const segmenter = segmenters.get(language) ?? new Intl.Segmenter(language, { granularity: 'word' });
  segmenters.set(language, segmenter);
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Of the longest common subsequence, from each pair of places to the ends. */
function lengthsOf(old: readonly string[], now: readonly string[]): Uint16Array[] {
  const rows = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const [row, below] = [rows[i], rows[i + 1]] as [Uint16Array, Uint16Array];
      row[j] = old[i] === now[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  return rows;
}

function walk(old: readonly string[], now: readonly string[], lengths: readonly Uint16Array[]): Piece[] {
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [was, is] = [old[i], now[j]];
    if (was !== undefined && was === is) {
      pieces.push({ is: 'same', text: was });
      i += 1;
      j += 1;
    } else if (
      is === undefined ||
      (was !== undefined && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))
    ) {
      pieces.push({ is: 'removed', text: was ?? '' });
      i += 1;
    } else {
      pieces.push({ is: 'added', text: is });
      j += 1;
    }
  }
  return pieces;
}

/** A blank or a comma between two changes belongs to both. */
function together(pieces: readonly Piece[]): Piece[] {
  return pieces.flatMap((piece, i): Piece[] => {
    const [before, after] = [pieces[i - 1], pieces[i + 1]];
    const isBetween =
      piece.is === 'same' &&
      /^[\s\p{P}]+$/u.test(piece.text) &&
      before !== undefined &&
      before.is !== 'same' &&
      after !== undefined &&
      after.is !== 'same';
    if (!isBetween) return [piece];
    return [
      { is: 'removed', text: piece.text },
      { is: 'added', text: piece.text },
    ];
  });
}

/** Neighbours of one kind in one piece, and what was taken out before what was put in. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const found: Piece[] = [];
  let [removed, added] = ['', ''];
  const flush = () => {
    if (removed !== '') found.push({ is: 'removed', text: removed });
    if (added !== '') found.push({ is: 'added', text: added });
    [removed, added] = ['', ''];
  };
  let same = '';
  for (const { is, text } of pieces) {
    if (is === 'same') {
      flush();
      same += text;
      continue;
    }
    if (same !== '') found.push({ is: 'same', text: same });
    same = '';
    if (is === 'removed') removed += text;
    else added += text;
  }
  flush();
  if (same !== '') found.push({ is: 'same', text: same });
  return found;
}
