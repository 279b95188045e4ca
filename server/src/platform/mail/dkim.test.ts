import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { oneAddress } from './address.ts';
import { type DkimKey, dkimKey, dkimRecord, signed } from './dkim.ts';
import { writeMail } from './message.ts';
import { HARD_LINES, HARD_TEXTS, letterhead, notice, UNICODE_ADDRESSES } from './testing.ts';

const AT = Date.UTC(2026, 10, 22) / 1000;
const rsa = dkimKey({
  domain: 'marlow.example',
  selector: 'rsa2026',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
});
const ed25519 = dkimKey({
  domain: 'marlow.example',
  selector: 'ed2026',
  privateKey: generateKeyPairSync('ed25519').privateKey,
});

type Verdict = Readonly<{ result: string; comment?: string | undefined }>;

/** What mailauth says of each signature, the keys' records being all that the domain system holds. */
async function verdicts(message: Buffer, keys: readonly DkimKey[]): Promise<Verdict[]> {
  const resolver = async (name: string, kind: string) => {
    const key = keys.find((k) => dkimRecord(k).name === name);
    if (kind !== 'TXT' || key === undefined) throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
    return [[dkimRecord(key).text]];
  };
  const { results } = await dkimVerify(message, { resolver, curTime: new Date((AT + 60) * 1000) } as never);
  return (results as { status: Verdict }[]).map(({ status }) => status);
}
const results = async (message: Buffer, keys: readonly DkimKey[] = [rsa, ed25519]) =>
  (await verdicts(message, keys)).map(({ result }) => result);

const messages = (): Buffer[] => [
  ...HARD_TEXTS.map(
    (words) => writeMail(notice({ subject: words.slice(0, 390), text: words }), letterhead()).bytes,
  ),
  writeMail(notice({ text: HARD_LINES.join('\n') }), letterhead()).bytes,
  Buffer.from('From: a@marlow.example\r\nSubject:  folded\r\n\t twice \r\n  text\r\nTo: b@x.example\r\n\r\n'),
  Buffer.from('From: a@marlow.example\r\nTo: b@x.example\r\n\r\n  a  b\t \r\n \t\r\nc\r\n\r\n\r\n \r\n'),
  Buffer.from('From: a@marlow.example\r\nTo: b@x.example\r\n\r\nno line break at the end'),
];

test('mailauth verifies both signatures of every message', async () => {
  for (const message of messages())
    assert.deepEqual(await results(signed(message, [rsa, ed25519], AT)), ['pass', 'pass']);
  const unicode = writeMail(notice({ to: oneAddress(UNICODE_ADDRESSES[0] ?? '') }), letterhead()).bytes;
  assert.deepEqual(await results(signed(unicode, [rsa], AT)), ['pass']);
});

test('any blanks and line breaks in a body are canonicalized as mailauth does it', async () => {
  const pieces = fc.array(fc.constantFrom(' ', '\t', '\r\n', '\r\n\r\n', 'a', '.', '\r', '\n', 'ä'), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(pieces, async (body) => {
      // A lone CR or LF is no line break to us, and mail has none.
      const text = body.join('').replace(/\r(?!\n)|(?<!\r)\n/g, '');
      const message = Buffer.from(`From: a@marlow.example\r\nTo: b@x.example\r\n\r\n${text}`);
      assert.deepEqual(await results(signed(message, [ed25519], AT)), ['pass']);
    }),
    { numRuns: 300 },
  );
});

test('a signature is the same each time, short-lined, without l=, and covers one header more than there is', () => {
  const { bytes } = writeMail(notice(), letterhead());
  const message = signed(bytes, [rsa, ed25519], AT);
  assert.deepEqual(signed(Buffer.from(bytes), [rsa, ed25519], AT), message);
  const header = message.toString('latin1', 0, message.indexOf('\r\nDate:'));
  for (const line of header.split('\r\n')) assert.ok(line.length <= 78, line);
  const tags = header.replace(/\s+/g, '').split('DKIM-Signature:').slice(1);
  assert.equal(tags.length, 2);
  for (const each of tags) {
    assert.doesNotMatch(each, /;l=/);
    const names = /;h=([^;]+)/.exec(each)?.[1]?.split(':') ?? [];
    for (const name of ['From', 'To', 'Subject', 'Date', 'Message-ID', 'Reply-To'])
      assert.equal(names.filter((n) => n === name).length, 2, name);
    assert.match(each, new RegExp(`;t=${AT};`));
  }
});

const ALTERED: readonly (readonly [string, (text: string) => string])[] = [
  ['another subject', (t) => t.replace('Subject: Your', 'Subject: My')],
  ['a second subject above', (t) => `Subject: Pay now\r\n${t}`],
  ['a second From below', (t) => t.replace('\r\nTo:', '\r\nFrom: x@evil.example\r\nTo:')],
  ['a second To', (t) => t.replace('\r\nSubject:', '\r\nTo: x@evil.example\r\nSubject:')],
  ['a Cc', (t) => t.replace('\r\nSubject:', '\r\nCc: x@evil.example\r\nSubject:')],
  ['another recipient', (t) => t.replace('<anna@', '<ben@')],
  ['another content type', (t) => `Content-Type: text/html\r\n${t}`],
  ['text below', (t) => `${t}more\r\n`],
  ['one letter of the body', (t) => t.replace('Dear Anna', 'Dear Anne')],
];

test('whoever alters a signed message breaks both signatures', async () => {
  const message = signed(writeMail(notice(), letterhead()).bytes, [rsa, ed25519], AT).toString('latin1');
  for (const [name, alter] of ALTERED) {
    const altered = alter(message);
    assert.notEqual(altered, message, name);
    const found = await results(Buffer.from(altered, 'latin1'));
    assert.deepEqual(
      found.filter((result) => result === 'pass'),
      [],
      name,
    );
  }
});

test('a key that receivers do not verify is refused', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const named = { domain: 'marlow.example', selector: 's' };
  assert.throws(() => dkimKey({ ...named, privateKey: weak }), { code: 'key-unusable' });
  assert.throws(() => dkimKey({ ...named, privateKey: 'not a key' }), { code: 'key-unusable' });
  assert.throws(() => dkimKey({ ...named, privateKey: createPublicKey(rsa.privateKey) }), {
    code: 'key-unusable',
  });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  assert.throws(() => dkimKey({ ...named, privateKey: ec }), { code: 'key-unusable' });
  for (const wrong of ['a;b', 'a b', '', 'A', 'a\r\n'])
    assert.throws(() => dkimKey({ ...named, selector: wrong, privateKey: rsa.privateKey }), {
      code: 'key-unusable',
    });
  const pem = String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  assert.equal(dkimKey({ ...named, privateKey: pem }).algorithm, 'rsa-sha256');
});

test('the record has the key that verifies', () => {
  const { name, text } = dkimRecord(ed25519);
  assert.equal(name, 'ed2026._domainkey.marlow.example');
  const raw = Buffer.from(/p=(.+)$/.exec(text)?.[1] ?? '', 'base64');
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
    format: 'jwk',
  });
  assert.equal(verify(null, Buffer.from('x'), key, Buffer.alloc(64)), false);
  assert.deepEqual(
    key.export({ format: 'jwk' }),
    createPublicKey(ed25519.privateKey).export({ format: 'jwk' }),
  );
});

const PYTHON = `
import sys, json, base64, dkim
key = {k.encode() + b'.': v.encode() for k, v in json.loads(sys.stdin.readline()).items()}
for line in sys.stdin:
    d = dkim.DKIM(base64.b64decode(line))
    print(json.dumps([d.verify(idx=i, dnsfunc=lambda name, timeout=5: key.get(name)) for i in range(int(sys.argv[1]))]))
`;
const PERL = `
use Mail::DKIM::Verifier; use Mail::DKIM::PublicKey; no warnings 'redefine';
my $text = <STDIN>; chomp $text;
*Mail::DKIM::PublicKey::fetch_async = sub { my ($class, %p) = @_; my $key = $class->parse($text); $key->{Selector} = $p{Selector}; $key->{Domain} = $p{Domain}; my $r = $p{Callbacks}{Success}->($key); return sub { $r } };
local $/; for (split /\\n/, <STDIN>) { my $d = Mail::DKIM::Verifier->new(); $d->PRINT(pack('H*', $_)); $d->CLOSE; print $d->result, "\\n"; }
`;
// Debian's own Python has Debian's packages; another one before it on the path does not.
const DEBIAN_PYTHON = '/usr/bin/python3';
const whyNoPythonDkim =
  spawnSync(DEBIAN_PYTHON, ['-c', 'import dkim, nacl']).status === 0
    ? false
    : 'python3-dkim and python3-nacl are not installed (Debian)';
const whyNoPerl =
  spawnSync('perl', ['-MMail::DKIM::Verifier', '-e', '1']).status === 0
    ? false
    : 'libmail-dkim-perl is not installed (Debian)';
test('python3-dkim verifies both signatures', { skip: whyNoPythonDkim }, () => {
  const records = Object.fromEntries([rsa, ed25519].map((k) => [dkimRecord(k).name, dkimRecord(k).text]));
  const all = messages().map((m) => signed(m, [rsa, ed25519], AT).toString('base64'));
  const input = [JSON.stringify(records), ...all].join('\n');
  const done = spawnSync(DEBIAN_PYTHON, ['-c', PYTHON, '2'], { input, encoding: 'utf8' });
  assert.equal(done.stdout, '[true, true]\n'.repeat(all.length), done.stderr);
});

test('Mail::DKIM verifies the RSA signature', { skip: whyNoPerl }, () => {
  const all = messages().map((m) => signed(m, [rsa], AT).toString('hex'));
  const input = [dkimRecord(rsa).text, ...all].join('\n');
  const done = spawnSync('perl', ['-e', PERL], { input, encoding: 'utf8' });
  assert.equal(done.stdout, 'pass\n'.repeat(all.length), done.stderr);
});
