/** The law that comes with Forthright: every file is usable, and every rule gives what its own cases expect. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { failuresOf } from './cases.ts';
import { dutiesPage } from './duties.page.ts';
import { loadLaw, OWN_LAW } from './law.ts';

const law = await loadLaw(OWN_LAW);

it('every file can be used', () => {
  assert.deepEqual(law.broken, []);
});

for (const regime of law.regimes) {
  describe(regime.code, () => {
    for (const given of regime.cases) {
      it(given.it, () => assert.deepEqual(failuresOf(regime, given, law.authorities), []));
    }
  });
}

it('docs/duties.md says what the files say', async () => {
  const page = await readFile(new URL('../../../docs/duties.md', import.meta.url), 'utf8');
  assert.equal(page, dutiesPage(law), 'run: node server/src/assess/duties.page.write.ts');
});
