/** Traces in the record of an incident: each step one deed. Nobody is scored before the gate is recorded. */
import { createHash } from 'node:crypto';
import {
  AccessDefinition,
  type ConfirmGate,
  type EraseTrace,
  type ErrorCode,
  ForthrightError,
  GivenGate,
  type IncidentId,
  newId,
  type OfTrace,
  type OfTraceRun,
  type OpenTrace,
  type Problem,
  type RunAccess,
  type RunTrace,
  type ShowSuspect,
  type SuspectShown,
  type TraceChanged,
  TraceDefinition,
  type TraceFile,
  type TraceRunListed,
  type TraceRunShown,
  type TraceShown,
  type TracesListed,
  type Workspace,
} from '@forthright/contract';
import {
  deedUpon,
  findIncident,
  insertEvidence,
  isPlainPath,
  notFound,
  recordUpon,
  unlockedUntil,
} from '../incident/index.ts';
import type { Reads, Tx } from '../platform/db/index.ts';
import { addJob, cancelJob, endJob, failJob, type Held } from '../platform/queue/index.ts';
import { type Asked, deed, eraseTextsOf, type SealPlace, textsOf } from '../prove/index.ts';
import { loadWorkspace } from '../sources/index.ts';
import { filesOfAccess, problemsOfAccess } from './access/load.ts';
import { openBehind, sealBehind } from './behind.ts';
import { custodyOf } from './custody.ts';
import { refuseUnknownMails } from './decoys/decoys.ts';
import { endOf } from './kept.ts';
import { problemsOfTrace } from './load.ts';
import type { Done } from './run.child.ts';
import {
  candidateOf,
  endedTraces,
  endTraceRun,
  eraseTraceRows,
  insertCandidates,
  insertTrace,
  insertTraceRun,
  keysOfErased,
  runsOfTrace,
  type StoredCandidate,
  type StoredTrace,
  type StoredTraceRun,
  setGateConfirmed,
  traceById,
  traceOfJob,
  tracesOf,
} from './store.ts';

/** The kind of job that runs a trace. */
export const TRACE_RUN = 'trace-run';
/** The kind of job that counts what everybody can see. */
export const ACCESS_RUN = 'access-run';
/** A process may end in the midst of it twice. */
const MOST_ATTEMPTS = 3;

const noTrace = (id: string): ForthrightError =>
  new ForthrightError('trace-not-found', `The incident has no trace ${id.slice(0, 60)}.`);
const noRun = (job: string): ForthrightError =>
  new ForthrightError('trace-not-found', `The trace has no run ${job.slice(0, 60)} that has ended well.`);
const over = (): ForthrightError =>
  new ForthrightError('trace-erased', 'What this trace had to say was erased: its time is over.');

async function seen({ db, actor }: Asked, incident: string): Promise<IncidentId> {
  const found = await findIncident(db, incident, actor);
  if (found === undefined) throw notFound(incident);
  return found.incident.id;
}

export async function findTrace(reads: Reads, incident: string, id: string): Promise<StoredTrace> {
  const trace = await traceById(reads, incident, id);
  if (trace === undefined) throw noTrace(id);
  return trace;
}

/** One whose time is over may wait for its erasure yet; nothing is done with it any more. */
export function refuseEnded({ ends, erasedEntry }: StoredTrace, now: Date): void {
  if (erasedEntry !== undefined || now >= ends) throw over();
}

/**
 * Records what must be settled before anybody is scored: purpose, legal basis, works council or equivalent, retention. Without
 * it there is no trace to run.
 */
export async function openTrace(
  asked: Asked,
  { incident: given, gate }: OpenTrace,
  seals: SealPlace,
): Promise<TraceChanged> {
  await seen(asked, given);
  const id = newId('trc');
  const keyId = await seals.make();
  let ends = new Date(0);
  const opened = deedUpon(
    asked,
    given,
    { kind: 'trace-opened', act: 'trace' },
    async ({ at }) => {
      ends = endOf(at, gate.retention);
      const council = 'agreed' in gate.worksCouncil ? 'agreed' : 'not-needed';
      const facts = { trace: id, retention: gate.retention, ends: ends.toISOString(), worksCouncil: council };
      return { facts, texts: { gate: { value: JSON.stringify(gate) } } };
    },
    ({ tx, at, incident }, entry) =>
      insertTrace(tx, { id, incident: incident.id, entry, by: asked.actor.account, at, keyId, ends }),
  );
  const { incident, entry } = await opened.catch(async (error) => {
    // A key that may have become this trace's stays: better one too many than one that is missed.
    if (!(error instanceof ForthrightError && error.code === 'outcome-unknown')) await seals.remove(keyId);
    throw error;
  });
  return { incident, trace: id, ends: ends.toISOString(), entry };
}

/**
 * A second person's yes to what was settled: another officer, or an approver such as somebody who speaks for the works council.
 * Refuses whoever settled it, with a token of theirs, too; and programs.
 */
export async function confirmGate(
  asked: Asked,
  { incident: given, trace: id, reason }: ConfirmGate,
): Promise<TraceChanged> {
  if (asked.actor.via === 'program')
    throw new ForthrightError('not-permitted', 'People confirm a gate; a program does not.');
  const by = asked.actor.account;
  const { incident, entry } = await deedUpon(
    asked,
    given,
    { kind: 'trace-gate-confirmed', act: 'trace' },
    async ({ tx, at, incident }) => {
      const trace = await findTrace(tx, incident.id, id);
      refuseEnded(trace, at);
      if (trace.openedBy === by)
        throw new ForthrightError('own-gate', 'You have settled this yourself; somebody else confirms it.');
      if (trace.confirmedEntry !== undefined)
        throw new ForthrightError('incident-refuses', 'This can not be done: the gate is confirmed.');
      return { facts: { trace: id }, texts: { reason: { value: reason } } };
    },
    async ({ tx }, entry) => {
      await setGateConfirmed(tx, { id, by, entry });
    },
  );
  return { incident, trace: id, entry };
}

/** Whoever reaches the server names files of the workspace's folder by a plain path, and none that steers the program. */
function problemsOfFiles(files: readonly Readonly<{ of: string; path: string }>[]): Problem[] {
  return files
    .filter(({ path }) => !isPlainPath(path))
    .map(({ of }) => ({
      at: `definition.${of}`,
      message: 'a file below the folder of the workspace, such as reports.csv',
    }));
}

export const namedFiles = ({ reports, controls, setAside, routing, tryKeys }: TraceDefinition) => [
  ...('at' in reports ? [{ of: 'reports.at', path: reports.at }] : []),
  ...controls.flatMap((one, i) => ('at' in one ? [{ of: `controls.${i}.at`, path: one.at }] : [])),
  ...setAside.map(({ at }, i) => ({ of: `setAside.${i}.at`, path: at })),
  ...[...routing, ...tryKeys].flatMap((key, i) =>
    typeof key === 'string' ? [] : [{ of: `routing.${i}.at`, path: key.at }],
  ),
];

/** As a trace file would say it. In place of the title stands the id. */
export const fileOf = (
  { id, incident }: Pick<StoredTrace, 'id' | 'incident'>,
  { review, ...gate }: GivenGate,
  { reports, controls, decoys: _, ...definition }: TraceDefinition,
  fileFor: FileFor = (name) => `${name}.csv`,
): TraceFile => {
  const columns = { email: 'address', time: 'at' };
  return {
    title: id,
    gate: { occasion: review === undefined ? { incident } : { review }, ...gate },
    ...definition,
    reports: 'at' in reports ? reports : { at: fileFor('reports'), ...columns },
    controls: controls.map((one, i) =>
      'at' in one ? one : { name: one.name, at: fileFor(`controls-${i}`), ...columns },
    ),
  };
};

/** Where the reports that customers sent to us are written for the engine: address and time. */
export type FileFor = (name: string) => string;

/** Asks for a ranking. Refuses as `askForRun` does, and what does not fit the workspace. */
export const runTrace = (
  asked: Asked,
  { definition, ...of }: RunTrace,
  { workspace, seals }: Readonly<{ workspace: string | undefined; seals: SealPlace }>,
): Promise<TraceChanged> =>
  askForRun(asked, of, { what: 'trace', definition, workspace }, async (trace, gate, loaded) => {
    await refuseUnknownMails(asked.db, definition.decoys?.mails ?? [], { seals, now: asked.now() });
    return [
      ...problemsOfFiles(namedFiles(definition)),
      ...problemsOfTrace(fileOf(trace, gate, definition), loaded),
    ];
  });

/** Asks what everybody can see, and saw. Refuses as `askForRun` does, and what does not fit the workspace. */
export const runAccess = (
  asked: Asked,
  { definition, ...of }: RunAccess,
  workspace: string | undefined,
): Promise<TraceChanged> =>
  askForRun(asked, of, { what: 'access', definition, workspace }, async (_trace, _gate, loaded) => [
    ...problemsOfFiles(filesOfAccess(definition)),
    ...problemsOfAccess(definition, loaded),
  ]);

type ProblemsOf = (trace: StoredTrace, gate: GivenGate, workspace: Workspace) => Promise<readonly Problem[]>;

/**
 * Asks for a run behind a gate: its job is there if this deed is. Refuses a trace whose time is over, and (`workspace-missing`) when no
 * log can be looked into.
 */
async function askForRun(
  asked: Asked,
  { incident: given, trace: id }: OfTrace,
  {
    what,
    definition,
    workspace,
  }: Readonly<{
    what: StoredTraceRun['what'];
    definition: TraceDefinition | AccessDefinition;
    workspace: string | undefined;
  }>,
  problemsOf: ProblemsOf,
): Promise<TraceChanged> {
  const incident = await seen(asked, given);
  const trace = await findTrace(asked.db, incident, id);
  refuseEnded(trace, asked.now());
  if (workspace === undefined)
    throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
  if (trace.confirmedEntry === undefined)
    throw new ForthrightError('gate-unconfirmed', 'No second person has confirmed what this trace is for.');
  const gate = await gateOf(asked.db, trace);
  if (gate === null)
    throw new ForthrightError(
      'trace-erased',
      'What was settled for this trace was erased; open another one.',
    );
  const problems = await problemsOf(trace, gate, (await loadWorkspace(workspace)).workspace);
  if (problems.length > 0)
    throw new ForthrightError('trace-invalid', 'This can not be looked for as it is.', { problems });
  let job = '';
  const by = asked.actor.account;
  const { entry } = await deedUpon(
    asked,
    given,
    { kind: 'trace-run-asked', act: 'trace' },
    async ({ tx, at }) => {
      refuseEnded(await findTrace(tx, incident, id), at);
      job =
        (await addJob(
          tx,
          {
            kind: what === 'trace' ? TRACE_RUN : ACCESS_RUN,
            input: { trace: id },
            subject: incident,
            turn: incident,
            mostAttempts: MOST_ATTEMPTS,
            by,
          },
          at,
        )) ?? '';
      return {
        facts: { trace: id, job, what },
        texts: { definition: { value: JSON.stringify(definition) } },
      };
    },
    ({ tx, at }, entry) => insertTraceRun(tx, { job, trace: id, what, at, by, entry }),
  );
  return { incident, trace: id, job, entry };
}

const gateOf = async (reads: Reads, { entry }: StoredTrace): Promise<GivenGate | null> => {
  const text = (await textsOf(reads, [entry]))(entry, 'gate');
  return text === null ? null : GivenGate.parse(JSON.parse(text));
};

type Definition = TraceDefinition | AccessDefinition;

const definitionOf = async (reads: Reads, { entry, what }: StoredTraceRun): Promise<Definition | null> => {
  const text = (await textsOf(reads, [entry]))(entry, 'definition');
  if (text === null) return null;
  return (what === 'trace' ? TraceDefinition : AccessDefinition).parse(JSON.parse(text));
};

type OrderOf<D> = Readonly<{ trace: StoredTrace; gate: GivenGate; definition: D }>;

/** What the job of a run has to do. Refuses a trace whose time is over. */
async function anyOrderOf(reads: Reads, job: string, now: Date): Promise<OrderOf<Definition>> {
  const trace = await traceOfJob(reads, job);
  if (trace === undefined) throw noRun(job);
  refuseEnded(trace, now);
  const [run] = await runsOfTrace(reads, trace.id, job);
  const [gate, definition] = [
    await gateOf(reads, trace),
    run === undefined ? null : await definitionOf(reads, run),
  ];
  if (gate === null || definition === null) throw over();
  return { trace, gate, definition };
}

/** Of a ranking. */
export async function orderOf(reads: Reads, job: string, now: Date): Promise<OrderOf<TraceDefinition>> {
  const { definition, ...order } = await anyOrderOf(reads, job, now);
  if (!('reports' in definition)) throw noRun(job);
  return { ...order, definition };
}

/** Of a count of what can be seen. */
export async function accessOrderOf(
  reads: Reads,
  job: string,
  now: Date,
): Promise<OrderOf<AccessDefinition>> {
  const { definition, ...order } = await anyOrderOf(reads, job, now);
  if ('reports' in definition) throw noRun(job);
  return { ...order, definition };
}

const ORIGINS: Readonly<Record<Done['answer']['schema'], string>> = {
  'forthright/trace/1': 'The answer of a trace on this server, kept beside its job.',
  'forthright/access/1': 'A count of what everybody can see, on this server, kept beside its job.',
};

/** What the entry of an answer says of it; of a count nobody stands out. */
function countedOf(answer: Done['answer']) {
  if (answer.schema === 'forthright/access/1')
    return { outcome: 'counted', refusal: null, named: 0, people: answer.people.all } as const;
  const { outcome, refusal, named, reports } = answer;
  return { outcome, refusal, named: named.length, reports: reports.used };
}

/** Keeps the answer of a run as evidence, and who is behind its pseudonyms sealed; ends the job with it. */
export async function finishTraceRun(asked: Asked, job: Held, done: Done, seals: SealPlace): Promise<void> {
  const trace = await traceOfJob(asked.db, job.id);
  if (trace === undefined) throw noRun(job.id);
  refuseEnded(trace, asked.now());
  const answer = JSON.stringify(done.answer);
  const counted = countedOf(done.answer);
  const bytes = Buffer.from(answer, 'utf8');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const candidates: Pick<StoredCandidate, 'candidate' | 'kind' | 'sealed'>[] = [];
  for (const { candidate, kind, behind } of done.behind) {
    const sealed = await sealBehind(seals, trace.keyId, { job: job.id, candidate }, behind);
    candidates.push({ candidate, kind, sealed });
  }
  const evidence = newId('evi');
  const { outcome, refusal, named, ...more } = counted;
  await deed(asked, async (tx, at) => {
    refuseEnded(await findTrace(tx, trace.incident, trace.id), at);
    const entry = await recordUpon(tx, {
      incident: trace.incident,
      kind: 'trace-run-finished',
      act: 'trace',
      facts: {
        trace: trace.id,
        job: job.id,
        evidence,
        sha256,
        bytes: bytes.length,
        workspace: done.workspace,
        outcome,
        ...(refusal === null ? {} : { refusal }),
        named,
        ...more,
      },
      texts: {
        name: { value: `${trace.id}.json` },
        origin: { value: ORIGINS[done.answer.schema] },
      },
    });
    await insertEvidence(tx, trace.incident, {
      id: evidence as Parameters<typeof insertEvidence>[2]['id'],
      entry,
      kind: 'trace',
      sha256,
      bytes: bytes.length,
    });
    await endTraceRun(tx, {
      job: job.id,
      state: 'done',
      entry,
      outcome,
      ...(refusal === null ? {} : { refusal }),
      named,
      evidence,
      answer,
    });
    await insertCandidates(tx, job.id, candidates);
    await endJob(tx, job, at, { entry, sha256 });
  });
}

/** Records that a run failed, and why; ends the job with it. Refuses whoever lost the job meanwhile. */
export async function failTraceRun(asked: Asked, job: Held, code: ErrorCode): Promise<void> {
  const trace = await traceOfJob(asked.db, job.id);
  if (trace === undefined) throw noRun(job.id);
  await deed(asked, async (tx, at) => {
    const facts = { trace: trace.id, job: job.id, code };
    const kind = 'trace-run-failed';
    const entry = await recordUpon(tx, { incident: trace.incident, kind, act: 'trace', facts });
    await endTraceRun(tx, { job: job.id, state: 'failed', entry, code });
    await failJob(tx, job, at, code);
  });
}

/** Cancels the job of a run, with its entry, within a deed. Refuses one that has ended. */
export async function cancelTraceRun(tx: Tx, job: string, at: Date): Promise<number> {
  const trace = await traceOfJob(tx, job);
  if (trace === undefined || !(await cancelJob(tx, job, at)))
    throw new ForthrightError('job-ended', 'The job has ended already.');
  const facts = { trace: trace.id, job };
  const kind = 'trace-run-cancelled';
  const entry = await recordUpon(tx, { incident: trace.incident, kind, act: 'trace', facts });
  await endTraceRun(tx, { job, state: 'cancelled', entry });
  return entry;
}

const listedRun = (run: StoredTraceRun): TraceRunListed => ({
  job: run.job,
  what: run.what,
  state: run.state,
  askedBy: run.askedBy,
  askedAt: run.askedAt.toISOString(),
  entry: run.entry,
  ...(run.endedEntry === undefined ? {} : { endedEntry: run.endedEntry }),
  ...(run.code === undefined ? {} : { code: run.code }),
  ...(run.outcome === undefined ? {} : { outcome: run.outcome }),
  ...(run.refusal === undefined ? {} : { refusal: run.refusal }),
  ...(run.named === undefined ? {} : { named: run.named }),
  ...(run.evidence === undefined ? {} : { evidence: run.evidence }),
  ...(run.sha256 === undefined ? {} : { sha256: run.sha256 }),
  ...(run.bytes === undefined ? {} : { bytes: run.bytes }),
});

async function shown(reads: Reads, trace: StoredTrace): Promise<TraceShown> {
  return {
    id: trace.id,
    openedBy: trace.openedBy,
    openedAt: trace.openedAt.toISOString(),
    entry: trace.entry,
    ends: trace.ends.toISOString(),
    ...(trace.confirmedBy === undefined || trace.confirmedEntry === undefined
      ? {}
      : { confirmedBy: trace.confirmedBy, confirmedEntry: trace.confirmedEntry }),
    ...(trace.erasedEntry === undefined ? {} : { erasedEntry: trace.erasedEntry }),
    gate: await gateOf(reads, trace),
    runs: (await runsOfTrace(reads, trace.id)).map(listedRun),
  };
}

export async function listTraces(asked: Asked, incident: string): Promise<TracesListed> {
  const traces = await tracesOf(asked.db, await seen(asked, incident));
  return { traces: await Promise.all(traces.map((trace) => shown(asked.db, trace))) };
}

export const showTrace = async (asked: Asked, { incident, trace }: OfTrace): Promise<TraceShown> =>
  shown(asked.db, await findTrace(asked.db, await seen(asked, incident), trace));

export async function showTraceRun(
  asked: Asked,
  { incident, trace: id, job }: OfTraceRun,
): Promise<TraceRunShown> {
  const trace = await findTrace(asked.db, await seen(asked, incident), id);
  const [run] = await runsOfTrace(asked.db, trace.id, job);
  if (run === undefined) throw noRun(job);
  const isOver = asked.now() >= trace.ends;
  return {
    ...listedRun(run),
    definition: await definitionOf(asked.db, run),
    answer: isOver ? null : (run.answer ?? null),
  };
}

export type NamedIn = Readonly<{
  trace: StoredTrace;
  run: StoredTraceRun & Readonly<{ evidence: string }>;
  answer: Done['answer'];
  one: StoredCandidate;
  definition: Definition | null;
}>;

/** A candidate whom this run's answer names. Refuses a trace whose time is over, and whoever is not named in it. */
export async function namedIn(
  reads: Reads,
  { incident, trace: id, job, candidate }: OfTraceRun & Readonly<{ candidate: string }>,
  now: Date,
): Promise<NamedIn> {
  const trace = await findTrace(reads, incident, id);
  refuseEnded(trace, now);
  const [run] = await runsOfTrace(reads, trace.id, job);
  if (run?.evidence === undefined || run.answer === undefined) throw noRun(job);
  const one = await candidateOf(reads, job, candidate);
  if (one === undefined)
    throw new ForthrightError('candidate-not-found', `The answer names no ${candidate.slice(0, 60)}.`);
  return {
    trace,
    run: { ...run, evidence: run.evidence },
    answer: JSON.parse(run.answer) as Done['answer'],
    one,
    definition: await definitionOf(reads, run),
  };
}

export const isPersonKind = ({ kind }: Pick<StoredCandidate, 'kind'>): boolean =>
  kind !== 'team' && kind !== 'path';

/** Until when two people have unlocked this name; `null` for a team or a path, which is nobody's. Refuses as `name-locked`. */
export async function refuseLocked(
  reads: Reads,
  { trace, run, one }: Pick<NamedIn, 'trace' | 'run' | 'one'>,
  now: Date,
): Promise<Date | null> {
  if (!isPersonKind(one)) return null;
  const { incident } = trace;
  const until = await unlockedUntil(reads, { incident, run: run.evidence, pseudonym: one.candidate }, now);
  if (until === undefined)
    throw new ForthrightError(
      'name-locked',
      `Two people have not unlocked ${one.candidate} of ${run.evidence}, or no longer.`,
    );
  return until;
}

/** Says the name behind a pseudonym that two people have unlocked, and records that it was said to whom. */
export async function showSuspect(
  asked: Asked,
  { incident: given, trace, job, pseudonym }: ShowSuspect,
  seals: SealPlace,
): Promise<SuspectShown> {
  const incident = await seen(asked, given);
  const said = { account: '', until: '' };
  const entry = await deed(asked, async (tx, at) => {
    if ((await findIncident(tx, incident, asked.actor)) === undefined) throw notFound(given);
    const named = await namedIn(tx, { incident, trace, job, candidate: pseudonym }, at);
    const until = await refuseLocked(tx, named, at);
    const behind = await openBehind(seals, named.one.sealed, { job, candidate: pseudonym });
    Object.assign(said, { account: behind.account, until: (until ?? at).toISOString() });
    const facts = { trace, job, pseudonym };
    return recordUpon(tx, { incident, kind: 'trace-name-shown', act: 'trace', facts });
  });
  return { pseudonym, ...said, entry };
}

/** Erases a trace before its time, with a reason. */
export async function eraseTrace(
  asked: Asked,
  { incident: given, trace: id, reason }: EraseTrace,
  seals: SealPlace,
): Promise<TraceChanged> {
  const incident = await seen(asked, given);
  const trace = await findTrace(asked.db, incident, id);
  const entry = await erase(asked, trace, { because: 'asked', reason });
  await seals.remove(trace.keyId);
  return { incident, trace: id, entry };
}

function erase(
  asked: Asked,
  { id, incident }: StoredTrace,
  { because, reason }: Readonly<{ because: 'asked' | 'retention'; reason?: string }>,
): Promise<number> {
  return deed(asked, async (tx) => {
    const trace = await findTrace(tx, incident, id);
    if (trace.erasedEntry !== undefined) throw over();
    // Reasons name people as easily as answers do.
    for (const { index } of await custodyOf(tx, trace)) await eraseTextsOf(tx, index);
    const entry = await recordUpon(tx, {
      incident,
      kind: 'trace-erased',
      act: 'trace',
      facts: { trace: id, because },
      ...(reason === undefined ? {} : { texts: { reason: { value: reason } } }),
    });
    await eraseTraceRows(tx, id, entry);
    return entry;
  });
}

/** Erases every trace whose time is over, and destroys its key; also keys that a crash has left. How many it erased. */
export async function eraseEndedTraces(asked: Asked, seals: SealPlace): Promise<number> {
  const ended = await endedTraces(asked.db, asked.now());
  for (const trace of ended) await erase(asked, trace, { because: 'retention' });
  for (const key of await keysOfErased(asked.db)) await seals.remove(key);
  return ended.length;
}
