import {
  ANSWERS,
  type Answer,
  type AskedFactor,
  type CitationId,
  type Exemption,
  RECIPIENT_DELETION,
  RECIPIENT_TRUST,
  type RecipientGroup,
  RISK_DATA,
  RISK_FACTOR_IDS,
  RISK_QUESTIONS,
  type RiskData,
  type RiskFactorId,
  type RiskFactors,
  type RiskProposal,
  type RiskReason,
  type RiskStatement,
  valuesOf,
} from '@forthright/contract';
import { FEW_RECIPIENTS } from './likelihood.rules.ts';
import {
  availability,
  confidentiality,
  integrity,
  LONG_HOURS,
  MANY_PEOPLE,
  outcomeOf,
} from './outcome.rules.ts';
import { suppose } from './suppose.rules.ts';
import type { Level } from './types.ts';

type Span = Readonly<{ min: Level; max: Level }>;
type Claims = Readonly<Partial<Record<Exemption, string>>>;
export type Proposed = Omit<RiskProposal, 'nearest'>;

const at = (level: Level): Answer => ANSWERS[level];

/** The least and the most that can come out, whatever the unknown factors turn out to be. */
export function spanOf(factors: RiskFactors): Span {
  return {
    min: outcomeOf(suppose(factors, 'harmless')).level,
    max: outcomeOf(suppose(factors, 'gravest')).level,
  };
}

const NO_SOURCE = { kind: 'stated', by: '' } as const;
const NUMBERS = (least: number, most: number) => [
  { min: least, max: most - 1 },
  { min: most, max: most },
];

/** What could be answered to a question, as it would be written in a risk file. */
function answersTo(factor: RiskFactorId, factors: RiskFactors): { answer: string; value: unknown }[] {
  const plain = (values: readonly string[]) => values.map((value) => ({ answer: value, value }));
  const ranges = (values: { min: number; max: number }[], unit: string) =>
    values.map((value) => ({
      answer:
        value.min === value.max ? `${value.min} ${unit} or more` : `fewer than ${value.max + 1} ${unit}`,
      value,
    }));
  switch (factor) {
    case 'data':
      return (Object.keys(RISK_DATA) as RiskData[]).map((one) => ({
        answer: `only ${one}`,
        value: [one],
      }));
    case 'how':
      return plain(['device-lost-or-stolen', 'other']);
    case 'people':
      return ranges(NUMBERS(1, MANY_PEOPLE), 'people');
    case 'hours':
      return ranges(NUMBERS(0, LONG_HOURS), 'hours');
    case 'recipients':
      return recipientAnswers(factors);
    default:
      return plain(valuesOf(factor as 'amount'));
  }
}

/** Each gap in each group filled in turn; nobody knows the groups: each kind of recipient alone. */
function recipientAnswers({ recipients }: RiskFactors): { answer: string; value: RecipientGroup[] }[] {
  const who = Object.keys(RECIPIENT_TRUST) as (keyof typeof RECIPIENT_TRUST)[];
  const deletion = Object.keys(RECIPIENT_DELETION) as (keyof typeof RECIPIENT_DELETION)[];
  if (!recipients.known)
    return who.map((one) => ({ answer: `only ${one}`, value: [{ who: one, count: null, deletion: null }] }));
  return recipients.value.flatMap((group, i) => {
    const filled = (change: Partial<RecipientGroup>, answer: string) => ({
      answer: recipients.value.length > 1 ? `group ${i + 1}: ${answer}` : answer,
      value: recipients.value.with(i, { ...group, ...change }),
    });
    return [
      ...(group.who === null ? who.map((one) => filled({ who: one }, one)) : []),
      ...(group.count === null || straddles(group.count, FEW_RECIPIENTS + 1)
        ? [
            filled({ count: { min: 1, max: FEW_RECIPIENTS } }, `at most ${FEW_RECIPIENTS} recipients`),
            filled(
              { count: { min: FEW_RECIPIENTS + 1, max: FEW_RECIPIENTS + 1 } },
              `more than ${FEW_RECIPIENTS} recipients`,
            ),
          ]
        : []),
      ...(group.deletion === null ? deletion.map((one) => filled({ deletion: one }, `deletion ${one}`)) : []),
    ];
  });
}

/** The number decides something only where it lies on both sides of a line. */
const straddles = ({ min, max }: { min: number; max: number }, line: number): boolean =>
  min < line && max >= line;

/** What is not known of a group and could matter: of thieves nobody asks whether they deleted it. */
function isGroupOpen({ who, count, deletion }: RecipientGroup): boolean {
  if (who === null) return true;
  if (who === 'trusted') return deletion === null;
  if (who !== 'mistaken') return false;
  return deletion === null || count === null || straddles(count, FEW_RECIPIENTS + 1);
}

function isOpen(factor: RiskFactorId, factors: RiskFactors): boolean {
  const { recipients, people, hours } = factors;
  if (!factors[factor].known) return true;
  if (factor === 'recipients') return recipients.known && recipients.value.some(isGroupOpen);
  if (factor === 'people') return people.known && straddles(people.value, MANY_PEOPLE);
  return factor === 'hours' && hours.known && straddles(hours.value, LONG_HOURS);
}

const KINDS = { confidentiality, integrity, availability } as const;
type Kind = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS) as Kind[];

/** What one kind of breach can come to, supposing that it is one: beside a graver kind an answer would be hidden. */
function spanOfKind(kind: Kind, factors: RiskFactors): Span {
  const so = { ...factors, [kind]: { known: true, value: 'yes', source: NO_SOURCE } };
  return { min: KINDS[kind](suppose(so, 'harmless')).level, max: KINDS[kind](suppose(so, 'gravest')).level };
}

const narrows = (then: Span, from: Span): boolean => then.min > from.min || then.max < from.max;

/** Which factors bear on which kind of breach. */
const BEARS: Readonly<Record<Kind, readonly RiskFactorId[]>> = {
  confidentiality: [
    ...['data', 'amount', 'credentialsStored', 'credentialsOpen', 'lessened', 'identification'],
    ...['persons', 'controller', 'people', 'recipients', 'reached', 'misuse', 'protection', 'malice', 'how'],
    'hours',
  ] as RiskFactorId[],
  integrity: ['altered', 'effect', 'service', 'malice'],
  availability: [
    ...['restore', 'effect', 'service', 'data', 'amount', 'credentialsStored', 'credentialsOpen'],
    ...['controller', 'persons'],
  ] as RiskFactorId[],
};

type Option = Readonly<{ answer: string; span: Span; helps: boolean }>;
function asQuestion(factor: RiskFactorId, options: readonly Option[]): AskedFactor {
  const settled = options.filter(({ span }) => span.min === span.max).length;
  const { asks, why } = RISK_QUESTIONS[factor];
  return {
    factor,
    asks,
    why,
    settles: settled === options.length ? 'always' : settled > 0 ? 'sometimes' : 'helps',
    ifAnswered: options.map(({ answer, span }) => ({
      answer,
      leaves: ANSWERS.filter((_, i) => i >= span.min && i <= span.max),
    })),
  };
}

const shareSettled = ({ ifAnswered }: AskedFactor): number =>
  ifAnswered.filter(({ leaves }) => leaves.length === 1).length / ifAnswered.length;

/**
 * The questions whose answers would bring the proposal closer, for all kinds of breach that may be: those that settle
 * it first. Where only several answers together would, all that bear on it are asked.
 */
export function questionsOf(factors: RiskFactors, span = spanOf(factors)): AskedFactor[] {
  if (span.min === span.max) return [];
  const possible = KIND_NAMES.filter((kind) => !(factors[kind].known && factors[kind].value === 'no'))
    .map((kind) => ({ kind, from: spanOfKind(kind, factors) }))
    .filter(({ from }) => from.max > span.min);
  const bearing = new Set<RiskFactorId>(possible.flatMap(({ kind }) => [kind, ...BEARS[kind]]));
  const open = RISK_FACTOR_IDS.filter((factor) => bearing.has(factor) && isOpen(factor, factors));
  const asked = open.map((factor) => {
    const options = answersTo(factor, factors).map(({ answer, value }): Option => {
      const so = { ...factors, [factor]: { known: true, value, source: NO_SOURCE } } as RiskFactors;
      const after = spanOf(so);
      const helps =
        narrows(after, span) || possible.some(({ kind, from }) => narrows(spanOfKind(kind, so), from));
      return { answer, span: after, helps };
    });
    const helps = options.some((one) => one.helps) || possible.some(({ kind }) => kind === factor);
    return { question: asQuestion(factor, options), helps };
  });
  const helpful = asked.filter(({ helps }) => helps);
  return (helpful.length > 0 ? helpful : asked)
    .map(({ question }) => question)
    .toSorted((a, b) => shareSettled(b) - shareSettled(a));
}

const CONCLUSION: Readonly<Record<Answer, Readonly<{ text: string; cites: CitationId[] }>>> = {
  'register-only': {
    text: 'So a risk to people is unlikely: neither the authority nor the people need be told, but the breach, its effects and these reasons are to be recorded.',
    cites: ['gdpr-33-1', 'gdpr-33-5'],
  },
  'tell-authority': {
    text: 'So a risk to people can’t be called unlikely, but it is not likely to be high: the authority is to be told.',
    cites: ['gdpr-33-1', 'recital-85'],
  },
  'tell-people': {
    text: 'So a high risk to people is likely: the authority is to be told, and the people too.',
    cites: ['gdpr-33-1', 'gdpr-34-1', 'recital-86'],
  },
};

/**
 * Reasons that hold whatever the unknown factors are: of the gravest supposition for "no risk is likely", of the most
 * harmless one for a risk. A reason that speaks of an unknown factor says so.
 */
function settledReasons(level: Level, factors: RiskFactors): RiskReason[] {
  const found = outcomeOf(suppose(factors, level === 0 ? 'gravest' : 'harmless'));
  const said = found.reasons.map((one) => {
    const open = one.factors.filter((factor) => isOpen(factor, factors));
    return open.length === 0
      ? one
      : { ...one, text: `Even at the ${level === 0 ? 'worst' : 'best'}: ${one.text}` };
  });
  return [...said, { ...CONCLUSION[at(level)], factors: [] }];
}

function openReasons(span: Span, factors: RiskFactors): RiskReason[] {
  const best = outcomeOf(suppose(factors, 'harmless'));
  const isKnown = ({ factors: on }: RiskReason) => !on.some((factor) => isOpen(factor, factors));
  const sure = best.reasons.filter(isKnown);
  const text =
    span.min === 0
      ? 'Whether a risk is likely depends on facts that are missing.'
      : 'The authority is to be told whatever the missing facts are; whether the risk is high depends on them.';
  return [
    ...sure,
    { text, cites: span.min === 0 ? ['gdpr-33-1', 'recital-76'] : ['gdpr-33-1', 'gdpr-34-1'], factors: [] },
    {
      text: 'The clock does not wait for them: what is missing may follow in phases, and in doubt it is safer to tell the authority.',
      cites: ['gdpr-33-4', 'recital-87', 'edpb-9-2022-phases', 'edpb-9-2022-factors'],
      factors: [],
    },
  ];
}

/** Art. 34(3)(b): a high risk that is no longer likely. What somebody claims, with their reason. */
function exempted(claims: Claims): RiskReason | undefined {
  const why = claims['later-measures'];
  if (why === undefined) return undefined;
  return {
    text: `It is claimed that measures taken since make the high risk no longer likely, so that the people need not be told; the controller must be able to show it: ${why}`,
    cites: ['gdpr-34-3-b', 'gdpr-5-2', 'edpb-9-2022-exempt'],
    factors: [],
  };
}

/** What is wise beside the proposal; nothing follows from one that can’t be told. */
function adviceOn(span: Span, factors: RiskFactors, { role }: Pick<RiskStatement, 'role'>, claims: Claims) {
  const advice: RiskReason[] = [];
  const say = (text: string, cites: CitationId[], on: RiskFactorId[] = []) =>
    advice.push({ text, cites, factors: on });
  if (role === 'processor')
    say(
      'A processor does not weigh the risk: it tells each controller without undue delay, and each controller assesses.',
      ['gdpr-33-2'],
    );
  const { malice } = factors;
  const isOnly = (level: Level): boolean => span.min === level && span.max === level;
  if (isOnly(1) && malice.known && malice.value !== 'none')
    say(
      'Though the law does not ask for it, telling the people may be wise: somebody meant it.',
      ['edpb-1-2021-human'],
      ['malice'],
    );
  if (isOnly(2)) {
    say('Tell all whom the high risk concerns, not only those whom it hits hardest.', [
      'gdpr-34-1',
      'edpb-1-2021-social',
    ]);
    if (claims['disproportionate-effort'] !== undefined)
      say(
        `Where telling each person takes disproportionate effort, a public communication that is equally effective takes its place; it is claimed: ${claims['disproportionate-effort']}`,
        ['gdpr-34-3-c', 'edpb-9-2022-exempt'],
      );
  }
  return advice;
}

/** Factors that nobody named and that would, if they were otherwise, change what is proposed. */
function ordinaryThatMatter(factors: RiskFactors, span: Span): RiskFactorId[] {
  return RISK_FACTOR_IDS.filter((id) => {
    const factor = factors[id];
    if (!factor.known || factor.source.kind !== 'ordinary') return false;
    const without = spanOf({ ...factors, [id]: { known: false } });
    return without.min !== span.min || without.max !== span.max;
  });
}

/**
 * What is proposed to whoever decides. A definite proposal holds for every value that its unknown factors can have;
 * else it can't be told, with the questions that would settle it. Promises that a graver factor never lowers it and that
 * an answer to a question never contradicts a definite proposal. An exemption of Art. 34(3) counts only as claimed.
 */
export function propose(
  factors: RiskFactors,
  about: Pick<RiskStatement, 'role' | 'exemptions'> = { role: 'controller', exemptions: {} },
): Proposed {
  const risk = spanOf(factors);
  const exemption = risk.max === 2 ? exempted(about.exemptions) : undefined;
  const span: Span =
    exemption === undefined
      ? risk
      : { min: Math.min(risk.min, 1) as Level, max: Math.min(risk.max, 1) as Level };
  const isDefinite = span.min === span.max;
  const isClear = risk.min === risk.max;
  const reasons = isClear ? settledReasons(risk.min, factors) : openReasons(risk, factors);
  return {
    answer: isDefinite ? at(span.min) : 'cannot-tell',
    atLeast: at(span.min),
    atMost: at(span.max),
    reasons: exemption === undefined ? reasons : [...reasons, exemption],
    questions: isDefinite ? [] : questionsOf(factors, risk),
    advice: adviceOn(span, factors, about, about.exemptions),
    restsOnOrdinary: ordinaryThatMatter(factors, risk),
  };
}
