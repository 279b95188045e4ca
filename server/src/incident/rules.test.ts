import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type Answer, INCIDENT_STATES, newId } from '@forthright/contract';
import {
  awareSeconds,
  blockersOf,
  changed,
  differences,
  endedBy,
  futureTimes,
  isOwnProposal,
  MOVES,
  nextSteps,
  overdueSteps,
} from './rules.ts';
import type { Act, Decision, Incident, Task } from './types.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const AWARE = { aware: { at: '2026-11-22T11:00:00+01:00', saidBy: 'the shift lead' } };
const decision = (step: Decision['step'], answer: Answer, others: Partial<Decision> = {}): Decision => ({
  id: newId('dec'),
  step,
  answer,
  by: 'usr_ada',
  at: NOW,
  reason: 'r',
  ...others,
});
const task = (due: string, others: Partial<Task> = {}): Task => ({
  id: newId('tsk'),
  kind: 'task',
  what: 'Ban the seller',
  owner: 'usr_bo',
  due,
  state: 'open',
  ...others,
});
const incident = (others: Partial<Incident> = {}): Incident => ({
  id: newId('inc'),
  version: 1,
  state: 'open',
  facts: { title: 'One label', kind: 'misdelivery', times: AWARE },
  openedAt: NOW,
  openedBy: 'usr_ada',
  decisions: [],
  tasks: [],
  evidence: [],
  matters: { first: [], counts: {} },
  delays: [],
  duties: { first: [], count: 0, isAwaited: false },
  campaigns: [],
  ...others,
});
const kinds = (one: Incident) => blockersOf(one, NOW).map(({ blocker }) => blocker);

describe('moves', () => {
  test('docs/record.md shows the table of states and moves', () => {
    const page = readFileSync(new URL('../../../docs/record.md', import.meta.url), 'utf8');
    const acts = Object.keys(MOVES.open) as Act[];
    for (const act of acts) {
      const cells = INCIDENT_STATES.map((state) => {
        const move = MOVES[state][act];
        return 'to' in move ? `→ ${move.to}` : `no: ${move.no}`;
      });
      const row = `| \`${act}\` | ${cells.join(' | ')} |`;
      assert.ok(page.includes(row), `docs/record.md lacks this row:\n${row}`);
    }
  });

  test('nothing but reopening leads out of closed', () => {
    for (const [act, move] of Object.entries(MOVES.closed))
      if ('to' in move && act !== 'reopen') assert.equal(move.to, 'closed', act);
  });
});

describe('what blocks closing', () => {
  test('a decision, an awareness time, and every task done or excused are needed', () => {
    assert.deepEqual(kinds(incident()), ['no-decision']);
    assert.deepEqual(kinds(incident({ facts: { title: 'x', kind: 'other', times: {} } })), [
      'not-aware',
      'no-decision',
    ]);
    const decided = { decisions: [decision('decision', 'register-only')] };
    assert.deepEqual(kinds(incident(decided)), []);
    const due = '2026-11-20T12:00:00Z';
    const tasks = [
      task(due),
      task(due, { kind: 'duty', answer: 'tell-authority' }),
      task(due, { state: 'done' }),
      task(due, { state: 'excused' }),
    ];
    assert.deepEqual(kinds(incident({ ...decided, tasks })), ['open-task', 'open-duty']);
  });

  test('a proposal waits for its decision; one that is decided does not', () => {
    const proposal = decision('proposal', 'tell-people');
    const decided = decision('decision', 'tell-people');
    assert.deepEqual(kinds(incident({ decisions: [proposal] })), ['no-decision', 'open-proposal']);
    assert.deepEqual(kinds(incident({ decisions: [{ ...proposal, endedBy: decided.id }, decided] })), []);
  });

  test('a decision that another one ended is none', () => {
    assert.deepEqual(
      kinds(incident({ decisions: [decision('decision', 'register-only', { endedBy: 'dec_x' })] })),
      ['no-decision'],
    );
  });
});

describe('what is next', () => {
  test('in the first hour: when aware, contain, estimate, cause, decide', () => {
    const first = incident({ facts: { title: 'x', kind: 'other', times: {} } });
    assert.deepEqual(
      nextSteps(first, NOW).map(({ step }) => step),
      ['say-when-aware', 'contain', 'estimate', 'name-cause', 'decide'],
    );
  });

  test('tasks by their due time across zones; closing last, and only when nothing blocks it', () => {
    const early = task('2026-11-22T13:00:00+02:00');
    const late = task('2026-11-22T12:30:00Z');
    const decided = incident({ state: 'decided', decisions: [decision('decision', 'register-only')] });
    const steps = nextSteps({ ...decided, tasks: [late, early] }, NOW);
    assert.deepEqual(
      steps.filter(({ step }) => step === 'do-task').map(({ of }) => of),
      [early.id, late.id],
    );
    assert.ok(!steps.some(({ step }) => step === 'close'));
    assert.ok(nextSteps(decided, NOW).some(({ step }) => step === 'close'));
    assert.deepEqual(nextSteps({ ...decided, state: 'closed' }, NOW), []);
  });

  test('overdue is an open task whose time is over, by the instant and not by its digits', () => {
    const over = task('2026-11-22T13:30:00+02:00');
    const ahead = task('2026-11-22T10:30:00-02:00');
    const done = task('2020-01-01T00:00:00Z', { state: 'done' });
    assert.deepEqual(
      overdueSteps(incident({ tasks: [ahead, over, done] }), NOW).map(({ of }) => of),
      [over.id],
    );
  });

  test('the awareness clock runs until now, and stops when the incident is closed', () => {
    assert.equal(awareSeconds(incident(), NOW), 7200);
    assert.equal(awareSeconds(incident({ closedAt: new Date('2026-11-22T10:30:00Z') }), NOW), 1800);
    assert.equal(awareSeconds(incident({ facts: { title: 'x', kind: 'other', times: {} } }), NOW), undefined);
  });
});

describe('decisions', () => {
  const cases: readonly (readonly [Answer, Answer, boolean])[] = [
    ['register-only', 'register-only', true],
    ['register-only', 'tell-authority', true],
    ['tell-people', 'register-only', true],
    ['tell-people', 'tell-people', true],
    ['tell-people', 'tell-authority', false],
    ['tell-authority', 'tell-people', false],
  ];
  for (const [made, standing, ends] of cases)
    test(`${made} ${ends ? 'ends' : 'stands beside'} ${standing}`, () => {
      const one = decision('decision', standing);
      assert.deepEqual(endedBy(made, incident({ decisions: [one] })), ends ? [one] : []);
    });

  test('who proposed neither decides that proposal nor the same thing beside it', () => {
    const own = decision('proposal', 'tell-people');
    const decisions = [own, decision('proposal', 'register-only', { by: 'usr_bo' })];
    const one = incident({ decisions });
    assert.ok(isOwnProposal('usr_ada', 'register-only', own.id, one), 'with another answer');
    assert.ok(isOwnProposal('usr_ada', 'tell-people', undefined, one), 'beside it');
    assert.ok(!isOwnProposal('usr_bo', 'tell-people', own.id, one));
    assert.ok(!isOwnProposal('usr_ada', 'register-only', decisions[1]?.id, one));
    const over = incident({ decisions: [{ ...own, endedBy: 'dec_x' }] });
    assert.ok(!isOwnProposal('usr_ada', 'tell-people', undefined, over), 'once it is decided');
  });
});

describe('facts', () => {
  const { facts } = incident();

  test('what is not given stays, and null takes a time back', () => {
    const estimate = { min: 1, max: 9, by: 'the shift lead' };
    assert.deepEqual(changed(facts, { estimate, times: { aware: null } }), { ...facts, estimate, times: {} });
    assert.deepEqual(changed(facts, { title: undefined }), facts);
  });

  test('a conflict shows both sides of each field that differs', () => {
    const yours = changed(facts, { title: 'Two labels', estimate: { min: 1, max: 2, by: 'Bo' } });
    const now = changed(facts, { title: 'Three labels', times: { aware: null } });
    assert.deepEqual(differences(yours, now), [
      { at: 'title', message: 'yours: Two labels; now: Three labels' },
      {
        at: 'times.aware',
        message: 'yours: 2026-11-22T11:00:00+01:00, said by the shift lead; now: nothing',
      },
      { at: 'estimate', message: 'yours: 1 to 2, estimated by Bo; now: nothing' },
    ]);
    assert.deepEqual(
      differences(facts, { ...facts, title: null })[0]?.message,
      'yours: One label; now: (erased)',
    );
    assert.deepEqual(differences(facts, facts), []);
  });

  test('a time that lies ahead has not been', () => {
    const at = (text: string) => futureTimes({ aware: { at: text, saidBy: 'x' } }, NOW).length;
    assert.equal(at('2026-11-22T13:04:00+01:00'), 0, 'a clock may be four minutes off');
    assert.equal(at('2026-11-22T12:04:00-01:00'), 1);
  });
});
