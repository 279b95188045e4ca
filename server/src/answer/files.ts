/** The files of a folder, one after the other: memory does not grow with their number. */
import { open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { MOST_BYTES } from './check/mime.ts';

/** Each file at `path` and below it, links not followed. Refuses as `file-missing` when there is nothing. */
export async function* filesAt(path: string): AsyncGenerator<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new ForthrightError('file-missing', `${path} is not there`, { cause });
  });
  if (!found.isDirectory()) {
    yield path;
    return;
  }
  for await (const entry of await opendir(path))
    if (entry.isDirectory()) yield* filesAt(join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
}

/** Its bytes; of a file that is larger than what is looked at just enough to see that. Undefined when it can't be read. */
export async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, MOST_BYTES + 1));
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === bytes.length) break;
    }
    return bytes.subarray(0, length);
  } catch {
    return undefined;
  }
}
