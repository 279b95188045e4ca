/** A copy of the database gives nobody a second factor. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ANSWER, type ErrorCode } from '@forthright/contract';
import { Secret, TOTP } from 'otpauth';
import { type As, PASSWORD, type Reply, World } from '../http/testing.ts';
import { strays } from './testing.ts';

let world: World;
let root: As;
before(async () => {
  world = await World.open();
  root = await world.first();
});
after(async () => world.close());

const post = (url: string, as: As, payload: object = {}) => world.ask('POST', `/api${url}`, as, payload);
const keys = () => join(world.folder, 'keys');
const sealFiles = () => readdirSync(keys()).filter((name) => name.startsWith('seal-'));

function refuses(reply: Reply, code: ErrorCode): void {
  assert.equal(reply.body.code, code, JSON.stringify(reply.body));
  assert.equal(reply.status, ANSWER[code].status);
}

/** Somebody with a second factor. */
async function guarded(email: string) {
  const as = await world.person(root, email, ['investigator']);
  const begun = await post('/me/second-factor', as, { password: PASSWORD });
  assert.equal(begun.status, 200, JSON.stringify(begun.body));
  const secret = String(begun.body.secret);
  const totp = new TOTP({ secret });
  const code = () => totp.generate({ timestamp: world.now().getTime() });
  assert.equal((await post('/me/second-factor/confirm', as, { code: code() })).status, 200);
  const signIn = () => {
    world.pass(0.02);
    return post('/sign-in', {}, { email, password: PASSWORD, code: code() });
  };
  return { id: as.id, secret, signIn };
}

const setFactor = (id: string, value: string) =>
  world.db.transaction((tx) =>
    tx.run('UPDATE accounts SET totp_secret = :value::text WHERE id = :id::text', { id, value }),
  );
const factorOf = async (id: string) =>
  (
    await world.db.rows<{ f: string }>('SELECT totp_secret AS f FROM accounts WHERE id = :id::text', { id })
  )[0]?.f ?? '';

test('whoever reads the whole database has no second factor; the key is a file for its owner alone', async () => {
  const ines = await guarded('ines@marlow.example');
  assert.equal((await ines.signIn()).status, 200);
  const tables = await world.db.rows<{ name: string }>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
  );
  const rows: string[] = [];
  for (const { name } of tables) {
    const [row] = await world.db.rows<{ all: string | null }>(
      `SELECT json_agg(t)::text AS all FROM ${name} t`,
    );
    rows.push(row?.all ?? '');
  }
  const dump = rows.join('\n');
  const bytes = Buffer.from(Secret.fromBase32(ines.secret).bytes);
  const [file = ''] = sealFiles();
  const key = readFileSync(join(keys(), file), 'utf8').trim();
  for (const hidden of [ines.secret, bytes.toString('hex'), bytes.toString('base64').slice(0, -2), key])
    assert.ok(!dump.includes(hidden));
  assert.match(dump, /sealed:[0-9a-f]{8}:/);
  if (process.platform !== 'win32') assert.equal(statSync(join(keys(), file)).mode & 0o777, 0o600);
});

test('without its key, altered, or moved to another account, it opens nothing', async () => {
  const [one, two] = [await guarded('one@marlow.example'), await guarded('two@marlow.example')];
  const [file = ''] = sealFiles();
  const path = join(keys(), file);
  renameSync(path, `${path}.away`);
  refuses(await one.signIn(), 'key-unusable');
  renameSync(`${path}.away`, path);
  assert.equal((await one.signIn()).status, 200);
  const [own, other] = [await factorOf(one.id), await factorOf(two.id)];
  await setFactor(one.id, other);
  refuses(await one.signIn(), 'key-unusable');
  const at = own.length - 3;
  await setFactor(one.id, `${own.slice(0, at)}${own[at] === 'A' ? 'B' : 'A'}${own.slice(at + 1)}`);
  refuses(await one.signIn(), 'key-unusable');
  await setFactor(one.id, own);
  assert.equal((await one.signIn()).status, 200);
});

test('a key that others can read is refused', { skip: process.platform === 'win32' }, async () => {
  const her = await guarded('loose@marlow.example');
  const path = join(keys(), sealFiles()[0] ?? '');
  chmodSync(path, 0o644);
  refuses(await her.signIn(), 'key-unusable');
  chmodSync(path, 0o600);
  assert.equal((await her.signIn()).status, 200);
});

test('rotation seals all anew, keeps the old key for the overlap, and is a deed of the administrator’s', async () => {
  const her = await guarded('turn@marlow.example');
  const [old = ''] = sealFiles();
  const before = await factorOf(her.id);
  root = {
    cookie: (await post('/sign-in', {}, { email: 'root@marlow.example', password: PASSWORD })).cookie,
  };
  const rotated = await post('/seal-keys', root, { overlapHours: 1 });
  assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
  assert.ok(Number(rotated.body.resealed) >= 4);
  assert.notEqual(await factorOf(her.id), before);
  assert.ok((await factorOf(her.id)).startsWith(`sealed:${rotated.body.key}:`));
  assert.equal((await her.signIn()).status, 200);
  assert.deepEqual(sealFiles(), [old, `seal-${rotated.body.key}.key`].sort());
  await setFactor(her.id, before);
  assert.equal((await her.signIn()).status, 200, 'a backup of before can be put back');
  await post('/seal-keys', root);
  assert.equal(sealFiles().length, 3);
  await world.people.upkeep();
  assert.ok(sealFiles().includes(old), 'its time is not over');
  world.pass(1);
  await world.people.upkeep();
  assert.ok(!sealFiles().includes(old), 'without a start in between');
});

test('a key that leaked is destroyed at once', async () => {
  const her = await guarded('leak@marlow.example');
  cpSync(keys(), join(world.folder, 'stolen'), { recursive: true });
  root = {
    cookie: (await post('/sign-in', {}, { email: 'root@marlow.example', password: PASSWORD })).cookie,
  };
  const { key } = (await post('/seal-keys', root, { overlapHours: 0 })).body;
  assert.deepEqual(sealFiles(), [`seal-${key}.key`]);
  assert.equal((await her.signIn()).status, 200);
  const kept = await world.db.rows<{ f: string }>(
    'SELECT totp_secret AS f FROM accounts WHERE totp_secret IS NOT NULL',
  );
  for (const { f } of kept) assert.ok(f.startsWith(`sealed:${key}:`));
  assert.deepEqual(await strays(world.db), []);
});

test('what an earlier version kept in the clear is sealed at the start', async () => {
  const her = await guarded('early@marlow.example');
  await setFactor(her.id, her.secret);
  await world.people.begin();
  assert.match(await factorOf(her.id), /^sealed:/);
  assert.equal((await her.signIn()).status, 200);
});

test('an old key that can not be destroyed costs nobody the new one', async () => {
  const her = await guarded('stuck@marlow.example');
  const asRoot = {
    cookie: (await post('/sign-in', {}, { email: 'root@marlow.example', password: PASSWORD })).cookie,
  };
  const held = sealFiles();
  assert.equal((await post('/seal-keys', asRoot, { overlapHours: 0 })).status, 200);
  const gone = held.find((name) => !sealFiles().includes(name)) ?? assert.fail('none was destroyed');
  mkdirSync(join(keys(), gone));
  const failed = await post('/seal-keys', asRoot, { overlapHours: 1 });
  assert.equal(failed.status, 500, JSON.stringify(failed.body));
  assert.equal((await her.signIn()).status, 200);
  rmdirSync(join(keys(), gone));
});
