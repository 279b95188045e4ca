import type { Incident, ScopeAnswer } from '@forthright/contract';
import { elementOf } from '../../assess/index.ts';
import { GROUP_OF } from '../compose/messages.ts';
import { datesIn } from './dates.ts';
import { MISSING } from './faults.ts';
import type { Compiled } from './rules.ts';
import type { Finding, Span } from './types.ts';

/** What is known: the incident file, and the answer of scope where there is one. */
export type Known = Readonly<{
  incident: Incident;
  answer?: ScopeAnswer | undefined;
  /** Figures of one person's notice, as it was computed. */
  figures?: readonly Figure[] | undefined;
}>;

/** Elements that a text of the language names. */
export type NamedFields = Readonly<{ elements: ReadonlySet<string> }>;

const found = (
  rule: keyof typeof MISSING,
  at: Span | null,
  words: string,
  more: Partial<Finding> = {},
): Finding => ({
  rule,
  at,
  words,
  ...MISSING[rule],
  ...more,
});

/** Every claim of a text that the facts contradict. */
export function claimsIn(
  text: string,
  rules: Compiled,
  known: Known,
  named: NamedFields,
  today: Date,
): Finding[] {
  return [
    ...(known.answer === undefined ? [] : numbers(text, rules, known.answer, known.figures ?? [])),
    ...days(text, rules.language, known, today),
    ...fields(known.incident, named),
  ];
}

export type Figure = Readonly<{ value: number; what: string }>;

/** The numbers among the facts that a person's notice says. */
export const figuresIn = (facts: readonly Readonly<{ fact: string; value: unknown }>[]): readonly Figure[] =>
  facts.flatMap(({ fact, value }) => (typeof value === 'number' ? [{ value, what: fact }] : []));

function figuresOf({ people, recipients, fields: byField }: ScopeAnswer): Figure[] {
  return [
    { value: people.exposed, what: 'people exposed' },
    { value: people.unknown, what: 'people of whom it can’t be told' },
    { value: people.min, what: 'people at least' },
    { value: people.max, what: 'people at most' },
    { value: people.addresses.exposed, what: 'addresses exposed' },
    { value: people.exposed + people.unknown, what: 'people exposed or unknown' },
    ...Object.entries(recipients.byClass).map(([kind, value]) => ({
      value,
      what: `recipients of class ${kind}`,
    })),
    ...[people.byCountry, people.byRegion].flatMap((places) =>
      Object.entries(places).map(([place, split]) => ({
        value: split.exposed,
        what: `people exposed in ${place}`,
      })),
    ),
    ...Object.entries(byField).map(([field, split]) => ({
      value: split.exposed,
      what: `people with ${field}`,
    })),
  ];
}

/** How many recipients there are of each class, over the whole incident or of this one person. */
export const recipientFigures = ({ answer, figures = [] }: Known): ReadonlySet<number> =>
  new Set([
    ...Object.values(answer?.recipients.byClass ?? {}),
    ...figures.flatMap(({ value, what }) => (what === 'number' ? [value] : [])),
  ]);

/** `35 000`, `35.000`, `35,000`, `35’000`: grouped by threes, or not at all. */
const NUMBER = /(?<![\d.,])\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3}){1,5}(?![\d])|(?<![\d.,])\d+(?![\d.,]*\d)/gu;
/** How far behind a number the word for people may stand. */
const REACH = 40;

function numbers(text: string, rules: Compiled, answer: ScopeAnswer, own: readonly Figure[]): Finding[] {
  const figures = [...figuresOf(answer), ...own];
  const findings: Finding[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const at = { from: match.index, to: match.index + match[0].length };
    const behind = text.slice(at.to, at.to + REACH).split(/[.;:!?。\n]{1}(?=\s|$)/u)[0] ?? '';
    rules.people.lastIndex = 0;
    if (!rules.people.test(behind)) continue;
    const value = Number(match[0].replace(/\D/g, ''));
    if (figures.some((figure) => figure.value === value)) continue;
    const near = figures
      .filter((f) => f.value > 0 && Math.abs(f.value - value) / f.value <= 0.25)
      .sort((a, b) => Math.abs(a.value - value) - Math.abs(b.value - value))[0];
    const exact = near ?? { value: answer.people.exposed, what: 'people exposed' };
    const isRound =
      near !== undefined && value >= 100 && value % 10 ** Math.max(1, String(value).length - 2) === 0;
    const better = `${exact.value.toLocaleString(rules.language)} (${exact.what})`;
    findings.push(
      found(isRound ? 'rounded' : 'wrong-number', at, match[0], {
        better,
        source: `the answer of scope, ${answer.run}`,
      }),
    );
  }
  return findings;
}

const DAY = 24 * 60 * 60 * 1000;

function days(text: string, language: string, { incident, answer }: Known, today: Date): Finding[] {
  const instants = [
    incident.aware,
    incident.occurred,
    incident.contained?.at,
    ...incident.leaks.flatMap((leak) => ('from' in leak ? [leak.from, leak.to] : [])),
    ...(answer === undefined
      ? []
      : [answer.seen.first, answer.seen.last, ...answer.gaps.flatMap((gap) => [gap.from, gap.to])]),
  ].flatMap((instant) => (instant == null ? [] : [Date.parse(instant)]));
  if (instants.length === 0) return [];
  const first = Math.min(...instants) - DAY;
  const last = Math.max(...instants);
  return datesIn(text, language).flatMap((date) => {
    // Later days are of the notice and of what was done since; those no answer knows.
    if (date.year === undefined) return [];
    const at = Date.UTC(date.year, date.month - 1, date.day);
    const isKnown = instants.some((instant) => Math.abs(instant - DAY / 2 - at) <= DAY);
    if (isKnown || at > last || (at >= first && at <= last) || at >= today.getTime()) return [];
    const better = [...new Set(instants.map((i) => new Date(i).toISOString().slice(0, 10)))]
      .sort()
      .join(', ');
    return [
      found('wrong-date', { from: date.from, to: date.to }, text.slice(date.from, date.to), {
        better: `days that are known: ${better}`,
      }),
    ];
  });
}

function fields(incident: Incident, { elements }: NamedFields): Finding[] {
  const exposed = new Set(
    incident.leaks.flatMap((leak) => leak.fields.map((field) => elementOf(field) ?? field)),
  );
  return [...exposed]
    .filter((element) => !elements.has(element))
    .map((element) => found('field-untold', null, '', { better: `say that ${element} was exposed` }));
}

/** Whether credentials are among what was exposed. */
export const hasCredentials = (incident: Incident): boolean =>
  incident.leaks.some((leak) =>
    leak.fields.some((field) => GROUP_OF[elementOf(field) ?? 'other'] === 'credentials'),
  );
