/** The queue's statements. */
import { type ErrorCode, ForthrightError } from '@forthright/contract';
import { constraintOf, type Db, json, type Reads, type Tx } from '../db/index.ts';
import type { Held, Job, JobData, JobEvent, JobState, NewJob } from './types.ts';

/** Told of every change of a job that was committed, with its id. */
export const CHANNEL = 'forthright_jobs';

type Noted = Readonly<{ id: string; at: Date; state: JobState }>;

async function note(
  tx: Tx,
  { id, at, state }: Noted,
  progress?: Readonly<{ step: string; done?: number | undefined; total?: number | undefined }>,
): Promise<void> {
  // Counted in the job's own row: two that write at once would find the same highest number among the events.
  await tx.run(
    `WITH counted AS (UPDATE jobs SET events = events + 1 WHERE id = :id::text RETURNING events)
     INSERT INTO job_events (job, number, at, state, step, done, total)
     SELECT :id::text, events, :at::timestamptz, :state::text, :step::text, :done::int8, :total::int8 FROM counted`,
    {
      id,
      at,
      state,
      step: progress?.step ?? null,
      done: progress?.done ?? null,
      total: progress?.total ?? null,
    },
  );
  await tx.rows('SELECT pg_notify(:channel::text, :id::text)', { channel: CHANNEL, id });
}

/** Adds a job within the transaction of the deed that asks for it; false when there is one of its key already. */
export async function insertJob(tx: Tx, id: string, job: NewJob, at: Date): Promise<boolean> {
  const added = await tx.run(
    `INSERT INTO jobs (id, kind, subject, turn, key, input, state, asked_at, asked_by, due_at, most_attempts)
     VALUES (:id::text, :kind::text, :subject::text, :turn::text, :key::text, :input::jsonb, 'waiting', :at::timestamptz,
       :by::text, :due::timestamptz, :most::int4)
     ON CONFLICT (key) DO NOTHING`,
    {
      id,
      at,
      kind: job.kind,
      subject: job.subject ?? null,
      turn: job.turn ?? null,
      key: job.key ?? null,
      input: json(job.input),
      by: job.by,
      due: job.due ?? at,
      most: job.mostAttempts,
    },
  );
  if (added === 1) await note(tx, { id, at, state: 'waiting' });
  return added === 1;
}

type JobRow = Readonly<{
  id: string;
  kind: string;
  subject: string | null;
  input: JobData;
  state: JobState;
  asked_at: Date;
  asked_by: string;
  due_at: Date;
  attempt: number;
  most_attempts: number;
  ended_at: Date | null;
  code: ErrorCode | null;
  result: JobData | null;
}>;

const COLUMNS =
  'id, kind, subject, input, state, asked_at, asked_by, due_at, attempt, most_attempts, ended_at, code, result';

const jobOf = (row: JobRow): Job => ({
  id: row.id,
  kind: row.kind,
  subject: row.subject ?? undefined,
  input: row.input,
  state: row.state,
  askedAt: row.asked_at,
  askedBy: row.asked_by,
  due: row.due_at,
  attempt: row.attempt,
  mostAttempts: row.most_attempts,
  endedAt: row.ended_at ?? undefined,
  code: row.code ?? undefined,
  result: row.result ?? undefined,
});

/** Waiting and due, or held by somebody who did not come back in time; and nobody else has its turn. */
const FREE = `j.kind = ANY (:kinds::text[])
  AND ((j.state = 'waiting' AND j.due_at <= :now::timestamptz) OR (j.state = 'running' AND j.lease_until < clock_timestamp()))
  AND (j.turn IS NULL OR NOT EXISTS (SELECT FROM jobs o WHERE o.turn = j.turn AND o.state = 'running' AND o.id <> j.id))`;

export async function isAnyFree(reads: Reads, kinds: readonly string[], now: Date): Promise<boolean> {
  const rows = await reads.rows(`SELECT 1 AS one FROM jobs j WHERE ${FREE} LIMIT 1`, { kinds, now });
  return rows.length > 0;
}

/**
 * Takes the job that has waited longest. SKIP LOCKED: workers that look at once take different ones instead of waiting
 * for each other. Of two that take the same turn at once, the index refuses the second.
 */
export async function takeFree(
  db: Db,
  { kinds, now, leaseSeconds }: Readonly<{ kinds: readonly string[]; now: Date; leaseSeconds: number }>,
): Promise<Held | undefined> {
  const take = async (tx: Tx): Promise<Held | undefined> => {
    const [row] = await tx.rows<JobRow>(
      `UPDATE jobs SET state = 'running', attempt = attempt + 1, code = NULL,
          lease_until = clock_timestamp() + make_interval(secs => :lease::float8)
        WHERE id = (SELECT j.id FROM jobs j WHERE ${FREE} ORDER BY j.due_at, j.n LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING ${COLUMNS}`,
      { kinds, now, lease: leaseSeconds },
    );
    if (row === undefined) return undefined;
    await note(tx, { id: row.id, at: now, state: 'running' });
    return jobOf(row);
  };
  try {
    return await db.transaction(take, { isolation: 'read committed' });
  } catch (error) {
    if (constraintOf(error) === 'jobs_one_of_a_turn') return undefined;
    throw error;
  }
}

/** A holder is the one who began this attempt, as long as nobody has taken it over, ended or cancelled it. */
const HELD = "id = :id::text AND state = 'running' AND attempt = :attempt::int4";

const of = ({ id, attempt }: Held) => ({ id, attempt });

export async function extendLease(db: Db, held: Held, leaseSeconds: number): Promise<boolean> {
  const kept = await db.transaction(
    (tx) =>
      tx.run(
        `UPDATE jobs SET lease_until = clock_timestamp() + make_interval(secs => :lease::float8) WHERE ${HELD}`,
        { ...of(held), lease: leaseSeconds },
      ),
    { isolation: 'read committed' },
  );
  return kept === 1;
}

export async function isHeld(reads: Reads, held: Held): Promise<boolean> {
  return (await reads.rows(`SELECT 1 AS one FROM jobs WHERE ${HELD}`, of(held))).length > 0;
}

export async function noteProgress(
  db: Db,
  held: Held,
  at: Date,
  progress: Readonly<{ step: string; done?: number | undefined; total?: number | undefined }>,
): Promise<void> {
  await db.transaction(async (tx) => {
    if (await isHeld(tx, held)) await note(tx, { id: held.id, at, state: 'running' }, progress);
  });
}

type Ending = Readonly<{ state: JobState; at: Date; code?: ErrorCode; result?: JobData }>;

/** Ends a job within the transaction of what it did. Refuses whoever does not hold it any more: then nothing is kept. */
export async function endHeld(tx: Tx, held: Held, { state, at, code, result }: Ending): Promise<void> {
  const ended = await tx.run(
    `UPDATE jobs SET state = :state::text, ended_at = :at::timestamptz, lease_until = NULL, code = :code::text, result = :result::jsonb
      WHERE ${HELD}`,
    {
      ...of(held),
      state,
      at,
      code: code ?? null,
      result: result === undefined ? null : json(result),
    },
  );
  if (ended !== 1) throw notHeld();
  await note(tx, { id: held.id, at, state });
}

export const notHeld = (): ForthrightError =>
  new ForthrightError('interrupted', 'The job was cancelled, or somebody else has taken it over.');

/** Puts a job back, to be begun again at `due`. `uncounted`: it was not its fault, as when the program ends. */
export async function putBack(
  tx: Tx,
  held: Held,
  { at, due, code, uncounted }: Readonly<{ at: Date; due: Date; code?: ErrorCode; uncounted?: boolean }>,
): Promise<void> {
  const put = await tx.run(
    `UPDATE jobs SET state = 'waiting', due_at = :due::timestamptz, lease_until = NULL, code = :code::text,
        attempt = attempt - :less::int4
      WHERE ${HELD}`,
    { ...of(held), due, code: code ?? null, less: uncounted === true ? 1 : 0 },
  );
  if (put !== 1) throw notHeld();
  await note(tx, { id: held.id, at, state: 'waiting' });
}

/** Ends a job that waits or runs; undefined when there is none such. Whoever is at it finds that they do not hold it. */
export async function cancel(tx: Tx, id: string, at: Date): Promise<boolean> {
  const ended = await tx.run(
    `UPDATE jobs SET state = 'cancelled', ended_at = :at::timestamptz, lease_until = NULL, code = NULL
      WHERE id = :id::text AND state IN ('waiting', 'running')`,
    { id, at },
  );
  if (ended === 1) await note(tx, { id, at, state: 'cancelled' });
  return ended === 1;
}

/** For a database of which this process knows that nobody else has it open: what runs, runs no more. */
export async function endLeases(db: Db): Promise<void> {
  await db.transaction((tx) => tx.run(`UPDATE jobs SET lease_until = '-infinity' WHERE state = 'running'`));
}

export async function jobById(reads: Reads, id: string): Promise<Job | undefined> {
  const [row] = await reads.rows<JobRow>(`SELECT ${COLUMNS} FROM jobs WHERE id = :id::text`, { id });
  return row === undefined ? undefined : jobOf(row);
}

/** The newest first. `subjects`: only about these; `null` among them stands for the program's own. */
export async function jobsOf(
  reads: Reads,
  { subjects, kind, most }: Readonly<{ subjects: readonly (string | null)[]; kind?: string; most: number }>,
): Promise<Job[]> {
  const rows = await reads.rows<JobRow>(
    `SELECT ${COLUMNS} FROM jobs
      WHERE (subject = ANY (:subjects::text[]) OR (subject IS NULL AND :own::bool))
        AND (:kind::text IS NULL OR kind = :kind::text)
      ORDER BY n DESC LIMIT :most::int4`,
    {
      subjects: subjects.filter((one) => one !== null),
      own: subjects.includes(null),
      kind: kind ?? null,
      most,
    },
  );
  return rows.map(jobOf);
}

type EventRow = Readonly<{
  number: number;
  at: Date;
  state: JobState;
  step: string | null;
  done: bigint | null;
  total: bigint | null;
}>;

export async function eventsAfter(reads: Reads, id: string, after: number): Promise<JobEvent[]> {
  const rows = await reads.rows<EventRow>(
    `SELECT number, at, state, step, done, total FROM job_events
      WHERE job = :id::text AND number > :after::int4 ORDER BY number LIMIT 1000`,
    { id, after },
  );
  return rows.map(({ number, at, state, step, done, total }) => ({
    number,
    at,
    state,
    step: step ?? undefined,
    done: done === null ? undefined : Number(done),
    total: total === null ? undefined : Number(total),
  }));
}

/** The program's own jobs that ended before this, and the progress of all others. */
export async function forgetEnded(db: Db, before: Date): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.run('DELETE FROM jobs WHERE subject IS NULL AND ended_at < :before::timestamptz', { before });
    await tx.run(
      `DELETE FROM job_events e USING jobs j
        WHERE e.job = j.id AND e.step IS NOT NULL AND j.ended_at < :before::timestamptz`,
      { before },
    );
  });
}

export async function isKeyKnown(reads: Reads, key: string): Promise<boolean> {
  return (await reads.rows('SELECT 1 AS one FROM jobs WHERE key = :key::text', { key })).length > 0;
}
