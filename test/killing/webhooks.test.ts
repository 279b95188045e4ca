import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { killInEveryDeed } from '../../server/src/incident/killing.ts';
import { webhookOperations } from '../../server/src/webhooks/index.ts';
import { DEEDS } from './webhooks.child.ts';

const KILLS = 6;
const SEED = 20_261_122;
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-webhooks-'));
after(() => rmSync(work, { recursive: true, force: true }));

test(`kill -9 in the midst of what is done with webhooks, ${KILLS} times (seed ${SEED}): no deed without entry, no entry without deed, no delivery without job`, async () => {
  const changing = webhookOperations({ allowPrivate: false })
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('list-'));
  const names = Object.keys(DEEDS);
  for (const name of changing) assert.ok(names.includes(name), name);
  const child = new URL('./webhooks.child.ts', import.meta.url);
  const { acknowledged } = await killInEveryDeed({
    rounds: KILLS,
    seed: SEED,
    folder: work,
    child,
    names,
  });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
});
