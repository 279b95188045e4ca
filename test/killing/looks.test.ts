import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { killInEveryDeed } from '../../server/src/incident/killing.ts';
import { DEEDS } from './looks.child.ts';

const KILLS = 3;
const SEED = 20_261_122;
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-looks-'));
after(() => rmSync(work, { recursive: true, force: true }));

test(`kill -9 in the midst of a look, ${KILLS} times (seed ${SEED}): what was shown is in the register`, async () => {
  const child = new URL('./looks.child.ts', import.meta.url);
  const names = Object.keys(DEEDS);
  const { acknowledged } = await killInEveryDeed({ rounds: KILLS, seed: SEED, folder: work, child, names });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
});
