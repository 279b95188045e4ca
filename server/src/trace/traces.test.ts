/** Traces in the record, with real records and a clock that is set: the gate, names, retention. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type Changed,
  type ErrorCode,
  ForthrightError,
  type LeaksShown,
  type MeasuresTaken,
  ROLES,
  type SuspectConfirmed,
  type SuspectShown,
  type TraceChanged,
  type TraceRunShown,
  type TraceShown,
} from '@forthright/contract';
import { actor, ask as ofIncident, openRecord, tokenOf } from '../incident/testing.ts';
import type { Db } from '../platform/db/index.ts';
import { type Actor, type Asked, type Download, PROGRAM, sealFolder } from '../prove/index.ts';
import { traceParts } from './bundle.ts';
import { withSuspects } from './measures.ts';
import { ACCESS, countOf, DEFINITION, doneOf, GATE, held, SECRET_NAME, WORKSPACE } from './testing.ts';
import { traceOperations } from './traces.operations.ts';
import { eraseEndedTraces, finishTraceRun } from './traces.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-traces-'));
const seals = sealFolder(join(folder, 'keys'));
let nowMs = Date.parse('2026-11-22T10:00:00Z');
const now = () => {
  nowMs += 1000;
  return new Date(nowMs);
};
let db: Db;
before(async () => {
  writeFileSync(join(folder, 'forthright.yaml'), WORKSPACE);
  db = await openRecord({ folder, now });
});
after(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const ADA = actor('usr_ada', 'privacy-officer');
const BO = actor('usr_bo', 'investigator');
const CY = actor('usr_cy', 'approver');
const as = (who: Actor): Asked => ({ db, actor: who, now });
const program = (): Asked => ({ db, actor: PROGRAM, now });

const operations = traceOperations({ data: folder, workspace: join(folder, 'forthright.yaml') });
async function ask<T>(who: Actor, name: string, rawInput: object): Promise<T> {
  const found = operations.find((one) => one.name === name);
  if (found === undefined) return ofIncident<T>(as(who), name, rawInput);
  return found.output.parse(await found.run(as(who), found.input.parse(rawInput))) as T;
}
const refuses = (work: Promise<unknown>, code: ErrorCode) =>
  assert.rejects(work, (error) => error instanceof ForthrightError && error.code === code);

async function opened(): Promise<{ incident: string; trace: string }> {
  const { incident } = await ask<Changed>(ADA, 'open-incident', { title: 'Sold', kind: 'insider' });
  const { trace } = await ask<TraceChanged>(ADA, 'open-trace', { incident, gate: GATE });
  await ask(CY, 'confirm-gate', { incident, trace, reason: 'As agreed.' });
  return { incident, trace };
}

async function traced() {
  const of = await opened();
  const { job = '' } = await ask<TraceChanged>(BO, 'run-trace', { ...of, definition: DEFINITION });
  await finishTraceRun(program(), await held(db, of.incident, job), doneOf(of.trace, of.incident), seals);
  const run = await ask<TraceRunShown>(BO, 'show-trace-run', { ...of, job });
  return { ...of, job, run: run.evidence ?? '' };
}

async function unlocked() {
  const { run, ...of } = await traced();
  const { incident } = of;
  const wish = { incident, run, pseudonym: 'employee-3', reason: 'To hear them.', hours: 2 };
  const { id: unlock } = await ask<Changed>(ADA, 'ask-unlock', wish);
  await ask(CY, 'grant-unlock', { incident, unlock, reason: 'I have read the answer.' });
  return { ...of, run };
}

test('nobody is scored before purpose, legal basis, works council and retention are recorded', async () => {
  const { incident } = await ask<Changed>(ADA, 'open-incident', { title: 'Sold', kind: 'insider' });
  for (const missing of ['purpose', 'legalBasis', 'worksCouncil', 'retention', 'by'] as const) {
    const { [missing]: _, ...gate } = GATE;
    const input = operations.find(({ name }) => name === 'open-trace')?.input;
    assert.equal(input?.safeParse({ incident, gate }).success, false, missing);
  }
  const asking = { incident, trace: `trc_${'0'.repeat(32)}`, definition: DEFINITION };
  await refuses(ask(BO, 'run-trace', asking), 'trace-not-found');
  await refuses(ask(BO, 'open-trace', { incident, gate: GATE }), 'not-permitted');
  const { trace, ends } = await ask<TraceChanged>(ADA, 'open-trace', { incident, gate: GATE });
  assert.equal(ends?.slice(0, 10), '2027-02-20');
  const shown = await ask<TraceShown>(BO, 'show-trace', { incident, trace });
  assert.deepEqual([shown.gate, shown.confirmedBy], [GATE, undefined]);
  // What one officer has settled a second person confirms, before anybody is scored.
  await refuses(ask(BO, 'run-trace', { ...asking, trace }), 'gate-unconfirmed');
  await refuses(ask(BO, 'run-access', { ...asking, trace, definition: ACCESS }), 'gate-unconfirmed');
  const confirm = { incident, trace, reason: 'As agreed.' };
  await refuses(ask(BO, 'confirm-gate', confirm), 'not-permitted');
  await refuses(ask(ADA, 'confirm-gate', confirm), 'own-gate');
  await refuses(ask(tokenOf(ADA), 'confirm-gate', confirm), 'own-gate');
  await ask(CY, 'confirm-gate', confirm);
  await refuses(ask(CY, 'confirm-gate', confirm), 'incident-refuses');
  assert.equal((await ask<TraceShown>(BO, 'show-trace', { incident, trace })).confirmedBy, 'usr_cy');
  // Another incident's trace is none of this one's.
  const other = await opened();
  await refuses(ask(BO, 'run-trace', { ...asking, trace: other.trace }), 'trace-not-found');
});

test('files are named by plain paths of the workspace, and logs and keys are those that it has', async () => {
  const of = await opened();
  for (const at of ['/etc/passwd', '../x.csv', 's3://b/x.csv', 'forthright.yaml', '*.csv', '.x.csv'])
    await refuses(
      ask(BO, 'run-trace', { ...of, definition: { ...DEFINITION, reports: { at, id: 'id' } } }),
      'trace-invalid',
    );
  const amiss = { ...DEFINITION, access: [{ log: 'amdin' }], routing: ['language'] };
  await assert.rejects(ask(BO, 'run-trace', { ...of, definition: amiss }), (error) => {
    assert.ok(error instanceof ForthrightError);
    assert.deepEqual(
      error.problems.map(({ at }) => at),
      ['access.0.log', 'routing.0'],
    );
    return true;
  });
});

test('what everybody can see is counted behind the same gate, by pseudonyms, and points to nobody', async () => {
  const of = await opened();
  const amiss = { ...ACCESS, tools: [{ ...ACCESS.tools[0], log: 'amdin' }] };
  await refuses(ask(BO, 'run-access', { ...of, definition: amiss }), 'trace-invalid');
  for (const at of ['/etc/passwd', '../x.csv', 'forthright.yaml']) {
    const grants = { ...ACCESS.grants, members: at };
    await refuses(ask(BO, 'run-access', { ...of, definition: { ...ACCESS, grants } }), 'trace-invalid');
  }
  await refuses(ask(CY, 'run-access', { ...of, definition: ACCESS }), 'not-permitted');
  const { job = '' } = await ask<TraceChanged>(BO, 'run-access', { ...of, definition: ACCESS });
  const done = countOf(of.trace, of.incident);
  await finishTraceRun(program(), await held(db, of.incident, job), done, seals);
  const shown = await ask<TraceRunShown>(BO, 'show-trace-run', { ...of, job });
  assert.deepEqual([shown.what, shown.outcome, shown.named], ['access', 'counted', 0]);
  assert.equal(
    createHash('sha256')
      .update(shown.answer ?? '')
      .digest('hex'),
    shown.sha256,
  );
  assert.doesNotMatch(shown.answer ?? '', new RegExp(SECRET_NAME));
  // A name is unlocked as of a trace; nobody is confirmed by what they could see.
  const wish = {
    incident: of.incident,
    run: shown.evidence ?? '',
    pseudonym: 'employee-1',
    reason: 'To ask their manager.',
    hours: 2,
  };
  const name = { ...of, job, pseudonym: 'employee-1' };
  await refuses(ask(BO, 'show-suspect', name), 'name-locked');
  const { id: unlock } = await ask<Changed>(ADA, 'ask-unlock', wish);
  await ask(CY, 'grant-unlock', { incident: of.incident, unlock, reason: 'I have read it.' });
  assert.equal((await ask<SuspectShown>(BO, 'show-suspect', name)).account, SECRET_NAME);
  const one = { ...of, job, candidate: 'employee-1' };
  await refuses(ask(ADA, 'get-trace-pack', one), 'candidate-not-found');
  await refuses(
    ask(ADA, 'confirm-suspect', { ...one, fields: ['email'], reason: 'They could.' }),
    'candidate-not-found',
  );
  await ask(ADA, 'erase-trace', { ...of, reason: 'Done.' });
  assert.equal((await ask<TraceRunShown>(BO, 'show-trace-run', { ...of, job })).answer, null);
});

test('a name is said to nobody before two people have unlocked it, and each time that it is said is recorded', async () => {
  const { incident, trace, job, run } = await traced();
  const of = { incident, trace, job };
  const name = { ...of, pseudonym: 'employee-3' };
  await refuses(ask(ADA, 'show-suspect', name), 'name-locked');
  await refuses(ask(ADA, 'get-trace-pack', { ...of, candidate: 'employee-3' }), 'name-locked');
  const confirm = { ...of, candidate: 'employee-3', fields: ['email'], reason: 'They said so.' };
  await refuses(ask(ADA, 'confirm-suspect', confirm), 'name-locked');
  const wish = { incident, run, pseudonym: 'employee-3', reason: 'To hear them.', hours: 2 };
  await refuses(ask(BO, 'ask-unlock', wish), 'not-permitted');
  const { id: unlock } = await ask<Changed>(ADA, 'ask-unlock', wish);
  await refuses(ask(ADA, 'grant-unlock', { incident, unlock, reason: 'Me, too.' }), 'own-unlock');
  await refuses(ask(ADA, 'show-suspect', name), 'name-locked');
  await ask(CY, 'grant-unlock', { incident, unlock, reason: 'I have read the answer.' });
  assert.equal((await ask<SuspectShown>(BO, 'show-suspect', name)).account, SECRET_NAME);
  await refuses(ask(ADA, 'show-suspect', { ...of, pseudonym: 'employee-9' }), 'candidate-not-found');
  // What two people unlocked is locked again after their hours.
  nowMs += 2 * 3_600_000;
  await refuses(ask(BO, 'show-suspect', name), 'name-locked');

  const said = await db.rows<{ text: string }>(
    `SELECT convert_from(entry, 'UTF8') AS text FROM register_entries UNION ALL SELECT value FROM register_texts
      UNION ALL SELECT sealed FROM trace_candidates UNION ALL SELECT coalesce(answer, '') FROM trace_runs`,
    {},
  );
  assert.equal(
    said.some(({ text }) => text.includes(SECRET_NAME)),
    false,
    'only sealed',
  );
  const { timeline } = await ask<{ timeline: { kind: string; by: string }[] }>(BO, 'show-incident', {
    incident,
  });
  assert.deepEqual(
    timeline.filter(({ kind }) => kind === 'trace-name-shown').map((x) => x.by),
    ['usr_bo'],
  );
});

test('measures are tasks that speak of the pseudonym, all or none', async () => {
  const { incident, trace, job } = await traced();
  const measures = {
    incident,
    trace,
    job,
    candidate: 'employee-3',
    measures: ['suspend-access', 'preserve-mailbox'],
    owner: 'usr_bo',
    due: '2026-11-23T09:00:00Z',
  };
  await refuses(ask(BO, 'take-measures', { ...measures, candidate: 'employee-9' }), 'candidate-not-found');
  await refuses(ask(BO, 'take-measures', { ...measures, owner: 'usr_nobody' }), 'account-unsuitable');
  const { tasks } = await ask<MeasuresTaken>(BO, 'take-measures', measures);
  assert.deepEqual(
    tasks.map(({ measure }) => measure),
    measures.measures,
  );
  const shown = await ask<{ tasks: { what: string }[] }>(BO, 'show-incident', { incident });
  assert.equal(shown.tasks.length, 2);
  assert.match(shown.tasks[0]?.what ?? '', /^Suspend the access of employee-3 /);
});

test('the look-ups of a confirmed suspect become a leak without a name, which only this incident can run', async () => {
  const { run: _, ...of } = await unlocked();
  const confirm = { ...of, candidate: 'employee-3', fields: ['email', 'address'], reason: 'They said so.' };
  await refuses(ask(BO, 'confirm-suspect', confirm), 'not-permitted');
  const { ids } = await ask<SuspectConfirmed>(ADA, 'confirm-suspect', confirm);
  assert.deepEqual(ids, ['suspect']);
  await refuses(ask(ADA, 'confirm-suspect', confirm), 'incident-refuses');
  const { leaks, version } = await ask<LeaksShown>(BO, 'show-leaks', { incident: of.incident });
  const { from, to } = DEFINITION;
  const suspect = { job: of.job, candidate: 'employee-3' };
  const stated = {
    id: 'suspect',
    kind: 'access',
    log: 'admin',
    from,
    to,
    fields: ['email', 'address'],
    suspect,
  };
  assert.deepEqual([version, leaks], [1, [{ ...stated, actions: ['view_contact'] }]]);
  const resolved = await withSuspects(db, of.incident, leaks ?? [], { seals, now: now() });
  assert.deepEqual(
    resolved.map((leak) => 'viewers' in leak && leak.viewers),
    [[SECRET_NAME]],
  );
  const { incident: elsewhere } = await opened();
  await refuses(withSuspects(db, elsewhere, leaks ?? [], { seals, now: now() }), 'candidate-not-found');
});

test('the evidence pack says who, what supports it, what speaks against it, and who had it in hand', async () => {
  const { run: _, ...of } = await unlocked();
  const found = operations.find(({ name }) => name === 'get-trace-pack');
  const pack = (await found?.run(as(ADA), { ...of, candidate: 'employee-3' })) as unknown as Download;
  let text = '';
  for await (const piece of pack.content) text += Buffer.from(piece).toString('utf8');
  await pack.close();
  assert.equal(pack.name, 'employee-3.tar');
  for (const part of ['index.html', 'answer.json', 'lines.jsonl', 'custody.json', 'SHA256SUMS', SECRET_NAME])
    assert.ok(text.includes(part), part);
  assert.match(text, /What speaks against it[\s\S]*Without any one of these reports/);
  assert.match(text, /How this can be contested/);
  assert.match(text, /unlock-asked[\s\S]*unlock-granted/);
  // The bundle of the incident has the answer, and no name.
  const [part] = await traceParts(db, of.incident);
  const { sha256 } = await ask<TraceRunShown>(BO, 'show-trace-run', of);
  assert.equal(
    createHash('sha256')
      .update(part?.content ?? '')
      .digest('hex'),
    sha256,
  );
  assert.doesNotMatch(part?.content ?? '', new RegExp(SECRET_NAME));
});

test('when retention is over answers, names and the key are gone, and the leak can not be run any more', async () => {
  const { run: _, ...of } = await unlocked();
  const confirm = { ...of, candidate: 'employee-3', fields: ['email'], reason: 'They said so.' };
  await ask(ADA, 'confirm-suspect', confirm);
  const { leaks } = await ask<LeaksShown>(BO, 'show-leaks', { incident: of.incident });
  const keys = () => readdirSync(join(folder, 'keys')).filter((name) => name.startsWith('seal-')).length;
  const before = keys();
  nowMs += 90 * 86_400_000;
  // Over before the sweep comes by.
  assert.equal((await ask<TraceRunShown>(BO, 'show-trace-run', of)).answer, null);
  const { job: _job, ...inTrace } = of;
  await refuses(ask(BO, 'run-trace', { ...inTrace, definition: DEFINITION }), 'trace-erased');
  assert.ok((await eraseEndedTraces(program(), seals)) >= 1);
  assert.equal(await eraseEndedTraces(program(), seals), 0);
  assert.ok(keys() < before);
  const { gate, erasedEntry } = await ask<TraceShown>(BO, 'show-trace', {
    incident: of.incident,
    trace: of.trace,
  });
  assert.equal(gate, null);
  assert.ok(erasedEntry !== undefined);
  const left = await db.rows(
    `SELECT 1 AS one FROM trace_runs WHERE answer IS NOT NULL UNION ALL SELECT 1 FROM trace_candidates WHERE sealed <> ''
      UNION ALL SELECT 1 FROM register_texts WHERE value LIKE '%They said so%' OR value LIKE '%To hear them%'`,
    {},
  );
  assert.deepEqual(left, []);
  await refuses(withSuspects(db, of.incident, leaks ?? [], { seals, now: now() }), 'trace-erased');
});

test('a run that ends after its trace was erased keeps nothing', async () => {
  const of = await opened();
  const { job = '' } = await ask<TraceChanged>(BO, 'run-trace', { ...of, definition: DEFINITION });
  const one = await held(db, of.incident, job);
  await refuses(ask(BO, 'erase-trace', { ...of, reason: 'No ground.' }), 'not-permitted');
  await ask(ADA, 'erase-trace', { ...of, reason: 'The works council withdrew.' });
  await refuses(finishTraceRun(program(), one, doneOf(of.trace, of.incident), seals), 'trace-erased');
  await refuses(ask(ADA, 'erase-trace', { ...of, reason: 'Again.' }), 'trace-erased');
});

test('of a restricted incident no trace is found by whoever may not see it', async () => {
  const { incident, trace, job } = await unlocked();
  await ask(ADA, 'restrict-incident', { incident, people: ['usr_ada'], reason: 'An insider.' });
  const [inTrace, inRun] = [
    { incident, trace },
    { incident, trace, job },
  ];
  const candidate = 'employee-3';
  const task = { measures: ['block-seller'], owner: 'usr_ada', due: '2026-12-01T00:00:00Z' };
  const given: Readonly<Record<string, object>> = {
    'open-trace': { incident, gate: GATE },
    'confirm-gate': { ...inTrace, reason: 'x' },
    'list-traces': { incident },
    'show-trace': inTrace,
    'run-trace': { ...inTrace, definition: DEFINITION },
    'run-access': { ...inTrace, definition: ACCESS },
    'show-trace-run': inRun,
    'show-suspect': { ...inRun, pseudonym: candidate },
    'get-trace-pack': { ...inRun, candidate },
    'take-measures': { ...inRun, candidate, ...task },
    'confirm-suspect': { ...inRun, candidate, fields: ['email'], reason: 'x' },
    'erase-trace': { ...inTrace, reason: 'x' },
    'open-access-review': {
      ...inRun,
      due: task.due,
      owner: task.owner,
      cutBy: task.due,
      asks: [{ role: 'agent', reviewer: 'usr_ada' }],
    },
    'list-access-reviews': { incident },
    'answer-access-review': { incident, review: 'arv_0', items: [1], verdict: 'cut', reason: 'x' },
    'pass-on-access-review': { incident, review: 'arv_0', items: [1], reviewer: 'usr_ada', reason: 'x' },
  };
  const other = actor('usr_di', ...ROLES);
  for (const { name, path } of operations)
    if (path.includes(':incident')) await refuses(ask(other, name, given[name] ?? {}), 'incident-not-found');
});
