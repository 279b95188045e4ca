/** What may follow what in an incident, and what is left to do. Pure; docs/record.md shows the same table. */
import type {
  Answer,
  Blocker,
  CloseIncident,
  IncidentState,
  NextStep,
  Problem,
  SetIncidentFacts,
} from '@forthright/contract';
import type { Act, Decision, Facts, Incident, Task, Typed } from './types.ts';

export type Move = Readonly<{ to: IncidentState } | { no: string }>;

const CLOSED = 'the incident is closed; reopen it with a reason first';
const closed: Move = { no: CLOSED };

/** Every act in every state: the state afterwards, or why it is refused. */
export const MOVES: Readonly<Record<IncidentState, Readonly<Record<Act, Move>>>> = {
  open: {
    'set-facts': { to: 'open' },
    propose: { to: 'open' },
    decide: { to: 'decided' },
    'add-task': { to: 'open' },
    'finish-task': { to: 'open' },
    'add-evidence': { to: 'open' },
    'add-note': { to: 'open' },
    restrict: { to: 'open' },
    'erase-text': { to: 'open' },
    'set-leaks': { to: 'open' },
    'run-scope': { to: 'open' },
    'end-run': { to: 'open' },
    export: { to: 'open' },
    close: { no: 'nothing has been decided yet' },
    reopen: { no: 'the incident is open' },
  },
  decided: {
    'set-facts': { to: 'decided' },
    propose: { to: 'decided' },
    decide: { to: 'decided' },
    'add-task': { to: 'decided' },
    'finish-task': { to: 'decided' },
    'add-evidence': { to: 'decided' },
    'add-note': { to: 'decided' },
    restrict: { to: 'decided' },
    'erase-text': { to: 'decided' },
    'set-leaks': { to: 'decided' },
    'run-scope': { to: 'decided' },
    'end-run': { to: 'decided' },
    export: { to: 'decided' },
    close: { to: 'closed' },
    reopen: { no: 'the incident is not closed' },
  },
  closed: {
    'set-facts': closed,
    propose: closed,
    decide: closed,
    'add-task': closed,
    'finish-task': closed,
    'add-evidence': closed,
    'add-note': { to: 'closed' },
    restrict: { to: 'closed' },
    'erase-text': { to: 'closed' },
    'set-leaks': closed,
    'run-scope': closed,
    'end-run': { to: 'closed' },
    export: { to: 'closed' },
    close: { no: 'the incident is closed' },
    reopen: { to: 'decided' },
  },
};

/** What an answer obliges to. */
export const DUTIES: Readonly<Record<Answer, string | undefined>> = {
  'register-only': undefined,
  'tell-authority': 'Tell the authority',
  'tell-people': 'Tell the people concerned',
};

const isOpen = ({ state }: Task): boolean => state === 'open';
const stands = ({ endedBy }: Decision): boolean => endedBy === undefined;
const isLate = ({ due }: Task, now: Date): boolean => Date.parse(due) < now.getTime();
const byDue = (a: Task, b: Task): number => Date.parse(a.due) - Date.parse(b.due);

export const isOverdue = (task: Task, now: Date): boolean => isOpen(task) && isLate(task, now);
/** Time enough to do something about it. */
const NEAR_MS = 24 * 3_600_000;
/** Tasks and duties that are due before this are near, or over. */
export const nearUntil = (now: Date): Date => new Date(now.getTime() + NEAR_MS);
export const openProposals = ({ decisions }: Pick<Incident, 'decisions'>): Decision[] =>
  decisions.filter((one) => one.step === 'proposal' && stands(one));
export const standingDecisions = ({ decisions }: Pick<Incident, 'decisions'>): Decision[] =>
  decisions.filter((one) => one.step === 'decision' && stands(one));

/** The decisions that one of this answer ends: the same one, and whatever it contradicts. */
export function endedBy(answer: Answer, incident: Incident): Decision[] {
  return standingDecisions(incident).filter(
    (one) => one.answer === answer || answer === 'register-only' || one.answer === 'register-only',
  );
}

/** What an open proposal of the actor's own keeps them from deciding, themselves and in another's name. */
export function isOwnProposal(
  actor: string,
  answer: Answer,
  proposal: string | undefined,
  incident: Incident,
): boolean {
  return openProposals(incident).some(
    (one) => one.by === actor && (one.id === proposal || one.answer === answer),
  );
}

/** All that keeps the incident from being closed. */
export function blockersOf(incident: Incident): Blocker[] {
  const { facts, tasks } = incident;
  const found: Blocker[] = [];
  if (facts.times.aware === undefined)
    found.push({ blocker: 'not-aware', message: 'Nobody has said when the organisation became aware.' });
  if (standingDecisions(incident).length === 0)
    found.push({
      blocker: 'no-decision',
      message: 'Nothing is decided: whom to tell, or that nobody need be told, and why.',
    });
  for (const { id } of openProposals(incident))
    found.push({ blocker: 'open-proposal', of: id, message: `The proposal ${id} waits for a decision.` });
  for (const { id, kind, what } of tasks.filter(isOpen)) {
    const blocker = kind === 'duty' ? 'open-duty' : 'open-task';
    found.push({ blocker, of: id, message: `Neither done nor excused with a reason: ${what ?? id}.` });
  }
  return found;
}

/** What is next, the most urgent first. Nothing in a closed incident. */
export function nextSteps(incident: Incident): NextStep[] {
  const { state, facts, tasks } = incident;
  if (state === 'closed') return [];
  const steps: NextStep[] = [];
  if (facts.times.aware === undefined) steps.push({ step: 'say-when-aware' });
  if (facts.times.contained === undefined) steps.push({ step: 'contain' });
  if (facts.estimate === undefined && standingDecisions(incident).length === 0)
    steps.push({ step: 'estimate' });
  if (facts.cause === undefined) steps.push({ step: 'name-cause' });
  for (const { id } of openProposals(incident)) steps.push({ step: 'decide-proposal', of: id });
  if (standingDecisions(incident).length === 0) steps.push({ step: 'decide' });
  for (const { id, due } of tasks.filter(isOpen).toSorted(byDue))
    steps.push({ step: 'do-task', of: id, due });
  if (blockersOf(incident).length === 0) steps.push({ step: 'close' });
  return steps;
}

/** Tasks and duties whose time is over, the longest overdue first. */
export function overdueSteps({ tasks }: Incident, now: Date): NextStep[] {
  return tasks
    .filter((task) => isOverdue(task, now))
    .toSorted(byDue)
    .map(({ id, due }) => ({ step: 'do-task', of: id, due }));
}

/** The awareness clock: seconds since, until now or until it was closed. */
export function awareSeconds({ facts, closedAt }: Incident, now: Date): number | undefined {
  const aware = facts.times.aware;
  if (aware === undefined) return undefined;
  return Math.max(0, Math.floor(((closedAt ?? now).getTime() - Date.parse(aware.at)) / 1000));
}

type FactsChange = Omit<SetIncidentFacts, 'incident' | 'version'>;

/** The facts with this change in them. */
export function changed(facts: Facts, change: FactsChange): Facts {
  const { times = {}, ...others } = change;
  const merged = { ...facts.times, ...times };
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  const kept = Object.entries(merged).filter(([, time]) => time !== null && time !== undefined);
  return { ...facts, ...given, times: Object.fromEntries(kept) } as Facts;
}

const ERASED = '(erased)';
const typed = (text: Typed): string => text ?? ERASED;

function fieldsOf({ title, kind, cause, times, estimate }: Facts): Map<string, string> {
  const fields = new Map([
    ['title', typed(title)],
    ['kind', kind],
  ]);
  for (const [name, value] of Object.entries(cause ?? {})) fields.set(`cause.${name}`, typed(value));
  for (const [name, { at, saidBy }] of Object.entries(times))
    fields.set(`times.${name}`, `${at}, said by ${typed(saidBy)}`);
  if (estimate !== undefined)
    fields.set('estimate', `${estimate.min} to ${estimate.max}, estimated by ${typed(estimate.by)}`);
  return fields;
}

const MOST_SHOWN = 500;
const short = (text: string | undefined): string =>
  text === undefined ? 'nothing' : text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;

/** Where two versions differ, with both values: what whoever came second has to look at. */
export function differences(yours: Facts, now: Facts): Problem[] {
  const [own, other] = [fieldsOf(yours), fieldsOf(now)];
  return [...new Set([...own.keys(), ...other.keys()])]
    .filter((field) => own.get(field) !== other.get(field))
    .map((field) => ({
      at: field,
      message: `yours: ${short(own.get(field))}; now: ${short(other.get(field))}`,
    }));
}

/** A clock may be a little off; a time beyond that has not been. */
const SLACK_MS = 300_000;

/** Times that are said to have been, and lie ahead. */
export function futureTimes(times: FactsChange['times'], now: Date): Problem[] {
  return Object.entries(times ?? {}).flatMap(([name, time]) =>
    time !== null && Date.parse(time.at) > now.getTime() + SLACK_MS
      ? [{ at: `times.${name}`, message: `${time.at} lies ahead` }]
      : [],
  );
}

/** What closing states in the clear: the decisions that stood then. */
export const closingFacts = (incident: Incident, { version }: Pick<CloseIncident, 'version'>) => ({
  version,
  decisions: standingDecisions(incident).map(({ id, answer }) => ({ id, answer })),
});
