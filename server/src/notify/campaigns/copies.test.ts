/** Letters and other copies of a campaign: over real records, with files, PDF and a real program that takes them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import type { AddresseesListed, CopiesChanged, CopiesListed, PersonErased } from '@forthright/contract';
import { CampaignWorld, type Of, some } from '../../../../test/campaigns/world.ts';
import { incidentOperationsWith } from '../../incident/index.ts';
import { signedHeaders } from '../../platform/index.ts';
import { checkCode, commitmentInput, pathOfPrefix, prefixOf, readCode } from '../../prove/codes/index.ts';
import type { Download } from '../../prove/index.ts';
import { addresseesElsewhere } from './changes.ts';
import { makeCopiesHandler, postCopiesHandler } from './copies.job.ts';
import { MAKE_COPIES, POST_COPIES } from './copies.ts';
import { campaignOperations } from './operations.ts';
import { person } from './testing.ts';

const world = new CampaignWorld();
world.use();

const make = () =>
  world.does(MAKE_COPIES, makeCopiesHandler({ db: world.db, now: world.now, ...world.options() }));
const post = () =>
  world.does(
    POST_COPIES,
    postCopiesHandler({ db: world.db, now: world.now, ...world.options(), outbound: { allowPrivate: true } }),
  );
const listed = async (of: Of) => (await world.ask<CopiesListed>('list-copies', of)).copies;
/** The file, as whoever asks gets it. */
async function got(given: object): Promise<Buffer> {
  const found = campaignOperations(world.options()).find(({ name }) => name === 'get-copies');
  assert.ok(found);
  const { content, close } = (await found.run(
    world.as('ada'),
    found.input.parse(given),
  )) as unknown as Download;
  try {
    return await buffer(content);
  } finally {
    await close();
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

/** Whether the public files of the batch show that this code goes with this address. */
async function isSentTo(of: Of, code: string, address: string): Promise<boolean> {
  const { batch } = await world.show(of);
  assert.ok(batch);
  const folder = join(world.folder, 'public', 'batches', batch.tag);
  const { bits } = JSON.parse(readFileSync(join(folder, 'batch.json'), 'utf8')) as { bits: number };
  const read = readCode(code);
  assert.equal(read.kind, 'code');
  if (read.kind !== 'code') return false;
  const prefix = prefixOf(sha256(commitmentInput(address, read.code)), bits);
  const file = readFileSync(join(folder, pathOfPrefix(prefix, bits)));
  const facts = { tag: batch.tag, size: batch.leaves, root: Buffer.from(batch.root, 'hex') };
  return (await checkCode(file, { batch: facts, address, code: read.code }, sha256)).kind === 'sent';
}

test('whom no message reaches has a letter with a code of the batch; sent, they are told, and the register has the file’s hash', async () => {
  const home = { address: ['Rue du Marché 1', '1234 Luxembourg'], name: 'Ana Lopes' };
  world.deed = ({ to }) => (to === 'person-3@people.example' ? { say: '550 5.1.1 nobody\r\n' } : undefined);
  const of = await world.sent([
    person(1),
    person(2, { email: '', ...home }),
    person(3, { ...home, name: 'Ben Roth' }),
    person(4, { email: '', name: 'Nobody' }),
    person(5, { email: 'five@people', ...home, name: '' }),
    person(6, { email: '', ...home }),
    person(7, { email: '', ...home, address: ['Rua Nova 5', '1100 Lisboa'] }),
  ]);
  const { messages, batch } = await world.show(of);
  assert.equal((batch?.leaves ?? 0) - messages, 5, 'who has no usable address has a leaf, too');
  const refused = (await world.ask<AddresseesListed>('list-addressees', { ...of, state: 'refused' })).people;
  await world.ask('settle-addressees', {
    ...of,
    people: refused.map((one) => one.person),
    outcome: 'other-channel',
  });
  assert.match(await world.refusal('make-copies', { ...of, way: 'letter' }, 'bo'), /who approved it/);
  const made = await world.ask<CopiesChanged>('make-copies', { ...of, way: 'letter' });
  assert.match(
    await world.refusal('make-copies', { ...of, way: 'account' }),
    /nobody waits/,
    'nobody is told twice',
  );
  const which = { ...of, copies: made.copies };
  assert.match(await world.refusal('get-copies', which), /copies-not-found/);
  await make();
  const [one] = await listed(of);
  assert.deepEqual([one?.state, one?.people, one?.outcomes], ['made', 6, { 'no-address': 1, written: 5 }]);
  const tar = await got(which);
  assert.equal(sha256(tar).toString('hex'), one?.sha256);
  const folder = join(world.folder, 'unpacked');
  mkdirSync(folder);
  writeFileSync(join(folder, 'letters.tar'), tar);
  assert.equal(spawnSync('tar', ['xf', 'letters.tar'], { cwd: folder }).status, 0);
  const rows = readFileSync(join(folder, 'letters.csv'), 'utf8').trim().split('\r\n').slice(1);
  assert.equal(rows.length, one?.outcomes.written);
  const texts = readdirSync(join(folder, 'batch-0001')).map((name) => {
    const read = spawnSync('pdftotext', ['-layout', join(folder, 'batch-0001', name), '-'], {
      encoding: 'utf8',
    });
    assert.equal(read.error, undefined, 'Debian: poppler-utils');
    return read.stdout;
  });
  const codeOf = (text: string) => new RegExp(`${batch?.tag}\\w-\\w{5}-\\w{5}-\\w{5}`).exec(text)?.[0] ?? '';
  const typed = (address: string) =>
    texts.find((text) => text.replace(/\s+/g, ' ').includes(`type: ${address}@letter`)) ?? '';
  const ana = typed('ana lopes 1100 lisboa');
  const namesakes = ['c000002', 'c000006'].map((id) => `ana lopes 1234 luxembourg ${id}`);
  const ben = texts.find((text) => text.includes('Ben Roth')) ?? '';
  assert.match(ben, /type: person-3@people\.example/, 'the code of the message that came back');
  assert.deepEqual(
    [
      await isSentTo(of, codeOf(ana), 'Ana Lopes 1100 Lisboa@letter'.toLowerCase()),
      await isSentTo(of, codeOf(ana), 'ana lopes 1234 luxembourg@letter'),
      await isSentTo(of, codeOf(ben), 'person-3@people.example'),
    ],
    [true, false, true],
  );
  for (const one of namesakes)
    assert.deepEqual(
      await Promise.all(namesakes.map((other) => isSentTo(of, codeOf(typed(one)), `${other}@letter`))),
      namesakes.map((other) => one === other),
      'of two people of one name and place neither has the other’s code',
    );
  const before = await world.sums(of);
  await world.ask('mark-copies-sent', which);
  const after = await world.sums(of);
  assert.equal(after.told, one?.outcomes.written);
  assert.equal((before['other-channel'] ?? 0) - (after['other-channel'] ?? 0), one?.outcomes.written);
  assert.match(await world.refusal('mark-copies-sent', which), /campaign-refuses.*sent/);
  await world.ask('erase-copies', which);
  assert.deepEqual(readdirSync(join(world.folder, 'copies')), []);
  assert.match(await world.refusal('get-copies', which), /copies-not-found/);
  assert.equal((await listed(of))[0]?.sha256, undefined);
});

test('a Japanese letter is made of what is at hand; a named font that is none is refused before anything is made; who has no letter is listed by name, and why', async () => {
  const of = await world.sent([
    person(1),
    person(2, { email: '', language: 'ja', address: ['千代田区1-1'] }),
    person(3, { email: '', name: '김민수', address: ['서울'] }),
  ]);
  world.settings = { letterFont: join(world.folder, 'no-such-font.ttf') };
  const entries = await world.entries();
  assert.match(await world.refusal('make-copies', { ...of, way: 'letter' }), /^font-missing/);
  assert.deepEqual([await world.entries(), await listed(of)], [entries, []]);
  world.settings = {};
  await world.ask('make-copies', { ...of, way: 'letter' });
  await make();
  assert.deepEqual((await listed(of))[0]?.outcomes, { unprintable: 1, written: 1 });
  const { people } = await world.ask<AddresseesListed>('list-addressees', { ...of, state: 'other-channel' });
  assert.deepEqual(people.map(({ name, copy }) => [name, copy]).toSorted(), [
    ['Person 2', { way: 'letter', outcome: 'written' }],
    ['김민수', { way: 'letter', outcome: 'unprintable' }],
  ]);
  // Whoever has no letter waits, and has another copy.
  const { people: count } = await world.ask<CopiesChanged>('make-copies', { ...of, way: 'account' });
  assert.equal(count, 1);
  await make();
  const account = (await listed(of)).find(({ way }) => way === 'account');
  assert.deepEqual(account?.outcomes, { written: 1 });
  const line = JSON.parse((await got({ ...of, copies: account?.copies })).toString('utf8'));
  assert.match(line.text, /김민수/);
});

test('copies are posted one by one, signed; what is taken is told, what is refused waits, what fails is tried again under the same id', async (t) => {
  const secret = Buffer.alloc(32, 7);
  const taken: { id: string; person: string }[] = [];
  let isDown = true;
  let good = 0;
  const hook = createServer(async (request, response) => {
    const body = (await buffer(request)).toString('utf8');
    const id = String(request.headers['webhook-id']);
    const at = new Date(Number(request.headers['webhook-timestamp']) * 1000);
    const { 'webhook-signature': signature } = signedHeaders(secret, { id, at, body });
    const { data } = JSON.parse(body);
    assert.equal(request.headers['webhook-signature'], signature);
    taken.push({ id, person: data.person });
    const isGood = data.phone !== '+3522';
    good += isGood ? 1 : 0;
    response.statusCode = !isGood ? 422 : isDown && good === 2 ? 503 : 204;
    response.end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise((resolve) => hook.close(resolve)));
  const { port } = hook.address() as { port: number };
  const people = [1, 2, 3, 4].map((n) => person(n, { email: '', phone: n === 4 ? '' : `+352${n}` }));
  const of = await world.sent([...people, person(9)]);
  const { copies } = await world.ask<CopiesChanged>('make-copies', { ...of, way: 'text-message' });
  const which = { ...of, copies };
  await make();
  assert.deepEqual((await listed(of))[0]?.outcomes, { 'no-phone': 1, written: 3 });
  assert.match(await world.refusal('post-copies', which), /names no program/);
  world.settings = { copies: { 'text-message': { url: `http://127.0.0.1:${port}/sms`, secret } } };
  await world.ask('post-copies', which);
  await post();
  assert.equal((await listed(of))[0]?.state, 'posting');
  assert.equal(await post(), false, 'not at once again');
  isDown = false;
  world.pass(10);
  await post();
  const [one] = await listed(of);
  assert.deepEqual([one?.state, one?.outcomes], ['sent', { 'no-phone': 1, posted: 2, rejected: 1 }]);
  assert.deepEqual(await world.sums(of), { accepted: 1, told: 2, 'other-channel': 2 });
  assert.equal(new Set(taken.map(({ id }) => id)).size, 3);
  assert.equal(taken.length, 4, 'one of them twice, under the same id');
  // Whoever was refused can be told by another way.
  await world.ask('make-copies', { ...of, way: 'account' });
});

test('who is erased goes with each file that holds their copy; the entries stay', async () => {
  const of = await world.sent([
    person(1, { email: '', phone: '+3521' }),
    person(2, { email: '', phone: '+3522' }),
    person(3),
  ]);
  const { copies } = await world.ask<CopiesChanged>('make-copies', { ...of, way: 'text-message' });
  await make();
  const [first] = (await world.ask<AddresseesListed>('list-addressees', { ...of, state: 'other-channel' }))
    .people;
  await world.ask('settle-addressees', {
    ...of,
    people: [first?.person],
    outcome: 'told',
    channels: ['phone'],
  });
  await world.ask('erase-addressee', { ...of, person: first?.person });
  assert.deepEqual(readdirSync(join(world.folder, 'copies')), []);
  assert.equal((await listed(of)).find((one) => one.copies === copies)?.state, 'erased');
  await world.ask('make-copies', { ...of, way: 'text-message' });
  await make();
  assert.deepEqual((await listed(of))[1]?.outcomes, { written: 1 });
});

test('what was put back from a backup posts nothing until a person asks for it again', async () => {
  const of = await world.sent([person(1, { email: '' }), ...some(1)]);
  const { copies } = await world.ask<CopiesChanged>('make-copies', { ...of, way: 'account' });
  await make();
  world.settings = { copies: { account: { url: 'http://127.0.0.1:9/account', secret: Buffer.alloc(32) } } };
  await world.ask('post-copies', { ...of, copies });
  await world.db.transaction((tx) =>
    tx.run("UPDATE jobs SET input = jsonb_set(input, '{epoch}', '0') WHERE kind = 'post-copies'"),
  );
  await post();
  assert.equal((await listed(of))[0]?.state, 'made');
  assert.deepEqual(await world.sums(of), { accepted: 1, 'other-channel': 1 });
});

test('whose texts are erased is erased in the campaigns of all incidents as well, unless they still wait there: then nothing is', async () => {
  const first = await world.sent([person(1), person(2)]);
  const second = await world.sent([person(1), person(3)]);
  const idOf = async (of: Of) =>
    (await world.ask<AddresseesListed>('list-addressees', of)).people.find(
      ({ customer }) => customer === 'c000001',
    )?.person;
  const [one, other] = [await idOf(first), await idOf(second)];
  const operations = incidentOperationsWith(addresseesElsewhere(world.folder));
  const erase = async (incident: string, who?: string) => {
    const found = operations.find(({ name }) => name === 'erase-person-texts');
    assert.ok(found);
    return (await found.run(world.as('ada'), found.input.parse({ incident, person: who }))) as PersonErased;
  };
  await world.db.transaction((tx) =>
    tx.run("UPDATE campaign_people SET state = 'told' WHERE campaign = :campaign::text", {
      campaign: first.campaign,
    }),
  );
  await assert.rejects(erase(first.incident, one), /campaign-refuses|no final state/);
  assert.equal(await idOf(first), one, 'not in the one and not in the other');
  await world.db.transaction((tx) => tx.run("UPDATE campaign_people SET state = 'told'"));
  await assert.rejects(
    erase(second.incident, one),
    /no texts about/,
    'not by an incident that does not have them',
  );
  const { campaigns, texts } = await erase(first.incident, one);
  assert.deepEqual([campaigns, texts], [2, 0]);
  assert.deepEqual([await idOf(first), await idOf(second)], [undefined, undefined]);
  assert.ok(other !== undefined);
  const [left] = await world.db.rows<{ codes: number }>(
    'SELECT count(code)::int4 AS codes FROM campaign_messages',
  );
  assert.equal(left?.codes, 2);
});
