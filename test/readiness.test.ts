import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Readiness } from '@forthright/contract';
import { runCli } from '../server/src/cli/index.ts';
import { checkReadiness, readinessOperation } from '../server/src/scope/index.ts';
import { generateMarketplace, type Truth } from './marketplace/index.ts';

const START = Date.parse('2025-11-18T00:00:00Z');
const NOW = Date.parse('2025-11-21T12:00:00Z');
const MINUTE = 60_000;
const watch = { step: () => {}, signal: new AbortController().signal };

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-readiness-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function check(name: string, files: Readonly<Record<string, string>>): Promise<Readiness> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, name, path, '..'), { recursive: true });
    await writeFile(join(folder, name, path), text);
  }
  return Readiness.parse(await checkReadiness(join(folder, name, 'forthright.yaml'), watch, () => NOW));
}

const found = (answer: Readiness, at: string) =>
  answer.findings.filter((f) => f.at === at).map((f) => f.code);
const logOf = (answer: Readiness, name: string) => {
  const log = answer.logs.find((l) => l.log === name);
  assert.ok(log?.read, `log ${name} was read`);
  return log.read;
};

const CLF = (at: number) => {
  const [, month, day, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(at).toUTCString()) ?? [];
  return `${month}/${day}/${year}:${time} +0000`;
};
const combined = (at: number, user: string, path = '/reviews/1?x=1') =>
  `192.0.2.${1 + (at % 200)} - ${user} [${CLF(at)}] "GET ${path} HTTP/1.1" 200 12 "-" "Mozilla/5.0"\n`;
/** Lines every 20 seconds in [from, to) minutes, but for [holeFrom, holeTo). */
function traffic(from: number, to: number, user: string, holeFrom = 0, holeTo = 0): string {
  let text = '';
  for (let at = START + from * MINUTE; at < START + to * MINUTE; at += 20_000) {
    const minute = (at - START) / MINUTE;
    if (minute < holeFrom || minute >= holeTo) text += combined(at, user);
  }
  return text;
}

const CUSTOMERS = `id,email,country,state\n1,a@x.example,US,\n2,b@x.example,LU,\n2,b2@x.example,LU,\n3,,,\n`;

describe('readiness of workspaces made by hand', () => {
  let answer: Readiness;
  before(async () => {
    answer = await check('shop', {
      'forthright.yaml': `organisation: { name: "Shop\\u001b[2J" }
sources:
  customers: { at: customers.csv, columns: { id: id, email: email, country: country, region: state } }
  references:
    joins: { at: reviews.csv, key: review, person: customer, from: since, to: until }
    never: { at: never.csv, key: review, person: customer }
    gone: { at: gone.csv, key: review, person: customer }
  sessions: { at: sessions.csv, key: nope, viewer: customer }
  employees: { at: employees.csv, columns: { id: id } }
  logs:
    anonymous: { at: anonymous.log, format: combined, retention: P90D }
    silent: { at: silent.log, format: combined }
    zoneless: { at: [z/good.jsonl, z/zoneless.jsonl], format: jsonl, columns: { time: ts, viewer: user, path: path } }
    servers: { at: "servers/*", format: combined, sampled: 0.5 }
    gone: { at: "gone/*.log", format: combined }
    garbage: { at: garbage.log, format: combined }
    empty: { at: empty.log, format: combined }
    stray: { at: stray.log, format: combined }
`,
      'customers.csv': CUSTOMERS,
      'reviews.csv':
        'review,customer,since,until\n1,1,2025-01-01T00:00:00Z,\n1,2,2025-01-01T00:00:00Z,\n2,9,2025-01-01T00:00:00Z,2025-02-01T00:00:00Z\n',
      'never.csv': 'review,customer\n1,x1\n2,x2\n',
      'sessions.csv': 'session,customer\ns1,1\n',
      'employees.csv': 'id\ne1\n',
      'anonymous.log': traffic(0, 180, '-'),
      'silent.log': traffic(0, 720, '1', 300, 400),
      'z/good.jsonl': '{"ts":"2025-11-18T00:00:01Z","user":"1","path":"/a"}\n',
      'z/zoneless.jsonl':
        '{"ts":"2025-11-18T00:00:00Z","user":"1","path":"/a"}\n{"ts":"2025-11-18T00:00:01","user":"1","path":"/a"}\n{"ts":"2025-11-18T00:00:02","user":"1","path":"/a"}\n',
      'servers/app.log.1': traffic(0, 120, '1'),
      'servers/app.log.2': traffic(0, 110, '2'),
      'servers/app.log.4': traffic(-60, 0, '2'),
      'servers/copy.log': traffic(-60, 0, '2'),
      'garbage.log': 'what is this\nand this\n',
      'empty.log': '',
      'stray.log': combined(Date.parse('1999-01-01T00:00:00Z'), '1') + traffic(0, 400, '1'),
    });
  });

  test('a log without accounts says so, and a leak through a shared cache could not be scoped', () => {
    const { viewers } = logOf(answer, 'anonymous');
    assert.deepEqual([viewers.lines, viewers.without, viewers.accounts.ids], [540, 540, 0]);
    const codes = found(answer, 'logs.anonymous');
    for (const code of ['no-viewer', 'no-host', 'reaches-less-than-declared'])
      assert.ok(codes.includes(code), code);
    const page = answer.verdicts.find((v) => v.kind === 'page' && v.log === 'anonymous');
    assert.equal(page?.could, 'partly');
    assert.match(page?.reasons[0]?.text ?? '', /No line says who looked/);
    assert.equal(answer.kinds['shared-cache'], 'no');
  });

  test('stamps without a zone are reported with file and line, and the rest of the log is still checked', () => {
    const read = logOf(answer, 'zoneless');
    assert.deepEqual(read.withoutZone, { files: 1, lines: 2, first: 'z/zoneless.jsonl:2' });
    assert.equal(read.viewers.accounts.customers, 1);
    assert.equal(answer.verdicts.find((v) => v.kind === 'page' && v.log === 'zoneless')?.could, 'no');
  });

  test('a silence is found over the whole log', () => {
    const { gaps } = logOf(answer, 'silent');
    assert.deepEqual(
      gaps.map((g) => [g.from, g.to, g.reason]),
      [['2025-11-18T04:59:40.000Z', '2025-11-18T06:40:00.000Z', 'silent']],
    );
  });

  test('two servers in one series, a skipped number and a repeated file are told', () => {
    const read = logOf(answer, 'servers');
    assert.deepEqual(read.overlaps, [
      {
        series: 'servers/app.log',
        kind: 'side-by-side',
        pairs: 1,
        example: ['servers/app.log.1', 'servers/app.log.2'],
        minutes: 109.7,
      },
    ]);
    assert.deepEqual(read.missing, [{ series: 'servers/app.log', names: ['3'] }]);
    assert.equal(read.repeatedFiles, 1);
    assert.ok(found(answer, 'logs.servers').includes('sampled'));
  });

  test('a clock that was wrong once does not make a log reach back to 1999', () => {
    const read = logOf(answer, 'stray');
    assert.equal(read.strayStamps, 1);
    assert.equal(read.first, '2025-11-18T00:00:00.000Z');
    assert.deepEqual(read.gaps, []);
  });

  test('sources that are missing, empty or broken are findings, and all others are still checked', () => {
    assert.deepEqual(found(answer, 'logs.gone'), ['glob-empty']);
    assert.deepEqual(found(answer, 'logs.garbage'), ['no-lines']);
    assert.deepEqual(found(answer, 'logs.empty'), ['no-lines']);
    assert.deepEqual(found(answer, 'sessions'), ['column-unknown']);
    assert.deepEqual(found(answer, 'sellers'), ['no-sellers']);
    assert.deepEqual(found(answer, 'references.gone'), ['file-missing']);
    assert.deepEqual(found(answer, 'references.never'), ['reference-never-joins']);
    assert.ok(!answer.findings.some((f) => f.code === 'engine-refused'));
    assert.deepEqual(answer.employees, { stated: true, broken: null, rows: 1 });
  });

  test('references and the directory are described', () => {
    assert.deepEqual(answer.references.find((r) => r.reference === 'joins')?.read, {
      rows: 3,
      keys: 2,
      uniqueKeys: false,
      withoutKey: 0,
      withoutPerson: 0,
      persons: { ids: 3, known: 2 },
      from: 3,
      to: 1,
    });
    assert.deepEqual(answer.directory.read, {
      people: 3,
      duplicateIds: 1,
      brokenRows: 0,
      withoutEmail: 1,
      withoutCountry: 1,
      withoutLanguage: null,
      withoutState: { US: 1, CA: 0, AU: 0 },
    });
  });

  test('the command prints a screen of at most 100 columns, without escapes, and succeeds', async () => {
    let stdout = '';
    let stderr = '';
    const exit = await runCli(['readiness', '--workspace', join(folder, 'shop/forthright.yaml')], {
      operations: [readinessOperation(() => NOW)],
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
    });
    assert.equal(exit, 0, stderr);
    for (const line of stdout.split('\n')) assert.ok([...line].length <= 100, line);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f]/);
    assert.match(stdout, /\n {2}page +partly +\S/);
    assert.match(stdout, /\nWhat to do first\n {2}1\. /);
  });
});

test('without a directory and without logs nothing could be scoped, and that is an answer', async () => {
  const answer = await check('bare', {
    'forthright.yaml':
      'organisation: { name: Bare }\nsources: { customers: { at: none.csv, columns: { id: id } } }\n',
  });
  assert.deepEqual(new Set(Object.values(answer.kinds)), new Set(['no']));
  assert.deepEqual(found(answer, 'customers'), ['file-missing']);
});

test('a workspace that can not be read ends it with its error', async () => {
  await assert.rejects(check('broken', { 'forthright.yaml': 'organisation: 7\n' }), {
    code: 'workspace-invalid',
  });
});

describe('readiness of a marketplace', () => {
  let truth: Truth;
  let answer: Readiness;
  before(async () => {
    const directory = join(folder, 'market');
    truth = await generateMarketplace({ directory, customers: 1000, lines: 20_000 });
    answer = Readiness.parse(await checkReadiness(join(directory, 'forthright.yaml'), watch, () => NOW));
  });

  test('its lines, rejected lines and people are those that were written', () => {
    const files = truth.files.filter((f) => f.path.startsWith('logs/web/'));
    const read = logOf(answer, 'web');
    const total = (of: (f: (typeof files)[number]) => number) => files.reduce((sum, f) => sum + of(f), 0);
    assert.deepEqual(
      [read.files, read.lines, read.rejected],
      [files.length, total((f) => f.lines), total((f) => f.rejected)],
    );
    assert.equal(answer.directory.read?.people, truth.directory.people);
    assert.equal(answer.directory.read?.withoutCountry, truth.directory.withoutCountry);
  });

  test('the planted silence and overlap are found, and nothing else', () => {
    const { gaps, overlaps, missing } = logOf(answer, 'web');
    assert.deepEqual(
      gaps.map((g) => [g.unit, g.reason]),
      [[truth.gap.series, 'silent']],
    );
    assert.ok((gaps[0]?.from ?? '') <= truth.gap.from && (gaps[0]?.to ?? '') >= truth.gap.to);
    assert.deepEqual(
      overlaps.map((o) => o.example),
      [[truth.overlap?.repeats, truth.overlap?.file]],
    );
    assert.deepEqual(missing, []);
    assert.equal(answer.findings.filter((f) => f.level === 'problem').length, 0);
  });

  test('each kind of leak is looked for in the log that would show it', () => {
    const logs = (kind: string) => answer.verdicts.filter((v) => v.kind === kind).map((v) => v.log);
    assert.deepEqual(logs('page'), ['web', 'cdn']);
    assert.deepEqual(logs('shared-cache'), ['cdn']);
    assert.deepEqual(logs('access'), ['admin']);
    assert.deepEqual(logs('list'), [null]);
    assert.deepEqual(answer.kinds, {
      page: 'partly',
      'shared-cache': 'partly',
      access: 'partly',
      export: 'partly',
      mailing: 'yes',
      url: 'partly',
      list: 'yes',
    });
  });
});
