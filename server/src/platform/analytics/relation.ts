/** The SQL of relations over files: what `f`, `rn` and the columns are, per kind of file. */
import { ForthrightError } from '@forthright/contract';
import { quoteName, quoteText } from './quote.ts';
import type { AttachAs } from './types.ts';

const OURS: readonly string[] = ['f', 'rn'];

/** A Parquet file's own columns of these names would stand before the engine's. */
export const NOT_IN_PARQUET: readonly string[] = ['f', 'rn', '_file', '_row_number'];

const F_AND_RN =
  "CAST(toUInt32(substring(_file, 1, 8)), 'UInt32') AS f, toUInt64(assumeNotNull(_row_number)) AS rn";

/** A column may be nameless (an exported row index): it is read over and not offered. */
export function checkColumns(
  relation: string,
  columns: readonly string[],
  taken: readonly string[] = OURS,
): void {
  const seen = new Set<string>();
  for (const column of columns) {
    if (taken.includes(column)) {
      throw new ForthrightError(
        'column-unknown',
        `A column of ${relation} is called "${column}", a name that Forthright needs for itself. Rename the column.`,
      );
    }
    if (column !== '' && seen.has(column)) {
      throw new ForthrightError(
        'column-unknown',
        `Two columns of ${relation} are called "${column}". Rename one.`,
      );
    }
    seen.add(column);
  }
}

/** A name inside a relation's SQL; the prefix keeps it apart from whatever a header or a key may say. */
const cell = (i: number) => `forthright_${i}`;

/** CSV columns have positions for names inside, so that no header can collide with a virtual column. */
export function csvStructure(columns: readonly string[]): string {
  return columns.map((_, i) => `${cell(i)} String`).join(', ');
}

function csvBody(glob: string, columns: readonly string[], skipBroken: boolean): string {
  const named = columns.flatMap((column, i) => (column === '' ? [] : [`${cell(i)} AS ${quoteName(column)}`]));
  const from = `file(${quoteText(glob)}, 'CSVWithNames', ${quoteText(csvStructure(columns))})`;
  const settings = skipBroken ? ' SETTINGS input_format_allow_errors_num = 1000000000000' : '';
  return `SELECT ${['f', 'rn', ...named].join(', ')} FROM (SELECT ${F_AND_RN}, ${columns.map((_, i) => cell(i)).join(', ')} FROM ${from})${settings}`;
}

/**
 * JSON line by line and not with JSONEachRow: there a line that was cut short takes the following one with it,
 * or ends the statement, and the row number is no line number any more. A line that is no JSON object has ''
 * in every column.
 */
function jsonlBody(glob: string, columns: readonly string[]): string {
  const lines = `SELECT ${F_AND_RN}, line FROM file(${quoteText(glob)}, 'LineAsString', 'line String')`;
  if (columns.length === 0) return `SELECT f, rn FROM (${lines})`;
  const tuple = `Tuple(${columns.map((column) => `${quoteName(column)} String`).join(', ')})`;
  const named = columns.map((column, i) => `tupleElement(forthright_t, ${i + 1}) AS ${quoteName(column)}`);
  // An array would fill the tuple by position.
  const object = "if(startsWith(trimLeft(line), '{'), toValidUTF8(line), '')";
  const parsed = `SELECT f, rn, JSONExtract(${object}, ${quoteText(tuple)}) AS forthright_t FROM (${lines})`;
  return `SELECT f, rn, ${named.join(', ')} FROM (${parsed})`;
}

/** The SELECT behind the relation. `glob` matches the offered files, all of which are there. */
export function relationBody(glob: string, as: AttachAs): string {
  switch (as.kind) {
    case 'lines':
      return `SELECT ${F_AND_RN}, line FROM file(${quoteText(glob)}, 'LineAsString', 'line String')`;
    case 'csv':
      return csvBody(glob, as.columns, as.onBrokenRow === 'count');
    case 'parquet':
      return `SELECT ${F_AND_RN}, * FROM file(${quoteText(glob)}, 'Parquet')`;
    case 'jsonl':
      return jsonlBody(glob, as.columns);
  }
}

/** A relation of no files, or of empty ones. A Parquet file is never empty. */
export function emptyBody(as: AttachAs): string {
  const names = as.kind === 'lines' ? ['line'] : as.kind === 'parquet' ? [] : as.columns;
  const columns = names.flatMap((name) => (name === '' ? [] : [`'' AS ${quoteName(name)}`]));
  return `SELECT ${['toUInt32(0) AS f', 'toUInt64(0) AS rn', ...columns].join(', ')} WHERE 0`;
}

/**
 * Lines of CSV that are in no row: the lines that are not blank, less the header's, less those that the rows
 * take up. Counted so because the engine does not tell how many rows it skipped, and so that newlines inside
 * quotes are right.
 */
export function unreadLinesSql(
  glob: string,
  columns: readonly string[],
  headerLines: number,
  files: number,
): string {
  const notBlank = (text: string) => `arrayCount(l -> l NOT IN ('', '\\r'), splitByChar('\\n', ${text}))`;
  const row = columns.map((_, i) => `'"', ${cell(i)}, '"'`).join(", ',', ");
  const csv = `file(${quoteText(glob)}, 'CSVWithNames', ${quoteText(csvStructure(columns))})`;
  const all = `SELECT count() FROM file(${quoteText(glob)}, 'LineAsString', 'line String') WHERE line NOT IN ('', '\\r')`;
  const read = `SELECT sum(${notBlank(`concat(${row})`)}) FROM ${csv} SETTINGS input_format_allow_errors_num = 1000000000000`;
  return `SELECT toInt64((${all})) - toInt64((${read})) - ${headerLines * files} AS n`;
}

/** The header takes a line, and one more for every newline in a name. */
export function headerLines(columns: readonly string[]): number {
  return 1 + columns.join('').split('\n').length - 1;
}

const SKIPPING = 'input_format_allow_errors_num = 1000000000000';

function csvFile(path: string, format: 'CSV' | 'CSVWithNames', columns: readonly string[]): string {
  return `file(${quoteText(path)}, '${format}', ${quoteText(csvStructure(columns))})`;
}

/** The first record as a row. */
export function csvHeaderSql(path: string, columns: readonly string[]): string {
  return `SELECT * FROM ${csvFile(path, 'CSV', columns)} LIMIT 1 SETTINGS input_format_parallel_parsing = 0, max_block_size = 1`;
}

/** Fails with "(at row N)", N counted from the start of the file. */
export function provokeBrokenRowSql(path: string, columns: readonly string[]): string {
  return `SELECT count() FROM ${csvFile(path, 'CSVWithNames', columns)} SETTINGS input_format_parallel_parsing = 0, max_threads = 1`;
}

/** The line on which row `row` begins: after the header and all that the rows before it take up. */
export function brokenRowLineSql(path: string, columns: readonly string[], row: number): string {
  const values = `concat(${columns.map((_, i) => cell(i)).join(', ')}, '')`;
  const before = `SELECT ${values} AS v FROM ${csvFile(path, 'CSVWithNames', columns)} LIMIT ${row - 1}`;
  return `SELECT ${headerLines(columns)} + 1 + sum(1 + countSubstrings(v, '\\n')) AS line FROM (${before}) SETTINGS input_format_parallel_parsing = 0, max_threads = 1, ${SKIPPING}`;
}

/** Columns are read by position: a file whose header differs would put values under wrong names. */
export function badHeader(
  path: string,
  header: readonly string[] | undefined,
  columns: readonly string[],
): ForthrightError | undefined {
  const same =
    header?.length === columns.length && columns.every((column, i) => column.trim() === header[i]?.trim());
  if (same) return undefined;
  return new ForthrightError(
    'column-unknown',
    `${path}: the header is not ${columns.join(', ')}. Files of one source must have the same columns in the same order.`,
  );
}
