import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../file-store.ts';

/** Makes a Maildir where there is none; the folder is its owner's alone. */
export async function makeMaildir(folder: string): Promise<void> {
  for (const part of ['tmp', 'new', 'cur']) await mkdir(join(folder, part), { recursive: true, mode: 0o700 });
}

/**
 * Puts a message into a Maildir: when this resolves, it is on the disk, and a crash at any moment leaves it there whole or
 * not at all. `id` names it; the same one written again replaces it.
 */
export async function putIntoMaildir(
  folder: string,
  pieces: Iterable<Uint8Array>,
  id: string = randomUUID(),
): Promise<void> {
  const part = join(folder, 'tmp', randomUUID());
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      for (const piece of pieces) await file.appendFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, join(folder, 'new', id));
    await syncFolder(join(folder, 'new'));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
