/** "Was I affected?" through the HTTP door: nothing tells one address from another, and only their owner is answered. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CustomerNotices, NoticeShown } from '@forthright/contract';
import { signedByUs } from '../../server/src/answer/check/signature.ts';
import { answerAsksHandler, archivedKeys } from '../../server/src/answer/index.ts';
import { person } from '../../server/src/notify/campaigns/testing.ts';
import { DeskHouse, how, JOB } from './house.ts';

let desk: DeskHouse;
const AT = (n: number) => `person-${n}@people.example`;

before(async () => {
  desk = await DeskHouse.open();
  desk.directory(['id,email', 'c000001,person-1@people.example', 'c000077,Only-Listed@People.example', '']);
  await desk.sent([person(1, { language: 'de' }), person(2, { language: 'ja' }), person(3)]);
});
after(() => desk.close());

const ask = (address: string, more: object = {}) =>
  desk.house.world.ask('POST', '/api/was-i-affected', {}, { address, ...more });
const answerAsks = async () => {
  const { db, now, folder } = desk.house.world;
  const { workspace, mailing } = desk;
  await answerAsksHandler({ db, now, data: folder, workspace, mailing }).run(JOB, how());
  await desk.sendAnswers();
};
const since = (count: number) =>
  desk.sink.taken
    .slice(count)
    .map(({ to }) => String(to))
    .sort();
const rowsOf = async (table: string) =>
  (await desk.house.world.db.rows(`SELECT 1 AS one FROM ${table}`)).length;

test('known and unknown addresses hear the same words, and only those that we know are written to, once a week', async () => {
  const begun = desk.sink.taken.length;
  const heard = [];
  for (const address of [
    AT(1),
    'nobody@elsewhere.example',
    ' PERSON-1@people.example',
    'only-listed@people.example',
  ]) {
    const { status, text } = await ask(address);
    heard.push(`${status} ${text}`);
  }
  assert.equal(new Set(heard).size, 1, heard.join('\n'));
  assert.equal(desk.sink.taken.length, begun, 'nothing goes out while somebody waits');
  await answerAsks();
  assert.deepEqual(since(begun), ['only-listed@people.example', AT(1)]);
  assert.equal(await rowsOf('affected_asks'), 0, 'what strangers asked about is gone');
  await ask(AT(1));
  await answerAsks();
  assert.equal(desk.sink.taken.length, begun + 2, 'not again in the same week');
  desk.house.world.pass(8 * 24);
  await ask(AT(1));
  await answerAsks();
  assert.deepEqual(since(begun + 2), [AT(1)]);
});

test('the mail tells its owner what was sent, in their language, signed, without a link; whoever was sent nothing is told that', async () => {
  const [told] = desk.takenTo(AT(1)).slice(1);
  const [listed] = desk.takenTo('only-listed@people.example');
  const { default: PostalMime } = await import('postal-mime');
  const { text = '', headers } = await PostalMime.parse(told?.bytes ?? '');
  assert.match(text, /20\. November 2025.*eine Mitteilung geschickt/s);
  assert.match(text, /privacy@marlow\.example/);
  assert.ok(headers.some(({ key, value }) => key === 'auto-submitted' && value === 'auto-generated'));
  const other = (await PostalMime.parse(listed?.bytes ?? '')).text ?? '';
  assert.match(other, /So far we have sent no notice to this address/);
  for (const one of [text, other]) assert.doesNotMatch(one, /https?:|www\./);
  const keys = await archivedKeys(desk.house.world.db);
  assert.equal(await signedByUs(told?.bytes as Buffer, keys), 'holds');
});

test('what is asked of a known address takes as long as of an unknown one', async () => {
  const took = { known: [] as number[], unknown: [] as number[] };
  const time = async (address: string) => {
    // The limits of one minute are not what is measured.
    desk.house.world.pass(0.02);
    const began = performance.now();
    const { status } = await ask(address);
    assert.equal(status, 200);
    return performance.now() - began;
  };
  for (let n = 0; n < 30; n += 1) await time(AT(1));
  for (let n = 0; n < 250; n += 1)
    // In turn, and each of them first as often as second.
    for (const kind of n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const))
      took[kind].push(await time(kind === 'known' ? AT(2) : `n${n}@people.example`));
  const middle = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  const [known, unknown] = [middle(took.known), middle(took.unknown)];
  assert.ok(
    Math.abs(known - unknown) < 0.25 * Math.max(known, unknown),
    `medians: known ${known.toFixed(2)} ms, unknown ${unknown.toFixed(2)} ms`,
  );
});

test('a flood from one client, and from many together, is held up alike for every address', async () => {
  desk.house.world.pass(1);
  for (let n = 0; n < 60; n += 1)
    assert.equal(
      (await desk.house.world.ask('POST', '/api/was-i-affected', { from: '192.0.2.9' }, { address: AT(1) }))
        .status,
      200,
    );
  for (const address of [AT(1), 'nobody@elsewhere.example'])
    assert.equal(
      (await desk.house.world.ask('POST', '/api/was-i-affected', { from: '192.0.2.9' }, { address })).status,
      429,
    );
  const before = desk.sink.taken.length;
  await answerAsks();
  assert.ok(desk.sink.taken.length - before <= 2, 'a thousand questions are no thousand mails');
});

test('what is no address is refused in the same way', async () => {
  for (const address of ['nobody', 'a@b@c', 'two@x.example, three@x.example'])
    assert.equal((await ask(address)).body.code, 'address-unusable', address);
});

test('whoever has code and address sees their notice and nothing else; with another address, or another’s code, nothing', async () => {
  const [mail] = desk.takenTo(AT(3));
  const text = (mail?.bytes.toString('latin1') ?? '').replace(/=\r\n/g, '');
  const code = /[0-9A-Z]{4}(?:-[0-9A-Z]{5}){3}/.exec(text)?.[0] ?? '';
  const show = async (given: object) =>
    (await desk.house.world.ask('POST', '/api/show-my-notice', {}, given)).body as NoticeShown;
  const right = await show({ code, address: AT(3) });
  assert.equal(right.is, 'sent-to-this-address');
  assert.match(right.notice?.text ?? '', /Person 3/);
  assert.match(right.notice?.text ?? '', new RegExp(code));
  assert.deepEqual(Object.keys(right.notice ?? {}).sort(), ['language', 'sentAt', 'subject', 'text']);
  assert.deepEqual(await show({ code, address: AT(2) }), { is: 'not-sent-to-this-address' });
  assert.deepEqual(await show({ code: code.replace(/.$/, '?'), address: AT(3) }), { is: 'code-mistyped' });
});

test('an app’s token asks for one customer and for nothing else', async () => {
  const { notices } = await desk.house.ask<CustomerNotices>(
    'customer-app',
    'GET',
    '/customers/c000003/notices',
  );
  assert.deepEqual(
    notices.map(({ told, language }) => [told, language]),
    [['accepted', 'en']],
  );
  assert.deepEqual(
    (await desk.house.ask<CustomerNotices>('customer-app', 'GET', '/customers/c999/notices')).notices,
    [],
  );
  assert.match(await desk.house.refusal('customer-app', 'POST', '/desk', { asked: AT(1) }), /not-permitted/);
  assert.match(await desk.house.refusal('customer-app', 'GET', '/incidents'), /not-permitted/);
  assert.match(
    await desk.house.refusal('support-agent', 'GET', '/customers/c000003/notices'),
    /not-permitted/,
  );
});
