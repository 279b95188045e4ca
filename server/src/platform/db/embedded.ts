/**
 * PGlite behind the database interface: PostgreSQL in this very process, its files in
 *
 *   <directory>/postgres   the database      <directory>/lock, owner.json   see folder.ts
 *
 * A new database is made as `postgres.new` and renamed when it is whole, so that a start that was cut short leaves
 * nothing that looks like one.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { ForthrightError } from '@forthright/contract';
import { PGliteDialect } from 'kysely';
import { Ending } from './ending.ts';
import { ABOUT_SQL, type About, type Engine, SESSION_SQL } from './engine.ts';
import { toForthrightError } from './failures.ts';
import { FolderLock, LOCK, OWNER } from './folder.ts';
import { quoteName } from './quote.ts';
import { PARSERS, textsOf } from './values.ts';

export const DATA = 'postgres';
const UNFINISHED = 'postgres.new';
const OURS: ReadonlySet<string> = new Set([DATA, UNFINISHED, LOCK, OWNER, `${OWNER}.part`]);
/** The major version of PostgreSQL inside PGlite, whose files no other can read. */
export const POSTGRES_MAJOR = '18';

/** How much may stand in the write-ahead log before it is folded in, and how often that is looked at. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const TRANSACTIONS_BETWEEN_LOOKS = 64;
const WAL_SQL =
  'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 AS bytes FROM pg_control_checkpoint()';

const EIO = 29;
type Stream = Readonly<{ nfd?: number }>;

/**
 * PGlite (0.5.16) starts with fsync off, and its file system answers fsync without doing it: what was acknowledged
 * survives the end of the process, but not of the power. With this a commit is on the disk before it is acknowledged.
 */
class DurableFiles extends NodeFS {
  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg, options);
    type Hook = NonNullable<typeof emscriptenOpts.preRun>[number];
    const hook: Hook = (mod) => {
      const files = mod.NODEFS as unknown as { stream_ops: { fsync?: (stream: Stream) => number } };
      files.stream_ops.fsync = (stream) => {
        if (stream.nfd === undefined) return 0;
        try {
          fsyncSync(stream.nfd);
          return 0;
        } catch (error) {
          // Windows has no fsync of folders, nor need of it.
          if (process.platform === 'win32' && (error as NodeJS.ErrnoException).code === 'EPERM') return 0;
          return EIO;
        }
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), hook] } };
  }
}

const ASK_AGAIN = 'Start again; if it stays so, restore the folder from a backup.';
const MAKE_ROOM = 'Make room and start again; what was acknowledged is there.';

function unreadable(directory: string, why: string, cause?: unknown): ForthrightError {
  return new ForthrightError('data-folder-unreadable', `The data folder ${directory} ${why}`, { cause });
}

async function refuseForeign(directory: string): Promise<void> {
  const foreign = (await readdir(directory)).find((name) => !OURS.has(name));
  if (foreign !== undefined)
    throw unreadable(
      directory,
      `holds "${foreign}", which is not Forthright's. Choose an empty or a new folder.`,
    );
}

/** A folder of another version would be refused too, but by an abort that says nothing. */
async function isMade(directory: string): Promise<boolean> {
  const names = await readdir(directory);
  if (!names.includes(DATA)) return false;
  const version = await readFile(join(directory, DATA, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version?.trim() === POSTGRES_MAJOR) return true;
  throw unreadable(
    directory,
    version === undefined
      ? `is damaged: ${DATA}/PG_VERSION is missing. Restore it from a backup.`
      : `is of PostgreSQL ${version.trim().slice(0, 20)}, this program has ${POSTGRES_MAJOR}. Open it with the program that made it.`,
  );
}

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What PGlite unpacks for a new database it does not sync; a checkpoint syncs only what it writes itself. */
async function syncTree(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) if (!entry.isSymbolicLink()) syncPath(join(entry.parentPath, entry.name));
  syncPath(directory);
}

/** PostgreSQL's own way back from an error, which PGlite knows; every other end of its loop is a crash. */
const LONG_JUMP = 100;

/**
 * PGlite (0.5.16) goes on after a crash with what PostgreSQL had left to read, for ever, and the program hangs (tried:
 * a full disk under the write-ahead log). Here the crash comes out as the error that it is.
 */
function stopAtCrash(pg: PGlite): void {
  const mod = pg.Module;
  const { _PostgresMainLoopOnce: once, stackRestore: restore } = mod;
  let crash: { why: unknown } | undefined;
  mod._PostgresMainLoopOnce = () => {
    if (crash !== undefined) throw crash.why;
    try {
      once();
    } catch (why) {
      if ((why as { status?: number }).status !== LONG_JUMP) crash = { why };
      throw why;
    }
  };
  // What PGlite calls first when it has caught something.
  mod.stackRestore = (at) => {
    if (crash !== undefined) throw crash.why;
    return restore(at);
  };
}

/** What PostgreSQL says when it can't go on. */
class LastWords {
  #text = '';

  readonly hear = (line: string): boolean => {
    this.#text = `${this.#text}\n${line}`.slice(-4000);
    return false;
  };

  get isFull(): boolean {
    return /No space left on device|Disk quota exceeded/.test(this.#text);
  }
}

/** The files of an engine that has stopped and must not write any more. */
async function letGo(files: PGlite['fs']): Promise<void> {
  // Nothing is open when it never came as far as its files.
  await files?.closeFs().catch(() => {});
}

async function start(path: string, words: LastWords): Promise<PGlite> {
  const settings = [
    'wal_sync_method=fsync',
    // Its timer would outlive a start that fails, and keep the program from ending.
    'log_startup_progress_interval=0',
  ];
  const startParams = PGlite.defaultStartParams.filter((word) => word !== '-F');
  startParams.push(...settings.flatMap((setting) => ['-c', setting]));
  const files = new DurableFiles(path);
  try {
    return await PGlite.create({ fs: files, startParams, onStderr: words.hear });
  } catch (error) {
    await letGo(files);
    throw error;
  }
}

async function make(directory: string, words: LastWords): Promise<void> {
  const unfinished = join(directory, UNFINISHED);
  await rm(unfinished, { recursive: true, force: true });
  await (await start(unfinished, words)).close();
  await syncTree(unfinished);
  await rename(unfinished, join(directory, DATA));
  if (process.platform !== 'win32') syncPath(directory);
}

type Query = Pick<PGlite, 'query'>['query'];

class Embedded implements Engine {
  readonly kind = 'embedded';
  readonly name: string;
  readonly dialect: PGliteDialect;
  readonly ending = new Ending();
  readonly #pg: PGlite;
  readonly #lock: FolderLock;
  readonly #words: LastWords;
  #commits = 0;
  #isCrashed = false;

  constructor(pg: PGlite, lock: FolderLock, words: LastWords, version: string) {
    this.#pg = pg;
    this.#words = words;
    this.#lock = lock;
    this.name = `PGlite (PostgreSQL ${version}) in ${lock.directory}`;
    this.dialect = new PGliteDialect({
      pglite: {
        ready: true,
        closed: false,
        waitReady: Promise.resolve(),
        close: () => this.close(),
        query: (sql, values) => this.#run(pg.query.bind(pg), sql, values),
        transaction: (work) => this.#transaction(work),
      },
    });
  }

  async #run<T>(query: Query, sql: string, rawValues: readonly unknown[] = []): ReturnType<typeof query<T>> {
    if (this.ending.why !== undefined) throw this.ending.why;
    const values = textsOf(rawValues);
    try {
      return await query<T>(sql, values);
    } catch (rawError) {
      throw this.#refusal(rawError);
    }
  }

  /** Whatever did not come from PostgreSQL's own words means that the engine inside has stopped. */
  #refusal(rawError: unknown): ForthrightError {
    return toForthrightError(rawError, (why) => {
      const error = this.#words.isFull
        ? crashed(this.#lock.directory, 'the disk is full', MAKE_ROOM)
        : crashed(this.#lock.directory, why, ASK_AGAIN);
      this.#isCrashed = true;
      this.ending.end(error);
      return error;
    });
  }

  #transaction<T>(work: (tx: { query: Query; rollback(): Promise<void> }) => Promise<T>): Promise<T> {
    const whole = this.#pg.transaction((tx: Transaction) => {
      const query = <R>(sql: string, values?: unknown[]) => this.#run<R>(tx.query.bind(tx), sql, values);
      const started = query('SET TRANSACTION READ WRITE');
      return this.ending.orEnd(started.then(() => work({ query, rollback: () => tx.rollback() })));
    });
    const ended = whole.then(
      (result) => this.#lookAfter(result),
      // Kysely rolls back by refusing with undefined, and knows what PGlite says of an aborted transaction.
      (rawError) =>
        Promise.reject(
          rawError instanceof Error && !isAborted(rawError) ? this.#refusal(rawError) : rawError,
        ),
    );
    // Kysely looks at this only when it commits, which a crash or work that never ends keeps it from.
    ended.catch(() => {});
    return ended;
  }

  /**
   * PostgreSQL's background processes are not here, so nobody folds the write-ahead log in (tried: 592 MB after
   * 480,000 rows, and growing) nor clears away dead rows and counts live ones.
   */
  async #lookAfter<T>(result: T): Promise<T> {
    this.#commits += 1;
    if (this.#commits % TRANSACTIONS_BETWEEN_LOOKS !== 0) return result;
    try {
      const { rows } = await this.#pg.query<{ bytes: number }>(WAL_SQL);
      if ((rows[0]?.bytes ?? 0) > CHECKPOINT_BYTES) {
        await this.#pg.query('CHECKPOINT');
        await this.#pg.query('VACUUM (ANALYZE)');
      }
    } catch (rawError) {
      // The transaction before this was committed and must not be told as failed.
      this.#refusal(rawError);
    }
    return result;
  }

  async listen(channel: string, onNotify: (payload: string | undefined) => void): Promise<() => void> {
    const stop = this.#pg.onNotification((from, payload) => {
      if (from === channel) onNotify(payload);
    });
    await this.#run(this.#pg.query.bind(this.#pg), `LISTEN ${quoteName(channel)}`);
    return stop;
  }

  announce(address: string): Promise<void> {
    return this.#lock.announce(address);
  }

  async interrupt(): Promise<void> {
    this.ending.end(new ForthrightError('interrupted', 'The database was closed while this was under way.'));
  }

  async close(): Promise<void> {
    this.ending.end(new ForthrightError('interrupted', 'The database has been closed.'));
    try {
      // A crashed one would write what its memory holds; the next start reads the log instead.
      await (this.#isCrashed ? letGo(this.#pg.fs) : this.#pg.close());
    } finally {
      await this.#lock.release();
    }
  }
}

const isAborted = (error: Error) => (error as { code?: string }).code === '25P02';

function crashed(directory: string, why: string, advice: string): ForthrightError {
  return new ForthrightError(
    'database-unreachable',
    `The embedded database in ${directory} has stopped (${why}). ${advice}`,
  );
}

function noRoom(directory: string): ForthrightError {
  return new ForthrightError('no-disk', `There is no room on the disk to open the database in ${directory}.`);
}

async function startIn(directory: string, words: LastWords): Promise<PGlite> {
  try {
    if (!(await isMade(directory))) await make(directory, words);
    const pg = await start(join(directory, DATA), words);
    stopAtCrash(pg);
    pg.parsers = PARSERS;
    pg.serializers = {};
    return pg;
  } catch (rawError) {
    if (rawError instanceof ForthrightError) throw rawError;
    if (words.isFull || (rawError as { code?: string } | undefined)?.code === 'ENOSPC')
      throw noRoom(directory);
    throw unreadable(directory, `is damaged: PostgreSQL does not start in it. ${ASK_AGAIN}`, rawError);
  }
}

/** Errors of the file system, where they meet the folder first. */
async function prepared<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (rawError) {
    const { code } = rawError as NodeJS.ErrnoException;
    if (rawError instanceof ForthrightError || code === undefined) throw rawError;
    if (code === 'ENOSPC') throw noRoom(directory);
    throw unreadable(directory, `cannot be made, read or written (${code}).`, rawError);
  }
}

/** Opens the database in a folder, which is made when it is not there. Refuses when another process has it. */
export async function openEmbedded({ directory }: Readonly<{ directory: string }>): Promise<Engine> {
  const lock = await prepared(directory, async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await refuseForeign(directory);
    return FolderLock.take(directory);
  });
  try {
    const words = new LastWords();
    const pg = await startIn(lock.directory, words);
    await pg.query(SESSION_SQL);
    const { rows } = await pg.query<About>(ABOUT_SQL);
    return new Embedded(pg, lock, words, rows[0]?.version ?? '');
  } catch (error) {
    await lock.release();
    throw error;
  }
}
