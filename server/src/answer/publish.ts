/** Writes what everybody may have: `answer.json` in the folder `public`, beside the files of each batch, and the pages of incidents. */
import { join } from 'node:path';
import { committedBatches } from '../notify/index.ts';
import type { Db } from '../platform/db/index.ts';
import { publishedEntry, registerKeys } from '../prove/index.ts';
import { writeCheckPages } from './check-page/write.ts';
import { ANSWER_FILE, writeAnswerFolder } from './folder.ts';
import { archivedKeys } from './keys.ts';
import { writePages } from './page/site.ts';
import { Files } from './public-files.ts';
import type { PublishedBatch } from './types.ts';

/**
 * All batches that the register states, with what shows it. May be done again at any time, and is after each checkpoint,
 * since the one before may not take in the newest entries. `data`: the data folder.
 */
export async function publishAnswers({ db, data }: Readonly<{ db: Db; data: string }>): Promise<void> {
  const batches: PublishedBatch[] = [];
  for (const { tag, size, root, letterhead, isWithdrawn, entry: index } of await committedBatches(db)) {
    const { entry, proof } = await publishedEntry(db, index);
    batches.push({ tag, size, root, letterhead, isWithdrawn, entry, proof });
  }
  const answer = await writeAnswerFolder(join(data, 'public'), {
    keys: await archivedKeys(db),
    register: await registerKeys({ db }),
    batches,
  });
  const files = await Files.open(data);
  files.stands(ANSWER_FILE, answer);
  await writeCheckPages(files, batches.at(-1)?.letterhead.name ?? '');
  await writePages(db, files);
  await files.putSums();
}
