/**
 * What a practised analyst would write for a combined log, the leak's path first, with the same duties: every file
 * hashed, rejected lines counted, lines of every minute, people by country, viewers by class, first, last, views.
 * `node bench/hand-raw.ts DIRECTORY FROM TO [exposure|coverage|sha256]`; one part alone with the fourth argument.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Session } from 'chdb';

const [directory = '.', from = '', to = '', only] = process.argv.slice(2);
const at = (name: string) => join(resolve(directory), name);
const log = `file('${at('logs/web.log')}', 'LineAsString', 'line String')`;
const csv = (name: string, columns: string) => `file('${at(`data/${name}`)}', 'CSVWithNames', '${columns}')`;
const customers = csv(
  'customers.csv.gz',
  'customer_id String, email String, full_name String, country String, state String, language String, phone String, street String, postcode String, city String',
);
const reviews = csv(
  'reviews.csv.gz',
  'review_id String, customer_id String, published_at String, removed_at String',
);
const files = [
  'logs/web.log',
  'data/customers.csv.gz',
  'data/reviews.csv.gz',
  'data/employees.csv',
  'data/sellers.csv',
  'data/sessions.csv.gz',
];
const scratch = mkdtempSync(join(tmpdir(), 'forthright-hand-'));
const engine = new Session(scratch);
const run = (sql: string) => engine.queryAsync(sql, { format: 'Null' });
const ask = async (sql: string): Promise<Record<string, unknown>[]> =>
  (
    await engine.queryAsync(`${sql} SETTINGS output_format_json_quote_64bit_integers = 0`, {
      format: 'JSONEachRow',
    })
  )
    .text()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const began = performance.now();
  const answer = await work();
  if (process.env.PARTS !== undefined || only !== undefined)
    console.error(`${name}: ${((performance.now() - began) / 1000).toFixed(2)} s`);
  return answer;
};
const wanted = (name: string) => only === undefined || only === name;

const hash = () =>
  new Promise<void>((done, reject) => {
    const sum = spawn('sha256sum', files.map(at), { stdio: 'ignore' });
    sum.once('error', reject);
    sum.once('exit', () => done());
  });
const hashing = wanted('sha256') ? timed('sha256', hash) : Promise.resolve();
if (only === 'sha256') await hashing;

// A whole line: its stamp ends where it should, and it ends with a quote.
const stampAt = "position(line, ' [') + 2";
const coverage = !wanted('coverage')
  ? []
  : await timed('coverage', () =>
      ask(
        `SELECT sum(n) AS lines, sumIf(n, minute = '') AS rejected, countIf(minute != '') AS minutes FROM
     (SELECT if(substring(line, ${stampAt} + 26, 3) = '] "' AND endsWith(line, '"'), substring(line, ${stampAt}, 17), '') AS minute, count() AS n FROM ${log} GROUP BY minute)`,
      ),
    );

async function exposure() {
  await run(
    'CREATE TABLE hits (item String, account String, client String, ua String, t Int64) ENGINE = Memory',
  );
  const lines = () =>
    run(`INSERT INTO hits SELECT item, if(account = '-', '', account) AS account, client, ua, t FROM
    (SELECT splitByChar('"', line) AS q, splitByChar(' ', q[1]) AS w, w[1] AS client, w[3] AS account, q[6] AS ua,
       toUnixTimestamp64Milli(toDateTime64(parseDateTimeBestEffort(concat(substring(q[1], position(q[1], '[') + 1, 11), ' ', substring(q[1], position(q[1], '[') + 13, 8)), 'UTC'), 3)) AS t,
       splitByChar(' ', q[2]) AS r, cutQueryStringAndFragment(if(position(r[2], '%') > 0, decodeURLComponent(r[2]), r[2])) AS path,
       extract(path, '(?i)^/reviews/([^/]+)/?$') AS item
     FROM (SELECT replaceAll(line, '\\\\"', '') AS line FROM ${log} WHERE position(line, '/reviews/') > 0 OR (position(line, '%') > 0 AND position(decodeURLComponent(line), '/reviews/') > 0))
     WHERE length(q) >= 7 AND splitByChar(' ', q[3])[2] = '200' AND r[1] IN ('GET', 'POST'))
    WHERE item != '' AND t >= toUnixTimestamp64Milli(toDateTime64('${from}', 3, 'UTC')) AND t < toUnixTimestamp64Milli(toDateTime64('${to}', 3, 'UTC'))
      AND NOT startsWith(client, '10.') AND NOT startsWith(ua, 'MarlowMonitor/')`);
  await timed('exposure, lines of the path', lines);
  const joined = () =>
    run(`CREATE TABLE exposure ENGINE = Memory AS SELECT r.customer_id AS person, h.account AS account, if(h.account = '', concat(h.client, ' ', h.ua), h.account) AS viewer, h.t AS t
    FROM hits AS h INNER JOIN (SELECT review_id, customer_id, toUnixTimestamp64Milli(parseDateTime64BestEffortOrZero(published_at, 3, 'UTC')) AS a, if(removed_at = '', 9e18, toUnixTimestamp64Milli(parseDateTime64BestEffortOrZero(removed_at, 3, 'UTC'))) AS b
      FROM ${reviews} WHERE review_id IN (SELECT item FROM hits)) AS r ON h.item = r.review_id
    WHERE h.account != r.customer_id AND h.t >= r.a AND h.t < r.b`);
  await timed('exposure, references joined', joined);
  const [seen] = await ask('SELECT count() AS views, min(t) AS first, max(t) AS last FROM exposure');
  await run(`CREATE TABLE people ENGINE = Memory AS SELECT customer_id, country, email FROM ${customers}
    WHERE customer_id IN (SELECT person FROM exposure) OR customer_id IN (SELECT account FROM exposure)`);
  const countries = await ask(
    'SELECT country, uniqExact(person) AS people FROM exposure INNER JOIN people ON person = customer_id GROUP BY country ORDER BY country',
  );
  const classes = await ask(
    `SELECT multiIf(account = '', 'anonymous or crawler', account IN (SELECT customer_id FROM people), 'customer', startsWith(account, 'S'), 'seller', startsWith(account, 'E'), 'employee', 'third party') AS class, uniqExact(viewer) AS viewers FROM exposure GROUP BY class ORDER BY class`,
  );
  const [addresses] = await ask(
    'SELECT uniqExact(lower(trim(email))) AS addresses FROM people WHERE customer_id IN (SELECT person FROM exposure)',
  );
  return {
    exposed: countries.reduce((n, r) => n + Number(r.people), 0),
    recipients: Object.fromEntries(classes.map((r) => [String(r.class), Number(r.viewers)])),
    ...seen,
    ...addresses,
  };
}
const answer = wanted('exposure') ? await timed('exposure', exposure) : {};
await hashing;
console.log(JSON.stringify({ ...answer, ...coverage[0] }));
rmSync(scratch, { recursive: true, force: true });
process.exit(0);
