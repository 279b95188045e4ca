/** A small company whose clocks disagree, whose reports have no times, or are forged: who is innocent is not named, and the answer says why. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type TraceAnswer, TraceFile } from '@forthright/contract';
import { loadWorkspace } from '../sources/index.ts';
import { loadedTrace } from './load.ts';
import { randomOf } from './simulate/world.ts';
import { GATE } from './testing.ts';
import { traceLoaded } from './trace.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-clocks-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const START = Date.parse('2026-03-01T00:00:00Z');
const DAY = 86_400_000;
const HOUR = 1 / 24;
const [CUSTOMERS, STAFF, WORK] = [4000, 30, 100];
/** So many that a cut falls among them, and not only among past reports. */
const MANY = 170;
const stamp = (day: number) => new Date(START + day * DAY).toISOString();

type Line = Readonly<{ day: number; who: string; customer: number }>;
type Told = Readonly<{ day: number; customer: number; origin?: string }>;

const random = randomOf(21);
const below = (n: number) => Math.floor(random() * n);
const work: Line[] = Array.from({ length: CUSTOMERS * 2 }, () => ({
  day: WORK * random(),
  who: `clerk-${below(STAFF)}`,
  customer: below(CUSTOMERS),
}));
/** Different customers, reported between two days. */
const reports = (customers: readonly number[], from: number, days: number): Told[] =>
  customers.map((customer) => ({ customer, day: from + days * random() })).sort((a, b) => a.day - b.day);
const anybody = (count: number): number[] => {
  const all = new Set<number>();
  while (all.size < count) all.add(below(CUSTOMERS));
  return [...all];
};
const past = reports(anybody(700), 50, 40);
/** Within the hour, by a log whose clock runs behind by so many days. */
const handled = (told: readonly Told[], behind: number): Line[] =>
  told.map(({ day, customer }) => ({ day: day + HOUR * random() - behind, who: 'complaints', customer }));
/** Of whom one clerk has looked up by the time. */
const ofClerk = (who: string, count: number): number[] =>
  [...new Set(work.filter((line) => line.who === who).map(({ customer }) => customer))].slice(0, count);

const rows = (file: string, all: readonly string[]) =>
  writeFileSync(join(folder, file), `${all.join('\n')}\n`);

const writeTold = (file: string, told: readonly Told[]) =>
  rows(file, [
    'id,at,origin',
    ...told.map(({ customer, day, origin = '' }) => `c-${customer},${stamp(day)},${origin}`),
  ]);

before(() => {
  rows('customers.csv', ['id,country', ...Array.from({ length: CUSTOMERS }, (_, n) => `c-${n},DE`)]);
  const staff = Array.from({ length: STAFF }, (_, n) => `clerk-${n}`);
  rows('staff.csv', ['id', ...staff, 'complaints']);
  writeTold('past.csv', past);
  rows('forthright.yaml', [
    `organisation: { name: Shops, country: DE, domains: [shops.example] }
sources:
  customers: { at: customers.csv, columns: { id: id, country: country } }
  employees: { at: staff.csv, columns: { id: id } }
  logs:
    desk: { at: looks.csv, format: csv, columns: { time: at, viewer: who, person: customer } }`,
  ]);
});

type Case = Readonly<{
  told: readonly Told[];
  /** Beside the work of the clerks. */
  looks?: readonly Line[];
  reports?: Partial<TraceFile['reports']>;
  now?: Date;
}>;

async function answerTo({ told, looks = [], reports: more = {}, now }: Case): Promise<TraceAnswer> {
  const lines = [...work, ...looks].sort((a, b) => a.day - b.day);
  rows('looks.csv', [
    'at,who,customer',
    ...lines.map(({ day, who, customer }) => `${stamp(day)},${who},c-${customer}`),
  ]);
  writeTold('reports.csv', told);
  const file = TraceFile.parse({
    title: 'Clocks',
    gate: { occasion: { review: 'R-1' }, ...GATE },
    from: stamp(0),
    to: stamp(130),
    access: [{ log: 'desk' }],
    routing: ['country'],
    reports: { at: 'reports.csv', id: 'id', time: 'at', ...more },
    controls: [{ name: 'past', at: 'past.csv', id: 'id', time: 'at', origin: 'origin' }],
  });
  const workspace = await loadWorkspace(join(folder, 'forthright.yaml'));
  const loaded = loadedTrace(file, { directory: folder, salt: '' }, workspace.workspace);
  const watch = { signal: new AbortController().signal, step: () => {}, progress: () => {} };
  return traceLoaded(
    { workspace, loaded, now: now ?? new Date(START + 140 * DAY) },
    watch,
    async (answer) => answer,
  );
}

const refused = ({ outcome, refusal, named }: TraceAnswer) => [outcome, refusal, named.length];
const BY_CLOCK = ['refused', 'depends-on-clock', 0];

function assertSays(all: readonly string[], wanted: RegExp): void {
  assert.ok(
    all.some((one) => wanted.test(one)),
    `${wanted} is not in\n${all.join('\n')}`,
  );
}

test('whoever handles complaints is not named by reports that have no time, and the log shows who they are', async () => {
  const told = reports(anybody(MANY), 101, 10);
  const looks = handled([...past, ...told], 0);
  const answer = await answerTo({ told, looks, reports: { time: undefined } });
  assert.deepEqual(refused(answer), BY_CLOCK);
  assertSays(answer.cautions, /have no time, so that the look-ups may have come after them/);
  assertSays(answer.cautions, /log desk shows \d+ looked up within half a day after they reported/);
  assert.doesNotMatch(JSON.stringify(answer), /employee-\d|complaints?"/);
});

test('a log some hours behind names nobody who handled a day’s complaints', async () => {
  const told = reports(anybody(MANY), 110, 1);
  const answer = await answerTo({ told, looks: handled(told, 0.55) });
  assert.deepEqual(refused(answer), BY_CLOCK);
  assertSays(answer.cautions, /order of the reports, most of them 1[23] hours before/);
});

test('a log days behind names nobody whose look-ups come in the order of the reports', async () => {
  const told = reports(anybody(MANY), 110, 1);
  const answer = await answerTo({ told, looks: handled(told, 4) });
  assert.deepEqual(refused(answer), BY_CLOCK);
  assertSays(
    answer.cautions,
    /in looks.csv come in the order of the reports, most of them 9[56] hours before/,
  );
});

test('where past complaints were handled, too, the log says itself by how much it is behind', async () => {
  const told = reports(anybody(MANY), 101, 10);
  const answer = await answerTo({ told, looks: handled([...past, ...told], 3) });
  assert.deepEqual(refused(answer), ['refused', 'loud-controls', 0]);
  assertSays(answer.cautions, /log desk shows \d+ looked up 2.5 to 3 days before they reported/);
});

test('look-ups of tomorrow are said, and where they are many nobody is named', async () => {
  const told = reports(ofClerk('clerk-3', 30), 101, 20);
  const now = new Date(START + 128 * DAY);
  const one = { day: 129, who: 'clerk-4', customer: 1 };
  const few = await answerTo({ told, looks: [one], now });
  assert.equal(few.outcome, 'named');
  assertSays(few.cautions, /^1 of 8,001 look-ups in log desk are dated after this was asked/);
  const many = await answerTo({ told, looks: new Array(200).fill(one), now });
  assert.deepEqual(refused(many), BY_CLOCK);
  assertSays(many.cautions, /No time of this log can be relied on/);
  assert.doesNotMatch(many.cautions.join(), /hours behind/);
});

test('a list that came to light names its source when it is said when, and says what else would look so', async () => {
  const told = reports(ofClerk('clerk-5', 30), 101, 1);
  const untimed = await answerTo({ told, reports: { time: undefined } });
  assert.deepEqual(refused(untimed), BY_CLOCK);
  const answer = await answerTo({ told, reports: { time: undefined, cameToLight: stamp(112) } });
  assert.deepEqual([answer.outcome, answer.named.length], ['named', 1]);
  assertSays(answer.cautions, /30 reports have no time of their own/);
  assertSays(answer.named[0]?.against ?? [], /Were the clock of the log \d+ days or more behind/);
});

test('reports that one place sent frame nobody, and those of many places are said to be forged as easily', async () => {
  const told = reports(ofClerk('clerk-7', 30), 110, HOUR / 2);
  const of = (origin: (n: number) => string) => ({
    told: told.map((one, n) => ({ ...one, origin: origin(n) })),
    reports: { origin: 'origin' },
  });
  const one = await answerTo(of((n) => (n < 28 ? '192.0.2.0/24' : `net-${n}`)));
  assert.deepEqual(refused(one), ['refused', 'depends-on-origin', 0]);
  assertSays(one.cautions, /were sent from one place/);
  assert.doesNotMatch(JSON.stringify(one), /192\.0\.2|employee-\d/);
  const many = await answerTo(of((n) => `net-${n}`));
  const against = many.named[0]?.against ?? assert.fail();
  assertSays(against, /can’t be told from those of a forger who knew whom they had looked up/);
  assertSays(against, /(2\d) of these \1 reports came within one hour; of 700 past ones at most \d did/);
  assertSays(against, /2\d places, of which one sent 1 at most/);
});
