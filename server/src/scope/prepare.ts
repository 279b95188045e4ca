import type { LogSource, Workspace } from '@forthright/contract';
import { type Analytics, quoteName, quoteText } from '../platform/analytics/index.ts';
import {
  attachTable,
  compileFormat,
  type FileRegistry,
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
} from '../sources/index.ts';
import { NO_FILE, needlesOf, type PlannedLeak } from './leaks.ts';
import type { LogGroup, LogToScan } from './scan.ts';

export type DirectoryFacts = Readonly<{
  people: number;
  duplicateIds: number;
  withoutCountry: number;
  brokenRows: number;
}>;

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
export async function prepareDirectory(context: PrepareContext): Promise<DirectoryFacts> {
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
  const column = (name: string | undefined) => textOf(name, table.columns);
  // Text is parsed once and kept: five passes over it took 6.5 s for 2 million people. Parquet is as quick as a table.
  const isText = table.files.length > 0 && kindOf(table.files[0]?.path ?? '') !== 'parquet';
  const made = isText ? 'TABLE directory_rows ENGINE = MergeTree ORDER BY tuple()' : 'VIEW directory_rows';
  await engine.run(`CREATE ${made} AS SELECT ${column(columns.id)} AS person, ${column(columns.email)} AS email,
    upperUTF8(trim(${column(columns.country)})) AS country, upperUTF8(trim(${column(columns.region)})) AS region, lowerUTF8(trim(${column(columns.language)})) AS language,
    ifNull(${instantOf(columns.createdAt, table.columns, zoneOf(workspace))}, -9223372036854775807) AS created,
    ifNull(${instantOf(columns.deletedAt, table.columns, zoneOf(workspace))}, 9223372036854775807) AS deletedAt, f, rn
    FROM ${quoteName(table.relation)} WHERE ${column(columns.id)} != ''`);
  const { rows, people, none } = await countDirectory(engine);
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
  return { people, duplicateIds: rows - people, withoutCountry: first?.none ?? 0, brokenRows };
}

/** As many different hashes as rows are as many ids; only when there are fewer the ids themselves are compared, which takes five times as long. */
async function countDirectory(engine: Analytics): Promise<{ rows: number; people: number; none: number }> {
  const [facts] = await engine.rows<{ rows: number; hashes: number; none: number }>(
    "SELECT count() AS rows, uniqExact(cityHash64(person)) AS hashes, countIf(country = '') AS none FROM directory_rows",
  );
  const { rows, hashes, none } = facts ?? { rows: 0, hashes: 0, none: 0 };
  if (hashes === rows) return { rows, people: rows, none };
  const [ids] = await engine.rows<{ people: number }>(
    'SELECT uniqExact(person) AS people FROM directory_rows',
  );
  return { rows, people: ids?.people ?? 0, none };
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

/** Makes relation `ref_<name>` (key, person, vfrom, vto) of a reference table. */
export async function prepareReference(context: PrepareContext, name: string): Promise<void> {
  const reference = context.workspace.sources.references[name];
  if (reference === undefined) return;
  const { at, key, person, from, to } = reference;
  const table = await attach(context, `refraw_${name}`, `references.${name}`, at, [key, person, from, to]);
  const zone = zoneOf(context.workspace);
  await context.engine.run(`CREATE VIEW ${quoteName(`ref_${name}`)} AS SELECT ${textOf(key, table.columns)} AS key, ${textOf(person, table.columns)} AS person,
    ifNull(${instantOf(from, table.columns, zone)}, -9223372036854775807) AS vfrom, ifNull(${instantOf(to, table.columns, zone)}, 9223372036854775807) AS vto
    FROM ${quoteName(table.relation)}`);
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
    const columns = await engine.describe(relation);
    return [{ relation, files, format: compileFormat(source, { ...zone, columns }) }];
  }
  const groups: LogGroup[] = [];
  for (const [i, [header, members]] of [...(await byHeader(source, files))].entries()) {
    const group = `${relation}_${i}`;
    await engine.attach(group, members.map(toEngineFile), { kind: 'lines' });
    const named = header === '' ? {} : { header: JSON.parse(header) as string[] };
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
  const columns = await engine.describe(`${relation}_table`);
  const f = NO_FILE - 1 - Object.values(workspace.sources.logs).indexOf(source);
  const rn = row === undefined ? 'rn' : `toUInt64(${quoteName(row)})`;
  const others = line === undefined ? '* EXCEPT (f, rn)' : `toString(${quoteName(line)}) AS line`;
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

async function headerOf(source: LogSource, file: SourceFile): Promise<string> {
  if (source.format === 'csv') return JSON.stringify(await readHeader(file));
  if (source.format !== 'w3c') return '';
  const head = (await readHead(file, HEAD_BYTES)).toString('latin1');
  const fields = head.match(/^#Fields:[ \t]*(.*?)\r?$/m)?.[1] ?? '';
  return JSON.stringify(fields.split(/[ \t]+/).filter((s) => s !== ''));
}
