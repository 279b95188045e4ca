/** What may follow what in an incident, and what is left to do. Pure; docs/record.md shows the same table. */
import type {
  Answer,
  Blocker,
  CloseIncident,
  Delayed,
  IncidentState,
  NextStep,
  Problem,
  SetIncidentFacts,
} from '@forthright/contract';
import { delayOf } from './delays/rules.ts';
import { dutyBlockers, dutySteps } from './duties/rules.ts';
import { matterBlockers, matterSteps } from './matters/rules.ts';
import type { Act, Decision, Facts, Figure, Incident, Task, Typed } from './types.ts';

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
    'issue-paper': { to: 'open' },
    'ask-unlock': { to: 'open' },
    'grant-unlock': { to: 'open' },
    'set-leaks': { to: 'open' },
    'run-scope': { to: 'open' },
    'end-run': { to: 'open' },
    export: { to: 'open' },
    'pursue-deletion': { to: 'open' },
    'account-for-people': { to: 'open' },
    'delay-duty': { to: 'open' },
    'ban-seller': { to: 'open' },
    'handle-inbox': { to: 'open' },
    'answer-authority': { to: 'open' },
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
    'issue-paper': { to: 'decided' },
    'ask-unlock': { to: 'decided' },
    'grant-unlock': { to: 'decided' },
    'set-leaks': { to: 'decided' },
    'run-scope': { to: 'decided' },
    'end-run': { to: 'decided' },
    export: { to: 'decided' },
    'pursue-deletion': { to: 'decided' },
    'account-for-people': { to: 'decided' },
    'delay-duty': { to: 'decided' },
    'ban-seller': { to: 'decided' },
    'handle-inbox': { to: 'decided' },
    'answer-authority': { to: 'decided' },
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
    'issue-paper': closed,
    'ask-unlock': { to: 'closed' },
    'grant-unlock': { to: 'closed' },
    'set-leaks': closed,
    'run-scope': closed,
    'end-run': { to: 'closed' },
    export: { to: 'closed' },
    'pursue-deletion': closed,
    'account-for-people': closed,
    'delay-duty': closed,
    'ban-seller': closed,
    'handle-inbox': { to: 'closed' },
    'answer-authority': closed,
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
/** What has no time comes last. */
const dueMs = ({ due }: NextStep): number => (due === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(due));
const byDue = (a: NextStep, b: NextStep): number => dueMs(a) - dueMs(b);

/** Past its time, and not delayed by law enforcement. */
export const isOverdue = (task: Task, delays: Incident['delays'], now: Date): boolean =>
  isOpen(task) && isLate(task, now) && delayOf(task.answer, delays, now) === undefined;

/** What delays this task now; nothing delays one that is finished. */
export const delayedTask = (task: Task, delays: Incident['delays'], now: Date): { delayed?: Delayed } => {
  const delayed = isOpen(task) ? delayOf(task.answer, delays, now) : undefined;
  return delayed === undefined ? {} : { delayed };
};
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

/** What an open proposal of the account's own keeps it from deciding, itself, by a token, and in another's name. */
export function isOwnProposal(
  account: string,
  answer: Answer,
  proposal: string | undefined,
  incident: Incident,
): boolean {
  return openProposals(incident).some(
    (one) => one.by === account && (one.id === proposal || one.answer === answer),
  );
}

/** All that keeps the incident from being closed. */
export function blockersOf(incident: Incident, now: Date): Blocker[] {
  const { facts, tasks, delays } = incident;
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
  for (const task of tasks.filter(isOpen)) {
    const { id, kind, what } = task;
    const blocker = kind === 'duty' ? 'open-duty' : 'open-task';
    const { delayed } = delayedTask(task, delays, now);
    const until =
      delayed === undefined ? '' : ` Delayed by ${delayed.agency ?? delayed.by} until ${delayed.until}.`;
    found.push({
      blocker,
      of: id,
      message: `Neither done nor excused with a reason: ${what ?? id}.${until}`,
      ...(delayed === undefined ? {} : { delayed }),
    });
  }
  found.push(...dutyBlockers(incident.duties, delays, now));
  for (const id of incident.campaigns)
    found.push({
      blocker: 'open-campaign',
      of: id,
      message: `Somebody in the campaign ${id} is neither told nor excused with a reason.`,
    });
  for (const blocker of matterBlockers(mattersOf(incident))) {
    const delayed = blocker.blocker === 'person-not-told' && delayOf('tell-people', delays, now);
    found.push(delayed ? { ...blocker, delayed } : blocker);
  }
  return found;
}

/** People who stand on the list need to be told only where that is decided. */
function mattersOf(incident: Incident): Incident['matters'] {
  const { first, counts } = incident.matters;
  if (standingDecisions(incident).some(({ answer }) => answer === 'tell-people')) return { first, counts };
  return { first: first.filter(({ kind }) => kind !== 'concerned'), counts: { ...counts, concerned: 0 } };
}

/** What is left to do with matters; telling a person is delayed like the duty. */
const stepsOf = (incident: Incident, now: Date): NextStep[] =>
  matterSteps(mattersOf(incident)).map((step) => {
    const delayed = step.step === 'tell-person' && delayOf('tell-people', incident.delays, now);
    return delayed ? { ...step, delayed } : step;
  });

/** What is next, the most urgent first. */
export function nextSteps(incident: Incident, now: Date): NextStep[] {
  const { state, facts, tasks, delays } = incident;
  // What people write after it was closed is answered without reopening it.
  if (state === 'closed') return stepsOf(incident, now).toSorted(byDue);
  const steps: NextStep[] = [];
  if (facts.times.aware === undefined) steps.push({ step: 'say-when-aware' });
  if (facts.times.contained === undefined) steps.push({ step: 'contain' });
  if (facts.estimate === undefined && standingDecisions(incident).length === 0)
    steps.push({ step: 'estimate' });
  if (facts.cause === undefined) steps.push({ step: 'name-cause' });
  for (const { id } of openProposals(incident)) steps.push({ step: 'decide-proposal', of: id });
  if (standingDecisions(incident).length === 0) steps.push({ step: 'decide' });
  const toDo: NextStep[] = [
    ...tasks.filter(isOpen).map(
      (task): NextStep => ({
        step: 'do-task',
        of: task.id,
        due: task.due,
        ...delayedTask(task, delays, now),
      }),
    ),
    ...dutySteps(incident.duties, delays, now),
    ...incident.campaigns.map((id): NextStep => ({ step: 'finish-campaign', of: id })),
    ...stepsOf(incident, now),
  ];
  steps.push(...toDo.toSorted(byDue));
  if (blockersOf(incident, now).length === 0) steps.push({ step: 'close' });
  return steps;
}

/** What the law asks of an incident that is closed was settled before. */
const lawSteps = ({ state, duties, delays }: Incident, now: Date): NextStep[] =>
  state === 'closed' ? [] : dutySteps(duties, delays, now);

/** Whatever is past its time, the longest overdue first. */
export function overdueSteps(incident: Incident, now: Date): NextStep[] {
  const { tasks, delays } = incident;
  const late = tasks.filter((task) => isOverdue(task, delays, now));
  return [
    ...late.map(({ id, due }): NextStep => ({ step: 'do-task', of: id, due })),
    ...lawSteps(incident, now).filter((step) => dueMs(step) < now.getTime() && step.delayed === undefined),
    ...stepsOf(incident, now).filter((step) => dueMs(step) < now.getTime()),
  ].toSorted(byDue);
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
  const isKept = ([, value]: [string, unknown]): boolean => value !== null && value !== undefined;
  const kept = Object.entries(merged).filter(isKept);
  // An erased text is `null` as well, and stays.
  const left = Object.entries({ ...facts, ...given }).filter(([fact]) => given[fact] !== null);
  return { ...Object.fromEntries(left), times: Object.fromEntries(kept) } as Facts;
}

const ERASED = '(erased)';
const typed = (text: Typed): string => text ?? ERASED;

const figure = ({ min, max, by, run }: Figure): string =>
  `${min} to ${max}, ${run === undefined ? 'estimated' : `read in the run ${run}`} by ${typed(by)}`;

function fieldsOf({ times, estimate, records, ...others }: Facts): Map<string, string> {
  const fields = new Map<string, string>();
  const put = (at: string, value: unknown): void => {
    if (Array.isArray(value)) fields.set(at, value.join(', '));
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) put(`${at}.${name}`, inner);
    else fields.set(at, typed(value as Typed));
  };
  for (const [fact, value] of Object.entries(others)) put(fact, value);
  for (const [name, { at, saidBy }] of Object.entries(times))
    fields.set(`times.${name}`, `${at}, said by ${typed(saidBy)}`);
  if (estimate !== undefined) fields.set('estimate', figure(estimate));
  if (records !== undefined) fields.set('records', figure(records));
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
