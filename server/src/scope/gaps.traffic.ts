import type { Coverage } from './gaps.types.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Fewer lines, or lines in fewer separate minutes, show nothing about what silence is ordinary. */
export const FEWEST_LINES = 20;
export const FEWEST_MINUTES = 5;
/** Shape of the gamma by which an hour's true rate may stray from its estimate: a spread of 22 %. */
const RATE_SHAPE = 20;
/** Days on which an hour must have been watched before its neighbours on the clock have no say in it. */
const DAYS_FOR_OWN_HOUR = 3;
const WEEKDAYS_FOR_OWN_DAY = 2;
/** How far a rate may fall away from the nearest hours that were watched: 20 times within 6 hours, not in the first. */
const SWING = 20;
const SWING_HOURS = 6;
const NEARBY_HOURS = 3;
/** Before a unit has shown how its lines clump, they are taken to come twenty at a time; a hundred lines weigh as much. */
const PRIOR_CLUMP = 20;
const PRIOR_LINES = 100;
const DISPERSION_MINUTES = [1, 2, 4, 8, 16, 32, 64];
/** The longest silences, at most these and a tenth of all, never speak for how much lines clump. */
const SILENCES_LEFT_OUT = 8;

export type Stretch = Readonly<{ from: number; to: number }>;
/** A stretch without lines, and the index of the minute that it follows (-1: before the first line). */
export type Silence = Stretch & Readonly<{ after: number }>;
export type Verdict = Readonly<{ expected: number; surprise: number }>;

/**
 * One unit's own traffic: lines per hour by hour of day and day of week, and how much lines clump.
 * `watched` is the time that counts as evidence; what `exclude` takes out is missing data, not zero.
 */
export type Traffic = Readonly<{
  lines: number;
  dispersion: number;
  /** Whether the unit has enough lines to say anything about a silence. */
  canJudge: boolean;
  exclude: (silences: readonly Silence[]) => void;
  /** The expected lines in a stretch, and -ln of the chance to see none, from all that lies outside it. */
  judge: (stretch: Stretch) => Verdict;
  /** The same for a stretch that has some lines, from a missing file's neighbours in the other series. */
  judgeWith: (stretch: Stretch, lines: number) => Verdict;
  /** No stretch of this length can surprise more than this: cheap, so most silences need no `judge`. */
  surpriseAtMost: (ms: number) => number;
}>;

type Packed = Readonly<{ minute: Float64Array; lines: Float64Array; silence: Float64Array }>;

export function learnTraffic(coverage: Coverage): Traffic {
  const packed = pack(coverage);
  const hours = hoursOf(coverage);
  const canJudge = hours.total >= FEWEST_LINES && packed.minute.length >= FEWEST_MINUTES;
  const leftOut = longest(packed.silence);
  const excluded: Stretch[] = [];
  let dispersion = dispersionOf(packed, leftOut);
  let profile = profileOf(hours);

  const surprise = (expected: number) => {
    const clumps = Math.min(hours.total / dispersion, packed.minute.length);
    const shape = 1 / (1 / RATE_SHAPE + 1 / Math.max(clumps, 1));
    return shape * Math.log1p(expected / dispersion / shape);
  };
  const isExcluded = (s: Stretch) => excluded.some((x) => x.from <= s.from && s.to <= x.to);
  const expect = (s: Stretch) => expectedLines(hours, profile, dispersion, s, isExcluded(s));

  return {
    lines: hours.total,
    get dispersion() {
      return dispersion;
    },
    canJudge,
    exclude: (silences) => {
      for (const s of silences) {
        excluded.push(s);
        eachHour(s, (hour, part) => {
          hours.unwatch(hour, part);
        });
        if (s.after >= 0) leftOut[s.after] = 1;
      }
      dispersion = dispersionOf(packed, leftOut);
      profile = profileOf(hours);
    },
    judge: (s) => {
      const expected = expect(s);
      return { expected, surprise: surprise(expected) };
    },
    judgeWith: (s, lines) => {
      const expected = expect(s);
      if (lines === 0) return { expected, surprise: surprise(expected) };
      const spread = Math.sqrt(dispersion * expected + expected ** 2 / RATE_SHAPE);
      const short = Math.max(0, expected - lines) / Math.max(spread, 1);
      return { expected, surprise: short ** 2 / 2 };
    },
    surpriseAtMost: (ms) => surprise((profile.highest * ms) / HOUR),
  };
}

function pack(coverage: Coverage): Packed {
  const n = coverage.minutes.length;
  const minute = new Float64Array(n);
  const lines = new Float64Array(n);
  const silence = new Float64Array(n);
  coverage.minutes.forEach((m, i) => {
    minute[i] = m.minute;
    lines[i] = m.lines;
    silence[i] = Math.max(0, (coverage.minutes[i + 1]?.first ?? m.last) - m.last);
  });
  return { minute, lines, silence };
}

function longest(silence: Float64Array): Uint8Array {
  const flags = new Uint8Array(silence.length);
  const take = Math.min(SILENCES_LEFT_OUT, Math.floor(silence.length / 10));
  const top: number[] = [];
  for (let i = 0; i < silence.length; i++) {
    const value = silence[i] ?? 0;
    if (top.length === take && value <= (silence[top[take - 1] ?? 0] ?? 0)) continue;
    if (take === 0) break;
    let at = top.length;
    while (at > 0 && (silence[top[at - 1] ?? 0] ?? 0) < value) at--;
    top.splice(at, 0, i);
    top.length = Math.min(top.length, take);
  }
  for (const i of top) flags[i] = 1;
  return flags;
}

/**
 * Lines per clump, at least: sum (n - n')² / sum (n + n') over neighbouring blocks, the largest over block lengths.
 * For lines that come in clumps of any sizes, the chance of silence is at most exp(-expected / dispersion).
 * What a rate that drifts (22 % per 64 minutes) explains is taken off first; it has its own place in `surprise`.
 * Neighbours only, so that day and night are no dispersion; a block at an excluded silence's edge is left out.
 */
function dispersionOf(packed: Packed, leftOut: Uint8Array): number {
  let worst = 1;
  for (const length of DISPERSION_MINUTES) {
    let squares = 0;
    let sum = 0;
    let restless = 0;
    let block = Number.NaN;
    let count = 0;
    let before: number | null = null;
    let isFirst = true;
    const close = (isCut: boolean, next: number) => {
      if (!isFirst && !isCut) {
        if (before !== null) {
          squares += (count - before) ** 2;
          sum += count + before;
          restless += count ** 2 + before ** 2;
        }
        if (next === block + 1) before = count;
        else {
          squares += count ** 2;
          sum += count;
          restless += count ** 2;
          before = 0;
        }
      } else before = null;
      if (isCut) before = null;
    };
    for (let i = 0; i < packed.minute.length; i++) {
      const b = Math.floor((packed.minute[i] ?? 0) / length);
      const isCut = i > 0 && leftOut[i - 1] === 1;
      if (b !== block || isCut) {
        if (!Number.isNaN(block)) {
          close(isCut, b);
          isFirst = isCut;
        }
        block = b;
        count = 0;
      }
      count += packed.lines[i] ?? 0;
    }
    const drift = (restless / RATE_SHAPE) * (length / 64);
    // Where drift would outweigh clumps, longer blocks can't tell one from the other.
    if (drift > worst * sum) break;
    const byClumps = Math.max(0, squares - drift);
    worst = Math.max(worst, (byClumps + PRIOR_LINES * PRIOR_CLUMP) / (sum + PRIOR_LINES));
  }
  return worst;
}

type Hours = Readonly<{
  start: number;
  lines: Float64Array;
  watched: Float64Array;
  total: number;
  unwatch: (hour: number, part: number) => void;
}>;

function eachHour(s: Stretch, visit: (hour: number, part: number) => void): void {
  for (let at = s.from; at < s.to; ) {
    const hour = Math.floor(at / HOUR);
    const end = Math.min(s.to, (hour + 1) * HOUR);
    visit(hour, (end - at) / HOUR);
    at = end;
  }
}

function hoursOf(coverage: Coverage): Hours {
  const first = coverage.minutes[0]?.first ?? 0;
  const last = coverage.minutes.at(-1)?.last ?? 0;
  const start = Math.floor(first / HOUR);
  const n = Math.floor(last / HOUR) - start + 1;
  const lines = new Float64Array(n);
  const watched = new Float64Array(n);
  let total = 0;
  for (const m of coverage.minutes) {
    const i = Math.floor(m.minute / 60) - start;
    lines[i] = (lines[i] ?? 0) + m.lines;
    total += m.lines;
  }
  eachHour({ from: first, to: last }, (hour, part) => {
    watched[hour - start] = part;
  });
  const unwatch = (hour: number, part: number) => {
    const i = hour - start;
    if (i >= 0 && i < n) watched[i] = Math.max(0, (watched[i] ?? 0) - part);
  };
  return { start, lines, watched, total, unwatch };
}

const clockOf = (hour: number) => ((hour % 24) + 24) % 24;
/** 0 is a Thursday, as 1 January 1970 was. */
const weekdayOf = (hour: number) => (((Math.floor(hour / 24) % 7) + 7) % 7) as number;

type Profile = Readonly<{
  clockLines: Float64Array;
  clockWatched: Float64Array;
  dayLines: Float64Array;
  /** Lines expected on each weekday by the clock alone, and the hours watched. */
  dayExpected: Float64Array;
  dayWatched: Float64Array;
  dayFactor: Float64Array;
  highest: number;
}>;

function profileOf(hours: Hours): Profile {
  const dayFactor = new Float64Array(7).fill(1);
  const clockLines = new Float64Array(24);
  const clockWatched = new Float64Array(24);
  const dayLines = new Float64Array(7);
  const dayExpected = new Float64Array(7);
  const dayWatched = new Float64Array(7);
  for (let round = 0; round < 2; round++) {
    clockLines.fill(0);
    clockWatched.fill(0);
    for (let i = 0; i < hours.lines.length; i++) {
      const clock = clockOf(hours.start + i);
      const factor = dayFactor[weekdayOf(hours.start + i)] ?? 1;
      clockLines[clock] = (clockLines[clock] ?? 0) + (hours.lines[i] ?? 0);
      clockWatched[clock] = (clockWatched[clock] ?? 0) + (hours.watched[i] ?? 0) * factor;
    }
    dayLines.fill(0);
    dayExpected.fill(0);
    dayWatched.fill(0);
    for (let i = 0; i < hours.lines.length; i++) {
      const clock = clockOf(hours.start + i);
      const day = weekdayOf(hours.start + i);
      const watched = hours.watched[i] ?? 0;
      const rate = (clockLines[clock] ?? 0) / Math.max(clockWatched[clock] ?? 0, 1e-9);
      dayLines[day] = (dayLines[day] ?? 0) + (hours.lines[i] ?? 0);
      dayExpected[day] = (dayExpected[day] ?? 0) + rate * watched;
      dayWatched[day] = (dayWatched[day] ?? 0) + watched;
    }
    for (let d = 0; d < 7; d++)
      dayFactor[d] = dayFactorOf(dayLines[d] ?? 0, dayExpected[d] ?? 0, dayWatched[d] ?? 0);
  }
  let highest = 0;
  for (let h = 0; h < 24; h++)
    highest = Math.max(highest, (clockLines[h] ?? 0) / Math.max(clockWatched[h] ?? 0, 1 / 60));
  // Leaving the stretch itself out can triple a rate that was watched for a day or so.
  highest *= 4 * Math.max(1, ...dayFactor);
  return { clockLines, clockWatched, dayLines, dayExpected, dayWatched, dayFactor, highest };
}

/** A weekday's share of ordinary traffic: 1 until that weekday was watched, its own after two of them. */
function dayFactorOf(lines: number, expected: number, watchedHours: number): number {
  if (watchedHours <= 0 || expected <= 0) return 1;
  const ownSay = Math.min(1, watchedHours / 24 / WEEKDAYS_FOR_OWN_DAY);
  return ownSay * (lines / expected) + (1 - ownSay);
}

function expectedLines(
  hours: Hours,
  profile: Profile,
  dispersion: number,
  stretch: Stretch,
  isExcluded: boolean,
): number {
  const ownWatched = Float64Array.from(profile.clockWatched);
  const cells: { hour: number; part: number }[] = [];
  const own = new Map<number, number>();
  const dayOwn = new Float64Array(7);
  const dayOwnExpected = new Float64Array(7);
  eachHour(stretch, (hour, part) => {
    cells.push({ hour, part });
    const i = hour - hours.start;
    const isWatched = !isExcluded && i >= 0 && i < hours.watched.length;
    if (!isWatched) return;
    const less = Math.min(part, hours.watched[i] ?? 0);
    own.set(hour, less);
    const clock = clockOf(hour);
    const day = weekdayOf(hour);
    const rate = (profile.clockLines[clock] ?? 0) / Math.max(profile.clockWatched[clock] ?? 0, 1e-9);
    ownWatched[clock] = Math.max(0, (ownWatched[clock] ?? 0) - less * (profile.dayFactor[day] ?? 1));
    dayOwn[day] = (dayOwn[day] ?? 0) + less;
    dayOwnExpected[day] = (dayOwnExpected[day] ?? 0) + less * rate;
  });
  const rates = new Map<number, number>();
  const rateAt = (hour: number): number => {
    const clock = clockOf(hour);
    let base = rates.get(clock);
    if (base === undefined) {
      base = clockRate(profile.clockLines, ownWatched, clock);
      rates.set(clock, base);
    }
    const d = weekdayOf(hour);
    const expected = (profile.dayExpected[d] ?? 0) - (dayOwnExpected[d] ?? 0);
    const watched = (profile.dayWatched[d] ?? 0) - (dayOwn[d] ?? 0);
    return base * dayFactorOf(profile.dayLines[d] ?? 0, expected, watched);
  };
  let expected = 0;
  for (const c of cells) expected += c.part * rateAt(c.hour);

  let nearLines = 10 * dispersion;
  let nearExpected = 10 * dispersion;
  const near = (from: number, to: number) => {
    for (let hour = Math.floor(from / HOUR); hour * HOUR < to; hour++) {
      const i = hour - hours.start;
      if (i < 0 || i >= hours.lines.length) continue;
      nearLines += hours.lines[i] ?? 0;
      nearExpected += Math.max(0, (hours.watched[i] ?? 0) - (own.get(hour) ?? 0)) * rateAt(hour);
    }
  };
  near(stretch.from - NEARBY_HOURS * HOUR, stretch.from);
  near(Math.max(stretch.to, (Math.floor(stretch.from / HOUR) + 1) * HOUR), stretch.to + NEARBY_HOURS * HOUR);
  return expected * Math.min(1, nearLines / nearExpected);
}

/** Lines per hour at an hour of day: its own where it was watched on three days, its neighbours' fallen off before. */
function clockRate(lines: Float64Array, watched: Float64Array, clock: number): number {
  const ownHours = watched[clock] ?? 0;
  const say = Math.max(0, 1 - ownHours / DAYS_FOR_OWN_HOUR);
  let aroundLines = 0;
  let aroundWatched = 0;
  let aroundDistance = 0;
  for (let k = 1; k <= 12 && say > 0; k++) {
    const weight = 0.5 ** k;
    for (const h of [clock + k, clock - k]) {
      const x = watched[clockOf(h)] ?? 0;
      aroundLines += weight * (lines[clockOf(h)] ?? 0);
      aroundWatched += weight * x;
      aroundDistance += weight * x * k;
    }
  }
  if (aroundWatched < 1e-9) return ownHours > 0 ? (lines[clock] ?? 0) / ownHours : 0;
  const distance = aroundDistance / aroundWatched;
  const fall = Math.min(Math.max(0, distance - 1), SWING_HOURS - 1) / (SWING_HOURS - 1);
  const around = (aroundLines / aroundWatched) * SWING ** -fall;
  return ((lines[clock] ?? 0) + say * around) / (ownHours + say);
}
