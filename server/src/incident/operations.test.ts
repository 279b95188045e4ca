/** The record of incidents through its operations, on both engines. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Changed,
  Decide,
  type ErrorCode,
  type ForthrightError,
  type IncidentShown,
  type IncidentsListed,
  newId,
  OpenIncident,
  ROLES,
  SetIncidentFacts,
  type UnlocksListed,
  type WaitingListed,
} from '@forthright/contract';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../test/peers/postgres.ts';
import type { Db } from '../platform/db/index.ts';
import type { Actor, Asked } from '../prove/index.ts';
import { AFTERWARDS_INPUTS } from './matters/testing.ts';
import { incidentOperations } from './operations.ts';
import { actor, ask, openRecord, seat, strays, tokenOf } from './testing.ts';
import { unlockedUntil } from './unlocks.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-incident-'));
after(() => rmSync(work, { recursive: true, force: true }));

const ADA = actor('usr_ada', 'privacy-officer');
const BO = actor('usr_bo', 'investigator');
const CY = actor('usr_cy', 'approver');
const DI = actor('usr_di', 'privacy-officer');
const EVE = actor('usr_eve', 'auditor');

const refuses = (
  promise: Promise<unknown>,
  code: ErrorCode,
  also: (error: ForthrightError) => void = () => {},
) =>
  assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    also(error);
    return true;
  });

function suite(kind: 'embedded' | 'server', skip: string | undefined): void {
  describe(`incidents: ${kind}`, { skip: skip ?? false }, () => {
    let postgres: Postgres | undefined;
    let db: Db;
    let at = Date.parse('2026-11-22T10:00:00Z');
    const now = () => new Date(at);
    /** A clock that moves at each look, so that two instants of one deed would differ. */
    const ticking = () => {
      at += 1;
      return new Date(at);
    };
    const as = (who: Actor): Asked => ({ db, actor: who, now: ticking });

    before(async () => {
      if (kind === 'server') postgres = await startPostgres();
      db = await openRecord({ folder: join(work, kind), url: postgres?.url, now });
    });
    after(async () => {
      try {
        assert.deepEqual(await strays(db), [], 'after all of it');
      } finally {
        await db?.close();
        await postgres?.stop();
      }
    });

    const LABEL = {
      title: 'One parcel’s label went to the wrong customer',
      kind: 'misdelivery',
      cause: { action: 'error', variety: 'Misdelivery', actor: 'internal', actorVariety: 'End-user' },
      times: { aware: { at: '2026-11-22T09:00:00+01:00', saidBy: 'the shift lead' } },
    };
    const opened = async (given: object = LABEL, who = ADA) =>
      (await ask<Changed>(as(who), 'open-incident', given)).incident;
    const show = (incident: string, who = ADA) => ask<IncidentShown>(as(who), 'show-incident', { incident });
    const decide = (incident: string, who: Actor, given: object) =>
      ask<Changed>(as(who), 'decide', { incident, version: 1, step: 'decision', reason: 'r', ...given });
    const LIST = { id: 'l', kind: 'list', fields: ['name'], people: { at: 'people.csv', id: 'id' } };
    const TELL = { answer: 'tell-authority', due: '2026-11-25T09:00:00+01:00' };
    const finish = (incident: string, task: string | undefined, outcome: string, who = ADA) =>
      ask<Changed>(as(who), 'finish-task', { incident, task, outcome, text: 'because' });
    const close = (incident: string, version = 1) =>
      ask<Changed>(as(ADA), 'close-incident', { incident, version, summary: 'The label was destroyed.' });

    test('a small incident is recorded, decided and closed in three requests', async () => {
      const incident = await opened();
      await decide(incident, ADA, { answer: 'register-only', reason: 'One address, returned unopened.' });
      await close(incident);
      const shown = await show(incident, EVE);
      assert.equal(shown.state, 'closed');
      assert.deepEqual(shown.next, []);
      assert.deepEqual(
        shown.timeline.map(({ kind: what, by }) => [what, by]),
        [
          ['incident-opened', 'usr_ada'],
          ['incident-decided', 'usr_ada'],
          ['incident-closed', 'usr_ada'],
        ],
      );
      assert.equal(shown.decisions[0]?.at, shown.timeline[1]?.at, 'record and register state one instant');
      assert.equal(shown.timeline[1]?.texts.reason, 'One address, returned unopened.');
      assert.equal(shown.times.aware?.at, '2026-11-22T09:00:00+01:00', 'as it was written, with its zone');
      assert.equal(shown.awareSeconds, 7200);
    });

    test('the first hour: a range that is labelled as estimated, by whom, and the clock runs', async () => {
      const incident = await opened({
        title: 'Review pages show names',
        kind: 'technical-error',
        estimate: { min: 100, max: 50_000, by: 'Bo, from the page views' },
        times: LABEL.times,
      });
      const first = await show(incident);
      assert.deepEqual(first.estimate, {
        min: 100,
        max: 50_000,
        by: 'Bo, from the page views',
        label: 'estimated',
      });
      at += 60_000;
      assert.equal((await show(incident)).awareSeconds, (first.awareSeconds ?? 0) + 60);
      assert.deepEqual(
        first.next.map(({ step }) => step),
        ['contain', 'name-cause', 'decide'],
      );
    });

    test('two people edit: the second gets a conflict that shows both', async () => {
      const incident = await opened();
      const set = (who: Actor, given: object) =>
        ask<Changed>(as(who), 'set-incident-facts', { incident, version: 1, ...given });
      await set(ADA, { title: 'Two labels' });
      await refuses(set(BO, { title: 'Three labels' }), 'incident-changed', ({ problems, message }) => {
        assert.match(message, /version 1 .* version 2/);
        assert.deepEqual(problems, [{ at: 'title', message: 'yours: Three labels; now: Two labels' }]);
      });
      await refuses(decide(incident, ADA, { answer: 'register-only' }), 'incident-changed', ({ problems }) =>
        assert.match(problems[0]?.message ?? '', /yours: One parcel.*now: Two labels/),
      );
      const both = await Promise.allSettled([
        ask(as(ADA), 'set-incident-facts', { incident, version: 2, kind: 'other' }),
        ask(as(BO), 'set-incident-facts', { incident, version: 2, kind: 'loss' }),
      ]);
      assert.deepEqual(
        both.map(({ status }) => status).sort(),
        ['fulfilled', 'rejected'],
        'at the same moment',
      );
      const shown = await show(incident);
      assert.equal(shown.version, 3);
      assert.deepEqual(shown.times.aware?.saidBy, 'the shift lead', 'what nobody touched stays');
    });

    test('a time is taken back with null, and the timeline keeps both', async () => {
      const incident = await opened();
      const contained = { at: '2026-11-22T10:30:00+01:00', saidBy: 'Bo' };
      await ask(as(BO), 'set-incident-facts', { incident, version: 1, times: { contained } });
      assert.deepEqual((await show(incident)).times.contained, contained);
      await ask(as(BO), 'set-incident-facts', { incident, version: 2, times: { contained: null } });
      const shown = await show(incident);
      assert.equal(shown.times.contained, undefined);
      assert.deepEqual(
        shown.timeline.slice(1).map(({ facts }) => facts.times),
        [{ contained: contained.at }, { contained: null }],
      );
      const ahead = { at: '2026-12-24T10:30:00+01:00', saidBy: 'Bo' };
      await refuses(
        ask(as(BO), 'set-incident-facts', { incident, version: 3, times: { fixed: ahead } }),
        'incident-refuses',
        ({ problems }) => assert.match(problems[0]?.message ?? '', /lies ahead/),
      );
    });

    const FIRST_HOUR = {
      reportedBy: { as: 'security-researcher', name: 'R. Ito', contact: 'ito@research.example' },
      site: 'https://www.marlow.example',
      brand: 'Marlow Home',
      entity: { name: 'Marlow Market UK Ltd', country: 'GB' },
      role: { as: 'processor', for: 'Tall Lamps GmbH' },
      categories: { people: ['customers'], data: ['name', 'email'] },
      records: { min: 100, max: 2000, by: 'Bo' },
      contactPoint: 'privacy@marlow.example',
      effects: 'Unwanted mail.',
      remedies: 'The page was taken down.',
      delay: 'The report lay in the spam folder.',
    };

    test('who reported it, where, whose it is and in which role: kept by version, in conflicts, and taken back', async () => {
      const incident = await opened({ ...LABEL, ...FIRST_HOUR });
      const first = await show(incident);
      const { records, ...plain } = FIRST_HOUR;
      for (const [fact, value] of Object.entries(plain))
        assert.deepEqual(first[fact as keyof IncidentShown], value, fact);
      assert.deepEqual(first.records, { ...records, label: 'estimated' });
      assert.deepEqual(first.timeline[0]?.facts.reportedBy, { as: 'security-researcher' });
      const set = (version: number, given: object) =>
        ask<Changed>(as(BO), 'set-incident-facts', { incident, version, ...given });
      await set(1, { reportedBy: null, brand: null, role: { as: 'controller' } });
      const { reportedBy, brand, role, site, entity } = await show(incident);
      assert.deepEqual(
        [reportedBy, brand, role, site, entity],
        [undefined, undefined, { as: 'controller' }, plain.site, plain.entity],
      );
      await refuses(set(1, { site: 'https://m.marlow.example', brand: 'X' }), 'incident-changed', (error) =>
        assert.deepEqual(error.problems.map(({ at, message }) => `${at} ${message}`).sort(), [
          'brand yours: X; now: nothing',
          'reportedBy.as yours: security-researcher; now: nothing',
          'reportedBy.contact yours: ito@research.example; now: nothing',
          'reportedBy.name yours: R. Ito; now: nothing',
          'role.as yours: processor; now: controller',
          'role.for yours: Tall Lamps GmbH; now: nothing',
          'site yours: https://m.marlow.example; now: https://www.marlow.example',
        ]),
      );
      assert.equal(
        (await show(incident)).timeline[1]?.facts.brand,
        null,
        'that it was taken back is recorded',
      );
    });

    test('a cause and an estimate that turned out to be wrong are taken back, and the timeline says so', async () => {
      const incident = await opened({
        ...LABEL,
        cause: { action: 'error', actor: 'internal', summary: 'A template printed the author.' },
        estimate: { min: 7, max: 9, by: 'Ada' },
      });
      const first = await show(incident);
      assert.deepEqual([first.cause?.action, first.estimate?.min], ['error', 7]);
      await ask(as(BO), 'set-incident-facts', { incident, version: 1, cause: null, estimate: null });
      const { cause, estimate, timeline } = await show(incident);
      assert.deepEqual([cause, estimate], [undefined, undefined]);
      assert.deepEqual([timeline[1]?.facts.cause, timeline[1]?.facts.estimate], [null, null]);
      await refuses(
        ask(as(ADA), 'set-incident-facts', { incident, version: 1, estimate: { min: 8, max: 9, by: 'Ada' } }),
        'incident-changed',
        ({ problems }) =>
          assert.ok(
            problems.some(({ at, message }) => at === 'estimate' && message.endsWith('now: nothing')),
          ),
      );
    });

    test('a figure that was read in a run names a run that is registered', async () => {
      const incident = await opened();
      const add = (kind: string) =>
        ask<Changed>(as(BO), 'add-evidence', {
          incident,
          kind,
          sha256: 'c'.repeat(64),
          bytes: 9,
          name: 'answer.json',
          origin: 'forthright scope',
        });
      const estimate = { min: 7, max: 9, by: 'Bo' };
      const set = (run: string | undefined) =>
        ask(as(BO), 'set-incident-facts', { incident, version: 1, estimate: { ...estimate, run } });
      for (const run of [newId('evi'), (await add('file')).id])
        await refuses(set(run), 'incident-refuses', ({ problems }) =>
          assert.match(problems[0]?.at ?? '', /estimate.run/),
        );
      const { id: run } = await add('run');
      await refuses(opened({ ...LABEL, estimate: { ...estimate, run } }), 'incident-refuses');
      await set(run);
      assert.deepEqual((await show(incident)).estimate, { ...estimate, run, label: 'from-run' });
    });

    test('nobody answers or overturns what was proposed or decided after they have read', async () => {
      const incident = await opened();
      await decide(incident, ADA, { ...TELL, seen: 0 });
      await refuses(decide(incident, DI, { answer: 'register-only', seen: 0 }), 'incident-changed', (error) =>
        assert.match(error.problems[0]?.message ?? '', /^decision by usr_ada: tell-authority$/),
      );
      const proposal = await decide(incident, BO, { ...TELL, step: 'proposal', seen: 1 });
      await decide(incident, CY, { ...TELL, proposal: proposal.id, seen: 2 });
      await refuses(decide(incident, DI, { ...TELL, proposal: proposal.id, seen: 2 }), 'incident-changed');
      const { decisions } = await show(incident);
      assert.deepEqual(
        decisions.map(({ by }) => by),
        ['usr_ada', 'usr_bo', 'usr_cy'],
      );
    });

    test('who proposed does not decide; an approver decides what another proposed', async () => {
      const incident = await opened();
      const proposal = await decide(incident, ADA, { ...TELL, step: 'proposal' });
      await refuses(decide(incident, ADA, { ...TELL, proposal: proposal.id }), 'own-proposal');
      await refuses(decide(incident, ADA, TELL), 'own-proposal');
      await refuses(decide(incident, tokenOf(ADA), { ...TELL, proposal: proposal.id }), 'own-proposal');
      await refuses(decide(incident, CY, TELL), 'not-permitted');
      await refuses(decide(incident, BO, { ...TELL, proposal: proposal.id }), 'not-permitted');
      await refuses(decide(incident, CY, { ...TELL, proposal: newId('dec') }), 'decision-not-found');
      await refuses(decide(incident, { ...ADA, via: 'program' }, TELL), 'not-permitted');
      await refuses(
        decide(incident, CY, { answer: 'register-only', proposal: proposal.id }),
        'not-permitted',
        ({ message }) => assert.match(message, /privacy-officer/),
      );
      const made = await decide(incident, CY, { ...TELL, proposal: proposal.id });
      const { decisions, tasks, state } = await show(incident);
      assert.deepEqual(
        decisions.map(({ step, by, endedBy }) => [step, by, endedBy]),
        [
          ['proposal', 'usr_ada', made.id],
          ['decision', 'usr_cy', undefined],
        ],
      );
      assert.deepEqual(
        tasks.map(({ kind: what, due, what: words }) => [what, due, words]),
        [['duty', TELL.due, 'Tell the authority']],
      );
      assert.equal(state, 'decided');
      await refuses(decide(incident, DI, { ...TELL, proposal: proposal.id }), 'decision-not-found');
    });

    test('closing is refused with everything that blocks it, and only then', async () => {
      const incident = await opened({ title: 'x', kind: 'other' });
      await refuses(close(incident), 'incident-not-closable', ({ problems }) =>
        assert.deepEqual(
          problems.map((one) => one.at),
          ['not-aware', 'no-decision'],
        ),
      );
      await ask(as(BO), 'set-incident-facts', { incident, version: 1, times: LABEL.times });
      await decide(incident, ADA, { ...TELL, version: 2 });
      await decide(incident, DI, { answer: 'tell-people', due: TELL.due, version: 2 });
      const given = { incident, what: 'Ban this seller', owner: 'usr_bo', due: '2026-11-22T09:59:00Z' };
      const task = await ask<Changed>(as(BO), 'add-task', given);
      const proposal = await decide(incident, BO, { ...TELL, step: 'proposal', version: 2 });
      await refuses(close(incident, 2), 'incident-not-closable', ({ problems }) => {
        assert.equal(problems.length, 4);
        assert.ok(problems.some((one) => one.at === task.id && /Ban this seller/.test(one.message)));
        assert.ok(problems.some((one) => one.at === proposal.id));
      });
      const { overdue, tasks } = await show(incident);
      assert.deepEqual(
        overdue.map(({ of }) => of),
        [task.id],
      );
      await decide(incident, DI, { ...TELL, version: 2, proposal: proposal.id });
      await finish(incident, task.id, 'done', BO);
      await refuses(finish(incident, task.id, 'done', BO), 'incident-refuses');
      const duties = tasks.filter((one) => one.kind === 'duty');
      assert.equal(duties.length, 2);
      await refuses(finish(incident, duties[0]?.id, 'excused', BO), 'not-permitted');
      await finish(incident, duties[0]?.id, 'excused');
      await refuses(close(incident, 2), 'incident-not-closable', ({ problems }) =>
        assert.match(problems[0]?.message ?? '', /Tell the people/),
      );
      await finish(incident, duties[1]?.id, 'done');
      await refuses(close(incident, 1), 'incident-changed');
      await close(incident, 2);
    });

    test('deciding the same again moves the due time of its duty, by an entry; the other way leaves it to be excused', async () => {
      const incident = await opened();
      await decide(incident, ADA, TELL);
      await decide(incident, ADA, { ...TELL, due: '2026-11-24T09:00:00+01:00' });
      await decide(incident, DI, { answer: 'register-only' });
      const { tasks, decisions } = await show(incident);
      assert.deepEqual(
        tasks.map(({ due, state }) => [due, state]),
        [['2026-11-24T09:00:00+01:00', 'open']],
      );
      assert.equal(decisions.filter(({ endedBy }) => endedBy === undefined).length, 1);
      await refuses(close(incident), 'incident-not-closable');
    });

    test('a closed incident takes notes and nothing else, until it is reopened with a reason', async () => {
      const incident = await opened();
      await decide(incident, ADA, { answer: 'register-only' });
      await close(incident);
      await ask(as(BO), 'add-note', { incident, text: 'The customer called.' });
      await refuses(
        ask(as(BO), 'set-incident-facts', { incident, version: 1, kind: 'loss' }),
        'incident-refuses',
        (e) => assert.match(e.message, /closed; reopen it/),
      );
      await refuses(close(incident), 'incident-refuses');
      await ask(as(ADA), 'reopen-incident', { incident, reason: 'There were two labels.' });
      await refuses(ask(as(ADA), 'reopen-incident', { incident, reason: 'x' }), 'incident-refuses');
      assert.equal((await show(incident)).state, 'decided');
      await ask(as(BO), 'set-incident-facts', { incident, version: 1, kind: 'loss' });
    });

    test('nobody is named who has no account, no role, or may not see the incident', async () => {
      const incident = await opened();
      await seat(db, ['usr_shut_out'], []);
      const task = (owner: string) =>
        ask(as(BO), 'add-task', { incident, what: 'x', owner, due: '2026-12-22T09:59:00Z' });
      const named = (expected: [string, RegExp][]) => (error: ForthrightError) => {
        assert.equal(error.problems.length, expected.length);
        for (const [i, [at, words]] of expected.entries()) {
          assert.equal(error.problems[i]?.at, at);
          assert.match(error.problems[i]?.message ?? '', words);
        }
      };
      await refuses(task('usr_nobody'), 'account-unsuitable', named([['owner', /no account usr_nobody/]]));
      await refuses(
        task('usr_shut_out'),
        'account-unsuitable',
        named([['owner', /usr_shut_out has no role/]]),
      );
      const restrict = (people: string[]) =>
        ask(as(ADA), 'restrict-incident', { incident, people, reason: 'x' });
      await refuses(
        restrict(['usr_nobody', 'usr_ada', 'usr_shut_out']),
        'account-unsuitable',
        named([
          ['people.0', /no account/],
          ['people.2', /no role/],
        ]),
      );
      assert.equal((await show(incident)).restrictedTo, undefined);
      await restrict(['usr_ada', 'usr_bo']);
      await refuses(task('usr_cy'), 'account-unsuitable', named([['owner', /may not see/]]));
      await refuses(
        ask(as(ADA), 'add-seller-ban', { ...AFTERWARDS_INPUTS['add-seller-ban'], incident, owner: 'usr_cy' }),
        'account-unsuitable',
      );
      await task('usr_bo');
    });

    test('another’s restricted incident is not found, in no list, and answers as one that never was', async () => {
      const incident = await opened();
      const restrict = (people: string[] | null, who = ADA) =>
        ask(as(who), 'restrict-incident', { incident, people, reason: 'An employee may be involved.' });
      await refuses(restrict(['usr_bo']), 'incident-refuses', ({ message }) =>
        assert.match(message, /yourself/),
      );
      await restrict(['usr_ada', 'usr_bo', 'usr_ada']);
      assert.deepEqual((await show(incident, BO)).restrictedTo, ['usr_ada', 'usr_bo']);
      assert.equal((await show(incident, tokenOf(BO))).id, incident);
      const missing = newId('inc');
      const inputs: Record<string, object> = {
        'show-incident': {},
        'set-incident-facts': { version: 1, title: 'x' },
        decide: { version: 1, step: 'decision', answer: 'register-only', reason: 'x' },
        'add-task': { what: 'x', owner: 'usr_di', due: TELL.due },
        'finish-task': { task: newId('tsk'), outcome: 'done', text: 'x' },
        'add-note': { text: 'x' },
        'add-evidence': { kind: 'file', sha256: '0'.repeat(64), bytes: 1, name: 'x', origin: 'x' },
        'restrict-incident': { people: null, reason: 'x' },
        'erase-text': { entry: 1, name: 'title' },
        'ask-unlock': { run: newId('evi'), pseudonym: 'employee-1', reason: 'x' },
        'grant-unlock': { unlock: newId('unl'), reason: 'x' },
        'list-unlocks': {},
        'close-incident': { version: 1, summary: 'x' },
        'reopen-incident': { reason: 'x' },
        'compose-paper': { paper: 'board-brief' },
        'issue-paper': { paper: 'board-brief', version: 1 },
        'show-paper': { issued: newId('pap') },
        'show-holding-statement': {},
        'export-veris': {},
        'export-dpv': {},
        'set-leaks': { version: 0, leaks: [LIST] },
        'show-leaks': {},
        'list-runs': {},
        'show-run': { job: newId('job') },
        'erase-run-answer': { job: newId('job') },
        'show-import': {},
        'fulfil-duty': { duty: 'EU/authority', at: TELL.due, text: 'x' },
        'excuse-duties': { duties: ['EU/authority'], reason: 'x' },
        'reopen-duty': { duty: 'EU/authority', reason: 'x' },
        ...AFTERWARDS_INPUTS,
      };
      const others = incidentOperations
        .map(({ name }) => name)
        .filter(
          (name) =>
            !/^(open-incident|list-incidents|import-veris|export-breach-register|(?:ask|confirm)-hand-over|list-(?:hand-overs|holding-statements)|list-inbox|list-person-inbox|list-clocks|list-waiting|list-entries|prove-entry)$/.test(
              name,
            ),
        );
      assert.deepEqual(Object.keys(inputs).sort(), others.sort(), 'each operation on an incident is here');
      for (const [name, input] of Object.entries(inputs)) {
        const words: string[] = [];
        for (const id of [incident, missing, "'; DROP TABLE incidents; --"])
          await refuses(ask(as(DI), name, { ...input, incident: id }), 'incident-not-found', ({ message }) =>
            words.push(message.replace(id, 'ID')),
          );
        assert.equal(new Set(words).size, 1, name);
      }
      await refuses(show(incident, EVE), 'incident-not-found');
      const listed = async (who: Actor) =>
        (await ask<IncidentsListed>(as(who), 'list-incidents', { most: 200 })).incidents.map(({ id }) => id);
      assert.ok(!(await listed(DI)).includes(incident));
      assert.ok((await listed(BO)).includes(incident));
      await restrict(null);
      assert.equal((await show(incident, EVE)).restrictedTo, undefined);
    });

    test('the auditor reads and changes nothing; support only speaks with people; an administrator has no business here', async () => {
      const may = (name: string) => incidentOperations.find((one) => one.name === name)?.may ?? [];
      for (const { name, method, may: roles } of incidentOperations) {
        assert.ok(roles.length > 0, `${name} is not for everybody`);
        // Who is gone is followed by somebody, and people and keys have entries of their own: neither shows anything of incidents.
        const isOfNone = /-hand-overs?$|^(?:list-entries|prove-entry)$/.test(name);
        assert.equal(roles.includes('administrator'), isOfNone, name);
        // Agents speak with people, see what one person wrote, and what may be said.
        const speaks = /^(add|answer)-inbox-item$|^list-person-inbox$|-holding-statements?$/.test(name);
        assert.equal(roles.includes('support-agent'), speaks, name);
        if (method !== 'GET') assert.ok(!roles.includes('auditor'), name);
      }
      assert.ok(may('show-incident').includes('auditor'));
      for (const { name, may: roles, run } of incidentOperations)
        for (const role of ROLES.filter((one) => !roles.includes(one)))
          await refuses(run(as(actor('usr_x', role)), {}), 'not-permitted', ({ message }) =>
            assert.match(message, /role/, name),
          );
      await refuses(show(await opened(), actor('usr_nobody')), 'not-permitted');
    });

    test('what waits for somebody: their own tasks and others’ proposals, due first, and nothing that they may not see', async () => {
      const incident = await opened({ ...LABEL, title: 'A parcel of letters' });
      const waits = async (who: Actor, most = 200) => {
        const { waiting, isMore } = await ask<WaitingListed>(as(who), 'list-waiting', { most });
        return { isMore, waiting: waiting.filter((one) => one.incident === incident) };
      };
      const told = async (who: Actor) =>
        (await waits(who)).waiting.map(({ kind, what, answer, isOverdue }) => [
          kind,
          what ?? answer,
          isOverdue,
        ]);
      assert.deepEqual(await told(DI), []);
      const task = (what: string, hours: number) =>
        ask<Changed>(as(ADA), 'add-task', {
          incident,
          what,
          owner: 'usr_di',
          due: new Date(at + hours * 3_600_000).toISOString(),
        });
      await task('ask the carrier', 48);
      await task('ring the customer', -1);
      const [due] = await told(DI);
      assert.deepEqual(due, ['task', 'ring the customer', true]);
      assert.deepEqual(await told(BO), [], 'tasks of others');
      const proposal = (await decide(incident, BO, { step: 'proposal', ...TELL })).id;
      assert.deepEqual(await told(DI), [
        ['task', 'ring the customer', true],
        ['task', 'ask the carrier', false],
        ['proposal', 'tell-authority', false],
      ]);
      assert.deepEqual(await told(BO), [], 'one’s own proposal');
      assert.deepEqual(await told(EVE), [], 'an auditor decides nothing');
      assert.equal((await ask<WaitingListed>(as(DI), 'list-waiting', { most: 1 })).isMore, true);
      await ask(as(ADA), 'restrict-incident', { incident, people: ['usr_ada', 'usr_bo'], reason: 'r' });
      assert.deepEqual(await told(DI), [], 'a restricted incident');
      await ask(as(ADA), 'restrict-incident', { incident, people: null, reason: 'r' });
      await decide(incident, ADA, { ...TELL, proposal });
      assert.deepEqual(
        (await told(DI)).map(([kind]) => kind),
        ['task', 'task'],
      );
    });

    test('pages hold each incident once, in order, and `next` is opaque to whoever made it up', async () => {
      for (let n = 0; n < 7; n += 1) {
        at += 1000;
        await opened({ ...LABEL, title: `Page ${n}` });
      }
      const seen: string[] = [];
      for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
        const page: IncidentsListed = await ask(as(EVE), 'list-incidents', { most: 3, after: next });
        seen.push(...page.incidents.map(({ id }) => id));
        next = page.next;
      }
      const all: IncidentsListed = await ask(as(EVE), 'list-incidents', { most: 200 });
      assert.deepEqual(
        seen,
        all.incidents.map(({ id }) => id),
      );
      assert.deepEqual(
        all.incidents.slice(0, 2).map(({ title }) => title),
        ['Page 6', 'Page 5'],
      );
      const closed: IncidentsListed = await ask(as(EVE), 'list-incidents', { state: 'closed', most: 200 });
      assert.ok(closed.incidents.length > 0 && closed.incidents.every(({ state }) => state === 'closed'));
      const named: IncidentsListed = await ask(as(EVE), 'list-incidents', { title: 'pAGE 4' });
      assert.deepEqual(
        named.incidents.map(({ title }) => title),
        ['Page 4'],
      );
      const [{ id = '' } = {}] = named.incidents;
      await ask(as(ADA), 'restrict-incident', { incident: id, people: ['usr_ada', 'usr_bo'], reason: 'r' });
      const hidden: IncidentsListed = await ask(as(EVE), 'list-incidents', { title: 'page 4' });
      assert.deepEqual(hidden.incidents, [], 'whoever may not see it does not find its title');
      await ask(as(ADA), 'restrict-incident', { incident: id, people: null, reason: 'r' });
      for (const after of ['x', '1.inc_x', `99999999999999.${newId('inc')}`, `1.${newId('tsk')}`])
        await refuses(ask(as(EVE), 'list-incidents', { after }), 'usage');
      const far = { incident: seen[0], what: 'x', owner: 'usr_bo', due: '2026-11-25T09:00:00-14:00' };
      await ask(as(BO), 'add-task', far);
      await ask(as(EVE), 'list-incidents', { most: 1 });
    });

    test('no entry holds what somebody typed; erasing it leaves null for every reader', async () => {
      const typed = 'Ada-Lovelace-1815';
      const text = `${typed} called`;
      const incident = await opened({
        ...LABEL,
        title: text,
        cause: { ...LABEL.cause, summary: text },
        times: { aware: { at: '2026-11-22T09:00:00+01:00', saidBy: text } },
        estimate: { min: 1, max: 1, by: text },
        records: { min: 1, max: 1, by: text },
        reportedBy: { as: 'customer', name: text, contact: text },
        site: text,
        brand: text,
        entity: { name: text },
        role: { as: 'processor', for: text },
        contactPoint: text,
        effects: text,
        remedies: text,
        delay: text,
      });
      await ask(as(BO), 'add-note', { incident, text });
      await ask(as(BO), 'add-evidence', {
        incident,
        kind: 'file',
        sha256: 'a'.repeat(64),
        bytes: 12,
        name: text,
        origin: text,
      });
      const task = await ask<Changed>(as(BO), 'add-task', {
        incident,
        what: text,
        owner: 'usr_bo',
        due: TELL.due,
      });
      await ask(as(BO), 'finish-task', { incident, task: task.id, outcome: 'excused', text });
      await decide(incident, ADA, { answer: 'register-only', reason: text });
      await ask(as(ADA), 'restrict-incident', { incident, people: ['usr_ada'], reason: text });
      await ask(as(ADA), 'close-incident', { incident, version: 1, summary: text });
      await ask(as(ADA), 'reopen-incident', { incident, reason: text });
      const before = JSON.stringify(await show(incident)).split(typed).length - 1;
      assert.ok(before >= 40, `${before} times`);
      const inClear = await db.rows(
        "SELECT index FROM register_entries WHERE position(:typed::text IN convert_from(entry, 'UTF8')) > 0",
        { typed },
      );
      assert.deepEqual(inClear, []);
      for (const { entry, texts } of (await show(incident)).timeline)
        for (const name of Object.keys(texts)) await ask(as(ADA), 'erase-text', { incident, entry, name });
      const shown = await show(incident);
      assert.doesNotMatch(JSON.stringify(shown), new RegExp(typed));
      assert.deepEqual([shown.title, shown.estimate?.by, shown.evidence[0]?.name], [null, null, null]);
      for (const table of [
        'incidents',
        'incident_versions',
        'incident_decisions',
        'incident_tasks',
        'register_texts',
      ])
        assert.deepEqual(
          await db.rows(`SELECT 1 FROM ${table} t WHERE position(:typed::text IN t::text) > 0`, { typed }),
          [],
          table,
        );
    });

    test('a name is unlocked by two people, each with a reason, for a time, in one run’s answer', async () => {
      const incident = await opened();
      const evidence = { sha256: '0'.repeat(64), bytes: 1, name: 'answer.json', origin: 'Scope.' };
      const { id: run = '' } = await ask<Changed>(as(BO), 'add-evidence', {
        incident,
        kind: 'run',
        ...evidence,
      });
      const file = await ask<Changed>(as(BO), 'add-evidence', { incident, kind: 'file', ...evidence });
      const given = { incident, run, pseudonym: 'employee-1', reason: 'Works council informed.', hours: 2 };
      const isOpen = async (name: object = {}) =>
        (await unlockedUntil(db, { incident, run, pseudonym: 'employee-1', ...name }, now())) !== undefined;
      const list = async () => (await ask<UnlocksListed>(as(EVE), 'list-unlocks', { incident })).unlocks;
      const grant = (who: Actor, unlock = '', reason = 'I have seen the evidence.') =>
        ask<Changed>(as(who), 'grant-unlock', { incident, unlock, reason });

      for (const who of [BO, EVE]) await refuses(ask(as(who), 'ask-unlock', given), 'not-permitted');
      for (const wrong of [newId('evi'), file.id])
        await refuses(ask(as(ADA), 'ask-unlock', { ...given, run: wrong }), 'run-not-found');
      await refuses(ask(as({ ...ADA, via: 'program' }), 'ask-unlock', given), 'not-permitted');
      const { id } = await ask<Changed>(as(ADA), 'ask-unlock', given);
      assert.equal((await list())[0]?.state, 'asked');
      assert.equal(await isOpen(), false, 'one person is not enough');
      await refuses(grant(ADA, id), 'own-unlock');
      await refuses(grant(tokenOf(ADA), id), 'own-unlock');
      await refuses(grant({ ...CY, via: 'program' }, id), 'not-permitted');
      await refuses(grant(CY, newId('unl')), 'unlock-not-found');
      await refuses(grant(BO, id), 'not-permitted');
      assert.equal(await isOpen(), false);

      await grant(CY, id);
      assert.equal(await isOpen(), true);
      const [unlock] = await list();
      assert.deepEqual(
        [unlock?.state, unlock?.askedBy, unlock?.reason, unlock?.grantedBy, unlock?.grantedReason],
        ['granted', 'usr_ada', 'Works council informed.', 'usr_cy', 'I have seen the evidence.'],
      );
      await refuses(grant(DI, id), 'incident-refuses');
      for (const other of [{ pseudonym: 'employee-2' }, { run: file.id }, { incident: newId('inc') }])
        assert.equal(await isOpen(other), false, JSON.stringify(other));
      at += 2 * 3_600_000;
      assert.equal(await isOpen(), false, 'its time is over');
      assert.equal((await list())[0]?.state, 'over');

      const late = await ask<Changed>(as(CY), 'ask-unlock', given);
      at += 72 * 3_600_000;
      await refuses(grant(ADA, late.id), 'incident-refuses', ({ message }) =>
        assert.match(message, /lapsed/),
      );
      assert.equal(await isOpen(), false);
    });

    test('input is strict and capped', () => {
      const bad = (given: object) => OpenIncident.safeParse({ ...LABEL, ...given }).success;
      assert.ok(bad({}));
      for (const given of [
        { extra: 1 },
        { title: '' },
        { title: ' \t ' },
        { title: 'a\nb' },
        { title: 'x'.repeat(301) },
        { title: 'half \ud800' },
        { title: '\u200b\u2060\u00ad' },
        { cause: { action: 'error', actor: 'internal', summary: '\u2800 \u3164' } },
        { kind: 'nonsense' },
        { cause: { action: 'error', variety: 'Theft', actor: 'internal' } },
        { cause: { action: 'toString', variety: 'name', actor: 'internal' } },
        { times: { aware: { at: '2026-11-22T09:00:00', saidBy: 'x' } } },
        { times: { aware: { at: '2026-11-22T09:00:00Z' } } },
        { times: { aware: { at: '2026-11-22T09:00:00+16:00', saidBy: 'x' } } },
        { times: { closed: { at: '2026-11-22T09:00:00Z', saidBy: 'x' } } },
        { estimate: { min: 3, max: 2, by: 'x' } },
        { estimate: { min: 1, max: 2 } },
        { estimate: { min: 1, max: 2, by: 'x', run: 'inc_1' } },
        { reportedBy: { as: 'nobody' } },
        { reportedBy: { name: 'x' } },
        { role: { as: 'processor' } },
        { role: { as: 'controller', for: 'x' } },
        { entity: { name: 'x', country: 'Luxembourg' } },
        { categories: {} },
        { categories: { data: ['shoe-size'] } },
        { site: 'a\nb' },
      ])
        assert.ok(!bad(given), JSON.stringify(given));
      const set = (given: object) => SetIncidentFacts.safeParse({ incident: 'x', ...given }).success;
      assert.ok(set({ version: 1, title: 'y' }));
      assert.ok(!set({ title: 'y' }), 'without a version');
      assert.ok(!set({ version: 1 }), 'without a change');
      const decided = { incident: 'x', version: 1, step: 'decision', answer: 'register-only' };
      assert.ok(Decide.safeParse({ ...decided, reason: '宛先違い' }).success);
      assert.ok(!Decide.safeParse({ ...decided, reason: '\u200b' }).success, 'a reason that nobody can read');
    });
  });
}
suite('embedded', undefined);
suite('server', whyNoPostgres());
