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

/** Several groups of lines in one statement: to plan one takes longer than to read a thousand lines. */
function readGroups<K extends string>(
  format: CompiledFormat,
  groups: Readonly<Record<K, readonly string[]>>,
) {
  const rows = reading.lines(format, Object.values<readonly string[]>(groups).flat());
  let from = 0;
  const of = {} as Record<K, typeof rows>;
  for (const name of Object.keys(groups) as K[]) {
    of[name] = rows.slice(from, from + groups[name].length);
    from += groups[name].length;
  }
  assert.equal(rows.length, from);
  return of;
}

describe('broken lines are rejected, and nothing crashes', () => {
  for (const c of CASES) {
    test(`${c.name}: cut off after every byte, run into the next line, random bytes`, () => {
      const [whole, next] = [c.write(REQUESTS[0] as Request), c.write(REQUESTS[5] as Request)];
      let seed = 20181121;
      const random = (below: number) => {
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
        return (seed >>> 8) % below;
      };
      const noise = (length: number) =>
        Array.from({ length }, () => String.fromCharCode(random(256)))
          .join('')
          .replaceAll('\n', ' ');
      const lines = {
        cut: Array.from({ length: whole.length + 1 }, (_, length) => whole.slice(0, length)),
        run: Array.from({ length: whole.length }, (_, length) => whole.slice(0, length) + next),
        noisy: Array.from({ length: 300 }, (_, i) => {
          if (i % 2 === 0) return noise(random(200));
          const [from, length] = [random(whole.length), random(20)];
          return whole.slice(0, from) + noise(length) + whole.slice(from + length);
        }),
      };
      const { cut, run, noisy } = readGroups(c.format, lines);
      for (const [i, row] of cut.entries())
        assert.ok(!row.looksRight || row.isRight, `trusted, but wrong: ${lines.cut[i]}`);
      assert.ok(cut.filter((row) => row.isRight).length < 150 && cut[0]?.isRight === false);
      assert.equal(cut.at(-1)?.isRight, true);
      for (const [i, row] of run.entries())
        assert.ok(!row.looksRight || row.isRight, `trusted, but wrong: ${lines.run[i]}`);
      for (const [i, row] of noisy.entries())
        if (i % 2 === 0 && row.isRight) assert.fail(`noise taken for a line: ${lines.noisy[i]}`);
    });
  }
});

/** Reads one line of its own. */
const readLine = (format: CompiledFormat, line: string, needles?: readonly string[]) => {
  const row = reading.lines(format, [line], needles)[0];
  assert.ok(row !== undefined);
  return row;
};

/** Each text with the row that is read of its line. */
function readEach(format: CompiledFormat, texts: readonly string[], lineOf: (text: string) => string) {
  const rows = reading.lines(format, texts.map(lineOf));
  assert.equal(rows.length, texts.length);
  return rows.map((row, i) => ({ text: texts[i] ?? '', row }));
}

describe('times', () => {
  const stamps = (texts: readonly string[], timezone?: string) =>
    readEach(
      compile('jsonl', { columns: { time: 't' } }, timezone === undefined ? {} : { timezone }),
      texts,
      (t) => JSON.stringify({ t }),
    );
  const utcMs = (text: string) => Date.parse(text);

  test('a date or time that does not exist has no minute', () => {
    const none = stamps([
      '32/Nov/2025:06:00:00 +0000',
      '29/Feb/2025:06:00:00 +0000',
      '00/Nov/2025:06:00:00 +0000',
      '18/Nov/2025:25:61:00 +0000',
      '18/Nox/2025:06:00:00 +0000',
      '18/Nov/2025:06:00:00 +9900',
      '2025-02-29T06:00:00Z',
      '2025-13-01T06:00:00Z',
      '2025-11-18T24:00:00Z',
    ]);
    for (const { text, row } of none) assert.equal(row.minute, null, text);
  });
  test('every way of writing one instant is that instant', () => {
    const same = stamps([
      '18/Nov/2025:06:00:07 +0000',
      '18/NOV/2025:06:00:07 +0000',
      '18/Nov/2025:11:45:07 +0545',
      '17/Nov/2025:22:00:07 -0800',
      '2025-11-18T06:00:07Z',
      '2025-11-18 06:00:07+00:00',
      '2025-11-18T07:00:07+0100',
      '2025-11-18T07:00:07+01',
      '2025-11-18T06:00:07.000000Z',
      '2025-11-18T06:00:07',
      '1763445607',
      '1763445607.000',
      '1763445607000',
      '1763445607000000',
    ]);
    for (const { text: stamp, row } of same) {
      assert.equal(row.time, utcMs('2025-11-18T06:00:07Z'), stamp);
      assert.equal(row.minute, utcMs('2025-11-18T06:00:00Z'), stamp);
      assert.equal(
        row.exact[1] === '',
        stamp === '2025-11-18T06:00:07',
        'only a stamp without zone has k1 empty',
      );
    }
  });
  test('a fraction counts to the millisecond', () => {
    const meant: Readonly<Record<string, string>> = {
      '2025-11-18T06:00:07.0695Z': '2025-11-18T06:00:07.069Z',
      '2025-11-18T06:00:07,5Z': '2025-11-18T06:00:07.500Z',
      '1763445607.25': '2025-11-18T06:00:07.250Z',
    };
    for (const { text, row } of stamps(Object.keys(meant)))
      assert.equal(row.time, utcMs(meant[text] ?? ''), text);
  });
  test('a stamp without zone is in the zone of the log, and a doubled hour is its first occurrence', () => {
    const meant: Readonly<Record<string, string>> = {
      '2025-07-01T12:00:00': '2025-07-01T10:00:00Z',
      '2025-12-01 12:00:00': '2025-12-01T11:00:00Z',
      '2025-10-26T01:59:59': '2025-10-25T23:59:59Z',
      '2025-10-26T02:30:00': '2025-10-26T00:30:00Z',
      '2025-10-26T03:00:00': '2025-10-26T02:00:00Z',
      '2025-03-30T01:59:00': '2025-03-30T00:59:00Z',
      '2025-03-30T03:00:00': '2025-03-30T01:00:00Z',
      '2025-11-18T06:00:00Z': '2025-11-18T06:00:00Z',
    };
    for (const { text, row } of stamps(Object.keys(meant), 'Europe/Berlin'))
      assert.equal(row.time, utcMs(meant[text] ?? ''), text);
  });
});

describe('requests', () => {
  const requests = (texts: readonly string[], status = 200) =>
    readEach(
      compile('combined'),
      texts,
      (text) => `1.2.3.4 - - [18/Nov/2025:06:00:00 +0000] "${text}" ${status} 0 "-" "-"`,
    );
  test('what is no request is a right line without method and path', () => {
    const none = ['', '-', '\\x16\\x03\\x01\\x02', 'GET', 'quit', '\\n', '\\"'];
    for (const { text, row } of requests(none, 400)) {
      assert.deepEqual(
        [row.isRight, row.looksRight || text === '\\"', row.method, row.path, row.status],
        [true, true, '', '', 400],
        text,
      );
    }
  });
  test("a path is as written, without an origin and without the format's escapes", () => {
    const meant: Readonly<Record<string, string>> = {
      'GET http://shop.example:8080/a%20b?c#d HTTP/1.1': '/a%20b?c#d',
      'GET https://shop.example HTTP/1.1': '/',
      'GET https://shop.example?x=1 HTTP/1.1': '/?x=1',
      'GET /a b HTTP/1.1': '/a b',
      'GET /old': '/old',
      'OPTIONS * HTTP/1.1': '*',
      'CONNECT shop.example:443 HTTP/1.1': 'shop.example:443',
      'GET /?u=https://x.example/y HTTP/1.1': '/?u=https://x.example/y',
      'GET /q\\"\\\\x41\\x22%\\xc3\\xa9 HTTP/3': '/q"\\x41"%\xc3\xa9',
    };
    for (const { text, row } of requests(Object.keys(meant))) assert.equal(row.path, meant[text], text);
  });
  test('a client is the first address without port and brackets', () => {
    const format = compile('pattern', { pattern: '"$client" [$time_local]', columns: { client: 'client' } });
    const meant: Readonly<Record<string, string>> = {
      '203.0.113.7:4711': '203.0.113.7',
      '203.0.113.7, 10.0.0.1': '203.0.113.7',
      '[2001:db8::1]:443': '2001:db8::1',
      '2001:db8::1': '2001:db8::1',
      '-': '',
      '': '',
    };
    const rows = readEach(format, Object.keys(meant), (text) => `"${text}" [18/Nov/2025:06:00:00 +0000]`);
    for (const { text, row } of rows) assert.equal(row.client, meant[text], text);
  });
  test('a user whose name holds spaces and brackets', () => {
    const row = readLine(
      compile('combined'),
      '1.2.3.4 - Ann [x] Lee [18/Nov/2025:06:00:00 +0000] "GET / HTTP/1.1" 200 0 "-" "-"',
    );
    assert.deepEqual([row.isRight, row.viewer, row.path], [true, 'Ann [x] Lee', '/']);
  });
});

describe('directives and headers', () => {
  test('lines that begin with # are directives of w3c', () => {
    const rows = reading.lines(compile('w3c', {}, { header: IIS }), [
      '#Version: 1.0',
      `#Fields: ${IIS.join(' ')}`,
      'x',
    ]);
    assert.deepEqual(
      rows.map((row) => [row.isDirective, row.isRight]),
      [
        [true, false],
        [true, false],
        [false, false],
      ],
    );
  });
  test('a CSV header is a directive wherever it comes, quoted or not, after a byte order mark or not', () => {
    const header = CSV.join(',');
    const rows = reading.lines(compile('csv', {}, { header: CSV }), [
      header,
      `${header}\r`,
      `\xef\xbb\xbf${header}`,
      CSV.map((n) => `"${n}"`).join(','),
      `${header},x`,
    ]);
    assert.deepEqual(
      rows.map((row) => row.isDirective),
      [true, true, true, true, false],
    );
  });
  test('a format that needs a header or a column says which', () => {
    assert.throws(() => compile('csv'), { code: 'file-unreadable' });
    assert.throws(() => compile('csv', { columns: { viewer: 'who' } }, { header: CSV }), {
      code: 'column-unknown',
    });
    assert.throws(() => compile('pattern', { pattern: '$remote_addr $status' }), {
      code: 'workspace-invalid',
    });
    assert.throws(() => compile('parquet', {}, { columns: [{ name: 'a', type: 'String' }] }), {
      code: 'column-unknown',
    });
  });
  test('CloudFront tells its cache, the seconds it took, and the host that was asked for', () => {
    const row = readLine(
      compile('w3c', {}, { header: CLOUDFRONT }),
      CASES.find((c) => c.name === 'w3c of CloudFront')?.write(REQUESTS[0] as Request) ?? '',
    );
    assert.deepEqual(
      [row.cacheStatus, row.cache, row.duration, row.host],
      ['RefreshHit', 'FRA50-C1', 0.012, 'shop.example'],
    );
  });
  test('persons of a JSON line are one or a list', () => {
    const format = compile('jsonl', { columns: { time: 't', person: 'ids' } });
    const persons = ['["a","b"]', '[1,2]', '"a"', '7', 'null', '[]'].map(
      (ids) => readLine(format, `{"t":1763445607,"ids":${ids}}`).person,
    );
    assert.deepEqual(persons, [['a', 'b'], ['1', '2'], ['a'], ['7'], [], []]);
  });
  test('no value of a workspace can break out of the SQL', () => {
    const evil = "x') OR 1 --`\\";
    const row = readLine(
      compile('jsonl', { columns: { time: 't', viewer: evil } }),
      JSON.stringify({ t: 1763445607, [evil]: 'v' }),
      [evil],
    );
    assert.equal(row.viewer, 'v');
  });
});

describe('columns with types', () => {
  const table = (columns: string, select: string, more: Partial<LogSource> = {}) => {
    const described = columns.split(';').map((text) => {
      const [name, ...type] = text.trim().split(' ');
      return { name: name ?? '', type: type.join(' ') };
    });
    return reading.read(
      compile('parquet', more, { columns: described }),
      `(SELECT toUInt32(0) AS f, toUInt64(0) AS rn, ${select})`,
    )[0];
  };
  const TIME = Date.parse('2025-11-18T06:00:07.250Z');
  test('a time may be of any type', () => {
    for (const [type, value, ms] of [
      ["DateTime64(6, 'Europe/Berlin')", "toDateTime64('2025-11-18 07:00:07.25', 6, 'Europe/Berlin')", TIME],
      [
        'Nullable(DateTime64(3))',
        "CAST(toDateTime64('2025-11-18 06:00:07.25', 3, 'UTC'), 'Nullable(DateTime64(3))')",
        TIME,
      ],
      ["DateTime('UTC')", "toDateTime('2025-11-18 06:00:07', 'UTC')", TIME - 250],
      ['UInt32', 'toUInt32(1763445607)', TIME - 250],
      ['Int64', '1763445607250', TIME],
      ['Float64', '1763445607.25', TIME],
      ['String', "'2025-11-18T06:00:07.250Z'", TIME],
      [
        'LowCardinality(Nullable(String))',
        "CAST('2025-11-18T06:00:07.250Z', 'LowCardinality(Nullable(String))')",
        TIME,
      ],
    ] as const) {
      const row = table(`at ${type}`, `${value} AS at`, { columns: { time: 'at' } });
      assert.deepEqual(
        [row?.isRight, row?.time, (row?.minute ?? 0) + (row?.exact[2] ?? 0)],
        [true, ms, ms],
        type,
      );
    }
  });
  test('a row without a time is rejected', () => {
    const row = table('at Nullable(DateTime)', "CAST(NULL, 'Nullable(DateTime)') AS at", {
      columns: { time: 'at' },
    });
    assert.deepEqual([row?.isRight, row?.time], [false, null]);
  });
  test('nested columns, lists and numbers become texts', () => {
    const row = table(
      'at Int64; who Tuple(id UInt64, `a b` Tuple(n Nullable(String))); ids Array(Int64); status Nullable(UInt16)',
      "1763445607 AS at, CAST((7, tuple('x')), 'Tuple(id UInt64, `a b` Tuple(n Nullable(String)))') AS who, [1, 2] AS ids, CAST(200, 'Nullable(UInt16)') AS status",
      { columns: { time: 'at', viewer: 'who.id', session: 'who.a b.n', person: 'ids' } },
    );
    assert.deepEqual([row?.viewer, row?.session, row?.person, row?.status], ['7', 'x', ['1', '2'], 200]);
  });
});

const SHARED = ['../shared', '../../shared']
  .map((folder) => join(folder, 'data', 'apache-combined-10000.log.gz'))
  .find((path) => existsSync(path));

/** An independent reader of combined lines: walks over the bytes, no regular expression for the whole line. */
function walkCombined(line: string) {
  const open = line.search(/ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/);
  if (open < 0) return null;
  const head = line.slice(0, open).split(' ');
  if (head.length < 3) return null;
  const stamp = line.slice(open + 2, open + 28);
  let at = open + 30;
  const quoted = (): string | null => {
    if (line[at] !== '"') return null;
    let text = '';
    for (at += 1; at < line.length && line[at] !== '"'; at += 1) {
      if (line[at] !== '\\') text += line[at];
      else {
        at += 1;
        if (line[at] === 'x') {
          text += String.fromCharCode(Number.parseInt(line.slice(at + 1, at + 3), 16));
          at += 2;
        } else text += line[at];
      }
    }
    at += 1;
    return at > line.length ? null : text;
  };
  const request = quoted();
  const numbers = / (\d{3}) (\d+|-) (?=")/y;
  numbers.lastIndex = at;
  const found = numbers.exec(line);
  if (request === null || found === null) return null;
  at = numbers.lastIndex;
  const referrer = quoted();
  at += 1;
  const userAgent = quoted();
  if (referrer === null || userAgent === null || at !== line.length) return null;
  const [method, target] = request.split(' ');
  const [, day, month, year, time, zone] = /^(\d\d)\/(...)\/(\d{4}):(\S+) (.*)$/.exec(stamp) ?? [];
  return {
    time: Date.parse(`${day} ${month} ${year} ${time} ${zone}`),
    client: head[0],
    viewer: head[2] === '-' ? '' : head[2],
    method,
    path: target,
    status: Number(found[1]),
    userAgent: userAgent === '-' ? '' : userAgent,
  };
}

test('ten thousand real lines, field by field against another reader', {
  skip: SHARED === undefined && 'apache-combined-10000.log.gz is not here; FORTHRIGHT_SHARED says where',
}, () => {
  const lines = gunzipSync(readFileSync(SHARED ?? ''))
    .toString('latin1')
    .split('\n')
    .slice(0, -1);
  const rows = reading.lines(compile('combined'), lines);
  assert.equal(rows.length, lines.length);
  let right = 0;
  for (const [i, line] of lines.entries()) {
    const [row, other] = [rows[i], walkCombined(line)];
    assert.equal(row?.isRight, other !== null, line);
    if (row === undefined || other === null) continue;
    right += 1;
    const { time, client, viewer, method, path, status, userAgent } = row;
    assert.deepEqual({ time, client, viewer, method, path, status, userAgent }, other, line);
    if (row.looksRight) assert.deepEqual(row.cheap, row.exact);
  }
  const doubted = rows.filter((row) => !row.looksRight).length;
  console.log(`real lines: ${lines.length}, right ${right}, doubted ${doubted}`);
});
