import { ForthrightError, type LogSource } from '@forthright/contract';
import type { CompiledFormat } from '../types.ts';
import { compileColumns, type TypedColumn } from './columns.ts';
import { compileJson } from './json.ts';
import { compileCsv, compilePattern, compileW3c } from './lines.ts';

export type FormatOptions = Readonly<{
  /** For stamps without a zone. The log's own `timezone` goes before it. */
  timezone?: string;
  /** Names of fields: a CSV header, a W3C `#Fields:` line, or the keys that a JSON log is known to have. */
  header?: readonly string[];
  /** Between the columns of a CSV log; a comma unless named. */
  separator?: string;
  /** Columns and their types, for `parquet` and `table`. */
  columns?: readonly TypedColumn[];
}>;

/**
 * How one group of files of a log is read, as SQL. Refuses when the format can't be known: a pattern without a
 * time, `csv` or `w3c` without a header, `parquet` or `table` without columns, or a column that isn't there.
 */
export function compileFormat(log: LogSource, options: FormatOptions = {}): CompiledFormat {
  const timezone = log.timezone ?? options.timezone;
  switch (log.format) {
    case 'combined':
    case 'common':
    case 'alb':
    case 'pattern':
      return compilePattern(log, timezone);
    case 'w3c':
      return compileW3c(log, headerOf(log, options));
    case 'csv':
      return compileCsv(log, headerOf(log, options), options.separator ?? ',', timezone);
    case 'jsonl':
    case 'nginx-json':
      return compileJson(log, options.header, timezone);
    case 'parquet':
    case 'table':
      return compileColumns(log, options.columns ?? [], timezone);
  }
}

function headerOf(log: LogSource, options: FormatOptions): readonly string[] {
  const header = options.header ?? [];
  if (header.length === 0)
    throw new ForthrightError('file-unreadable', `A ${log.format} log needs a line that names its fields.`);
  const missing = Object.values(log.columns ?? {}).filter((name) => !header.includes(name));
  if (missing.length > 0)
    throw new ForthrightError(
      'column-unknown',
      `No column ${missing.join(', ')}: there are ${header.join(', ')}.`,
    );
  return header;
}
