import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
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
