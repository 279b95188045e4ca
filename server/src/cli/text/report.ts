import type { Report } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { clip, plural, wrap } from './words.ts';

const WIDTH = 96;
const INDENT = ' '.repeat(13);
const MOST_VALUE = 160;

function section(name: string, lines: readonly string[]): string[] {
  return lines.map(
    (line, i) => `${(i === 0 ? name : '').padEnd(INDENT.length)}${wrap(visible(line), WIDTH, INDENT)}`,
  );
}

/** What is filled in, what is missing and wrong, and what differs from the version before. */
export function reportText(report: Report): string {
  const { missing, wrong, sections, addressees, previous } = report;
  const filled = sections.flatMap(({ fields }) =>
    fields.flatMap(({ field, label, value }) =>
      value === null ? [] : [`${field} ${label}: ${clip(value.replaceAll('\n', ' '), MOST_VALUE)}`],
    ),
  );
  return `${[
    report.name,
    '─'.repeat(WIDTH),
    ...section('Version', [`${report.kind}, ${report.state}, by ${report.by}, ${report.at}`]),
    ...section('Template', [`${report.templateVersion}; ${report.status}`]),
    ...section(
      'To',
      addressees.map(({ name, country, why }) => `${name} (${country}): ${why}`),
    ),
    ...section('Filled', filled),
    ...section(
      'Missing',
      missing.map(({ field, label }) => `${field} ${label}`),
    ),
    ...section(
      'Wrong',
      wrong.map(({ field, label, message }) => `${field} ${label}: ${message}`),
    ),
    ...section('Changed', previous?.changes.map(({ field, label }) => `${field} ${label}`) ?? []),
    '',
    report.isReady
      ? 'Nothing is missing. A named person files it: no authority has an interface for that.'
      : `${plural(missing.length, 'field')} missing, ${wrong.length} wrong.`,
  ].join('\n')}\n`;
}
