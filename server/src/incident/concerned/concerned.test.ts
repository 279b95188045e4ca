/** Nobody is forgotten at closing: the people of small incidents, through the HTTP door, on both engines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Changed, ConcernedListed, PersonErased, Role, StepTaken } from '@forthright/contract';
import { onBothEngines } from '../../../../test/peers/house.ts';
import { PROOF } from '../matters/testing.ts';

onBothEngines('people concerned', (house) => {
  const OFFICER = 'privacy-officer';
  const DUE = '2025-11-22T12:00:00Z';
  const TOLD = { how: 'phone', at: '2025-11-20T13:00:00+01:00', text: 'She destroys the label.' };
  const decided = async (answer = 'tell-people') => {
    const incident = await house().incident();
    const due = answer === 'register-only' ? {} : { due: DUE };
    const given = { version: 1, step: 'decision', answer, reason: 'r', ...due };
    await house().ask(OFFICER, 'POST', `${incident}/decisions`, given);
    return incident;
  };
  const added = async (incident: string, name: string, given: object = {}) => {
    const url = `${incident}/concerned`;
    const made = await house().ask<StepTaken>('investigator', 'POST', url, { name, ...given });
    return { ...made, at: `${url}/${made.id}` };
  };
  const finishDuties = async (incident: string) => {
    for (const { id, state } of (await house().show(incident)).tasks)
      if (state === 'open')
        await house().ask(OFFICER, 'POST', `${incident}/tasks/${id}/finish`, {
          outcome: 'done',
          text: 'Told.',
        });
  };
  const closing = { version: 1, summary: 'The label is destroyed.' };
  const refusedClosing = (incident: string) => house().refusal(OFFICER, 'POST', `${incident}/close`, closing);
  const close = (incident: string) => house().ask(OFFICER, 'POST', `${incident}/close`, closing);
  const list = async (incident: string, query = '') =>
    house().ask<ConcernedListed>('auditor', 'GET', `${incident}/concerned${query}`);

  test('one parcel’s label went to the wrong customer: one person, told by phone, closed, in five requests', async () => {
    let requests = 0;
    const ask = <T>(url: string, payload: object): Promise<T> => {
      requests += 1;
      return house().ask(OFFICER, 'POST', url, payload);
    };
    const { incident } = await ask<Changed>('/incidents', {
      title: 'One parcel’s label went to the wrong customer',
      kind: 'misdelivery',
      times: { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'the shift lead' } },
    });
    const at = `/incidents/${incident}`;
    const decision = {
      version: 1,
      step: 'decision',
      answer: 'tell-people',
      due: DUE,
      reason: 'Her address.',
    };
    const { duty } = await ask<Changed>(`${at}/decisions`, decision);
    await ask(`${at}/concerned`, { name: 'Ada Lane', contact: '+352 20 00 00', told: TOLD });
    await ask(`${at}/tasks/${duty}/finish`, { outcome: 'done', text: 'Told by phone.' });
    await ask(`${at}/close`, closing);
    assert.equal(requests, 5);
    const shown = await house().show(at);
    assert.deepEqual([shown.state, shown.next, shown.blockers], ['closed', [], []]);
    const [person] = (await list(at)).people;
    assert.deepEqual(
      [person?.state, person?.name, person?.told?.how, person?.told?.text],
      ['told', 'Ada Lane', 'phone', 'She destroys the label.'],
    );
  });

  test('nothing is closed while somebody is neither told nor excused, even when the duty is said to be done', async () => {
    const incident = await decided();
    const ada = await added(incident, 'Ada Lane');
    const bo = await added(incident, 'Bo Brook', { contact: 'bo@people.example' });
    assert.deepEqual(
      (await house().show(incident)).next.filter(({ step }) => step === 'tell-person').map(({ of }) => of),
      [ada.id, bo.id],
    );
    await finishDuties(incident);
    const words = await refusedClosing(incident);
    for (const { id } of [ada, bo])
      assert.match(words, new RegExp(`${id}: A person is neither told nor excused`));
    const told = await house().ask<StepTaken>('investigator', 'POST', `${ada.at}/told`, {
      ...TOLD,
      proof: PROOF,
    });
    assert.match(told.evidence ?? '', /^evi_/);
    assert.match(
      await house().refusal('investigator', 'POST', `${ada.at}/told`, TOLD),
      /the person has been told/,
      'nobody is told twice',
    );
    assert.match(await refusedClosing(incident), new RegExp(bo.id));
    const excuse = { reason: 'Has died; the heirs are told.' };
    assert.match(await house().refusal('investigator', 'POST', `${bo.at}/excuse`, excuse), /not-permitted/);
    await house().ask(OFFICER, 'POST', `${bo.at}/excuse`, excuse);
    await close(incident);
    assert.deepEqual(
      (await list(incident, '?state=excused')).people.map(({ reason }) => reason),
      [excuse.reason],
    );
    for (const typed of ['Ada Lane', 'bo@people', 'heirs are told', 'destroys the label'])
      await house().refuseInClear(typed);
  });

  test('where nobody need be told, the list blocks nothing', async () => {
    const incident = await decided('register-only');
    await added(incident, 'Ada Lane');
    const { next, blockers } = await house().show(incident);
    assert.deepEqual([next.some(({ step }) => step === 'tell-person'), blockers], [false, []]);
    await close(incident);
    assert.deepEqual((await house().show(incident)).next, [], 'nor afterwards');
  });

  test('some hundreds have pages, and those beyond the first hundred still block', async () => {
    const incident = await decided();
    for (let n = 0; n < 103; n += 1) await added(incident, `Person ${n}`);
    await finishDuties(incident);
    assert.match(await refusedClosing(incident), /Just so 3 more people/);
    const seen: string[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: ConcernedListed = await list(incident, `?most=50&after=${after}`);
      seen.push(...page.people.map(({ name }) => name ?? ''));
      after = page.next;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 103 }, (_, n) => `Person ${n}`),
    );
  });

  test('a delay shows with each person, and a person stands on the list once', async () => {
    const incident = await decided();
    const ada = await added(incident, 'Ada Lane');
    assert.match(
      await house().refusal('investigator', 'POST', `${incident}/concerned`, {
        name: 'Ada',
        person: ada.person,
      }),
      /on the list already/,
    );
    const now = house().world.now();
    const delay = {
      agency: 'Cantonal police',
      reference: 'POL-7',
      askedAt: now.toISOString(),
      form: 'written',
      from: now.toISOString(),
      until: new Date(now.getTime() + 86_400_000).toISOString(),
      reason: 'It would warn the buyer.',
      proof: PROOF,
    };
    await house().ask(OFFICER, 'POST', `${incident}/delays`, delay);
    const { next, blockers } = await house().show(incident);
    assert.equal(next.find(({ of }) => of === ada.id)?.delayed?.until, delay.until);
    assert.equal(blockers.find(({ of }) => of === ada.id)?.delayed?.until, delay.until);
  });

  test('an erased person has no name any more, and still counts', async () => {
    const incident = await decided();
    const { person, id } = await added(incident, 'Ada Lane', { contact: 'ada@people.example' });
    const url = `${incident}/erase-person`;
    const { texts } = await house().ask<PersonErased>(OFFICER, 'POST', url, { person });
    assert.equal(texts, 2);
    const [shown] = (await list(incident)).people;
    assert.deepEqual([shown?.name, shown?.contact], [null, null]);
    assert.match(await refusedClosing(incident), new RegExp(id));
    const agent: Role = 'support-agent';
    assert.match(await house().refusal(agent, 'GET', `${incident}/concerned`), /not-permitted/);
  });
});
