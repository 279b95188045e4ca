/**
 * What clocks that disagree could have done to a name, and what the logs themselves show of it. A look-up that a report caused comes after it; a
 * log whose clock runs behind stamps it before, and whoever handles complaints has then looked up everybody who complained.
 */
import { FEWEST_HITS } from './rank.ts';

/** The first look-up that somebody made of a person who reported. */
export type Look = Readonly<{
  /** Instants (ms). */
  lookedUp: number;
  reported: number;
  /** Whether the report has a time; without one nothing shows that the look-up came first. */
  isTimed: boolean;
}>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Zones that were mixed up, and clocks that drift, differ by less. */
export const LEAST_LAG = DAY;
/** Complaints that come in at night, or on a Saturday, are looked at when the next shift begins. */
const HANDLED_WITHIN = 3 * DAY;
/** In order by chance so rarely. */
const ALPHA = 0.01;
/** More are thinned out evenly: as many show any order. */
const MOST_IN_ORDER = 200;

const delayOf = ({ isTimed, reported, lookedUp }: Look): number => (isTimed ? reported - lookedUp : 0);

/**
 * By how much (ms) a log's clock would have to run behind, so that too few of these look-ups came before the reports for a name that can do
 * without `spare` of them. Infinity: no clock would.
 */
export function lagThatExplains(looks: readonly Look[], spare: number): number {
  const delays = looks.map(delayOf).sort((a, b) => a - b);
  return Math.max(0, delays[spare] ?? Infinity);
}

/**
 * By how much (ms) the look-ups come before the reports, where they come in the reports' own order and at nearly one distance: what a log
 * shows that runs behind by as much, and whose look-ups the reports caused. What was looked up to be sold, or at work, is reported in no such
 * order. Only where a name can't do without these look-ups; otherwise null.
 */
export function lagInOrder(looks: readonly Look[], spare: number): number | null {
  const timed = looks.filter(({ isTimed }) => isTimed).sort((a, b) => delayOf(a) - delayOf(b));
  let [first, size] = [0, 0];
  for (let from = 0, to = 0; from < timed.length; from++) {
    const least = delayAt(timed, from);
    while (to < timed.length && delayAt(timed, to) - least <= HANDLED_WITHIN) to += 1;
    if (to - from > size) [first, size] = [from, to - from];
  }
  if (size <= spare || size < Math.max(FEWEST_HITS, looks.length / 2)) return null;
  const together = timed.slice(first, first + size);
  return chanceOfOrder(together) <= ALPHA ? delayAt(together, size >> 1) : null;
}

const delayAt = (looks: readonly Look[], i: number): number => {
  const look = looks[i];
  return look === undefined ? 0 : delayOf(look);
};

/**
 * How often look-ups and reports that have nothing to do with each other come in the same order as much (Kendall 1938): the pairs that do not,
 * among n, are distributed as a sum of numbers drawn from 0 to i − 1, i = 1 … n. A pair of one moment counts as one that does not.
 */
export function chanceOfOrder(all: readonly Look[]): number {
  const step = Math.max(1, all.length / MOST_IN_ORDER);
  const looks = Array.from(
    { length: Math.ceil(all.length / step) },
    (_, i) => all[Math.floor(i * step)],
  ).filter((x) => x !== undefined);
  let discordant = 0;
  for (const [i, a] of looks.entries())
    for (const b of looks.slice(i + 1))
      if ((a.lookedUp - b.lookedUp) * (a.reported - b.reported) <= 0) discordant += 1;
  let chances = [1];
  for (let i = 2; i <= looks.length; i++) {
    const next = new Array<number>(chances.length + i - 1).fill(0);
    let sum = 0;
    for (let k = 0; k < next.length; k++) {
      sum += (chances[k] ?? 0) - (chances[k - i] ?? 0);
      next[k] = sum / i;
    }
    chances = next;
  }
  return chances.slice(0, discordant + 1).reduce((a, b) => a + b, 0);
}

/** How many of those who reported were looked up in a log, by the distance to the report in half days; bin 0 begins with the report. */
export type Around = ReadonlyMap<number, number>;

export const BIN = 12 * HOUR;
/** Half days on both sides in which a wrong clock is looked for; the distances beside them are counted, too. */
const BINS = 28;
const [A_DAY, A_WEEK] = [2, 14];
export const COUNTED_BINS = BINS + A_WEEK;
const TIMES_AS_MANY = 3;

export type Bunch = Readonly<{
  /** Half days from the report on to the beginning of the bin. */
  bin: number;
  people: number;
  /** The most at the same hours a day or a week before or after. */
  beside: number;
}>;

/**
 * Where look-ups of people who reported bunch: three times as many as a day or a week before or after, so that neither hours nor weekdays of
 * work make it, and with a chance of at most 1 % over all bins of all `logs` if the rate did not change. Given both counts, each look-up falls in
 * the one or the other with a chance of a half; the larger of four neighbours is taken. The largest bunch of each side.
 */
export function bunchesAround(
  around: Around,
  { logs, sides }: Readonly<{ logs: number; sides: readonly ('before' | 'after')[] }>,
): Bunch[] {
  const limit = ALPHA / (2 * BINS * Math.max(1, logs));
  const of = (bin: number) => around.get(bin) ?? 0;
  return sides.flatMap((side) => {
    const bins = Array.from({ length: BINS }, (_, i) => (side === 'after' ? i : -1 - i));
    const bunches = bins
      .map((bin) => ({
        bin,
        people: of(bin),
        beside: Math.max(of(bin - A_DAY), of(bin + A_DAY), of(bin - A_WEEK), of(bin + A_WEEK)),
      }))
      .filter(
        ({ people, beside }) =>
          people >= TIMES_AS_MANY * beside && chanceOfHalf(people, people + beside) <= limit,
      );
    const [most] = bunches.sort((a, b) => b.people - a.people);
    return most === undefined ? [] : [most];
  });
}

/** How often at least k of n fall on one side. */
function chanceOfHalf(k: number, n: number): number {
  let log = -n * Math.LN2;
  let sum = 0;
  for (let i = 0; i <= n - k; i++) {
    sum += Math.exp(log);
    log += Math.log((n - i) / (i + 1));
  }
  return Math.min(1, sum);
}

/** Above this share of look-ups that lie after the run, no time of the log can be relied on. */
export const MOST_AHEAD = 0.01;
