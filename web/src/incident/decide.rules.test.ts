import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Answer,
  type Decision,
  overtaken,
  type Step,
  since,
  stepsOf,
  type Typed,
} from './decide.rules.ts';

const proposed = (id: string, by: string, answer: Answer, endedBy?: string): Decision => ({
  id,
  step: 'proposal',
  answer,
  reason: 'r',
  by,
  at: '2026-11-22T10:00:00Z',
  ...(endedBy === undefined ? {} : { endedBy }),
});
const decided: Decision = { ...proposed('dec_d', 'usr_di', 'register-only'), step: 'decision' };
const tell = proposed('dec_t', 'usr_bo', 'tell-authority');

type Roles = Parameters<typeof stepsOf>[0]['roles'];
const OFFICER: Roles = ['investigator', 'privacy-officer'];
const ALL = ['register-only', 'tell-authority', 'tell-people'];

const CASES: readonly (readonly [string, string, Roles, readonly Decision[], unknown[]])[] = [
  ['an officer decides', 'usr_ada', OFFICER, [], [['decide', undefined, ALL]]],
  ['an officer decides anew', 'usr_ada', OFFICER, [decided], [['decide', undefined, ALL]]],
  [
    'an officer answers what is proposed, and not beside it',
    'usr_ada',
    OFFICER,
    [tell],
    [['sign', 'dec_t', ALL]],
  ],
  [
    'an officer decides all but what they have proposed',
    'usr_bo',
    OFFICER,
    [tell],
    [['decide', undefined, ['register-only', 'tell-people']]],
  ],
  [
    'an officer gives no proposal the answer that is their own',
    'usr_ada',
    OFFICER,
    [tell, proposed('dec_o', 'usr_ada', 'tell-authority')],
    [['sign', 'dec_t', ['register-only', 'tell-people']]],
  ],
  [
    'what was decided is not offered again',
    'usr_cy',
    ['approver'],
    [proposed('a', 'b', 'tell-people', 'c')],
    [],
  ],
  [
    'an approver agrees, and no more',
    'usr_cy',
    ['approver'],
    [tell],
    [['sign', 'dec_t', ['tell-authority']]],
  ],
  ['an approver starts nothing', 'usr_cy', ['approver'], [], []],
  ['an investigator proposes', 'usr_bo', ['investigator'], [tell], [['propose', undefined, ALL]]],
  [
    'an investigator who may approve agrees to what is not their own',
    'usr_bo',
    ['investigator', 'approver'],
    [tell, proposed('dec_o', 'usr_ada', 'register-only')],
    [
      ['sign', 'dec_o', ['register-only']],
      ['propose', undefined, ALL],
    ],
  ],
  ['an auditor is offered nothing', 'usr_eve', ['auditor'], [tell], []],
];

for (const [name, id, roles, decisions, expected] of CASES)
  test(name, () => {
    assert.deepEqual(
      stepsOf({ person: { id }, roles }, { state: 'open', decisions }).map(({ kind, proposal, answers }) => [
        kind,
        proposal?.id,
        answers,
      ]),
      expected,
    );
  });

test('nothing is offered once the incident is closed', () => {
  assert.deepEqual(
    stepsOf({ person: { id: 'usr_ada' }, roles: OFFICER }, { state: 'closed', decisions: [tell] }),
    [],
  );
});

const SIGN: Step = { kind: 'sign', proposal: tell, answers: ['tell-authority'] };
const ANEW: Step = { kind: 'decide', answers: ['register-only'] };
const typed = (step: Step, seen: number): Typed => ({ step, reason: 'mine', read: { version: 1, seen } });

test('what was decided while somebody typed is told apart from what they had read', () => {
  assert.deepEqual(since(typed(SIGN, 1), [tell]), []);
  assert.deepEqual(since(typed(SIGN, 1), [tell, decided]), [decided]);
});

test('what was typed upon a proposal that somebody else has decided is not lost with its form', () => {
  const both = [typed(SIGN, 1), typed(ANEW, 1)];
  assert.deepEqual(overtaken(both, [SIGN, ANEW]), []);
  assert.deepEqual(overtaken([{ ...typed(SIGN, 1), reason: '' }], []), [], 'nothing was written');
  assert.deepEqual(overtaken(both, [{ ...ANEW, answers: ['tell-people'] }]), [both[0]]);
});
