import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readReport } from './read.ts';

const ARCHIVE = ['../shared', '../../shared']
  .map((folder) => join(folder, 'data', 'forwarded.tar.gz'))
  .find((path) => existsSync(path));

test('of what real programs forwarded inline, in 23 languages, the sender is found, and nobody else is taken for it', {
  skip: ARCHIVE === undefined && 'forwarded.tar.gz is not here',
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'forthright-reports-'));
  try {
    assert.equal(spawnSync('tar', ['xzf', ARCHIVE ?? '', '-C', folder]).status, 0);
    const missed: string[] = [];
    let [forms, recipients] = [0, 0];
    for (const name of await readdir(join(folder, 'forwarded'))) {
      const form = await readFile(join(folder, 'forwarded', name), 'utf8');
      // The others are subjects alone.
      if (!form.includes('john.doe@acme.com')) continue;
      forms += 1;
      const { sender, to } = readReport(Buffer.from(form));
      if (sender === null) missed.push(name);
      else assert.ok(['john.doe@acme.com', ''].includes(sender.address), `${name} ${JSON.stringify(sender)}`);
      if (sender?.address === '') missed.push(name);
      if (to === 'bessie.berry@acme.com') recipients += 1;
    }
    t.diagnostic(
      `${forms} forms, ${missed.length} without sender, ${recipients} with recipient: ${missed.join(' ')}`,
    );
    assert.ok(forms >= 55 && missed.length <= forms * 0.05, `${missed.length} of ${forms}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
