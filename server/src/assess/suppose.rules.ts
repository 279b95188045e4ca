import {
  RECIPIENT_DELETION,
  RECIPIENT_TRUST,
  RISK_DATA,
  RISK_FACTOR_IDS,
  type RiskData,
  type RiskFactorId,
  type RiskFactors,
  valuesOf,
} from '@forthright/contract';
import type { Supposed } from './types.ts';

type Words = Exclude<RiskFactorId, 'data' | 'how' | 'people' | 'hours' | 'recipients'>;
const NOT_WORDS: ReadonlySet<RiskFactorId> = new Set(['data', 'how', 'people', 'hours', 'recipients']);

/**
 * The most harmless and the gravest way in which things can have been, given what is known. Since the rules only grow
 * graver along each factor's values, every other way lies between these two.
 */
export function suppose(factors: RiskFactors, side: 'harmless' | 'gravest'): Supposed {
  const isGrave = side === 'gravest';
  const words = RISK_FACTOR_IDS.filter((id) => !NOT_WORDS.has(id)).map((id) => {
    const factor = factors[id as Words];
    return [id, factor.known ? factor.value : valuesOf(id as Words).at(isGrave ? -1 : 0)];
  });
  const { data, how, people, hours, recipients } = factors;
  const every = Object.keys(RISK_DATA) as RiskData[];
  const pick = <T extends string>(of: Record<T, string>) => Object.keys(of).at(isGrave ? -1 : 0) as T;
  const end = (range: { min: number; max: number }) => (isGrave ? range.max : range.min);
  const group = {
    who: pick(RECIPIENT_TRUST),
    count: isGrave ? Infinity : 0,
    deletion: pick(RECIPIENT_DELETION),
  };
  return {
    ...Object.fromEntries(words),
    data: data.known ? data.value : isGrave ? every : [],
    how: how.known ? how.value : isGrave ? 'other' : 'device-lost-or-stolen',
    people: people.known ? end(people.value) : isGrave ? Infinity : 0,
    hours: hours.known ? end(hours.value) : isGrave ? Infinity : 0,
    recipients: recipients.known
      ? recipients.value.map(({ who, count, deletion }) => ({
          who: who ?? group.who,
          count: count === null ? group.count : end(count),
          deletion: deletion ?? group.deletion,
        }))
      : isGrave
        ? [group]
        : [],
  } as Supposed;
}
