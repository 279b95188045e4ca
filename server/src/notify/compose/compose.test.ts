import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type DutyRule, ForthrightError, type Regime } from '@forthright/contract';
import { ownLaw } from '../../assess/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { FORMS, PLAIN } from './forms.ts';
import { personFacts } from './gather.ts';
import { ownLanguages, readLanguage, withTemplate } from './language.ts';
import { adviceFor, compose } from './notice.ts';
import { fact, incidentSample, LANGUAGES, personSample, TODAY, unknownSample } from './testing.ts';

const languages = await ownLanguages();
const notice = (person = personSample(), incident = incidentSample()) =>
  compose({ incident, person, languages, fallback: 'en', code: 'K7QM-2XPA', today: TODAY });

const coded = (code: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ForthrightError);
  assert.equal(error.code, code);
  assert.match([error.message, ...error.problems.map((p) => `${p.at} ${p.message}`)].join('\n'), words);
  return true;
};

test('all ten languages are there, and none lacks a text', () => {
  assert.deepEqual([...languages.keys()].sort(), [...LANGUAGES].sort());
});

test('a notice says which data, when, how often, to how many, why, what was done, what to do and whom to ask', () => {
  const { text, subject } = notice().notice;
  const plain = text.replace(/\s+/g, ' ');
  for (const words of [
    'Dear Ana Lopes,',
    'name and e-mail address',
    '18 November 2025 at 07:00 CET',
    '20 November 2025 at 16:29 CET',
    '1,368 times',
    '73,935 customers, 45,431 visitors without an account, 52 programs',
    'The cause: Since a change of our site',
    '34,928 people',
    'Of 5,987 more we can’t tell',
    'We stopped it on 20 November 2025 at 16:30',
    'CNPD on 21 November 2025',
    'phishing',
    'privacy@marlow.example, +352 20 00 00',
    'K7QM-2XPA',
    'type our address yourself: marlow.example',
  ])
    assert.ok(
      plain.replace(/[\u202f\u00a0.]/g, (c) => (c === '.' ? c : ',')).includes(words),
      `${words}\n${plain}`,
    );
  assert.doesNotMatch(plain, /[Pp]assword, here/);
  assert.match(subject, /^Marlow Market: /);
});

test('the same facts give the same bytes', () => {
  assert.deepEqual(notice(), notice());
});

test('whatever order a database gives the names of an object in, the notice is the same', () => {
  const row: Omit<CohortRow, 'others'> = {
    person: 'C1000001',
    name: 'Ana Lopes',
    email: 'ana@inbox.example',
    phone: '',
    address: [],
    language: 'en',
    country: 'LU',
    region: '',
    status: 'exposed',
    fields: ['name', 'email'],
    perhaps: [],
    leaks: ['review-pages'],
    possibleLeaks: [],
    first: Date.parse('2025-11-18T06:00:00Z'),
    last: Date.parse('2025-11-20T15:29:00Z'),
    views: 38,
    possiblySelf: 0,
    pages: [],
    pageCount: 1,
  };
  const made = (others: CohortRow['others']) =>
    notice(personSample(personFacts('run_test', { ...row, others }, oneAddress('ana@inbox.example'))));
  const others = { customer: 2, anonymous: 31, crawler: 4, employee: 1 };
  const turned = Object.fromEntries(Object.entries(others).reverse()) as CohortRow['others'];
  assert.match(made(others).notice.text, /31 visitors/);
  assert.deepEqual(made(turned), made(others));
});

test('every figure of a notice has a source', () => {
  const { facts, notice: made } = notice();
  const told = new Map(
    facts.filter((f) => f.fact === 'exposed' || f.fact === 'views').map((f) => [f.fact, f]),
  );
  assert.deepEqual(told.get('exposed'), {
    fact: 'exposed',
    value: 34928,
    source: { is: 'run', at: 'run_test' },
  });
  assert.equal(told.get('views')?.value, 1368);
  assert.ok(made.text.length > 0);
});

test('somebody of whom nobody can tell reads so, why, and when more will be told', () => {
  const { text, subject } = notice(unknownSample()).notice;
  assert.match(subject, /can’t tell/);
  assert.match(
    text.replace(/\s+/g, ' '),
    /our records have gaps: 19 November 2025, 11:31 CET to 19 November 2025, 12:18 CET/,
  );
  assert.match(text.replace(/\s+/g, ' '), /write to you again by 5 December 2025/);
  assert.doesNotMatch(text, /were visible: name/);
});

test('without a day on which more is told, nobody is told that we can’t tell', () => {
  assert.throws(
    () => notice(unknownSample(), incidentSample({ nextBy: undefined })),
    coded('notice-incomplete', /nextBy/),
  );
});

test('advice follows from the fields', () => {
  assert.deepEqual(adviceFor(['name', 'email']), ['email']);
  assert.deepEqual(adviceFor(['name', 'email', 'password']), ['credentials', 'email']);
  assert.deepEqual(adviceFor(['name']), ['profile']);
  assert.deepEqual(adviceFor(['iban', 'street', 'phone']), ['payment', 'phone', 'postal']);
});

for (const language of LANGUAGES)
  test(`in ${language} no fact is lost: exposed and unknown`, () => {
    for (const person of [personSample({ language }), unknownSample({ language })]) {
      const { notice: made, sms } = notice(person);
      assert.equal(made.language, language);
      for (const part of [made.text, made.html])
        assert.match(part.replace(/[\s\u00a0\u202f.,]/g, ''), /34928/, language);
      assert.ok(
        made.text.includes('K7QM-2XPA') &&
          sms.includes('K7QM-2XPA') &&
          made.html.includes(`lang="${language}"`),
      );
      assert.doesNotMatch(made.text, /[{}]|undefined|\[object/);
    }
  });

test('a person’s own language, else the fallback', () => {
  assert.equal(notice(personSample({ language: 'pt-BR' })).notice.language, 'pt');
  assert.equal(notice(personSample({ language: 'tlh' })).notice.language, 'en');
  assert.equal(notice(personSample({ language: '' })).notice.language, 'en');
});

test('what was typed in no language of the person’s is asked for, not left out', () => {
  assert.throws(
    () => notice(personSample({ language: 'de' }), incidentSample({ cause: fact({ en: 'A change.' }) })),
    coded('notice-incomplete', /`cause` in the language `de`/),
  );
});

test('a person hears from the branch of their own country', () => {
  const { text } = notice(personSample({ country: 'GB' })).notice;
  assert.match(text.replace(/\s+/g, ' '), /Marlow Market UK Ltd, privacy@marlow-uk.example/);
});

test('markup, line breaks and turned writing in a name stay text', () => {
  const name = fact('<b>Eve</b>\r\nBcc: x@y.example\u202e \u0000');
  const { text, html, subject } = notice(personSample({ name })).notice;
  assert.ok(text.includes('Dear <b>Eve</b> Bcc: x@y.example,'));
  assert.ok(html.includes('&lt;b&gt;Eve&lt;/b&gt;') && !html.includes('<b>'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  assert.doesNotMatch(`${text}${html}${subject}`, /[\u202a-\u202e\u0000\r]/);
});

test('a name written from right to left does not turn what stands around it', () => {
  const { text, html } = notice(personSample({ name: fact('ليلى حداد') })).notice;
  assert.ok(text.includes('\u2068ليلى حداد\u2069,'));
  assert.ok(html.includes('<bdi>ليلى حداد</bdi>,'));
});

test('HTML has no link, no image, no script and nothing from elsewhere', () => {
  const { html } = notice().notice;
  assert.doesNotMatch(html, /<a\b|<img|<script|<link|https?:|url\(|style="/i);
});

test('who saw a person’s data and where is said of this very person, in every language; of the whole incident only where no log counts', () => {
  const others = new Map([
    ['customer', fact(17)],
    ['seller', fact(1)],
  ] as const);
  const pages = fact(['/reviews/R100', '/reviews/R2', '/reviews/\u202eR3\n']);
  const person = personSample({ others, pages, pageCount: fact(12) });
  const { notice: made, facts } = notice(person);
  assert.match(
    made.text.replace(/\s+/g, ' '),
    /\/reviews\/R100, \/reviews\/R2,? and \/reviews\/R3\. 9 more pages/,
  );
  assert.match(made.text, /17\s+customers\s+and\s+1\s+seller/);
  assert.doesNotMatch(made.text, /Over the whole|73,935|\u202e/);
  assert.ok(facts.some(({ fact: name, value }) => name === 'more' && value === 9));
  for (const language of LANGUAGES) {
    const { text } = notice({ ...person, language }).notice;
    assert.ok(text.includes('/reviews/R2') && text.includes('17'), language);
  }
  assert.match(notice(personSample()).notice.text, /Over the whole incident/);
  const elsewhere = incidentSample({
    leaks: [
      { id: 'review-pages', kind: 'page', fields: ['name', 'email'] },
      { id: 'staff', kind: 'access', fields: ['name', 'email'] },
    ],
  });
  assert.doesNotMatch(
    notice(personSample(), elsewhere).notice.text,
    /Somebody looked/,
    'of another leak with the same fields',
  );
});

const california = { country: 'US', region: 'US-CA' };

test('California’s headings stand there in any language, with whether the police delayed it', () => {
  const incident = incidentSample({ duties: ['US-CA/people'], delayedByPolice: fact(false) });
  for (const language of ['en', 'es']) {
    const { notice: made, form } = notice(personSample({ ...california, language }), incident);
    assert.equal(form, 'Cal. Civ. Code § 1798.82(d)');
    for (const heading of [
      'Notice of Data Breach',
      'What Happened',
      'What Information Was Involved',
      'What We Are Doing',
      'What You Can Do',
      'For More Information',
    ])
      assert.ok(made.text.includes(heading), `${language}: ${heading}`);
  }
  assert.match(
    notice(personSample(california), incident).notice.text,
    /No law enforcement agency delayed this notice/,
  );
  assert.throws(
    () => notice(personSample(california), incidentSample({ duties: ['US-CA/people'] })),
    coded('notice-incomplete', /delayedByPolice/),
  );
});

const agencies = fact(['Agency One, P.O. Box 1, Springfield']);

test('Massachusetts’ residents get no description and no number', () => {
  const incident = incidentSample({ duties: ['US-MA/people'], agencies });
  const { text, subject } = notice(personSample({ country: 'US', region: 'US-MA' }), incident).notice;
  assert.doesNotMatch(`${subject}${text}`, /visible|What Happened|The cause|34,928/);
  assert.match(text, /police report/);
  assert.match(text, /security freeze/);
  assert.match(text, /Agency One/);
});

test('Illinois’ residents get no number of people', () => {
  const incident = incidentSample({ duties: ['US-IL/people'], agencies });
  const { text } = notice(personSample({ country: 'US', region: 'US-IL' }), incident).notice;
  assert.doesNotMatch(text, /34,928/);
  assert.match(text, /The cause/);
  assert.match(text, /Agency One/);
  assert.throws(
    () =>
      notice(personSample({ country: 'US', region: 'US-IL' }), incidentSample({ duties: ['US-IL/people'] })),
    coded('notice-incomplete', /agencies/),
  );
});

const AGENCIES_ONLY = ['AZ', 'CO', 'DC', 'IA', 'MD', 'NC', 'NM', 'OR', 'WA'];

test('residents of states whose law wants the agencies named get them, and are not told less; others are not', () => {
  for (const state of [...AGENCIES_ONLY, 'RI']) {
    const place = { country: 'US', region: `US-${state}` };
    const incident = incidentSample({ duties: [`US-${state}/people`], agencies });
    const { notice: made, form } = notice(personSample(place), incident);
    assert.match(made.text, /Agency One/, state);
    assert.match(made.text, /The cause[\s\S]*34,928/, state);
    assert.equal(/police report/.test(made.text), state === 'RI', state);
    assert.ok(form, state);
    const without = incidentSample({ duties: [`US-${state}/people`] });
    assert.throws(() => notice(personSample(place), without), coded('notice-incomplete', /agencies/), state);
    const elsewhere = notice(personSample({ country: 'US', region: 'US-TX' }), incident);
    assert.doesNotMatch(elsewhere.notice.text, /Agency One/);
    const notDue = notice(personSample(place), incidentSample({ agencies }));
    assert.deepEqual([/Agency One/.test(notDue.notice.text), notDue.form], [false, undefined]);
  }
});

test('each form is what the law’s file says of its duty, and no law that asks for one is left out', async () => {
  const { regimes } = await ownLaw();
  const asked = new Map(
    regimes.flatMap((regime) =>
      regime.duties
        .filter(({ to, valid }) => to === 'people' && valid.to === undefined)
        .map((duty) => [`${regime.code}/${duty.id}`, { regime, duty }] as const),
    ),
  );
  for (const [id, { duty }] of asked) {
    const { content, mustNot } = duty;
    const says = (words: RegExp) => content.some((item) => words.test(item));
    const forbids = (words: RegExp) => mustNot.some((item) => words.test(item));
    const form = FORMS[id] ?? PLAIN;
    assert.equal(Object.keys(form.headings).length > 0, says(/headings "/), id);
    for (const heading of Object.values(form.headings))
      assert.ok(
        content.some((item) => item.includes(heading)),
        id,
      );
    assert.equal(form.saysDelay, says(/delayed by law enforcement/), id);
    assert.equal(form.saysFreeze, says(/police report/) && says(/request a security freeze/), id);
    // California's only where such a number was exposed, for which the plain form names them, too.
    // How to freeze one's credit can't be said without whom to ask for it.
    assert.equal(form.saysBureaus, form.saysFreeze || says(/reporting agencies(?!, where)/), id);
    assert.equal(form.withoutNumber, forbids(/how many/), id);
    assert.equal(form.withoutDescription, forbids(/nature of the breach/), id);
  }
  for (const [id, { citation = '' }] of Object.entries(FORMS)) {
    const found = new Map<string, { regime: Regime; duty: DutyRule }>(asked).get(id);
    const isCited = found?.duty.citation.startsWith(citation) || found?.regime.law === citation;
    const isInContent = found?.duty.content.some((item) => item.includes(citation.replace(/^.*(?=§)/, '')));
    assert.ok(citation !== '' && (isCited || isInContent), `${id}: ${citation}`);
  }
});

async function inFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'forthright-template-'));
  try {
    const path = join(folder, 'template.yaml');
    await writeFile(path, text);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const FAULTY: readonly (readonly [what: string, text: string, words: RegExp])[] = [
  [
    'a figure typed by hand',
    'what.views: "Others opened it 1,368 times, {views, number}."',
    /template\.yaml:3:\d+ the figure "1" is typed by hand/,
  ],
  ['figures of other scripts', 'what.views: "٣٤ {views, number}"', /typed by hand/],
  [
    'an unknown fact',
    'what.views: "Others opened it {veiws, number} times, {views, number}."',
    /no fact \{veiws\}; did you mean `views`/,
  ],
  [
    'a plural that hides the number',
    'what.views: "Opened {views, plural, one {once} other {many times}}."',
    /does not say the number/,
  ],
  ['a text that leaves out its fact', 'what.views: Others opened it.', /must say \{views\}/],
  [
    'a number rounded by a style',
    'what.views: "{views, number, ::compact-short}"',
    /write \{views, number\}/,
  ],
  ['an instant without its form', 'more.date: "{today}"', /\{today, date, day\}/],
  ['ICU that can’t be read', 'what.views: "{views, plural"', /not right as ICU/],
  [
    'a text that there is not',
    'what.view: "{views, number}"',
    /there is no text "what.view"; did you mean `what.views`/,
  ],
];
for (const [what, text, words] of FAULTY)
  test(`refused with its line: ${what}`, () =>
    inFile(`language: en\nmessages:\n  ${text}\n`, (path) =>
      assert.rejects(withTemplate(languages, path), coded('template-invalid', words)),
    ));

test('an organisation’s own words take the place of ours', () =>
  inFile('language: en\nmessages:\n  greeting: "Good day {name},"\n', async (path) => {
    const own = await withTemplate(languages, path);
    const made = compose({
      incident: incidentSample(),
      person: personSample(),
      languages: own,
      fallback: 'en',
      code: 'X',
      today: TODAY,
    });
    assert.match(made.notice.text, /Good day Ana Lopes,/);
  }));

test('a language that lacks texts is told all of them', async () => {
  const english = await readFile(fileURLToPath(new URL('languages/en.yaml', import.meta.url)), 'utf8');
  const lacking = english.replace(/^ {2}greeting: .*\n/m, '').replace(/^ {2}photo: .*\n/m, '');
  await inFile(lacking, (path) =>
    assert.rejects(
      readLanguage(path),
      coded('template-invalid', /"greeting" is missing[\s\S]*"photo" is missing/),
    ),
  );
});

test('one notice has one address: two can’t be expressed', () => {
  const { to } = notice().notice;
  assert.equal(to, 'ana@inbox.example');
  // @ts-expect-error A text is no address until it was parsed as one.
  const asText: typeof to = 'ana@inbox.example, bea@inbox.example';
  // @ts-expect-error Nor is a list of them.
  const asList: typeof to = [to, to];
  assert.notEqual(asText, asList);
});
