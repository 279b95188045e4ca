import {
  type Answer,
  type AskedFactor,
  CITATIONS,
  type CitationId,
  EXEMPTIONS,
  type Fact,
  INCIDENT_NATURES,
  RECIPIENT_DELETION,
  RECIPIENT_TRUST,
  RISK_DATA,
  RISK_FACTOR_IDS,
  RISK_QUESTIONS,
  type RiskAnswer,
  type RiskReason,
  type Scored,
} from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { wrap } from './words.ts';

const WIDTH = 96;
const INDENT = ' '.repeat(13);

const PROPOSED: Readonly<Record<Answer | 'cannot-tell', string>> = {
  'register-only': 'record only: neither the authority nor the people need be told',
  'tell-authority': 'tell the authority',
  'tell-people': 'tell the authority, and the people too',
  'cannot-tell': 'can’t be told yet: facts are missing',
};

const cited = (cites: readonly CitationId[]): string => `[${cites.map((id) => CITATIONS[id][0]).join('; ')}]`;
const sentence = ({ text, cites }: RiskReason): string => `${visible(text)} ${cited(cites)}`;

function section(name: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? name : '').padEnd(INDENT.length)}${wrap(line, WIDTH, INDENT)}`);
}

function proposal({ proposal: p }: RiskAnswer): string[] {
  if (p.answer !== 'cannot-tell') return [PROPOSED[p.answer]];
  return [PROPOSED[p.answer], `At least: ${PROPOSED[p.atLeast]}. At most: ${PROPOSED[p.atMost]}.`];
}

const ASKED = { always: 'settles it', sometimes: 'may settle it', helps: 'helps' } as const;

const SHORT: Readonly<Record<Answer, string>> = {
  'register-only': 'record only',
  'tell-authority': 'authority',
  'tell-people': 'authority and people',
};

/** Answers that leave the same are told together. */
function leads({ ifAnswered }: AskedFactor): string {
  const byWhat = Map.groupBy(ifAnswered, ({ leaves }) => leaves.map((one) => SHORT[one]).join(', or '));
  return [...byWhat]
    .map(([what, answers]) => `${answers.map(({ answer }) => answer).join(', ')} → ${what}`)
    .join('; ');
}

function questions({ proposal: { questions: asked }, unmapped }: RiskAnswer): string[] {
  const named = unmapped.map(
    (field) => `Which kind of data is the field ${visible(field)}? (say it under fields)`,
  );
  return [
    ...named,
    ...asked.map((one) => `${one.asks} (${one.factor}; ${ASKED[one.settles]}) ${leads(one)}.`),
  ];
}

const range = ({ min, max }: { min: number; max: number }): string =>
  min === max ? `${min}` : `${min} to ${max}`;
const scoreLine = (name: string, s: Scored): string =>
  `${name} ${range(s)}: ${visible(s.why)}${s.setBy === undefined ? '' : ` (set by ${visible(s.setBy)})`}`;

function severity({ severity: s }: RiskAnswer): string[] {
  return [
    `${s.method} = ${range(s.se)}, ${s.bands.join(' or ')}; ${s.label}`,
    scoreLine('DPC', s.dpc),
    scoreLine('EI', s.ei),
    ...Object.entries(s.cb)
      .filter(([, one]) => one.max > 0)
      .map(([name, one]) => scoreLine(`CB ${name}`, one)),
    s.ignores,
  ];
}

function unnamed({ proposal: { restsOnOrdinary }, by }: RiskAnswer): string[] {
  if (restsOnOrdinary.length === 0) return [];
  return [
    `${visible(by)} did not name these, which decide too, and says that they are as they ordinarily are: ${restsOnOrdinary.join(', ')}.`,
  ];
}

/** The proposal with its reasons, what is asked, the nearest examples and the second opinion. */
export function riskText(answer: RiskAnswer): string {
  const { proposal: p } = answer;
  return `${[
    visible(answer.title ?? 'Risk of the breach'),
    '─'.repeat(WIDTH),
    ...section('Proposal', proposal(answer)),
    ...section('Because', p.reasons.map(sentence)),
    ...section('Advice', p.advice.map(sentence)),
    ...section('Missing', questions(answer)),
    ...section('Rests on', unnamed(answer)),
    ...section(
      'Nearest',
      p.nearest.map(
        ({ title, source, outcome, distance, differs }) =>
          `${title}: ${PROPOSED[outcome]} [${source}]; ${distance} apart${differs.length === 0 ? '' : ` in ${differs.join(', ')}`}`,
      ),
    ),
    ...section('Severity', severity(answer)),
    '',
    'A named person decides. This is no legal advice.',
  ].join('\n')}\n`;
}

const MOST_QUESTIONS = 5;

/** The same in short, for who wants the duties too: `forthright risk` and --json have all of it. */
export function riskLines(answer: RiskAnswer, decision: Fact): string[] {
  const { proposal: p } = answer;
  const asked = questions(answer);
  const more = asked.length - MOST_QUESTIONS;
  return [
    ...section('Severity', [
      `${answer.severity.method} = ${range(answer.severity.se)}, ${answer.severity.bands.join(' or ')}; ${answer.severity.label}`,
    ]),
    ...section('Proposal', proposal(answer)),
    ...section('Because', p.reasons.map(sentence)),
    ...section('Advice', p.advice.map(sentence)),
    ...section('Missing', [
      ...asked.slice(0, MOST_QUESTIONS),
      ...(more > 0 ? [`and ${more} more in --json; say what is known in a risk file, with --risk`] : []),
    ]),
    ...section('Rests on', unnamed(answer)),
    ...section('Decision', [decided(decision)]),
  ];
}

const decided = (decision: Fact): string =>
  decision.known
    ? `${decision.value}; ${visible(decision.source)}`
    : `none that counts. ${visible(decision.ask)}`;

const rows = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values).map(
    ([value, means]) => `  ${value.padEnd(22)}${wrap(means, WIDTH, ' '.repeat(24))}`,
  );

/** Every factor with its question and values: what may stand in a risk file. */
export function riskFactorsText(): string {
  const kinds = RISK_FACTOR_IDS.map((id) => {
    const { asks, cites, ...more } = RISK_QUESTIONS[id];
    const values = 'values' in more ? rows(more.values) : [];
    const ordinary = 'ordinary' in more ? `; ordinarily ${more.ordinary}` : '';
    return [`${id}: ${asks}`, `  ${cited(cites)}${ordinary}`, ...values].join('\n');
  });
  return `${[
    ...kinds,
    ['data: its kinds', ...rows(RISK_DATA)].join('\n'),
    ['recipients: who', ...rows(RECIPIENT_TRUST)].join('\n'),
    ['recipients: deletion', ...rows(RECIPIENT_DELETION)].join('\n'),
    ['exemptions, each with its reason', ...rows(EXEMPTIONS)].join('\n'),
    `how: one of\n${INDENT}${wrap(INCIDENT_NATURES.join(', '), WIDTH, INDENT)}`,
  ].join('\n\n')}\n`;
}
