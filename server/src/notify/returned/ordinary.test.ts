import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readReturned } from './returned.ts';

const mail = (headers: Readonly<Record<string, string>>, body: string): string =>
  `${Object.entries({ To: 'news@shop.example', Date: 'Mon, 2 Nov 2026 10:00:00 +0000', ...headers })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')}\n\n${body}\n`;

/** Mail that speaks of delivery, mailboxes and failures as reports do, and is none. */
const ORDINARY: Readonly<Record<string, string>> = {
  'a parcel that did not arrive': mail(
    { From: 'Parcels <delivery@post.example>', Subject: 'Delivery failed: we missed you' },
    'Your parcel 4471 could not be delivered. Nobody answered, and your mailbox is full.\nIt is still in the depot; we will try again tomorrow.',
  ),
  'the same, sent by a machine': mail(
    {
      From: 'Parcels <no-reply@post.example>',
      Subject: 'Undeliverable parcel',
      'Return-Path': '<>',
      'Auto-Submitted': 'auto-generated',
    },
    'Your parcel could not be delivered: the address is unknown. Please confirm it in our shop.',
  ),
  'a newsletter about deliverability': mail(
    {
      From: 'Mail Delivery Weekly <weekly@letters.example>',
      Subject: 'Returned mail: why "550 5.1.1 User unknown" is not the end',
      'List-Id': '<weekly.letters.example>',
      'List-Unsubscribe': '<https://letters.example/off>',
    },
    'When a message could not be delivered, servers answer 550 5.1.1 or 552 5.2.2 mailbox full.\nThe following addresses had permanent fatal errors is what Sendmail writes.',
  ),
  'a question of a colleague': mail(
    {
      From: 'Bea <bea@corp.example>',
      Subject: 'Re: Undelivered Mail Returned to Sender',
      'In-Reply-To': '<1@corp.example>',
    },
    'Hi, I got this again:\n\n> <ana@other.example>: host mx.other.example said: 550 5.1.1 User unknown\n\nDo you know why it could not be delivered?',
  ),
  'a bounce that somebody forwards': mail(
    { From: 'Carl <carl@corp.example>', Subject: 'Fwd: Undeliverable: your invoice' },
    '---------- Forwarded message ---------\nFrom: Mail Delivery Subsystem <mailer-daemon@mail.example>\nSubject: Undeliverable: your invoice\n\nThe address ana@other.example was not found. 550 5.1.1',
  ),
  'a postmaster who announces': mail(
    { From: 'postmaster@corp.example', Subject: 'Mail delivery problems last night' },
    'Dear colleagues,\n\nbetween 2 and 4 some messages could not be delivered. All are delivered by now.\nIf you miss one, please write to helpdesk@corp.example.',
  ),
  'a warning about a full mailbox': mail(
    { From: 'IT <it@corp.example>', Subject: 'Your mailbox is almost full' },
    'You use 4.8 GB of 5 GB. When the quota is exceeded, new messages are returned to the sender.',
  ),
  'a ticket': mail(
    { From: 'Support <support@vendor.example>', Subject: '[#55012] Mail could not be delivered' },
    'Thank you. Your request "Mail could not be delivered" was received and has the number 55012.',
  ),
  'a receipt of an order': mail(
    { From: 'Shop <orders@other-shop.example>', Subject: 'Your order 550 was received' },
    'Order 550\n5 x notebook 5.10\n4 x pencil 4.20\nDelivery to: Main street 5. The delivery status is shown in your account.',
  ),
  'a refusal of a bank': mail(
    { From: 'Bank <noreply@bank.example>', Subject: 'Transaction failed' },
    'Your transfer was rejected by the recipient bank. The account does not exist or is closed.',
  ),
  'a digest of a list': mail(
    {
      From: 'mail-request@lists.example',
      Subject: 'Mail Digest, Vol 5, Issue 50',
      'List-Id': '<mail.lists.example>',
      Precedence: 'list',
    },
    "Today's Topics:\n   1. delivery failure to gmail (Bea)\n   2. Re: 452 4.2.2 over quota (Carl)",
  ),
  'a monitor': mail(
    { From: 'monitor@corp.example', Subject: 'PROBLEM: mail queue on relay' },
    'The mail queue holds 552 messages; 4 hosts could not be reached. Connection timed out.',
  ),
  'a sign-in code': mail(
    { From: 'No reply <no-reply@site.example>', Subject: 'Confirm your e-mail address' },
    'Your code is 550 421. If you did not ask for it, ignore this message.',
  ),
  'a German absence': mail(
    {
      From: 'Dora <dora@firma.example>',
      Subject: 'Automatische Antwort: Ihre Nachricht',
      'Auto-Submitted': 'auto-replied',
    },
    'Ich bin bis 9. November nicht im Büro. Ihre Nachricht wird nicht weitergeleitet und nicht zugestellt.',
  ),
  'an absence that names another address': mail(
    { From: 'Emil <emil@corp.example>', Subject: 'Out of office' },
    'I am on holiday until Monday. This mailbox is not read; please write to ana@corp.example.',
  ),
  'somebody who left': mail(
    {
      From: 'Fay <fay@corp.example>',
      Subject: 'Automatic reply: Your account',
      'X-Auto-Response-Suppress': 'All',
    },
    'Fay no longer works here and this address is no longer in use. Please contact bea@corp.example.',
  ),
  'a newsletter of a courier': mail(
    {
      From: 'Swift Mail Delivery <news@swift.example>',
      Subject: 'Delivery delayed? Not with us',
      'List-Unsubscribe': '<https://swift.example/off>',
    },
    'Failed deliveries cost money. With us each message to your customers arrives. Mailbox full? We come again.',
  ),
  'what Exim tells the postmaster of its queue': mail(
    { From: 'Mail Delivery System <Mailer-Daemon@relay.example>', Subject: 'Message frozen' },
    'Message 1abcde-000000-00 has been frozen by the system filter.\nThe sender is <ana@other.example>.\n\nThe following address(es) have yet to be delivered:\n\n  bea@corp.example',
  ),
  'what Exim tells the owner of a filter': mail(
    {
      From: 'Mail Delivery System <Mailer-Daemon@relay.example>',
      Subject: 'error(s) in forwarding or filtering',
    },
    'The r1 router encountered the following error(s):\n  domain missing or malformed in the address "@@corp.example"\n\nOther addresses were processed normally.',
  ),
  'a receipt of what was deleted unread': mail(
    {
      From: 'Bea <bea@corp.example>',
      Subject: 'Not read: About your account',
      'MIME-Version': '1.0',
      'Content-Type': 'multipart/report; report-type=disposition-notification; boundary=b1',
    },
    '--b1\nContent-Type: text/plain\n\nYour message was deleted without being read.\n\n--b1\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; bea@corp.example\nDisposition: automatic-action/MDN-sent-automatically; deleted\n\n--b1--',
  ),
  'an announcement of a provider': mail(
    { From: 'Mail team <team@provider.example>', Subject: 'Changes to our mail servers' },
    'From May on mail without DMARC will be rejected with 550 5.7.26. Messages from blocked addresses were not delivered before either.',
  ),
};

describe('ordinary mail is no bounce, whatever it speaks of', () => {
  for (const [what, text] of Object.entries(ORDINARY)) {
    test(what, async () => {
      const got = await readReturned(Buffer.from(text));
      assert.deepEqual(
        got.map(({ kind, hard }) => [kind, hard]),
        [['not-a-bounce', false]],
      );
    });
  }
});
