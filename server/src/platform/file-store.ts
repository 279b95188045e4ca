/**
 * Files that were handed in, by the SHA-256 of their content. What comes is written beside the others and hashed on the
 * way; it gets its name only when it is whole and on the disk. Nothing is ever unpacked, so what would unfold to
 * terabytes stays as small as it came.
 *
 *   <folder>/incoming/…part   on its way          <folder>/ab/ab12…   whole
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { namesIn } from './folders.ts';

export const MOST_FILE_BYTES = 4 * 1024 ** 3;
/** Left on the disk for the records. */
const RESERVE_BYTES = 64 * 1024 ** 2;
/** Older than any hand-in that can still be under way, also of another process on the same folder. */
const ABANDONED_MS = 24 * 3_600_000;
const INCOMING = 'incoming';
const HASH = /^[0-9a-f]{64}$/;

export type Stored = Readonly<{ sha256: string; bytes: number }>;

export class FileStore {
  readonly #folder: string;
  readonly #mostBytes: number;

  constructor(folder: string, { mostBytes = MOST_FILE_BYTES }: Readonly<{ mostBytes?: number }> = {}) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  /**
   * Keeps content whole, or nothing of it. Refuses as `body-too-large` above the cap, and as `no-disk` where there is no
   * room; whatever `content` throws is thrown on.
   */
  async keep(content: AsyncIterable<Uint8Array>): Promise<Stored> {
    const incoming = join(this.#folder, INCOMING);
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    const part = join(incoming, `${randomUUID()}.part`);
    try {
      const stored = await this.#write(part, content);
      const path = this.pathOf(stored.sha256);
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await rename(part, path);
      await syncFolder(join(path, '..'));
      await syncFolder(this.#folder);
      return stored;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom(error) : error;
    } finally {
      await rm(part, { force: true });
    }
  }

  async #write(part: string, content: AsyncIterable<Uint8Array>): Promise<Stored> {
    const { bavail, bsize } = await statfs(this.#folder);
    const room = bavail * bsize - RESERVE_BYTES;
    const hash = createHash('sha256');
    let bytes = 0;
    const file = await open(part, 'wx', 0o600);
    try {
      for await (const piece of content) {
        bytes += piece.length;
        if (bytes > this.#mostBytes)
          throw new ForthrightError('body-too-large', `The file has more than ${this.#mostBytes} bytes.`);
        if (bytes > room) throw noRoom();
        hash.update(piece);
        await writeAll(file, piece);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    return { sha256: hash.digest('hex'), bytes };
  }

  pathOf(sha256: string): string {
    if (!HASH.test(sha256)) throw new Error('A file is named by its SHA-256.');
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }

  /** Its bytes. Refuses as `file-missing` when the folder has lost it, before anything was given. */
  async open({ sha256, bytes }: Stored): Promise<AsyncIterable<Uint8Array>> {
    const path = this.pathOf(sha256);
    const found = await stat(path).catch(() => undefined);
    if (found?.size !== bytes)
      throw new ForthrightError(
        'file-missing',
        `The data folder has lost the file with the SHA-256 ${sha256}, or a part of it.`,
      );
    // Opened when it is read: what is never read leaves nothing open.
    return (async function* () {
      yield* createReadStream(path) as AsyncIterable<Uint8Array>;
    })();
  }

  /** Removes a file; whoever asks knows that nothing refers to it. */
  async remove(sha256: string): Promise<void> {
    const path = this.pathOf(sha256);
    await rm(path, { force: true });
    await syncFolder(join(path, '..')).catch(() => {});
  }

  /** Every whole file's SHA-256. */
  async *all(): AsyncGenerator<string> {
    for (const group of await namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(group)) continue;
      for (const name of await readdir(join(this.#folder, group))) if (HASH.test(name)) yield name;
    }
  }

  /**
   * Removes what a crash left: parts that nobody writes any more, and whole files that nothing refers to. Both only when
   * they are a day old, since another process may be about to refer to one.
   */
  async sweep(isReferred: (sha256: string) => Promise<boolean>, nowMs: number): Promise<void> {
    const isOld = async (path: string) => {
      const found = await stat(path).catch(() => undefined);
      return found !== undefined && nowMs - found.mtimeMs > ABANDONED_MS;
    };
    const incoming = join(this.#folder, INCOMING);
    for (const name of await namesIn(incoming)) {
      const path = join(incoming, name);
      if (await isOld(path)) await rm(path, { force: true });
    }
    for await (const sha256 of this.all()) {
      const path = this.pathOf(sha256);
      if ((await isOld(path)) && !(await isReferred(sha256)) && (await isOld(path)))
        await rm(path, { force: true });
    }
  }
}

async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await file.write(piece, at)).bytesWritten;
}

const noRoom = (cause?: unknown) =>
  new ForthrightError(
    'no-disk',
    'The disk of the data folder has no room for this file; nothing of it was kept.',
    { cause },
  );

/** A name is on the disk when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folder, and keeps names by itself.
  if (process.platform === 'win32') return;
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
