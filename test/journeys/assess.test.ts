/** From logs to duties, and the law from the command line, as a user runs them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DutiesAnswer, ScopeAnswer } from '@forthright/contract';
import { generateMarketplace } from '../marketplace/index.ts';

const FORTHRIGHT = fileURLToPath(new URL('../../server/bin/forthright.js', import.meta.url));
const LAW = fileURLToPath(new URL('../../duties', import.meta.url));

type Ran = { code: number | null; stdout: string; stderr: string };

function forthright(args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [FORTHRIGHT, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

describe('from logs to duties', () => {
  let folder = '';
  let shop = '';
  const assess = (...more: string[]) =>
    forthright(
      ['assess', 'incident.yaml', '--workspace', 'forthright.yaml', '--at', '2025-11-22T10:00:00Z', ...more],
      shop,
    );
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forthright-test-'));
    shop = join(folder, 'shop');
    await generateMarketplace({ directory: shop, customers: 2000, lines: 30_000, seed: 11 });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('the people of the answer are those of the scope run, and the risk is asked for', async () => {
    const [scoped, assessed] = [
      await forthright(['scope', 'incident.yaml', '--json', '--workspace', 'forthright.yaml'], shop),
      await assess('--json'),
    ];
    assert.equal(assessed.code, 0, assessed.stderr);
    const scope = ScopeAnswer.parse(JSON.parse(scoped.stdout));
    const answer = DutiesAnswer.parse(JSON.parse(assessed.stdout));
    assert.equal(answer.facts.run, scope.run);
    const people = answer.facts.groups.filter((g) => g.unidentified !== true);
    assert.equal(
      people.reduce((n, g) => n + g.exposed, 0),
      scope.people.exposed,
    );
    assert.equal(
      people.reduce((n, g) => n + g.unknown, 0),
      scope.people.unknown,
    );
    const uk = answer.rows.find((r) => r.id === 'UK/authority');
    assert.equal(uk?.people.min, scope.people.byCountry.GB?.exposed);
    const eu = answer.rows.find((r) => r.id === 'EU/authority');
    assert.deepEqual([eu?.status, eu?.deadline?.until], ['cannot-tell', '2025-11-23T14:05:00Z']);
    const us = answer.rows.filter((r) => r.regime.startsWith('US-') && r.status !== 'unverified');
    assert.ok(us.every((r) => r.status === 'not-due'));
  });

  it('stating a fact changes duties and not the run', async () => {
    const before = DutiesAnswer.parse(JSON.parse((await assess('--json')).stdout));
    const file = join(shop, 'incident.yaml');
    const text = await readFile(file, 'utf8');
    await appendFile(
      file,
      'facts: { risk: risk, notices: [{ duty: EU/authority, at: 2025-11-24T08:00:00Z }] }\n',
    );
    const ran = await assess();
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /tell Commission nationale pour la protection des données \(CNPD\)/);
    assert.match(ran.stdout, /done late: was to be done by 14:05 on 23 November 2025 UTC/);
    assert.match(ran.stdout, /accompanied by the reasons for the delay/);
    assert.match(ran.stdout, /CEILING OF FINES[\s\S]*EUR 24,000,000/);
    const after = DutiesAnswer.parse(JSON.parse((await assess('--json')).stdout));
    assert.equal(after.facts.run, before.facts.run);
    await writeFile(file, text);
  });

  it('a broken file of the law is named, and the answer says that it is incomplete', async () => {
    const law = join(folder, 'law');
    await cp(LAW, law, { recursive: true });
    const text = await readFile(join(law, 'TR.yaml'), 'utf8');
    await writeFile(join(law, 'TR.yaml'), text.replace('code: TR', 'code: [TR'));
    const ran = await assess('--law', law);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /INCOMPLETE: 1 file of the law can't be used[\s\S]*TR\.yaml/);
    assert.doesNotMatch(ran.stdout, /TR\/authority/);
    const check = await forthright(['duties', 'check', '--law', law], folder);
    assert.equal(check.code, 3);
    assert.match(check.stderr, /error\[law-invalid\][\s\S]*TR\.yaml/);
    const list = await forthright(['duties', 'list', '--law', law], folder);
    assert.match(list.stdout, /INCOMPLETE/);
  });

  it('refuses what it can not read before the long run', async () => {
    for (const [args, message] of [
      [['--at', '2025-11-22'], /is no instant/],
      [['--law', join(folder, 'nowhere')], /error\[law-missing\]/],
    ] as const) {
      const ran = await forthright(
        ['assess', 'incident.yaml', '--workspace', 'forthright.yaml', ...args],
        shop,
      );
      assert.notEqual(ran.code, 0);
      assert.match(ran.stderr, message);
    }
    const file = join(shop, 'incident.yaml');
    const text = await readFile(file, 'utf8');
    await appendFile(file, 'facts: { discovered: 2025-11-20T14:05:00 }\n');
    const ran = await assess();
    assert.equal(ran.code, 3);
    assert.match(ran.stderr, /incident\.yaml:\d+:\d+.*with its zone/);
    await writeFile(file, text);
  });
});

describe('the law from the command line', () => {
  const duties = (...args: string[]) => forthright(['duties', ...args], tmpdir());
  it('lists, shows and checks it', async () => {
    const list = await duties('list');
    assert.match(list.stdout, /US-CA +high +California: people, attorney-general, owner/);
    assert.match(list.stdout, /laws that nobody verified: ask counsel/);
    const show = await duties('show', 'us-ca');
    assert.match(
      show.stdout,
      /not verified by counsel[\s\S]*within 15 calendar days of notifying the affected people/,
    );
    const unverified = await duties('show', 'CL');
    assert.match(unverified.stdout, /UNVERIFIED: ask counsel[\s\S]*applies from: 2026-12-01/);
    const check = await duties('check');
    assert.equal(check.code, 0, check.stderr);
    assert.match(check.stdout, /as expected/);
  });
  it('refuses what it does not know', async () => {
    const cases = [
      [['show', 'US-CX'], /error\[regime-not-found\].*did you mean/],
      [['show'], /needs the CODE/],
      [['list', 'EU'], /takes no CODE/],
      [['print'], /not `print`/],
      [[], /needs ACTION/],
    ] as const;
    for (const [args, message] of cases) {
      const ran = await duties(...args);
      assert.notEqual(ran.code, 0);
      assert.match(ran.stderr, message);
    }
  });
});
