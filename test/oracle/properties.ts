/**
 * What the engine must hold on random worlds. Each property takes `run`, which answers a directory that
 * `write.ts` wrote; each prints its seed, and a failure prints the plan that `expand` turns into the world.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LeakKind,
  RECIPIENT_CLASSES,
  type RecipientClass,
  type ScopeAnswer,
} from '@forthright/contract';
import fc from 'fast-check';
import { answer as answerOf, type OracleAnswer, servingUnits } from './oracle.ts';
import { BEGIN, expand, type Plan, plans } from './plan.ts';
import { type World, withoutHour } from './world.ts';
import { type Layout, ONE_FILE, writeWorld } from './write.ts';

/** A row of people.parquet. Clear persons may be left out; `unidentified` are ids that the directory lacks. */
export type EnginePerson = Readonly<{
  person: string;
  status: 'exposed' | 'unknown' | 'clear' | 'unidentified';
  fields: readonly string[];
  /** Milliseconds since 1970. */
  first: number | null;
  last: number | null;
  views: number;
  /** How many others of each class saw them; nobody of a class: left out. */
  others: Readonly<Partial<Record<RecipientClass, number>>>;
}>;
/** A row of recipients.parquet; employees and contractors by pseudonym. */
export type EngineRecipient = Readonly<{
  viewer: string;
  class: RecipientClass;
  people: number;
  views: number;
  first: number | null;
  last: number | null;
}>;
export type EngineResult = Readonly<{
  answer: ScopeAnswer;
  people: readonly EnginePerson[];
  recipients: readonly EngineRecipient[];
}>;
export type Run = (directory: string) => Promise<EngineResult>;

export type Settings = Readonly<{
  seed?: number;
  /** Of fast-check, to go straight back to a shrunk counterexample. */
  path?: string;
  runs?: number;
  /** No run begins later than this after the first: a busy machine sees fewer worlds. */
  seconds?: number;
  /** Whether a failure is shrunk, which takes as many runs again. */
  isShrunk?: boolean;
  maxHours?: number;
  kinds?: readonly LeakKind[];
  /** Where worlds are written; the system's own place by default. */
  directory?: string;
  /** Sees each world before it runs. */
  onWorld?: (directory: string, world: World) => void;
}>;

/** A refusal is no answer, so it can't be a wrong one, as long as there was nothing to see. */
const REFUSALS = ['leak-matches-nothing', 'reference-never-joins'];

async function resultOf(
  run: Run,
  settings: Settings,
  world: World,
  layout: Layout = ONE_FILE,
): Promise<EngineResult | null> {
  const directory = await mkdtemp(join(settings.directory ?? tmpdir(), 'forthright-world-'));
  try {
    await writeWorld(world, directory, layout);
    settings.onWorld?.(directory, world);
    return await run(directory);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const isEmpty = answerOf(world).leaks.some((leak) => leak.views === 0);
    if (typeof code === 'string' && REFUSALS.includes(code) && isEmpty) return null;
    throw error;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function check(
  name: string,
  settings: Settings,
  arbitrary: fc.Arbitrary<Plan>,
  holds: (plan: Plan) => Promise<void>,
): Promise<void> {
  const seed = settings.seed ?? Date.now() & 0x7fffffff;
  console.log(`${name}: seed ${seed}`);
  const end = Date.now() + (settings.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  let begun = 0;
  const holdsInTime = async (plan: Plan) => {
    begun += 1;
    if (begun === 1 || Date.now() < end) await holds(plan);
  };
  await fc.assert(fc.asyncProperty(arbitrary, holdsInTime), {
    seed,
    numRuns: settings.runs ?? 30,
    // Each run starts an engine, so that shrinking would take minutes. The seed brings the same world back.
    ...(settings.isShrunk === true ? {} : { endOnFailure: true }),
    ...(settings.path === undefined ? {} : { path: settings.path }),
  });
}

function plansFor(settings: Settings, more: Readonly<{ hasGaps?: boolean }> = {}): fc.Arbitrary<Plan> {
  return plans({
    ...more,
    ...(settings.maxHours === undefined ? {} : { maxHours: settings.maxHours }),
    ...(settings.kinds === undefined ? {} : { kinds: settings.kinds }),
  });
}

/** Every figure and every list that the rules decide is the oracle's. */
export async function engineEqualsOracle(run: Run, settings: Settings = {}): Promise<void> {
  await check('the engine answers as the oracle', settings, plansFor(settings), async (plan) => {
    const world = expand(plan);
    const result = await resultOf(run, settings, world);
    if (result !== null) assertEqualsOracle(result, world);
  });
}

/** Cutting, compressing, repeating and reordering the files of a series changes nothing but evidence and run. */
export async function layoutChangesNothing(run: Run, settings: Settings = {}): Promise<void> {
  await check('the layout of files changes nothing', settings, plansFor(settings), async (plan) => {
    const world = expand(plan);
    const one = await resultOf(run, settings, world);
    const other = await resultOf(run, settings, world, layoutOf(plan));
    if (one === null || other === null) assert.equal(one === null, other === null);
    else assert.deepEqual(comparable(other), comparable(one));
  });
}

/** Nobody who was exposed is clear or unknown once the log has more lines, where it had no holes. */
export async function moreLogNeverClears(run: Run, settings: Settings = {}): Promise<void> {
  const arbitrary = plansFor(settings, { hasGaps: false });
  await check('more log never clears anybody', settings, arbitrary, async (plan) => {
    const less = await resultOf(run, settings, expand(plan));
    const more = await resultOf(run, settings, expand(plan, { more: true }));
    if (less === null) return;
    assert.notEqual(more, null, 'more lines made the engine refuse');
    for (const [person, status] of statuses(less)) {
      if (status !== 'exposed') continue;
      const after = more === null ? undefined : statuses(more).get(person);
      assert.equal(after, 'exposed', `${person} was exposed before the log had more lines`);
    }
  });
}

/** Nobody who was unknown becomes clear because an hour of log is lost. */
export async function lostHourNeverClears(run: Run, settings: Settings = {}): Promise<void> {
  await check('a lost hour never clears anybody', settings, plansFor(settings), async (plan) => {
    const whole = expand(plan);
    const names = Object.keys(whole.logs);
    const name = names[plan.choice % names.length] as string;
    const from = BEGIN + (plan.choice % plan.hours) * 3_600_000;
    const cut = withoutHour(whole, name, from);
    fc.pre(lossIsComparable(whole, cut));
    const before = await resultOf(run, settings, whole);
    const after = await resultOf(run, settings, cut);
    if (before === null || after === null) return;
    for (const [person, status] of statuses(before)) {
      if (status !== 'unknown') continue;
      assert.notEqual(
        statuses(after).get(person) ?? 'clear',
        'clear',
        `${person} was unknown before an hour was lost`,
      );
    }
  });
}

/**
 * By the rules a lost hour can clear somebody in two corners: when the only line that proved that a unit serves
 * the path goes with it, and when a cache was filled by an account outside its own lifetime.
 */
export function lossIsComparable(whole: World, cut: World): boolean {
  return whole.incident.leaks.every((leak) => {
    if (!('from' in leak) || leak.log === undefined) return true;
    if (leak.kind === 'shared-cache' && whole.hasLifetimes) return false;
    const withLog = { ...leak, log: leak.log };
    const serving = (world: World) => servingUnits(world, withLog).sort().join(' ');
    return serving(whole) === serving(cut);
  });
}

/** A layout out of a plan's spare number. */
export function layoutOf(plan: Plan): Layout {
  const n = plan.choice;
  const cuts = [n % 97, n % 89, n % 83, n % 79].slice(0, 1 + (n % 4)).map((cut) => cut / 97);
  return {
    cuts,
    gzip: n >> 3,
    overlap: n % 3 === 0 ? 0 : 100 + (n % 150),
    isTwice: (['no', 'no', 'under-another-number', 'in-another-compression'] as const)[(n >> 2) % 4] ?? 'no',
    series: 1 + ((n >> 4) % 2),
    listed: (['glob', 'oldest-first', 'newest-first'] as const)[n % 3] ?? 'glob',
  };
}

// ---- comparing ----------------------------------------------------------------------------------------------

function statuses(result: EngineResult): Map<string, EnginePerson['status']> {
  return new Map(result.people.map((row) => [row.person, row.status]));
}

/** Texts may name files, samples do; pseudonyms may depend on the run. */
function comparable(result: EngineResult): unknown {
  const {
    evidence: _evidence,
    run: _run,
    gaps,
    cautions,
    tasks,
    rejected,
    recipients,
    ...rest
  } = result.answer;
  const by = (a: string, b: string) => (a < b ? -1 : 1);
  return {
    ...rest,
    gaps: gaps.map(({ detail: _detail, ...gap }) => JSON.stringify(gap)).sort(),
    cautions: cautions.map(({ code }) => code).sort(),
    tasks: tasks.map(({ code }) => code).sort(),
    rejected: { lines: rejected.lines, byReason: rejected.byReason },
    recipients: { ...recipients, top: recipients.top.map((r) => `${r.class} ${r.people} ${r.views}`) },
    peopleRows: result.people
      .map((row) => ({ ...row, fields: [...row.fields].sort() }))
      .sort((x, y) => by(x.person, y.person)),
    recipientRows: result.recipients.map(recipientRow).sort(),
  };
}

function isoOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

const IS_PSEUDONYM: Record<RecipientClass, boolean> = {
  customer: false,
  anonymous: true,
  crawler: true,
  seller: false,
  employee: true,
  contractor: true,
  thirdParty: false,
  own: true,
};

/** Anonymous viewers and crawlers are written in the engine's own words, employees by pseudonym. */
function recipientRow(row: EngineRecipient): string {
  const viewer = IS_PSEUDONYM[row.class] ? '' : row.viewer;
  return [
    row.class,
    viewer,
    `${row.people} people`,
    `${row.views} views`,
    isoOrNull(row.first),
    isoOrNull(row.last),
  ].join(' | ');
}

/** What of an engine's result the rules decide, in a shape that diffs well. */
export function decided(result: EngineResult, world: World): unknown {
  const { answer } = result;
  const known = new Set(world.customers.map((customer) => customer.id));
  const listed = result.people.filter((row) => row.status === 'exposed' || row.status === 'unknown');
  const withText = (splits: Readonly<Record<string, unknown>>) => Object.entries(splits).sort();
  return {
    people: listed
      .filter((row) => known.has(row.person))
      .map((row) =>
        row.status === 'exposed'
          ? {
              person: row.person,
              status: row.status,
              fields: [...row.fields].sort(),
              first: isoOrNull(row.first),
              last: isoOrNull(row.last),
              views: row.views,
              others: Object.entries(row.others).sort(),
            }
          : { person: row.person, status: row.status },
      )
      .sort((a, b) => (a.person < b.person ? -1 : 1)),
    recipients: result.recipients.map(recipientRow).sort(),
    counts: {
      exposed: answer.people.exposed,
      unknown: answer.people.unknown,
      clear: answer.people.clear,
      unidentified: answer.people.unidentified,
      min: answer.people.min,
      max: answer.people.max,
      possiblySelf: answer.people.possiblySelf,
      addresses: answer.people.addresses,
      deleted: answer.people.deleted,
      unknownAccounts: answer.recipients.unknownAccounts,
      items: answer.where.items,
      itemsWithoutReference: answer.where.itemsWithoutReference,
      views: answer.views,
      seen: answer.seen,
    },
    // `own` is told for those who look after the monitoring; it is never a recipient, so the oracle has none.
    byClass: RECIPIENT_CLASSES.filter((name) => name !== 'own').map((name) => [
      name,
      answer.recipients.byClass[name] ?? 0,
    ]),
    byLanguage: withText(answer.people.byLanguage),
    byRegion: withText(answer.people.byRegion),
    byCountry: withText(answer.people.byCountry),
    fields: Object.entries(answer.fields).sort(),
    combinations: answer.combinations.map(({ fields, people }) => `${fields.join(' ')}: ${people}`).sort(),
    groups: answer.groups.map((group) => JSON.stringify(group)).sort(),
    hosts: answer.where.hosts.map(({ name, people, views }) => `${name}: ${people} ${views}`).sort(),
    viewsInHistogram: answer.histogram.bins.reduce((sum, bin) => sum + bin.views, 0),
    declaredGaps: answer.gaps
      .filter((gap) => gap.reason === 'declared')
      .map((gap) => {
        const unit = gap.unitIs === 'host' ? gap.unit : 'series';
        return `${gap.log} ${unit} ${gap.from} ${gap.to}: ${gap.unknown}`;
      })
      .sort(),
    leaks: answer.leaks.map(({ id, exposed, unknown, views, seen }) => ({
      id,
      exposed,
      unknown,
      views,
      seen,
    })),
    directory: {
      people: answer.directory.people,
      duplicateIds: answer.directory.duplicateIds,
      withoutCountry: answer.directory.withoutCountry,
      sharedAddresses: answer.directory.sharedAddresses,
    },
  };
}

/** The oracle's answer, as an engine that makes no mistake would give it. */
export function decidedByOracle(world: World): unknown {
  return decided(asEngineResult(answerOf(world)), world);
}

export function assertEqualsOracle(result: EngineResult, world: World): void {
  assert.deepEqual(decided(result, world), decidedByOracle(world));
}

/** The oracle's answer in the engine's clothes; what no rule decides is empty. */
export function asEngineResult(oracle: OracleAnswer): EngineResult {
  const seen = (s: Readonly<{ first: number | null; last: number | null }>) => ({
    first: isoOrNull(s.first),
    last: isoOrNull(s.last),
  });
  const count = (status: string) => [...oracle.people.values()].filter((s) => s === status).length;
  const recipients = [...oracle.recipients.values()].map((r) => ({ ...r, people: r.people.size }));
  const byClass = Object.fromEntries(
    RECIPIENT_CLASSES.map((name) => [name, recipients.filter((r) => r.class === name).length]),
  ) as Record<RecipientClass, number>;
  return {
    answer: {
      schema: 'forthright/scope/1',
      run: 'oracle',
      title: '',
      people: {
        exposed: count('exposed'),
        unknown: count('unknown'),
        clear: count('clear'),
        unidentified: oracle.unidentified.size,
        min: oracle.min,
        max: oracle.max,
        possiblySelf: oracle.possiblySelf.size,
        addresses: oracle.addresses,
        deleted: oracle.deleted,
        byCountry: Object.fromEntries(oracle.byCountry),
        byRegion: Object.fromEntries(oracle.byRegion),
        byLanguage: Object.fromEntries(oracle.byLanguage),
        unidentifiedSample: [],
      },
      fields: Object.fromEntries(oracle.fields),
      combinations: [...oracle.combinations].map(([fields, people]) => ({
        fields: fields.split(' '),
        people,
      })),
      groups: [...oracle.groups].map(([key, split]) => {
        const [country, region, fields, perhaps] = JSON.parse(key) as [string, string, string[], string[]];
        return { country, region, fields, perhaps, ...split };
      }),
      where: {
        pages: [],
        hosts: [...oracle.hosts].map(([name, host]) => ({ name, ...host })),
        items: oracle.items.size,
        itemsWithoutReference: oracle.itemsWithoutReference.size,
        itemsWithoutReferenceSample: [],
      },
      recipients: { byClass, top: [], crawlers: [], unknownAccounts: oracle.unknownAccounts },
      window: { from: null, to: null },
      seen: seen(oracle.seen),
      views: oracle.views,
      histogram: { stepMinutes: 0, bins: [{ at: new Date(0).toISOString(), views: oracle.views }] },
      leaks: oracle.leaks.map((leak) => ({
        id: leak.id,
        kind: 'page',
        exposed: leak.exposed.size,
        unknown: leak.unknown.size,
        views: leak.views,
        seen: seen(leak.seen),
      })),
      gaps: [...oracle.declaredGaps].map(([key, unknown]) => {
        const [log = '', unit = '', from = '', to = ''] = key.split(' ');
        const unitIs = unit === 'series' ? 'series' : 'host';
        return { log, unit, unitIs, from, to, reason: 'declared', detail: '', leaks: [], unknown } as const;
      }),
      rejected: { lines: 0, byReason: {}, samples: [] },
      directory: { ...oracle.directory, brokenRows: 0 },
      cautions: [],
      tasks: [],
      evidence: {
        files: [],
        definition: { sha256: '0'.repeat(64), leaks: [] },
        query: { version: '', sha256: '0'.repeat(64) },
      },
    },
    people: [...oracle.people].map(([person, status]) => ({
      person,
      status,
      fields: oracle.exposedFields.get(person) ?? [],
      ...(oracle.perPerson.get(person) ?? { first: null, last: null, views: 0, others: {} }),
    })),
    recipients,
  };
}
