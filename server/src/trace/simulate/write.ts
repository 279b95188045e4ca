/** A world as the files that a user's workspace would have, and the truth beside them. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountOf, type Habit, reportsOf, type Story, type Told, unrelated, worldAfter } from './story.ts';
import { makeWorld, ORDINARY, randomOf, seenBy, type World } from './world.ts';

export type Simulation = Readonly<{
  seed: number;
  customers: number;
  employees: number;
  /** How many employees leaked; 0 for a world in which nobody did. */
  leakers: number;
  /** Whether a team's queue leaked in place of employees. */
  queue: boolean;
  habit: Habit;
  sold: number;
  reporting: number;
  noise: number;
  /** Past reports that have nothing to do with the leak. */
  controls: number;
  /** The share of unrelated reports that follow the category of their time, as waves of spam do. */
  wave: number;
  /** Whether the trace file leaves the category out of the keys that route work. */
  withholdsCategory: boolean;
}>;

export const SIMULATED: Simulation = {
  seed: 1,
  customers: 100_000,
  employees: 400,
  leakers: 1,
  queue: false,
  habit: 'any',
  sold: 1000,
  reporting: 0.03,
  noise: 1,
  controls: 500,
  wave: 0,
  withholdsCategory: false,
};

export type Truth = Readonly<{
  /** The accounts through which it went. */
  leakers: readonly string[];
  /** True reports by leaker, and all others. */
  reports: Readonly<Record<string, number>>;
  unrelated: number;
  /** Looked everybody up who reported, after the report. */
  complaints: string;
}>;

const DAY = 86_400;
const START = Date.UTC(2026, 5, 1) / 1000;
/** Work goes on for eighty days, past reports come in from the fortieth on, those in question from the eightieth. */
const WORK = 80 * DAY;
const CONTROLS = { from: 40 * DAY, days: 40 };
const REPORTS = { from: 80 * DAY, days: 20 };
const END = 101 * DAY;
const COMPLAINTS = 'e-complaints';

/** Writes a workspace below `folder`: directory, employees, log, reports, controls, trace file; and the truth. */
export async function simulateWorkspace(simulation: Simulation, folder: string): Promise<Truth> {
  const ordinary = worldOf(simulation);
  const random = randomOf(simulation.seed * 7919 + 3);
  const story = storyOf(ordinary, simulation, random);
  const world = worldAfter(ordinary, story);
  const told = spread(reportsOf(ordinary, story), REPORTS, random);
  const wave = story.wave;
  const past = spread(unrelated(world, { wave }, simulation.controls, random), CONTROLS, random);
  await mkdir(folder, { recursive: true });
  await writeDirectory(world, folder);
  await writeLog(world, [...past, ...told], folder, random);
  await writeRows(join(folder, 'reports.csv'), 'customer_id,reported_at', told.map(reportRow));
  await writeRows(join(folder, 'past.csv'), 'customer_id,reported_at', past.map(reportRow));
  await writeFile(join(folder, 'forthright.yaml'), WORKSPACE);
  await writeFile(join(folder, 'trace.yaml'), traceFile(simulation));
  const accounts = story.leakers.map((leaker) => accountOf(world, story, leaker));
  const truth = truthOf(world, accounts, told);
  await writeFile(join(folder, 'truth.json'), `${JSON.stringify(truth, null, 2)}\n`);
  return truth;
}

function worldOf({ seed, customers, employees }: Simulation): World {
  // A region has ten teams or more, or every category would be at home with the same ones.
  const regions = Math.max(1, Math.min(ORDINARY.regions, Math.floor(employees / 110)));
  const analysts = Math.floor(employees / 100);
  return makeWorld({ ...ORDINARY, seed, customers, employees, regions, analysts });
}

function storyOf(world: World, simulation: Simulation, random: () => number): Story {
  const { seed, leakers, queue, habit, sold, reporting, noise, wave } = simulation;
  const chosen = new Set<number>();
  while (chosen.size < leakers) {
    const candidate = queue
      ? world.queueOf(Math.floor(random() * world.teams))
      : Math.floor(random() * world.teams * world.options.teamSize);
    // Nobody can sell what they did not see.
    if (!chosen.has(candidate) && seenBy(world, candidate).length >= Math.min(sold, 500))
      chosen.add(candidate);
  }
  return {
    seed,
    leakers: [...chosen],
    habit,
    sold,
    reporting,
    noise: leakers === 0 ? Math.round(noise * sold * reporting) : noise,
    wave: wave > 0 ? { key: 'category', share: wave } : undefined,
  };
}

type Timed = Told & Readonly<{ second: number }>;

/** In the order in which they come in, one a person. */
function spread(
  told: readonly Told[],
  { from, days }: Readonly<{ from: number; days: number }>,
  random: () => number,
): Timed[] {
  const seconds = told.map(() => from + Math.floor(random() * days * DAY)).sort((a, b) => a - b);
  return told.map((x, i) => ({ ...x, second: seconds[i] ?? from }));
}

const customerId = (i: number) => `c-${i + 1}`;
const nameOf = (world: World, candidate: number): string =>
  candidate < world.options.employees
    ? `e-${candidate + 1}`
    : `team-${candidate - world.options.employees + 1}`;
const stamp = (second: number) => new Date((START + second) * 1000).toISOString().replace('.000Z', 'Z');
const reportRow = ({ customer, second }: Timed) => `${customerId(customer)},${stamp(second)}`;

async function writeDirectory(world: World, folder: string): Promise<void> {
  const { customers, employees } = world.options;
  const ids = Array.from({ length: customers }, (_, i) => i);
  await writeRows(
    join(folder, 'customers.csv'),
    'customer_id,email,region,customer_since',
    ids.map((i) => `${customerId(i)},c${i + 1}@mail.example,R${world.region[i]},2020-01-01`),
  );
  await writeRows(
    join(folder, 'categories.csv'),
    'customer_id,category',
    ids.map((i) => `${customerId(i)},category-${world.category[i]}`),
  );
  const inTeams = world.teams * world.options.teamSize;
  const staff = Array.from(
    { length: employees },
    (_, e) => `${nameOf(world, e)},${e < inTeams ? `team-${world.teamOf(e) + 1}` : ''}`,
  );
  await writeRows(join(folder, 'employees.csv'), 'employee_id,team', [...staff, `${COMPLAINTS},`]);
}

/** Who reported is looked up by those who handle complaints, within the hour. */
async function writeLog(
  world: World,
  told: readonly Timed[],
  folder: string,
  random: () => number,
): Promise<void> {
  const { employees, customers } = world.options;
  const rows: (readonly [viewer: number, customer: number])[] = [];
  const seconds: number[] = [];
  for (let i = 0; i < customers; i++)
    for (let at = world.from[i] ?? 0; at < (world.from[i + 1] ?? 0); at++) {
      const viewer = world.viewers[at] ?? 0;
      if (viewer >= employees) continue;
      rows.push([viewer, i]);
      seconds.push(Math.floor(random() * WORK));
    }
  for (const { customer, second } of told) {
    rows.push([-1, customer]);
    seconds.push(second + Math.floor(random() * 3600));
  }
  // By time: the number of the row is the lower part of what is sorted.
  const order = Float64Array.from(seconds, (second, n) => second * ROWS + n).sort();
  const lines = Array.from(order, (key) => {
    const [viewer, customer] = rows[key % ROWS] ?? [0, 0];
    const who = viewer < 0 ? COMPLAINTS : nameOf(world, viewer);
    return `${stamp(Math.floor(key / ROWS))},${who},view_contact,${customerId(customer)}`;
  });
  await writeRows(join(folder, 'admin.csv'), 'at,employee,action,customer', lines);
}

const ROWS = 2 ** 29;

async function writeRows(path: string, header: string, rows: readonly string[]): Promise<void> {
  const out = createWriteStream(path);
  out.write(`${header}\n`);
  for (let i = 0; i < rows.length; i += 10_000)
    if (!out.write(`${rows.slice(i, i + 10_000).join('\n')}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
}

function truthOf(world: World, leakers: readonly number[], told: readonly Told[]): Truth {
  const of = (leaker: number) => told.filter((x) => x.of === leaker).length;
  return {
    leakers: leakers.map((x) => nameOf(world, x)),
    reports: Object.fromEntries(leakers.map((x) => [nameOf(world, x), of(x)])),
    unrelated: of(-1),
    complaints: COMPLAINTS,
  };
}

const WORKSPACE = `organisation:
  name: Marlow Market
  country: LU
  contactPoint: { name: Data Protection Office, email: privacy@marlow.example, phone: "+352 20 00 00" }
  domains: [marlow.example]
sources:
  customers:
    at: customers.csv
    columns: { id: customer_id, email: email, region: region, createdAt: customer_since }
  employees: { at: employees.csv, columns: { id: employee_id, team: team } }
  logs:
    admin:
      at: admin.csv
      format: csv
      columns: { time: at, viewer: employee, action: action, person: customer }
`;

const CATEGORY = '{ name: category, at: categories.csv, id: customer_id, column: category }';

const traceFile = ({ withholdsCategory }: Simulation) => `title: Addresses that came to a shop
gate:
  occasion: { review: R-2026-14 }
  purpose: Find out through whom customers' addresses came to a shop.
  legalBasis: Art. 6(1)(f) GDPR
  worksCouncil: { agreed: 2026-09-01, reference: Works agreement 12/2026 }
  retention: P90D
  by: Ines Oduya
from: ${stamp(0)}
to: ${stamp(END)}
access:
  - log: admin
routing: [region${withholdsCategory ? '' : `, ${CATEGORY}`}]
tryKeys: [${withholdsCategory ? CATEGORY : ''}]
reports: { at: reports.csv, id: customer_id, time: reported_at }
controls:
  - { name: spam of the summer, at: past.csv, id: customer_id, time: reported_at }
`;
