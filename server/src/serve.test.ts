import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { putRecords } from '../../test/peers/records.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'forthright-serve-'));
const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});

type Ended = Readonly<{ exit: number | null; stdout: string; stderr: string }>;

/** `first` comes with the first line of stdout, or at the end. */
function run(...words: string[]): { child: ChildProcess; first: Promise<string>; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [program, 'serve', ...words], { cwd: work });
  children.add(child);
  let [stdout, stderr] = ['', ''];
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (exit) => resolve({ exit, stdout, stderr }));
  });
  const first = new Promise<string>((resolve) => {
    child.stdout?.on('data', (piece) => {
      stdout += piece;
      if (stdout.includes('\n')) resolve(stdout);
    });
    child.stderr?.on('data', (piece) => {
      stderr += piece;
    });
    child.on('close', () => resolve(stdout));
  });
  return { child, first, ended };
}

type Told = { address: string; firstLink: string | null };

test('from the first start to a token: by the link on the terminal and the form behind it', async () => {
  const { child, first, ended } = run('--data', 'journey', '--port', '0', '--json');
  const told = JSON.parse(await first) as Told;
  assert.match(told.address, /^http:\/\/127\.0\.0\.1:\d+$/);
  const link = new URL(told.firstLink ?? '');
  assert.equal(statSync(join(work, 'journey')).mode & 0o077, 0);

  const shown = await (await fetch(link)).text();
  assert.match(shown, /You will be its first administrator/);
  assert.match(await (await fetch(link)).text(), /works once/);
  const fill = (password: string, more: Record<string, string> = {}) =>
    fetch(`${told.address}/welcome`, {
      method: 'POST',
      headers: { origin: told.address },
      body: new URLSearchParams({
        first: '1',
        link: link.searchParams.get('link') ?? '',
        name: '<b>Rosa</b>',
        email: 'rosa@marlow.example',
        password,
        ...more,
      }),
    });
  const weak = await fill('short');
  assert.equal(weak.status, 422);
  const again = await weak.text();
  assert.match(again, /fewer than 12 characters/);
  assert.match(again, /value="&#60;b&#62;Rosa/);
  assert.ok(!again.includes('short'));
  assert.match(
    await (await fill('lamp orchard ferry', { isAdmin: '1' })).text(),
    /isAdmin: is not known here/,
  );
  const accepted = await fill('lamp orchard ferry');
  assert.equal(accepted.status, 200);
  const cookie = accepted.headers.get('set-cookie')?.split(';')[0] ?? '';
  assert.equal((await fill('lamp orchard ferry')).status, 410);

  const made = await fetch(`${told.address}/api/tokens`, {
    method: 'POST',
    headers: { cookie, origin: told.address, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'first', scopes: ['administrator'] }),
  });
  const { secret } = (await made.json()) as { secret: string };
  const people = await fetch(`${told.address}/api/people`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  assert.equal(people.status, 200);

  child.kill('SIGTERM');
  const { exit, stderr } = await ended;
  assert.equal(exit, 0, stderr);
  // Beside the log, whoever stopped it at a terminal is told so.
  const log = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('stopping'));
  assert.ok(log.length > 0);
  for (const line of log) assert.equal(typeof JSON.parse(line).event, 'string');
  for (const hidden of ['rosa@', 'Rosa', 'fwl_', 'fwt_', 'fws_', 'orchard'])
    assert.ok(!stderr.includes(hidden));

  const second = run('--data', 'journey', '--port', '0', '--json');
  assert.equal((JSON.parse(await second.first) as Told).firstLink, null);
  second.child.kill('SIGINT');
  assert.equal((await second.ended).exit, 0);
});

test('the last published checkpoint is held against the records at start', async () => {
  await putRecords(join(work, 'watched'));
  const one = run('--data', 'watched', '--port', '0', '--json');
  await one.first;
  const published = join(work, 'watched/public/checkpoint');
  for (let n = 0; n < 200 && !existsSync(published); n += 1) await sleep(50);
  one.child.kill('SIGTERM');
  await one.ended;
  const note = readFileSync(published, 'utf8');
  const start = async (text: string) => {
    writeFileSync(join(work, 'note'), text);
    const { first, child, ended } = run('--data', 'watched', '--port', '0', '--json', '--published', 'note');
    await first;
    child.kill('SIGTERM');
    return (await ended).stderr;
  };
  assert.doesNotMatch(await start(note), /register-stopped/);
  const [origin, size, ...rest] = note.split('\n');
  assert.match(await start([origin, Number(size) + 32, ...rest].join('\n')), /register-stopped/);
  const missing = await run('--data', 'watched', '--port', '0', '--published', 'nowhere').ended;
  assert.match(missing.stderr, /^error\[checkpoint-unavailable\]: .*ENOENT/);
  const away = await run('--data', 'watched', '--port', '0', '--published', 'http://127.0.0.1:1/checkpoint')
    .ended;
  assert.match(away.stderr, /^error\[checkpoint-unavailable\]/);
});

test('a data folder that others can look into is told at each start', async () => {
  mkdirSync(join(work, 'loose'), { mode: 0o755 });
  await putRecords(join(work, 'loose'));
  const loose = run('--data', 'loose', '--port', '0', '--json');
  await loose.first;
  loose.child.kill('SIGTERM');
  assert.match((await loose.ended).stderr, /"event":"data-folder-open","level":"warn"/);
  const own = run('--data', 'its-own', '--port', '0', '--json');
  await own.first;
  own.child.kill('SIGTERM');
  assert.doesNotMatch((await own.ended).stderr, /data-folder-open/);
  assert.equal(statSync(join(work, 'its-own')).mode & 0o777, 0o700);
});

test('a second server on one folder, a port that is taken and a port that is none are refused by code', async () => {
  await putRecords(join(work, 'shared'));
  const one = run('--data', 'shared', '--port', '0', '--json');
  await one.first;
  const two = await run('--data', 'shared', '--port', '0').ended;
  assert.match(two.stderr, /^error\[data-folder-in-use\]: /);
  assert.equal(two.exit, 9);
  one.child.kill('SIGTERM');
  assert.equal((await one.ended).exit, 0);

  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as { port: number };
  const taken = await run('--data', 'shared', '--port', String(port)).ended;
  holder.close();
  assert.match(taken.stderr, /^error\[address-unavailable\]: .*EADDRINUSE/);
  assert.equal(taken.exit, 9);
  const wrong = await run('--port', '70000').ended;
  assert.match(wrong.stderr, /^error\[usage\]: .*no port/);
  assert.equal(wrong.exit, 2);
});
