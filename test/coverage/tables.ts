/** Tables of the coverage suite, made in the places from which a user may have Forthright read them. */
import { type Analytics, quoteName, quoteText } from '../../server/src/platform/analytics/index.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { World } from '../oracle/world.ts';
import type { Postgres } from '../peers/postgres.ts';

export type ColumnType = 'text' | 'symbol' | 'integer' | 'number' | 'instant' | 'texts';
/** Instants are ISO texts, or null. */
export type Table = Readonly<{
  name: string;
  columns: Readonly<Record<string, ColumnType>>;
  rows: readonly Readonly<Record<string, unknown>>[];
}>;

const IN_CLICKHOUSE: Record<ColumnType, string> = {
  text: 'String',
  symbol: 'LowCardinality(String)',
  integer: 'UInt16',
  number: 'Float64',
  instant: "Nullable(DateTime64(3, 'UTC'))",
  texts: 'Array(String)',
};
const IN_POSTGRES: Record<ColumnType, string> = {
  text: 'text',
  symbol: 'varchar(60)',
  integer: 'integer',
  number: 'double precision',
  instant: 'timestamptz',
  texts: 'text[]',
};

const columnsAs = (table: Table, types: Record<ColumnType, string>, quote: (name: string) => string) =>
  Object.entries(table.columns)
    .map(([name, type]) => `${quote(name)} ${types[type]}`)
    .join(', ');

const jsonLines = (rows: readonly unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Tables of the directories and references that a world has, by the names of `write.ts`. */
export function directoriesOf(world: World): Table[] {
  const when = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  return [
    {
      name: 'customers',
      columns: {
        customer_id: 'text',
        email: 'text',
        full_name: 'text',
        country: 'symbol',
        state: 'symbol',
        language: 'symbol',
        created: 'instant',
        deleted: 'instant',
      },
      rows: world.customers.map((row) => ({
        customer_id: row.id,
        email: row.email,
        full_name: row.name,
        country: row.country,
        state: row.region,
        language: row.language,
        created: when(row.createdAt),
        deleted: when(row.deletedAt),
      })),
    },
    ...Object.entries(world.references).map(
      ([name, rows]): Table => ({
        name,
        columns: { item: 'text', person: 'text', valid_from: 'instant', valid_to: 'instant' },
        rows: rows.map((row) => ({
          item: row.key,
          person: row.person,
          valid_from: when(row.from),
          valid_to: when(row.to),
        })),
      }),
    ),
    {
      name: 'sessions',
      columns: { session: 'text', customer: 'text' },
      rows: world.sessions.map((row) => ({ session: row.session, customer: row.account })),
    },
    {
      name: 'employees',
      columns: { employee: 'text', team: 'text', kind: 'symbol' },
      rows: world.employees.map((row) => ({ employee: row.id, team: row.team, kind: row.kind })),
    },
    {
      name: 'sellers',
      columns: { seller: 'text', shop: 'text', country: 'symbol' },
      rows: world.sellers.map((row) => ({ seller: row.id, shop: row.name, country: row.country })),
    },
  ];
}

async function ask(url: string, query: string, body = ''): Promise<void> {
  const settings = 'date_time_input_format=best_effort&distributed_ddl_task_timeout=30';
  const answer = await fetch(`${url}/?${settings}&query=${encodeURIComponent(query)}`, {
    method: 'POST',
    body,
  });
  const words = await answer.text();
  if (!answer.ok) throw new Error(words);
}

/** A table on every shard, and one over them that holds every second row on each. Says how a workspace names it. */
export async function putIntoClickHouse(cluster: Cluster, database: string, table: Table): Promise<string> {
  const columns = columnsAs(table, IN_CLICKHOUSE, quoteName);
  const [part, whole] = [`${table.name}_part`, table.name].map(
    (n) => `${quoteName(database)}.${quoteName(n)}`,
  );
  for (const [i, url] of cluster.shardUrls.entries()) {
    await ask(url, `CREATE DATABASE IF NOT EXISTS ${quoteName(database)}`);
    await ask(url, `CREATE TABLE ${part} (${columns}) ENGINE = MergeTree ORDER BY tuple()`);
    const rows = table.rows.filter((_, n) => n % cluster.shardUrls.length === i);
    await ask(url, `INSERT INTO ${part} FORMAT JSONEachRow`, jsonLines(rows));
  }
  const place = [cluster.name, database, `${table.name}_part`].map(quoteText).join(', ');
  await ask(cluster.url, `CREATE TABLE ${whole} (${columns}) ENGINE = Distributed(${place}, rand())`);
  return `clickhouse:${database}.${table.name}`;
}

const quoteInPostgres = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table in a schema of its own. Says how a workspace names it. */
export function putIntoPostgres(postgres: Postgres, schema: string, table: Table): string {
  const name = `${quoteInPostgres(schema)}.${quoteInPostgres(table.name)}`;
  const rows = JSON.stringify(table.rows);
  postgres.run(`CREATE SCHEMA IF NOT EXISTS ${quoteInPostgres(schema)};
    CREATE TABLE ${name} (${columnsAs(table, IN_POSTGRES, quoteInPostgres)});
    INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $forthright$${rows}$forthright$);`);
  return `${postgres.url}#${schema}.${table.name}`;
}

const FROM_TEXT: Record<ColumnType, (column: string) => string> = {
  text: (c) => c,
  symbol: (c) => `toLowCardinality(${c})`,
  integer: (c) => `toUInt16(${c})`,
  number: (c) => `toFloat64(${c})`,
  instant: (c) => `parseDateTime64BestEffortOrNull(${c}, 3, 'UTC')`,
  texts: (c) => `JSONExtract(${c}, 'Array(String)')`,
};

/** A Parquet file with columns of their own types, in the order of the rows. */
export async function putIntoParquet(engine: Analytics, path: string, table: Table): Promise<void> {
  const columns = Object.entries(table.columns).map(([name, type]) => {
    const text = `JSONExtractString(row, ${quoteText(name)})`;
    const raw = type === 'texts' ? `JSONExtractRaw(row, ${quoteText(name)})` : text;
    const number = `JSONExtractFloat(row, ${quoteText(name)})`;
    return `${FROM_TEXT[type](type === 'integer' || type === 'number' ? number : raw)} AS ${quoteName(name)}`;
  });
  await engine.writeParquet(
    path,
    `SELECT ${columns.join(', ')} FROM (SELECT arrayJoin({rows:Array(String)}) AS row)`,
    { rows: table.rows.map((row) => JSON.stringify(row)) },
  );
}
