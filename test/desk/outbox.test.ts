/** Single mails, against a real SMTP sink that misbehaves: each is sent at most once, and what became of it is on record. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DeskAnswer } from '@forthright/contract';
import { person } from '../../server/src/notify/campaigns/testing.ts';
import type { Deed } from '../../server/src/platform/mail/smtp/testing.ts';
import { DeskHouse } from './house.ts';

let desk: DeskHouse;
const AT = (n: number) => `person-${n}@people.example`;

before(async () => {
  desk = await DeskHouse.open();
  await desk.sent(Array.from({ length: 6 }, (_, n) => person(n)));
});
after(() => desk.close());

/** Asks for a copy for this person; the sink answers so. */
async function copyFor(n: number, deed: Deed | undefined): Promise<void> {
  const { people } = await desk.house.ask<DeskAnswer>('support-agent', 'POST', '/desk', { asked: AT(n) });
  const path = `/desk/people/${people[0]?.person}/send-again`;
  await desk.house.ask('support-agent', 'POST', path, { wish: 'Deleted it.' });
  desk.deed = ({ to }) => (String(to) === AT(n) ? deed : undefined);
}
const stateOf = async (n: number) => {
  const { people } = await desk.house.ask<DeskAnswer>('support-agent', 'POST', '/desk', { asked: AT(n) });
  return people[0]?.acts.at(-1)?.mail;
};
const sent = (n: number) => desk.takenTo(AT(n)).length;

test('what a server refuses is refused, and not tried again', async () => {
  await copyFor(0, { say: '550 5.7.1 No\r\n' });
  await desk.sendAnswers();
  assert.equal(await stateOf(0), 'refused');
  desk.deed = () => undefined;
  await desk.sendAnswers();
  assert.equal(sent(0), 1, 'only the notice itself');
});

test('what a server asks to have later is sent later, once', async () => {
  await copyFor(1, { say: '451 4.7.1 Later\r\n' });
  await desk.sendAnswers();
  assert.equal(await stateOf(1), 'waiting');
  desk.deed = () => undefined;
  await desk.sendAnswers();
  assert.equal(sent(1), 1, 'not yet');
  desk.house.world.pass(1);
  await desk.sendAnswers();
  await desk.sendAnswers();
  assert.deepEqual([await stateOf(1), sent(1)], ['accepted', 2]);
});

test('whom nobody takes for three days is given up', async () => {
  await copyFor(2, { say: '451 4.7.1 Later\r\n' });
  await desk.sendAnswers();
  desk.house.world.pass(73);
  await desk.sendAnswers();
  assert.equal(await stateOf(2), 'expired');
});

test('a connection that breaks behind the message’s end leaves it in doubt, and it is not repeated', async () => {
  await copyFor(3, 'close');
  await desk.sendAnswers();
  assert.equal(await stateOf(3), 'in-doubt');
  desk.deed = () => undefined;
  desk.house.world.pass(1);
  await desk.sendAnswers();
  assert.equal(sent(3), 1);
});

test('whatever a process that was killed had released is in doubt; so is all that waited when the record was put back', async () => {
  const { db } = desk.house.world;
  await copyFor(4, undefined);
  await db.transaction((tx) =>
    tx.run("UPDATE answer_mails SET state = 'released' WHERE state = 'waiting'", {}),
  );
  await copyFor(5, undefined);
  await db.transaction((tx) =>
    tx.run("UPDATE answer_mails SET epoch = epoch - 1 WHERE state = 'waiting'", {}),
  );
  await desk.sendAnswers();
  assert.deepEqual([await stateOf(4), await stateOf(5)], ['in-doubt', 'in-doubt']);
  assert.deepEqual([sent(4), sent(5)], [1, 1]);
});

test('with its outcome the message is deleted, and the outcome has its entry', async () => {
  const { db } = desk.house.world;
  const wrong = await db.rows(
    `SELECT m.id FROM answer_mails m LEFT JOIN register_entries e ON e.index = m.settled_entry AND e.kind = 'answers-settled'
      WHERE m.state NOT IN ('waiting', 'released') AND (m.message IS NOT NULL OR m.recipient IS NOT NULL OR e.index IS NULL)`,
  );
  assert.deepEqual(wrong, []);
});
