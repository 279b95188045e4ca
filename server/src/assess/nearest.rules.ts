import { type NearestCase, type RiskFactors, RiskStatement } from '@forthright/contract';
import { OFFICIAL_CASES, type OfficialCase } from './examples.ts';
import { gravityOf } from './gravity.rules.ts';
import { likelihoodOf } from './likelihood.rules.ts';
import { factorsOf } from './risk.rules.ts';
import { suppose } from './suppose.rules.ts';

/** An official example as a statement: where its text is silent, nothing is out of the ordinary. */
export const statementOf = ({ title, factors, source }: OfficialCase): RiskStatement =>
  RiskStatement.parse({ title, by: source, ordinary: true, factors });

type Place = Readonly<{ name: string; weight: number; at: (factors: RiskFactors) => number | string | null }>;

const word =
  (
    id:
      | 'malice'
      | 'service'
      | 'persons'
      | 'restore'
      | 'effect'
      | 'availability'
      | 'confidentiality'
      | 'integrity',
  ) =>
  (factors: RiskFactors): string | null => {
    const factor = factors[id];
    return factor.known ? factor.value : null;
  };
/** Both suppositions agree, or it is unknown. */
const agreed = (of: (side: 'harmless' | 'gravest') => number): number | null =>
  of('harmless') === of('gravest') ? of('harmless') : null;

/**
 * What makes two breaches alike, and how much it weighs. Numbers differ by their share of the scale, words by being
 * other words; what one of the two does not know counts half.
 */
const PLACES: readonly Place[] = [
  {
    name: 'how grave the data is',
    weight: 3,
    at: (f) => agreed((side) => gravityOf(suppose(f, side)).gravity / 3),
  },
  {
    name: 'how likely misuse is',
    weight: 3,
    at: (f) => agreed((side) => likelihoodOf(suppose(f, side)).likelihood / 4),
  },
  { name: 'intent', weight: 2, at: word('malice') },
  {
    name: 'how it came about',
    weight: 2,
    at: ({ how }) => (how.known ? how.value : null),
  },
  { name: 'disclosure', weight: 2, at: word('confidentiality') },
  { name: 'outage or loss', weight: 2, at: word('availability') },
  { name: 'alteration', weight: 1, at: word('integrity') },
  {
    name: 'restoring',
    weight: 1,
    at: (f) => (word('availability')(f) === 'no' ? 'none' : word('restore')(f)),
  },
  { name: 'effect on people', weight: 1, at: word('effect') },
  { name: 'dependence on the service', weight: 1, at: word('service') },
  { name: 'special people', weight: 1, at: word('persons') },
  {
    name: 'number of people',
    weight: 1,
    // Ten million is the whole of the scale.
    at: ({ people }) => (people.known ? Math.min(1, Math.log10(1 + people.value.max) / 7) : null),
  },
  {
    name: 'recipients',
    weight: 1,
    at: ({ recipients }) =>
      recipients.known ? [...new Set(recipients.value.map(({ who }) => who ?? ''))].toSorted().join() : null,
  },
];
const WHOLE = PLACES.reduce((sum, { weight }) => sum + weight, 0);
const NOTABLE = 0.3;

function differ(a: number | string | null, b: number | string | null): number {
  if (a === null || b === null) return a === b ? 0 : 0.5;
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b);
  return a === b ? 0 : 1;
}

/** 0: alike in everything that is compared; 1: in nothing. */
export function distance(a: RiskFactors, b: RiskFactors): Readonly<{ distance: number; differs: string[] }> {
  const apart = PLACES.map(({ name, weight, at }) => ({ name, weight, by: differ(at(a), at(b)) }));
  const sum = apart.reduce((total, { weight, by }) => total + weight * by, 0);
  return {
    distance: Math.round((sum / WHOLE) * 1000) / 1000,
    differs: apart.filter(({ by }) => by > NOTABLE).map(({ name }) => name),
  };
}

const CODED = OFFICIAL_CASES.map((one) => ({ one, factors: factorsOf(statementOf(one)) }));

/** The official examples that are most like it, the nearest first. They decide nothing. */
export function nearestCases(factors: RiskFactors, most = 3): NearestCase[] {
  return CODED.map(({ one: { id, title, outcome, source }, factors: other }) => ({
    id,
    title,
    outcome,
    source,
    ...distance(factors, other),
  }))
    .toSorted((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1))
    .slice(0, most);
}
