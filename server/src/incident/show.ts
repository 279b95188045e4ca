/** An incident as its readers get it: the record, what is left to do, and its timeline. */
import type { IncidentShown } from '@forthright/contract';
import type { Reads } from '../platform/db/index.ts';
import { type RecordedEntry, timelineOf } from '../prove/index.ts';
import { issuedPapers } from './papers/store.ts';
import { deletionOf } from './recipients/show.ts';
import {
  awareSeconds,
  blockersOf,
  delayedTask,
  isOverdue,
  nearUntil,
  nextSteps,
  overdueSteps,
} from './rules.ts';
import { type Due, dueBy, isRestrictedOne } from './store.ts';
import type { Decision, Facts, Figure, Incident, Task } from './types.ts';

/** For the program itself: whether only people who are named may see an incident. */
export const isRestricted = (reads: Reads, incident: string): Promise<boolean> =>
  isRestrictedOne(reads, incident);

/** For the program itself: what is open in any incident, not delayed, and due within 24 hours, or overdue. */
export const nearlyDue = (reads: Reads, now: Date): Promise<Due[]> =>
  dueBy(reads, { now, by: nearUntil(now) });

const TIMELINE_PAGE = 500;

const shownDecision = ({ at, ...others }: Decision) => ({ ...others, at: at.toISOString() });

const shownTask = (delays: Incident['delays'], now: Date) => (task: Task) => {
  const { answer: _, ...others } = task;
  return { ...others, isOverdue: isOverdue(task, delays, now), ...delayedTask(task, delays, now) };
};

/** A figure that was typed is labelled so; one that was read in a run names it. */
const labelled = (figure: Figure) => ({
  ...figure,
  label: figure.run === undefined ? ('estimated' as const) : ('from-run' as const),
});

const shownCategories = ({ people, data }: NonNullable<Facts['categories']>) => ({
  ...(people === undefined ? {} : { people: [...people] }),
  ...(data === undefined ? {} : { data: [...data] }),
});

/** Texts that are whole documents: the timeline says how long they are, and another operation shows them. */
const DOCUMENTS: Readonly<Record<string, readonly string[]>> = {
  'paper-issued': ['page', 'plain'],
  'incident-imported': ['record'],
  'campaign-prepared': ['notices'],
};
/** The same, but whole in a bundle, which has no other place for them. */
const ONLY_HERE_IN_BUNDLES: typeof DOCUMENTS = {
  'leaks-set': ['leaks'],
  'log-lines-shown': ['leak'],
  'risk-assessed': ['body', 'statement'],
  'duties-assessed': ['body'],
  'duties-changed': ['body'],
  'law-facts-set': ['facts'],
  'report-saved': ['body'],
};

const shownTexts = ({ kind, texts }: RecordedEntry, inBundle: boolean): RecordedEntry['texts'] => {
  const documents = [
    ...(DOCUMENTS[kind] ?? []),
    ...((inBundle ? undefined : ONLY_HERE_IN_BUNDLES[kind]) ?? []),
  ];
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      text !== null && documents.includes(name) ? `(${text.length} characters)` : text,
    ]),
  );
};

export const shownEntry = (inBundle: boolean) => (entry: RecordedEntry) => ({
  entry: entry.index,
  kind: entry.kind,
  at: entry.at.toISOString(),
  by: entry.account ?? entry.actor,
  ...(entry.account === undefined ? {} : { token: entry.actor }),
  facts: entry.facts as IncidentShown['timeline'][number]['facts'],
  texts: shownTexts(entry, inBundle),
});

export async function showIncident(
  reads: Reads,
  incident: Incident,
  {
    now,
    timelineAfter,
    inBundle = false,
  }: Readonly<{ now: Date; timelineAfter: number; inBundle?: boolean }>,
): Promise<IncidentShown> {
  const { id, version, state, facts, openedAt, openedBy, closedAt, restrictedTo, decisions, tasks } =
    incident;
  const entries = await timelineOf(reads, id, { after: timelineAfter, most: TIMELINE_PAGE + 1 });
  const page = entries.slice(0, TIMELINE_PAGE);
  const last = page.at(-1);
  const { estimate, records, categories, ...others } = facts;
  const seconds = awareSeconds(incident, now);
  return {
    id,
    version,
    state,
    ...others,
    ...(estimate === undefined ? {} : { estimate: labelled(estimate) }),
    ...(records === undefined ? {} : { records: labelled(records) }),
    ...(categories === undefined ? {} : { categories: shownCategories(categories) }),
    openedAt: openedAt.toISOString(),
    openedBy,
    ...(closedAt === undefined ? {} : { closedAt: closedAt.toISOString() }),
    ...(seconds === undefined ? {} : { awareSeconds: seconds }),
    ...(restrictedTo === undefined ? {} : { restrictedTo: [...restrictedTo] }),
    decisions: decisions.map(shownDecision),
    tasks: tasks.map(shownTask(incident.delays, now)),
    evidence: [...incident.evidence],
    papers: await issuedPapers(reads, id),
    deletion: await deletionOf(reads, id),
    next: nextSteps(incident, now),
    overdue: overdueSteps(incident, now),
    blockers: state === 'closed' ? [] : blockersOf(incident, now),
    timeline: page.map(shownEntry(inBundle)),
    ...(entries.length > page.length && last !== undefined ? { timelineNext: last.index } : {}),
  };
}
