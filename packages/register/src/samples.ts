/** Logs and bundles for tests and benchmarks: made-up people, keys that are known to everybody. */
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import {
  commitmentOf,
  encodeEntry,
  type Json,
  type KeyTerm,
  type KeyType,
  type Opening,
  rootOf,
  type TreeHead,
} from './tree/index.ts';
import {
  append,
  appendEntries,
  type BundleSource,
  type DisclosedEntry,
  type DisclosedFile,
  ed25519Signer,
  MemoryLog,
  newSalt,
  type Signer,
  signCheckpoint,
  writeBundle,
} from './write/index.ts';

export const ORIGIN = 'marlow.example/register';
export const NOW = new Date('2026-11-22T12:00:00Z');

const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export function sampleKey(seed: string): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, digest(seed)]), format: 'der', type: 'pkcs8' });
}

export function sampleSigner(seed = 'log', name = ORIGIN, type: KeyType = 'ed25519'): Signer {
  return ed25519Signer(name, sampleKey(seed), type);
}

export function termOf(signer: Signer, until: string | null = null): KeyTerm {
  return { vkey: signer.key.vkey, from: '2025-01-01T00:00:00Z', until };
}

/** A log of `size` entries, and the same salts at every run. */
export type SampleLog = Readonly<{
  log: MemoryLog;
  entries: readonly DisclosedEntry[];
  file: Buffer;
  head: (size: number) => TreeHead;
}>;

/** Entry 0 states the hash of a file; every third entry names a person by a commitment. */
export async function sampleLog(size: number, origin = ORIGIN): Promise<SampleLog> {
  const log = new MemoryLog();
  const file = Buffer.from('Screenshot of the review page, taken 2025-11-20.\n');
  const entries: DisclosedEntry[] = [];
  for (let index = 0; index < size; index += 1) {
    const opening: Opening = {
      salt: newSalt(() => digest(`salt ${index}`)),
      label: 'email',
      value: Buffer.from(`customer${index}@people.example`),
    };
    const statement: Record<string, Json> = { kind: 'notice-sent', number: index };
    if (index === 0) statement.evidence = [{ sha256: createHash('sha256').update(file).digest('hex') }];
    if (index % 3 === 1) statement.person = { email: commitmentOf(opening) };
    const openings = index % 3 === 1 ? { openings: [{ at: '/person/email', ...opening }] } : {};
    entries.push({ index, entry: encodeEntry(statement), ...openings });
  }
  await appendEntries(
    log,
    null,
    entries.map(({ entry }) => entry),
  );
  const head = (at: number): TreeHead => {
    const { after } = append({ size: 0, hashes: [] }, log.entries.slice(0, at));
    return { origin, size: at, root: rootOf(after) };
  };
  return { log, entries, file, head };
}

export type SampleOptions = Readonly<{
  size: number;
  signer?: Signer;
  earlierSize?: number;
  proofs?: 'each' | 'together';
  shown?: (index: number) => boolean;
}> &
  Partial<Pick<BundleSource, 'keys'>>;

/** An honest bundle, written to `directory`. */
export async function sampleBundle(directory: string, options: SampleOptions): Promise<SampleLog> {
  const { size, proofs = 'together', earlierSize, signer = sampleSigner(), shown = () => true } = options;
  const sample = await sampleLog(size, signer.key.name);
  const attachments: DisclosedFile[] =
    size > 0 && shown(0)
      ? [{ path: 'attachments/page.txt', from: sample.file, index: 0, at: '/evidence/0/sha256' }]
      : [];
  await writeBundle(directory, {
    checkpoint: await signCheckpoint(sample.head(size), signer),
    ...(earlierSize === undefined ? {} : { earlier: await signCheckpoint(sample.head(earlierSize), signer) }),
    keys: options.keys ?? [termOf(signer)],
    proofs,
    entries: sample.entries.filter(({ index }) => shown(index)),
    attachments,
    readTiles: sample.log.readTiles,
  });
  return sample;
}
