import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { syncFolder } from '../../platform/index.ts';
import type { Campaign } from './types.ts';

/** The job that says, where everybody may read it, which batches there are. */
export const PUBLISH_BATCHES = 'publish-batches';

/** Where the files of a batch wait until it is approved. */
export const batchFolder = (data: string, campaign: string): string => join(data, 'batches', campaign);

/** Puts the files of a committed batch where everybody may have them, before anything is sent. Safe to call again. */
export async function publishBatch(data: string, { id, tag }: Pick<Campaign, 'id' | 'tag'>): Promise<void> {
  const folder = join(data, 'public', 'batches');
  const isThere = (path: string) =>
    stat(path).then(
      () => true,
      () => false,
    );
  if (await isThere(join(folder, tag, 'batch.json'))) return;
  await mkdir(folder, { recursive: true });
  await rename(batchFolder(data, id), join(folder, tag)).catch((cause) => {
    throw new ForthrightError(
      'file-missing',
      'The data folder has lost the files of the batch; nothing is sent without them.',
      {
        cause,
      },
    );
  });
  await syncFolder(folder);
}
