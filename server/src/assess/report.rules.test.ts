import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EDPB_FIELDS,
  EDPB_SECTIONS,
  type Incident,
  Report,
  ReportStatement,
  type ReportValue,
  RiskStatement,
  type When,
  Workspace,
} from '@forthright/contract';
import { reportHtml } from './report.html.ts';
import { hashOfReport, makeReport } from './report.ts';
import type { ReportFacts } from './report.types.ts';
import { assessRisk } from './risk.ts';

const organisation = Workspace.parse({
  organisation: {
    name: 'Marlow Market',
    legalName: 'Marlow Market S.à r.l.',
    country: 'LU',
    contactPoint: { email: 'privacy@marlow.example' },
  },
  sources: { customers: { at: 'c.csv', columns: { id: 'id' } } },
}).organisation;
const incident: Incident = {
  title: 'Names on pages',
  aware: '2025-11-20T14:05:00Z',
  occurred: '2025-11-18T06:00:00Z',
  contained: { at: '2025-11-20T15:30:00Z', summary: 'Taken back.' },
  cause: { kind: 'technical-error', summary: 'A template printed names.' },
  leaks: [],
  gaps: [],
};
const AWARE = Date.parse('2025-11-20T14:05:00Z');
const HOUR = 3_600_000;

type Said = Readonly<Record<string, unknown>>;
const facts = (said: Said = {}, more: Partial<ReportFacts> = {}): ReportFacts => ({
  organisation,
  statement: ReportStatement.parse({ by: 'Ana', ...said }),
  incident,
  at: new Date(AWARE + 10 * HOUR),
  ...more,
});
const risk = assessRisk(
  RiskStatement.parse({
    by: 'Ana',
    ordinary: true,
    factors: {
      kinds: ['confidentiality'],
      how: 'published',
      data: ['contact'],
      recipients: [{ who: 'public' }],
    },
  }),
);

/** All that the facts can't say, for a whole report. */
const WHOLE: Record<string, ReportValue> = {
  21: 'Ana Silva',
  22: 'ana@marlow.example',
  23: 'dpo',
  38: 'no',
  50: 'controller',
  51: 'A test of the pages.',
  55: ['confidentiality'],
  56: 'yes',
  57: 'readable',
  60: 'published',
  61: 'internal-error',
  63: 'The web shop, in Luxembourg.',
  65: ['customers'],
  66: 'Customers of the shop.',
  67: 'exact',
  68: 203,
  70: ['basic', 'contact'],
  71: 'Names and addresses.',
  72: 'cannot-tell',
  75: ['up-to-date'],
  76: 'Tests of pages.',
  79: ['beyond-purpose'],
  85: ['control'],
  87: 'moderate',
  89: 'risk',
  90: 'Contact data, public for two days.',
  94: ['processes'],
  95: 'A review of templates.',
  97: 'no-high-risk',
  113: 'no',
};

test('the template has its 100 fields, and 42 are required by the draft', () => {
  const numbers = EDPB_FIELDS.map(({ no }) => no);
  assert.equal(new Set(numbers).size, 100);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
  assert.equal(EDPB_FIELDS.filter(({ need }) => need === 'always').length, 42);
});

test('every condition names fields and choices that there are, and every field stands in a section', () => {
  const byNo = new Map(EDPB_FIELDS.map((field) => [field.no, field]));
  const check = (when: When, of: number): void => {
    if ('all' in when) for (const part of when.all) check(part, of);
    else if ('any' in when) for (const part of when.any) check(part, of);
    else if ('not' in when) check(when.not, of);
    else if ('field' in when) {
      const { choices } = byNo.get(when.field) ?? {};
      for (const one of [when.is].flat()) assert.ok(choices?.[one], `${of}: ${when.field} is ${one}`);
    }
  };
  for (const { no, when, section, choices, forNow = [] } of EDPB_FIELDS) {
    if (when !== undefined) check(when, no);
    assert.ok(Object.hasOwn(EDPB_SECTIONS, section));
    for (const one of forNow) assert.ok(choices?.[one], `${no}: ${one}`);
  }
});

test('what is known is filled in with its source, and the rest is listed as missing', () => {
  const report = makeReport(facts({}, { risk }));
  assert.deepEqual(report.values[12], {
    value: 'Marlow Market S.à r.l.',
    source: { kind: 'workspace', from: 'organisation.legalName' },
  });
  assert.deepEqual(report.values[48]?.source, { kind: 'incident', from: 'aware' });
  assert.deepEqual(report.values[55], {
    value: ['confidentiality'],
    source: { kind: 'risk', from: 'confidentiality, stated by Ana' },
  });
  assert.equal(report.values[89]?.value, 'risk');
  assert.match(String(report.values[90]?.value), /GDPR Art\. 33\(1\)/);
  assert.ok(report.missing.some(({ field }) => field === '38'));
  assert.equal(report.isReady, false);
  Report.parse(report);
});

test('what is only said to be ordinary goes into no report', () => {
  const { values, missing } = makeReport(facts({}, { risk }));
  assert.equal(values[61], undefined, 'nobody named the cause');
  assert.ok(missing.some(({ field }) => field === '61'));
});

test('a whole report is ready', () => {
  const report = makeReport(facts({ state: 'complete', fields: WHOLE }));
  assert.deepEqual([report.missing, report.wrong, report.isReady], [[], [], true]);
});

for (const field of Object.keys(WHOLE))
  test(`a report without field ${field} is not ready, and says so`, () => {
    const { [field]: _, ...rest } = WHOLE;
    const report = makeReport(facts({ state: 'complete', fields: rest }));
    assert.equal(report.isReady, false);
    assert.ok(report.wrong.some(({ message }) => message.includes('called complete')));
  });

test('what somebody types stands, beside what the facts said', () => {
  const { values } = makeReport(facts({ fields: { 62: 'Another story.' } }));
  assert.deepEqual(values[62], {
    value: 'Another story.',
    source: { kind: 'stated', by: 'Ana', insteadOf: 'A template printed names.' },
  });
});

test('reasons for delay are asked once 72 hours are over, not a second before; hours are elapsed hours', () => {
  const isAsked = (ms: number) =>
    makeReport(facts({}, { at: new Date(AWARE + ms) })).missing.some(({ field }) => field === '49');
  assert.deepEqual([isAsked(72 * HOUR), isAsked(72 * HOUR + 1)], [false, true]);
  // Over the night in which clocks in Berlin went forward, 72 hours are a wall clock of 73.
  const spring = {
    ...incident,
    occurred: '2026-03-27T10:00:00+01:00',
    contained: undefined,
    aware: '2026-03-27T10:00:00+01:00',
  };
  const late = (at: string) =>
    makeReport(facts({}, { incident: spring as Incident, at: new Date(at) })).missing.some(
      ({ field }) => field === '49',
    );
  assert.deepEqual([late('2026-03-30T11:00:00+02:00'), late('2026-03-30T11:00:01+02:00')], [false, true]);
});

const WRONG: readonly (readonly [name: string, said: Said, field: string, message: RegExp])[] = [
  ['a choice that there is not', { fields: { 87: 'awful' } }, '87', /no choice/],
  ['a text for a number', { fields: { ...WHOLE, 68: 'many' } }, '68', /whole number/],
  ['an instant without its zone', { fields: { 48: '2025-11-20T14:05:00' } }, '48', /with its zone/],
  ['a field that there is not', { fields: { 999: 'x' } }, '999', /no such field/],
  [
    '“later” in a complete report',
    { state: 'complete', fields: { ...WHOLE, 87: 'later' } },
    '87',
    /incomplete/,
  ],
  ['a new one that withdraws', { state: 'withdraw' }, '4', /follow-up/],
  ['an end before the beginning', { fields: { 47: '2025-11-17T00:00:00Z' } }, '47', /before/],
  ['awareness before the breach', { fields: { 48: '2025-11-01T00:00:00Z' } }, '48', /before the breach/],
  ['awareness that lies ahead', { fields: { 48: '2099-01-01T00:00:00Z' } }, '48', /ahead/],
  [
    'two parties with one name',
    { fields: { 38: 'yes', 39: ['processor', 'processor'], 40: ['A'], 41: ['a', 'b'] } },
    '40',
    /as many/,
  ],
  ['an answer to what is not asked', { fields: { ...WHOLE, 98: '2025-11-21' } }, '98', /not asked/],
];
for (const [name, said, field, message] of WRONG)
  test(`wrong: ${name}`, () => {
    const { wrong, isReady } = makeReport(facts(said));
    assert.ok(
      wrong.some((one) => one.field === field && message.test(one.message)),
      JSON.stringify(wrong),
    );
    assert.equal(isReady, false);
  });

test('a withdrawal needs who, what and why, and no more', () => {
  const said = {
    kind: 'follow-up',
    state: 'withdraw',
    fields: { 5: 'It was no breach.', 6: 'LU-1', 21: 'A', 22: 'a', 23: 'dpo' },
  };
  assert.equal(makeReport(facts(said)).isReady, true);
});

test('a version names the one before by its hash, tells what differs, and changes nothing in it', () => {
  const first = makeReport(facts({ fields: { 87: 'minor' } }));
  const hash = hashOfReport(first);
  const second = makeReport(facts({ kind: 'follow-up', fields: { 6: 'LU-1', 87: 'severe' } }), first);
  assert.equal(second.previous?.sha256, hash);
  assert.deepEqual(
    second.previous?.changes.map(({ field, before, after }) => [field, before, after]),
    [
      ['3', 'new', 'follow-up'],
      ['6', null, 'LU-1'],
      ['87', 'minor', 'severe'],
    ],
  );
  assert.equal(hashOfReport(first), hash);
  assert.equal(hashOfReport(JSON.parse(JSON.stringify(first))), hash);
  assert.throws(() => makeReport(facts({ template: 'generic' }), first), /template/);
});

test('it goes to the lead authority; in Germany by the seat; without an establishment to each country of people', () => {
  const to = (country: string | undefined, said: Said = {}) =>
    makeReport(facts(said, { organisation: { ...organisation, country } })).addressees.map(
      (one) => one.country,
    );
  assert.deepEqual(to('LU'), ['LU']);
  assert.deepEqual(to('DE', { seat: 'DE-BE' }), ['DE-BE']);
  assert.deepEqual(to('US'), [], 'nobody knows where people live');
  const byCountry = Object.fromEntries(
    [
      ['FR', 3],
      ['DE', 1],
      ['US', 9],
      ['GB', 2],
    ].map(([country, exposed]) => [country, { exposed, unknown: 0 }]),
  );
  const scope = {
    run: 'run_1',
    people: {
      exposed: 15,
      unknown: 0,
      unidentified: 0,
      min: 15,
      max: 15,
      byCountry,
      byRegion: { 'US-CA': { exposed: 9, unknown: 0 } },
    },
    fields: {},
    window: { from: null, to: null },
    where: { hosts: [] },
  } as unknown as NonNullable<ReportFacts['scope']>;
  const outside = makeReport(facts({}, { organisation: { ...organisation, country: 'US' }, scope }));
  assert.deepEqual(
    outside.addressees.map(({ country }) => country),
    ['FR', 'DE'],
  );
  assert.deepEqual(outside.values[122]?.value, { FR: 3, DE: 1 });
  assert.ok(
    outside.missing.some(({ field }) => field === '18'),
    'a representative is asked for',
  );
  const inside = makeReport(facts({}, { scope }));
  assert.deepEqual([inside.values[113]?.value, inside.values[117]?.value], ['yes', { FR: 3, DE: 1 }]);
  const uk = makeReport(facts({ template: 'ico' }, { scope }));
  assert.equal(uk.values['people-uk']?.value, 2);
  const california = makeReport(facts({ template: 'us-ag', place: 'US-CA' }, { scope }));
  assert.equal(california.values.residents?.value, 9);
  assert.ok(california.missing.some(({ field }) => field === 'notice-copy'));
});

test('places are counted as the duties count them, and who lives nobody knows where is no part of none', () => {
  const people = (counts: Record<string, number>) =>
    Object.fromEntries(Object.entries(counts).map(([place, exposed]) => [place, { exposed, unknown: 0 }]));
  const scope = (byCountry: Record<string, number>, byRegion: Record<string, number> = {}) =>
    ({
      run: 'run_1',
      people: {
        ...{ exposed: 30, unknown: 0, unidentified: 0, min: 30, max: 30 },
        byCountry: people(byCountry),
        byRegion: people(byRegion),
      },
      fields: {},
      window: { from: null, to: null },
      where: { hosts: [] },
    }) as unknown as NonNullable<ReportFacts['scope']>;
  const written = scope(
    { DE: 1, EL: 2, RE: 3, IC: 4, GB: 5, UK: 6, PR: 7, DD: 8, US: 9 },
    { 'US-NY': 1, 'US-NEW YORK': 2, 'US-CALI': 3, 'US-PR': 1, 'PR-PR': 7 },
  );
  const edpb = makeReport(facts({}, { scope: written }));
  assert.deepEqual(edpb.values[117]?.value, { DE: 1, GR: 2, FR: 3, ES: 4 });
  const ico = makeReport(facts({ template: 'ico' }, { scope: written }));
  assert.equal(ico.values['people-uk']?.value, '11, and at most 19: of 8 it is not known where they live');
  const of = (place: string) =>
    makeReport(facts({ template: 'us-ag', place }, { scope: written })).values.residents?.value;
  assert.equal(of('US-NY'), '3, and at most 14: of 11 it is not known where they live');
  assert.match(String(of('US-PR')), /^8, /);
  const cross = (byCountry: Record<string, number>) =>
    makeReport(facts({}, { scope: scope(byCountry) })).values[113]?.value;
  assert.deepEqual(
    [cross({ DE: 1, RE: 1 }), cross({ FR: 1, RE: 1 }), cross({ DE: 1, YU: 1 })],
    ['yes', 'no', undefined],
  );
});

test('what is stated for the law says which authority leads, and when it was discovered', () => {
  const to = (stated: object, country = 'LU', branches: string[] = []) =>
    makeReport(
      facts(
        {},
        {
          organisation: {
            ...organisation,
            country,
            branches: branches.map((one) => ({ country: one, legalName: one })),
          },
          incident: { facts: stated },
        },
      ),
    ).addressees.map((one) => one.country);
  assert.deepEqual(to({ mainEstablishment: 'NL' }), ['NL']);
  assert.deepEqual(to({ mainEstablishment: 'IE' }, 'US', ['IE', 'NL']), ['IE']);
  assert.deepEqual(to({ mainEstablishment: 'none' }, 'US', ['IE']), ['IE']);
  assert.deepEqual(to({}, 'EL'), ['GR']);
  const region = { ...organisation, country: 'DE', region: 'DE-BE' };
  assert.deepEqual(
    makeReport(facts({}, { organisation: region })).addressees.map((one) => one.country),
    ['DE-BE'],
    'the seat that the workspace says',
  );
  const discovered = '2026-03-02T17:00:00Z';
  const ag = makeReport(
    facts({ template: 'us-ag', place: 'US-CA' }, { incident: { facts: { discovered } } }),
  );
  assert.deepEqual(ag.values.discovered, {
    value: discovered,
    source: { kind: 'incident', from: 'facts.discovered' },
  });
});

test('the other reports are put together from the same facts, and say that they are not the authority’s form', () => {
  const generic = makeReport(facts({ template: 'generic', state: 'complete', fields: WHOLE }));
  assert.equal(generic.isReady, true);
  assert.match(String(generic.values.when?.value), /from a time to a time\. 2025-11-18/);
  const ico = makeReport(facts({ template: 'ico', fields: { nothing: 'x' } }));
  assert.match(ico.status, /not the authority’s own form/);
  assert.ok(ico.wrong.some(({ field }) => field === 'nothing'));
});

test('the page shows what somebody typed as text, and asks nothing of anybody', () => {
  const page = reportHtml(makeReport(facts({ fields: { 62: '<script>alert(1)</script> & "so"' } })));
  assert.ok(!page.includes('<script'));
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;so&quot;'));
  assert.doesNotMatch(page, /(?:src|href)=/);
  assert.match(page, /<html lang="en">/);
  assert.equal(page.split('<table>').length, page.split('<thead><tr><th scope="col">').length);
});
