import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ForthrightError, Incident } from '@forthright/contract';
import { compose, ownLanguages } from '../compose/index.ts';
import { incidentSample, LANGUAGES, personSample, TODAY, unknownSample } from '../compose/testing.ts';
import { claimsIn } from './claims.ts';
import { datesIn } from './dates.ts';
import { type LintAsked, lintLanguages, lintNotice } from './index.ts';
import { scoreOf } from './spam.ts';

const lintBytes = (bytes: Uint8Array, name: string, more: Partial<LintAsked> = {}) =>
  lintNotice({
    bytes,
    name,
    laws: ['EU'],
    domains: ['marlow.example'],
    today: new Date(TODAY),
    signal: new AbortController().signal,
    ...more,
  });
const lintText = (text: string, name = 'notice.txt', more: Partial<LintAsked> = {}) =>
  lintBytes(Buffer.from(text), name, more);

const rulesOf = async (text: string, name?: string, more?: Partial<LintAsked>) =>
  new Set((await lintText(text, name, more)).findings.map((f) => f.rule));

const FAULTS_OF_2018 = [
  'greeting',
  'number',
  'recipients',
  'when',
  'cause',
  'consequences',
  'measures',
  'advice',
  'contact',
  'check',
  'euphemism',
  'vagueCause',
  'vagueMeasure',
  'noAction',
];
for (const language of ['en', 'de'])
  test(`the notice of 2018 fails in ${language}, each of its faults named with its words`, async () => {
    const path = fileURLToPath(new URL(`fixtures/2018.${language}.txt`, import.meta.url));
    const report = await lintBytes(await readFile(path), path);
    assert.equal(report.language, language);
    const found = new Set(report.findings.filter((f) => f.severity !== 'note').map((f) => f.rule));
    assert.deepEqual([...found].sort(), [...FAULTS_OF_2018].sort());
    for (const { at, words, reason, source, better } of report.findings) {
      if (at !== null) assert.equal(report.text.slice(at.from, at.to), words);
      assert.ok(reason !== '' && source !== '' && better !== '');
    }
  });

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

for (const language of ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'sv', 'pt'])
  test(`a good notice in other words than ours, in ${language}, has no error and no warning`, async () => {
    const path = fixture(`other-words.${language}.txt`);
    const { findings, language: told } = await lintBytes(await readFile(path), path);
    assert.equal(told, language);
    assert.deepEqual(
      findings.filter(({ severity }) => severity !== 'note').map(({ rule, words }) => [rule, words]),
      [],
    );
  });

test('a German notice that hedges, threatens and asks for a sign-in has each of these named', async () => {
  const path = fixture('phishing.de.txt');
  const found = new Set((await lintBytes(await readFile(path), path)).findings.map(({ rule }) => rule));
  for (const rule of [
    'genericGreeting',
    'hedge',
    'vagueNumber',
    'noEvidence',
    'euphemism',
    'urgency',
    'login',
    'foreign-link',
    'login-link',
  ])
    assert.ok(found.has(rule), rule);
});

/** Retold in our words, from what is known of them: what is good passes, what hedges is told so. */
const FOREIGN: readonly (readonly [file: string, errors: readonly string[]])[] = [
  ['small-shop-2025.en.txt', []],
  ['retailer-2013.en.txt', []],
  ['hedged.en.txt', ['advice', 'euphemism', 'measures', 'noEvidence', 'number', 'vagueMeasure']],
];
for (const [file, errors] of FOREIGN)
  test(`a foreign notice, ${file}: ${errors.join(', ') || 'no error'}`, async () => {
    const report = await lintBytes(
      await readFile(fileURLToPath(new URL(`fixtures/${file}`, import.meta.url))),
      file,
    );
    const found = report.findings.filter((f) => f.severity === 'error').map((f) => f.rule);
    assert.deepEqual([...new Set(found)].sort(), errors);
  });

const languages = await ownLanguages();
const own = (language: string, status: 'exposed' | 'unknown') =>
  compose({
    incident: incidentSample(),
    person: status === 'exposed' ? personSample({ language }) : unknownSample({ language }),
    languages,
    fallback: 'en',
    code: 'K7QM-2XPA',
    today: TODAY,
  }).notice;

for (const language of LANGUAGES)
  for (const status of ['exposed', 'unknown'] as const)
    test(`our own notice in ${language} (${status}) has no error and no warning, as text and as HTML`, async () => {
      const notice = own(language, status);
      for (const [name, content] of [
        ['notice.txt', notice.text],
        ['notice.html', notice.html],
      ] as const) {
        const report = await lintText(content, name);
        assert.equal(report.language, language);
        const found = report.findings
          .filter((f) => f.severity !== 'note')
          .map((f) => `${f.rule}: ${f.words} ${f.reason}`);
        assert.deepEqual(found, [], `${name}\n${content}`);
      }
    });

const GOOD = own('en', 'exposed').text;

/** Each is our own good notice with one thing spoiled: that, and nothing else, is an error. */
const SPOILED: readonly (readonly [what: string, rule: string, spoil: (text: string) => string])[] = [
  ['no salutation', 'greeting', (t) => t.replace('Dear Ana Lopes,', '')],
  [
    'a salutation without a name',
    'genericGreeting',
    (t) => t.replace('Dear Ana Lopes,', 'Dear valued customer,'),
  ],
  [
    'a small number',
    'vagueNumber',
    (t) => t.replace('It concerns 34,928 people.', 'It concerns 34,928 people, a small number of customers.'),
  ],
  [
    'no evidence of misuse',
    'noEvidence',
    (t) => t.replace('What You Can Do', 'We have no evidence of misuse.\n\nWhat You Can Do'),
  ],
  ['urgency', 'urgency', (t) => t.replace('What You Can Do', 'Act now.\n\nWhat You Can Do')],
  [
    'asking for a click',
    'login',
    (t) => t.replace('What You Can Do', 'Please click here.\n\nWhat You Can Do'),
  ],
  [
    'advertising',
    'marketing',
    (t) => t.replace('What You Can Do', 'As a token of our regret, here is a voucher.\n\nWhat You Can Do'),
  ],
  ['nobody to ask', 'contact', (t) => t.replace(/privacy@marlow\.example,\s+\+352 20 00 00/, '')],
  ['a link to a foreign domain', 'foreign-link', (t) => `${t}\nhttps://notices.agency.example/x\n`],
  ['a shortened link', 'short-link', (t) => `${t}\nhttps://bit.ly/3abc\n`],
  ['a link that leads to a sign-in', 'login-link', (t) => `${t}\nhttps://marlow.example/login\n`],
];
for (const [what, rule, spoil] of SPOILED)
  test(`found: ${what}`, async () => {
    const text = spoil(GOOD);
    assert.notEqual(text, GOOD);
    const { findings } = await lintText(text);
    assert.deepEqual([...new Set(findings.filter((f) => f.severity === 'error').map((f) => f.rule))], [rule]);
  });

const incident = Incident.parse({
  title: 'Review pages',
  aware: '2025-11-20T14:05:00Z',
  contained: { at: '2025-11-20T15:30:00Z', summary: 'Rolled back.' },
  leaks: [
    {
      id: 'review-pages',
      kind: 'page',
      log: 'web',
      from: '2025-11-18T06:00:00Z',
      to: '2025-11-20T15:30:00Z',
      path: '/reviews/{reviews}',
      fields: ['name', 'email', 'phone'],
    },
  ],
});
const rules = (await lintLanguages()).get('en');
assert.ok(rules !== undefined);
const claims = (text: string, elements: string[]) =>
  claimsIn(text, rules, { incident }, { elements: new Set(elements) }, new Date(TODAY));

test('a day that no fact has is an error; days that the facts have, and later ones, are none', () => {
  const found = claims(
    'It was on 3 October 2025, and on 19 November 2025. We write again by 5 December 2025.',
    ['fullName', 'email', 'phone'],
  );
  assert.deepEqual(
    found.map((f) => [f.rule, f.words]),
    [['wrong-date', '3 October 2025']],
  );
});

test('data that were exposed and are not named are an error', () => {
  const found = claims('', ['fullName', 'email']);
  assert.deepEqual(
    found.map((f) => [f.rule, f.better]),
    [['field-untold', 'say that phone was exposed']],
  );
});

test('advice to change the password is questioned where no credential was exposed', async () => {
  const found = await rulesOf(GOOD.replace('What You Can Do', 'Change your password.\n\nWhat You Can Do'));
  assert.ok(!found.has('password'), 'nobody knows without the facts');
});

const DATES: readonly (readonly [language: string, text: string])[] = [
  ['en', '20 November 2025'],
  ['en', 'November 20, 2025'],
  ['en', '11/20/2025'],
  ['en', '2025-11-20'],
  ['de', '20. November 2025'],
  ['de', '20.11.2025'],
  ['fr', '20 novembre 2025'],
  ['it', '20 novembre 2025'],
  ['es', '20 de noviembre de 2025'],
  ['pt', '20 de novembro de 2025'],
  ['nl', '20 november 2025'],
  ['pl', '20 listopada 2025'],
  ['sv', '20 november 2025'],
  ['ja', '2025年11月20日'],
];
for (const [language, text] of DATES)
  test(`a day in ${language}: ${text}`, () => {
    const [date] = datesIn(`x ${text} y`, language);
    assert.deepEqual({ ...date, from: 0, to: 0 }, { from: 0, to: 0, year: 2025, month: 11, day: 20 });
  });

test('what only a program sees in HTML is found', async () => {
  const html = `<p>${GOOD.replaceAll('\n\n', '</p><p>')}</p>
    <a href="https://evil.example/verify">marlow.example</a><a href="http://203.0.113.9/x">us</a>
    <img src="https://t.example/p.gif" width="1" height="1"><form></form><script>1</script>
    <div style="display:none">hidden</div>`;
  const found = await rulesOf(html, 'notice.html');
  for (const rule of [
    'look-alike',
    'foreign-link',
    'login-link',
    'pixel',
    'form',
    'script',
    'hidden',
    'no-language',
  ])
    assert.ok(found.has(rule), rule);
});

test('what only a program sees in a message is found', async () => {
  const eml = `From: Marlow <noreply@marlow.example>\r\nReply-To: x@agency.example\r\nTo: a@b.example, c@d.example\r\nSubject: ACT NOW!!!\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html lang="en"><p>Your name was shown to the people who you know and that is not good.</p></html>`;
  const found = await rulesOf(eml, 'notice.eml', { domains: [] });
  for (const rule of ['other-domain', 'recipient', 'html-only', 'shouting']) assert.ok(found.has(rule), rule);
});

test('California’s headings are asked for by its law, Massachusetts’ forbidden words found by its', async () => {
  const bare = await lintText(GOOD, 'notice.txt', { laws: ['US-CA'] });
  assert.deepEqual(
    bare.findings.filter((f) => f.rule === 'law-heading').map((f) => f.better),
    ['“Notice of Data Breach”'],
  );
  const forbidden = await lintText(GOOD, 'notice.txt', { laws: ['US-MA'] });
  assert.equal(forbidden.findings.filter((f) => f.rule === 'law-forbids').length, 2);
  await assert.rejects(
    lintText(GOOD, 'notice.txt', { laws: ['XX'] }),
    (e) => e instanceof ForthrightError && e.code === 'regime-not-found',
  );
});

const invalid = (e: unknown) =>
  e instanceof ForthrightError && (e.code === 'notice-invalid' || e.code === 'usage');
const HOSTILE: readonly (readonly [what: string, bytes: Uint8Array, name: string])[] = [
  ['nothing', Buffer.from(''), 'a.txt'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41]), 'a.txt'],
  ['Latin-1 that says it is UTF-8', Buffer.from('Geänderte Daten', 'latin1'), 'a.txt'],
  ['a character set that there is not', Buffer.from('<meta charset="klingon"><p>Hello'), 'a.html'],
  ['six megabytes', Buffer.alloc(6 * 1024 * 1024, 'a'), 'a.txt'],
  ['a message without a body', Buffer.from('From: a@b.example\r\nSubject: x\r\n\r\n'), 'a.eml'],
  [
    'HTML nested without end',
    Buffer.from(`<p>Your data ${'<div>'.repeat(200_000)} you and the we`),
    'a.html',
  ],
  ['a language that nobody knows', Buffer.from('xyzzy plugh '.repeat(50)), 'a.txt'],
];
for (const [what, bytes, name] of HOSTILE)
  test(`refused with a code: ${what}`, () => assert.rejects(lintBytes(bytes, name), invalid));

test('endless repetition and open tags end in good time', async () => {
  const began = performance.now();
  for (const text of [
    `<a href="https://x.example/">${'you and the we your '.repeat(50_000)}`,
    'we have '.repeat(300_000),
    `${'may have been '.repeat(50_000)} you and the`,
    `${'dear '.repeat(50_000)} you and the our`,
    `1${' 000'.repeat(40_000)} you and the our we`,
  ])
    await lintText(text, text.startsWith('<') ? 'a.html' : 'a.txt', { language: 'en' });
  assert.ok(performance.now() - began < 60_000);
});

test('SpamAssassin’s header is read, also over several lines', () => {
  const answer =
    'X-Spam-Status: No, score=1.3 required=5.0 tests=MIME_HTML_ONLY,\r\n\tURI_PHISH autolearn=no\r\n\r\nbody';
  assert.deepEqual(scoreOf(answer), { asked: true, score: 1.3, rules: ['MIME_HTML_ONLY', 'URI_PHISH'] });
  assert.equal(scoreOf('').asked, false);
});
