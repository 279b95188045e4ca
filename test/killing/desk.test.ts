import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { deskOperations } from '../../server/src/answer/index.ts';
import { killInEveryDeed } from '../../server/src/incident/killing.ts';
import { DEEDS } from './desk.child.ts';

const KILLS = 5;
const SEED = 20_261_122;
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-desk-'));
after(() => rmSync(work, { recursive: true, force: true }));

test(`kill -9 in the midst of what the desk does, ${KILLS} times (seed ${SEED}): no deed without entry, no entry without deed, no copy without the deed that asked for it`, async () => {
  const changing = deskOperations({ data: '' })
    .filter(({ method }) => method !== 'GET')
    .map(({ name }) => name);
  const names = Object.keys(DEEDS);
  for (const name of changing) assert.ok(names.includes(name), name);
  const child = new URL('./desk.child.ts', import.meta.url);
  const { acknowledged } = await killInEveryDeed({
    rounds: KILLS,
    seed: SEED,
    folder: work,
    child,
    names,
  });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
});
