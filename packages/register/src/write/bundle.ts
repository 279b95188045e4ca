import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  BUNDLE_FILE,
  BUNDLE_FORMAT,
  type BundleAttachment,
  type BundleHeader,
  type Checkpoint,
  ENTRIES_FILE,
  type EntryProofs,
  formatHeader,
  formatLine,
  GrowingTree,
  inclusionRanges,
  isAttachmentPath,
  isEqual,
  type KeyTerm,
  leafHash,
  MOST_REST_HASHES,
  type Opening,
  parseCheckpoint,
  parseVerifierKey,
  RegisterError,
  subtreesOf,
  TILE_WIDTH,
  toBase64,
  verifyInclusion,
  type Written,
} from '../tree/index.ts';
import { hashRanges, proveConsistency, type ReadTiles } from './prove.ts';

/** An entry to be shown, with the salts of those of its commitments that are to be opened; `at` is a JSON Pointer. */
export type DisclosedEntry = Readonly<{
  index: number;
  entry: Uint8Array;
  openings?: readonly (Opening & { at: string })[];
}>;

/**
 * A file to be shown. Its hash must stand, as lowercase hex, at the JSON Pointer `at` of the entry `index`; or a commitment does, and
 * is opened to that hash or to what is in the file.
 */
export type DisclosedFile = Readonly<{ path: string; from: string | Uint8Array; index: number; at: string }>;

export type BundleSource = Readonly<{
  checkpoint: string;
  /** A checkpoint that somebody may have from before; the bundle then proves that the log only grew since. */
  earlier?: string;
  /** Every key of the log, with the time for which it counts. Public keys only. */
  keys: readonly KeyTerm[];
  /** `each` for excerpts, `together` for whole logs and long runs. */
  proofs: EntryProofs;
  /** In ascending order of index. */
  entries: Iterable<DisclosedEntry> | AsyncIterable<DisclosedEntry>;
  attachments?: readonly DisclosedFile[];
  readTiles: ReadTiles;
}>;

const WRITE_CHARACTERS = 1 << 20;

/**
 * Writes a bundle into a folder that is empty or not there yet. Refuses when entries, tiles and checkpoint do not
 * belong together; bundle.json is written last, so that a bundle cut short is none.
 */
export async function writeBundle(directory: string, source: BundleSource): Promise<BundleHeader> {
  const checkpoint = parseCheckpoint(source.checkpoint, 'checkpoint');
  for (const { vkey } of source.keys) parseVerifierKey(vkey, 'keys');
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) {
    throw new RegisterError('directory-in-use', directory, 'the folder of a new bundle must be empty');
  }
  const file = await open(join(directory, ENTRIES_FILE), 'wx');
  let written: Readonly<{ count: number; rest: readonly string[] }>;
  try {
    written = await writeEntries(file, source, checkpoint);
  } finally {
    await file.close();
  }
  const attachments: BundleAttachment[] = [];
  for (const attachment of source.attachments ?? []) attachments.push(await copy(directory, attachment));
  const header: BundleHeader = {
    format: BUNDLE_FORMAT,
    origin: checkpoint.origin,
    keys: source.keys.map(({ vkey, from, until }) => ({ vkey, from, until })),
    checkpoint: source.checkpoint,
    earlier: source.earlier === undefined ? null : await growth(source.earlier, checkpoint, source.readTiles),
    entries: { count: written.count, proofs: source.proofs, rest: written.rest },
    attachments,
  };
  await writeFile(join(directory, BUNDLE_FILE), formatHeader(header), { flag: 'wx' });
  return header;
}

async function growth(
  raw: string,
  { size }: Checkpoint,
  readTiles: ReadTiles,
): Promise<BundleHeader['earlier']> {
  const earlier = parseCheckpoint(raw, 'earlier checkpoint');
  const proof = earlier.size === 0 ? [] : await proveConsistency(readTiles, earlier.size, size);
  return { checkpoint: raw, proof: proof.map(toBase64) };
}

async function writeEntries(
  file: FileHandle,
  source: BundleSource,
  checkpoint: Checkpoint,
): Promise<{ count: number; rest: readonly string[] }> {
  const rest: string[] = [];
  const entries = inOrder(source.entries, checkpoint.size);
  const { readTiles } = source;
  const lines =
    source.proofs === 'each'
      ? linesWithProofs(entries, readTiles, checkpoint)
      : linesTogether(entries, readTiles, checkpoint, rest);
  let count = 0;
  let text = '';
  for await (const line of lines) {
    text += line;
    count += 1;
    if (text.length < WRITE_CHARACTERS) continue;
    await file.writeFile(text);
    text = '';
  }
  await file.writeFile(text);
  return { count, rest };
}

async function* inOrder(entries: BundleSource['entries'], size: number): AsyncGenerator<DisclosedEntry> {
  let next = 0;
  for await (const disclosed of entries) {
    const { index } = disclosed;
    if (!Number.isSafeInteger(index) || index < next || index >= size) {
      const message = `entries come in ascending order, each once, below the checkpoint's size ${size}`;
      throw new RegisterError('entry-refused', `entry ${index}`, message);
    }
    next = index + 1;
    yield disclosed;
  }
}

/** Proofs are made for some entries at once: neighbours share tiles and most hashes. */
async function* linesWithProofs(
  entries: AsyncIterable<DisclosedEntry>,
  readTiles: ReadTiles,
  { size, root }: Checkpoint,
): AsyncGenerator<string> {
  for await (const chunk of chunked(entries, TILE_WIDTH)) {
    const wanted = chunk.map(({ index }) => inclusionRanges(index, size));
    const hashes = await hashRanges(readTiles, wanted.flat(), size);
    for (const [i, disclosed] of chunk.entries()) {
      const { index, entry } = disclosed;
      const proof = hashes.splice(0, wanted[i]?.length);
      if (!verifyInclusion({ index, size, leaf: leafHash(entry), proof }, root))
        throw mismatch(`entry ${index}`);
      yield lineOf(disclosed, proof.map(toBase64));
    }
  }
}

async function* chunked<T>(items: AsyncIterable<T>, most: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < most) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Computes the tree on the way, as whoever checks the bundle will; what stands for the others goes to `rest`. */
async function* linesTogether(
  entries: AsyncIterable<DisclosedEntry>,
  readTiles: ReadTiles,
  { size, root }: Checkpoint,
  rest: string[],
): AsyncGenerator<string> {
  const tree = new GrowingTree();
  const fillUpTo = async (end: number): Promise<void> => {
    const subtrees = subtreesOf({ start: tree.size, end });
    if (subtrees.length === 0) return;
    if (rest.length + subtrees.length > MOST_REST_HASHES) {
      const message = `more than ${MOST_REST_HASHES} hashes stand for entries that are not shown: give each its proof`;
      throw new RegisterError('too-large', 'entries', message);
    }
    const ranges = subtrees.map(({ level, index }) => ({
      start: index * 2 ** level,
      end: (index + 1) * 2 ** level,
    }));
    for (const [i, hash] of (await hashRanges(readTiles, ranges, size)).entries()) {
      tree.add(hash, subtrees[i]?.level);
      rest.push(toBase64(hash));
    }
  };
  for await (const disclosed of entries) {
    await fillUpTo(disclosed.index);
    tree.add(leafHash(disclosed.entry));
    yield lineOf(disclosed);
  }
  await fillUpTo(size);
  if (!isEqual(tree.root(), root)) throw mismatch('entries');
}

function mismatch(at: string): RegisterError {
  return new RegisterError('tree-mismatch', at, 'entry, tiles and checkpoint do not belong together');
}

function lineOf({ index, entry, openings }: DisclosedEntry, proof?: readonly string[]): string {
  const opened = openings?.map(({ at, label, salt, value }) => ({
    at,
    label,
    salt: toBase64(salt),
    ...readable(value),
  }));
  return formatLine({
    index,
    ...readable(entry),
    ...(proof === undefined ? {} : { proof }),
    ...(opened === undefined || opened.length === 0 ? {} : { openings: opened }),
  });
}

function readable(bytes: Uint8Array): Written {
  return isUtf8(bytes) ? { text: Buffer.from(bytes).toString('utf8') } : { base64: toBase64(bytes) };
}

async function copy(directory: string, { path, from, index, at }: DisclosedFile): Promise<BundleAttachment> {
  if (!isAttachmentPath(path))
    throw new RegisterError('file-refused', path, 'not a plain path below attachments/');
  await mkdir(dirname(join(directory, path)), { recursive: true });
  const file = await open(join(directory, path), 'wx');
  const sha256 = createHash('sha256');
  let bytes = 0;
  try {
    for await (const piece of typeof from === 'string' ? createReadStream(from) : [from]) {
      sha256.update(piece);
      bytes += piece.length;
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
  return { path, bytes, sha256: sha256.digest('hex'), index, at };
}
