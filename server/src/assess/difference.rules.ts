/** How two assessments of one incident's duties differ. Pure. */
import type { DutiesAnswer, DutiesVersion, DutyChange, DutyRow, TraceStep } from '@forthright/contract';

type Rows = Pick<DutiesAnswer, 'rows'>['rows'];

const isOf = (row: DutyRow | undefined): row is DutyRow => row !== undefined && row.status !== 'not-due';
const untilOf = (row: DutyRow | undefined): string | null =>
  isOf(row) ? (row.deadline?.until ?? null) : null;

/** Every duty that is another than before, in the order of the later assessment. */
export function differenceOf(before: Rows, after: Rows): DutyChange[] {
  const [old, now] = [byId(before), byId(after)];
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((duty) => {
    const change = changeOf(old.get(duty), now.get(duty));
    return change === undefined ? [] : [{ duty, ...change }];
  });
}

const byId = (rows: Rows): ReadonlyMap<string, DutyRow> => new Map(rows.map((row) => [row.id, row]));

function changeOf(
  before: DutyRow | undefined,
  after: DutyRow | undefined,
): Omit<DutyChange, 'duty'> | undefined {
  const change = kindOf(before, after);
  if (change === undefined) return undefined;
  const until = { before: untilOf(before), after: untilOf(after) };
  return {
    change,
    before: before?.status ?? null,
    after: after?.status ?? null,
    people: { before: before?.people ?? null, after: after?.people ?? null },
    until,
    deadline: wayOf(until),
    because: turned(before?.trace ?? [], after?.trace ?? []),
  };
}

function kindOf(before: DutyRow | undefined, after: DutyRow | undefined): DutyChange['change'] | undefined {
  if (!isOf(before)) return isOf(after) ? 'new' : undefined;
  if (!isOf(after)) return 'gone';
  if (before.status !== after.status) return 'status';
  if (untilOf(before) !== untilOf(after)) return 'deadline';
  if (before.addressee.name !== after.addressee.name) return 'addressee';
  const isSame = before.people.min === after.people.min && before.people.max === after.people.max;
  // Of laws that nobody has verified the number says nothing.
  return isSame || after.status === 'unverified' ? undefined : 'people';
}

function wayOf({ before, after }: DutyChange['until']): DutyChange['deadline'] {
  if (before === after) return 'same';
  if (before === null) return 'begins';
  if (after === null) return 'ends';
  return Date.parse(after) < Date.parse(before) ? 'earlier' : 'later';
}

/** Comparisons whose outcome is another: a number that crossed its threshold, a fact that became known. */
function turned(before: readonly TraceStep[], after: readonly TraceStep[]): DutyChange['because'] {
  const key = ({ depth, says }: TraceStep) => `${depth} ${says}`;
  const [old, now] = [before, after].map((trace) => new Map(trace.map((step) => [key(step), step])));
  if (old === undefined || now === undefined) return [];
  return [...new Set([...now.keys(), ...old.keys()])].flatMap((name) => {
    const [was, is] = [old.get(name) ?? null, now.get(name) ?? null];
    // Groups of comparisons have no value of their own.
    if (was?.outcome === is?.outcome || (was ?? is)?.value === '') return [];
    return [{ says: (is ?? was)?.says ?? '', before: was, after: is }];
  });
}

type Assessed = Pick<DutiesVersion, 'decision' | 'duties'>;

/** Whether two assessments say the same, but for the time at which they were made: why, whom, what to ask, what is odd. Both as they are kept. */
export const saysTheSame = (before: Assessed, after: Assessed): boolean =>
  JSON.stringify(saidBy(before)) === JSON.stringify(saidBy(after));

const saidBy = ({ decision, duties: { rows, facts } }: Assessed) => ({
  decision,
  // What lies ahead of the answer's time names that time.
  problems: facts.problems.map(({ code, text }) => (code === 'ahead-of-time' ? code : text)),
  rows: rows.map(({ id, status, why, addressee, missing, exemptions }) => {
    return { id, status, why, addressee, missing, exemptions };
  }),
});

/** Whether it is more than other numbers of people. */
export const isMoreThanNumbers = (changes: readonly DutyChange[]): boolean =>
  changes.some(({ change }) => change !== 'people');
