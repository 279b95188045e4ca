/**
 * Whom do reports point to, and how sure is that?
 *
 * A report says that one person's data has come to where it should not be. Candidates are people and shared paths (a queue,
 * an export, a shop's feed) that saw many persons, for good reasons. Somebody who leaked has seen more of the reporters
 * than their ordinary work makes expected; expected is worked out within strata, in which ordinary work reaches everybody
 * alike.
 *
 * For candidate e and stratum c let f = the share of e's persons that are in c, q = the share of all persons that are, and
 * p = the share of c's persons whom e has seen. If e's leak made the share θ of all reports, a report from c stems from it with
 * π = θf / (θf + (1 − θ)q). A report then has the likelihood ratio (1 − π) + π/p if e saw that person, and 1 − π if not. Its mean
 * is 1 for whoever has leaked nothing, whatever θ and q are, so the product over reports, averaged over a grid of θ, is an
 * e-value: by Ville's inequality it ever exceeds K/α with a chance of at most α/K, and for any of K candidates of at most α,
 * however often one looks. (Wang and Ramdas, e-values, J. R. Stat. Soc. B 2022; Ville 1939.) Reporters are drawn without being
 * put back, which only makes the product's mean smaller (Hoeffding 1963).
 *
 * With o = θ/(1 − θ) and κ = (all persons)/(persons whom e has seen), f/q = κp, so that the logarithm is, over all reports, the sum
 * of −log(1 + oκp), and for each hit log(1 + oκ) more: a hit weighs alike wherever it is, and a miss the more, the likelier a
 * hit was.
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
   * `accepted`: these stand out. `too-few`: not even somebody who saw everybody who reported would.
   * `nobody`: somebody could have, and nobody does. `not-apart`: some stand out, and none can be told from another.
   */
  outcome: 'accepted' | 'too-few' | 'nobody' | 'not-apart';
  accepted: readonly Accepted[];
  /** Those who stand out only as long as somebody else is not taken to be the one. */
  notApart: readonly Accepted[];
  /** Logarithm of the e-value from which one is accepted. */
  threshold: number;
  /** Those who could stand out by their hits alone, before anybody is accepted; the highest e-value first. */
  standings: readonly Standing[];
}>;

export type Accepted = Standing & Readonly<{ insteadOf: readonly number[] }>;

/** What else speaks for a candidate, apart from reports: mails to decoys (decoys.rules.ts). */
export type Beside = Readonly<{
  /** Natural logarithm of its e-value. */
  logE: number;
  /** For how many hits it counts where a name needs some. */
  hits: number;
}>;

export type RankOptions = Readonly<{
  /** The chance that anybody who leaked nothing is ever accepted. */
  alpha: number;
  overlapOf: (candidate: number) => Overlap;
  beside?: ReadonlyMap<number, Beside>;
}>;

const NOTHING_BESIDE: Beside = { logE: 0, hits: 0 };

/** Nobody is accepted on fewer: two members of one household, or one forger, are not yet a pattern. */
export const FEWEST_HITS = 4;

/** The leak's share of all reports, as odds. */
export const LEAK_ODDS = Float64Array.from(
  [0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95],
  (share) => share / (1 - share),
);
const MOST_ODDS = LEAK_ODDS[LEAK_ODDS.length - 1] ?? 0;
const LOG_SHARES = Math.log(LEAK_ODDS.length);

/** By report and candidate, where somebody accepted explains a hit: the chance of it. */
type Explained = ReadonlyMap<number, ReadonlyMap<number, number>>;
const NOTHING: Explained = new Map();

/** Ranks reports; their order does not matter. Of several reports about one person only one may be given. */
export function rank(access: Access, reports: readonly Report[], options: RankOptions): Ranking {
  const scene = new Scene(access, options);
  for (const report of reports) scene.add(report);
  return scene.rank();
}

/**
 * The mean of all candidates' e-values, which is an e-value itself: over 1/α is evidence that ordinary reports don't come as
 * the strata say, so that a key that routes work is missing. For reports that are known to be nobody's leak.
 */
export function logEvidenceOfMissingKey(access: Access, reports: readonly Report[]): number {
  const scene = new Scene(access, { alpha: 1, overlapOf: () => new Map() });
  for (const report of reports) scene.add(report);
  // Whoever was never hit has an e-value between 0 and 1: left out, the mean can only be smaller.
  return logSum(scene.hitCandidates().map((x) => scene.standing(x).logE)) - Math.log(access.seen.length);
}

/** How many candidates stand out, each taken alone. */
export function countContenders(access: Access, reports: readonly Report[], alpha: number): number {
  const scene = new Scene(access, { alpha, overlapOf: () => new Map() });
  for (const report of reports) scene.add(report);
  return scene.standingOut().length;
}

/** Access, and reports as they come in. */
export class Scene {
  readonly #access: Access;
  readonly #reports: Report[] = [];
  readonly #overlapOf: RankOptions['overlapOf'];
  readonly #overlaps = new Map<number, Overlap>();
  readonly #beside: ReadonlyMap<number, Beside>;
  /** Reports by stratum. */
  readonly #reportsOf: Float64Array;
  /** By candidate, the reports that hit them. */
  readonly #hits = new Map<number, number[]>();
  /** By candidate, how many times as many persons there are as they have seen. */
  readonly #reach: Float64Array;
  /** By candidate, for each share, what all reports together speak against them. */
  readonly #against = new Map<number, Float64Array>();
  readonly threshold: number;

  constructor(access: Access, { alpha, overlapOf, beside = new Map() }: RankOptions) {
    this.#access = access;
    this.#overlapOf = overlapOf;
    this.#beside = beside;
    this.threshold = Math.log(Math.max(1, access.seen.length) / alpha);
    this.#reportsOf = new Float64Array(access.people.length);
    const everybody = sumOf(access.people);
    this.#reach = Float64Array.from(access.seen, ({ people }) => everybody / Math.max(1, sumOf(people)));
  }

  /** How many there are. */
  get reports(): number {
    return this.#reports.length;
  }

  add(report: Report): void {
    const n = this.#reports.push(report) - 1;
    const { stratum, seenBy } = report;
    this.#reportsOf[stratum] = (this.#reportsOf[stratum] ?? 0) + 1;
    this.#against.clear();
    for (let i = 0; i < seenBy.length; i++) {
      const candidate = seenBy[i] ?? 0;
      // Whoever is said to have seen nobody in this stratum can't have seen this one: such a hit would weigh without bound.
      if (this.#seenIn(candidate, stratum) === 0) continue;
      const hits = this.#hits.get(candidate);
      if (hits === undefined) this.#hits.set(candidate, [n]);
      else hits.push(n);
    }
  }

  /** Whether one of those who saw the last report's person stands out now: only a hit lifts anybody. */
  hasNewContender(): boolean {
    const { seenBy } = this.#report(this.#reports.length - 1);
    return Array.from(seenBy).some((x) => this.#isContender(x) && this.#standsOut(this.standing(x)));
  }

  rank(): Ranking {
    const { threshold } = this;
    const standings = this.standings(NOTHING);
    const none = { accepted: [], notApart: [], threshold, standings };
    if (!this.couldReach()) return { outcome: 'too-few', ...none };
    const found: Standing[] = [];
    for (;;) {
      const ones = found.map((x) => x.candidate);
      const [best] = this.standings(this.explainedBy(ones), new Set(ones));
      if (best === undefined || !this.#standsOut(best)) break;
      found.push(best);
    }
    if (found.length === 0) return { outcome: 'nobody', ...none };
    const kept = this.#withoutExplained(found);
    const judged = kept.map((x): Accepted => ({ ...x, insteadOf: this.rivals(x, kept, standings) }));
    const accepted = judged.filter((x) => x.insteadOf.length === 0);
    const notApart = judged.filter((x) => x.insteadOf.length > 0);
    return { outcome: accepted.length > 0 ? 'accepted' : 'not-apart', ...none, accepted, notApart };
  }

  /**
   * Without those whom others, found later, explain: who overlaps with two leakers stands out as long as only one of them is
   * found. The least apart go first, one at a time.
   */
  #withoutExplained(found: readonly Standing[]): Standing[] {
    const kept = [...found];
    for (;;) {
      const left = kept.map((x) => {
        const others = kept.filter((y) => y !== x).map((y) => y.candidate);
        return { x, standing: this.standing(x.candidate, this.explainedBy(others)) };
      });
      const [least] = left.sort((a, b) => a.standing.logE - b.standing.logE);
      if (kept.length < 2 || least === undefined || this.#standsOut(least.standing)) return kept;
      kept.splice(kept.indexOf(least.x), 1);
    }
  }

  hitCandidates(): number[] {
    return [...new Set([...this.#hits.keys(), ...this.#beside.keys()])];
  }

  /** Contenders, the highest e-value first. */
  standings(explained: Explained, without: ReadonlySet<number> = new Set()): Standing[] {
    return this.hitCandidates()
      .filter((x) => !without.has(x) && this.#isContender(x))
      .map((x) => this.standing(x, explained))
      .sort((a, b) => b.logE - a.logE || a.candidate - b.candidate);
  }

  /** Whether this one does, taken alone. */
  standsAlone(candidate: number): boolean {
    return this.#standsOut(this.standing(candidate));
  }

  /** Those who stand out, each taken alone: whoever is accepted, and whoever might be in their place, is among them. */
  standingOut(): number[] {
    return this.standings(NOTHING)
      .filter((x) => this.#standsOut(x))
      .map((x) => x.candidate);
  }

  /** One candidate's hits, and how many one would expect of their ordinary work. */
  hitsOf(candidate: number): { hits: number; expected: number } {
    const { strata, people } = this.#seen(candidate);
    let expected = 0;
    for (let i = 0; i < strata.length; i++) {
      const stratum = strata[i] ?? 0;
      const reports = this.#reportsOf[stratum] ?? 0;
      if (reports > 0) expected += (reports * (people[i] ?? 0)) / (this.#access.people[stratum] ?? 1);
    }
    return { hits: this.#hits.get(candidate)?.length ?? 0, expected };
  }

  standing(candidate: number, explained: Explained = NOTHING): Standing {
    const hits = this.#hits.get(candidate) ?? [];
    const against = this.#againstOf(candidate);
    const reach = this.#reach[candidate] ?? 1;
    const plain = hits.filter((n) => explained.get(n)?.get(candidate) === undefined).length;
    const logs = against.map((x, g) => plain * Math.log1p((LEAK_ODDS[g] ?? 0) * reach) - x);
    for (const n of hits) {
      const raised = explained.get(n)?.get(candidate);
      if (raised === undefined) continue;
      // A hit that somebody else explains weighs less by as much as it was likelier.
      const weight = reach * Math.min(1, this.#chance(candidate, this.#report(n).stratum) / raised);
      for (let g = 0; g < logs.length; g++)
        logs[g] = (logs[g] ?? 0) + Math.log1p((LEAK_ODDS[g] ?? 0) * weight);
    }
    const logE = logSum(logs) - LOG_SHARES + this.#besideOf(candidate).logE;
    return { candidate, logE, ...this.hitsOf(candidate) };
  }

  /** Whether a candidate who saw all who reported would be accepted. */
  couldReach(): boolean {
    return this.#access.seen.some(({ strata }, candidate) => {
      const beside = this.#besideOf(candidate);
      if (this.#reports.length + beside.hits < FEWEST_HITS) return false;
      const reach = this.#reach[candidate] ?? 1;
      const against = this.#againstOf(candidate);
      let reports = 0;
      for (let i = 0; i < strata.length; i++) reports += this.#reportsOf[strata[i] ?? 0] ?? 0;
      const best = against.map((x, g) => reports * Math.log1p((LEAK_ODDS[g] ?? 0) * reach) - x);
      return logSum(best) - LOG_SHARES + beside.logE >= this.threshold;
    });
  }

  explainedBy(accepted: readonly number[]): Explained {
    const explained = new Map<number, Map<number, number>>();
    for (const one of accepted) {
      const overlap = this.#overlap(one);
      for (const n of this.#hits.get(one) ?? []) {
        const { stratum, seenBy } = this.#report(n);
        const seen = this.#seenIn(one, stratum);
        const chances = explained.get(n) ?? new Map<number, number>();
        explained.set(n, chances);
        for (let i = 0; i < seenBy.length; i++) {
          const other = seenBy[i] ?? 0;
          const chance = (overlap.get(stratum)?.get(other) ?? 0) / Math.max(1, seen);
          if (other !== one && chance > 0) chances.set(other, Math.max(chances.get(other) ?? 0, chance));
        }
      }
    }
    return explained;
  }

  /**
   * Who could have been found in this one's place: with them (and all others found) taken to be the ones, this one no longer
   * stands out; yet they stand out themselves.
   */
  rivals(one: Standing, found: readonly Standing[], standings: readonly Standing[]): number[] {
    const others = found.map((x) => x.candidate).filter((x) => x !== one.candidate);
    const rest = this.explainedBy(others);
    return standings
      .filter((x) => x.candidate !== one.candidate && this.#standsOut(x) && !others.includes(x.candidate))
      .filter(({ candidate }) => {
        if (!this.#standsOut(this.standing(candidate, rest))) return false;
        const without = this.explainedBy([...others, candidate]);
        return !this.#standsOut(this.standing(one.candidate, without));
      })
      .map((x) => x.candidate);
  }

  /** The reports that hit a candidate, by their number. */
  reportsThatHit(candidate: number): readonly number[] {
    return this.#hits.get(candidate) ?? [];
  }

  /** Of how many of their hits a candidate could do without and still stand out. */
  spareHits(candidate: number): number {
    const { hits } = this.hitsOf(candidate);
    const beside = this.#besideOf(candidate);
    const against = this.#againstOf(candidate);
    const reach = this.#reach[candidate] ?? 1;
    for (let spare = 0; ; spare++) {
      const left = hits - spare - 1;
      if (left < 0) return hits;
      const logs = against.map((x, g) => left * Math.log1p((LEAK_ODDS[g] ?? 0) * reach) - x);
      const isEnough = left + beside.hits >= FEWEST_HITS;
      if (!isEnough || logSum(logs) - LOG_SHARES + beside.logE < this.threshold) return spare;
    }
  }

  #standsOut({ candidate, logE, hits }: Standing): boolean {
    return logE >= this.threshold && hits + this.#besideOf(candidate).hits >= FEWEST_HITS;
  }

  #besideOf(candidate: number): Beside {
    return this.#beside.get(candidate) ?? NOTHING_BESIDE;
  }

  /**
   * Whether the e-value could reach the threshold. As log(1 + oκp) ≥ p log(1 + oκ), the logarithm for each share is at most
   * (hits − expected) log(1 + oκ): nearly everybody is left out without working out the rest.
   */
  #isContender(candidate: number): boolean {
    const most = Math.log1p(MOST_ODDS * (this.#reach[candidate] ?? 1));
    const hits = this.#hits.get(candidate)?.length ?? 0;
    const beside = this.#besideOf(candidate);
    const needed = this.threshold - beside.logE;
    if (hits + beside.hits < FEWEST_HITS || hits * most < needed) return false;
    return (hits - this.hitsOf(candidate).expected) * most >= needed;
  }

  #againstOf(candidate: number): Float64Array {
    const known = this.#against.get(candidate);
    if (known !== undefined) return known;
    const sums = new Float64Array(LEAK_ODDS.length);
    const reach = this.#reach[candidate] ?? 1;
    const { strata, people } = this.#seen(candidate);
    for (let i = 0; i < strata.length; i++) {
      const stratum = strata[i] ?? 0;
      const reports = this.#reportsOf[stratum] ?? 0;
      if (reports === 0) continue;
      const rate = (reach * (people[i] ?? 0)) / (this.#access.people[stratum] ?? 1);
      for (let g = 0; g < sums.length; g++)
        sums[g] = (sums[g] ?? 0) + reports * Math.log1p((LEAK_ODDS[g] ?? 0) * rate);
    }
    this.#against.set(candidate, sums);
    return sums;
  }

  #chance(candidate: number, stratum: number): number {
    return this.#seenIn(candidate, stratum) / (this.#access.people[stratum] ?? 1);
  }

  #seenIn(candidate: number, stratum: number): number {
    const { strata, people } = this.#seen(candidate);
    let [low, high] = [0, strata.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((strata[middle] ?? 0) < stratum) low = middle + 1;
      else high = middle;
    }
    return strata[low] === stratum ? (people[low] ?? 0) : 0;
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

function sumOf(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] ?? 0;
  return sum;
}

function logSum(logs: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < logs.length; i++) most = Math.max(most, logs[i] ?? -Infinity);
  if (most === -Infinity) return most;
  let sum = 0;
  for (let i = 0; i < logs.length; i++) sum += Math.exp((logs[i] ?? -Infinity) - most);
  return most + Math.log(sum);
}
