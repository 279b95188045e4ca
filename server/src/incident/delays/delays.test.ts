/** Delays that law enforcement asked for, through the HTTP door, on both engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DelaysListed, IncidentsListed, StepTaken } from '@forthright/contract';
import { onBothEngines } from '../../../../test/peers/house.ts';
import { AFTERWARDS_INPUTS, PROOF } from '../matters/testing.ts';

onBothEngines('delays', (house) => {
  const OFFICER = 'privacy-officer';
  const inHours = (hours: number) =>
    new Date(house().world.now().getTime() + hours * 3_600_000).toISOString();
  const decided = async (answer: string, due: string) => {
    const incident = await house().incident();
    const given = { version: 1, step: 'decision', answer, due, reason: 'r' };
    await house().ask(OFFICER, 'POST', `${incident}/decisions`, given);
    return incident;
  };
  const delayed = async (incident: string, given: object = {}) => {
    const times = { askedAt: inHours(0), from: inHours(0), until: inHours(24 * 10) };
    const asked = { ...AFTERWARDS_INPUTS['add-delay'], ...times, proof: PROOF, ...given };
    const { id } = await house().ask<StepTaken>(OFFICER, 'POST', `${incident}/delays`, asked);
    return { id, at: `${incident}/delays/${id}`, until: times.until };
  };
  const step = (at: string, name: string, given: object) =>
    house().ask<StepTaken>(OFFICER, 'POST', `${at}/${name}`, given);
  const listed = async (incident: string) =>
    (await house().ask<DelaysListed>('auditor', 'GET', `${incident}/delays`)).delays;
  const overdueOf = async (incident: string) =>
    (await house().ask<IncidentsListed>('auditor', 'GET', '/incidents?most=200')).incidents.find((one) =>
      incident.endsWith(one.id),
    )?.overdue;

  test('within it the duty keeps its own time, is shown as delayed, and is not overdue; after it, it is', async () => {
    const due = inHours(24);
    const incident = await decided('tell-people', due);
    const { id, at, until } = await delayed(incident);
    house().world.pass(48);
    const within = await house().show(incident);
    const [duty] = within.tasks;
    const shown = { by: id, agency: 'Cantonal police', until };
    assert.deepEqual(
      [duty?.due, duty?.isOverdue, duty?.delayed],
      [due, false, shown],
      'its own due time is as it was',
    );
    assert.deepEqual(within.overdue, []);
    assert.equal(await overdueOf(incident), 0);
    assert.deepEqual(
      within.next.filter(({ of }) => of === duty?.id),
      [{ step: 'do-task', of: duty?.id, due, delayed: shown }],
    );
    const blocker = within.blockers.find(({ of }) => of === duty?.id);
    assert.deepEqual(blocker?.delayed, shown);
    assert.match(blocker?.message ?? '', /Tell the people concerned\. Delayed by Cantonal police until 20/);
    assert.ok(
      within.next.some((one) => one.step === 'end-delay' && one.of === id && one.due === until),
      'its end is a reminder',
    );

    house().world.pass(24 * 9);
    const after = await house().show(incident);
    assert.deepEqual(
      after.overdue.map(({ step: what, of }) => [what, of]),
      [
        ['do-task', duty?.id],
        ['end-delay', id],
      ],
    );
    assert.equal(after.tasks[0]?.delayed, undefined);
    assert.equal(await overdueOf(incident), 2);
    await step(at, 'end', { at: inHours(0), text: 'Its time is over.' });
    const [delay] = await listed(incident);
    assert.deepEqual(
      [delay?.state, delay?.countsNow, delay?.ended?.text],
      ['ended', false, 'Its time is over.'],
    );
    for (const typed of ['Cantonal police', 'POL-7', 'would warn', 'time is over'])
      await house().refuseInClear(typed);
  });

  test('a report to the authority is delayed only where that is said', async () => {
    const incident = await decided('tell-authority', inHours(24));
    const { at } = await delayed(incident);
    house().world.pass(48);
    const { tasks, overdue } = await house().show(incident);
    assert.deepEqual([tasks[0]?.isOverdue, tasks[0]?.delayed, overdue.length], [true, undefined, 1]);
    await step(at, 'end', { at: inHours(0), text: 'Lifted.' });
    const { id } = await delayed(incident, { suspends: ['tell-authority'] });
    assert.equal((await house().show(incident)).tasks[0]?.delayed?.by, id);
  });

  test('an oral request counts until it was to be confirmed in writing; confirmed, to its end', async () => {
    const incident = await decided('tell-people', inHours(24));
    const until = inHours(24 * 60);
    const writtenDue = inHours(24 * 3);
    const { id, at } = await delayed(incident, { form: 'oral', writtenDue, until, proof: undefined });
    const { next } = await house().show(incident);
    assert.deepEqual(
      next.filter(({ of }) => of === id),
      [{ step: 'confirm-delay', of: id, due: writtenDue }],
    );
    const more = { until: inHours(24 * 90), reason: 'More.', proof: PROOF };
    assert.match(await house().refusal(OFFICER, 'POST', `${at}/prolong`, more), /not confirmed in writing/);
    house().world.pass(24 * 4);
    assert.deepEqual(
      (await house().show(incident)).overdue.map(({ step: what }) => what),
      ['do-task', 'confirm-delay'],
    );
    await step(at, 'confirm', { at: inHours(0), proof: PROOF });
    const { tasks, overdue } = await house().show(incident);
    assert.deepEqual([tasks[0]?.delayed?.until, overdue], [until, []]);
    await step(at, 'prolong', more);
    assert.equal((await listed(incident))[0]?.countsUntil, more.until);
    const { facts } = (await house().show(incident)).timeline.at(-1) ?? {};
    assert.deepEqual([facts?.from, facts?.to], [until, more.until], 'by an entry that says so');
    const shorter = { ...more, until: inHours(24) };
    assert.match(await house().refusal(OFFICER, 'POST', `${at}/prolong`, shorter), /end it where/);
  });

  test('who asks is an officer, and says how the request came', async () => {
    const incident = await house().incident();
    const refusal = (given: object, who = OFFICER) =>
      house().refusal(who, 'POST', `${incident}/delays`, {
        ...AFTERWARDS_INPUTS['add-delay'],
        ...given,
      });
    assert.match(await refusal({}, 'investigator'), /not-permitted/);
    assert.match(await refusal({ proof: undefined }), /proof: what is in writing/);
    assert.match(await refusal({ form: 'oral' }), /writtenDue: an oral request/);
    assert.match(await refusal({ until: '2025-11-20T11:00:00+01:00' }), /until: a delay ends/);
    assert.match(await refusal({ suspends: ['register-only'] }), /suspends/);
  });
});
