/** Keys for mail that Forthright makes and exchanges: with real messages, and a domain system of our own. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { AddresseesListed, MailKeyShown, MailKeysShown } from '@forthright/contract';
import { CampaignWorld, some } from '../../../test/campaigns/world.ts';
import { startDns } from '../../../test/peers/dns.ts';
import { mailNames } from '../platform/index.ts';
import { archivedKeys, checkMessage, endAndArchive, mailKeyOperations, openRecordTruth } from './index.ts';

const world = new CampaignWorld();
world.use();

const records: Record<string, readonly string[]> = {};
let dns: Awaited<ReturnType<typeof startDns>>;
before(async () => {
  dns = await startDns(records);
});
after(() => dns.stop());

async function ask<T>(name: string, given: object = {}): Promise<T> {
  const options = { data: world.folder, mailing: world.mailing(), names: mailNames([dns.address]) };
  const found = mailKeyOperations(options).find((one) => one.name === name);
  assert.ok(found, name);
  return found.output.parse(await found.run(world.as('ada'), found.input.parse(given))) as T;
}
const publish = ({ name, record }: MailKeyShown) => {
  records[`TXT ${name.toLowerCase()}`] = [record];
};
const files = () => readdirSync(join(world.folder, 'keys')).filter((name) => name.startsWith('mail-'));
const selectorsOf = (mail: Buffer): string[] =>
  [...mail.toString('latin1').matchAll(/^ ?\s*s=([^;]+);/gm)].map(([, selector = '']) => selector);

test('a key is used once its record is published; after a rotation what is sent once more has the same bytes, and the old private key is destroyed in time', async () => {
  const taken: { to: string; bytes: Buffer }[] = [];
  let closes = true;
  world.deed = ({ to, bytes }) => {
    taken.push({ to: String(to), bytes });
    return closes && to === 'person-0@people.example' ? 'close' : undefined;
  };
  const first = await ask<MailKeyShown>('make-mail-key');
  assert.equal(first.state, 'made');
  await assert.rejects(ask('rotate-mail-key', { selector: first.selector }), { code: 'record-unpublished' });
  records[`TXT ${first.name}`] = ['v=DKIM1; k=rsa; p=AAAA'];
  await assert.rejects(ask('rotate-mail-key', { selector: first.selector }), { code: 'record-unpublished' });
  publish(first);
  assert.equal((await ask<MailKeyShown>('rotate-mail-key', { selector: first.selector })).state, 'signing');
  await assert.rejects(ask('rotate-mail-key', { selector: first.selector }), { code: 'campaign-refuses' });

  world.pass(1);
  const of = await world.started(some(3), 2);
  const second = await ask<MailKeyShown>('make-mail-key');
  publish(second);
  await assert.rejects(ask('rotate-mail-key', { selector: second.selector }), /sending; pause it/);
  await world.send();
  assert.deepEqual(await world.sums(of), { accepted: 1, 'in-doubt': 1, prepared: 1 });
  assert.deepEqual(selectorsOf(taken[0]?.bytes ?? Buffer.of()), [first.selector]);
  world.pass(20);
  await ask('rotate-mail-key', { selector: second.selector, overlapHours: 24 });
  assert.deepEqual(
    (await ask<MailKeysShown>('list-mail-keys')).keys.map(({ state }) => state),
    ['ending', 'signing'],
  );
  assert.equal(files().length, 2);
  closes = false;
  world.pass(1);
  await world.ask('resume-campaign', of);
  await world.send();
  assert.deepEqual(await world.sums(of), { accepted: 3 });
  const twice = taken.filter(({ to }) => to === 'person-0@people.example');
  assert.equal(twice.length, 2);
  assert.ok(twice[0]?.bytes.equals(twice[1]?.bytes ?? Buffer.of()), 'byte for byte, by the key of before');
  const fresh = (await world.ask<AddresseesListed>('list-addressees', of)).people.map(
    ({ address }) => address,
  );
  assert.equal(fresh.length, 3);
  const bySecond = taken.filter(({ bytes }) => selectorsOf(bytes).includes(second.selector));
  assert.equal(bySecond.length, 1, 'what is sent for the first time, by the new one');

  world.pass(25 * 60);
  await endAndArchive(world.program(), { data: world.folder, mailing: world.mailing() });
  assert.deepEqual(files(), [`mail-${second.selector}.pem`]);
  assert.deepEqual(
    (await ask<MailKeysShown>('list-mail-keys')).keys.map(({ state }) => state),
    ['ended', 'signing'],
  );
  const archived = await archivedKeys(world.db);
  assert.equal(archived.find(({ selector }) => selector === first.selector)?.until, world.now().getTime());
  assert.equal(archived.find(({ selector }) => selector === second.selector)?.until, undefined);
  const truth = await openRecordTruth({ ...world.options(), db: world.db });
  for (const { bytes, to } of [...twice.slice(0, 1), ...bySecond])
    assert.equal((await checkMessage({ bytes, address: to }, truth)).verdict, 'genuine-unchanged');
});

test('a key may be used unseen for a reason that is kept', async () => {
  const { selector } = await ask<MailKeyShown>('make-mail-key');
  const unseen = 'This machine asks an inner resolver that does not know our zone.';
  assert.equal((await ask<MailKeyShown>('rotate-mail-key', { selector, unseen })).state, 'signing');
  const [kept] = await world.db.rows<{ value: string }>(
    "SELECT value FROM register_texts WHERE name = 'unseen'",
  );
  assert.equal(kept?.value, unseen);
});
