/**
 * Negative controls: past reports that are known to be nobody's leak. If they point to somebody, ordinary reports do not come as
 * the strata say, and the same would happen to the reports in question: a key that routes work is missing, and nobody may be named.
 */
import { type Access, countContenders, logEvidenceOfMissingKey, type Report } from './rank.ts';

/** Reports in the order in which they came in. */
export type Control = Readonly<{ name: string; reports: readonly Report[] }>;

export type ControlResult = Readonly<{
  name: string;
  reports: number;
  /** Of people whom somebody had seen. */
  seen: number;
  /** How many candidates the control names, or would but for each other. */
  named: number;
  /** Natural logarithm of the e-value against the strata. */
  logE: number;
  /** How often reports drawn from the same strata concentrate on candidates as much. */
  chance: number;
  isQuiet: boolean;
}>;

export type Verdict = Readonly<{
  /** `too-few`: quiet, but too few to have shown a missing key. */
  outcome: 'quiet' | 'loud' | 'too-few';
  each: readonly ControlResult[];
  /** How many control reports there would have to be. */
  needed: number;
}>;

/** A control is loud by chance about this often, by each of two tests. */
const ALPHA = 0.01;
/** Reports that are looked at as one wave of spam. */
const WAVE = 25;
/** Of a hundred, one in ten sets stayed quiet where an innocent would have been named; of three hundred none (bench/trace.ts). */
const FEWEST = 300;
/** Where a wave is half of the reports only, as many controls as reports stayed quiet in 7 of 18 such trials; three times as many in none. */
const TIMES_AS_MANY = 3;

/**
 * Judges controls. `draw` draws a person of a stratum by chance, whoever reported. There must be three times as many
 * control reports as reports in question: what three hundred ordinary reports can't show, as many in question may turn into a name. Only
 * reports of people whom somebody had seen count, for no others can point to anybody.
 */
export function judgeControls(
  access: Access,
  controls: readonly Control[],
  {
    alpha,
    draw,
    inQuestion,
  }: Readonly<{ alpha: number; draw: (stratum: number) => Report; inQuestion: number }>,
): Verdict {
  const sets = controls.filter((x) => x.reports.length > 0);
  const limit = ALPHA / Math.max(1, sets.length);
  const each = sets.map(({ name, reports }): ControlResult => {
    const named = countContenders(access, reports, alpha);
    const logE = logEvidenceOfMissingKey(access, reports);
    const chance = chanceOfConcentration(access, reports, draw, Math.ceil(4 / limit) - 1);
    const isQuiet = named === 0 && logE < -Math.log(limit) && chance > limit;
    const seen = reports.filter((x) => x.seenBy.length > 0).length;
    return { name, reports: reports.length, seen, named, logE, chance, isQuiet };
  });
  const needed = Math.max(FEWEST, TIMES_AS_MANY * inQuestion);
  const total = each.reduce((sum, x) => sum + x.seen, 0);
  const outcome = each.some((x) => !x.isQuiet) ? 'loud' : total < needed ? 'too-few' : 'quiet';
  return { outcome, each, needed };
}

/**
 * How often chance concentrates reports as much, over all of them and wave by wave: the smaller of both, doubled. Waves that follow
 * a key one after the other come to look alike over a year, and each of them gives itself away.
 */
function chanceOfConcentration(
  access: Access,
  reports: readonly Report[],
  draw: (stratum: number) => Report,
  samples: number,
): number {
  const whole = concentrationOf(access, reports);
  const waves: ((all: readonly Report[]) => number)[] = [];
  for (let from = 0; from < reports.length; from += WAVE) {
    const one = concentrationOf(access, reports.slice(from, from + WAVE));
    waves.push((all) => one(all.slice(from, from + WAVE)));
  }
  const inWaves = (all: readonly Report[]) => waves.reduce((sum, one) => sum + one(all), 0);
  const observed = [whole(reports), inWaves(reports)] as const;
  let [asMuch, asMuchInWaves] = [1, 1];
  for (let n = 0; n < samples; n++) {
    const sample = reports.map((x) => draw(x.stratum));
    if (whole(sample) >= observed[0]) asMuch += 1;
    if (inWaves(sample) >= observed[1]) asMuchInWaves += 1;
  }
  return Math.min(1, (2 * Math.min(asMuch, asMuchInWaves)) / (samples + 1));
}

/**
 * The sum over candidates of (hits − expected)² / expected, for any reports of the same strata. One hit of somebody who is
 * hardly ever expected must not outweigh all else, so that expected is taken to be at least 1.
 */
function concentrationOf(
  access: Access,
  strataOf: readonly Report[],
): (reports: readonly Report[]) => number {
  const reportsOf = new Map<number, number>();
  for (const { stratum } of strataOf) reportsOf.set(stratum, (reportsOf.get(stratum) ?? 0) + 1);
  const expected = Float64Array.from(access.seen, ({ strata, people }) => {
    let sum = 0;
    for (let i = 0; i < strata.length; i++) {
      const stratum = strata[i] ?? 0;
      const reports = reportsOf.get(stratum);
      if (reports !== undefined) sum += (reports * (people[i] ?? 0)) / (access.people[stratum] ?? 1);
    }
    return sum;
  });
  const unhit = expected.reduce((sum, e) => sum + e ** 2 / Math.max(1, e), 0);
  return (reports) => {
    const hits = new Map<number, number>();
    for (const { seenBy } of reports)
      for (let i = 0; i < seenBy.length; i++) hits.set(seenBy[i] ?? 0, (hits.get(seenBy[i] ?? 0) ?? 0) + 1);
    let sum = unhit;
    for (const [candidate, h] of hits) {
      const e = expected[candidate] ?? 0;
      sum += ((h - e) ** 2 - e ** 2) / Math.max(1, e);
    }
    return sum;
  };
}
