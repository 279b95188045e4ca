import type { LogReading } from '@forthright/contract';
import { missingBetween, rotationOrder, type SourceFile } from '../sources/index.ts';
import { findGaps } from './gaps.rules.ts';
import { FEWEST_LINES, FEWEST_MINUTES } from './gaps.traffic.ts';
import type { Coverage } from './gaps.types.ts';
import type { ScannedLog } from './scan.ts';

const DAY = 86_400_000;
/** A wrong clock puts few lines far away; a log that was switched off for a month and a half has many on both sides. */
const STRAY_SHARE = 0.001;
const STRAY_AFTER = 30 * DAY;
/** Servers write a line when a request ends, so that neighbouring files may overlap by some seconds. */
const EDGE_MS = 60_000;

export type Span = Readonly<{ from: number; to: number; stray: number }>;

/** From the first to the last stamp, but for the few that a wrong clock put far away from all others. */
export function plausibleSpan(coverage: readonly Coverage[], now: number): Span | null {
  const minutes = coverage.flatMap((c) => c.minutes).sort((a, b) => a.minute - b.minute);
  const total = minutes.reduce((sum, m) => sum + m.lines, 0);
  const few = total * STRAY_SHARE;
  let start = 0;
  let end = minutes.length;
  for (let i = 1, lines = 0; i < minutes.length; i++) {
    lines += minutes[i - 1]?.lines ?? 0;
    if (lines > few) break;
    if ((minutes[i]?.first ?? 0) - (minutes[i - 1]?.last ?? 0) > STRAY_AFTER) start = i;
  }
  for (let i = minutes.length - 1, lines = 0; i > start; i--) {
    lines += minutes[i]?.lines ?? 0;
    if (lines > few) break;
    const isFuture = (minutes[i]?.first ?? 0) > now + DAY;
    if (isFuture || (minutes[i]?.first ?? 0) - (minutes[i - 1]?.last ?? 0) > STRAY_AFTER) end = i;
  }
  const kept = minutes.slice(start, end);
  if (kept.length === 0) return null;
  return {
    from: kept.reduce((least, m) => Math.min(least, m.first), Number.POSITIVE_INFINITY),
    to: kept.reduce((most, m) => Math.max(most, m.last), Number.NEGATIVE_INFINITY),
    stray: total - kept.reduce((sum, m) => sum + m.lines, 0),
  };
}

/** Gaps over the whole span, and how many hosts or series are too quiet to have any. */
export function silencesOf(scanned: ScannedLog, span: Span | null): Pick<LogReading, 'units' | 'gaps'> {
  const { coverage, unitIs } = scanned;
  const isQuiet = (c: Coverage) =>
    c.minutes.length < FEWEST_MINUTES || c.minutes.reduce((sum, m) => sum + m.lines, 0) < FEWEST_LINES;
  const within = (c: Coverage): Coverage => ({
    ...c,
    minutes: c.minutes.filter((m) => span !== null && m.last >= span.from && m.first <= span.to),
  });
  const found = span === null ? [] : findGaps(coverage.map(within), { from: span.from, to: span.to });
  return {
    units: { is: unitIs, count: coverage.length, tooQuiet: coverage.filter(isQuiet).length },
    gaps: found.map((g) => ({
      ...g,
      from: new Date(g.from).toISOString(),
      to: new Date(g.to).toISOString(),
    })),
  };
}

type Read = Readonly<{ file: SourceFile; first: number; last: number }>;

/** Files of one series that overlap in time: most of the shorter one (two servers, perhaps) or its edge. */
export function overlapsOf(files: readonly SourceFile[], scanned: ScannedLog): LogReading['overlaps'] {
  const found = new Map<string, LogReading['overlaps'][number]>();
  for (const [series, members] of bySeries(files)) {
    const read = members.flatMap((file): Read[] => {
      const { first = null, last = null } = scanned.readings.get(file.f) ?? {};
      return first === null || last === null || scanned.sameAs.has(file.f) ? [] : [{ file, first, last }];
    });
    read.sort((a, b) => a.first - b.first || a.file.f - b.file.f);
    let widest: Read | undefined;
    for (const later of read) {
      const earlier = widest;
      if (earlier === undefined || later.last > earlier.last) widest = later;
      if (earlier === undefined) continue;
      const shared = Math.min(earlier.last, later.last) - later.first;
      const shorter = Math.min(earlier.last - earlier.first, later.last - later.first);
      if (shared < EDGE_MS) continue;
      const kind = shared > shorter / 2 ? 'side-by-side' : 'at-the-edge';
      const key = `${series}\0${kind}`;
      const known = found.get(key);
      const minutes = Math.round(shared / 6000) / 10;
      const isWider = known === undefined || minutes > known.minutes;
      found.set(key, {
        series,
        kind,
        pairs: (known?.pairs ?? 0) + 1,
        example: isWider ? [earlier.file.path, later.file.path] : known.example,
        minutes: isWider ? minutes : known.minutes,
      });
    }
  }
  return [...found.values()];
}

/** The numbers or dates that each rotation skips. */
export function missingOf(files: readonly SourceFile[]): LogReading['missing'] {
  return [...bySeries(files)].flatMap(([series, members]) => {
    const names = missingBetween(members.map((file) => rotationOrder(file.path)));
    return names.length === 0 ? [] : [{ series, names }];
  });
}

function bySeries(files: readonly SourceFile[]): Map<string, SourceFile[]> {
  const series = new Map<string, SourceFile[]>();
  for (const file of files) {
    const members = series.get(file.series);
    if (members === undefined) series.set(file.series, [file]);
    else members.push(file);
  }
  return series;
}
