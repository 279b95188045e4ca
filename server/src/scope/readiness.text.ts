import {
  type Could,
  LEAK_KINDS,
  type LogReadiness,
  type Readiness,
  type ReadinessFinding,
  type Verdict,
} from '@forthright/contract';
import { visible } from '../kernel/index.ts';

const WIDTH = 100;
const MOST_FINDINGS = 5;
const MOST_TODOS = 5;
const FINE: Record<Could, string> = {
  yes: 'nothing stands in the way',
  partly: '',
  no: '',
};
const MARK: Record<ReadinessFinding['level'], string> = { problem: '✗', warning: '!', note: '·' };
const count = (x: number) => x.toLocaleString('en-GB');
const days = (x: number) => `${Math.round(x * 10) / 10} ${Math.round(x * 10) === 10 ? 'day' : 'days'}`;

/** One calm screen: each kind of leak, what was found by source, and what to do first. */
export function readinessText(answer: Readiness): string {
  return [
    `Could a leak at ${visible(answer.organisation)} be scoped with today's logs?`,
    '',
    ...LEAK_KINDS.flatMap((kind) =>
      kindLines(
        kind,
        answer.verdicts.filter((v) => v.kind === kind),
      ),
    ),
    ...answer.logs.flatMap((log) => ['', ...logLines(log), ...findingLines(answer, [`logs.${log.log}`])]),
    ...tableLines(answer),
    ...firstLines(answer),
    '',
  ].join('\n');
}

/** Logs with the same verdict for the same reason share a line. */
function kindLines(kind: string, verdicts: readonly Verdict[]): string[] {
  const groups = new Map<string, { verdict: Verdict; logs: string[] }>();
  for (const verdict of verdicts) {
    const key = `${verdict.could}\0${firstReason(verdict)}`;
    const group = groups.get(key) ?? { verdict, logs: [] };
    groups.set(key, group);
    if (verdict.log !== null) group.logs.push(verdict.log);
  }
  return [...groups.values()].flatMap(({ verdict, logs }, i) => {
    const head = `  ${(i === 0 ? kind : '').padEnd(14)}${verdict.could.padEnd(8)}`;
    const where = logs.length === 0 ? '' : `${logs.join(', ')}: `;
    return hang(head, `${where}${firstReason(verdict)}${others(verdict)}`);
  });
}

const firstReason = (verdict: Verdict): string =>
  verdict.could === 'yes' ? FINE.yes : (verdict.reasons[0]?.text ?? '');

function others(verdict: Verdict): string {
  const more = verdict.reasons.filter((r) => r.effect !== 'note').length - 1;
  return more < 1 ? '' : ` (and ${more} more)`;
}

function logLines({ log, read, retention }: LogReadiness): string[] {
  const head = `Log ${log}`;
  if (read === null) return hang(`${head}  `, 'could not be read', 4);
  const files = read.files === 0 ? '' : `${count(read.files)} ${read.files === 1 ? 'file' : 'files'}, `;
  const span =
    read.first === null || read.last === null
      ? ''
      : `, ${read.first.slice(0, 10)} to ${read.last.slice(0, 10)} (${days(read.days)})`;
  const kept = retention.declared === null ? '' : `, ${retention.declared} declared`;
  return hang(`${head}  `, `${files}${count(read.lines)} lines${span}${kept}`, 4);
}

function tableLines(answer: Readiness): string[] {
  const at = ['customers', 'sessions', 'employees', 'sellers', 'references', 'logs'];
  const names = answer.references.map((r) => `references.${r.reference}`);
  const lines = findingLines(answer, [...at, ...names], true);
  const people = answer.directory.read?.people;
  const head =
    people === undefined ? 'Directory and tables' : `Directory and tables  ${count(people)} people`;
  return ['', head, ...(lines.length === 0 ? ['  nothing to say'] : lines)];
}

function findingLines(answer: Readiness, sources: readonly string[], named = false): string[] {
  const found = answer.findings
    .filter((f) => sources.includes(f.at))
    .sort((a, b) => 'pwn'.indexOf(a.level.charAt(0)) - 'pwn'.indexOf(b.level.charAt(0)));
  const shown = found.slice(0, MOST_FINDINGS);
  const lines = shown.flatMap((f) => hang(`  ${MARK[f.level]} `, named ? `${f.at}: ${f.text}` : f.text));
  const rest = found.length - shown.length;
  return rest === 0 ? lines : [...lines, `  · and ${rest} more (--json shows all)`];
}

function firstLines(answer: Readiness): string[] {
  if (answer.first.length === 0) return [];
  const lines = answer.first
    .slice(0, MOST_TODOS)
    .flatMap(({ at, todo, helps }, i) =>
      hang(
        `  ${i + 1}. `,
        `${at.join(', ')}: ${todo} (${[...new Set(helps.map((h) => h.kind))].join(', ')})`,
      ),
    );
  return ['', 'What to do first', ...lines];
}

/** Text behind a head, wrapped at the width of the screen and aligned with its own beginning. */
function hang(head: string, rawText: string, indent = head.length): string[] {
  const lines: string[] = [];
  let line = head;
  let isEmpty = true;
  for (const word of pieces(visible(rawText), WIDTH - indent)) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' '.repeat(indent);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Words, and those that are longer than a line (paths, mostly) in pieces. */
function pieces(text: string, width: number): string[] {
  return text.split(' ').flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []);
}
