import { DAY, HOUR, learnTraffic, MINUTE, type Silence, type Stretch, type Traffic } from './gaps.traffic.ts';
import type { Coverage, FoundGap, RotationOrder } from './gaps.types.ts';

/** Shorter silences are pauses (a restart, a rotation), however busy the unit. */
const SHORTEST_SILENCE = 2 * MINUTE;
/** False alarms that the model itself may raise per unit and day; the rest of the budget is for its mistakes. */
const ALARMS_PER_UNIT_DAY = 3e-4;
/** A silence this share of the way (in logarithms) to an alarm is no evidence of what is ordinary. */
const DOUBT = 0.5;
/** A missing name in a rotation makes a hole likely to begin with: one in a hundred is enough. */
const SURPRISE_AT_MISSING_FILE = Math.log(100);
const SHORTEST_AT_MISSING_FILE = 5_000;
/** A log that is written in beats (by a batch, a sampler) is judged by its beat: so many nearly equal silences … */
const BEATS = 12;
const BEAT_TOLERANCE = 0.1;
/** … that make up this share of its silences and of its time … */
const BEAT_SHARE = 0.9;
/** … of at most this length, since nights and week-ends come in equal lengths too … */
const LONGEST_BEAT = 3 * HOUR;
/** … make a silence of nearly two beats a lost one. */
const LOST_BEAT = 1.8;
/** A unit with too few lines to learn from shows nothing beyond its lines but for about its own longest pause. */
const THIN_EDGE = 3;
const REJECTED_SHARE = 0.2;
const REJECTED_LINES = 20;
const REJECTED_PERIOD_MINUTES = [5, 60];
const MOST_ROUNDS = 20;

/**
 * Finds the stretches of the window in which a unit's log can't be trusted to show everything. Promises every
 * stretch at the precision of the stamps around it, sorted by unit, start and reason, touching ones of a reason
 * merged. A unit with too few lines to judge yields no gap for its silences; if that is so of the whole log, those
 * before its first and after its last line that are longer than three times any other are gaps all the same.
 */
export function findGaps(coverage: Coverage[], window: { from: number; to: number }): FoundGap[] {
  const units = coverage.map((c) => ({ c, traffic: c.minutes.length === 0 ? null : learnTraffic(c) }));
  const isThin = !units.some((u) => u.traffic?.canJudge);
  const found = units.flatMap(({ c, traffic }) =>
    traffic === null ? emptyUnit(c, window) : gapsOf(c, traffic, window, isThin),
  );
  return mergeGaps(clip(found, window));
}

function emptyUnit(c: Coverage, window: Stretch): FoundGap[] {
  const detail = 'no line of this unit was read at all, so nothing shows what happened on it';
  return [{ unit: c.unit, ...window, reason: 'no-lines', detail }, ...rejectedPeriods(c)];
}

/** isThin: no unit of the log has enough lines, so that not even another unit's lines show that it was written. */
function gapsOf(c: Coverage, traffic: Traffic, window: Stretch, isThin: boolean): FoundGap[] {
  const silences = silencesOf(c, window);
  const judged = traffic.canJudge ? implausible(traffic, silences, limitOf(c, window)) : [];
  const unusual = (traffic.canJudge ? lostBeats(c, silences) : isThin ? bareEdges(c, silences) : []).filter(
    (s) => !judged.includes(s),
  );
  const flagged = [...judged, ...unusual];
  const missing = missingFiles(c, traffic);
  const silent = flagged
    .filter((s) => !missing.some((m) => m.from <= s.from && s.to <= m.to))
    .map((s) =>
      unusual.includes(s) ? describeUnusual(c, s, traffic.canJudge) : describeSilence(c, s, traffic),
    );
  return [...silent, ...missing, ...rejectedPeriods(c)];
}

function silencesOf(c: Coverage, window: Stretch): Silence[] {
  const out: Silence[] = [];
  const first = c.minutes[0]?.first ?? window.to;
  const last = c.minutes.at(-1)?.last ?? window.from;
  if (window.from < first) out.push({ from: window.from, to: first, after: -1 });
  for (let i = 0; i + 1 < c.minutes.length; i++) {
    const from = c.minutes[i]?.last ?? 0;
    const to = c.minutes[i + 1]?.first ?? 0;
    if (to - from >= SHORTEST_SILENCE) out.push({ from, to, after: i });
  }
  if (last < window.to) out.push({ from: last, to: window.to, after: c.minutes.length - 1 });
  return out;
}

/** How surprising (-ln of the chance) a silence must be, corrected for the silences that this unit has. */
function limitOf(c: Coverage, window: Stretch): number {
  const from = Math.min(window.from, c.minutes[0]?.first ?? window.from);
  const to = Math.max(window.to, c.minutes.at(-1)?.last ?? window.to);
  const days = Math.max(1, (to - from) / DAY);
  return Math.log((c.minutes.length + 2) / (ALARMS_PER_UNIT_DAY * days));
}

/**
 * Judges each silence by the traffic outside it and outside all doubtful silences, again and again until no
 * further one is doubtful. Doubts and flags only accumulate, so that several holes can't hide each other.
 */
function implausible(traffic: Traffic, silences: readonly Silence[], limit: number): Silence[] {
  const flagged = new Set<Silence>();
  const doubted = new Set<Silence>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const fresh: Silence[] = [];
    for (const s of silences) {
      if (flagged.has(s) || traffic.surpriseAtMost(s.to - s.from) < limit * DOUBT) continue;
      const { surprise } = traffic.judge(s);
      if (surprise >= limit) flagged.add(s);
      if (surprise >= limit * DOUBT && !doubted.has(s)) {
        doubted.add(s);
        fresh.push(s);
      }
    }
    if (fresh.length === 0) break;
    traffic.exclude(fresh);
  }
  return [...flagged];
}

/** Silences of nearly two beats and more in a log that is otherwise silent for the same time again and again. */
function lostBeats(c: Coverage, silences: readonly Silence[]): Silence[] {
  const inner = silences
    .filter((s) => s.after >= 0 && s.after < c.minutes.length - 1)
    .map((s) => s.to - s.from);
  const beat = inner.toSorted((x, y) => x - y)[inner.length >> 1] ?? 0;
  const beats = inner.filter((length) => Math.abs(length - beat) <= beat * BEAT_TOLERANCE);
  const span = (c.minutes.at(-1)?.last ?? 0) - (c.minutes[0]?.first ?? 0);
  const silent = inner.reduce((sum, length) => sum + length, 0);
  const isRegular =
    beats.length >= BEATS && beats.length >= inner.length * BEAT_SHARE && silent >= span * BEAT_SHARE;
  if (!isRegular || beat > LONGEST_BEAT) return [];
  return silences.filter((s) => s.to - s.from >= beat * LOST_BEAT);
}

/** Before the first and after the last line of a unit of few lines: longer than its own pauses make likely. */
function bareEdges(c: Coverage, silences: readonly Silence[]): Silence[] {
  const stamps = c.minutes.flatMap((m) => [m.first, m.last]);
  const longest = Math.max(MINUTE, ...stamps.slice(1).map((t, i) => t - (stamps[i] ?? t)));
  const isEdge = (s: Silence) => s.after < 0 || s.after === c.minutes.length - 1;
  return silences.filter((s) => isEdge(s) && s.to - s.from > longest * THIN_EDGE);
}

const reasonOf = (c: Coverage, s: Silence) =>
  s.after < 0 ? 'before-first-line' : s.after === c.minutes.length - 1 ? 'after-last-line' : 'silent';

function describeUnusual(c: Coverage, s: Silence, isBeat: boolean): FoundGap {
  const lines = c.minutes.reduce((n, m) => n + m.lines, 0);
  const detail = isBeat
    ? `no line for ${duration(s)} in a log that is otherwise written in regular beats`
    : `no line for ${duration(s)}, and with ${lines} line${lines === 1 ? '' : 's'} in all nothing shows that this is ordinary`;
  return { unit: c.unit, from: s.from, to: s.to, reason: reasonOf(c, s), detail };
}

function describeSilence(c: Coverage, s: Silence, traffic: Traffic): FoundGap {
  const reason = reasonOf(c, s);
  const { expected, surprise } = traffic.judge(s);
  const place = {
    silent: '',
    'before-first-line': ' before the first',
    'after-last-line': ' after the last',
  }[reason];
  const odds = Math.min(30, Math.floor(surprise / Math.LN10));
  const detail = `no line for ${duration(s)}${place} where about ${count(expected)} were expected (ordinary traffic leaves such a silence less than once in 10^${odds} windows)`;
  return { unit: c.unit, from: s.from, to: s.to, reason, detail };
}

/**
 * A number or date that a rotation skips is a gap from the last stamp before it to the first stamp after it, if
 * the lines there are too few. Files that meet are none: merging files of a series must change nothing.
 */
function missingFiles(c: Coverage, traffic: Traffic): FoundGap[] {
  if (!traffic.canJudge) return [];
  const out: FoundGap[] = [];
  for (const { before, after, skipped } of skippedNames(c)) {
    const s = { from: before.last, to: after.first };
    if (s.to - s.from < SHORTEST_AT_MISSING_FILE) continue;
    const lines = linesWithin(c, s);
    const { expected, surprise } = traffic.judgeWith(s, lines);
    if (surprise < SURPRISE_AT_MISSING_FILE) continue;
    const detail = `${skipped} missing between ${before.path} and ${after.path}: ${lines === 0 ? 'no line' : `${lines} lines`} for ${duration(s)} where about ${count(expected)} were expected`;
    out.push({ unit: c.unit, ...s, reason: 'missing-file', detail });
  }
  return out;
}

type RotatedFile = Coverage['rotation'][number];
type Placed = Readonly<{ file: RotatedFile; at: number; kind: RotationOrder['kind'] }>;
type Skip = Readonly<{ before: RotatedFile; after: RotatedFile; skipped: string }>;

function skippedNames(c: Coverage): Skip[] {
  const series = new Map<string, Placed[]>();
  for (const file of c.rotation) {
    if (file.order === null) continue;
    const key = `${file.order.kind} ${stemOf(file.path)}`;
    const placed = { file, at: placeOf(file.order), kind: file.order.kind };
    series.set(key, [...(series.get(key) ?? []), placed]);
  }
  for (const file of c.rotation) {
    // The file being written has no number: it stands where 0 would, unless a 0 is there.
    const numbered = file.order === null ? series.get(`number ${stemOf(file.path)}.#`) : undefined;
    if (numbered?.every((p) => p.at > 0)) numbered.push({ file, at: 0, kind: 'number' });
  }
  return [...series.values()].flatMap(skipsOf);
}

function skipsOf(placed: readonly Placed[]): Skip[] {
  const sorted = placed.toSorted((a, b) => a.at - b.at);
  const out: Skip[] = [];
  for (let i = 0; i + 1 < sorted.length; i++) {
    const a = sorted[i];
    const b = sorted[i + 1];
    if (!a || !b || b.at - a.at < 2) continue;
    const [before, after] = a.file.first <= b.file.first ? [a.file, b.file] : [b.file, a.file];
    const names = b.at - a.at === 2 ? nameAt(a.kind, a.at + 1) : `${b.at - a.at - 1} files`;
    out.push({ before, after, skipped: names });
  }
  return out;
}

function stemOf(path: string): string {
  return path.replace(/\.(gz|zst|zstd|bz2|xz)$/i, '').replace(/\d+/g, '#');
}

function placeOf(order: RotationOrder): number {
  switch (order.kind) {
    case 'number':
      return order.value;
    case 'day':
      return Math.round(Date.parse(`${order.value}T00:00:00Z`) / DAY);
    case 'hour':
      return Math.round(Date.parse(`${order.value}:00:00Z`) / HOUR);
  }
}

function nameAt(kind: RotationOrder['kind'], at: number): string {
  switch (kind) {
    case 'number':
      return `number ${at}`;
    case 'day':
      return new Date(at * DAY).toISOString().slice(0, 10);
    case 'hour':
      return new Date(at * HOUR).toISOString().slice(0, 13);
  }
}

/** Lines strictly between the ends; a minute that an end cuts counts in the share that lies inside. */
function linesWithin(c: Coverage, s: Stretch): number {
  let lines = 0;
  for (let i = firstFrom(c, Math.floor(s.from / MINUTE)); i < c.minutes.length; i++) {
    const m = c.minutes[i];
    if (!m || m.first >= s.to) break;
    const from = Math.max(m.first, s.from + 1);
    const to = Math.min(m.last, s.to - 1);
    if (to < from) continue;
    lines += m.lines * (m.last === m.first ? 1 : (to - from) / (m.last - m.first));
  }
  return Math.floor(lines);
}

function firstFrom(c: Coverage, minute: number): number {
  let low = 0;
  let high = c.minutes.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((c.minutes[mid]?.minute ?? 0) < minute) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** By five minutes, so that the gap is narrow; then by the hour, for what trickles, outside those found. */
function rejectedPeriods(c: Coverage): FoundGap[] {
  const found: FoundGap[] = [];
  for (const length of REJECTED_PERIOD_MINUTES) {
    const isKnown = (minute: number) =>
      found.some((g) => g.from <= minute * MINUTE && minute * MINUTE < g.to);
    const rejected = new Map<number, number>();
    for (const r of c.rejected) {
      if (r.lines === 0 || isKnown(r.minute)) continue;
      const period = Math.floor(r.minute / length);
      rejected.set(period, (rejected.get(period) ?? 0) + r.lines);
    }
    const fresh = [...rejected].flatMap(([period, bad]): FoundGap[] => {
      if (bad < REJECTED_LINES) return [];
      const from = period * length * MINUTE;
      const good = wholeMinutes(c, period * length, length, isKnown);
      if (bad / (bad + good) <= REJECTED_SHARE) return [];
      const share = Math.round((100 * bad) / (bad + good));
      const detail = `${bad} of ${bad + good} lines (${share} %) could not be read within ${length} minutes`;
      return [{ unit: c.unit, from, to: from + length * MINUTE, reason: 'rejected-lines', detail }];
    });
    found.push(...fresh);
  }
  return found;
}

function wholeMinutes(
  c: Coverage,
  minute: number,
  length: number,
  isLeftOut: (minute: number) => boolean,
): number {
  let lines = 0;
  for (let i = firstFrom(c, minute); i < c.minutes.length; i++) {
    const m = c.minutes[i];
    if (!m || m.minute >= minute + length) break;
    if (!isLeftOut(m.minute)) lines += m.lines;
  }
  return lines;
}

function clip(gaps: readonly FoundGap[], window: Stretch): FoundGap[] {
  return gaps.flatMap((g) => {
    const from = Math.max(g.from, window.from);
    const to = Math.min(g.to, window.to);
    return from < to ? [{ ...g, from, to }] : [];
  });
}

/** Sorts gaps, and joins those of one unit and reason that touch or overlap; the joined detail names each. */
function mergeGaps(gaps: readonly FoundGap[]): FoundGap[] {
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = gaps.toSorted(
    (a, b) => order(a.unit, b.unit) || order(a.reason, b.reason) || a.from - b.from || a.to - b.to,
  );
  const groups: { gap: FoundGap; details: string[] }[] = [];
  for (const g of sorted) {
    const last = groups.at(-1);
    if (last && last.gap.unit === g.unit && last.gap.reason === g.reason && g.from <= last.gap.to) {
      last.gap = { ...last.gap, to: Math.max(last.gap.to, g.to) };
      last.details.push(g.detail);
    } else groups.push({ gap: g, details: [g.detail] });
  }
  return groups
    .map(({ gap, details }) => ({ ...gap, detail: joinDetails(details) }))
    .sort((a, b) => order(a.unit, b.unit) || a.from - b.from || order(a.reason, b.reason));
}

function joinDetails(details: readonly string[]): string {
  const distinct = [...new Set(details)];
  if (distinct.length <= 1) return distinct[0] ?? '';
  return `${distinct[0]}; and ${distinct.length - 1} more such stretches that touch it`;
}

function duration(s: Stretch): string {
  const minutes = (s.to - s.from) / MINUTE;
  if (minutes < 2) return `${Math.round(minutes * 60)} s`;
  if (minutes < 180) return `${Math.round(minutes)} min`;
  return minutes < 4320 ? `${(minutes / 60).toFixed(1)} h` : `${(minutes / 1440).toFixed(1)} days`;
}

function count(lines: number): string {
  return lines >= 10 ? Math.round(lines).toLocaleString('en-US') : lines.toFixed(1);
}
