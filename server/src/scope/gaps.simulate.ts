import type { Coverage, Minute } from './gaps.types.ts';

const MINUTE = 60_000;
const DAY = 1440;

export type World = Readonly<{
  seed: number;
  /** Mean lines per minute over a working day. */
  rate: number;
  days: number;
  /** Mean lines per session; sessions spread their lines over some minutes. */
  clump: number;
  /** Busiest hour over quietest hour. */
  swing: number;
  /** Saturdays and Sundays, as a share of a working day. */
  weekend: number;
  /** Spread of a slow random factor, drawn for each hour. */
  restless: number;
  start: number;
}>;

/** Random numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomOf(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const normal = (random: () => number) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function poisson(mean: number, random: () => number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let k = 0;
  for (let p = random(), end = Math.exp(-mean); p > end; p *= random()) k++;
  return k;
}

/** Lines per minute at a minute since 1970: a day curve that is lowest at 03:30 UTC, and quieter week-ends. */
export function rateAt(world: World, minute: number): number {
  const half = Math.log(world.swing) / 2;
  const clock = (minute % DAY) / DAY;
  const curve = Math.exp(-half * Math.cos(2 * Math.PI * (clock - 3.5 / 24)));
  const day = Math.floor(minute / DAY) % 7;
  const share = day === 2 || day === 3 ? world.weekend : 1;
  return (world.rate * curve * share) / bessel(half);
}

/** The mean of exp(x cos t) over a turn, so that `rate` stays the mean. */
function bessel(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 30; k++) {
    term *= (x / 2 / k) ** 2;
    sum += term;
  }
  return sum;
}

/** One host's traffic: sessions come at random at the curve's rate, each with a geometric number of lines. */
export function simulate(world: World): Minute[] {
  const random = randomOf(world.seed);
  const minutes = new Map<number, { lines: number; first: number; last: number }>();
  const add = (at: number, lines: number, last = at) => {
    const minute = Math.floor(at / MINUTE);
    const m = minutes.get(minute);
    if (!m) minutes.set(minute, { lines, first: at, last });
    else {
      m.lines += lines;
      m.first = Math.min(m.first, at);
      m.last = Math.max(m.last, last);
    }
  };
  const begin = Math.floor(world.start / MINUTE);
  const end = begin + Math.round(world.days * DAY);
  let mood = 1;
  for (let minute = begin; minute < end; minute++) {
    if (minute === begin || minute % 60 === 0) mood = Math.exp(world.restless * normal(random));
    const rate = rateAt(world, minute) * mood;
    const sessions = poisson(rate / world.clump, random);
    if (sessions > 20) {
      let lines = 0;
      const extra = Math.sqrt(sessions * world.clump * (world.clump - 1));
      lines = Math.max(1, Math.round(sessions * world.clump + extra * normal(random)));
      const edge = MINUTE / (lines + 1);
      const first = Math.min(MINUTE / 2, Math.floor(-Math.log(1 - random()) * edge));
      const last = MINUTE - 1 - Math.min(MINUTE / 2 - 1, Math.floor(-Math.log(1 - random()) * edge));
      add(minute * MINUTE + first, lines, minute * MINUTE + last);
      continue;
    }
    for (let s = 0; s < sessions; s++) {
      let at = (minute + random()) * MINUTE;
      do {
        if (at < end * MINUTE) add(Math.floor(at), 1);
        at += -Math.log(1 - random()) * 20_000;
      } while (random() < 1 - 1 / world.clump);
    }
  }
  return [...minutes].map(([minute, m]) => ({ minute, ...m })).sort((a, b) => a.minute - b.minute);
}

/** The same minutes without what was logged in [from, to); a minute that an end cuts keeps its share. */
export function withoutLines(minutes: readonly Minute[], from: number, to: number): Minute[] {
  return minutes.flatMap((m) => {
    if (m.last < from || m.first >= to) return [m];
    const parts: { lines: number; first: number; last: number }[] = [];
    const span = Math.max(1, m.last - m.first);
    if (m.first < from) {
      const lines = Math.max(1, Math.round((m.lines * (from - m.first)) / span));
      parts.push({ lines: Math.min(lines, m.lines), first: m.first, last: lines === 1 ? m.first : from - 1 });
    }
    if (m.last >= to) {
      const lines = Math.max(1, Math.round((m.lines * (m.last - to)) / span));
      parts.push({ lines: Math.min(lines, m.lines), first: lines === 1 ? m.last : to, last: m.last });
    }
    const [a, b] = parts;
    if (!a) return [];
    const last = b ?? a;
    return [{ minute: m.minute, lines: a.lines + (b?.lines ?? 0), first: a.first, last: last.last }];
  });
}

export function coverageOf(unit: string, minutes: readonly Minute[]): Coverage {
  return { unit, minutes, rotation: [], rejected: [] };
}
