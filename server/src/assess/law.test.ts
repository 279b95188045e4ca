/** The law that comes with Forthright: every file is usable, and every rule gives what its own cases expect. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failuresOf } from './cases.ts';
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
