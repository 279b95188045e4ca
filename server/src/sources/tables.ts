import { ForthrightError } from '@forthright/contract';
import { didYouMean } from '../kernel/index.ts';
import type { Analytics, Column } from '../platform/analytics/index.ts';
import { columnsOf, quoteColumn, quoteText } from '../platform/analytics/index.ts';
import { type CsvHeader, readHeader } from './head.ts';
import type { FileRegistry } from './registry.ts';
import type { SourceFile, Sql } from './types.ts';
import { isRemote } from './workspace.ts';

/** A directory or reference table, attached to the engine and ready to be selected from. */
export type Table = Readonly<{
  relation: string;
  columns: readonly Column[];
  files: readonly SourceFile[];
}>;

type Wanted = Readonly<{
  /** `customers`, `references.reviews`, …: how the workspace names it. */
  source: string;
  at: string | readonly string[];
  directory: string;
  columns: readonly string[];
  onBrokenRow: 'stop' | 'count';
  registry: FileRegistry;
}>;

/**
 * Attaches one source as relation `relation`. Refuses with `file-missing`, `glob-empty`, `column-unknown`
 * (naming the nearest column) or, for a row that can't be read, `directory-broken-row`.
 */
export async function attachTable(engine: Analytics, relation: string, wanted: Wanted): Promise<Table> {
  const first = Array.isArray(wanted.at) ? wanted.at[0] : wanted.at;
  if (typeof first === 'string' && isRemote(first)) {
    await engine.attachTable(relation, first);
    const columns = await columnsOf(engine, relation);
    assertColumns(
      wanted,
      columns.map((c) => c.name),
    );
    return { relation, columns, files: [] };
  }
  const files = await wanted.registry.expand(wanted.source, wanted.at, wanted.directory);
  const kind = kindOf(files[0]?.path ?? '');
  if (kind === 'parquet') {
    await engine.attach(relation, files.map(toEngineFile), { kind });
  } else if (kind === 'jsonl') {
    await engine.attach(relation, files.map(toEngineFile), { kind, columns: [...new Set(wanted.columns)] });
  } else {
    await engine.attach(relation, files.map(toEngineFile), {
      kind,
      ...(await headerOf(files, wanted)),
      onBrokenRow: wanted.onBrokenRow,
    });
  }
  const columns = await columnsOf(engine, relation);
  if (kind !== 'jsonl')
    assertColumns(
      wanted,
      columns.map((c) => c.name),
    );
  return { relation, columns, files };
}

async function headerOf(files: readonly SourceFile[], wanted: Wanted): Promise<CsvHeader> {
  const [file] = files;
  const header = file === undefined ? null : await readHeader(file, wanted.columns);
  if (header === null || header.columns.length === 0) {
    throw new ForthrightError(
      'file-unreadable',
      `${file?.path ?? wanted.source} has no header line. A CSV file must name its columns in its first line.`,
    );
  }
  return header;
}

export function toEngineFile({ f, absolute, bytes, compression }: SourceFile) {
  return { f, path: absolute, bytes, compression };
}

export function kindOf(path: string): 'csv' | 'parquet' | 'jsonl' {
  const bare = path.replace(/\.(gz|zst|zstd|bz2|xz)$/i, '');
  if (/\.parquet$/i.test(bare)) return 'parquet';
  if (/\.(jsonl|ndjson|json)$/i.test(bare)) return 'jsonl';
  return 'csv';
}

function assertColumns(wanted: Wanted, present: readonly string[]): void {
  const problems = wanted.columns
    .filter((column) => !present.includes(column))
    .map((column) => ({
      at: `${wanted.source} (${[wanted.at].flat().join(', ')})`,
      message: `there is no column "${column}"${didYouMean(column, present)}`,
    }));
  if (problems.length > 0) {
    throw new ForthrightError(
      'column-unknown',
      `${wanted.source}: ${problems.length === 1 ? 'a column is' : `${problems.length} columns are`} not in the data. It has: ${present.join(', ')}.`,
      { problems },
    );
  }
}

/** SQL for a column as text, `''` when absent. */
export function textOf(column: string | undefined, columns: readonly Column[]): Sql {
  const found = columns.find((c) => c.name === column);
  if (found === undefined) return "''";
  if (found.type === 'String') return quoteColumn(found.name);
  return `ifNull(toString(${quoteColumn(found.name)}), '')`;
}

/** SQL for a column as Nullable(Int64) milliseconds. Text without a zone is read in `zone`. */
export function instantOf(column: string | undefined, columns: readonly Column[], zone: string): Sql {
  const found = columns.find((c) => c.name === column);
  if (found === undefined) return 'CAST(NULL AS Nullable(Int64))';
  const name = quoteColumn(found.name);
  const type = found.type.replace(/^LowCardinality\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  if (/^(DateTime|Date)/.test(type))
    return `toNullable(toUnixTimestamp64Milli(toDateTime64(${name}, 3, 'UTC')))`;
  if (/^U?Int|^Float|^Decimal/.test(type)) {
    // Its size tells seconds, milli-, micro- and nanoseconds apart, as it does in logs.
    return `toNullable(multiIf(abs(${name}) < 1e11, toInt64(${name} * 1000), abs(${name}) < 1e14, toInt64(${name}), abs(${name}) < 1e17, toInt64(${name} / 1000), toInt64(${name} / 1000000)))`;
  }
  return `toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(${tellableDate(name)}, 3, ${quoteText(zone)}))`;
}

/** 11/12/2025 and 11-12-25 are one day in Dublin and another in Dallas. A wrong bound would clear people; none counts them. */
const tellableDate = (name: Sql): Sql =>
  `if(match(ifNull(${name}, ''), '^\\\\s*[0-9]{1,2}[-/][0-9]{1,2}[-/]([0-9]{2}){1,2}([^0-9]|$)'), '', ifNull(${name}, ''))`;

/** SQL for the text of a column that should hold an instant and can't be read as one; `''` where all is well. */
export function unreadDateOf(column: string | undefined, columns: readonly Column[], zone: string): Sql {
  const found = columns.find((c) => c.name === column);
  // Every other type is an instant, or a number, which always tells one.
  if (found === undefined || !/String/.test(found.type)) return "''";
  const text = `trim(ifNull(${quoteColumn(found.name)}, ''))`;
  return `if(${text} = '' OR ${instantOf(column, columns, zone)} IS NOT NULL, '', ${text})`;
}
