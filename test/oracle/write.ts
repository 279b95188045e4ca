import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { LogField } from '@forthright/contract';
import { stringify } from 'yaml';
import { type Line, type Log, SERIES, type World } from './world.ts';

/** How a log is laid out in files. None of it may change an answer, but for evidence and the run's id. */
export type Layout = Readonly<{
  /** Where a log's lines are cut into files, as shares of its lines between 0 and 1. */
  cuts: readonly number[];
  /** Which files are compressed: bit i is the file of rotation number i. */
  gzip: number;
  /** Lines of the older file that the newer one repeats at its head; at least 100 or 0. */
  overlap: number;
  /** Whether the oldest file stands there twice, byte for byte or once compressed. */
  isTwice: 'no' | 'under-another-number' | 'in-another-compression';
  /** Over how many file series the lines are spread; only where lines name their host, else a series is a unit. */
  series: number;
  /** How the workspace names the files: a glob, or one by one from the oldest or from the newest. */
  listed: 'glob' | 'oldest-first' | 'newest-first';
}>;

export const ONE_FILE: Layout = { cuts: [], gzip: 0, overlap: 0, isTwice: 'no', series: 1, listed: 'glob' };

/** Writes a world as a user would have it: forthright.yaml, incident.yaml and all that they name. */
export async function writeWorld(world: World, directory: string, layout: Layout = ONE_FILE): Promise<void> {
  const put = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  };
  await put('data/customers.csv', csv(CUSTOMER_COLUMNS, world.customers.map(customerRow)));
  for (const [name, rows] of Object.entries(world.references)) {
    await put(
      `data/${name}.csv`,
      csv(
        ['item', 'person', 'valid_from', 'valid_to'],
        rows.map((row) => [row.key, row.person, stamp(row.from), stamp(row.to)]),
      ),
    );
  }
  await put(
    'data/sessions.csv',
    csv(
      ['session', 'customer'],
      world.sessions.map((s) => [s.session, s.account]),
    ),
  );
  await put(
    'data/employees.csv',
    csv(
      ['employee', 'team', 'kind'],
      world.employees.map((e) => [e.id, e.team, e.kind]),
    ),
  );
  await put(
    'data/sellers.csv',
    csv(
      ['seller', 'shop', 'country'],
      world.sellers.map((s) => [s.id, s.name, s.country]),
    ),
  );
  for (const [path, values] of Object.entries(world.lists)) {
    await put(
      path,
      csv(
        ['value', 'remark'],
        values.map((value) => [value, 'x']),
      ),
    );
  }
  for (const [path, addresses] of Object.entries(world.mails)) await put(path, eml(addresses));

  const at: Record<string, string | string[]> = {};
  for (const [name, log] of Object.entries(world.logs)) {
    const files = filesOf(name, log, layout);
    for (const [path, content] of files) await put(path, content);
    const paths = files.map(([path]) => path);
    if (layout.listed === 'glob') at[name] = `logs/${name}/*`;
    else at[name] = layout.listed === 'oldest-first' ? paths : paths.reverse();
  }
  await put('forthright.yaml', stringify(workspaceOf(world, at)));
  await put('incident.yaml', stringify(world.incident));
}

// ---- directories --------------------------------------------------------------------------------------------

const CUSTOMER_COLUMNS = [
  'customer_id',
  'email',
  'full_name',
  'country',
  'state',
  'language',
  'created',
  'deleted',
];

function stamp(time: number | null): string {
  return time === null ? '' : new Date(time).toISOString();
}

function customerRow(row: World['customers'][number]): string[] {
  return [
    row.id,
    row.email,
    row.name,
    row.country,
    row.region,
    row.language,
    stamp(row.createdAt),
    stamp(row.deletedAt),
  ];
}

function csv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function eml(addresses: readonly string[]): string {
  const named = addresses.map((address, i) => (i % 2 === 0 ? address : `"Recipient, No. ${i}" <${address}>`));
  const half = Math.ceil(named.length / 2);
  const head = [
    'From: Marlow Market <news@marlow.example>',
    `To: ${named.slice(0, half).join(',\r\n ')}`,
    ...(named.length > half ? [`Cc: ${named.slice(half).join(',\r\n ')}`] : []),
    'Subject: News',
    'Date: Tue, 18 Nov 2025 09:00:00 +0000',
    'Message-ID: <1@marlow.example>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
  ];
  return `${head.join('\r\n')}\r\n\r\nWrite to nobody@body.example.\r\n`;
}

// ---- logs ---------------------------------------------------------------------------------------------------

/** Path and content of a log's files, the oldest of each series first, named as logrotate does. */
function filesOf(name: string, log: Log, layout: Layout): [string, string | Uint8Array][] {
  const series = log.fields.includes('host') ? layout.series : 1;
  const texts = log.lines.map((line) => `${written(line, log)}\n`);
  return Array.from({ length: series }, (_, k) => k).flatMap((k) => {
    const stem = `logs/${name}/${k === 0 ? '' : `${'bcdefgh'[k - 1]}-`}${SERIES}`;
    // Runs of 7 lines go to one series and then to the next, so that both span the same time.
    return filesOfSeries(
      stem,
      texts.filter((_, i) => Math.floor(i / 7) % series === k),
      layout,
    );
  });
}

function filesOfSeries(
  stem: string,
  texts: readonly string[],
  layout: Layout,
): [string, string | Uint8Array][] {
  const cuts = [...new Set(layout.cuts.map((share) => Math.floor(share * texts.length)))]
    .filter((cut) => cut > 0 && cut < texts.length)
    .sort((a, b) => a - b);
  const chunks = [0, ...cuts].map((from, i) => {
    const before = from - ([0, ...cuts][i - 1] ?? from);
    const repeated = layout.overlap >= 100 && before >= layout.overlap ? layout.overlap : 0;
    return texts.slice(from - repeated, cuts[i] ?? texts.length).join('');
  });
  if (layout.isTwice === 'under-another-number') chunks.unshift(chunks[0] as string);
  return chunks.flatMap((text, i): [string, string | Uint8Array][] => {
    const number = chunks.length - 1 - i;
    const path = `${stem}${number === 0 ? '' : `.${number}`}`;
    const plain: [string, string] = [path, text];
    const compressed: [string, Uint8Array] = [`${path}.gz`, gzipSync(text, { level: 1 })];
    if (i === 0 && layout.isTwice === 'in-another-compression') return [plain, compressed];
    return [((layout.gzip >> number) & 1) === 1 ? compressed : plain];
  });
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function apacheStamp(time: number, zoneMinutes: number): string {
  const there = new Date(time + zoneMinutes * 60_000);
  const [, , day] = there.toISOString().slice(0, 10).split('-');
  const clock = there.toISOString().slice(11, 19);
  const minutes = Math.abs(zoneMinutes);
  const two = (n: number) => String(n).padStart(2, '0');
  const zone = `${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
  return `${day}/${MONTHS[there.getUTCMonth()]}/${there.getUTCFullYear()}:${clock} ${zone}`;
}

/** JSON name of each field, as in the workspace's `columns`. */
const JSON_NAMES: Partial<Record<LogField, string>> = {
  time: 'ts',
  host: 'host',
  method: 'method',
  path: 'uri',
  status: 'status',
  client: 'ip',
  userAgent: 'ua',
  viewer: 'account',
  session: 'session',
  person: 'persons',
  action: 'action',
  cacheStatus: 'cache_status',
  cache: 'edge',
  duration: 'took',
  recipient: 'sent_to',
};

function isoStamp(time: number, zoneMinutes: number): string {
  if (zoneMinutes === 0) return new Date(time).toISOString();
  const minutes = Math.abs(zoneMinutes);
  const two = (n: number) => String(n).padStart(2, '0');
  const zone = `${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return new Date(time + zoneMinutes * 60_000).toISOString().replace('Z', zone);
}

function jsonValue(line: Line, field: LogField, zoneMinutes: number): unknown {
  switch (field) {
    case 'time':
      return isoStamp(line.time, zoneMinutes);
    case 'path':
      return line.target;
    case 'viewer':
      return line.account === '' ? null : line.account;
    case 'person':
      return line.persons.length === 1 ? line.persons[0] : line.persons;
    case 'duration':
      return line.durationMs / 1000;
    case 'line':
    case 'file':
    case 'row':
      return undefined;
    default:
      return line[field];
  }
}

function written(line: Line, log: Log): string {
  if (log.shape === 'jsonl') {
    const object: Record<string, unknown> = {};
    for (const field of log.fields) {
      const value = jsonValue(line, field, log.zoneMinutes);
      if (value !== '') object[JSON_NAMES[field] as string] = value;
    }
    return JSON.stringify(object);
  }
  const head = log.shape === 'combined-host' ? `${line.host} ` : '';
  const request = `${line.method} ${line.target} HTTP/1.1`;
  const stamped = apacheStamp(line.time, log.zoneMinutes);
  return `${head}${line.client} - ${line.account || '-'} [${stamped}] "${request}" ${line.status} 512 "-" "${line.userAgent}"`;
}

// ---- the two files that a user writes -----------------------------------------------------------------------

function logSource(log: Log, at: string | string[]): Record<string, unknown> {
  const common = { at, ...(log.sampled < 1 ? { sampled: log.sampled } : {}) };
  if (log.shape === 'combined') return { ...common, format: 'combined' };
  if (log.shape === 'combined-host') {
    return {
      ...common,
      format: 'pattern',
      pattern:
        '$host $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"',
    };
  }
  const columns = Object.fromEntries(log.fields.map((field) => [field, JSON_NAMES[field]]));
  return { ...common, format: 'jsonl', columns };
}

function workspaceOf(world: World, at: Readonly<Record<string, string | string[]>>): unknown {
  const references = Object.entries(world.references).map(([name, rows]) => [
    name,
    {
      at: `data/${name}.csv`,
      key: 'item',
      person: 'person',
      ...(rows.some((row) => row.from !== null || row.to !== null)
        ? { from: 'valid_from', to: 'valid_to' }
        : {}),
    },
  ]);
  const columns = {
    id: 'customer_id',
    email: 'email',
    name: 'full_name',
    country: 'country',
    region: 'state',
    language: 'language',
    ...(world.hasLifetimes ? { createdAt: 'created', deletedAt: 'deleted' } : {}),
  };
  return {
    organisation: { name: 'Marlow Market', country: 'LU', domains: ['marlow.example'], own: world.own },
    sources: {
      customers: { at: 'data/customers.csv', columns },
      references: Object.fromEntries(references),
      sessions: { at: 'data/sessions.csv', key: 'session', viewer: 'customer' },
      employees: { at: 'data/employees.csv', columns: { id: 'employee', team: 'team', kind: 'kind' } },
      sellers: { at: 'data/sellers.csv', columns: { id: 'seller', name: 'shop', country: 'country' } },
      logs: Object.fromEntries(
        Object.entries(world.logs).map(([name, log]) => [name, logSource(log, at[name] ?? [])]),
      ),
    },
  };
}
