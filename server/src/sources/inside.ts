/** Files that somebody names over the network: below the folder of the workspace, and nowhere else. */
import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ForthrightError } from '@forthright/contract';

/** A plain path may still be a link that leads out of the folder: refuses one as `file-unreadable`. */
export async function refuseStrayLinks(
  named: readonly Readonly<{ of: string; path: string }>[],
  folder: string,
): Promise<void> {
  const inside = `${await realpath(folder)}${sep}`;
  for (const { of, path } of named) {
    // One that is not there is told by the run, with its name.
    const real = await realpath(join(folder, path)).catch(() => inside);
    if (!real.startsWith(inside))
      throw new ForthrightError('file-unreadable', `${of} names a file outside of the workspace.`);
  }
}
