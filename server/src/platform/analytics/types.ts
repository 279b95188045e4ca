/**
 * The one interface to the engine that reads logs and directories. Two thin adapters stand behind it: chDB in a
 * child process, and a ClickHouse server over HTTP. Both get the same statements with the same
 * `{name:Type}` parameters; nothing else in the program may speak to either.
 */
export type Param = string | number | readonly string[] | readonly number[];
export type Params = Readonly<Record<string, Param>>;

/** A file as the engine may read it: only the first `bytes` bytes count, whatever is appended later. */
export type EngineFile = Readonly<{
  /** Its number in the run; the `f` column of the relation that it is attached to. */
  f: number;
  path: string;
  bytes: number;
  compression: 'none' | 'gzip' | 'zstd' | 'bzip2' | 'xz';
}>;

/** How attached files become rows. Every relation has `f UInt32` and `rn UInt64` (from 0, in file order). */
export type AttachAs =
  /** plus `line String`: one row a line, bytes as they stand, without the newline */
  | Readonly<{ kind: 'lines' }>
  /** plus the CSV header's columns, all String. `onBrokenRow: 'count'` skips rows that can't be read. */
  | Readonly<{
      kind: 'csv';
      columns: readonly string[];
      onBrokenRow: 'stop' | 'count';
      /** Between the columns; a comma unless named. */
      separator?: string;
    }>
  /** plus the file's own columns with their own types */
  | Readonly<{ kind: 'parquet' }>
  /** plus the named top-level keys, all String (nested values as JSON text) */
  | Readonly<{ kind: 'jsonl'; columns: readonly string[] }>;

export type Column = Readonly<{ name: string; type: string }>;

export interface Analytics {
  /** What a reader may be told: `chDB 26.7.2` or `ClickHouse 26.7.2 at http://…`. */
  readonly name: string;
  readonly kind: 'embedded' | 'server';
  /** Rows of a SELECT. 64-bit integers come as numbers; dates are never used in results (milliseconds are). */
  rows<T extends object>(sql: string, params?: Params): Promise<T[]>;
  /** A statement without rows. */
  run(sql: string, params?: Params): Promise<void>;
  /** Streams rows of a SELECT in pages, for lists that need not fit into memory. */
  pages<T extends object>(sql: string, params?: Params): AsyncIterable<T[]>;
  /** Makes relation `name` of files. The embedded engine reads them in place; a server gets them streamed. */
  attach(name: string, files: readonly EngineFile[], as: AttachAs): Promise<void>;
  /** Makes relation `name` of a table elsewhere: `postgres://…#table`, or `clickhouse:db.table` on a server. */
  attachTable(name: string, at: string): Promise<void>;
  /** Lines of a CSV relation that are in none of its rows (`onBrokenRow: 'count'`). */
  brokenLines(name: string): Promise<number>;
  /** The columns of a relation. */
  describe(name: string): Promise<Column[]>;
  /** Writes a SELECT's rows to a Parquet file, in the SELECT's order. Same rows, same bytes. */
  writeParquet(path: string, sql: string, params?: Params): Promise<void>;
  /** Bytes read so far by the statement under way, for progress; undefined where nobody can tell. */
  bytesRead(): number | undefined;
  /** Drops everything that this run made in the engine, and ends it. Safe to call twice, and at any moment. */
  close(): Promise<void>;
}
