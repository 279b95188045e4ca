import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres, whyNoPostgres } from '../../../test/peers/postgres.ts';
import { deed, record } from '../prove/index.ts';
import { killInEveryDeed } from './killing.ts';
import { actor, ask, openRecord, strays } from './testing.ts';

const KILLS = 5;
const SEED = 20_261_122;
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-'));
after(() => rmSync(work, { recursive: true, force: true }));

test('a stray deed and a stray entry are found', async () => {
  const now = () => new Date('2026-11-22T10:00:00Z');
  const db = await openRecord({ folder: join(work, 'stray'), now });
  try {
    const asked = { db, actor: actor('usr_ada', 'privacy-officer'), now };
    await ask(asked, 'open-incident', { title: 'x', kind: 'other' });
    assert.deepEqual(await strays(db), []);
    await deed(asked, (tx) => record(tx, { kind: 'note-added', incident: 'inc_1' }));
    assert.deepEqual(await strays(db), ['entry 2 (note-added) has no deed']);
    await db.transaction((tx) => tx.run("UPDATE incidents SET state = 'decided'"));
    assert.match((await strays(db)).join(), /not in the state that its moves led to/);
  } finally {
    await db.close();
  }
});

test(`kill -9 in the midst of deeds, ${KILLS} times (seed ${SEED}): no deed without entry, no entry without deed`, async () => {
  const { acknowledged } = await killInEveryDeed({
    rounds: KILLS,
    seed: SEED,
    folder: join(work, 'embedded'),
  });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
});

test(`the same on a PostgreSQL server (seed ${SEED + 7})`, { skip: whyNoPostgres() ?? false }, async () => {
  const postgres = await startPostgres();
  try {
    const { url } = postgres;
    await killInEveryDeed({ rounds: KILLS, seed: SEED + 7, folder: join(work, 'server'), url });
  } finally {
    await postgres.stop();
  }
});
