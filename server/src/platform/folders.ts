import { readdir } from 'node:fs/promises';
import { ForthrightError } from '@forthright/contract';

/**
 * The names in a folder of ours; none where it was never made. One that can't be read is refused as
 * `data-folder-unreadable`: whoever takes it for empty would leave out, or take away, what is there.
 */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new ForthrightError('data-folder-unreadable', `${folder} can not be read: ${code}`, { cause });
  }
}
