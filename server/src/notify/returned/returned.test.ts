import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { CASES } from './cases.ts';
import { judge } from './judge.ts';
import { readReturned } from './returned.ts';
import { REASONS, type Reason } from './types.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const fixtures = join(here, 'fixtures');
const read = (name: string) => readFileSync(join(fixtures, name));
type Expected = Record<
  string,
  { kind: string; reason: string; recipient: string; status: string; reply: string }[]
>;

describe('whole messages', () => {
  const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Expected;
  for (const [name, all] of Object.entries(expected)) {
    test(`${name}: ${all.map(({ kind, reason }) => `${kind} ${reason}`.trim()).join(', ')}`, async () => {
      const got = await readReturned(read(`${name}.eml`));
      const shown = got.map(({ kind, reason, recipient, status, reply }) => ({
        kind,
        reason,
        recipient,
        status,
        reply,
      }));
      assert.deepEqual(shown, all);
    });
  }

  test('each message has an expectation', () => {
    const names = readdirSync(fixtures).filter((name) => name.endsWith('.eml'));
    assert.deepEqual(
      names.sort(),
      Object.keys(expected)
        .map((name) => `${name}.eml`)
        .sort(),
    );
  });
});

describe('diagnostics', () => {
  const SAID = {
    '': '',
    auth: 'after AUTH',
    connect: 'SMTP error from remote mail server after initial connection',
    data: '(in reply to end of DATA command)',
    ehlo: '(in reply to EHLO command)',
    mail: '(in reply to MAIL FROM command)',
    rcpt: '(in reply to RCPT TO command)',
    starttls: '(in reply to STARTTLS command)',
  } as const;
  for (const [reason, diagnostic, status = '', phase = ''] of CASES) {
    test(`${reason}: ${diagnostic.slice(0, 100)}${phase && ` (${phase})`}`, () => {
      const words = SAID[phase];
      const got = judge({
        recipient: '',
        action: 'failed',
        status,
        comment: '',
        diagnostic,
        words,
        context: '',
        isAlone: true,
      });
      assert.equal(got.reason, reason);
      assert.equal(got.kind, REASONS[reason]);
      assert.equal(got.hard, got.kind === 'address-dead');
    });
  }
});

describe('what a reporter writes whatever the reason is tells none', () => {
  const formulas = [
    'The original message was received at Mon, 21 May 2018 16:09:59 +0900 from p5.shop.example [203.0.113.5]',
    "This is the mail system at host relay.example.\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\nFor further assistance, please send mail to postmaster.",
    'A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.',
    "I'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up.",
    'This is an automatically generated Delivery Status Notification.\nDelivery to the following recipients failed.',
    'Your message did not reach some or all of the intended recipients.',
    'Microsoft Exchange will not try to redeliver this message for you. Please check the e-mail address and try resending this message.',
    'If your message was also sent to additional recipients, their delivery status is not included in this report.',
    'Please do not reply to this message as it is sent from an unattended mailbox. Contact your email administrator.',
    'delivery failed; will not continue trying',
  ];
  for (const context of formulas) {
    test(context.slice(0, 70).replaceAll('\n', ' '), () => {
      const none = { recipient: '', status: '', comment: '', diagnostic: '', words: '' };
      assert.equal(judge({ ...none, action: 'failed', context, isAlone: true }).reason, 'undefined');
    });
  }
});

const PARTS = (type: string, words: string, fields: string): string =>
  `Return-Path: <>\nFrom: MAILER-DAEMON@relay.example (Mail Delivery System)\nTo: news@shop.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=${type}; boundary=b1\n\n--b1\nContent-Type: text/plain\n\n${words}\n\n--b1\nContent-Type: message/${type}\n\n${fields}\n\n--b1--\n`;
const FAILED =
  'Reporting-MTA: dns; relay.example\n\nFinal-Recipient: rfc822; ana@other.example\nAction: failed';
const DELAY =
  'From: Mail Delivery Subsystem <mailer-daemon@relay.example>\nTo: news@shop.example\nSubject: Delivery Status Notification (Delay)\n\n** Delivery incomplete **\n\nThere was a temporary problem delivering your message to ana@other.example.\nIt will retry for 46 more hours.\n';

/** What stands in a report, how it came there, and what it means. */
const FORMS: Readonly<Record<string, readonly [mail: string, kind: string, reason: Reason]>> = {
  'a refusal in the form of a receipt: the mailbox is full': [
    PARTS(
      'disposition-notification',
      'Your message to <ana@other.example> was automatically rejected:\nQuota exceeded (mailbox for user is full)',
      'Final-Recipient: rfc822; ana@other.example\nDisposition: automatic-action/MDN-sent-automatically; deleted',
    ),
    'temporary',
    'mailboxfull',
  ],
  "a refusal in the form of a receipt: the owner's filter": [
    PARTS(
      'disposition-notification',
      'Your message was automatically rejected by Sieve, a mail\nfiltering language. The following reason was given:\nNo letters on Sundays, please',
      'Final-Recipient: rfc822; ana@other.example\nDisposition: automatic-action/MDN-sent-automatically; deleted',
    ),
    'blocked-by-policy',
    'filtered',
  ],
  'a delay of which nothing more is known': [DELAY, 'temporary', 'expired'],
  'commands sent at once: the recipient was refused, though DATA was sent before the answer came': [
    PARTS(
      'delivery-status',
      '   ----- Transcript of session follows -----\n... while talking to mx.other.example.:\n>>> DATA\n<<< 553 5.3.0 <ana@other.example>... Unknown E-Mail Address\n550 5.1.1 <ana@other.example>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)',
      `${FAILED}\nStatus: 5.3.0\nDiagnostic-Code: SMTP; 553 5.3.0 <ana@other.example>... Unknown E-Mail Address`,
    ),
    'address-dead',
    'userunknown',
  ],
  'the first line of a reply in the report, the others in the transcript': [
    PARTS(
      'delivery-status',
      '   ----- Transcript of session follows -----\n... while talking to mx.other.example.:\n>>> DATA\n<<< 550-5.7.1 [192.0.2.7 7] Our system has detected that this message is\n<<< 550-5.7.1 likely unsolicited mail. It has been blocked.\n<<< 550 5.7.1 Good-bye\n554 5.0.0 Service unavailable',
      `${FAILED}\nStatus: 5.7.1\nDiagnostic-Code: SMTP; 550-5.7.1 [192.0.2.7 7] Our system has detected that this message is`,
    ),
    'blocked-by-policy',
    'spamdetected',
  ],
  'groups that a gateway encoded': [
    PARTS(
      'delivery-status',
      'Your message could not be delivered.',
      `Reporting-MTA: dns; relay.example\nContent-Transfer-Encoding: base64\n\n${Buffer.from(`${FAILED.slice(FAILED.indexOf('Final'))}\nStatus: 5.1.1\n`).toString('base64')}`,
    ),
    'address-dead',
    'userunknown',
  ],
  'an address within a reply, on a line of its own': [
    'Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: news@shop.example\nSubject: Undelivered Mail Returned to Sender\n\n<ana@other.example>: host mx.other.example[192.0.2.25] said: 550 5.1.1\n    <bounces+x1@mail.shop.example>: unauthorized sender (in reply to RCPT TO\n    command)\n',
    'blocked-by-policy',
    'rejected',
  ],
  'what a scanner writes below': [
    'Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: news@shop.example\nSubject: Undelivered Mail Returned to Sender\n\n<ana@other.example>: host mx.other.example[192.0.2.25] said: 550 5.1.1 User\n    unknown (in reply to RCPT TO command)\n\n----------\nThis email has been scanned for spam and viruses by a gateway.\n',
    'address-dead',
    'userunknown',
  ],
  'a report of few words': [
    'From: MAILER-DAEMON@relay.example\nTo: news@shop.example\nSubject: Undelivered Mail Returned to Sender\nReturn-Path: <>\n\n<ana@other.example>: connect to mx.other.example[192.0.2.25]:25: Connection timed out\n',
    'temporary',
    'expired',
  ],
  'a host that is unknown for now': [
    PARTS(
      'delivery-status',
      'THIS IS A WARNING ONLY.',
      `${FAILED.replace('failed', 'delayed')}\nStatus: 4.4.4\nDiagnostic-Code: smtp; 454 4.4.4 [internal] no MX or A for domain`,
    ),
    'temporary',
    'expired',
  ],
};

describe('the same thing said in a form of its own', () => {
  for (const [what, [mail, kind, reason]] of Object.entries(FORMS)) {
    test(what, async () => {
      const got = await readReturned(Buffer.from(mail));
      assert.deepEqual(
        got.map((one) => [one.kind, one.reason]),
        [[kind, reason]],
      );
    });
  }
});

describe('any bytes', () => {
  const mails = readdirSync(fixtures)
    .filter((name) => name.endsWith('.eml'))
    .map(read);
  const pick = fc.constantFrom(...mails);
  const sound = async (bytes: Uint8Array) => {
    const got = await readReturned(bytes);
    assert.ok(got.length > 0);
    for (const one of got) {
      assert.equal(one.kind, REASONS[one.reason]);
      assert.match(one.status, /^([245]\.\d{1,3}\.\d{1,3})?$/);
      assert.match(one.reply, /^([245]\d\d)?$/);
      assert.ok(one.diagnostic.length <= 500 && !/[\r\n]/.test(one.diagnostic));
    }
  };

  test('a truncated message is answered', async () => {
    const cut = fc.tuple(pick, fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(
        cut,
        async ([mail, share]) => await sound(mail.subarray(0, Math.floor(mail.length * share))),
      ),
      { numRuns: 150 },
    );
  });

  test('a mutated message is answered', async () => {
    const edit = fc.record({ at: fc.nat(), take: fc.nat(40), put: fc.uint8Array({ maxLength: 40 }) });
    await fc.assert(
      fc.asyncProperty(pick, fc.array(edit, { maxLength: 12 }), async (mail, edits) => {
        let bytes: Uint8Array = mail;
        for (const { at, take, put } of edits) {
          const place = at % (bytes.length + 1);
          bytes = Buffer.concat([bytes.subarray(0, place), put, bytes.subarray(place + take)]);
        }
        await sound(bytes);
      }),
      { numRuns: 200 },
    );
  });

  test('a report in which nothing is said of anybody is answered by the words around it', async () => {
    const fields = /^((?:Final-Recipient|Original-Recipient|X-Actual-Recipient|Action|Status):).*$/gim;
    const emptied = mails.map((mail) => mail.toString('latin1').replace(fields, '$1'));
    for (const mail of emptied) await sound(Buffer.from(mail, 'latin1'));
  });

  test('bytes that are no message are answered', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), sound), { numRuns: 100 });
    assert.deepEqual(
      (await readReturned(new Uint8Array())).map(({ kind }) => kind),
      ['not-a-bounce'],
    );
  });

  test('what is made to take long does not', async () => {
    const top = 'From: MAILER-DAEMON@a.example\nSubject: failure notice\nReturn-Path: <>\n';
    const html = `${top}Content-Type: text/html\n\n`;
    const nested = Array.from(
      { length: 3000 },
      (_, at) => `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`,
    );
    const hostile = [
      `${html}${'<style '.repeat(300_000)}`,
      `${html}${'<!-- '.repeat(300_000)}`,
      `${html}${'<'.repeat(1_000_000)}`,
      `${top}\n${'a'.repeat(2_000_000)}@`,
      `${top}\n${'a@b '.repeat(300_000)}`,
      `${top}\n${'user '.repeat(300_000)}unknown`,
      `${top}\n<a@b.example>: ${'benutzer adresse '.repeat(100_000)}`,
      `${top}\n<a@b.example>: 550 ${'192.0.2.1 '.repeat(200_000)}`,
      `${top}\n<a@b.example>: 550 ${'a:b::'.repeat(400_000)}`,
      `${top}\nfailed:\n\n${'Received: from a by b\nFrom: a@b.example\n c\n'.repeat(40_000)}`,
      `${top}Content-Type: text/plain\n\n${'exceed the list of blocked '.repeat(60_000)}`,
      `${top}\n${'550 5.1.1 '.repeat(200_000)}`,
      `${top}\n${'<a@b.example>: user unknown\n'.repeat(40_000)}`,
      `${top}${' '.repeat(500_000)}\n\n${'\n \n'.repeat(300_000)}`,
      `${top}${nested.join('')}`,
      `${top}Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n${'Final-Recipient: rfc822;a@b.example\nAction: failed\n\n'.repeat(20_000)}`,
    ];
    for (const mail of hostile) {
      const start = performance.now();
      await sound(Buffer.from(mail));
      const tookMs = performance.now() - start;
      assert.ok(tookMs < 20_000, `${tookMs} ms for ${mail.slice(70, 110)}`);
    }
  });
});

/** The archive of real mails that lies beside a developer's checkout; a fresh clone has none of it. */
function archive(): string | undefined {
  for (let folder = here; dirname(folder) !== folder; folder = dirname(folder)) {
    const path = join(folder, 'shared/data/bounces.tar.gz');
    if (existsSync(path)) return path;
  }
  return undefined;
}

test('202 real ones', {
  skip: archive() === undefined && 'no shared/data/bounces.tar.gz beside the checkout',
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'returned-'));
  t.after(() => rmSync(folder, { recursive: true }));
  execFileSync('tar', ['xzf', archive() ?? '', '-C', folder]);
  const at = (name: string) => join(folder, 'bounces', name);
  const expected = JSON.parse(readFileSync(at('expected.json'), 'utf8')) as Record<
    string,
    { reason: Reason }[]
  >;
  const tally = { recipients: 0, kinds: 0, reasons: 0 };
  for (const [name, all] of Object.entries(expected)) {
    const left = [...(await readReturned(readFileSync(at(name))))];
    for (const { reason } of all) {
      const same = left.findIndex((one) => one.reason === reason);
      const [got] = left.splice(Math.max(0, same), 1);
      tally.recipients += 1;
      if (got !== undefined && got.kind === REASONS[reason]) tally.kinds += 1;
      if (got?.reason === reason) tally.reasons += 1;
    }
  }
  t.diagnostic(JSON.stringify(tally));
  assert.ok(tally.kinds / tally.recipients >= 0.97, 'kinds');
  assert.ok(tally.reasons / tally.recipients >= 0.95, 'reasons');
});
