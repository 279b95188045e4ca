/** What changes an incident. Each is one deed: the change and its entry in the register, or neither. */
import {
  type AddEvidence,
  type AddNote,
  type AddTask,
  type Changed,
  type CloseIncident,
  type Decide,
  type DecisionId,
  type EraseText,
  type FinishTask,
  ForthrightError,
  newId,
  type OpenIncident,
  type Problem,
  type ReopenIncident,
  type RestrictIncident,
  type SetIncidentFacts,
  type TaskId,
} from '@forthright/contract';
import { type Named, refuseUnlessActive } from '../people/index.ts';
import type { Reads, Tx } from '../platform/db/index.ts';
import { type Asked, deed, eraseText, record, refuseUnlessMay } from '../prove/index.ts';
import { askForDuties } from './duties/await.ts';
import { type GivenFacts, mergedFacts, type StoredFacts, statedFacts, storedFacts } from './facts.ts';
import { eraseHash } from './papers/store.ts';
import {
  blockersOf,
  changed,
  closingFacts,
  DUTIES,
  differences,
  endedBy,
  futureTimes,
  isOwnProposal,
  MOVES,
  openProposals,
} from './rules.ts';
import {
  endDecisions,
  type Found,
  factsOfVersion,
  findAnyIncident,
  findIncident,
  finishTask as finishTaskRow,
  insertDecision,
  insertEvidence,
  insertIncident,
  insertMove,
  insertTask,
  insertVersion,
  setRestriction,
  setState,
  setTaskDue,
} from './store.ts';
import type { Act, Facts, Incident } from './types.ts';

export function notFound(id: string): ForthrightError {
  return new ForthrightError(
    'incident-not-found',
    `There is no incident ${id.slice(0, 60)} that you may see.`,
  );
}

/** The incident as this actor may see it (the program sees all), in a state in which `act` is possible. */
export async function find(tx: Reads, { actor }: Asked, id: string, act: Act): Promise<Found> {
  const found = actor.via === 'program' ? await findAnyIncident(tx, id) : await findIncident(tx, id, actor);
  if (found === undefined) throw notFound(id);
  const move = MOVES[found.incident.state][act];
  if ('no' in move) throw new ForthrightError('incident-refuses', `This can not be done: ${move.no}.`);
  return found;
}

/** Refuses, naming each, people who could not do what they are named for: no account, no role, or the incident is hidden from them. */
export async function refuseUnableTo(
  tx: Tx,
  { restrictedTo }: Pick<Incident, 'restrictedTo'>,
  named: readonly Named[],
): Promise<void> {
  await refuseUnlessActive(tx, named);
  const problems = named
    .filter(({ account }) => restrictedTo?.includes(account) === false)
    .map(({ at, account }) => ({ at, message: `${account} may not see this restricted incident` }));
  if (problems.length > 0)
    throw new ForthrightError('account-unsuitable', 'Name people who may see the incident.', { problems });
}

/** Refuses whoever has not seen the latest facts, with both versions. */
export async function refuseStale(
  tx: Tx,
  incident: Incident,
  seen: number,
  yours?: (seen: Facts) => Facts,
): Promise<void> {
  const { id, version, facts } = incident;
  if (seen === version) return;
  const before = await factsOfVersion(tx, id, seen);
  const mine = before === undefined ? undefined : (yours?.(before) ?? before);
  throw new ForthrightError(
    'incident-changed',
    `You have seen version ${seen} of this incident; it is at version ${version} now. Where they differ is listed.`,
    { problems: mine === undefined ? [] : differences(mine, facts) },
  );
}

export function refuseFuture(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  throw new ForthrightError('incident-refuses', 'A time that is said to have been lies ahead.', { problems });
}

/** Refuses a figure that is said to come from a run which is not registered here. */
function refuseUnknownRun(given: GivenFacts, evidence: Incident['evidence']): void {
  const problems = (['estimate', 'records'] as const).flatMap((fact) => {
    const run = given[fact]?.run;
    return run === undefined || evidence.some(({ id, kind }) => id === run && kind === 'run')
      ? []
      : [{ at: `${fact}.run`, message: `the incident has no run ${run} among its evidence` }];
  });
  if (problems.length > 0)
    throw new ForthrightError('incident-refuses', 'Register the run as evidence first.', { problems });
}

export function openIncident(asked: Asked, given: OpenIncident): Promise<Changed> {
  refuseFuture(futureTimes(given.times, asked.now()));
  refuseUnknownRun(given, []);
  const id = newId('inc');
  return deed(asked, async (tx, at) => {
    await insertIncident(tx, { id, openedAt: at, openedBy: asked.actor.account });
    const entry = await record(tx, { kind: 'incident-opened', incident: id, ...statedFacts(given) });
    await insertVersion(tx, { id, version: 1, entry, facts: storedFacts(given, entry) as StoredFacts });
    return { incident: id, version: 1, entry };
  });
}

export function setFacts(
  asked: Asked,
  { incident: id, version, ...given }: SetIncidentFacts,
): Promise<Changed> {
  refuseFuture(futureTimes(given.times, asked.now()));
  return deed(asked, async (tx, at) => {
    const { incident, stored } = await find(tx, asked, id, 'set-facts');
    await refuseStale(tx, incident, version, (seen) => changed(seen, given));
    refuseUnknownRun(given, incident.evidence);
    const stated = statedFacts(given);
    const entry = await record(tx, {
      kind: 'incident-facts-set',
      incident: incident.id,
      facts: { version: version + 1, ...stated.facts },
      texts: stated.texts,
    });
    await insertVersion(tx, {
      id: incident.id,
      version: version + 1,
      entry,
      facts: mergedFacts(stored, given, entry),
    });
    await askForDuties(tx, incident.id, entry, at);
    return { incident: incident.id, version: version + 1, entry };
  });
}

/** A proposal, or the decision itself: with a reason, by a named person, and not upon one's own proposal. */
export function decide(asked: Asked, given: Decide): Promise<Changed> {
  const { step, answer, reason, due, proposal, version, seen } = given;
  if (step === 'decision' && asked.actor.via === 'program')
    throw new ForthrightError('not-permitted', 'A program proposes; a person decides.');
  if (step === 'decision')
    refuseUnlessMay(
      asked.actor,
      proposal === undefined ? ['privacy-officer'] : ['privacy-officer', 'approver'],
    );
  else refuseUnlessMay(asked.actor, ['investigator', 'privacy-officer']);
  const id = newId('dec');
  const duty = newId('tsk');
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given.incident, step === 'decision' ? 'decide' : 'propose');
    await refuseStale(tx, incident, version);
    refuseUnseen(incident, seen);
    if (step === 'decision') refuseDecision(asked, given, incident);
    const open = incident.tasks.find((task) => task.answer === answer && task.state === 'open');
    const hasDuty = step === 'decision' && due !== undefined && DUTIES[answer] !== undefined;
    const entry = await record(tx, {
      kind: step === 'decision' ? 'incident-decided' : 'incident-proposed',
      incident: incident.id,
      facts: {
        decision: id,
        answer,
        version,
        ...(due === undefined ? {} : { due }),
        ...(proposal === undefined ? {} : { proposal }),
        ...(hasDuty ? { duty: open?.id ?? duty } : {}),
      },
      texts: { reason: { value: reason } },
    });
    const made = {
      id,
      step,
      answer,
      by: asked.actor.account,
      at,
      ...(due === undefined ? {} : { due }),
    };
    await insertDecision(tx, incident.id, entry, made);
    if (step === 'decision') {
      const ended = endedBy(answer, incident).map((one) => one.id);
      await endDecisions(tx, proposal === undefined ? ended : [...ended, proposal as DecisionId], id);
      if (hasDuty && open !== undefined) await setTaskDue(tx, open.id, due);
      else if (hasDuty)
        await insertTask(tx, incident.id, entry, { id: duty, answer, owner: asked.actor.account, due });
      await setState(tx, incident.id, 'decided', null);
      await askForDuties(tx, incident.id, entry, at);
    }
    return {
      incident: incident.id,
      version,
      id,
      entry,
      ...(hasDuty ? { duty: open?.id ?? duty } : {}),
    };
  });
}

/** Refuses whoever would answer, or overturn, what they have not read. */
function refuseUnseen({ decisions }: Incident, seen = decisions.length): void {
  if (decisions.length <= seen) return;
  throw new ForthrightError('incident-changed', 'Something was proposed or decided since you have read it.', {
    problems: decisions
      .slice(seen)
      .map(({ id, step, answer, by }) => ({ at: id, message: `${step} by ${by}: ${answer}` })),
  });
}

function refuseDecision({ actor }: Asked, { answer, proposal }: Decide, incident: Incident): void {
  const proposed = openProposals(incident).find(({ id }) => id === proposal);
  if (proposal !== undefined && proposed === undefined)
    throw new ForthrightError('decision-not-found', `The incident has no open proposal ${proposal}.`);
  // An approver says yes to what was proposed; to decide otherwise is the officer's.
  if (proposed !== undefined && proposed.answer !== answer) refuseUnlessMay(actor, ['privacy-officer']);
  if (isOwnProposal(actor.account, answer, proposal, incident))
    throw new ForthrightError('own-proposal', 'You have proposed this yourself; somebody else decides it.');
}

export function addTask(asked: Asked, { incident: given, ...task }: AddTask): Promise<Changed> {
  return deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, given, 'add-task');
    const { id, entry } = await addTaskWithin(tx, incident, task);
    return { incident: incident.id, version: incident.version, id, entry };
  });
}

/** The same within a deed that does more, upon an incident that was found in it. */
export async function addTaskWithin(
  tx: Tx,
  incident: Pick<Incident, 'id' | 'restrictedTo'>,
  { what, owner, due }: Omit<AddTask, 'incident'>,
): Promise<Readonly<{ id: TaskId; entry: number }>> {
  const id = newId('tsk');
  await refuseUnableTo(tx, incident, [{ at: 'owner', account: owner }]);
  const entry = await record(tx, {
    kind: 'task-added',
    incident: incident.id,
    facts: { task: id, owner, due },
    texts: { what: { value: what } },
  });
  await insertTask(tx, incident.id, entry, { id, owner, due });
  return { id, entry };
}

export function finishTask(
  asked: Asked,
  { incident: given, task: id, outcome, text }: FinishTask,
): Promise<Changed> {
  return deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, given, 'finish-task');
    const task = incident.tasks.find((one) => one.id === id);
    if (task === undefined) throw new ForthrightError('task-not-found', `The incident has no task ${id}.`);
    if (task.state !== 'open')
      throw new ForthrightError(
        'incident-refuses',
        `This can not be done: the task is ${task.state} already.`,
      );
    if (task.kind === 'duty' && outcome === 'excused') refuseUnlessMay(asked.actor, ['privacy-officer']);
    const entry = await record(tx, {
      kind: 'task-finished',
      incident: incident.id,
      facts: { task: id, outcome },
      texts: { text: { value: text } },
    });
    await finishTaskRow(tx, task.id, outcome, entry);
    return { incident: incident.id, version: incident.version, id, entry };
  });
}

export function addNote(asked: Asked, { incident: given, text }: AddNote): Promise<Changed> {
  return deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, given, 'add-note');
    const entry = await record(tx, {
      kind: 'note-added',
      incident: incident.id,
      texts: { text: { value: text } },
    });
    await insertMove(tx, incident.id, entry, 'add-note');
    return { incident: incident.id, version: incident.version, entry };
  });
}

export function addEvidence(
  asked: Asked,
  { incident: given, kind, sha256, bytes, name, origin }: AddEvidence,
): Promise<Changed> {
  const id = newId('evi');
  return deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, given, 'add-evidence');
    const entry = await record(tx, {
      kind: 'evidence-added',
      incident: incident.id,
      facts: { evidence: id, kind, sha256, bytes },
      texts: { name: { value: name }, origin: { value: origin } },
    });
    await insertEvidence(tx, incident.id, { id, entry, kind, sha256, bytes });
    return { incident: incident.id, version: incident.version, id, entry };
  });
}

/**
 * Names who alone may see the incident, or lifts that. Refuses a list without the one who makes it, since nobody would be left to
 * change it, and people without an account or a role.
 */
export function restrictIncident(
  asked: Asked,
  { incident: given, people, reason }: RestrictIncident,
): Promise<Changed> {
  return deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, given, 'restrict');
    if (people !== null && !people.includes(asked.actor.account))
      throw new ForthrightError(
        'incident-refuses',
        'Name yourself, too: whoever restricts an incident answers for the list.',
      );
    const named = people === null ? null : [...new Set(people)].sort();
    await refuseUnlessActive(
      tx,
      (people ?? []).map((account, i) => ({ at: `people.${i}`, account })),
    );
    const entry = await record(tx, {
      kind: 'incident-restricted',
      incident: incident.id,
      facts: { people: named },
      texts: { reason: { value: reason } },
    });
    await setRestriction(tx, incident.id, named);
    await insertMove(tx, incident.id, entry, 'restrict');
    return { incident: incident.id, version: incident.version, entry };
  });
}

/** Refuses with everything that blocks it. */
export function closeIncident(asked: Asked, given: CloseIncident): Promise<Changed> {
  return deed(asked, async (tx, at) => {
    // A closed one is refused as such; an open one with all that is missing.
    const seen = await findIncident(tx, given.incident, asked.actor);
    const blockers =
      seen === undefined || seen.incident.state === 'closed' ? [] : blockersOf(seen.incident, at);
    if (blockers.length > 0)
      throw new ForthrightError('incident-not-closable', 'The incident can not be closed yet.', {
        problems: blockers.map(({ blocker, of, message }) => ({ at: of ?? blocker, message })),
      });
    const { incident } = await find(tx, asked, given.incident, 'close');
    await refuseStale(tx, incident, given.version);
    const entry = await record(tx, {
      kind: 'incident-closed',
      incident: incident.id,
      facts: closingFacts(incident, given),
      texts: { summary: { value: given.summary } },
    });
    await setState(tx, incident.id, 'closed', at);
    await insertMove(tx, incident.id, entry, 'close');
    return { incident: incident.id, version: incident.version, entry };
  });
}

export function reopenIncident(asked: Asked, { incident: given, reason }: ReopenIncident): Promise<Changed> {
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given, 'reopen');
    const entry = await record(tx, {
      kind: 'incident-reopened',
      incident: incident.id,
      texts: { reason: { value: reason } },
    });
    await setState(tx, incident.id, 'decided', null);
    await insertMove(tx, incident.id, entry, 'reopen');
    await askForDuties(tx, incident.id, entry, at);
    return { incident: incident.id, version: incident.version, entry };
  });
}

/** Erases one typed text for good, because somebody has a right to that. That it was done stays recorded. */
export function eraseIncidentText(asked: Asked, given: EraseText): Promise<Changed> {
  return deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, given.incident, 'erase-text');
    if (
      incident.evidence.some(({ entry, sha256 }) => entry === given.entry && sha256 !== null) &&
      given.name === 'sha256'
    )
      throw new ForthrightError(
        'incident-refuses',
        'This can not be done: the hash goes with the file; erase that.',
      );
    const entry = await eraseText(tx, { index: given.entry, name: given.name, incident: incident.id });
    await eraseHash(tx, given.entry, given.name);
    await insertMove(tx, incident.id, entry, 'erase-text');
    return { incident: incident.id, version: incident.version, entry };
  });
}
