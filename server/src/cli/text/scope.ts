import type { ScopeAnswer } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { clip, duration, moment, number, plural, wrap } from './words.ts';

const WIDTH = 96;
const INDENT = ' '.repeat(13);
const MOST = 5;

const CLASS_WORDS: Record<keyof ScopeAnswer['recipients']['byClass'], [string, string]> = {
  customer: ['customer', 'customers'],
  anonymous: ['visitor without account', 'visitors without account'],
  crawler: ['crawler', 'crawlers'],
  seller: ['seller', 'sellers'],
  employee: ['employee', 'employees'],
  contractor: ['contractor or vendor', 'contractors or vendors'],
  thirdParty: ['third party', 'third parties'],
  own: ['own monitor (no exposure)', 'own monitors (no exposure)'],
};

/** The six answers on one screen. */
export function scopeText(answer: ScopeAnswer): string {
  const title = clip(visible(answer.title), WIDTH - 2);
  return `${[
    title,
    `${'─'.repeat(WIDTH)}`,
    ...section('How many', howMany(answer)),
    ...section('What', what(answer)),
    ...section('Where', where(answer)),
    ...section('To whom', toWhom(answer)),
    ...section('How long', howLong(answer)),
    ...section('Not shown', notShown(answer)),
    ...section('Evidence', evidence(answer)),
    ...notes(answer),
  ].join('\n')}\n`;
}

function section(name: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${(i === 0 ? name : '').padEnd(INDENT.length)}${wrap(line, WIDTH, INDENT)}`);
}

function howMany({ people }: ScopeAnswer): string[] {
  const width = Math.max(
    ...[people.exposed, people.unknown, people.clear, people.max].map((n) => number(n).length),
  );
  const row = (n: number, words: string) => `${number(n).padStart(width)}  ${words}`;
  const lines = [
    row(people.exposed, 'exposed: somebody else saw their data'),
    row(people.unknown, 'unknown: the logs have gaps in which it may have been seen'),
    row(people.clear, 'clear'),
  ];
  if (people.unidentified > 0)
    lines.push(row(people.unidentified, 'unidentified: in the data, but not in the customer directory'));
  lines.push(`So at least ${number(people.min)} and at most ${number(people.max)} people.`);
  const split = ranked(people.byCountry);
  if (split.length > 0) lines.push(`By country (exposed + unknown): ${split}`);
  const states = ranked(people.byRegion, 6);
  if (states.length > 0) lines.push(`By state: ${states}`);
  return lines;
}

function ranked(table: Record<string, { exposed: number; unknown: number }>, most = 7): string {
  const rows = Object.entries(table).sort(
    ([a, x], [b, y]) => y.exposed - x.exposed || y.unknown - x.unknown || (a < b ? -1 : 1),
  );
  const shown = rows
    .slice(0, most)
    .map(([name, s]) => `${name} ${number(s.exposed)}${s.unknown > 0 ? ` + ${number(s.unknown)}` : ''}`);
  const rest = rows.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

function what({ fields, combinations }: ScopeAnswer): string[] {
  const each = Object.entries(fields).map(
    ([name, s]) =>
      `${visible(name)} of ${number(s.exposed)}${s.unknown > 0 ? ` (perhaps ${number(s.unknown)} more)` : ''}`,
  );
  const together = combinations
    .slice(0, MOST)
    .map((c) => `${visible(c.fields.join(' + '))}: ${number(c.people)}`);
  return [each.join(', '), ...(together.length > 0 ? [`Together: ${together.join('; ')}`] : [])];
}

function where({ where: places }: ScopeAnswer): string[] {
  const lines = [`${plural(places.items, 'item')} seen`];
  const most = places.pages
    .slice(0, 3)
    .map((p) => `${clip(visible(p.name), 40)} (${plural(p.views, 'view')})`);
  if (most.length > 0) lines[0] += `; most often ${most.join(', ')}`;
  if (places.hosts.length > 0)
    lines.push(
      `On ${places.hosts
        .slice(0, MOST)
        .map((h) => `${visible(h.name)} (${plural(h.people, 'person', 'people')})`)
        .join(', ')}`,
    );
  return lines;
}

function toWhom({ recipients, leaks, views }: ScopeAnswer): string[] {
  const { own, ...others } = recipients.byClass;
  const classes = Object.entries(others).filter(([, n]) => n > 0) as [keyof typeof CLASS_WORDS, number][];
  if (classes.length === 0) return [leaks.length > 0 ? 'No recipient is known.' : ''];
  const lines = [
    `${classes.map(([name, n]) => plural(n, ...CLASS_WORDS[name])).join(', ')}; ${plural(views, 'view')} in all`,
  ];
  const crawlers = recipients.crawlers
    .slice(0, MOST)
    .map((c) => `${visible(c.name)} ${plural(c.people, 'person', 'people')}`);
  if (crawlers.length > 0)
    lines.push(`Crawlers: ${crawlers.join(', ')}${recipients.crawlers.length > MOST ? ', …' : ''}`);
  const top = recipients.top
    .slice(0, 3)
    .map((r) => `${clip(visible(r.viewer), 34)} saw ${plural(r.people, 'person', 'people')}`);
  if (top.length > 0) lines.push(`Most: ${top.join('; ')}`);
  if (own > 0) lines.push(`${plural(own, 'own monitor')} as well: no exposure`);
  return lines;
}

const BARS = '▁▂▃▄▅▆▇█';

function howLong({ window, seen, histogram }: ScopeAnswer): string[] {
  const lines: string[] = [];
  if (window.from !== null && window.to !== null) {
    lines.push(
      `Believed: ${moment(window.from)} to ${moment(window.to)} UTC (${duration(Date.parse(window.to) - Date.parse(window.from))})`,
    );
  }
  lines.push(
    seen.first === null || seen.last === null
      ? 'No log shows when somebody else saw something.'
      : `Seen:     ${moment(seen.first)} to ${moment(seen.last)} UTC`,
  );
  if (window.from !== null && window.to !== null && histogram.bins.length > 0)
    lines.push(spark(histogram, window.from, window.to));
  return lines;
}

/** Views over the window, one mark a column; a column without any view stays blank. */
function spark({ bins }: ScopeAnswer['histogram'], from: string, to: string): string {
  const columns = 60;
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const sums = new Array<number>(columns).fill(0);
  for (const bin of bins) {
    const i = Math.min(
      columns - 1,
      Math.max(0, Math.floor(((Date.parse(bin.at) - start) / (end - start)) * columns)),
    );
    sums[i] = (sums[i] ?? 0) + bin.views;
  }
  const most = Math.max(...sums);
  return `Views:    ${sums.map((n) => (n === 0 ? ' ' : BARS[Math.min(7, Math.floor((n / most) * 7.999))])).join('')}|`;
}

function notShown({ gaps, rejected }: ScopeAnswer): string[] {
  const lines = gaps.slice(0, MOST).map((gap) => {
    const length = duration(Date.parse(gap.to) - Date.parse(gap.from));
    return `${visible(gap.unit === '' ? gap.log : gap.unit)}: ${moment(gap.from)} to ${moment(gap.to).slice(-8)} UTC (${length}), ${visible(gap.detail)}: ${plural(gap.unknown, 'person', 'people')} unknown`;
  });
  if (gaps.length > MOST) lines.push(`and ${plural(gaps.length - MOST, 'more gap')} (see --json)`);
  if (rejected.lines > 0) {
    const [first] = rejected.samples;
    lines.push(
      `${plural(rejected.lines, 'line')} could not be read${first === undefined ? '' : `, such as ${visible(first.file)}:${first.line}`}`,
    );
  }
  return lines.length > 0 ? lines : ['No gap found, every line read.'];
}

function evidence({ evidence: { files, query }, run }: ScopeAnswer): string[] {
  const bytes = files.reduce((n, f) => n + f.bytes, 0);
  const lines = files.reduce((n, f) => n + (f.lines ?? 0), 0);
  return [
    `${plural(files.length, 'file')}, ${number(Math.round(bytes / 1e6))} MB, ${plural(lines, 'log line')}; each with its SHA-256 in --json and --out`,
    `${run}  (the same evidence gives the same run; query ${query.version}.${query.sha256.slice(0, 8)})`,
  ];
}

function notes({ cautions, tasks }: ScopeAnswer): string[] {
  if (cautions.length + tasks.length === 0) return [];
  const told = (mark: string, text: string) => `${mark} ${wrap(visible(text), WIDTH, '  ')}`;
  const [first] = tasks;
  const more = tasks.length > 1 ? ` (${plural(tasks.length - 1, 'more task')} like it in --json)` : '';
  return [
    '',
    ...cautions.map((c) => told('!', c.text)),
    ...(first === undefined ? [] : [told('→', `${first.text}${more}`)]),
  ];
}
