/**
 * The whole record as one file, and back. A tar: `forthright-backup.json` first, tables as `tables/NAME/N.jsonl`, files that were
 * handed in as `files/SHA-256`, and last `manifest.json` with the hash of each of them, so that a backup which was cut short
 * has none. Private keys and what the data folder last saw of the register are not in it (docs/running.md says why).
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import * as z from 'zod';
import { handedIn } from './incident/index.ts';
import { endAllSessions } from './people/index.ts';
import {
  type AppliedMigration,
  appliedMigrations,
  checksumOf,
  type Db,
  fillingTables,
  type Migration,
  openDatabase,
  putRows,
  rowsOf,
  sequencesOf,
  setSequence,
  type TableOf,
  type Tx,
  tablesOf,
} from './platform/db/index.ts';
import { FileStore, type Packed, packed, syncFolder, unpacked } from './platform/index.ts';
import {
  type Asked,
  checkRegister,
  type Download,
  deed,
  record,
  registerMark,
  registerState,
} from './prove/index.ts';
import { standStill } from './webhooks/index.ts';

const FORMAT = 'forthright-backup/1';
const HEAD = 'forthright-backup.json';
const MANIFEST = 'manifest.json';
const LARGEST_DOCUMENT_BYTES = 256 * 1024 * 1024;
const LARGEST_PIECE_BYTES = 256 * 1024 * 1024;

const Mark = z.strictObject({ origin: z.string(), epoch: z.int(), size: z.int(), root: z.string() });
const Head = z.strictObject({
  format: z.literal(FORMAT),
  program: z.string(),
  madeAt: z.iso.datetime(),
  migrations: z.array(z.strictObject({ number: z.int(), name: z.string(), checksum: z.string() })),
});
type Head = z.infer<typeof Head>;
const Manifest = z.strictObject({
  register: Mark,
  tables: z.array(
    z.strictObject({
      name: z.string(),
      columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
      rows: z.int(),
    }),
  ),
  sequences: z.array(z.strictObject({ name: z.string(), last: z.string(), isCalled: z.boolean() })),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int(), sha256: z.string() })),
  /** SHA-256 of the manifest without this; backups of older versions have none. */
  sum: z.string().optional(),
});
type Manifest = z.infer<typeof Manifest>;

type Source = Readonly<{ db: Db; data: string; program: string; now: () => Date }>;

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const PROGRAM: Asked['actor'] = { id: 'program', account: 'program', roles: [], via: 'program' };

/**
 * One moment of the records with all that belongs to it. That it was made is recorded first, unless the register is
 * stopped. Tables are written beside the records in one transaction, so that no slow reader holds it open; then all of
 * it streams.
 */
export async function makeBackup({ db, data, program, now }: Source): Promise<Download> {
  if (registerState(db).kind === 'open')
    await deed({ db, actor: PROGRAM, now }, (tx) => record(tx, { kind: 'backup-made' }));
  await mkdir(join(data, 'exports'), { recursive: true, mode: 0o700 });
  const spool = join(data, 'exports', randomUUID());
  const close = () => rm(spool, { recursive: true, force: true });
  try {
    const { head, manifest, stored } = await db.transaction(
      async (tx) => {
        await rm(spool, { recursive: true, force: true });
        await mkdir(spool, { mode: 0o700 });
        return spoolRecords(tx, spool, { program, madeAt: now().toISOString() });
      },
      { isolation: 'repeatable read' },
    );
    const name = `forthright-${head.madeAt.slice(0, 19).replaceAll(/[:-]/g, '')}.backup`;
    return {
      name,
      content: packed(parts(head, manifest, spool, new FileStore(join(data, 'files')), stored)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Spooled = Readonly<{
  head: Head;
  manifest: Manifest;
  stored: readonly Readonly<{ sha256: string; bytes: number }>[];
}>;

async function spoolRecords(
  tx: Tx,
  spool: string,
  about: Pick<Head, 'program' | 'madeAt'>,
): Promise<Spooled> {
  const register = await registerMark(tx);
  if (register === undefined)
    throw new ForthrightError('file-missing', 'There is no record here that could be backed up.');
  const head: Head = { format: FORMAT, ...about, migrations: await appliedMigrations(tx) };
  const tables: Manifest['tables'] = [];
  const files: Manifest['files'] = [];
  for (const table of await tablesOf(tx)) {
    let rows = 0;
    let n = 0;
    for await (const piece of rowsOf(tx, table)) {
      const path = `tables/${table.name}/${n++}.jsonl`;
      const bytes = Buffer.from(piece.text);
      await writeFile(join(spool, `${files.length}`), bytes, { mode: 0o600 });
      files.push({ path, bytes: bytes.length, sha256: sha256(bytes) });
      rows += piece.rows;
    }
    tables.push({ ...table, columns: [...table.columns], rows });
  }
  const manifest = { register, tables, sequences: await sequencesOf(tx), files };
  return { head, manifest, stored: await handedIn(tx) };
}

async function* parts(
  head: Head,
  manifest: Manifest,
  spool: string,
  store: FileStore,
  stored: Spooled['stored'],
): AsyncGenerator<Packed> {
  const first = json(head);
  yield { path: HEAD, bytes: first.length, content: [first] };
  for (const [i, { path, bytes }] of manifest.files.entries())
    yield { path, bytes, content: createReadStream(join(spool, String(i))) };
  for (const file of stored)
    yield { path: `files/${file.sha256}`, bytes: file.bytes, content: await store.open(file) };
  const whole = {
    ...manifest,
    files: [
      { path: HEAD, bytes: first.length, sha256: sha256(first) },
      ...manifest.files,
      ...stored.map((file) => ({ path: `files/${file.sha256}`, bytes: file.bytes, sha256: file.sha256 })),
    ],
  };
  const last = json({ ...whole, sum: sha256(json(whole)) });
  yield { path: MANIFEST, bytes: last.length, content: [last] };
}

const damaged = (why: string) =>
  new ForthrightError('archive-damaged', `The backup ${why}; nothing was restored.`);

async function collected(content: Packed['content']): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

function read<T>(schema: z.ZodType<T>, bytes: Buffer, what: string): T {
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new ForthrightError(
      'archive-damaged',
      `This is no backup of Forthright: ${what} is not as it must be.`,
      { cause },
    );
  }
}

/** A name or a type in it that a failing disk has changed would be found only by the restore, when it is too late for another backup. */
function readManifest(text: Buffer): Manifest {
  const manifest = read(Manifest, text, MANIFEST);
  if (manifest.sum === undefined) return manifest;
  const { sum, ...others } = JSON.parse(text.toString('utf8')) as Record<string, unknown>;
  if (sum !== sha256(json(others)) || !text.equals(json({ ...others, sum })))
    throw damaged('has another manifest than it was made with');
  return manifest;
}

export type Checked = Readonly<{ head: Head; manifest: Manifest; sha256: string }>;

/** Reads all of a backup and compares every file with the manifest. Refuses what is not whole; writes nothing. */
export async function checkBackup(path: string): Promise<Checked> {
  const whole = createHash('sha256');
  const source = async function* () {
    for await (const piece of createReadStream(path)) {
      whole.update(piece as Uint8Array);
      yield piece as Uint8Array;
    }
  };
  const seen: Manifest['files'] = [];
  let head: Head | undefined;
  let manifest: Manifest | undefined;
  try {
    for await (const { path: name, bytes, content } of unpacked(source())) {
      if (manifest !== undefined) throw damaged('goes on behind its manifest');
      if ((seen.length === 0) !== (name === HEAD))
        throw new ForthrightError('archive-damaged', 'This is no backup of Forthright.');
      if (name === HEAD || name === MANIFEST) {
        if (bytes > LARGEST_DOCUMENT_BYTES) throw damaged(`has a ${name} that is too long`);
        const text = await collected(content);
        if (name === HEAD) head = read(Head, text, name);
        else manifest = readManifest(text);
        seen.push({ path: name, bytes, sha256: sha256(text) });
      } else {
        if (name.startsWith('tables/') && bytes > LARGEST_PIECE_BYTES)
          throw damaged(`has a ${name} that is too long`);
        const hash = createHash('sha256');
        for await (const piece of content) hash.update(piece);
        seen.push({ path: name, bytes, sha256: hash.digest('hex') });
      }
    }
  } catch (cause) {
    if (cause instanceof ForthrightError) throw cause;
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ForthrightError(
      isMissing ? 'file-missing' : 'file-unreadable',
      `The backup ${path} can not be read.`,
      { cause },
    );
  }
  if (head === undefined || manifest === undefined) throw damaged('is cut short');
  refuseDifferent(seen.slice(0, -1), manifest);
  return { head, manifest, sha256: whole.digest('hex') };
}

function refuseDifferent(seen: Manifest['files'], { files, tables }: Manifest): void {
  for (const [i, file] of files.entries()) {
    const one = seen[i];
    if (one?.path !== file.path || one.bytes !== file.bytes || one.sha256 !== file.sha256)
      throw damaged(`does not hold ${file.path} as its manifest says`);
    const stored = /^files\/(.+)$/.exec(file.path)?.[1];
    if (stored !== undefined && stored !== file.sha256)
      throw damaged(`holds ${file.path} under another hash`);
  }
  if (seen.length !== files.length) throw damaged('holds what its manifest does not know');
  const known = new Set(tables.map(({ name }) => name));
  if (files.some(({ path }) => path.startsWith('tables/') && !known.has(tableOf(path))))
    throw damaged('holds a table that its manifest does not know');
}

const tableOf = (path: string): string => path.split('/')[1] ?? '';

export type RestoreOptions = Readonly<{
  file: string;
  /** A folder that is empty or not there yet. */
  data: string;
  /** `postgres://…` of a database without records; without it they are embedded. */
  database: string | undefined;
  migrations: readonly Migration[];
  program: string;
  now: () => Date;
}>;

export type Restored = Readonly<{
  madeAt: string;
  program: string;
  entries: number;
  root: string;
  files: number;
  sha256: string;
}>;

/**
 * Restores a backup into a new place, whole or not at all: it gets its name as the last step. Refuses what is damaged,
 * newer than the program, or would be written over something. The register is stopped afterwards, until a person decides.
 */
export async function restoreBackup({
  file,
  data,
  database,
  migrations,
  program,
  now,
}: RestoreOptions): Promise<Restored> {
  await refuseTaken(data);
  const checked = await checkBackup(file);
  const known = knownMigrations(checked.head, migrations, program);
  const staging = join(
    dirname(data),
    `.${basename(data)}.restoring-${process.pid}-${randomUUID().slice(0, 8)}`,
  );
  await mkdir(dirname(data), { recursive: true });
  await mkdir(staging, { mode: 0o700 });
  try {
    if (database !== undefined) await refuseRecords(database, program);
    const where =
      database === undefined
        ? ({ kind: 'embedded', directory: join(staging, 'records') } as const)
        : ({ kind: 'server', url: database } as const);
    const db = await openDatabase({ ...where, schema: { migrations: known, program } });
    try {
      await db
        .transaction((tx) => putBack(tx, file, checked, now()), { isolation: 'repeatable read' })
        .catch(refuseRows);
      await putFiles(file, new FileStore(join(staging, 'files')));
    } finally {
      await db.close();
    }
    await take(staging, data);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  const { head, manifest, sha256: hash } = checked;
  const files = manifest.files.filter(({ path }) => path.startsWith('files/')).length;
  return {
    madeAt: head.madeAt,
    program: head.program,
    entries: manifest.register.size,
    root: manifest.register.root,
    files,
    sha256: hash,
  };
}

function taken(what: string): ForthrightError {
  return new ForthrightError(
    'restore-refused',
    `${what}; nothing is written over. Restore into a new place, look at it, and then let it take the place of the other.`,
  );
}

async function refuseTaken(data: string): Promise<void> {
  const found = await stat(data).catch(() => undefined);
  if (found !== undefined && (!found.isDirectory() || (await readdir(data)).length > 0))
    throw taken(`The data folder ${data} is there already`);
}

/** With no migration known, every database that has any is newer. */
async function refuseRecords(url: string, program: string): Promise<void> {
  try {
    await (await openDatabase({ kind: 'server', url, schema: { migrations: [], program } })).close();
  } catch (error) {
    if (error instanceof ForthrightError && error.code === 'database-newer')
      throw taken(
        'The PostgreSQL database holds records already, or what a restore that was cut short left of them',
      );
    throw error;
  }
}

/** The migrations that the backup's tables had. */
function knownMigrations(
  { migrations: applied, program: maker }: Head,
  known: readonly Migration[],
  program: string,
): Migration[] {
  if (applied.length > known.length)
    throw new ForthrightError(
      'database-newer',
      `The backup was made by ${maker}, whose records are newer than ${program} knows. Use that version or a later one; nothing was restored.`,
    );
  const isSame = (was: AppliedMigration, i: number) => {
    const one = known[i];
    return one !== undefined && one.number === was.number && checksumOf(one) === was.checksum;
  };
  const other = applied.find((was, i) => !isSame(was, i));
  if (other !== undefined)
    throw new ForthrightError(
      'database-differs',
      `The backup was made by ${maker} with another migration ${other.number} (${other.name}) than this program has; nothing was restored.`,
    );
  return known.slice(0, applied.length);
}

/** What tables, types or references do not take was never in a database of ours. */
function refuseRows(cause: unknown): never {
  const codes: readonly string[] = [
    'database-refused',
    'record-exists',
    'record-linked',
    'text-not-storable',
  ];
  if (cause instanceof ForthrightError && codes.includes(cause.code))
    throw new ForthrightError(
      'archive-damaged',
      'The backup holds rows that its tables do not take; nothing was restored.',
      { cause },
    );
  throw cause;
}

async function putBack(tx: Tx, file: string, { manifest }: Checked, now: Date): Promise<void> {
  const tables = new Map((await tablesOf(tx)).map((table) => [table.name, table]));
  const rows = new Map<string, number>();
  await fillingTables(tx, async () => {
    for await (const { path, content } of unpacked(createReadStream(file))) {
      if (!path.startsWith('tables/')) {
        for await (const _ of content);
        continue;
      }
      const table = sameTable(tables.get(tableOf(path)), manifest, path);
      const text = (await collected(content)).toString('utf8');
      rows.set(table.name, (rows.get(table.name) ?? 0) + (await putRows(tx, table, text)));
    }
    for (const sequence of manifest.sequences) await setSequence(tx, sequence);
  });
  for (const { name, rows: due } of manifest.tables)
    if ((rows.get(name) ?? 0) !== due) throw damaged(`does not hold all rows of ${name}`);
  await endAllSessions(tx, now);
  await standStill(tx, now);
  const wrong = await checkRegister(tx);
  if (wrong.length > 0) throw damaged(`holds a register that does not agree with itself (${wrong[0]})`);
  const mark = await registerMark(tx);
  if (mark?.size !== manifest.register.size || mark.root !== manifest.register.root)
    throw damaged('holds another register than its manifest says');
}

/** The backup's names and types go into statements only as the database has them. */
function sameTable(own: TableOf | undefined, { tables }: Manifest, path: string): TableOf {
  const theirs = tables.find(({ name }) => name === tableOf(path));
  const isSame =
    own !== undefined &&
    theirs?.columns.length === own.columns.length &&
    own.columns.every(
      ({ name, type }, i) => theirs.columns[i]?.name === name && theirs.columns[i]?.type === type,
    );
  if (own === undefined || !isSame) throw damaged(`holds ${path}, which is no table of that version`);
  return own;
}

async function putFiles(file: string, store: FileStore): Promise<void> {
  for await (const { path, content } of unpacked(createReadStream(file))) {
    if (!path.startsWith('files/')) {
      for await (const _ of content);
      continue;
    }
    const kept = await store.keep(content as AsyncIterable<Uint8Array>);
    if (path !== `files/${kept.sha256}`) throw damaged('was changed while it was read');
  }
}

async function take(staging: string, data: string): Promise<void> {
  await rmdir(data).catch(() => {});
  try {
    await rename(staging, data);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR'
      ? taken(`The data folder ${data} is there already`)
      : error;
  }
  await syncFolder(dirname(data));
}

/** What tells an operator, who can read the data folder, from everybody else who can reach the server. */
export const OPERATOR = 'operator.json';
const Operator = z.strictObject({ address: z.string(), secret: z.string() });
export type Operator = z.infer<typeof Operator>;

export async function writeOperator(data: string, operator: Operator): Promise<void> {
  const part = join(data, `${OPERATOR}.part`);
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(operator));
  } finally {
    await file.close();
  }
  await rename(part, join(data, OPERATOR));
}

export async function readOperator(data: string): Promise<Operator | undefined> {
  try {
    return Operator.parse(JSON.parse(await readFile(join(data, OPERATOR), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * The backup of records that no other process has to give: embedded ones while nothing runs, or those of a PostgreSQL
 * server. `close` ends what was opened. Refuses where there are no records.
 */
export async function openBackup(
  { data, database }: Readonly<{ data: string; database: string | undefined }>,
  { migrations, program, now, open }: OpenOptions,
): Promise<Download> {
  if (database !== undefined ? await isEmpty(database, program) : !(await isThere(join(data, 'records'))))
    throw new ForthrightError(
      'file-missing',
      `There are no records in ${database === undefined ? data : 'this database'} that could be backed up.`,
    );
  const schema = { migrations, program };
  const db = await openDatabase(
    database === undefined
      ? { kind: 'embedded', directory: join(data, 'records'), schema }
      : { kind: 'server', url: database, schema },
  );
  try {
    await open(db, data, now);
    const made = await makeBackup({ db, data, program, now });
    const close = async () => {
      await made.close();
      await db.close();
    };
    return { ...made, close };
  } catch (error) {
    await db.close();
    throw error;
  }
}

type OpenOptions = Readonly<{
  migrations: readonly Migration[];
  program: string;
  now: () => Date;
  /** Opens the register and what else belongs to the records. */
  open: (db: Db, data: string, now: () => Date) => Promise<unknown>;
}>;

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function isEmpty(url: string, program: string): Promise<boolean> {
  try {
    await refuseRecords(url, program);
    return true;
  } catch (error) {
    if (error instanceof ForthrightError && error.code === 'restore-refused') return false;
    throw error;
  }
}
