import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import nodemailer from 'nodemailer';
import { type Receiver, receiveBySmtp } from './smtp.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-receiver-'));
after(() => rmSync(work, { recursive: true, force: true }));
let folder = '';
let receiver: Receiver;
let folders = 0;
const MOST = 100_000;
const keys = () => {
  const [key, cert] = [join(work, 'key.pem'), join(work, 'cert.pem')];
  if (!existsSync(key))
    spawnSync('openssl', [
      ...[
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '30',
        '-subj',
        '/CN=returns.marlow.example',
      ],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
    ]);
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
};
beforeEach(async () => {
  folders += 1;
  folder = join(work, String(folders));
  receiver = await receiveBySmtp({
    host: '127.0.0.1',
    port: 0,
    name: 'mail.marlow.example',
    tls: keys(),
    folder,
    mostBytes: MOST,
    isKnown: async (address) => {
      if (address.startsWith('broken')) throw new Error('no database');
      return address === 'abcdefgh1234@returns.marlow.example';
    },
    now: () => new Date(),
    log: () => {},
  });
});
afterEach(() => receiver.close());
const kept = () =>
  readdirSync(join(folder, 'new')).map((name) => readFileSync(join(folder, 'new', name), 'latin1'));
const OURS = 'abcdefgh1234@returns.marlow.example';

test('a message from nodemailer over TLS is kept whole, with the address of its envelope at its top, for its owner alone', async () => {
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: receiver.port,
    requireTLS: true,
    tls: { rejectUnauthorized: false },
  });
  const { response } = await transport.sendMail({
    envelope: { from: '', to: OURS },
    from: 'mailer-daemon@mx.people.example',
    to: OURS,
    subject: 'Undelivered',
    text: 'one\n.two\n..three\n',
  });
  transport.close();
  assert.match(response ?? '', /^250 2\.0\.0/);
  const [message = ''] = kept();
  assert.match(message, /^Return-Path: <>\r\nDelivered-To: abcdefgh1234@returns\.marlow\.example\r\n/);
  assert.match(message, /one\r\n\.two\r\n\.\.three\r\n/);
  const name = readdirSync(join(folder, 'new'))[0] ?? '';
  assert.equal(statSync(join(folder, 'new', name)).mode & 0o77, 0);
});

/** Says these lines one after the other, each when the one before was answered; the answers. */
function talk(lines: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(receiver.port, '127.0.0.1');
    const answers: string[] = [];
    const left = [...lines];
    let text = '';
    socket.on('data', (piece) => {
      text += piece;
      if (!/^\d{3} .*\r\n$/m.test(text)) return;
      answers.push(text.trim().split('\r\n').at(-1) ?? '');
      text = '';
      const next = left.shift();
      if (next === undefined) socket.end();
      else socket.write(`${next}\r\n`);
    });
    socket.on('close', () => resolve(answers));
    socket.on('error', reject);
  });
}
const to = (address: string) => ['EHLO x.example', 'MAIL FROM:<>', `RCPT TO:<${address}>`];

test('nobody else’s mail is taken, nothing is relayed, and who asks for two is told to come by themselves', async () => {
  assert.match((await talk(to('somebody@elsewhere.example'))).at(-1) ?? '', /^550 .*5\.1\.1/);
  assert.match((await talk(to('zzzzzzzz0000@returns.marlow.example'))).at(-1) ?? '', /^550 /);
  assert.match((await talk(to('broken@returns.marlow.example'))).at(-1) ?? '', /^451 /);
  assert.match(
    (await talk([...to(OURS), `RCPT TO:<abcdefgh9999@returns.marlow.example>`])).at(-1) ?? '',
    /^4|^550/,
  );
  assert.match((await talk(['EHLO x.example', 'AUTH PLAIN AGEAYg=='])).at(-1) ?? '', /^5/);
  assert.deepEqual(kept(), []);
});

test('what is too long, or goes round, is refused and not kept; one that breaks off is not there', async () => {
  const long = [
    ...to(OURS),
    'DATA',
    `Subject: x\r\n\r\n${'x'.repeat(998)}\r\n`.padEnd(MOST + 5000, `${'y'.repeat(900)}\r\n`).concat('\r\n.'),
  ];
  assert.match((await talk(long)).at(-1) ?? '', /^552/);
  const hops = Array.from({ length: 101 }, (_, n) => `Received: from a${n} by b; x`).join('\r\n');
  assert.match(
    (await talk([...to(OURS), 'DATA', `${hops}\r\nSubject: x\r\n\r\nround\r\n.`])).at(-1) ?? '',
    /^554 .*5\.4\.6/,
  );
  const socket = connect(receiver.port, '127.0.0.1');
  let said = '';
  const left = [...to(OURS), 'DATA'];
  await new Promise<void>((resolve) => {
    socket.on('data', (piece) => {
      said += piece;
      if (said.includes('354 ')) resolve();
      else if (/^\d{3} .*\r\n$/m.test(said)) {
        said = '';
        socket.write(`${left.shift()}\r\n`);
      }
    });
  });
  socket.write('Subject: half\r\n\r\nhalf');
  socket.destroy();
  await receiver.close();
  assert.deepEqual(kept(), []);
  assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
});

test('a client that returns thousands a minute is told to come again', async () => {
  const answers = await talk([
    'EHLO x.example',
    'MAIL FROM:<>',
    ...Array(1201).fill('RCPT TO:<nobody000@returns.marlow.example>'),
  ]);
  assert.match(answers.at(-1) ?? '', /^450/);
});

test('a port that is taken is said so', async () => {
  await assert.rejects(
    receiveBySmtp({
      host: '127.0.0.1',
      port: receiver.port,
      name: 'x',
      folder,
      mostBytes: 1,
      isKnown: async () => false,
      now: () => new Date(),
      log: () => {},
    }),
    { code: 'address-unavailable' },
  );
});
