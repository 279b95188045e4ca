import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RISK_FACTOR_IDS, type RiskFactors, RiskStatement, type StatedFactors } from '@forthright/contract';
import fc from 'fast-check';
import { factorsOf } from './risk.rules.ts';
import { bandOf, severityOf } from './severity.rules.ts';
import { aCaseWithHoles, aValue, known } from './testing.ts';

const factors = (stated: StatedFactors) =>
  factorsOf(RiskStatement.parse({ by: 'a test', ordinary: true, factors: stated }));
const n = (count: number) => ({ min: count, max: count });

/** The examples that the method's annex gives for its DPC score, with what in them decides. */
const DPC: readonly (readonly [name: string, score: number, StatedFactors])[] = [
  ['customers of a supermarket', 1, { data: ['contact'] }],
  ['credentials of a music shop', 1, { data: ['credentials'], credentialsOpen: 'little' }],
  ['customers of a seller of luxuries', 2, { data: ['contact'], controller: 'shows-status' }],
  ['addresses of an adult book shop', 3, { data: ['contact'], controller: 'shows-sensitive' }],
  ['customers of an online pharmacy', 3, { data: ['contact'], controller: 'shows-sensitive' }],
  ['undercover officers', 4, { data: ['contact'], persons: 'protected' }],
  ['incoming calls of a help desk', 1, { data: ['behaviour'], amount: 'little' }],
  ['a week of calls', 2, { data: ['behaviour'] }],
  ['a month of purchases in a supermarket', 2, { data: ['behaviour'] }],
  ['a year of calls', 3, { data: ['behaviour'], amount: 'much' }],
  ['a year of a transport card’s places', 3, { data: ['location'], amount: 'much' }],
  ['calls to psychological support', 4, { data: ['behaviour'], controller: 'shows-sensitive' }],
  ['purchases in a pharmacy', 4, { data: ['behaviour'], controller: 'shows-sensitive' }],
  ['a letter that shows only that somebody banks there', 1, { data: ['contact'] }],
  ['a day of transactions without details', 2, { data: ['financial'], amount: 'little' }],
  ['a month of balances', 3, { data: ['financial'] }],
  ['a year of statements', 4, { data: ['financial'], amount: 'much' }],
  ['very old card data', 1, { data: ['payment'], lessened: 'outdated' }],
  ['whole valid cards', 4, { data: ['payment'] }],
  ['a certificate of general blood tests', 1, { data: ['special-hint'], amount: 'little' }],
  ['that blood was tested in an emergency room', 2, { data: ['special-hint'] }],
  ['a test for a certain disease', 3, { data: ['special'], amount: 'little' }],
  ['the results of the test', 4, { data: ['special'] }],
  ['orientation stated on a dating site', 4, { data: ['special'] }],
];
for (const [name, score, stated] of DPC)
  test(`ENISA 2013, DPC: ${name}: ${score}`, () => {
    const { dpc } = severityOf(factors(stated));
    assert.deepEqual([dpc.min, dpc.max], [score, score]);
  });

/** Worked out by hand from the method; it publishes no whole calculation. */
const WHOLE: readonly (readonly [name: string, se: number, band: string, StatedFactors])[] = [
  [
    'names and addresses to one known wrong recipient',
    1.25,
    'low',
    { kinds: ['confidentiality'], data: ['contact'], recipients: [{ who: 'mistaken' }] },
  ],
  [
    'the same, public by error',
    1.5,
    'low',
    { kinds: ['confidentiality'], data: ['contact'], recipients: [{ who: 'public' }] },
  ],
  [
    'the same, sold by an employee',
    2,
    'medium',
    { kinds: ['confidentiality'], data: ['contact'], recipients: [{ who: 'malicious' }], malice: 'insider' },
  ],
  [
    'with a year of orders, public by error',
    3.5,
    'high',
    {
      kinds: ['confidentiality'],
      data: ['contact', 'behaviour'],
      amount: 'much',
      recipients: [{ who: 'public' }],
    },
  ],
  [
    'customers of an adult shop, public by error',
    3.5,
    'high',
    {
      kinds: ['confidentiality'],
      data: ['contact'],
      controller: 'shows-sensitive',
      recipients: [{ who: 'public' }],
    },
  ],
];
for (const [name, se, band, stated] of WHOLE)
  test(`ENISA 2013: ${name}: ${se}, ${band}`, () => {
    const found = severityOf(factors(stated));
    assert.deepEqual([found.se, found.bands], [{ min: se, max: se }, [band]]);
  });

test('it differs from the law where it is known to: identity data of 100,000 on a stolen notebook is low', () => {
  const found = severityOf(
    factors({
      kinds: ['confidentiality'],
      how: 'device-lost-or-stolen',
      data: ['contact', 'birth-date'],
      people: n(100_000),
      recipients: [{ who: 'unidentified' }],
      malice: 'external',
    }),
  );
  assert.deepEqual(
    [found.se, found.bands, found.flags],
    [{ min: 1.5, max: 1.5 }, ['low'], ['over-100-people']],
  );
  assert.equal(found.label, 'second opinion: not a legal test');
});

test('bands begin where the method says', () => {
  assert.deepEqual([1.99, 2, 2.99, 3, 3.99, 4, 6].map(bandOf), [
    'low',
    'medium',
    'medium',
    'high',
    'high',
    'very-high',
    'very-high',
  ]);
});

test('nothing known is the whole range, from 0.25 to 6', () => {
  const nothing = severityOf(factorsOf(RiskStatement.parse({ by: 'a test', factors: {} })));
  assert.deepEqual(nothing.se, { min: 0.25, max: 6 });
  assert.deepEqual(nothing.bands, ['low', 'medium', 'high', 'very-high']);
});

test('a score that somebody sets stands with their name and reason', () => {
  const set = { dpc: { score: 2 as const, why: 'the list shows who bought the expensive line' } };
  const { dpc, se } = severityOf(factors({ data: ['contact'], kinds: ['availability'] }), set, 'Ana');
  assert.deepEqual([dpc.min, dpc.max, dpc.setBy, dpc.why], [2, 2, 'Ana', set.dpc.why]);
  assert.equal(se.min, 2);
});

test('knowing more only narrows the range, and the range stays between 0.25 and 6', () => {
  const filled = fc.constantFrom(...RISK_FACTOR_IDS).chain((id) => fc.tuple(fc.constant(id), aValue(id)));
  fc.assert(
    fc.property(aCaseWithHoles, filled, (case_, [id, value]) => {
      fc.pre(!case_[id].known);
      const [before, after] = [
        severityOf(case_).se,
        severityOf({ ...case_, [id]: known(value) } as RiskFactors).se,
      ];
      assert.ok(after.min >= before.min && after.max <= before.max, id);
      assert.ok(before.min >= 0.25 && before.max <= 6);
    }),
    { numRuns: 3000 },
  );
});
