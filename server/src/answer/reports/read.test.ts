import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { ReportRead } from '@forthright/contract';
import { getDomain } from '../../notify/index.ts';
import { LANGUAGES, PROGRAMS } from '../forms.testing.ts';
import { groupReports } from './group.rules.ts';
import { readReport } from './read.ts';
import { sketchOf } from './sketch.ts';

const TEXT = `Dear customer, we have seen that you like lamps. Only this week every lamp of our shop costs half of its price,
and whoever orders two of them gets a third one for nothing. Seller: Bright Lamps
Open https://www.deals.lamps.example/offer?c=4711&mail=anna%40customer.example or call +352 20 11 22 33, 01.02.2026.
`;
const SPAM = {
  subject: 'Half price',
  text: TEXT,
  name: 'Lamp Shop',
  address: 'offers@mail.lamps.example',
  to: 'anna+shop@customer.example',
  replyTo: 'reply@lamps.example',
};

const report = (body: string, type = 'text/plain; charset=utf-8'): Buffer =>
  Buffer.from(
    `From: Anna <anna@customer.example>\r\nTo: report@marlow.example\r\nSubject: Fwd: Half price\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body, 'utf8').toString('base64')}\r\n`,
  );

/** Programs that do not write the address to which it came. */
const WITHOUT_TO = ['reply', 'outlook2019', 'outlookDesktop'];

test('a mail that was forwarded inline by eight programs in ten languages is found, with its sender and where it leads', () => {
  for (const [language, words] of Object.entries(LANGUAGES))
    for (const [program, write] of Object.entries(PROGRAMS))
      for (const note of ['', `${words.ask}\n\n`]) {
        const body = write(SPAM, words);
        const html = `<html><body><div>${(note + body).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>\n')}</div></body></html>`;
        for (const bytes of [
          report(note + body),
          report(html, 'text/html; charset=utf-8'),
          Buffer.from(note + body),
        ]) {
          const read = readReport(bytes);
          const where = `${program} ${language} ${note} ${JSON.stringify(read)}`;
          assert.equal(read.found, 'inline', where);
          const name = program === 'reply' ? '' : 'Lamp Shop';
          assert.deepEqual(read.sender, { name, address: 'offers@mail.lamps.example' }, where);
          assert.equal(read.to, WITHOUT_TO.includes(program) ? null : SPAM.to, where);
          assert.deepEqual(read.links, ['www.deals.lamps.example'], where);
          assert.deepEqual(read.phones, ['+35220112233'], where);
          assert.deepEqual(
            read.names,
            [name, 'Bright Lamps'].filter((one) => one !== ''),
            where,
          );
          assert.doesNotMatch(JSON.stringify(read), /4711|half of its price/, 'no more than is needed');
        }
      }
});

const ORIGINAL = [
  'Return-Path: <bounce-17@bulk.lamps.example>',
  'Delivered-To: anna@customer.example',
  'Received: from out7.bulk.lamps.example (out7.bulk.lamps.example [192.0.2.77]) by mx.customer.example; Sun, 22 Nov 2026 08:31:02 +0000',
  'Authentication-Results: mx.customer.example; dkim=pass header.d=lamps.example; spf=softfail (x) smtp.mailfrom=bounce-17@bulk.lamps.example; dmarc=fail header.from=lamps.example',
  'DKIM-Signature: v=1; a=rsa-sha256; d=lamps.example; s=x; h=from; bh=x; b=x',
  'From: "Lamp Shop" <offers@lamps.example>',
  'To: somebody else <list@lamps.example>',
  'Subject: Half price',
  'Message-ID: <1@lamps.example>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="i"',
  '',
  '--i',
  'Content-Type: text/plain; charset=utf-8',
  '',
  TEXT,
  '--i',
  'Content-Type: application/zip; name="invoice.zip"',
  'Content-Transfer-Encoding: base64',
  '',
  Buffer.from('EICAR').toString('base64'),
  '--i--',
  '',
].join('\r\n');

test('a mail that was forwarded as an attachment says what its header says, and what is attached to it is only hashed', () => {
  for (const type of ['message/rfc822', 'application/octet-stream; name="spam.eml"']) {
    const bytes = Buffer.from(
      `From: Anna <anna@customer.example>\r\nTo: report@marlow.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: text/plain\r\n\r\nLook: http://not-theirs.example\r\n--o\r\nContent-Type: ${type}\r\nContent-Disposition: attachment; filename="spam.eml"\r\n\r\n${ORIGINAL}\r\n--o--\r\n`,
    );
    const read = readReport(bytes);
    assert.equal(read.found, 'attached', type);
    assert.deepEqual(read.sender, { name: 'Lamp Shop', address: 'offers@lamps.example' });
    assert.equal(read.envelope, 'bounce-17@bulk.lamps.example');
    assert.equal(read.to, 'anna@customer.example', 'to whom it was delivered, not what it says');
    assert.deepEqual(read.authentication, [
      'dkim=pass lamps.example',
      'spf=softfail bulk.lamps.example',
      'dmarc=fail lamps.example',
    ]);
    assert.deepEqual([read.signers, read.relay], [['lamps.example'], 'out7.bulk.lamps.example 192.0.2.77']);
    assert.equal(read.arrived, '2026-11-22T08:31:02.000Z', 'when their own server took it');
    assert.deepEqual(read.links, ['www.deals.lamps.example'], 'the note’s links are the customer’s');
    const sha256 = createHash('sha256').update('EICAR').digest('hex');
    assert.deepEqual(read.attachments, [{ type: 'application/zip', bytes: 5, sha256 }]);
  }
});

test('what can not be told apart is said to be so, and no bytes make it throw', () => {
  const complaint = readReport(report('I get so much spam since I have bought a lamp from you.'));
  assert.deepEqual([complaint.found, complaint.sender, complaint.to], ['whole', null, null]);
  const nameOnly = readReport(
    report(
      '-----Original Message-----\nFrom: Lamp Shop\nSent: Sunday, November 22, 2026\nTo: Anna\nSubject: x\n\nBuy',
    ),
  );
  assert.deepEqual(nameOnly.sender, { name: 'Lamp Shop', address: '' });
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const whole = report(PROGRAMS.gmail?.(SPAM, LANGUAGES.en as never) ?? '');
  for (let n = 0; n < 300; n += 1) {
    const torn = Buffer.from(n % 2 === 0 ? whole : Buffer.from(ORIGINAL));
    for (let k = 0; k < 1 + n / 10; k += 1)
      torn[Math.floor(random() * torn.length)] = Math.floor(random() * 256);
    readReport(torn.subarray(0, Math.floor(random() * torn.length)));
  }
  readReport(Buffer.alloc(0));
  readReport(Buffer.from(`From: x\n${'> '.repeat(100_000)}`));
});

const WORDS = TEXT.split(/\s+/);
const read = (more: Partial<ReportRead>): ReportRead => ({
  found: 'inline',
  sender: null,
  envelope: null,
  authentication: [],
  signers: [],
  relay: null,
  arrived: null,
  to: null,
  links: [],
  phones: [],
  names: [],
  sketch: [],
  attachments: [],
  ...more,
});
const grouped = (...reads: ReportRead[]): string[] =>
  groupReports(
    reads.map((one, i) => ({ id: String(i), at: new Date(i * 1000), read: one })),
    getDomain,
  ).map((group) => group.map(({ id }) => id).join(''));

test('reports of one campaign stand together: sender, links, telephone, text with small changes; what everybody has joins nobody', () => {
  const changed = WORDS.map((word, i) => (i === 20 ? 'armchair' : word)).join(' ');
  const cases: [string, ReportRead[], string[]][] = [
    [
      'one sender, other mailboxes',
      [
        read({ sender: { name: 'A', address: 'a@x.lamps.example' } }),
        read({ sender: { name: 'B', address: 'b@y.lamps.example' } }),
      ],
      ['01'],
    ],
    [
      'one link, other senders',
      [read({ links: ['a.lamps.example'] }), read({ links: ['b.lamps.example', 'c.example'] })],
      ['01'],
    ],
    [
      'a link to the sender of another',
      [read({ sender: { name: 'A', address: 'a@lamps.example' } }), read({ links: ['lamps.example'] })],
      ['01'],
    ],
    ['one telephone', [read({ phones: ['+35220112233'] }), read({ phones: ['+35220112233'] })], ['01']],
    [
      'one text with another word, number and greeting',
      [read({ sketch: sketchOf(TEXT) }), read({ sketch: sketchOf(`Hello Ben, ${changed}`) })],
      ['01'],
    ],
    [
      'a chain',
      [
        read({ phones: ['1'] }),
        read({ phones: ['1'], links: ['a.example'] }),
        read({ links: ['a.example'] }),
      ],
      ['012'],
    ],
    [
      'two people of one mail provider',
      [
        read({ sender: { name: 'A', address: 'a@gmail.com' } }),
        read({ sender: { name: 'A', address: 'b@gmail.com' } }),
      ],
      ['0', '1'],
    ],
    [
      'one mailbox of it',
      [
        read({ sender: { name: 'A', address: 'A@gmail.com' } }),
        read({ sender: { name: 'B', address: 'a@gmail.com' } }),
      ],
      ['01'],
    ],
    [
      'short links and social networks',
      [read({ links: ['bit.ly', 'www.facebook.com'] }), read({ links: ['bit.ly', 'm.facebook.com'] })],
      ['0', '1'],
    ],
    ['one name', [read({ names: ['Lamp Shop'] }), read({ names: ['Lamp Shop'] })], ['0', '1']],
    [
      'texts too short to tell',
      [read({ sketch: sketchOf('Buy now') }), read({ sketch: sketchOf('Buy now') })],
      ['0', '1'],
    ],
    ['nothing known', [read({}), read({})], ['0', '1']],
  ];
  for (const [name, reads, groups] of cases) assert.deepEqual(grouped(...reads), groups, name);
});

test('ten thousand reports of unrelated spam are grouped within seconds', () => {
  const reads = Array.from({ length: 10_000 }, (_, i) =>
    read({
      sender: { name: '', address: `a@shop-${i % 700}.example` },
      sketch: sketchOf(`${i} ${TEXT.slice(i % 50)}${i % 700}`).map((x) => x ^ (i % 700)),
    }),
  );
  const begun = performance.now();
  assert.equal(grouped(...reads).length, 700);
  assert.ok(performance.now() - begun < 20_000);
});
