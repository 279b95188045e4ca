/**
 * `npm run bench -- [raw|parquet|assess] [--lines 2000000] [--rows 10000000] [--customers N] [--times 3] [--keep]`
 * Makes its data under bench/.data, runs Forthright and its peers in turn, and prints medians and ratios.
 */
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { cp } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { ScopeAnswer } from '@forthright/contract';
import { generateMarketplace } from '../test/marketplace/index.ts';
import { inTurn, isInstalled, measure, type Taken } from './measure.ts';
import { makeParquet } from './parquet-data.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string', default: '2000000' },
    rows: { type: 'string', default: '10000000' },
    customers: { type: 'string' },
    times: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
  },
});
const times = Number(values.times);
const say = (text: string) => console.error(text);
const node = (script: string, ...args: string[]) =>
  measure(process.execPath, [join(HERE, script), ...args], HERE);
/** What a user runs, from the first line of its program to the last of its answer. */
const forthright = (directory: string) =>
  node(
    '../server/bin/forthright.js',
    'scope',
    join(directory, 'incident.yaml'),
    '--workspace',
    join(directory, 'forthright.yaml'),
    '--json',
  );

function table(rows: Record<string, Taken>, ours: Taken): void {
  console.log(
    '\n| | wall, s | processor, s | peak memory, MiB | Forthright took |\n|---|---:|---:|---:|---:|',
  );
  for (const [name, t] of Object.entries(rows))
    console.log(
      `| ${name} | ${t.seconds.toFixed(2)} | ${t.cpu.toFixed(1)} | ${t.peakMiB.toFixed(0)} | ${(ours.seconds / t.seconds).toFixed(2)} × |`,
    );
}

function equal(name: string, ours: unknown, theirs: unknown): void {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return;
  console.log(`DIFFERENT ${name}: Forthright ${JSON.stringify(ours)}, by hand ${JSON.stringify(theirs)}`);
  process.exitCode = 1;
}

const aged = (path: string) =>
  utimesSync(path, new Date(Date.now() - 600_000), new Date(Date.now() - 600_000));

/** A marketplace whose web log is one raw file. */
async function rawData(directory: string, lines: number, customers: number): Promise<void> {
  if (existsSync(join(directory, 'done'))) return;
  rmSync(directory, { recursive: true, force: true });
  const market = `${directory}-made`;
  await generateMarketplace({ directory: market, lines, customers, seed: 1, only: ['page'] });
  mkdirSync(join(directory, 'logs'), { recursive: true });
  await cp(join(market, 'data'), join(directory, 'data'), { recursive: true });
  await cp(join(market, 'incident.yaml'), join(directory, 'incident.yaml'));
  const workspace = readFileSync(join(market, 'forthright.yaml'), 'utf8');
  writeFileSync(
    join(directory, 'forthright.yaml'),
    workspace.replace(/web: \{ at: \[[^\]]*\]/, 'web: { at: logs/web.log'),
  );
  const parts = readdirSync(join(market, 'logs/web'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.log(\.gz)?$/.test(name))
    .sort();
  for (const part of parts) {
    const source = createReadStream(join(market, 'logs/web', part));
    const into = createWriteStream(join(directory, 'logs/web.log'), { flags: 'a' });
    if (part.endsWith('.gz')) await pipeline(source, createGunzip(), into);
    else await pipeline(source, into);
  }
  rmSync(market, { recursive: true });
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    aged(join(directory, name));
  writeFileSync(join(directory, 'done'), '');
}

async function raw(): Promise<void> {
  const lines = Number(values.lines);
  const directory = join(HERE, '.data', `raw-${lines}`);
  await rawData(directory, lines, Number(values.customers ?? Math.max(1000, lines / 10)));
  const log = join(directory, 'logs/web.log');
  const window = ['2025-11-18 06:00:00', '2025-11-20 15:30:00'];
  const hand = (...only: string[]) => node('hand-raw.ts', directory, ...window, ...only);
  const taken = await inTurn(
    {
      Forthright: () => forthright(directory),
      'by hand, the same duties': () => hand(),
      'by hand: the exposure alone': () => hand('exposure'),
      'by hand: lines of every minute alone': () => hand('coverage'),
      'by hand: SHA-256 alone': () => hand('sha256'),
    },
    times,
  );
  const peers = isInstalled('rg')
    ? await inTurn({ 'ripgrep -c': () => measure('rg', ['-c', '-F', '/reviews/', log], HERE) }, times)
    : {};
  table({ ...taken, ...peers }, taken.Forthright);
  const ours = JSON.parse(taken.Forthright.output) as ScopeAnswer;
  const theirs = JSON.parse(taken['by hand, the same duties'].output) as Record<string, unknown>;
  equal('exposed', ours.people.exposed, theirs.exposed);
  equal('views', ours.views, theirs.views);
  equal('first', ours.seen.first, new Date(Number(theirs.first)).toISOString());
  equal('last', ours.seen.last, new Date(Number(theirs.last)).toISOString());
  equal('addresses', ours.people.addresses.exposed, theirs.addresses);
  if (!isInstalled('rg')) say('ripgrep is missing: apt-get install ripgrep');
  if (isInstalled('goaccess')) await goaccess(log, lines, taken.Forthright);
  else say('goaccess is missing: apt-get install goaccess');
  if (!values.keep) rmSync(directory, { recursive: true });
}

/** It reads some 12,000 lines a second, so it is given few, and the rest is reckoned. */
async function goaccess(log: string, lines: number, ours: Taken): Promise<void> {
  const some = Math.min(lines, 200_000);
  const sample = join(HERE, '.data', 'goaccess.log');
  await measure('sh', ['-c', `head -n ${some} '${log}' > '${sample}'`], HERE);
  const taken = await measure(
    'goaccess',
    [
      sample,
      '--log-format=COMBINED',
      '--no-global-config',
      '--no-progress',
      '-o',
      join(HERE, '.data', 'goaccess.json'),
    ],
    HERE,
  );
  const all = (taken.seconds / some) * lines;
  console.log(
    `\ngoaccess: ${taken.seconds.toFixed(1)} s for ${some.toLocaleString('en')} lines, so ${all.toFixed(0)} s for ${lines.toLocaleString('en')}: ${(all / ours.seconds).toFixed(0)} × what Forthright took`,
  );
}

async function parquet(): Promise<void> {
  const rows = Number(values.rows);
  const customers = Number(values.customers ?? rows / 5);
  const directory = join(HERE, '.data', `parquet-${rows}-${customers}`);
  if (!existsSync(join(directory, 'incident.yaml'))) {
    mkdirSync(directory, { recursive: true });
    await makeParquet(directory, { rows, customers, references: Math.round(customers * 0.75) });
  }
  const incident = readFileSync(join(directory, 'incident.yaml'), 'utf8');
  const [from = '', to = ''] = ['from', 'to'].map(
    (key) => new RegExp(`${key}: (\\S+)`).exec(incident)?.[1] ?? '',
  );
  const taken = await inTurn(
    {
      Forthright: () => forthright(directory),
      'DuckDB, by hand': () => node('hand-duckdb.ts', directory, from, to),
    },
    times,
  );
  table(taken, taken.Forthright);
  const ours = JSON.parse(taken.Forthright.output) as ScopeAnswer;
  const theirs = JSON.parse(taken['DuckDB, by hand'].output) as Record<string, unknown>;
  const { customer, anonymous } = ours.recipients.byClass;
  equal('exposed', ours.people.exposed, theirs.exposed);
  equal('possibly self', ours.people.possiblySelf, theirs.possiblySelf);
  equal(
    'countries',
    Object.fromEntries(
      Object.entries(ours.people.byCountry).flatMap(([c, s]) => (s.exposed > 0 ? [[c, s.exposed]] : [])),
    ),
    theirs.byCountry,
  );
  equal('recipients', { anonymous, customer }, theirs.recipients);
  equal('views', ours.views, theirs.views);
  equal('first', ours.seen.first, new Date(Number(theirs.first)).toISOString());
  equal('last', ours.seen.last, new Date(Number(theirs.last)).toISOString());
  equal('addresses', ours.people.addresses.exposed, theirs.addresses);
  equal('people', ours.directory.people, theirs.people);
  equal(
    'top',
    ours.recipients.top.map((row) => row.people),
    theirs.top,
  );
  equal(
    'pages',
    ours.where.pages.map((p) => [p.name.replace('/reviews/', ''), p.people, p.views]),
    theirs.pages,
  );
  equal(
    'hosts',
    ours.where.hosts.map((h) => [h.name, h.people, h.views]),
    theirs.hosts,
  );
  equal(
    'histogram',
    ours.histogram.bins.reduce((n, bin) => n + bin.views, 0),
    theirs.histogram,
  );
  equal('items', [ours.where.items, ours.where.itemsWithoutReference], theirs.items);
  const read = ours.evidence.files.filter((f) => f.source === 'logs.web');
  equal(
    'lines',
    read.reduce((n, f) => n + (f.lines ?? 0), 0),
    theirs.lines,
  );
  const bytes = ours.evidence.files.reduce((n, f) => n + f.bytes, 0);
  const { seconds } = taken.Forthright;
  console.log(
    `\nForthright: ${(rows / seconds / 1e6).toFixed(2)} million rows/s, ${(bytes / seconds / 1e9).toFixed(3)} GB/s of Parquet`,
  );
  if (!values.keep) rmSync(directory, { recursive: true });
}

/** Duties from the scope run's table; only the process says what it took. */
async function assess(): Promise<void> {
  const taken = await inTurn({ Forthright: () => node('assess.ts', '--people', values.rows) }, times);
  table(taken, taken.Forthright);
  console.log(taken.Forthright.output);
}

const parts: Readonly<Record<string, () => Promise<void>>> = { raw, parquet, assess };
const wanted = positionals.length === 0 ? Object.keys(parts) : positionals;
console.log(
  `${cpus().length} cores (${cpus()[0]?.model ?? arch()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, kernel ${release()}, Node ${process.version}; medians of ${times}`,
);
for (const name of wanted) {
  const part = parts[name];
  if (part === undefined)
    throw new Error(
      `There is no benchmark ${name}: ${Object.keys(parts).join(', ')}. (gaps: node bench/gaps.ts)`,
    );
  console.log(`\n## ${name}`);
  await part();
}
