import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FORMATS } from './formats.ts';
import { readReturned } from './returned.ts';
import type { Reason } from './types.ts';

const to = 'ana@other.example';

const SAID: readonly (readonly [reason: Reason, reply: string, status: string, words: string])[] = [
  [
    'userunknown',
    '550',
    '5.1.1',
    `<${to}>: Recipient address rejected: User unknown in virtual mailbox table`,
  ],
  ['userunknown', '550', '5.1.1', 'There is nobody by that name in this house, no such mailbox'],
  ['mailboxfull', '552', '5.2.2', 'The mailbox of this person has exceeded its storage quota'],
  ['suspend', '550', '5.2.1', 'This account has been disabled'],
  ['hostunknown', '550', '5.1.2', 'The domain other.example does not exist'],
  ['mesgtoobig', '552', '5.3.4', 'Message size exceeds the limit of this server'],
  ['blocked', '554', '5.7.1', 'Service unavailable; client host [192.0.2.7] blocked using zen.spamhaus.org'],
  ['blocked', '550', '5.7.1', '192.0.2.7 is listed at bl.lists.example'],
  ['spamdetected', '554', '5.7.1', 'The message was considered spam'],
  [
    'authfailure',
    '550',
    '5.7.26',
    'Unauthenticated mail of shop.example is refused because of its DMARC policy',
  ],
  ['requireptr', '550', '5.7.25', 'The client has no PTR record'],
  ['badreputation', '550', '5.7.1', 'The sending domain has a very low reputation'],
  ['norelaying', '550', '5.7.1', 'Relaying denied'],
  ['virusdetected', '554', '5.7.1', 'A virus was found in the attachment'],
  ['notaccept', '556', '5.1.10', 'The domain does not accept mail (null MX)'],
];

describe('a refusal means the same, whoever reports it', () => {
  for (const [form, write] of Object.entries(FORMATS)) {
    test(form, async () => {
      for (const [reason, reply, status, words] of SAID) {
        const got = await readReturned(Buffer.from(write({ to, reply, status, words })));
        const shown = got.map((one) => [one.reason, one.recipient, one.status, one.reply]);
        assert.deepEqual(shown, [[reason, to, status, reply]], words);
      }
    });
  }
});

/** A message in one part under another transfer encoding, as gateways rewrite it. */
function encoded(mail: string, by: 'base64' | 'quoted-printable'): string {
  const gap = mail.indexOf('\n\n');
  const body = mail.slice(gap + 2);
  const text =
    by === 'base64'
      ? (
          Buffer.from(body)
            .toString('base64')
            .match(/.{1,76}/g) ?? []
        ).join('\n')
      : body.replace(/[=\u0080-\uffff]/g, (one) =>
          [...Buffer.from(one)]
            .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
            .join(''),
        );
  return `${mail.slice(0, gap)}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: ${by}\n\n${text}`;
}

const isOnePart = (mail: string): boolean => !mail.includes('boundary=');

/** What changes the form of a report, and nothing of what it says. */
const CHANGES: Readonly<Record<string, (mail: string, words: string) => string>> = {
  'lines end otherwise': (mail) => mail.replaceAll('\n', '\r\n'),
  'the words are shouted': (mail, words) => mail.replaceAll(words, words.toUpperCase()),
  'the words are wrapped': (mail, words) => mail.replaceAll(words, words.replaceAll(' ', '\n    ')),
  'the body is base64': (mail) => (isOnePart(mail) ? encoded(mail, 'base64') : mail),
  'the body is quoted-printable': (mail) => (isOnePart(mail) ? encoded(mail, 'quoted-printable') : mail),
  'a mailbox line stands above': (mail) => `From MAILER-DAEMON Mon Nov  2 10:00:00 2026\n${mail}`,
};

describe('a refusal means the same, whatever became of its form', () => {
  for (const [what, change] of Object.entries(CHANGES)) {
    test(what, async () => {
      const any = fc.tuple(fc.constantFrom(...Object.values(FORMATS)), fc.constantFrom(...SAID));
      const holds = async ([write, [reason, reply, status, words]]: [
        (typeof FORMATS)[string],
        (typeof SAID)[number],
      ]) => {
        const got = await readReturned(Buffer.from(change(write({ to, reply, status, words }), words)));
        assert.deepEqual([...new Set(got.map((one) => one.reason))], [reason], words);
      };
      await fc.assert(fc.asyncProperty(any, holds), { numRuns: 60 });
    });
  }
});
