/** Files of an incident: handed in as evidence, given out again, and the whole incident as a bundle. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AddFile,
  Changed,
  ExportIncident,
  type FileAdded,
  FileAdded as FileAddedSchema,
  ForthrightError,
  GetFile,
  newId,
} from '@forthright/contract';
import * as z from 'zod';
import type { Db, Tx } from '../platform/db/index.ts';
import { FileStore, namesIn, type Packed, packed, type Stored } from '../platform/index.ts';
import { type Asked, type Download, deed, eraseTextsOf, type Operation, record } from '../prove/index.ts';
import { guarded, OFFICERS, post, READERS, WORKERS } from './asking.ts';
import { find, notFound } from './changes.ts';
import { exportIncident, type PartsOf } from './export.ts';
import {
  eraseFileRow,
  filesOf,
  findIncident,
  insertEvidence,
  insertFile,
  insertMove,
  isFileReferred,
} from './store.ts';
import type { Act } from './types.ts';

const ABANDONED_MS = 24 * 3_600_000;

type Places = Readonly<{ store: FileStore; exports: string }>;

/** By database, as the register: an operation is asked with nothing else. */
const PLACES = new WeakMap<Db, Places>();

/** Where the files of these records are, in the data folder; removes what a crash left there. */
export async function openFiles(
  db: Db,
  data: string,
  { mostBytes, now }: Readonly<{ mostBytes?: number; now: () => Date }>,
): Promise<void> {
  const store = new FileStore(join(data, 'files'), mostBytes === undefined ? {} : { mostBytes });
  const exports = join(data, 'exports');
  PLACES.set(db, { store, exports });
  const nowMs = now().getTime();
  await store.sweep((sha256) => isFileReferred(db, sha256), nowMs);
  for (const name of await namesIn(exports)) {
    const found = await stat(join(exports, name)).catch(() => undefined);
    if (found !== undefined && nowMs - found.mtimeMs > ABANDONED_MS)
      await rm(join(exports, name), { recursive: true, force: true });
  }
}

function placesOf(db: Db): Places {
  const places = PLACES.get(db);
  if (places === undefined) throw new Error('The files of these records were not opened.');
  return places;
}

/** Keeps content in the data folder, whole and synced; it stays once something in the records refers to it. */
export const keepContent = (db: Db, content: AsyncIterable<Uint8Array>): Promise<Stored> =>
  placesOf(db).store.keep(content);

/** The content of a file that is kept. Refuses as `file-missing` what the folder has lost. */
export const openContent = (db: Db, stored: Stored): Promise<AsyncIterable<Uint8Array>> =>
  placesOf(db).store.open(stored);

/** Where the content of a file lies, for whoever reads it in place. Refuses as `file-missing` what the folder has lost. */
export async function contentPath(db: Db, stored: Stored): Promise<string> {
  const { store } = placesOf(db);
  await store.open(stored);
  return store.pathOf(stored.sha256);
}

/** Removes a file to which nothing in the records refers any more. */
export const dropContent = async (db: Db, sha256: string): Promise<void> => {
  if (!(await isFileReferred(db, sha256))) await placesOf(db).store.remove(sha256);
};

/** Refuses before anything is read what would be refused afterwards. */
async function refuseFirst(asked: Asked, incident: string, act: Act): Promise<void> {
  await find(asked.db, asked, incident, act);
}

/** A file as evidence: on the disk and whole before its entry is made, and listed only with it. */
async function addFile(asked: Asked, { incident: given, name, origin }: AddFile): Promise<FileAdded> {
  const { content } = asked;
  if (content === undefined) throw new Error('A file comes as the content of the request.');
  await refuseFirst(asked, given, 'add-evidence');
  const { sha256, bytes } = await placesOf(asked.db).store.keep(content);
  const id = newId('evi');
  return deed(asked, async (tx: Tx) => {
    const { incident } = await find(tx, asked, given, 'add-evidence');
    const entry = await record(tx, {
      kind: 'evidence-added',
      incident: incident.id,
      facts: { evidence: id, kind: 'file', bytes },
      // A text, since it goes with the file when that is erased: a short file could be found by trying.
      texts: { name: { value: name }, origin: { value: origin }, sha256: { value: sha256 } },
    });
    await insertEvidence(tx, incident.id, { id, entry, kind: 'file', sha256, bytes });
    await insertFile(tx, id, sha256);
    return { incident: incident.id, version: incident.version, id, entry, sha256, bytes };
  });
}

async function getFile({ db, actor }: Asked, { incident: given, file }: GetFile): Promise<Download> {
  const found = await findIncident(db, given, actor);
  if (found === undefined) throw notFound(given);
  const one = found.incident.evidence.find(({ id }) => id === file);
  const kept = (await filesOf(db, found.incident.id)).get(file);
  if (one === undefined || kept === undefined)
    throw new ForthrightError(
      'evidence-not-found',
      `The incident has no file ${file.slice(0, 60)}; evidence that was registered by its hash alone lies where its origin says.`,
    );
  const content = await placesOf(db).store.open({ sha256: kept, bytes: one.bytes });
  return { name: one.name ?? one.id, bytes: one.bytes, content, close: async () => {} };
}

/**
 * Erases a file that was handed in, its name and origin, and its hash with the salt. The entry stays, and all proofs. The same content
 * that was handed in elsewhere stays, too.
 */
async function eraseFile(asked: Asked, { incident: given, file }: GetFile): Promise<Changed> {
  let sha256 = '';
  const erased = await deed(asked, async (tx: Tx) => {
    const { incident } = await find(tx, asked, given, 'erase-text');
    const one = incident.evidence.find(({ id }) => id === file);
    const kept = (await filesOf(tx, incident.id)).get(file);
    if (one === undefined || kept === undefined)
      throw new ForthrightError(
        'evidence-not-found',
        `The incident has no file ${file.slice(0, 60)} that could be erased.`,
      );
    sha256 = kept;
    await eraseTextsOf(tx, one.entry);
    const entry = await record(tx, {
      kind: 'file-erased',
      incident: incident.id,
      facts: { evidence: one.id, entry: one.entry },
    });
    await eraseFileRow(tx, one.id, entry);
    await insertMove(tx, incident.id, entry, 'erase-text');
    return { incident: incident.id, version: incident.version, id: one.id, entry };
  });
  // Only when it is no longer referred to for good: a crash in between leaves it to the next start.
  await dropContent(asked.db, sha256);
  return erased;
}

/** The bundle, with every file that was handed in. What is under way lies in the data folder until it was given. */
async function giveBundle(
  asked: Asked,
  { incident: given }: ExportIncident,
  partsOf: readonly PartsOf[],
): Promise<Download> {
  const { store, exports } = placesOf(asked.db);
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const { id } = found.incident;
  const files = new Map(
    [...(await filesOf(asked.db, id))].map(([evidence, sha256]) => [evidence, store.pathOf(sha256)]),
  );
  await mkdir(exports, { recursive: true, mode: 0o700 });
  const directory = join(exports, randomUUID());
  const close = () => rm(directory, { recursive: true, force: true });
  try {
    await exportIncident(asked, { incident: id, directory, files, partsOf });
  } catch (error) {
    await close();
    throw error;
  }
  return { name: `${id}.tar`, content: packed(filesIn(directory)), close };
}

async function* filesIn(directory: string): AsyncGenerator<Packed> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const full = join(entry.parentPath, entry.name);
    const path = full.slice(directory.length + 1).replaceAll('\\', '/');
    yield { path, bytes: (await stat(full)).size, content: createReadStream(full) };
  }
}

/** What may be asked about files. */
export const fileOperations = (partsOf: readonly PartsOf[] = []): readonly Operation[] => [
  guarded(AddFile, FileAddedSchema, {
    name: 'add-file',
    summary: 'Hands a file in as evidence; it is kept as it came, under its hash.',
    method: 'POST',
    path: '/incidents/:incident/files',
    may: WORKERS,
    streams: 'takes a file',
    run: addFile,
  }),
  guarded(GetFile, z.unknown(), {
    name: 'get-file',
    summary: 'Gives a file that was handed in.',
    method: 'GET',
    path: '/incidents/:incident/files/:file',
    may: READERS,
    streams: 'gives a file',
    run: getFile,
  }),
  guarded(GetFile, Changed, {
    name: 'erase-file',
    summary:
      'Erases a file that was handed in, with its name, origin and hash; its entry and every proof stay.',
    ...post('/incidents/:incident/files/:file/erase'),
    may: OFFICERS,
    run: eraseFile,
  }),
  guarded(ExportIncident, z.unknown(), {
    name: 'export',
    summary: 'Gives the incident as a bundle for a court, which a stranger can check.',
    method: 'POST',
    path: '/incidents/:incident/export',
    may: OFFICERS,
    streams: 'gives a folder',
    run: (asked, input) => giveBundle(asked, input, partsOf),
  }),
];
