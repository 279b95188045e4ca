/** The tables of traces in the record. */
import type { ErrorCode, IncidentId, TRACE_OUTCOMES, TRACE_REFUSALS } from '@forthright/contract';
import type { Reads, Tx } from '../platform/db/index.ts';
import type { CandidateKind } from './look-ups.ts';

export type StoredTrace = Readonly<{
  id: string;
  incident: IncidentId;
  entry: number;
  openedBy: string;
  openedAt: Date;
  keyId: string;
  ends: Date;
  confirmedBy: string | undefined;
  confirmedEntry: number | undefined;
  erasedEntry: number | undefined;
}>;

type TraceRow = Readonly<{
  id: string;
  incident: string;
  entry: bigint;
  opened_by: string;
  opened_at: Date;
  key_id: string;
  ends: Date;
  confirmed_by: string | null;
  confirmed_entry: bigint | null;
  erased_entry: bigint | null;
}>;

const numberOf = (value: bigint | null): number | undefined => (value === null ? undefined : Number(value));

const traceOf = (row: TraceRow): StoredTrace => ({
  id: row.id,
  incident: row.incident as IncidentId,
  entry: Number(row.entry),
  openedBy: row.opened_by,
  openedAt: row.opened_at,
  keyId: row.key_id,
  ends: row.ends,
  confirmedBy: row.confirmed_by ?? undefined,
  confirmedEntry: numberOf(row.confirmed_entry),
  erasedEntry: numberOf(row.erased_entry),
});

const TRACE =
  'SELECT id, incident, entry, opened_by, opened_at, key_id, ends, confirmed_by, confirmed_entry, erased_entry FROM traces';

export async function insertTrace(
  tx: Tx,
  trace: Readonly<{
    id: string;
    incident: string;
    entry: number;
    by: string;
    at: Date;
    keyId: string;
    ends: Date;
  }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO traces (id, incident, entry, opened_by, opened_at, key_id, ends)
     VALUES (:id::text, :incident::text, :entry::int8, :by::text, :at::timestamptz, :keyId::text, :ends::timestamptz)`,
    trace,
  );
}

export const setGateConfirmed = (
  tx: Tx,
  given: Readonly<{ id: string; by: string; entry: number }>,
): Promise<unknown> =>
  tx.run(
    'UPDATE traces SET confirmed_by = :by::text, confirmed_entry = :entry::int8 WHERE id = :id::text AND confirmed_entry IS NULL',
    given,
  );

/** The traces of an incident, the oldest first. */
export const tracesOf = async (reads: Reads, incident: string): Promise<StoredTrace[]> =>
  (await reads.rows<TraceRow>(`${TRACE} WHERE incident = :incident::text ORDER BY entry`, { incident })).map(
    traceOf,
  );

export async function traceById(
  reads: Reads,
  incident: string,
  id: string,
): Promise<StoredTrace | undefined> {
  const [row] = await reads.rows<TraceRow>(`${TRACE} WHERE incident = :incident::text AND id = :id::text`, {
    incident,
    id,
  });
  return row === undefined ? undefined : traceOf(row);
}

/** Those whose time was over by then, and that are not erased yet. */
export const endedTraces = async (reads: Reads, now: Date): Promise<StoredTrace[]> =>
  (
    await reads.rows<TraceRow>(
      `${TRACE} WHERE erased_entry IS NULL AND ends <= :now::timestamptz ORDER BY ends`,
      { now },
    )
  ).map(traceOf);

export const keysOfErased = async (reads: Reads): Promise<string[]> =>
  (await reads.rows<{ key_id: string }>('SELECT key_id FROM traces WHERE erased_entry IS NOT NULL', {})).map(
    (row) => row.key_id,
  );

/** Takes answers and names away; runs that are under way find out when they end. */
export async function eraseTraceRows(tx: Tx, trace: string, entry: number): Promise<void> {
  await tx.run('UPDATE traces SET erased_entry = :entry::int8 WHERE id = :trace::text', { trace, entry });
  await tx.run('UPDATE trace_runs SET answer = NULL WHERE trace = :trace::text', { trace });
  await tx.run(
    "UPDATE trace_candidates SET sealed = '' WHERE job IN (SELECT job FROM trace_runs WHERE trace = :trace::text)",
    { trace },
  );
}

export type StoredTraceRun = Readonly<{
  job: string;
  trace: string;
  what: 'trace' | 'access';
  askedAt: Date;
  askedBy: string;
  entry: number;
  state: 'asked' | 'done' | 'failed' | 'cancelled';
  endedEntry: number | undefined;
  code: ErrorCode | undefined;
  outcome: (typeof TRACE_OUTCOMES)[number] | 'counted' | undefined;
  refusal: (typeof TRACE_REFUSALS)[number] | undefined;
  named: number | undefined;
  evidence: string | undefined;
  sha256: string | undefined;
  bytes: number | undefined;
  answer: string | undefined;
}>;

type RunRow = Readonly<{
  job: string;
  trace: string;
  what: StoredTraceRun['what'];
  asked_at: Date;
  asked_by: string;
  entry: bigint;
  state: StoredTraceRun['state'];
  ended_entry: bigint | null;
  code: ErrorCode | null;
  outcome: StoredTraceRun['outcome'] | null;
  refusal: StoredTraceRun['refusal'] | null;
  named: number | null;
  evidence: string | null;
  sha256: string | null;
  bytes: bigint | null;
  answer: string | null;
}>;

export const runsOfTrace = async (reads: Reads, trace: string, job?: string): Promise<StoredTraceRun[]> =>
  (
    await reads.rows<RunRow>(
      `SELECT r.job, r.trace, r.what, r.asked_at, r.asked_by, r.entry, r.state, r.ended_entry, r.code, r.outcome, r.refusal, r.named,
          r.evidence, e.sha256, e.bytes, r.answer
         FROM trace_runs r LEFT JOIN incident_evidence e ON e.id = r.evidence
        WHERE r.trace = :trace::text AND (:job::text IS NULL OR r.job = :job::text) ORDER BY r.entry DESC`,
      { trace, job: job ?? null },
    )
  ).map((row) => ({
    job: row.job,
    trace: row.trace,
    what: row.what,
    askedAt: row.asked_at,
    askedBy: row.asked_by,
    entry: Number(row.entry),
    state: row.state,
    endedEntry: numberOf(row.ended_entry),
    code: row.code ?? undefined,
    outcome: row.outcome ?? undefined,
    refusal: row.refusal ?? undefined,
    named: row.named ?? undefined,
    evidence: row.evidence ?? undefined,
    sha256: row.sha256 ?? undefined,
    bytes: numberOf(row.bytes),
    answer: row.answer ?? undefined,
  }));

/** The trace that a run's job belongs to. */
export async function traceOfJob(reads: Reads, job: string): Promise<StoredTrace | undefined> {
  const [row] = await reads.rows<TraceRow>(
    `${TRACE} WHERE id = (SELECT trace FROM trace_runs WHERE job = :job::text)`,
    { job },
  );
  return row === undefined ? undefined : traceOf(row);
}

export async function insertTraceRun(
  tx: Tx,
  run: Readonly<{
    job: string;
    trace: string;
    what: StoredTraceRun['what'];
    at: Date;
    by: string;
    entry: number;
  }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO trace_runs (job, trace, what, asked_at, asked_by, entry, state)
     VALUES (:job::text, :trace::text, :what::text, :at::timestamptz, :by::text, :entry::int8, 'asked')`,
    run,
  );
}

export type TraceRunEnd = Readonly<{
  job: string;
  entry: number;
  state: 'done' | 'failed' | 'cancelled';
  code?: ErrorCode;
  outcome?: StoredTraceRun['outcome'];
  refusal?: StoredTraceRun['refusal'];
  named?: number;
  evidence?: string;
  answer?: string;
}>;

export async function endTraceRun(tx: Tx, end: TraceRunEnd): Promise<void> {
  const { job, entry, state, code, outcome, refusal, named, evidence, answer } = end;
  const ended = await tx.run(
    `UPDATE trace_runs SET state = :state::text, ended_entry = :entry::int8, code = :code::text, outcome = :outcome::text,
        refusal = :refusal::text, named = :named::int4, evidence = :evidence::text, answer = :answer::text
      WHERE job = :job::text AND state = 'asked'`,
    {
      job,
      entry,
      state,
      code: code ?? null,
      outcome: outcome ?? null,
      refusal: refusal ?? null,
      named: named ?? null,
      evidence: evidence ?? null,
      answer: answer ?? null,
    },
  );
  if (ended !== 1) throw new Error('A run that had ended was ended again.');
}

export type StoredCandidate = Readonly<{
  candidate: string;
  kind: CandidateKind;
  /** Empty once it was erased. */
  sealed: string;
  confirmedEntry: number | undefined;
}>;

export async function insertCandidates(
  tx: Tx,
  job: string,
  candidates: readonly Pick<StoredCandidate, 'candidate' | 'kind' | 'sealed'>[],
): Promise<void> {
  await tx.run(
    `INSERT INTO trace_candidates (job, candidate, kind, sealed)
     SELECT :job::text, c.candidate, c.kind, c.sealed FROM unnest(:candidates::text[], :kinds::text[], :sealed::text[]) AS c (candidate, kind, sealed)`,
    {
      job,
      candidates: candidates.map(({ candidate }) => candidate),
      kinds: candidates.map(({ kind }) => kind),
      sealed: candidates.map(({ sealed }) => sealed),
    },
  );
}

export async function candidateOf(
  reads: Reads,
  job: string,
  candidate: string,
): Promise<StoredCandidate | undefined> {
  const [row] = await reads.rows<{ kind: CandidateKind; sealed: string; confirmed_entry: bigint | null }>(
    'SELECT kind, sealed, confirmed_entry FROM trace_candidates WHERE job = :job::text AND candidate = :candidate::text',
    { job, candidate },
  );
  return row === undefined
    ? undefined
    : { candidate, kind: row.kind, sealed: row.sealed, confirmedEntry: numberOf(row.confirmed_entry) };
}

export async function setConfirmed(tx: Tx, job: string, candidate: string, entry: number): Promise<void> {
  await tx.run(
    'UPDATE trace_candidates SET confirmed_entry = :entry::int8 WHERE job = :job::text AND candidate = :candidate::text',
    { job, candidate, entry },
  );
}
