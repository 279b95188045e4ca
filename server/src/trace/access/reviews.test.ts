/** Managers confirm or cut, with real records and a clock that is set. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type AccessReviewChanged,
  type AccessReviewsListed,
  type Changed,
  type ErrorCode,
  ForthrightError,
  type TraceChanged,
} from '@forthright/contract';
import { actor, ask as ofIncident, openRecord, strays, tokenOf } from '../../incident/testing.ts';
import type { Db } from '../../platform/db/index.ts';
import { type Actor, type Asked, PROGRAM, sealFolder } from '../../prove/index.ts';
import { ACCESS, countOf, GATE, held, WORKSPACE } from '../testing.ts';
import { traceOperations } from '../traces.operations.ts';
import { finishTraceRun } from '../traces.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-reviews-'));
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
const operations = traceOperations({ data: folder, workspace: join(folder, 'forthright.yaml') });
async function ask<T>(who: Actor, name: string, rawInput: object): Promise<T> {
  const found = operations.find((one) => one.name === name);
  if (found === undefined) return ofIncident<T>(as(who), name, rawInput);
  return found.output.parse(await found.run(as(who), found.input.parse(rawInput))) as T;
}
const refuses = (work: Promise<unknown>, code: ErrorCode) =>
  assert.rejects(work, (error) => error instanceof ForthrightError && error.code === code);

const DAY = 86_400_000;
const later = (days: number) => new Date(nowMs + days * DAY).toISOString();

async function counted() {
  const { incident } = await ask<Changed>(ADA, 'open-incident', { title: 'Who sees what', kind: 'insider' });
  const { trace } = await ask<TraceChanged>(ADA, 'open-trace', { incident, gate: GATE });
  await ask(CY, 'confirm-gate', { incident, trace, reason: 'As agreed.' });
  const { job = '' } = await ask<TraceChanged>(BO, 'run-access', { incident, trace, definition: ACCESS });
  const held_ = await held(db, incident, job);
  await finishTraceRun(
    { ...as(BO), actor: PROGRAM },
    held_,
    countOf(trace, incident),
    sealFolder(join(folder, 'keys')),
  );
  return { incident, trace, job };
}

const asking = (of: { incident: string; trace: string; job: string }) => ({
  ...of,
  due: later(10),
  owner: 'usr_bo',
  cutBy: later(20),
  asks: [
    { role: 'agent', tool: 'desk', reviewer: 'usr_cy' },
    { role: 'lead', reviewer: 'usr_di' },
  ],
});

test('each manager is asked about the grants of their roles, and what they answer stands with who, when and why', async () => {
  const of = await counted();
  const { incident } = of;
  await refuses(ask(BO, 'open-access-review', asking(of)), 'not-permitted');
  const unknown = { ...asking(of), asks: [{ role: 'nobody', reviewer: 'usr_cy' }] };
  await refuses(ask(ADA, 'open-access-review', unknown), 'trace-invalid');
  const stranger = { ...asking(of), asks: [{ role: 'agent', reviewer: 'usr_stranger' }] };
  await refuses(ask(ADA, 'open-access-review', stranger), 'account-unsuitable');
  await refuses(ask(ADA, 'open-access-review', { ...asking(of), job: 'job_0' }), 'trace-not-found');
  const { review, items } = await ask<AccessReviewChanged>(ADA, 'open-access-review', asking(of));
  assert.equal(items, 3);

  const answer = { incident, review, verdict: 'confirm', reason: 'They write to customers.' };
  await refuses(ask(BO, 'answer-access-review', { ...answer, items: [1] }), 'not-permitted');
  await refuses(ask(CY, 'answer-access-review', { ...answer, items: [1, 3] }), 'not-permitted');
  await refuses(ask(CY, 'answer-access-review', { ...answer, items: [9] }), 'review-not-found');
  await refuses(
    ask(CY, 'answer-access-review', { ...answer, review: 'arv_0', items: [1] }),
    'review-not-found',
  );
  await ask(tokenOf(CY), 'answer-access-review', { ...answer, items: [1] });
  await refuses(ask(CY, 'answer-access-review', { ...answer, items: [1] }), 'incident-refuses');
  const cut = { incident, review, items: [2], verdict: 'cut', reason: 'Nobody calls customers.' };
  const { tasks } = await ask<AccessReviewChanged>(CY, 'answer-access-review', cut);
  assert.equal(tasks?.length, 1);
  const shown = await ask<{ tasks: { id: string; what: string; owner: string }[] }>(ADA, 'show-incident', {
    incident,
  });
  assert.match(shown.tasks[0]?.what ?? '', /from the role agent .* phone of customers \(all\) in desk/);
  assert.equal(shown.tasks[0]?.owner, 'usr_bo');

  // Whoever does not answer is overdue, until somebody else is asked.
  nowMs += 11 * DAY;
  const list = async () =>
    (await ask<AccessReviewsListed>(BO, 'list-access-reviews', { incident })).reviews[0] ?? assert.fail();
  const before = await list();
  assert.deepEqual([before.open, before.overdue, before.confirmed, before.cut], [0, 1, 1, 1]);
  assert.deepEqual(
    before.items.map(({ state, reviewer, reason, what }) => [state, reviewer, reason, what?.field]),
    [
      ['confirm', 'usr_cy', 'They write to customers.', 'email'],
      ['cut', 'usr_cy', 'Nobody calls customers.', 'phone'],
      ['overdue', 'usr_di', undefined, 'email'],
    ],
  );
  // Di has left the company, which is said beside what waits for her; what was answered before is an answer.
  assert.deepEqual(
    [before.unanswerable, before.items.map(({ gone }) => gone)],
    [0, [undefined, undefined, undefined]],
  );
  await db.transaction((tx) => tx.run("UPDATE accounts SET roles = '{}' WHERE id IN ('usr_di', 'usr_cy')"));
  const without = await list();
  assert.deepEqual(
    [without.unanswerable, without.items.map(({ gone }) => gone)],
    [1, [undefined, undefined, 'no-role']],
  );
  await refuses(
    ask(ADA, 'pass-on-access-review', { incident, review, items: [3], reviewer: 'usr_cy', reason: 'Gone.' }),
    'account-unsuitable',
  );
  await db.transaction((tx) =>
    tx.run("UPDATE accounts SET roles = '{approver}' WHERE id IN ('usr_di', 'usr_cy')"),
  );
  const pass = { incident, review, items: [3], reviewer: 'usr_cy', reason: 'Di has left.' };
  await refuses(ask(BO, 'pass-on-access-review', pass), 'not-permitted');
  await refuses(ask(ADA, 'pass-on-access-review', { ...pass, items: [1] }), 'incident-refuses');
  await ask(ADA, 'pass-on-access-review', pass);
  await ask(CY, 'answer-access-review', { ...answer, items: [3] });
  const after = await list();
  assert.deepEqual([after.overdue, after.confirmed], [0, 2]);
  const facts = await db.rows<{ late: string }>(
    "SELECT convert_from(entry, 'UTF8')::jsonb->'facts'->>'overdue' AS late FROM register_entries WHERE kind = 'access-review-answered' ORDER BY index",
  );
  assert.deepEqual(
    facts.map(({ late }) => late),
    ['false', 'false', 'true'],
  );
  assert.deepEqual(await strays(db), []);
});

test('with the trace goes what was asked and why it was answered; who answered when stays', async () => {
  const of = await counted();
  const { review } = await ask<AccessReviewChanged>(ADA, 'open-access-review', asking(of));
  const { incident, trace } = of;
  const answer = { incident, review, items: [1], verdict: 'confirm', reason: 'Needed.' };
  await ask(CY, 'answer-access-review', answer);
  await ask(ADA, 'erase-trace', { incident, trace, reason: 'Done.' });
  await refuses(ask(CY, 'answer-access-review', { ...answer, items: [2] }), 'trace-erased');
  const { reviews } = await ask<AccessReviewsListed>(BO, 'list-access-reviews', { incident });
  assert.deepEqual(
    reviews[0]?.items.map(({ what, state, reason }) => [what, state, reason]),
    [
      [null, 'confirm', null],
      [null, 'open', undefined],
      [null, 'open', undefined],
    ],
  );
});
