/**
 * The check's truth as static files: what anybody may have, and nothing of any person. `answer.json` says which batches there
 * are and what we sign with; beneath `batches/` lie the files of each (docs/answer.md, docs/codes.md).
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import * as z from 'zod';
import { ownLanguages } from '../notify/index.ts';
import { isTag } from '../prove/codes/index.ts';
import { phrasesOf } from './truth.ts';
import type { ArchivedKey, BatchFacts, Truth } from './types.ts';

const Name = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9.-]+$/, 'a domain or a selector in lower case');
const AnswerFile = z.strictObject({
  schema: z.literal('forthright/answer-folder/1'),
  keys: z.array(
    z.strictObject({
      domain: Name,
      selector: Name,
      record: z.string().min(1).max(4096),
      from: z.iso.datetime(),
      until: z.iso.datetime().optional(),
    }),
  ),
  batches: z.array(
    z.strictObject({
      tag: z.string().refine(isTag, 'a batch tag'),
      size: z.int().min(0),
      root: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex'),
      letterhead: z.strictObject({
        name: z.string().min(1),
        address: z.string().min(3),
        replyTo: z.string().min(3),
      }),
      withdrawn: z.boolean().default(false),
    }),
  ),
});
export const ANSWER_FILE = 'answer.json';

/** Opens such a folder. Refuses as `answer-folder-unusable`. */
export async function openFolder(folder: string): Promise<Truth> {
  const path = join(folder, ANSWER_FILE);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw unusable(`${path} can’t be read: ${cause.code}`, cause);
  });
  const parsed = AnswerFile.safeParse(jsonOf(text));
  if (!parsed.success) {
    const problems = parsed.error.issues
      .slice(0, 20)
      .map(({ path: at, message }) => ({ at: `${path}:${at.join('.')}`, message }));
    throw new ForthrightError('answer-folder-unusable', `${path} is not of the form of docs/answer.md`, {
      problems,
    });
  }
  const { keys, batches } = parsed.data;
  const byTag = new Map(
    batches.map(({ withdrawn, root, ...batch }): [string, BatchFacts] => [
      batch.tag,
      { ...batch, root: Buffer.from(root, 'hex'), isWithdrawn: withdrawn },
    ]),
  );
  return {
    keys: keys.map(({ from, until, ...key }) => ({
      ...key,
      from: Date.parse(from),
      until: until === undefined ? undefined : Date.parse(until),
    })),
    batch: async (tag) => byTag.get(tag),
    prefixFile: (tag, at) => fileOrNone(join(folder, 'batches', tag, at)),
    phrases: phrasesOf(await ownLanguages()),
  };
}

/** A file that may be missing; a damaged disk is no missing file. */
export async function fileOrNone(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

/** Writes `answer.json`, whole or not at all; the files of the batches are written by `BatchMaker.write` below `batches/`. */
export async function writeAnswerFolder(
  folder: string,
  { keys, batches }: Readonly<{ keys: readonly ArchivedKey[]; batches: readonly BatchFacts[] }>,
): Promise<void> {
  const iso = (ms: number) => new Date(ms).toISOString();
  const said: z.input<typeof AnswerFile> = {
    schema: 'forthright/answer-folder/1',
    keys: keys.map(({ from, until, ...key }) => ({
      ...key,
      from: iso(from),
      ...(until === undefined ? {} : { until: iso(until) }),
    })),
    batches: batches.map(({ tag, size, root, letterhead, isWithdrawn }) => ({
      tag,
      size,
      root: Buffer.from(root).toString('hex'),
      letterhead,
      withdrawn: isWithdrawn,
    })),
  };
  await mkdir(join(folder, 'batches'), { recursive: true });
  const partial = join(folder, `${ANSWER_FILE}.partial`);
  await writeFile(partial, `${JSON.stringify(said, null, 2)}\n`);
  await rename(partial, join(folder, ANSWER_FILE));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unusable = (message: string, cause: unknown) =>
  new ForthrightError('answer-folder-unusable', message, { cause });
