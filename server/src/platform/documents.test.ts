import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ForthrightError, Incident, Workspace } from '@forthright/contract';
import * as z from 'zod';
import { readDocument } from './documents.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-documents-'));
});
after(() => rm(folder, { recursive: true }));

async function problemsOf(text: string | Uint8Array, code: 'workspace-invalid' | 'incident-invalid') {
  const path = join(folder, 'f.yaml');
  await writeFile(path, text);
  const read = readDocument<unknown>(path, code === 'workspace-invalid' ? Workspace : Incident, code);
  const error = await read.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error === undefined) return [];
  assert.ok(error instanceof ForthrightError, String(error));
  assert.equal(error.code, code);
  return error.problems.map((p) => `${p.at.replace(`${path}:`, '')} ${p.message}`);
}

const GOOD = `organisation:
  name: Marlow
sources:
  customers: { at: c.csv, columns: { id: customer_id } }
`;

test('a right workspace is read, with its defaults and the hash of its bytes', async () => {
  const path = join(folder, 'good.yaml');
  await writeFile(path, `\uFEFF${GOOD}`);
  const read = await readDocument(path, Workspace, 'workspace-invalid');
  assert.equal(read.value.organisation.name, 'Marlow');
  assert.equal(read.value.sources.customers.brokenRows, 'stop');
  assert.match(read.sha256, /^[0-9a-f]{64}$/);
  assert.equal(read.directory, folder);
  assert.equal(read.where(['sources', 'customers', 'columns', 'id']), `${path}:4:42`);
  assert.equal(read.where(['sources', 'customers', 'columns'], 'key'), `${path}:4:27`);
  assert.equal(read.where(['sources', 'logs', 'web']), `${path}:4:3`);
});

test('a PostgreSQL server for the records is read, and an address that is none is refused without its password', async () => {
  const engines = (postgres: string) => `${GOOD}engines: { database: { postgres: "${postgres}" } }\n`;
  for (const url of ['postgres://u:geheim@h:5432/d', 'postgresql://h/d?sslmode=verify-full']) {
    const path = join(folder, 'engines.yaml');
    await writeFile(path, engines(url));
    const { value } = await readDocument(path, Workspace, 'workspace-invalid');
    assert.deepEqual(value.engines.database, { postgres: url });
  }
  assert.deepEqual(await problemsOf(engines('mysql://u:geheim@h/d'), 'workspace-invalid'), [
    '5:34 `engines.database.postgres` is "mysql://u:***@h/d"; expected an address such as postgres://user:password@host:5432/database',
  ]);
});

test('every problem is told at once, at its line and column, in the order of the file', async () => {
  const text = `organisation:
  name: 2018
  country: lux
sorces: {}
sources:
  customers:
    at: c.csv
    columns: { id: i, adress: [a] }
  references:
    a b: { at: x, key: k, person: p }
  logs:
    web: { at: 3, format: combnd, columns: { tme: ts }, sampled: 2 }
    api: { at: [], format: jsonl }
    old:
      at: s3://u:geheim@x/y
      format:
      retention: 30 days
engines: { analytics: { clickhouse: { url: nowhere, password: 5 } } }
`;
  assert.deepEqual(await problemsOf(text, 'workspace-invalid'), [
    '2:9 `organisation.name` is 2018; expected text; put it in quotes if it is meant as text',
    '3:12 `organisation.country` is "lux"; a country is two capital letters, such as LU',
    '4:1 `sorces` is no key at the top of the file; did you mean `sources`? (known: organisation, timezone, sources, engines)',
    '8:23 `adress` is no key in `sources.customers.columns`; did you mean `address`? (known: id, email, name, country, region, language, phone, address, createdAt, deletedAt)',
    "10:5 `a b` can't be a name here: use letters, digits, `_` and `-`, and begin with a letter",
    '12:16 `sources.logs.web.at` is 3; expected text or a list',
    '12:27 `sources.logs.web.format` is "combnd", which is not one of: combined, common, pattern, nginx-json, alb, w3c, jsonl, csv, parquet, table; did you mean `combined`?',
    '12:46 `tme` is no key in `sources.logs.web.columns`; did you mean `time`? (known: time, host, method, path, status, client, userAgent, viewer, session, person, action, cacheStatus, cache, duration, recipient, line, file, row)',
    '12:66 `sources.logs.web.sampled` is 2; it must be at most 1',
    '13:16 `sources.logs.api.at` is an empty list; it needs at least 1',
    '16:7 `sources.logs.old.format` is empty, which is not one of: combined, common, pattern, nginx-json, alb, w3c, jsonl, csv, parquet, table',
    '17:18 `sources.logs.old.retention` is "30 days"; a period such as P30D, P4W, P6M or P1Y',
    '18:44 `engines.analytics.clickhouse.url` is "nowhere"; expected an address such as https://host:8443',
    '18:63 `engines.analytics.clickhouse.password` is not right; expected text; put it in quotes if it is meant as text',
  ]);
});

test('a leak of an unknown kind gets the list of kinds and the nearest one', async () => {
  const text = `title: t
leaks:
  - { id: a, kind: pages, fields: [name] }
  - { id: B, kind: page, fields: [], from: 2025-11-18T06:00:00, to: 2025-02-30T00:00:00Z, log: web, foo: 1 }
  - { id: c, kind: export, fields: [name], from: 2025-11-18T06:00:00Z, to: 2025-11-18T07:00:00Z, people: { at: x }, recipients: [{ id: x, class: emploee }, 3] }
  - 7
  - { id: e, fields: [name] }
`;
  assert.deepEqual(await problemsOf(text, 'incident-invalid'), [
    '3:20 `leaks[0].kind` is "pages", which is not one of: page, shared-cache, access, export, mailing, url, list; did you mean `page`?',
    '4:5 `leaks[1].path` is missing: expected text',
    '4:11 `leaks[1].id` is "B"; lower-case letters, digits and hyphens',
    '4:34 `leaks[1].fields` is an empty list; say which fields were shown, such as [name, email]',
    '4:44 `leaks[1].from` is "2025-11-18T06:00:00"; an instant such as 2025-11-20T14:05:00Z, with its zone',
    '4:69 `leaks[1].to` is "2025-02-30T00:00:00Z"; an instant such as 2025-11-20T14:05:00Z, with its zone',
    '4:101 `foo` is no key in `leaks[1]`; take it out, or check where it belongs (known: id, fields, from, to, log, hosts, status, methods, kind, path)',
    '5:106 `leaks[2].people` is a mapping; name either `id` (column of customer ids) or `email` (column of addresses)',
    '5:146 `leaks[2].recipients[0].class` is "emploee", which is not one of: customer, anonymous, crawler, seller, employee, contractor, thirdParty; did you mean `employee`?',
    '5:157 `leaks[2].recipients[1]` is 3; expected text or a mapping',
    '6:5 `leaks[3]` is 7; expected a mapping',
    '7:5 `leaks[4].kind` is missing: one of page, shared-cache, access, export, mailing, url, list',
  ]);
});

const laughs = `a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
`;
const HOSTILE: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  ['an empty file', '', /^1:1 the file is empty/],
  ['a file of comments', '# nothing\n', /^1:1 the file is empty/],
  ['a list', '- a\n', /^1:1 the file is a list; it must be a mapping/],
  ['a word', 'hello\n', /^1:1 the file is a single value/],
  ['broken YAML', 'a: [1,\n', /^2:1 not right as YAML: Flow sequence/],
  ['a duplicate key', `${GOOD}sources: {}\n`, /^5:1 this key stands here twice/],
  ['a second document', `${GOOD}---\na: 1\n`, /^5:1 a second document begins here/],
  ['a tab as indent', 'a:\n\tb: 1\n', /^2:1 a tab stands where spaces must/],
  ['an unknown tag', 'a: !!js/function x\n', /^1:4 not right as YAML: Unresolved tag/],
  ['an alias to nothing', 'a: *x\n', /^1:1 can't be read as YAML: Unresolved alias/],
  ['a merge key', 'a: &a {b: 1}\nc:\n  <<: *a\n', /^3:3 merge keys/],
  ['a key __proto__', `${GOOD}__proto__: {timezone: x}\n`, /^5:1 `__proto__` can be no key here/],
  ['a billion laughs', laughs, /^1:1 the file repeats itself through aliases/],
  ['an alias to itself', 'a: &a [*a]\n', /^1:[14] /],
  ['deep nesting', `a: ${'['.repeat(20000)}`, /nested too deeply/],
  ['over 5 MB', Buffer.alloc(5 * 1024 * 1024 + 1, 0x23), /^1:1 the file is over 5 MB/],
  ['latin-1 on its second line', Buffer.from('a: 1\nb: caf\xe9\n', 'latin1'), /^2:1 this line is not UTF-8/],
  ['UTF-16', Buffer.from('\uFEFFa: 1\n', 'utf16le'), /^1:1 the file is UTF-16; save/],
  ['a zero byte', 'a: "\0"\n', /^1:1 /],
  ['a key of a megabyte', `${'k'.repeat(1 << 20)}: 1\n`, /^1:/],
];
test('a file that is nested too deeply has that one problem', async () => {
  assert.equal((await problemsOf(`a: ${'['.repeat(3000)}\n`, 'workspace-invalid')).length, 1);
});
test('a number without end is told as one', async () => {
  const [problem] = await problemsOf(`${GOOD}engines: 1e400\n`, 'workspace-invalid');
  assert.match(problem ?? '', /Infinity/);
});

for (const [name, text, expected] of HOSTILE) {
  test(`${name} is refused in words`, async () => {
    const problems = await problemsOf(text, 'workspace-invalid');
    assert.ok(
      problems.some((p) => expected.test(p)),
      problems.map((p) => p.slice(0, 200)).join('\n'),
    );
  });
}

test('a missing file, a folder and an impossible name are coded errors', async () => {
  const code = (path: string) =>
    readDocument(path, Workspace, 'workspace-invalid').then(
      () => 'read',
      (e: unknown) => (e instanceof ForthrightError ? e.code : String(e)),
    );
  assert.equal(await code(join(folder, 'none.yaml')), 'file-missing');
  assert.equal(await code(join(folder, 'good.yaml', 'x')), 'file-missing');
  assert.equal(await code(folder), 'file-unreadable');
  assert.equal(await code('a\0b'), 'file-unreadable');
});

test('where a value may be a word, a number or a mapping, what was meant is told, down to the key', async () => {
  const Condition = z.union([
    z.strictObject({ fact: z.enum(['risk', 'cause']), is: z.string() }),
    z.strictObject({ all: z.array(z.string()) }),
  ]);
  const schema = z.object({
    when: Condition,
    word: z.union([z.enum(['none', 'high']), z.strictObject({ is: z.string() })]),
    many: z.union([z.union([z.int(), z.strictObject({ min: z.int() })]), z.literal('unknown')]),
  });
  const path = join(folder, 'shapes.yaml');
  await writeFile(path, 'when: { fact: rsk, is: high }\nword: hihg\nmany: lots\n');
  await assert.rejects(readDocument(path, schema, 'law-invalid'), (error: ForthrightError) => {
    assert.deepEqual(
      error.problems.map((p) => `${p.at.slice(path.length + 1)} ${p.message}`),
      [
        '1:15 `when.fact` is "rsk", which is not one of: risk, cause; did you mean `risk`?',
        '2:7 `word` is "hihg", which is not one of: none, high; did you mean `high`?',
        '3:7 `many` is "lots"; expected a number or a mapping or `unknown`',
      ],
    );
    return true;
  });
});
