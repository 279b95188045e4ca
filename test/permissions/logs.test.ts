/**
 * Personal data never appears in the log: names and addresses are planted in every field of a request to every operation,
 * in whatever form it takes, as everybody, and in every header; then the log is searched.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ROLES } from '@forthright/contract';
import * as z from 'zod';
import { type As, PASSWORD, World } from '../../server/src/http/testing.ts';
import { headersOf } from '../../server/src/kernel/index.ts';
import type { Operation } from '../../server/src/prove/index.ts';
import { operationsOf } from '../../server/src/serve.ts';

const NAME = 'Wilhelmina Quatermass';
const EMAIL = 'wilhelmina.q@planted.example';
const ADDRESS = '203.0.113.77';
const STREET = '17 Plantedstrasse, 1234 Nowhere';
const TEXT = `${NAME}, ${EMAIL}, ${ADDRESS}, ${STREET}`;
/** In whatever way it may have been written on its way: as it is, escaped, or in pieces. */
const PLANTED = [
  NAME,
  'Wilhelmina',
  'Quatermass',
  'wilhelmina.q',
  'planted',
  ADDRESS,
  'Plantedstrasse',
  'Iris',
  'Quint',
  'Rosa',
  PASSWORD,
  'orchard',
  'fws_',
  'fwt_',
  'fwl_',
];

type Json = { [name: string]: unknown };
type Ids = Readonly<Record<string, string>>;

/** A value that the schema takes, with something planted wherever a text is free; with all its fields or those that must be. */
function taken(schema: Json, name: string, ids: Ids, which: 'all' | 'required'): unknown {
  if (ids[name] !== undefined) return ids[name];
  const either = schema.anyOf as Json[] | undefined;
  if (either !== undefined) return taken(either[0] ?? {}, name, ids, which);
  const choices = schema.enum as unknown[] | undefined;
  if (choices !== undefined) return choices[0];
  if (schema.const !== undefined) return schema.const;
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema.properties ?? {}) as { [name: string]: Json })
          .filter(([key]) => which === 'all' || (schema.required as string[] | undefined)?.includes(key))
          .map(([key, inner]) => [key, taken(inner, key, ids, which)]),
      );
    case 'array':
      return [taken((schema.items ?? {}) as Json, name, ids, which)];
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema.minimum ?? 1));
    case 'boolean':
      return true;
    default:
      if (schema.format === 'date-time') return '2025-11-20T10:00:00Z';
      if (schema.format === 'email') return EMAIL;
      return name === 'password' || name === 'newPassword'
        ? PASSWORD
        : typeof schema.maxLength === 'number'
          ? TEXT.slice(0, schema.maxLength)
          : TEXT;
  }
}

/** Something planted in every field, whatever it should have been; and a field that nobody knows. */
const wrong = (schema: Json): Json => ({
  ...Object.fromEntries(Object.keys((schema.properties ?? {}) as Json).map((key) => [key, TEXT])),
  [EMAIL]: NAME,
  nested: { [NAME]: [EMAIL] },
});

let world: World;
let base = '';
let ids: Ids = {};
let succeeded = 0;
before(async () => {
  world = await World.open();
  base = await world.app.listen({ host: '127.0.0.1', port: 0 });
  const root = await world.first();
  for (const role of ROLES) await world.person(root, `${role}.wilhelmina.q@planted.example`, [role]);
  const officer = await world.person(root, 'victim@planted.example', [
    'privacy-officer',
    'investigator',
    'administrator',
  ]);
  const opened = await world.ask('POST', '/api/incidents', officer, {
    title: TEXT,
    kind: 'other',
    times: { aware: { at: '2025-11-20T10:00:00Z', saidBy: NAME } },
  });
  const incident = String(opened.body.incident);
  const task = await world.ask('POST', `/api/incidents/${incident}/tasks`, officer, {
    what: TEXT,
    owner: officer.id,
    due: '2026-11-25T09:00:00Z',
  });
  const token = await world.ask('POST', '/api/tokens', officer, { name: NAME, scopes: ['investigator'] });
  ids = {
    incident,
    task: String(task.body.id),
    owner: officer.id,
    person: officer.id,
    token: String((token.body.token as { id: string }).id),
  };
});
after(() => world.close());

const HEADERS = {
  'user-agent': TEXT,
  referer: `https://planted.example/?email=${EMAIL}`,
  'x-forwarded-for': ADDRESS,
  'x-real-ip': ADDRESS,
  forwarded: `for=${ADDRESS}`,
  'x-request-id': EMAIL,
  'accept-language': NAME,
};

type Asking = Pick<Operation, 'name' | 'method' | 'path' | 'input' | 'streams'>;

async function send(
  { method, path, streams }: Asking,
  input: Json,
  as: As,
  more: Readonly<Record<string, string>> = {},
): Promise<number> {
  // Limits count by the minute.
  world.pass(1 / 30);
  const rest = { ...input };
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest[name] ?? TEXT)).replaceAll('.', '%2E');
    delete rest[name];
    return value;
  });
  const isFile = streams === 'takes a file';
  const inQuery = method === 'GET' || method === 'DELETE';
  // What can't be the name of a header is asked in the query all the same.
  const [inHeaders, others] = [true, false].map((is) =>
    Object.entries(rest).filter(([key]) => (isFile && /^\w+$/.test(key)) === is),
  );
  const query = new URLSearchParams(
    inQuery || isFile ? others?.map(([key, value]) => [key, String(value)]) : [],
  );
  const answer = await fetch(`${base}/api${filled}${query.size === 0 ? '' : `?${query}`}`, {
    method,
    headers: {
      ...HEADERS,
      origin: base,
      ...(as.cookie === undefined ? {} : { cookie: as.cookie }),
      'content-type': isFile ? 'application/octet-stream' : 'application/json',
      ...headersOf(Object.fromEntries(inHeaders ?? [])),
      ...more,
    },
    ...(isFile ? { body: TEXT } : inQuery ? {} : { body: JSON.stringify(rest) }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

const sessions = new Map<string, As>();

async function signIn(who: string): Promise<As> {
  world.pass(1 / 30);
  const { cookie } = await world.ask(
    'POST',
    '/api/sign-in',
    {},
    { email: `${who}@planted.example`, password: PASSWORD },
  );
  sessions.set(who, { cookie });
  return { cookie };
}

/** Signs in where the session was ended, as some operations do: a password takes its time on purpose. */
async function sendAs(who: string, operation: Asking, input: Json): Promise<number> {
  const status = await send(operation, input, sessions.get(who) ?? (await signIn(who)));
  return status === 401 ? send(operation, input, await signIn(who)) : status;
}

function refuseFound(what: string): void {
  const text = world.lines.join('');
  for (const planted of PLANTED) {
    const at = text.toLowerCase().indexOf(planted.toLowerCase());
    assert.ok(at < 0, `${what}: the log holds ${planted}: ${text.slice(Math.max(0, at - 200), at + 100)}`);
  }
  assert.ok(world.lines.length > 0);
  world.lines.length = 0;
}

test('no request to any operation, whoever asks and whatever is wrong with it, leaves a name or an address in the log', async () => {
  const operations: readonly Asking[] = [
    ...operationsOf(world.people),
    ...world.people.entrances,
    ...world.questions,
  ];
  for (const operation of operations) {
    const schema = z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }) as Json;
    const right = taken(schema, '', ids, 'required') as Json;
    const all = taken(schema, '', ids, 'all') as Json;
    for (const role of ROLES) {
      const status = await sendAs(`${role}.wilhelmina.q`, operation, right);
      if (status === 200) succeeded += 1;
      assert.notEqual(status, 429, operation.name);
    }
    await sendAs('victim', operation, all);
    await sendAs('victim', operation, wrong(schema));
    await sendAs('victim', operation, { ...right, [NAME]: EMAIL });
    await send(operation, right, {});
    await send(operation, right, {}, { authorization: `Bearer fwt_${EMAIL}` });
    await send(operation, right, { cookie: `forthright-session=fws_${encodeURIComponent(NAME)}` });
    await send(operation, right, sessions.get('victim') ?? {}, {
      'content-type': `text/plain; name=${EMAIL}`,
      origin: 'https://planted.example',
    });
    refuseFound(operation.name);
  }
  assert.ok(succeeded >= 25, `only ${succeeded} requests went well, which shows little`);
});

test('nor do addresses that nothing answers, doubtful paths and broken bodies', async () => {
  for (const path of [
    `/${EMAIL}`,
    `/api/${encodeURIComponent(NAME)}?email=${EMAIL}`,
    `/api/incidents/%2e%2e/${EMAIL}`,
    `/api/people/${EMAIL}/%zz`,
  ])
    await (await fetch(`${base}${path}`, { headers: HEADERS })).arrayBuffer();
  const as = await signIn('victim');
  for (const body of [`{"email":"${EMAIL}"`, TEXT, `["${NAME}"]`, `{"title":"${TEXT.repeat(20_000)}"}`]) {
    const headers = { ...HEADERS, origin: base, cookie: as.cookie ?? '', 'content-type': 'application/json' };
    await (await fetch(`${base}/api/incidents`, { method: 'POST', headers, body })).arrayBuffer();
  }
  refuseFound('other requests');
});
