/** What the world does to a campaign: somebody is erased, and the clock jumps. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AddresseesListed } from '@forthright/contract';
import { CampaignWorld, some } from '../../../../test/campaigns/world.ts';
import { checkCode, commitmentInput, pathOfPrefix, prefixOf, readCode } from '../../prove/codes/index.ts';
import { person } from './testing.ts';

const world = new CampaignWorld();
world.use();

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** Every row of every table, as text. */
async function allRows(): Promise<string> {
  const tables = await world.db.rows<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  let all = '';
  for (const { name } of tables) {
    const rows = await world.db.rows<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    all += rows.map(({ row }) => row).join('\n');
  }
  return all;
}

test('who is erased stands nowhere any more by name, address, code or Message-ID, and what proves the others is as it was', async () => {
  const mails = new Map<string, string>();
  world.deed = ({ to, bytes }) => {
    mails.set(to, bytes.toString('latin1'));
    return undefined;
  };
  const of = await world.sent([
    person(1, { name: 'Zygmunt Quux', email: 'zygmunt@quux.example' }),
    person(2, { email: 'other@people.example' }),
  ]);
  const seen = mails.get('zygmunt@quux.example') ?? '';
  const other = mails.get('other@people.example') ?? '';
  const codeIn = (mail: string) => {
    const read = readCode(/[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}/.exec(mail)?.[0] ?? '');
    assert.equal(read.kind, 'code');
    return read.kind === 'code' ? read.code : assert.fail();
  };
  const code = codeIn(seen);
  const id = /^Message-ID: <([^@>]+)@/im.exec(seen)?.[1] ?? '';
  const secrets = ['Quux', 'zygmunt', code, id];
  const before = await allRows();
  for (const secret of secrets) assert.ok(secret !== '' && before.includes(secret), secret);
  world.pass(6 * 24 * 60);
  await world.closeWindows();
  const { people } = await world.ask<AddresseesListed>('list-addressees', of);
  const who = people.find(({ name }) => name === 'Zygmunt Quux');
  await world.ask('erase-addressee', { ...of, person: who?.person });
  const after = await allRows();
  for (const secret of secrets) assert.ok(!after.includes(secret), secret);
  const { batch } = await world.show(of);
  assert.ok(batch);
  const folder = join(world.folder, 'public', 'batches', batch.tag);
  const { bits } = JSON.parse(readFileSync(join(folder, 'batch.json'), 'utf8')) as { bits: number };
  const facts = { tag: batch.tag, size: batch.leaves, root: Buffer.from(batch.root, 'hex') };
  const checked = async (mail: string, address: string) => {
    const own = codeIn(mail);
    const file = readFileSync(
      join(folder, pathOfPrefix(prefixOf(sha256(commitmentInput(address, own)), bits), bits)),
    );
    return (await checkCode(file, { batch: facts, address, code: own }, sha256)).kind;
  };
  assert.equal(await checked(other, 'other@people.example'), 'sent');
  assert.equal(await checked(seen, 'zygmunt@quux.example'), 'sent', 'whoever holds both can still prove it');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /[0-9a-f]$/.test(name),
  ))
    if (path.startsWith('p/')) assert.ok(!readFileSync(join(folder, path), 'latin1').includes(code), path);
});

test('a clock that jumps back and far ahead loses nobody, and nobody has a second message', async () => {
  const got = new Map<string, number>();
  world.deed = ({ to }) => {
    got.set(to, (got.get(to) ?? 0) + 1);
    return to === 'person-2@people.example' && got.get(to) === 1 ? { say: '451 4.3.0 later\r\n' } : undefined;
  };
  const of = await world.started(some(6), 3);
  await world.send();
  const total = (sums: Readonly<Record<string, number>>) =>
    Object.values(sums).reduce((sum, n) => sum + n, 0);
  world.pass(-3 * 24 * 60);
  await world.ask('resume-campaign', of);
  await world.send();
  assert.equal(total(await world.sums(of)), 6, 'three days back');
  await world.closeWindows();
  assert.equal(total(await world.sums(of)), 6);
  world.pass(40 * 24 * 60);
  for (let times = 0; times < 3; times += 1) {
    if ((await world.show(of)).state === 'paused') await world.ask('resume-campaign', of);
    await world.send();
    await world.closeWindows();
    world.pass(6 * 24 * 60);
  }
  const sums = await world.sums(of);
  assert.equal(total(sums), 6, JSON.stringify(sums));
  assert.equal(sums.told ?? 0, 6 - (sums['other-channel'] ?? 0), JSON.stringify(sums));
  for (const [to, count] of got) assert.equal(count, to === 'person-2@people.example' ? count : 1, to);
  assert.ok((got.get('person-2@people.example') ?? 0) <= 2);
});
