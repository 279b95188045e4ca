/** What follows from a trace: tasks, and the look-ups of a confirmed suspect as a leak. */
import {
  type ConfirmSuspect,
  ForthrightError,
  type Leak,
  type Measure,
  type MeasuresTaken,
  type SuspectConfirmed,
  type TakeMeasures,
} from '@forthright/contract';
import { addLeaksWithin, addTaskWithin, deedUpon, findIncident, notFound } from '../incident/index.ts';
import type { Reads } from '../platform/db/index.ts';
import type { Asked, SealPlace } from '../prove/index.ts';
import { openBehind } from './behind.ts';
import { candidateOf, setConfirmed, traceOfJob } from './store.ts';
import { type NamedIn, namedIn, refuseEnded, refuseLocked } from './traces.ts';

/** In the words of the answer: a task never says a name that two people must unlock. */
const WORDS: Readonly<Record<Measure, (candidate: string) => string>> = {
  'suspend-access': (candidate) => `Suspend the access of ${candidate} to customers' data.`,
  'block-seller': (candidate) =>
    `Block the seller to whom the addresses went that ${candidate} stands for, and preserve what they have sent.`,
  'preserve-mailbox': (candidate) =>
    `Preserve mailbox, messages and files of ${candidate} as they are, before anybody is warned.`,
};

/** Gives the tasks that a trace calls for, all or none. Refuses whom its answer does not name. */
export async function takeMeasures(
  asked: Asked,
  { incident: given, trace, job, candidate, measures, owner, due }: TakeMeasures,
): Promise<MeasuresTaken> {
  const tasks: MeasuresTaken['tasks'] = [];
  const { incident, entry } = await deedUpon(
    asked,
    given,
    { kind: 'trace-measures-taken', act: 'trace' },
    async ({ tx, at, incident }) => {
      const named = await namedIn(tx, { incident: incident.id, trace, job, candidate }, at);
      tasks.length = 0;
      for (const measure of new Set(measures)) {
        const what = `${WORDS[measure](candidate)} As in the answer ${named.run.evidence} of ${trace}.`;
        const { id: task, entry } = await addTaskWithin(tx, incident, { what, owner, due });
        tasks.push({ measure, task, entry });
      }
      return {
        facts: { trace, job, measures: tasks.map((x) => x.measure), tasks: tasks.map((x) => x.task) },
        texts: { candidate: { value: candidate } },
      };
    },
  );
  return { incident, tasks, entry };
}

/** For what is said of whoever stands out only. */
export const notRanked = (candidate: string): ForthrightError =>
  new ForthrightError(
    'candidate-not-found',
    `${candidate} stands in a count of what everybody can see, which points to nobody.`,
  );

/** What they looked up in the window of the trace, wherever it looked at their kind. */
function leaksFrom({ definition, one, run }: NamedIn, fields: readonly string[]): Leak[] {
  const viewers = one.kind === 'path' ? 'paths' : 'people';
  // A count of what can be seen says nothing of who passed anything on.
  if (definition === null || !('reports' in definition)) return [];
  const { from, to, access } = definition;
  return access
    .filter((x) => x.viewers === viewers)
    .map(({ log, actions, path }) => ({
      id: 'suspect',
      kind: 'access',
      log,
      from,
      to,
      fields: [...fields],
      suspect: { job: run.job, candidate: one.candidate },
      ...(actions === undefined ? {} : { actions }),
      ...(path === undefined ? {} : { path }),
    }));
}

/**
 * Confirms a candidate as a source: their look-ups become leaks of kind `access`, by this one deed. Refuses while the name is locked,
 * and whoever was confirmed before.
 */
export async function confirmSuspect(
  asked: Asked,
  { incident: given, trace, job, candidate, fields, reason }: ConfirmSuspect,
): Promise<SuspectConfirmed> {
  if ((await findIncident(asked.db, given, asked.actor)) === undefined) throw notFound(given);
  let added: Awaited<ReturnType<typeof addLeaksWithin>> = { version: 0, ids: [] };
  const { incident, entry } = await deedUpon(
    asked,
    given,
    { kind: 'trace-suspect-confirmed', act: 'trace' },
    async ({ tx, at, incident }) => {
      const named = await namedIn(tx, { incident: incident.id, trace, job, candidate }, at);
      await refuseLocked(tx, named, at);
      if (named.run.what !== 'trace') throw notRanked(candidate);
      if (named.one.confirmedEntry !== undefined)
        throw new ForthrightError('incident-refuses', `${candidate} was confirmed before.`);
      added = await addLeaksWithin(tx, incident.id, leaksFrom(named, fields));
      const { version, ids } = added;
      return {
        facts: { trace, job, leaks: version, ids: [...ids] },
        texts: { candidate: { value: candidate }, reason: { value: reason } },
      };
    },
    ({ tx }, entry) => setConfirmed(tx, job, candidate, entry),
  );
  return { incident, leaks: added.version, ids: [...added.ids], entry };
}

/**
 * Leaks with the accounts of those whom they call suspects, for the engine alone. Refuses who was not confirmed in this incident, and
 * whose name was erased.
 */
export async function withSuspects(
  reads: Reads,
  incident: string,
  leaks: readonly Leak[],
  { seals, now }: Readonly<{ seals: SealPlace; now: Date }>,
): Promise<Leak[]> {
  const all: Leak[] = [];
  for (const leak of leaks) {
    if (leak.kind !== 'access' || leak.suspect === undefined) {
      all.push(leak);
      continue;
    }
    const { job, candidate } = leak.suspect;
    const trace = await traceOfJob(reads, job);
    const one = await candidateOf(reads, job, candidate);
    if (trace?.incident !== incident || one?.confirmedEntry === undefined)
      throw new ForthrightError(
        'candidate-not-found',
        `Leak ${leak.id} is about somebody whom no trace of this incident names and nobody has confirmed.`,
      );
    refuseEnded(trace, now);
    const { account, members } = await openBehind(seals, one.sealed, { job, candidate });
    all.push({ ...leak, viewers: one.kind === 'team' ? [...members] : [account] });
  }
  return all;
}
