import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Access,
  FEWEST_HITS,
  logEvidenceOfMissingKey,
  type Overlap,
  type Report,
  rank,
  Scene,
} from './rank.ts';
import { randomOf } from './simulate/world.ts';

const ALPHA = 0.01;
const NO_OVERLAP = (): Overlap => new Map();

/** A small world in full: who saw whom, by person; everybody in one of a few strata. */
type Small = Readonly<{
  strata: readonly number[];
  seenBy: readonly (readonly number[])[];
  candidates: number;
}>;

function accessOf({ strata, seenBy, candidates }: Small): Access {
  const people = new Float64Array(Math.max(0, ...strata) + 1);
  const counts = Array.from({ length: candidates }, () => new Map<number, number>());
  for (const [person, stratum] of strata.entries()) {
    people[stratum] = (people[stratum] ?? 0) + 1;
    for (const c of seenBy[person] ?? []) counts[c]?.set(stratum, (counts[c]?.get(stratum) ?? 0) + 1);
  }
  const seen = counts.map((mine) => {
    const sorted = [...mine].sort(([a], [b]) => a - b);
    return { strata: sorted.map(([s]) => s), people: sorted.map(([, n]) => n) };
  });
  return { people, seen };
}

function overlapOf({ strata, seenBy }: Small) {
  return (candidate: number): Overlap => {
    const overlap = new Map<number, Map<number, number>>();
    for (const [person, viewers] of seenBy.entries()) {
      if (!viewers.includes(candidate)) continue;
      const stratum = strata[person] ?? 0;
      const others = overlap.get(stratum) ?? new Map<number, number>();
      overlap.set(stratum, others);
      for (const viewer of viewers) others.set(viewer, (others.get(viewer) ?? 0) + 1);
    }
    return overlap;
  };
}

const reportOf = ({ strata, seenBy }: Small, person: number): Report => ({
  stratum: strata[person] ?? 0,
  seenBy: seenBy[person] ?? [],
});

/** Everybody sees each person of their half with a chance of their own. */
function smallWorld(seed: number, people = 4000, candidates = 40): Small {
  const random = randomOf(seed);
  const chance = Array.from({ length: candidates }, () => 0.005 + 0.05 * random());
  const strata = Array.from({ length: people }, () => Math.floor(random() * 4));
  const seenBy = strata.map((s) =>
    chance.flatMap((p, c) => (random() < (c % 4 === s ? p : p / 8) ? [c] : [])),
  );
  return { strata, seenBy, candidates };
}

function drawn(random: () => number, people: number, count: number): number[] {
  const persons = new Set<number>();
  while (persons.size < count) persons.add(Math.floor(random() * people));
  return [...persons];
}

const personsSeenBy = (world: Small, candidate: number): number[] =>
  world.seenBy.flatMap((viewers, person) => (viewers.includes(candidate) ? [person] : []));

/** The rule as its head states it, without any short cut. */
function plainLogE({ people, seen }: Access, reports: readonly Report[], candidate: number): number {
  const mine = new Map<number, number>();
  const { strata, people: counts } = seen[candidate] ?? { strata: [], people: [] };
  for (let i = 0; i < strata.length; i++) mine.set(strata[i] ?? 0, counts[i] ?? 0);
  const total = [...mine.values()].reduce((a, b) => a + b, 0);
  const all = Array.from(people).reduce((a, b) => a + b, 0);
  const shares = [0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];
  const products = shares.map((theta) => {
    let product = 1;
    for (const { stratum, seenBy } of reports) {
      const [f, q] = [(mine.get(stratum) ?? 0) / total, (people[stratum] ?? 0) / all];
      const p = (mine.get(stratum) ?? 0) / (people[stratum] ?? 1);
      const pi = (theta * f) / (theta * f + (1 - theta) * q);
      product *= Array.from(seenBy).includes(candidate) ? 1 - pi + pi / p : 1 - pi;
    }
    return product;
  });
  return Math.log(products.reduce((a, b) => a + b, 0) / shares.length);
}

describe('e-values', () => {
  it('are what the rule says, worked out without short cuts', () => {
    const world = smallWorld(3);
    const access = accessOf(world);
    const random = randomOf(4);
    const reports = drawn(random, 4000, 25).map((p) => reportOf(world, p));
    const scene = new Scene(access, { alpha: ALPHA, overlapOf: NO_OVERLAP });
    for (const report of reports) scene.add(report);
    for (const candidate of scene.hitCandidates())
      assert.ok(
        Math.abs(scene.standing(candidate).logE - plainLogE(access, reports, candidate)) < 1e-9,
        `candidate ${candidate}`,
      );
  });

  it('of somebody who leaked nothing have a mean of at most 1', () => {
    const world = smallWorld(5, 1000, 12);
    const access = accessOf(world);
    const random = randomOf(6);
    const trials = 3000;
    const values: number[] = [];
    for (let n = 0; n < trials; n++) {
      const reports = drawn(random, 1000, 12).map((p) => reportOf(world, p));
      values.push(Math.exp(logEvidenceOfMissingKey(access, reports)));
    }
    const mean = values.reduce((a, b) => a + b, 0) / trials;
    const error = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0)) / trials;
    assert.ok(mean <= 1 + 4 * error, `mean ${mean} ± ${error}`);
  });
});

describe('ranking', () => {
  it('names one who leaked, and nobody else', () => {
    const world = smallWorld(7);
    const random = randomOf(8);
    const sold = personsSeenBy(world, 9);
    const persons = [...new Set([...sold.slice(0, 15), ...drawn(random, 4000, 15)])];
    const ranking = rank(
      accessOf(world),
      persons.map((p) => reportOf(world, p)),
      {
        alpha: ALPHA,
        overlapOf: overlapOf(world),
      },
    );
    assert.equal(ranking.outcome, 'accepted');
    assert.deepEqual(
      ranking.accepted.map((x) => x.candidate),
      [9],
    );
  });

  it('names two who leaked', () => {
    const world = smallWorld(17);
    const random = randomOf(18);
    const persons = [
      ...new Set([
        ...personsSeenBy(world, 5).slice(0, 14),
        ...personsSeenBy(world, 30).slice(0, 14),
        ...drawn(random, 4000, 10),
      ]),
    ];
    const ranking = rank(
      accessOf(world),
      persons.map((p) => reportOf(world, p)),
      {
        alpha: ALPHA,
        overlapOf: overlapOf(world),
      },
    );
    assert.deepEqual(
      ranking.accepted.map((x) => x.candidate).sort((a, b) => a - b),
      [5, 30],
    );
  });

  it('however often one looks, names nobody in nearly all worlds in which nobody leaked', () => {
    const world = smallWorld(9);
    const access = accessOf(world);
    const random = randomOf(10);
    let named = 0;
    for (let n = 0; n < 200; n++) {
      const scene = new Scene(access, { alpha: ALPHA, overlapOf: NO_OVERLAP });
      for (const p of drawn(random, 4000, 60)) {
        scene.add(reportOf(world, p));
        if (!scene.hasNewContender()) continue;
        named += 1;
        break;
      }
    }
    // At 1 % one expects 2; 8 has a chance below one in a thousand.
    assert.ok(named < 8, `${named} of 200`);
  });

  it('looks report by report as it does at the end', () => {
    const world = smallWorld(11);
    const access = accessOf(world);
    const reports = personsSeenBy(world, 3)
      .slice(0, 20)
      .map((p) => reportOf(world, p));
    const scene = new Scene(access, { alpha: ALPHA, overlapOf: overlapOf(world) });
    let first = 0;
    for (const [n, report] of reports.entries()) {
      scene.add(report);
      if (first === 0 && scene.hasNewContender()) first = n + 1;
    }
    assert.ok(first >= FEWEST_HITS);
    for (const n of [first - 1, first]) {
      const { outcome } = rank(access, reports.slice(0, n), { alpha: ALPHA, overlapOf: overlapOf(world) });
      assert.equal(outcome === 'accepted' || outcome === 'not-apart', n === first, `after ${n}`);
    }
  });

  it('does not depend on the order of reports', () => {
    const world = smallWorld(12);
    const access = accessOf(world);
    const options = { alpha: ALPHA, overlapOf: overlapOf(world) };
    const persons = [...new Set([...personsSeenBy(world, 7).slice(0, 10), 1, 2, 3, 4, 5, 6, 7, 8])];
    const ids = (list: readonly { candidate: number }[]) => list.map((x) => x.candidate).sort();
    const once = rank(
      access,
      persons.map((p) => reportOf(world, p)),
      options,
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(persons, { minLength: persons.length }), (order) => {
        const again = rank(
          access,
          order.map((p) => reportOf(world, p)),
          options,
        );
        assert.equal(again.outcome, once.outcome);
        assert.deepEqual(ids(again.accepted), ids(once.accepted));
      }),
      { numRuns: 30, seed: 12 },
    );
  });

  it('with one more candidate who saw nobody changes the threshold and nothing else', () => {
    const world = smallWorld(13);
    const access = accessOf(world);
    const options = { alpha: ALPHA, overlapOf: overlapOf(world) };
    const reports = personsSeenBy(world, 2)
      .slice(0, 12)
      .map((p) => reportOf(world, p));
    const without = rank(access, reports, options);
    const more = { ...access, seen: [...access.seen, { strata: [], people: [] }] };
    const { threshold, ...rest } = rank(more, reports, options);
    assert.deepEqual({ ...rest, threshold: without.threshold }, without);
    assert.ok(Math.abs(threshold - without.threshold - Math.log(41 / 40)) < 1e-12);
  });

  it('says that reports are too few rather than who is first among them', () => {
    const world = smallWorld(14);
    const reports = personsSeenBy(world, 6)
      .slice(0, 3)
      .map((p) => reportOf(world, p));
    const ranking = rank(accessOf(world), reports, { alpha: ALPHA, overlapOf: overlapOf(world) });
    assert.equal(ranking.outcome, 'too-few');
    assert.deepEqual([...ranking.accepted, ...ranking.notApart], []);
  });

  it('names nobody when everybody reported', () => {
    const world = smallWorld(15, 500, 10);
    const reports = world.strata.map((_, p) => reportOf(world, p));
    const { outcome } = rank(accessOf(world), reports, { alpha: ALPHA, overlapOf: overlapOf(world) });
    assert.equal(outcome, 'nobody');
  });

  it('does not tell apart two who saw the same people', () => {
    const base = smallWorld(16);
    const twins = {
      ...base,
      seenBy: base.seenBy.map((v) =>
        v.includes(8) ? [...v.filter((c) => c !== 9), 9] : v.filter((c) => c !== 9),
      ),
    };
    const reports = personsSeenBy(twins, 8)
      .slice(0, 15)
      .map((p) => reportOf(twins, p));
    const ranking = rank(accessOf(twins), reports, { alpha: ALPHA, overlapOf: overlapOf(twins) });
    assert.equal(ranking.outcome, 'not-apart');
    assert.deepEqual(ranking.accepted, []);
    assert.deepEqual(
      [...new Set(ranking.notApart.flatMap((x) => [x.candidate, ...x.insteadOf]))].sort(),
      [8, 9],
    );
  });

  it('does not name a colleague who overlaps with two who leaked', () => {
    const base = smallWorld(24);
    const [a, b, between] = [1, 5, 9];
    // Half of what each of the two saw, the third saw, too.
    const seenBy = base.seenBy.map((v, person) => {
      const others = v.filter((c) => c !== between);
      return person % 2 === 0 && (v.includes(a) || v.includes(b)) ? [...others, between] : others;
    });
    const world = { ...base, seenBy };
    const persons = [a, b].flatMap((c) => personsSeenBy(world, c).slice(0, 30));
    const ranking = rank(
      accessOf(world),
      [...new Set(persons)].map((p) => reportOf(world, p)),
      { alpha: ALPHA, overlapOf: overlapOf(world) },
    );
    assert.deepEqual(
      ranking.accepted.map((x) => x.candidate).sort((x, y) => x - y),
      [a, b],
    );
  });

  it('names the queue, not its members', () => {
    const base = smallWorld(19);
    const members = [0, 4, 8, 12, 16];
    const queue = base.candidates;
    const world = {
      ...base,
      candidates: queue + 1,
      seenBy: base.seenBy.map((v) => (v.some((c) => members.includes(c)) ? [...v, queue] : v)),
    };
    const random = randomOf(20);
    const sold = personsSeenBy(world, queue);
    const persons = [
      ...new Set(Array.from({ length: 40 }, () => sold[Math.floor(random() * sold.length)] ?? 0)),
    ];
    const ranking = rank(
      accessOf(world),
      persons.map((p) => reportOf(world, p)),
      {
        alpha: ALPHA,
        overlapOf: overlapOf(world),
      },
    );
    assert.deepEqual(
      ranking.accepted.map((x) => x.candidate),
      [queue],
    );
  });

  it('ignores a hit in a stratum of which the candidate is counted to have seen nobody', () => {
    const access = {
      people: [1000, 1000],
      seen: [
        { strata: [0], people: [5] },
        { strata: [0, 1], people: [9, 9] },
      ],
    };
    const reports = Array.from({ length: 8 }, () => ({ stratum: 1, seenBy: [0] }));
    assert.equal(rank(access, reports, { alpha: ALPHA, overlapOf: NO_OVERLAP }).accepted.length, 0);
  });

  it('knows how many of their reports a name can do without', () => {
    const world = smallWorld(21);
    const access = accessOf(world);
    const scene = new Scene(access, { alpha: ALPHA, overlapOf: overlapOf(world) });
    for (const p of personsSeenBy(world, 11).slice(0, 12)) scene.add(reportOf(world, p));
    const spare = scene.spareHits(11);
    assert.ok(spare > 0 && spare < 12);
    // Without these hits and one more, the same reports name nobody.
    const fewer = new Scene(access, { alpha: ALPHA, overlapOf: overlapOf(world) });
    for (const [n, p] of personsSeenBy(world, 11).slice(0, 12).entries()) {
      const report = reportOf(world, p);
      fewer.add(n <= spare ? { ...report, seenBy: [] } : report);
    }
    assert.equal(fewer.rank().accepted.length, 0);
  });
});
