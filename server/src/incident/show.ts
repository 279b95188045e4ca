/** An incident as its readers get it: the record, what is left to do, and its timeline. */
import type { IncidentShown } from '@forthright/contract';
import type { Reads } from '../platform/db/index.ts';
import { type RecordedEntry, timelineOf } from '../prove/index.ts';
import { awareSeconds, blockersOf, isOverdue, nearUntil, nextSteps, overdueSteps } from './rules.ts';
import { type DueTask, isRestrictedOne, tasksDueBy } from './store.ts';
import type { Decision, Incident, Task } from './types.ts';

/** For the program itself: whether only people who are named may see an incident. */
export const isRestricted = (reads: Reads, incident: string): Promise<boolean> =>
  isRestrictedOne(reads, incident);

/** For the program itself: open tasks and duties of all incidents whose time is within 24 hours, or over. */
export const nearTasks = (reads: Reads, now: Date): Promise<DueTask[]> => tasksDueBy(reads, nearUntil(now));

const TIMELINE_PAGE = 500;

const shownDecision = ({ at, ...others }: Decision) => ({ ...others, at: at.toISOString() });

const shownTask = (now: Date) => (task: Task) => {
  const { answer: _, ...others } = task;
  return { ...others, isOverdue: isOverdue(task, now) };
};

const shownEntry = ({ index, kind, at, actor, facts, texts }: RecordedEntry) => ({
  entry: index,
  kind,
  at: at.toISOString(),
  by: actor,
  facts: facts as IncidentShown['timeline'][number]['facts'],
  texts,
});

export async function showIncident(
  reads: Reads,
  incident: Incident,
  { now, timelineAfter }: Readonly<{ now: Date; timelineAfter: number }>,
): Promise<IncidentShown> {
  const { id, version, state, facts, openedAt, openedBy, closedAt, restrictedTo, decisions, tasks } =
    incident;
  const entries = await timelineOf(reads, id, { after: timelineAfter, most: TIMELINE_PAGE + 1 });
  const page = entries.slice(0, TIMELINE_PAGE);
  const last = page.at(-1);
  const { estimate, ...others } = facts;
  const seconds = awareSeconds(incident, now);
  return {
    id,
    version,
    state,
    ...others,
    ...(estimate === undefined ? {} : { estimate: { ...estimate, label: 'estimated' } }),
    openedAt: openedAt.toISOString(),
    openedBy,
    ...(closedAt === undefined ? {} : { closedAt: closedAt.toISOString() }),
    ...(seconds === undefined ? {} : { awareSeconds: seconds }),
    ...(restrictedTo === undefined ? {} : { restrictedTo: [...restrictedTo] }),
    decisions: decisions.map(shownDecision),
    tasks: tasks.map(shownTask(now)),
    evidence: [...incident.evidence],
    next: nextSteps(incident),
    overdue: overdueSteps(incident, now),
    blockers: state === 'closed' ? [] : blockersOf(incident),
    timeline: page.map(shownEntry),
    ...(entries.length > page.length && last !== undefined ? { timelineNext: last.index } : {}),
  };
}
