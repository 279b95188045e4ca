import { ForthrightError, type LogField, type LogSource } from '@forthright/contract';
import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import type { CompiledFormat, SourceFile, Sql } from '../sources/index.ts';
import { hostOf, rotationOrder, withDrafts } from '../sources/index.ts';
import { clientSql } from './clients.ts';
import type { Coverage, Minute } from './gaps.types.ts';
import { seriesByTime } from './series.ts';

/** Files of one log that are read in the same way (W3C and CSV headers may differ between files). */
export type LogGroup = Readonly<{ relation: string; format: CompiledFormat; files: readonly SourceFile[] }>;

export type LogToScan = Readonly<{
  name: string;
  source: LogSource;
  timezone: string | undefined;
  groups: readonly LogGroup[];
  /** Literal texts of which every line that can matter holds one; null when any line can matter. */
  needles: readonly string[] | null;
  own: Sql;
  /** Between which instants (ms) lines matter; null when any may. */
  window: Readonly<{ from: number; to: number }> | null;
}>;

export type RejectedSample = Readonly<{ f: number; line: number; reason: string; text: string }>;
export type FileReading = { lines: number; rejected: number; first: number | null; last: number | null };

/** What one reading of a log has shown, and the relation in which its lines of interest stand parsed. */
export type ScannedLog = Readonly<{
  name: string;
  /** Relation with one row a line that can matter. */
  parsed: string;
  /** SQL of the same of any time; null where `parsed` is that already. */
  anytime: Sql | null;
  /** The same of every line. */
  every: Sql;
  unitIs: 'host' | 'series';
  coverage: readonly Coverage[];
  readings: ReadonlyMap<number, FileReading>;
  rejectedByReason: ReadonlyMap<string, number>;
  samples: readonly RejectedSample[];
  sameAs: ReadonlyMap<number, number>;
  seriesOf: ReadonlyMap<number, string>;
  /** Files of which not one line could be read. Nothing tells their time; in a log with hosts nor their unit (''). */
  unreadable: readonly Readonly<{ unit: string; path: string; lines: number }>[];
  /** Row ranges that repeat another file of the series. */
  repeats: readonly Readonly<{ f: number; from: number; to: number }>[];
}>;

const SAMPLES_A_FILE = 3;
const SAMPLE_BYTES = 400;
/** Rejected lines are counted per this many rows, so that a bad stretch can be placed in time by its neighbours. */
const BUCKET_ROWS = 256;

/** Column of `parsed` → its type when the log has no such field. */
const TEXT_FIELDS = [
  'host',
  'method',
  'path',
  'client',
  'userAgent',
  'viewer',
  'session',
  'action',
  'cacheStatus',
  'cache',
  'recipient',
] as const satisfies readonly LogField[];

/** What `parsedSql` makes of lines. Without such a list the engine works out the types of the whole statement once more. */
const PARSED_LINES =
  'f UInt32, rn UInt64, t Int64, good UInt8, at Nullable(Int64), host String, method String, path String, client String, ua String, account String, session String, action String, cacheStatus String, cache String, recipient String, status UInt16, duration Float64, person Array(String), own UInt8';

/**
 * Reads a log once: per file, host and minute how many lines there are; every line that could not be read; and
 * the lines that may matter, set aside. Refuses stamps without a zone (`stamp-without-zone`, naming file and line)
 * unless the workspace names one.
 */
export async function scanLog(engine: Analytics, log: LogToScan): Promise<ScannedLog> {
  const many = log.groups.reduce((n, g) => n + g.files.length, 0) > 1;
  const selects: Sql[] = [];
  const anytime: Sql[] = [];
  const every: Sql[] = [];
  for (const [i, group] of log.groups.entries()) {
    const scan = `scan_${log.name}_${i}`;
    await engine.run(scanSql(scan, group, log.needles, many));
    await assertZone(engine, scan, group, log);
    every.push(parsedSql(group.format, quoteName(group.relation), log.own));
    selects.push(selectThatMatters(scan, group, log, log.window));
    anytime.push(selectThatMatters(scan, group, log, null));
  }
  const union = selects.join('\nUNION ALL\n');
  // Lines were set aside when the log was read; columns are read again where they lie, and only those asked for.
  const isAside = log.needles !== null && log.groups.some((g) => g.format.over === 'lines');
  // A table elsewhere gives its rows no numbers, and lines without one could not be told apart.
  const isNumbered = log.groups.every((g) => g.files.length > 0) || log.source.columns?.row !== undefined;
  const parsed = `parsed_${log.name}`;
  const isWindowed = log.window !== null && log.groups.some((g) => g.format.within !== null);
  const rows = isNumbered ? union : `SELECT * REPLACE (rowNumberInAllBlocks() AS rn) FROM (${union})`;
  const kind = isNumbered && !isAside ? 'VIEW' : 'TABLE';
  const engineOf = kind === 'TABLE' ? ' ENGINE = MergeTree ORDER BY tuple()' : '';
  const columns = isAside ? ` (${PARSED_LINES})` : '';
  await engine.run(`CREATE ${kind} ${quoteName(parsed)}${columns}${engineOf} AS ${rows}`);
  return {
    name: log.name,
    parsed,
    anytime: isWindowed ? anytime.join('\nUNION ALL\n') : null,
    every: every.join('\nUNION ALL\n'),
    ...(await readCoverage(engine, log)),
  };
}

function selectThatMatters(scan: string, group: LogGroup, log: LogToScan, window: LogToScan['window']): Sql {
  const { format } = group;
  const isAside = format.over === 'lines' && log.needles !== null;
  if (isAside) return parsedSql(withKnownTime(format), linesAside(scan), log.own, log.needles);
  return selectInPlace(group, log, window);
}

function selectInPlace(
  { format, relation }: LogGroup,
  { needles, own }: LogToScan,
  window: LogToScan['window'],
  oneIn = 1,
): Sql {
  const conditions = [
    ...(oneIn === 1 ? [] : [`rn % ${oneIn} = 0`]),
    ...(window === null || format.within === null ? [] : [format.within(window.from, window.to)]),
    ...(needles === null || needles.length === 0 ? [] : [format.mayContain(needles)]),
  ];
  const rows =
    conditions.length === 0
      ? quoteName(relation)
      : `(SELECT * FROM ${quoteName(relation)} WHERE ${conditions.join(' AND ')})`;
  return parsedSql(format, rows, own, needles);
}

/**
 * SQL of the lines that can matter, parsed, read where they lie and without a scan: for a look that may end at any line. `oneIn`
 * takes every so manieth line only, before anything of it is parsed.
 */
export const linesInPlace = (log: LogToScan, oneIn = 1): Sql =>
  log.groups.map((group) => selectInPlace(group, log, log.window, oneIn)).join('\nUNION ALL\n');

/** Lines that the scan set aside (f, rn, line, _time), but for those whose date is impossible. */
export const linesAside = (scan: string): Sql =>
  `(SELECT f, _rn AS rn, _line AS line, minute + _ms AS _time FROM ${quoteName(scan)} ARRAY JOIN rows_aside AS _rn, lines_aside AS _line, ms_aside AS _ms WHERE minute IS NOT NULL)`;

/** A line set aside has its time: working a stamp out again took half of all parsing. */
const withKnownTime = (x: CompiledFormat): CompiledFormat => ({
  ...x,
  fields: { ...x.fields, time: '_time' },
  plain: x.plain === null ? null : { ...x.plain, fields: { ...x.plain.fields, time: '_time' } },
});

// In both statements what is worked out from a row has a name of its own before it gets its short one: a log may have
// a column `client` that is the account, and a statement would take the one for the other.

function scanSql(scan: string, group: LogGroup, needles: readonly string[] | null, many: boolean): Sql {
  const x = group.format;
  const lines = x.over === 'lines';
  const host = x.cheapHost ?? "''";
  const may = needles === null || !lines ? '0' : needles.length === 0 ? '1' : x.mayContain(needles);
  const sample = lines ? `if(_good, '', substring(line, 1, ${SAMPLE_BYTES}))` : "''";
  const aside = lines && needles !== null ? ['rn', 'line', '_ms'] : [];
  const isCheap = x.looksRight === x.isRight;
  const key = (n: 1 | 2 | 3 | 4, cheap: Sql) =>
    isCheap
      ? cheap.startsWith("'")
        ? cheap
        : `if(_good, ${cheap}, ${zeroLike(cheap)})`
      : `if(_good AND NOT _doubted, ${cheap}, _exact.${n})`;
  // A lambda over no line or one is computed for the doubted lines alone. In an `if` the engine computes both
  // branches when a value stands in its own conditions, as in stamps: 16 s for a gigabyte in place of 3.
  const exact = `arrayMap(line -> (${x.exactHost ?? "''"}, ${x.exactStamp.k0}, ${x.exactStamp.k1}, toInt32(${x.exactStamp.msInMinute})), if(_doubted, [line], emptyArrayString()))[1]`;
  const doubted = x.cheapHost === null ? `NOT if(_cheap, 1, ${x.stampIsSure})` : 'NOT _cheap';
  // Names of our own begin with an underscore: a log of columns may well have a column `host` or `ms`.
  const columns = [
    'f UInt32, bucket UInt64, host String, k1 String, lines UInt64, ms0 Int32, ms1 Int32, r0 UInt64, r1 UInt64',
    'empties UInt64, samples Array(Tuple(UInt64, String)), text String, content UInt64',
    ...(aside.length === 0
      ? []
      : ['rows_aside Array(UInt64), lines_aside Array(String), ms_aside Array(Int32)']),
    'minute Nullable(Int64)',
  ];
  // A list for the same reason as above.
  return `CREATE TABLE ${quoteName(scan)} (${columns.join(', ')}) ENGINE = MergeTree ORDER BY tuple() AS
SELECT * EXCEPT k0, ${x.minuteMs} AS minute FROM (
SELECT f, _bucket AS bucket, _host AS host, _k0 AS k0, _k1 AS k1,
  count() AS lines, min(_ms) AS ms0, max(_ms) AS ms1, min(rn) AS r0, max(rn) AS r1,
  ${lines ? "countIf(line = '')" : '0'} AS empties,
  groupArraySortedIf(${SAMPLES_A_FILE})((rn, ${sample}), NOT _good) AS samples,
  ${lines ? `substring(argMin(line, rn), 1, ${SAMPLE_BYTES})` : "''"} AS text,
  ${many && lines ? 'sum(cityHash64(line))' : 'toUInt64(0)'} AS content
  ${['rows', 'lines', 'ms'].map((name, i) => (aside[i] === undefined ? '' : `, groupArrayIf(${aside[i]}, bitAnd(_good, _may)) AS ${name}_aside`)).join('')}
FROM
(
  SELECT *, ${x.looksRight} AS _cheap, if(_cheap, 1, ${x.isRight}) AS _good, if(_good, 0, 1 + intDiv(rn, ${BUCKET_ROWS})) AS _bucket,
    ${isCheap ? '' : `_good AND ${doubted} AS _doubted, ${exact} AS _exact,`}
    ${key(1, host)} AS _host, ${key(2, x.cheapStamp.k0)} AS _k0, ${key(3, x.cheapStamp.k1)} AS _k1,
    ${key(4, `toInt32(${x.cheapStamp.msInMinute})`)} AS _ms, ${may} AS _may
  FROM ${withDrafts(x.cheapDrafts, quoteName(group.relation))}
  ${x.isDirective === '0' ? '' : `WHERE NOT (${x.isDirective})`}
)
GROUP BY f, _bucket, _host, _k0, _k1)`;
}

/** An empty value of whatever type an expression has. */
const zeroLike = (sql: Sql): Sql => `defaultValueOfArgumentType(${sql})`;

/** One row a line that can matter, every field exact. */
function parsedSql(x: CompiledFormat, from: Sql, own: Sql, needles: readonly string[] | null = null): Sql {
  if (x.plain === null) return parsedRows(x, x.fields, from, own);
  const rows = (where: Sql) => `(SELECT * FROM ${from} WHERE ${where})`;
  const may = needles === null || needles.length === 0 ? '1' : x.plain.mayContain(needles);
  return `${parsedRows(x, x.plain.fields, rows(`${x.plain.is} AND ${may}`), own)}
UNION ALL
${parsedRows(x, x.fields, rows(`NOT ${x.plain.is}`), own)}`;
}

function parsedRows(x: CompiledFormat, fields: CompiledFormat['fields'], from: Sql, own: Sql): Sql {
  const text = (field: (typeof TEXT_FIELDS)[number]): Sql => {
    const sql = fields[field] ?? "''";
    if (field === 'host') return `replaceRegexpOne(lower(${sql}), '(:[0-9]+|[.])$', '')`;
    if (field === 'client') return clientSql(sql);
    return sql;
  };
  const nameOf = (field: (typeof TEXT_FIELDS)[number]) =>
    field === 'userAgent' ? 'ua' : field === 'viewer' ? 'account' : field;
  const columns: [name: string, sql: Sql][] = [
    ['good', x.isRight],
    ['at', fields.time ?? 'CAST(NULL AS Nullable(Int64))'],
    ...TEXT_FIELDS.map((field): [string, Sql] => [nameOf(field), text(field)]),
    ['status', fields.status ?? 'toUInt16(200)'],
    ['duration', fields.duration ?? 'toFloat64(0)'],
    ['person', fields.person ?? 'emptyArrayString()'],
  ];
  // Computed under names that no column of a log has: there `client` may well be the name of the host.
  return `SELECT *, ${own} AS own FROM (SELECT f, rn, assumeNotNull(_at) AS t, ${columns.map(([name]) => `_${name} AS ${name}`).join(', ')}
FROM (SELECT f, rn, ${columns.map(([name, sql]) => `${sql} AS _${name}`).join(', ')}
FROM ${withDrafts(x.drafts, from)}) WHERE _good AND _at IS NOT NULL)`;
}

export type StampsWithoutZone = Readonly<{ f: number; rn: number; lines: number }>;

/** Per file of a scanned log: how many stamps carry no zone, and the row of the first. */
export async function stampsWithoutZone(engine: Analytics, log: LogToScan): Promise<StampsWithoutZone[]> {
  const found: StampsWithoutZone[] = [];
  for (const i of log.groups.keys()) found.push(...(await zonelessIn(engine, `scan_${log.name}_${i}`)));
  return found;
}

const zonelessIn = (engine: Analytics, scan: string): Promise<StampsWithoutZone[]> =>
  engine.rows(
    `SELECT f, min(r0) AS rn, sum(lines) AS lines FROM ${quoteName(scan)} WHERE bucket = 0 AND k1 = '' GROUP BY f ORDER BY f`,
  );

async function assertZone(engine: Analytics, scan: string, group: LogGroup, log: LogToScan): Promise<void> {
  if (log.timezone !== undefined) return;
  const [row] = await zonelessIn(engine, scan);
  if (row === undefined) return;
  const file = group.files.find((x) => x.f === row.f);
  throw new ForthrightError(
    'stamp-without-zone',
    `${file?.path ?? `log ${log.name}`}:${row.rn + 1}: the time stamp has no zone, so it names no instant. Say which one it is: timezone: Europe/Berlin (or UTC) at sources.logs.${log.name} or at the top of the workspace.`,
  );
}

type ScanRow = {
  f: number;
  host: string;
  at: number | null;
  bucket: number;
  lines: number;
  first: number;
  last: number;
  r0: number;
  r1: number;
  empties: number;
  content: string;
  /** Its first line, where no such minute is. */
  text: string;
};

async function readCoverage(
  engine: Analytics,
  log: LogToScan,
): Promise<Omit<ScannedLog, 'name' | 'parsed' | 'anytime' | 'every'>> {
  const files = log.groups.flatMap((g) => g.files);
  const rows: ScanRow[] = [];
  const samples: RejectedSample[] = [];
  for (const [i, group] of log.groups.entries()) {
    const scan = quoteName(`scan_${log.name}_${i}`);
    const read = await engine.rows<ScanRow>(
      `SELECT f, ${hostOf('_written')} AS host, minute AS at, bucket, lines, at + ms0 AS first, at + ms1 AS last, r0, r1, empties, hex(content) AS content, if(bucket = 0 AND minute IS NULL, toValidUTF8(text), '') AS text FROM (SELECT *, toString(host) AS _written FROM ${scan}) ORDER BY f, r0, host, at`,
    );
    if (group.format.over === 'columns') await tellContents(engine, group, read);
    for (const row of read) rows.push(row);
    samples.push(
      ...(await engine.rows<RejectedSample>(
        `SELECT f, s.1 + 1 AS line, if(s.2 = '', 'empty', 'shape') AS reason, toValidUTF8(s.2) AS text FROM (SELECT f, arraySlice(arraySort(groupArrayArray(samples)), 1, ${SAMPLES_A_FILE}) AS ss FROM ${scan} WHERE bucket > 0 GROUP BY f) ARRAY JOIN ss AS s ORDER BY f, line`,
      )),
    );
  }
  // A format may look for a host that its log does not have: then each series is a unit, not all of them together.
  const hasHost = rows.some((row) => row.host !== '');
  return assemble(files, rows, samples, hasHost, log);
}

/**
 * Lines carry a sum over their text. Rows of columns would have to be read whole for one, so it is made only for
 * files that agree in every count and time of every minute; all others differ already.
 */
async function tellContents(engine: Analytics, group: LogGroup, rows: readonly ScanRow[]): Promise<void> {
  const shapes = new Map<number, string[]>();
  for (const { f, host, at, bucket, lines, first, last } of rows)
    push(shapes, f, [host, at, bucket, lines, first, last].join('\0'));
  const alike = new Map<string, number[]>();
  for (const [f, shape] of shapes) push(alike, shape.sort().join('\n'), f);
  const fs = [...alike.values()].filter((list) => list.length > 1).flat();
  const sums =
    fs.length === 0
      ? []
      : await engine.rows<{ f: number; sum: string }>(
          `SELECT f, hex(sum(cityHash64(toJSONString(tuple(* EXCEPT (f, rn)))))) AS sum FROM ${quoteName(group.relation)} WHERE f IN (${fs.join(', ')}) GROUP BY f`,
        );
  const sumOf = new Map(sums.map((s) => [s.f, s.sum]));
  const told = new Set<number>();
  for (const row of rows) {
    row.content = told.has(row.f) ? '0' : (sumOf.get(row.f) ?? (row.f + 1).toString(16));
    told.add(row.f);
  }
}

function assemble(
  files: readonly SourceFile[],
  rows: readonly ScanRow[],
  samples: RejectedSample[],
  hasHost: boolean,
  log: LogToScan,
): Omit<ScannedLog, 'name' | 'parsed' | 'anytime' | 'every'> {
  const readings = new Map<number, FileReading>();
  const reasons = new Map<string, number>();
  const minutes = new Map<string, Map<number, { lines: number; first: number; last: number }>>();
  const byFile = new Map<number, ScanRow[]>();
  const unitsOfFile = new Map<number, Set<string>>();
  const content = new Map<number, { lines: number; sum: bigint }>();
  for (const file of files) readings.set(file.f, { lines: 0, rejected: 0, first: null, last: null });
  for (const row of rows) {
    const c = content.get(row.f) ?? { lines: 0, sum: 0n };
    content.set(row.f, {
      lines: c.lines + row.lines,
      sum: BigInt.asUintN(64, c.sum + BigInt(`0x${row.content}`)),
    });
  }
  const sameAs = identicalFiles(files, content);
  const seriesOf = seriesByTime(files, spansOf(rows, sameAs));
  // Rows of a table elsewhere are one series.
  for (const row of rows) if (!seriesOf.has(row.f)) seriesOf.set(row.f, log.name);
  const unitOf = (row: ScanRow) => (hasHost ? row.host : (seriesOf.get(row.f) ?? log.name));
  for (const row of rows) {
    const reading = readings.get(row.f) ?? { lines: 0, rejected: 0, first: null, last: null };
    readings.set(row.f, reading);
    reading.lines += row.lines;
    if (row.bucket > 0 || row.at === null) {
      reading.rejected += row.lines;
      const empties = row.bucket > 0 ? row.empties : 0;
      if (empties > 0) reasons.set('empty', (reasons.get('empty') ?? 0) + empties);
      const reason = row.bucket > 0 ? 'shape' : 'time';
      if (row.lines > empties) reasons.set(reason, (reasons.get(reason) ?? 0) + row.lines - empties);
      if (row.at === null && row.bucket === 0) {
        samples.push({ f: row.f, line: row.r0 + 1, reason: 'time', text: row.text });
      }
      push(byFile, row.f, row);
      continue;
    }
    reading.first = Math.min(reading.first ?? row.first, row.first);
    reading.last = Math.max(reading.last ?? row.last, row.last);
    if (sameAs.has(row.f)) continue;
    push(byFile, row.f, row);
    const unit = unitOf(row);
    const units = unitsOfFile.get(row.f) ?? new Set();
    unitsOfFile.set(row.f, units.add(unit));
    const minute = Math.floor(row.at / 60_000);
    const perUnit = minutes.get(unit) ?? new Map();
    minutes.set(unit, perUnit);
    const old = perUnit.get(minute);
    perUnit.set(minute, {
      lines: (old?.lines ?? 0) + row.lines,
      first: Math.min(old?.first ?? row.first, row.first),
      last: Math.max(old?.last ?? row.last, row.last),
    });
  }
  if (!hasHost)
    for (const series of seriesOf.values()) if (!minutes.has(series)) minutes.set(series, new Map());
  const rejected = placeRejected(
    byFile,
    (f) => unitsOfFile.get(f) ?? new Set(hasHost ? [] : [seriesOf.get(f) ?? log.name]),
  );
  const coverage = [...minutes.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([unit, perUnit]): Coverage => ({
        unit,
        minutes: [...perUnit.entries()]
          .sort(([a], [b]) => a - b)
          .map(([minute, m]): Minute => ({ minute, ...m })),
        rotation: rotationOf(files, readings, (f) => unitsOfFile.get(f)?.has(unit) ?? false),
        rejected: rejected.get(unit) ?? [],
      }),
    );
  return {
    unitIs: hasHost ? 'host' : 'series',
    coverage,
    readings,
    rejectedByReason: reasons,
    samples,
    sameAs,
    seriesOf,
    unreadable: unreadableFiles(files, readings, (f) => (hasHost ? '' : (seriesOf.get(f) ?? log.name))),
    repeats: [],
  };
}

/** So few lines, in so few bytes, are a stray file or the cut end of one. */
const FEW_LINES = 20;
const FEW_BYTES = 16_384;

function unreadableFiles(
  files: readonly SourceFile[],
  readings: ReadonlyMap<number, FileReading>,
  unitOf: (f: number) => string,
): ScannedLog['unreadable'] {
  return files.flatMap(({ f, path, bytes }) => {
    const { lines = 0, rejected = 0 } = readings.get(f) ?? {};
    const isSmall = rejected < FEW_LINES && bytes < FEW_BYTES;
    return rejected === 0 || rejected < lines || isSmall ? [] : [{ unit: unitOf(f), path, lines: rejected }];
  });
}

/** First and last stamp of each file that is read for itself. */
function spansOf(rows: readonly ScanRow[], sameAs: ReadonlyMap<number, number>) {
  const spans = new Map<number, { first: number; last: number }>();
  for (const row of rows) {
    if (row.at === null || row.bucket > 0 || sameAs.has(row.f)) continue;
    const span = spans.get(row.f) ?? { first: row.first, last: row.last };
    spans.set(row.f, { first: Math.min(span.first, row.first), last: Math.max(span.last, row.last) });
  }
  return (f: number) => spans.get(f);
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** A rejected line has no stamp of its own; it counts at the minute of the readable row before it in its file. */
function placeRejected(
  byFile: ReadonlyMap<number, readonly ScanRow[]>,
  unitsOf: (f: number) => ReadonlySet<string>,
): Map<string, { minute: number; lines: number }[]> {
  const placed = new Map<string, { minute: number; lines: number }[]>();
  for (const [f, rows] of byFile) {
    let minute: number | undefined = rows.find((r) => r.bucket === 0 && r.at !== null)?.at ?? undefined;
    if (minute === undefined) continue;
    const perMinute = new Map<number, number>();
    for (const row of [...rows].sort((a, b) => a.r0 - b.r0)) {
      if (row.bucket === 0 && row.at !== null) minute = row.at;
      else perMinute.set(minute, (perMinute.get(minute) ?? 0) + row.lines);
    }
    for (const unit of unitsOf(f)) {
      for (const [at, lines] of perMinute) push(placed, unit, { minute: Math.floor(at / 60_000), lines });
    }
  }
  return placed;
}

function rotationOf(
  files: readonly SourceFile[],
  readings: ReadonlyMap<number, FileReading>,
  holds: (f: number) => boolean,
): Coverage['rotation'] {
  return files.flatMap((file) => {
    const reading = readings.get(file.f);
    if (!holds(file.f) || reading === undefined || reading.first === null || reading.last === null) return [];
    return [{ path: file.path, order: orderOf(file.path), first: reading.first, last: reading.last }];
  });
}

/** Only numbers, days and hours have neighbours that must exist; parts of a minute or a month's file may not. */
function orderOf(path: string): Coverage['rotation'][number]['order'] {
  const order = rotationOrder(path);
  if (order === null || order.kind === 'number') return order;
  if (order.kind === 'day' || order.kind === 'hour') return { kind: order.kind, value: order.value };
  return null;
}

/** Files whose lines are the same as an earlier file's, whatever their compression: such a file is read once. */
function identicalFiles(
  files: readonly SourceFile[],
  content: ReadonlyMap<number, { lines: number; sum: bigint }>,
): Map<number, number> {
  const seen = new Map<string, number>();
  const same = new Map<number, number>();
  if (files.length < 2) return same;
  for (const { f } of files) {
    const c = content.get(f);
    if (c === undefined || c.lines === 0) continue;
    const key = `${c.lines}:${c.sum}`;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, f);
    else same.set(f, earlier);
  }
  return same;
}
