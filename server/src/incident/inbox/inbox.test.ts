/** What people write, through the HTTP door, on both engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  InboxListed,
  IncidentId,
  IncidentShown,
  PersonErased,
  Role,
  StepTaken,
} from '@forthright/contract';
import { onBothEngines } from '../../../../test/peers/house.ts';
import { deed, record } from '../../prove/index.ts';
import { AFTERWARDS_INPUTS, PROOF } from '../matters/testing.ts';
import { insertMove } from '../store.ts';
import { actor } from '../testing.ts';

onBothEngines('inbox', (house) => {
  const added = async (incident: string, given: object = {}, who: Role = 'support-agent') => {
    const asked = { ...AFTERWARDS_INPUTS['add-inbox-item'], received: receivedNow(), ...given };
    const made = await house().ask<StepTaken>(who, 'POST', `${incident}/inbox`, asked);
    return { ...made, at: `${incident}/inbox/${made.id}` };
  };
  const receivedNow = () => ({ at: house().world.now().toISOString(), zone: 'Europe/Luxembourg' });
  const list = (query: string, who: Role = 'auditor') =>
    house().ask<InboxListed>(who, 'GET', `/inbox${query}`);
  const step = (at: string, name: string, given: object, who: Role = 'investigator') =>
    house().ask<StepTaken>(who, 'POST', `${at}/${name}`, given);
  const refusal = (at: string, name: string, given: object, who: Role = 'investigator') =>
    house().refusal(who, 'POST', `${at}/${name}`, given);
  const answer = () => ({ at: house().world.now().toISOString(), text: 'Here is your copy.', proof: PROOF });

  test('a support agent records and answers what one person writes, and sees nothing else', async () => {
    const incident = await house().incident();
    const { at, person, id } = await added(incident);
    await added(incident, { name: 'Bo Brook', person: undefined });
    const again = await added(incident, { person, kind: 'reply', text: 'When?', name: undefined });
    assert.equal(again.person, person);
    const { items } = await list(`/${person}`, 'support-agent');
    assert.deepEqual(
      items.map((one) => [one.id, one.kind, one.name, one.text]),
      [
        [id, 'access', 'Ada Lane', 'What do you know of me?'],
        [again.id, 'reply', undefined, 'When?'],
      ],
    );
    assert.match(await house().refusal('support-agent', 'GET', '/inbox'), /not-permitted/);
    for (const place of [incident, '/incidents', `${incident}/recipients`, `${incident}/inquiries`])
      assert.match(await house().refusal('support-agent', 'GET', place), /not-permitted/, place);
    await step(at, 'answer', answer(), 'support-agent');
    const [answered] = (await list(`/${person}`, 'support-agent')).items;
    assert.equal(answered?.state, 'answered');
    assert.equal(answered?.answer?.isLate, false);
    assert.match(answered?.answer?.evidence ?? '', /^evi_/);
    assert.match(await refusal(at, 'answer', answer()), /answered; what the person writes next/);
    for (const typed of ['Ada Lane', 'people.example', 'know of me', 'Here is'])
      await house().refuseInClear(typed);
  });

  test('nobody is tied to an item whom no incident knows that the asker may see; who is new, or known from elsewhere, is said', async () => {
    const [incident, other] = [await house().incident(), await house().incident()];
    const { person } = await added(incident);
    await added(incident, { person });
    await added(other, { person });
    const writers = (of: string) =>
      list(`?incident=${of.split('/').at(-1)}`).then(({ items }) => items.map(({ writer }) => writer));
    assert.deepEqual(await writers(incident), ['new', 'known-here']);
    assert.deepEqual(await writers(other), ['known-elsewhere']);
    const { timeline } = await house().show(other);
    assert.equal(timeline.at(-1)?.facts.writer, 'known-elsewhere');
    const from = (whom: string) =>
      house().refusal('support-agent', 'POST', `${other}/inbox`, {
        ...AFTERWARDS_INPUTS['add-inbox-item'],
        received: receivedNow(),
        person: whom,
      });
    assert.match(await from('per_nobody'), /person-not-found: .*per_nobody/);
    const hidden = await house().incident();
    const { person: secret = '' } = await added(hidden);
    await house().world.db.transaction((tx) =>
      tx.run("UPDATE incidents SET restricted_to = '{usr_somebody}' WHERE id = :id::text", {
        id: hidden.split('/').at(-1) ?? '',
      }),
    );
    assert.match(
      await from(secret),
      /person-not-found/,
      'somebody of an incident that the agent may not see',
    );
    assert.match(
      await refusal((await added(incident)).at, 'assign', { to: 'usr_nobody' }),
      /account-unsuitable: .*to: there is no account usr_nobody/,
    );
  });

  test('a support agent reads the last holding statement that was issued, and no other paper', async () => {
    const incident = await house().incident();
    const id = incident.split('/').at(-1) ?? '';
    const read = () => house().refusal('support-agent', 'GET', `${incident}/holding-statement`);
    assert.match(await read(), /paper-not-found/, 'a draft is nothing that anybody may say');
    const issue = (paper: string) =>
      house().ask('investigator', 'POST', `${incident}/papers/${paper}`, { version: 1 });
    for (const paper of ['holding-statement', 'board-brief', 'holding-statement']) await issue(paper);
    const text = await house().text('support-agent', `${incident}/holding-statement`);
    assert.match(text, /Version 2, issued by usr_/);
    assert.match(await house().text('support-agent', `${incident}/holding-statement?format=html`), /<html/);
    const { statements } = await house().ask<{ statements: { incident: string; number: number }[] }>(
      'support-agent',
      'GET',
      '/holding-statements',
    );
    assert.equal(statements.find((one) => one.incident === id)?.number, 2);
    assert.match(
      await house().refusal('support-agent', 'GET', `${incident}/papers/board-brief`),
      /not-permitted/,
    );
    await house().world.db.transaction((tx) =>
      tx.run("UPDATE incidents SET restricted_to = '{usr_somebody}' WHERE id = :id::text", { id }),
    );
    assert.match(await read(), /incident-not-found/);
    const hidden = await house().ask<{ statements: { incident: string }[] }>(
      'support-agent',
      'GET',
      '/holding-statements',
    );
    assert.ok(!hidden.statements.some((one) => one.incident === id));
  });

  test('what the desk may say is listed and shown alike: not what was erased, is older than a notice, or of a closed incident', async () => {
    const incident = await house().incident();
    const id = incident.split('/').at(-1) ?? '';
    const { world } = house();
    const issue = () =>
      house().ask('investigator', 'POST', `${incident}/papers/holding-statement`, { version: 1 });
    const said = async (): Promise<number | undefined> => {
      const { statements } = await house().ask<{ statements: { incident: string; number: number }[] }>(
        'support-agent',
        'GET',
        '/holding-statements',
      );
      const number = statements.find((one) => one.incident === id)?.number;
      if (number === undefined)
        assert.match(
          await house().refusal('support-agent', 'GET', `${incident}/holding-statement`),
          /paper-not-found/,
        );
      else
        assert.match(
          await house().text('support-agent', `${incident}/holding-statement`),
          new RegExp(`Version ${number}, `),
        );
      return number;
    };
    for (const _ of [1, 2]) await issue();
    assert.equal(await said(), 2);
    const { papers } = await house().ask<IncidentShown>('auditor', 'GET', incident);
    const erased = { entry: papers.at(-1)?.entry, name: 'page' };
    await house().ask('privacy-officer', 'POST', `${incident}/erase`, erased);
    assert.equal(await said(), undefined, 'what it had replaced is not said again');
    await issue();
    assert.equal(await said(), 3);
    for (const kind of ['campaign-started', 'copies-posting', 'copies-sent']) {
      await deed({ db: world.db, actor: actor('usr_ada'), now: world.now }, async (tx) =>
        // The other half of the entry: campaigns have tables of their own for it.
        insertMove(tx, id as IncidentId, await record(tx, { kind, incident: id }), 'add-note'),
      );
      assert.equal(await said(), undefined, kind);
      await issue();
      assert.equal(typeof (await said()), 'number', 'issued with the notices in mind');
    }
    await house().ask('privacy-officer', 'POST', `${incident}/decisions`, {
      ...{ version: 1, step: 'decision', answer: 'register-only', reason: 'r' },
    });
    assert.equal(await said(), 6);
    await house().ask('privacy-officer', 'POST', `${incident}/close`, { version: 1, summary: 's' });
    assert.equal(await said(), undefined, 'closed');
  });

  test('a restricted incident is not found by an agent who is not named, and its items are in no list', async () => {
    const incident = await house().incident();
    const { at, person } = await added(incident);
    const { world } = house();
    await world.db.transaction((tx) =>
      tx.run('UPDATE incidents SET restricted_to = ARRAY[:named::text] WHERE id = :id::text', {
        named: 'usr_nobody',
        id: incident.split('/').at(-1) ?? '',
      }),
    );
    assert.match(await refusal(at, 'answer', answer(), 'support-agent'), /incident-not-found/);
    assert.match(
      await house().refusal('support-agent', 'POST', `${incident}/inbox`, {
        ...AFTERWARDS_INPUTS['add-inbox-item'],
      }),
      /incident-not-found/,
    );
    assert.deepEqual((await list(`/${person}`, 'support-agent')).items, []);
    assert.deepEqual((await list(`?incident=${incident.split('/').at(-1)}`)).items, []);
  });

  test('a request has one month, two more when the person is told within the first, and is overdue after', async () => {
    const incident = await house().incident();
    const { at, id } = await added(incident);
    const mine = async () =>
      (await list(`?incident=${incident.split('/').at(-1)}`)).items.find((one) => one.id === id);
    const first = (await mine())?.clock;
    assert.deepEqual([first?.by, first?.source, first?.isOverdue], ['law', 'GDPR Art. 12(3)', false]);
    assert.equal((await house().show(incident)).next.find(({ of }) => of === id)?.due, first?.due);
    house().world.pass(24 * 20);
    const extension = { informedAt: house().world.now().toISOString(), reason: 'Many requests.' };
    await step(at, 'extend', extension);
    const { clock } = (await mine()) ?? {};
    assert.ok(Date.parse(clock?.due ?? '') - Date.parse(first?.due ?? '') > 58 * 86_400_000);
    assert.equal(clock?.extended?.reason, 'Many requests.');
    assert.match(await refusal(at, 'extend', extension), /extended already/);
    const { facts } = (await house().show(incident)).timeline.at(-1) ?? {};
    assert.deepEqual([facts?.from, facts?.to], [first?.due, clock?.due], 'the entry says from when to when');

    const second = await added(incident);
    house().world.pass(24 * 32);
    assert.match(
      await refusal(second.at, 'extend', { ...extension, informedAt: house().world.now().toISOString() }),
      /within the first month, by 20/,
    );
    const { overdue } = await house().show(incident);
    assert.deepEqual(
      overdue.map(({ of }) => of),
      [second.id],
    );
    await step(second.at, 'answer', answer());
    const late = (await list(`?incident=${incident.split('/').at(-1)}&state=answered`)).items[0];
    assert.equal(late?.answer?.isLate, true, 'that it was late stays to be seen');
  });

  test('what no law times has at most a target of our own, shown as such', async () => {
    const incident = await house().incident();
    const target = new Date(house().world.now().getTime() + 86_400_000).toISOString();
    const timed = await added(incident, { kind: 'complaint', target }, 'investigator');
    const untimed = await added(incident, { kind: 'claim' });
    const { items } = await list(`?incident=${incident.split('/').at(-1)}`);
    assert.deepEqual(
      items.map(({ clock }) => clock),
      [{ by: 'target', due: target, isOverdue: false }, undefined],
    );
    assert.match(
      await refusal(timed.at, 'extend', { informedAt: receivedNow().at, reason: 'x' }),
      /no law sets a time/,
    );
    const bad = { ...AFTERWARDS_INPUTS['add-inbox-item'], target };
    assert.match(await house().refusal('investigator', 'POST', `${incident}/inbox`, bad), /clock of the law/);
    await step(untimed.at, 'assign', { to: 'usr_bo' });
    const mine = (await list('?assignedTo=usr_bo&kind=claim')).items;
    assert.deepEqual(
      mine.map((one) => one.id),
      [untimed.id],
    );
    assert.match(await refusal(untimed.at, 'assign', { to: 'usr_bo' }, 'support-agent'), /not-permitted/);
  });

  test('what is open blocks closing; what comes in later is taken without reopening', async () => {
    const incident = await house().incident();
    const { at, id } = await added(incident, { kind: 'erasure' });
    const decision = { version: 1, step: 'decision', answer: 'register-only', reason: 'r' };
    await house().ask('privacy-officer', 'POST', `${incident}/decisions`, decision);
    const closing = { version: 1, summary: 's' };
    assert.match(
      await house().refusal('privacy-officer', 'POST', `${incident}/close`, closing),
      new RegExp(`incident-not-closable.*${id}`),
    );
    assert.match(await refusal(at, 'close', { reason: 'Withdrawn.' }), /not-permitted/);
    await step(at, 'close', { reason: 'Withdrawn.' }, 'privacy-officer');
    assert.match(await refusal(at, 'answer', answer()), /it is closed/);
    await house().ask('privacy-officer', 'POST', `${incident}/close`, closing);
    const late = await added(incident);
    assert.deepEqual(
      (await house().show(incident)).next.map(({ step: what, of }) => [what, of]),
      [['answer-person', late.id]],
    );
    await step(late.at, 'answer', answer(), 'support-agent');
  });

  test('erasing somebody reaches no incident that the officer may not see, and each that it reaches says so', async () => {
    const [incident, other, hidden] = [
      await house().incident(),
      await house().incident(),
      await house().incident(),
    ];
    const { person } = await added(incident, {});
    await added(other, { person });
    await added(hidden, { person });
    await house().world.db.transaction((tx) =>
      tx.run("UPDATE incidents SET restricted_to = '{usr_somebody}' WHERE id = :id::text", {
        id: hidden.split('/').at(-1) ?? '',
      }),
    );
    const given = { person };
    const erased = await house().ask<PersonErased>(
      'privacy-officer',
      'POST',
      `${incident}/erase-person`,
      given,
    );
    assert.equal(erased.texts, 6, 'three of each incident that may be seen');
    const [kept] = await house().world.db.rows<{ n: number }>(
      'SELECT count(*)::int4 AS n FROM register_texts WHERE person = :person::text',
      { person: person ?? '' },
    );
    assert.equal(kept?.n, 3, 'what is restricted to others stays');
    for (const one of [incident, other]) {
      const { timeline } = await house().show(one);
      assert.equal(timeline.filter(({ kind }) => kind === 'person-erased').length, 1, one);
    }
  });

  test('erasing the person erases what they wrote and what they were answered, everywhere', async () => {
    const incident = await house().incident();
    const { person, at } = await added(incident, { proof: PROOF });
    await step(at, 'answer', { ...answer(), text: 'Ada Lane, your copy.' });
    const other = await house().incident();
    await added(other, { person });
    const untouched = await added(other, { name: 'Bo Brook' });
    const erase = (of: string, whom: string | undefined, who: Role = 'privacy-officer') =>
      house().refusal(who, 'POST', `${of}/erase-person`, { person: whom });
    assert.match(await erase(incident, person, 'support-agent'), /not-permitted/);
    assert.match(await erase(incident, untouched.person), /text-not-found/, 'somebody of another incident');
    const erased = await house().ask<PersonErased>('privacy-officer', 'POST', `${incident}/erase-person`, {
      person,
    });
    assert.equal(erased.texts, 9, 'three and three of what they wrote, one answer, two of the file');
    const { items } = await list(`?person=${person}`);
    assert.deepEqual(
      items.map(({ name, contact, text }) => [name, contact, text]),
      [
        [null, null, null],
        [null, null, null],
      ],
    );
    assert.equal(items[0]?.answer?.text, null);
    assert.equal((await list(`?person=${untouched.person}`)).items[0]?.name, 'Bo Brook');
    const left = await house().world.db.rows(
      "SELECT 1 FROM register_texts WHERE position('Ada Lane' IN value) > 0 AND person = :person::text",
      { person: person ?? '' },
    );
    assert.deepEqual(left, []);
    assert.match(await erase(incident, person), /text-not-found/);
  });
});
