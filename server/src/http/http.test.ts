import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { ANSWER, type ErrorCode, ForthrightError, ROLES, type Role } from '@forthright/contract';
import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import * as z from 'zod';
import { entrance, type People } from '../people/index.ts';
import type { Db } from '../platform/db/index.ts';
import { jsonLog } from '../platform/index.ts';
import { type Actor, Document, type Operation, operation } from '../prove/index.ts';
import { makeServer } from './index.ts';

const PLANTED = ['ada.planted@marlow.example', 'grace-planted', '203.0.113.77'];

let nowMs = Date.parse('2025-11-20T14:00:00Z');
const now = () => new Date(nowMs);
let isDatabaseUp = true;
/** Stands in for the records: the door asks them one thing itself, whether they are there. */
const db = {
  rows: async () => {
    if (!isDatabaseUp)
      throw new ForthrightError('database-unreachable', 'db.internal.example:5432 does not answer');
    return [{ one: 1 }];
  },
} as unknown as Db;

const Echo = z.strictObject({ got: z.unknown(), actor: z.string() });
const echo = async ({ actor }: { actor: Actor }, input: unknown) => ({ got: input, actor: actor.id });
const Thing = z.strictObject({
  thing: z.string().regex(/^thg_[a-z]+$/),
  title: z.string().min(3),
  email: z.email().optional(),
  size: z.strictObject({ width: z.int().min(0), height: z.int().min(0).optional() }).optional(),
});
const operations: readonly Operation[] = [
  operation({
    name: 'list-things',
    summary: 'Things',
    method: 'GET',
    path: '/things',
    may: [],
    input: z.strictObject({
      limit: z.int().min(1).max(50).optional(),
      isOpen: z.boolean().optional(),
      tags: z.array(z.string()).optional(),
      search: z.string().optional(),
    }),
    output: Echo,
    run: echo,
  }),
  operation({
    name: 'read-thing',
    summary: 'One <thing>',
    method: 'GET',
    path: '/things/:thing',
    may: ['investigator', 'auditor'],
    input: Thing.pick({ thing: true }),
    output: Echo,
    run: echo,
  }),
  ...(['POST', 'PUT', 'PATCH'] as const).map((method) =>
    operation({
      name: `${method.toLowerCase()}-thing`,
      summary: 'Changes one',
      method,
      path: '/things/:thing',
      may: ['investigator'],
      input: Thing,
      output: Echo,
      run: echo,
    }),
  ),
  operation({
    name: 'delete-thing',
    summary: 'Removes one',
    method: 'DELETE',
    path: '/things/:thing',
    may: ['administrator'],
    input: Thing.pick({ thing: true }),
    output: z.strictObject({ done: z.boolean() }),
    run: async () => ({ done: true }),
  }),
  operation({
    name: 'crash',
    summary: 'Fails in a way that nobody foresaw',
    method: 'POST',
    path: '/crash',
    may: [],
    input: z.strictObject({ how: z.enum(['error', 'output', 'database', 'taken']) }),
    output: z.strictObject({ ok: z.literal(true) }),
    run: async (_, { how }): Promise<{ ok: true }> => {
      if (how === 'error') throw new Error(`SELECT * FROM people WHERE email = '${PLANTED[0]}'`);
      if (how === 'database') throw new ForthrightError('database-refused', 'SELECT 1 FROM secret_table');
      if (how === 'taken') throw new ForthrightError('record-exists', 'there is one of that name');
      return { ok: true, passwordHash: 'secret' } as { ok: true };
    },
  }),
  operation({
    name: 'read-table',
    summary: 'A table, which may break off or be another document than was promised',
    method: 'GET',
    path: '/table',
    may: [],
    input: z.strictObject({ how: z.enum(['whole', 'broken', 'other']) }),
    output: z.never(),
    documents: ['text/csv'],
    run: async (_, { how }) =>
      how === 'other'
        ? new Document('text/html', 'table.html', '<b>')
        : new Document('text/csv', 'table.csv', pieces(how)),
  }),
];

async function* pieces(how: string): AsyncGenerator<string> {
  yield '"é"\r\n';
  if (how === 'broken') throw new Error(`Nobody foresaw ${PLANTED[0]}`);
  yield '"b"\r\n';
}

const people: People = {
  recognise: async ({ session, token }) => {
    const given = token ?? session;
    if (given === undefined) throw new ForthrightError('not-signed-in', 'Nobody is signed in.');
    if (given === 'late') throw new ForthrightError('token-expired', 'Over since yesterday.');
    const via = token === undefined ? 'session' : 'token';
    const roles = given.split('.').filter((r) => r !== 'none') as Role[];
    return { id: 'usr_test', account: 'usr_test', roles, via };
  },
  entrances: [
    entrance({
      name: 'sign-in',
      summary: 'Signs in',
      method: 'POST',
      path: '/sign-in',
      input: z.strictObject({ email: z.string() }),
      output: z.strictObject({ ok: z.boolean() }),
      run: async () => ({
        output: { ok: true },
        session: { secret: 'abc', expires: new Date('2025-11-21T00:00:00Z') },
      }),
    }),
  ],
  operations: [],
};

let lines: string[] = [];
const log = jsonLog((line) => lines.push(line), now);
const app = makeServer({ operations, people, db, now, log, version: '0.1.0' });
const token = (role: string) => ({ authorization: `Bearer ${role}` });
before(async () => app.ready());
after(async () => app.close());
beforeEach(() => {
  lines = [];
  nowMs += 3_600_000;
});

type Answer = { statusCode: number; headers: Record<string, unknown>; json: () => Record<string, unknown> };

function isProblem(answer: Answer, status: number, code: string): Record<string, unknown> {
  const problem = answer.json();
  assert.equal(problem.code, code);
  assert.equal(answer.statusCode, status);
  assert.equal(problem.status, status);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  assert.equal(problem.type, `urn:forthright:error:${code}`);
  return problem;
}

type Sent = { method?: string; url: string; headers?: Record<string, string>; payload?: string | Buffer };
const ask = async (sent: Sent): Promise<Answer> => (await app.inject(sent as never)) as unknown as Answer;
const asJson = { 'content-type': 'application/json' };

describe('a route per operation', () => {
  for (const method of ['POST', 'PUT', 'PATCH'] as const)
    test(`${method}: path and body become one input`, async () => {
      const answer = await ask({
        method,
        url: '/api/things/thg_a',
        headers: { ...token('investigator'), ...asJson },
        payload: '{"title":"Lamp","size":{"width":2}}',
      });
      assert.deepEqual(answer.json(), {
        got: { thing: 'thg_a', title: 'Lamp', size: { width: 2 } },
        actor: 'usr_test',
      });
      assert.equal(answer.statusCode, 200);
    });

  test('a query becomes numbers, booleans and lists where the schema has them', async () => {
    const answer = await ask({
      url: '/api/things?limit=12&isOpen=false&tags=a&search=12',
      headers: token('none'),
    });
    assert.deepEqual(answer.json().got, { limit: 12, isOpen: false, tags: ['a'], search: '12' });
  });

  test('DELETE takes its input from the path, and no body', async () => {
    const sent = { method: 'DELETE', url: '/api/things/thg_a', headers: token('administrator') };
    assert.deepEqual((await ask(sent)).json(), { done: true });
    const withBody = { ...sent, headers: { ...sent.headers, ...asJson }, payload: '{"a":1}' };
    isProblem(await ask(withBody), 422, 'request-invalid');
  });

  for (const { name, method, path, may } of operations)
    for (const role of ROLES)
      test(`${name} as ${role}: ${may.length === 0 || may.includes(role) ? 'may' : 'may not'}`, async () => {
        const answer = await ask({
          method,
          url: `/api${path.replace(':thing', 'thg_a')}`,
          headers: token(role),
        });
        if (may.length === 0 || may.includes(role)) assert.notEqual(answer.statusCode, 403);
        else isProblem(answer, 403, 'not-permitted');
      });

  test('nobody, and somebody whose token is over, get a 401 before anything is read', async () => {
    const body = { url: '/api/things/thg_a', method: 'POST', payload: '{"x":' };
    isProblem(await ask({ ...body, headers: asJson }), 401, 'not-signed-in');
    const late = await ask({ ...body, headers: { ...asJson, ...token('late') } });
    isProblem(late, 401, 'token-expired');
    assert.equal(late.headers['www-authenticate'], 'Bearer');
    isProblem(
      await ask({ url: '/api/things', headers: { authorization: 'Basic abc' } }),
      401,
      'token-invalid',
    );
  });
});

describe('what a request may be', () => {
  const post = (payload: string | Buffer, headers: Record<string, string> = asJson) =>
    ask({
      method: 'POST',
      url: '/api/things/thg_a',
      headers: { ...token('investigator'), ...headers },
      payload,
    });

  test('all problems are told at once, unknown fields by name at every depth', async () => {
    const problem = isProblem(
      await post(
        '{"titel":"x","title":"a","email":"nobody","size":{"width":-1,"depth":3},"thing":"thg_b","toString":1}',
      ),
      422,
      'request-invalid',
    );
    const problems = problem.problems as { at: string; message: string }[];
    assert.deepEqual(problems.map(({ at }) => at).sort(), [
      'email',
      'size.depth',
      'size.width',
      'thing',
      'titel',
      'title',
      'toString',
    ]);
    assert.match(problems.find(({ at }) => at === 'titel')?.message ?? '', /did you mean `title`/);
    assert.match(problems.find(({ at }) => at === 'thing')?.message ?? '', /into the path/);
  });

  test('an unknown or repeated field of the query is refused', async () => {
    const url = '/api/things?limt=1&search=a&search=b&limit=1e3';
    const problem = isProblem(await ask({ url, headers: token('none') }), 422, 'request-invalid');
    const ats = (problem.problems as { at: string }[]).map(({ at }) => at).sort();
    assert.deepEqual(ats, ['limit', 'limt', 'search']);
  });

  const MALFORMED: readonly (readonly [string, string | Buffer])[] = [
    ['cut short', '{"title":'],
    ['two values', '{} {}'],
    ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['__proto__', '{"title":"abc","__proto__":{"isAdmin":true}}'],
    ['__proto__ further in', '{"title":"abc","size":{"__proto__":1}}'],
    ['__proto__ by escapes', '{"title":"abc","\\u005f_proto__":1}'],
    ['too deep', `{"title":${'['.repeat(100_000)}`],
    ['too deep and closed', `{"title":${'['.repeat(65)}${']'.repeat(65)}}`],
  ];
  for (const [what, payload] of MALFORMED)
    test(`malformed JSON: ${what}`, async () => {
      const answer = await post(payload);
      isProblem(answer, 400, 'body-malformed');
    });

  const TWICE: readonly (readonly [string, string])[] = [
    ['{"title":"abc","title":"abd"}', 'title'],
    ['{"title":"abc","titl\\u0065":"abd"}', 'title'],
    ['{"title":"abc","size":{"a":[{"b":1}, {"c":1, "b" : 2,"c"\n:3}]}}', 'size.a.c'],
  ];
  for (const [payload, name] of TWICE)
    test(`a field that is there twice is refused and named: ${payload}`, async () => {
      const { problems } = isProblem(await post(payload), 400, 'body-malformed');
      assert.equal((problems as { at: string }[])[0]?.at, name);
    });

  test('the same name in two objects, or as a value, is no field twice', async () => {
    const answer = await post('{"title":"title","more":[{"a":"a"},{"a":"a\\":"}]}');
    assert.notEqual(answer.json().code, 'body-malformed');
  });

  test('a body that is no object is refused', async () => {
    for (const payload of ['[]', '"a"', 'null', '7']) isProblem(await post(payload), 422, 'request-invalid');
  });

  test('what is wrong with a huge body is told briefly and soon', async () => {
    const keys = Array.from({ length: 90_000 }, (_, i) => `"k${i}":1`).join(',');
    const BODIES = [`{${keys}}`, `{"${'a'.repeat(1_000_000)}":1}`, `{"title":"${'\\"'.repeat(500_000)}`];
    for (const payload of BODIES) {
      const begunMs = performance.now();
      const answer = await post(payload);
      assert.ok(answer.statusCode === 422 || answer.statusCode === 400);
      assert.ok(JSON.stringify(answer.json()).length < 100_000);
      assert.ok(performance.now() - begunMs < 5000);
    }
  });

  test('a body over one megabyte is refused', async () => {
    isProblem(await post(`{"title":"${'a'.repeat(1_048_576)}"}`), 413, 'body-too-large');
  });

  const TYPES: readonly Record<string, string>[] = [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=a' },
    { 'content-type': 'application/jsonx' },
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    {},
  ];
  for (const headers of TYPES)
    test(`another type of content: ${JSON.stringify(headers)}`, async () => {
      isProblem(await post('{"title":"Lamp"}', headers), 415, 'content-type-unsupported');
    });

  const PATHS = [
    '/api/../etc/passwd',
    '/api/things/..',
    '/api/things/%2e%2e',
    '/api/things/.%2E/x',
    '/api/things/a%2fb',
    '/api/things/a%5cb',
    '/api//things',
    '/api/things/%00',
    '/api/things/%ff',
    '/api/things/%zz',
    '/api/things/..;/x',
  ];
  for (const url of PATHS)
    test(`a doubtful path: ${url}`, async () => {
      isProblem(await raw(`GET ${url} HTTP/1.1\r\nHost: localhost\r\n`), 400, 'request-malformed');
    });

  test('bytes that are no HTTP, and headers without an end, get a problem too', async () => {
    isProblem(await raw('GARBAGE\r\n'), 400, 'request-malformed');
    const head = `GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(40_000)}\r\n`;
    isProblem(await raw(head), 400, 'request-malformed');
  });

  test('requests that two programs could read differently are refused', async () => {
    const BOTH = 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n';
    const HEADS = [
      'GET /healthz HTTP/1.1\r\n',
      'GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n',
      'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n',
      `POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\n${BOTH}`,
      'POST /api/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n',
      `GET /api/things/${'a'.repeat(300)} HTTP/1.1\r\nHost: localhost\r\n`,
    ];
    for (const head of HEADS) isProblem(await raw(head), 400, 'request-malformed');
  });

  test('an address that is none is 404; a method that it does not take is 405 with those it does', async () => {
    isProblem(await ask({ url: '/api/thing' }), 404, 'route-not-found');
    isProblem(await ask({ url: '/etc/passwd' }), 404, 'route-not-found');
    const answer = await ask({ method: 'DELETE', url: '/api/things' });
    isProblem(answer, 405, 'method-not-allowed');
    assert.equal(answer.headers.allow, 'GET');
    const one = await ask({ method: 'OPTIONS', url: '/api/things/thg_a' });
    assert.equal(one.headers.allow, 'GET, POST, PUT, PATCH, DELETE');
  });
});

/** One request as bytes, since clients put paths right before they send them. */
async function raw(head: string): Promise<Answer> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head}Connection: close\r\n\r\n`);
  let text = '';
  for await (const piece of socket) text += String(piece);
  const [top = '', body = ''] = text.split('\r\n\r\n');
  const [first = '', ...rest] = top.split('\r\n');
  const headers = Object.fromEntries(rest.map((l) => [l.split(': ')[0]?.toLowerCase(), l.split(': ')[1]]));
  return { statusCode: Number(first.split(' ')[1]), headers, json: () => JSON.parse(body) };
}

test('whatever comes, the answer is coded and never a mistake of ours', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('thg_a', '__proto__', 'investigator', '{}'),
  );
  const key = fc.oneof(
    text,
    fc.constantFrom('title', 'email', 'size', 'thing', 'limit', 'tags', 'isOpen', 'how'),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('any'), { maxLength: 4 }),
    object: fc.dictionary(key, tie('any'), { maxKeys: 5 }),
  })).any;
  const sent = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'),
    start: fc.constantFrom(
      '/api/things',
      '/api/things/',
      '/api/things/thg_a',
      '/api/sign-in',
      '/welcome',
      '/',
    ),
    rest: fc.oneof(
      fc.constant(''),
      text.map((t) => encodeURIComponent(t.toWellFormed())),
      text,
    ),
    query: fc.oneof(
      fc.constant(''),
      fc
        .array(fc.tuple(key, text), { maxLength: 4 })
        .map((pairs) =>
          pairs
            .map(
              ([k, v]) => `${encodeURIComponent(k.toWellFormed())}=${encodeURIComponent(v.toWellFormed())}`,
            )
            .join('&'),
        ),
    ),
    type: fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain', ''),
    payload: fc.oneof(
      value.map((v) => JSON.stringify(v) ?? ''),
      text,
      fc.uint8Array().map((b) => Buffer.from(b)),
    ),
    as: fc.constantFrom('investigator', 'administrator', 'none', 'late', ''),
  });
  await fc.assert(
    fc.asyncProperty(sent, async ({ method, start, rest, query, type, payload, as }) => {
      nowMs += 60_000;
      const answer = await app.inject({
        method: method as 'GET',
        url:
          encodeURI(`${start}${rest}`.toWellFormed()).replaceAll('?', '%3F') +
          (query === '' ? '' : `?${query}`),
        headers: { ...(type === '' ? {} : { 'content-type': type }), ...(as === '' ? {} : token(as)) },
        ...(method === 'GET' || method === 'HEAD' ? {} : { payload }),
      });
      assert.ok(answer.statusCode < 500, `${answer.statusCode} ${answer.body}`);
      if (answer.statusCode < 400 || method === 'HEAD' || start === '/welcome') return;
      const code = answer.json().code as ErrorCode;
      assert.equal(ANSWER[code].status, answer.statusCode);
    }),
    { numRuns: 500 },
  );
});

describe('the session and its cookie', () => {
  const own = { cookie: 'forthright-session=investigator', host: '127.0.0.1:8600' };
  const post = (headers: Record<string, string>) =>
    ask({
      method: 'POST',
      url: '/api/things/thg_a',
      headers: { ...own, ...asJson, ...headers },
      payload: '{"title":"Lamp"}',
    });

  test('on loopback the cookie is HttpOnly and strict; elsewhere also Secure, and of this host alone', async () => {
    const sent = { method: 'POST', url: '/api/sign-in', payload: '{"email":"a"}' };
    const near = await ask({ ...sent, headers: { ...asJson, host: 'localhost:8600' } });
    assert.equal(
      near.headers['set-cookie'],
      'forthright-session=abc; Path=/; Expires=Fri, 21 Nov 2025 00:00:00 GMT; HttpOnly; SameSite=Strict',
    );
    for (const host of ['forthright.marlow.example', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      const far = await ask({ ...sent, headers: { ...asJson, host } });
      assert.match(
        String(far.headers['set-cookie']),
        /^__Host-forthright-session=abc;.*; Secure; SameSite=Strict$/,
      );
      assert.ok(far.headers['strict-transport-security']);
    }
  });

  test('a change with a session needs the origin of this server', async () => {
    assert.equal((await post({ origin: 'http://127.0.0.1:8600' })).statusCode, 200);
    const others = ['http://127.0.0.1:3000', 'https://evil.example', 'null', 'http://localhost:8600'];
    for (const origin of others) isProblem(await post({ origin }), 403, 'origin-refused');
    isProblem(await post({}), 403, 'origin-refused');
    const far = { host: 'forthright.marlow.example', cookie: '__Host-forthright-session=investigator' };
    assert.equal((await post({ ...far, origin: 'https://forthright.marlow.example' })).statusCode, 200);
    isProblem(await post({ ...far, origin: 'http://forthright.marlow.example' }), 403, 'origin-refused');
  });

  test('nobody is signed in by another page, and the plain cookie counts for nothing away from loopback', async () => {
    const signIn = { method: 'POST', url: '/api/sign-in', payload: '{"email":"a"}' };
    const evil = { ...asJson, origin: 'https://evil.example' };
    isProblem(await ask({ ...signIn, headers: evil }), 403, 'origin-refused');
    isProblem(await post({ host: 'forthright.marlow.example' }), 401, 'not-signed-in');
  });

  test('a token needs no origin', async () => {
    assert.equal((await post(token('investigator'))).statusCode, 200);
  });
});

describe('limits', () => {
  const signIn = { method: 'POST', url: '/api/sign-in', headers: asJson, payload: '{"email":"a"}' };

  test('the 21st try at an entrance within a minute waits, and the others of the minute too', async () => {
    for (let i = 0; i < 20; i++) assert.equal((await ask(signIn)).statusCode, 200);
    const answer = await ask(signIn);
    isProblem(answer, 429, 'too-many-requests');
    assert.equal(answer.headers['retry-after'], '60');
    nowMs += 60_000;
    assert.equal((await ask(signIn)).statusCode, 200);
  });

  test('every public address has a limit', async () => {
    for (let i = 0; i < 6000; i++) await ask({ url: i % 2 === 0 ? '/healthz' : '/nowhere' });
    for (const url of [
      '/healthz',
      '/readyz',
      '/metrics',
      '/api',
      '/api/openapi.json',
      '/nowhere',
      '/api/things',
    ])
      isProblem(await ask({ url }), 429, 'too-many-requests');
  });

  test('the addresses of one IPv6 network are one client', async () => {
    const from = (i: number) => ({ ...signIn, remoteAddress: `2001:db8::${i.toString(16)}:1` });
    for (let i = 1; i <= 20; i++) await ask(from(i));
    isProblem(await ask(from(99)), 429, 'too-many-requests');
    assert.equal((await ask({ ...signIn, remoteAddress: '2001:db8:0:1::1' } as Sent)).statusCode, 200);
  });
});

describe('what leaves', () => {
  const crash = (how: string) =>
    ask({
      method: 'POST',
      url: '/api/crash',
      headers: { ...token('none'), ...asJson },
      payload: JSON.stringify({ how }),
    });

  test('an unforeseen error tells nothing: no message, stack or statement', async () => {
    for (const [how, code] of [
      ['error', 'internal'],
      ['output', 'internal'],
      ['database', 'database-refused'],
    ] as const) {
      const problem = isProblem(await crash(how), 500, code);
      assert.doesNotMatch(JSON.stringify(problem), /SELECT|planted|passwordHash|secret|\bat .*\.ts/);
    }
    isProblem(await crash('taken'), 409, 'record-exists');
  });

  test('a document leaves as it is, as a file, under a policy of its own', async () => {
    const answer = await app.inject({ url: '/api/table?how=whole', headers: token('none') });
    assert.equal(answer.body, '"é"\r\n"b"\r\n');
    assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(answer.headers['content-disposition'], 'attachment; filename="table.csv"');
    assert.match(String(answer.headers['content-security-policy']), /sandbox$/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  });

  test('a document that was not promised is an error of ours', async () => {
    isProblem(await ask({ url: '/api/table?how=other', headers: token('none') }), 500, 'internal');
  });

  test('a document that can not be made to its end breaks the connection, and is in the log', async () => {
    if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' });
    const [at] = app.addresses();
    const url = `http://127.0.0.1:${typeof at === 'object' ? at.port : 0}/api/table?how=broken`;
    const answer = await fetch(url, { headers: token('none') });
    assert.equal(answer.status, 200);
    await assert.rejects(answer.text());
    assert.match(lines.join('\n'), /"event":"refused".*"code":"internal"/);
    assert.doesNotMatch(lines.join('\n'), new RegExp(PLANTED[0] ?? ''));
  });

  test('every answer has the headers that keep a browser from misusing it', async () => {
    for (const url of ['/api', '/healthz', '/nowhere', '/api/things/%zz']) {
      const { headers } = await ask({ url });
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/);
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['access-control-allow-origin'], undefined);
    }
  });

  test('the API is described by a valid OpenAPI 3.1 document with every operation', async () => {
    const { json } = await ask({ url: '/api/openapi.json' });
    const description = json() as { paths: Record<string, Record<string, Record<string, unknown>>> };
    const result = await new Validator().validate(description);
    assert.ok(result.valid, JSON.stringify(result.errors));
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    );
    assert.equal(described.length, operations.length + people.entrances.length);
    assert.ok(described.includes('patch /api/things/{thing} patch-thing'));
    assert.deepEqual(description.paths['/api/things/{thing}']?.get?.['x-forthright-may'], [
      'investigator',
      'auditor',
    ]);
  });

  test('the page of the API loads nothing from elsewhere and has no script', async () => {
    const answer = await app.inject({ url: '/api' });
    assert.match(answer.body, /read-thing/);
    assert.match(answer.body, /One &#60;thing&#62;/);
    assert.doesNotMatch(answer.body, /<script|https?:|style=|onclick/);
    assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'; style-src 'self';/);
    assert.equal((await app.inject({ url: '/api/style.css' })).statusCode, 200);
  });

  test('ready only with its records; alive without', async () => {
    assert.equal((await ask({ url: '/readyz' })).statusCode, 200);
    isDatabaseUp = false;
    const problem = isProblem(await ask({ url: '/readyz' }), 503, 'database-unreachable');
    assert.doesNotMatch(JSON.stringify(problem), /internal\.example/);
    assert.equal((await ask({ url: '/healthz' })).statusCode, 200);
    isDatabaseUp = true;
  });

  test('no address, query, header or body gets into the log or the metrics', async () => {
    const [email, name, ip] = PLANTED;
    const headers = {
      ...asJson,
      ...token('investigator'),
      'user-agent': `${name}`,
      'x-forwarded-for': `${ip}`,
    };
    const url = `/api/things/thg_a?search=${email}`;
    await app.inject({ url: `/api/things?search=${email}`, headers, remoteAddress: `${ip}` });
    await app.inject({ method: 'POST', url, headers, payload: `{"title":"${email}","email":"${name}"}` });
    await app.inject({ url: `/${email}/${name}`, headers });
    await app.inject({ url: `/api/things/%zz${email}`, headers });
    await app.inject({ method: 'POST', url: '/api/crash', headers, payload: '{"how":"error"}' });
    await app.inject({ method: 'POST', url: '/api/sign-in', headers, payload: `{"email":"${email}"` });
    const text = lines.join('') + (await app.inject({ url: '/metrics' })).body;
    for (const planted of PLANTED) assert.ok(!text.includes(planted), planted);
    assert.match(text, /"event":"request".*"route":"\/api\/things\/:thing"/);
    assert.match(text, /"frames":\["Error","at .*http\.test\.ts/);
    assert.match(text, /forthright_http_requests_total\{method="GET",route="\/api\/things",status="200"\}/);
    for (const line of lines) assert.equal(typeof JSON.parse(line).time, 'string');
  });
});

describe('a list of operations that could not be served as it says is refused at the start', () => {
  const [first] = operations;
  const make = (list: readonly Operation[]) => () =>
    makeServer({ operations: list, people, db, now, log, version: '0' });
  const one = (changed: Partial<Operation>) => make([{ ...(first as Operation), ...changed }]);
  test('two of one name or address', () => assert.throws(make([...operations, ...operations]), /two of/));
  test('an input that is no object', () => assert.throws(one({ input: z.string() }), /no object/));
  test('a path whose parameter is no field', () =>
    assert.throws(one({ path: '/a/:b' }), /lacks the path's b/));
  test('an object further in that passes over unknown fields', () => {
    const input = z.strictObject({ a: z.array(z.object({ b: z.string() })) });
    assert.throws(one({ input }), /strictObject/);
  });
});
