/**
 * Edits between two words: insert, delete, replace, or swap two neighbours (optimal string alignment). Case is
 * free, since `Combined` for `combined` is a slip and not another word.
 */
export function editDistance(left: string, right: string): number {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Words longer than this are never compared: a hostile key of a megabyte must not cost minutes. */
const LONGEST = 200;

/**
 * The known words that were perhaps meant, nearest first: at most a third of the letters differ, or the one
 * word begins the other. Empty when nothing is near, so that a suggestion is worth reading.
 */
export function nearest(word: string, known: Iterable<string>, atMost = 1): string[] {
  if (word === '' || word.length > LONGEST) return [];
  const found: { name: string; distance: number }[] = [];
  for (const name of known) {
    if (name.length > LONGEST) continue;
    const distance = editDistance(word, name);
    const begins = word.length >= 3 && name.toLowerCase().startsWith(word.toLowerCase());
    if (distance <= Math.max(1, Math.floor(Math.max(word.length, name.length) / 3)) || begins) {
      found.push({ name, distance });
    }
  }
  found.sort((x, y) => x.distance - y.distance || (x.name < y.name ? -1 : 1));
  return found.slice(0, atMost).map((f) => f.name);
}

/** `; did you mean "logs"?`, or nothing when no known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const [name] = nearest(word, known);
  return name === undefined ? '' : `; did you mean \`${name}\`?`;
}
