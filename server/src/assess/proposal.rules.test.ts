import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ANSWERS,
  type Answer,
  CITATIONS,
  DOCUMENTS,
  RISK_FACTOR_IDS,
  RISK_QUESTIONS,
  type RiskFactorId,
  type RiskFactors,
  RiskStatement,
  type StatedFactors,
  valuesOf,
} from '@forthright/contract';
import fc from 'fast-check';
import { OFFICIAL_CASES } from './examples.ts';
import { nearestCases, statementOf } from './nearest.rules.ts';
import { outcomeOf } from './outcome.rules.ts';
import { propose, questionsOf, spanOf } from './proposal.rules.ts';
import { factorsOf } from './risk.rules.ts';
import { suppose } from './suppose.rules.ts';
import { aCase, aCaseWithHoles, aValue, known, proposed } from './testing.ts';

const n = (min: number, max = min) => ({ min, max });

for (const one of OFFICIAL_CASES)
  test(`${one.id}: ${one.title}: ${one.outcome}`, () => {
    const found = propose(factorsOf(statementOf(one)));
    assert.equal(found.answer, one.outcome);
    assert.deepEqual(found.questions, []);
    const nearest = nearestCases(factorsOf(statementOf(one)))[0];
    assert.deepEqual([nearest?.id, nearest?.distance], [one.id, 0]);
  });

/** WP250rev.01 Annex B, now Annex B of EDPB Guidelines 9/2022: most answers depend, so every branch is a row. */
const STOLEN_KEY: StatedFactors = {
  kinds: ['confidentiality', 'availability'],
  how: 'device-lost-or-stolen',
  data: ['contact', 'birth-date'],
  people: n(500),
  recipients: [{ who: 'unidentified' }],
  hours: n(0, 24),
  protection: 'intact',
  restore: 'prompt',
};
const ATTACKED: StatedFactors = {
  kinds: ['confidentiality'],
  how: 'hacking-or-malware',
  recipients: [{ who: 'malicious' }],
  malice: 'external',
  people: n(500),
};
const NO_BACKUP: StatedFactors = {
  kinds: ['availability'],
  how: 'ransomware',
  data: ['contact'],
  people: n(500),
  malice: 'external',
  restore: 'lost',
};
const STATEMENT: StatedFactors = {
  kinds: ['confidentiality'],
  how: 'sent-by-mistake',
  data: ['contact', 'financial'],
  people: n(1),
  recipients: [{ who: 'mistaken', count: n(1), deletion: 'not-confirmed' }],
};
const BUG: StatedFactors = {
  kinds: ['confidentiality'],
  how: 'wrong-permissions',
  data: ['contact'],
  people: n(500),
  hours: n(48),
  recipients: [{ who: 'unidentified' }],
};
const STUDENTS: StatedFactors = {
  kinds: ['confidentiality'],
  how: 'sent-by-mistake',
  people: n(300),
  hours: n(1),
  recipients: [{ who: 'mistaken', count: n(1000, 1500), deletion: 'not-confirmed' }],
};
const OPEN_CC: StatedFactors = {
  kinds: ['confidentiality'],
  how: 'open-distribution-list',
  data: ['contact'],
  people: n(12),
  recipients: [{ who: 'mistaken', count: n(12), deletion: 'not-confirmed' }],
};

const WP250: readonly (readonly [name: string, Answer | 'cannot-tell', StatedFactors])[] = [
  ['i: encrypted key stolen, key of the cipher safe', 'register-only', STOLEN_KEY],
  [
    'i: … and the cipher’s key is compromised later',
    'tell-authority',
    { ...STOLEN_KEY, protection: 'doubtful' },
  ],
  [
    'ii: attacked, contact data taken: consequences likely',
    'tell-authority',
    { ...ATTACKED, data: ['contact'] },
  ],
  ['ii: … and grave for people', 'tell-people', { ...ATTACKED, data: ['contact', 'payment'] }],
  ['ii: … and nobody knows yet which data', 'cannot-tell', ATTACKED],
  [
    'iii: a power cut of minutes',
    'register-only',
    { kinds: ['availability'], how: 'malfunction', restore: 'prompt', effect: 'minor' },
  ],
  ['iv: ransomware, no backup, people have trouble', 'tell-authority', { ...NO_BACKUP, effect: 'minor' }],
  ['iv: … people come to harm', 'tell-people', { ...NO_BACKUP, effect: 'serious' }],
  ['iv: … but there was a backup', 'register-only', { ...NO_BACKUP, restore: 'prompt', effect: 'minor' }],
  ['v: a bank statement to another customer', 'tell-authority', STATEMENT],
  [
    'v: … and a flaw sent many to others',
    'tell-people',
    {
      ...STATEMENT,
      people: n(5000),
      recipients: [{ who: 'mistaken', count: n(5000), deletion: 'not-confirmed' }],
    },
  ],
  [
    'vi: marketplace, passwords and purchases published',
    'tell-people',
    {
      ...ATTACKED,
      data: ['contact', 'credentials', 'behaviour'],
      recipients: [{ who: 'public' }, { who: 'malicious' }],
    },
  ],
  ['vii: a bug shows others’ accounts', 'tell-authority', BUG],
  ['vii: … there is evidence that nobody used it', 'register-only', { ...BUG, reached: 'not-reached' }],
  ['vii: … and the accounts are of a clinic', 'tell-people', { ...BUG, controller: 'shows-sensitive' }],
  [
    'viii: a hospital without records for 30 hours',
    'tell-people',
    {
      kinds: ['availability'],
      how: 'hacking-or-malware',
      service: 'vital',
      restore: 'delayed',
      effect: 'unknown',
    },
  ],
  ['ix: students’ contact data to a list of 1,000', 'tell-authority', { ...STUDENTS, data: ['contact'] }],
  ['ix: … their health', 'tell-people', { ...STUDENTS, data: ['contact', 'special'] }],
  [
    'ix: … many students’ records',
    'tell-people',
    { ...STUDENTS, data: ['contact', 'career'], people: n(4000) },
  ],
  ['x: open copy, a few addresses', 'register-only', OPEN_CC],
  [
    'x: … many addresses',
    'tell-authority',
    {
      ...OPEN_CC,
      people: n(800),
      recipients: [{ who: 'mistaken', count: n(800), deletion: 'not-confirmed' }],
    },
  ],
  ['x: … of a psychotherapist', 'tell-people', { ...OPEN_CC, controller: 'shows-sensitive' }],
  [
    'x: … with first passwords in it',
    'tell-authority',
    { ...OPEN_CC, data: ['contact', 'credentials'], credentialsStored: 'plain' },
  ],
];
for (const [name, answer, factors] of WP250)
  test(`WP250 Annex B ${name}: ${answer}`, () => assert.equal(proposed(factors).answer, answer));

test('WP250 Annex B vii: a processor is told that it does not weigh the risk', () => {
  const statement = RiskStatement.parse({ by: 'a test', ordinary: true, role: 'processor', factors: BUG });
  const { advice } = propose(factorsOf(statement), statement);
  assert.ok(advice.some(({ cites }) => cites.includes('gdpr-33-2')));
});

const EDPB_08: StatedFactors = OFFICIAL_CASES.find(({ id }) => id === 'EDPB-08')?.factors ?? {};
const EDPB_06: StatedFactors = OFFICIAL_CASES.find(({ id }) => id === 'EDPB-06')?.factors ?? {};

test('the seeds: a million names shown to anybody is a risk; three hundred addresses sold too, and neither is high', () => {
  const shown = proposed({
    kinds: ['confidentiality'],
    how: 'published',
    data: ['contact'],
    people: n(1_200_000),
    hours: n(60),
    recipients: [{ who: 'public' }],
  });
  const sold = proposed({ ...EDPB_08, people: n(300), data: ['contact'] });
  assert.deepEqual([shown.answer, sold.answer], ['tell-authority', 'tell-authority']);
  assert.ok(sold.advice.length > 0, 'somebody meant it: telling people may be wise');
});

test('the conditions of EDPB case 6 are conditions: real addresses, a weak hash, a lost salt each change it', () => {
  assert.equal(
    proposed({ ...EDPB_06, credentialsStored: 'weak-hash', identification: 'maximum' }).answer,
    'tell-authority',
  );
  assert.equal(
    proposed({
      ...EDPB_06,
      data: ['contact', 'credentials'],
      identification: 'maximum',
      credentialsStored: 'plain',
    }).answer,
    'tell-people',
  );
});

test('nothing known is nothing told: the proposal asks, and says that the clock does not wait', () => {
  const nothing = propose(factorsOf(RiskStatement.parse({ by: 'a test', factors: {} })));
  assert.deepEqual(
    [nothing.answer, nothing.atLeast, nothing.atMost],
    ['cannot-tell', 'register-only', 'tell-people'],
  );
  assert.ok(nothing.questions.some(({ factor }) => factor === 'confidentiality'));
  assert.ok(nothing.reasons.some(({ cites }) => cites.includes('gdpr-33-4')));
});

test('no advice on telling people follows from a proposal that can’t be told, nor against a claimed exemption', () => {
  const high = {
    kinds: ['confidentiality'],
    data: ['contact', 'payment'],
    people: n(5),
    malice: 'external',
    recipients: [{ who: 'malicious' }],
  } as const;
  const told = (about: object, factors: object) =>
    propose(
      factorsOf(
        RiskStatement.parse({ by: 'a test', ordinary: true, factors: { ...high, ...factors }, ...about }),
      ),
      RiskStatement.parse({ by: 'a test', factors: {}, ...about }),
    );
  const says = ({ advice }: ReturnType<typeof told>, what: RegExp) =>
    advice.some(({ text }) => what.test(text));
  const [sure, open] = [told({}, {}), told({}, { reached: 'unknown' })];
  assert.equal(sure.answer, 'tell-people');
  assert.ok(says(sure, /Tell all/));
  assert.equal(open.answer, 'cannot-tell');
  assert.deepEqual(open.advice, []);
  const claimed = told({ exemptions: { 'later-measures': 'All cards were replaced.' } }, {});
  assert.equal(claimed.answer, 'tell-authority');
  assert.ok(!says(claimed, /Tell all/));
});

test('what can’t matter is not asked, and the question that settles it comes first', () => {
  const open = proposed({ ...STATEMENT, recipients: [{ who: 'mistaken', count: n(1) }], data: ['contact'] });
  assert.equal(open.answer, 'register-only', 'contact data to one wrong address: deletion or not');
  const asked = proposed({ ...STATEMENT, data: 'unknown' });
  assert.deepEqual(
    asked.questions.map(({ factor, settles }) => [factor, settles]),
    [['data', 'always']],
  );
  assert.deepEqual(asked.questions[0]?.ifAnswered.find(({ answer }) => answer === 'only special')?.leaves, [
    'tell-people',
  ]);
});

test('an exemption counts as claimed, is cited, and lowers to the authority, not below', () => {
  const statement = RiskStatement.parse({
    by: 'a test',
    ordinary: true,
    factors: { ...ATTACKED, data: ['payment'] },
    exemptions: { 'later-measures': 'all cards were replaced before any use' },
  });
  const found = propose(factorsOf(statement), statement);
  assert.equal(found.answer, 'tell-authority');
  assert.ok(found.reasons.some(({ cites }) => cites.includes('gdpr-34-3-b')));
});

test('every reason has a citation that leads to a document', () => {
  fc.assert(
    fc.property(aCaseWithHoles, (factors) => {
      const { reasons, advice } = propose(factors);
      for (const { text, cites } of [...reasons, ...advice]) {
        assert.ok(cites.length > 0, text);
        for (const cite of cites) assert.match(DOCUMENTS[CITATIONS[cite][1]], /^https:/);
      }
    }),
    { numRuns: 300 },
  );
});

const level = (answer: Answer) => ANSWERS.indexOf(answer);

/** One step graver in one factor: the next word, one more kind of data, one more or a graver recipient, more of a number. */
function graver(factors: RiskFactors, id: RiskFactorId, other: unknown): RiskFactors {
  const held = factors[id];
  const words = valuesOf(id as 'amount') as readonly string[];
  const value = held.known ? held.value : undefined;
  const step = (): unknown => {
    if (id === 'data' || id === 'recipients') return [...(value as unknown[]), ...(other as unknown[])];
    if (id === 'people' || id === 'hours') {
      const [a, b] = [value as { min: number }, other as { min: number }];
      return n(Math.max(a.min, b.min));
    }
    if (id === 'how') return value;
    return words[Math.min(words.length - 1, words.indexOf(value as string) + 1)];
  };
  return { ...factors, [id]: known(step()) } as RiskFactors;
}

test('a graver factor never lowers the proposal', () => {
  const steps = fc.constantFrom(...RISK_FACTOR_IDS).chain((id) => fc.tuple(fc.constant(id), aValue(id)));
  fc.assert(
    fc.property(aCase, steps, (factors, [id, other]) => {
      const before = spanOf(factors);
      const after = spanOf(graver(factors, id, other));
      assert.ok(after.min >= before.min && after.max >= before.max, id);
    }),
    { numRuns: 2000 },
  );
});

test('filling an unknown never contradicts what was told before, and unknown never means no', () => {
  const filled = fc.constantFrom(...RISK_FACTOR_IDS).chain((id) => fc.tuple(fc.constant(id), aValue(id)));
  fc.assert(
    fc.property(aCaseWithHoles, filled, (factors, [id, value]) => {
      fc.pre(!factors[id].known);
      const before = propose(factors);
      const after = propose({ ...factors, [id]: known(value) } as RiskFactors);
      assert.ok(level(after.atLeast) >= level(before.atLeast), id);
      assert.ok(level(after.atMost) <= level(before.atMost), id);
      if (before.answer !== 'cannot-tell') assert.equal(after.answer, before.answer);
    }),
    { numRuns: 2000 },
  );
});

test('a proposal that can’t be told has a question, and answering all of them tells it', () => {
  fc.assert(
    fc.property(aCaseWithHoles, aCase, (factors, answers) => {
      const { min, max } = spanOf(factors);
      if (min === max) return;
      let now = factors;
      for (let round = 0; round < 20; round++) {
        const [next] = questionsOf(now);
        if (next === undefined) break;
        now = { ...now, [next.factor]: answers[next.factor] };
      }
      const end = spanOf(now);
      assert.equal(end.min, end.max);
    }),
    { numRuns: 200 },
  );
});

test('both ends of a whole case are one', () => {
  fc.assert(
    fc.property(aCase, (factors) => {
      assert.equal(
        outcomeOf(suppose(factors, 'harmless')).level,
        outcomeOf(suppose(factors, 'gravest')).level,
      );
    }),
    { numRuns: 500 },
  );
});

test('each factor of words says what is ordinary only where it has such a value', () => {
  for (const id of RISK_FACTOR_IDS) {
    const { ordinary } = RISK_QUESTIONS[id] as { ordinary?: string };
    if (ordinary !== undefined)
      assert.ok((valuesOf(id as 'amount') as readonly string[]).includes(ordinary), id);
  }
});
