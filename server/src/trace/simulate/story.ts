/** What leakers do with what they saw, who reports, and what else comes in: reports whose truth is known. */
import { randomOf, seenBy, type World, withLookUps } from './world.ts';

/**
 * What is sold: some of all that somebody saw at work, or only what a certain buyer wants; customers of one region whom they looked up for
 * it alone; or what they saw, looked up once more through a team-mate's account.
 */
export const HABITS = ['any', 'one-category', 'bulk-export', 'team-mate'] as const;
export type Habit = (typeof HABITS)[number];

export type Story = Readonly<{
  seed: number;
  /** Candidates who leaked: employees, or queues. */
  leakers: readonly number[];
  habit: Habit;
  /** Addresses sold by each. */
  sold: number;
  /** The share of people, sold or reached by a wave, who report. */
  reporting: number;
  /** Unrelated reports for each true one; with nobody guilty, how many there are. */
  noise: number;
  /** The share of unrelated reports that come from one value of a routing key at a time, as waves of spam do. */
  wave?: Wave | undefined;
}>;

/** Reports that come from one value of a key; after `length` of them, 30 unless said, the next wave hits another. */
export type Wave = Readonly<{ key: 'region' | 'category'; share: number; length?: number }>;

/** A person who reported; `of`: whose leak it stems from, -1 when it is unrelated. */
export type Told = Readonly<{ customer: number; of: number }>;

export function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const list = [...all];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [a, b] = [list[i], list[j]];
    if (a !== undefined && b !== undefined) [list[i], list[j]] = [b, a];
  }
  return list;
}

/** The account through which somebody took what they sold: names are of accounts. */
export function accountOf(world: World, { habit }: Pick<Story, 'habit'>, leaker: number): number {
  if (habit !== 'team-mate') return leaker;
  const first = world.teamOf(leaker) * world.options.teamSize;
  return first + ((leaker - first + 1) % world.options.teamSize);
}

/** The customers that were sold through each account. */
export function soldBy(world: World, story: Story): ReadonlyMap<number, readonly number[]> {
  const random = randomOf(story.seed * 7919 + 1);
  return new Map(
    story.leakers.map((leaker) => {
      const seen = seenBy(world, leaker);
      const one = seen[Math.floor(random() * seen.length)] ?? 0;
      return [
        accountOf(world, story, leaker),
        shuffled(stockOf(world, story, seen, one), random).slice(0, story.sold),
      ];
    }),
  );
}

/** From which is sold, when `one` is what the buyer wants. */
function stockOf(world: World, { habit }: Story, seen: readonly number[], one: number): readonly number[] {
  switch (habit) {
    case 'any':
    case 'team-mate':
      return seen;
    case 'one-category':
      return seen.filter((i) => world.category[i] === world.category[one]);
    case 'bulk-export':
      return Array.from(world.region.keys()).filter((i) => world.region[i] === world.region[one]);
  }
}

/** The world with the look-ups that were made only to sell. */
export function worldAfter(world: World, story: Story): World {
  return story.habit === 'bulk-export' || story.habit === 'team-mate'
    ? withLookUps(world, soldBy(world, story))
    : world;
}

/** Reports in the order in which they come in, one a person. */
export function reportsOf(world: World, story: Story): Told[] {
  const random = randomOf(story.seed * 7919 + 2);
  const told: Told[] = [];
  for (const [of, sold] of soldBy(world, story))
    for (const customer of sold) if (random() < story.reporting) told.push({ customer, of });
  const noise = Math.round(story.leakers.length === 0 ? story.noise : story.noise * told.length);
  const noiseTold = unrelated(world, story, noise, random);
  // Who is on a sold list and gets other spam, too, reports once; that it was the leak is the truth.
  const once = new Map([...noiseTold, ...told].map((x) => [x.customer, x]));
  return shuffled([...once.values()], random);
}

/** Reports that have nothing to do with any leak. */
export function unrelated(
  world: World,
  { wave }: Pick<Story, 'wave'>,
  count: number,
  random: () => number,
): Told[] {
  const { customers, regions, categories } = world.options;
  const values = wave?.key === 'region' ? regions : categories;
  const told: Told[] = [];
  let value = 0;
  for (let n = 0; n < count; n++) {
    if (n % (wave?.length ?? 30) === 0) value = Math.floor(random() * values);
    const isWave = wave !== undefined && random() < wave.share;
    const keys = wave?.key === 'region' ? world.region : world.category;
    let customer = Math.floor(random() * customers);
    while (isWave && keys[customer] !== value) customer = Math.floor(random() * customers);
    told.push({ customer, of: -1 });
  }
  return told;
}
