/**
 * A whole `forthright trace` over that many look-ups in Parquet: the engine counts them, the statistics run on what it counted.
 * `node bench/trace-count.ts [--rows 1000000000] [--customers 20000000] [--employees 2000] [--book 20000] [--keep]`. Fails when not exactly the one
 * who leaked is named.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TraceAnswer } from '@forthright/contract';
import { Session } from 'chdb';
import { randomOf } from '../server/src/trace/simulate/world.ts';
import { measure } from './measure.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    customers: { type: 'string', default: '1000000' },
    employees: { type: 'string', default: '2000' },
    book: { type: 'string', default: '2000' },
    keep: { type: 'boolean', default: false },
  },
});
const rows = Number(values.rows);
const customers = Number(values.customers);
const employees = Number(values.employees);
/** How many customers each of them serves, all in one of ten regions. */
const book = Number(values.book);
const REGIONS = 10;
const ROWS_A_FILE = 10_000_000;
const DAY = 86_400_000;
const START = Date.parse('2026-03-01T00:00:00Z');
const DAYS = 90;
const [LEAKER, TOLD, OTHERS, PAST] = [7, 60, 60, 900];
const stamp = (day: number) => new Date(START + day * DAY).toISOString();
const folder = join(import.meta.dirname, '.data', 'trace-count');
const program = fileURLToPath(new URL('../server/bin/forthright.js', import.meta.url));

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'logs'), { recursive: true });
const engine = new Session(join(folder, '.engine'));
const write = (path: string, select: string) =>
  engine.queryAsync(
    `INSERT INTO FUNCTION file('${join(folder, path)}', 'Parquet') ${select} SETTINGS output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1, max_memory_usage = 3000000000`,
    { format: 'Null' },
  );
/** The n-th customer of somebody's book. */
const served = (e: string, n: string) =>
  `${e} % ${REGIONS} + ${REGIONS} * (cityHash64(${e}, ${n}) % ${Math.floor(customers / REGIONS)})`;
const began = performance.now();
await write(
  'customers.parquet',
  `SELECT concat('c-', toString(number)) AS id, concat('R', toString(number % ${REGIONS})) AS region FROM numbers(${customers})`,
);
for (let first = 0; first < rows; first += ROWS_A_FILE)
  await write(
    `logs/desk-${String(first / ROWS_A_FILE).padStart(4, '0')}.parquet`,
    `WITH cityHash64(number, 1) % ${employees} AS e, cityHash64(number, 2) % ${book} AS n
     SELECT fromUnixTimestamp64Milli(toInt64(${START} + intDiv(number * ${DAYS * DAY}, ${rows})), 'UTC') AS at, toLowCardinality(concat('e-', toString(e))) AS who,
       concat('c-', toString(${served('e', 'n')})) AS customer FROM numbers(${first}, ${Math.min(ROWS_A_FILE, rows - first)})`,
  );
const list = (path: string, ids: readonly string[], from: number, days: number) => {
  const random = randomOf(ids.length);
  const lines = [...new Set(ids)].map((id) => `${id},${stamp(from + days * random())}`);
  writeFileSync(join(folder, path), `id,at\n${lines.join('\n')}\n`);
};
const drawn = async (path: string, customer: string, count: number) => {
  await engine.queryAsync(
    `INSERT INTO FUNCTION file('${join(folder, path)}', 'TSV') SELECT concat('c-', toString(${customer})) FROM numbers(${count}) SETTINGS engine_file_truncate_on_insert = 1`,
    { format: 'Null' },
  );
};
await drawn('sold.tsv', served(`toUInt64(${LEAKER})`, 'number'), TOLD);
await drawn('any.tsv', `cityHash64(number, 3) % ${customers}`, OTHERS + PAST);
engine.cleanup();
const idsIn = (path: string) => readFileSync(join(folder, path), 'utf8').trim().split('\n');
const any = idsIn('any.tsv');
const sold = idsIn('sold.tsv');
list('reports.csv', [...sold, ...any.slice(0, OTHERS)], DAYS, 10);
list('past.csv', any.slice(OTHERS), DAYS / 2, DAYS / 2);
writeFileSync(
  join(folder, 'staff.csv'),
  `id,team\n${Array.from({ length: employees }, (_, e) => `e-${e},team-${Math.floor(e / 100)}-${e % REGIONS}`).join('\n')}\n`,
);
writeFileSync(
  join(folder, 'forthright.yaml'),
  `organisation: { name: Marlow Market, country: LU, domains: [marlow.example] }
sources:
  customers: { at: customers.parquet, columns: { id: id, region: region } }
  employees: { at: staff.csv, columns: { id: id, team: team } }
  logs:
    desk: { at: "logs/*.parquet", format: parquet, columns: { time: at, viewer: who, person: customer } }
`,
);
writeFileSync(
  join(folder, 'trace.yaml'),
  `title: One of ${employees}
gate:
  occasion: { review: bench }
  purpose: To measure.
  legalBasis: Nobody is real.
  worksCouncil: { notNeeded: Nobody here is real. }
  retention: P1D
  by: bench
from: ${stamp(0)}
to: ${stamp(DAYS + 10)}
access: [{ log: desk }]
routing: [region]
reports: { at: reports.csv, id: id, time: at }
controls: [{ name: past, at: past.csv, id: id, time: at }]
`,
);
console.log(
  `${rows} look-ups by ${employees} employees of ${customers} customers, made in ${((performance.now() - began) / 1000).toFixed(0)} s`,
);
const taken = await measure(process.execPath, [program, 'trace', 'trace.yaml', '--json'], folder);
const { outcome, named, lookUps } = TraceAnswer.parse(JSON.parse(taken.output));
console.log(
  `${outcome}: ${named.map(({ kind, hits, expected }) => `${kind}, ${hits} hits of ${expected.toFixed(1)} expected`).join('; ')}; ${lookUps.pairs} pairs`,
);
console.log(
  `${taken.seconds.toFixed(1)} s, ${taken.cpu.toFixed(1)} s of processor, ${Math.round(taken.peakMiB)} MiB at most`,
);
const theirs = named[0]?.reports.filter(({ person }) => sold.includes(person)) ?? [];
if (!values.keep) rmSync(folder, { recursive: true, force: true });
assert.deepEqual(
  [outcome, named.length, named[0]?.kind],
  ['named', 1, 'employee'],
  'one leaked, and one is named',
);
assert.ok(theirs.length > TOLD / 2, 'by those whom they sold');
