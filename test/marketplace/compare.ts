import type { ScopeAnswer } from '@forthright/contract';
import type { LeakTruth, Split, Truth } from './types.ts';

export type Difference = Readonly<{ figure: string; planted: unknown; answered: unknown }>;

/** Holds an answer against what was planted. Figures that the rules leave open are not asked. */
export function differencesOf(truth: Truth, leak: LeakTruth, answer: ScopeAnswer): Difference[] {
  const { people, recipients } = answer;
  const figures: [string, unknown, unknown][] = [
    ...(['exposed', 'unknown', 'clear', 'unidentified', 'min', 'max', 'possiblySelf'] as const).map(
      (name): [string, unknown, unknown] => [name, leak[name], people[name]],
    ),
    ['addresses', leak.addresses, people.addresses],
    ['countries', named(leak.byCountry), named(people.byCountry)],
    ['languages', named(leak.byLanguage), named(people.byLanguage)],
    ['recipients', leak.recipients, withoutNone(recipients.byClass)],
    ['unknown accounts', leak.unknownAccounts, recipients.unknownAccounts],
    ['views', leak.views, answer.views],
    ['first view', leak.first, answer.seen.first],
    ['last view', leak.last, answer.seen.last],
    [
      'the silent server',
      leak.kind === 'page' ? true : null,
      answer.gaps.some((gap) => coversPlanted(truth, gap)),
    ],
    ['gaps', leak.kind === 'page' ? 1 : 0, answer.gaps.length],
    ['regions', coded(leak.byRegion), coded(people.byRegion)],
    ['rejected lines', rejectedIn(truth, answer), answer.rejected.lines],
    ['people in the directory', truth.directory.people, answer.directory.people],
    ['people without a country', truth.directory.withoutCountry, answer.directory.withoutCountry],
  ];
  return figures
    .filter(([, planted, answered]) => planted !== null && textOf(planted) !== textOf(answered))
    .map(([figure, planted, answered]) => ({ figure, planted, answered }));
}

/** Codes only: under which key people without one stand is the answer's own affair. */
function named(splits: Record<string, Split>): Record<string, Split> {
  return Object.fromEntries(
    Object.entries(splits).filter(([name, s]) => /^[a-z]{2}$/i.test(name) && s.exposed + s.unknown > 0),
  );
}

/** States of the three countries whose law asks for them. */
function coded(splits: Record<string, Split>): Record<string, Split> {
  return Object.fromEntries(
    Object.entries(splits).filter(
      ([name, s]) => /^(US|CA|AU)-(?!unknown)/.test(name) && s.exposed + s.unknown > 0,
    ),
  );
}

/** Lines planted as unreadable in the files that the answer read. */
function rejectedIn({ files }: Truth, { evidence }: ScopeAnswer): number {
  const read = new Set(evidence.files.map((f) => f.path));
  return files.filter((f) => read.has(f.path)).reduce((n, f) => n + f.rejected, 0);
}

function withoutNone(counts: ScopeAnswer['recipients']['byClass']): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([kind, n]) => n > 0 && kind !== 'own'));
}

/** The log shows a silence from its last line before to its first line after: a little longer than planted. */
function coversPlanted({ gap }: Truth, found: ScopeAnswer['gaps'][number]): boolean {
  return found.unit === gap.series && found.from <= gap.from && found.to >= gap.to;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    v !== null && typeof v === 'object' && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
}
