/**
 * The formats of the coverage matrix: which fields each can hold, how a line is written in it, and what a user
 * says of it in forthright.yaml. Columns have other names than fields, so that a mapping is always needed where
 * the format has one.
 */
import type { LogField } from '@forthright/contract';
import { asLogged, type Line, type Log, type World } from '../oracle/world.ts';
import type { ColumnType, Table } from './tables.ts';

export const FORMATS = [
  'combined',
  'common',
  'pattern',
  'nginx-json',
  'alb',
  'w3c-iis',
  'w3c-cloudfront',
  'jsonl',
  'csv',
  'parquet',
  'clickhouse',
  'clickhouse-lines',
  'postgres',
] as const;
export type Format = (typeof FORMATS)[number];

export const TITLES: Record<Format, string> = {
  combined: 'Apache/nginx combined',
  common: 'Apache/nginx common',
  pattern: 'nginx `log_format` pattern',
  'nginx-json': 'nginx JSON',
  alb: 'AWS ALB',
  'w3c-iis': 'W3C extended (IIS)',
  'w3c-cloudfront': 'W3C extended (CloudFront)',
  jsonl: 'JSON lines, nested',
  csv: 'CSV',
  parquet: 'Parquet',
  clickhouse: 'ClickHouse table of columns',
  'clickhouse-lines': 'ClickHouse table of raw lines',
  postgres: 'PostgreSQL table',
};

const PLAIN: readonly LogField[] = ['time', 'client', 'method', 'path', 'status'];
const EVERY: readonly LogField[] = [
  ...PLAIN,
  'host',
  'userAgent',
  'viewer',
  'session',
  'person',
  'action',
  'cacheStatus',
  'cache',
  'duration',
  'recipient',
];

/** What a log in this format can say, by itself or through its mapping. */
export const FIELDS: Record<Format, readonly LogField[]> = {
  combined: [...PLAIN, 'viewer', 'userAgent'],
  common: [...PLAIN, 'viewer'],
  pattern: EVERY,
  'nginx-json': [...PLAIN, 'host', 'viewer', 'session', 'userAgent', 'cacheStatus'],
  alb: [...PLAIN, 'host', 'userAgent'],
  'w3c-iis': [...PLAIN, 'host', 'viewer', 'userAgent'],
  'w3c-cloudfront': [...PLAIN, 'host', 'userAgent', 'cacheStatus', 'cache'],
  jsonl: EVERY,
  csv: EVERY,
  parquet: EVERY,
  clickhouse: EVERY,
  'clickhouse-lines': EVERY,
  postgres: EVERY,
};

/** Formats whose stamps end with whole seconds. */
const WHOLE_SECONDS: ReadonlySet<Format> = new Set([
  'combined',
  'common',
  'pattern',
  'nginx-json',
  'w3c-iis',
  'w3c-cloudfront',
  'clickhouse-lines',
]);

/** One format for every log, or one for each by its name. */
export type Formats = Format | Readonly<Record<string, Format>>;

export function formatOf(formats: Formats, log: string): Format {
  const format = typeof formats === 'string' ? formats : formats[log];
  if (format === undefined) throw new Error(`no format for log ${log}`);
  return format;
}

/** The world as far as logs in these formats can show it. */
export function seenThrough(world: World, formats: Formats): World {
  const holds = (log: string, field: LogField) => FIELDS[formatOf(formats, log)].includes(field);
  const shown = ([name, log]: [string, Log]): [string, Log] => {
    const shape = WHOLE_SECONDS.has(formatOf(formats, name)) ? 'combined' : 'jsonl';
    const fields = log.fields.filter((field) => holds(name, field));
    return [name, { ...log, shape, fields, lines: log.lines.map((line) => asLogged(line, shape, fields)) }];
  };
  const leaks = world.incident.leaks.map((leak) =>
    leak.kind === 'url' && !holds(leak.log, 'recipient') ? { ...leak, passedTo: ['ads.example'] } : leak,
  );
  const gaps = world.incident.gaps.map(({ host, ...gap }) =>
    host !== undefined && holds(gap.log, 'host') ? { ...gap, host } : gap,
  );
  return {
    ...world,
    logs: Object.fromEntries(Object.entries(world.logs).map(shown)),
    incident: { ...world.incident, leaks, gaps },
  };
}

// ---- lines of text ------------------------------------------------------------------------------------------

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A server in New York writes local time; the instant is the same. */
const ZONE_MINUTES = -300;

function apacheStamp(time: number): string {
  const there = new Date(time + ZONE_MINUTES * 60_000).toISOString();
  const month = MONTHS[Number(there.slice(5, 7)) - 1];
  return `${there.slice(8, 10)}/${month}/${there.slice(0, 4)}:${there.slice(11, 19)} -0500`;
}

const isoStamp = (time: number): string => new Date(time).toISOString();
const orDash = (text: string): string => (text === '' ? '-' : text);
/** nginx and Apache escape quotes and backslashes inside quoted values. */
const quoted = (text: string): string =>
  `"${orDash(text).replaceAll('\\', '\\x5C').replaceAll('"', '\\x22')}"`;
const requestOf = (line: Line): string => `${line.method} ${line.target} HTTP/1.1`;
const personsOf = (line: Line): string =>
  line.persons.length > 1 ? JSON.stringify(line.persons) : (line.persons[0] ?? '');

function common(line: Line): string {
  return `${line.client} - ${orDash(line.account)} [${apacheStamp(line.time)}] "${requestOf(line)}" ${line.status || '-'} 512`;
}

const combined = (line: Line): string => `${common(line)} "-" ${quoted(line.userAgent)}`;

export const PATTERN =
  '$host $remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $upstream_cache_status $pop $request_time "$cookie_session" "$persons" "$what" "$sent_to"';

function pattern(line: Line): string {
  const behind = [line.cacheStatus, line.cache].map(orDash).join(' ');
  const said = [line.session, personsOf(line), line.action, line.recipient].map(quoted).join(' ');
  return `${orDash(line.host)} ${combined(line)} ${behind} ${(line.durationMs / 1000).toFixed(3)} ${said}`;
}

function nginxJson(line: Line): string {
  return JSON.stringify({
    time_iso8601: isoStamp(line.time).replace('.000Z', '+00:00'),
    remote_addr: line.client,
    remote_user: line.account,
    http_host: line.host,
    request_method: line.method,
    request_uri: line.target,
    status: String(line.status),
    http_user_agent: line.userAgent,
    upstream_cache_status: line.cacheStatus,
    cookie_session: line.session,
    request_time: '0.123',
  });
}

function alb(line: Line): string {
  const stamp = isoStamp(line.time).replace('Z', '456Z');
  const url = `https://${line.host}:443${line.target}`;
  return `h2 ${stamp} app/shop/50dc6c495c0c9188 ${line.client}:46532 10.0.0.66:9000 0.000 0.057 0.000 ${line.status} ${line.status} 534 1240 "${line.method} ${url} HTTP/2.0" ${quoted(line.userAgent)} ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/943f017f100becff "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 ${stamp} "forward" "-" "-" "10.0.0.66:9000" "200" "-" "-"`;
}

const IIS_FIELDS =
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status time-taken';
const CLOUDFRONT_FIELDS =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for';

function w3c(line: Line): Record<string, string> {
  const [date = '', time = ''] = isoStamp(line.time).split('T');
  const [stem = '', ...query] = line.target.split('?');
  return {
    date,
    time: time.slice(0, 8),
    'c-ip': line.client,
    'cs-method': line.method,
    'cs-uri-stem': stem,
    'cs-uri-query': query.join('?'),
    'sc-status': String(line.status),
  };
}

function iis(line: Line): string {
  const values: Record<string, string> = {
    ...w3c(line),
    's-ip': '10.0.0.4',
    's-port': '443',
    'cs-username': line.account,
    'cs-host': line.host,
    'cs(User-Agent)': line.userAgent.replaceAll(' ', '+'),
    'sc-substatus': '0',
    'sc-win32-status': '0',
    'time-taken': '35',
  };
  return IIS_FIELDS.split(' ')
    .map((name) => orDash(values[name] ?? ''))
    .join(' ');
}

/** CloudFront's words for what nginx calls HIT, MISS, …; capitals do not matter to a reader. */
function cloudfront(line: Line): string {
  const values: Record<string, string> = {
    ...w3c(line),
    'x-edge-location': line.cache,
    'sc-bytes': '512',
    'cs(Host)': 'd111111abcdef8.cloudfront.net',
    'x-host-header': line.host,
    'cs(User-Agent)': encodeURI(line.userAgent),
    'x-edge-result-type': line.cacheStatus === 'HIT' ? 'Hit' : 'Miss',
    'x-edge-request-id': 'SOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==',
    'cs-protocol': 'https',
    'time-taken': '0.001',
  };
  return CLOUDFRONT_FIELDS.split(' ')
    .map((name) => orDash(values[name] ?? ''))
    .join('\t');
}

/** Where a nested JSON line keeps each field. */
const NESTED: Partial<Record<LogField, string>> = {
  time: 'at',
  host: 'request.host',
  method: 'request.method',
  path: 'request.uri',
  status: 'response.status',
  client: 'peer.ip',
  userAgent: 'request.headers.agent',
  viewer: 'user.account',
  session: 'user.session',
  person: 'audit.persons',
  action: 'audit.what',
  cacheStatus: 'edge.result',
  cache: 'edge.pop',
  duration: 'response.took',
  recipient: 'sent_to',
};

/** Where a table or a CSV file keeps each field, and of which type a typed table has it. */
const FLAT: Partial<Record<LogField, readonly [name: string, type: ColumnType]>> = {
  time: ['ts', 'instant'],
  host: ['vhost', 'symbol'],
  method: ['verb', 'symbol'],
  path: ['uri', 'text'],
  status: ['code', 'integer'],
  client: ['ip', 'text'],
  userAgent: ['agent', 'text'],
  viewer: ['account', 'text'],
  session: ['sid', 'text'],
  person: ['persons', 'texts'],
  action: ['what', 'symbol'],
  cacheStatus: ['cache_result', 'symbol'],
  cache: ['pop', 'symbol'],
  duration: ['took', 'number'],
  recipient: ['sent_to', 'text'],
};

function fieldOf(line: Line, field: LogField): unknown {
  switch (field) {
    case 'time':
      return isoStamp(line.time);
    case 'path':
      return line.target;
    case 'viewer':
      return line.account;
    case 'person':
      return line.persons;
    case 'duration':
      return line.durationMs / 1000;
    case 'line':
    case 'file':
    case 'row':
      return '';
    default:
      return line[field];
  }
}

function nested(line: Line, fields: readonly LogField[]): string {
  const whole: Record<string, unknown> = {};
  for (const field of fields) {
    const value = fieldOf(line, field);
    if (value === '') continue;
    const path = (NESTED[field] ?? field).split('.');
    const last = path.pop() ?? '';
    let place = whole;
    for (const name of path) {
      place[name] ??= {};
      place = place[name] as Record<string, unknown>;
    }
    place[last] = field === 'person' && line.persons.length === 1 ? line.persons[0] : value;
  }
  return JSON.stringify(whole);
}

const csvCell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function csvLine(line: Line, fields: readonly LogField[]): string {
  return fields
    .map((field) => csvCell(field === 'person' ? personsOf(line) : String(fieldOf(line, field))))
    .join(',');
}

/** A log as the text of one file; null for formats that are no text. */
export function textOf(log: Log, format: Format): string | null {
  const all = (head: readonly string[], write: (line: Line) => string) =>
    [...head, ...log.lines.map(write)].map((text) => `${text}\n`).join('');
  switch (format) {
    case 'combined':
      return all([], combined);
    case 'common':
      return all([], common);
    case 'pattern':
      return all([], pattern);
    case 'nginx-json':
      return all([], nginxJson);
    case 'alb':
      return all([], alb);
    case 'w3c-iis':
      return all(
        [
          '#Software: Microsoft Internet Information Services 10.0',
          '#Version: 1.0',
          `#Fields: ${IIS_FIELDS}`,
        ],
        iis,
      );
    case 'w3c-cloudfront':
      return all(['#Version: 1.0', `#Fields: ${CLOUDFRONT_FIELDS}`], cloudfront);
    case 'jsonl':
      return all([], (line) => nested(line, log.fields));
    case 'csv':
      return all([log.fields.map((field) => FLAT[field]?.[0]).join(',')], (line) =>
        csvLine(line, log.fields),
      );
    case 'parquet':
    case 'clickhouse':
    case 'clickhouse-lines':
    case 'postgres':
      return null;
  }
}

export const EXTENSIONS: Partial<Record<Format, string>> = { jsonl: 'jsonl', csv: 'csv', parquet: 'parquet' };

/** A log as a table: of raw lines, or of a typed column a field. */
export function tableOf(name: string, log: Log, format: Format): Table {
  if (format === 'clickhouse-lines') {
    return {
      name,
      columns: { raw: 'text' },
      rows: log.lines.map((line) => ({ raw: pattern(line) })),
    };
  }
  const columns = log.fields.flatMap((field) => {
    const column = FLAT[field];
    return column === undefined ? [] : [{ field, name: column[0], type: column[1] }];
  });
  return {
    name,
    columns: Object.fromEntries(columns.map((column) => [column.name, column.type])),
    rows: log.lines.map((line) =>
      Object.fromEntries(columns.map((column) => [column.name, fieldOf(line, column.field)])),
    ),
  };
}

const mapped = (log: Log, names: Partial<Record<LogField, string>>): Record<string, string> =>
  Object.fromEntries(log.fields.map((field) => [field, names[field] ?? field]));

const IN_PATTERN: Partial<Record<LogField, string>> = {
  session: 'cookie_session',
  person: 'persons',
  action: 'what',
  cache: 'pop',
  duration: 'request_time',
  recipient: 'sent_to',
};

function patternColumns(log: Log): Record<string, string> {
  const { fields } = log;
  return mapped({ ...log, fields: fields.filter((field) => IN_PATTERN[field] !== undefined) }, IN_PATTERN);
}

/** What forthright.yaml says of a log in this format, but for `at`. */
export function sourceOf(log: Log, format: Format): Record<string, unknown> {
  const flat = Object.fromEntries(Object.entries(FLAT).map(([field, [name]]) => [field, name]));
  switch (format) {
    case 'combined':
    case 'common':
    case 'alb':
      return { format };
    case 'w3c-iis':
    case 'w3c-cloudfront':
      return { format: 'w3c' };
    case 'pattern':
      return { format, pattern: PATTERN, columns: patternColumns(log) };
    case 'clickhouse-lines':
      return { format: 'pattern', pattern: PATTERN, columns: { line: 'raw', ...patternColumns(log) } };
    case 'nginx-json':
      return { format, columns: { session: 'cookie_session' } };
    case 'jsonl':
      return { format, columns: mapped(log, NESTED) };
    case 'csv':
    case 'parquet':
      return { format, columns: mapped(log, flat) };
    case 'clickhouse':
    case 'postgres':
      return { format: 'table', columns: mapped(log, flat) };
  }
}
