/** What is believed to have leaked, and runs of scope over it. */
import { createHash } from 'node:crypto';
import {
  type Changed,
  type ErrorCode,
  ForthrightError,
  type IncidentId,
  type Leak,
  type LeaksShown,
  MOST_LEAKS,
  newId,
  type Problem,
  type RunAsked,
  type RunFigures,
  type RunShown,
  type RunsListed,
  type SetLeaks,
} from '@forthright/contract';
import type { Reads, Tx } from '../platform/db/index.ts';
import type { Stored } from '../platform/index.ts';
import { addJob, cancelJob, endJob, failJob, type Held } from '../platform/queue/index.ts';
import { type Asked, deed, record } from '../prove/index.ts';
import { find, notFound } from './changes.ts';
import { askForDuties } from './duties/await.ts';
import { dropContent } from './files.ts';
import { problemsOfLeaks } from './load.ts';
import {
  answerOfRun,
  endRun,
  eraseAnswer,
  insertLeaks,
  insertRun,
  latestLeaks,
  leaksText,
  runsOf,
  type StoredRun,
} from './runs.store.ts';
import { insertEvidence, insertMove, isVisibleTo, visibleTo } from './store.ts';

/** The kind of job that runs scope over an incident's leaks. */
export const SCOPE_RUN = 'scope-run';
/** A process may end in the midst of it twice. */
const MOST_ATTEMPTS = 3;

export type Leaks = Readonly<{ leaks: readonly Leak[]; gaps: SetLeaks['gaps'] }>;

export const isVisible = (reads: Reads, incident: string, actor: string): Promise<boolean> =>
  isVisibleTo(reads, incident, actor);
/** The ids of all incidents that this actor may see. */
export const visibleIncidents = (reads: Reads, actor: string): Promise<string[]> => visibleTo(reads, actor);

/**
 * Says what is believed to have leaked. Refuses (`incident-invalid`) with every problem, and (`incident-changed`) whoever has
 * not seen the latest, with where both differ.
 */
export function setLeaks(asked: Asked, { incident: id, version, leaks, gaps }: SetLeaks): Promise<Changed> {
  const problems = [
    ...problemsOfLeaks({ leaks, gaps }),
    ...leaks.flatMap(problemsOfFiles),
    ...leaks.flatMap(problemsOfSuspect),
  ];
  if (problems.length > 0)
    throw new ForthrightError('incident-invalid', 'These leaks can not be looked for as they are.', {
      problems,
    });
  return deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, id, 'set-leaks');
    const latest = await latestLeaks(tx, incident.id);
    const now = latest?.version ?? 0;
    if (version !== now) throw await staleLeaks(tx, incident.id, { seen: version, now }, { leaks, gaps });
    const entry = await keepLeaks(tx, incident.id, now + 1, { leaks, gaps });
    return { incident: incident.id, version: now + 1, entry };
  });
}

async function keepLeaks(
  tx: Tx,
  incident: IncidentId,
  version: number,
  { leaks, gaps }: Leaks,
): Promise<number> {
  const entry = await record(tx, {
    kind: 'leaks-set',
    incident,
    facts: { version, kinds: leaks.map(({ kind }) => kind), gaps: gaps.length },
    texts: { leaks: { value: JSON.stringify({ leaks, gaps }) } },
  });
  await insertLeaks(tx, { incident, version, entry });
  return entry;
}

/**
 * Adds leaks to what is believed to have leaked, within a deed that does more. Ids that are taken get a number. Refuses
 * when there would be too many, and when the ones before were erased.
 */
export async function addLeaksWithin(
  tx: Tx,
  incident: IncidentId,
  added: readonly Leak[],
): Promise<Readonly<{ version: number; ids: readonly string[] }>> {
  const before = await leaksOf(tx, incident);
  if (before?.document === null)
    throw new ForthrightError(
      'leaks-missing',
      'What was believed to have leaked was erased; state it anew first.',
    );
  const taken = new Set(before?.document?.leaks.map(({ id }) => id));
  const renamed = added.map((leak) => {
    const id = freeId(leak.id, taken);
    taken.add(id);
    return { ...leak, id };
  });
  const leaks = [...(before?.document?.leaks ?? []), ...renamed];
  if (leaks.length > MOST_LEAKS)
    throw new ForthrightError('incident-refuses', `An incident holds at most ${MOST_LEAKS} leaks.`);
  const version = (before?.version ?? 0) + 1;
  await keepLeaks(tx, incident, version, { leaks, gaps: before?.document?.gaps ?? [] });
  return { version, ids: renamed.map(({ id }) => id) };
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n += 1) {
    const id = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(id)) return id;
  }
}

/** Whoever reaches the server names files of the workspace's folder by a plain path, and none that steers the program. */
export function problemsOfFiles(leak: Leak, i: number): Problem[] {
  const named = [
    ...('people' in leak && leak.people !== undefined ? [['people.at', leak.people.at] as const] : []),
    ...('eml' in leak && leak.eml !== undefined ? [['eml', leak.eml] as const] : []),
  ];
  return named
    .filter(([, path]) => !isPlainPath(path))
    .map(([field]) => ({
      at: `leaks.${i}.${field}`,
      message: 'a file below the folder of the workspace, such as lists/people.csv',
    }));
}

/** Whom it is about is said once. */
const problemsOfSuspect = (leak: Leak, i: number): Problem[] =>
  leak.kind === 'access' && leak.suspect !== undefined && leak.viewers !== undefined
    ? [{ at: `leaks.${i}.viewers`, message: 'the suspect is whom this is about; leave the viewers out' }]
    : [];

const PART = /^[\p{L}\p{N}_][\p{L}\p{N}_ .@+=,-]*$/u;
/** Whether a file may be named so: below the folder of the workspace, and none that steers the program. */
export const isPlainPath = (path: string): boolean =>
  path.split('/').every((part) => PART.test(part) && !part.includes('..')) && !/\.ya?ml$/i.test(path);

const MOST_SHOWN = 500;

async function staleLeaks(
  reads: Reads,
  incident: IncidentId,
  { seen, now }: Readonly<{ seen: number; now: number }>,
  yours: Leaks,
): Promise<ForthrightError> {
  const theirs = (await leaksOf(reads, incident))?.document;
  const byId = (given: Leaks | null | undefined) =>
    new Map([
      ...(given?.leaks ?? []).map((leak) => [`leaks.${leak.id}`, JSON.stringify(leak)] as const),
      ...(given === null || given === undefined ? [] : [['gaps', JSON.stringify(given.gaps)] as const]),
    ]);
  const [own, other] = [byId(yours), byId(theirs)];
  const short = (text = 'nothing') => (text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text);
  const problems = [...new Set([...own.keys(), ...other.keys()])]
    .filter((at) => own.get(at) !== other.get(at))
    .map((at) => ({ at, message: `yours: ${short(own.get(at))}; now: ${short(other.get(at))}` }));
  return new ForthrightError(
    'incident-changed',
    `You have seen version ${seen} of the leaks; they are at version ${now} now. Where they differ is listed.`,
    { problems },
  );
}

/** The leaks of this version, or the latest; undefined when there are none, `document` null when they were erased. */
export async function leaksOf(
  reads: Reads,
  incident: string,
  version?: number,
): Promise<Readonly<{ version: number; entry: number; document: Leaks | null }> | undefined> {
  const found = await latestLeaks(reads, incident, version);
  if (found === undefined) return undefined;
  const text = await leaksText(reads, found.entry);
  return { ...found, document: text === null ? null : (JSON.parse(text) as Leaks) };
}

export async function showLeaks(asked: Asked, incident: string): Promise<LeaksShown> {
  await refuseHidden(asked, incident);
  const found = await leaksOf(asked.db, incident);
  if (found === undefined) throw noLeaks();
  const { version, entry, document } = found;
  return {
    incident,
    version,
    entry,
    leaks: document === null ? null : [...document.leaks],
    gaps: document === null ? null : [...document.gaps],
  };
}

export const noLeaks = (): ForthrightError =>
  new ForthrightError('leaks-missing', 'It is not said what is believed to have leaked.');

async function refuseHidden({ db, actor }: Asked, incident: string): Promise<void> {
  if (!(await isVisibleTo(db, incident, actor.account))) throw notFound(incident);
}

/**
 * Asks for a run over the latest leaks: its job is there if this deed is. Refuses when nothing is said to have leaked,
 * and (`workspace-missing`) when no log can be looked into.
 */
export function askRun(asked: Asked, incidentId: string, hasWorkspace: boolean): Promise<RunAsked> {
  return deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, incidentId, 'run-scope');
    if (!hasWorkspace)
      throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
    const leaks = await latestLeaks(tx, incident.id);
    if (leaks === undefined) throw noLeaks();
    const job = await addJob(
      tx,
      {
        kind: SCOPE_RUN,
        input: { incident: incident.id, leaks: leaks.version },
        subject: incident.id,
        turn: incident.id,
        mostAttempts: MOST_ATTEMPTS,
        by: asked.actor.account,
      },
      at,
    );
    if (job === undefined) throw new Error('A job without a key is always added.');
    const entry = await record(tx, {
      kind: 'run-asked',
      incident: incident.id,
      facts: { job, leaks: leaks.version },
    });
    await insertRun(tx, {
      job,
      incident: incident.id,
      leaks: leaks.version,
      askedAt: at,
      askedBy: asked.actor.account,
      entry,
    });
    return { incident: incident.id, version: incident.version, id: job, entry };
  });
}

/** The people of a run: a file that is kept, JSON lines (`CohortRow` of scope) behind one of salt. */
export type Cohort = Stored & Readonly<{ people: number }>;

export type RunAnswer = Readonly<{
  run: string;
  figures: RunFigures;
  /** JSON, as it is hashed. */
  answer: string;
  /** SHA-256 of the workspace file that it was made with. */
  workspace: string;
  cohort: Cohort;
  /** Its people and single views, as `scope` keeps them. */
  views?: Stored;
}>;

const incidentOf = ({ subject }: Held): IncidentId => {
  if (subject === undefined) throw new Error('A run is about an incident.');
  return subject as IncidentId;
};

/** Keeps the answer of a run, and registers it as evidence; ends the job with it. Refuses whoever lost the job meanwhile. */
export function finishRun(
  asked: Asked,
  job: Held,
  { run, figures, answer, workspace, cohort, views }: RunAnswer,
): Promise<void> {
  const incident = incidentOf(job);
  const bytes = Buffer.from(answer, 'utf8');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const evidence = newId('evi');
  return deed(asked, async (tx, at) => {
    const entry = await record(tx, {
      kind: 'run-finished',
      incident,
      facts: {
        job: job.id,
        run,
        evidence,
        sha256,
        bytes: bytes.length,
        workspace,
        figures: { ...figures },
        people: cohort.sha256,
        ...(views !== undefined && { views: views.sha256 }),
      },
      texts: {
        name: { value: `${run}.json` },
        origin: { value: 'The answer of a run of scope on this server, kept beside its job.' },
      },
    });
    await insertEvidence(tx, incident, { id: evidence, entry, kind: 'run', sha256, bytes: bytes.length });
    await endRun(tx, {
      job: job.id,
      state: 'done',
      entry,
      run,
      evidence,
      figures,
      answer,
      cohort,
      ...(views && { views }),
    });
    await askForDuties(tx, incident, entry, at);
    await endJob(tx, job, at, { run, sha256, entry });
  });
}

/** Records that a run failed, and why; ends the job with it. Refuses whoever lost the job meanwhile. */
export function failRun(asked: Asked, job: Held, code: ErrorCode): Promise<void> {
  const incident = incidentOf(job);
  return deed(asked, async (tx, at) => {
    const entry = await record(tx, { kind: 'run-failed', incident, facts: { job: job.id, code } });
    await endRun(tx, { job: job.id, state: 'failed', entry, code });
    await failJob(tx, job, at, code);
  });
}

/** Cancels the job of a run, with its entry, within a deed. Refuses one that has ended. */
export async function cancelRun(tx: Tx, job: string, incident: string, at: Date): Promise<number> {
  if (!(await cancelJob(tx, job, at))) throw new ForthrightError('job-ended', 'The job has ended already.');
  const entry = await record(tx, { kind: 'run-cancelled', incident, facts: { job } });
  await endRun(tx, { job, state: 'cancelled', entry });
  return entry;
}

/** The job of the last run of this incident that ended well. */
export const lastRun = async (reads: Reads, incident: string): Promise<string | undefined> =>
  (await runsOf(reads, incident)).find(({ state }) => state === 'done')?.job;

/** The run of this job in this incident, when it ended well and its people were not erased. */
export async function cohortOfRun(
  reads: Reads,
  incident: string,
  job: string,
): Promise<Readonly<{ run: string; answer: string; cohort: Cohort; leaks: number }> | undefined> {
  const [found] = await runsOf(reads, incident, job);
  const answer = await answerOfRun(reads, job);
  if (found?.run === undefined || found.cohort === undefined || answer === null) return undefined;
  return { run: found.run, answer, cohort: found.cohort, leaks: found.leaks };
}

/**
 * What the run of this job in this incident has kept, for whoever may see it. Refuses as `views-missing` a run that has
 * not ended well, that kept nothing, or whose answer was erased.
 */
export async function viewsOfRun(
  asked: Asked,
  incident: string,
  job: string,
): Promise<Readonly<{ run: string; answer: string; leaks: number; views: Stored }>> {
  await refuseHidden(asked, incident);
  const found = (await runsOf(asked.db, incident, job))[0] ?? noRun(job);
  const answer = await answerOfRun(asked.db, job);
  if (found.run === undefined || found.views === undefined || answer === null)
    throw new ForthrightError('views-missing', `Run ${job.slice(0, 60)} has no single views to look into.`);
  return { run: found.run, answer, leaks: found.leaks, views: found.views };
}

const listed = (run: StoredRun): RunsListed['runs'][number] => ({
  job: run.job,
  state: run.state,
  leaks: run.leaks,
  askedBy: run.askedBy,
  askedAt: run.askedAt.toISOString(),
  entry: run.entry,
  ...(run.endedEntry === undefined ? {} : { endedEntry: run.endedEntry }),
  ...(run.code === undefined ? {} : { code: run.code }),
  ...(run.run === undefined ? {} : { run: run.run }),
  ...(run.evidence === undefined ? {} : { evidence: run.evidence }),
  ...(run.sha256 === undefined ? {} : { sha256: run.sha256 }),
  ...(run.bytes === undefined ? {} : { bytes: run.bytes }),
  ...(run.figures === undefined ? {} : { figures: run.figures }),
});

export async function listRuns(asked: Asked, incident: string): Promise<RunsListed> {
  await refuseHidden(asked, incident);
  return { runs: (await runsOf(asked.db, incident)).map(listed) };
}

export async function showRun(
  asked: Asked,
  { incident, job }: Readonly<{ incident: string; job: string }>,
): Promise<RunShown> {
  await refuseHidden(asked, incident);
  const run = (await runsOf(asked.db, incident, job))[0] ?? noRun(job);
  return { ...listed(run), answer: await answerOfRun(asked.db, job) };
}

function noRun(job: string): never {
  throw new ForthrightError('job-not-found', `This incident has no run ${job.slice(0, 60)}.`);
}

/** Erases answer, people and single views of a run, which hold addresses and accounts; their hashes and the figures stay. */
export async function eraseRunAnswer(
  asked: Asked,
  { incident: id, job }: Readonly<{ incident: string; job: string }>,
): Promise<Changed> {
  let kept: (string | undefined)[] = [];
  const erased = deed(asked, async (tx) => {
    const { incident } = await find(tx, asked, id, 'erase-text');
    const [run] = await runsOf(tx, incident.id, job);
    kept = [run?.cohort?.sha256, run?.views?.sha256];
    if (!(await eraseAnswer(tx, incident.id, job)))
      throw new ForthrightError('text-not-found', 'There is no answer of such a run that could be erased.');
    const entry = await record(tx, {
      kind: 'run-answer-erased',
      incident: incident.id,
      facts: { job },
    });
    await insertMove(tx, incident.id, entry, 'erase-text');
    return { incident: incident.id, version: incident.version, entry };
  });
  const changed = await erased;
  // What a crash leaves here goes with the next start's sweep.
  for (const sha256 of kept) if (sha256 !== undefined) await dropContent(asked.db, sha256);
  return changed;
}
