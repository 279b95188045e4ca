import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { syncFolder } from '../../file-store.ts';

/** A message that arrived. `id` stays the same if it is handed over again. */
export type Arrived = Readonly<{ id: string; bytes: Uint8Array }>;

export type Taking = Readonly<{
  /**
   * Keeps the message for good; whatever it throws leaves the message where it is. Of a Maildir of our own the message may
   * be `done`: nobody needs it any more.
   */
  keep: (message: Arrived) => Promise<'done' | undefined>;
  signal?: AbortSignal;
  /** Of a longer message only the start is handed over. */
  mostBytes: number;
}>;

/** What one pass over a mailbox did; `refused` names the messages that `keep` did not keep, and why. */
export type Taken = Readonly<{ kept: number; refused: readonly Readonly<{ id: string; error: unknown }>[] }>;

/**
 * Hands over each new message of a Maildir, and moves it from `new` to `cur` as seen after `keep` has kept it. A crash
 * between the two hands it over once more under the same `id`; none is lost. Two programs must not share one Maildir.
 * Refuses a folder that is none.
 */
export async function takeFromMaildir(folder: string, { keep, signal, mostBytes }: Taking): Promise<Taken> {
  const [fresh, seen] = [join(folder, 'new'), join(folder, 'cur')];
  await checkMaildir(folder, [fresh, seen]);
  const refused: { id: string; error: unknown }[] = [];
  let kept = 0;
  for (const name of (await readdir(fresh)).filter((one) => !one.startsWith('.')).sort()) {
    signal?.throwIfAborted();
    // Other programs may add flags behind a colon; what stands before it is the message's own name.
    const id = name.split(':')[0] ?? name;
    let end: 'done' | undefined;
    try {
      end = await keep({ id, bytes: await startOf(join(fresh, name), mostBytes) });
    } catch (error) {
      refused.push({ id, error });
      continue;
    }
    if (end === 'done') await rm(join(fresh, name));
    else await rename(join(fresh, name), join(seen, `${id}:2,S`));
    kept += 1;
  }
  if (kept > 0) await Promise.all([fresh, seen].map(syncFolder));
  return { kept, refused };
}

async function checkMaildir(folder: string, parts: readonly string[]): Promise<void> {
  const are = await Promise.all(
    parts.map((part) =>
      stat(part).then(
        (what) => what.isDirectory(),
        () => false,
      ),
    ),
  );
  if (are.includes(false))
    throw new ForthrightError('file-missing', `${folder}: no Maildir, for it has no folders new and cur`);
}

async function startOf(path: string, mostBytes: number): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size <= mostBytes) return await readFile(path);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(mostBytes), 0, mostBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
