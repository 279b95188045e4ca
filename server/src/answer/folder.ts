/**
 * The check's truth as static files: what anybody may have, and nothing of any person. `answer.json` says which batches there
 * are and what we sign with; beneath `batches/` lie the files of each (docs/answer.md, docs/codes.md).
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import {
  decodeEntry,
  type KeyInTime,
  type KeyTerm,
  keysOf,
  leafHash,
  parseTlogProof,
  verifyInclusion,
  verifyTlogProof,
} from '@forthright/register';
import * as z from 'zod';
import { ownLanguages } from '../notify/index.ts';
import { isTag } from '../prove/codes/index.ts';
import { phrasesOf } from './truth.ts';
import type { ArchivedKey, BatchFacts, PublishedBatch, Truth } from './types.ts';

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
  register: z
    .array(z.strictObject({ vkey: z.string().max(1024), from: z.string(), until: z.string().nullable() }))
    .default([]),
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
      entry: z.string().max(65_535).optional(),
      proof: z.string().max(524_288).optional(),
    }),
  ),
});
export const ANSWER_FILE = 'answer.json';

/**
 * Opens such a folder. Refuses as `answer-folder-unusable` what is not written as it should be, and what contradicts itself:
 * a batch that is another one than that of the register's entry, an entry that does not stand where its proof says.
 */
export async function openFolder(folder: string, now: () => Date): Promise<Truth> {
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
  const { keys, batches, register } = parsed.data;
  const trusted = usable(path, () => keysOf(register, 'register'));
  const byTag = new Map(
    batches.map((said): [string, BatchFacts] => {
      const { tag, size, letterhead, withdrawn: isWithdrawn } = said;
      const isShown = usable(`${path}: batch ${tag}`, () => isInRegister(said, trusted, now()));
      return [tag, { tag, size, letterhead, root: Buffer.from(said.root, 'hex'), isWithdrawn, isShown }];
    }),
  );
  const archived = keys.map(({ from, until, ...key }) => ({
    ...key,
    from: Date.parse(from),
    until: until === undefined ? undefined : Date.parse(until),
  }));
  return {
    keys: async () => archived,
    batch: async (tag) => byTag.get(tag),
    prefixFile: (tag, at) => fileOrNone(join(folder, 'batches', tag, at)),
    phrases: phrasesOf(await ownLanguages()),
  };
}

/** Whether a checkpoint, under a key of the register that counts, takes in the entry that states this batch. */
function isInRegister(
  { tag, size, root, entry, proof }: z.output<typeof AnswerFile>['batches'][number],
  keys: readonly KeyInTime[],
  now: Date,
): boolean {
  if (entry === undefined) return false;
  const bytes = Buffer.from(entry, 'utf8');
  const stated = Stated.parse(decodeEntry(bytes, 'entry'));
  const { batch, leaves, root: statedRoot } = stated.facts;
  if (batch !== tag || leaves !== size || statedRoot !== root)
    throw new Error('it is not the batch that the register’s entry states');
  if (proof === undefined) return false;
  const { index, proof: path, checkpoint } = parseTlogProof(proof, 'proof');
  const { size: ofTree, root: rootOfTree } = checkpoint;
  if (!verifyInclusion({ index, size: ofTree, leaf: leafHash(bytes), proof: path }, rootOfTree))
    throw new Error('the register’s entry does not stand where its proof says');
  return verifyTlogProof(proof, bytes, { keys, now }).isProved;
}

/** What of the entry is looked at; it holds more. */
const Stated = z.object({
  kind: z.literal('batch-committed'),
  facts: z.object({ batch: z.string(), leaves: z.int(), root: z.string() }),
});

function usable<T>(at: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    throw unusable(`${at}: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
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

/** Writes `answer.json`, whole or not at all, and gives its text; the files of the batches are written by `BatchMaker.write` below `batches/`. */
export async function writeAnswerFolder(
  folder: string,
  {
    keys,
    register,
    batches,
  }: Readonly<{
    keys: readonly ArchivedKey[];
    /** The register's keys with their times. */
    register: readonly KeyTerm[];
    batches: readonly PublishedBatch[];
  }>,
): Promise<string> {
  const iso = (ms: number) => new Date(ms).toISOString();
  const said: z.input<typeof AnswerFile> = {
    schema: 'forthright/answer-folder/1',
    keys: keys.map(({ from, until, ...key }) => ({
      ...key,
      from: iso(from),
      ...(until === undefined ? {} : { until: iso(until) }),
    })),
    register: [...register],
    batches: batches.map(({ tag, size, root, letterhead, isWithdrawn, entry, proof }) => ({
      tag,
      size,
      root: Buffer.from(root).toString('hex'),
      letterhead,
      withdrawn: isWithdrawn,
      ...(entry === undefined ? {} : { entry: Buffer.from(entry).toString('utf8') }),
      ...(proof === undefined ? {} : { proof }),
    })),
  };
  await mkdir(join(folder, 'batches'), { recursive: true });
  // Of its own: two processes on one folder may write at once, each the whole.
  const partial = join(folder, `${ANSWER_FILE}.${randomUUID()}.partial`);
  const text = `${JSON.stringify(said, null, 2)}\n`;
  try {
    await writeFile(partial, text);
    await rename(partial, join(folder, ANSWER_FILE));
    return text;
  } finally {
    await rm(partial, { force: true });
  }
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
