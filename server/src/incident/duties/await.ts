/** Has an incident's duties assessed anew, by a job. */
import type { IncidentId } from '@forthright/contract';
import type { Tx } from '../../platform/db/index.ts';
import { addJob } from '../../platform/queue/index.ts';
import { awaitDuties } from './store.ts';

/** The kind of job that assesses an incident's duties anew. */
export const ASSESS_DUTIES = 'assess-duties';
const MOST_ATTEMPTS = 3;

/**
 * Within a deed upon what duties hang on: has them assessed anew, once the deed is done. Does nothing for an incident
 * without a run of scope, since nobody's duties can be told without one.
 */
export async function askForDuties(tx: Tx, incident: IncidentId, entry: number, at: Date): Promise<void> {
  if (!(await awaitDuties(tx, incident, entry))) return;
  const turn = `duties/${incident}`;
  const input = { incident };
  await addJob(
    tx,
    { kind: ASSESS_DUTIES, input, subject: incident, turn, mostAttempts: MOST_ATTEMPTS, by: 'program' },
    at,
  );
}
