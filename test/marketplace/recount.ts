import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CRAWLERS, MONITOR } from './agents.ts';

/**
 * A second, slow and plain count of a small marketplace, made from the written files alone. It shares nothing
 * with the generator but the programs' names, so that a slip in either shows.
 */
export type WebLine = Readonly<{
  series: string;
  time: number;
  client: string;
  user: string;
  method: string;
  target: string;
  status: number;
  agent: string;
}>;

export type Recount = {
  exposed: Set<string>;
  maybe: Set<string>;
  viewers: Map<string, Set<string>>;
  seenOnlyBy: Map<string, Set<string>>;
  views: number;
  times: number[];
};

export type People = Readonly<{
  customers: Map<string, Record<string, string>>;
  classOf: (account: string) => string;
}>;

export const textOf = (directory: string, path: string): string => bytesOf(directory, path).toString('utf8');

function bytesOf(directory: string, path: string): Buffer {
  const bytes = readFileSync(join(directory, path));
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

export function csvRows(directory: string, path: string): Record<string, string>[] {
  const [header = [], ...rows] = textOf(directory, path)
    .trimEnd()
    .split('\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        (m) => m[1]?.replaceAll('""', '"') ?? m[2] ?? '',
      ),
    );
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i] ?? ''])));
}

export function jsonLines(directory: string, folder: string): Record<string, string | number | null>[] {
  return readdirSync(join(directory, folder))
    .sort()
    .flatMap((name) => textOf(directory, join(folder, name)).trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as Record<string, string | number | null>);
}

export function readPeopleOf(directory: string): People {
  const customers = new Map(csvRows(directory, 'data/customers.csv.gz').map((r) => [r.customer_id ?? '', r]));
  const sellers = new Set(csvRows(directory, 'data/sellers.csv').map((r) => r.seller_id));
  const employees = new Map(
    csvRows(directory, 'data/employees.csv').map((r) => [r.employee_id ?? '', r.kind]),
  );
  return {
    customers,
    classOf: (account) => {
      if (customers.has(account)) return 'customer';
      if (sellers.has(account)) return 'seller';
      if (!employees.has(account)) return 'thirdParty';
      return employees.get(account) === 'staff' ? 'employee' : 'contractor';
    },
  };
}

const LINE =
  /^(\S+) - (\S+) \[(\d\d)\/Nov\/2025:(\d\d):(\d\d):(\d\d) \+0000\] "((?:[^"\\]|\\.)*)" (\d{3}) \d+ "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"$/;

function parsed(series: string, text: string): WebLine | null {
  const m = LINE.exec(text);
  if (m === null) return null;
  const [day, hour, minute, second] = [m[3], m[4], m[5], m[6]].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (day > 30 || hour > 23 || minute > 59 || second > 59) return null;
  const [method = '', target = ''] = (m[7] ?? '').split(' ');
  return {
    series,
    time: Date.UTC(2025, 10, day, hour, minute, second),
    client: m[1] ?? '',
    user: m[2] ?? '',
    method,
    target,
    status: Number(m[8]),
    agent: m[9] ?? '',
  };
}

/** Every line of the web log once, and what each file holds. */
export function readWeb(directory: string): {
  lines: WebLine[];
  files: { path: string; lines: number; rejected: number; first: string; last: string }[];
  overlaps: { file: string; lines: number }[];
} {
  const lines: WebLine[] = [];
  const files: ReturnType<typeof readWeb>['files'] = [];
  const overlaps: ReturnType<typeof readWeb>['overlaps'] = [];
  for (const server of readdirSync(join(directory, 'logs/web')).sort()) {
    let before: string[] = [];
    for (const name of readdirSync(join(directory, 'logs/web', server)).sort()) {
      const path = `logs/web/${server}/${name}`;
      const raw = bytesOf(directory, path).toString('latin1');
      const texts = (raw.endsWith('\n') ? raw.slice(0, -1) : raw).split('\n');
      const good = texts.map((text) => parsed(`logs/web/${server}/${server}.log`, text));
      const times = good.flatMap((line) => (line === null ? [] : [line.time]));
      files.push({
        path,
        lines: texts.length,
        rejected: good.filter((line) => line === null).length,
        first: new Date(Math.min(...times)).toISOString(),
        last: new Date(Math.max(...times)).toISOString(),
      });
      const repeated = overlapOf(before, texts);
      if (repeated > 0) overlaps.push({ file: path, lines: repeated });
      for (const line of good.slice(repeated)) if (line !== null) lines.push(line);
      before = texts;
    }
  }
  return { lines, files, overlaps };
}

function overlapOf(before: readonly string[], after: readonly string[]): number {
  for (let n = Math.min(before.length, after.length); n >= 100; n--)
    if (before.slice(-n).every((line, i) => line === after[i])) return n;
  return 0;
}

export function emptyCount(): Recount {
  return {
    exposed: new Set(),
    maybe: new Set(),
    viewers: new Map(),
    seenOnlyBy: new Map(),
    views: 0,
    times: [],
  };
}

export const isOwn = (line: Readonly<{ client: string; agent: string }>): boolean =>
  line.client.startsWith('10.') || line.agent === MONITOR;

/** One line showed each of `subjects` to a viewer; their own data is none of it. */
export function show(
  count: Recount,
  people: People,
  subjects: Iterable<string>,
  by: Readonly<{ account: string; client: string; agent: string }>,
  time: number,
): void {
  const others = [...subjects].filter((subject) => subject !== by.account);
  if (others.length === 0) return;
  const kind =
    by.account !== '' ? people.classOf(by.account) : CRAWLERS.includes(by.agent) ? 'crawler' : 'anonymous';
  const key = by.account !== '' ? by.account : `${by.client} ${by.agent}`;
  count.viewers.set(kind, (count.viewers.get(kind) ?? new Set()).add(key));
  count.views++;
  count.times.push(time);
  for (const subject of others) {
    count.exposed.add(subject);
    count.seenOnlyBy.set(subject, (count.seenOnlyBy.get(subject) ?? new Set()).add(kind));
  }
}

/** What truth.json says of people, recipients and times, as this count sees it. */
export function figuresOf(count: Recount, people: People): Record<string, unknown> {
  const known = (ids: Iterable<string>): string[] => [...ids].filter((id) => people.customers.has(id)).sort();
  const exposed = known(count.exposed);
  const unknown = known(count.maybe).filter((id) => !count.exposed.has(id));
  const unidentified = [...new Set([...count.exposed, ...count.maybe])].filter(
    (id) => !people.customers.has(id),
  );
  const addressOf = (id: string): string => (people.customers.get(id)?.email ?? '').toLowerCase();
  const addresses = new Set(exposed.map(addressOf));
  const split = (nameOf: (row: Record<string, string>) => string): Record<string, unknown> => {
    const counts: Record<string, { exposed: number; unknown: number }> = {};
    for (const [ids, key] of [
      [exposed, 'exposed'],
      [unknown, 'unknown'],
    ] as const)
      for (const id of ids) {
        const name = nameOf(people.customers.get(id) ?? {});
        counts[name] ??= { exposed: 0, unknown: 0 };
        counts[name][key]++;
      }
    return counts;
  };
  return {
    lists: { exposed, unknown, unidentified: unidentified.sort() },
    possiblySelf: exposed.filter((id) => [...(count.seenOnlyBy.get(id) ?? [])].join() === 'anonymous').length,
    addresses: {
      exposed: addresses.size,
      unknown: new Set(unknown.map(addressOf).filter((a) => !addresses.has(a))).size,
    },
    byCountry: split((r) => r.country ?? ''),
    byRegion: split((r) => (r.state ? `${r.country}-${r.state}` : '')),
    byLanguage: split((r) => r.language ?? ''),
    recipients: Object.fromEntries([...count.viewers].map(([kind, keys]) => [kind, keys.size])),
    views: count.views,
    first: new Date(Math.min(...count.times)).toISOString(),
    last: new Date(Math.max(...count.times)).toISOString(),
  };
}
