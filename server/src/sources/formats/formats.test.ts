import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { LogSource } from '@forthright/contract';
import type { CompiledFormat } from '../types.ts';
import { REQUESTS, Reading, type Request } from './formats.suite.ts';
import { compileFormat, type FormatOptions } from './index.ts';

const reading = new Reading();
after(() => reading.close());

const log = (format: LogSource['format'], more: Partial<LogSource> = {}): LogSource => ({
  at: 'x.log',
  format,
  sampled: 1,
  ...more,
});
const compile = (format: LogSource['format'], more: Partial<LogSource> = {}, options: FormatOptions = {}) =>
  compileFormat(log(format, more), options);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const clf = ({ at }: Request): string => {
  const [year, month, day] = at.date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${at.time} ${at.zone}`;
};
const iso = ({ at }: Request): string => `${at.date}T${at.time}${at.zone.slice(0, 3)}:${at.zone.slice(3)}`;
const utc = ({ at }: Request): string => new Date(at.ms).toISOString();
const dash = (text: string): string => (text === '' ? '-' : text);
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
const hexEscaped = (text: string): string =>
  text.replaceAll(
    /["\\]|[^ -~]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );
const json = (text: string): string => JSON.stringify(text).replaceAll('/', '\\/');
const csv = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const IIS =
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs-host sc-status time-taken'.split(
    ' ',
  );
const CLOUDFRONT =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header time-taken'.split(
    ' ',
  );
const CSV = ['time', 'method', 'path', 'status', 'client', 'user', 'ua', 'host'];
const COLUMNS = { time: 'time', client: 'client', viewer: 'user', userAgent: 'ua' } as const;

type Case = Readonly<{
  name: string;
  format: CompiledFormat;
  write: (request: Request) => string;
  /** Fields that the format has no place for, or that it can't say. */
  without?: readonly (keyof Request)[];
  cannotSay?: (request: Request) => boolean;
  /** Requests that the cheap expressions may doubt. */
  alwaysDoubted?: boolean;
}>;

const [stem, query] = [(p: string) => p.split('?')[0] ?? '', (p: string) => p.split('?')[1] ?? ''];
const combined = (r: Request, write: (text: string) => string): string =>
  `${r.client} - ${dash(r.viewer)} [${clf(r)}] "${r.method} ${write(r.path)} HTTP/1.1" ${r.status} 123 "https://x.example/%41" "${dash(write(r.userAgent))}"`;

const CASES: readonly Case[] = [
  { name: 'combined', format: compile('combined'), write: (r) => combined(r, escaped), without: ['host'] },
  {
    name: 'combined as nginx escapes',
    format: compile('combined'),
    write: (r) => combined(r, hexEscaped),
    without: ['host'],
  },
  {
    name: 'combined with fields behind',
    format: compile('combined'),
    write: (r) => `${combined(r, escaped)} "10.0.0.1" rt=0.123 u="a b"`,
    without: ['host'],
    alwaysDoubted: true,
  },
  {
    name: 'common',
    format: compile('common'),
    write: (r) => combined(r, escaped).split(' "https:')[0] ?? '',
    without: ['host', 'userAgent'],
  },
  {
    name: 'pattern of vhost_combined',
    format: compile('pattern', { pattern: '$host:$server_port $combined' }),
    write: (r) => `${dash(r.host)}:443 ${combined(r, escaped)}`,
  },
  {
    name: 'pattern with ISO time in front and a host behind',
    format: compile('pattern', {
      pattern:
        '$time_iso8601 $remote_addr "$remote_user" "$request_method" "$uri$is_args$args" $status "$http_user_agent" "$http_host" $request_time',
    }),
    write: (r) =>
      `${iso(r)} ${r.client} "${dash(r.viewer)}" "${r.method}" "${escaped(r.path)}" ${r.status} "${escaped(r.userAgent)}" "${r.host}" 0.012`,
    cannotSay: (r) => r.path.includes('"'),
  },
  {
    name: 'pattern with epoch and tabs',
    format: compile('pattern', {
      pattern: '$msec\t$host\t$remote_addr\t$remote_user\t$request\t$status\t$http_user_agent',
    }),
    write: (r) =>
      [
        (r.at.ms / 1000).toFixed(3),
        dash(r.host),
        r.client,
        dash(r.viewer),
        `${r.method} ${r.path} HTTP/2.0`,
        r.status,
        dash(hexEscaped(r.userAgent)),
      ].join('\t'),
    alwaysDoubted: true,
  },
  {
    name: 'alb',
    format: compile('alb'),
    write: (r) =>
      `h2 ${utc(r).replace('Z', '456Z')} app/shop/50dc6c495c0c9188 ${r.client}:2817 10.0.0.66:9000 0.001 0.048 -1 ${r.status} 200 34 366 "${r.method} https://${r.host}:443${hexEscaped(r.path)} HTTP/2.0" "${dash(hexEscaped(r.userAgent))}" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1 "Root=1-58337262" "${r.host}" "-" 1 ${utc(r)} "forward" "-" "-" "10.0.0.66:9000" "200" "-" "-" TID_1`,
    without: ['viewer'],
  },
  {
    name: 'w3c of IIS',
    format: compile('w3c', {}, { header: IIS }),
    write: (r) =>
      [
        utc(r).slice(0, 10),
        utc(r).slice(11, 19),
        '10.0.0.1',
        r.method,
        stem(r.path),
        dash(query(r.path)),
        443,
        dash(r.viewer),
        r.client,
        dash(r.userAgent.replaceAll(' ', '+')),
        dash(r.host),
        r.status,
        12,
      ].join(' '),
    cannotSay: (r) => r.path.startsWith('"'),
  },
  {
    name: 'w3c of CloudFront',
    format: compile('w3c', {}, { header: CLOUDFRONT }),
    write: (r) =>
      [
        utc(r).slice(0, 10),
        utc(r).slice(11, 19),
        'FRA50-C1',
        5,
        r.client,
        r.method,
        'd1.cloudfront.net',
        stem(r.path),
        r.status,
        '-',
        dash(
          r.userAgent.replaceAll(/[^\w/();.]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`),
        ),
        dash(query(r.path)),
        '-',
        'RefreshHit',
        'SOX4xw==',
        r.host === '' ? '-' : r.host,
        '0.012',
      ].join('\t'),
    without: ['viewer', 'host'],
  },
  {
    name: 'jsonl with ISO times',
    format: compile('jsonl', {
      columns: {
        time: 'ts',
        client: 'net.ip',
        viewer: 'user.id',
        path: 'path',
        method: 'method',
        status: 'status',
        userAgent: 'ua',
        host: 'host',
      },
    }),
    write: (r) =>
      `{"ts":"${iso(r)}","net":{"ip":${json(r.client)}},"user":{"id":${json(r.viewer)}},"path":${json(r.path)},"method":"${r.method}","status":${r.status},"ua":${json(r.userAgent)},"host":"${r.host}"}`,
  },
  {
    name: 'jsonl with epoch milliseconds and spaces',
    format: compile('jsonl', {
      columns: {
        time: 'ts',
        client: 'ip',
        viewer: 'user',
        path: 'path',
        method: 'method',
        status: 'status',
        userAgent: 'ua',
        host: 'host',
      },
    }),
    write: (r) =>
      `{"path": ${json(r.path).replaceAll('\\/', '/')}, "ts": ${r.at.ms}, "ip": ${json(r.client)}, "user": ${r.viewer === '' ? 'null' : json(r.viewer)}, "method": "${r.method}", "status": "${r.status}", "ua": ${json(r.userAgent)}, "host": "${r.host}"}`,
  },
  {
    name: 'nginx-json',
    format: compile('nginx-json'),
    write: (r) =>
      `{"time_iso8601":"${iso(r)}","remote_addr":"${r.client}","remote_user":"${r.viewer}","request":${json(`${r.method} ${r.path} HTTP/1.1`)},"status":"${r.status}","http_user_agent":${json(r.userAgent)},"host":"${r.host}","request_time":"0.012"}`,
  },
  {
    name: 'nginx-json without escape=json',
    format: compile('nginx-json'),
    write: (r) =>
      `{"time_iso8601":"${iso(r)}","remote_addr":"${r.client}","remote_user":"${r.viewer}","request":"${hexEscaped(`${r.method} ${r.path} HTTP/1.1`)}","status":"${r.status}","http_user_agent":"${hexEscaped(r.userAgent)}","host":"${r.host}"}`,
    // Bytes that become letters of their own.
    cannotSay: (r) => /[^ -~]/.test(r.userAgent + r.path),
  },
  {
    name: 'csv',
    format: compile('csv', { columns: COLUMNS }, { header: CSV }),
    write: (r) =>
      [iso(r), r.method, r.path, String(r.status), r.client, r.viewer, r.userAgent, r.host]
        .map(csv)
        .join(','),
  },
];

const FIELDS = ['client', 'viewer', 'method', 'path', 'status', 'userAgent', 'host'] as const;

describe('every text format gives back what was written', () => {
  for (const c of CASES) {
    for (const end of ['', '\r']) {
      test(`${c.name}${end === '' ? '' : ' with CRLF'}`, () => {
        const requests = REQUESTS.filter((r) => c.cannotSay?.(r) !== true);
        const rows = reading.lines(
          c.format,
          requests.map((r) => c.write(r) + end),
        );
        assert.equal(rows.length, requests.length);
        for (const [i, r] of requests.entries()) {
          const row = rows[i];
          assert.ok(row !== undefined);
          assert.ok(row.isRight, `${r.name}: is right: ${c.write(r).slice(0, 300)}`);
          assert.equal(row.time, r.at.ms, `${r.name}: time`);
          assert.equal((row.minute ?? 0) + row.exact[2], r.at.ms, `${r.name}: minute`);
          for (const field of FIELDS.filter((name) => !c.without?.includes(name)))
            assert.equal(
              row[field],
              field === 'method' ? r.method.toUpperCase() : r[field],
              `${r.name}: ${field}`,
            );
          if (row.looksRight) {
            assert.deepEqual(row.cheap, row.exact, `${r.name}: cheap stamp`);
            assert.equal(row.cheapHost, row.exactHost, `${r.name}: cheap host`);
          }
          assert.equal(row.contains, r.mayBeReviews, `${r.name}: may contain`);
        }
        if (c.alwaysDoubted !== true) assert.ok(rows[0]?.looksRight, 'an ordinary line is not doubted');
      });
    }
  }
});

describe('broken lines are rejected, and nothing crashes', () => {
  for (const c of CASES) {
    test(`${c.name}, cut off after every byte`, () => {
      const whole = c.write(REQUESTS[0] as Request);
      const cuts = Array.from({ length: whole.length + 1 }, (_, length) => whole.slice(0, length));
      const rows = reading.lines(c.format, cuts);
      assert.equal(rows.length, cuts.length);
      for (const [i, row] of rows.entries())
        assert.ok(!row.looksRight || row.isRight, `trusted, but wrong: ${cuts[i]}`);
      assert.ok(rows.filter((row) => row.isRight).length < 150 && rows[0]?.isRight === false);
      assert.equal(rows.at(-1)?.isRight, true);
    });
    test(`${c.name}, run into the next line`, () => {
      const [a, b] = [c.write(REQUESTS[0] as Request), c.write(REQUESTS[5] as Request)];
      const lines = Array.from({ length: a.length }, (_, length) => a.slice(0, length) + b);
      for (const [i, row] of reading.lines(c.format, lines).entries())
        assert.ok(!row.looksRight || row.isRight, `trusted, but wrong: ${lines[i]}`);
    });
    test(`${c.name}, random bytes`, () => {
      let seed = 20181121;
      const random = (below: number) => {
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
        return (seed >>> 8) % below;
      };
      const whole = c.write(REQUESTS[0] as Request);
      const noise = (length: number) =>
        Array.from({ length }, () => String.fromCharCode(random(256)))
          .join('')
          .replaceAll('\n', ' ');
      const lines = Array.from({ length: 300 }, (_, i) => {
        if (i % 2 === 0) return noise(random(200));
        const [from, length] = [random(whole.length), random(20)];
        return whole.slice(0, from) + noise(length) + whole.slice(from + length);
      });
      const rows = reading.lines(c.format, lines);
      assert.equal(rows.length, lines.length);
      for (const [i, row] of rows.entries())
        if (i % 2 === 0 && row.isRight) assert.fail(`noise taken for a line: ${lines[i]}`);
    });
  }
});
