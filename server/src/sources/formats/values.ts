import type { LogField } from '@forthright/contract';
import { quoteText } from '../../platform/analytics/index.ts';
import type { CompiledFormat, Sql } from '../types.ts';
import { bind, firstPresent, groupOf } from './sql.ts';

export type Field = Exclude<LogField, 'line' | 'file' | 'row'>;
export type Fields = CompiledFormat['fields'];

/** The text of a variable, column or key; '' where the row has none; null when the log has no such thing. */
export type Reader = (name: string) => Sql | null;

/** The names under which formats know a field when the workspace names none, the most telling first. */
export const USUAL_NAMES: Readonly<Record<Exclude<Field, 'time' | 'path' | 'method'>, readonly string[]>> = {
  host: ['http_host', 'host', 'server_name', 'vhost', 'x-host-header', 'cs-host', 'cs(Host)'],
  status: ['status', 'sc-status'],
  client: ['remote_addr', 'c-ip', 'client'],
  userAgent: ['http_user_agent', 'cs(User-Agent)', 'userAgent'],
  viewer: ['remote_user', 'cs-username', 'viewer'],
  session: ['session'],
  person: ['person'],
  action: ['action'],
  cacheStatus: ['upstream_cache_status', 'x-edge-result-type', 'cacheStatus'],
  cache: ['x-edge-location', 'cache'],
  duration: ['request_time', 'time-taken', 'duration'],
  recipient: ['recipient'],
};
export const USUAL_TIMES = ['time_iso8601', 'time_local', 'msec', 'time', '@timestamp', 'timestamp'];
/** A column mapped to another field is not these as well: `cacheStatus: cache` says HIT, and names no cache. */
const OF_ONE_MEANING: readonly Field[] = [
  'status',
  'session',
  'person',
  'action',
  'cacheStatus',
  'cache',
  'recipient',
];
const USUAL_METHODS = ['request_method', 'cs-method', 'method'];
const USUAL_TARGETS = ['request_uri', 'path'];
const USUAL_STEMS = ['uri', 'document_uri', 'cs-uri-stem'];
const USUAL_QUERIES = ['args', 'query_string', 'cs-uri-query'];

/** `GET /x HTTP/1.1`. Whatever else a client sent (TLS to an HTTP port, nothing) has neither method nor path. */
export const REQUEST =
  '^([A-Za-z][A-Za-z0-9_-]*) (/.*?|[A-Za-z][A-Za-z0-9+.-]*://.*?|\\*|[^ /]+:\\d+)(?: HTTP/\\d(?:\\.\\d)?)?$';
const requestPart = (request: Sql, part: 1 | 2): Sql => groupOf(request, REQUEST, part);

/** `https://host/x` becomes `/x`; everything else stays as written. */
const withoutOrigin = (target: Sql): Sql =>
  bind(
    target,
    (t) =>
      `if(${t} = '' OR startsWith(${t}, '/'), ${t}, replaceRegexpOne(replaceRegexpOne(${t}, '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*', ''), ${quoteText('^(\\?|$)')}, ${quoteText('/\\1')}))`,
  );

/** Small letters, without a port or a final dot. */
export const hostOf = (host: Sql): Sql =>
  bind(
    `lower(${host})`,
    (v) =>
      `multiIf(${v} = '-', '', startsWith(${v}, '['), substring(${v}, 1, position(${v}, ']')), trimRight(substringIndex(${v}, ':', 1), '.'))`,
  );

/** The host of the absolute address inside a text such as `GET https://shop.example:443/x HTTP/2.0`. */
export const hostInUrl = (text: Sql): Sql =>
  hostOf(
    `if(position(${text}, '://') > 0, substringIndex(substring(${text}, position(${text}, '://') + 3, 255), '/', 1), '')`,
  );

/** The first address of a forwarding list, without port and brackets. */
const clientOf = (client: Sql): Sql =>
  bind(
    `trimBoth(substringIndex(${client}, ',', 1))`,
    (v) =>
      `multiIf(${v} = '-', '', startsWith(${v}, '['), substring(${v}, 2, greatest(0, position(${v}, ']') - 2)), countSubstrings(${v}, ':') = 1, substringIndex(${v}, ':', 1), ${v})`,
  );

const personsOf = (person: Sql): Sql =>
  bind(
    person,
    (v) =>
      `multiIf(${v} = '', CAST([], 'Array(String)'), startsWith(${v}, '['), arrayFilter(x -> x != '', JSONExtract(${v}, 'Array(String)')), [${v}])`,
  );

function secondsPer(name: string): number {
  if (/(?:_ms|Ms|_millis)$/.test(name)) return 1e-3;
  if (/(?:_us|Us|_micros)$/.test(name)) return 1e-6;
  return 1;
}

function present(read: Reader, names: readonly string[]): Sql | null {
  const found = names.map(read).filter((value) => value !== null);
  return found.length === 0 ? null : firstPresent(found);
}

export type FieldOptions = Readonly<{
  columns: Partial<Record<LogField, string>>;
  /** Factor from the log's unit of duration to seconds, where the column's name does not tell. */
  durationUnit?: number;
  /** Method and target of the variable `request`, where the format cuts them out before it undoes escapes. */
  requestPart?: (part: 1 | 2) => Sql;
}>;

/**
 * The fields of a row, from readers of its raw texts. A field that the workspace maps is read from there and
 * nowhere else; the others from the format's usual names.
 */
export function fieldsFrom(read: Reader, time: Sql, options: FieldOptions): Fields {
  const { columns } = options;
  const taken = Object.values(columns);
  const raw = (field: Exclude<Field, 'time' | 'path' | 'method'>): Sql | null => {
    const mapped = columns[field];
    if (mapped !== undefined) return read(mapped);
    return present(
      read,
      USUAL_NAMES[field].filter((name) => !OF_ONE_MEANING.includes(field) || !taken.includes(name)),
    );
  };
  const ofRequest = options.requestPart ?? ((part) => requestPart(read('request') ?? "''", part));
  const request = read('request') === null ? null : ofRequest;
  const some = (value: Sql | null, use: (value: Sql) => Sql): Sql | null =>
    value === null ? null : use(value);
  const durationName = columns.duration ?? USUAL_NAMES.duration.find((name) => read(name) !== null) ?? '';
  const unit = durationName === 'time-taken' ? (options.durationUnit ?? 1) : secondsPer(durationName);
  return {
    time,
    host: some(raw('host'), hostOf),
    method: some(methodText(read, request, columns.method), (v) => `upper(${v})`),
    path: some(pathText(read, request, columns.path), (v) => v),
    status: some(raw('status'), (v) => `toUInt16OrZero(${v})`),
    client: some(raw('client'), clientOf),
    userAgent: raw('userAgent'),
    viewer: raw('viewer'),
    session: raw('session'),
    person: some(raw('person'), personsOf),
    action: raw('action'),
    cacheStatus: raw('cacheStatus'),
    cache: raw('cache'),
    duration: some(raw('duration'), (v) => `toFloat64OrZero(${v})${unit === 1 ? '' : ` * ${unit}`}`),
    recipient: raw('recipient'),
  };
}

/** A mapped column may hold the method or path itself or the whole request line. */
const fromMapped = (value: Sql, part: 1 | 2): Sql =>
  bind(value, (v) => bind(requestPart(v, part), (r) => `if(${r} = '', ${v}, ${r})`));

function methodText(
  read: Reader,
  request: ((part: 1 | 2) => Sql) | null,
  mapped: string | undefined,
): Sql | null {
  if (mapped !== undefined) {
    const value = read(mapped);
    return value === null ? null : mapped === 'request' ? requestPart(value, 1) : fromMapped(value, 1);
  }
  const own = present(read, USUAL_METHODS);
  if (request === null) return own;
  return own === null ? request(1) : firstPresent([own, request(1)]);
}

function pathText(
  read: Reader,
  request: ((part: 1 | 2) => Sql) | null,
  mapped: string | undefined,
): Sql | null {
  if (mapped !== undefined && !USUAL_STEMS.includes(mapped)) {
    const value = read(mapped);
    return value === null
      ? null
      : withoutOrigin(mapped === 'request' ? requestPart(value, 2) : fromMapped(value, 2));
  }
  const candidates: Sql[] = [];
  const target = mapped === undefined ? present(read, USUAL_TARGETS) : null;
  if (target !== null) candidates.push(target);
  if (request !== null && mapped === undefined) candidates.push(request(2));
  const stem = present(read, mapped === undefined ? USUAL_STEMS : [mapped]);
  if (stem !== null) {
    const query = present(read, USUAL_QUERIES);
    candidates.push(
      query === null
        ? stem
        : bind(stem, (v) => bind(query, (q) => `if(${v} = '' OR ${q} = '', ${v}, concat(${v}, '?', ${q}))`)),
    );
  }
  return candidates.length === 0 ? null : withoutOrigin(firstPresent(candidates));
}
