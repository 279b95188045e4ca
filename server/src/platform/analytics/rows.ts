/** Rows of a page in JSONCompactEachRowWithNames: the first line has the names, unless they are given. */
export function readPage<T extends object>(page: Uint8Array | readonly string[], names?: readonly string[]): T[] {
  const lines = page instanceof Uint8Array ? linesOf(page) : page;
  const named = names ?? (JSON.parse(lines[0] ?? '[]') as string[]);
  const rows: T[] = [];
  for (let i = names === undefined ? 1 : 0; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined || line === '') continue;
    rows.push(nameCells(named, JSON.parse(line) as unknown[]) as T);
  }
  return rows;
}

export function nameCells(names: readonly string[], cells: readonly unknown[]): object {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i++) row[names[i] ?? ''] = cells[i];
  return row;
}

const MOST_AT_ONCE = 64 << 20;

/** A page may be longer than the longest string that Node can hold, so it is decoded in parts. */
function linesOf(bytes: Uint8Array): string[] {
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let from = 0;
  while (from < bytes.length) {
    const wanted = from + MOST_AT_ONCE;
    let end = wanted >= bytes.length ? bytes.length : bytes.lastIndexOf(0x0a, wanted);
    if (end <= from) end = bytes.indexOf(0x0a, wanted);
    if (end < 0) end = bytes.length;
    for (const line of decoder.decode(bytes.subarray(from, end)).split('\n')) lines.push(line);
    from = end + 1;
  }
  return lines;
}
