import type { Dirent, Stats } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { visible } from '../kernel/index.ts';
import { MOST_BYTES, type Returned, readReturned } from '../notify/index.ts';
import type { Context, Operation } from './types.ts';

type Outcome =
  | Readonly<{ file: string; returned: readonly Returned[] }>
  | Readonly<{ file: string; error: Readonly<{ code: 'file-unreadable'; message: string }> }>;

/** The files below a folder, in the order of their names; links are not followed, hidden files are left out. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder)) if (!entry.name.startsWith('.')) entries.push(entry);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

async function found(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new ForthrightError('file-missing', `${path}: no such file or folder`, { cause });
  }
}

/** The start of a file, as far as a report is read. */
async function startOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, MOST_BYTES));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } finally {
    await file.close();
  }
}

async function outcomeOf(file: string, path: string): Promise<Outcome> {
  try {
    return { file, returned: await readReturned(await startOf(path)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { file, error: { code: 'file-unreadable', message } };
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

function asJson(outcome: Outcome): string {
  if ('error' in outcome) return line(outcome);
  return outcome.returned.map((one) => line({ file: outcome.file, ...one })).join('');
}

const column = (text: string, width: number): string => visible(text).padEnd(width);

function asText(outcome: Outcome): string {
  if ('error' in outcome)
    return `${column('could not be read', 18)} ${visible(outcome.file)}: ${visible(outcome.error.message)}\n`;
  return outcome.returned
    .map(({ kind, reason, status, reply, recipient }) => {
      const code = status || reply || '-';
      return `${column(kind, 18)} ${column(reason || '-', 16)} ${column(code, 8)} ${column(recipient || '-', 36)} ${visible(outcome.file)}\n`;
    })
    .join('');
}

async function run({ cwd, json, print, note, progress, signal }: Context, from: string): Promise<void> {
  const start = resolve(cwd, from);
  const what = await found(start);
  const isFolder = what.isDirectory();
  // A pipe or a device might never end.
  if (!isFolder && !what.isFile())
    throw new ForthrightError('file-unreadable', `${from}: neither a folder nor a file`);
  const counts = new Map<string, number>();
  let [files, broken] = [0, 0];
  if (!json)
    print(
      `${column('kind', 18)} ${column('reason', 16)} ${column('code', 8)} ${column('recipient', 36)} file\n`,
    );
  for await (const path of isFolder ? filesBelow(start) : [start]) {
    signal.throwIfAborted();
    const outcome = await outcomeOf(isFolder ? relative(start, path) : from, path);
    files += 1;
    if ('error' in outcome) broken += 1;
    else for (const { kind } of outcome.returned) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    print(json ? asJson(outcome) : asText(outcome));
    progress.update('messages read', files);
  }
  progress.clear();
  if (files === 0) throw new ForthrightError('glob-empty', `${from}: there is no file in it`);
  note(
    `${files} message${files === 1 ? '' : 's'}: ${[...counts].map(([kind, count]) => `${count} ${kind}`).join(', ') || 'none could be read'}`,
  );
  if (broken > 0)
    throw new ForthrightError(
      'file-unreadable',
      `${broken} of ${files} files could not be read; the lines above name them`,
    );
}

/** `forthright bounces`: what messages that came back say. No workspace, no engine, nothing is written. */
export const bouncesCommand: Operation = {
  name: 'bounces',
  summary: 'what returned messages say: address dead, blocked by policy, temporary, or not a bounce; and why',
  takes: [{ name: 'DIR', about: 'a folder of messages, one a file (a Maildir, too), or one such file' }],
  common: ['json', 'help'],
  examples: ['forthright bounces Maildir/', 'forthright bounces returned/ --json > returned.jsonl'],
  run: async (context, { positional }) => await run(context, positional.dir ?? ''),
};
