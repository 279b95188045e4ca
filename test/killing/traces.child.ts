/** A process that takes reports, and opens, runs and uses traces until it is killed. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Changed, ROLES, type TraceChanged } from '@forthright/contract';
import { reportOperations } from '../../server/src/answer/index.ts';
import { eraseOldReports } from '../../server/src/answer/reports/take.ts';
import { type Deeds, takeOrders, type World } from '../../server/src/incident/killing.child.ts';
import { actor, ask, seat } from '../../server/src/incident/testing.ts';
import { type Reads, readMigrations } from '../../server/src/platform/db/index.ts';
import { deed, PROGRAM, sealFolder } from '../../server/src/prove/index.ts';
import { MIGRATIONS } from '../../server/src/serve.ts';
import { cancelTraceRun, eraseEndedTraces, traceOperations } from '../../server/src/trace/index.ts';
import { DEFINITION, doneOf, GATE, held, WORKSPACE } from '../../server/src/trace/testing.ts';
import { failTraceRun, finishTraceRun } from '../../server/src/trace/traces.ts';

type Of = Readonly<{ incident: string; trace: string }>;
type OfRun = Of & Readonly<{ job: string }>;

const sealsOf = ({ folder }: World) => sealFolder(join(folder, 'keys'));

async function run<T>(world: World, name: string, rawInput: object): Promise<T> {
  const workspace = join(world.folder, 'forthright.yaml');
  await writeFile(workspace, WORKSPACE);
  const asked = { ...world.asked, actor: actor('usr_ada', ...ROLES) };
  const found = [
    ...traceOperations({ data: world.folder, workspace }),
    ...reportOperations({ data: world.folder, workspace }),
  ].find((one) => one.name === name);
  if (found === undefined) return ask<T>(asked, name, rawInput);
  const answer = await found.run(asked, found.input.parse(rawInput));
  return found.output.parse(answer) as T;
}

async function opened(world: World, retention = 'P90D'): Promise<Of> {
  await seat(world.asked.db);
  const { incident } = await run<Changed>(world, 'open-incident', { title: 'Sold', kind: 'insider' });
  const gate = { ...GATE, retention };
  const { trace } = await run<TraceChanged>(world, 'open-trace', { incident, gate });
  return { incident, trace };
}

async function asked(world: World): Promise<OfRun> {
  // So long that it is not over while hours pass between deeds.
  const of = await opened(world, 'P100Y');
  const { job = '' } = await run<TraceChanged>(world, 'run-trace', { ...of, definition: DEFINITION });
  return { ...of, job };
}

async function done(world: World): Promise<OfRun> {
  const of = await asked(world);
  const { db } = world.asked;
  await finishTraceRun(
    { ...world.asked, actor: PROGRAM },
    await held(db, of.incident, of.job),
    doneOf(of.trace, of.incident),
    sealsOf(world),
  );
  return of;
}

/** For 720 hours, of which every deed takes one. */
async function unlocked(world: World): Promise<OfRun> {
  const of = await done(world);
  const { incident } = of;
  const shown = await run<{ evidence: string }>(world, 'show-trace-run', of);
  const wish = {
    incident,
    run: shown.evidence,
    pseudonym: 'employee-3',
    reason: 'To hear them.',
    hours: 720,
  };
  const { id: unlock } = await run<Changed>(world, 'ask-unlock', wish);
  const second = { ...world.asked, actor: actor('usr_bo', ...ROLES) };
  await ask(second, 'grant-unlock', { incident, unlock, reason: 'I agree.' });
  return of;
}

const upon =
  <T extends Of>(name: string, before: (world: World) => Promise<T>, more: object) =>
  async (world: World): Promise<Readonly<{ entry: number }>> => {
    const given = { ...(await before(world)), ...more };
    return world.does(() => run<{ entry: number }>(world, name, given));
  };

const SUSPECT = { candidate: 'employee-3' };
const MEASURES = {
  measures: ['suspend-access', 'block-seller'],
  owner: 'usr_ada',
  due: '2026-12-01T09:00:00Z',
};

let reports = 0;
async function reported(world: World): Promise<string> {
  reports += 1;
  const text = `I got this, number ${reports} of ${world.asked.now().getTime()}.`;
  await run(world, 'report-mail-for', { address: 'anna@people.example', text });
  const [row] = await world.asked.db.rows<{ id: string }>(
    'SELECT id FROM customer_reports WHERE erased_entry IS NULL ORDER BY entry DESC LIMIT 1',
    {},
  );
  return row?.id ?? '';
}

export const DEEDS: Deeds = {
  'erase-report': async (world) => {
    const report = await reported(world);
    return world.does(() => run<{ entry: number }>(world, 'erase-report', { report, reason: 'They asked.' }));
  },
  'erase-old-reports': async (world) => {
    await reported(world);
    const later = { ...world.asked, now: () => new Date(world.asked.now().getTime() + 2 * 86_400_000) };
    await world.does(() => eraseOldReports({ ...later, actor: PROGRAM }, 1));
    return undefined;
  },
  'report-mail-for': async (world) => {
    await world.does(() => reported(world));
    return undefined;
  },
  'open-trace': async (world) => {
    const { incident } = await opened(world);
    return world.does(() => run<TraceChanged>(world, 'open-trace', { incident, gate: GATE }));
  },
  'run-trace': upon('run-trace', opened, { definition: DEFINITION }),
  'finish-trace-run': async (world) => {
    const of = await asked(world);
    const job = await held(world.asked.db, of.incident, of.job);
    const program = { ...world.asked, actor: PROGRAM };
    await world.does(() => finishTraceRun(program, job, doneOf(of.trace, of.incident), sealsOf(world)));
    return undefined;
  },
  'fail-trace-run': async (world) => {
    const of = await asked(world);
    const job = await held(world.asked.db, of.incident, of.job);
    await world.does(() => failTraceRun({ ...world.asked, actor: PROGRAM }, job, 'file-missing'));
    return undefined;
  },
  'cancel-trace-run': async (world) => {
    const of = await asked(world);
    return world.does(() => deed(world.asked, (tx, when) => cancelTraceRun(tx, of.job, when)));
  },
  'show-suspect': upon('show-suspect', unlocked, { pseudonym: 'employee-3' }),
  'get-trace-pack': async (world) => {
    const of = await unlocked(world);
    await world.does(() => run(world, 'get-trace-pack', { ...of, ...SUSPECT }));
    return undefined;
  },
  'take-measures': upon('take-measures', done, { ...SUSPECT, ...MEASURES }),
  'confirm-suspect': upon('confirm-suspect', unlocked, {
    ...SUSPECT,
    fields: ['email'],
    reason: 'They said so.',
  }),
  'erase-trace': async (world) => {
    const { job: _, ...of } = await unlocked(world);
    return world.does(() => run<TraceChanged>(world, 'erase-trace', { ...of, reason: 'Withdrawn.' }));
  },
  'erase-ended-traces': async (world) => {
    await opened(world, 'P1D');
    const later = { ...world.asked, now: () => new Date(world.asked.now().getTime() + 2 * 86_400_000) };
    await world.does(() => eraseEndedTraces({ ...later, actor: PROGRAM }, sealsOf(world)));
    return undefined;
  },
};

/** What each kind of entry leaves behind, and by which of its facts the row must agree with it. */
const KEPT = `
  SELECT entry, 'trace-opened' AS kind, id AS says FROM traces
  UNION ALL SELECT entry, 'report-taken', id FROM customer_reports
  UNION ALL SELECT erased_entry, 'reports-erased', string_agg(id, ' ' ORDER BY id) FROM customer_reports
    WHERE erased_entry IS NOT NULL GROUP BY erased_entry
  UNION ALL SELECT erased_entry, 'trace-erased', id FROM traces WHERE erased_entry IS NOT NULL
  UNION ALL SELECT entry, 'trace-run-asked', job FROM trace_runs
  UNION ALL SELECT ended_entry, 'trace-run-' || CASE state WHEN 'done' THEN 'finished' ELSE state END, job
    FROM trace_runs WHERE state <> 'asked'
  UNION ALL SELECT confirmed_entry, 'trace-suspect-confirmed', job FROM trace_candidates WHERE confirmed_entry IS NOT NULL`;
const SAID = `
  SELECT index, kind, coalesce(facts->>'job', facts->>'trace', facts->>'report',
      (SELECT string_agg(r, ' ' ORDER BY r) FROM jsonb_array_elements_text(facts->'reports') r)) AS says
    FROM (SELECT index, kind, convert_from(entry, 'UTF8')::jsonb->'facts' AS facts FROM register_entries) e
   WHERE kind IN ('report-taken', 'reports-erased', 'trace-opened', 'trace-erased', 'trace-run-asked', 'trace-run-finished', 'trace-run-failed',
     'trace-run-cancelled', 'trace-suspect-confirmed')`;

/** Each row has its entry, and the other way round; what was erased has nothing left; a run is in the state of its job. */
export async function alsoWrong(reads: Reads): Promise<string[]> {
  const wrong = await reads.rows<{ what: string }>(
    `SELECT coalesce(k.kind || ' ' || k.entry, s.kind || ' ' || s.index) AS what
       FROM (${KEPT}) k FULL JOIN (${SAID}) s ON s.index = k.entry AND s.kind = k.kind AND s.says = k.says
      WHERE k.entry IS NULL OR s.index IS NULL
     UNION ALL SELECT 'names of ' || t.id FROM traces t JOIN trace_runs r ON r.trace = t.id
       LEFT JOIN trace_candidates c ON c.job = r.job
      WHERE t.erased_entry IS NOT NULL AND (r.answer IS NOT NULL OR c.sealed <> '')
     UNION ALL SELECT 'job of ' || r.job FROM trace_runs r LEFT JOIN jobs j ON j.id = r.job
      WHERE j.id IS NULL OR j.state <> r.state AND (r.state <> 'asked' OR j.state NOT IN ('waiting', 'running'))
     UNION ALL SELECT 'text of ' || c.id FROM customer_reports c LEFT JOIN register_texts t ON t.index = c.entry
      WHERE (c.erased_entry IS NULL) <> (t.value IS NOT NULL)
     UNION ALL SELECT 'candidates of ' || r.job FROM trace_runs r
      WHERE r.state = 'done' AND r.named <> (SELECT count(*) FROM trace_candidates c WHERE c.job = r.job)`,
  );
  return wrong.map(({ what }) => `${what} has no counterpart`);
}

if (import.meta.main)
  takeOrders({
    deeds: DEEDS,
    schema: { migrations: await readMigrations(...MIGRATIONS), program: 'Forthright test' },
    alsoWrong,
  });
