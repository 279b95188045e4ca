/** Assesses the duties of an incident anew after a run of scope, a decision, or whatever else they hang on. */
import { ForthrightError } from '@forthright/contract';
import { assessDuties } from '../assess/index.ts';
import { endAwaiting, isAwaited } from '../incident/index.ts';
import type { Db } from '../platform/db/index.ts';
import type { Handler } from '../platform/queue/index.ts';
import { type Asked, lastEntryOf, PROGRAM } from '../prove/index.ts';

type Options = Readonly<{ db: Db; now: () => Date; workspace: string | undefined }>;

/** What there is nothing to be assessed of: the answer was erased, or the incident closed, meanwhile. */
const POINTLESS = ['run-missing', 'incident-refuses'];

/** Several jobs of one incident may wait; the first does it for all of them. */
export function assessDutiesHandler({ db, now, workspace }: Options): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async ({ subject: incident }) => {
      if (incident === undefined || !(await isAwaited(db, incident))) return;
      const last = await lastEntryOf(db, incident);
      try {
        await assessDuties(asked, { incident }, { workspace });
      } catch (error) {
        if (!(error instanceof ForthrightError) || !POINTLESS.includes(error.code)) throw error;
        await db.transaction((tx) => endAwaiting(tx, incident, last));
      }
    },
  };
}
