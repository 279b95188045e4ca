import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NOW, sampleBundle, sampleLog, sampleSigner, termOf } from '../samples.ts';
import { type BundleHeader, formatHeader, formatTlogProof, MEANING } from '../tree/index.ts';
import { proveInclusion, signCheckpoint } from '../write/index.ts';
import { main } from './index.ts';
import { visible } from './text.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../bin/forthright-register.js', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/register.md'), 'utf8');
const KEY = sampleSigner().key.vkey;

const folder = mkdtempSync(join(tmpdir(), 'forthright-cli-'));
after(() => rmSync(folder, { recursive: true }));

type Said = Readonly<{ code: number; out: string; err: string }>;

async function run(...args: string[]): Promise<Said> {
  const said = { out: '', err: '' };
  const code = await main(args, {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    now: () => NOW,
  });
  return { code, ...said };
}

async function bundle(name: string, options: Parameters<typeof sampleBundle>[1]): Promise<string> {
  const directory = join(folder, name);
  await sampleBundle(directory, options);
  return directory;
}

describe('forthright-register verify', () => {
  test('says what is proved and ends with 0', async () => {
    const directory = await bundle('good', { size: 9, earlierSize: 4 });
    const { code, out } = await run('verify', directory, '--key', KEY);
    assert.equal(code, 0);
    assert.match(out, /proved {6}entries\.jsonl: these are all 9 entries/);
    assert.match(out, /\nPROVED: what is marked as proved above, by the key that you gave\.\n$/);
  });

  test('without a key it says loudly that the bundle only agrees with itself', async () => {
    const { code, out } = await run('verify', join(folder, 'good'));
    assert.equal(code, 0);
    assert.match(out, /NOT PROVED {2}bundle\.json: keys: YOU GAVE NO KEY/);
    assert.match(out, /\nCONSISTENT WITH ITSELF ONLY: .*\n$/);
  });

  test('ends with 1 and names what failed; as JSON too', async () => {
    const directory = await bundle('bad', { size: 9 });
    writeFileSync(join(directory, 'attachments/page.txt'), 'another');
    const { code, out } = await run('verify', directory, '--key', KEY);
    assert.equal(code, 1);
    assert.match(out, /FAILED {6}attachments\/page\.txt: the file is not the one/);
    assert.match(out, /\nFAILED: this bundle must not be relied on/);
    const json = await run('verify', directory, '--key', KEY, '--json');
    assert.equal(json.code, 1);
    assert.equal((JSON.parse(json.out) as { verdict: string }).verdict, 'failed');
  });

  test('ends with 2 and names file and place when something can not be read', async () => {
    const directory = await bundle('broken', { size: 3 });
    writeFileSync(join(directory, 'entries.jsonl'), '{}\n');
    const { code, err } = await run('verify', directory, '--key', KEY);
    assert.equal(code, 2);
    assert.equal(err, 'error[malformed]: entries.jsonl:1: lacks the field "index"\n');
    assert.match((await run('verify', join(folder, 'nowhere'))).err, /^error\[file-missing\]: /);
  });

  test('takes keys with times, witnesses and a kept checkpoint', async () => {
    const directory = await bundle('asked', { size: 9, earlierSize: 4 });
    const keys = join(folder, 'keys.json');
    writeFileSync(keys, JSON.stringify([termOf(sampleSigner(), '2026-01-01T00:00:00Z')]));
    assert.equal((await run('verify', directory, '--keys', keys)).code, 1, 'the key counts no more');
    writeFileSync(keys, JSON.stringify([termOf(sampleSigner())]));
    const kept = join(folder, 'kept');
    writeFileSync(kept, await signCheckpoint((await sampleLog(6)).head(6), sampleSigner()));
    assert.equal((await run('verify', directory, '--keys', keys, '--earlier', kept)).code, 0);
    const witness = sampleSigner('w', 'witness.example', 'cosignature').key.vkey;
    assert.equal((await run('verify', directory, '--keys', keys, '--witness', witness)).code, 1);
  });

  test('checks a single tlog-proof', async () => {
    const { log, entries, head } = await sampleLog(20);
    const checkpoint = await signCheckpoint(head(20), sampleSigner());
    const [proof, entry] = [join(folder, 'one.tlog-proof'), join(folder, 'entry')];
    writeFileSync(
      proof,
      formatTlogProof({ index: 3, proof: await proveInclusion(log.readTiles, 3, 20), checkpoint }),
    );
    writeFileSync(entry, entries[3]?.entry ?? '');
    assert.equal((await run('verify', proof, '--entry', entry, '--key', KEY)).code, 0);
    writeFileSync(entry, entries[4]?.entry ?? '');
    assert.equal((await run('verify', proof, '--entry', entry, '--key', KEY)).code, 1);
    assert.equal(
      (await run('verify', proof, '--entry', entry)).code,
      2,
      'without a key a proof shows nothing',
    );
  });

  test('a command line that it does not know ends with 2', async () => {
    for (const args of [
      ['check'],
      ['verify'],
      ['verify', 'a', 'b'],
      ['verify', 'a', '--no'],
      ['verify', 'a', '--key'],
    ]) {
      const { code, err } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, /^error\[usage\]: /);
    }
    assert.equal((await run('verify', 'a', '--key', 'x')).err.slice(0, 19), 'error[key-invalid]:');
    const witness = sampleSigner('w', 'witness.example', 'cosignature').key.vkey;
    assert.match((await run('verify', 'a', '--key', witness)).err, /^error\[key-invalid\]: /);
    assert.match((await run('verify', 'a', '--witness', KEY)).err, /^error\[key-invalid\]: /);
    assert.equal((await run('--help')).code, 0);
  });

  test('nothing in a bundle moves the cursor of a terminal', async () => {
    assert.equal(visible('a\x1b[2Jb\u202ec\nd\u0007'), 'a\ufffd[2Jb\ufffdc\nd\ufffd');
    const directory = await bundle('colour', { size: 2 });
    const path = join(directory, 'bundle.json');
    const header = JSON.parse(readFileSync(path, 'utf8')) as BundleHeader;
    const attachments = header.attachments.map((each) => ({ ...each, at: '/\x1b[31m\u202e' }));
    writeFileSync(path, formatHeader({ ...header, attachments }));
    const { out } = await run('verify', directory, '--key', KEY);
    assert.match(out, /does not state this file's hash at \/\ufffd\[31m\ufffd/);
  });
});

describe('the command as it is installed', () => {
  const spawn = (script: string, ...args: string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });

  test('runs from the sources', () => {
    const { status, stdout } = spawn(COMMAND, 'verify', join(folder, 'good'), '--key', KEY);
    assert.equal(status, 0);
    assert.match(stdout, /^Register marlow\.example\/register: 9 entries shown, of 9\n/);
  });

  test('packed and installed in a folder of its own, `npx` runs it, and its doors open', () => {
    const npm = (cwd: string, ...args: string[]): string => {
      const offline = ['--offline', '--cache', join(folder, 'cache')];
      const { status, stdout, stderr } = spawnSync('npm', [...args, ...offline], { cwd, encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      return stdout;
    };
    const dist = join(folder, 'dist');
    const built = spawn(join(ROOT, 'packages/register/build.js'), dist);
    assert.equal(built.status, 0, built.stdout + built.stderr);
    const alone = join(folder, 'alone');
    mkdirSync(alone);
    writeFileSync(join(alone, 'package.json'), '{ "private": true }');
    const [packed] = JSON.parse(npm(dist, 'pack', '--json', '--pack-destination', alone)) as [
      { filename: string },
    ];
    npm(alone, 'install', '--no-audit', '--no-fund', `./${packed.filename}`);
    const installed = readdirSync(join(alone, 'node_modules')).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['@forthright'], 'nothing else comes with it');
    assert.deepEqual(readdirSync(join(alone, 'node_modules/@forthright')), ['register']);
    const npx = (...args: string[]) =>
      spawnSync('npx', ['--offline', '@forthright/register', 'verify', ...args], {
        cwd: alone,
        encoding: 'utf8',
      });
    const good = npx(join(folder, 'good'), '--key', KEY);
    assert.equal(good.status, 0, good.stderr);
    assert.match(good.stdout, /^Register marlow\.example\/register: 9 entries shown, of 9\n/);
    assert.equal(npx(join(folder, 'bad'), '--key', KEY).status, 1);
    const script = join(alone, 'use.mjs');
    writeFileSync(
      script,
      "import { verifyBundle } from '@forthright/register/verify';\nimport { append } from '@forthright/register/write';\nimport { leafHash } from '@forthright/register';\nconsole.log(typeof verifyBundle, typeof append, typeof leafHash);\n",
    );
    assert.equal(spawn(script).stdout, 'function function function\n');
  });
});

describe('docs/register.md', () => {
  const program = /```python\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? '';
  const shell = /```sh\n(openssl [^\n]*)\n```/.exec(PAGE)?.[1] ?? '';
  const isThere = (name: string, arg: string) => spawnSync(name, [arg]).status === 0;
  const missing = [
    isThere('python3', '--version') ? '' : 'python3 is not installed',
    isThere('openssl', 'version') ? '' : 'openssl is not installed',
  ].filter(Boolean);
  const skip = missing.length === 0 ? false : missing.join(', ');

  test('its Python and openssl agree with this package, on good bundles and bad ones', { skip }, async () => {
    const check = (directory: string): boolean => {
      const python = spawnSync('python3', ['-c', program, directory, KEY], { cwd: folder, encoding: 'utf8' });
      return python.status === 0 && spawnSync('sh', ['-c', shell], { cwd: folder }).status === 0;
    };
    const shown = (index: number) => index % 5 === 0;
    const good = [
      await bundle('py-1', { size: 0 }),
      await bundle('py-2', { size: 133 }),
      await bundle('py-3', { size: 133, shown }),
      await bundle('py-4', { size: 133, shown, proofs: 'each' }),
    ];
    for (const directory of good) assert.ok(check(directory), directory);
    for (const [i, directory] of good.slice(1).entries()) {
      const path = join(directory, 'entries.jsonl');
      writeFileSync(path, readFileSync(path, 'utf8').replace('\\"number\\":5', '\\"number\\":6'));
      assert.ok(!check(directory), `an altered entry, ${i}`);
      assert.equal((await run('verify', directory, '--key', KEY)).code, 1);
    }
    assert.ok(!check(await bundle('py-5', { size: 5, signer: sampleSigner('forger') })));
  });

  test('lists every error code with its meaning', () => {
    const table = Object.entries(MEANING).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
    assert.ok(PAGE.includes(table.join('\n')), table.join('\n'));
  });
});
