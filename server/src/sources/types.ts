import type { LogField } from '@forthright/contract';

/** A fragment of ClickHouse SQL. Values in it are quoted by `platform/analytics/quote.ts` and nothing else. */
export type Sql = string;

/**
 * How one group of files of one log is read, as SQL over a row of its relation (`f`, `rn` and `line`, or `f`,
 * `rn` and the file's columns). The cheap expressions run on every row, the exact ones only on rows that can
 * matter, so a format is quick because of the first and right because of the second.
 */
export type CompiledFormat = Readonly<{
  over: 'lines' | 'columns';
  /** Header and comment rows: neither lines nor rejected. `0` when the format has none. */
  isDirective: Sql;
  /** Values on which the cheap expressions build, as `drafts` are for the exact ones. */
  cheapDrafts: readonly Readonly<Record<string, Sql>>[];
  /** Cheap; true only for rows whose cheap stamp, host and shape can be trusted. */
  looksRight: Sql;
  /** Exact; decides for rows that `looksRight` doubts, and for every row that may matter. */
  isRight: Sql;
  /** Group keys of the stamp's minute, as written: cheap and exact forms. k1 is the zone as written. */
  cheapStamp: Readonly<{ k0: Sql; k1: Sql; msInMinute: Sql }>;
  exactStamp: Readonly<{ k0: Sql; k1: Sql; msInMinute: Sql }>;
  /**
   * Over a row that is right although `looksRight` doubts it: true when its cheap stamp can be trusted all the same.
   * Exact stamps are dear (48 µs a line), and one line in fifteen may be doubted for a quote in its user agent.
   */
  stampIsSure: Sql;
  /** Nullable(Int64) milliseconds of the minute's start, over columns `k0` and `k1`; NULL when no such time is. */
  minuteMs: Sql;
  /** Whether stamps carry their zone; if not, `minuteMs` has the workspace's zone compiled in. */
  stampsHaveZone: boolean;
  cheapHost: Sql | null;
  exactHost: Sql | null;
  /**
   * Values on which `fields` build, under the names by which they call them, and on those the next; `withDrafts` puts them
   * below. The engine
   * unfolds what stands in many places: without drafts the statement of a JSON log takes gigabytes to be understood.
   */
  drafts: readonly Readonly<Record<string, Sql>>[];
  /** Exact values, run on few rows. Strings, '' when absent; `time` Nullable(Int64) ms; `status` UInt16;
   *  `duration` Float64 seconds; `person` Array(String). null when the log has no such field. */
  fields: Readonly<Record<Exclude<LogField, 'line' | 'file' | 'row'>, Sql | null>>;
  /**
   * The same values found more cheaply, for rows on which `is` holds and that are right. Apart, and not in an `if`
   * of each field: the engine then computes both, because a value is used in its own conditions.
   */
  plain: Readonly<{
    is: Sql;
    fields: CompiledFormat['fields'];
    /** Over the request alone, as far as it can be told apart: a referer names the leak's path as often as a request. */
    mayContain: CompiledFormat['mayContain'];
  }> | null;
  /**
   * Cheap superset: false only for rows before `from` or from `to` on, in milliseconds; null where only a computation
   * tells. Files of columns say between which values a stretch of rows lies, so most of a log need not be read.
   */
  within: ((from: number, to: number) => Sql) | null;
  /** Cheap superset: false only when the row's path can't contain any of the needles, in any URL encoding. */
  mayContain: (needles: readonly string[]) => Sql;
}>;

/** A file of a source, as it was when the run began. */
export type SourceFile = Readonly<{
  f: number;
  /** `customers`, `references.reviews`, `logs.web`, … */
  source: string;
  /** As the user would write it, relative to the workspace. */
  path: string;
  absolute: string;
  bytes: number;
  compression: 'none' | 'gzip' | 'zstd' | 'bzip2' | 'xz';
  /** The name without date, number and compression; gaps are looked for per series in logs without hosts. */
  series: string;
}>;
