/** The register's tables. Everything that changes them runs within a deed's transaction. */
import { ForthrightError } from '@forthright/contract';
import {
  type Appended,
  checkFrontier,
  commitmentOf,
  decodeEntry,
  EMPTY_ROOT,
  type Frontier,
  HASH_BYTES,
  type Hash,
  hashRanges,
  type Json,
  type KeyTerm,
  type Opening,
  type ReadTiles,
  RegisterError,
  type TreeStore,
} from '@forthright/register';
import type { Reads, Tx } from '../platform/db/index.ts';
import { secondsOf } from './times.ts';
import type { RecordedEntry, RegisteredEntry } from './types.ts';

export type Log = Readonly<{ origin: string; epoch: number; frontier: Frontier }>;

/**
 * Taken as the very first statement of a transaction. SERIALIZABLE sees what was committed before its first
 * question, and LOCK TABLE is none (it takes no snapshot): who waits here for another deed sees it afterwards, and
 * does not fail over it. A SELECT … FOR UPDATE would have looked first, and every second deed would be repeated.
 */
export async function takeLock(tx: Tx): Promise<void> {
  await tx.run('LOCK TABLE register_log IN EXCLUSIVE MODE');
}

export async function readLog(reads: Reads): Promise<Log | undefined> {
  const [row] = await reads.rows<{ origin: string; epoch: number; size: bigint; frontier: Uint8Array }>(
    'SELECT origin, epoch, size, frontier FROM register_log',
  );
  if (row === undefined) return undefined;
  const hashes = split(row.frontier);
  return {
    origin: row.origin,
    epoch: row.epoch,
    frontier: checkFrontier({ size: Number(row.size), hashes }),
  };
}

function split(bytes: Uint8Array): Hash[] {
  return Array.from({ length: Math.ceil(bytes.length / HASH_BYTES) }, (_, i) =>
    bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  );
}

export async function makeLog(tx: Tx, origin: string, epoch: number): Promise<void> {
  await tx.run(
    "INSERT INTO register_log (origin, epoch, size, frontier) VALUES (:origin::text, :epoch::int4, 0, '')",
    { origin, epoch },
  );
}

export async function setEpoch(tx: Tx, epoch: number): Promise<void> {
  await tx.run('UPDATE register_log SET epoch = :epoch::int4', { epoch });
}

export function damaged(what: string): ForthrightError {
  return new ForthrightError(
    'register-damaged',
    `${what}. Nothing was changed; compare the database with a backup and with the published checkpoints before anything else.`,
  );
}

const INSERT_ENTRIES = `INSERT INTO register_entries (index, kind, incident, at, actor, entry)
     SELECT * FROM unnest(:indices::int8[], :kinds::text[], :incidents::text[], :ats::timestamptz[], :actors::text[], :entries::bytea[])`;

/** `@forthright/register` appends through this; entries' own rows are written by `saveEntry`. */
export const treeStore: TreeStore<Tx> = {
  lockFrontier: async (tx) => {
    const log = await readLog(tx);
    if (log === undefined) throw damaged('The register has no first line');
    return log.frontier;
  },
  saveAppended: async (tx, appended) => {
    for (const tile of appended.tiles) await growTile(tx, tile);
    await saveFrontier(tx, appended);
  },
};

async function growTile(tx: Tx, { level, n, offset, hashes }: Appended['tiles'][number]): Promise<void> {
  const grown =
    offset === 0
      ? await tx.run('INSERT INTO register_tiles VALUES (:level::int2, :n::int8, :hashes::bytea)', {
          level,
          n,
          hashes,
        })
      : await tx.run(
          `UPDATE register_tiles SET hashes = hashes || :hashes::bytea
            WHERE level = :level::int2 AND n = :n::int8 AND octet_length(hashes) = :offset::int4 * ${HASH_BYTES}`,
          { level, n, hashes, offset },
        );
  if (grown !== 1) throw damaged(`Tile ${level}/${n} of the register does not have ${offset} hashes`);
}

async function saveFrontier(tx: Tx, { before, after }: Appended): Promise<void> {
  const saved = await tx.run(
    'UPDATE register_log SET size = :size::int8, frontier = :frontier::bytea WHERE size = :before::int8',
    { size: after.size, frontier: Buffer.concat(after.hashes), before: before.size },
  );
  if (saved !== 1) throw damaged('The register grew beside a deed that held its lock');
}

export type TextRow = Readonly<{
  index: number;
  name: string;
  person: string | null;
  salt: Uint8Array;
  value: string;
}>;

export type EntryRow = Readonly<{
  index: number;
  kind: string;
  incident: string | null;
  at: Date;
  actor: string;
  entry: Uint8Array;
  texts: readonly TextRow[];
}>;

export async function saveEntries(tx: Tx, rows: readonly EntryRow[]): Promise<void> {
  const texts = rows.flatMap((row) => row.texts);
  const entries = {
    indices: rows.map(({ index }) => index),
    kinds: rows.map(({ kind }) => kind),
    incidents: rows.map(({ incident }) => incident),
    ats: rows.map(({ at }) => at),
    actors: rows.map(({ actor }) => actor),
    entries: rows.map(({ entry }) => entry),
  };
  if (texts.length === 0) {
    await tx.run(INSERT_ENTRIES, entries);
    return;
  }
  // One statement for both: a deed's way to the database and back is what most of its time goes to.
  await tx.run(
    `WITH saved AS (${INSERT_ENTRIES})
     INSERT INTO register_texts (index, name, person, salt, value)
     SELECT * FROM unnest(:textIndices::int8[], :names::text[], :persons::text[], :salts::bytea[], :values::text[])`,
    {
      ...entries,
      textIndices: texts.map(({ index }) => index),
      names: texts.map(({ name }) => name),
      persons: texts.map(({ person }) => person),
      salts: texts.map(({ salt }) => salt),
      values: texts.map(({ value }) => value),
    },
  );
}

/** How many texts of this person were deleted, with their salts. */
export function deleteTextsOf(tx: Tx, person: string): Promise<number> {
  return tx.run('DELETE FROM register_texts WHERE person = :person::text', { person });
}

/** The same in these incidents alone: how many in which. */
export async function deleteTextsIn(
  tx: Tx,
  person: string,
  incidents: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.rows<{ incident: string }>(
    `DELETE FROM register_texts t USING register_entries e
      WHERE t.person = :person::text AND e.index = t.index AND e.incident = ANY (:incidents::text[])
      RETURNING e.incident`,
    { person, incidents },
  );
  return new Map([...Map.groupBy(rows, ({ incident }) => incident)].map(([id, texts]) => [id, texts.length]));
}

export function deleteText(tx: Tx, index: number, name: string): Promise<number> {
  return tx.run('DELETE FROM register_texts WHERE index = :index::int8 AND name = :name::text', {
    index,
    name,
  });
}

export const deleteTextsAt = (tx: Tx, index: number): Promise<number> =>
  tx.run('DELETE FROM register_texts WHERE index = :index::int8', { index });

export async function entryAt(
  reads: Reads,
  index: number,
): Promise<Readonly<{ incident: string | null; entry: Uint8Array }> | undefined> {
  const [row] = await reads.rows<{ incident: string | null; entry: Uint8Array }>(
    'SELECT incident, entry FROM register_entries WHERE index = :index::int8',
    { index },
  );
  return row;
}

/** Texts of these entries, by `index/name`. What is erased is not in it. */
export async function readTexts(
  reads: Reads,
  indices: readonly number[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await reads.rows<{ index: bigint; name: string; value: string }>(
    'SELECT index, name, value FROM register_texts WHERE index = ANY (:indices::int8[])',
    { indices },
  );
  return new Map(rows.map(({ index, name, value }) => [`${index}/${name}`, value]));
}

type Stated = Readonly<{
  account?: string;
  facts?: Readonly<Record<string, Json>>;
  texts?: Readonly<Record<string, string>>;
}>;

/** The entries of an incident, or those of none, oldest first, from `after` on. */
export async function readEntries(
  reads: Reads,
  incident: string | null,
  { after = -1, most }: Readonly<{ after?: number; most: number }>,
): Promise<RecordedEntry[]> {
  const rows = await reads.rows<StoredEntry>(
    `SELECT index, kind, at, actor, entry FROM register_entries
      WHERE ${incident === null ? "incident IS NULL AND kind <> 'filler'" : 'incident = :incident::text'}
        AND index > :after::int8 ORDER BY index LIMIT :most::int4`,
    { ...(incident === null ? {} : { incident }), after, most },
  );
  return recordedEntries(reads, rows);
}

type StoredEntry = Readonly<{ index: bigint; kind: string; at: Date; actor: string; entry: Uint8Array }>;

async function recordedEntries(reads: Reads, rows: readonly StoredEntry[]): Promise<RecordedEntry[]> {
  const texts = await readTexts(
    reads,
    rows.map(({ index }) => Number(index)),
  );
  return rows.map(({ index, kind, at, actor, entry }) => {
    const stated = decodeEntry(entry, `entry ${index}`) as Stated;
    const names = Object.keys(stated.texts ?? {});
    return {
      index: Number(index),
      kind,
      at,
      actor,
      ...(stated.account === undefined ? {} : { account: stated.account }),
      facts: stated.facts ?? {},
      texts: Object.fromEntries(names.map((name) => [name, texts.get(`${index}/${name}`) ?? null])),
    };
  });
}

/** Which entries are looked for. What is left out is asked for in no way. */
export type EntriesSought = Readonly<{
  incident?: string | undefined;
  kind?: string | undefined;
  /** An account, with its tokens. */
  by?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  before?: number | undefined;
  most: number;
  /** Whether entries of incidents, and of none, are among them. */
  ofIncidents: boolean;
  ofNone: boolean;
  /** Incidents that the reader may not see. */
  hidden: readonly string[];
}>;

/** The newest first, without fillers. What a token did names its account within the entry. */
export async function findEntries(
  reads: Reads,
  { incident, kind, by, from, to, before, most, ofIncidents, ofNone, hidden }: EntriesSought,
): Promise<readonly (RecordedEntry & Readonly<{ incident: string | undefined }>)[]> {
  const rows = await reads.rows<StoredEntry & Readonly<{ incident: string | null }>>(
    `SELECT index, kind, at, actor, entry, incident FROM register_entries
      WHERE kind <> 'filler'
        AND (:before::int8 IS NULL OR index < :before::int8)
        AND (:incident::text IS NULL OR incident = :incident::text)
        AND CASE WHEN incident IS NULL THEN :ofNone::bool ELSE :ofIncidents::bool AND incident <> ALL (:hidden::text[]) END
        AND (:kind::text IS NULL OR kind = :kind::text)
        AND (:from::timestamptz IS NULL OR at >= :from::timestamptz)
        AND (:to::timestamptz IS NULL OR at < :to::timestamptz)
        AND (:by::text IS NULL OR actor = :by::text
          OR (actor LIKE 'tok%' AND position('"account":"' || :by::text || '"' IN convert_from(entry, 'UTF8')) > 0))
      ORDER BY index DESC LIMIT :most::int4`,
    {
      incident: incident ?? null,
      kind: kind ?? null,
      by: by ?? null,
      from: from ?? null,
      to: to ?? null,
      before: before ?? null,
      most,
      ofIncidents,
      ofNone,
      hidden,
    },
  );
  const entries = await recordedEntries(reads, rows);
  return entries.map((entry, i) => ({ ...entry, incident: rows[i]?.incident ?? undefined }));
}

export async function readEntriesAfter(
  reads: Reads,
  after: number,
  most: number,
): Promise<RegisteredEntry[]> {
  const rows = await reads.rows<Omit<EntryRow, 'index'> & { index: bigint }>(
    `SELECT index, kind, incident, at, actor, entry FROM register_entries
      WHERE index > :after::int8 ORDER BY index LIMIT :most::int4`,
    { after, most },
  );
  return rows.map(({ index, kind, incident, at, actor, entry }) => ({
    index: Number(index),
    kind,
    incident: incident ?? undefined,
    at,
    actor,
    facts: (decodeEntry(entry, `entry ${index}`) as Stated).facts ?? {},
  }));
}

export type WholeEntry = Readonly<{
  index: number;
  entry: Uint8Array;
  openings: readonly (Opening & { at: string })[];
}>;

/** Entries as a bundle shows them: with the salts of what is not erased. */
export async function readWholeEntries(reads: Reads, incident: string): Promise<WholeEntry[]> {
  const rows = await reads.rows<{ index: bigint; entry: Uint8Array }>(
    'SELECT index, entry FROM register_entries WHERE incident = :incident::text ORDER BY index',
    { incident },
  );
  const texts = await reads.rows<{ index: bigint; name: string; salt: Uint8Array; value: string }>(
    `SELECT t.index, t.name, t.salt, t.value FROM register_texts t JOIN register_entries e ON e.index = t.index
      WHERE e.incident = :incident::text ORDER BY t.index, t.name`,
    { incident },
  );
  const of = Map.groupBy(texts, ({ index }) => index);
  return rows.map(({ index, entry }) => ({
    index: Number(index),
    entry,
    openings: (of.get(index) ?? []).map(({ name, salt, value }) => ({
      at: `/texts/${name}`,
      label: name,
      salt,
      value: Buffer.from(value, 'utf8'),
    })),
  }));
}

/** The bytes of one entry, as they stand in the tree; undefined when there is none so far. */
export async function entryBytes(reads: Reads, index: number): Promise<Uint8Array | undefined> {
  const [row] = await reads.rows<{ entry: Uint8Array }>(
    'SELECT entry FROM register_entries WHERE index = :index::int8',
    { index },
  );
  return row?.entry;
}

export const readTilesFrom =
  (reads: Reads): ReadTiles =>
  async (tiles) => {
    const found: Uint8Array[] = [];
    for (const { level, n } of tiles) {
      const [row] = await reads.rows<{ hashes: Uint8Array }>(
        'SELECT hashes FROM register_tiles WHERE level = :level::int2 AND n = :n::int8',
        { level, n },
      );
      if (row === undefined) throw damaged(`Tile ${level}/${n} of the register is missing`);
      found.push(row.hashes);
    }
    return found;
  };

/** The root that the tree had when it was of this size. */
export async function rootAt(reads: Reads, size: number): Promise<Hash> {
  if (size === 0) return EMPTY_ROOT;
  try {
    const [root] = await hashRanges(readTilesFrom(reads), [{ start: 0, end: size }], size);
    return root ?? EMPTY_ROOT;
  } catch (error) {
    throw error instanceof RegisterError ? damaged(`${error.at}: ${error.message}`) : error;
  }
}

export async function entriesFrom(
  reads: Reads,
  first: number,
  most: number,
): Promise<readonly Readonly<{ index: number; entry: Uint8Array }>[]> {
  const rows = await reads.rows<{ index: bigint; entry: Uint8Array }>(
    'SELECT index, entry FROM register_entries WHERE index >= :first::int8 ORDER BY index LIMIT :most::int4',
    { first, most },
  );
  return rows.map(({ index, entry }) => ({ index: Number(index), entry }));
}

export async function textsFrom(reads: Reads, first: number, end: number): Promise<readonly TextRow[]> {
  const rows = await reads.rows<Omit<TextRow, 'index'> & { index: bigint }>(
    'SELECT index, name, person, salt, value FROM register_texts WHERE index >= :first::int8 AND index < :end::int8 ORDER BY index, name',
    { first, end },
  );
  return rows.map((row) => ({ ...row, index: Number(row.index) }));
}

export async function countTiles(reads: Reads): Promise<number> {
  const [row] = await reads.rows<{ n: number }>('SELECT count(*)::int4 AS n FROM register_tiles');
  return row?.n ?? 0;
}

export type StoredCheckpoint = Readonly<{ size: number; at: Date; note: string }>;

export async function lastCheckpoint(reads: Reads): Promise<StoredCheckpoint | undefined> {
  const [row] = await reads.rows<{ size: bigint; at: Date; note: string }>(
    'SELECT size, at, note FROM register_checkpoints ORDER BY size DESC LIMIT 1',
  );
  return row === undefined ? undefined : { ...row, size: Number(row.size) };
}

/** Makes nothing when another process made it first. */
export async function saveCheckpoint(tx: Tx, { size, at, note }: StoredCheckpoint): Promise<void> {
  await tx.run(
    `INSERT INTO register_checkpoints (size, at, note) VALUES (:size::int8, :at::timestamptz, :note::text)
     ON CONFLICT (size) DO NOTHING`,
    { size, at, note },
  );
}

export async function readKeys(reads: Reads): Promise<KeyTerm[]> {
  const rows = await reads.rows<{ vkey: string; counts_from: Date; counts_until: Date | null }>(
    'SELECT vkey, counts_from, counts_until FROM register_keys ORDER BY counts_from, key_id',
  );
  return rows.map(({ vkey, counts_from, counts_until }) => ({
    vkey,
    from: secondsOf(counts_from),
    until: counts_until === null ? null : secondsOf(counts_until),
  }));
}

export async function saveKey(tx: Tx, keyId: string, { vkey, from }: KeyTerm): Promise<void> {
  await tx.run(
    'INSERT INTO register_keys (key_id, vkey, counts_from) VALUES (:keyId::text, :vkey::text, :from::timestamptz)',
    { keyId, vkey, from },
  );
}

/** Shortens the time of a key; it is never made longer. */
export function endKey(tx: Tx, vkey: string, until: string): Promise<number> {
  return tx.run(
    `UPDATE register_keys SET counts_until = :until::timestamptz
      WHERE vkey = :vkey::text AND (counts_until IS NULL OR counts_until > :until::timestamptz)`,
    { vkey, until },
  );
}

export const commitment = (name: string, salt: Uint8Array, value: string): string =>
  commitmentOf({ label: name, salt, value: Buffer.from(value, 'utf8') });
