/** Those who got the data, through the HTTP door, on both engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LetterWritten, RecipientsListed, StepTaken } from '@forthright/contract';
import { onBothEngines } from '../../../../test/peers/house.ts';
import { LETTER, PROOF } from '../matters/testing.ts';

onBothEngines('recipients', (house) => {
  const LEFT = { at: '2025-11-20T14:00:00Z', by: 'post' };
  const WORDS = { at: '2025-11-20T15:00:00+01:00', confirmedBy: 'Ada Lane', words: 'All gone.' };
  const CONFIRM_BY = '2025-11-27T18:00:00+01:00';
  const listed = async (incident: string, given: object = {}) => {
    const asked = { class: 'customer', name: 'Ada Lane', reach: 'ada@people.example', ...given };
    const made = await house().ask<StepTaken>('investigator', 'POST', `${incident}/recipients`, asked);
    return { ...made, at: `${incident}/recipients/${made.id}` };
  };
  const write = (at: string, given: object = {}) =>
    house().ask<LetterWritten>('investigator', 'POST', `${at}/letter`, {
      ...LETTER,
      ...given,
    });
  const step = (at: string, name: string, given: object) =>
    house().ask<StepTaken>('investigator', 'POST', `${at}/${name}`, given);
  const refusal = (at: string, name: string, given: object) =>
    house().refusal('investigator', 'POST', `${at}/${name}`, given);
  const list = (incident: string, query = '') =>
    house().ask<RecipientsListed>('auditor', 'GET', `${incident}/recipients${query}`);

  test('asked by letter, reminded, answered in writing: the risk is told what deletion came to', async () => {
    const incident = await house().incident();
    const { at, person, id } = await listed(incident);
    assert.match(person ?? '', /^per_/);
    assert.match(await refusal(at, 'handed-over', LEFT), /incident-refuses: .*no letter is written/);
    const { letter } = await write(at, { confirmBy: CONFIRM_BY });
    assert.match(letter, /Ada Lane\nada@people\.example/);
    assert.deepEqual((await list(incident)).deletion, { asked: 0, confirmed: 0, refused: 0, silent: 0 });
    await step(at, 'handed-over', LEFT);
    assert.match(await refusal(at, 'handed-over', LEFT), /write the reminder first/);
    assert.deepEqual((await list(incident)).deletion, { asked: 1, confirmed: 0, refused: 0, silent: 1 });
    assert.deepEqual(
      (await house().show(incident)).next.find(({ of }) => of === id),
      { step: 'hear-from-recipient', of: id, due: CONFIRM_BY },
    );
    house().world.pass(24 * 8);
    const { overdue } = await house().show(incident);
    assert.deepEqual(
      overdue.map(({ of }) => of),
      [id],
      'no answer came in time',
    );
    assert.match(
      await refusal(at, 'letter', { ...LETTER, confirmBy: CONFIRM_BY }),
      /that is over/,
      'a reminder has a new time',
    );
    const again = await write(at, { confirmBy: '2025-12-05T18:00:00+01:00' });
    assert.match(again.letter, /Reminder.*Our letter of 20 November 2025, 14:00 \(UTC\)/s);
    await step(at, 'handed-over', { ...LEFT, at: '2025-11-28T14:00:00Z' });
    assert.deepEqual((await house().show(incident)).overdue, [], 'there is time again');
    await step(at, 'undertaking', { ...WORDS, answer: 'deleted', inWriting: false });
    assert.equal((await list(incident)).deletion.confirmed, 0, 'what is only said confirms nothing');
    assert.match(
      await refusal(at, 'undertaking', { ...WORDS, answer: 'deleted', inWriting: true }),
      /request-invalid.*proof: what is in writing is registered by its hash/,
    );
    const made = await step(at, 'undertaking', {
      ...WORDS,
      answer: 'deleted',
      inWriting: true,
      proof: PROOF,
    });
    const [shown] = (await list(incident, '?state=deleted')).recipients;
    assert.deepEqual(shown?.answer, {
      ...WORDS,
      answer: 'deleted',
      inWriting: true,
      entry: made.entry,
      evidence: made.evidence,
    });
    assert.equal(shown?.letters, 2);
    const { deletion, evidence, blockers } = await house().show(incident);
    assert.deepEqual(deletion, { asked: 1, confirmed: 1, refused: 0, silent: 0 });
    assert.equal(evidence[0]?.sha256, PROOF.sha256);
    assert.deepEqual(
      blockers.map(({ blocker }) => blocker),
      ['no-decision'],
    );
    const other = { ...WORDS, answer: 'refused', inWriting: true, proof: PROOF };
    assert.match(await refusal(at, 'undertaking', other), /incident-changed: .*`deleted` already/);
    const later = await step(at, 'undertaking', { ...other, supersedes: made.entry });
    assert.equal(later.evidence, made.evidence, 'the same file is registered once');
    assert.deepEqual((await list(incident)).deletion, { asked: 1, confirmed: 0, refused: 1, silent: 0 });
    for (const typed of ['Ada Lane', 'ada@people', 'All gone', 'Marlow Market', 'e-mail address'])
      await house().refuseInClear(typed);
  });

  test('a crawler’s removal request is shown by its receipt', async () => {
    const incident = await house().incident();
    const { at } = await listed(incident, { class: 'crawler', name: 'ExampleBot', reach: 'its form' });
    await write(at, { places: ['https://marlow.example/reviews/1'] });
    assert.match(await refusal(at, 'handed-over', { ...LEFT, by: 'web-form' }), /receipt/);
    await step(at, 'handed-over', { ...LEFT, by: 'web-form', receipt: 'R-77' });
    assert.equal((await list(incident)).recipients[0]?.handedOver?.receipt, 'R-77');
  });

  test('staff are named by pseudonym, strangers by nothing', async () => {
    const incident = await house().incident();
    const add = (given: object) =>
      house().refusal('investigator', 'POST', `${incident}/recipients`, { reach: 'by HR', ...given });
    assert.match(await add({ class: 'employee' }), /pseudonym/);
    assert.match(await add({ class: 'employee', pseudonym: 'E-1', name: 'Bo' }), /name/);
    assert.match(await add({ class: 'customer', pseudonym: 'E-1' }), /pseudonym/);
    assert.match(await add({ class: 'own' }), /class/);
    const staff = { class: 'employee', name: undefined, pseudonym: 'Employee 7F', reach: 'by HR' };
    assert.match((await write((await listed(incident, staff)).at)).letter, /Employee 7F\nby HR/);
    await listed(incident, { class: 'anonymous', name: undefined, reach: 'nobody knows' });
  });

  test('who never answers, or can’t be asked, is given up with a reason; until then nothing is closed', async () => {
    const incident = await house().incident();
    const asked = await listed(incident);
    const stranger = await listed(incident, { class: 'anonymous', name: undefined });
    await write(asked.at);
    await step(asked.at, 'handed-over', LEFT);
    const decision = { version: 1, step: 'decision', answer: 'register-only', reason: 'r' };
    await house().ask('privacy-officer', 'POST', `${incident}/decisions`, decision);
    const closing = { version: 1, summary: 's' };
    const refused = await house().refusal('privacy-officer', 'POST', `${incident}/close`, closing);
    for (const { id } of [asked, stranger]) assert.match(refused, new RegExp(`${id}: A recipient has`));
    assert.equal((await step(asked.at, 'give-up', { reason: 'Two reminders.' })).state, 'silent');
    assert.equal((await step(stranger.at, 'give-up', { reason: 'Unknown.' })).state, 'excused');
    assert.match(await refusal(stranger.at, 'give-up', { reason: 'x' }), /excused already/);
    assert.deepEqual((await list(incident)).deletion, { asked: 1, confirmed: 0, refused: 0, silent: 1 });
    await house().ask('privacy-officer', 'POST', `${incident}/close`, closing);
    assert.match(await refusal(asked.at, 'letter', LETTER), /closed; reopen it/);
  });

  test('lists have pages; other incidents’ recipients are not found', async () => {
    const incident = await house().incident();
    const made: string[] = [];
    for (const n of [1, 2, 3]) made.push((await listed(incident, { name: `Person ${n}` })).id);
    const first = await list(incident, '?most=2');
    const second = await list(incident, `?most=2&after=${first.next}`);
    assert.deepEqual(
      [...first.recipients, ...second.recipients].map(({ id }) => id),
      made,
    );
    assert.equal(second.next, undefined);
    const other = await house().incident();
    assert.match(
      await refusal(`${other}/recipients/${made[0]}`, 'give-up', { reason: 'x' }),
      /matter-not-found/,
    );
  });
});
