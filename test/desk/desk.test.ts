/** The support desk through the HTTP door, over a campaign that was sent to a real SMTP sink. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { DeskAnswer, DeskDone, IncidentShown, LookUpsListed, Role } from '@forthright/contract';
import { person } from '../../server/src/notify/campaigns/testing.ts';
import { DeskHouse } from './house.ts';

let desk: DeskHouse;
let of: Readonly<{ incident: string; campaign: string }>;
let hidden: Readonly<{ incident: string; campaign: string }>;

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => person(from + n, { language: n % 2 === 0 ? 'de' : 'en' }));
const AT = (n: number) => `person-${n}@people.example`;

before(async () => {
  desk = await DeskHouse.open();
  desk.deed = ({ to }) => (String(to) === AT(3) ? { say: '550 5.1.1 No such user\r\n' } : undefined);
  of = await desk.sent([...rows(0, 5), person(9, { email: '', language: 'fr' })]);
  hidden = await desk.sent([person(20, { language: 'en' })]);
  await desk.house.world.db.transaction((tx) =>
    tx.run("UPDATE incidents SET restricted_to = ARRAY['usr_ada'] WHERE id = :id::text", {
      id: hidden.incident,
    }),
  );
});
after(() => desk.close());

const ask = (given: object, who: Role = 'support-agent') => {
  // Nobody looks up more than so many a minute.
  desk.house.world.pass(0.01);
  return desk.house.ask<DeskAnswer>(who, 'POST', '/desk', given);
};
const codeTo = (n: number): string => {
  const [mail] = desk.takenTo(AT(n));
  const text = (mail?.bytes.toString('latin1') ?? '').replace(/=\r\n/g, '');
  return /[0-9A-Z]{4}(?:-[0-9A-Z]{5}){3}/.exec(text)?.[0] ?? '';
};
const one = async (n: number) => {
  const { people } = await ask({ asked: AT(n) });
  const [found, ...more] = people;
  assert.ok(found !== undefined && more.length === 0);
  return found;
};

test('an address in any case finds what the person was told, when, in which language, and what may be said', async () => {
  const answer = await ask({ asked: ' Person-0@PEOPLE.example ', language: 'en' });
  assert.equal(answer.by, 'address');
  const [found, ...more] = answer.people;
  assert.equal(more.length, 0);
  assert.equal(found?.told, 'accepted');
  assert.equal(found?.state, 'accepted');
  assert.equal(found?.language, 'de');
  assert.equal(found?.address, 'p…@p….example');
  assert.match(found?.notice?.text ?? '', /Person 0/);
  assert.doesNotMatch(found?.notice?.text ?? '', new RegExp(codeTo(0)));
  const { customer, agent } = answer.say;
  assert.equal(customer.language, 'de');
  assert.match(customer.lines.join('\n'), /20\. November 2025.*hat sie angenommen/);
  assert.match(agent.lines.join('\n'), /November 20, 2025.*the receiving server accepted it/);
  for (const lines of [customer.lines, agent.lines])
    assert.doesNotMatch(lines.join('\n'), /delivered|zugestellt/);
  assert.equal(answer.neverSay.length, 4);
  assert.match((await one(3)).told, /came-back/);
  assert.equal((await ask({ asked: 'c000009' })).people[0]?.told, 'other-channel');
});

test('a code counts with its address; with another one it is said to be another’s, and nobody is shown', async () => {
  const code = codeTo(1);
  assert.ok(code !== '');
  const right = await ask({ asked: code, address: AT(1) });
  assert.equal(right.code?.is, 'sent-to-this-address');
  assert.equal(right.people[0]?.told, 'accepted');
  const alone = await ask({ asked: code.toLowerCase().replaceAll('-', ' ') });
  assert.equal(alone.by, 'code');
  assert.equal(alone.code?.is, 'address-needed');
  assert.equal(alone.people.length, 1);
  assert.equal(alone.say.customer.lines.length, 1, 'who has only a code is told nothing of its person');
  const other = await ask({ asked: code, address: AT(2) });
  assert.equal(other.code?.is, 'code-of-another-address');
  assert.deepEqual(other.people, []);
  const wrong = code.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  assert.equal((await ask({ asked: wrong, address: AT(1) })).code?.is, 'code-mistyped');
  const nobodys = '7777-77777-77777-7777';
  assert.match((await ask({ asked: `${nobodys}7` })).code?.is ?? '', /mistyped|no-batch/);
});

test('a message, pasted or as a file, has its verdict and its person; replayed to another address it has nobody', async () => {
  const [mail] = desk.takenTo(AT(1));
  const eml = mail?.bytes.toString('base64') ?? '';
  const genuine = await ask({ eml, address: AT(1) });
  assert.equal(genuine.message?.verdict, 'genuine-unchanged');
  assert.equal(genuine.people[0]?.told, 'accepted');
  const replayed = await ask({ eml, address: AT(2) });
  assert.equal(replayed.message?.verdict, 'replay');
  assert.deepEqual(replayed.people, []);
  const pasted = await ask({ asked: 'Dear customer,\nclick here to keep your account.\n' });
  assert.equal(pasted.by, 'message');
  assert.equal(pasted.message?.verdict, 'not-ours');
});

test('a person of a restricted incident is not found by an agent without the right, whatever is asked, and nothing may be done', async () => {
  const absent = await ask({ asked: 'nobody@people.example' });
  const shape = ({ receipt: _, ...rest }: DeskAnswer) => rest;
  assert.deepEqual(shape(await ask({ asked: AT(20) })), shape(absent));
  assert.deepEqual((await ask({ asked: 'c000020' })).people, []);
  const code = codeTo(20);
  const { people, code: said } = await ask({ asked: code });
  assert.deepEqual([people, said?.is], [[], 'address-needed']);
  const [mail] = desk.takenTo(AT(20));
  const eml = mail?.bytes.toString('base64') ?? '';
  const { message, people: found } = await ask({ eml, address: AT(20) });
  assert.equal(message?.verdict, 'genuine-unchanged', 'as anybody is told who has it');
  assert.deepEqual(found, []);
  const [row] = await desk.house.world.db.rows<{ id: string }>(
    'SELECT id FROM campaign_people WHERE campaign = :campaign::text',
    { campaign: hidden.campaign },
  );
  for (const act of ['send-again', 'letter', 'dispute'])
    assert.match(
      await desk.house.refusal('support-agent', 'POST', `/desk/people/${row?.id}/${act}`, {
        ...(act === 'dispute' ? { text: 'No.' } : { wish: 'Yes.' }),
      }),
      /person-not-found/,
    );
  assert.match(
    await desk.house.refusal('auditor', 'GET', `/incidents/${hidden.incident}/look-ups`),
    /incident-not-found/,
  );
});

test('every look-up is in the register by the ids of who was found, and what was typed stands nowhere', async () => {
  const { receipt, people } = await ask({ asked: AT(2) });
  const [found] = people;
  const { lookUps } = await desk.house.ask<LookUpsListed>(
    'auditor',
    'GET',
    `/incidents/${of.incident}/look-ups?person=${found?.person}&most=1`,
  );
  assert.equal(lookUps[0]?.entry, receipt.entry);
  assert.match(lookUps[0]?.by ?? '', /^tok_/);
  const nobody = await ask({ asked: 'never-seen@elsewhere.example' });
  for (const typed of [AT(2), 'never-seen']) await desk.house.refuseInClear(typed);
  const texts = await desk.house.world.db.rows(
    'SELECT 1 FROM register_texts WHERE index = ANY (:entries::int8[])',
    { entries: [receipt.entry, nobody.receipt.entry] },
  );
  assert.deepEqual(texts, []);
  // Whoever has the receipt can show what was asked.
  const [entry] = await desk.house.world.db.rows<{ entry: Uint8Array }>(
    'SELECT entry FROM register_entries WHERE index = :index::int8',
    { index: receipt.entry },
  );
  assert.match(Buffer.from(entry?.entry ?? []).toString('utf8'), /"by":"address"/);
});

test('a page of look-ups that ends within one that named many people is finished, and nobody is passed over', async () => {
  const shared = { email: 'shared@people.example', language: 'en' };
  const { incident } = await desk.sent([30, 31, 32, 33, 34].map((n) => person(n, shared)));
  const looked: string[] = [];
  for (const asked of ['c000030', shared.email, shared.email, 'c000031']) {
    const { people, receipt } = await ask({ asked });
    looked.unshift(...people.map((found) => `${receipt.entry} ${found.person}`).sort());
  }
  assert.equal(looked.length, 12, 'two look-ups of five people between two of one');
  for (const most of [1, 2, 3, 6, 7, 11, 12]) {
    const listed: string[] = [];
    let before = '';
    for (;;) {
      const { lookUps, next } = await desk.house.ask<LookUpsListed>(
        'auditor',
        'GET',
        `/incidents/${incident}/look-ups?most=${most}${before}`,
      );
      assert.ok(lookUps.length > 0, 'no page is empty');
      listed.push(...lookUps.map((row) => `${row.entry} ${row.person}`));
      if (next === undefined) break;
      before = `&before=${next}`;
    }
    assert.deepEqual(listed, looked, `${most} a page`);
  }
});

test('whoever may have the notice gets no second one without a recorded wish; with it one copy goes, byte for byte, and only one at a time', async () => {
  const { person: id, sendAgain } = await one(1);
  assert.deepEqual([sendAgain.possible, sendAgain.needsWish], [true, true]);
  const path = `/desk/people/${id}/send-again`;
  assert.match(await desk.house.refusal('support-agent', 'POST', path, {}), /wish-needed/);
  const done = await desk.house.ask<DeskDone>('support-agent', 'POST', path, {
    wish: 'Deleted it by mistake.',
  });
  assert.deepEqual([done.act, done.state], ['copy', 'accepted']);
  assert.match(
    await desk.house.refusal('support-agent', 'POST', path, { wish: 'Again.' }),
    /campaign-refuses/,
  );
  await desk.sendAnswers();
  await desk.sendAnswers();
  const [first, second, ...more] = desk.takenTo(AT(1));
  assert.ok(first !== undefined && second !== undefined && more.length === 0);
  assert.equal(second.from, first.from, 'what comes back finds its person');
  const unsigned = (bytes: Buffer) =>
    createHash('sha256')
      .update(bytes.subarray(bytes.indexOf('\r\nDate: ')))
      .digest('hex');
  assert.equal(unsigned(second.bytes), unsigned(first.bytes));
  const check = await ask({ eml: second.bytes.toString('base64'), address: AT(1) });
  assert.equal(check.message?.verdict, 'genuine-unchanged');
  assert.deepEqual(
    check.people[0]?.acts.map(({ act, mail }) => [act, mail]),
    [['copy', 'accepted']],
  );
  await desk.house.refuseInClear('Deleted it');
});

test('what came back is tried again by the campaign, without a wish; and once tried not again', async () => {
  const { person: id } = await one(3);
  const path = `/desk/people/${id}/send-again`;
  const done = await desk.house.ask<DeskDone>('support-agent', 'POST', path, {});
  assert.deepEqual([done.act, done.state, done.waitsFor], ['try-again', 'prepared', 'resume-campaign']);
  assert.match(await desk.house.refusal('support-agent', 'POST', path, { wish: 'Yes.' }), /campaign-refuses/);
  assert.equal((await one(3)).told, 'on-its-way');
});

test('a letter is a task; beside a message that was accepted, or a second time, it takes a wish', async () => {
  const letter = (id: string, given: object = {}) =>
    desk.house.ask<DeskDone>('support-agent', 'POST', `/desk/people/${id}/letter`, given);
  const refusal = (id: string) =>
    desk.house.refusal('support-agent', 'POST', `/desk/people/${id}/letter`, {});
  const waiting = (await ask({ asked: 'c000009' })).people[0]?.person ?? '';
  const first = await letter(waiting);
  assert.deepEqual([first.act, first.state], ['letter', 'other-channel']);
  assert.match(await refusal(waiting), /wish-needed/);
  const accepted = (await one(2)).person;
  assert.match(await refusal(accepted), /wish-needed/);
  assert.equal((await letter(accepted, { wish: 'Reads no mail.' })).state, 'accepted');
  assert.equal((await letter((await one(3)).person)).state, 'other-channel', 'in the place of the message');
  const { tasks } = await desk.house.ask<IncidentShown>(
    'privacy-officer',
    'GET',
    `/incidents/${of.incident}`,
  );
  assert.ok(
    tasks.some(({ id, owner, due }) => id === first.task && owner === 'usr_ada' && due === first.due),
  );
});

test('what a customer disputes is a task with an owner and a time, and their words stand beside the entry', async () => {
  const { person: id } = await one(4);
  const due = '2025-11-25T10:00:00+01:00';
  const done = await desk.house.ask<DeskDone>('support-agent', 'POST', `/desk/people/${id}/dispute`, {
    text: 'I have never been a customer.',
    owner: 'usr_bo',
    due,
  });
  const shown = await desk.house.ask<IncidentShown>('privacy-officer', 'GET', `/incidents/${of.incident}`);
  const task = shown.tasks.find(({ id: of }) => of === done.task);
  assert.deepEqual([task?.owner, task?.due], ['usr_bo', due]);
  assert.match(JSON.stringify(shown.timeline), /I have never been a customer/);
  assert.match(
    await desk.house.refusal('support-agent', 'POST', `/desk/people/${id}/dispute`, {
      text: 'x',
      owner: 'usr_none',
    }),
    /account-unsuitable/,
  );
  assert.match(await desk.house.refusal('auditor', 'POST', '/desk', { asked: AT(1) }), /not-permitted/);
});

test('an account that looks up more people than anybody speaks with is held up', async () => {
  desk.house.world.pass(25);
  for (let n = 0; n < 30; n += 1) await desk.house.ask('investigator', 'POST', '/desk', { asked: `c9${n}` });
  assert.match(
    await desk.house.refusal('investigator', 'POST', '/desk', { asked: 'c1' }),
    /too-many-requests/,
  );
});
