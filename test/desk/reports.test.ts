/**
 * Mails that customers did not want, forwarded to the address for reports, by real SMTP, Maildir and DNS on loopback: what they say of
 * their sender is kept, once, whoever proved to be who they say is thanked once, and one campaign is one group.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ReportGroupsListed, ReportHeard } from '@forthright/contract';
import nodemailer from 'nodemailer';
import PostalMime from 'postal-mime';
import { LANGUAGES, PROGRAMS } from '../../server/src/answer/forms.testing.ts';
import { reportersOf, reportOperations, takeReportsHandler } from '../../server/src/answer/index.ts';
import { readSayings } from '../../server/src/answer/sayings/index.ts';
import { actor } from '../../server/src/incident/testing.ts';
import { person } from '../../server/src/notify/campaigns/testing.ts';
import { type Mailing, startReceiver } from '../../server/src/notify/index.ts';
import { dkimKey, dkimRecord, oneAddress, signed } from '../../server/src/platform/mail/index.ts';
import type { Receiver } from '../../server/src/platform/mail/receive/index.ts';
import { startDns } from '../peers/dns.ts';
import { DeskHouse, how, JOB } from './house.ts';

const REPORT = 'report@marlow.example';
const AT = (n: number) => `person-${n}@people.example`;
const work = mkdtempSync(join(tmpdir(), 'forthright-reports-'));
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
    reports: {
      address: oneAddress(REPORT),
      maildirs: [box],
      imap: [],
      trusts: 'mx.marlow.example',
      dns: [dns.address],
      keepDays: 100,
    },
  };
  await desk.sent([person(0, { language: 'de' })]);
  const { db, now, folder } = desk.house.world;
  receiver = await startReceiver({ db, now, log: () => {}, data: folder, mailing });
});
after(async () => {
  await receiver?.close();
  await desk.close();
  dns.stop();
  rmSync(work, { recursive: true, force: true });
});

const SPAM = {
  subject: 'Half price',
  name: 'Lamp Shop',
  address: 'offers@lamps.example',
  replyTo: 'offers@lamps.example',
  text: 'Dear customer, only this week every lamp of our shop costs half of its price, and whoever orders two of them gets a third for nothing.\nhttps://www.lamps.example/deal?c=1\n',
};

let ids = 0;
type Given = Readonly<{
  from?: string;
  path?: string | undefined;
  headers?: readonly string[];
  body?: string;
  type?: string;
  isSigned?: boolean;
}>;

/** A mail to the address for reports, signed by its domain unless it is said otherwise. */
function letter({
  from = AT(1),
  path = from,
  headers = [],
  body = forwarded(),
  type = 'text/plain; charset=utf-8',
  isSigned = true,
}: Given = {}): Buffer {
  ids += 1;
  const bytes = Buffer.from(
    [
      `From: Somebody <${from}>`,
      `To: ${REPORT}`,
      'Subject: Fwd: Half price',
      'Date: Thu, 20 Nov 2025 14:00:00 +0000',
      `Message-ID: <message-number-${ids}@people.example>`,
      'MIME-Version: 1.0',
      `Content-Type: ${type}`,
      'Content-Transfer-Encoding: 8bit',
      ...headers,
      '',
      body.replace(/\r?\n/g, '\r\n'),
    ].join('\r\n'),
  );
  const whole = isSigned ? signed(bytes, [theirs], Date.parse('2025-11-20T14:00:00Z') / 1000) : bytes;
  return Buffer.concat([Buffer.from(path === undefined ? '' : `Return-Path: <${path}>\r\n`), whole]);
}

const forwarded = (
  given: Partial<typeof SPAM> = {},
  program = 'gmail',
  language = 'en',
  to = 'anna@people.example',
): string =>
  PROGRAMS[program]?.({ ...SPAM, ...given, to }, LANGUAGES[language] as (typeof LANGUAGES)[string]) ?? '';

const take = async () => {
  const { db, now, folder } = desk.house.world;
  log.length = 0;
  const options = { db, now, data: folder, workspace: desk.workspace, mailing };
  await takeReportsHandler({ ...options, log: (entry) => log.push(entry) }).run(JOB, how());
  await desk.sendAnswers();
};

let puts = 0;
/** What is written to anybody because of these. */
async function thanksFor(...messages: readonly Uint8Array[]) {
  const begun = desk.sink.taken.length;
  for (const one of messages) {
    puts += 1;
    writeFileSync(join(box, 'new', String(puts).padStart(6, '0')), one);
  }
  await take();
  return Promise.all(
    desk.sink.taken
      .slice(begun)
      .map(async ({ to, bytes }) => ({ to: String(to), mail: await PostalMime.parse(bytes) })),
  );
}

async function operate<T>(
  name: string,
  input: object,
  role: 'investigator' | 'privacy-officer' | 'customer-app' = 'investigator',
): Promise<T> {
  const { db, now, folder } = desk.house.world;
  const found = reportOperations({ data: folder, workspace: desk.workspace, mailing }).find(
    (one) => one.name === name,
  );
  assert.ok(found !== undefined, name);
  const asked = { db, now, actor: actor('usr_cy', role) };
  return found.output.parse(await found.run(asked, found.input.parse(input))) as T;
}
const groups = async () => operate<ReportGroupsListed>('list-report-groups', {});

test('reports of one campaign are one group, in any language and program; each reporter is thanked once, in their language', async () => {
  const languages = Object.keys(LANGUAGES);
  const programs = Object.keys(PROGRAMS);
  const letters = languages.map((language, n) =>
    letter({
      from: AT(n + 10),
      body: forwarded({}, programs[n % programs.length] ?? '', language, AT(n + 10)),
    }),
  );
  const thanks = await thanksFor(...letters);
  assert.deepEqual(thanks.map(({ to }) => to).sort(), languages.map((_, n) => AT(n + 10)).sort());
  const say = (await readSayings()).in('en');
  for (const { mail } of thanks) {
    assert.equal(mail.headers.find(({ key }) => key === 'auto-submitted')?.value, 'auto-replied');
    assert.doesNotMatch(
      `${mail.text}${mail.html}`,
      /lamps|Half price|person-/,
      'nothing of the report is repeated',
    );
    assert.match(mail.inReplyTo ?? '', /message-number/);
  }
  assert.ok(thanks.some(({ mail }) => mail.text?.includes(say('mail.thanks.intro'))));
  const { reports, groups: found } = await groups();
  assert.deepEqual([reports, found.length], [languages.length, 1]);
  const [one] = found;
  assert.deepEqual(
    [one?.proved, one?.senders, one?.links],
    [languages.length, [SPAM.address], ['www.lamps.example']],
  );
  assert.doesNotMatch(JSON.stringify(found), /people\.example/, 'nobody reads who reported');
  // Another mail of the same person: kept, and no further thanks.
  assert.deepEqual(
    await thanksFor(letter({ from: AT(10), body: forwarded({ text: `Again. ${SPAM.text}` }) })),
    [],
  );
  assert.equal((await groups()).reports, languages.length + 1);
});

test('unrelated spam stands apart, and what comes twice is kept once', async () => {
  const before = (await groups()).reports;
  const other = forwarded({
    name: 'Pills',
    address: 'x@pills.example',
    text: 'Buy cheap pills now, without a prescription, delivered to your door in two days: http://pills.example',
  });
  const message = letter({ from: AT(30), body: other });
  await thanksFor(message);
  await thanksFor(message);
  assert.deepEqual(
    log.map(({ note }) => note),
    ['known'],
  );
  const found = await groups();
  assert.deepEqual([found.reports, found.groups.map(({ reports }) => reports).at(-1)], [before + 1, 1]);
});

test('whose sender is not proved is kept, counted apart and not written to; loops and programs are let go of', async () => {
  const begun = await groups();
  assert.deepEqual(await thanksFor(letter({ from: 'x@elsewhere.example', isSigned: false })), []);
  assert.deepEqual(await thanksFor(letter({ from: AT(31), path: 'other@elsewhere.example' })), []);
  const now = await groups();
  const [of, to] = [begun.groups[0], now.groups[0]];
  assert.deepEqual([now.reports - begun.reports, to?.proved], [2, of?.proved]);
  const { db } = desk.house.world;
  const count = async (alsoUnproved: boolean) =>
    (await reportersOf(db, { groups: [to?.group ?? ''], isOthers: false, alsoUnproved })).length;
  assert.equal((await count(true)) - (await count(false)), 2);
  const silent: Readonly<Record<string, Given>> = {
    'null-sender': { path: '' },
    automatic: { headers: ['Auto-Submitted: auto-replied'] },
    list: { headers: ['List-Id: <news.people.example>'] },
    program: { from: 'no-reply@people.example' },
    'own-address': { from: 'privacy@marlow.example' },
    'answers-us': { headers: ['In-Reply-To: <answer.0123456789abcdef@marlow.example>'] },
  };
  for (const [why, given] of Object.entries(silent)) {
    assert.deepEqual(await thanksFor(letter(given)), [], why);
    assert.deepEqual(
      log.map(({ note }) => note),
      [why],
    );
  }
  assert.equal((await groups()).reports, now.reports);
});

test('a report stands for when the mail came, as its own header says, unless that can not be', async () => {
  const { db, now } = desk.house.world;
  const timesOf = async (arrived: string, host: string) => {
    const original = [
      `Received: from out.${host} by mx.people.example; ${arrived}`,
      `From: <offers@${host}>`,
      `To: ${AT(40)}`,
      'Subject: Half price',
      '',
      `Carpets of ${host}, half price this week only.`,
    ].join('\r\n');
    const body = ['--b', 'Content-Type: message/rfc822', '', original, '--b--', ''].join('\r\n');
    await thanksFor(letter({ from: AT(40), body, type: 'multipart/mixed; boundary="b"' }));
    const group = (await groups()).groups.find(({ links, senders }) =>
      JSON.stringify([links, senders]).includes(host),
    );
    const given = { groups: [group?.group ?? ''], isOthers: false, alsoUnproved: true };
    return (await reportersOf(db, given)).map(({ at }) => at.toISOString());
  };
  assert.deepEqual(await timesOf('Wed, 12 Nov 2025 08:00:00 +0100 (CET)', 'early.example'), [
    '2025-11-12T07:00:00.000Z',
  ]);
  const [later] = await timesOf('Wed, 12 Nov 2031 08:00:00 +0100', 'later.example');
  assert.ok(later !== undefined && Date.parse(later) <= now().getTime(), 'not after it was reported');
});

test('one of our own notices is no report: the check answers', async () => {
  const before = (await groups()).reports;
  const mail = desk.takenTo(AT(0))[0]?.bytes ?? Buffer.alloc(0);
  const body = ['--b', 'Content-Type: message/rfc822', '', mail.toString('latin1'), '--b--', ''].join('\r\n');
  const [answer] = await thanksFor(letter({ from: AT(0), body, type: 'multipart/mixed; boundary="b"' }));
  const say = (await readSayings()).in('de');
  assert.ok((answer?.mail.text ?? '').includes(say('verdict.genuine-unchanged')));
  assert.equal((await groups()).reports, before);
});

test('our own receiver takes reports; a flood of one sender ends at thirty a day', async () => {
  const before = (await groups()).reports;
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: receiver?.port ?? 0,
    ignoreTLS: true,
  });
  await transport.sendMail({
    envelope: { from: AT(40), to: REPORT },
    raw: letter({ from: AT(40), path: undefined }),
  });
  transport.close();
  await take();
  assert.equal((await groups()).reports, before + 1);
  const reported = join(desk.house.world.folder, 'reported');
  assert.deepEqual([...readdirSync(join(reported, 'new')), ...readdirSync(join(reported, 'cur'))], []);
  await thanksFor(
    ...Array.from({ length: 33 }, (_, n) =>
      letter({ from: AT(41), body: forwarded({ text: `${n} ${SPAM.text}` }) }),
    ),
  );
  assert.equal(log.filter(({ note }) => note === 'too-many').length, 3);
  assert.equal((await groups()).reports, before + 31);
});

test('a form and an app report, too: whoever merely types an address proves nothing', async () => {
  const { world } = desk.house;
  const heard = await world.ask(
    'POST',
    '/api/report-mail',
    {},
    { address: AT(50), text: forwarded(), language: 'fr' },
  );
  assert.equal(heard.status, 200, heard.text);
  const say = (await readSayings()).in('fr');
  assert.deepEqual(heard.body, { heard: 'kept', says: say('report.kept') });
  const own = desk.takenTo(AT(0))[0]?.bytes ?? Buffer.alloc(0);
  const ours = await world.ask(
    'POST',
    '/api/report-mail',
    {},
    { address: AT(0), eml: own.toString('base64') },
  );
  assert.equal(ours.body.heard, 'ours');
  const before = (await groups()).groups[0]?.proved ?? 0;
  const byApp = await operate<ReportHeard>(
    'report-mail-for',
    { address: AT(51), text: forwarded() },
    'customer-app',
  );
  assert.equal(byApp.heard, 'kept');
  const again = { address: AT(51), text: forwarded() };
  assert.equal((await operate<ReportHeard>('report-mail-for', again, 'customer-app')).heard, 'known');
  const another = { address: AT(51), text: `Look.\n${forwarded()}` };
  assert.equal((await operate<ReportHeard>('report-mail-for', another, 'customer-app')).heard, 'kept');
  assert.equal((await groups()).groups[0]?.proved, before + 1);
});

test('a page without script takes what was pasted or chosen as a file, and says it in the reader’s language', async () => {
  const { world } = desk.house;
  const say = (await readSayings()).in('de');
  const page = await world.app.inject({
    url: '/report',
    headers: { host: '127.0.0.1:8600', 'accept-language': 'de-LU,de' },
  });
  assert.equal(page.statusCode, 200);
  assert.ok(page.body.includes(say('form.report.title')) && !/<script/i.test(page.body));
  assert.match(String(page.headers['content-security-policy']), /default-src 'none'/);
  const before = (await groups()).reports;
  const send = (parts: Readonly<Record<string, string>>, file = '') =>
    world.app.inject({
      method: 'POST',
      url: '/report',
      headers: {
        host: '127.0.0.1:8600',
        origin: 'http://127.0.0.1:8600',
        'content-type': 'multipart/form-data; boundary=f',
      },
      payload: `${Object.entries(parts)
        .map(([name, value]) => `--f\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join(
          '',
        )}--f\r\nContent-Disposition: form-data; name="eml"; filename="a.eml"\r\nContent-Type: message/rfc822\r\n\r\n${file}\r\n--f--\r\n`,
    });
  const pasted = await send({ address: AT(60), text: forwarded(), language: 'de' });
  assert.equal(pasted.statusCode, 200, pasted.body);
  assert.ok(pasted.body.includes(say('report.kept')));
  const chosen = await send(
    { address: AT(61), text: '', language: 'de' },
    letter({ from: AT(61) }).toString('latin1'),
  );
  assert.ok(chosen.body.includes(say('report.kept')), chosen.body);
  assert.equal((await groups()).reports, before + 2);
  const wrong = await send({ address: 'nobody <script>', text: 'x', language: 'de' });
  assert.ok(wrong.statusCode >= 400 && !/<script/i.test(wrong.body), wrong.body);
});

test('a report is erased when its reporter asks, and all of them when they have been kept long enough', async () => {
  const { db } = desk.house.world;
  const { groups: found } = await groups();
  const first = found[0]?.group ?? '';
  await assert.rejects(operate('erase-report', { report: first, reason: 'They asked.' }), /privacy-officer/);
  await operate('erase-report', { report: first, reason: 'They asked.' }, 'privacy-officer');
  await assert.rejects(
    operate('erase-report', { report: first, reason: 'Again.' }, 'privacy-officer'),
    /no report/,
  );
  desk.house.world.pass(101 * 24);
  await take();
  assert.equal((await groups()).reports, 0);
  const left = await db.rows(
    "SELECT 1 AS one FROM register_texts WHERE name = 'report' AND value IS NOT NULL",
    {},
  );
  assert.deepEqual(left, []);
});
