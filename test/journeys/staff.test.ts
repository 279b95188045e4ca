/** Employees are planted in every place where a name can come from; no output may say one. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { scopeText } from '../../server/src/cli/text/scope.ts';
import { seenByText, whoSawText } from '../../server/src/cli/text/views.ts';
import { openAnalytics } from '../../server/src/platform/analytics/index.ts';
import { seenBy, whoSaw } from '../../server/src/scope/drilldown.ts';
import { writeOutputs } from '../../server/src/scope/outputs.ts';
import { readinessText } from '../../server/src/scope/readiness.text.ts';
import { checkReadiness } from '../../server/src/scope/readiness.ts';
import { withRun } from '../../server/src/scope/session.ts';

/** `e-both` is a customer as well, and `e-shop` is a seller as well. */
const STAFF = [
  'e-viewer',
  'e-subject',
  'e-upper',
  'e-cached',
  'e-listed',
  'e-stated',
  'e-contractor',
  'e-url',
];
const BOTH = 'e-both';
const WINDOW = { from: '2025-11-18T00:00:00Z', to: '2025-11-19T00:00:00Z' };
const WEB = { log: 'web', fields: ['name'], ...WINDOW };

const lines = [
  { account: 'e-viewer', persons: ['ann', 'e-subject', 'E-Upper', BOTH], uri: '/staff/look' },
  { account: 'e-contractor', persons: ['e-subject', 'ann'], uri: '/staff/look' },
  { account: 'ann', uri: '/u/e-subject' },
  { account: 'e-viewer', uri: '/u/ann' },
  { account: BOTH, uri: '/u/ann' },
  { account: 'ann', uri: '/reviews/r1' },
  { account: 'ann', uri: '/reviews/e-subject' },
  { account: 'e-cached', uri: '/me', cache: 'MISS' },
  { account: 'ann', uri: '/me', cache: 'HIT' },
  { account: 'ann', uri: '/verify?c=ann', recipient: 'e-url' },
  { account: '', uri: '/p/e-viewer-at-home' },
].map((l, i) => ({
  ts: `2025-11-18T10:${10 + i}:00Z`,
  host: 'www',
  ip: '203.0.113.5',
  ua: 'Firefox',
  status: 200,
  ...l,
}));

const LEAKS = [
  { ...WEB, id: 'looked', kind: 'access', viewers: [...STAFF, BOTH], path: '/staff/look' },
  { ...WEB, id: 'profiles', kind: 'page', path: '/u/{customers}' },
  { ...WEB, id: 'reviews', kind: 'page', path: '/reviews/{reviews}' },
  { ...WEB, id: 'cache', kind: 'shared-cache', path: '/me' },
  { ...WEB, id: 'passed', kind: 'url', path: '/verify?c={customers}' },
  { id: 'mail', kind: 'mailing', fields: ['name'], people: { at: 'list.csv', id: 'value' } },
  {
    id: 'sold',
    kind: 'list',
    fields: ['email'],
    people: { at: 'list.csv', id: 'value' },
    recipients: [
      'dealer',
      'e-viewer',
      { id: 'e-stated', class: 'thirdParty' },
      { id: 'e-shop', class: 'seller' },
    ],
  },
];

const SOURCES = {
  customers: { at: 'customers.csv', columns: { id: 'id', email: 'email' } },
  references: { reviews: { at: 'reviews.csv', key: 'key', person: 'person', from: 'since' } },
  employees: { at: 'employees.csv', columns: { id: 'id', kind: 'kind' } },
  sellers: { at: 'sellers.csv', columns: { id: 'id' } },
  logs: {
    web: {
      at: 'web.jsonl',
      format: 'jsonl',
      columns: {
        time: 'ts',
        host: 'host',
        viewer: 'account',
        client: 'ip',
        path: 'uri',
        status: 'status',
        userAgent: 'ua',
        person: 'persons',
        cacheStatus: 'cache',
        recipient: 'recipient',
      },
    },
  },
};

let directory = '';
/** Every output by its name. */
const outputs = new Map<string, string>();

const asked = (incident = 'incident.yaml') => ({
  incident: join(directory, incident),
  workspace: join(directory, 'forthright.yaml'),
});
const watch = { step: () => {}, signal: new AbortController().signal };

async function write(): Promise<void> {
  const put = (name: string, text: string) => writeFile(join(directory, name), text);
  const list = ['ann', 'ben', BOTH, 'e-listed'];
  await put(
    'customers.csv',
    `id,email\nann,ann@shop.example\nben,ben@shop.example\n${BOTH},both@shop.example\n`,
  );
  await put('reviews.csv', 'key,person,since\nr1,e-subject,e-viewer\nr1,ann,2020-01-01\n');
  await put(
    'employees.csv',
    `id,kind\n${[...STAFF, BOTH, 'e-shop'].map((id) => `${id},${id === 'e-contractor' ? 'vendor' : 'staff'}`).join('\n')}\n`,
  );
  await put('sellers.csv', 'id\ne-shop\n');
  await put('list.csv', `value\n${list.join('\n')}\n`);
  await put(
    'web.jsonl',
    `${lines.map((l) => JSON.stringify(l)).join('\n')}\n{"account":"e-viewer", broken\n`,
  );
  await put(
    'forthright.yaml',
    JSON.stringify({ organisation: { name: 'M', country: 'LU', domains: ['m.example'] }, sources: SOURCES }),
  );
  await put('incident.yaml', JSON.stringify({ title: 't', leaks: LEAKS, gaps: [] }));
}

async function ask(): Promise<void> {
  const out = join(directory, 'out');
  await mkdir(out);
  await withRun(asked(), watch, async (answered) => {
    const { run, answer } = answered;
    outputs.set('answer', JSON.stringify(answer));
    outputs.set('text', scopeText(answer));
    await writeOutputs(run, answer, out);
    for (const person of ['ann', 'e-subject', 'E-Upper', 'e-cached', BOTH]) {
      const seen = await whoSaw(answered, person);
      outputs.set(`who-saw ${person}`, `${JSON.stringify(seen)}\n${whoSawText(seen)}`);
    }
    for (const viewer of ['employee-1', 'contractor-1', 'withheld', 'ann', BOTH]) {
      const seen = await seenBy(answered, viewer);
      outputs.set(`seen-by ${viewer}`, `${JSON.stringify(seen)}\n${seenByText(seen)}`);
    }
    for (const viewer of ['e-viewer', 'e-contractor', 'e-stated', 'e-listed', 'e-url'])
      await assert.rejects(
        seenBy(answered, viewer),
        (e: unknown) => (e as { code?: string }).code === 'viewer-not-found',
      );
  });
  const ready = await checkReadiness(asked().workspace, watch, Date.now);
  assert.match(JSON.stringify(ready), /withheld.*broken/);
  outputs.set('readiness', `${JSON.stringify(ready)}\n${readinessText(ready)}`);
  const engine = await openAnalytics({ kind: 'embedded', directory: join(directory, 'engine') });
  try {
    for (const [f, name] of ['people', 'recipients'].entries()) {
      const path = join(out, `${name}.parquet`);
      const { length } = await readFile(path);
      await engine.attach(name, [{ f, path, bytes: length, compression: 'none' }], { kind: 'parquet' });
      outputs.set(name, JSON.stringify(await engine.rows(`SELECT * FROM ${name}`)));
    }
  } finally {
    await engine.close();
  }
  for (const name of ['evidence.json', 'answer.json'])
    outputs.set(name, await readFile(join(out, name), 'utf8'));
}

describe('names of staff', () => {
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'forthright-test-'));
    await write();
    await ask();
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('stand in no output, be they viewers, subjects or recipients', () => {
    for (const [name, text] of outputs)
      for (const id of STAFF) {
        // A key of a reference is a key: the page of one is called by it.
        const said = text.replaceAll('/reviews/e-subject', '');
        assert.ok(
          !new RegExp(`\\b${id}\\b`, 'i').test(said),
          `${name} names ${id}: ${said.match(new RegExp(`.{0,80}${id}.{0,40}`, 'i'))}`,
        );
      }
    assert.match(outputs.get('answer') ?? '', /employee-1.*contractor-1/);
  });

  it('are withheld one by one, and counted', () => {
    const people = JSON.parse(outputs.get('people') ?? '[]') as { person: string; in_directory: number }[];
    assert.deepEqual(
      people.filter((p) => !p.in_directory).map((p) => p.person),
      Array.from({ length: 4 }, () => 'withheld'),
    );
    const { people: counts } = JSON.parse(outputs.get('answer') ?? '{}') as {
      people: { unidentified: number; unidentifiedSample: string[] };
    };
    assert.equal(counts.unidentified, 4);
    assert.deepEqual(
      counts.unidentifiedSample,
      Array.from({ length: 4 }, () => 'withheld'),
    );
    const seen = JSON.parse(outputs.get('seen-by employee-1')?.split('\n')[0] ?? '{}') as { people: number };
    assert.equal(seen.people, 6);
  });

  it('leave a customer with the same id named', () => {
    for (const name of ['people', `who-saw ${BOTH}`, `seen-by ${BOTH}`])
      assert.match(outputs.get(name) ?? '', /e-both/, name);
  });

  it('stand in no error', async () => {
    const refused = async (leak: object): Promise<string> => {
      await writeFile(
        join(directory, 'wrong.yaml'),
        JSON.stringify({ title: 't', leaks: [{ ...WEB, id: 'x', kind: 'page', ...leak }], gaps: [] }),
      );
      const error = await withRun(asked('wrong.yaml'), watch, async () => null).catch(
        (e: unknown) => e as Error,
      );
      assert.ok(error instanceof Error);
      return error.message;
    };
    const joins = await refused({ path: '/u/{reviews}' });
    assert.match(joins, /Keys in the log: .*withheld/);
    const nothing = await refused({ path: '/nowhere/{reviews}' });
    assert.match(nothing, /nearest paths/);
    for (const said of [joins, nothing]) for (const id of STAFF) assert.ok(!said.includes(id), said);
  });
});
