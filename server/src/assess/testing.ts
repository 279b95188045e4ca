import {
  INCIDENT_NATURES,
  RECIPIENT_DELETION,
  RECIPIENT_TRUST,
  RISK_DATA,
  RISK_FACTOR_IDS,
  type RiskFactorId,
  type RiskFactors,
  RiskStatement,
  type StatedFactors,
  valuesOf,
} from '@forthright/contract';
import fc from 'fast-check';
import { propose } from './proposal.rules.ts';
import { factorsOf } from './risk.rules.ts';

/** The proposal for these factors; what is not named is as it ordinarily is. */
export const proposed = (factors: StatedFactors) =>
  propose(factorsOf(RiskStatement.parse({ by: 'a test', ordinary: true, factors })));

export const SOURCE = { kind: 'stated', by: 'a test' } as const;
export const known = <T>(value: T) => ({ known: true as const, value, source: SOURCE });
const exactly = (n: number) => ({ min: n, max: n });
const keys = <T extends object>(of: T) => Object.keys(of) as (keyof T & string)[];

/** Values of factors that are no words; numbers lie on both sides of every line. */
const VALUES: Readonly<Partial<Record<RiskFactorId, fc.Arbitrary<unknown>>>> = {
  how: fc.constantFrom(...INCIDENT_NATURES),
  data: fc.uniqueArray(fc.constantFrom(...keys(RISK_DATA)), { maxLength: 4 }),
  people: fc.constantFrom(1, 15, 999, 1000, 2_000_000).map(exactly),
  hours: fc.constantFrom(0, 1, 719, 720, 5000).map(exactly),
  recipients: fc.array(
    fc.record({
      who: fc.constantFrom(...keys(RECIPIENT_TRUST)),
      count: fc.constantFrom(1, 50, 51, 60_000).map(exactly),
      deletion: fc.constantFrom(...keys(RECIPIENT_DELETION)),
    }),
    { maxLength: 3 },
  ),
};
export const aValue = (id: RiskFactorId): fc.Arbitrary<unknown> =>
  VALUES[id] ?? fc.constantFrom(...valuesOf(id as 'amount'));

/** A whole case: every factor known. */
export const aCase: fc.Arbitrary<RiskFactors> = fc
  .record(Object.fromEntries(RISK_FACTOR_IDS.map((id) => [id, aValue(id).map(known)])))
  .map((factors) => factors as unknown as RiskFactors);

/** Some of a case's factors unknown, groups of recipients with holes. */
export const aCaseWithHoles: fc.Arbitrary<RiskFactors> = fc
  .tuple(aCase, fc.subarray(RISK_FACTOR_IDS), fc.boolean())
  .map(([factors, unknown, holes]) => {
    const { recipients } = factors;
    const held =
      holes && recipients.known
        ? known(
            recipients.value.map((group, i) => ({
              who: i === 1 ? null : group.who,
              count: i === 0 ? null : group.count,
              deletion: i === 2 ? null : group.deletion,
            })),
          )
        : recipients;
    const gone = Object.fromEntries(unknown.map((id) => [id, { known: false }]));
    return { ...factors, recipients: held, ...gone } as RiskFactors;
  });
