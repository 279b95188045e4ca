import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { riskFactorsPage } from './risk.doc.ts';

test('docs/risk-factors.md says what the factors say', async () => {
  const page = await readFile(new URL('../../../docs/risk-factors.md', import.meta.url), 'utf8');
  assert.equal(page, riskFactorsPage(), 'run: node packages/contract/src/risk.doc.ts > docs/risk-factors.md');
});
