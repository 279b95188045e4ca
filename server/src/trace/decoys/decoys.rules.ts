/**
 * What mails to decoys say about who passed addresses on. Pure.
 *
 * A decoy stands in one place. Were the place's holder to have passed nothing on, then whatever way the next address left by, it is as
 * likely to be any decoy of the same kind of customers (a stratum) that has no mail yet: with m of the stratum's M decoys in their
 * place, of which h have mail, and n of all, their chance is p = (m − h)/(M − n). If they make the share θ of what left, the next one stems
 * from them with π = θf/(θf + (1 − θ)q), f the share of their decoys that stand in the stratum, q that of all. The likelihood ratio is
 * 1 − π + π/p when it is theirs, and 1 − π when not: as for a report (rank.ts), with its mean of 1 for whoever passed nothing on,
 * so that the product, averaged over θ, is an e-value at every look. It is multiplied with that of the reports.
 */
import { LEAK_ODDS } from '../rank.ts';

export type PlacedDecoy = Readonly<{
  stratum: string;
  /** The candidate whose place it stands in; undefined: in no place. */
  of: number | undefined;
}>;

/** So many of one stratum and place. */
export type PlacedDecoys = PlacedDecoy & Readonly<{ n: number }>;

export type DecoyEvidence = Readonly<{
  /** Natural logarithm of the e-value. */
  logE: number;
  planted: number;
  /** How many of them got mail. */
  hits: number;
}>;

const SHARES = Float64Array.from(LEAK_ODDS, (odds) => odds / (1 + odds));

/** By candidate with decoys. `hits`: one for each decoy that got mail, in the order of their first. */
export function weighDecoys(
  planted: readonly PlacedDecoys[],
  hits: readonly PlacedDecoy[],
): ReadonlyMap<number, DecoyEvidence> {
  const all = countsOf(planted);
  const total = sumOf(all);
  const byOwner = Map.groupBy(
    planted.filter(({ of }) => of !== undefined),
    ({ of }) => of ?? -1,
  );
  const evidence = new Map<number, DecoyEvidence>();
  for (const [owner, mine] of byOwner) {
    const own = countsOf(mine);
    const ownTotal = sumOf(own);
    const logs = new Float64Array(SHARES.length);
    const [gone, mineGone] = [new Map<string, number>(), new Map<string, number>()];
    let count = 0;
    for (const { stratum, of } of hits) {
      const m = own.get(stratum) ?? 0;
      const isMine = of === owner;
      if (m > 0) {
        const [M, n, h] = [all.get(stratum) ?? 0, gone.get(stratum) ?? 0, mineGone.get(stratum) ?? 0];
        const p = (m - h) / (M - n);
        const [f, q] = [m / ownTotal, M / total];
        for (let g = 0; g < logs.length; g++) {
          const share = SHARES[g] ?? 0;
          const pi = (share * f) / (share * f + (1 - share) * q);
          // Nothing is left that could be theirs: that the next one is not says nothing.
          if (p > 0) logs[g] = (logs[g] ?? 0) + Math.log(isMine ? 1 - pi + pi / p : p < 1 ? 1 - pi : 1);
        }
      }
      gone.set(stratum, (gone.get(stratum) ?? 0) + 1);
      if (isMine) {
        mineGone.set(stratum, (mineGone.get(stratum) ?? 0) + 1);
        count += 1;
      }
    }
    evidence.set(owner, { logE: meanOf(logs), planted: ownTotal, hits: count });
  }
  return evidence;
}

function countsOf(planted: readonly PlacedDecoys[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { stratum, n } of planted) counts.set(stratum, (counts.get(stratum) ?? 0) + n);
  return counts;
}

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, n) => sum + n, 0);

function meanOf(logs: Float64Array): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length);
}
