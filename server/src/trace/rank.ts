/**
 * Whom do reports point to, and how sure is that?
 *
 * A report says that one person's data has come to where it should not be. Candidates are people and shared paths (a queue,
 * an export, a shop's feed) that saw many persons, for good reasons. Somebody who leaked has seen more of the reporters
 * than their ordinary work makes expected; expected is worked out within strata, in which ordinary work reaches everybody
 * alike.
 *
 * For candidate e and stratum c let f = the share of e's persons that are in c, q = the share of ordinary reports from c, and
 * p = the share of c's persons whom e has seen. If e's leak made the share θ of all reports, a report from c stems from it with
 * π = θf / (θf + (1 − θ)q). A report then has the likelihood ratio (1 − π) + π/p if e saw that person, and 1 − π if not. Its mean
 * is 1 for whoever has leaked nothing, whatever θ and q are, so the product over reports, averaged over a grid of θ, is an
 * e-value: by Ville's inequality it ever exceeds K/α with a chance of at most α/K, and for any of K candidates of at most α,
 * however often one looks. (Wang and Ramdas, e-values, J. R. Stat. Soc. B 2022; Ville 1939.)
 *
 * Whoever is accepted explains the reports of those whom they saw: for these, p of every other candidate becomes the share of
 * the accepted one's persons (of that stratum) whom the other saw too. Else colleagues with the same work would follow.
 */

/** How many persons of a stratum each candidate has seen. */
export type Access = Readonly<{
  /** Persons by stratum. */
  people: ArrayLike<number>;
  /** By candidate: the strata of the persons they saw, ascending, and how many of each. */
  seen: readonly Readonly<{ strata: ArrayLike<number>; people: ArrayLike<number> }>[];
}>;

export type Report = Readonly<{
  stratum: number;
  /** The candidates who saw that person before it was reported. */
  seenBy: ArrayLike<number>;
}>;

/** By stratum, how many of the persons whom one candidate saw others saw too. */
export type Overlap = ReadonlyMap<number, ReadonlyMap<number, number>>;

export type Standing = Readonly<{
  candidate: number;
  /** Natural logarithm of the e-value. */
  logE: number;
  /** Reports of persons whom they saw. */
  hits: number;
  /** How many of the reports one would expect of their ordinary work. */
  expected: number;
}>;

export type Ranking = Readonly<{
  /**
   * `accepted`: these stand out. `too-few`: not even somebody who saw everybody who reported could stand out.
   * `nobody`: somebody could have, and nobody does. `not-apart`: some stand out, and none can be told from another.
   */
  outcome: 'accepted' | 'too-few' | 'nobody' | 'not-apart';
  accepted: readonly Accepted[];
  /** Those who stand out only as long as somebody else is not taken to be the one. */
  notApart: readonly Accepted[];
  /** Logarithm of the e-value from which one is accepted. */
  threshold: number;
  /** Everybody with a hit, before anybody is accepted; the first has the highest e-value. */
  standings: readonly Standing[];
}>;

export type Accepted = Standing & Readonly<{ insteadOf: readonly number[] }>;

export type RankOptions = Readonly<{
  /** The chance that anybody who leaked nothing is ever accepted. */
  alpha: number;
  /** By stratum, the weight of ordinary reports; of any size. By default as many as there are people. */
  ordinary?: ArrayLike<number> | undefined;
  overlapOf: (candidate: number) => Overlap;
}>;

/** The leak's share of all reports. */
const SHARES = [0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/** By report and candidate, where somebody accepted explains a hit: the chance of it. */
type Explained = ReadonlyMap<number, ReadonlyMap<number, number>>;
const NOTHING: Explained = new Map();

export function rank(access: Access, reports: readonly Report[], options: RankOptions): Ranking {
  const scene = new Scene(access, reports, options);
  const threshold = Math.log(access.seen.length / options.alpha);
  const standings = scene.standings(NOTHING);
  const none = { accepted: [], notApart: [], threshold, standings };
  if (!scene.couldReach(threshold)) return { outcome: 'too-few', ...none };

  const found: Standing[] = [];
  for (;;) {
    const explained = scene.explainedBy(found.map((x) => x.candidate));
    const [best] = scene.standings(explained, new Set(found.map((x) => x.candidate)));
    if (best === undefined || best.logE < threshold) break;
    found.push(best);
  }
  if (found.length === 0) return { outcome: 'nobody', ...none };

  const judged = found.map(
    (x): Accepted => ({ ...x, insteadOf: scene.rivals(x, found, threshold, standings) }),
  );
  const accepted = judged.filter((x) => x.insteadOf.length === 0);
  const notApart = judged.filter((x) => x.insteadOf.length > 0);
  return {
    outcome: accepted.length > 0 ? 'accepted' : 'not-apart',
    accepted,
    notApart,
    threshold,
    standings,
  };
}

/**
 * The mean of all candidates' e-values, which is an e-value itself: over 1/α is evidence that ordinary reports don't come as
 * the strata say, so that a key that routes work is missing. For reports that are known to be nobody's leak.
 */
export function logEvidenceOfMissingKey(
  access: Access,
  reports: readonly Report[],
  options: RankOptions,
): number {
  const scene = new Scene(access, reports, options);
  const values = scene.standings(NOTHING).map((x) => x.logE);
  // Whoever was never hit has an e-value between 0 and 1: left out, the mean can only be smaller.
  return logSum(values) - Math.log(access.seen.length);
}

/** Access and reports, arranged by candidate. */
class Scene {
  readonly #access: Access;
  readonly #reports: readonly Report[];
  readonly #overlapOf: RankOptions['overlapOf'];
  readonly #overlaps = new Map<number, Overlap>();
  readonly #ordinary: Float64Array;
  readonly #reportsOf: Float64Array;
  /** By candidate, the reports that hit them. */
  readonly #hits = new Map<number, number[]>();
  readonly #total: Float64Array;

  constructor(access: Access, reports: readonly Report[], { ordinary, overlapOf }: RankOptions) {
    this.#access = access;
    this.#reports = reports;
    this.#overlapOf = overlapOf;
    const weights = Float64Array.from(ordinary ?? access.people);
    const sum = weights.reduce((a, b) => a + b, 0);
    this.#ordinary = weights.map((w) => w / sum);
    this.#reportsOf = new Float64Array(access.people.length);
    this.#total = Float64Array.from(access.seen, ({ people }) => {
      let all = 0;
      for (let i = 0; i < people.length; i++) all += people[i] ?? 0;
      return all;
    });
    for (const [n, { stratum, seenBy }] of reports.entries()) {
      this.#reportsOf[stratum] = (this.#reportsOf[stratum] ?? 0) + 1;
      for (let i = 0; i < seenBy.length; i++) {
        const candidate = seenBy[i] ?? 0;
        const hits = this.#hits.get(candidate);
        if (hits === undefined) this.#hits.set(candidate, [n]);
        else hits.push(n);
      }
    }
  }

  standings(explained: Explained, without: ReadonlySet<number> = new Set()): Standing[] {
    const all: Standing[] = [];
    for (const candidate of this.#hits.keys())
      if (!without.has(candidate)) all.push(this.standing(candidate, explained));
    return all.sort((a, b) => b.logE - a.logE || a.candidate - b.candidate);
  }

  standing(candidate: number, explained: Explained): Standing {
    const hits = this.#hits.get(candidate) ?? [];
    const { strata, people } = this.#seen(candidate);
    const hitsIn = new Map<number, number[]>();
    for (const n of hits) {
      const { stratum } = this.#report(n);
      const p = explained.get(n)?.get(candidate);
      const known = hitsIn.get(stratum);
      const list = known ?? [];
      if (known === undefined) hitsIn.set(stratum, list);
      list.push(p ?? 0);
    }
    const logs = new Float64Array(SHARES.length);
    let expected = 0;
    for (let i = 0; i < strata.length; i++) {
      const stratum = strata[i] ?? 0;
      const reports = this.#reportsOf[stratum] ?? 0;
      const seen = people[i] ?? 0;
      if (reports === 0 || seen === 0) continue;
      const p = seen / (this.#access.people[stratum] ?? seen);
      const share = seen / (this.#total[candidate] ?? seen);
      const q = this.#ordinary[stratum] ?? 0;
      const inStratum = hitsIn.get(stratum) ?? [];
      expected += reports * p;
      for (const [g, theta] of SHARES.entries()) {
        const from = theta * share;
        const pi = from / (from + (1 - theta) * q);
        let log = (reports - inStratum.length) * Math.log1p(-pi);
        for (const raised of inStratum) log += Math.log(1 - pi + pi / Math.max(p, raised));
        logs[g] = (logs[g] ?? 0) + log;
      }
    }
    return { candidate, logE: logSum(logs) - Math.log(SHARES.length), hits: hits.length, expected };
  }

  /** Whether a candidate who saw all who reported would be accepted. */
  couldReach(threshold: number): boolean {
    const best = new Float64Array(SHARES.length).fill(0);
    let isPossible = false;
    for (let candidate = 0; candidate < this.#access.seen.length && !isPossible; candidate++) {
      const { strata, people } = this.#seen(candidate);
      best.fill(0);
      for (let i = 0; i < strata.length; i++) {
        const stratum = strata[i] ?? 0;
        const reports = this.#reportsOf[stratum] ?? 0;
        const seen = people[i] ?? 0;
        if (reports === 0 || seen === 0) continue;
        const p = seen / (this.#access.people[stratum] ?? seen);
        const share = seen / (this.#total[candidate] ?? seen);
        const q = this.#ordinary[stratum] ?? 0;
        for (const [g, theta] of SHARES.entries()) {
          const from = theta * share;
          const pi = from / (from + (1 - theta) * q);
          best[g] = (best[g] ?? 0) + reports * Math.log(1 - pi + pi / p);
        }
      }
      isPossible = logSum(best) - Math.log(SHARES.length) >= threshold;
    }
    return isPossible;
  }

  explainedBy(accepted: readonly number[]): Explained {
    const explained = new Map<number, Map<number, number>>();
    for (const one of accepted) {
      const overlap = this.#overlap(one);
      const { strata, people } = this.#seen(one);
      const seen = new Map<number, number>();
      for (let i = 0; i < strata.length; i++) seen.set(strata[i] ?? 0, people[i] ?? 0);
      for (const n of this.#hits.get(one) ?? []) {
        const { stratum, seenBy } = this.#report(n);
        const chances = explained.get(n) ?? new Map<number, number>();
        explained.set(n, chances);
        for (let i = 0; i < seenBy.length; i++) {
          const other = seenBy[i] ?? 0;
          if (other === one) continue;
          const both = overlap.get(stratum)?.get(other) ?? 0;
          const chance = both / Math.max(1, seen.get(stratum) ?? 1);
          chances.set(other, Math.max(chances.get(other) ?? 0, chance));
        }
      }
    }
    return explained;
  }

  /**
   * Who could have been found in this one's place: with them (and all others found) taken to be the ones, this one no longer
   * stands out; yet they stand out themselves.
   */
  rivals(
    one: Standing,
    found: readonly Standing[],
    threshold: number,
    standings: readonly Standing[],
  ): number[] {
    const others = found.map((x) => x.candidate).filter((x) => x !== one.candidate);
    const rest = this.explainedBy(others);
    return standings
      .filter((x) => x.candidate !== one.candidate && x.logE >= threshold && !others.includes(x.candidate))
      .filter(({ candidate }) => {
        if (this.standing(candidate, rest).logE < threshold) return false;
        const without = this.explainedBy([...others, candidate]);
        return this.standing(one.candidate, without).logE < threshold;
      })
      .map((x) => x.candidate);
  }

  #overlap(candidate: number): Overlap {
    const known = this.#overlaps.get(candidate);
    if (known !== undefined) return known;
    const overlap = this.#overlapOf(candidate);
    this.#overlaps.set(candidate, overlap);
    return overlap;
  }

  #seen(candidate: number) {
    return this.#access.seen[candidate] ?? { strata: [], people: [] };
  }

  #report(n: number): Report {
    return this.#reports[n] ?? { stratum: 0, seenBy: [] };
  }
}

function logSum(logs: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < logs.length; i++) most = Math.max(most, logs[i] ?? -Infinity);
  if (most === -Infinity) return most;
  let sum = 0;
  for (let i = 0; i < logs.length; i++) sum += Math.exp((logs[i] ?? -Infinity) - most);
  return most + Math.log(sum);
}
