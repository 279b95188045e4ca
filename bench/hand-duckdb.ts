/**
 * The same questions to DuckDB, written by hand as well as we can: `node bench/hand-duckdb.ts DIRECTORY FROM TO`.
 * SHA-256 of every file runs beside it, because whoever answers by hand must hash the evidence too.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [directory = '.', from = '', to = ''] = process.argv.slice(2);
const log = join(directory, 'logs/*.parquet');
const at = (name: string) => `read_parquet('${join(directory, name)}')`;
const files = readdirSync(join(directory, 'logs')).map((name) => join(directory, 'logs', name));
const hashing = new Promise<void>((resolve, reject) => {
  const sum = spawn(
    'sha256sum',
    [...files, join(directory, 'customers.parquet'), join(directory, 'reviews.parquet')],
    { stdio: 'ignore' },
  );
  sum.once('error', reject);
  sum.once('exit', () => resolve());
});

const instance = await DuckDBInstance.create(':memory:', {
  memory_limit: '3GB',
  threads: '2',
  preserve_insertion_order: 'false',
});
const db = await instance.connect();
const ask = async (sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson();
const window = `ts >= '${from}' AND ts < '${to}' AND status = 200`;

const coverage = await ask(
  `SELECT count(*) AS groups, sum(n) AS lines FROM (SELECT filename, host, epoch_ms(ts) // 60000 AS minute, count(*) AS n, min(ts), max(ts) FROM read_parquet('${log}', filename = true) GROUP BY ALL)`,
);
const [directoryFacts] = await ask(
  `SELECT count(*) AS rows, count(DISTINCT id) AS people, count(*) FILTER (coalesce(country, '') = '') AS none FROM ${at('customers.parquet')}`,
);
await db.run(`CREATE TEMP TABLE hits AS SELECT regexp_extract(path, '^/reviews/([^/?#]+)/?(?:[?#].*)?$', 1) AS item, ts, host,
    coalesce(account, '') AS account, CASE WHEN account IS NULL THEN ip || ' ' || ua ELSE account END AS viewer
  FROM read_parquet('${log}') WHERE contains(path, '/reviews/') AND ${window}`);
await db.run(
  `CREATE TEMP TABLE held AS SELECT DISTINCT review_id AS item, customer_id AS person FROM ${at('reviews.parquet')} WHERE review_id IN (SELECT item FROM hits)`,
);
await db.run(`CREATE TEMP TABLE exposure AS SELECT h.person AS person, v.host AS host, v.viewer AS viewer, v.account != '' AS named, v.ts AS ts
  FROM hits v JOIN held h USING (item) WHERE v.account != h.person`);
const [seen] = await ask(
  `SELECT count(*) AS views, epoch_ms(min(ts)) AS first, epoch_ms(max(ts)) AS last FROM exposure`,
);
const countries =
  await ask(`SELECT c.country AS country, count(*) AS people, count(*) FILTER (NOT e.named) AS possibly_self
  FROM (SELECT person, max(named) AS named FROM exposure GROUP BY person) e JOIN ${at('customers.parquet')} c ON c.id = e.person GROUP BY 1 ORDER BY 1`);
const classes =
  await ask(`SELECT CASE WHEN NOT named THEN 'anonymous' WHEN viewer IN (SELECT id FROM ${at('customers.parquet')}) THEN 'customer' ELSE 'thirdParty' END AS class, count(*) AS viewers
  FROM (SELECT DISTINCT named, viewer FROM exposure) GROUP BY 1 ORDER BY 1`);
await db.run(
  `CREATE TEMP TABLE people AS SELECT person, count(*) AS views, min(ts) AS first, max(ts) AS last FROM exposure GROUP BY person`,
);
await db.run(
  `CREATE TEMP TABLE recipients AS SELECT viewer, any_value(named) AS named, count(*) AS views, count(DISTINCT person) AS people, min(ts) AS first, max(ts) AS last FROM exposure GROUP BY viewer`,
);
const top = await ask(
  `SELECT viewer, people, views, epoch_ms(first) AS first, epoch_ms(last) AS last FROM recipients ORDER BY people DESC, views DESC, named DESC, viewer LIMIT 20`,
);
const pages = await ask(
  `SELECT item, count(DISTINCT person) AS people, count(*) AS views FROM (SELECT h.person AS person, v.item AS item FROM hits v JOIN held h USING (item) WHERE v.account != h.person) GROUP BY item ORDER BY views DESC, people DESC, item LIMIT 20`,
);
const hosts = await ask(
  `SELECT host, count(DISTINCT person) AS people, count(*) AS views FROM exposure GROUP BY host ORDER BY people DESC, host`,
);
const histogram = await ask(
  `SELECT epoch_ms(ts) // 600000 AS bin, count(*) AS views FROM exposure GROUP BY bin ORDER BY bin`,
);
const [items] = await ask(
  `SELECT count(*) AS items, count(*) FILTER (item NOT IN (SELECT item FROM held)) AS orphans FROM (SELECT DISTINCT item FROM hits)`,
);
const [languages] = await ask(
  `SELECT count(*) AS groups FROM (SELECT c.country, c.state, c.language, count(*) FROM people p JOIN ${at('customers.parquet')} c ON c.id = p.person GROUP BY ALL)`,
);
const [addresses] = await ask(
  `SELECT count(DISTINCT lower(trim(email))) AS addresses FROM ${at('customers.parquet')} WHERE id IN (SELECT person FROM exposure)`,
);
await hashing;
const sum = (rows: Record<string, unknown>[], key: string) => rows.reduce((n, r) => n + Number(r[key]), 0);
console.log(
  JSON.stringify({
    exposed: sum(countries, 'people'),
    possiblySelf: sum(countries, 'possibly_self'),
    byCountry: Object.fromEntries(countries.map((r) => [String(r.country), Number(r.people)])),
    recipients: Object.fromEntries(classes.map((r) => [String(r.class), Number(r.viewers)])),
    views: Number(seen?.views),
    first: Number(seen?.first),
    last: Number(seen?.last),
    addresses: Number(addresses?.addresses),
    top: top.map((row) => Number(row.people)),
    pages: pages.map((row) => [row.item, Number(row.people), Number(row.views)]),
    hosts: hosts.map((row) => [row.host, Number(row.people), Number(row.views)]),
    histogram: histogram.reduce((n, row) => n + Number(row.views), 0),
    items: [Number(items?.items), Number(items?.orphans)],
    groups: Number(languages?.groups),
    people: Number(directoryFacts?.people),
    lines: Number(coverage[0]?.lines),
  }),
);
process.exit(0);
