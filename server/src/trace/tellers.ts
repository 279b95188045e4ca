/** Who reported, and which past reports are controls. */
import type { ReportersSource, Workspace } from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import { attachTable, type FileRegistry, instantOf, type Sql, textOf } from '../sources/index.ts';

export type Told = Readonly<{
  used: number;
  repeated: number;
  unidentified: number;
  ambiguous: number;
  untimed: number;
}>;

export type TellContext = Readonly<{
  engine: Analytics;
  workspace: Workspace;
  directory: string;
  registry: FileRegistry;
  /** SQL of a normalised address. */
  address: (text: Sql) => Sql;
  /** When reports without a time count as told (ms), unless it is said when they came to light. */
  end: number;
}>;

/**
 * Makes relation `trace_tellers` (n, person, pid, t, timed, origin): each person of set `n` once, with their first report; whether it has a time, and
 * from where it was sent.
 */
export const TELLERS =
  'CREATE TABLE trace_tellers (n UInt16, person String, pid UInt64, t Int64, timed UInt8, origin String) ENGINE = MergeTree ORDER BY (n, pid)';

/** Adds one set of reports to `trace_tellers`, and says what became of its rows. */
export async function addTellers(
  n: number,
  name: string,
  source: ReportersSource,
  context: TellContext,
): Promise<Told> {
  const { engine, workspace, directory, registry, address, end } = context;
  const relation = `told_${n}`;
  const wanted = [source.id, source.email, source.time, source.origin].filter((x) => x !== undefined);
  const { columns } = await attachTable(engine, relation, {
    source: name,
    at: source.at,
    directory,
    columns: wanted,
    onBrokenRow: 'stop',
    registry,
  });
  const zone = workspace.timezone ?? 'UTC';
  const value = textOf(source.id ?? source.email, columns);
  await engine.run(
    `CREATE TABLE ${relation}_rows ENGINE = MergeTree ORDER BY tuple() AS SELECT forthright_value AS value, forthright_at AS at, forthright_origin AS origin
     FROM (SELECT ${source.id === undefined ? address(value) : `trim(${value})`} AS forthright_value, ${instantOf(source.time, columns, zone)} AS forthright_at, ${source.origin === undefined ? "''" : `lower(trim(${textOf(source.origin, columns)}))`} AS forthright_origin FROM ${relation}) WHERE value != ''`,
  );
  const known =
    source.id === undefined
      ? `SELECT ${address('email')} AS value, min(person) AS person, count() AS accounts FROM directory WHERE value GLOBAL IN (SELECT value FROM ${relation}_rows) GROUP BY value`
      : `SELECT DISTINCT person AS value, person, 1 AS accounts FROM directory WHERE person GLOBAL IN (SELECT value FROM ${relation}_rows)`;
  await engine.run(
    `CREATE TABLE ${relation}_known ENGINE = MergeTree ORDER BY tuple() AS SELECT r.value AS value, r.at AS at, r.origin AS origin, k.person AS person, k.accounts AS accounts FROM ${relation}_rows AS r LEFT JOIN (${known}) AS k ON r.value = k.value`,
  );
  const isTimed = source.cameToLight === undefined ? 'at IS NOT NULL' : '1';
  await engine.run(
    `INSERT INTO trace_tellers SELECT {n:UInt16}, person, sipHash64(person), min(t), argMin(timed, (t, timed)), argMin(origin, (t, timed, origin)) FROM
       (SELECT person, origin, ifNull(at, {end:Int64}) AS t, toUInt8(${isTimed}) AS timed FROM ${relation}_known WHERE accounts = 1) GROUP BY person`,
    { n, end: source.cameToLight === undefined ? end : Date.parse(source.cameToLight) },
  );
  const [row] = await engine.rows<Told>(
    `SELECT uniqExactIf(person, accounts = 1) AS used, countIf(accounts = 1) - used AS repeated, uniqExactIf(value, accounts = 0) AS unidentified,
       uniqExactIf(value, accounts > 1) AS ambiguous, countIf(accounts = 1 AND at IS NULL) AS untimed FROM ${relation}_known`,
  );
  return row ?? { used: 0, repeated: 0, unidentified: 0, ambiguous: 0, untimed: 0 };
}

/** Takes out of one set everybody who stands in a set after the last control, and those sets; says how many went. */
export async function setAside(engine: Analytics, n: number, lastControl: number): Promise<number> {
  const where = 'n = {n:UInt16} AND pid IN (SELECT pid FROM trace_tellers WHERE n > {last:UInt16})';
  const [row] = await engine.rows<{ count: number }>(
    `SELECT count() AS count FROM trace_tellers WHERE ${where}`,
    { n, last: lastControl },
  );
  await engine.run('RENAME TABLE trace_tellers TO trace_tellers_all');
  await engine.run(TELLERS);
  await engine.run(
    'INSERT INTO trace_tellers SELECT * FROM trace_tellers_all WHERE n <= {last:UInt16} AND NOT (n = {n:UInt16} AND pid IN (SELECT pid FROM trace_tellers_all WHERE n > {last:UInt16}))',
    { n, last: lastControl },
  );
  await engine.run('DROP TABLE trace_tellers_all');
  return row?.count ?? 0;
}
