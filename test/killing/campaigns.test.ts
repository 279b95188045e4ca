import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { killInEveryDeed } from '../../server/src/incident/killing.ts';
import { campaignOperations } from '../../server/src/notify/index.ts';
import { DEEDS } from './campaigns.child.ts';

const KILLS = 5;
const SEED = 20_261_122;
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-campaigns-'));
after(() => rmSync(work, { recursive: true, force: true }));

test(`kill -9 in the midst of what is done with campaigns, ${KILLS} times (seed ${SEED}): no deed without entry, no entry without deed, nobody lost, no campaign without its job`, async () => {
  const changing = campaignOperations({ data: '' })
    .filter(({ method }) => method !== 'GET')
    .map(({ name }) => name)
    // It keeps nothing (see all.test.ts).
    .filter((name) => name !== 'draft-notice');
  const names = Object.keys(DEEDS);
  for (const name of changing) assert.ok(names.includes(name), name);
  const child = new URL('./campaigns.child.ts', import.meta.url);
  const { acknowledged } = await killInEveryDeed({
    rounds: KILLS,
    seed: SEED,
    folder: work,
    child,
    names,
  });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
});
