/** What a ranking needs of a world, as the analytics engine counts it from real logs. */
import type { Access, Overlap, Report } from '../rank.ts';
import type { World } from './world.ts';

/** Which keys that route work the strata know. */
export type Keys = Readonly<{ region: boolean; category: boolean }>;

export type Index = Readonly<{
  access: Access;
  stratumOf: (customer: number) => number;
  reportOf: (customer: number) => Report;
  overlapOf: (candidate: number) => Overlap;
}>;

/** Numbers of contacts from here on are one stratum. */
const MANY = 12;

export function indexOf(world: World, keys: Keys): Index {
  const { customers, regions, categories } = world.options;
  const regionsKnown = keys.region ? regions : 1;
  const categoriesKnown = keys.category ? categories : 1;
  const strata = regionsKnown * categoriesKnown * (MANY + 1);
  const stratum = new Uint32Array(customers);
  const people = new Float64Array(strata);
  const counts = Array.from({ length: world.candidates }, () => new Map<number, number>());
  for (let i = 0; i < customers; i++) {
    const from = world.from[i] ?? 0;
    const to = world.from[i + 1] ?? 0;
    let contacts = 0;
    for (let at = from; at < to; at++) if ((world.viewers[at] ?? 0) < world.options.employees) contacts += 1;
    const r = keys.region ? (world.region[i] ?? 0) : 0;
    const k = keys.category ? (world.category[i] ?? 0) : 0;
    const s = (r * categoriesKnown + k) * (MANY + 1) + Math.min(MANY, contacts);
    stratum[i] = s;
    people[s] = (people[s] ?? 0) + 1;
    for (let at = from; at < to; at++) {
      const mine = counts[world.viewers[at] ?? 0];
      mine?.set(s, (mine.get(s) ?? 0) + 1);
    }
  }
  const seen = counts.map((mine) => {
    const sorted = [...mine].sort(([a], [b]) => a - b);
    return { strata: Uint32Array.from(sorted, ([s]) => s), people: Float64Array.from(sorted, ([, n]) => n) };
  });
  const viewersOf = (customer: number) =>
    world.viewers.subarray(world.from[customer] ?? 0, world.from[customer + 1] ?? 0);
  return {
    access: { people, seen },
    stratumOf: (customer) => stratum[customer] ?? 0,
    reportOf: (customer) => ({ stratum: stratum[customer] ?? 0, seenBy: viewersOf(customer) }),
    overlapOf(candidate) {
      const overlap = new Map<number, Map<number, number>>();
      for (let i = 0; i < customers; i++) {
        const viewers = viewersOf(i);
        if (!viewers.includes(candidate)) continue;
        const s = stratum[i] ?? 0;
        const others = overlap.get(s) ?? new Map<number, number>();
        overlap.set(s, others);
        for (const viewer of viewers) others.set(viewer, (others.get(viewer) ?? 0) + 1);
      }
      return overlap;
    },
  };
}
