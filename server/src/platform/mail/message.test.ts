import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { ForthrightError } from '@forthright/contract';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { type OneAddress, oneAddress } from './address.ts';
import { type Letterhead, type Mail, type Notice, writeMail } from './message.ts';
import { HARD_ADDRESSES, HARD_LINES, HARD_TEXTS, letterhead, notice, UNICODE_ADDRESSES } from './testing.ts';

const PYTHON = `
import sys, json, base64, email, email.policy
for line in sys.stdin:
    m = email.message_from_bytes(base64.b64decode(line), policy=email.policy.SMTPUTF8)
    body = {p.get_content_type(): p.get_content() for p in m.walk() if not p.is_multipart()}
    who = lambda h: [[a.display_name, a.addr_spec.encode('utf8', 'surrogateescape').decode()] for a in m[h].addresses]
    print(json.dumps({'from': who('from'), 'to': who('to'), 'replyTo': who('reply-to'), 'subject': str(m['subject']),
      'text': body['text/plain'], 'html': body['text/html'], 'defects': [str(d) for p in m.walk() for d in p.defects],
      'headers': list(m.keys())}))
`;
const whyNoPython = spawnSync('python3', ['--version']).status === 0 ? false : 'python3 is not installed';

type Case = readonly [Notice, Letterhead];
const cases = (): Case[] => [
  ...[...HARD_ADDRESSES, ...UNICODE_ADDRESSES].map(
    (to): Case => [notice({ to: oneAddress(to) }), letterhead()],
  ),
  ...HARD_TEXTS.map(
    (words): Case => [
      notice({ subject: words.slice(0, 390), text: words, html: `<p>${words}</p>` }),
      letterhead({ from: { name: words.slice(0, 190), address: oneAddress('"the office"@marlow.example') } }),
    ],
  ),
  [notice({ text: HARD_LINES.join('\n'), html: HARD_LINES.join('\r\n') }), letterhead()],
  ...HARD_LINES.filter((line) => line.trim() !== '').map(
    (line): Case => [notice({ text: line, html: `${line}\r` }), letterhead()],
  ),
];
const lines = (text: string): string => {
  const broken = text.replace(/\r\n|\r/g, '\n');
  return broken.endsWith('\n') ? broken : `${broken}\n`;
};

/** postal-mime counts the line break before a boundary to the part; RFC 2046, 5.1.1, counts it to the boundary. */
const shown = (text = ''): string => text.replace(/\n$/, '');

function isWellFormed({ bytes, utf8 }: Mail): void {
  const text = bytes.toString('latin1');
  assert.doesNotMatch(text.replaceAll('\r\n', ''), /[\r\n]/, 'a lone CR or LF');
  const tooLong = text.split('\r\n').filter((line) => line.length > 300);
  assert.deepEqual(tooLong, []);
  assert.doesNotMatch(text, /^(?:\.|From )/m, 'a line that servers change');
  if (!utf8) assert.match(text, /^[\r\n\x20-\x7e]*$/);
}

test('what stands in the message is what was given, as postal-mime reads it', async () => {
  for (const [given, head] of cases()) {
    const mail = writeMail(given, head);
    isWellFormed(mail);
    const read = await PostalMime.parse(mail.bytes);
    assert.equal(read.subject?.trim(), given.subject.trim());
    assert.equal(lines(shown(read.text)), lines(given.text));
    assert.equal(lines(shown(read.html)), lines(given.html));
    assert.equal(read.messageId, `<${head.messageId}>`);
    assert.equal(read.date, '2026-11-22T07:00:00.000Z');
    assert.equal(read.to?.length, 1);
    assert.equal(read.attachments.length, 0);
    assert.equal(read.from?.name?.trim(), head.from.name.trim());
  }
});

test('Python reads the same of the hardest messages, and finds no defect', { skip: whyNoPython }, () => {
  const all = cases();
  const input = all.map(([n, h]) => writeMail(n, h).bytes.toString('base64')).join('\n');
  const done = spawnSync('python3', ['-c', PYTHON], { input, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  assert.equal(done.status, 0, done.stderr);
  const read = done.stdout.trim().split('\n');
  assert.equal(read.length, all.length);
  for (const [i, [given, head]] of all.entries()) {
    const seen = JSON.parse(read[i] ?? '');
    assert.deepEqual(seen.defects, []);
    assert.equal(seen.subject.trim(), given.subject.trim());
    assert.equal(lines(seen.text), lines(given.text));
    assert.equal(lines(seen.html), lines(given.html));
    assert.deepEqual(seen.to, [['', given.to]]);
    assert.deepEqual(seen.replyTo, [['', head.replyTo]]);
    assert.equal(seen.from.length, 1);
    assert.equal(seen.from[0][1], head.from.address);
    assert.deepEqual(seen.headers, [
      'Date',
      'From',
      'Reply-To',
      'To',
      'Subject',
      'Message-ID',
      'Auto-Submitted',
      'Content-Language',
      'MIME-Version',
      'Content-Type',
    ]);
  }
});

test('the same notice gives the same bytes, and only an address in Unicode needs SMTPUTF8', () => {
  const head = letterhead({ messageId: 'frozen-1234@marlow.example' });
  assert.deepEqual(writeMail(notice(), head), writeMail(notice(), { ...head }));
  assert.equal(writeMail(notice(), head).utf8, false);
  assert.equal(writeMail(notice({ to: oneAddress('anna@bücher.example') }), head).utf8, false);
  assert.equal(writeMail(notice({ to: oneAddress('änna@bücher.example') }), head).utf8, true);
});

const UNSENDABLE: readonly (readonly [string, Partial<Notice>, Partial<Letterhead>?])[] = [
  ['subject', { subject: 'a\r\nBcc: ben@other.example' }],
  ['subject', { subject: 'a\nb' }],
  ['subject', { subject: 'a\rb' }],
  ['subject', { subject: 'a\0b' }],
  ['subject', { subject: 'a\u0085b' }],
  ['subject', { subject: 'a\u2028b' }],
  ['subject', { subject: 'a\u202eb' }],
  ['subject', { subject: 'a\u2067b' }],
  ['subject', { subject: 'a\ud800b' }],
  ['subject', { subject: 'a\ufffeb' }],
  ['subject', { subject: ' ' }],
  ['subject', { subject: 'x'.repeat(401) }],
  ['text', { text: '' }],
  ['text', { text: ' \n ' }],
  ['text', { text: 'a\0' }],
  ['text', { text: 'a\u001b[31m' }],
  ['text', { text: 'a\udc00' }],
  ['text', { text: 'a \u202b b' }],
  ['text', { text: 'Dear \u2067Anna\nyour \u2069name' }],
  ['text', { text: 'x'.repeat(4 * 1024 ** 2 + 1) }],
  ['html', { html: '' }],
  ['html', { html: '<p>\u0008</p>' }],
  ['language', { language: 'en\r\nX: y' }],
  ['language', { language: '' }],
  ['sender’s name', {}, { from: { name: 'M\r\nBcc: x', address: oneAddress('a@marlow.example') } }],
  ['sender’s name', {}, { from: { name: '', address: oneAddress('a@marlow.example') } }],
  ['Message-ID', {}, { messageId: 'a>\r\nX: <b@marlow.example' }],
  ['Message-ID', {}, { messageId: 'ünsafe-1234@marlow.example' }],
  ['Message-ID', {}, { messageId: '' }],
  ['date', {}, { dateMs: Number.NaN }],
  ['date', {}, { dateMs: -1 }],
  ['date', {}, { dateMs: 1e15 }],
];

test('what could inject a header or confuse a reader is refused by its name', () => {
  for (const [name, given, head] of UNSENDABLE)
    assert.throws(
      () => writeMail(notice(given), letterhead(head)),
      (error) =>
        error instanceof ForthrightError &&
        error.code === 'mail-unsendable' &&
        error.message.includes(`its ${name} `),
      JSON.stringify([name, given, head]).slice(0, 200),
    );
});

test('any text comes out as it went in, or is refused', async () => {
  const words = fc.string({ unit: 'binary', minLength: 1, maxLength: 120 });
  const graphemes = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 });
  const blankRuns = fc
    .array(fc.constantFrom(' ', '  ', '\t', 'From ', '.', '=', 'ä', 'x', '\n', '\r\n', 'long '.repeat(20)), {
      minLength: 1,
      maxLength: 60,
    })
    .map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(fc.oneof(words, graphemes, blankRuns), async (text) => {
      let mail: Mail;
      try {
        mail = writeMail(
          notice({ text, subject: text.replace(/[\r\n\t]/g, '-').slice(0, 300) }),
          letterhead(),
        );
      } catch (error) {
        assert.ok(error instanceof ForthrightError && error.code === 'mail-unsendable');
        return;
      }
      isWellFormed(mail);
      const read = await PostalMime.parse(mail.bytes);
      assert.equal(lines(shown(read.text)), lines(text));
    }),
    { numRuns: 600 },
  );
});

test('a recipient of our type can not be two, whatever was cast to it', () => {
  const forged = 'anna@customer.example>\r\nBcc: <ben@other.example' as OneAddress;
  assert.throws(() => writeMail(notice({ to: forged }), letterhead()), { code: 'mail-unsendable' });
  const both = 'anna@customer.example>, <ben@other.example' as OneAddress;
  assert.throws(() => writeMail(notice({ to: both }), letterhead()), { code: 'mail-unsendable' });
});
