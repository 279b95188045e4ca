/** Sellers who are banned, through the HTTP door, on both engines; and their letter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LetterWritten, SellerBansListed, StepTaken } from '@forthright/contract';
import { onBothEngines, SECOND_OFFICER } from '../../../../test/peers/house.ts';
import { AFTERWARDS_INPUTS, PROOF } from '../matters/testing.ts';
import { composeSellerLetter } from './compose.ts';

test('the letter says what was found, from when the ban is, what is asked, and how to appeal', () => {
  const {
    owner: _,
    due: __,
    ...facts
  } = AFTERWARDS_INPUTS['add-seller-ban'] as Parameters<typeof composeSellerLetter>[0] & {
    owner: string;
    due: string;
  };
  assert.equal(
    composeSellerLetter({ ...facts, reference: 'ban_1' }),
    `Marlow Market, Marketplace Integrity

Quick Lamps
1 Side Street

Reference: ban_1

Your account is closed from 20 November 2025, 12:00 (UTC+01:00) on

What we have found:
Addresses of customers were bought from an employee.

This breaks our rule: Marketplace terms, 7.2. A person has decided this, and no program.

From 20 November 2025, 12:00 (UTC+01:00) on you can no longer sell here.

What we ask of you:
Delete the addresses.

You can appeal until 20 May 2026, 12:00 (UTC+01:00): write to appeals@marlow.example, quoting ban_1. Say what we have got wrong, and
add what shows it. Somebody else than who wrote this decides. Your right to go to a court remains.

Marlow Market, Marketplace Integrity
`,
  );
});

onBothEngines('sellers', (house) => {
  const added = async (incident: string, given: object = {}) => {
    const asked = { ...AFTERWARDS_INPUTS['add-seller-ban'], ...given };
    const url = `${incident}/seller-bans`;
    const made = await house().ask<LetterWritten>('privacy-officer', 'POST', url, asked);
    return { ...made, at: `${url}/${made.id}` };
  };
  const step = (at: string, name: string, given: object) =>
    house().ask<StepTaken>('investigator', 'POST', `${at}/${name}`, given);
  const refusal = (at: string, name: string, given: object) =>
    house().refusal('privacy-officer', 'POST', `${at}/${name}`, given);
  const list = async (incident: string) =>
    (await house().ask<SellerBansListed>('auditor', 'GET', `${incident}/seller-bans`)).bans;
  const AT = '2025-11-20T13:00:00+01:00';

  test('told by letter, then banned by the owner in time; until then nothing is closed', async () => {
    const incident = await house().incident();
    assert.match(
      await house().refusal('investigator', 'POST', `${incident}/seller-bans`, {
        ...AFTERWARDS_INPUTS['add-seller-ban'],
      }),
      /not-permitted/,
    );
    const { at, id, letter } = await added(incident, { due: '2025-11-21T12:00:00Z' });
    assert.match(letter, new RegExp(`quoting ${id}`));
    const steps = async () =>
      (await house().show(incident)).next.filter(({ of }) => of === id).map(({ step: what }) => what);
    assert.deepEqual(await steps(), ['tell-seller']);
    assert.match(await refusal(at, 'carried-out', { at: AT, text: 'x' }), /not been told yet/);
    await step(at, 'handed-over', { at: AT, by: 'e-mail' });
    assert.deepEqual(await steps(), ['ban-seller']);
    const early = { at: '2025-11-20T11:00:00+01:00', text: 'Closed.' };
    assert.match(await refusal(at, 'carried-out', early), /told that it begins at 2025-11-20T12:00/);
    const decision = { version: 1, step: 'decision', answer: 'register-only', reason: 'r' };
    await house().ask('privacy-officer', 'POST', `${incident}/decisions`, decision);
    assert.match(
      await house().refusal('privacy-officer', 'POST', `${incident}/close`, { version: 1, summary: 's' }),
      new RegExp(`incident-not-closable.*${id}`),
    );
    house().world.pass(48);
    assert.equal((await list(incident))[0]?.isOverdue, true);
    await step(at, 'carried-out', { at: AT, text: 'Closed by Bo.', proof: PROOF });
    const [shown] = await list(incident);
    assert.deepEqual([shown?.state, shown?.isOverdue, shown?.seller], ['banned', false, 'Quick Lamps']);
    assert.equal(shown?.carriedOut?.text, 'Closed by Bo.');
    assert.match(shown?.carriedOut?.evidence ?? '', /^evi_/);
    await house().ask('privacy-officer', 'POST', `${incident}/close`, { version: 1, summary: 's' });
    for (const typed of ['Quick Lamps', 'Side Street', 'bought from', 'Closed by Bo'])
      await house().refuseInClear(typed);
  });

  test('an appeal has its time, and is decided by somebody else than who wrote the ban', async () => {
    const incident = await house().incident();
    const { at, id } = await added(incident);
    await step(at, 'handed-over', { at: AT, by: 'post' });
    const due = '2026-01-20T12:00:00+01:00';
    await step(at, 'appeal', { at: AT, text: 'It was our cousin.', due });
    assert.deepEqual(
      (await house().show(incident)).next.find(({ of }) => of === id),
      { step: 'decide-appeal', of: id, due },
    );
    const lift = { outcome: 'lifted', reason: 'It was their cousin.' };
    assert.match(await refusal(at, 'decision', lift), /own-proposal/);
    await house().ask(SECOND_OFFICER, 'POST', `${at}/decision`, lift);
    const [shown] = await list(incident);
    assert.deepEqual([shown?.state, shown?.decision?.reason], ['lifted', 'It was their cousin.']);
    assert.match(await refusal(at, 'appeal', { at: AT, text: 'x', due }), /the ban is lifted/);
  });

  test('a ban is withdrawn only before the seller was told, and upheld only once it is carried out', async () => {
    const incident = await house().incident();
    const withdrawn = await added(incident);
    await house().ask('privacy-officer', 'POST', `${withdrawn.at}/decision`, {
      outcome: 'withdrawn',
      reason: 'Another seller.',
    });
    const { at } = await added(incident);
    await step(at, 'handed-over', { at: AT, by: 'post' });
    assert.match(await refusal(at, 'decision', { outcome: 'withdrawn', reason: 'x' }), /has been told/);
    assert.match(await refusal(at, 'decision', { outcome: 'upheld', reason: 'x' }), /has not appealed/);
    await step(at, 'appeal', { at: AT, text: 'No.', due: '2026-01-20T12:00:00+01:00' });
    const uphold = { outcome: 'upheld', reason: 'It was them.' };
    await step(at, 'carried-out', { at: AT, text: 'Closed.' });
    await house().ask(SECOND_OFFICER, 'POST', `${at}/decision`, uphold);
    assert.deepEqual(
      (await list(incident)).map(({ state }) => state),
      ['withdrawn', 'banned'],
    );
  });
});
