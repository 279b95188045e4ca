/** The SQL of relations over files: what `f`, `rn` and the columns are, per kind of file. */
import { ForthrightError } from '@forthright/contract';
import { quoteColumn, withoutClashes } from './names.ts';
import { quoteName, quoteText } from './quote.ts';
import type { AttachAs } from './types.ts';

/** The engine's own columns of these names tell files and rows apart, and a Parquet file's would stand before them. */
const NOT_IN_PARQUET: readonly string[] = ['_file', '_row_number'];

const F_AND_RN =
  "CAST(toUInt32(substring(_file, 1, 8)), 'UInt32') AS f, toUInt64(assumeNotNull(_row_number)) AS rn";

/** Refuses columns that can't be told apart. One may be nameless (an exported row index): it is not offered. */
export function checkColumns(where: string, as: AttachAs['kind'], columns: readonly string[]): void {
  const seen = new Set<string>();
  for (const column of columns) {
    if (as === 'parquet' && NOT_IN_PARQUET.includes(column)) {
      throw new ForthrightError(
        'column-unknown',
        `${where} has a column called "${column}", a name that no column of a Parquet file can be read under. Rename the column.`,
      );
    }
    if (column !== '' && seen.has(column)) {
      throw new ForthrightError(
        'column-unknown',
        `${where} has two columns called "${column}", and nothing tells which is meant. Rename one.`,
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

/** What of a CSV file its SQL must know. */
export type CsvShape = Readonly<{ columns: readonly string[]; separator?: string }>;

const SKIPPING = 'input_format_allow_errors_num = 1000000000000';

/** The SETTINGS of a statement over a CSV file, if there are any. */
function csvSettings({ separator = ',' }: CsvShape, ...others: readonly string[]): string {
  const settings = [...others];
  if (separator !== ',') settings.push(`format_csv_delimiter = ${quoteText(separator)}`);
  // Else the engine skips tabs as it does blanks around a value.
  if (separator === '\t') settings.push('input_format_csv_allow_whitespace_or_tab_as_delimiter = 1');
  return settings.length === 0 ? '' : ` SETTINGS ${settings.join(', ')}`;
}

function csvBody(glob: string, shape: CsvShape, skipBroken: boolean): string {
  const { columns } = shape;
  const named = columns.flatMap((column, i) =>
    column === '' ? [] : [`${cell(i)} AS ${quoteColumn(column)}`],
  );
  const from = `file(${quoteText(glob)}, 'CSVWithNames', ${quoteText(csvStructure(columns))})`;
  const settings = csvSettings(shape, ...(skipBroken ? [SKIPPING] : []));
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
  const named = columns.map((column, i) => `tupleElement(forthright_t, ${i + 1}) AS ${quoteColumn(column)}`);
  // An array would fill the tuple by position.
  const object = "if(startsWith(trimLeft(line), '{'), toValidUTF8(line), '')";
  const parsed = `SELECT f, rn, JSONExtract(${object}, ${quoteText(tuple)}) AS forthright_t FROM (${lines})`;
  return `SELECT f, rn, ${named.join(', ')} FROM (${parsed})`;
}

function parquetBody(glob: string, clashes: readonly string[]): string {
  const from = `file(${quoteText(glob)}, 'Parquet')`;
  if (clashes.length === 0) return `SELECT ${F_AND_RN}, * FROM ${from}`;
  const virtual = ['_file AS forthright_file', '_row_number AS forthright_row'];
  const ours = F_AND_RN.replace('_file', 'forthright_file').replace('_row_number', 'forthright_row');
  return `SELECT ${ours}, * EXCEPT (forthright_file, forthright_row) FROM ${withoutClashes(from, clashes, virtual)}`;
}

/**
 * The SELECT behind the relation. `glob` matches the offered files, all of which are there; `clashes` are columns of
 * theirs with names of ours, where the files themselves say which columns they have.
 */
export function relationBody(glob: string, as: AttachAs, clashes: readonly string[] = []): string {
  switch (as.kind) {
    case 'lines':
      return `SELECT ${F_AND_RN}, line FROM file(${quoteText(glob)}, 'LineAsString', 'line String')`;
    case 'csv':
      return csvBody(glob, as, as.onBrokenRow === 'count');
    case 'parquet':
      return parquetBody(glob, clashes);
    case 'jsonl':
      return jsonlBody(glob, as.columns);
  }
}

/** A relation of no files, or of empty ones. A Parquet file is never empty. */
export function emptyBody(as: AttachAs): string {
  const names = as.kind === 'lines' ? ['line'] : as.kind === 'parquet' ? [] : as.columns;
  const columns = names.flatMap((name) => (name === '' ? [] : [`'' AS ${quoteColumn(name)}`]));
  return `SELECT ${['toUInt32(0) AS f', 'toUInt64(0) AS rn', ...columns].join(', ')} WHERE 0`;
}

/**
 * Lines of CSV that are in no row: the lines that are not blank, less the header's, less those that the rows
 * take up. Counted so because the engine does not tell how many rows it skipped, and so that newlines inside
 * quotes are right.
 */
export function unreadLinesSql(glob: string, shape: CsvShape, headerLines: number, files: number): string {
  const { columns } = shape;
  const notBlank = (text: string) => `arrayCount(l -> l NOT IN ('', '\\r'), splitByChar('\\n', ${text}))`;
  const row = columns.map((_, i) => `'"', ${cell(i)}, '"'`).join(", ',', ");
  const csv = `file(${quoteText(glob)}, 'CSVWithNames', ${quoteText(csvStructure(columns))})`;
  const all = `SELECT count() FROM file(${quoteText(glob)}, 'LineAsString', 'line String') WHERE line NOT IN ('', '\\r')`;
  const read = `SELECT sum(${notBlank(`concat(${row})`)}) FROM ${csv}${csvSettings(shape, SKIPPING)}`;
  return `SELECT toInt64((${all})) - toInt64((${read})) - ${headerLines * files} AS n`;
}

/** The header takes a line, and one more for every newline in a name. */
export function headerLines(columns: readonly string[]): number {
  return 1 + columns.join('').split('\n').length - 1;
}

function csvFile(path: string, format: 'CSV' | 'CSVWithNames', columns: readonly string[]): string {
  return `file(${quoteText(path)}, '${format}', ${quoteText(csvStructure(columns))})`;
}

/** The header as a row; where it can't be read as one, the first record that can, which differs from it. */
export function csvHeaderSql(path: string, shape: CsvShape): string {
  const settings = csvSettings(shape, 'input_format_parallel_parsing = 0', 'max_block_size = 1', SKIPPING);
  return `SELECT * FROM ${csvFile(path, 'CSV', shape.columns)} LIMIT 1${settings}`;
}

/** Fails with "(at row N)", N counted from the start of the file. */
export function provokeBrokenRowSql(path: string, shape: CsvShape): string {
  const settings = csvSettings(shape, 'input_format_parallel_parsing = 0', 'max_threads = 1');
  return `SELECT count() FROM ${csvFile(path, 'CSVWithNames', shape.columns)}${settings}`;
}

/** The line on which row `row` begins: after the header and all that the rows before it take up. */
export function brokenRowLineSql(path: string, shape: CsvShape, row: number): string {
  const { columns } = shape;
  const settings = csvSettings(shape, 'input_format_parallel_parsing = 0', 'max_threads = 1', SKIPPING);
  const values = `concat(${columns.map((_, i) => cell(i)).join(', ')}, '')`;
  const before = `SELECT ${values} AS v FROM ${csvFile(path, 'CSVWithNames', columns)} LIMIT ${row - 1}`;
  return `SELECT ${headerLines(columns)} + 1 + sum(1 + countSubstrings(v, '\\n')) AS line FROM (${before})${settings}`;
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
