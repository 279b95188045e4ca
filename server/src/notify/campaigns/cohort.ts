/** The people of a run, one by one, from the file that the run has left. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { ForthrightError } from '@forthright/contract';
import { type Cohort, openContent } from '../../incident/index.ts';
import type { Db } from '../../platform/db/index.ts';
import type { CohortRow } from '../../scope/index.ts';

/** In the order of the file. Refuses as `campaign-changed` one of an earlier version, which lacks what a notice says. */
export async function* rowsOfCohort(db: Db, cohort: Cohort): AsyncGenerator<CohortRow> {
  const lines = createInterface({
    input: Readable.from(await openContent(db, cohort)),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  try {
    for await (const line of lines) {
      const row = JSON.parse(line) as CohortRow | { salt: string };
      if ('salt' in row) continue;
      if (row.leaks === undefined) throw olderRun();
      yield row;
    }
  } finally {
    lines.close();
  }
}

const olderRun = (): ForthrightError =>
  new ForthrightError(
    'campaign-changed',
    'An earlier version of Forthright wrote the people of this run, without all that a notice says: run scope again.',
  );
