/**
 * What this place last saw of the register, beside the database and not in it: a snapshot that is put back, or a
 * second instance with a folder of its own, does not agree with it.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

export type Head = Readonly<{ origin: string; epoch: number; size: number; root: string }>;

const FILE = 'register-head.json';

/** `unreadable` is as good as a disagreement: a person looks. */
export async function readHead(folder: string): Promise<Head | undefined | 'unreadable'> {
  let rawText: string;
  try {
    rawText = await readFile(join(folder, FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return 'unreadable';
  }
  try {
    const raw = JSON.parse(rawText) as Partial<Record<keyof Head, unknown>>;
    const { origin, epoch, size, root } = raw;
    const isHead =
      typeof origin === 'string' &&
      Number.isSafeInteger(epoch) &&
      Number.isSafeInteger(size) &&
      typeof root === 'string';
    return isHead ? { origin, epoch: Number(epoch), size: Number(size), root } : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

/** On the disk before it has its name: a power cut must not leave half of it, which would stop the register. */
export async function writeHead(folder: string, head: Head): Promise<void> {
  const path = join(folder, FILE);
  // Processes of one server share the folder.
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(head)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}
