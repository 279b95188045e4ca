/** Writes a world into a folder in one format, as a user of each engine would have it. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Analytics } from '../../server/src/platform/analytics/index.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { World } from '../oracle/world.ts';
import { writeWorld } from '../oracle/write.ts';
import type { Postgres } from '../peers/postgres.ts';
import type { Engine, ListFormat } from './cells.ts';
import { type Compression, compress } from './compressions.ts';
import { EXTENSIONS, type Format, type Formats, formatOf, sourceOf, tableOf, textOf } from './formats.ts';
import { directoriesOf, putIntoClickHouse, putIntoParquet, putIntoPostgres, type Table } from './tables.ts';

/** What stands ready for all cells; a peer that this machine lacks is undefined. */
export type Peers = Readonly<{
  maker: Analytics;
  cluster: Cluster | undefined;
  postgres: Postgres | undefined;
}>;

type Source = { at: string | string[] };
type Workspace = {
  sources: {
    customers: Source;
    sessions: Source;
    employees: Source;
    sellers: Source;
    references: Record<string, Source>;
    logs: Record<string, Source>;
  };
  engines?: unknown;
};

export const workspaceFile = (engine: Engine): string =>
  engine === 'embedded' ? 'forthright.yaml' : 'forthright.server.yaml';

/** Adds the engine that the server's workspace names; everything else is the same file. */
async function putWorkspaces(directory: string, workspace: Workspace, cluster: Cluster | undefined) {
  await writeFile(join(directory, workspaceFile('embedded')), stringify(workspace));
  if (cluster === undefined) return;
  const engines = { analytics: { clickhouse: { url: cluster.url } } };
  await writeFile(join(directory, workspaceFile('server')), stringify({ ...workspace, engines }));
}

async function written(world: World, directory: string): Promise<Workspace> {
  await writeWorld(world, directory);
  return parse(await readFile(join(directory, 'forthright.yaml'), 'utf8')) as Workspace;
}

async function put(directory: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), content);
}

/** Where each table of a world lies, in words of the workspace. */
type Putter = (table: Table) => Promise<string>;

function putterOf(format: Format, name: string, directory: string, peers: Peers): Putter | null {
  const { cluster, postgres, maker } = peers;
  switch (format) {
    case 'parquet':
      return async (table) => {
        await putIntoParquet(maker, join(directory, `data/${table.name}.parquet`), table);
        return `data/${table.name}.parquet`;
      };
    case 'clickhouse':
    case 'clickhouse-lines':
      return cluster === undefined ? null : (table) => putIntoClickHouse(cluster, name, table);
    case 'postgres':
      return postgres === undefined ? null : async (table) => putIntoPostgres(postgres, name, table);
    default:
      return null;
  }
}

async function putLogs(
  world: World,
  formats: Formats,
  workspace: Workspace,
  directory: string,
  putTable: Putter | null,
  compression: Compression,
): Promise<void> {
  await rm(join(directory, 'logs'), { recursive: true, force: true });
  for (const [name, log] of Object.entries(world.logs)) {
    const format = formatOf(formats, name);
    const text = textOf(log, format);
    let at: string;
    if (text === null) {
      if (putTable === null) throw new Error(`there is no place for ${format}`);
      at = await putTable(tableOf(`log_${name}`, log, format));
    } else {
      const suffix = compression === 'plain' ? '' : `.${compression}`;
      at = `logs/${name}/access.${EXTENSIONS[format] ?? 'log'}${suffix}`;
      await put(directory, at, compress(Buffer.from(text), compression));
    }
    workspace.sources.logs[name] = { at, ...sourceOf(log, format) };
  }
}

/** Writes a world with its logs (and, for tables and Parquet, everything else too) in a format. */
export async function placeWorld(
  world: World,
  format: Format,
  name: string,
  directory: string,
  peers: Peers,
): Promise<void> {
  const workspace = await written(world, directory);
  const putTable = putterOf(format, name, directory, peers);
  await putLogs(world, format, workspace, directory, putTable, 'plain');
  if (putTable !== null) {
    const { sources } = workspace;
    const all: Record<string, Source> = { ...sources.references };
    for (const key of ['customers', 'sessions', 'employees', 'sellers'] as const) all[key] = sources[key];
    for (const table of directoriesOf(world)) {
      const source = all[table.name];
      if (source !== undefined) source.at = await putTable(table);
    }
  }
  await putWorkspaces(directory, workspace, peers.cluster);
}

/** A world that reads no log: its lists in a format. */
export async function placeLists(
  world: World,
  format: ListFormat,
  directory: string,
  peers: Peers,
): Promise<void> {
  const workspace = await written(world, directory);
  const incident = structuredClone(world.incident) as { leaks: { people?: { at: string } }[] };
  for (const [path, values] of Object.entries(world.lists)) {
    if (format !== 'jsonl' && format !== 'parquet') continue;
    const at = path.replace(/\.csv$/, `.${format}`);
    const table: Table = {
      name: 'list',
      columns: { value: 'text', remark: 'text' },
      rows: values.map((value) => ({ value, remark: 'x' })),
    };
    if (format === 'parquet') await putIntoParquet(peers.maker, join(directory, at), table);
    else await put(directory, at, table.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await rm(join(directory, path));
    for (const leak of incident.leaks) if (leak.people?.at === path) leak.people.at = at;
  }
  await writeFile(join(directory, 'incident.yaml'), stringify(incident));
  await putWorkspaces(directory, workspace, peers.cluster);
}

/** A world whose logs, directories and references are all compressed. */
export async function placeCompressed(
  world: World,
  formats: Formats,
  compression: Compression,
  directory: string,
  peers: Peers,
): Promise<void> {
  const workspace = await written(world, directory);
  await putLogs(world, formats, workspace, directory, null, compression);
  const { references, customers, sessions, employees, sellers } = workspace.sources;
  for (const source of [customers, sessions, employees, sellers, ...Object.values(references)]) {
    const path = String(source.at);
    if (compression === 'plain') continue;
    source.at = `${path}.${compression}`;
    await put(directory, source.at, compress(await readFile(join(directory, path)), compression));
    await rm(join(directory, path));
  }
  await putWorkspaces(directory, workspace, peers.cluster);
}
