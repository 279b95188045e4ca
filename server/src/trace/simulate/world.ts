/**
 * Worlds with planted truth: customers in regions, whose matters teams handle; who saw whom in the course of ordinary work.
 */

export type WorldOptions = Readonly<{
  seed: number;
  customers: number;
  employees: number;
  /** Look-ups on average per customer: distinct pairs come out somewhat fewer. */
  contacts: number;
  regions: number;
  categories: number;
  teamSize: number;
  analysts: number;
  /** Which part of all customers each analyst sees. */
  analystReach: number;
}>;

export const ORDINARY: WorldOptions = {
  seed: 1,
  customers: 1_000_000,
  employees: 2000,
  contacts: 4,
  regions: 10,
  categories: 10,
  teamSize: 10,
  analysts: 20,
  analystReach: 0.01,
};

/** Candidates are the employees by number, then the teams' queues. */
export type World = Readonly<{
  options: WorldOptions;
  teams: number;
  region: Uint8Array;
  category: Uint8Array;
  /** Who saw customer i: `viewers` from `from[i]` to before `from[i + 1]`, ascending, each once; queues included. */
  from: Uint32Array;
  viewers: Uint16Array;
  teamOf: (employee: number) => number;
  queueOf: (team: number) => number;
  candidates: number;
}>;

/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export function randomOf(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Of the normal distribution (Box and Muller 1958). */
export function normalOf(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Chooses by weight, in constant time after one pass over them (Walker 1977, Vose 1991). */
export function chooserOf(weights: readonly number[], random: () => number): () => number {
  const n = weights.length;
  const sum = weights.reduce((a, b) => a + b, 0);
  const left = weights.map((w) => (w * n) / sum);
  const other = new Uint32Array(n);
  const small: number[] = [];
  const large: number[] = [];
  for (let i = 0; i < n; i++) ((left[i] ?? 0) < 1 ? small : large).push(i);
  while (small.length > 0 && large.length > 0) {
    const s = small.pop() ?? 0;
    const l = large[large.length - 1] ?? 0;
    other[s] = l;
    left[l] = (left[l] ?? 0) + (left[s] ?? 0) - 1;
    if ((left[l] ?? 0) < 1) small.push(large.pop() ?? 0);
  }
  for (const i of [...small, ...large]) left[i] = 1;
  return () => {
    const i = Math.floor(random() * n);
    return random() < (left[i] ?? 1) ? i : (other[i] ?? i);
  };
}

/**
 * How a matter is routed: mostly to the team that is at home for the customer's region and category, sometimes handed to its
 * supervisor, to another team of the region, or to anybody.
 */
const HOME = 0.7;
const SUPERVISOR = 0.06;
const NEIGHBOUR = 0.2;
const MOST_CONTACTS = 60;

export function makeWorld(options: WorldOptions): World {
  const { customers, employees, regions, categories, teamSize, analysts, analystReach } = options;
  const random = randomOf(options.seed);
  const normal = normalOf(random);
  const teams = Math.floor((employees - analysts) / teamSize);
  const teamsOfRegion = Math.floor(teams / regions);
  if (teamsOfRegion < 1) throw new RangeError('There are fewer teams than regions.');
  const activity = Array.from({ length: teams }, () => {
    const weights = Array.from({ length: teamSize }, () => Math.exp(0.7 * normal()));
    return chooserOf(weights, random);
  });
  const teamOf = (employee: number) => Math.min(teams - 1, Math.floor(employee / teamSize));
  const queueOf = (team: number) => employees + team;
  const region = new Uint8Array(customers);
  const category = new Uint8Array(customers);
  const from = new Uint32Array(customers + 1);
  let viewers = new Uint16Array(Math.ceil(customers * options.contacts * 2.2));
  let end = 0;
  const mine: number[] = [];
  const add = (viewer: number) => {
    if (!mine.includes(viewer)) mine.push(viewer);
  };
  // Log-normal with the mean that was asked for: exp(mu + sigma²/2).
  const sigma = 0.8;
  const mu = Math.log(options.contacts) - (sigma * sigma) / 2;
  for (let i = 0; i < customers; i++) {
    const r = Math.floor(random() * regions);
    const k = Math.floor(random() * categories);
    region[i] = r;
    category[i] = k;
    // Every team is at home for some category, and a few may be for the same.
    const perCategory = Math.ceil(teamsOfRegion / categories);
    const home = r * teamsOfRegion + ((k * perCategory + Math.floor(random() * perCategory)) % teamsOfRegion);
    const contacts = Math.min(MOST_CONTACTS, Math.max(1, Math.round(Math.exp(mu + sigma * normal()))));
    mine.length = 0;
    for (let n = 0; n < contacts; n++) {
      const u = random();
      const isSupervisor = u >= HOME && u < HOME + SUPERVISOR;
      const team =
        u < HOME + SUPERVISOR
          ? home
          : u < HOME + SUPERVISOR + NEIGHBOUR
            ? r * teamsOfRegion + Math.floor(random() * teamsOfRegion)
            : Math.floor(random() * teams);
      add(team * teamSize + (isSupervisor ? 0 : (activity[team]?.() ?? 0)));
      add(queueOf(team));
    }
    for (let a = 0; a < analysts; a++) if (random() < analystReach) add(teams * teamSize + a);
    mine.sort((a, b) => a - b);
    if (end + mine.length > viewers.length) {
      const more = new Uint16Array(viewers.length * 2);
      more.set(viewers);
      viewers = more;
    }
    viewers.set(mine, end);
    end += mine.length;
    from[i + 1] = end;
  }
  return {
    options,
    teams,
    region,
    category,
    from,
    viewers: viewers.subarray(0, end),
    teamOf,
    queueOf,
    candidates: employees + teams,
  };
}

/** The same world with more look-ups: by account, of whom. */
export function withLookUps(world: World, more: ReadonlyMap<number, readonly number[]>): World {
  const added = new Map<number, number[]>();
  for (const [viewer, customers] of more)
    for (const i of customers) added.set(i, [...(added.get(i) ?? []), viewer]);
  const { customers } = world.options;
  const from = new Uint32Array(customers + 1);
  const extra = [...added.values()].reduce((sum, all) => sum + all.length, 0);
  const viewers = new Uint16Array(world.viewers.length + extra);
  let end = 0;
  for (let i = 0; i < customers; i++) {
    const before = world.viewers.subarray(world.from[i] ?? 0, world.from[i + 1] ?? 0);
    const others = added.get(i);
    const mine =
      others === undefined ? before : Uint16Array.from(new Set([...before, ...others])).sort((a, b) => a - b);
    viewers.set(mine, end);
    end += mine.length;
    from[i + 1] = end;
  }
  return { ...world, from, viewers: viewers.subarray(0, end) };
}

/** The customers whom a candidate saw. */
export function seenBy(world: World, candidate: number): number[] {
  const mine: number[] = [];
  for (let i = 0; i < world.options.customers; i++) {
    const end = world.from[i + 1] ?? 0;
    for (let at = world.from[i] ?? 0; at < end; at++)
      if (world.viewers[at] === candidate) {
        mine.push(i);
        break;
      }
  }
  return mine;
}
