/** Inquiries of authorities, through the HTTP door, on both engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IncidentsListed, InquiriesListed, StepTaken } from '@forthright/contract';
import { onBothEngines } from '../../../../test/peers/house.ts';
import { AFTERWARDS_INPUTS, PROOF } from '../matters/testing.ts';

onBothEngines('inquiries', (house) => {
  const added = async (incident: string, given: object = {}) => {
    const asked = { ...AFTERWARDS_INPUTS['add-inquiry'], ...given };
    const { id } = await house().ask<StepTaken>('investigator', 'POST', `${incident}/inquiries`, asked);
    return { id, at: `${incident}/inquiries/${id}` };
  };
  const listed = async (incident: string, query = '') =>
    (await house().ask<InquiriesListed>('auditor', 'GET', `${incident}/inquiries${query}`)).inquiries;
  const step = (at: string, name: string, given: object) =>
    house().ask<StepTaken>('investigator', 'POST', `${at}/${name}`, given);
  const refusal = (at: string, name: string, given: object) =>
    house().refusal('investigator', 'POST', `${at}/${name}`, given);
  const FINISH = { outcome: 'answered', at: '2025-11-20T14:00:00Z', text: 'By registered mail.' };

  test('each question is answered or declined before the inquiry is, and until then nothing is closed', async () => {
    const incident = await house().incident();
    const { id, at } = await added(incident, { proof: PROOF });
    assert.match(await refusal(at, 'finish', FINISH), /question 1, 2/);
    const first = await step(at, 'answers', { question: 1, outcome: 'answered', text: 'Two.', proof: PROOF });
    assert.match(
      await refusal(at, 'answers', { question: 1, outcome: 'answered', text: 'Three.' }),
      /incident-changed: \w+ has answered question 1 already, in entry \d+/,
    );
    await step(at, 'answers', { question: 1, outcome: 'answered', text: 'Three.', supersedes: first.entry });
    assert.match(await refusal(at, 'finish', FINISH), /: question 2\./);
    assert.match(
      await refusal(at, 'answers', { question: 3, outcome: 'answered', text: 'x' }),
      /2 questions, and no question 3/,
    );
    const decision = { version: 1, step: 'decision', answer: 'register-only', reason: 'r' };
    await house().ask('privacy-officer', 'POST', `${incident}/decisions`, decision);
    const closing = { version: 1, summary: 's' };
    assert.match(
      await house().refusal('privacy-officer', 'POST', `${incident}/close`, closing),
      new RegExp(`incident-not-closable.*${id}`),
    );
    await step(at, 'answers', { question: 2, outcome: 'declined', text: 'It would name an employee.' });
    await step(at, 'finish', FINISH);
    const [shown] = await listed(incident, '?state=answered');
    assert.deepEqual(
      shown?.questions.map(({ question, asked, outcome, text }) => [question, asked, outcome, text]),
      [
        [1, 'How many people?', 'answered', 'Three.'],
        [2, 'Who did it?', 'declined', 'It would name an employee.'],
      ],
    );
    assert.match(shown?.questions[1]?.by ?? '', /^(usr|tok)_/);
    assert.equal(shown?.authority, 'CNPD');
    assert.deepEqual(shown?.received, { at: '2025-11-20T12:00:00+01:00', zone: 'Europe/Luxembourg' });
    assert.equal(shown?.finished?.text, 'By registered mail.');
    assert.match(await refusal(at, 'finish', FINISH), /the inquiry is answered; /);
    await house().ask('privacy-officer', 'POST', `${incident}/close`, closing);
    for (const typed of ['CNPD', 'How many', 'Three.', 'registered mail']) await house().refuseInClear(typed);
  });

  test('its deadline shows in next and overdue, and is moved only by an entry that says who agreed', async () => {
    const incident = await house().incident();
    const { id, at } = await added(incident, { deadline: '2025-11-21T12:00:00+01:00' });
    const { next } = await house().show(incident);
    assert.deepEqual(
      next.find(({ of }) => of === id),
      { step: 'answer-inquiry', of: id, due: '2025-11-21T12:00:00+01:00' },
    );
    house().world.pass(48);
    assert.equal((await listed(incident))[0]?.isOverdue, true);
    assert.equal((await house().show(incident)).overdue[0]?.of, id);
    const page = await house().ask<IncidentsListed>('auditor', 'GET', '/incidents?most=200');
    const counted = page.incidents.find((one) => incident.endsWith(one.id))?.overdue;
    assert.equal(counted, 1, 'and is counted in the list of incidents');
    await step(at, 'deadline', { deadline: '2025-12-01T12:00:00Z', agreedBy: 'Ms Weber', reason: 'Asked.' });
    const { overdue, timeline } = await house().show(incident);
    assert.deepEqual(overdue, []);
    assert.deepEqual(timeline.at(-1)?.facts, {
      inquiry: id,
      from: '2025-11-21T12:00:00+01:00',
      to: '2025-12-01T12:00:00Z',
    });
  });

  test('only a privacy officer excuses one, with a reason', async () => {
    const incident = await house().incident();
    const { at } = await added(incident);
    const excuse = { ...FINISH, outcome: 'excused', text: 'Withdrawn by the authority.' };
    assert.match(await refusal(at, 'finish', excuse), /not-permitted/);
    await house().ask('privacy-officer', 'POST', `${at}/finish`, excuse);
    assert.equal((await listed(incident))[0]?.state, 'excused');
  });

  test('what makes no sense is refused', async () => {
    const incident = await house().incident();
    const refused = (given: object) =>
      house().refusal('investigator', 'POST', `${incident}/inquiries`, {
        ...AFTERWARDS_INPUTS['add-inquiry'],
        ...given,
      });
    assert.match(await refused({ deadline: '2025-11-20T11:00:00+01:00' }), /after it was received/);
    assert.match(await refused({ received: { at: '2025-11-20T12:00:00Z', zone: 'Mars/Olympus' } }), /zone/);
    assert.match(await refused({ received: { at: '2025-11-20T12:00:00Z', zone: '+01:00' } }), /zone/);
    assert.match(await refused({ received: { at: '2026-11-20T12:00:00Z', zone: 'UTC' } }), /ahead|received/);
    assert.match(await refused({ questions: [] }), /questions/);
  });
});
