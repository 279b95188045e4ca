import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LEAK_KINDS, ScopeAnswer, SeenBy, WhoSaw } from '@forthright/contract';
import { differencesOf } from '../marketplace/compare.ts';
import { generateMarketplace, type Truth } from '../marketplace/index.ts';
import { FORTHRIGHT, forthright } from './command.ts';

describe('the marketplace with planted truth, through the command line', () => {
  let directory = '';
  let truth: Truth;
  before(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'forthright-test-')), 'shop');
    truth = await generateMarketplace({ directory, customers: 5000, lines: 100_000, seed: 7 });
  });
  after(() => rm(join(directory, '..'), { recursive: true, force: true }));

  for (const kind of LEAK_KINDS) {
    it(`${kind}: the figures are those that were planted`, async () => {
      const leak = truth.leaks[kind];
      assert.ok(leak);
      const ran = await forthright(
        ['scope', leak.incident, '--json', '--workspace', 'forthright.yaml'],
        directory,
      );
      assert.equal(ran.code, 0, ran.stderr);
      assert.deepEqual(differencesOf(truth, leak, ScopeAnswer.parse(JSON.parse(ran.stdout))), []);
    });
  }

  it('the same evidence gives the same answer and the same files, byte for byte', async () => {
    const one = await forthright(['scope', 'incident.yaml', '--json', '--out', 'one'], directory);
    const two = await forthright(['scope', 'incident.yaml', '--json', '--out', 'two'], directory);
    assert.equal(one.code, 0, one.stderr);
    assert.equal(one.stdout, two.stdout);
    const names = readdirSync(join(directory, 'one')).sort();
    assert.deepEqual(names, ['answer.json', 'evidence.json', 'people.parquet', 'recipients.parquet']);
    for (const name of names) {
      assert.ok(
        readFileSync(join(directory, 'one', name)).equals(readFileSync(join(directory, 'two', name))),
        name,
      );
    }
  });

  it('who-saw lists every view of a person with its file and line', async () => {
    for (const [person, viewers] of Object.entries(truth.samples.whoSaw).slice(0, 2)) {
      const ran = await forthright(['who-saw', person, 'incident.yaml', '--json'], directory);
      assert.equal(ran.code, 0, ran.stderr);
      const answer = WhoSaw.parse(JSON.parse(ran.stdout));
      const named = new Set(answer.views.map((v) => v.viewer));
      assert.equal(named.size, viewers.length);
      for (const view of answer.views.filter((v) => !v.file?.endsWith('.gz')).slice(0, 20)) {
        const line = readFileSync(join(directory, view.file ?? ''), 'latin1').split('\n')[
          (view.line ?? 0) - 1
        ];
        assert.ok(line?.includes('/reviews/'), `${view.file}:${view.line} is no view: ${line}`);
      }
    }
  });

  it('seen-by lists the people whom a viewer saw', async () => {
    const [viewer, people] = Object.entries(truth.samples.seenBy).find(([, seen]) => seen.length > 0) ?? [
      '',
      [],
    ];
    const ran = await forthright(['seen-by', viewer, 'incident.yaml', '--json'], directory);
    assert.equal(ran.code, 0, ran.stderr);
    const answer = SeenBy.parse(JSON.parse(ran.stdout));
    assert.deepEqual([...new Set(answer.views.map((v) => v.person))].sort(), [...people].sort());
  });

  it('no output names an employee', async () => {
    const staff = readFileSync(join(directory, 'data/employees.csv'), 'utf8')
      .split('\n')
      .slice(1)
      .map((l) => l.split(',')[0] ?? '')
      .filter((id) => id !== '');
    const outputs = [
      await forthright(['scope', 'incidents/access.yaml', '--json', '--out', 'access'], directory),
      await forthright(['scope', 'incidents/access.yaml'], directory),
      await forthright(['seen-by', 'employee-1', 'incidents/access.yaml', '--json'], directory),
    ];
    assert.match(outputs[0]?.stdout ?? '', /employee-1/);
    for (const { code, stdout, stderr } of outputs) {
      assert.equal(code, 0, stderr);
      for (const id of staff) assert.ok(!new RegExp(`\\b${id}\\b`).test(stdout), `${id} stands in an output`);
    }
    const files = ['people.parquet', 'recipients.parquet', 'evidence.json', 'answer.json'];
    for (const name of files) {
      const text = readFileSync(join(directory, 'access', name), 'latin1');
      for (const id of staff) assert.ok(!new RegExp(`\\b${id}\\b`).test(text), `${id} stands in ${name}`);
    }
  });

  it('Ctrl-C leaves nothing half-written and says so', async () => {
    const child = spawn(process.execPath, [FORTHRIGHT, 'scope', 'incident.yaml', '--out', 'stopped'], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const closed = new Promise((resolve) => child.once('close', resolve));
    // The engine is a process of its own: when it is there, the program is at work, and far from done.
    for (let n = 0; n < 600 && !hasChild(child.pid); n += 1) await sleep(50);
    child.kill('SIGINT');
    const code = await closed;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /error\[interrupted\]/);
    assert.ok(!existsSync(join(directory, 'stopped')));
  });
});

/** Only Linux tells; elsewhere it is waited for as long as a start takes. */
function hasChild(pid: number | undefined): boolean {
  const children = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(children)) return spawnSync('sleep', ['2']).status === 0;
  return readFileSync(children, 'utf8').trim() !== '';
}

describe('the marketplace at two million lines', () => {
  it('gives the planted figures', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'forthright-test-'));
    try {
      const directory = join(folder, 'shop');
      const truth = await generateMarketplace({
        directory,
        customers: 80_000,
        lines: 2_000_000,
        seed: 11,
        only: ['page'],
      });
      const ran = await forthright(['scope', 'incident.yaml', '--json'], directory);
      assert.equal(ran.code, 0, ran.stderr);
      const leak = truth.leaks.page;
      assert.ok(leak);
      assert.deepEqual(differencesOf(truth, leak, ScopeAnswer.parse(JSON.parse(ran.stdout))), []);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
