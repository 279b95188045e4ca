import { familyOf, type SourceFile } from '../sources/index.ts';

type Span = { first: number; last: number };

/** Parts of one log meet, or overlap a little where a rotation copied; servers beside each other run all the time. */
const PARTS_OVERLAP_AT_MOST = 0.25;

/**
 * The series of each file, by number `f`. Names that differ by a number after `-` or `_` are one series when their
 * stamps follow one another, as parts of one log do, and a series each when they cover the same time, as servers do:
 * else one server's lines would hide the silence of another.
 */
export function seriesByTime(
  files: readonly SourceFile[],
  spanOf: (f: number) => Readonly<{ first: number | null; last: number | null }> | undefined,
): Map<number, string> {
  const families = Map.groupBy(files, (file) => familyOf(file.series));
  const series = new Map<number, string>();
  for (const [family, members] of families) {
    const spans = [...Map.groupBy(members, (file) => file.series).values()].map((same) =>
      spanOfAll(same, spanOf),
    );
    const isOne = spans.length === 1 || followEachOther(spans.filter((s) => s !== null));
    for (const file of members) series.set(file.f, isOne && spans.length > 1 ? family : file.series);
  }
  return series;
}

function spanOfAll(files: readonly SourceFile[], spanOf: Parameters<typeof seriesByTime>[1]): Span | null {
  const spans = files.map((file) => spanOf(file.f)).filter((s) => s !== undefined);
  const firsts = spans.map((s) => s.first).filter((t) => t !== null);
  const lasts = spans.map((s) => s.last).filter((t) => t !== null);
  return firsts.length === 0 ? null : { first: Math.min(...firsts), last: Math.max(...lasts) };
}

function followEachOther(spans: readonly Span[]): boolean {
  const sorted = spans.toSorted((a, b) => a.first - b.first || a.last - b.last);
  return sorted.slice(1).every((later, i) => {
    const earlier = sorted[i] ?? later;
    const overlap = Math.min(earlier.last, later.last) - later.first;
    const shorter = Math.min(earlier.last - earlier.first, later.last - later.first);
    return overlap <= shorter * PARTS_OVERLAP_AT_MOST;
  });
}
