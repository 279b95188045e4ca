/** What is kept of a batch's files that were shown to be right, so that questions are answered quickly right after a start. */
import { join } from 'node:path';
import { committedBatches } from '../notify/index.ts';
import type { Db } from '../platform/db/index.ts';
import type { Log } from '../platform/index.ts';
import type { Handler } from '../platform/queue/index.ts';
import { type Kept, keepSums, keptSums } from '../prove/codes/index.ts';
import { fileOrNone } from './folder.ts';
import { keyedHash } from './lately.ts';

/** The job that shows the files of each batch to be right, where that is not kept yet. */
export const SUM_FILES = 'sum-files';

/** Where the sums of a batch lie in this data folder, and what seals them. */
export const placeOf = async (data: string, tag: string) => ({
  path: join(data, 'checked', tag),
  seal: await keyedHash(data),
});

/** As this data folder has them. */
export const sumsIn =
  (data: string): Kept =>
  async (batch) =>
    keptSums(batch, await placeOf(data, batch.tag));

/** Files that are missing or damaged are said in the log; nothing is answered from them. */
export function sumFilesHandler({ db, data, log }: Readonly<{ db: Db; data: string; log: Log }>): Handler {
  const done = new Set<string>();
  return {
    run: async (_job, { signal }) => {
      for (const { tag, size, root } of await committedBatches(db)) {
        if (done.has(tag)) continue;
        const folder = join(data, 'public', 'batches', tag);
        const batch = { tag, size, root };
        const place = await placeOf(data, tag);
        if ((await keptSums(batch, place)) === undefined) {
          // Not written yet, or in another data folder.
          if ((await fileOrNone(join(folder, 'batch.json'))) === undefined) continue;
          const wrong = await keepSums({ folder, batch }, place, signal);
          if (wrong > 0)
            log({
              event: 'batch-files-damaged',
              level: 'error',
              note: `${wrong} files of the batch ${tag}`,
            });
        }
        done.add(tag);
      }
    },
  };
}
