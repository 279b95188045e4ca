/**
 * A campaign as its users have it: through the server, to a real SMTP sink that keeps its own truth, with the server
 * killed in the midst of it. Every person is accounted for, and nobody has two messages.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  AddresseesListed,
  CampaignChanged,
  CampaignShown,
  IncidentShown,
  NoticePreviewed,
  RunsListed,
} from '@forthright/contract';
import PostalMime from 'postal-mime';
import { parse } from 'yaml';
import { oneAddress } from '../../server/src/platform/mail/index.ts';
import { Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import {
  checkCode,
  commitmentInput,
  normalisedAddress,
  pathOfPrefix,
  prefixOf,
  readCode,
} from '../../server/src/prove/codes/index.ts';
import { generateMarketplace, type Truth } from '../marketplace/index.ts';
import { ask as askAs, invitePeople } from './asking.ts';
import { Desk, type Served } from './terminal.ts';

const desk = new Desk();
const work = desk.folder;
const data = join(work, 'forthright-data');
let truth: Truth;
let sink: Sink;
/** How long the sink thinks before it takes a message, so that a kill finds some on their way. */
let thinkMs = 0;

const LANGUAGES = ['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'sv', 'ja'];
const inAll = (text: string) => Object.fromEntries(LANGUAGES.map((language) => [language, text]));
const STATEMENT = {
  texts: { cause: inAll('A template printed the record of the author in full.') },
  nextBy: '2027-01-15',
};

before(async () => {
  truth = await generateMarketplace({
    directory: join(work, 'shop'),
    customers: 1000,
    lines: 20_000,
    seed: 5,
  });
  sink = await Sink.open({
    message: async () => {
      await sleep(thinkMs);
      return undefined;
    },
  });
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(
    join(data, 'mail.yaml'),
    `from: { name: Marlow Market, address: privacy@marlow.example }
returns: returns.marlow.example
relays: [{ host: 127.0.0.1, port: ${sink.port}, verifies: false }]
connections: 4
`,
  );
});
after(async () => {
  await sink?.close();
  await desk.close();
});

const serve = () => desk.serve(['--workspace', 'shop/forthright.yaml']);
const kill = (server: Served) => server.stop('SIGKILL');

const ROLES = { investigator: 'investigator', officer: 'privacy-officer', approver: 'approver' } as const;
type Who = keyof typeof ROLES;
let cookies: Record<Who, string>;

async function ask<T>(server: Served, who: Who, method: string, path: string, body?: object): Promise<T> {
  const answer = await askAs<T>(server, cookies[who], method, path, body);
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function refusal(server: Served, who: Who, path: string, body: object = {}): Promise<string> {
  const answer = await askAs<{ code: string; detail: string }>(server, cookies[who], 'POST', path, body);
  assert.ok(answer.status >= 400, JSON.stringify(answer.body));
  return `${answer.body.code}: ${answer.body.detail}`;
}

async function until<T>(look: () => Promise<T>, isEnough: (found: T) => boolean, what: string): Promise<T> {
  for (let n = 0; n < 1200; n += 1) {
    const found = await look();
    if (isEnough(found)) return found;
    await sleep(100);
  }
  throw new Error(`${what} never came: ${JSON.stringify(await look()).slice(0, 2000)}`);
}

const total = (sums: Readonly<Record<string, number>>): number =>
  Object.values(sums).reduce((a, b) => a + b, 0);

test('an incident, its run, a campaign, two people, the batch, real SMTP, kill -9: everybody is accounted for once', async () => {
  let server = await serve();
  cookies = await invitePeople(server, ROLES);
  const leak = truth.leaks.page;
  assert.ok(leak);
  const { leaks } = parse(readFileSync(join(work, 'shop', leak.incident), 'utf8')) as { leaks: object[] };
  const { incident } = await ask<{ incident: string }>(server, 'investigator', 'POST', '/incidents', {
    title: 'Review pages',
    kind: 'technical-error',
    times: { aware: { at: '2025-11-20T15:05:00+01:00', saidBy: 'Iris' } },
  });
  const at = `/incidents/${incident}`;
  await ask(server, 'investigator', 'PUT', `${at}/leaks`, { version: 0, leaks });
  await ask(server, 'investigator', 'POST', `${at}/runs`, {});
  const { runs } = await until(
    () => ask<RunsListed>(server, 'officer', 'GET', `${at}/runs`),
    (found) => found.runs[0]?.state === 'done' || found.runs[0]?.state === 'failed',
    'the run',
  );
  const run = runs[0];
  assert.equal(run?.state, 'done', JSON.stringify(run));
  // The program does so by itself after a run; whoever can't wait asks.
  await ask(server, 'investigator', 'POST', `${at}/duties`, {});

  const given = { run: run?.job, cohort: 'exposed', statement: STATEMENT };
  const { campaign } = await ask<CampaignChanged>(server, 'investigator', 'POST', `${at}/campaigns`, given);
  const one = `${at}/campaigns/${campaign}`;
  const show = () => ask<CampaignShown>(server, 'officer', 'GET', one);
  const prepared = await until(show, ({ state }) => state !== 'preparing', 'the preparation');
  assert.equal(prepared.state, 'prepared', JSON.stringify(prepared));
  assert.equal(prepared.people, run?.figures?.exposed);
  assert.equal(total(prepared.sums), prepared.people);
  assert.ok(prepared.messages >= 40, `only ${prepared.messages} messages show little`);
  assert.equal(prepared.batch?.leaves, prepared.messages);

  const { people } = await ask<AddresseesListed>(
    server,
    'approver',
    'GET',
    `${one}/people?state=prepared&most=3`,
  );
  const looked = people[0];
  assert.ok(looked);
  const preview = await ask<NoticePreviewed>(
    server,
    'approver',
    'GET',
    `${one}/people/${looked.person}/notice`,
  );
  assert.equal(preview.to, oneAddress(looked.address ?? ''));
  assert.match(preview.text, /\?{4}-\?{5}-\?{5}-\?{5}/, 'a preview shows no code');

  const approval = { hash: prepared.hash };
  assert.match(await refusal(server, 'investigator', `${one}/approval`, approval), /not-permitted/);
  assert.match(
    await refusal(server, 'approver', `${one}/approval`, { hash: '0'.repeat(64) }),
    /campaign-changed/,
  );
  assert.match(await refusal(server, 'investigator', `${one}/start`), /campaign-refuses.*prepared/);
  await ask(server, 'approver', 'POST', `${one}/approval`, approval);
  const { batch } = await show();
  assert.ok(batch?.entry !== undefined, 'the batch is in the register before the first message');
  assert.equal(sink.taken.length, 0);

  await ask(server, 'investigator', 'POST', `${one}/start`, { slice: 10 });
  const paused = await until(show, ({ state }) => state !== 'sending', 'the slice');
  assert.deepEqual([paused.state, paused.pause, sink.taken.length], ['paused', 'slice', 10]);
  const followers = (paused.sums.accepted ?? 0) - 10;
  assert.ok(followers >= 0);
  assert.equal(total(paused.sums), paused.people);

  thinkMs = 40;
  await ask(server, 'investigator', 'POST', `${one}/resume`, {});
  await until(
    async () => sink.taken.length,
    (taken) => taken >= 25,
    'the middle',
  );
  await kill(server);
  thinkMs = 0;
  server = await serve();
  const over = await until(
    show,
    ({ state, sums }) =>
      state === 'sent' ||
      ((sums.prepared ?? 0) === 0 && (sums.released ?? 0) === 0 && (sums.accepted ?? 0) > 25),
    'the rest',
  );
  assert.equal(total(over.sums), over.people, 'the sums add up after every start');
  assert.match(server.log(), /"event":"campaign-sums"/, 'and are printed');
  const doubtful = over.sums['in-doubt'] ?? 0;
  assert.ok(doubtful <= 4 + followers, `${doubtful} in doubt, and there were four connections`);

  const taken = new Map<string, number>();
  for (const { to } of sink.taken) taken.set(to, (taken.get(to) ?? 0) + 1);
  const everybody = await ask<AddresseesListed>(server, 'officer', 'GET', `${one}/people?most=1000`);
  for (const { address, state } of everybody.people) {
    if (state === 'accepted')
      assert.equal(taken.get(oneAddress(address ?? '')), 1, 'who is accepted has one message');
    else assert.ok(state === 'in-doubt' || state === 'other-channel', state);
  }
  for (const [to, times] of taken) assert.equal(times, 1, `${to} has ${times} messages`);

  await genuine(batch);

  const { blockers } = await ask<IncidentShown>(server, 'officer', 'GET', at);
  assert.ok(
    blockers.some(({ blocker, of }) => blocker === 'open-campaign' && of === campaign),
    JSON.stringify(blockers),
  );
  const { people: inDoubt } = await ask<AddresseesListed>(
    server,
    'officer',
    'GET',
    `${one}/people?state=in-doubt`,
  );
  if (inDoubt.length > 0) {
    const settled = { people: inDoubt.map(({ person }) => person), outcome: 'never-again' };
    await ask(server, 'officer', 'POST', `${one}/settled`, settled);
    const told = { ...settled, outcome: 'told', channels: ['phone'] };
    await ask(server, 'officer', 'POST', `${one}/settled`, told);
  }
  const end = await show();
  assert.equal(total(end.sums), end.people);
  assert.equal(end.sums.told ?? 0, inDoubt.length);
  await kill(server);
});

/** Whoever has a message finds its code in the public files; another address does not. */
async function genuine(batch: CampaignShown['batch']): Promise<void> {
  assert.ok(batch !== undefined);
  const folder = join(data, 'public', 'batches', batch.tag);
  const { bits } = JSON.parse(readFileSync(join(folder, 'batch.json'), 'utf8')) as { bits: number };
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  const facts = { tag: batch.tag, size: batch.leaves, root: Buffer.from(batch.root, 'hex') };
  for (const { to, bytes } of sink.taken.slice(0, 5)) {
    const { text = '' } = await PostalMime.parse(bytes);
    const printed = new RegExp(`${batch.tag}\\w-\\w{5}-\\w{5}-\\w{5}`).exec(text)?.[0] ?? '';
    const read = readCode(printed);
    assert.equal(read.kind, 'code', text);
    if (read.kind !== 'code') continue;
    for (const [address, kind] of [
      [normalisedAddress(to) ?? '', 'sent'],
      ['mallory@elsewhere.example', 'not sent'],
    ] as const) {
      const prefix = prefixOf(sha256(commitmentInput(address, read.code)), bits);
      const file = readFileSync(join(folder, pathOfPrefix(prefix, bits)));
      assert.equal((await checkCode(file, { batch: facts, address, code: read.code }, sha256)).kind, kind);
    }
  }
}
