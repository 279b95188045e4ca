/** What the page offers of deciding, held against the server: all of it is taken, and nothing is kept back but by name. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ANSWERS, type Changed, ForthrightError, type IncidentShown } from '@forthright/contract';
import { actor, ask, openRecord } from '../../server/src/incident/testing.ts';
import type { Db } from '../../server/src/platform/db/index.ts';
import type { Actor } from '../../server/src/prove/index.ts';
import { stepsOf } from '../../web/src/incident/decide.rules.ts';

const ADA = actor('usr_ada', 'privacy-officer');
const BO = actor('usr_bo', 'investigator');
const PEOPLE = [
  ADA,
  BO,
  actor('usr_cy', 'approver'),
  actor('usr_di', 'privacy-officer', 'investigator'),
  actor('usr_eve', 'auditor'),
  actor('usr_other', 'investigator', 'approver'),
];

type Given = Readonly<{ step: 'proposal' | 'decision'; answer: string; due?: string; proposal?: string }>;
const withDue = (given: Given): Given =>
  given.answer === 'register-only' ? given : { ...given, due: '2026-11-25T09:00:00Z' };
const propose = (answer: string): Given => ({ step: 'proposal', answer });

/** What stands of an incident before somebody looks at it. */
const STATES: readonly (readonly [string, readonly (readonly [Actor, Given])[]])[] = [
  ['nothing', []],
  ['a decision', [[ADA, { step: 'decision', answer: 'register-only' }]]],
  ['a proposal of an investigator', [[BO, propose('tell-authority')]]],
  ['a proposal of an officer', [[ADA, propose('tell-people')]]],
  [
    'two proposals of one answer',
    [
      [BO, propose('tell-authority')],
      [ADA, propose('tell-authority')],
    ],
  ],
];

const now = () => new Date('2026-11-22T10:00:00Z');
let folder: string;
let db: Db;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'forthright-decide-'));
  db = await openRecord({ folder, now });
});
after(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const decide = (who: Actor, incident: string, given: Given) =>
  ask<Changed>({ db, actor: who, now }, 'decide', { incident, version: 1, reason: 'r', ...withDue(given) });

async function madeWith(stands: readonly (readonly [Actor, Given])[]): Promise<IncidentShown> {
  const asked = { db, actor: ADA, now };
  const { incident } = await ask<Changed>(asked, 'open-incident', { title: 't', kind: 'other' });
  for (const [who, given] of stands) await decide(who, incident, given);
  return ask<IncidentShown>(asked, 'show-incident', { incident });
}

for (const [name, stands] of STATES)
  test(`with ${name}, everybody is offered what the server takes from them`, async () => {
    let shown = await madeWith(stands);
    for (const who of PEOPLE) {
      const proposals = shown.decisions.filter(({ step }) => step === 'proposal').map((_, at) => at);
      for (const about of [undefined, ...proposals, 'new'] as const)
        for (const answer of ANSWERS) {
          const proposal = typeof about === 'number' ? shown.decisions[about]?.id : undefined;
          const kind = about === 'new' ? 'propose' : about === undefined ? 'decide' : 'sign';
          const steps = stepsOf({ person: { id: who.account }, roles: who.roles }, shown);
          const isOffered = steps.some(
            (one) => one.kind === kind && one.proposal?.id === proposal && one.answers.includes(answer),
          );
          const taken = await decide(who, shown.id, {
            step: kind === 'propose' ? 'proposal' : 'decision',
            answer,
            ...(proposal === undefined ? {} : { proposal }),
          }).then(
            () => true,
            (error: unknown) => {
              assert.ok(error instanceof ForthrightError, String(error));
              return false;
            },
          );
          // An officer has no need to propose, and would leave a proposal open by deciding beside it.
          const isKeptBack =
            who.roles.includes('privacy-officer') &&
            (kind === 'propose' || (kind === 'decide' && steps.some((one) => one.kind === 'sign')));
          assert.equal(
            isOffered,
            taken && !isKeptBack,
            `${who.account}: ${kind} ${answer} ${proposal ?? ''}`,
          );
          if (taken) shown = await madeWith(stands);
        }
    }
  });
