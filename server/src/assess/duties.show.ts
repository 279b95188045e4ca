/** Duties of law in the record, as their readers get them. */
import {
  type DutiesAnswer,
  type DutiesShown,
  type DutyListed,
  type DutyRow,
  type DutyShown,
  ForthrightError,
  type LawFactsShown,
  type ShowDuties,
  type ShowDuty,
  type ShowLawFacts,
} from '@forthright/contract';
import {
  type DutyVersion,
  dutyStepsOf,
  findDutyVersion,
  findIncident,
  type KeptDuty,
  keptDuties,
  notFound,
} from '../incident/index.ts';
import type { Asked } from '../prove/index.ts';
import { bodyOf } from './duties.changes.ts';
import { findLawFacts } from './law.store.ts';

async function seen({ db, actor }: Asked, id: string): Promise<string> {
  const found = await findIncident(db, id, actor);
  if (found === undefined) throw notFound(id);
  return found.incident.id;
}

export async function showLawFacts(asked: Asked, { incident: id }: ShowLawFacts): Promise<LawFactsShown> {
  const incident = await seen(asked, id);
  const found = await findLawFacts(asked.db, incident);
  return { incident, ...(found ?? { version: 0, entry: null, facts: {} }) };
}

async function versionOf(asked: Asked, incident: string, version?: number): Promise<DutyVersion> {
  const found = await findDutyVersion(asked.db, incident, version);
  if (found !== undefined) return found;
  throw new ForthrightError(
    'assessment-not-found',
    version === undefined
      ? 'The duties have not been assessed yet.'
      : `There is no assessment ${version} of the duties.`,
  );
}

/** A clock as it stands now: an assessment is of its own time. `doneAt`: when the duty was fulfilled. */
function clockNow(
  { deadline }: Pick<DutyRow, 'deadline'>,
  doneAt: string | undefined,
  now: Date,
): DutyListed['clock'] {
  if (deadline === null) return null;
  const { state, until } = deadline;
  const endMs = until === null ? Number.POSITIVE_INFINITY : Date.parse(until);
  if (doneAt !== undefined) return Date.parse(doneAt) > endMs ? 'met-late' : 'met';
  if (until === null) return state;
  return endMs < now.getTime() ? 'missed' : 'running';
}

/** When each duty was fulfilled, of those that are. */
async function doneAtOf(asked: Asked, incident: string): Promise<ReadonlyMap<string, string>> {
  const last = new Map((await dutyStepsOf(asked.db, incident)).map((step) => [step.duty, step]));
  return new Map(
    [...last.values()].flatMap(({ act, duty, at }) => (act === 'fulfilled' ? [[duty, at]] : [])),
  );
}

type Now = Readonly<{ kept: ReadonlyMap<string, KeptDuty>; doneAt: ReadonlyMap<string, string>; now: Date }>;

function listed(row: DutyRow, { kept, doneAt, now }: Now): DutyListed {
  return {
    duty: row.id,
    to: row.to,
    status: row.status,
    min: row.people.min,
    max: row.people.max,
    until: row.deadline?.untilWords ?? null,
    untilAt: row.deadline?.until ?? null,
    clock: clockNow(row, doneAt.get(row.id), now),
    settled: kept.get(row.id)?.settled ?? null,
  };
}

const NOTHING: Pick<DutiesAnswer, 'questions' | 'fines' | 'upcoming' | 'targets'> = {
  questions: [],
  fines: [],
  upcoming: [],
  targets: [],
};

/** The last assessment, or an earlier one: every duty with its status and clock, what to ask, and what has changed. */
export async function showDuties(
  asked: Asked,
  { incident: id, version, status }: ShowDuties,
): Promise<DutiesShown> {
  const incident = await seen(asked, id);
  const found = await versionOf(asked, incident, version);
  const body = await bodyOf(asked.db, found.entry);
  const kept = await keptDuties(asked.db, incident);
  const doneAt = await doneAtOf(asked, incident);
  const now = asked.now();
  const { questions, fines, upcoming, targets } = body?.duties ?? NOTHING;
  const rows = body?.duties.rows.filter((row) => status === undefined || row.status === status);
  return {
    incident,
    ...found,
    at: body?.duties.at ?? '',
    proposed: body?.risk?.proposal.answer ?? null,
    decision: body?.decision ?? null,
    law: body?.duties.law ?? null,
    duties: rows?.map((row) => listed(row, { kept, doneAt, now })) ?? null,
    changes: body?.changes ?? [],
    questions,
    problems: body?.duties.facts.problems ?? [],
    fines,
    upcoming,
    targets: targets.map((target) => ({ ...target, missed: Date.parse(target.at) < now.getTime() })),
  };
}

/** One duty with every comparison and its values, its contents, and what was done about it. */
export async function showDuty(asked: Asked, { incident: id, duty, version }: ShowDuty): Promise<DutyShown> {
  const incident = await seen(asked, id);
  const found = await versionOf(asked, incident, version);
  const body = await bodyOf(asked.db, found.entry);
  const row = body?.duties.rows.find((one) => one.id === duty);
  if (row === undefined)
    throw new ForthrightError(
      'duty-not-found',
      `Version ${found.version} of the duties has no ${duty.slice(0, 80)}${body === null ? ': it was erased' : ''}.`,
    );
  const kept = (await keptDuties(asked.db, incident)).get(duty);
  const settled = kept?.settled ?? null;
  const state = clockNow(row, (await doneAtOf(asked, incident)).get(duty), asked.now());
  const steps = await dutyStepsOf(asked.db, incident, duty);
  return {
    incident,
    version: found.version,
    entry: found.entry,
    settled,
    row: row.deadline === null || state === null ? row : { ...row, deadline: { ...row.deadline, state } },
    steps: steps.map(({ duty: _, ...step }) => step),
  };
}
