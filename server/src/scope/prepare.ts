import type { LogSource, Workspace } from '@forthright/contract';
import { type Analytics, columnsOf, quoteColumn, quoteName, quoteText } from '../platform/analytics/index.ts';
import {
  attachTable,
  compileFormat,
  type FileRegistry,
  type FormatOptions,
  instantOf,
  isRemote,
  kindOf,
  readHead,
  readHeader,
  type SourceFile,
  type Sql,
  type Table,
  textOf,
  toEngineFile,
  unreadDateOf,
} from '../sources/index.ts';
import { NO_FILE, needlesOf, type PlannedLeak } from './leaks.ts';
import type { LogGroup, LogToScan } from './scan.ts';

export type DirectoryFacts = Readonly<{
  people: number;
  duplicateIds: number;
  withoutCountry: number;
  brokenRows: number;
}>;

/** Dates of a table that no reader can tell, and so bound nothing. */
export type UnreadDates = Readonly<{ source: string; column: string; rows: number; example: string }>;

export type PrepareContext = Readonly<{
  engine: Analytics;
  workspace: Workspace;
  directory: string;
  registry: FileRegistry;
}>;

/** Time zone in which a source's stamps without one are read. */
const zoneOf = (workspace: Workspace): string => workspace.timezone ?? 'UTC';

/**
 * Makes relation `directory` (person, email, country, region, language, created, deletedAt), one row a person: the
 * first row of an id counts.
 */
export async function prepareDirectory(
  context: PrepareContext,
): Promise<DirectoryFacts & Readonly<{ unreadDates: readonly UnreadDates[] }>> {
  const { engine, workspace } = context;
  const { columns, at, brokenRows: onBrokenRow } = workspace.sources.customers;
  const { address, ...single } = columns;
  const table = await attach(
    context,
    'customers_raw',
    'customers',
    at,
    [...Object.values(single), ...(address ?? [])],
    onBrokenRow,
  );
  // Text is parsed once and kept: five passes over it took 6.5 s for 2 million people. Parquet is as quick as a table.
  const isText = table.files.length > 0 && kindOf(table.files[0]?.path ?? '') !== 'parquet';
  const made = isText ? 'TABLE directory_rows ENGINE = MergeTree ORDER BY tuple()' : 'VIEW directory_rows';
  await engine.run(`CREATE ${made} AS ${directoryRows(table, columns, zoneOf(workspace))}`);
  const dates = (['createdAt', 'deletedAt'] as const).filter((name) => columns[name] !== undefined);
  const facts = await countDirectory(engine, unreadSql(dates.map((name) => `unread_${name}`)));
  const { rows, people, none } = facts;
  const select = 'SELECT person, email, country, region, language, created, deletedAt FROM';
  await engine.run(
    rows === people
      ? `CREATE VIEW directory AS ${select} directory_rows`
      : `CREATE TABLE directory ENGINE = MergeTree ORDER BY tuple() AS ${select} (SELECT * FROM directory_rows ORDER BY f, rn LIMIT 1 BY person)`,
  );
  const brokenRows =
    onBrokenRow === 'count' && table.files.length > 0 ? await engine.brokenLines(table.relation) : 0;
  const [first] =
    rows === people
      ? [{ none }]
      : await engine.rows<{ none: number }>("SELECT countIf(country = '') AS none FROM directory");
  const unreadDates = unreadIn(
    'customers',
    dates.map((name) => columns[name] ?? ''),
    facts,
  );
  return { people, duplicateIds: rows - people, withoutCountry: first?.none ?? 0, brokenRows, unreadDates };
}

/** SQL of the directory's rows. Values get their names apart: a table may call its regions `country`. */
function directoryRows(
  table: Table,
  columns: Workspace['sources']['customers']['columns'],
  zone: string,
): Sql {
  const text = (name: string | undefined) => textOf(name, table.columns);
  const instant = (name: string | undefined) => instantOf(name, table.columns, zone);
  const values: readonly (readonly [name: string, sql: Sql])[] = [
    ['person', text(columns.id)],
    ['email', text(columns.email)],
    ['country', `upperUTF8(trim(${text(columns.country)}))`],
    ['region', `upperUTF8(trim(${text(columns.region)}))`],
    ['language', `lowerUTF8(trim(${text(columns.language)}))`],
    ['created', `ifNull(${instant(columns.createdAt)}, -9223372036854775807)`],
    ['deletedAt', `ifNull(${instant(columns.deletedAt)}, 9223372036854775807)`],
    ['unread_createdAt', unreadDateOf(columns.createdAt, table.columns, zone)],
    ['unread_deletedAt', unreadDateOf(columns.deletedAt, table.columns, zone)],
  ];
  return `SELECT ${values.map(([name]) => `forthright_${name} AS ${name}`).join(', ')}, f, rn
    FROM (SELECT ${values.map(([name, sql]) => `${sql} AS forthright_${name}`).join(', ')}, f, rn FROM ${quoteName(table.relation)})
    WHERE person != ''`;
}

/** `n0`, `x0`, `n1`, …: how many dates of each column can't be read, and the first of them. */
type Unread = Readonly<Record<`n${number}`, number> & Record<`x${number}`, string>>;

const EXAMPLE_LETTERS = 40;

/** SQL that counts the values of columns made by `unreadDateOf`. */
const unreadSql = (texts: readonly Sql[]): Sql =>
  [
    ...texts.map(
      (x, i) =>
        `countIf(${x} != '') AS n${i}, toValidUTF8(substringUTF8(minIf(${x}, ${x} != ''), 1, ${EXAMPLE_LETTERS})) AS x${i}`,
    ),
    '1 AS one',
  ].join(', ');

const unreadIn = (source: string, columns: readonly string[], row: Unread | undefined): UnreadDates[] =>
  columns
    .map((column, i) => ({ source, column, rows: row?.[`n${i}`] ?? 0, example: row?.[`x${i}`] ?? '' }))
    .filter((unread) => unread.rows > 0);

/** As many different hashes as rows are as many ids; only when there are fewer the ids themselves are compared, which takes five times as long. */
async function countDirectory(
  engine: Analytics,
  unread: Sql,
): Promise<{ rows: number; people: number; none: number } & Unread> {
  const [facts] = await engine.rows<{ rows: number; hashes: number; none: number } & Unread>(
    `SELECT count() AS rows, uniqExact(cityHash64(person)) AS hashes, countIf(country = '') AS none, ${unread} FROM directory_rows`,
  );
  const { rows, hashes, ...others } = facts ?? { rows: 0, hashes: 0, none: 0 };
  if (hashes === rows) return { rows, people: rows, ...others };
  const [ids] = await engine.rows<{ people: number }>(
    'SELECT uniqExact(person) AS people FROM directory_rows',
  );
  return { rows, people: ids?.people ?? 0, ...others };
}

/** Makes relations `staff`, `sellers` and, where logs know sessions, `sessions`. Says whether sessions are known. */
export async function prepareAccounts(context: PrepareContext): Promise<boolean> {
  await prepareStaff(context);
  await prepareSellers(context);
  return prepareSessions(context);
}

/** Makes relation `staff` (id, kind), empty when the workspace names no employees. */
export async function prepareStaff(context: PrepareContext): Promise<void> {
  const { engine, workspace } = context;
  const { employees } = workspace.sources;
  if (employees === undefined)
    return engine.run("CREATE VIEW staff AS SELECT '' AS id, toUInt8(4) AS kind WHERE 0");
  const { id, kind, team } = employees.columns;
  const table = await attach(context, 'staff_raw', 'employees', employees.at, [id, kind, team]);
  const outside =
    kind === undefined ? '0' : `lower(${textOf(kind, table.columns)}) IN ('contractor', 'vendor')`;
  await engine.run(
    `CREATE VIEW staff AS SELECT ${textOf(id, table.columns)} AS id, toUInt8(if(${outside}, 5, 4)) AS kind FROM staff_raw`,
  );
}

/** Makes relation `sellers` (id), empty when the workspace names none. */
export async function prepareSellers(context: PrepareContext): Promise<void> {
  const { engine, workspace } = context;
  const { sellers } = workspace.sources;
  if (sellers === undefined) return engine.run("CREATE VIEW sellers AS SELECT '' AS id WHERE 0");
  const { id, name, country } = sellers.columns;
  const table = await attach(context, 'sellers_raw', 'sellers', sellers.at, [id, name, country]);
  await engine.run(`CREATE VIEW sellers AS SELECT ${textOf(id, table.columns)} AS id FROM sellers_raw`);
}

/** Makes relation `sessions` (key, viewer) and says that it did; there is none when the workspace names none. */
export async function prepareSessions(context: PrepareContext): Promise<boolean> {
  const { engine, workspace } = context;
  const { sessions } = workspace.sources;
  if (sessions === undefined) return false;
  const table = await attach(context, 'sessions_raw', 'sessions', sessions.at, [
    sessions.key,
    sessions.viewer,
  ]);
  await engine.run(
    `CREATE VIEW sessions AS SELECT ${textOf(sessions.key, table.columns)} AS key, ${textOf(sessions.viewer, table.columns)} AS viewer, f, rn FROM sessions_raw`,
  );
  return true;
}

/** Makes relation `ref_<name>` (key, person, vfrom, vto) of a reference table. Says which dates can't be read. */
export async function prepareReference(context: PrepareContext, name: string): Promise<UnreadDates[]> {
  const { engine, workspace } = context;
  const reference = workspace.sources.references[name];
  if (reference === undefined) return [];
  const { at, key, person, from, to } = reference;
  const source = `references.${name}`;
  const table = await attach(context, `refraw_${name}`, source, at, [key, person, from, to]);
  const zone = zoneOf(workspace);
  const text = (column: string) => textOf(column, table.columns);
  const instant = (column: string | undefined) => instantOf(column, table.columns, zone);
  // Values get their names apart: a table may call the person `key`.
  await engine.run(`CREATE VIEW ${quoteName(`ref_${name}`)} AS SELECT forthright_key AS key, forthright_person AS person, forthright_from AS vfrom, forthright_to AS vto
    FROM (SELECT ${text(key)} AS forthright_key, ${text(person)} AS forthright_person,
      ifNull(${instant(from)}, -9223372036854775807) AS forthright_from, ifNull(${instant(to)}, 9223372036854775807) AS forthright_to
      FROM ${quoteName(table.relation)})`);
  // The table is read where it lies, and only for its keys that were seen: what all of it says is asked here, and only
  // of columns whose type leaves it open.
  const dates = [from, to].filter((c) => c !== undefined);
  const unread = dates
    .map((column) => [column, unreadDateOf(column, table.columns, zone)] as const)
    .filter(([, sql]) => sql !== "''");
  if (unread.length === 0) return [];
  const [row] = await engine.rows<Unread>(
    `SELECT ${unreadSql(unread.map(([, sql]) => sql))} FROM ${quoteName(table.relation)}`,
  );
  return unreadIn(
    source,
    unread.map(([column]) => column),
    row,
  );
}

async function attach(
  context: PrepareContext,
  relation: string,
  source: string,
  at: string,
  columns: readonly (string | undefined)[],
  onBrokenRow: 'stop' | 'count' = 'stop',
): Promise<Table> {
  const table = await attachTable(context.engine, relation, {
    source,
    at,
    directory: context.directory,
    columns: columns.filter((c) => c !== undefined),
    onBrokenRow,
    registry: context.registry,
  });
  return table;
}

/** SQL that is true for traffic of the organisation's own networks and programs, over `client` and `ua`. */
export function ownSql(workspace: Workspace): Sql {
  const { networks, userAgents } = workspace.organisation.own;
  const isAddress = '(isIPv4String(client) OR isIPv6String(client))';
  const inside = networks.map(
    (n) =>
      `isIPAddressInRange(if(${isAddress}, client, '::'), ${quoteText(n.includes('/') ? n : `${n}/${n.includes(':') ? 128 : 32}`)})`,
  );
  const conditions: Sql[] = inside.length === 0 ? [] : [`(${isAddress} AND (${inside.join(' OR ')}))`];
  for (const agent of userAgents) conditions.push(`ua LIKE ${quoteText(likeOf(agent))}`);
  return conditions.length === 0 ? 'toUInt8(0)' : `toUInt8(${conditions.join(' OR ')})`;
}

const likeOf = (glob: string): string => glob.replace(/[%_\\]/g, '\\$&').replaceAll('*', '%');

/** A log's files, grouped by how they are read, attached as relations. */
export async function prepareLog(
  context: PrepareContext,
  name: string,
  leaks: readonly PlannedLeak[],
  own: Sql,
): Promise<LogToScan> {
  const { workspace } = context;
  const source = workspace.sources.logs[name];
  if (source === undefined) throw new Error(`log ${name} was checked when the incident was loaded`);
  const timezone = source.timezone ?? workspace.timezone;
  const needles = leaks.map(needlesOf);
  return {
    name,
    source,
    timezone,
    groups: await attachLog(context, name, source, timezone),
    needles: needles.some((n) => n === null) ? null : needles.flatMap((n) => n ?? []),
    own,
    window: windowOf(leaks),
  };
}

/** From the first leak's beginning to the last one's end. A cache may show what was filled long before. */
function windowOf(leaks: readonly PlannedLeak[]): LogToScan['window'] {
  if (leaks.length === 0 || leaks.some((l) => l.leak.kind === 'shared-cache' || Number.isNaN(l.from + l.to)))
    return null;
  return { from: Math.min(...leaks.map((l) => l.from)), to: Math.max(...leaks.map((l) => l.to)) };
}

async function attachLog(
  context: PrepareContext,
  name: string,
  source: LogSource,
  timezone: string | undefined,
): Promise<LogGroup[]> {
  const { engine } = context;
  const zone = timezone === undefined ? {} : { timezone };
  const [first] = [source.at].flat();
  const relation = `raw_${name}`;
  if (source.format === 'table' || (first !== undefined && isRemote(first))) {
    await engine.attachTable(`${relation}_table`, first ?? '');
    return [await tableGroup(context, relation, source, zone)];
  }
  const files = await context.registry.expand(`logs.${name}`, source.at, context.directory);
  if (source.format === 'parquet') {
    await engine.attach(relation, files.map(toEngineFile), { kind: 'parquet' });
    const columns = await columnsOf(engine, relation);
    return [{ relation, files, format: compileFormat(source, { ...zone, columns }) }];
  }
  const groups: LogGroup[] = [];
  for (const [i, [header, members]] of [...(await byHeader(source, files))].entries()) {
    const group = `${relation}_${i}`;
    await engine.attach(group, members.map(toEngineFile), { kind: 'lines' });
    const named = JSON.parse(header) as Pick<FormatOptions, 'header' | 'separator'>;
    groups.push({ relation: group, files: members, format: compileFormat(source, { ...zone, ...named }) });
  }
  return groups;
}

/**
 * A table elsewhere: of columns, or of raw lines where the workspace maps `line`. Its rows are in no file, and the
 * number that stands for one is the log's own, so that no row passes for one of another log or of a file.
 */
async function tableGroup(
  context: PrepareContext,
  relation: string,
  source: LogSource,
  zone: { timezone?: string },
): Promise<LogGroup> {
  const { engine, workspace } = context;
  const { line, row } = source.columns ?? {};
  const columns = await columnsOf(engine, `${relation}_table`);
  const f = NO_FILE - 1 - Object.values(workspace.sources.logs).indexOf(source);
  const rn = row === undefined ? 'rn' : `toUInt64(${quoteColumn(row)})`;
  const others = line === undefined ? '* EXCEPT (f, rn)' : `toString(${quoteColumn(line)}) AS line`;
  await engine.run(
    `CREATE VIEW ${quoteName(relation)} AS SELECT toUInt32(${f}) AS f, ${rn} AS rn, ${others} FROM ${quoteName(`${relation}_table`)}`,
  );
  const format =
    line === undefined
      ? compileFormat({ ...source, format: 'table' }, { ...zone, columns })
      : compileFormat(source, zone);
  return { relation, files: [], format };
}

async function byHeader(source: LogSource, files: readonly SourceFile[]): Promise<Map<string, SourceFile[]>> {
  const groups = new Map<string, SourceFile[]>();
  for (const file of files) {
    const header = await headerOf(source, file);
    groups.set(header, [...(groups.get(header) ?? []), file]);
  }
  return groups;
}

const HEAD_BYTES = 64 * 1024;

/** What the head of a file says of how it is read, as text: files that say the same are read together. */
async function headerOf(source: LogSource, file: SourceFile): Promise<string> {
  if (source.format === 'csv') {
    const { columns, separator } = await readHeader(file, Object.values(source.columns ?? {}));
    return JSON.stringify({ header: columns, separator });
  }
  if (source.format !== 'w3c') return '{}';
  const head = (await readHead(file, HEAD_BYTES)).toString('latin1');
  const fields = head.match(/^#Fields:[ \t]*(.*?)\r?$/m)?.[1] ?? '';
  return JSON.stringify({ header: fields.split(/[ \t]+/).filter((s) => s !== '') });
}
