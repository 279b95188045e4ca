/** The engine as a whole: cases worked out by hand, properties that hold for every law, and bad input. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  DutiesAnswer,
  type DutyRow,
  EVENT_NAMES,
  EVENTS,
  type Event,
  ForthrightError,
  StatedFacts,
} from '@forthright/contract';
import fc from 'fast-check';
import { concernsSomebody, dutiesOf } from './duties.ts';
import { type FactsInput, factsOf } from './facts.ts';
import { loadLaw, OWN_LAW } from './law.ts';
import { EEA_STATES } from './places.ts';

const law = await loadLaw(OWN_LAW);
const AT = Temporal.Instant.from('2026-11-22T09:00:00Z');

type Group = Partial<FactsInput['groups'][number]>;
const group = (country: string, fields: string[], more: Group = {}): FactsInput['groups'][number] => ({
  country,
  region: '',
  fields,
  perhaps: [],
  exposed: 0,
  unknown: 0,
  ...more,
});
const stated = (facts: object = {}): StatedFacts => StatedFacts.parse(facts);

function input(groups: FactsInput['groups'], more: Partial<FactsInput> = {}): FactsInput {
  return {
    run: 'run_test',
    title: 'test',
    groups,
    unidentified: 0,
    fields: [...new Set(groups.flatMap((g) => g.fields))],
    leaks: [{ kind: 'page', exposed: 1 }],
    recipients: { anonymous: 5 },
    firstSeen: null,
    incident: { aware: '2026-11-20T14:05:00Z', facts: stated() },
    organisation: { country: 'LU', role: 'controller', branches: [] },
    ...more,
  };
}
const judged = (given: FactsInput, at = AT): DutiesAnswer =>
  DutiesAnswer.parse(dutiesOf(law, factsOf(given), at));
const rowOf = (answer: DutiesAnswer, id: string): DutyRow => {
  const row = answer.rows.find((r) => r.id === id);
  assert.ok(row, `${id} has no row`);
  return row;
};
const idsOf = (answer: DutiesAnswer, status: DutyRow['status']) =>
  answer.rows.filter((r) => r.status === status).map((r) => r.id);

describe('names and e-mail addresses of 1.2 million customers in 40 countries on public pages, by an error', () => {
  // 29 EEA states and 11 others; US customers in every state of the files with rules.
  const others = ['GB', 'CH', 'US', 'CA', 'JP', 'SG', 'TR', 'AU', 'BR', 'KR', 'IN'];
  const countries = [...EEA_STATES.slice(0, 29), ...others];
  const states = ['CA', 'NY', 'TX', 'WA', 'ND', 'FL', 'MA', 'IL', 'MD', 'VT'];
  const groups = countries.flatMap((country) =>
    country === 'US'
      ? states.map((state) => group('US', ['email', 'name'], { region: `US-${state}`, exposed: 3000 }))
      : [
          group(country, ['email', 'name'], {
            region: country === 'CA' ? 'CA-ON' : country === 'AU' ? 'AU-NSW' : '',
            exposed: 30_000,
          }),
        ],
  );
  const answer = judged(
    input(groups, {
      incident: {
        aware: '2026-11-20T14:05:00Z',
        cause: { kind: 'technical-error', summary: 'a template' },
        facts: stated(),
      },
      organisation: {
        country: 'LU',
        role: 'controller',
        branches: [],
        annualTurnover: { amount: 1_200_000_000, currency: 'EUR' },
      },
    }),
  );
  it('has 1.2 million people in 40 countries', () => {
    assert.equal(countries.length, 40);
    assert.equal(
      groups.reduce((n, g) => n + g.exposed, 0),
      1_200_000,
    );
  });
  it('triggers no statute of the United States', () => {
    const us = answer.rows.filter((r) => r.regime.startsWith('US-') && r.status !== 'unverified');
    assert.deepEqual(
      us.filter((r) => r.status !== 'not-due').map((r) => r.id),
      [],
    );
    assert.ok(us.length > 30);
  });
  it('nor did it in November 2018, by the law of that day', () => {
    const at = '2018-11-20T14:05:00Z';
    const facts = stated({ discovered: at, determined: at, confirmed: at });
    const then = judged(input(groups, { incident: { aware: at, facts } }), Temporal.Instant.from(at));
    const us = then.rows.filter((r) => r.regime.startsWith('US-') && r.status !== 'unverified');
    assert.deepEqual(
      us.filter((r) => r.status !== 'not-due').map((r) => r.id),
      [],
    );
    assert.equal(rowOf(then, 'EU/authority').deadline?.until, '2018-11-23T14:05:00Z');
    assert.equal(rowOf(then, 'JP/authority').status, 'not-due');
  });
  it('needs a decision on the risk in the EU, with the 72 hours running, and asks for it first among decisions', () => {
    const row = rowOf(answer, 'EU/authority');
    assert.equal(row.status, 'cannot-tell');
    assert.deepEqual(
      row.missing.map((m) => m.fact),
      ['risk'],
    );
    assert.equal(row.deadline?.until, '2026-11-23T14:05:00Z');
    assert.equal(row.deadline?.state, 'running');
    assert.match(row.addressee.name, /CNPD/);
    assert.ok(answer.questions.some((q) => q.fact === 'risk' && q.duties.includes('EU/people')));
  });
  it('is due where there is no test of risk: Türkiye, Singapore from 500, Japan above 1,000', () => {
    for (const id of [
      'TR/authority',
      'TR/people',
      'SG/authority',
      'JP/authority',
      'JP/people',
      'JP/final-report',
    ])
      assert.equal(rowOf(answer, id).status, 'due', id);
    assert.equal(rowOf(answer, 'SG/people').status, 'not-due');
  });
  it('shows the ceiling of fines from the stated turnover', () => {
    const eu = answer.fines.filter((f) => f.regime === 'EU').map((f) => f.ceiling);
    assert.deepEqual(eu, ['EUR 24,000,000', 'EUR 48,000,000']);
    const of = (code: string) => answer.fines.filter((f) => f.regime === code).map((f) => f.ceiling);
    assert.deepEqual(of('SG'), [
      'SGD 1,000,000 or 10 % of the annual turnover in Singapore, where that is above SGD 10 million, whichever is higher',
    ]);
    assert.deepEqual(of('BR'), ['BRL 50,000,000'], 'the law caps its percentage');
    assert.ok(answer.fines.every(({ citation }) => citation !== ''));
    assert.deepEqual(of('US-TX'), [], 'where nothing is due there is nothing to be fined for');
  });
  it('after the decision of a risk: the authority, and the people not', () => {
    const decided = judged(
      input(groups, { incident: { aware: '2026-11-20T14:05:00Z', facts: stated({ risk: 'risk' }) } }),
    );
    assert.equal(rowOf(decided, 'EU/authority').status, 'due');
    assert.equal(rowOf(decided, 'EU/people').status, 'not-due');
    assert.equal(rowOf(decided, 'CH/authority').status, 'not-due');
    assert.equal(rowOf(decided, 'UK/authority').status, 'due');
  });
});

describe("an employee sold 300 customers' addresses to a seller", () => {
  const spread = (jp: number) => [
    group('DE', ['address', 'name'], { exposed: 200 }),
    group('US', ['address', 'name'], { region: 'US-CA', exposed: 100 - jp }),
    group('JP', ['address', 'name'], { exposed: jp }),
  ];
  const answerOf = (jp: number, kind = 'insider') =>
    judged(
      input(spread(jp), {
        leaks: [{ kind: 'list', exposed: 300 }],
        recipients: { seller: 1 },
        incident: {
          aware: '2026-11-20T14:05:00Z',
          cause: { kind, summary: 'sold' },
          facts: stated({ risk: 'risk' }),
        },
      }),
    );
  it('Japan counts from the first person, and gives 60 days instead of 30', () => {
    const answer = answerOf(1);
    assert.equal(rowOf(answer, 'JP/authority').status, 'due');
    assert.equal(rowOf(answer, 'JP/people').status, 'due');
    const final = rowOf(answer, 'JP/final-report').deadline;
    assert.equal(final?.untilWords, 'end of 18 January 2027 (Asia/Tokyo)');
    assert.equal(final?.extendedBy.length, 1);
  });
  it('by an error the same 1 person would not count', () => {
    assert.equal(rowOf(answerOf(1, 'technical-error'), 'JP/authority').status, 'not-due');
  });
  it('nobody in Japan, nothing in Japan', () => {
    assert.equal(rowOf(answerOf(0), 'JP/authority').status, 'not-due');
  });
  it('GDPR: authority yes, people not; California: addresses are no personal information', () => {
    const answer = answerOf(1);
    assert.equal(rowOf(answer, 'EU/authority').status, 'due');
    assert.equal(rowOf(answer, 'EU/people').status, 'not-due');
    assert.equal(rowOf(answer, 'US-CA/people').status, 'not-due');
  });
});

describe('every answer', () => {
  const PLACES = [
    ['DE', ''],
    ['FR', ''],
    ['GB', ''],
    ['CH', ''],
    ['JP', ''],
    ['SG', ''],
    ['TR', ''],
    ['BR', ''],
    ['US', 'US-CA'],
    ['US', 'US-NY'],
    ['US', 'US-TX'],
    ['US', 'US-VT'],
    ['US', 'US-FL'],
    ['US', 'US-unknown'],
    ['CA', 'CA-QC'],
    ['AU', 'AU-NSW'],
    ['unknown', ''],
  ] as const;
  const FIELDS = [
    'name',
    'first name',
    'last name',
    'email',
    'ssn',
    'military id',
    'password',
    'birth date',
    'card number',
    'cvv',
    'medical',
    'loyalty tier',
  ];
  const groupOf = fc
    .record({
      place: fc.constantFrom(...PLACES),
      fields: fc.uniqueArray(fc.constantFrom(...FIELDS), { minLength: 1, maxLength: 4 }),
      perhaps: fc.uniqueArray(fc.constantFrom(...FIELDS), { maxLength: 2 }),
      exposed: fc.constantFrom(0, 1, 249, 250, 500, 501, 1000, 1001, 6000),
      unknown: fc.constantFrom(0, 0, 1, 400),
    })
    .map(({ place, fields, perhaps, exposed, unknown }) =>
      group(place[0], fields.sort(), {
        region: place[1],
        perhaps: perhaps.filter((field) => !fields.includes(field)).sort(),
        exposed,
        unknown,
      }),
    );
  const instant = fc
    .date({ min: new Date('2026-02-01'), max: new Date('2026-10-01'), noInvalidDate: true })
    .map((d) => d.toISOString());
  const yesNo = fc.constantFrom('yes', 'no');
  const FACTS = {
    risk: fc.constantFrom('none', 'risk', 'high'),
    protection: fc.constantFrom('none', 'encrypted', 'encrypted-key-taken'),
    acquisition: fc.constantFrom('acquired', 'accessed'),
    discovered: instant,
    determined: instant,
    assessed: instant,
    suspected: instant,
    improperPurpose: yesNo,
    seriousHarm: yesNo,
    significantHarm: yesNo,
    seriousInjury: yesNo,
    significantEffect: yesNo,
    largeScale: yesNo,
    propertyDamage: yesNo,
    identityTheftRisk: yesNo,
    cardUsableWithoutCode: yesNo,
    opensEmailAccount: yesNo,
    credentialsFromUs: yesNo,
    noticeNeededForProtection: yesNo,
  };
  const factSet = fc.record(FACTS, { requiredKeys: [] });
  const ofGroups = (groups: FactsInput['groups'], facts: object, aware = '2026-10-20T14:05:00Z') =>
    dutiesOf(
      law,
      factsOf(
        input(groups, { incident: { aware, facts: stated(facts) }, leaks: [{ kind: 'export', exposed: 1 }] }),
      ),
      AT,
    );
  const runs = { numRuns: 40, seed: 20261122 };

  it('has a citation and a trace for every duty that is due, and a question for each that can not be told', () => {
    fc.assert(
      fc.property(fc.array(groupOf, { minLength: 1, maxLength: 4 }), factSet, (groups, facts) => {
        for (const row of ofGroups(groups, facts).rows) {
          if (row.status === 'unverified') continue;
          assert.ok(row.citation.length > 3 && row.trace.length > 0 && row.why.length > 10, row.id);
          assert.equal(row.missing.length > 0, row.status === 'cannot-tell', row.id);
          if (row.status !== 'cannot-tell')
            assert.equal(row.deadline === null, row.status === 'not-due', row.id);
        }
      }),
      runs,
    );
  });

  it('more exposed people never take a duty away', () => {
    const rank = { 'not-due': 0, 'cannot-tell': 1, due: 2, unverified: 3 };
    fc.assert(
      fc.property(
        fc.array(groupOf, { minLength: 1, maxLength: 3 }),
        groupOf,
        factSet,
        (groups, more, facts) => {
          const before = ofGroups(groups, facts);
          const after = ofGroups([...groups, more], facts);
          for (const row of before.rows) {
            const now = rowOf(after, row.id);
            assert.ok(rank[now.status] >= rank[row.status], `${row.id}: ${row.status} became ${now.status}`);
          }
        },
      ),
      runs,
    );
  });

  it('what may have been shown and turns out to have been never takes a duty away, nor settles one as not due that was open', () => {
    const rank = { 'not-due': 0, 'cannot-tell': 1, due: 2, unverified: 3 };
    fc.assert(
      fc.property(fc.array(groupOf, { minLength: 1, maxLength: 3 }), factSet, (groups, facts) => {
        const shown = groups.map((g) => ({ ...g, fields: [...g.fields, ...g.perhaps].sort(), perhaps: [] }));
        const [before, after] = [ofGroups(groups, facts), ofGroups(shown, facts)];
        for (const row of after.rows) {
          const was = rowOf(before, row.id);
          if (row.status === 'due')
            assert.notEqual(was.status, 'not-due', `${row.id} was unknown, and taken for no`);
          assert.ok(was.status !== 'due' || rank[row.status] === 2, row.id);
        }
      }),
      runs,
    );
  });

  it('who was unknown and turns out exposed never takes a duty away', () => {
    fc.assert(
      fc.property(fc.array(groupOf, { minLength: 1, maxLength: 3 }), factSet, (groups, facts) => {
        const found = groups.map((g) => ({ ...g, exposed: g.exposed + g.unknown, unknown: 0 }));
        const after = ofGroups(found, facts);
        for (const row of ofGroups(groups, facts).rows)
          if (row.status === 'due') assert.equal(rowOf(after, row.id).status, 'due', row.id);
      }),
      runs,
    );
  });

  it('one fact more never moves a deadline to a later time, but by a rule that says so by name', () => {
    fc.assert(
      fc.property(
        fc.array(groupOf, { minLength: 1, maxLength: 3 }),
        factSet,
        fc.constantFrom(...Object.keys(FACTS)),
        (groups, facts, added) => {
          const fewer = Object.fromEntries(Object.entries(facts).filter(([name]) => name !== added));
          const after = ofGroups(groups, facts);
          for (const row of ofGroups(groups, fewer).rows) {
            const before = row.deadline?.until;
            const now = after.rows.find((r) => r.id === row.id)?.deadline;
            if (before == null || now == null || now.until === null) continue;
            const isLater = Date.parse(now.until) > Date.parse(before);
            assert.ok(
              !isLater || now.extendedBy.length > 0,
              `${row.id}: ${before} became ${now.until} by ${added}`,
            );
          }
        },
      ),
      runs,
    );
  });

  it('a duty that counts residents is due for several states exactly as for each alone', () => {
    // These count everybody who is notified, wherever they live, or have one lead authority, or look at the seat.
    const exempt = new Set([
      'US-TX/credit-bureaus',
      'US-FL/credit-bureaus',
      'US-MD/credit-bureaus',
      'US-VT/credit-bureaus',
      'US-ND/attorney-general',
    ]);
    const state = (code: string) => groupOf.map((g) => ({ ...g, country: 'US', region: code }));
    const codes = ['US-CA', 'US-NY', 'US-TX', 'US-VT', 'US-FL', 'US-ND', 'US-MD', 'US-IL'];
    fc.assert(
      fc.property(fc.tuple(...codes.map(state)), factSet, (groups, facts) => {
        const together = ofGroups(groups, facts);
        const alone = groups.map((g) => ofGroups([g], facts));
        for (const row of together.rows.filter((r) => codes.includes(r.regime) && !exempt.has(r.id))) {
          const own = alone[codes.indexOf(row.regime)];
          assert.ok(own !== undefined);
          assert.equal(row.status, rowOf(own, row.id).status, row.id);
        }
      }),
      runs,
    );
  });

  it('an unverified law never answers that nothing is due', () => {
    fc.assert(
      fc.property(fc.array(groupOf, { maxLength: 3 }), factSet, (groups, facts) => {
        const unverified = ofGroups(groups, facts).rows.filter((r) => r.id.endsWith('/unverified'));
        assert.equal(unverified.length, law.unverified.length);
        for (const row of unverified) assert.equal(row.status, 'unverified');
      }),
      { ...runs, numRuns: 10 },
    );
  });
});

describe('bad input', () => {
  it('a person without country, a US person without state, a state that does not exist', () => {
    const answer = judged(
      input([
        group('unknown', ['name', 'ssn'], { exposed: 2 }),
        group('US', ['name', 'ssn'], { region: 'US-unknown', exposed: 3 }),
        group('US', ['name', 'ssn'], { region: 'US-ZZ', exposed: 4 }),
        group('QQ', ['name', 'ssn'], { exposed: 5 }),
        group('US', ['name', 'ssn'], { region: 'US-california', exposed: 6 }),
      ]),
    );
    assert.deepEqual(
      answer.facts.problems.map((p) => p.text.replace(/, so.*/, '')),
      ['4 people: `ZZ` is no state or province of United States', '5 people: there is no country `QQ`'],
    );
    const ny = rowOf(answer, 'US-NY/people');
    assert.equal(ny.status, 'cannot-tell');
    assert.ok(ny.missing.some((m) => m.fact === 'residence'));
    assert.deepEqual(rowOf(answer, 'US-CA/people').people, { min: 6, max: 20 });
    assert.deepEqual(ny.people, { min: 0, max: 14 });
  });
  it('awareness before occurrence: no clock starts with it, and both are named', () => {
    const answer = judged(
      input([group('DE', ['email'], { exposed: 1 })], {
        incident: {
          aware: '2026-11-18T00:00:00Z',
          occurred: '2026-11-19T00:00:00Z',
          facts: stated({ risk: 'risk' }),
        },
      }),
    );
    assert.match(answer.facts.problems[0]?.text ?? '', /`aware` .* is before `occurred`/);
    const { deadline } = rowOf(answer, 'EU/authority');
    assert.deepEqual([deadline?.until, deadline?.state], [null, 'start-unknown']);
  });
  it('a time without zone is refused where it is written', () => {
    assert.throws(() => stated({ discovered: '2026-11-18T00:00:00' }));
    assert.throws(() => stated({ notices: [{ duty: 'EU/authority', at: '2026-11-18' }] }));
  });
  it('a field that no statute has a word for is asked for, and never taken for harmless', () => {
    const groups = [group('US', ['loyalty tier', 'name'], { region: 'US-CA', exposed: 9 })];
    const row = rowOf(judged(input(groups)), 'US-CA/people');
    assert.equal(row.status, 'cannot-tell');
    assert.ok(row.missing.some((m) => m.fact === 'elements'));
    const said = judged(
      input(groups, { incident: { facts: stated({ elements: { 'loyalty tier': 'other' } }) } }),
    );
    assert.equal(rowOf(said, 'US-CA/people').status, 'not-due');
    const worse = judged(
      input(groups, {
        incident: {
          aware: '2026-11-20T00:00:00Z',
          facts: stated({
            acquisition: 'acquired',
            discovered: '2026-11-20T00:00:00Z',
            elements: { 'loyalty tier': 'ssn' },
          }),
        },
      }),
    );
    assert.equal(rowOf(worse, 'US-CA/people').status, 'due');
  });
  it('ids that no directory knows may live anywhere', () => {
    const answer = judged(input([group('DE', ['name', 'ssn'], { exposed: 1 })], { unidentified: 3 }));
    assert.equal(rowOf(answer, 'US-CA/people').status, 'cannot-tell');
    assert.ok(rowOf(answer, 'US-CA/people').missing.some((m) => m.fact === 'unidentified'));
  });
});

describe('the law by date', () => {
  const facts = (discovered: string) =>
    input([group('US', ['name', 'ssn'], { region: 'US-CA', exposed: 600 })], {
      incident: { aware: discovered, facts: stated({ discovered, acquisition: 'acquired' }) },
    });
  it('the version in force on the decisive day', () => {
    const old = rowOf(judged(facts('2025-12-31T20:00:00Z')), 'US-CA/people');
    assert.deepEqual([old.valid?.to, old.deadline?.until], ['2025-12-31', null]);
    // 08:00 UTC on 1 January is midnight in California.
    const now = rowOf(judged(facts('2026-01-01T08:00:00Z')), 'US-CA/people');
    assert.deepEqual(
      [now.valid?.from, now.deadline?.untilWords],
      ['2026-01-01', 'end of 31 January 2026 (America/Los_Angeles)'],
    );
  });
  it('what is to come is shown and not applied', () => {
    const answer = judged(
      input([group('CL', ['name'], { exposed: 5 }), group('IN', ['name'], { exposed: 5 })]),
    );
    const upcoming = answer.upcoming.map((u) => `${u.regime} ${u.status} ${u.from}`);
    for (const line of ['CL enacted 2026-12-01', 'IN enacted 2027-05-13', 'EU proposed null'])
      assert.ok(upcoming.includes(line), line);
    assert.equal(rowOf(answer, 'CL/unverified').status, 'unverified');
    const later = judged(
      input([group('CL', ['name'], { exposed: 5 })]),
      Temporal.Instant.from('2026-12-02T00:00:00Z'),
    );
    assert.ok(!later.upcoming.some((u) => u.regime === 'CL'));
  });
  it('two versions of one day are a contradiction, and neither is applied', () => {
    const regime = law.regimes.find((r) => r.code === 'US-CA');
    assert.ok(regime);
    const twice = { ...regime, duties: regime.duties.map((d) => ({ ...d, valid: { from: d.valid.from } })) };
    const answer = dutiesOf({ ...law, regimes: [twice] }, factsOf(facts('2026-03-01T20:00:00Z')), AT);
    const row = rowOf(answer, 'US-CA/people');
    assert.equal(row.status, 'cannot-tell');
    assert.match(row.why, /contradict each other/);
  });
});

describe('clocks that are shown', () => {
  const eu = (facts: object, more: Partial<FactsInput> = {}) =>
    judged(
      input([group('FR', ['email'], { exposed: 1 })], {
        incident: { aware: '2026-11-01T12:17:00Z', facts: stated(facts) },
        ...more,
      }),
    );
  it('missed: the reasons for the delay are asked for, with what can be argued', () => {
    const { deadline } = rowOf(eu({ risk: 'risk' }), 'EU/authority');
    assert.equal(deadline?.state, 'missed');
    assert.match(deadline?.reasons ?? '', /reasons for the delay/);
    assert.equal(deadline?.until, '2026-11-04T12:17:00Z');
    assert.equal(deadline?.defences[0]?.until, '2026-11-04T13:00:00Z');
  });
  it('done in time, and done late', () => {
    const state = (at: string) =>
      rowOf(eu({ risk: 'risk', notices: [{ duty: 'EU/authority', at }] }), 'EU/authority').deadline?.state;
    assert.equal(state('2026-11-04T12:17:00Z'), 'met');
    assert.equal(state('2026-11-04T12:17:01Z'), 'met-late');
  });
  it("an own target is not the law's", () => {
    const answer = eu({ risk: 'risk', targets: [{ name: 'first draft', at: '2026-11-02T12:00:00Z' }] });
    assert.deepEqual(answer.targets, [
      { kind: 'internal', name: 'first draft', at: '2026-11-02T12:00:00Z', missed: true },
    ]);
    assert.ok(answer.rows.every((r) => r.deadline === null || r.deadline.kind === 'legal'));
  });
  it('what an authority expects stands apart from the law', () => {
    const answer = judged(input([group('JP', ['email'], { exposed: 2000 })]));
    const { deadline } = rowOf(answer, 'JP/authority');
    assert.equal(deadline?.until, null);
    assert.equal(deadline?.guidance.length, 1);
  });
});

describe('every start event', () => {
  const turkish = law.regimes.find((r) => r.code === 'TR');
  assert.ok(turkish);
  const rule = turkish.duties[0];
  assert.ok(rule);
  /** One rule whose clock of 10 days begins with the event, and what is known of events. */
  const untilOf = (event: Event, known: readonly Event[]) => {
    const regime = {
      ...turkish,
      duties: [{ ...rule, deadline: { ...rule.deadline, clocks: [{ from: event, within: '10 days' }] } }],
    };
    const facts = factsOf(input([group('TR', ['name'], { exposed: 1 })], { incident: {} }));
    const at = (i: number) => `2026-03-${String(10 + i)}T12:00:00Z`;
    const events = Object.fromEntries(
      EVENT_NAMES.map((name, i) => [
        name,
        known.includes(name)
          ? { known: true, value: at(i), source: 'test' }
          : { known: false, ask: EVENTS[name] },
      ]),
    ) as typeof facts.events;
    return rowOf(
      dutiesOf({ ...law, regimes: [regime], unverified: [] }, { ...facts, events }, AT),
      'TR/authority',
    ).deadline;
  };
  for (const [i, event] of EVENT_NAMES.entries()) {
    it(`${event} starts its own clock`, () => {
      assert.equal(untilOf(event, EVENT_NAMES)?.untilWords, `end of ${20 + i} March 2026 (Europe/Istanbul)`);
      assert.equal(untilOf(event, [event])?.untilWords, `end of ${20 + i} March 2026 (Europe/Istanbul)`);
    });
    it(`without ${event} its clock does not run, whatever else is known, and asks for it`, () => {
      const deadline = untilOf(
        event,
        EVENT_NAMES.filter((name) => name !== event),
      );
      assert.deepEqual(
        [deadline?.until, deadline?.state, deadline?.clocks[0]?.ask],
        [null, 'start-unknown', EVENTS[event]],
      );
    });
  }
});

describe('laws that nobody has verified', () => {
  it('concern an organisation by its seat, though nobody there is affected', () => {
    const shown = (country: string) => {
      const { rows, facts } = judged(
        input([group('GE', ['email'], { exposed: 3 })], {
          organisation: { country, role: 'controller', branches: [] },
        }),
      );
      return rows
        .filter((r) => r.status === 'unverified' && concernsSomebody(r, facts.organisation))
        .map((r) => r.regime);
    };
    assert.deepEqual(shown('LU'), ['EU-NIS2', 'EU-ePrivacy', 'GE']);
    assert.deepEqual(shown('GB'), ['UK-PECR', 'GE']);
    assert.deepEqual(shown('CH'), ['GE']);
  });
});

describe('a year that was typed wrong', () => {
  const at = (aware: string, more: Partial<FactsInput> = {}) =>
    judged(
      input(
        [
          group('DE', ['email'], { exposed: 3 }),
          group('US', ['name', 'ssn'], { region: 'US-CA', exposed: 3 }),
        ],
        {
          firstSeen: '2026-11-18T10:00:00Z',
          incident: {
            aware,
            facts: stated({ risk: 'risk', discovered: aware, acquisition: 'acquired', protection: 'none' }),
          },
          ...more,
        },
      ),
    );
  it('takes no duty away by picking the law of another day than that of the breach', () => {
    const odd = at('2016-11-20T14:05:00Z');
    const row = rowOf(odd, 'EU/authority');
    assert.deepEqual([row.status, row.missing.map((m) => m.fact)], ['cannot-tell', ['aware']]);
    assert.match(row.missing[0]?.ask ?? '', /before the breach itself \(2026-11-18/);
    assert.ok(odd.facts.problems.some(({ code }) => code === 'order-of-events'));
    assert.equal(rowOf(odd, 'US-CA/people').status, 'cannot-tell');
  });
  it('a few days before the first view by the logs, within one version, are told and change nothing', () => {
    const early = at('2026-11-17T14:05:00Z');
    assert.deepEqual(
      [rowOf(early, 'EU/authority').status, rowOf(early, 'US-CA/people').status],
      ['due', 'due'],
    );
  });
  it('years that nobody can mean are refused where they are written', () => {
    for (const text of [
      '0000-01-01T00:00:00Z',
      '1969-12-31T23:59:59Z',
      '2200-01-01T00:00:00Z',
      '9999-12-31T23:59:59-12:00',
    ])
      assert.throws(() => stated({ discovered: text }), /from 1 January 1970 on, and before 2200/, text);
  });
});

describe('notices', () => {
  it('the first starts the clocks, whichever was written down first', () => {
    const until = (...days: string[]) =>
      rowOf(
        judged(
          input([group('US', ['name', 'ssn'], { region: 'US-CA', exposed: 501 })], {
            incident: {
              aware: '2026-03-01T00:00:00Z',
              facts: stated({
                discovered: '2026-03-01T00:00:00Z',
                acquisition: 'acquired',
                protection: 'none',
                notices: days.map((day) => ({ duty: 'US-CA/people', at: `${day}T20:00:00Z` })),
              }),
            },
          }),
        ),
        'US-CA/attorney-general',
      ).deadline?.until;
    assert.equal(until('2026-03-20'), '2026-04-05T07:00:00Z');
    assert.equal(until('2026-03-20', '2026-03-10'), until('2026-03-10', '2026-03-20'));
    assert.equal(until('2026-03-20', '2026-03-10'), until('2026-03-10'));
  });
});

describe('which authority', () => {
  const people = [group('DE', ['email'], { exposed: 2 }), group('FR', ['email'], { exposed: 1 })];
  const of = (organisation: FactsInput['organisation'], facts: object = { risk: 'risk' }) =>
    judged(
      input(people, { organisation, incident: { aware: '2026-11-20T00:00:00Z', facts: stated(facts) } }),
    ).rows.filter((r) => r.id.startsWith('EU/authority'));
  it('sixteen in Germany, by the seat', () => {
    const name = (region: string) =>
      of({ country: 'DE', region, role: 'controller', branches: [] })[0]?.addressee.name ?? '';
    assert.match(name('DE-BE'), /Berliner/);
    assert.match(name('DE-BY'), /Bayerisches Landesamt/);
    const names = new Set(Object.keys(law.authorities?.germany ?? {}).map(name));
    assert.equal(names.size, 16);
    assert.match(
      of({ country: 'DE', role: 'controller', branches: [] })[0]?.addressee.name ?? '',
      /organisation\.region/,
    );
  });
  it('every authority where people live, without an establishment in the EEA; each has its own notice', () => {
    const rows = of(
      { country: 'US', role: 'controller', branches: [{ country: 'GB' }] },
      { risk: 'risk', notices: [{ duty: 'EU/authority/FR', at: '2026-11-21T00:00:00Z' }] },
    );
    assert.deepEqual(
      rows.map((r) => [r.id, r.deadline?.state, r.people.min]),
      [
        ['EU/authority/DE', 'running', 2],
        ['EU/authority/FR', 'met', 1],
      ],
    );
  });
  it('people whose country nobody knows may live in a further state, whose authority would be told too', () => {
    const rows = judged(
      input([...people, group('unknown', ['email'], { exposed: 5 })], {
        organisation: { country: 'US', role: 'controller', branches: [] },
        incident: { aware: '2026-11-20T00:00:00Z', facts: stated({ risk: 'risk' }) },
      }),
    ).rows.filter((r) => r.id.startsWith('EU/authority'));
    assert.deepEqual(
      rows.map((r) => [r.id, r.status, r.missing.map((m) => m.fact)]),
      [
        ['EU/authority/DE', 'due', []],
        ['EU/authority/FR', 'due', []],
        ['EU/authority', 'cannot-tell', ['residence']],
      ],
    );
  });
  it('branches in the EEA of a seat outside: which of them decides is asked, however many there are', () => {
    const withBranches = (...countries: string[]) =>
      ({ country: 'US', role: 'controller', branches: countries.map((country) => ({ country })) }) as const;
    for (const organisation of [withBranches('IE'), withBranches('IE', 'NL')]) {
      const [row] = of(organisation);
      assert.equal(row?.status, 'due');
      assert.ok(row?.missing.some((m) => m.fact === 'mainEstablishment'));
      assert.equal(row?.deadline?.state, 'running');
    }
    assert.match(
      of(withBranches('IE', 'NL'), { risk: 'risk', mainEstablishment: 'NL' })[0]?.addressee.name ?? '',
      /Autoriteit Persoonsgegevens/,
    );
  });
  it('branches of which none decides: no authority leads, each where people live or a branch is', () => {
    const organisation = { country: 'US', role: 'controller', branches: [{ country: 'IE' }] } as const;
    const rows = of(organisation, { risk: 'risk', mainEstablishment: 'none' });
    assert.deepEqual(
      rows.map((r) => [r.id, r.status]),
      [
        ['EU/authority/DE', 'due'],
        ['EU/authority/FR', 'due'],
        ['EU/authority/IE', 'cannot-tell'],
      ],
    );
    const covered = of(organisation, { risk: 'risk', mainEstablishment: 'none', covered: { EU: 'yes' } });
    assert.deepEqual(
      covered.map((r) => r.status),
      ['due', 'due', 'due'],
    );
  });
  it('people elsewhere, and a branch in the EEA: for whom the data are processed is asked', () => {
    const rows = (facts: object) =>
      judged(
        input([group('GE', ['email'], { exposed: 3 })], {
          organisation: { country: 'US', role: 'controller', branches: [{ country: 'LU' }] },
          incident: { aware: '2026-11-20T00:00:00Z', facts: stated({ risk: 'risk', ...facts }) },
        }),
      ).rows.filter((r) => r.id === 'EU/authority');
    assert.deepEqual(
      [{}, { covered: { EU: 'yes' } }, { covered: { EU: 'no' } }].map((facts) => rows(facts)[0]?.status),
      ['cannot-tell', 'due', 'not-due'],
    );
    assert.ok(rows({})[0]?.missing.some((m) => m.fact === 'covered.EU'));
  });
});

describe('files of the law', () => {
  async function withLaw(change: (folder: string) => Promise<void>, use: (folder: string) => Promise<void>) {
    const folder = await mkdtemp(join(tmpdir(), 'forthright-law-'));
    try {
      await mkdir(join(folder, 'unverified'));
      for (const name of ['EU.yaml', 'TR.yaml', 'authorities.yaml', 'unverified/KR.yaml'])
        await writeFile(join(folder, name), await readFile(join(OWN_LAW, name)));
      await change(folder);
      await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const edited = (name: string, from: string | RegExp, to: string) => async (folder: string) => {
    const text = await readFile(join(folder, name), 'utf8');
    assert.match(
      text,
      typeof from === 'string' ? new RegExp(from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : from,
    );
    await writeFile(join(folder, name), text.replace(from, to));
  };
  const refused: readonly (readonly [
    what: string,
    change: (folder: string) => Promise<void>,
    message: RegExp,
  ])[] = [
    ['not YAML', edited('TR.yaml', 'code: TR', 'code: [TR'), /./],
    [
      'no citation',
      edited('TR.yaml', '    citation: Law No. 6698 Art. 12(5), Board decision 2019/10\n', ''),
      /citation/,
    ],
    ['no dates', edited('TR.yaml', '    valid: { from: 2019-01-24 }\n', ''), /valid/],
    ['no cases', edited('TR.yaml', /\ncases:[\s\S]*$/, '\ncases: []\n'), /cases/],
    ['no near miss', edited('TR.yaml', /not due/g, 'cannot tell'), /near miss/],
    [
      'a definition that is not there',
      edited('TR.yaml', 'everyone: personalData', 'everyone: privateData'),
      /`privateData` is not defined/,
    ],
    [
      'a fact that can not be so',
      edited('TR.yaml', 'fact: role, is: controller', 'fact: role, is: owner'),
      /never `owner`/,
    ],
    [
      'a head count below `not`',
      edited(
        'TR.yaml',
        '- { everyone: personalData, atLeast: 1 }',
        '- { not: { everyone: personalData, atLeast: 1 } }',
      ),
      /take a duty away/,
    ],
    ['a zone that is none', edited('TR.yaml', 'Europe/Istanbul', 'Europe/Ankara'), /no time zone/],
    [
      'business days without holidays',
      edited('TR.yaml', 'within: 72 hours', 'within: 3 business days'),
      /holidays/,
    ],
    ['another name than its code', edited('TR.yaml', 'code: TR', 'code: TRX'), /called TRX\.yaml/],
    ['a code that another file has', edited('unverified/KR.yaml', 'code: KR', 'code: TR'), /contradict/],
    [
      'two versions of one day',
      edited('TR.yaml', '  - id: people\n    to: people', '  - id: authority\n    to: people'),
      /contradict/,
    ],
  ];
  for (const [what, change, message] of refused) {
    it(`${what}: named with its line; the others hold, and the answer is incomplete`, () =>
      withLaw(change, async (folder) => {
        const found = await loadLaw(folder);
        assert.ok(found.broken.length > 0);
        assert.ok(found.broken.every(({ file }) => !file.startsWith('EU')));
        assert.ok(!found.regimes.some((r) => r.code === 'TR'));
        assert.match(found.broken[0]?.problems.map((p) => p.message).join('\n') ?? '', message);
        assert.match(found.broken[0]?.problems[0]?.at ?? '', /\.yaml:\d+:\d+$/);
        assert.ok(found.regimes.some((r) => r.code === 'EU'));
        const answer = dutiesOf(found, factsOf(input([group('DE', ['email'], { exposed: 1 })])), AT);
        assert.equal(answer.law.complete, false);
      }));
  }
  it('a folder that is not there, or is empty', async () => {
    const isMissing = (error: unknown) => error instanceof ForthrightError && error.code === 'law-missing';
    await assert.rejects(loadLaw('/nowhere/duties'), isMissing);
    await withLaw(
      async (folder) => {
        for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
      },
      (folder) => assert.rejects(loadLaw(folder), isMissing),
    );
  });
});

it('a country of which no file tells is for counsel, never silently nothing', () => {
  const answer = judged(
    input([group('GE', ['email'], { exposed: 2, unknown: 1 }), group('AX', ['email'], { exposed: 1 })], {
      organisation: { country: 'LU', role: 'controller', branches: [{ country: 'MC' }] },
    }),
  );
  const rows = answer.rows.filter((r) => r.id.endsWith('/unknown'));
  assert.deepEqual(
    rows.map((r) => [r.id, r.status, r.to, r.people]),
    [
      ['GE/unknown', 'unverified', 'counsel', { min: 2, max: 3 }],
      ['MC/unknown', 'unverified', 'counsel', { min: 0, max: 0 }],
    ],
  );
  assert.match(rows[0]?.why ?? '', /no file of the law of Georgia/);
});

it('105 laws are there, with rules or unverified', () => {
  assert.equal(law.regimes.length + law.unverified.length, 105);
  assert.ok(
    idsOf(judged(input([group('DE', ['email'], { exposed: 1 })])), 'unverified').length ===
      law.unverified.length,
  );
});

describe('what is stated and can not be', () => {
  const at = Temporal.Instant.from('2026-11-22T09:00:00Z');
  const judgedWith = (facts: object, incident: object = {}) =>
    judged(
      input([group('US', ['name', 'ssn'], { region: 'US-WA', exposed: 700 })], {
        incident: {
          aware: '2026-11-10T09:00:00Z',
          ...incident,
          facts: stated({
            discovered: '2026-11-10T09:00:00Z',
            acquisition: 'acquired',
            protection: 'none',
            ...facts,
          }),
        },
      }),
      at,
    );
  const codesOf = (answer: DutiesAnswer) => answer.facts.problems.map((p) => p.code);
  const harm = { by: 'J. Muller', reason: 'returned unread' };

  it('names that the law does not have change nothing and are told, with the nearest', () => {
    const answer = judgedWith({
      notices: [{ duty: 'US-WA/peple', at: '2026-11-12T09:00:00Z' }],
      determinations: [{ exemption: 'US-WA/harmm', at: '2026-11-12T09:00:00Z', ...harm }],
      covered: { AUU: 'no' },
    });
    assert.deepEqual(codesOf(answer), ['name-unknown', 'name-unknown', 'name-unknown']);
    assert.match(answer.facts.problems[0]?.text ?? '', /did you mean `US-WA\/people`/);
    assert.deepEqual(
      [rowOf(answer, 'US-WA/people').status, rowOf(answer, 'US-WA/people').deadline?.state],
      ['due', 'running'],
    );
  });
  it('a notice that is planned was not given, and a determination of tomorrow exempts nobody', () => {
    const tomorrow = '2026-11-23T09:00:00Z';
    const answer = judgedWith({
      notices: [{ duty: 'US-WA/people', at: tomorrow }],
      determinations: [{ exemption: 'US-WA/harm', at: tomorrow, ...harm }],
    });
    assert.deepEqual(codesOf(answer), ['ahead-of-time', 'ahead-of-time']);
    const row = rowOf(answer, 'US-WA/people');
    assert.deepEqual([row.status, row.deadline?.state], ['due', 'running']);
    const given = judgedWith({ notices: [{ duty: 'US-WA/people', at: '2026-11-21T09:00:00Z' }] });
    assert.deepEqual([codesOf(given), rowOf(given, 'US-WA/people').deadline?.state], [[], 'met']);
  });
  it('an awareness of next year is told: every deadline would be a year too late', () => {
    assert.deepEqual(codesOf(judgedWith({}, { aware: '2027-11-10T09:00:00Z' })), ['ahead-of-time']);
  });
  it('a notice before awareness, and containment before the event', () => {
    const answer = judgedWith(
      { notices: [{ duty: 'US-WA/people', at: '2026-11-09T09:00:00Z' }] },
      { occurred: '2026-11-08T09:00:00Z', contained: { at: '2026-11-07T09:00:00Z', summary: 'off' } },
    );
    assert.deepEqual(codesOf(answer), ['order-of-events', 'order-of-events']);
  });
});
