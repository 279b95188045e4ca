import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ForthrightError } from '@forthright/contract';

/** A plain path may still be a link that leads out of the workspace's folder: refuses it (`file-unreadable`). */
export async function refuseStray(path: string, folder: string, who: string): Promise<void> {
  const inside = `${await realpath(folder)}${sep}`;
  // One that is not there is told by whoever reads it, with its name.
  const real = await realpath(join(folder, path)).catch(() => inside);
  if (!real.startsWith(inside))
    throw new ForthrightError('file-unreadable', `${who} names a file outside of the workspace.`);
}
