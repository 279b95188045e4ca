/** What people change is a deed: recorded, readable by an auditor, erasable, and possible to whoever must act. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ANSWER, type ErrorCode } from '@forthright/contract';
import { keysOf, verifyBundle, writeBundle } from '@forthright/register';
import { type As, PASSWORD, type Reply, World } from '../http/testing.ts';
import { checkRegister, registerHead, registerKeys, registerTiles, signedHead } from '../prove/index.ts';
import { openRecords } from '../serve.ts';
import { strays } from './testing.ts';

type Entry = Readonly<{
  entry: number;
  kind: string;
  at: string;
  by: string;
  token?: string;
  facts: Record<string, unknown>;
  texts: Record<string, string | null>;
}>;

let world: World;
let root: As;
before(async () => {
  world = await World.open();
  root = await world.first();
});
after(async () => {
  try {
    assert.deepEqual(
      [...(await checkRegister(world.db)), ...(await strays(world.db))],
      [],
      'after all of it',
    );
  } finally {
    await world.close();
  }
});

const post = (url: string, as: As, payload: object = {}) => world.ask('POST', `/api${url}`, as, payload);
const signIn = (email: string) => post('/sign-in', {}, { email, password: PASSWORD });
const history = async (as: As = root, after = -1) =>
  (await world.ask('GET', `/api/history?after=${after}&most=500`, as)).body.entries as Entry[];

function refuses(reply: Reply, code: ErrorCode): void {
  assert.equal(reply.body.code, code, JSON.stringify(reply.body));
  assert.equal(reply.status, ANSWER[code].status);
}

describe('the history', () => {
  test('tells an auditor who was invited, who signed in when and how, and what they were given', async () => {
    const auditor = await world.person(root, 'audit@marlow.example', ['auditor']);
    const from = (await history()).at(-1)?.entry ?? -1;
    const her = await world.person(root, 'ines@marlow.example', ['investigator']);
    const { cookie } = await signIn('ines@marlow.example');
    const made = await post('/tokens', { cookie }, { name: 'export', scopes: ['investigator'] });
    await post('/sign-out', { cookie });
    const token = { token: String(made.body.secret) };
    await world.ask('DELETE', `/api/tokens/${(made.body.token as { id: string }).id}`, token);
    const entries = await history(auditor, from);
    assert.deepEqual(
      entries.map(({ kind, by }) => [kind, by === her.id]),
      [
        ['account-made', false],
        ['link-made', false],
        ['link-used', true],
        ['session-begun', true],
        ['session-begun', true],
        ['token-made', true],
        ['session-ended', true],
        ['token-revoked', true],
      ],
    );
    assert.deepEqual(entries[0]?.texts, { email: 'ines@marlow.example', name: 'Iris Quint' });
    assert.deepEqual(
      entries.filter(({ kind }) => kind === 'session-begun').map(({ facts }) => facts.means),
      ['link', 'password'],
    );
    assert.equal(entries.at(-1)?.token, (made.body.token as { id: string }).id);
  });

  test('holds nothing that was typed, no secret and no hash of one in the clear', async () => {
    const rows = await world.db.rows<{ entry: Uint8Array }>('SELECT entry FROM register_entries');
    const all = rows.map(({ entry }) => Buffer.from(entry).toString('utf8')).join('\n');
    const kept = await world.db.rows<{ hash: string }>(
      'SELECT hash FROM sessions UNION ALL SELECT hash FROM api_tokens UNION ALL SELECT hash FROM one_time_links',
    );
    const hidden = ['marlow.example', 'Iris', 'Rosa', 'export', PASSWORD, ...kept.map(({ hash }) => hash)];
    for (const word of hidden) assert.ok(!all.includes(word), word);
  });

  test('what fails is no entry: strangers can’t fill the register', async () => {
    const before = (await history()).length;
    for (let i = 0; i < 5; i++) await post('/sign-in', {}, { email: `x${i}@marlow.example`, password: 'x' });
    await post('/sign-in', {}, { email: 'ines@marlow.example', password: 'wrong wrong wrong' });
    await post('/accept-link', {}, { link: `fwl_${'A'.repeat(43)}`, password: PASSWORD });
    await post('/sign-out', { cookie: `forthright-session=fws_${'A'.repeat(43)}` });
    assert.equal((await history()).length, before);
  });
});

describe('erasing a person', () => {
  test('takes data, salts and ways to sign in; what they did stays, and every proof is valid', async () => {
    const her = await world.person(root, 'gone@marlow.example', ['investigator']);
    const made = await post('/tokens', her, { name: 'gone', scopes: ['investigator'] });
    const opened = await post('/incidents', her, { title: 'A label', kind: 'misdelivery' });
    assert.equal((await post(`/people/${her.id}/erase`, root, { reason: 'because' })).status, 422);
    const erased = await post(`/people/${her.id}/erase`, root, { reason: 'asked' });
    assert.equal(erased.status, 200, JSON.stringify(erased.body));
    assert.equal(erased.body.texts, 3);
    refuses(await world.ask('GET', '/api/me', her), 'session-expired');
    refuses(await world.ask('GET', '/api/me', { token: String(made.body.secret) }), 'token-invalid');
    refuses(await signIn('gone@marlow.example'), 'sign-in-refused');
    refuses(await post(`/people/${her.id}/erase`, root, { reason: 'asked' }), 'account-not-found');
    const tables = await world.db.rows<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
    );
    assert.ok(tables.length > 10);
    for (const { name } of tables.filter((one) => one.name !== 'register_entries')) {
      const [row] = await world.db.rows<{ all: string | null }>(
        `SELECT json_agg(t)::text AS all FROM ${name} t`,
      );
      assert.ok(!/gone@marlow/.test(row?.all ?? ''), name);
      if (!['incidents', 'incident_tasks'].includes(name)) assert.ok(!row?.all?.includes(her.id), name);
    }
    const entries = (await history()).filter(({ by, facts }) => by === her.id || facts.account === her.id);
    assert.deepEqual(entries[0]?.texts, { email: null, name: null });
    assert.deepEqual([entries.at(-1)?.kind, entries.at(-1)?.facts.reason], ['account-erased', 'asked']);
    const officer = await world.person(root, 'officer@marlow.example', ['privacy-officer']);
    const shown = await world.ask('GET', `/api/incidents/${opened.body.incident}`, officer);
    assert.equal(shown.body.openedBy, her.id);
  });

  test('leaves entries that a stranger can still check', async () => {
    const rows = await world.db.rows<{ index: bigint; entry: Uint8Array }>(
      'SELECT index, entry FROM register_entries ORDER BY index',
    );
    const asked = { db: world.db, now: () => new Date() };
    const directory = join(world.folder, 'bundle');
    const keys = await registerKeys(asked);
    await writeBundle(directory, {
      checkpoint: await signedHead(asked, await registerHead(world.db)),
      keys,
      proofs: 'each',
      entries: rows.map(({ index, entry }) => ({ index: Number(index), entry, openings: [] })),
      attachments: [],
      readTiles: registerTiles(world.db),
    });
    const terms = keysOf(
      keys.map((term) => ({ ...term })),
      'keys',
    );
    const report = await verifyBundle(directory, { keys: terms, now: new Date() });
    assert.equal(report.verdict, 'proved', JSON.stringify(report));
    assert.equal(report.entries, rows.length);
  });

  test('refuses tokens, those who do not administer, and the last who does', async () => {
    const token = await post('/tokens', root, { name: 'x', scopes: ['administrator'] });
    const me = (await world.ask('GET', '/api/me', root)).body.person as { id: string };
    const erase = (as: As) => post(`/people/${me.id}/erase`, as, { reason: 'left' });
    refuses(await erase({ token: String(token.body.secret) }), 'session-required');
    refuses(await erase(await world.person(root, 'n@marlow.example', ['auditor'])), 'not-permitted');
    refuses(await erase(root), 'last-administrator');
    assert.equal((await world.ask('GET', '/api/me', root)).status, 200);
  });
});

describe('while the register is stopped', () => {
  const stop = async () => {
    rmSync(join(world.folder, 'register', 'register-head.json'));
    assert.equal((await openRecords(world.db, world.folder, world.now)).kind, 'stopped');
  };

  test('an administrator signs in and decides; all others wait, and what was noted is recorded first', async () => {
    const her = await world.person(root, 'wait@marlow.example', ['investigator']);
    const leaving = await world.person(root, 'leaving@marlow.example', ['investigator']);
    const from = (await history()).at(-1)?.entry ?? -1;
    world.pass(0.01);
    await stop();
    refuses(await signIn('wait@marlow.example'), 'register-stopped');
    refuses(await post('/tokens', her, { name: 'x', scopes: ['investigator'] }), 'register-stopped');
    assert.equal((await world.ask('GET', '/api/me', her)).status, 200, 'everything may be read');
    assert.equal((await post('/sign-out', leaving)).status, 200);
    refuses(await world.ask('GET', '/api/me', leaving), 'session-expired');
    assert.equal(await world.people.firstLink(), undefined);
    const admin = { cookie: (await signIn('root@marlow.example')).cookie };
    assert.equal((await world.ask('GET', '/api/register', admin)).body.state, 'stopped');
    refuses(
      await post('/people', admin, { email: 'x@marlow.example', name: 'X', roles: ['auditor'] }),
      'register-stopped',
    );
    const decided = await post('/register/continue', admin, { reason: 'The disk was exchanged.' });
    assert.equal(decided.body.state, 'open', JSON.stringify(decided.body));
    assert.equal((await world.ask('GET', '/api/me', admin)).status, 200);
    const entries = await history(admin, from);
    assert.deepEqual(
      entries.map(({ kind, facts }) => [kind, facts.whileStopped ?? false]),
      [
        ['register-continued', false],
        ['session-ended', true],
        ['session-begun', true],
      ],
    );
    assert.equal((await signIn('wait@marlow.example')).status, 200);
  });

  test('a session that was begun and ended meanwhile is recorded too, when the next one begins', async () => {
    const from = (await history()).at(-1)?.entry ?? -1;
    await stop();
    const brief = { cookie: (await signIn('root@marlow.example')).cookie };
    await post('/sign-out', brief);
    world.pass(0.01);
    const admin = { cookie: (await signIn('root@marlow.example')).cookie };
    await post('/register/continue', admin, { reason: 'Again.' });
    refuses(await world.ask('GET', '/api/me', brief), 'session-expired');
    await signIn('wait@marlow.example');
    assert.deepEqual(
      (await history(root, from)).map(({ kind }) => kind),
      ['register-continued', 'session-begun', 'session-ended', 'session-begun', 'session-begun'],
    );
  });
});
