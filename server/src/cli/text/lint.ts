import { visible } from '../../kernel/index.ts';
import type { Finding, LintReport } from '../../notify/index.ts';
import { clip, plural, wrap } from './words.ts';

const WIDTH = 96;
const INDENT = ' '.repeat(10);

/** Line and column of a position, from 1. */
function placeOf(text: string, from: number): string {
  const before = text.slice(0, from).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Each finding with its words, the reason, the source and a better wording. */
export function lintText(report: LintReport, name: string): string {
  const { errors, warnings, ease, spam, laws } = report;
  const line = (text: string) => wrap(visible(text), WIDTH, INDENT);
  const one = ({ severity, rule, at, words, reason, source, better }: Finding): string[] => [
    `${severity.padEnd(INDENT.length)}${rule}${at === null ? '' : ` at ${placeOf(report.text, at.from)}`}${words === '' ? '' : `  “${visible(clip(words.replace(/\s+/g, ' '), 100))}”`}`,
    `${INDENT}${line(reason)}`,
    ...(better === '' ? [] : [`${INDENT}${line(`Better: ${better}`)}`]),
    `${INDENT}${line(`Source: ${source}`)}`,
    '',
  ];
  return `${[
    `${visible(name)}  ${report.kind}, ${report.language}, held to ${laws.join(', ') || 'no law'}`,
    '',
    ...report.findings.flatMap(one),
    ease === null
      ? 'Reading ease: no formula for this language or this length.'
      : `Reading ease: ${ease.formula}: ${ease.value} (wanted: ${ease.wanted}).`,
    spam.asked
      ? `SpamAssassin: ${spam.score} (${spam.rules.join(', ') || 'no rule'}).`
      : `SpamAssassin was not asked: ${spam.why}.`,
    `${plural(errors, 'error')}, ${plural(warnings, 'warning')}.`,
  ].join('\n')}\n`;
}
