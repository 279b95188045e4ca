/** Shapes of evidence that random worlds do not reach and that once gave, or nearly gave, a wrong number. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ScopeAnswer } from '@forthright/contract';
import { openAnalytics } from '../platform/analytics/index.ts';
import { peopleSql, recipientsSql } from './outputs.ts';
import { withRun } from './session.ts';

type Person = Readonly<{
  person: string;
  status: string;
  fields: string[];
  views: number;
  first: string | null;
}>;
type Recipient = Readonly<{
  viewer: string;
  class: string;
  people: number;
  views: number;
  first: string | null;
}>;
type Told = Readonly<{ answer: ScopeAnswer; people: Person[]; recipients: Recipient[] }>;
type Line = Readonly<Record<string, unknown>>;

const COLUMNS = {
  time: 'ts',
  host: 'host',
  viewer: 'account',
  session: 'session',
  client: 'ip',
  method: 'method',
  path: 'uri',
  status: 'status',
  cacheStatus: 'cache_status',
  person: 'persons',
};
const WINDOW = { from: '2025-11-18T00:00:00Z', to: '2025-11-19T00:00:00Z' };
const WEB = { fields: ['name'], log: 'web', ...WINDOW };

const line = (clock: string, uri: string, more: Line = {}): Line => ({
  ts: `2025-11-18T${clock}:00Z`,
  host: 'www',
  account: '',
  ip: '203.0.113.5',
  method: 'GET',
  status: 200,
  uri,
  ...more,
});

const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`).join('');

type Case = Readonly<{
  customers?: readonly (readonly [id: string, email: string])[];
  reviews?: readonly (readonly [key: string, person: string, from: string, to: string])[];
  /** When a customer's account came to be, and when it was deleted. */
  lived?: Readonly<Record<string, readonly [created: string, deleted: string]>>;
  /** Files of tables as they stand, and sources that read them in place of the usual ones. */
  tables?: Readonly<Record<string, string>>;
  sources?: Readonly<Record<string, unknown>>;
  own?: Readonly<{ networks: readonly string[]; userAgents: readonly string[] }>;
  employees?: readonly string[];
  sessions?: readonly (readonly [session: string, account: string])[];
  lines?: readonly Line[];
  columns?: Readonly<Record<string, string>>;
  /** Further files of the log, as they stand. */
  logs?: Readonly<Record<string, string>>;
  lists?: Readonly<Record<string, readonly string[]>>;
  gaps?: readonly unknown[];
  leaks: readonly unknown[];
  isParquet?: boolean;
}>;

async function told(given: Case): Promise<Told> {
  const directory = await mkdtemp(join(tmpdir(), 'forthright-test-'));
  try {
    await writeCase(directory, given);
    const asked = {
      incident: join(directory, 'incident.yaml'),
      workspace: join(directory, 'forthright.yaml'),
    };
    const watch = { step: () => {}, signal: new AbortController().signal };
    return await withRun(asked, watch, async ({ run, answer }) => {
      const { engine } = run.input;
      return {
        answer,
        people: await engine.rows<Person>(
          `SELECT person, status, fields, views, formatDateTime(first_seen, '%H:%i', 'UTC') AS first FROM (${await peopleSql(run)}) ORDER BY person`,
        ),
        recipients: await engine.rows<Recipient>(
          `SELECT viewer, class, people, views, formatDateTime(first_seen, '%H:%i', 'UTC') AS first FROM (${await recipientsSql(engine, run.leaks)}) ORDER BY class, viewer`,
        ),
      };
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function writeCase(directory: string, given: Case): Promise<void> {
  const { person: _, ...single } = COLUMNS;
  const put = async (path: string, text: string, encoding: BufferEncoding = 'utf8') => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, encoding);
  };
  const people = given.customers ?? [
    ['ann', 'ann@shop.example'],
    ['ben', 'ben@shop.example'],
  ];
  const { lived } = given;
  const life = (id: string) => (lived === undefined ? [] : [...(lived[id] ?? ['', ''])]);
  const times = lived === undefined ? [] : ['createdAt', 'deletedAt'];
  await put(
    'customers.csv',
    csv([['id', 'email', ...times], ...people.map(([id, email]) => [id, email, ...life(id)])]),
  );
  await put(
    'reviews.csv',
    csv([['key', 'person', 'from', 'to'], ...(given.reviews ?? [['r1', 'ann', '', '']])]),
  );
  await put('employees.csv', csv([['id'], ...(given.employees ?? ['e1']).map((id) => [id])]));
  await put('sessions.csv', csv([['key', 'viewer'], ...(given.sessions ?? [['s', 'ann']])]));
  for (const [path, values] of Object.entries(given.lists ?? {}))
    await put(path, csv([['value'], ...values.map((value) => [value])]));
  const rows = (given.lines ?? []).map((l) => JSON.stringify(l));
  if (given.lines !== undefined) await put('log/web.jsonl', `${rows.join('\n')}\n`);
  for (const [name, text] of Object.entries(given.logs ?? {})) await put(`log/${name}`, text);
  if (given.isParquet === true) {
    const engine = await openAnalytics({
      kind: 'embedded',
      directory: await mkdtemp(join(directory, 'engine-')),
    });
    try {
      const names = Object.values(given.columns ?? single);
      const columns = names.map((name) => `JSONExtractString(line, '${name}') AS ${name}`);
      await engine.writeParquet(
        join(directory, 'log/web.parquet'),
        `SELECT ${columns.join(', ')} FROM (SELECT arrayJoin({rows:Array(String)}) AS line)`,
        { rows },
      );
    } finally {
      await engine.close();
    }
  }
  const log =
    given.isParquet === true
      ? { at: 'log/web.parquet', format: 'parquet', columns: given.columns ?? single }
      : { at: 'log/*.jsonl', format: 'jsonl', columns: given.columns ?? COLUMNS };
  const workspace = {
    organisation: {
      name: 'M',
      country: 'LU',
      domains: ['m.example'],
      own: given.own ?? { networks: [], userAgents: [] },
    },
    sources: {
      customers: {
        at: 'customers.csv',
        columns: { id: 'id', email: 'email', ...Object.fromEntries(times.map((name) => [name, name])) },
      },
      references: { reviews: { at: 'reviews.csv', key: 'key', person: 'person', from: 'from', to: 'to' } },
      employees: { at: 'employees.csv', columns: { id: 'id' } },
      sessions: { at: 'sessions.csv', key: 'key', viewer: 'viewer' },
      logs: { web: log },
      ...given.sources,
    },
  };
  for (const [path, text] of Object.entries(given.tables ?? {}))
    await put(path, text, path.endsWith('.xz') ? 'latin1' : 'utf8');
  // JSON is YAML.
  await put('forthright.yaml', JSON.stringify(workspace));
  await put('incident.yaml', JSON.stringify({ title: 't', leaks: given.leaks, gaps: given.gaps ?? [] }));
}

const isAboutIncident = (error: unknown) => (error as { code?: unknown }).code === 'incident-invalid';

const PAGE = { id: 'page', kind: 'page', path: '/reviews/{reviews}', ...WEB };

/** A line every ten minutes of the day, so that nothing is silent, and a view of ann's page. */
const allDay = (host: string): Line[] =>
  Array.from({ length: 144 }, (_, i) => {
    const clock = new Date(i * 600_000).toISOString().slice(11, 16);
    return line(clock, i === 6 ? '/reviews/r1' : '/', { host });
  });
const TWO_REVIEWS = [
  ['r1', 'ann', '', ''],
  ['r2', 'ben', '', ''],
] as const;
const gapsIn = ({ answer }: Told) => answer.gaps.map((g) => [g.unit, g.reason, g.unknown]);

describe('what was never read', () => {
  const lost = { log: 'web', host: 'web-2', from: '2025-11-18T03:00:00Z', to: '2025-11-18T04:00:00Z' };
  const gaps = [{ ...lost, reason: 'disk full' }];

  it('counts a declared gap of a server of which no line was read', async () => {
    for (const host of ['', 'www']) {
      const all = await told({ reviews: TWO_REVIEWS, lines: allDay(host), gaps, leaks: [PAGE] });
      assert.deepEqual(gapsIn(all), [['web-2', 'declared', 1]], host);
      assert.equal(all.answer.people.unknown, 1);
    }
    const elsewhere = await told({
      reviews: TWO_REVIEWS,
      lines: allDay('www'),
      gaps,
      leaks: [{ ...PAGE, hosts: ['www'] }],
    });
    assert.deepEqual(gapsIn(elsewhere), []);
  });

  it('counts a file of which not one line could be read', async () => {
    for (const host of ['', 'www']) {
      const logs = { 'other.jsonl': 'TLS garbage\n'.repeat(20), 'empty.jsonl': '', 'stray.jsonl': 'x\n' };
      const all = await told({ reviews: TWO_REVIEWS, lines: allDay(host), logs, leaks: [PAGE] });
      assert.deepEqual(gapsIn(all), [[host === '' ? 'log/other.jsonl' : '', 'rejected-lines', 1]], host);
      assert.equal(all.answer.people.unknown, 1);
    }
  });
});

describe('columns and names', () => {
  it('takes a column that says HIT for no name of a cache', async () => {
    const columns = { ...COLUMNS, cacheStatus: 'cache' };
    const lines = [
      line('01:00', '/me', { account: 'ann', cache: 'MISS' }),
      line('01:01', '/me', { account: 'ben', cache: 'HIT' }),
    ];
    const leaks = [{ id: 'c', kind: 'shared-cache', path: '/me', ...WEB }];
    const { people } = await told({ columns, lines: [...allDay('www'), ...lines], leaks });
    assert.deepEqual(
      people.map((p) => [p.person, p.status]),
      [['ann', 'exposed']],
    );
  });

  it('refuses a log whose lines never have the mapped status; a method that is never told may be any', async () => {
    const lines = [line('01:00', '/reviews/r1')];
    await assert.rejects(
      told({ columns: { ...COLUMNS, status: 'stat' }, lines, leaks: [PAGE] }),
      (error: unknown) => (error as { code?: unknown }).code === 'column-unknown',
    );
    const { answer } = await told({ columns: { ...COLUMNS, method: 'verb' }, lines, leaks: [PAGE] });
    assert.equal(answer.people.exposed, 1);
  });

  it('finds a parameter whose name is encoded, and none in the fragment', async () => {
    const reviews = ['r1', 'r2', 'r3', 'r4'].map(
      (key) => [key, key === 'r1' ? 'ann' : 'ben', '', ''] as const,
    );
    const lines = [
      line('01:00', '/x?filter%5Bid%5d=r1'),
      line('01:01', '/x?q=1#?filter[id]=r2'),
      line('01:02', '/x?q=%26filter[id]=r3'),
      line('01:03', '/x?filter[id]=&filter[id]=r4'),
    ];
    const leaks = [{ ...PAGE, path: '/x?filter[id]={reviews}' }];
    const { people } = await told({ reviews, lines: [...allDay('www'), ...lines], leaks });
    assert.deepEqual(
      people.map((p) => [p.person, p.status]),
      [['ann', 'exposed']],
    );
  });

  it('shows no account of staff in samples of lines that could not be read', async () => {
    const logs = { 'broken.jsonl': '{"who":"e-1.b","by":"E-1.B","not":"e-1.bc"\n' };
    const { answer } = await told({ employees: ['e-1.b'], lines: allDay('www'), logs, leaks: [PAGE] });
    assert.deepEqual(
      answer.rejected.samples.map((s) => s.text),
      ['{"who":"withheld","by":"withheld","not":"e-1.bc"'],
    );
  });
});

describe('exposure', () => {
  it('keeps as many leaks apart as an incident may hold', async () => {
    const leaks = Array.from({ length: 64 }, (_, n) => ({
      id: `l${n}`,
      kind: 'list',
      fields: [`f${n}`],
      people: { at: n === 63 ? 'last.csv' : 'all.csv', id: 'value' },
    }));
    const { answer, people } = await told({
      leaks,
      lists: { 'all.csv': ['ann'], 'last.csv': ['ann', 'ben'] },
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.fields.length]),
      [
        ['ann', 64],
        ['ben', 1],
      ],
    );
    assert.deepEqual(answer.fields.f52, { exposed: 1, unknown: 0 });
    assert.deepEqual(answer.fields.f63, { exposed: 2, unknown: 0 });
    assert.deepEqual(
      answer.leaks.map((l) => l.exposed),
      [...Array.from({ length: 63 }, () => 1), 2],
    );
    await assert.rejects(
      told({
        leaks: [...leaks, { ...leaks[0], id: 'more' }],
        lists: { 'all.csv': ['ann'], 'last.csv': ['ann'] },
      }),
      isAboutIncident,
    );
  });

  it('takes ids as they are, whatever stands in them', async () => {
    const odd = [
      "o'neil",
      'a"b',
      'back\\slash',
      '%',
      '_',
      'nul\u0000x',
      'new\nline',
      ' lead',
      'émile',
      '{x}',
    ];
    const { answer, people, recipients } = await told({
      customers: odd.map((id, i) => [id, `p${i}@shop.example`]),
      employees: ["e'1", 'e\\2', 'e\u00003'],
      lines: ["e'1", 'e\\2', 'e\u00003'].map((account) => line('10:00', '/x', { account, persons: odd })),
      leaks: [{ ...WEB, id: 'a', kind: 'access' }],
    });
    assert.deepEqual(people.map((p) => p.person).sort(), [...odd].sort());
    assert.deepEqual(
      recipients.map((r) => [r.viewer, r.people, r.views]),
      [1, 2, 3].map((n) => [`employee-${n}`, odd.length, 1]),
    );
    assert.equal(answer.people.unidentified, 0);
    assert.equal(answer.views, 3);
  });

  it('counts a line once for a person and a recipient, whatever it matches', async () => {
    const url = { ...WEB, kind: 'url', path: '/verify?c={customers}' };
    const { answer, people, recipients } = await told({
      lines: [
        line('10:00', '/verify?c=ann'),
        line('11:00', '/verify?c=ann'),
        line('12:00', '/x', { account: 'e1', persons: ['ann', 'ann', 'ben'] }),
      ],
      leaks: [
        { ...url, id: 'u', passedTo: ['ads.example', 'pixel.example', 'ads.example'] },
        { ...url, id: 'v', passedTo: ['ads.example'] },
        { ...WEB, id: 'a', kind: 'access' },
        { ...WEB, id: 'b', kind: 'access' },
      ],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.views]),
      [
        ['ann', 3],
        ['ben', 1],
      ],
    );
    assert.deepEqual(
      recipients.map((r) => [r.viewer, r.people, r.views]),
      [
        ['employee-1', 2, 1],
        ['ads.example', 1, 2],
        ['pixel.example', 1, 2],
      ],
    );
    assert.equal(answer.views, 3);
    assert.deepEqual(answer.where.hosts, [{ name: 'www', people: 2, views: 3 }]);
    assert.equal(
      answer.histogram.bins.reduce((n, bin) => n + bin.views, 0),
      3,
    );
  });

  it('exposes nobody by a mail to one address, though two accounts have it', async () => {
    const { answer } = await told({
      customers: [
        ['ann', 'both@shop.example'],
        ['ben', 'Both@Shop.example'],
      ],
      lists: { 'to.csv': ['both@shop.example', ' BOTH@shop.example'] },
      leaks: [{ id: 'm', kind: 'mailing', fields: ['email'], people: { at: 'to.csv', email: 'value' } }],
    });
    assert.equal(answer.people.exposed, 0);
  });

  it('gives no time to a recipient who was stated, and keeps the times of those who were seen', async () => {
    const { people, recipients, answer } = await told({
      lines: [line('10:00', '/x.csv', { account: 'buyer' }), line('11:00', '/x.csv', { account: 'ann' })],
      lists: { 'l.csv': ['ann', 'ben'] },
      leaks: [
        {
          ...WEB,
          id: 'x',
          kind: 'export',
          path: '/x.csv',
          people: { at: 'l.csv', id: 'value' },
          recipients: ['dealer', 'buyer'],
        },
      ],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.views, p.first]),
      [
        ['ann', 1, '10:00'],
        ['ben', 2, '10:00'],
      ],
    );
    assert.deepEqual(
      recipients.map((r) => [r.viewer, r.views, r.first]),
      [
        ['ann', 1, '11:00'],
        ['buyer', 1, '10:00'],
        ['dealer', 0, null],
      ],
    );
    assert.equal(answer.recipients.unknownAccounts, 1);
  });

  it('exposes everyone listed whatever is said of who has the list', async () => {
    const { answer } = await told({
      lists: { 'l.csv': ['ann'] },
      leaks: [
        {
          ...WINDOW,
          id: 'x',
          kind: 'export',
          fields: ['name'],
          people: { at: 'l.csv', id: 'value' },
          recipients: [{ id: 'ann', class: 'customer' }],
        },
      ],
    });
    assert.equal(answer.people.exposed, 1);
  });

  it('knows from a fill that a host serves the page, so that its silence counts', async () => {
    const gap = {
      log: 'web',
      host: 'm',
      from: '2025-11-18T10:00:00Z',
      to: '2025-11-18T11:00:00Z',
      reason: 'down',
    };
    const { answer } = await told({
      lines: [
        ...allDay('www'),
        ...allDay('m'),
        line('09:00', '/my', { host: 'm', account: 'ann', cache_status: 'MISS' }),
        line('09:00', '/my', { account: 'ann', cache_status: 'MISS' }),
        line('09:01', '/my', { account: 'ann', cache_status: 'HIT' }),
      ],
      gaps: [gap],
      leaks: [{ ...WEB, id: 'c', kind: 'shared-cache', path: '/my' }],
    });
    assert.equal(answer.people.unknown, 2);
    assert.deepEqual(
      answer.gaps.map((g) => [g.unit, g.unknown]),
      [['m', 2]],
    );
  });

  it('takes the first of a session’s rows, and none for an unknown session', async () => {
    const { people } = await told({
      sessions: [
        ['s1', 'ann'],
        ['s1', 'ben'],
        ['', 'ann'],
      ],
      lines: [
        ...allDay('www').map((l) => ({ ...l, uri: '/' })),
        line('10:00', '/reviews/r1', { session: 's1' }),
      ],
      leaks: [PAGE],
    });
    assert.deepEqual(people, []);
    const seen = await told({
      sessions: [
        ['s1', 'ann'],
        ['', 'ann'],
      ],
      lines: [line('10:00', '/reviews/r1', { session: '' }), line('10:00', '/reviews/r1', { session: 's2' })],
      leaks: [PAGE],
    });
    assert.deepEqual(
      seen.people.map((p) => [p.person, p.views]),
      [['ann', 2]],
    );
  });

  it('follows an item whose people change thousands of times', async () => {
    const day = Date.parse(WINDOW.from);
    const at = (minute: number) => new Date(day + minute * 30_000).toISOString();
    const customers = Array.from({ length: 2000 }, (_, i): [string, string] => [
      `c${i}`,
      `c${i}@shop.example`,
    ]);
    const { people } = await told({
      customers,
      // Each stands there for a minute, from half a minute before the next.
      reviews: customers.map(([id], i) => ['r1', id, at(i), at(i + 2)]),
      lines: [0, 700, 1999, 2000, 2001].map((i) => ({ ...line('00:00', '/reviews/r1'), ts: at(i) })),
      leaks: [PAGE],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.views]),
      [
        ['c0', 1],
        ['c1998', 1],
        ['c1999', 2],
        ['c699', 1],
        ['c700', 1],
      ],
    );
  });

  it('takes no bound from a date whose day and month can not be told apart', async () => {
    const { people } = await told({
      reviews: [['r1', 'ann', '11/12/2025', '']],
      lines: [...allDay('www').map((l) => ({ ...l, uri: '/' })), line('10:00', '/reviews/r1')],
      leaks: [PAGE],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.status]),
      [['ann', 'exposed']],
    );
  });

  it('knows a client by every spelling of its address', async () => {
    const clients = ['::FFFF:10.1.2.3', '0:0:0:0:0:ffff:10.1.2.3', '::ffff:0a01:0203', '10.1.2.3'];
    const others = [
      '2001:DB8:0:0::1',
      '2001:db8::1',
      '[2001:db8:0::0:1]:443',
      '::ffff:cb00:7105',
      '203.0.113.5',
    ];
    const { answer, recipients } = await told({
      own: { networks: ['10.0.0.0/8'], userAgents: [] },
      lines: [...clients, ...others].map((ip) => line('10:00', '/reviews/r1', { ip })),
      leaks: [PAGE],
    });
    assert.deepEqual(
      recipients.map((r) => [r.class, r.views]),
      [
        ['anonymous', 2],
        ['anonymous', 3],
      ],
    );
    assert.deepEqual([answer.recipients.byClass.own, answer.views], [1, 5]);
  });

  it('finds pages behind path parameters', async () => {
    const keys = ['r1', 'r2;b', 'r3;b=c', 'r4', 'r5', 'r6'];
    const asked = [
      '/reviews/r1;jsessionid=A1.n2',
      '/reviews/r2;b',
      '/reviews/r3%3Bb=c',
      '/x/..;v=1/reviews;jsessionid=A;w=%2F/r4;v=1/?q=;',
      '/reviews;v=1/r5',
      '/reviews;v=1;/r6;v',
    ];
    const customers = keys.map((key): [string, string] => [key, `${key.slice(0, 2)}@shop.example`]);
    const lines = [
      ...allDay('www').map((l) => ({ ...l, uri: '/' })),
      ...asked.map((uri) => line('10:00', uri)),
    ];
    const reviews = keys.map((key) => [key, key, '', ''] as const);
    const seen = async (path: string) => {
      const { people } = await told({ customers, reviews, lines, leaks: [{ ...PAGE, path }] });
      return people.map((p) => p.person);
    };
    assert.deepEqual(await seen('/reviews/{reviews}'), ['r1', 'r2;b', 'r3;b=c', 'r4', 'r5']);
    assert.deepEqual(await seen('/reviews;v=1/{reviews}'), ['r5']);
  });

  it('says what to do with a file in xz whose columns it can not learn', async () => {
    const xz = Buffer.from('fd377a585a000004e6d6b446', 'hex').toString('latin1');
    const log = (format: string) => ({
      web: { at: 'web.log.xz', format, columns: { time: 'time', path: 'path' } },
    });
    for (const sources of [
      { logs: log('csv') },
      { logs: log('w3c') },
      { references: { reviews: { at: 'web.log.xz', key: 'key', person: 'person' } } },
    ]) {
      const asked = told({ tables: { 'web.log.xz': xz }, sources, lines: [], leaks: [PAGE] });
      await assert.rejects(asked, (error: unknown) => {
        assert.equal((error as { code?: unknown }).code, 'file-unreadable');
        assert.match(String(error), /web\.log\.xz is compressed with xz.* Compress it with zstd or gzip/);
        return true;
      });
    }
  });

  it('reads tables and logs whose columns are not separated by commas', async () => {
    const { people, recipients } = await told({
      tables: {
        'customers.csv':
          'id;address;email\nann;"1; Main ""St""\nL-1234";ann@shop.example\nben;x,y;ben@shop.example\n',
        'reviews.csv': 'key\tperson\nr1\tann\nr2\tben\n',
        'sessions.csv': 'key|viewer\ns|ben\n',
        'web.csv': `ts;account;uri;status\n${[
          '2025-11-18T10:00:00Z;ben;"/reviews/r1?a;b";200',
          '2025-11-18T10:01:00Z;"an""n";/reviews/r1?x,y;200',
          '2025-11-18T10:02:00Z;cat;/reviews/r2;404',
        ].join('\n')}\n`,
      },
      sources: {
        customers: { at: 'customers.csv', columns: { id: 'id', email: 'email', address: ['address'] } },
        references: { reviews: { at: 'reviews.csv', key: 'key', person: 'person' } },
        logs: {
          web: {
            at: 'web.csv',
            format: 'csv',
            columns: { time: 'ts', viewer: 'account', path: 'uri', status: 'status' },
          },
        },
      },
      lists: {},
      leaks: [PAGE],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.status, p.views]),
      [
        ['ann', 'exposed', 2],
        ['ben', 'unknown', 0],
      ],
    );
    assert.deepEqual(recipients.map((r) => r.viewer).sort(), ['an"n', 'ben']);
  });

  it('keeps names that mean something to a program', async () => {
    const { answer } = await told({
      tables: {
        'customers.csv':
          'id,country,region,language\nann,__proto__,,__PROTO__\nben,constructor,,constructor\n',
      },
      sources: {
        customers: {
          at: 'customers.csv',
          columns: { id: 'id', country: 'country', region: 'region', language: 'language' },
        },
      },
      lists: { 'l.csv': ['ann', 'ben'] },
      leaks: [{ id: 'l', kind: 'list', fields: ['__proto__', 'name'], people: { at: 'l.csv', id: 'value' } }],
    });
    const again = ScopeAnswer.parse(JSON.parse(JSON.stringify(answer)));
    for (const { people, fields } of [answer, again]) {
      const one = { exposed: 1, unknown: 0 };
      assert.deepEqual(Object.entries(people.byLanguage), [
        ['__proto__', one],
        ['constructor', one],
      ]);
      assert.deepEqual(Object.entries(people.byCountry), [
        ['CONSTRUCTOR', one],
        ['__PROTO__', one],
      ]);
      assert.deepEqual(Object.entries(fields), [
        ['__proto__', { exposed: 2, unknown: 0 }],
        ['name', { exposed: 2, unknown: 0 }],
      ]);
    }
  });

  it('says which dates bound nothing, of which table, with an example', async () => {
    const { answer } = await told({
      reviews: [
        ['r1', 'ann', '11/12/2025', 'soon'],
        ['r2', 'ben', ' 11-12-25 ', '31.12.2025'],
        ['r3', 'ben', '', '9999-12-31'],
      ],
      lived: { ann: ['2020-01-01', '1/2/2026'], ben: ['2020-01-01T00:00:00Z', ''] },
      lines: [line('10:00', '/reviews/r1')],
      leaks: [PAGE],
    });
    const texts = answer.cautions.filter((c) => c.code === 'unread-dates').map((c) => c.text.split('. ')[0]);
    assert.deepEqual(texts, [
      '1 row of customers has a date in "deletedAt" that can\'t be read for certain, such as "1/2/2026"',
      '2 rows of references.reviews have dates in "from" that can\'t be read for certain, such as "11-12-25"',
      '1 row of references.reviews has a date in "to" that can\'t be read for certain, such as "soon"',
    ]);
  });

  it('reads columns of tables and logs that are called as its own', async () => {
    const { people, recipients } = await told({
      tables: { 'customers.csv': 'rn,f\nann,ann@shop.example\n', 'reviews.jsonl': '{"f":"r1","rn":"ann"}\n' },
      sources: {
        customers: { at: 'customers.csv', columns: { id: 'rn', email: 'f' } },
        references: { reviews: { at: 'reviews.jsonl', key: 'f', person: 'rn' } },
      },
      lines: [{ ts: '2025-11-18T10:00:00Z', f: 'ben', rn: '/reviews/r1', status: '200' }],
      isParquet: true,
      columns: { time: 'ts', viewer: 'f', path: 'rn', status: 'status' },
      leaks: [PAGE],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.status]),
      [['ann', 'exposed']],
    );
    assert.deepEqual(
      recipients.map((r) => r.viewer),
      ['ben'],
    );
    await assert.rejects(
      told({
        sources: { employees: { at: 'employees.csv', columns: { id: 'f' } } },
        leaks: [PAGE],
        lines: [],
      }),
      (error: unknown) => (error as { code?: unknown }).code === 'column-unknown',
    );
  });

  it('reads a table whose columns have the names of others', async () => {
    const { answer, people } = await told({
      tables: {
        'customers.csv': 'email,id,country,region\nann,ann@shop.example,CA,US\n',
        'reviews.csv': 'key,person\nann,r1\n',
      },
      sources: {
        customers: {
          at: 'customers.csv',
          columns: { id: 'email', email: 'id', country: 'region', region: 'country' },
        },
        references: { reviews: { at: 'reviews.csv', key: 'person', person: 'key' } },
      },
      lines: [line('10:00', '/reviews/r1')],
      leaks: [PAGE],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.status]),
      [['ann', 'exposed']],
    );
    assert.deepEqual(answer.people.byRegion, { 'US-CA': { exposed: 1, unknown: 0 } });
    assert.deepEqual(answer.people.addresses, { exposed: 1, unknown: 0 });
  });

  it('crosses place and fields of each person once, with what gaps may hide, and its sums are the other figures', async () => {
    const { answer } = await told({
      tables: {
        'customers.csv': 'id,country,region\nann,US,CA\nben,US,CA\ncyd,US,\ndan,DE,BY\neve,,\nfay,FR,\n',
        'reviews.csv': 'review_id,customer_id\nr1,ann\nr2,ben\nr3,cyd\nr4,dan\nr5,eve\n',
      },
      sources: {
        customers: { at: 'customers.csv', columns: { id: 'id', country: 'country', region: 'region' } },
        references: { reviews: { at: 'reviews.csv', key: 'review_id', person: 'customer_id' } },
      },
      lists: { 'l.csv': ['ann', 'dan'] },
      lines: ['r1', 'r3', 'r5'].map((r) => line('10:00', `/reviews/${r}`)),
      gaps: [{ log: 'web', from: '2025-11-18T11:00:00Z', to: '2025-11-18T12:00:00Z', reason: 'down' }],
      leaks: [
        { ...PAGE, fields: ['name', 'email'] },
        { id: 'l', kind: 'list', fields: ['phone', 'name'], people: { at: 'l.csv', id: 'value' } },
      ],
    });
    assert.deepEqual(answer.groups, [
      { country: 'DE', region: '', fields: ['name', 'phone'], perhaps: ['email'], exposed: 1, unknown: 0 },
      {
        country: 'US',
        region: 'US-CA',
        fields: ['email', 'name', 'phone'],
        perhaps: [],
        exposed: 1,
        unknown: 0,
      },
      { country: 'US', region: 'US-CA', fields: ['email', 'name'], perhaps: [], exposed: 0, unknown: 1 },
      { country: 'US', region: 'US-unknown', fields: ['email', 'name'], perhaps: [], exposed: 1, unknown: 0 },
      { country: 'unknown', region: '', fields: ['email', 'name'], perhaps: [], exposed: 1, unknown: 0 },
    ]);
    const { people } = answer;
    const sum = (of: 'exposed' | 'unknown', by: (g: ScopeAnswer['groups'][number]) => boolean) =>
      answer.groups.filter(by).reduce((n, g) => n + g[of], 0);
    assert.deepEqual(
      [sum('exposed', () => true), sum('unknown', () => true)],
      [people.exposed, people.unknown],
    );
    for (const [country, split] of Object.entries(people.byCountry))
      assert.deepEqual(
        split,
        {
          exposed: sum('exposed', (g) => g.country === country),
          unknown: sum('unknown', (g) => g.country === country),
        },
        country,
      );
    for (const [region, split] of Object.entries(people.byRegion))
      assert.deepEqual(
        split,
        {
          exposed: sum('exposed', (g) => g.region === region),
          unknown: sum('unknown', (g) => g.region === region),
        },
        region,
      );
    for (const { fields, people: n } of answer.combinations)
      assert.equal(
        sum('exposed', (g) => g.fields.join() === fields.join()),
        n,
        fields.join(),
      );
  });

  it('never shows a row that ends before it begins', async () => {
    const { answer } = await told({
      reviews: [
        ['r1', 'ann', '2025-11-18T12:00:00Z', '2025-11-18T09:00:00Z'],
        ['r2', 'ben', '', ''],
      ],
      lines: [line('10:00', '/reviews/r1'), line('13:00', '/reviews/r1'), line('08:00', '/reviews/r2')],
      gaps: [{ log: 'web', from: '2025-11-18T08:30:00Z', to: '2025-11-18T12:30:00Z', reason: 'down' }],
      leaks: [PAGE],
    });
    assert.deepEqual([answer.people.exposed, answer.people.unknown], [1, 0]);
  });

  it('reads a log in Parquet for a leak with a path', async () => {
    const { people, answer } = await told({
      lines: [line('10:00', '/reviews/r1'), line('10:00', '/reviews/r1'), line('10:00', '/other')],
      isParquet: true,
      leaks: [PAGE, { ...PAGE, id: 'again', fields: ['email'] }],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.views, p.fields]),
      [['ann', 2, ['email', 'name']]],
    );
    assert.deepEqual([answer.views, answer.where.items], [2, 1]);
  });

  it('refuses instants before 1970, which would be taken for none', async () => {
    await assert.rejects(
      told({ lines: [], leaks: [{ ...PAGE, from: '1969-12-31T23:00:00Z' }] }),
      isAboutIncident,
    );
  });

  it('names whom a reference names, in leaks of every kind that binds one', async () => {
    const reviews: [string, string, string, string][] = [
      ['r1', 'ann', '', '2025-11-18T12:00:00Z'],
      ['r1', 'ben', '2025-11-18T12:00:00Z', ''],
    ];
    const { people, recipients } = await told({
      reviews,
      lines: [line('10:00', '/v?id=r1', { account: 'ann' }), line('13:00', '/staff/r1', { account: 'e1' })],
      isParquet: true,
      leaks: [
        { ...WEB, id: 'u', kind: 'url', path: '/v?id={reviews}', passedTo: ['ads.example'] },
        { ...WEB, id: 'a', kind: 'access', path: '/staff/{reviews}' },
      ],
    });
    assert.deepEqual(
      people.map((p) => [p.person, p.views]),
      [
        ['ann', 1],
        ['ben', 1],
      ],
    );
    assert.deepEqual(
      recipients.map((r) => r.viewer),
      ['employee-1', 'ads.example'],
    );
  });

  it('takes a column for what the workspace says, whatever it is called', async () => {
    const { people, recipients } = await told({
      lines: [
        {
          t: '2025-11-18T10:00:00Z',
          client: 'ben',
          account: '203.0.113.9',
          host: '/reviews/r1',
          path: 'www',
          status: '200',
          f0: '',
        },
      ],
      isParquet: true,
      columns: {
        time: 't',
        viewer: 'client',
        client: 'account',
        path: 'host',
        host: 'path',
        status: 'status',
      },
      leaks: [PAGE],
    });
    assert.deepEqual(
      people.map((p) => p.person),
      ['ann'],
    );
    assert.deepEqual(
      recipients.map((r) => [r.viewer, r.class]),
      [['ben', 'customer']],
    );
  });
});
