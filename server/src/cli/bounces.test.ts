import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'forthright-bounces-'));
after(() => rmSync(folder, { recursive: true }));

/** Root reads everything, so whoever runs this as root does it as nobody. */
const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const canReach =
  process.platform !== 'win32' &&
  spawnSync(process.execPath, ['-e', `fs.accessSync(${JSON.stringify(MAIN)})`], { ...somebody, cwd: '/' })
    .status === 0;

test('a file that may not be read is named, the others are read, and the command ends with 4', {
  skip: !canReach && 'nobody but root can read this checkout',
}, () => {
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'a'), 'From: a@b.example\r\nSubject: Hello\r\n\r\nHow are you?\r\n');
  writeFileSync(join(folder, 'b'), 'Subject: secret\r\n\r\n', { mode: 0o000 });
  chmodSync(join(folder, 'a'), 0o644);
  const ran = spawnSync(process.execPath, [MAIN, 'bounces', folder, '--json'], {
    ...somebody,
    cwd: '/',
    env: { HOME: '/nonexistent' },
    encoding: 'utf8',
  });
  const lines = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; kind?: string; error?: { code: string } });
  assert.deepEqual(
    lines.map(({ file, kind, error }) => [file, kind, error?.code]),
    [
      ['a', 'not-a-bounce', undefined],
      ['b', undefined, 'file-unreadable'],
    ],
  );
  assert.equal(ran.status, 4);
});
