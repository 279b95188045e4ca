import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errorsPage } from './errors.doc.ts';
import { ANSWER } from './errors.ts';

test('docs/errors.md says what the table of errors says', async () => {
  const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  assert.equal(page, errorsPage(), 'run: node packages/contract/src/errors.doc.ts > docs/errors.md');
});

test('every error ends the program with an exit code that scripts can tell from success', () => {
  for (const [code, { exit, status }] of Object.entries(ANSWER)) {
    assert.ok(exit > 0 && exit < 256, code);
    assert.ok(status >= 400 && status < 600, code);
  }
});
