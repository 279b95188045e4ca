import type { Stats } from 'node:fs';
import { glob, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { didYouMean, nearest } from '../kernel/index.ts';
import { seriesOf } from './series.ts';
import type { SourceFile } from './types.ts';
import { isRemote } from './workspace.ts';

/** What tells, after the run, whether the file is still the one that was read. */
export type FileMark = Readonly<{ inode: bigint; device: bigint; modifiedNs: bigint }>;
export type ExpandedFile = SourceFile & Readonly<{ mark: FileMark }>;

/** Opened at once, so that a folder of 100,000 files does not run into the limit of open files. */
const AT_ONCE = 32;

/**
 * The files behind a source's `at` (files, globs, or both), sorted by the bytes of their paths, each once,
 * numbered from `first`. Hidden files only where a pattern names the dot. Whatever is remote is no file and is
 * left out; a missing file, a glob without a match and a file that can't be read are refused.
 */
export async function expandSource(
  source: string,
  at: string | readonly string[],
  directory: string,
  first = 0,
): Promise<ExpandedFile[]> {
  const found = new Map<string, string>();
  for (const pattern of typeof at === 'string' ? [at] : at) {
    if (isRemote(pattern)) continue;
    for (const path of await matches(source, pattern, directory)) {
      const absolute = resolve(directory, path);
      if (!found.has(absolute)) found.set(absolute, slashed(path));
    }
  }
  const sorted = [...found].sort(([, a], [, b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const files: ExpandedFile[] = [];
  for (let start = 0; start < sorted.length; start += AT_ONCE) {
    const batch = sorted.slice(start, start + AT_ONCE);
    files.push(
      ...(await Promise.all(
        batch.map(([absolute, path], i) => look(source, path, absolute, first + start + i)),
      )),
    );
  }
  return files;
}

function slashed(path: string): string {
  return (sep === '/' ? path : path.replaceAll(sep, '/')).replace(/^(?:\.\/)+/, '');
}

async function matches(source: string, pattern: string, directory: string): Promise<string[]> {
  if (pattern.includes('\0')) throw missing(source, pattern, 'its name holds a zero byte');
  // A file whose very name has brackets or stars is meant before the pattern is.
  if (await exists(resolve(directory, pattern))) return [pattern];
  if (!/[*?[\]{}]|[!+@]\(/.test(pattern)) throw await noFile(source, pattern, directory);
  const wanted = pattern.split(/[\\/]/).filter((part) => part.startsWith('.'));
  const found: string[] = [];
  for await (const path of glob(pattern, { cwd: directory })) {
    const isHidden = path
      .split(sep)
      .some((part) => /^\.[^.]/.test(part) && !wanted.some((w) => w[1] === part[1]));
    if (!isHidden && !(await isFolder(resolve(directory, path)))) found.push(path);
  }
  if (found.length === 0) throw await noMatch(source, pattern, directory);
  return found;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (rawError: NodeJS.ErrnoException) => rawError.code !== 'ENOENT' && rawError.code !== 'ENOTDIR',
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
}

function missing(source: string, path: string, why: string): ForthrightError {
  return new ForthrightError('file-missing', `${source}: there is no file ${path}: ${why}`);
}

async function noFile(source: string, pattern: string, directory: string): Promise<ForthrightError> {
  const absolute = resolve(directory, pattern);
  const { folder, names } = await nearestFolder(dirname(absolute));
  const where = folder === dirname(absolute) ? folder : `${dirname(absolute)}, a folder that does not exist`;
  const wanted =
    folder === dirname(absolute) ? basename(absolute) : (relative(folder, absolute).split(sep)[0] ?? '');
  return missing(source, pattern, `looked in ${where}${didYouMean(wanted, names) || listed(folder, names)}`);
}

async function noMatch(source: string, pattern: string, directory: string): Promise<ForthrightError> {
  const parts = pattern.split('/');
  const fixed = parts.slice(
    0,
    parts.findIndex((part) => /[*?[\]{}]|[!+@]\(/.test(part)),
  );
  const meant = isAbsolute(pattern) ? resolve('/', ...fixed) : resolve(directory, ...fixed);
  const { folder, names } = await nearestFolder(meant);
  const hint =
    folder === meant
      ? nearestTo(parts[fixed.length] ?? '', names) || listed(folder, names)
      : didYouMean(relative(folder, meant).split(sep)[0] ?? '', names) || listed(folder, names);
  const where = folder === meant ? folder : `${meant}, a folder that does not exist`;
  return new ForthrightError(
    'glob-empty',
    `${source}: no file matches ${pattern}: looked in ${where}${hint}`,
  );
}

function nearestTo(pattern: string, names: readonly string[]): string {
  const found = nearest(pattern.replace(/[*?[\]{}!+@()]/g, ''), names, 3);
  return found.length === 0 ? '' : `; nearest there: ${found.join(', ')}`;
}

/** The innermost folder on the way to `path` that exists, and what is in it. */
async function nearestFolder(path: string): Promise<{ folder: string; names: string[] }> {
  for (let folder = path; ; folder = dirname(folder)) {
    const names = await readdir(folder).catch(() => null);
    if (names !== null) return { folder, names: names.filter((n) => !n.startsWith('.')).sort() };
    if (dirname(folder) === folder) return { folder, names: [] };
  }
}

function listed(folder: string, names: readonly string[]): string {
  if (names.length === 0) return '; there is nothing in it';
  const more = names.length > 5 ? `, … (${names.length} in all)` : '';
  return `; in ${folder} there is: ${names.slice(0, 5).join(', ')}${more}`;
}

async function look(source: string, path: string, absolute: string, f: number): Promise<ExpandedFile> {
  try {
    // Before the file is opened: to open a pipe is to wait for its writer.
    refuseKind(source, path, await stat(absolute));
    await using file = await open(absolute, 'r');
    const now = await file.stat({ bigint: true });
    const { bytesRead, buffer } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const compression = compressionOf(buffer.subarray(0, bytesRead));
    if (compression.startsWith('!')) {
      throw unreadable(
        source,
        path,
        `it is a ${compression.slice(1)} archive; unpack it, or pack its files with gzip or zstd`,
      );
    }
    return {
      f,
      source,
      path,
      absolute,
      bytes: Number(now.size),
      compression: compression as SourceFile['compression'],
      series: seriesOf(path).series,
      mark: { inode: now.ino, device: now.dev, modifiedNs: now.mtimeNs },
    };
  } catch (rawError) {
    if (rawError instanceof ForthrightError) throw rawError;
    const { code, message } = rawError as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw missing(source, path, 'it vanished, or is a link to nowhere');
    const why =
      code === 'EACCES' || code === 'EPERM'
        ? 'you may not read it; change its permissions or your account'
        : message;
    throw unreadable(source, path, why, rawError);
  }
}

function refuseKind(source: string, path: string, now: Stats): void {
  if (now.isDirectory()) {
    throw unreadable(source, path, `it is a folder; name the files in it, such as ${join(path, '*')}`);
  }
  if (!now.isFile()) {
    throw unreadable(
      source,
      path,
      'it is no plain file but a pipe, a socket or a device; copy it into a file first',
    );
  }
}

function unreadable(source: string, path: string, why: string, cause?: unknown): ForthrightError {
  return new ForthrightError('file-unreadable', `${source}: can't read ${path}: ${why}`, { cause });
}

/** By the first bytes, since `access.log.1` may well be gzip. `!name` is an archive that nothing here reads. */
function compressionOf(head: Buffer): SourceFile['compression'] | `!${string}` {
  const begins = (hex: string) => head.subarray(0, hex.length / 2).equals(Buffer.from(hex, 'hex'));
  if (begins('1f8b08')) return 'gzip';
  if (begins('28b52ffd')) return 'zstd';
  // Zstandard's skippable frames, which pzstd and seekable writers put first.
  if (
    head.length >= 4 &&
    ((head[0] ?? 0) & 0xf0) === 0x50 &&
    head.subarray(1, 4).equals(Buffer.from('2a4d18', 'hex'))
  ) {
    return 'zstd';
  }
  const block = head.subarray(4, 10).toString('hex');
  const isBlock = block === '314159265359' || block === '177245385090';
  if (/^BZh[1-9]/.test(head.toString('latin1', 0, 4)) && isBlock) return 'bzip2';
  if (begins('fd377a585a00')) return 'xz';
  if (begins('504b0304')) return '!ZIP';
  if (begins('377abcaf271c')) return '!7-Zip';
  if (begins('04224d18')) return '!LZ4';
  if (begins('1f9d')) return '!compress (.Z)';
  return 'none';
}

/**
 * Refuses when a file is no longer the one that was read: it vanished, was put in another's place, shrank, or was
 * written to without growing. One that only grew is fine: its first `bytes` bytes are what was read.
 */
export async function assertUnchanged(files: readonly ExpandedFile[]): Promise<void> {
  const problems: { at: string; message: string }[] = [];
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const batch = files.slice(start, start + AT_ONCE);
    for (const [i, message] of (await Promise.all(batch.map(whatChanged))).entries()) {
      if (message !== null) problems.push({ at: batch[i]?.path ?? '', message });
    }
  }
  if (problems.length === 0) return;
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const message = `${first?.at} changed while it was read: ${first?.message}${more}; run again on files that rest, such as copies`;
  throw new ForthrightError('evidence-changed', message, { problems });
}

async function whatChanged(file: ExpandedFile): Promise<string | null> {
  const now = await stat(file.absolute, { bigint: true }).catch(() => null);
  if (now === null) return 'it is no longer there';
  if (now.ino !== file.mark.inode || now.dev !== file.mark.device) return 'another file stands in its place';
  if (now.size < file.bytes) return `it shrank from ${file.bytes} to ${now.size} bytes`;
  if (now.size === BigInt(file.bytes) && now.mtimeNs !== file.mark.modifiedNs)
    return 'it was written to and did not grow';
  return null;
}
