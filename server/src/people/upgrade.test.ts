/** A database of the version before, with people in it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TOTP } from 'otpauth';
import { openDatabase, readMigrations } from '../platform/db/index.ts';
import { sealFolder } from '../prove/index.ts';
import { MIGRATIONS, openRecords } from '../serve.ts';
import { makePeople } from './people.ts';
import { hashPassword } from './secrets.ts';

const PASSWORD = 'lamp orchard ferry';
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const work = { N: 1024, r: 8, p: 1 };

test('accounts, tokens, links and passkeys stay; second factors are sealed, and sessions begin anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-upgrade-'));
  const where = { kind: 'embedded', directory: join(folder, 'records') } as const;
  const migrations = await readMigrations(...MIGRATIONS);
  const program = 'Forthright test';
  const now = () => new Date();
  try {
    const before = await openDatabase({ ...where, schema: { migrations: migrations.slice(0, 3), program } });
    const password = await hashPassword(PASSWORD, work);
    await before.transaction(async (tx) => {
      const id = 'usr_00000000000000000001';
      await tx.run(
        `INSERT INTO accounts (id, email, email_key, name, roles, password_hash, totp_secret, made_at)
         VALUES (:id::text, 'a@marlow.example', 'a@marlow.example', 'A', '{administrator}', :password::text, :secret::text, now())`,
        { id, password, secret: SECRET },
      );
      for (const statement of [
        "INSERT INTO sessions VALUES ('h', :id::text, now(), now(), now())",
        "INSERT INTO api_tokens VALUES ('tok_1', 'h', :id::text, 't', '{administrator}', now(), now())",
        "INSERT INTO one_time_links VALUES ('h', 'reset', :id::text, now(), now())",
        "INSERT INTO passkeys VALUES ('p', :id::text, 'p', 'k', 0, 'https://x.example', now())",
      ])
        await tx.run(statement, { id });
    });
    await before.close();
    const db = await openDatabase({ ...where, schema: { migrations, program } });
    try {
      await openRecords(db, folder, now);
      const people = makePeople({
        db,
        now,
        work,
        seals: sealFolder(join(folder, 'keys')),
        refuseLosing: async () => {},
      });
      await people.begin();
      assert.equal(await people.firstLink(), undefined);
      const [row] = await db.rows<Record<string, unknown>>(
        `SELECT (SELECT count(*)::int4 FROM sessions) AS sessions, (SELECT count(*)::int4 FROM api_tokens) AS tokens,
           (SELECT count(*)::int4 FROM one_time_links) AS links, (SELECT count(*)::int4 FROM passkeys) AS passkeys`,
      );
      assert.deepEqual(row, { sessions: 0, tokens: 1, links: 1, passkeys: 1 });
      const code = new TOTP({ secret: SECRET }).generate();
      const signIn = people.entrances.find(({ name }) => name === 'sign-in');
      const { session } =
        (await signIn?.run({ email: 'a@marlow.example', password: PASSWORD, code }, undefined)) ?? {};
      assert.equal(typeof session, 'object');
      const kept = await db.rows<{ f: string }>('SELECT totp_secret AS f FROM accounts');
      assert.match(kept[0]?.f ?? '', /^sealed:/);
    } finally {
      await db.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
