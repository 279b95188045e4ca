/**
 * Messages that are forwarded for a check, by real SMTP, Maildir and DNS on loopback: the verdict comes back once, to whoever is proved to
 * have asked, and nobody else is ever written to.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import nodemailer from 'nodemailer';
import PostalMime from 'postal-mime';
import { signedByUs } from '../../server/src/answer/check/signature.ts';
import { LANGUAGES, PROGRAMS } from '../../server/src/answer/forms.testing.ts';
import { archivedKeys, takeChecksHandler } from '../../server/src/answer/index.ts';
import { readSayings } from '../../server/src/answer/sayings/index.ts';
import { person } from '../../server/src/notify/campaigns/testing.ts';
import { type Mailing, startReceiver } from '../../server/src/notify/index.ts';
import { dkimKey, dkimRecord, oneAddress, signed } from '../../server/src/platform/mail/index.ts';
import type { Receiver } from '../../server/src/platform/mail/receive/index.ts';
import { startDns } from '../peers/dns.ts';
import { startDovecot, whyNoDovecot } from '../peers/dovecot.ts';
import { DeskHouse, how, JOB } from './house.ts';

const CHECK = 'check@marlow.example';
const AT = (n: number) => `person-${n}@people.example`;
const work = mkdtempSync(join(tmpdir(), 'forthright-checks-'));
const box = join(work, 'box');
const theirs = dkimKey({
  domain: 'people.example',
  selector: 's',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
});
let desk: DeskHouse;
let dns: Awaited<ReturnType<typeof startDns>>;
let receiver: Receiver | undefined;
let mailing: Mailing;
const log: { note?: string }[] = [];

before(async () => {
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(box, part), { recursive: true });
  dns = await startDns({ 'TXT s._domainkey.people.example': [dkimRecord(theirs).text] });
  desk = await DeskHouse.open();
  mailing = {
    ...desk.mailing,
    receive: { maildirs: [], imap: [], smtp: { host: '127.0.0.1', port: 0 } },
    check: {
      address: oneAddress(CHECK),
      maildirs: [box],
      imap: [],
      trusts: 'mx.marlow.example',
      dns: [dns.address],
    },
  };
  await desk.sent(Object.keys(LANGUAGES).map((language, n) => person(n, { language })));
  const { db, now, folder } = desk.house.world;
  receiver = await startReceiver({ db, now, log: () => {}, data: folder, mailing });
});
after(async () => {
  await receiver?.close();
  await desk.close();
  dns.stop();
  rmSync(work, { recursive: true, force: true });
});

const take = async () => {
  const { db, now, folder } = desk.house.world;
  const options = { db, now, data: folder, workspace: desk.workspace, mailing };
  log.length = 0;
  await takeChecksHandler({ ...options, log: (entry) => log.push(entry) }).run(JOB, how());
  await desk.sendAnswers();
};

let ids = 0;
type Given = Readonly<{
  from?: string;
  to?: string;
  path?: string | undefined;
  headers?: readonly string[];
  subject?: string;
  type?: string;
  body?: string;
  isSigned?: boolean;
}>;

/** A message to the check address, signed by its domain unless it is said otherwise. */
function letter({
  from = AT(0),
  to = CHECK,
  path = from,
  headers = [],
  subject = 'Fwd: http://evil.example/subject',
  type = 'text/plain; charset=utf-8',
  body = 'Is this really from you?\r\nDear customer, click here: http://evil.example/login\r\n',
  isSigned = true,
}: Given = {}): Buffer {
  ids += 1;
  const bytes = Buffer.from(
    [
      `From: Somebody <${from}>`,
      `To: ${to}`,
      `Subject: ${subject}`,
      'Date: Thu, 20 Nov 2025 14:00:00 +0000',
      `Message-ID: <message-number-${ids}@people.example>`,
      'MIME-Version: 1.0',
      `Content-Type: ${type}`,
      ...headers,
      '',
      body,
    ].join('\r\n'),
  );
  const whole = isSigned ? signed(bytes, [theirs], Date.parse('2025-11-20T14:00:00Z') / 1000) : bytes;
  return Buffer.concat([Buffer.from(path === undefined ? '' : `Return-Path: <${path}>\r\n`), whole]);
}

let puts = 0;
const put = (bytes: Uint8Array) => {
  puts += 1;
  writeFileSync(join(box, 'new', String(puts).padStart(6, '0')), bytes);
};

/** The answers that come of these messages. */
async function answersTo(...messages: readonly Uint8Array[]) {
  const begun = desk.sink.taken.length;
  // Another day: the limits of one are tried elsewhere.
  desk.house.world.pass(25);
  for (const one of messages) put(one);
  await take();
  const taken = desk.sink.taken.slice(begun);
  const answers = await Promise.all(
    taken.map(async ({ to, from, bytes }) => ({
      to: String(to),
      from,
      bytes,
      mail: await PostalMime.parse(bytes),
    })),
  );
  // In the order of what they answer; they leave in any.
  const numberOf = (text = '') => Number(/message-number-(\d+)/.exec(text)?.[1]);
  return answers.sort((a, b) => numberOf(a.mail.inReplyTo) - numberOf(b.mail.inReplyTo));
}

const original = (n: number) => desk.takenTo(AT(n))[0]?.bytes ?? Buffer.alloc(0);
const attached = (bytes: Buffer, to: string): Given => ({
  from: to,
  subject: 'Fwd:',
  type: 'multipart/mixed; boundary="b"',
  body: [
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Is this really from you?',
    '--b',
    'Content-Type: message/rfc822',
    '',
    bytes.toString('latin1'),
    '--b--',
    '',
  ].join('\r\n'),
});

test('a notice that is forwarded as an attachment or inline is genuine, in each language; the answer is signed, quotes nothing and is sent once', async () => {
  const languages = Object.keys(LANGUAGES);
  for (const [n, language] of languages.entries()) {
    const mail = original(n);
    const { text = '', subject = '' } = await PostalMime.parse(mail);
    const forward = PROGRAMS.gmail?.(
      {
        subject,
        text,
        name: 'Marlow Market',
        address: 'privacy@marlow.example',
        to: AT(n),
        replyTo: 'privacy@marlow.example',
      },
      LANGUAGES[language] as (typeof LANGUAGES)[string],
    );
    const answers = await answersTo(
      letter(attached(mail, AT(n))),
      letter({
        from: AT(n),
        subject: 'Fwd:',
        headers: ['Content-Transfer-Encoding: 8bit'],
        body: (forward ?? '').replace(/\r?\n/g, '\r\n'),
      }),
    );
    assert.deepEqual(
      answers.map(({ to }) => to),
      [AT(n), AT(n)],
      language,
    );
    for (const { mail: answer, bytes } of answers) {
      assert.equal(answer.headers.find(({ key }) => key === 'content-language')?.value, language);
      assert.equal(answer.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-replied');
      assert.match(answer.inReplyTo ?? '', /message-number/);
      assert.doesNotMatch(answer.text ?? '', /evil|https?:|person-|[0-9A-Z]{5}-[0-9A-Z]{5}/);
      assert.equal(await signedByUs(bytes, await archivedKeys(desk.house.world.db)), 'holds');
    }
    const say = (await readSayings()).in(language);
    const [asFile, inline] = answers.map(({ mail: { text: words = '' } }) => words);
    assert.ok(asFile?.includes(say('verdict.genuine-unchanged')), `${language}: ${asFile}`);
    assert.ok(inline?.includes(say('verdict.genuine-touched')), `${language}: ${inline}`);
  }
});

test('a stranger’s message is not ours, and another person’s notice is a replay: genuine for nobody but its addressee', async () => {
  const [foreign] = await answersTo(letter());
  assert.match(foreign?.mail.text ?? '', /The message is not from us/);
  assert.match(foreign?.mail.text ?? '', /What was checked: There is no code of ours in it/);
  assert.doesNotMatch(`${foreign?.mail.subject} ${foreign?.mail.text} ${foreign?.mail.html}`, /evil/);
  const [replay] = await answersTo(letter(attached(original(0), AT(7))));
  assert.doesNotMatch(replay?.mail.text ?? '', /from us, and nothing|every word/);
  const changed = Buffer.from(
    original(0).toString('latin1').replaceAll('marlow.example', 'mar1ow.example'),
    'latin1',
  );
  const [forged] = await answersTo(letter(attached(changed, AT(0))));
  assert.match(forged?.mail.text ?? '', /made of one of ours|not from us/);
});

test('whatever a program wrote, or nobody in particular, or somebody in another’s name, is not answered', async () => {
  const silent: Readonly<Record<string, Given>> = {
    'null-sender': { path: '' },
    automatic: { headers: ['Auto-Submitted: auto-replied'] },
    bulk: { headers: ['Precedence: bulk'] },
    list: { headers: ['List-Id: <news.people.example>'] },
    report: { type: 'multipart/report; report-type=delivery-status; boundary=x' },
    program: { from: 'no-reply@people.example' },
    'own-address': { from: 'privacy@marlow.example' },
    'answers-us': { headers: ['In-Reply-To: <answer.0123456789abcdef@marlow.example>'] },
    'other-envelope': { path: 'someone@elsewhere.example' },
    'not-to-us': { to: 'someone@elsewhere.example' },
    'sender-unproved': { isSigned: false },
  };
  for (const [why, given] of Object.entries(silent)) {
    assert.deepEqual(await answersTo(letter(given)), [], why);
    assert.deepEqual(
      log.map(({ note }) => note),
      [why],
    );
  }
  const twice = letter({ isSigned: false, headers: [`From: Another <${AT(1)}>`] });
  assert.deepEqual(await answersTo(twice), []);
  const [own] = desk.sink.taken.slice(-1);
  assert.deepEqual(
    await answersTo(Buffer.concat([Buffer.from('Return-Path: <>\r\n'), own?.bytes ?? Buffer.alloc(0)])),
    [],
    'our own answer',
  );
});

test('in a mailbox that others fill, our own server’s word stands for the sender; nobody else’s does', async () => {
  const said = (id: string, from: string) => [
    `Authentication-Results: ${id}; dkim=pass header.d=elsewhere.example; dmarc=pass (p=reject) header.from=${from}`,
  ];
  const from = 'reader@elsewhere.example';
  const ask = (headers: readonly string[]) => answersTo(letter({ from, headers, isSigned: false }));
  assert.equal((await ask(said('mx.marlow.example', 'elsewhere.example'))).length, 1);
  assert.deepEqual(await ask(said('mx.evil.example', 'elsewhere.example')), []);
  assert.deepEqual(await ask(said('mx.marlow.example', 'people.example')), []);
  assert.deepEqual(
    await ask([...said('mx.evil.example', 'x.example'), ...said('mx.marlow.example', 'elsewhere.example')]),
    [],
    'only the topmost counts',
  );
});

test('the same message is answered once, and one sender ten times a day: two programs never write to each other for long', async () => {
  const one = letter({ from: AT(8) });
  assert.equal((await answersTo(one)).length, 1);
  assert.deepEqual(await answersTo(one), []);
  assert.deepEqual(
    log.map(({ note }) => note),
    ['known'],
  );
  const many = Array.from({ length: 14 }, () => letter({ from: AT(9) }));
  assert.equal((await answersTo(...many)).length, 10);
  assert.equal(log.filter(({ note }) => note === 'too-many').length, 4);
});

test('a mailbox of a foreign server (Dovecot over TLS): what was forwarded is answered once and left as read', {
  skip: whyNoDovecot() ?? false,
}, async () => {
  const dovecot = await startDovecot();
  const before = mailing;
  try {
    const { port, user, password } = dovecot;
    const imap = {
      host: '127.0.0.1',
      port,
      security: 'tls' as const,
      verifies: false,
      user,
      password,
      mailbox: 'INBOX',
    };
    assert.ok(mailing.check);
    mailing = { ...mailing, check: { ...mailing.check, maildirs: [], imap: [imap] } };
    const asked = letter();
    dovecot.deliver('1.signed', asked);
    dovecot.deliver('2.unproved', letter({ isSigned: false }));
    dovecot.deliver('3.broken', Buffer.from('no header at all'));
    const answers = await answersTo();
    const [id] = /<message-number-\d+@people\.example>/.exec(asked.toString()) ?? [];
    assert.deepEqual(
      answers.map(({ to, mail }) => [to, mail.inReplyTo]),
      [[AT(0), id]],
    );
    assert.ok(log.some(({ note }) => note === 'sender-unproved'));
    assert.equal(dovecot.seen().length, 3, 'each is left as read');
    assert.deepEqual(await answersTo(), [], 'and nothing is answered twice');
    // Unread once more, as somebody may leave it: it is known.
    dovecot.deliver('4.again', asked);
    assert.deepEqual(await answersTo(), []);
    assert.ok(log.some(({ note }) => note === 'known'));
  } finally {
    mailing = before;
    await dovecot.stop();
  }
});

test('our own receiver takes mail to the check address, and believes nobody’s word but a signature', async () => {
  const send = async (raw: Buffer, from: string) => {
    const transport = nodemailer.createTransport({
      host: '127.0.0.1',
      port: receiver?.port ?? 0,
      ignoreTLS: true,
    });
    await transport.sendMail({ envelope: { from, to: CHECK }, raw });
    transport.close();
  };
  desk.house.world.pass(25);
  const begun = desk.sink.taken.length;
  const headers = ['Authentication-Results: mx.marlow.example; dmarc=pass header.from=elsewhere.example'];
  await send(
    letter({ from: 'x@elsewhere.example', headers, isSigned: false, path: undefined }),
    'x@elsewhere.example',
  );
  await send(letter({ from: AT(3), path: undefined }), AT(3));
  await take();
  assert.deepEqual(
    desk.sink.taken.slice(begun).map(({ to }) => String(to)),
    [AT(3)],
  );
  const checks = join(desk.house.world.folder, 'checks');
  assert.deepEqual(
    [...readdirSync(join(checks, 'new')), ...readdirSync(join(checks, 'cur'))],
    [],
    'nothing of it is kept',
  );
});

test('what is broken, huge or nested deep has an answer or none, and stops nobody behind it', async () => {
  const deep = letter({
    from: AT(5),
    type: 'multipart/mixed; boundary=b',
    body: '--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'.repeat(1000),
  });
  const huge = letter({ from: AT(5), body: `${'x'.repeat(990)}\r\n`.repeat(17_500) });
  const answers = await answersTo(
    Buffer.from('\0\xff\r\n\r\n', 'latin1'),
    deep,
    huge,
    letter({ from: AT(6) }),
  );
  assert.ok(answers.some(({ to }) => to === AT(6)));
  for (const { to, mail } of answers)
    if (to === AT(5)) assert.doesNotMatch(mail.text ?? '', /^The message is from us/m);
});

test('a flood to the check address is told to come again before it fills the disk, and the check goes on', async () => {
  const checks = join(desk.house.world.folder, 'checks', 'new');
  for (let n = 0; n < 500; n += 1) writeFileSync(join(checks, `f${n}`), 'From: x@y.example\r\n\r\nx');
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: receiver?.port ?? 0,
    ignoreTLS: true,
  });
  const send = () =>
    transport.sendMail({
      envelope: { from: AT(4), to: CHECK },
      raw: letter({ from: AT(4), path: undefined }),
    });
  await assert.rejects(send(), { responseCode: 451 });
  await take();
  await send();
  transport.close();
  desk.house.world.pass(25);
  const begun = desk.sink.taken.length;
  await take();
  assert.equal(desk.sink.taken.length, begun + 1);
});
