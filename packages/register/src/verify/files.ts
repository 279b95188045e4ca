import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, opendir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { RegisterError, shorten } from '../tree/index.ts';

export const LARGEST_LINE_BYTES = 2 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const MOST_OTHER_FILES = 10_000;

const codeOf = (rawError: unknown): string =>
  rawError instanceof Error && 'code' in rawError ? String(rawError.code) : 'unknown';

function failure(rawError: unknown, at: string): RegisterError {
  if (rawError instanceof RegisterError) return rawError;
  const code = codeOf(rawError);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new RegisterError('file-missing', at, 'is not there', { cause: rawError });
  }
  return new RegisterError('file-unreadable', at, `can not be read (${code})`, { cause: rawError });
}

/** The folder's real path: the reader may name it through links, but inside it none is followed. */
export async function openDirectory(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch (rawError) {
    throw failure(rawError, directory);
  }
}

/**
 * Opens a plain file of the bundle. Refuses links, also on the way to it, and whatever is no plain file: a pipe would
 * keep the reader waiting, a device or a link would show what is not in the bundle.
 */
export async function openInside(root: string, path: string): Promise<FileHandle> {
  const full = join(root, ...path.split('/'));
  try {
    if ((await realpath(full)) !== full)
      throw new RegisterError('file-refused', path, 'is reached through a link');
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const file = await open(full, flags);
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (rawError) {
    throw failure(rawError, path);
  }
  throw new RegisterError('file-refused', path, 'is no plain file');
}

/** All of a file that must not be larger than `mostBytes`. */
export async function readInside(root: string, path: string, mostBytes: number): Promise<Uint8Array> {
  const file = await openInside(root, path);
  try {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of chunksOf(file, path)) {
      bytes += piece.length;
      if (bytes > mostBytes) throw new RegisterError('too-large', path, `has more than ${mostBytes} bytes`);
      pieces.push(Uint8Array.from(piece));
    }
    return Buffer.concat(pieces);
  } finally {
    await file.close();
  }
}

export type FileHash = Readonly<{ bytes: number; sha256: string }>;

/** Stops past `mostBytes`: the file is longer than said, and its hash no longer matters. */
export async function hashInside(root: string, path: string, mostBytes: number): Promise<FileHash> {
  const file = await openInside(root, path);
  try {
    const sha256 = createHash('sha256');
    let bytes = 0;
    for await (const piece of chunksOf(file, path)) {
      sha256.update(piece);
      bytes += piece.length;
      if (bytes > mostBytes) break;
    }
    return { bytes, sha256: sha256.digest('hex') };
  } finally {
    await file.close();
  }
}

/** The same memory is used for every chunk. */
async function* chunksOf(file: FileHandle, at: string): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null));
    } catch (rawError) {
      throw failure(rawError, at);
    }
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Some lines of a file; `first` is the number of the first of them. */
export type Lines = Readonly<{ first: number; lines: readonly string[] }>;

/** A file's lines, each of which must be UTF-8, end in a newline, and not be longer than 2 MiB. */
export async function* linesInside(root: string, path: string): AsyncGenerator<Lines> {
  const file = await openInside(root, path);
  try {
    let carry: Buffer = Buffer.alloc(0);
    let first = 1;
    for await (const chunk of chunksOf(file, path)) {
      const end = chunk.lastIndexOf(0x0a);
      const whole = end < 0 ? undefined : Buffer.concat([carry, chunk.subarray(0, end)]);
      carry = end < 0 ? Buffer.concat([carry, chunk]) : Buffer.from(chunk.subarray(end + 1));
      if (carry.length > LARGEST_LINE_BYTES) {
        const message = `a line has more than ${LARGEST_LINE_BYTES} bytes`;
        throw new RegisterError('too-large', `${path}, from line ${first} on`, message);
      }
      if (whole === undefined) continue;
      if (!isUtf8(whole)) throw new RegisterError('malformed', `${path}, from line ${first} on`, 'not UTF-8');
      const lines = whole.toString('utf8').split('\n');
      yield { first, lines };
      first += lines.length;
    }
    if (carry.length > 0) {
      throw new RegisterError('malformed', `${path}:${first}`, 'the last line does not end in a newline');
    }
  } finally {
    await file.close();
  }
}

/** Names of what lies in the folder and is not among `known`; links are named and not followed. */
export async function otherFiles(root: string, known: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  const folders = [''];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      for await (const entry of await opendir(join(root, folder))) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        seen += 1;
        if (seen > known.size + MOST_OTHER_FILES) return [...found, '… and more'];
        if (entry.isDirectory()) folders.push(path);
        else if (!known.has(path)) found.push(shorten(path));
      }
    } catch (rawError) {
      throw failure(rawError, folder === '' ? root : shorten(folder));
    }
  }
  return found.sort();
}
