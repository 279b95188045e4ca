import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROLES } from '@forthright/contract';
import { actor, openRecord } from '../../server/src/incident/testing.ts';
import { deed, record } from '../../server/src/prove/index.ts';
import { allOperations } from '../../server/src/serve.ts';
import WORDS from '../../web/src/words/en.json' with { type: 'json' };
import { startPostgres, whyNoPostgres } from '../peers/postgres.ts';
import { DEEDS as OF_EDITIONS } from './editions.deeds.ts';
import { KILLED_AS, killInEveryDeed } from './killing.ts';
import { DEEDS as OF_PEOPLE } from './people.child.ts';
import { alsoWrong, DEEDS } from './stages.ts';

const KILLS = 12;
const KILLS_ON_SERVER = 6;
const SEED = 20_261_122;
const kills = { child: new URL('./stages.child.ts', import.meta.url), names: Object.keys(DEEDS) };
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** They reckon and keep nothing; that no entry comes of them is shown where each is tested. */
const KEEP_NOTHING = ['draft-risk', 'draft-report', 'draft-notice', 'check-edition'];

test('a process is killed in the midst of every operation that changes something', () => {
  const killed = new Set([...Object.keys(DEEDS), ...Object.keys(OF_PEOPLE)]);
  const changing = allOperations().filter(({ method }) => method !== 'GET');
  assert.deepEqual(
    changing
      .map(({ name }) => name)
      .filter((name) => !killed.has(KILLED_AS[name] ?? name) && !KEEP_NOTHING.includes(name)),
    [],
  );
});

/** What somebody could do to the tables behind the program's back, and by which words it is found. */
const BEHIND: readonly (readonly [string, RegExp])[] = [
  ['UPDATE risk_assessments SET version = 7', /risk-assessed/],
  ['UPDATE reports SET entry = entry - 1', /report-saved/],
  ['DELETE FROM report_filings', /report-filed/],
  ['UPDATE law_facts SET version = version + 7', /law-facts-set/],
  ['UPDATE law_determinations SET holds = false', /exemption-determined/],
  ['UPDATE incident_duty_versions SET due = due + 1', /duties-assessed/],
  ["UPDATE incident_duties SET settled = NULL, settled_as = NULL WHERE settled = 'fulfilled'", /inc_/],
  ["DELETE FROM incident_duty_steps WHERE act = 'fulfilled' AND template IS NOT NULL", /filing/],
  ["UPDATE incident_duty_steps SET act = 'excused' WHERE act = 'reopened'", /duty-reopened/],
  ["DELETE FROM jobs WHERE kind = 'assess-duties'", /waiting of/],
  ['DELETE FROM trace_candidates WHERE confirmed_entry IS NOT NULL', /trace-suspect-confirmed/],
  ["UPDATE trace_candidates SET sealed = 'x' WHERE sealed = ''", /names of/],
  ["UPDATE trace_runs SET code = NULL, state = 'cancelled' WHERE state = 'failed'", /trace-run-/],
  ['UPDATE traces SET erased_entry = NULL WHERE erased_entry IS NOT NULL', /trace-erased/],
  ['DELETE FROM trace_candidates', /candidates of/],
  ['UPDATE customer_reports SET entry = entry - 1', /report-taken/],
  ['UPDATE customer_reports SET erased_entry = NULL WHERE erased_entry IS NOT NULL', /reports-erased/],
  ["DELETE FROM register_texts WHERE name = 'report'", /text of/],
  ["DELETE FROM register_texts WHERE name = 'mail'", /text of/],
  ['UPDATE decoy_plantings SET given_at = NULL WHERE given_at IS NOT NULL', /decoys of/],
  ["UPDATE decoys SET sealed = 'x' WHERE sealed = ''", /decoys of/],
  ['UPDATE decoy_mails SET entry = entry - 1', /decoy-mail-taken/],
  ["UPDATE aliases SET sealed = 'x' WHERE sealed = ''", /aliases of alb_/],
  ['UPDATE aliases SET blocked_entry = NULL WHERE blocked_entry IS NOT NULL', /alias-blocked/],
  ['DELETE FROM alias_mails', /alias-mail-taken/],
  ['DELETE FROM access_review_items WHERE item = 2', /items of/],
  [
    "UPDATE access_review_items SET answered_entry = answered_entry - 1 WHERE verdict = 'cut'",
    /access-review-/,
  ],
  ["DELETE FROM jobs WHERE kind = 'trace-run' AND state = 'waiting'", /job of/],
  ["UPDATE incidents SET state = 'decided' WHERE state = 'open'", /not in the state that its moves led to/],
];

test('a row that says something else than its entry is found, in each table, and so is a stray entry', async () => {
  const folder = join(work, 'stray');
  let at = Date.parse('2026-11-22T10:00:00Z');
  const now = () => {
    at += 1000;
    return new Date(at);
  };
  const db = await openRecord({ folder, now });
  try {
    const asked = { db, actor: actor('usr_ada', ...ROLES), now };
    // It takes the register's folder away, and what comes after would need a person who goes on.
    for (const [name, work] of Object.entries(DEEDS))
      if (name !== 'continue-register') await work({ asked, folder, does: (work) => work() });
    assert.deepEqual(await alsoWrong(db, folder), []);
    const recorded = await db.rows<{ kind: string }>('SELECT DISTINCT kind FROM register_entries', {});
    // The register's page says each in words; `told` is of these tests alone.
    const wordless = recorded
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'told' && !Object.hasOwn(WORDS, `entry.${kind}`));
    assert.ok(recorded.length > 60, `only ${recorded.length} kinds were recorded`);
    assert.deepEqual(wordless, []);
    for (const [statement, words] of BEHIND) {
      const tried = db.transaction(async (tx) => {
        assert.ok((await tx.run(statement, {})) > 0, statement);
        assert.match((await alsoWrong(tx, folder)).join('\n'), words, statement);
        throw new Error('undone');
      });
      await assert.rejects(tried, /^Error: undone$/, statement);
    }
    assert.deepEqual(await alsoWrong(db, folder), []);
    const stray = await deed(asked, (tx) => record(tx, { kind: 'note-added', incident: 'inc_1' }));
    assert.deepEqual(await alsoWrong(db, folder), [`incidents: entry ${stray} (note-added) has no deed`]);
  } finally {
    await db.close();
  }
});

test(`kill -9 in the midst of deeds, ${KILLS} times (seed ${SEED}): no deed without entry, no entry without deed, nobody lost, no work without its job, every published page whole`, async () => {
  const folder = join(work, 'embedded');
  const { acknowledged } = await killInEveryDeed({ ...kills, rounds: KILLS, seed: SEED, folder });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
  // So few rounds among so many deeds may publish nothing.
  const pages = join(work, 'pages');
  await killInEveryDeed({ ...kills, names: Object.keys(OF_EDITIONS), rounds: 3, seed: SEED, folder: pages });
  await wholePages(join(pages, 'public', 'incidents'));
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

/** Whenever it was killed: each page is one to its end, each edition has all its files, each link leads to one of them. */
async function wholePages(folder: string): Promise<void> {
  const paths = await readdir(folder, { recursive: true });
  const pages = paths.filter((path) => path.endsWith('.html'));
  assert.ok(pages.length > 0);
  for (const path of pages) {
    const page = await readFile(join(folder, path), 'utf8');
    assert.match(page, /^<!doctype html>[\s\S]*<\/html>\n$/, path);
    for (const [, edition] of page.matchAll(/href="(\d+\/edition\.json)"/g))
      await readFile(join(folder, path, '..', edition ?? ''));
  }
  for (const path of paths.filter((one) => one.endsWith('edition.json'))) {
    const { files } = JSON.parse(await readFile(join(folder, path), 'utf8')) as {
      files: Record<string, string>;
    };
    for (const [name, hash] of Object.entries(files)) {
      const content = await readFile(join(folder, path, '..', name));
      assert.equal(createHash('sha256').update(content).digest('hex'), hash, `${path} ${name}`);
    }
  }
}
