import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Dovecot, startDovecot, whyNoDovecot } from '../../../../../test/peers/dovecot.ts';
import { type ImapBox, takeFromImap } from './imap.ts';

const skip = whyNoDovecot() ?? false;
let dovecot: Dovecot;
let box: ImapBox;
before(async () => {
  if (skip !== false) return;
  dovecot = await startDovecot();
  const { port, user, password } = dovecot;
  box = { host: '127.0.0.1', port, security: 'tls', verifies: false, user, password, mailbox: 'INBOX' };
});
after(() => dovecot?.stop());
const message = (n: number, text = 'Hello.') =>
  Buffer.from(`From: a@b.example\r\nSubject: ${n}\r\n\r\n${text}\r\n`);

test('a mailbox of a real Dovecot: each message once, seen after it was kept; what is not kept comes again under its id', {
  skip,
}, async () => {
  dovecot.deliver('1.a', message(1));
  dovecot.deliver('2.b', message(2));
  const ids: string[] = [];
  const texts: string[] = [];
  let fails = true;
  const keep = async ({ id, bytes }: { id: string; bytes: Uint8Array }) => {
    const text = Buffer.from(bytes).toString();
    ids.push(id);
    if (fails && text.includes('Subject: 2')) throw new Error('no disk');
    assert.ok(!dovecot.seen().some((name) => name.startsWith(text.includes('Subject: 1') ? '1.a' : '2.b')));
    texts.push(text);
    return undefined;
  };
  const first = await takeFromImap(box, { keep, mostBytes: 1000 });
  assert.deepEqual([first.kept, first.refused.length], [1, 1]);
  assert.equal(dovecot.seen().length, 1);
  fails = false;
  assert.equal((await takeFromImap(box, { keep, mostBytes: 1000 })).kept, 1);
  assert.equal((await takeFromImap(box, { keep, mostBytes: 1000 })).kept, 0);
  assert.equal(ids[1], ids[2], 'the same id');
  assert.deepEqual(texts, [message(1).toString(), message(2).toString()]);
});

test('of a long message the start; a wrong password, another name of the certificate and nobody there are one error', {
  skip,
}, async () => {
  dovecot.deliver('3.c', message(3, 'x'.repeat(100_000)));
  const sizes: number[] = [];
  const keep = async ({ bytes }: { bytes: Uint8Array }) => {
    sizes.push(bytes.length);
    return undefined;
  };
  await takeFromImap(box, { keep, mostBytes: 1000 });
  assert.deepEqual(sizes, [1000]);
  const taking = { keep, mostBytes: 1000 };
  await assert.rejects(takeFromImap({ ...box, password: 'wrong' }, taking), { code: 'mailbox-unreachable' });
  await assert.rejects(takeFromImap({ ...box, verifies: true }, taking), { code: 'mailbox-unreachable' });
  await assert.rejects(takeFromImap({ ...box, mailbox: 'Nowhere' }, taking), { code: 'mailbox-unreachable' });
});
