/**
 * Files are offered to the engine through a directory of links, so that odd names and wrong extensions do not
 * matter: `<f padded to 8>.<extension of its compression>`. Only a file's first bytes count, as many as it had
 * when the run began: a file that grew, or that may be growing, is copied up to there.
 */
import { constants, createReadStream, statSync } from 'node:fs';
import { copyFile, mkdir, open, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { EngineFile } from './types.ts';

const EXTENSION: Record<EngineFile['compression'], string> = {
  none: '',
  gzip: '.gz',
  zstd: '.zst',
  xz: '.xz',
  // The engine has no bzip2: it is offered unpacked.
  bzip2: '',
};

/** A file touched this recently is probably still being written. */
const STILL_WRITTEN_MS = 2 * 60_000;

/** What the engine cannot do with compressed files. Both refuse a file that is damaged or cut short. */
export type Compressed = Readonly<{
  unpackBzip2: (from: string, to: string, bytes: number) => Promise<void>;
  checkZstd: (path: string, bytes: number) => Promise<void>;
}>;

type Linked = { file: EngineFile; as: string };

export type OfferedFiles = Readonly<{
  directory: string;
  /** Files that stand there as links to the originals, and may therefore grow. */
  linked: Linked[];
  pathOf: (f: number) => string | undefined;
}>;

function nameOf(file: EngineFile): string {
  return `${String(file.f).padStart(8, '0')}${EXTENSION[file.compression]}`;
}

/** Synchronous, because two looks per statement at thousands of files take much longer as promises. */
function sizeAndAge(file: EngineFile): { bytes: number; ageMs: number } {
  try {
    const now = statSync(file.path);
    return { bytes: now.size, ageMs: Date.now() - now.mtimeMs };
  } catch (cause) {
    throw new ForthrightError('file-missing', `${file.path} can no longer be read.`, { cause });
  }
}

function shrunk(file: EngineFile, bytes: number): ForthrightError {
  return new ForthrightError(
    'evidence-changed',
    `${file.path} had ${file.bytes} bytes when the run began and has ${bytes} now. Run again when nobody writes to it.`,
  );
}

/** Copies exactly the first `bytes` bytes. The system's own copy shares blocks where the file system can. */
async function copyStart(file: EngineFile, to: string): Promise<void> {
  await copyFile(file.path, to, constants.COPYFILE_FICLONE);
  const copy = await open(to, 'r+');
  try {
    const { size } = await copy.stat();
    if (size < file.bytes) throw shrunk(file, size);
    await copy.truncate(file.bytes);
  } finally {
    await copy.close();
  }
}

async function offer(file: EngineFile, as: string, compressed: Compressed): Promise<boolean> {
  const now = sizeAndAge(file);
  if (now.bytes < file.bytes) throw shrunk(file, now.bytes);
  if (file.compression === 'bzip2') {
    await compressed.unpackBzip2(file.path, as, file.bytes);
    return false;
  }
  if (file.compression === 'zstd') await compressed.checkZstd(file.path, file.bytes);
  if (now.bytes > file.bytes || now.ageMs < STILL_WRITTEN_MS) {
    await copyStart(file, as);
    return false;
  }
  await symlink(file.path, as);
  return true;
}

/** Makes `directory` and offers the files in it. Refuses a file that is gone or shorter than it was. */
export async function offerFiles(
  directory: string,
  files: readonly EngineFile[],
  compressed: Compressed,
): Promise<OfferedFiles> {
  await mkdir(directory, { recursive: true });
  const paths = new Map<number, string>();
  const linked: Linked[] = [];
  for (const file of files) {
    paths.set(file.f, file.path);
    if (file.bytes === 0) continue;
    const as = join(directory, nameOf(file));
    if (await offer(file, as, compressed)) linked.push({ file, as });
  }
  return { directory, linked, pathOf: (f) => paths.get(f) };
}

/**
 * Looks whether linked files have grown since, and puts a copy of their start in the link's place. Answers the
 * paths that had grown: what was read from them in the meantime may hold too much.
 */
export async function replaceGrown(offered: OfferedFiles): Promise<string[]> {
  const grown: string[] = [];
  const still: Linked[] = [];
  for (const link of offered.linked) {
    const { bytes } = sizeAndAge(link.file);
    if (bytes < link.file.bytes) throw shrunk(link.file, bytes);
    if (bytes === link.file.bytes) {
      still.push(link);
      continue;
    }
    await copyStart(link.file, `${link.as}.copy`);
    await rename(`${link.as}.copy`, link.as);
    grown.push(link.file.path);
  }
  offered.linked.splice(0, offered.linked.length, ...still);
  return grown;
}

/** Complete lines of a byte stream, in batches; the last line need not end in a newline. */
export async function* lineBatches(source: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest: Uint8Array[] = [];
  for await (const piece of source) {
    const end = piece.lastIndexOf(0x0a);
    if (end < 0) {
      rest.push(piece);
      continue;
    }
    yield decoder.decode(Buffer.concat([...rest, piece.subarray(0, end)])).split('\n');
    rest = end + 1 < piece.length ? [piece.subarray(end + 1)] : [];
  }
  if (rest.length > 0) yield decoder.decode(Buffer.concat(rest)).split('\n');
}

const PIECE_BYTES = 4 << 20;

/** A whole file. Each piece is a buffer of its own: for hundreds of small answers large ones keep the collector at work. */
export function readInPieces(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: Math.min(PIECE_BYTES, statSync(path).size + 1) });
}
