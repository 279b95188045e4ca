import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../platform/index.ts';

/** Beside the public folder, never in it: whoever copies that takes no half of anything. */
const PARTIAL = 'public.partial';
/** As `sha256sum -c` reads it, below the public folder. */
export const SUMS_FILE = 'SHA256SUMS';
/** Older than any that is being written. */
const ABANDONED_MS = 3_600_000;

/** Files of the public folder, each whole or not at all, and only those that changed. */
export class Files {
  readonly #public: string;
  readonly #partial: string;
  readonly #sums = new Map<string, string>();

  private constructor(data: string) {
    this.#public = join(data, 'public');
    this.#partial = join(data, PARTIAL);
  }

  static async open(data: string): Promise<Files> {
    const files = new Files(data);
    await mkdir(files.#partial, { recursive: true, mode: 0o700 });
    for (const name of await readdir(files.#partial)) {
      const path = join(files.#partial, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS)
        await rm(path, { recursive: true, force: true });
    }
    return files;
  }

  /** SHA-256 in hex; undefined when there is no such file. */
  async hashOf(path: string): Promise<string | undefined> {
    const bytes = await readFile(join(this.#public, path)).catch(() => undefined);
    return bytes && sha256(bytes);
  }

  async put(path: string, content: string): Promise<void> {
    this.stands(path, content);
    await this.#put(path, content);
  }

  /** It is there already, or is written by somebody else: it belongs to what `putSums` states. */
  stands(path: string, content: string): void {
    this.#sums.set(path, sha256(content));
  }

  /** Last of all: whoever copies the folder in the midst of a change sees by it that the files don't belong together. */
  async putSums(): Promise<void> {
    const lines = [...this.#sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, sum]) => `${sum}  ${path}\n`);
    await this.#put(SUMS_FILE, lines.join(''));
  }

  async #put(path: string, content: string): Promise<void> {
    const target = join(this.#public, path);
    const there = await readFile(target, 'utf8').catch(() => undefined);
    if (there === content) return;
    const partial = join(this.#partial, randomUUID());
    try {
      await writeWhole(partial, content);
      await mkdir(dirname(target), { recursive: true });
      await rename(partial, target);
    } finally {
      await rm(partial, { force: true });
    }
  }

  /** A folder with all of these; whatever stood there goes. */
  async putFolder(path: string, content: ReadonlyMap<string, string>): Promise<void> {
    const target = join(this.#public, path);
    const partial = join(this.#partial, randomUUID());
    const old = join(this.#partial, randomUUID());
    try {
      await mkdir(partial, { recursive: true });
      for (const [name, text] of content) await writeWhole(join(partial, name), text);
      await mkdir(dirname(target), { recursive: true });
      await rename(target, old).catch(unlessMissing);
      await rename(partial, target).catch(unlessThere);
      await syncFolder(dirname(target));
    } finally {
      await rm(partial, { recursive: true, force: true });
      await rm(old, { recursive: true, force: true });
    }
  }
}

async function writeWhole(path: string, content: string): Promise<void> {
  await using file = await open(path, 'w', 0o644);
  await file.writeFile(content);
  await file.sync();
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
/** Another process wrote the same meanwhile. */
function unlessThere(error: unknown): void {
  if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
}
