/** Files between this terminal and a server. What is cut short never has the name that was asked for. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ForthrightError } from '@forthright/contract';
import { syncFolder, unpacked } from '../platform/index.ts';
import { unreachable } from './client.ts';

export type Sent = Readonly<{ name: string; content: ReadableStream<Uint8Array> }>;

/** A file to be handed in. Refuses one that is not there before anything is asked. */
export async function fileToSend(cwd: string, path: string): Promise<Sent> {
  const full = resolve(cwd, path);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) throw new ForthrightError('file-missing', `there is no file ${path}`);
  if (!found.isFile()) throw new ForthrightError('file-unreadable', `${path} is no file`);
  await (
    await open(full, 'r').catch((cause) => {
      throw new ForthrightError('file-unreadable', `${path} can not be read`, { cause });
    })
  ).close();
  return {
    name: basename(full),
    content: Readable.toWeb(createReadStream(full)) as ReadableStream<Uint8Array>,
  };
}

const taken = (path: string) =>
  new ForthrightError(
    'usage',
    `\`--out ${path}\` is there already, and nothing is written over; name another place`,
  );

/** Refuses a place where something is, before the server is asked to make anything. */
export async function refuseTaken(cwd: string, out: string): Promise<void> {
  const full = resolve(cwd, out);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory() || (await readdir(full)).length > 0) throw taken(out);
}

const partOf = (full: string): string => join(dirname(full), `.${basename(full)}.${process.pid}.part`);

/** What a server sends, in pieces; its end too early is told as such. */
async function* piecesOf(server: string, answer: Response): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of answer.body ?? []) yield piece;
  } catch (error) {
    throw unreachable(server, 'stopped in the midst of its answer; nothing of it was kept', error);
  }
}

/** Writes one file, whole or not at all; for its owner alone. */
export async function saveFile(server: string, answer: Response, cwd: string, out: string): Promise<void> {
  const full = resolve(cwd, out);
  const part = partOf(full);
  await mkdir(dirname(full), { recursive: true });
  try {
    await pipeline(
      piecesOf(server, answer),
      createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }),
    );
    if ((await stat(full).catch(() => undefined)) !== undefined) throw taken(out);
    await rename(part, full);
    await syncFolder(dirname(full));
  } finally {
    await rm(part, { force: true });
  }
}

/** Unpacks a folder, whole or not at all; for its owner alone. How many files it has. */
export async function saveFolder(
  server: string,
  answer: Response,
  cwd: string,
  out: string,
): Promise<number> {
  const full = resolve(cwd, out);
  const part = partOf(full);
  await mkdir(dirname(full), { recursive: true });
  await mkdir(part, { mode: 0o700 });
  let files = 0;
  try {
    for await (const { path, content } of unpacked(piecesOf(server, answer))) {
      await mkdir(join(part, dirname(path)), { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(join(part, path), { flags: 'wx', mode: 0o600, flush: true }));
      files += 1;
    }
    await rmdir(full).catch(() => {});
    await rename(part, full);
    await syncFolder(dirname(full));
    return files;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOTEMPTY' || code === 'ENOTDIR' ? taken(out) : error;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
