/** An incident as its readers get it: the record, what is left to do, and its timeline. */
import type { IncidentShown } from '@forthright/contract';
import type { Reads } from '../platform/db/index.ts';
import { type RecordedEntry, timelineOf } from '../prove/index.ts';
import { deletionOf } from './recipients/show.ts';
import { awareSeconds, blockersOf, delayedTask, isOverdue, nextSteps, overdueSteps } from './rules.ts';
import type { Decision, Incident, Task } from './types.ts';

const TIMELINE_PAGE = 500;

const shownDecision = ({ at, ...others }: Decision) => ({ ...others, at: at.toISOString() });

const shownTask = (delays: Incident['delays'], now: Date) => (task: Task) => {
  const { answer: _, ...others } = task;
  return { ...others, isOverdue: isOverdue(task, delays, now), ...delayedTask(task, delays, now) };
};

const shownEntry = ({ index, kind, at, actor, account, facts, texts }: RecordedEntry) => ({
  entry: index,
  kind,
  at: at.toISOString(),
  by: account ?? actor,
  ...(account === undefined ? {} : { token: actor }),
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
    tasks: tasks.map(shownTask(incident.delays, now)),
    evidence: [...incident.evidence],
    deletion: await deletionOf(reads, id),
    next: nextSteps(incident, now),
    overdue: overdueSteps(incident, now),
    blockers: state === 'closed' ? [] : blockersOf(incident, now),
    timeline: page.map(shownEntry),
    ...(entries.length > page.length && last !== undefined ? { timelineNext: last.index } : {}),
  };
}
