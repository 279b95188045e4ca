/**
 * How many true reports name a leaker, and how often an innocent is named: `node bench/trace.ts [--full] [--trials N] [--seed N]`.
 * Small by default; `--full` is 1 million customers, 2,000 employees and 4 million look-ups. Prints the tables of docs/trace.md.
 */
import { parseArgs } from 'node:util';
import { judgeControls } from '../server/src/trace/controls.rules.ts';
import { type PlacedDecoy, weighDecoys } from '../server/src/trace/decoys/decoys.rules.ts';
import { type Beside, rank, Scene } from '../server/src/trace/rank.ts';
import { type Index, indexOf } from '../server/src/trace/simulate/index-of.ts';
import {
  accountOf,
  reportsOf,
  type Story,
  type Told,
  unrelated,
  worldAfter,
} from '../server/src/trace/simulate/story.ts';
import { makeWorld, ORDINARY, randomOf } from '../server/src/trace/simulate/world.ts';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    trials: { type: 'string' },
    seed: { type: 'string', default: '1' },
    employees: { type: 'string' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const trials = Number(values.trials ?? (values.full ? 100 : 20));
const employees = Number(values.employees ?? (values.full ? 2000 : 400));
const customers = values.full ? 1_000_000 : 100_000;
const SOLD = 1000;
const ALPHA = 0.01;

const started = performance.now();
const world = makeWorld({
  ...ORDINARY,
  seed,
  customers,
  employees,
  regions: values.full ? 10 : 3,
  analysts: Math.floor(employees / 100),
});
const index = indexOf(world, { region: true, category: true });
const volumes = index.access.seen.map(({ people }) => Array.from(people).reduce((a, b) => a + b, 0));
const inTeams = world.teams * world.options.teamSize;
/** Employees who saw as many as they are said to have sold; where few did, the tenth who saw most. */
const byVolume = Array.from({ length: inTeams }, (_, e) => e).sort(
  (a, b) => (volumes[b] ?? 0) - (volumes[a] ?? 0),
);
const stocked = byVolume.filter((e, i) => (volumes[e] ?? 0) >= SOLD || i < inTeams / 10);
console.log(
  `${customers} customers, ${employees} employees, ${world.teams} queues, ${volumes.slice(0, employees).reduce((a, b) => a + b, 0)} pairs; ${trials} trials, seed ${seed}; made in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);

const story = (n: number, leakers: readonly number[], more: Partial<Story>): Story => ({
  seed: seed * 100_003 + n,
  leakers,
  habit: 'any',
  sold: SOLD,
  reporting: 0.02,
  noise: 1,
  ...more,
});

function chosen(from: readonly number[], count: number, n: number): number[] {
  const random = randomOf(seed * 31 + n * 17 + count);
  const all = new Set<number>();
  while (all.size < count) all.add(from[Math.floor(random() * from.length)] ?? 0);
  return [...all];
}

/** Nobody who leaked; a queue is right where two of its people did, for which no report can tell it from them. */
function isInnocent(candidate: number, leakers: readonly number[]): boolean {
  if (leakers.includes(candidate)) return false;
  return leakers.filter((x) => world.queueOf(world.teamOf(x)) === candidate).length < 2;
}

type Followed = Readonly<{
  /** True reports of each leaker until they were named; Infinity where they never were. */
  until: readonly number[];
  innocentEver: boolean;
  innocentAtEnd: boolean;
  /** At the end. */
  notApart: readonly number[];
  looks: number;
  ms: number;
}>;

/** Looks after every report. Nobody can be named anew without a new hit. */
function follow(known: Index, told: readonly Told[], leakers: readonly number[]): Followed {
  const scene = new Scene(known.access, { alpha: ALPHA, overlapOf: cached(known) });
  const until = new Map<number, number>();
  const trueOnes = new Map<number, number>();
  let innocentEver = false;
  const begun = performance.now();
  for (const { customer, of } of told) {
    trueOnes.set(of, (trueOnes.get(of) ?? 0) + 1);
    scene.add(known.reportOf(customer));
    if (!scene.hasNewContender()) continue;
    for (const { candidate } of scene.rank().accepted) {
      if (isInnocent(candidate, leakers)) innocentEver = true;
      else if (leakers.includes(candidate) && !until.has(candidate))
        until.set(candidate, trueOnes.get(candidate) ?? 0);
    }
  }
  const ms = performance.now() - begun;
  const { accepted, notApart } = scene.rank();
  const innocentAtEnd = accepted.some((x) => isInnocent(x.candidate, leakers));
  return {
    until: leakers.map((x) => until.get(x) ?? Infinity),
    innocentEver: innocentEver || innocentAtEnd,
    innocentAtEnd,
    notApart: notApart.flatMap((x) => [x.candidate, ...x.insteadOf]),
    looks: told.length,
    ms,
  };
}

const overlaps = new WeakMap<Index, Map<number, ReturnType<Index['overlapOf']>>>();
function cached(known: Index): Index['overlapOf'] {
  const mine = overlaps.get(known) ?? new Map();
  overlaps.set(known, mine);
  return (candidate) => {
    const overlap = mine.get(candidate) ?? known.overlapOf(candidate);
    // Each is tens of megabytes in a big world.
    if (mine.size > 8) mine.clear();
    mine.set(candidate, overlap);
    return overlap;
  };
}

const share = (all: readonly boolean[]) =>
  `${((100 * all.filter(Boolean).length) / all.length).toFixed(1)} %`;
function quantile(all: readonly number[], q: number): string {
  const sorted = [...all].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Infinity;
  return value === Infinity ? 'not named' : String(value);
}
const times = <T>(make: (n: number) => T): T[] => Array.from({ length: trials }, (_, n) => make(n));

/** What others do: the most hits; a volume three deviations above the mean; enrichment without strata. */
function plainly(told: readonly Told[]): Readonly<Record<'overlap' | 'volume' | 'enrichment', number[]>> {
  const hits = new Map<number, number>();
  for (const { customer } of told)
    for (const c of Array.from(index.reportOf(customer).seenBy))
      if (c < employees) hits.set(c, (hits.get(c) ?? 0) + 1);
  const most = Math.max(...hits.values());
  const mine = volumes.slice(0, employees);
  const mean = mine.reduce((a, b) => a + b, 0) / mine.length;
  const deviation = Math.sqrt(mine.reduce((a, b) => a + (b - mean) ** 2, 0) / mine.length);
  const chances = mine.map((seen, c) => tailOf(hits.get(c) ?? 0, told.length, seen / customers));
  const sorted = [...chances].sort((a, b) => a - b);
  const last = sorted.findLastIndex((p, i) => p <= (0.05 * (i + 1)) / sorted.length);
  const limit = last < 0 ? -1 : (sorted[last] ?? -1);
  const those = (is: (c: number) => boolean) => mine.flatMap((_, c) => (is(c) ? [c] : []));
  return {
    overlap: those((c) => hits.get(c) === most),
    volume: those((c) => (mine[c] ?? 0) > mean + 3 * deviation),
    enrichment: those((c) => (chances[c] ?? 1) <= limit),
  };
}

/** The chance of at least `hits` among `n`, each with chance p: the hypergeometric tail, where n is far below all. */
function tailOf(hits: number, n: number, p: number): number {
  if (hits === 0) return 1;
  let log = n * Math.log1p(-p);
  let below = Math.exp(log);
  for (let k = 1; k < hits; k++) {
    log += Math.log((n - k + 1) / k) + Math.log(p) - Math.log1p(-p);
    below += Math.exp(log);
  }
  return Math.max(0, 1 - below);
}

const sections: Readonly<Record<string, () => void>> = {
  one() {
    console.log(`\nOne employee sold ${SOLD} addresses, 2 % report.\n`);
    console.log(
      '| unrelated per true report | true reports until named: median | 95th percentile | innocent named at the end | ever | named by most hits | by volume | by enrichment + BH | ms a look |',
    );
    console.log('|---:|---:|---:|---:|---:|---:|---:|---:|---:|');
    for (const noise of [0, 1, 5, 20]) {
      const all = times((n) => {
        const leakers = chosen(stocked, 1, n);
        const told = reportsOf(world, story(n, leakers, { noise }));
        const plain = plainly(told);
        const innocent = (named: readonly number[]) => named.some((c) => !leakers.includes(c));
        return {
          ...follow(index, told, leakers),
          overlap: innocent(plain.overlap),
          volume: innocent(plain.volume),
          enrichment: innocent(plain.enrichment),
        };
      });
      const until = all.map((x) => x.until[0] ?? Infinity);
      const looks = all.reduce((sum, x) => sum + x.looks, 0);
      const ms = all.reduce((sum, x) => sum + x.ms, 0);
      console.log(
        `| ${noise} | ${quantile(until, 0.5)} | ${quantile(until, 0.95)} | ${share(all.map((x) => x.innocentAtEnd))} | ${share(all.map((x) => x.innocentEver))} | ${share(all.map((x) => x.overlap))} | ${share(all.map((x) => x.volume))} | ${share(all.map((x) => x.enrichment))} | ${(ms / looks).toFixed(1)} |`,
      );
    }
  },
  several() {
    console.log('\nOthers who leak, 1 unrelated report for each true one.\n');
    console.log(
      '| who | named at all | true reports until named: median | innocent named at the end | ever |',
    );
    console.log('|---|---:|---:|---:|---:|');
    const queues = Array.from({ length: world.teams }, (_, t) => world.queueOf(t));
    const cases: [string, (n: number) => number[], Partial<Story>][] = [
      ['two employees', (n) => chosen(stocked, 2, n), {}],
      ['three employees', (n) => chosen(stocked, 3, n), {}],
      ['one, of one category only', (n) => chosen(stocked, 1, n), { habit: 'one-category' }],
      ["a team's queue", (n) => chosen(queues, 1, n), {}],
    ];
    for (const [who, leakersOf, more] of cases) {
      const all = times((n) => {
        const leakers = leakersOf(n);
        return follow(index, reportsOf(world, story(n, leakers, more)), leakers);
      });
      const until = all.flatMap((x) => x.until);
      console.log(
        `| ${who} | ${share(until.map((x) => x < Infinity))} | ${quantile(until, 0.5)} | ${share(all.map((x) => x.innocentAtEnd))} | ${share(all.map((x) => x.innocentEver))} |`,
      );
    }
  },
  nobody() {
    const all = Array.from({ length: trials * 10 }, (_, n) => {
      const told = reportsOf(world, story(n, [], { noise: 500 }));
      const plain = plainly(told);
      return { ...follow(index, told, []), ...plain };
    });
    console.log(`\nNobody leaked, 500 unrelated reports, looked at after each; ${all.length} trials.\n`);
    console.log('| ever names anybody | at the end | by most hits | by volume | by enrichment + BH |');
    console.log('|---:|---:|---:|---:|---:|');
    console.log(
      `| ${share(all.map((x) => x.innocentEver))} | ${share(all.map((x) => x.innocentAtEnd))} | ${share(all.map((x) => x.overlap.length > 0))} | ${share(all.map((x) => x.volume.length > 0))} | ${share(all.map((x) => x.enrichment.length > 0))} |`,
    );
  },
  withheld() {
    console.log(
      '\nThe category is withheld, and spam follows it: one wave among the reports, waves of 30 among past ones.\n',
    );
    console.log(
      '| wave | reports | controls | would name an innocent | refused of these | refused of all | refused with the key known |',
    );
    console.log('|---:|---:|---:|---:|---:|---:|---:|');
    const blind = indexOf(world, { region: true, category: false });
    const draws = { blind: drawerOf(blind), known: drawerOf(index) };
    // Fewer controls than 300, or than three times the reports, are refused by themselves.
    for (const [part, reports, controls] of [
      [0.9, 100, 300],
      [0.9, 300, 900],
      [0.5, 300, 900],
      [0.5, 100, 300],
    ] as const) {
      const all = times((n) => {
        const told = reportsOf(
          world,
          story(n, [], { noise: reports, wave: { key: 'category', share: part, length: reports } }),
        );
        const random = randomOf(seed * 104_729 + n);
        const past = unrelated(world, { wave: { key: 'category', share: part } }, controls, random);
        const persons = [...new Set(past.map((x) => x.customer))];
        const judged = (known: Index, draw: ReturnType<typeof drawerOf>) =>
          judgeControls(known.access, [{ name: 'past', reports: persons.map(known.reportOf) }], {
            alpha: ALPHA,
            draw,
            inQuestion: 0,
          }).outcome === 'loud';
        const would = rank(
          blind.access,
          told.map((x) => blind.reportOf(x.customer)),
          {
            alpha: ALPHA,
            overlapOf: cached(blind),
          },
        );
        return {
          would: would.accepted.length > 0,
          refused: judged(blind, draws.blind),
          known: judged(index, draws.known),
        };
      });
      const wouldName = all.filter((x) => x.would);
      console.log(
        `| ${part} | ${reports} | ${controls} | ${share(all.map((x) => x.would))} | ${wouldName.length === 0 ? '-' : `${share(wouldName.map((x) => x.refused))} of ${wouldName.length}`} | ${share(all.map((x) => x.refused))} | ${share(all.map((x) => x.known))} |`,
      );
    }
  },
  habits() {
    console.log('\nOther habits, 1 unrelated report for each true one but where it is said.\n');
    console.log(
      '| habit | account named | or not apart from it | true reports until named: median | innocent named at the end | ever |',
    );
    console.log('|---|---:|---:|---:|---:|---:|');
    const cases: [string, Partial<Story>][] = [
      ['looked up in bulk, only to sell', { habit: 'bulk-export' }],
      ['through a team-mate’s account', { habit: 'team-mate' }],
      ['a slow trickle: 100 sold, ten unrelated reports for each true one', { sold: 100, noise: 10 }],
      ['a middleman’s list: three of four addresses from elsewhere', { noise: 3 }],
    ];
    for (const [habit, more] of cases) {
      const all = times((n) => {
        const leakers = chosen(stocked, 1, n);
        const one = story(n, leakers, more);
        const after = worldAfter(world, one);
        const known = after === world ? index : indexOf(after, { region: true, category: true });
        const accounts = leakers.map((leaker) => accountOf(world, one, leaker));
        const followed = follow(known, reportsOf(world, one), [...new Set([...accounts, ...leakers])]);
        return { ...followed, isApart: followed.notApart.some((x) => accounts.includes(x)) };
      });
      const until = all.map((x) => x.until[0] ?? Infinity);
      console.log(
        `| ${habit} | ${share(until.map((x) => x < Infinity))} | ${share(all.map((x) => x.isApart))} | ${quantile(until, 0.5)} | ${share(all.map((x) => x.innocentAtEnd))} | ${share(all.map((x) => x.innocentEver))} |`,
      );
    }
  },
  decoys() {
    console.log(
      '\n200 sold, 1 % report, 1 unrelated for each: what decoys among each employee’s customers add. The last rows: nobody sold, and as many addresses left by a way that no place stands for.\n',
    );
    console.log(
      '| who | decoys each | a decoy gets mail | leaker named | innocent named | not counted: mail to decoys of no place |',
    );
    console.log('|---|---:|---:|---:|---:|---:|');
    for (const isLeak of [true, false])
      for (const each of [0, 3, 5]) {
        const all = times((n) => withDecoys(n, each, isLeak));
        console.log(
          `| ${isLeak ? 'an employee' : 'the directory'} | ${each} | ${share(all.map((x) => x.isHit))} | ${share(all.map((x) => x.isNamed))} | ${share(all.map((x) => x.isWrong))} | ${share(all.map((x) => !x.count))} |`,
        );
      }
  },
  speed() {
    const told = unrelated(world, {}, 500, randomOf(seed));
    const scene = new Scene(index.access, { alpha: ALPHA, overlapOf: index.overlapOf });
    for (const { customer } of told) scene.add(index.reportOf(customer));
    const ms: number[] = [];
    for (let n = 0; n < 20; n++) {
      const begun = performance.now();
      scene.rank();
      ms.push(performance.now() - begun);
    }
    console.log(
      `\nOne ranking of ${index.access.seen.length} candidates by ${told.length} reports: first ${(ms[0] ?? 0).toFixed(1)} ms, then ${quantile(
        ms.map((x) => Math.round(x * 10) / 10),
        0.5,
      )} ms.`,
    );
  },
};

const NOWHERE = 20;
/** For how many hits one counts (server/src/trace/decoys/count.ts). */
const HITS_OF_A_DECOY = 2;

/**
 * Decoys of every employee; each is sold as likely as any other customer of theirs, and mail to one is always seen. Without a leak every
 * customer and decoy left as likely by another way.
 */
function withDecoys(n: number, each: number, isLeak: boolean) {
  const [leaker = 0] = chosen(stocked, 1, n);
  const sold = 200;
  const leakers = isLeak ? [leaker] : [];
  const told = reportsOf(
    world,
    story(n, leakers, { sold, reporting: 0.01, noise: isLeak ? 1 : Math.round(sold * 0.02) }),
  );
  const random = randomOf(seed * 65_537 + n);
  const decoys: PlacedDecoy[] = Array.from({ length: inTeams * each + NOWHERE }, (_, i) => ({
    stratum: 'all',
    of: i < inTeams * each ? Math.floor(i / each) : undefined,
  }));
  const chance = ({ of }: PlacedDecoy) =>
    isLeak ? (of === leaker ? sold / ((volumes[leaker] ?? 0) + each) : 0) : sold / customers;
  const hits = decoys.flatMap((decoy, i) => (random() < chance(decoy) ? [i] : []));
  const count = hits.every((i) => decoys[i]?.of !== undefined);
  const beside = new Map<number, Beside>();
  if (count && each > 0)
    for (const [c, { logE, hits: own }] of weighDecoys(
      [
        ...Array.from({ length: inTeams }, (_, of) => ({ stratum: 'all', of, n: each })),
        { stratum: 'all', of: undefined, n: NOWHERE },
      ],
      hits.flatMap((i) => decoys[i] ?? []),
    ))
      beside.set(c, { logE, hits: own * HITS_OF_A_DECOY });
  const scene = new Scene(index.access, { alpha: ALPHA, overlapOf: cached(index), beside });
  for (const { customer } of told) scene.add(index.reportOf(customer));
  const { accepted } = scene.rank();
  return {
    isHit: hits.length > 0,
    isNamed: accepted.some(({ candidate }) => leakers.includes(candidate)),
    isWrong: accepted.some(({ candidate }) => isInnocent(candidate, leakers)),
    count,
  };
}

function drawerOf(known: Index) {
  const pools = Map.groupBy(
    Array.from({ length: world.options.customers }, (_, i) => i),
    known.stratumOf,
  );
  const random = randomOf(seed + 5);
  return (stratum: number) => {
    const pool = pools.get(stratum) ?? [];
    return known.reportOf(pool[Math.floor(random() * pool.length)] ?? 0);
  };
}

for (const [name, run] of Object.entries(sections))
  if (values.only === undefined || values.only.split(',').includes(name)) run();
