/** What other stages read of the register. */
import {
  formatTlogProof,
  proveInclusion,
  type ReadTiles,
  rootOf,
  type TreeHead,
  toBase64,
} from '@forthright/register';
import type { Reads } from '../platform/db/index.ts';
import { signedHead } from './checkpoints.ts';
import type { Asked } from './operation.ts';
import {
  damaged,
  type EntriesSought,
  entryAt,
  entryBytes,
  findEntries,
  lastCheckpoint,
  readEntries,
  readEntriesAfter,
  readLog,
  readTexts,
  readTilesFrom,
  readWholeEntries,
  rootAt,
  type WholeEntry,
} from './store.ts';
import type { RecordedEntry, RegisteredEntry } from './types.ts';

/** An incident's entries, oldest first, with the texts that are not erased. */
export const timelineOf = (
  reads: Reads,
  incident: string,
  page: Readonly<{ after?: number; most: number }>,
): Promise<RecordedEntry[]> => readEntries(reads, incident, page);

/** Entries that are of no incident, oldest first: people, keys, the register itself. Fillers are left out. */
export const historyOf = (
  reads: Reads,
  page: Readonly<{ after?: number; most: number }>,
): Promise<RecordedEntry[]> => readEntries(reads, null, page);

/** Entries of all incidents that the reader may see, and of none, the newest first. */
export const soughtEntries = (
  reads: Reads,
  sought: EntriesSought,
): Promise<readonly (RecordedEntry & Readonly<{ incident: string | undefined }>)[]> =>
  findEntries(reads, sought);

/** The incident of an entry, `null` when it is of none; undefined when there is no such entry. */
export const incidentOfEntry = async (reads: Reads, index: number): Promise<string | null | undefined> => {
  const found = await entryAt(reads, index);
  return found === undefined ? undefined : found.incident;
};

export type ProvedEntry = Readonly<{
  bytes: Uint8Array;
  size: number;
  root: string;
  proof: readonly string[];
  checkpoint: string;
  tlogProof: string;
}>;

/** That an entry stands in the tree as it is now, under a checkpoint that is signed for this answer. */
export async function provedEntry(asked: Pick<Asked, 'db' | 'now'>, index: number): Promise<ProvedEntry> {
  const head = await registerHead(asked.db);
  const bytes = await entryBytes(asked.db, index);
  if (bytes === undefined) throw damaged(`The register has no entry ${index}`);
  const checkpoint = await signedHead(asked, head);
  const proof = await proveInclusion(readTilesFrom(asked.db), index, head.size);
  return {
    bytes,
    size: head.size,
    root: toBase64(head.root),
    proof: proof.map(toBase64),
    checkpoint,
    tlogProof: formatTlogProof({ index, proof, checkpoint }),
  };
}

/** The index of the incident's last entry: it is another one after anything was done with the incident. */
export async function lastEntryOf(reads: Reads, incident: string): Promise<number> {
  const [row] = await reads.rows<{ last: bigint | null }>(
    'SELECT max(index) AS last FROM register_entries WHERE incident = :incident::text',
    { incident },
  );
  return Number(row?.last ?? -1);
}

/** Texts by entry and name; `null` for one that was erased. */
export async function textsOf(
  reads: Reads,
  indices: readonly number[],
): Promise<(index: number, name: string) => string | null> {
  const texts = await readTexts(reads, indices);
  return (index, name) => texts.get(`${index}/${name}`) ?? null;
}

/** An incident's entries with salts, as a bundle shows them. */
export const wholeEntriesOf = (reads: Reads, incident: string): Promise<WholeEntry[]> =>
  readWholeEntries(reads, incident);

export const registerTiles = (reads: Reads): ReadTiles => readTilesFrom(reads);

/** The tree as it is now; unsigned. */
export async function registerHead(reads: Reads): Promise<TreeHead> {
  const log = await readLog(reads);
  if (log === undefined) throw damaged('The register has no first line');
  const { size } = log.frontier;
  return { origin: log.origin, size, root: await rootAt(reads, size) };
}

/** What tells one state of the register from another; undefined when there is no register. */
export async function registerMark(
  reads: Reads,
): Promise<Readonly<{ origin: string; epoch: number; size: number; root: string }> | undefined> {
  const log = await readLog(reads);
  if (log === undefined) return undefined;
  const { origin, epoch, frontier } = log;
  return { origin, epoch, size: frontier.size, root: toBase64(rootOf(frontier)) };
}

/** The last checkpoint that was made for everybody; undefined before the first. */
export const publishedCheckpoint = async (reads: Reads): Promise<string | undefined> =>
  (await lastCheckpoint(reads))?.note;

/**
 * An entry for everybody: its bytes, and the C2SP tlog-proof that it stands in the last published checkpoint; without one
 * while no checkpoint takes it in. Only for entries that hold nothing of any person.
 */
export async function publishedEntry(
  reads: Reads,
  index: number,
): Promise<Readonly<{ entry: Uint8Array; proof: string | undefined }>> {
  const entry = await entryBytes(reads, index);
  if (entry === undefined) throw damaged(`The register has no entry ${index}`);
  const last = await lastCheckpoint(reads);
  if (last === undefined || last.size <= index) return { entry, proof: undefined };
  const proof = await proveInclusion(readTilesFrom(reads), index, last.size);
  return { entry, proof: formatTlogProof({ index, proof, checkpoint: last.note }) };
}

/** Entries after this one, oldest first, of all incidents and none: facts and no texts. */
export const entriesAfter = (reads: Reads, after: number, most: number): Promise<RegisteredEntry[]> =>
  readEntriesAfter(reads, after, most);
