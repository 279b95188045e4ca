import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROLES } from '@forthright/contract';
import { killInEveryDeed } from '../../server/src/incident/killing.ts';
import { actor, openRecord } from '../../server/src/incident/testing.ts';
import { startPostgres, whyNoPostgres } from '../peers/postgres.ts';
import { alsoWrong, DEEDS } from './traces.child.ts';

const KILLS = 6;
const KILLS_ON_SERVER = 4;
const SEED = 20_261_122;
const kills = { child: new URL('./traces.child.ts', import.meta.url), names: Object.keys(DEEDS) };
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-traces-'));
after(() => rmSync(work, { recursive: true, force: true }));

test('a row that says something else than its entry is found, in each table', async () => {
  const folder = join(work, 'stray');
  let at = Date.parse('2026-11-22T10:00:00Z');
  const now = () => {
    at += 1000;
    return new Date(at);
  };
  const db = await openRecord({ folder, now });
  try {
    const world = { asked: { db, actor: actor('usr_ada', ...ROLES), now }, folder };
    for (const deed of Object.values(DEEDS)) await deed({ ...world, does: (work) => work() });
    assert.deepEqual(await alsoWrong(db), []);
    const behind = [
      ['DELETE FROM trace_candidates WHERE confirmed_entry IS NOT NULL', /trace-suspect-confirmed/],
      ["UPDATE trace_candidates SET sealed = 'x' WHERE sealed = ''", /names of/],
      ["UPDATE trace_runs SET code = NULL, state = 'cancelled' WHERE state = 'failed'", /trace-run-/],
      ['UPDATE traces SET erased_entry = NULL WHERE erased_entry IS NOT NULL', /trace-erased/],
      ['DELETE FROM trace_candidates', /candidates of/],
      ['UPDATE customer_reports SET entry = entry - 1', /report-taken/],
      ['UPDATE customer_reports SET erased_entry = NULL WHERE erased_entry IS NOT NULL', /reports-erased/],
      ["DELETE FROM register_texts WHERE name = 'report'", /text of/],
      ["DELETE FROM jobs WHERE kind = 'trace-run' AND state = 'waiting'", /job of/],
    ] as const;
    for (const [statement, words] of behind) {
      const tried = db.transaction(async (tx) => {
        assert.ok((await tx.run(statement, {})) > 0, statement);
        assert.match((await alsoWrong(tx)).join('\n'), words, statement);
        throw new Error('undone');
      });
      await assert.rejects(tried, /^Error: undone$/, statement);
    }
    assert.deepEqual(await alsoWrong(db), []);
  } finally {
    await db.close();
  }
});

test(`kill -9 in the midst of what is done about traces and reports, ${KILLS} times (seed ${SEED}): no deed without entry, no entry without deed, nothing left of what was erased`, async () => {
  const folder = join(work, 'embedded');
  const { acknowledged } = await killInEveryDeed({ ...kills, rounds: KILLS, seed: SEED, folder });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
});

test(`the same on a PostgreSQL server (seed ${SEED + 7})`, { skip: whyNoPostgres() ?? false }, async () => {
  const postgres = await startPostgres();
  try {
    const { url } = postgres;
    const folder = join(work, 'server');
    await killInEveryDeed({ ...kills, rounds: KILLS_ON_SERVER, seed: SEED + 7, folder, url });
  } finally {
    await postgres.stop();
  }
});
