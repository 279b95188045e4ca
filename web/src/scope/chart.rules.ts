/** Figures of an answer as columns of a drawing. Pure. */

export type Bin = Readonly<{ at: string; count: number }>;
/** From one instant to another, in milliseconds since 1970. */
export type Stretch = Readonly<{ from: number; to: number }>;
export type Column = Stretch & Readonly<{ count: number }>;

/** No narrower than this, in pixels: thinner columns can't be told apart. */
const NARROWEST = 5;

/** Steps of the answer put together into as many columns as can be seen, each of whole steps, over all of the window. */
export function columnsOf(
  bins: readonly Bin[],
  { from, to }: Stretch,
  { stepMinutes, width }: Readonly<{ stepMinutes: number; width: number }>,
): Column[] {
  const step = Math.max(1, stepMinutes) * 60_000;
  const first = Math.floor(from / step) * step;
  const steps = Math.max(1, Math.ceil((to - first) / step));
  const most = Math.max(1, Math.floor(width / NARROWEST));
  const each = Math.ceil(steps / most) * step;
  const columns = Array.from({ length: Math.max(1, Math.ceil((to - first) / each)) }, (_, n) => ({
    from: first + n * each,
    to: first + (n + 1) * each,
    count: 0,
  }));
  for (const { at, count } of bins) {
    const column =
      columns[Math.min(columns.length - 1, Math.max(0, Math.floor((Date.parse(at) - first) / each)))];
    if (column !== undefined) column.count += count;
  }
  return columns;
}

/** The column of most people, the first of several; undefined when nobody is in any. */
export function highest(columns: readonly Column[]): Column | undefined {
  const most = Math.max(0, ...columns.map(({ count }) => count));
  return most === 0 ? undefined : columns.find(({ count }) => count === most);
}

export type GapRow = Readonly<{ unit: string; stretches: readonly Stretch[] }>;

type Gap = Readonly<{ log: string; unit: string; from: string; to: string }>;

/** A row for each host or series, in the order of their first gap; stretches that touch are one. */
export function gapRows(gaps: readonly Gap[]): GapRow[] {
  const rows = new Map<string, Stretch[]>();
  for (const gap of gaps.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))) {
    const unit = gap.unit === '' ? gap.log : gap.unit;
    const own = rows.get(unit) ?? [];
    const last = own.at(-1);
    const [from, to] = [Date.parse(gap.from), Date.parse(gap.to)];
    if (last !== undefined && from <= last.to)
      own[own.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else own.push({ from, to });
    rows.set(unit, own);
  }
  return [...rows].map(([unit, stretches]) => ({ unit, stretches }));
}
