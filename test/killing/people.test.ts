import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PASSWORD, World } from '../../server/src/http/testing.ts';
import { strays } from '../../server/src/people/testing.ts';
import { startPostgres, whyNoPostgres } from '../peers/postgres.ts';
import { killInEveryDeed } from './killing.ts';
import { DEEDS } from './people.child.ts';

const KILLS = 4;
const SEED = 20_261_123;
const kills = { child: new URL('./people.child.ts', import.meta.url), names: Object.keys(DEEDS) };
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-people-'));
after(() => rmSync(work, { recursive: true, force: true }));

test('every operation and entrance that changes people is one that is killed', async () => {
  const world = await World.open();
  try {
    const names = [...world.people.operations, ...world.people.entrances].map(({ name }) => name);
    for (const name of names.filter((one) => !/^(list|show|who)-/.test(one)))
      assert.ok(Object.hasOwn(DEEDS, name), name);
  } finally {
    await world.close();
  }
});

test('a stray change and a stray entry are found', async () => {
  const world = await World.open();
  try {
    const root = await world.first();
    const { id } = await world.person(root, 'iris@marlow.example', ['auditor']);
    await world.ask('POST', '/api/tokens', root, { name: 'x', scopes: ['administrator'] });
    assert.deepEqual(await strays(world.db), []);
    const behind = [
      ["UPDATE accounts SET roles = '{administrator}' WHERE id = :id::text", /account usr_.*administrator/],
      ['UPDATE accounts SET password_entry = NULL WHERE id = :id::text', /account usr_/],
      ['DELETE FROM sessions WHERE account = :id::text', /session ses_\w+ stands in the register/],
      ['UPDATE api_tokens SET account = :id::text', /token tok_/],
    ] as const;
    for (const [statement, words] of behind) {
      await world.db.transaction((tx) => tx.run(statement, statement.includes(':id') ? { id } : {}));
      assert.match((await strays(world.db)).join('\n'), words, statement);
    }
    assert.equal(
      (await world.ask('POST', '/api/sign-in', {}, { email: 'iris@marlow.example', password: PASSWORD }))
        .status,
      200,
    );
  } finally {
    await world.close();
  }
});

test(`kill -9 in the midst of changing people, ${KILLS} times (seed ${SEED})`, async () => {
  const { acknowledged } = await killInEveryDeed({
    ...kills,
    rounds: KILLS,
    seed: SEED,
    folder: join(work, 'embedded'),
  });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} were acknowledged`);
});

test(`the same on a PostgreSQL server (seed ${SEED + 7})`, { skip: whyNoPostgres() ?? false }, async () => {
  const postgres = await startPostgres();
  try {
    const { url } = postgres;
    await killInEveryDeed({ ...kills, rounds: KILLS, seed: SEED + 7, folder: join(work, 'server'), url });
  } finally {
    await postgres.stop();
  }
});
