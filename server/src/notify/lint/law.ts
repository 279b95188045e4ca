import type { DutyRule, Regime } from '@forthright/contract';
import { MISSING, type MissingRule } from './faults.ts';
import type { Finding, Span } from './types.ts';

/** A duty towards people, with the law that it stands in. */
export type LawfulDuty = Readonly<{ regime: Regime; duty: DutyRule }>;

/** What of a law's list is looked for, by words of the list. What none of these catches is for a person to look at. */
const LOOKED_FOR: readonly (readonly [words: RegExp, rule: MissingRule | 'headings'])[] = [
  [/headings?/i, 'headings'],
  [/nature of the breach|description of the|describe|what happened|circumstances/i, 'cause'],
  [/consequences|risk/i, 'consequences'],
  [/measures|steps (?:taken|the)|remed/i, 'measures'],
  [/contact (?:details|information|point)|telephone number|name and contact|how to reach/i, 'contact'],
  [
    /types? of (?:personal )?(?:information|data)|categories of|what data|which data|personal information (?:that|subject)/i,
    'fields',
  ],
  [/date|period|time frame/i, 'when'],
  [/advice|protect|guard against/i, 'advice'],
];

const CALIFORNIA = /"([^"]+)"/g;

/** Findings of one law: its list of contents, and what it forbids. `missing` holds the rules that already failed. */
export function lawFindings(
  { regime, duty }: LawfulDuty,
  text: string,
  missing: ReadonlySet<string>,
  spans: Readonly<{ number: Span | null; cause: Span | null }>,
): Finding[] {
  const source = `${duty.citation} (${regime.code}, confidence ${regime.confidence})`;
  const make = (rule: MissingRule, at: Span | null, reason: string, better: string): Finding => ({
    rule,
    severity: MISSING[rule].severity,
    at,
    words: at === null ? '' : text.slice(at.from, at.to),
    reason,
    source,
    better,
  });
  const findings: Finding[] = [];
  for (const item of duty.content) {
    const rule = LOOKED_FOR.find(([words]) => words.test(item))?.[1];
    if (rule === 'headings')
      for (const [, heading = ''] of item.matchAll(CALIFORNIA))
        if (!text.toLowerCase().includes(heading.toLowerCase()))
          findings.push(make('law-heading', null, MISSING['law-heading'].reason, `“${heading}”`));
    if (rule === undefined) findings.push(make('law-content', null, MISSING['law-content'].reason, item));
    else if (rule !== 'headings' && missing.has(rule))
      findings.push(
        make(rule, null, `The law asks for this, and it is not there: ${item}`, MISSING[rule].better),
      );
  }
  for (const item of duty.mustNot) {
    const at = /how many|number/i.test(item)
      ? spans.number
      : /nature|describe/i.test(item)
        ? spans.cause
        : null;
    if (at !== null)
      findings.push(
        make(
          'law-forbids',
          at,
          `${MISSING['law-forbids'].reason} It must not ${item}.`,
          'Leave it out for these residents.',
        ),
      );
  }
  return findings;
}
