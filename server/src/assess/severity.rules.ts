import {
  type RiskData,
  type RiskFactorId,
  type RiskFactors,
  type RiskStatement,
  type Scored,
  SEVERITY_BANDS,
  type SeverityBand,
  type SeverityOpinion,
  type SeverityPart,
} from '@forthright/contract';
import { suppose } from './suppose.rules.ts';
import type { Supposed } from './types.ts';

/**
 * ENISA, Recommendations for a methodology of the assessment of severity of personal data breaches, v1.0, December 2013:
 * SE = DPC × EI + CB. The method leaves its scores to whoever judges; which of our factors leads to which score is ours,
 * and each can be set otherwise with a reason.
 */

type Score = Readonly<{ score: number; why: string }>;
const scored = (score: number, why: string): Score => ({ score, why });
const gravest = (scores: readonly Score[]): Score => scores.reduce((a, b) => (b.score > a.score ? b : a));

type Group = 'simple' | 'behavioural' | 'financial' | 'sensitive';
const GROUP: Readonly<Record<Exclude<RiskData, 'credentials'>, Group>> = {
  contact: 'simple',
  contract: 'simple',
  image: 'simple',
  'birth-date': 'simple',
  'id-number': 'simple',
  'id-document': 'simple',
  career: 'simple',
  behaviour: 'behavioural',
  location: 'behavioural',
  communications: 'behavioural',
  'account-number': 'financial',
  financial: 'financial',
  payment: 'financial',
  'special-hint': 'sensitive',
  special: 'sensitive',
  criminal: 'sensitive',
  secret: 'sensitive',
};

function simple({ amount, controller, persons }: Supposed): Score {
  if (persons === 'protected')
    return scored(4, 'simple data; the safety of the people hangs on it (basic score 1, raised by 3)');
  if (controller === 'shows-sensitive')
    return scored(3, 'simple data; the controller allows sensitive assumptions (basic score 1, raised by 2)');
  if (amount === 'much' || controller === 'shows-status' || persons !== 'none')
    return scored(
      2,
      'simple data; its volume, the controller or the people allow more (basic score 1, raised by 1)',
    );
  return scored(1, 'simple data (basic score 1)');
}

function behavioural({ amount, controller }: Supposed): Score {
  if (controller === 'shows-sensitive')
    return scored(4, 'behavioural data; a profile of sensitive data (basic score 2, raised by 2)');
  const byAmount = { little: 1, some: 2, much: 3 } as const;
  return scored(byAmount[amount], `behavioural data, ${amount} of it (basic score 2)`);
}

function financial(category: RiskData, { amount, lessened }: Supposed): Score {
  if (lessened !== 'no')
    return scored(1, 'financial data that is no longer valid or was public (basic score 3)');
  if (category === 'payment')
    return scored(4, 'whole means of payment, fit for fraud (basic score 3, raised by 1)');
  if (category === 'account-number') return scored(2, 'a bare account number (basic score 3, lowered by 1)');
  const byAmount = { little: 2, some: 3, much: 4 } as const;
  return scored(byAmount[amount], `financial data, ${amount} of it (basic score 3)`);
}

function sensitive(category: RiskData, { amount }: Supposed): Score {
  if (category === 'special-hint')
    return amount === 'little'
      ? scored(1, 'a detail that allows hardly an assumption (basic score 4, lowered by 3)')
      : scored(2, 'details that allow general assumptions only (basic score 4, lowered by 2)');
  return amount === 'little'
    ? scored(3, 'sensitive data of little insight (basic score 4, lowered by 1)')
    : scored(4, 'sensitive data (basic score 4)');
}

/** Credentials are no group of their own: they score as what they open. */
function credentials({ credentialsStored, credentialsOpen }: Supposed): Score {
  if (credentialsStored === 'strong-hash') return scored(1, 'credentials that can’t be read back');
  const opens = { little: 1, profile: 2, 'money-or-sensitive': 4 } as const;
  return scored(opens[credentialsOpen], `credentials, scored as what they open: ${credentialsOpen}`);
}

function ofCategory(category: RiskData, s: Supposed): Score {
  if (category === 'credentials') return credentials(s);
  const group = GROUP[category];
  const found = {
    simple: () => simple(s),
    behavioural: () => behavioural(s),
    financial: () => financial(category, s),
    sensitive: () => sensitive(category, s),
  }[group]();
  const isPublic = s.lessened !== 'no' && group !== 'financial' && found.score > 1;
  return isPublic ? scored(found.score - 1, `${found.why}; outdated or public before (lowered by 1)`) : found;
}

/** The score of each kind of data; the highest counts. Data of which nobody knows what it is scores from 1 to 4. */
const dpc = (s: Supposed): Score =>
  s.data.length === 0
    ? scored(1, 'the least that the method knows')
    : gravest(s.data.map((category) => ofCategory(category, s)));

const EI: Readonly<Record<Supposed['identification'], number>> = {
  negligible: 0.25,
  limited: 0.5,
  significant: 0.75,
  maximum: 1,
};
const ei = ({ identification }: Supposed): Score =>
  scored(EI[identification], `ease of identification: ${identification}`);

function cbConfidentiality(s: Supposed): Score {
  if (s.confidentiality === 'no') return scored(0, 'no loss of confidentiality');
  if (s.protection === 'intact') return scored(0, 'unreadable, and the key is safe');
  if (s.reached === 'not-reached' || s.recipients.length === 0)
    return scored(0, 'no evidence that anybody got it');
  const isThing =
    s.how === 'device-lost-or-stolen' || s.how === 'paper-lost-or-stolen' || s.how === 'e-waste';
  if (isThing && s.misuse === 'none' && s.recipients.every(({ who }) => who === 'unidentified'))
    return scored(0, 'a lost or stolen thing, without evidence that anybody used the data');
  const isKnown = s.recipients.every(({ who }) => who === 'trusted' || who === 'mistaken');
  return isKnown
    ? scored(0.25, 'disclosed to known recipients')
    : scored(0.5, 'disclosed to an unknown number of recipients, or taken on purpose');
}
function cbIntegrity({ integrity, altered }: Supposed): Score {
  if (integrity === 'no') return scored(0, 'no loss of integrity');
  const points = { restored: 0, 'possibly-used': 0.25, used: 0.5 } as const;
  return scored(points[altered], `altered data: ${altered}`);
}
function cbAvailability({ availability, restore }: Supposed): Score {
  if (availability === 'no') return scored(0, 'no loss of availability');
  const points = { prompt: 0, delayed: 0.25, lost: 0.5 } as const;
  return scored(points[restore], `restored: ${restore}`);
}
const cbMalice = ({ malice }: Supposed): Score =>
  malice === 'none' ? scored(0, 'no sign of intent') : scored(0.5, `intent: ${malice}`);

const PARTS: Readonly<
  Record<SeverityPart, Readonly<{ of: (s: Supposed) => Score; factors: RiskFactorId[] }>>
> = {
  dpc: {
    of: dpc,
    factors: ['data', 'amount', 'controller', 'persons', 'lessened', 'credentialsStored', 'credentialsOpen'],
  },
  ei: { of: ei, factors: ['identification'] },
  confidentiality: {
    of: cbConfidentiality,
    factors: ['confidentiality', 'recipients', 'reached', 'protection', 'how', 'misuse'],
  },
  integrity: { of: cbIntegrity, factors: ['integrity', 'altered'] },
  availability: { of: cbAvailability, factors: ['availability', 'restore'] },
  malice: { of: cbMalice, factors: ['malice'] },
};

/** From 0.25 × 1 + 0 to 4 × 1 + 0.5 × 4. The bands are the method's own. */
export function bandOf(se: number): SeverityBand {
  if (se < 2) return 'low';
  if (se < 3) return 'medium';
  return se < 4 ? 'high' : 'very-high';
}

type Set = RiskStatement['severity'];

/**
 * The second opinion: a range where factors are unknown, and what somebody set with a reason instead of what the factors
 * say. The method ignores the number of people and how long it lasted, and knows no duty to tell anybody.
 */
export function severityOf(factors: RiskFactors, set: Set = {}, by = ''): SeverityOpinion {
  const [low, high] = [suppose(factors, 'harmless'), suppose(factors, 'gravest')];
  const part = (name: SeverityPart): Scored => {
    const { of, factors: on } = PARTS[name];
    const given = set[name];
    if (given !== undefined)
      return { min: given.score, max: given.score, why: given.why, factors: [], setBy: by };
    const [from, to] = [of(low), of(high)];
    const why = from.score === to.score ? to.why : `from: ${from.why}; to: ${to.why}`;
    return { min: Math.min(from.score, to.score), max: Math.max(from.score, to.score), why, factors: on };
  };
  const [d, e] = [part('dpc'), part('ei')];
  const cb = {
    confidentiality: part('confidentiality'),
    integrity: part('integrity'),
    availability: part('availability'),
    malice: part('malice'),
  };
  const sum = (end: 'min' | 'max') =>
    d[end] * e[end] + Object.values(cb).reduce((points, one) => points + one[end], 0);
  const se = { min: sum('min'), max: sum('max') };
  const [first, last] = [SEVERITY_BANDS.indexOf(bandOf(se.min)), SEVERITY_BANDS.indexOf(bandOf(se.max))];
  const { people, protection } = factors;
  return {
    label: 'second opinion: not a legal test',
    method: 'ENISA 2013: SE = DPC × EI + CB',
    dpc: d,
    ei: e,
    cb,
    se,
    bands: SEVERITY_BANDS.slice(first, last + 1),
    flags: [
      ...(people.known && people.value.min > 100 ? (['over-100-people'] as const) : []),
      ...(protection.known && protection.value === 'intact' ? (['unintelligible'] as const) : []),
    ],
    ignores: 'The method ignores the number of people (a flag only) and how long the data could be reached.',
  };
}
