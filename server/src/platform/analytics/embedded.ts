/**
 * chDB behind the engine interface. The engine lives in a child process (`transport.ts`); here are relations,
 * results and errors.
 */
import { readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { type EngineFailure, toForthrightError } from './failures.ts';
import { lineBatches, type OfferedFiles, offerFiles, readInPieces, replaceGrown } from './files.ts';
import { clashesIn } from './names.ts';
import { elsewhereBody, isPostgres, postgresTable } from './postgres.ts';
import { quoteName, quoteText } from './quote.ts';
import {
  badHeader,
  brokenRowLineSql,
  type CsvShape,
  checkColumns,
  csvHeaderSql,
  emptyBody,
  headerLines,
  provokeBrokenRowSql,
  relationBody,
  unreadLinesSql,
} from './relation.ts';
import { nameRows } from './rows.ts';
import { ALL_CORES, defaultMemoryBytes, FILE_READING, memorySettings, SAME_EVERYWHERE } from './settings.ts';
import { EngineError, EngineProcess } from './transport.ts';
import type { Analytics, AttachAs, Column, EngineFile, Params } from './types.ts';

export type EmbeddedOptions = Readonly<{
  /** A fresh directory that belongs to this engine alone; it is gone after `close`. */
  directory: string;
  memoryBytes?: number | undefined;
  threads?: number | undefined;
}>;

type Relation = Readonly<{ as: AttachAs; offered: OfferedFiles; glob: string; filled: number }>;

const PLACES = ['in', 'out', 'spool'] as const;
type Place = (typeof PLACES)[number];

/** ZLIB_INFLATE_FAILED, LZMA_STREAM_DECODER_FAILED, ZSTD_DECODER_FAILED. */
const CANNOT_UNPACK: ReadonlySet<number> = new Set([354, 554, 561]);

const PAGE_FORMAT = 'JSONCompactEachRowWithNames';

function engineOptions(options: EmbeddedOptions): string[] {
  const settings = {
    ...SAME_EVERYWHERE,
    ...FILE_READING,
    ...ALL_CORES,
    ...memorySettings(options.memoryBytes ?? defaultMemoryBytes()),
    ...(options.threads === undefined ? {} : { max_threads: options.threads }),
  };
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

/** What follows a SELECT must not fall into its last comment, nor behind its semicolon. */
function withoutEnd(sql: string): string {
  return `${sql.trimEnd().replace(/;+$/, '')}\n`;
}

/** A header that can't be read as so many columns is an answer here, a crashed engine is not. */
function onlyRefused(error: unknown): undefined {
  if (!(error instanceof ForthrightError) || error.code !== 'engine-refused') throw error;
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    // Two file systems: copied beside its place first, so that nobody sees half a file.
    await copyFile(from, `${to}.part`)
      .then(() => rename(`${to}.part`, to))
      .finally(() => rm(`${to}.part`, { force: true }));
    await rm(from, { force: true });
  }
}

export class Embedded implements Analytics {
  readonly kind = 'embedded';
  readonly name: string;
  readonly #engine: EngineProcess;
  readonly #directory: string;
  readonly #relations = new Map<string, Relation>();
  readonly #secrets = new Set<string>();
  #lastFile = 0;
  #readAtStart: number | undefined;
  #closed: Promise<void> | undefined;

  constructor(engine: EngineProcess, directory: string) {
    this.#engine = engine;
    this.#directory = directory;
    this.name = `chDB ${engine.version}`;
  }

  /** The process that runs the engine, for tests that end it. */
  get pid(): number | undefined {
    return this.#engine.pid;
  }

  async rows<T extends object>(sql: string, params: Params = {}): Promise<T[]> {
    const all: T[] = [];
    for await (const page of this.pages<T>(sql, params)) for (const row of page) all.push(row);
    return all;
  }

  async run(sql: string, params: Params = {}): Promise<void> {
    await this.#guarded('once', () => this.#engine.run(sql, params));
  }

  /**
   * By way of a file, as every result. The library keeps what a failed statement had begun to write and puts it
   * before the next statement's result (chDB 3.4: a header line too many), which a file of its own rules out.
   * And a list that is read slowly does not hold the engine: the caller may ask something else between pages.
   */
  async *pages<T extends object>(sql: string, params: Params = {}): AsyncIterable<T[]> {
    const spool = this.#newFile('spool');
    try {
      await this.#intoFile(spool, PAGE_FORMAT, sql, params);
      let names: string[] | undefined;
      for await (const lines of lineBatches(readInPieces(spool))) {
        names ??= JSON.parse(lines.shift() ?? '[]') as string[];
        const page = nameRows<T>(names, lines);
        if (page.length > 0) yield page;
      }
    } finally {
      await rm(spool, { force: true });
    }
  }

  async attach(name: string, files: readonly EngineFile[], as: AttachAs): Promise<void> {
    if (as.kind === 'csv' || as.kind === 'jsonl') checkColumns(files[0]?.path ?? name, as.kind, as.columns);
    const directory = this.#newFile('in');
    const offered = await this.#translated(() =>
      offerFiles(directory, files, {
        unpackBzip2: (from, to, bytes) => this.#readable(from, this.#engine.unpack(from, to, bytes)),
        checkZstd: (path, bytes) => this.#readable(path, this.#engine.checkZstd(path, bytes)),
      }),
    );
    const filled = files.filter((file) => file.bytes > 0).length;
    const relation = { as, offered, glob: `${directory}/*`, filled };
    this.#relations.set(name, relation);
    if (as.kind === 'csv') await this.#checkHeaders(relation, files);
    const isParquet = as.kind === 'parquet' && filled > 0;
    const clashes = isParquet ? await this.#checkParquet(files[0]?.path ?? name, relation.glob) : [];
    const body = filled === 0 ? emptyBody(as) : relationBody(relation.glob, as, clashes);
    await this.run(`CREATE VIEW ${quoteName(name)} AS ${body}`);
  }

  async attachTable(name: string, at: string): Promise<void> {
    if (!isPostgres(at)) {
      throw new ForthrightError(
        'workspace-invalid',
        'The embedded engine cannot read tables of a ClickHouse server. Set engines.analytics.clickhouse to the server.',
      );
    }
    const table = postgresTable(at);
    for (const secret of table.secrets) this.#secrets.add(secret);
    const body = elsewhereBody(table.call, await clashesIn(this, table.call));
    await this.run(`CREATE VIEW ${quoteName(name)} AS ${body}`);
  }

  describe(name: string): Promise<Column[]> {
    return this.rows<Column>(
      'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {name:String} ORDER BY position',
      { name },
    );
  }

  async writeParquet(path: string, sql: string, params: Params = {}): Promise<void> {
    const file = this.#newFile('out');
    try {
      await this.#intoFile(file, 'Parquet', sql, params);
      await this.#translated(() => moveFile(file, path));
    } finally {
      await rm(file, { force: true });
    }
  }

  async brokenLines(name: string): Promise<number> {
    const relation = this.#relations.get(name);
    if (relation === undefined || relation.as.kind !== 'csv' || relation.filled === 0) return 0;
    const { columns } = relation.as;
    const sql = unreadLinesSql(relation.glob, relation.as, headerLines(columns), relation.filled);
    const [row] = await this.rows<{ n: number }>(sql);
    return Math.max(0, row?.n ?? 0);
  }

  bytesRead(): number | undefined {
    const now = this.#readEver();
    return now === undefined || this.#readAtStart === undefined ? undefined : now - this.#readAtStart;
  }

  close(): Promise<void> {
    this.#closed ??= this.#engine
      .kill()
      .then(() => rm(this.#directory, { recursive: true, force: true, maxRetries: 3 }));
    return this.#closed;
  }

  /**
   * A SELECT's rows in any format, in pieces that follow each other, for the other adapter: logs that are passed
   * on need no room on this disk. After a failure the engine must be closed (see `pages`).
   */
  async copyOut(sql: string, format: string, onPiece: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    await this.#guarded('once', () => this.#engine.stream(sql, format, onPiece));
  }

  #readEver(): number | undefined {
    try {
      return Number(/^rchar: (\d+)/m.exec(readFileSync(`/proc/${this.#engine.pid}/io`, 'utf8'))?.[1]);
    } catch {
      return undefined;
    }
  }

  #newFile(kind: Place): string {
    return join(this.#directory, kind, String(++this.#lastFile));
  }

  async #intoFile(path: string, format: string, sql: string, params: Params): Promise<void> {
    const statement = `${withoutEnd(sql)}INTO OUTFILE ${quoteText(path)} TRUNCATE FORMAT ${format}`;
    await this.#guarded('repeatable', () => this.#engine.run(statement, params));
  }

  async #readable(path: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof EngineError) || /ENOSPC/.test(error.message)) throw error;
      throw new ForthrightError('file-unreadable', `${path} cannot be unpacked: ${error.message}.`);
    }
  }

  async #translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof EngineError) throw toForthrightError(error.failure, this.#secrets);
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
        throw toForthrightError({ message: 'ENOSPC: no space left on device' });
      throw error;
    }
  }

  /**
   * A statement between two looks at the linked files. What grew in between may have been read too far: a
   * SELECT is repeated over a copy of the start, a statement that changes something is refused.
   */
  async #guarded(how: 'repeatable' | 'once', work: () => Promise<void>): Promise<void> {
    await this.#replaceGrown();
    await this.#statement(work);
    const grown = await this.#replaceGrown();
    if (grown.length === 0) return;
    if (how === 'repeatable') return this.#statement(work);
    throw new ForthrightError(
      'evidence-changed',
      `${grown.join(', ')} grew while it was being read. Run again.`,
    );
  }

  async #statement(work: () => Promise<void>): Promise<void> {
    this.#readAtStart = this.#readEver();
    try {
      await work();
    } catch (error) {
      const broken = error instanceof EngineError ? await this.#brokenRow(error.message) : undefined;
      if (broken !== undefined) throw broken;
      if (error instanceof EngineError) throw this.#refusal(error.failure);
      throw error;
    }
  }

  async #replaceGrown(): Promise<string[]> {
    const grown: string[] = [];
    for (const { offered } of this.#relations.values())
      grown.push(...(await this.#translated(() => replaceGrown(offered))));
    return grown;
  }

  async #checkHeaders(relation: Relation, files: readonly EngineFile[]): Promise<void> {
    if (relation.as.kind !== 'csv') return;
    const { columns } = relation.as;
    for (const file of files) {
      if (file.bytes === 0) continue;
      const path = `${relation.offered.directory}/${String(file.f).padStart(8, '0')}*`;
      const header = await this.rows<Record<string, string>>(csvHeaderSql(path, relation.as)).catch(
        onlyRefused,
      );
      const problem = badHeader(file.path, header && Object.values(header[0] ?? {}), columns);
      if (problem !== undefined) throw problem;
    }
  }

  /** Answers those of its columns whose names are ours. */
  async #checkParquet(path: string, glob: string): Promise<string[]> {
    const from = `file(${quoteText(glob)}, 'Parquet')`;
    const columns = await this.rows<Column>(`DESCRIBE TABLE ${from}`);
    checkColumns(
      path,
      'parquet',
      columns.map((column) => column.name),
    );
    return clashesIn(this, from);
  }

  /** The engine knows files by the names of their links; the reader knows them by their own. */
  #refusal(failure: EngineFailure): ForthrightError {
    let { message } = failure;
    for (const { offered } of this.#relations.values()) {
      const link = new RegExp(`${RegExp.escape(offered.directory)}/([0-9]{8})[.a-z0-9]*`, 'g');
      message = message.replace(link, (as, f: string) => offered.pathOf(Number(f)) ?? as);
    }
    if (CANNOT_UNPACK.has(failure.code ?? 0))
      return new ForthrightError('file-unreadable', `A file is damaged or was cut short: ${message}`);
    return toForthrightError({ ...failure, message }, this.#secrets);
  }

  /** The engine's message quotes the row, which is personal data: only file and line are passed on. */
  async #brokenRow(message: string): Promise<ForthrightError | undefined> {
    for (const { as, offered } of this.#relations.values()) {
      const at = message.indexOf(`${offered.directory}/`);
      if (as.kind !== 'csv' || as.onBrokenRow !== 'stop' || at < 0) continue;
      const name = /^[0-9]{8}[.a-z0-9]*/.exec(message.slice(at + offered.directory.length + 1))?.[0];
      const path = offered.pathOf(Number(name?.slice(0, 8)));
      if (name === undefined || path === undefined) continue;
      const line = await this.#brokenLine(`${offered.directory}/${name}`, as);
      return line === undefined
        ? undefined
        : new ForthrightError(
            'directory-broken-row',
            `${path}:${line}: this row does not have the header's ${as.columns.length} columns, or a quote is not closed. Correct it, or let such rows be counted and left out.`,
            { problems: [{ at: `${path}:${line}`, message: 'broken row' }] },
          );
    }
    return undefined;
  }

  /** Read once more by one thread, because the parallel reader numbers rows within its own piece. */
  async #brokenLine(path: string, shape: CsvShape): Promise<number | undefined> {
    try {
      await this.#engine.run(provokeBrokenRowSql(path, shape), {});
    } catch (error) {
      const row = error instanceof EngineError ? /\(at row (\d+)\)/.exec(error.message)?.[1] : undefined;
      if (row === undefined) return undefined;
      const [at] = await this.rows<{ line: number }>(brokenRowLineSql(path, shape, Number(row)));
      return at?.line;
    }
    return undefined;
  }
}

/** Starts chDB in a process of its own, with its data in `directory`. Refuses when it cannot be loaded. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  if (/[*?{}[\]]/.test(options.directory)) {
    throw new ForthrightError(
      'usage',
      `The data directory ${options.directory} has a character in its name that the engine reads as a pattern. Choose another.`,
    );
  }
  for (const place of PLACES) await mkdir(join(options.directory, place), { recursive: true });
  await chmod(options.directory, 0o700);
  try {
    const engine = await EngineProcess.start(options.directory, engineOptions(options));
    return new Embedded(engine, options.directory);
  } catch (error) {
    await rm(options.directory, { recursive: true, force: true });
    if (error instanceof EngineError) throw toForthrightError(error.failure);
    throw error;
  }
}
