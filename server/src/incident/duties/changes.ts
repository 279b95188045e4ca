/** What is done about duties of law. Each is one deed. */
import {
  type DutiesSettled,
  type DutyAct,
  type ExcuseDuties,
  ForthrightError,
  type FulfilDuty,
  newId,
  type ReopenDuty,
} from '@forthright/contract';
import type { Tx } from '../../platform/db/index.ts';
import { type Asked, record, timelineOf } from '../../prove/index.ts';
import { finishTask, insertTask, lastDoneTasksOf, openTasksOf } from '../store.ts';
import type { Incident, LaterAct } from '../types.ts';
import { deedUpon, type UponEvent } from '../upon.ts';
import { askForDuties } from './await.ts';
import { answersDone, answersOf } from './rules.ts';
import { insertDutySteps, keptDuties, type NewStep, STEP_TEXTS } from './store.ts';
import type { KeptDuty, Settled } from './types.ts';

/** A clock may be a little off. */
const SLACK_MS = 300_000;

const refuse = (message: string): never => {
  throw new ForthrightError('incident-refuses', message);
};

/** These duties of the incident. Refuses (`duty-not-found`) one that the last assessment does not name. */
async function dutiesNamed(tx: Tx, incident: Incident, names: readonly string[]): Promise<KeptDuty[]> {
  const kept = await keptDuties(tx, incident.id);
  return [...new Set(names)].map((name) => {
    const found = kept.get(name);
    if (found === undefined)
      throw new ForthrightError(
        'duty-not-found',
        `There is no duty ${name} to settle: the last assessment names none that may be due, or this record itself is what it asks for.`,
      );
    return found;
  });
}

export type Fulfilled = Readonly<{
  at: string;
  receipt?: string | undefined;
  delayReasons?: string | undefined;
}>;

/**
 * Refuses to take these duties for fulfilled: when one is settled, when it lies ahead, when the receipt is no evidence, and
 * when it was late and nobody says why (GDPR Art. 33(1) and what the form of each authority asks).
 */
export async function refuseUnfulfilled(
  tx: Tx,
  { incident, now }: Readonly<{ incident: Incident; now: Date }>,
  names: readonly string[],
  { at, receipt, delayReasons }: Fulfilled,
): Promise<void> {
  const duties = await dutiesNamed(tx, incident, names);
  if (Date.parse(at) > now.getTime() + SLACK_MS) refuse(`It can not have been done: ${at} lies ahead.`);
  if (receipt !== undefined && !incident.evidence.some(({ id }) => id === receipt))
    refuse(`The incident has no evidence ${receipt}: add the receipt first.`);
  for (const { duty, settled, until, untilWords } of duties) {
    if (settled === 'fulfilled')
      refuse(`The duty ${duty} is fulfilled already; reopen it with a reason first.`);
    if (until !== null && Date.parse(at) > Date.parse(until) && delayReasons === undefined)
      refuse(`It was late: the deadline of ${duty} was ${untilWords}. Give the reasons for the delay.`);
  }
}

/**
 * Keeps, within a deed of this entry, what was done about duties; they are assessed anew, since clocks may start with it.
 * What a decision obliges to and the duty of law are one thing: the last duty to the authority, or to the people, that is
 * fulfilled, or excused after another was, ends the task of the decision, with an entry of its own; one that is taken
 * back gives that task anew, but for a task that a person finished by hand.
 */
export async function settleDuties(tx: Tx, step: NewStep, now: Date): Promise<void> {
  if (step.duties.length === 0) return;
  await insertDutySteps(tx, step);
  if (step.act === 'reopened') await giveTasksAnew(tx, step);
  else await endTasks(tx, step, step.act);
  await askForDuties(tx, step.incident, step.entry, now);
}

async function endTasks(tx: Tx, { incident, duties, entry }: NewStep, act: Settled): Promise<void> {
  const answers = answersDone([...(await keptDuties(tx, incident)).values()], { act, duties });
  for (const task of await openTasksOf(tx, incident, answers)) {
    const finished = await record(tx, {
      kind: 'task-finished',
      incident,
      facts: { task, outcome: 'done', duties: [...duties], by: entry },
      texts: { text: { value: `With the duty ${duties.join(', ')}.` } },
    });
    await finishTask(tx, task, 'done', finished);
  }
}

/**
 * Where duties ended the task of a decision and, now that these are open again, it is not carried out: the same owner has
 * the same task anew, until the same day. What was finished stays in the record as it was.
 */
async function giveTasksAnew(tx: Tx, { incident, duties, entry }: NewStep): Promise<void> {
  const kept = [...(await keptDuties(tx, incident)).values()];
  const done = answersDone(kept, { act: 'fulfilled', duties: [] });
  const undone = answersOf(kept.filter(({ duty }) => duties.includes(duty))).filter(
    (one) => !done.includes(one),
  );
  for (const { answer, owner, due, finished } of await lastDoneTasksOf(tx, incident, undone)) {
    const [ended] = await timelineOf(tx, incident, { after: finished - 1, most: 1 });
    if (ended?.facts.duties === undefined) continue;
    const task = newId('tsk');
    const added = await record(tx, {
      kind: 'task-added',
      incident,
      facts: { task, answer, owner, due, duties: [...duties], by: entry },
    });
    await insertTask(tx, incident, added, { id: task, answer, owner, due });
  }
}

type Settling = Readonly<{
  incident: string;
  step: DutyAct;
  act: LaterAct;
  at?: string;
  receipt?: string | undefined;
}>;
type Looked = Readonly<{ names: readonly string[]; texts: UponEvent['texts'] }>;

async function settle(
  asked: Asked,
  { incident: id, step, act, at, receipt }: Settling,
  look: (tx: Tx, incident: Incident, now: Date) => Promise<Looked>,
): Promise<DutiesSettled> {
  let duties: readonly string[] = [];
  const done = await deedUpon(
    asked,
    id,
    { kind: `duty-${step}`, act },
    async ({ tx, at: now, incident }) => {
      const { names, texts } = await look(tx, incident, now);
      duties = [...new Set(names)];
      return {
        texts,
        facts: {
          duties,
          ...(at === undefined ? {} : { at }),
          ...(receipt === undefined ? {} : { receipt }),
        },
      };
    },
    async ({ tx, at: now, incident }, entry) => {
      const by = asked.actor.account;
      const when = at ?? now.toISOString();
      await settleDuties(tx, { entry, incident: incident.id, duties, act: step, at: when, by, receipt }, now);
    },
  );
  return { ...done, settled: duties.length, open: step === 'reopened' ? [...duties] : [] };
}

/** Records that a duty was done: when, how, the authority's number and receipt, and why late where it was. */
export const fulfilDuty = (
  asked: Asked,
  { incident, duty, at, text, reference, receipt, delayReasons }: FulfilDuty,
): Promise<DutiesSettled> =>
  settle(asked, { incident, step: 'fulfilled', act: 'fulfil-duty', at, receipt }, async (tx, found, now) => {
    await refuseUnfulfilled(tx, { incident: found, now }, [duty], { at, receipt, delayReasons });
    const texts = {
      [STEP_TEXTS.text]: { value: text },
      ...(reference === undefined ? {} : { [STEP_TEXTS.reference]: { value: reference } }),
      ...(delayReasons === undefined ? {} : { [STEP_TEXTS.delayReasons]: { value: delayReasons } }),
    };
    return { names: [duty], texts };
  });

/** Every open duty of this status. Refuses when there is none. */
async function openOfStatus(
  tx: Tx,
  incident: Incident,
  status: NonNullable<ExcuseDuties['status']>,
): Promise<readonly string[]> {
  const open = [...(await keptDuties(tx, incident.id)).values()]
    .filter((one) => one.status === status && one.settled === null)
    .map(({ duty }) => duty);
  return open.length > 0 ? open.toSorted() : refuse(`The incident has no open duty of the status ${status}.`);
}

/**
 * Records why nothing is done about duties that are due, can't be told, or that nobody has verified: these by name, or all
 * of a status. Refuses both together, or neither.
 */
export function excuseDuties(
  asked: Asked,
  { incident, duties, status, reason }: ExcuseDuties,
): Promise<DutiesSettled> {
  return settle(asked, { incident, step: 'excused', act: 'excuse-duties' }, async (tx, found) => {
    if ((duties === undefined) === (status === undefined))
      throw new ForthrightError('usage', 'Say either `duties`, by name, or `status`.');
    const names = status === undefined ? (duties ?? []) : await openOfStatus(tx, found, status);
    for (const { duty, settled, status: is } of await dutiesNamed(tx, found, names)) {
      if (settled !== null) refuse(`The duty ${duty} is ${settled} already; reopen it with a reason first.`);
      if (is === 'not-due') refuse(`The duty ${duty} is not due: there is nothing to excuse.`);
    }
    return { names, texts: { [STEP_TEXTS.text]: { value: reason } } };
  });
}

/** Takes back that a duty was fulfilled or excused. */
export const reopenDuty = (asked: Asked, { incident, duty, reason }: ReopenDuty): Promise<DutiesSettled> =>
  settle(asked, { incident, step: 'reopened', act: 'reopen-duty' }, async (tx, found) => {
    const [kept] = await dutiesNamed(tx, found, [duty]);
    if (kept?.settled === null) refuse(`The duty ${duty} is neither fulfilled nor excused.`);
    return { names: [duty], texts: { [STEP_TEXTS.text]: { value: reason } } };
  });
