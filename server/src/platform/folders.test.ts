import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { namesIn } from './index.ts';

test('a folder that was never made holds nothing; one that can not be read is not taken for empty', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-folders-'));
  try {
    writeFileSync(join(folder, 'a'), 'x');
    assert.deepEqual(await namesIn(folder), ['a']);
    assert.deepEqual(await namesIn(join(folder, 'never')), []);
    // Root can read every folder, but not a file as one.
    await assert.rejects(namesIn(join(folder, 'a')), { code: 'data-folder-unreadable' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
