import type { Incident, LogField } from '@forthright/contract';

/**
 * A small world: everything that Forthright would read, held in memory. The oracle answers it literally; the
 * engine answers what `write.ts` writes of it. `plan.ts` makes random ones.
 */
export type World = Readonly<{
  /** Rows in the order of the file; of rows with one id the first counts. */
  customers: readonly Customer[];
  /** Whether the directory maps createdAt and deletedAt. */
  hasLifetimes: boolean;
  references: Readonly<Record<string, readonly ReferenceRow[]>>;
  sessions: readonly Readonly<{ session: string; account: string }>[];
  employees: readonly Readonly<{ id: string; team: string; kind: string }>[];
  sellers: readonly Readonly<{ id: string; name: string; country: string }>[];
  own: Readonly<{ networks: readonly string[]; userAgents: readonly string[] }>;
  logs: Readonly<Record<string, Log>>;
  /** Path of a list (CSV, one column named `value`) → its values. */
  lists: Readonly<Record<string, readonly string[]>>;
  /** Path of a mail → the addresses in its To and Cc. */
  mails: Readonly<Record<string, readonly string[]>>;
  incident: Incident;
}>;

export type Customer = Readonly<{
  id: string;
  email: string;
  name: string;
  country: string;
  region: string;
  language: string;
  createdAt: number | null;
  deletedAt: number | null;
}>;

/** Valid in [from, to); null is unbounded. */
export type ReferenceRow = Readonly<{
  key: string;
  person: string;
  from: number | null;
  to: number | null;
}>;

export type LogShape = 'combined' | 'combined-host' | 'jsonl';

export type Log = Readonly<{
  shape: LogShape;
  /** The fields this log has; a line's other fields are empty. */
  fields: readonly LogField[];
  sampled: number;
  /** Minutes east of Greenwich in which stamps are written. */
  zoneMinutes: number;
  /** Sorted by time. Whole seconds, but in JSON lines. */
  lines: readonly Line[];
}>;

/** One line. Times are milliseconds since 1970; '' is an absent value. */
export type Line = Readonly<{
  time: number;
  host: string;
  method: string;
  /** Path and query as the client sent them. */
  target: string;
  status: number;
  client: string;
  userAgent: string;
  account: string;
  session: string;
  persons: readonly string[];
  action: string;
  cacheStatus: string;
  cache: string;
  durationMs: number;
  recipient: string;
}>;

export const FIELDS_OF: Record<LogShape, readonly LogField[]> = {
  combined: ['time', 'client', 'viewer', 'method', 'path', 'status', 'userAgent'],
  'combined-host': ['time', 'host', 'client', 'viewer', 'method', 'path', 'status', 'userAgent'],
  jsonl: [
    'time',
    'host',
    'client',
    'viewer',
    'session',
    'method',
    'path',
    'status',
    'userAgent',
    'cacheStatus',
    'cache',
    'duration',
  ],
};

export const BLANK: Line = {
  time: 0,
  host: '',
  method: 'GET',
  target: '/',
  status: 200,
  client: '203.0.113.5',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  account: '',
  session: '',
  persons: [],
  action: '',
  cacheStatus: '',
  cache: '',
  durationMs: 0,
  recipient: '',
};

/** What a log with these fields keeps of a line. */
export function asLogged(line: Line, shape: LogShape, fields: readonly LogField[]): Line {
  const has = (field: LogField) => fields.includes(field);
  return {
    time: shape === 'jsonl' ? line.time : Math.floor(line.time / 1000) * 1000,
    host: has('host') ? line.host : '',
    method: has('method') ? line.method : '',
    target: has('path') ? line.target : '',
    status: has('status') ? line.status : 0,
    client: has('client') ? line.client : '',
    userAgent: has('userAgent') ? line.userAgent : '',
    account: has('viewer') ? line.account : '',
    session: has('session') ? line.session : '',
    persons: has('person') ? line.persons : [],
    action: has('action') ? line.action : '',
    cacheStatus: has('cacheStatus') ? line.cacheStatus : '',
    cache: has('cache') ? line.cache : '',
    durationMs: has('duration') ? line.durationMs : 0,
    recipient: has('recipient') ? line.recipient : '',
  };
}

/** The name that all files of a log share, so that they are one series. */
export const SERIES = 'access.log';

const HOUR = 3_600_000;

/** The world without one log's lines of the hour that begins at `from`, on every host. */
export function withoutHour(world: World, logName: string, from: number): World {
  return withLines(world, logName, (lines) => lines.filter((l) => l.time < from || l.time >= from + HOUR));
}

/** The world with more lines in one log. */
export function withMoreLines(world: World, logName: string, more: readonly Line[]): World {
  return withLines(world, logName, (lines) => [...lines, ...more]);
}

function withLines(
  world: World,
  logName: string,
  change: (lines: readonly Line[]) => readonly Line[],
): World {
  const log = world.logs[logName];
  if (log === undefined) throw new Error(`this world has no log ${logName}`);
  const lines = [...change(log.lines)].sort((a, b) => a.time - b.time);
  return { ...world, logs: { ...world.logs, [logName]: { ...log, lines } } };
}
