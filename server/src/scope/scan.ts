import { ForthrightError, type LogField, type LogSource } from '@forthright/contract';
import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import type { CompiledFormat, SourceFile, Sql } from '../sources/index.ts';
import { rotationOrder } from '../sources/index.ts';
import type { Coverage, Minute } from './gaps.types.ts';

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
}>;

export type RejectedSample = Readonly<{ f: number; line: number; reason: string; text: string }>;
export type FileReading = { lines: number; rejected: number; first: number | null; last: number | null };

/** What one reading of a log has shown, and the relation in which its lines of interest stand parsed. */
export type ScannedLog = Readonly<{
  name: string;
  /** Relation with one row a line that can matter, in the columns of `PARSED`. */
  parsed: string;
  unitIs: 'host' | 'series';
  coverage: readonly Coverage[];
  readings: ReadonlyMap<number, FileReading>;
  rejectedByReason: ReadonlyMap<string, number>;
  samples: readonly RejectedSample[];
  sameAs: ReadonlyMap<number, number>;
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

/**
 * Reads a log once: per file, host and minute how many lines there are; every line that could not be read; and
 * the lines that may matter, set aside. Refuses stamps without a zone (`stamp-without-zone`, naming file and line)
 * unless the workspace names one.
 */
export async function scanLog(engine: Analytics, log: LogToScan): Promise<ScannedLog> {
  const parsed = `parsed_${log.name}`;
  const many = log.groups.reduce((n, g) => n + g.files.length, 0) > 1;
  const selects: Sql[] = [];
  const every: Sql[] = [];
  for (const [i, group] of log.groups.entries()) {
    const scan = `scan_${log.name}_${i}`;
    await engine.run(scanSql(scan, group, log.needles, many));
    await assertZone(engine, scan, group, log);
    every.push(parsedSql(group.format, quoteName(group.relation), log.own));
    const keepsHits = log.needles !== null && group.format.over === 'lines';
    selects.push(parsedSql(group.format, keepsHits ? hitsOf(scan) : quoteName(group.relation), log.own));
  }
  await engine.run(`CREATE VIEW ${quoteName(`every_${log.name}`)} AS ${every.join('\nUNION ALL\n')}`);
  const union = selects.join('\nUNION ALL\n');
  // A table elsewhere gives its rows no numbers, and lines without one could not be told apart.
  const isNumbered = log.groups.every((g) => g.files.length > 0) || log.source.columns?.row !== undefined;
  if (!isNumbered) {
    await engine.run(
      `CREATE TABLE ${quoteName(parsed)} ENGINE = MergeTree ORDER BY tuple() AS SELECT * REPLACE (rowNumberInAllBlocks() AS rn) FROM (${union})`,
    );
  } else if (log.needles === null) await engine.run(`CREATE VIEW ${quoteName(parsed)} AS ${union}`);
  else await engine.run(`CREATE TABLE ${quoteName(parsed)} ENGINE = MergeTree ORDER BY tuple() AS ${union}`);
  return { name: log.name, parsed, ...(await readCoverage(engine, log)) };
}

const hitsOf = (scan: string): Sql =>
  `(SELECT f, h.1 AS rn, h.2 AS line FROM ${quoteName(scan)} ARRAY JOIN hits AS h)`;

// In both statements what is worked out from a row has a name of its own before it gets its short one: a log may have
// a column `client` that is the account, and a statement would take the one for the other.

function scanSql(scan: string, group: LogGroup, needles: readonly string[] | null, many: boolean): Sql {
  const x = group.format;
  const lines = x.over === 'lines';
  const host = x.cheapHost === null ? "''" : `multiIf(fr_cheap, ${x.cheapHost}, fr_good, ${x.exactHost}, '')`;
  const keys = (k: 'k0' | 'k1' | 'msInMinute') =>
    x.looksRight === '1' ? x.cheapStamp[k] : `if(fr_cheap, ${x.cheapStamp[k]}, ${x.exactStamp[k]})`;
  const may = needles === null || !lines ? '0' : needles.length === 0 ? '1' : x.mayContain(needles);
  const sample = lines ? `substring(line, 1, ${SAMPLE_BYTES})` : "''";
  return `CREATE TABLE ${quoteName(scan)} ENGINE = MergeTree ORDER BY tuple() AS
SELECT f, fr_bucket AS bucket, fr_host AS host, fr_k0 AS k0, fr_k1 AS k1,
  count() AS lines, min(fr_ms) AS ms0, max(fr_ms) AS ms1, min(rn) AS r0, max(rn) AS r1,
  ${lines ? "countIf(line = '')" : '0'} AS empties,
  groupArraySortedIf(${SAMPLES_A_FILE})((rn, ${sample}), NOT fr_good) AS samples,
  ${many && lines ? 'sum(cityHash64(line))' : 'toUInt64(0)'} AS content
  ${lines && needles !== null ? ', groupArrayIf((rn, line), fr_good AND fr_may) AS hits' : ''}
FROM
(
  SELECT f, rn, ${lines ? 'line, ' : ''}${x.looksRight} AS fr_cheap, if(fr_cheap, 1, ${x.isRight}) AS fr_good, if(fr_good, 0, 1 + intDiv(rn, ${BUCKET_ROWS})) AS fr_bucket,
    ${host} AS fr_host, if(fr_good, ${keys('k0')}, ${zeroLike(x.cheapStamp.k0)}) AS fr_k0, if(fr_good, ${keys('k1')}, '') AS fr_k1,
    if(fr_good, toInt32(${keys('msInMinute')}), 0) AS fr_ms, ${may} AS fr_may
  FROM ${quoteName(group.relation)}
  ${x.isDirective === '0' ? '' : `WHERE NOT (${x.isDirective})`}
)
GROUP BY f, bucket, host, k0, k1`;
}

/** An empty value of whatever type an expression has. */
const zeroLike = (sql: Sql): Sql => `defaultValueOfArgumentType(${sql})`;

/** One row a line that can matter, every field exact. */
function parsedSql(x: CompiledFormat, from: Sql, own: Sql): Sql {
  const inner: Sql[] = TEXT_FIELDS.map((field) => `${x.fields[field] ?? "''"} AS fr_${field}`);
  const outer: Sql[] = TEXT_FIELDS.map((field) => `fr_${field} AS ${field}`);
  const named: Partial<Record<(typeof TEXT_FIELDS)[number], Sql>> = {
    host: "replaceRegexpOne(lower(fr_host), '(:[0-9]+|[.])$', '') AS host",
    client: "replaceRegexpOne(lower(fr_client), '^::ffff:([0-9.]+)$', '\\\\1') AS client",
    userAgent: 'fr_userAgent AS ua',
    viewer: 'fr_viewer AS account',
  };
  TEXT_FIELDS.forEach((field, i) => {
    outer[i] = named[field] ?? outer[i] ?? '';
  });
  return `SELECT *, ${own} AS own FROM (SELECT f, rn, fr_good AS good, fr_at AS at, assumeNotNull(fr_at) AS t, ${outer.join(', ')}, fr_status AS status, fr_duration AS duration, fr_person AS person
FROM (SELECT f, rn, ${x.isRight} AS fr_good, ${x.fields.time ?? 'CAST(NULL AS Nullable(Int64))'} AS fr_at, ${inner.join(', ')},
  ${x.fields.status ?? 'toUInt16(200)'} AS fr_status, ${x.fields.duration ?? 'toFloat64(0)'} AS fr_duration, ${x.fields.person ?? 'emptyArrayString()'} AS fr_person
FROM ${from}) WHERE fr_good AND fr_at IS NOT NULL)`;
}

async function assertZone(engine: Analytics, scan: string, group: LogGroup, log: LogToScan): Promise<void> {
  if (log.timezone !== undefined) return;
  const [row] = await engine.rows<{ f: number; rn: number }>(
    `SELECT f, min(r0) AS rn FROM ${quoteName(scan)} WHERE bucket = 0 AND k1 = '' GROUP BY f ORDER BY f LIMIT 1`,
  );
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
};

async function readCoverage(engine: Analytics, log: LogToScan): Promise<Omit<ScannedLog, 'name' | 'parsed'>> {
  const files = log.groups.flatMap((g) => g.files);
  const rows: ScanRow[] = [];
  const samples: RejectedSample[] = [];
  for (const [i, group] of log.groups.entries()) {
    const scan = quoteName(`scan_${log.name}_${i}`);
    rows.push(
      ...(await engine.rows<ScanRow>(
        `SELECT f, replaceRegexpOne(lower(toString(host)), '(:[0-9]+|[.])$', '') AS host, ${group.format.minuteMs} AS at, bucket, lines, at + ms0 AS first, at + ms1 AS last, r0, r1, empties, hex(content) AS content FROM ${scan} ORDER BY f, r0, host, at`,
      )),
    );
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

function assemble(
  files: readonly SourceFile[],
  rows: readonly ScanRow[],
  samples: RejectedSample[],
  hasHost: boolean,
  log: LogToScan,
): Omit<ScannedLog, 'name' | 'parsed'> {
  const readings = new Map<number, FileReading>();
  const reasons = new Map<string, number>();
  const seriesOf = new Map(files.map((x) => [x.f, x.series]));
  const unitOf = (row: ScanRow) => (hasHost ? row.host : (seriesOf.get(row.f) ?? log.name));
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
        samples.push({ f: row.f, line: row.r0 + 1, reason: 'time', text: '' });
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
  if (!hasHost) for (const file of files) if (!minutes.has(file.series)) minutes.set(file.series, new Map());
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
    repeats: [],
  };
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
