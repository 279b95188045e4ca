import type {
  AssessAnswer,
  DutiesAnswer,
  DutyRow,
  Regime,
  ShownDeadline,
  UnverifiedRegime,
} from '@forthright/contract';
import { concernsSomebody } from '../../assess/index.ts';
import { riskLines } from './risk.ts';
import { clip, moment, number, plural, wrap } from './words.ts';

const WIDTH = 110;

/** The risk in short, then the duties for somebody who has slept little: what to do first, what to find out, the rest. */
export function assessText({ risk, decision, duties: answer }: AssessAnswer): string {
  const due = byTime(answer.rows.filter((row) => row.status === 'due'));
  // A law may hold by the seat, wherever the people live.
  const open = byTime(answer.rows.filter((row) => row.status === 'cannot-tell'));
  const { organisation } = answer.facts;
  const counsel = answer.rows.filter(
    (row) => row.status === 'unverified' && concernsSomebody(row, organisation),
  );
  const parts = [
    [
      answer.facts.title,
      `Law as of ${moment(answer.at)} UTC; people from ${answer.facts.run}. Not legal advice: no rule was verified by counsel unless it says so.`,
    ],
    incomplete(answer),
    answer.facts.problems.map((p) => wrap(`! ${p.text}`, WIDTH, '  ')),
    ['RISK: a proposal; a named person decides', ...riskLines(risk, decision)],
    [
      `TO BE DONE: ${due.length === 0 ? 'nothing that can be told for certain' : plural(due.length, 'duty', 'duties')}`,
      ...due.flatMap((row) => rowLines(row, answer.at)),
    ],
    open.length === 0
      ? []
      : [`CAN'T TELL YET: ${plural(open.length, 'duty', 'duties')}`, ...openLines(open, answer.at)],
    questions(answer),
    notDue(answer.rows),
    unverified(counsel),
    targets(answer),
    fines(answer),
    upcoming(answer),
    ['Every comparison with its values, contents and notes: --json. One law: forthright duties show CODE'],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function incomplete({ law }: DutiesAnswer): string[] {
  if (law.complete) return [];
  return [
    `! INCOMPLETE: ${plural(law.broken.length, 'file')} of the law can't be used, so duties may be missing here.`,
    ...law.broken.flatMap(({ file, problems }) =>
      problems.slice(0, 3).map((p) => `    ${file}: ${p.at}: ${p.message}`),
    ),
  ];
}

const byTime = (rows: readonly DutyRow[]): DutyRow[] =>
  [...rows].sort((a, b) => ((a.deadline?.until ?? '9') < (b.deadline?.until ?? '9') ? -1 : 1));

function rowLines(row: DutyRow, at: string): string[] {
  const { deadline } = row;
  const where = row.addressee.link === null ? '' : ` ${row.addressee.link}`;
  return [
    '',
    `  ${row.name}: ${row.to === 'record' ? 'keep' : 'tell'} ${row.addressee.name}   [${row.id}]`,
    ...(deadline === null ? [] : deadlineLines(deadline, at)),
    `    ${wrap(row.why, WIDTH, '      ')}`,
    ...(row.before.length === 0 ? [] : [`    before: ${row.before.join(', ')}`]),
    ...(row.addressee.how === null
      ? []
      : [
          `    how: ${wrap(`${row.addressee.how}${where}${row.addressee.languages.length > 0 ? ` (${row.addressee.languages.join(', ')})` : ''}`, WIDTH, '      ')}`,
        ]),
    ...row.mustNot.map((text) => `    must not: ${text}`),
    ...row.exemptions
      .filter((e) => e.open)
      .map((e) => `    ${wrap(`unless: ${e.words} (${e.citation}; nobody has shown it)`, WIDTH, '      ')}`),
    `    law: ${row.citation}; confidence ${row.confidence}`,
  ];
}

function deadlineLines(deadline: ShownDeadline, at: string): string[] {
  return [
    `    ${deadlineWords(deadline, at)}`,
    ...deadline.clocks
      .filter((c) => c.ask !== null && c.endsAt === null)
      .map((c) => `    clock not running: ${c.ask}`),
    ...deadline.guidance.map(
      (g) =>
        `    expected, not law: ${g.words} (${g.source})${g.until === null ? '' : `: ${moment(g.until)} UTC`}`,
    ),
    ...(deadline.reasons === null ? [] : [`    ${wrap(deadline.reasons, WIDTH, '      ')}`]),
    ...deadline.defences.map(
      (d) => `    a reading that can be argued, no deadline: ${d.words}: ${moment(d.until)} UTC`,
    ),
  ];
}

function deadlineWords({ state, untilWords, words, until }: ShownDeadline, at: string): string {
  switch (state) {
    case 'running':
      return `by ${untilWords}, ${left(until, at)} left`;
    case 'missed':
      return `MISSED: was to be done by ${untilWords}`;
    case 'met':
      return `done in time${untilWords === null ? '' : `, by ${untilWords}`}`;
    case 'met-late':
      return `done late: was to be done by ${untilWords}`;
    case 'start-unknown':
      return `${words}; when that is can't be told`;
    case 'no-number':
      return words;
  }
}

function left(until: string | null, at: string): string {
  const hours = Math.floor((Date.parse(until ?? at) - Date.parse(at)) / 3_600_000);
  return hours < 72 ? `${hours} h` : plural(Math.floor(hours / 24), 'day');
}

/** Rows that hang on the same missing facts stand together: fifty states wait for one answer. */
function openLines(rows: readonly DutyRow[], at: string): string[] {
  const groups = new Map<string, DutyRow[]>();
  for (const row of rows) {
    const key = row.missing
      .map((m) => m.fact)
      .sort()
      .join(', ');
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].flatMap(([missing, group]) => {
    const clocks = group.filter((row) => row.deadline?.until != null);
    return [
      '',
      `  missing: ${missing}`,
      `    ${wrap(group.map((row) => row.id).join(', '), WIDTH, '    ')}`,
      ...clocks
        .slice(0, 4)
        .map(
          (row) =>
            `    if ${row.id} applies: ${row.deadline === null ? '' : deadlineWords(row.deadline, at)}`,
        ),
    ];
  });
}

function questions({ questions: asked }: DutiesAnswer): string[] {
  if (asked.length === 0) return [];
  return [
    'WHAT TO FIND OUT',
    ...asked.slice(0, 12).map((q, i) => {
      const example = q.duties.slice(0, 3).join(', ');
      const more = q.duties.length > 3 ? ` and ${q.duties.length - 3} more` : '';
      return `  ${i + 1}. ${wrap(`${q.ask} [${q.fact}; ${example}${more}]`, WIDTH, '     ')}`;
    }),
    ...(asked.length > 12 ? [`  and ${asked.length - 12} more questions in --json`] : []),
  ];
}

function notDue(rows: readonly DutyRow[]): string[] {
  const here = rows.filter((row) => row.status === 'not-due' && row.people.min > 0);
  const elsewhere = new Set(
    rows.filter((row) => row.status === 'not-due' && row.people.max === 0).map((row) => row.regime),
  );
  const byRegime = Map.groupBy(here, (row) => row.regime);
  return [
    `DO NOT APPLY: ${plural(here.length, 'duty', 'duties')} of ${plural(byRegime.size, 'law')} with affected people; ${plural(elsewhere.size, 'law')} without any`,
    ...[...byRegime.values()].slice(0, 15).flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const ids = group.map((row) => row.id.split('/').slice(1).join('/')).join(', ');
      return [
        `  ${first.name} (${number(first.people.min)} people; ${ids}): ${clip(first.why.replace('does not apply: ', ''), 160)}`,
      ];
    }),
    ...(byRegime.size > 15 ? [`  and ${byRegime.size - 15} more in --json`] : []),
  ];
}

function unverified(rows: readonly DutyRow[]): string[] {
  if (rows.length === 0) return [];
  return [
    `UNVERIFIED, ASK COUNSEL: ${plural(rows.length, 'law')} where affected people live or may live, or the organisation is`,
    ...rows
      .filter((row) => row.people.min > 0 || row.people.max === 0)
      .map(
        (row) =>
          `  ${row.name} (${number(row.people.min)} people): ${clip(row.notes.find((n) => n.startsWith('name and e-mail')) ?? row.notes[0] ?? row.why, 90)}`,
      ),
  ];
}

function targets({ targets: own }: DutiesAnswer): string[] {
  if (own.length === 0) return [];
  return [
    'OWN TARGETS, not law',
    ...own.map((t) => `  ${t.name}: ${moment(t.at)} UTC${t.missed ? ', missed' : ''}`),
  ];
}

function fines(answer: DutiesAnswer): string[] {
  if (answer.fines.length === 0) return [];
  return [
    'CEILING OF FINES: the most that the law allows, no forecast',
    ...answer.fines.map(
      (f) => `  ${f.citation}: up to ${f.ceiling}\n    ${wrap(`for ${f.for}; ${f.how}`, WIDTH, '    ')}`,
    ),
  ];
}

function upcoming(answer: DutiesAnswer): string[] {
  if (answer.upcoming.length === 0) return [];
  return [
    'UPCOMING, not applied',
    ...answer.upcoming.map(
      (u) =>
        `  ${wrap(`${u.from ?? 'no date'}, ${u.status}: ${u.regime}: ${u.what} (${u.citation})`, WIDTH, '    ')}`,
    ),
  ];
}

/** `forthright duties list`. */
export function lawListText(
  regimes: readonly Regime[],
  unverifiedRegimes: readonly UnverifiedRegime[],
  broken: readonly Readonly<{ file: string }>[],
): string {
  const lines = [
    ...(broken.length > 0
      ? [`! INCOMPLETE: can't be used: ${broken.map((b) => b.file).join(', ')}`, '']
      : []),
    `${regimes.length} laws with rules, each held to its own cases; not verified by counsel unless it says so`,
    ...regimes.map((r) => {
      const duties = [...new Set(r.duties.map((d) => d.id))].join(', ');
      return `  ${r.code.padEnd(8)} ${r.confidence.padEnd(6)} ${r.name}: ${duties}`;
    }),
    '',
    `${unverifiedRegimes.length} laws that nobody verified: ask counsel`,
    ...unverifiedRegimes.map((r) => `  ${r.code.padEnd(8)} ${r.confidence.padEnd(6)} ${r.name}`),
  ];
  return `${lines.join('\n')}\n`;
}
