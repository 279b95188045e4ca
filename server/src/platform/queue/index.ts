import { type ErrorCode, newId } from '@forthright/contract';
import type { Db, Reads, Tx } from '../db/index.ts';
import { CHANNEL, cancel, endHeld, eventsAfter, insertJob, jobById, jobsOf, putBack } from './store.ts';
import type { Held, Job, JobData, JobEvent, NewJob } from './types.ts';

export {
  type Handler,
  type How,
  type Lane,
  pauseMs,
  type Runner,
  type RunnerOptions,
  runJobs,
  type Schedule,
} from './runner.ts';
export { type Held, isEnded, type Job, type JobData, type JobEvent, type NewJob } from './types.ts';

/**
 * Adds a job within the transaction of the deed that asks for it: there is the job if there is the deed. Its id, or
 * undefined when there is one of its key already.
 */
export async function addJob(tx: Tx, job: NewJob, at: Date): Promise<string | undefined> {
  const id = newId('job');
  return (await insertJob(tx, id, job, at)) ? id : undefined;
}

/** Ends a job as done, within the transaction of what it did. Refuses (`interrupted`) whoever does not hold it any more. */
export const endJob = (tx: Tx, held: Held, at: Date, result?: JobData): Promise<void> =>
  endHeld(tx, held, { state: 'done', at, ...(result === undefined ? {} : { result }) });

/** Ends a job as failed, within the transaction of what follows from that. Refuses as `endJob` does. */
export const failJob = (tx: Tx, held: Held, at: Date, code: ErrorCode): Promise<void> =>
  endHeld(tx, held, { state: 'failed', at, code });

/** Puts a job back for a later time, within the transaction of what was learnt. Refuses as `endJob` does. */
export const putJobBack = (tx: Tx, held: Held, at: Date, due: Date, code?: ErrorCode): Promise<void> =>
  putBack(tx, held, { at, due, ...(code === undefined ? {} : { code }) });

/** Cancels a job that waits or runs; false when there is none such. What it did not end yet is not kept. */
export const cancelJob = (tx: Tx, id: string, at: Date): Promise<boolean> => cancel(tx, id, at);

export const findJob = (reads: Reads, id: string): Promise<Job | undefined> => jobById(reads, id);

/** The newest first. `subjects`: only those about these; `null` among them stands for the program's own. */
export const listJobs = (
  reads: Reads,
  page: Readonly<{ subjects: readonly (string | null)[]; kind?: string; most: number }>,
): Promise<Job[]> => jobsOf(reads, page);

/** What became of a job after this number, at most 1000 at once. */
export const jobEvents = (reads: Reads, id: string, after: number): Promise<JobEvent[]> =>
  eventsAfter(reads, id, after);

/** Calls `onChange` after each change of a job, with its id; without one when some may have been missed. */
export const listenToJobs = (db: Db, onChange: (id: string | undefined) => void): Promise<() => void> =>
  db.listen(CHANNEL, onChange);
