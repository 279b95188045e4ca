/** Every deed on incidents, their files and runs, and the register's own. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Changed,
  type HandOverTaken,
  newId,
  type PersonErased,
  ROLES,
  type StepTaken,
} from '@forthright/contract';
import { parseVerifierKey } from '@forthright/register';
import { exportIncident } from '../../server/src/incident/export.ts';
import { keepContent } from '../../server/src/incident/files.ts';
import { AFTERWARDS_INPUTS } from '../../server/src/incident/matters/testing.ts';
import { askRun, cancelRun, failRun, finishRun, SCOPE_RUN } from '../../server/src/incident/runs.ts';
import { actor, ask, lostFiles, seat, strays } from '../../server/src/incident/testing.ts';
import type { Db, Reads } from '../../server/src/platform/db/index.ts';
import type { Held } from '../../server/src/platform/queue/index.ts';
import {
  continueRegister,
  deed,
  erasePerson,
  makeCheckpoint,
  record,
  registerKeys,
  revokeKey,
  rotateKey,
} from '../../server/src/prove/index.ts';
import { type Deeds, openIn, type World } from './process.ts';

const AWARE = { at: '2026-01-02T09:00:00+01:00', saidBy: 'the shift lead' };
const DUE = '2026-11-25T09:00:00+01:00';

async function opened({ asked }: World): Promise<Changed> {
  await seat(asked.db);
  return ask(asked, 'open-incident', { title: 'A label', kind: 'misdelivery', times: { aware: AWARE } });
}

/** Opens an incident, does what must come before, then the operation itself. */
const upon =
  (name: string, input: (before: Changed, first: Changed) => object, ...before: [string, object][]) =>
  async (world: World): Promise<Changed> => {
    const first = await opened(world);
    const { incident } = first;
    let last = first;
    for (const [earlier, given] of before) last = await ask(world.asked, earlier, { incident, ...given });
    return world.does(() => ask(world.asked, name, { incident, ...input(last, first) }));
  };

/** These can sign in, as far as a record can tell. */
const officers = (db: Db): Promise<number> =>
  db.transaction((tx) =>
    tx.run("UPDATE accounts SET signed_in_at = now() WHERE id IN ('usr_ada', 'usr_cy')", {}),
  );

async function handOver({ asked }: World): Promise<HandOverTaken> {
  await seat(asked.db);
  await officers(asked.db);
  return ask(asked, 'ask-hand-over', { from: 'usr_ada', to: 'usr_cy', reason: 'Left.' });
}

const DECIDE = { version: 1, step: 'decision', reason: 'Returned unopened.' };
const ALONE: [string, object] = ['decide', { ...DECIDE, answer: 'register-only' }];
const TASK: [string, object] = ['add-task', { what: 'Ban the seller', owner: 'usr_bo', due: DUE }];
const CLOSE: [string, object] = ['close-incident', { version: 1, summary: 'Destroyed.' }];

/** Another file each time. */
async function* pieces(incident: string): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < 50; n += 1) yield Buffer.from(`${incident} ${n}\n`.repeat(500));
}

/** Upon a matter that the steps before have made; `of` is what its path calls it. Inputs are those of the tests. */
const uponMatter =
  (of: string, name: string, ...before: string[]) =>
  async (world: World): Promise<Changed> => {
    const { incident } = await opened(world);
    let id: string | undefined;
    const inputOf = (step: string) => ({
      ...AFTERWARDS_INPUTS[step],
      incident,
      ...(id === undefined ? {} : { [of]: id }),
    });
    for (const step of before) {
      const made = await ask<Changed>(world.asked, step, inputOf(step));
      id ??= made.id;
    }
    return world.does(() => ask(world.asked, name, inputOf(name)));
  };

const cohortFor = async ({ asked }: World) => ({
  ...(await keepContent(asked.db, pieces('people'))),
  people: 1,
});

const ofRecipient = (name: string, ...before: string[]) => uponMatter('recipient', name, ...before);
const ofItem = (name: string, ...before: string[]) => uponMatter('item', name, ...before);
const ofBan = (name: string, ...before: string[]) => uponMatter('ban', name, ...before);
const ofDelay = (name: string, ...before: string[]) => uponMatter('delay', name, ...before);
const ofPerson = (name: string, ...before: string[]) => uponMatter('concerned', name, ...before);
const ofInquiry = (name: string, ...before: string[]) => uponMatter('inquiry', name, ...before);

/** What follows a breach. */
const AFTERWARDS: Readonly<Record<string, (world: World) => Promise<Changed | number>>> = {
  'add-recipient': ofRecipient('add-recipient'),
  'write-recipient-letter': ofRecipient('write-recipient-letter', 'add-recipient'),
  'hand-over-recipient-letter': ofRecipient(
    'hand-over-recipient-letter',
    'add-recipient',
    'write-recipient-letter',
  ),
  'record-undertaking': ofRecipient('record-undertaking', 'add-recipient'),
  'give-up-recipient': ofRecipient('give-up-recipient', 'add-recipient'),
  'add-inbox-item': ofItem('add-inbox-item'),
  'assign-inbox-item': ofItem('assign-inbox-item', 'add-inbox-item'),
  'answer-inbox-item': ofItem('answer-inbox-item', 'add-inbox-item'),
  'extend-inbox-item': ofItem('extend-inbox-item', 'add-inbox-item'),
  'close-inbox-item': ofItem('close-inbox-item', 'add-inbox-item'),
  'erase-person-texts': async (world) => {
    const { incident } = await opened(world);
    const given = { ...AFTERWARDS_INPUTS['add-inbox-item'], incident };
    const { person: whom } = await ask<StepTaken>(world.asked, 'add-inbox-item', given);
    const { entry } = await world.does(() =>
      ask<PersonErased>(world.asked, 'erase-person-texts', { incident, person: whom }),
    );
    return entry;
  },
  'add-seller-ban': ofBan('add-seller-ban'),
  'hand-over-seller-letter': ofBan('hand-over-seller-letter', 'add-seller-ban'),
  'carry-out-seller-ban': ofBan('carry-out-seller-ban', 'add-seller-ban', 'hand-over-seller-letter'),
  'record-seller-appeal': ofBan('record-seller-appeal', 'add-seller-ban', 'hand-over-seller-letter'),
  'decide-seller-ban': ofBan('decide-seller-ban', 'add-seller-ban'),
  'add-delay': ofDelay('add-delay'),
  'confirm-delay': async (world) => {
    const { incident } = await opened(world);
    const oral = { form: 'oral', writtenDue: '2099-11-20T12:00:00Z', proof: undefined };
    const asked = { ...AFTERWARDS_INPUTS['add-delay'], ...oral, incident };
    const { id } = await ask<StepTaken>(world.asked, 'add-delay', asked);
    const given = { ...AFTERWARDS_INPUTS['confirm-delay'], incident, delay: id };
    return world.does(() => ask(world.asked, 'confirm-delay', given));
  },
  'prolong-delay': ofDelay('prolong-delay', 'add-delay'),
  'end-delay': ofDelay('end-delay', 'add-delay'),
  'add-person': ofPerson('add-person'),
  'tell-person': ofPerson('tell-person', 'add-person'),
  'excuse-person': ofPerson('excuse-person', 'add-person'),
  'add-inquiry': ofInquiry('add-inquiry'),
  'answer-inquiry-question': ofInquiry('answer-inquiry-question', 'add-inquiry'),
  'move-inquiry-deadline': ofInquiry('move-inquiry-deadline', 'add-inquiry'),
  'finish-inquiry': ofInquiry('finish-inquiry', 'add-inquiry'),
};

const RUN: [string, object] = [
  'add-evidence',
  { kind: 'run', sha256: 'cd'.repeat(32), bytes: 3, name: 'answer.json', origin: 'Scope.' },
];
const UNLOCK = { pseudonym: 'employee-1', reason: 'The shift was theirs.' };

const person = (world: World) => `per_${world.asked.actor.id}`;

const LIST = { id: 'list', kind: 'list', fields: ['name'], people: { at: 'people.csv', id: 'id' } };
const FIGURES = { exposed: 1, unknown: 0, clear: 2, unidentified: 0, min: 1, max: 1, views: 1, gaps: 0 };
const ANSWER = { run: `run_${'0'.repeat(32)}`, figures: FIGURES, answer: '{}', workspace: 'ab'.repeat(32) };

async function withLeaks(world: World): Promise<string> {
  const { incident } = await opened(world);
  await ask(world.asked, 'set-leaks', { incident, version: 0, leaks: [LIST] });
  return incident;
}

/** A run's job, as somebody holds it who is about to end it. */
async function held(world: World): Promise<Held> {
  const { db } = world.asked;
  const { incident, id } = await askRun(world.asked, await withLeaks(world), true);
  await db.transaction((tx) =>
    tx.run(
      `UPDATE jobs SET state = 'running', attempt = 1, lease_until = clock_timestamp() + interval '1 hour' WHERE id = :id::text`,
      { id },
    ),
  );
  return { id, kind: SCOPE_RUN, subject: incident, input: {}, attempt: 1, mostAttempts: 3 };
}

/** Every operation on incidents and the register that changes something. */
export const DEEDS: Deeds = {
  'open-incident': (world) => world.does(() => opened(world)),
  'set-incident-facts': upon('set-incident-facts', () => ({ version: 1, title: 'Two labels', kind: 'loss' })),
  propose: upon('decide', () => ({ ...DECIDE, step: 'proposal', answer: 'tell-people', due: DUE })),
  decide: upon('decide', () => ({ ...DECIDE, answer: 'tell-people', due: DUE }), ALONE),
  'add-task': upon('add-task', () => TASK[1]),
  'finish-task': upon('finish-task', ({ id }) => ({ task: id, outcome: 'excused', text: 'Gone.' }), TASK),
  'add-note': upon('add-note', () => ({ text: 'The customer called.' })),
  'add-evidence': upon('add-evidence', () => ({
    kind: 'file',
    sha256: 'ab'.repeat(32),
    bytes: 3,
    name: 'a.log',
    origin: 'The web server.',
  })),
  'add-file': async (world) => {
    const { incident } = await opened(world);
    const asked = { ...world.asked, content: pieces(incident) };
    return world.does(() => ask(asked, 'add-file', { incident, name: 'a.log', origin: 'By mail.' }));
  },
  'erase-file': async (world) => {
    const { incident } = await opened(world);
    const asked = { ...world.asked, content: pieces(incident) };
    const { id } = await ask<Changed>(asked, 'add-file', { incident, name: 'a.log', origin: 'By mail.' });
    return world.does(() => ask<Changed>(world.asked, 'erase-file', { incident, file: id }));
  },
  'issue-paper': upon('issue-paper', () => ({ paper: 'authority-report', version: 1 })),
  'import-veris': (world) =>
    world.does(() =>
      ask<Changed>(world.asked, 'import-veris', {
        record: { schema_version: '1.4.1', incident_id: newId('evi'), summary: 'A label' },
      }),
    ),
  ...AFTERWARDS,
  'restrict-incident': upon('restrict-incident', () => ({ people: ['usr_ada'], reason: 'An insider.' })),
  'ask-hand-over': (world) => world.does(() => handOver(world)),
  'confirm-hand-over': async (world) => {
    const { incident } = await opened(world);
    await officers(world.asked.db);
    await ask<Changed>(world.asked, 'restrict-incident', { incident, people: ['usr_ada'], reason: 'x' });
    const { id } = await handOver(world);
    const second = { ...world.asked, actor: actor('usr_bo', ...ROLES) };
    const given = { handOver: id, reason: 'I agree.' };
    const { entry } = await world.does(() => ask<HandOverTaken>(second, 'confirm-hand-over', given));
    return entry;
  },
  'erase-text': upon('erase-text', (_, { entry }) => ({ entry, name: 'title' })),
  'ask-unlock': upon('ask-unlock', ({ id }) => ({ ...UNLOCK, run: id }), RUN),
  'grant-unlock': async (world) => {
    const { incident } = await opened(world);
    const { id: run } = await ask<Changed>(world.asked, 'add-evidence', { incident, ...RUN[1] });
    const { id } = await ask<Changed>(world.asked, 'ask-unlock', { incident, ...UNLOCK, run });
    const second = { ...world.asked, actor: actor('usr_bo', ...ROLES) };
    const grant = { incident, unlock: id, reason: 'I agree.' };
    return world.does(() => ask<Changed>(second, 'grant-unlock', grant));
  },
  'set-leaks': upon('set-leaks', () => ({ version: 0, leaks: [LIST] })),
  'run-scope': async (world) => {
    const incident = await withLeaks(world);
    return world.does(() => askRun(world.asked, incident, true));
  },
  'finish-run': async (world) => {
    const job = await held(world);
    const cohort = await cohortFor(world);
    await world.does(() => finishRun(world.asked, job, { ...ANSWER, cohort }));
    return undefined;
  },
  'fail-run': async (world) => {
    const job = await held(world);
    await world.does(() => failRun(world.asked, job, 'file-missing'));
    return undefined;
  },
  'cancel-job': async (world) => {
    const { asked } = world;
    const { incident, id } = await askRun(asked, await withLeaks(world), true);
    return world.does(() => deed(asked, (tx, when) => cancelRun(tx, id, incident, when)));
  },
  'erase-run-answer': async (world) => {
    const job = await held(world);
    await finishRun(world.asked, job, { ...ANSWER, cohort: await cohortFor(world) });
    const given = { incident: job.subject, job: job.id };
    return world.does(() => ask<Changed>(world.asked, 'erase-run-answer', given));
  },
  'close-incident': upon('close-incident', () => CLOSE[1], ALONE),
  'reopen-incident': upon('reopen-incident', () => ({ reason: 'Two labels.' }), ALONE, CLOSE),
  'export-incident': async (world) => {
    const { incident } = await opened(world);
    const directory = join(world.folder, `bundle-${incident}`);
    await world.does(() => exportIncident(world.asked, { incident, directory }));
    return undefined;
  },
  'erase-person': async (world) => {
    const texts = { email: { value: 'ada@people.example', person: person(world) } };
    await deed(world.asked, (tx) => record(tx, { kind: 'told', texts }));
    await world.does(() => deed(world.asked, (tx) => erasePerson(tx, person(world))));
    return undefined;
  },
  'make-checkpoint': async ({ asked, does }) => {
    await does(() => makeCheckpoint(asked));
    return undefined;
  },
  'rotate-register-key': async ({ asked, does }) => {
    await does(() => rotateKey(asked, 1));
    return undefined;
  },
  'revoke-register-key': async ({ asked, does }) => {
    const { keyId } = parseVerifierKey((await registerKeys(asked)).at(-1)?.vkey ?? '', 'key');
    const safeUntil = asked.now();
    await does(() => revokeKey(asked, { keyId, safeUntil, reason: 'Stolen.' }));
    return undefined;
  },
  'continue-register': async ({ asked, folder, does }) => {
    await does(async () => {
      await rm(join(folder, 'register-head.json'));
      await openIn(asked, folder);
      await continueRegister(asked, 'The folder was lost.');
    });
    return undefined;
  },
};

/** Each row has its entry and the other way round; every listed file is there, whole. */
export const alsoWrong = async (reads: Reads, folder: string): Promise<string[]> => [
  ...(await strays(reads)),
  ...(await lostFiles(reads, folder)),
];
