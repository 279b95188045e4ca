import { availableParallelism, totalmem } from 'node:os';

export type Settings = Readonly<Record<string, string | number>>;

const GIB = 1024 ** 3;

/** 3 GiB, or 60 % of a smaller machine or container: the rest is for Node, the page cache and the neighbours. */
export function defaultMemoryBytes(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.floor(Math.min(3 * GIB, memory * 0.6));
}

/** What must be equal on both engines, because an answer depends on it. */
export const SAME_EVERYWHERE: Settings = {
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 0,
  output_format_json_named_tuples_as_objects: 1,
  session_timezone: 'UTC',
  join_use_nulls: 0,
  transform_null_in: 0,
  aggregate_functions_null_for_empty: 0,
  union_default_mode: '',
  group_by_use_nulls: 0,
  // A Parquet file is evidence that is named by its hash: one thread encodes it, with a fixed layout.
  output_format_parquet_parallel_encoding: 0,
  output_format_parquet_row_group_size: 1_000_000,
  output_format_parquet_compression_method: 'zstd',
  // A cheap filter stands below a dear one to spare it rows. Merged, both run on all of them (0.2 s became 1.2).
  query_plan_merge_filters: 0,
  // Merged, the expressions of a view and of whoever asks it become one, in which a value that stands in twenty places
  // is named in full in each: a JSON log of a hundred lines took 3 GiB.
  query_plan_merge_expressions: 0,
  // Looks for chains of comparisons (a < b and b < c) and compares every part of a statement with every other for it: 300 ms
  // of the 500 that the statement of a JSON log took before its first line was read, and we write none.
  optimize_and_compare_chain: 0,
  // Lists of a few hundred thousand names stand in statements and parameters.
  max_query_size: 64 * 1024 * 1024,
};

/**
 * Spilling starts at a number of bytes: with the default ratio of one half a GROUP BY over 20 million keys ran out
 * of memory at limits of 300 and 600 MB (docs/decisions/0001-engine-in-a-child.md).
 */
export function memorySettings(memoryBytes: number): Settings {
  return {
    max_memory_usage: memoryBytes,
    max_bytes_before_external_group_by: Math.floor(memoryBytes / 2),
    max_bytes_ratio_before_external_group_by: 0,
    max_bytes_before_external_sort: Math.floor(memoryBytes / 3),
    max_bytes_ratio_before_external_sort: 0,
    max_bytes_before_external_join: Math.floor(memoryBytes / 2),
    max_bytes_ratio_before_external_join: 0,
  };
}

/** One run has the embedded engine for itself. A server has other users, and its own settings. */
export const ALL_CORES: Settings = {
  // By default a table of less than 164,000 rows is read by one thread, and a scan's few rows hold all lines of interest.
  merge_tree_min_rows_for_concurrent_read: 8192,
  merge_tree_min_bytes_for_concurrent_read: 1_000_000,
  // What a statement makes is written by as many threads as make it.
  max_insert_threads: Math.min(availableParallelism(), 8),
};

/** How files are read; only the embedded engine reads files. */
export const FILE_READING: Settings = {
  // A mapped file that somebody truncates ends the engine with SIGBUS; and only `pread` shows in /proc/<pid>/io.
  storage_file_read_method: 'pread',
  // A count from file metadata or from a cache takes no notice of rows that can't be parsed, nor of a changed file.
  optimize_count_from_files: 0,
  use_cache_for_count_from_files: 0,
  schema_inference_use_cache_for_file: 0,
  // By position: the caller has read the header and names the columns; `attach` compares every file's header.
  input_format_with_names_use_header: 0,
  input_format_csv_skip_trailing_empty_lines: 1,
  input_format_csv_detect_header: 0,
  input_format_null_as_default: 0,
  engine_file_truncate_on_insert: 1,
  engine_file_skip_empty_files: 1,
};
