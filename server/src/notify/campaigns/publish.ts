import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { Db } from '../../platform/db/index.ts';
import { syncFolder } from '../../platform/index.ts';
import { BatchMaker } from '../../prove/codes/index.ts';
import { leavesAfter } from './messages.store.ts';
import type { Campaign } from './types.ts';

const PAGE = 5000;

/** The job that says, where everybody may read it, which batches there are. */
export const PUBLISH_BATCHES = 'publish-batches';

/** Where the files of a batch wait until it is approved. */
export const batchFolder = (data: string, campaign: string): string => join(data, 'batches', campaign);

/**
 * Puts the files of a committed batch where everybody may have them, before anything is sent. Safe to call again. What a data folder
 * has lost, as after a restore, is made again from the records. Refuses as `campaign-changed` leaves that are not the approved ones.
 */
export async function publishBatch(
  { db, data }: Readonly<{ db: Db; data: string }>,
  campaign: Pick<Campaign, 'id' | 'tag' | 'root'>,
): Promise<void> {
  const { id, tag } = campaign;
  const folder = join(data, 'public', 'batches');
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  if (await isThere(join(folder, tag, 'batch.json'))) return;
  await mkdir(folder, { recursive: true });
  if (!(await isThere(batchFolder(data, id)))) await makeAgain(db, data, campaign);
  await rename(batchFolder(data, id), join(folder, tag));
  await syncFolder(folder);
}

async function makeAgain(
  db: Db,
  data: string,
  { id, tag, root }: Pick<Campaign, 'id' | 'tag' | 'root'>,
): Promise<void> {
  const folder = batchFolder(data, id);
  await mkdir(join(folder, '..'), { recursive: true, mode: 0o700 });
  const maker = new BatchMaker(tag, `${folder}.sorting`);
  try {
    for (let after = -1; ; ) {
      const page = await leavesAfter(db, id, after, PAGE);
      for (const { commitment, body_hash: bodyHash } of page) await maker.add(commitment, bodyHash);
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.n;
    }
    const sealed = await maker.seal();
    if (root === undefined || Buffer.compare(sealed.root, root) !== 0)
      throw new ForthrightError(
        'campaign-changed',
        'The leaves of the batch in the records are not those that were approved.',
      );
    await maker.write(folder);
  } finally {
    await maker.close();
  }
}
