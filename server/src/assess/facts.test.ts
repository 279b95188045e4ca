/** What organisations write, as the law's words and places; and what is derived, and never guessed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ELEMENTS, StatedFacts } from '@forthright/contract';
import { elementOf } from './elements.ts';
import { type FactsInput, factsOf } from './facts.ts';
import { EEA_STATES, eeaStateOf, livesIn, placeOf } from './places.ts';
import { categoriesOf } from './risk.rules.ts';

const input = (more: Partial<FactsInput> = {}): FactsInput => ({
  run: 'run_test',
  title: 'test',
  groups: [],
  unidentified: 0,
  fields: [],
  leaks: [],
  recipients: {},
  firstSeen: null,
  incident: {},
  organisation: { role: 'controller', branches: [] },
  ...more,
});
const known = (fact: { known: boolean } | undefined) =>
  fact?.known && 'value' in fact ? fact.value : 'unknown';

describe('places', () => {
  it('thirty states of the EEA; parts with a code of their own belong to theirs', () => {
    assert.equal(EEA_STATES.length, 30);
    assert.deepEqual(['RE', 'AX', 'FR', 'GB', 'CH'].map(eeaStateOf), ['FR', 'FI', 'FR', null, null]);
    assert.equal(livesIn({ country: 'RE', region: '' }, 'EEA'), 'yes');
    assert.equal(livesIn({ country: 'RE', region: '' }, 'FR'), 'yes');
    assert.equal(livesIn({ country: 'unknown', region: '' }, 'EEA'), 'maybe');
  });
  it('states by code and by name, territories by either code', () => {
    const of = (country: string, region: string) => placeOf(country, region).region;
    assert.deepEqual(
      [
        of('US', 'US-CA'),
        of('US', 'US-ca'),
        of('US', 'US-new york'),
        of('CA', 'CA-Québec'),
        of('PR', ''),
        of('US', 'US-PR'),
        of('US', ''),
      ],
      ['US-CA', 'US-CA', 'US-NY', 'CA-QC', 'US-PR', 'US-PR', 'unknown'],
    );
  });
  it('what is no place is unknown, with what stood there', () => {
    for (const [country, region] of [
      ['XX', ''],
      ['EU', ''],
      ['GERMANY', ''],
      ['US', 'US-Cali'],
    ] as const)
      assert.notEqual(placeOf(country, region).problem, null, country);
    assert.equal(placeOf('UK', '').country, 'GB');
    assert.equal(placeOf('EL', '').country, 'GR');
  });
  it('a state that was dissolved is no place: where its people live now nobody can tell from it', () => {
    for (const code of ['DD', 'SU', 'YU', 'CS', 'AN', 'FX', 'ZR', 'TP'])
      assert.match(placeOf(code, '').problem ?? '', /withdrawn/, code);
    for (const code of ['DE', 'RS', 'ME', 'TL', 'CD', 'XK', 'PR', 'SJ', 'GI'])
      assert.equal(placeOf(code, '').problem, null, code);
  });
  it('the Canary Islands, Ceuta and Melilla are in Spain under codes of their own, too', () => {
    for (const country of ['IC', 'EA'])
      assert.deepEqual([eeaStateOf(country), livesIn({ country, region: '' }, 'EEA')], ['ES', 'yes']);
  });
  it('the seat is a place like any other: what is none is told, and nothing hangs on it', () => {
    const seat = (organisation: Partial<FactsInput['organisation']>) => {
      const { organisation: o, problems } = factsOf(
        input({ organisation: { role: 'controller', branches: [], ...organisation } }),
      );
      return [o.country, o.region, o.mainEstablishment, problems.map(({ text }) => text)] as const;
    };
    assert.deepEqual(seat({ country: 'EL' }), ['GR', null, 'GR', []]);
    assert.deepEqual(seat({ country: 'PR' }), ['US', 'US-PR', null, []]);
    assert.deepEqual(seat({ country: 'DE', region: 'DE-BE' }), ['DE', 'DE-BE', 'DE', []]);
    const [country, , , [gone]] = seat({ country: 'YU' });
    assert.deepEqual(
      [country, /organisation\.country: there is no country `YU` any more/.test(String(gone))],
      [null, true],
    );
    const [, region, , [elsewhere]] = seat({ country: 'LU', region: 'DE-BE' });
    assert.deepEqual([region, /DE-BE, which is not in Luxembourg/.test(String(elsewhere))], [null, true]);
    assert.match(
      String(seat({ country: 'LU', branches: [{ country: 'XX' }] })[3]),
      /organisation\.branches: there is no country `XX`/,
    );
  });
});

describe('what stands together', () => {
  it('a first name that was shown and a last name that may have been are perhaps a name', () => {
    const { groups } = factsOf(
      input({
        groups: [
          {
            country: 'US',
            region: 'US-CA',
            fields: ['first name', 'ssn'],
            perhaps: ['last name'],
            exposed: 1,
            unknown: 0,
          },
        ],
      }),
    );
    assert.deepEqual(groups[0]?.perhaps, ['fullName', 'lastName']);
  });
  it('awareness before anybody saw anything by the logs is told, and the clock runs', () => {
    const { events, problems } = factsOf(
      input({ firstSeen: '2026-05-02T10:00:00Z', incident: { aware: '2025-05-02T12:00:00Z' } }),
    );
    assert.deepEqual([events.aware?.known, problems.map(({ code }) => code)], [true, ['order-of-events']]);
  });
});

describe('elements', () => {
  it('knows what shops call their fields, however they write it', () => {
    for (const [field, element] of [
      ['name', 'fullName'],
      ['E-Mail_Address', 'email'],
      ['date of birth', 'birthDate'],
      ['year_of_birth', 'birthYear'],
      ['Display Name', 'displayName'],
      ['last4', 'cardLastDigits'],
      ['IBAN', 'bankAccount'],
      ['hashed password', 'passwordHash'],
    ] as const)
      assert.equal(elementOf(field), element, field);
    for (const element of ELEMENTS) assert.equal(elementOf(element), element);
  });
  it('takes no word that could be several things, and none that an object has by itself', () => {
    for (const field of ['id', 'number', 'date', 'data', 'constructor', '__proto__', ''])
      assert.equal(elementOf(field), null, field);
  });
  it('first and last name together are a name, one alone is not', () => {
    const of = (fields: string[]) =>
      factsOf(
        input({ groups: [{ country: 'US', region: 'US-CA', fields, perhaps: [], exposed: 1, unknown: 0 }] }),
      ).groups[0]?.elements;
    assert.deepEqual(of(['first name', 'last name']), ['fullName', 'firstName', 'lastName']);
    assert.deepEqual(of(['first name']), ['firstName']);
  });
});

describe('facts that are derived', () => {
  const words = (more: Partial<FactsInput>) => factsOf(input(more)).words;
  it('nothing known, nothing derived', () => {
    const found = words({});
    for (const [name, fact] of Object.entries(found))
      if (name !== 'role') assert.equal(fact.known, false, name);
  });
  it('a page was readable; a file that was handed over was acquired, and may have been encrypted', () => {
    const page = words({ leaks: [{ kind: 'page', exposed: 3 }], recipients: { customer: 3 } });
    assert.deepEqual([known(page.protection), known(page.acquisition)], ['none', 'unknown']);
    const file = words({ leaks: [{ kind: 'export', exposed: 3 }], recipients: { seller: 1 } });
    assert.deepEqual([known(file.protection), known(file.acquisition)], ['unknown', 'acquired']);
    const nobody = words({ leaks: [{ kind: 'page', exposed: 0 }] });
    assert.deepEqual([known(nobody.protection), known(nobody.recipients)], ['unknown', 'unknown']);
  });
  it('an insider has an improper purpose and no good faith; of staff without a cause nothing is said', () => {
    const insider = words({
      incident: { cause: { kind: 'insider', summary: '' } },
      recipients: { employee: 1 },
    });
    assert.deepEqual([known(insider.improperPurpose), known(insider.goodFaith)], ['yes', 'no']);
    const staff = words({ recipients: { employee: 1 } });
    assert.deepEqual(
      [known(staff.improperPurpose), known(staff.goodFaith), known(staff.recipients)],
      ['unknown', 'unknown', 'staff'],
    );
  });
  it('a cause in other words is not understood, and what is stated wins over what is derived', () => {
    assert.equal(known(words({ incident: { cause: { kind: 'gremlins', summary: '' } } }).cause), 'unknown');
    const facts = StatedFacts.parse({ protection: 'encrypted', improperPurpose: 'yes' });
    const found = words({
      leaks: [{ kind: 'page', exposed: 3 }],
      incident: { cause: { kind: 'technical-error', summary: '' }, facts },
    });
    assert.deepEqual([known(found.protection), known(found.improperPurpose)], ['encrypted', 'yes']);
  });
  it('when it occurred is the first view by somebody else, unless it is stated', () => {
    const events = (occurred?: string) =>
      factsOf(
        input({
          firstSeen: '2025-11-18T06:05:00.000Z',
          incident: occurred === undefined ? {} : { occurred },
        }),
      ).events;
    assert.equal(known(events().occurred), '2025-11-18T06:05:00Z');
    assert.equal(known(events('2025-11-17T00:00:00Z').occurred), '2025-11-17T00:00:00Z');
  });
});

describe('the decision on the risk', () => {
  const decided = (risk: unknown, answer: 'tell-authority' | 'cannot-tell' = 'tell-authority') => {
    const { words, problems } = factsOf(
      input({
        incident: { facts: StatedFacts.parse(risk === undefined ? {} : { risk }) },
        proposal: {
          answer,
          atLeast: 'tell-authority',
          atMost: answer === 'cannot-tell' ? 'tell-people' : answer,
        },
      }),
    );
    return [known(words.risk), problems.map((p) => p.code).join()];
  };
  const signed = (is: string) => ({ is, by: 'J. Muller', reason: 'test data' });
  it('a proposal is none; what is proposed stands beside the question', () => {
    assert.deepEqual(decided(undefined), ['unknown', '']);
    const { risk } = factsOf(
      input({ proposal: { answer: 'tell-people', atLeast: 'tell-people', atMost: 'tell-people' } }),
    ).words;
    assert.ok(risk?.known === false && risk.proposed === 'high' && /proposed is high/.test(risk.ask));
  });
  it('as proposed, or within what is proposed, the word alone will do', () => {
    assert.deepEqual(decided('risk'), ['risk', '']);
    assert.deepEqual(decided('high', 'cannot-tell'), ['high', '']);
  });
  it('a lighter one without name and reason takes nothing away', () => {
    assert.deepEqual(decided('none'), ['unknown', 'decision-without-reason']);
    assert.deepEqual(decided('none', 'cannot-tell'), ['unknown', 'decision-without-reason']);
    assert.deepEqual(decided(signed('none')), ['none', '']);
  });
  it('a graver one counts at once, and the reason is asked for', () => {
    assert.deepEqual(decided('high'), ['high', 'decision-without-reason']);
    assert.deepEqual(decided(signed('high')), ['high', '']);
  });
});

it('a main establishment that is no state of the EEA is told, and leads to no authority', () => {
  const { organisation, problems } = factsOf(
    input({ incident: { facts: StatedFacts.parse({ mainEstablishment: 'US' }) } }),
  );
  assert.deepEqual(
    [organisation.mainEstablishment, problems.map((p) => p.code)],
    [null, ['establishment-unknown']],
  );
});

describe('one list of names of fields', () => {
  it('says what a field is to statutes and to the risk alike', () => {
    const { categories, unmapped } = categoriesOf([
      'given_name',
      'tc kimlik',
      "Driver's License Number",
      'IBAN',
      'card last4',
      'coordinates',
      'genetics',
      'chats',
    ]);
    assert.deepEqual(unmapped, []);
    assert.deepEqual(
      new Set(categories),
      new Set(['contact', 'id-number', 'account-number', 'location', 'special', 'communications']),
    );
  });
  it('asks for a field of which no statute’s word says how grave it is', () => {
    assert.deepEqual(categoriesOf(['age', 'country', 'other', 'loyaltyTier']), {
      categories: [],
      unmapped: ['age', 'country', 'other', 'loyaltyTier'],
    });
  });
});
