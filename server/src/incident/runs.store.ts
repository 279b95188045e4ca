/** The tables of leaks and runs. */
import type { ErrorCode, RunFigures } from '@forthright/contract';
import { json, type Reads, type Tx } from '../platform/db/index.ts';
import type { Stored } from '../platform/index.ts';
import { textsOf } from '../prove/index.ts';

export async function insertLeaks(
  tx: Tx,
  leaks: Readonly<{ incident: string; version: number; entry: number }>,
): Promise<void> {
  await tx.run(
    'INSERT INTO incident_leaks (incident, version, entry) VALUES (:incident::text, :version::int4, :entry::int8)',
    leaks,
  );
}

/** The latest version, or this one. */
export async function latestLeaks(
  reads: Reads,
  incident: string,
  version?: number,
): Promise<Readonly<{ version: number; entry: number }> | undefined> {
  const [row] = await reads.rows<{ version: number; entry: bigint }>(
    `SELECT version, entry FROM incident_leaks
      WHERE incident = :incident::text AND (:version::int4 IS NULL OR version = :version::int4) ORDER BY version DESC LIMIT 1`,
    { incident, version: version ?? null },
  );
  return row === undefined ? undefined : { version: row.version, entry: Number(row.entry) };
}

/** `null` once it was erased. */
export const leaksText = async (reads: Reads, entry: number): Promise<string | null> =>
  (await textsOf(reads, [entry]))(entry, 'leaks');

export async function insertRun(
  tx: Tx,
  run: Readonly<{
    job: string;
    incident: string;
    leaks: number;
    askedAt: Date;
    askedBy: string;
    entry: number;
  }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_runs (job, incident, leaks, asked_at, asked_by, entry, state)
     VALUES (:job::text, :incident::text, :leaks::int4, :askedAt::timestamptz, :askedBy::text, :entry::int8, 'asked')`,
    run,
  );
}

export type RunEnd = Readonly<{
  job: string;
  entry: number;
  state: 'done' | 'failed' | 'cancelled';
  code?: ErrorCode;
  run?: string;
  evidence?: string;
  figures?: RunFigures;
  answer?: string;
  cohort?: Stored & { people: number };
  views?: Stored;
}>;

export async function endRun(tx: Tx, end: RunEnd): Promise<void> {
  const { job, entry, state, code, run, evidence, figures, answer, cohort, views } = end;
  const ended = await tx.run(
    `UPDATE incident_runs SET state = :state::text, ended_entry = :entry::int8, code = :code::text, run = :run::text,
        evidence = :evidence::text, figures = :figures::jsonb, answer = :answer::text,
        people_sha256 = :peopleSha256::text, people_bytes = :peopleBytes::int8, people_count = :people::int8,
        views_sha256 = :viewsSha256::text, views_bytes = :viewsBytes::int8
      WHERE job = :job::text AND state = 'asked'`,
    {
      job,
      entry,
      state,
      code: code ?? null,
      run: run ?? null,
      evidence: evidence ?? null,
      figures: figures === undefined ? null : json(figures),
      answer: answer ?? null,
      peopleSha256: cohort?.sha256 ?? null,
      peopleBytes: cohort?.bytes ?? null,
      people: cohort?.people ?? null,
      viewsSha256: views?.sha256 ?? null,
      viewsBytes: views?.bytes ?? null,
    },
  );
  if (ended !== 1) throw new Error('A run that had ended was ended again.');
}

export type StoredRun = Readonly<{
  job: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  leaks: number;
  askedAt: Date;
  askedBy: string;
  entry: number;
  endedEntry: number | undefined;
  code: ErrorCode | undefined;
  run: string | undefined;
  evidence: string | undefined;
  sha256: string | undefined;
  bytes: number | undefined;
  figures: RunFigures | undefined;
  cohort: (Stored & { people: number }) | undefined;
  views: Stored | undefined;
}>;

type RunRow = Readonly<{
  job: string;
  state: 'asked' | 'done' | 'failed' | 'cancelled';
  job_state: StoredRun['state'] | null;
  leaks: number;
  asked_at: Date;
  asked_by: string;
  entry: bigint;
  ended_entry: bigint | null;
  code: ErrorCode | null;
  run: string | null;
  evidence: string | null;
  sha256: string | null;
  bytes: bigint | null;
  figures: RunFigures | null;
  people_sha256: string | null;
  people_bytes: bigint | null;
  people_count: bigint | null;
  views_sha256: string | null;
  views_bytes: bigint | null;
}>;

/** The newest first; without their answers, which are large. */
export async function runsOf(reads: Reads, incident: string, job?: string): Promise<StoredRun[]> {
  const rows = await reads.rows<RunRow>(
    `SELECT r.job, r.state, j.state AS job_state, r.leaks, r.asked_at, r.asked_by, r.entry, r.ended_entry, r.code, r.run,
        r.evidence, e.sha256, e.bytes, r.figures, r.people_sha256, r.people_bytes, r.people_count,
        r.views_sha256, r.views_bytes
      FROM incident_runs r LEFT JOIN jobs j ON j.id = r.job LEFT JOIN incident_evidence e ON e.id = r.evidence
      WHERE r.incident = :incident::text AND (:job::text IS NULL OR r.job = :job::text) ORDER BY r.entry DESC`,
    { incident, job: job ?? null },
  );
  return rows.map((row) => ({
    job: row.job,
    state: row.state === 'asked' ? (row.job_state ?? 'waiting') : row.state,
    leaks: row.leaks,
    askedAt: row.asked_at,
    askedBy: row.asked_by,
    entry: Number(row.entry),
    endedEntry: row.ended_entry === null ? undefined : Number(row.ended_entry),
    code: row.code ?? undefined,
    run: row.run ?? undefined,
    evidence: row.evidence ?? undefined,
    sha256: row.sha256 ?? undefined,
    bytes: row.bytes === null ? undefined : Number(row.bytes),
    figures: row.figures ?? undefined,
    cohort:
      row.people_sha256 === null
        ? undefined
        : { sha256: row.people_sha256, bytes: Number(row.people_bytes), people: Number(row.people_count) },
    views:
      row.views_sha256 === null ? undefined : { sha256: row.views_sha256, bytes: Number(row.views_bytes) },
  }));
}

/** The last run that ended well; undefined before the first. */
export async function latestDone(
  reads: Reads,
  incident: string,
): Promise<Readonly<{ job: string; run: string; answer: string | null }> | undefined> {
  const [row] = await reads.rows<{ job: string; run: string; answer: string | null }>(
    `SELECT job, run, answer FROM incident_runs WHERE incident = :incident::text AND state = 'done'
      ORDER BY ended_entry DESC LIMIT 1`,
    { incident },
  );
  return row;
}

/** `null` before the run has ended well, and once the answer was erased. */
export async function answerOfRun(reads: Reads, job: string): Promise<string | null> {
  const [row] = await reads.rows<{ answer: string | null }>(
    'SELECT answer FROM incident_runs WHERE job = :job::text',
    { job },
  );
  return row?.answer ?? null;
}

export async function eraseAnswer(tx: Tx, incident: string, job: string): Promise<boolean> {
  const erased = await tx.run(
    'UPDATE incident_runs SET answer = NULL, people_sha256 = NULL, people_bytes = NULL, people_count = NULL, views_sha256 = NULL, views_bytes = NULL WHERE job = :job::text AND incident = :incident::text AND answer IS NOT NULL',
    { job, incident },
  );
  return erased === 1;
}
