/** All that an incident has, as one bundle: every document in it is proved, and can be read. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Changed } from '@forthright/contract';
import { type BundleHeader, keysOf, verifyBundle } from '@forthright/register';
import { assessParts } from '../../server/src/assess/index.ts';
import { type As, World } from '../../server/src/http/testing.ts';
import {
  askRun,
  fileOperations,
  finishRun,
  keepContent,
  SCOPE_RUN,
} from '../../server/src/incident/index.ts';
import { strays } from '../../server/src/incident/testing.ts';
import { unpacked } from '../../server/src/platform/index.ts';
import { type Download, registerKeys } from '../../server/src/prove/index.ts';

const ANSWER = JSON.stringify({ people: { exposed: 2 }, first: 'ada@people.example' });
const FIGURES = { exposed: 1, unknown: 0, clear: 2, unidentified: 0, min: 1, max: 1, views: 1, gaps: 0 };
const organisation = {
  name: 'Marlow Market',
  country: 'LU',
  contactPoint: { email: 'privacy@marlow.example' },
};
const SAID = {
  by: 'Ana',
  ordinary: true,
  factors: {
    kinds: ['confidentiality'],
    how: 'published',
    data: ['contact'],
    recipients: [{ who: 'public' }],
  },
};

const work = mkdtempSync(join(tmpdir(), 'forthright-bundle-'));
let world: World;
let officer: As & { id: string };
let incident = '';
let bundles = 0;
before(async () => {
  world = await World.open();
  officer = await world.person(await world.first(), 'olga@marlow.example', ['privacy-officer']);
  const opened = await world.ask('POST', '/api/incidents', officer, {
    title: 'Names on pages',
    kind: 'technical-error',
    times: { aware: { at: '2025-11-20T12:00:00+01:00', saidBy: 'Olga' } },
  });
  incident = String(opened.body.incident);
});
after(async () => {
  try {
    assert.deepEqual(await strays(world.db), []);
  } finally {
    await world.close();
    rmSync(work, { recursive: true, force: true });
  }
});

/** Now, as the register's keys are made now. */
const asked = () => ({
  db: world.db,
  now: () => new Date(),
  actor: { id: officer.id, account: officer.id, roles: ['privacy-officer'], via: 'session' } as const,
});
async function post<T = Changed>(path: string, body: object): Promise<T> {
  const answer = await world.ask('POST', `/api/incidents/${incident}/${path}`, officer, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body as T;
}
const operation = (name: string) => {
  const found = fileOperations([assessParts]).find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return found;
};
/** As `forthright export` unpacks it. */
async function bundle() {
  const directory = join(work, String(++bundles));
  const given = (await operation('export').run(asked(), { incident })) as Download;
  for await (const { path, content } of unpacked(given.content)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(Uint8Array.from(piece));
    writeFileSync(join(directory, path), Buffer.concat(pieces));
  }
  await given.close();
  const keys = keysOf(
    (await registerKeys(asked())).map((term) => ({ ...term })),
    'keys',
  );
  const report = await verifyBundle(directory, { keys, now: new Date() });
  assert.equal(report.verdict, 'proved', JSON.stringify(report.findings));
  const others = report.findings.filter(({ check }) => check === 'other-files');
  assert.deepEqual(others, [], 'nothing lies there that is not proved');
  const { attachments } = JSON.parse(readFileSync(join(directory, 'bundle.json'), 'utf8')) as BundleHeader;
  const read = (path: string) => readFileSync(join(directory, 'attachments', path), 'utf8');
  return { paths: attachments.map(({ path }) => path.slice('attachments/'.length)), read };
}
async function run(): Promise<string> {
  const leaks = {
    leaks: [{ id: 'l', kind: 'list', people: { at: 'people.csv', id: 'id' }, fields: ['name'] }],
    version: 0,
  };
  const set = await world.ask('PUT', `/api/incidents/${incident}/leaks`, officer, leaks);
  assert.equal(set.status, 200, JSON.stringify(set.body));
  const { id = '' } = await askRun(asked(), incident, true);
  await world.db.transaction((tx) =>
    tx.run(
      `UPDATE jobs SET state = 'running', attempt = 1, lease_until = clock_timestamp() + interval '1 hour' WHERE id = :id::text`,
      { id },
    ),
  );
  const job = { id, kind: SCOPE_RUN, subject: incident, input: {}, attempt: 1, mostAttempts: 3 };
  const content = (async function* () {
    yield Buffer.from('people');
  })();
  const cohort = { ...(await keepContent(world.db, content)), people: 1 };
  await finishRun(asked(), job, {
    run: 'run_1',
    figures: FIGURES,
    answer: ANSWER,
    workspace: '0'.repeat(64),
    cohort,
  });
  return id;
}

test('of a file that was erased a bundle says so, and proves what is left', async () => {
  const content = (async function* () {
    yield Buffer.from('Ada Lane, 1 Side Street');
  })();
  const given = { incident, name: 'Ada Lane.txt', origin: 'From Ada.' };
  const { id } = (await operation('add-file').run({ ...asked(), content }, given)) as Changed;
  const before = await bundle();
  assert.equal(before.read(`evidence/${id}`), 'Ada Lane, 1 Side Street');
  const { entry } = (await operation('erase-file').run(asked(), { incident, file: id })) as Changed;
  const after = await bundle();
  assert.ok(!after.paths.includes(`evidence/${id}`));
  assert.match(after.read('index.html'), new RegExp(`${id}.*\\[erased\\] entry ${entry}`));
  assert.doesNotMatch(after.read('timeline.json') + after.read('index.html'), /Ada/);
});

test('a bundle has the answers of runs, every version of assessments, reports and papers, and proves each', async () => {
  await post('risk', { statement: SAID });
  await post('reports', { organisation, statement: { by: 'Olga', fields: { 21: 'Olga' } } });
  await post('reports', {
    organisation,
    statement: { by: 'Olga', kind: 'follow-up', fields: { 21: 'Olga', 6: 'LU-1' } },
  });
  const job = await run();
  const issued = await post('papers/board-brief', { version: 1 });
  const first = await bundle();
  const evidence = first.paths.find((path) => path.startsWith('evidence/')) ?? '';
  assert.deepEqual(first.paths.filter((path) => path !== evidence).sort(), [
    'assessments/risk-1.json',
    'index.html',
    'papers/board-brief-1.html',
    'papers/board-brief-1.txt',
    'reports/edpb-1.html',
    'reports/edpb-1.json',
    'reports/edpb-2.html',
    'reports/edpb-2.json',
    'timeline.json',
  ]);
  assert.match(evidence, /^evidence\/evi_[0-9a-f]{32}\.json$/);
  assert.equal(first.read(evidence), ANSWER);
  assert.match(first.read('reports/edpb-2.html'), /<html[\s\S]*LU-1/);
  assert.equal(JSON.parse(first.read('reports/edpb-1.json')).kind, 'new');
  const page = first.read('index.html');
  for (const path of first.paths.filter((one) => !/^(?:index|timeline)|\.txt$/.test(one)))
    assert.ok(page.includes(`href="${path}"`), path);

  // Nothing by which what was erased could be guessed stands in an entry: no hash of it without a salt.
  const [entry] = await world.db.rows<{ text: string }>(
    "SELECT convert_from(entry, 'UTF8') AS text FROM register_entries WHERE index = :index::int8",
    { index: issued.entry },
  );
  assert.doesNotMatch(entry?.text ?? '', /[0-9a-f]{64}/);

  const erase = (entry: number, name: string) => post('erase', { entry, name });
  for (const name of ['page', 'plain']) await erase(issued.entry, name);
  const left = await world.db.rows<{ html: unknown; plain: unknown }>(
    'SELECT html, plain FROM incident_papers',
  );
  assert.deepEqual(left, [{ html: null, plain: null }]);
  await post(`runs/${job}/erase`, {});
  const second = await bundle();
  assert.deepEqual(
    first.paths.filter((path) => !second.paths.includes(path)).sort(),
    [evidence, 'papers/board-brief-1.html', 'papers/board-brief-1.txt'].sort(),
  );
});
