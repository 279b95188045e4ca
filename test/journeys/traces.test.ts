/**
 * From customers' reports to whom they point to, and from there to everybody concerned, as users have it: through a server, over a
 * simulated workspace whose truth is known.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  AccessAnswer,
  type AddresseesListed,
  type AliasesListed,
  type AliasesMade,
  type AliasFound,
  type CampaignChanged,
  type CampaignShown,
  ScopeAnswer,
  TraceAnswer,
} from '@forthright/contract';
import nodemailer from 'nodemailer';
import PostalMime from 'postal-mime';
import { parse } from 'yaml';
import { unpacked } from '../../server/src/platform/archive.ts';
import { Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import { SIMULATED, simulateWorkspace, type Truth } from '../../server/src/trace/index.ts';
import { GATE } from '../../server/src/trace/testing.ts';
import { type Answered, ask as askAs, invitePeople } from './asking.ts';
import { Desk, type Served } from './terminal.ts';

const SMALL = { ...SIMULATED, customers: 30_000, employees: 200, sold: 500, reporting: 0.06, controls: 400 };
/** Staff in the simulated files; pseudonyms have a word before the hyphen. */
const STAFF = /\be-(\d+|complaints)\b/;
const LONGEST_MS = 180_000;

const desk = new Desk();
const shop = join(desk.folder, 'shop');
let truth: Truth;
let cookies: Readonly<Record<'investigator' | 'officer' | 'approver' | 'auditor', string>>;

/** Mail to decoys' domains, as a program of the shop puts it there. */
const decoyMail = join(desk.folder, 'decoy-mail');

/** Takes what the relay is given: notices, and mail to aliases. */
let sink: Sink;
let smtpPort = 0;

/** A port that nothing listens on, for the server's own receiver. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

before(async () => {
  truth = await simulateWorkspace(SMALL, shop);
  sink = await Sink.open();
  smtpPort = await freePort();
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(decoyMail, part), { recursive: true });
  const data = join(desk.folder, 'forthright-data');
  mkdirSync(data, { mode: 0o700 });
  const settings = {
    from: { name: 'Marlow Market', address: 'privacy@marlow.example' },
    returns: 'returns.marlow.example',
    relays: [{ host: '127.0.0.1', port: sink.port, verifies: false }],
    receive: { smtp: { host: '127.0.0.1', port: smtpPort } },
    aliases: { domain: 'relay.marlow.example' },
    decoys: { domains: ['post.example'], maildirs: [decoyMail] },
  };
  // JSON is YAML.
  writeFileSync(join(data, 'mail.yaml'), JSON.stringify(settings));
});
after(async () => {
  await desk.close();
  await sink?.close();
});

type Body = Record<string, never> & { code?: string };
const ask = <T = Body>(...asked: Parameters<typeof askAs>): Promise<Answered<T>> => askAs<T>(...asked);

async function ended(server: Served, cookie: string, job: string): Promise<{ state: string; code?: string }> {
  const until = Date.now() + LONGEST_MS;
  for (;;) {
    const { body } = await ask<{ state: string; code?: string }>(server, cookie, 'GET', `/jobs/${job}`);
    if (!['waiting', 'running'].includes(body.state)) return body;
    assert.ok(Date.now() < until, `the job is ${body.state} still: ${server.log()}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

type Opened = { incident: string; trace: string; job: string };
type Run = { state: string; outcome: string; evidence: string; sha256: string; answer: string };
type Shown = {
  timeline: { kind: string; facts: object }[];
  evidence: { id: string; kind: string }[];
  tasks: { what: string; state: string }[];
};

test('reports point to an account, two people unlock its name, and its look-ups become the leak of the incident', async () => {
  const server = await desk.serve(['--workspace', 'shop/forthright.yaml']);
  cookies = await invitePeople(server, {
    investigator: 'investigator',
    officer: 'privacy-officer',
    approver: 'approver',
    auditor: 'auditor',
  });
  const { investigator, officer, approver, auditor } = cookies;
  await mailToAliases(server, officer);
  const { gate: fileGate, title: _, ...definition } = parse(readFileSync(join(shop, 'trace.yaml'), 'utf8'));
  const { occasion: __, ...gate } = fileGate;
  const given = {
    title: 'Addresses that came to a shop',
    kind: 'insider',
    times: { aware: { at: '2026-11-20T15:05:00+01:00', saidBy: 'Iris' } },
  };
  const { incident } = (await ask<Opened>(server, investigator, 'POST', '/incidents', given)).body;
  const at = `/incidents/${incident}`;

  // The gate comes first, and it is a privacy officer's.
  const noGate = await ask(server, officer, 'POST', `${at}/traces`, {
    gate: { ...gate, worksCouncil: undefined },
  });
  assert.equal(noGate.body.code, 'request-invalid');
  assert.equal(
    (await ask(server, investigator, 'POST', `${at}/traces`, { gate })).body.code,
    'not-permitted',
  );
  const { trace } = (await ask<Opened>(server, officer, 'POST', `${at}/traces`, { gate })).body;
  const early = await ask(server, investigator, 'POST', `${at}/traces/${trace}/runs`, { definition });
  assert.equal(early.body.code, 'gate-unconfirmed');
  const agreed = { reason: 'The works agreement covers it.' };
  assert.equal(
    (await ask(server, officer, 'POST', `${at}/traces/${trace}/confirm`, agreed)).body.code,
    'own-gate',
  );
  assert.equal((await ask(server, approver, 'POST', `${at}/traces/${trace}/confirm`, agreed)).status, 200);
  const asked = await ask<Opened>(server, investigator, 'POST', `${at}/traces/${trace}/runs`, { definition });
  assert.equal(asked.status, 200, JSON.stringify(asked.body));
  const { job } = asked.body;
  assert.deepEqual(await ended(server, investigator, job).then((x) => [x.state, x.code]), [
    'done',
    undefined,
  ]);
  const run = `${at}/traces/${trace}/runs/${job}`;

  // The ranking, with pseudonyms in whatever anybody may read.
  const shown = (await ask<Run>(server, auditor, 'GET', run)).body;
  assert.equal(shown.outcome, 'named');
  assert.equal(createHash('sha256').update(shown.answer).digest('hex'), shown.sha256);
  const answer = TraceAnswer.parse(JSON.parse(shown.answer));
  const [one] = answer.named;
  assert.ok(one !== undefined && answer.named.length === 1);
  const { candidate } = one;
  assert.match(candidate, /^employee-\d+$/);
  for (const path of [run, at, `${at}/traces`, `/jobs/${job}`])
    assert.doesNotMatch(JSON.stringify((await ask(server, officer, 'GET', path)).body), STAFF, path);

  // Nobody learns the name alone.
  const names = async (cookie: string) =>
    (
      await ask<{ code?: string; account?: string }>(server, cookie, 'POST', `${run}/names`, {
        pseudonym: candidate,
      })
    ).body;
  assert.equal((await names(officer)).code, 'name-locked');
  const wish = { run: shown.evidence, pseudonym: candidate, reason: 'To hear them before anything is done.' };
  const { id: unlock } = (await ask<{ id: string }>(server, officer, 'POST', `${at}/unlocks`, wish)).body;
  const yes = { reason: 'The controls are quiet, and I have read what speaks against it.' };
  assert.equal(
    (await ask(server, officer, 'POST', `${at}/unlocks/${unlock}/grant`, yes)).body.code,
    'own-unlock',
  );
  assert.equal((await names(officer)).code, 'name-locked');
  assert.equal((await ask(server, approver, 'POST', `${at}/unlocks/${unlock}/grant`, yes)).status, 200);
  assert.equal((await names(officer)).account, truth.leakers[0]);
  assert.equal((await names(auditor)).code, 'not-permitted');

  // The evidence pack: whole, and with the lines as they stand in the log.
  const pack = await fetch(`${server.address}/api${run}/pack`, {
    method: 'POST',
    headers: { cookie: officer, origin: server.address, 'content-type': 'application/json' },
    body: JSON.stringify({ candidate }),
  });
  assert.equal(pack.status, 200);
  const files = new Map<string, string>();
  assert.ok(pack.body !== null);
  for await (const { path, content } of unpacked(pack.body)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    files.set(path, Buffer.concat(pieces).toString('utf8'));
  }
  for (const line of (files.get('SHA256SUMS') ?? '').trim().split('\n')) {
    const [hash, name = ''] = line.split('  ');
    assert.equal(
      createHash('sha256')
        .update(files.get(name) ?? '')
        .digest('hex'),
      hash,
      name,
    );
  }
  assert.equal(files.get('answer.json'), shown.answer);
  const log = readFileSync(join(shop, 'admin.csv'), 'utf8').split('\n');
  const hash = createHash('sha256')
    .update(readFileSync(join(shop, 'admin.csv')))
    .digest('hex');
  const lines = (files.get('lines.jsonl') ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, one.hits);
  for (const { file, row, line, sha256 } of lines)
    assert.deepEqual([file, line, sha256], ['admin.csv', log[row], hash]);
  assert.match(files.get('index.html') ?? '', /What speaks against it/);

  // Tasks speak of the pseudonym.
  const me = (await ask<{ person: { id: string } }>(server, officer, 'GET', '/me')).body.person.id;
  const tasks = {
    candidate,
    measures: ['suspend-access', 'preserve-mailbox'],
    owner: me,
    due: '2030-01-01T00:00:00Z',
  };
  assert.equal((await ask(server, investigator, 'POST', `${run}/measures`, tasks)).status, 200);

  // One deed, and scope knows whom they looked up; nothing is typed again.
  const confirm = { candidate, fields: ['email'], reason: 'They have said so.' };
  const confirmed = await ask<{ leaks: number; ids: string[] }>(
    server,
    officer,
    'POST',
    `${run}/confirm`,
    confirm,
  );
  assert.deepEqual([confirmed.status, confirmed.body.leaks, confirmed.body.ids], [200, 1, ['suspect']]);
  const scoped = (await ask<{ id: string }>(server, investigator, 'POST', `${at}/runs`, {})).body.id;
  assert.deepEqual(await ended(server, investigator, scoped).then((x) => [x.state, x.code]), [
    'done',
    undefined,
  ]);
  const found = (await ask<{ answer: string }>(server, officer, 'GET', `${at}/runs/${scoped}`)).body;
  const six = ScopeAnswer.parse(JSON.parse(found.answer));
  const theirs = new Set(
    log.filter((line) => line.split(',')[1] === truth.leakers[0]).map((line) => line.split(',')[3]),
  );
  assert.deepEqual([six.people.exposed, six.people.unidentified], [theirs.size, 0]);
  assert.deepEqual(Object.keys(six.fields), ['email']);
  assert.deepEqual([six.recipients.byClass.employee, six.recipients.top.length], [1, 1]);
  assert.doesNotMatch(found.answer, STAFF);

  // Whoever is told what follows is told it of these people.
  const list = (await ask<{ jobs: { kind: string; id: string }[] }>(server, officer, 'GET', '/jobs')).body
    .jobs;
  const duties = list.find(({ kind }) => kind === 'assess-duties');
  assert.ok(duties !== undefined);
  assert.equal((await ended(server, officer, duties.id)).state, 'done');
  await tellThem(server, at, { run: scoped, people: theirs });
  const record = (await ask<Shown>(server, officer, 'GET', at)).body;
  assert.deepEqual(
    record.timeline.map(({ kind }) => kind).filter((kind) => /^(trace|unlock|leaks|run|task)-/.test(kind)),
    [
      'trace-opened',
      'trace-gate-confirmed',
      'trace-run-asked',
      'trace-run-finished',
      'unlock-asked',
      'unlock-granted',
      'trace-name-shown',
      'trace-packed',
      'task-added',
      'task-added',
      'trace-measures-taken',
      'leaks-set',
      'trace-suspect-confirmed',
      'run-asked',
      'run-finished',
    ],
  );
  assert.deepEqual(
    record.evidence.map(({ kind }) => kind),
    ['trace', 'run'],
  );
  assert.doesNotMatch(JSON.stringify(record), STAFF);

  // A run that is cancelled, one that fails, and one that nobody may see.
  const nowhere = { ...definition, reports: { at: 'none.csv', id: 'customer_id' } };
  const failing = (
    await ask<Opened>(server, investigator, 'POST', `${at}/traces/${trace}/runs`, { definition: nowhere })
  ).body.job;
  assert.deepEqual(await ended(server, investigator, failing).then((x) => [x.state, x.code]), [
    'failed',
    'file-missing',
  ]);
  const second = (
    await ask<Opened>(server, investigator, 'POST', `${at}/traces/${trace}/runs`, { definition })
  ).body.job;
  assert.equal((await ask(server, investigator, 'POST', `/jobs/${second}/cancel`, {})).status, 200);
  assert.equal((await ended(server, investigator, second)).state, 'cancelled');
  await ask(server, officer, 'PUT', `${at}/people`, { people: [me], reason: 'An insider.' });
  assert.equal((await ask(server, investigator, 'GET', run)).body.code, 'incident-not-found');

  await plant(server, officer);

  // Before its time, with a reason: nothing is left but entries.
  assert.equal(
    (await ask(server, officer, 'POST', `${at}/traces/${trace}/erase`, { reason: 'It is done.' })).status,
    200,
  );
  assert.equal((await ask<Run>(server, officer, 'GET', run)).body.answer, null);
  assert.equal((await names(officer)).code, 'trace-erased');
  assert.equal((await server.stop()).exit, 0, server.log());
  assert.doesNotMatch(server.log(), STAFF);
});

const LANGUAGES = ['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'sv', 'ja'];
const STATEMENT = {
  texts: {
    cause: Object.fromEntries(LANGUAGES.map((language) => [language, 'An employee passed addresses on.'])),
  },
  nextBy: '2027-01-15',
};

/** Everybody whom the suspect looked up is told by mail, and what they ask about it is answered: out of the same run. */
async function tellThem(
  server: Served,
  at: string,
  { run, people }: Readonly<{ run: string; people: ReadonlySet<string | undefined> }>,
): Promise<void> {
  const { investigator, officer, approver } = cookies;
  const given = { run, cohort: 'exposed', statement: STATEMENT };
  const made = await ask<CampaignChanged>(server, investigator, 'POST', `${at}/campaigns`, given);
  assert.equal(made.status, 200, JSON.stringify(made.body));
  const one = `${at}/campaigns/${made.body.campaign}`;
  const reach = async (state: string): Promise<CampaignShown> => {
    const until = Date.now() + LONGEST_MS;
    for (;;) {
      const { body } = await ask<CampaignShown>(server, officer, 'GET', one);
      if (body.state === state) return body;
      assert.ok(Date.now() < until, JSON.stringify(body));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const prepared = await reach('prepared');
  assert.equal(prepared.people, people.size);
  const approval = await ask(server, approver, 'POST', `${one}/approval`, { hash: prepared.hash });
  assert.equal(approval.status, 200, JSON.stringify(approval.body));
  const started = await ask(server, investigator, 'POST', `${one}/start`, {});
  assert.equal(started.status, 200, JSON.stringify(started.body));
  // The first hundred are looked at before the rest goes.
  assert.equal((await reach('paused')).sums.accepted, 100);
  const resumed = await ask(server, investigator, 'POST', `${one}/resume`, {});
  assert.equal(resumed.status, 200, JSON.stringify(resumed.body));
  await reach('sent');
  const addressed = new Set([...people].map((id) => `${(id ?? '').replace('-', '')}@mail.example`));
  const notices = sink.taken.filter(({ to }) => addressed.has(to));
  assert.deepEqual(new Set(notices.map(({ to }) => to)), addressed);
  assert.equal(notices.length, addressed.size, 'nobody is told twice');

  const { to, bytes } = notices[0] ?? assert.fail();
  const { text = '' } = await PostalMime.parse(bytes);
  assert.doesNotMatch(text, STAFF);
  const code = /\w{4}-\w{5}-\w{5}-\w{5}/.exec(text)?.[0] ?? assert.fail(text);
  const check = async (address: string) =>
    (await ask<{ is: string }>(server, '', 'POST', '/check-code', { code, address })).body.is;
  assert.equal(await check(to), 'sent-to-this-address');
  assert.equal(await check('mallory@elsewhere.example'), 'not-sent-to-this-address');
  const { body: listed } = await ask<AddresseesListed>(server, officer, 'GET', `${one}/people?most=1000`);
  assert.equal(listed.people.filter(({ state }) => state === 'accepted').length, addressed.size);
}

type Mail = Readonly<{ to: string; from: string; path?: string; headers?: Record<string, string> }>;
async function mail({ to, from, path = from, headers = {} }: Mail): Promise<void> {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: smtpPort, ignoreTLS: true });
  try {
    const envelope = { from: path, to };
    await transport.sendMail({ envelope, from, to, headers, subject: 'Your order', text: 'On its way.\n' });
  } finally {
    transport.close();
  }
}

let aliasOf: Readonly<{ alias: string; id: string }>;
const toAnna = () => sink.taken.filter(({ to }) => to === 'anna@people.example');

/** Mail to an alias, by SMTP as a seller's server sends it: from the seller, from a stranger, and one that has gone round. */
async function mailToAliases(server: Served, officer: string): Promise<void> {
  await ask(server, officer, 'POST', '/alias-books', { gate: GATE });
  const aliases = [
    {
      customer: 'c-1',
      address: 'anna@people.example',
      viewer: { kind: 'seller', name: 'Lamp Shop' },
      order: 'o-1',
      expects: ['lamps.example'],
    },
  ];
  const made = await ask<AliasesMade>(server, officer, 'POST', '/aliases', { aliases });
  aliasOf = made.body.aliases[0] ?? assert.fail(JSON.stringify(made.body));
  const to = aliasOf.alias;
  await mail({ to, from: 'orders@lamps.example' });
  await mail({ to, from: 'deals@stranger.example' });
  await mail({ to, from: 'round@lamps.example', headers: { 'Delivered-To': to } });
  await assert.rejects(mail({ to: 'nobodynobody22@relay.marlow.example', from: 'x@lamps.example' }), /550/);
}

/** What became of it: handed on once each with a sender of ours, the round one not, and the stranger's is evidence. */
async function handedOn(server: Served, officer: string): Promise<void> {
  const until = Date.now() + LONGEST_MS;
  while (toAnna().length < 2) {
    assert.ok(Date.now() < until, server.log());
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const senders = toAnna().map(({ from }) => from);
  assert.equal(senders.length, 2);
  for (const from of senders) assert.match(from, /^SRS0=.*@relay\.marlow\.example$/);
  const { mails } = (await ask<AliasesListed>(server, officer, 'GET', '/aliases')).body;
  assert.deepEqual(
    mails.map(({ name, customer, read }) => [name, customer, read?.sender?.address]),
    [['Lamp Shop', 'c-1', 'deals@stranger.example']],
  );
  const found = await ask<AliasFound>(server, officer, 'POST', '/aliases/find', { alias: aliasOf.alias });
  assert.equal(found.status, 200, JSON.stringify(found.body));
  // What the customer's server could not deliver comes back to us, and goes back to whoever wrote.
  const first = toAnna().find(({ from }) => from.includes('=lamps.example=orders@')) ?? assert.fail();
  await mail({ to: first.from, from: 'mailer-daemon@mx.people.example', path: '' });
  // Nobody else sends to others through us.
  await assert.rejects(mail({ to: first.from.replace('orders', 'victim'), from: 'x@spam.example' }), /550/);
}

type Given = { places: { kind: string; name: string | null; customers: { email: string }[] }[] };

/**
 * Decoys in the views of sixty employees, the leaker's among them, loaded as the shop's customers; then three of the leaker's get
 * mail, and one of another's that says it is ours.
 */
async function plant(server: Served, officer: string): Promise<void> {
  const leaker = truth.leakers[0] ?? '';
  const others = Array.from({ length: 60 }, (_, n) => `e-${n + 1}`).filter((name) => name !== leaker);
  const places = [leaker, ...others].map((name) => ({ kind: 'view', name }));
  const planting = { gate: GATE, places, perPlace: 5, nowhere: 20 };
  const planted = await ask<{ planting: string }>(server, officer, 'POST', '/decoys', { planting });
  assert.equal(planted.status, 200, JSON.stringify(planted.body));
  const given = await ask<Given>(server, officer, 'POST', `/decoys/${planted.body.planting}/copies`, {});
  const emailsOf = (name: string) =>
    given.body.places.find((place) => place.name === name)?.customers.map(({ email }) => email) ?? [];
  const rows = given.body.places
    .flatMap(({ customers }) => customers)
    .map(({ email }, n) => `n-${n + 1},${email},R0,2020-01-01\n`);
  appendFileSync(join(shop, 'customers.csv'), rows.join(''));
  decoyOfTheirs = rows.find((row) => row.includes(emailsOf(leaker)[0] ?? '-'))?.split(',')[0] ?? '';
  const mails = [...emailsOf(leaker).slice(0, 3), emailsOf(others[0] ?? '')[0] ?? ''];
  for (const [n, email] of mails.entries()) {
    const from = n < 3 ? 'lamps@x1.lamps.example' : 'news@marlow.example';
    const head = `Delivered-To: ${email}\r\nFrom: ${from}\r\nTo: ${email}\r\nSubject: An offer\r\n\r\n`;
    writeFileSync(join(decoyMail, 'new', `mail-${n}`), `${head}Lamps for half the price.\r\n`);
  }
}
let decoyOfTheirs = '';

/** What everybody can see, out of the same logs, behind the same gate. */
async function countAccess(server: Served, incident: string, trace: string): Promise<void> {
  const { investigator } = cookies;
  const leaker = truth.leakers[0] ?? '';
  writeFileSync(join(shop, 'grants.csv'), 'role,tool,field,customers\nagent,desk,email,*\n');
  writeFileSync(join(shop, 'proposal.csv'), 'role,tool,field,customers\nagent,desk,email,region=R0\n');
  writeFileSync(join(shop, 'members.csv'), `employee,role\n${leaker},agent\n`);
  const definition = {
    from: '2026-06-01T00:00:00Z',
    to: '2026-08-30T00:00:00Z',
    tools: [{ tool: 'desk', log: 'admin', fields: ['email'] }],
    grants: { format: 'csv', grants: 'grants.csv', members: 'members.csv' },
    proposal: { format: 'csv', grants: 'proposal.csv', members: 'members.csv' },
  };
  const at = `/incidents/${incident}/traces/${trace}`;
  const { job } = (await ask<Opened>(server, investigator, 'POST', `${at}/access-runs`, { definition })).body;
  assert.deepEqual(await ended(server, investigator, job).then((x) => [x.state, x.code]), [
    'done',
    undefined,
  ]);
  const { body } = await ask<Run>(server, investigator, 'GET', `${at}/runs/${job}`);
  const { each, customers, replay, people } = AccessAnswer.parse(JSON.parse(body.answer));
  const rows = readFileSync(join(shop, 'customers.csv'), 'utf8').trim().split('\n').length - 1;
  const seen = new Set(
    readFileSync(join(shop, 'admin.csv'), 'utf8')
      .split('\n')
      .map((line) => line.split(','))
      .filter(([, who]) => who === leaker)
      .map(([, , , customer]) => customer),
  );
  const [first] = each;
  assert.deepEqual(
    [customers, first?.reachable, first?.used, first?.idle, people.withGrants],
    [rows, rows, seen.size, rows - seen.size, 1],
  );
  assert.equal(replay?.reachableBefore, rows);
  assert.doesNotMatch(body.answer, STAFF);
}

/** As a customer's program forwards it. */
const forward = (to: string, sender: string, words: string) =>
  `---------- Forwarded message ---------\nFrom: ${sender.split('@')[0]} <${sender}>\nDate: Sunday, 22 November 2026 9:31\nSubject: An offer\nTo: <${to}>\n\n\n${words}\nhttps://www.${sender.split('@')[1]}/offer\n`;

test('what customers have reported as one campaign are the reports of a trace, and unrelated spam is none', async () => {
  const server = await desk.serve(['--workspace', 'shop/forthright.yaml']);
  const { investigator, officer, approver } = cookies;
  await handedOn(server, officer);
  // These reports come in now, long after those who handle complaints looked their writers up: they would stand out, and rightly.
  const admin = join(shop, 'admin.csv');
  const lines = readFileSync(admin, 'utf8').split('\n');
  const kept = lines.filter((line) => !line.includes(truth.complaints));
  // The leaker has seen one of the decoys, at the time of some other look-up.
  const middle = Math.floor(kept.length / 2);
  const [time] = (kept[middle] ?? '').split(',');
  kept.splice(middle, 0, `${time},${truth.leakers[0]},view_contact,${decoyOfTheirs}`);
  writeFileSync(admin, kept.join('\n'));
  const seen = new Set(
    readFileSync(join(shop, 'admin.csv'), 'utf8')
      .split('\n')
      .filter((line) => line.split(',')[1] === truth.leakers[0])
      .map((line) => line.split(',')[3]),
  );
  const reporters = readFileSync(join(shop, 'reports.csv'), 'utf8').trim().split('\n').slice(1);
  let [theirs, others] = [0, 0];
  for (const line of reporters.slice(0, 40)) {
    const [id = ''] = line.split(',');
    const isTheirs = seen.has(id);
    if (isTheirs) theirs += 1;
    else others += 1;
    const address = `${id.replace('-', '')}@mail.example`;
    const sender = isTheirs ? `lamps@x${theirs % 3}.lamps.example` : `spam@unrelated-${others}.example`;
    const words = `Offer number ${theirs + others} is for you.`;
    const given = { address, text: forward(address, sender, words) };
    const heard = await ask<{ heard: string }>(server, investigator, 'POST', '/reports', given);
    assert.equal(heard.body.heard, 'kept', JSON.stringify(heard.body));
  }
  type Groups = { reports: number; groups: { group: string; reports: number; senders: string[] }[] };
  const { groups } = (await ask<Groups>(server, investigator, 'GET', '/reports/groups')).body;
  assert.deepEqual([groups[0]?.reports, groups.length], [theirs, others + 1]);

  const { gate: fileGate, title: _, ...definition } = parse(readFileSync(join(shop, 'trace.yaml'), 'utf8'));
  const { occasion: __, ...gate } = fileGate;
  const { incident } = (
    await ask<Opened>(server, officer, 'POST', '/incidents', { title: 'Lamps', kind: 'insider' })
  ).body;
  const at = `/incidents/${incident}/traces`;
  const { trace } = (await ask<Opened>(server, officer, 'POST', at, { gate })).body;
  const confirm = { reason: 'The works agreement covers it.' };
  assert.equal((await ask(server, approver, 'POST', `${at}/${trace}/confirm`, confirm)).status, 200);
  const start = async (reports: object, more: object = {}) =>
    ask<Opened>(server, investigator, 'POST', `${at}/${trace}/runs`, {
      definition: { ...definition, reports, ...more },
    });
  const { job } = (await start({ groups: [groups[0]?.group] })).body;
  assert.deepEqual(await ended(server, investigator, job).then((x) => [x.state, x.code]), [
    'done',
    undefined,
  ]);
  const { answer, evidence: run } = (await ask<Run>(server, officer, 'GET', `${at}/${trace}/runs/${job}`))
    .body;
  const { outcome, reports, evidence, named } = TraceAnswer.parse(JSON.parse(answer));
  assert.deepEqual([outcome, reports.used, reports.unidentified], ['named', theirs, 0]);
  assert.ok((named[0]?.hits ?? 0) >= theirs * 0.9);
  assert.ok(
    evidence.some(({ path }) => path === 'received/reports.csv'),
    JSON.stringify(evidence),
  );
  assert.doesNotMatch(answer, /\/tmp\//);
  const pseudonym = named[0]?.candidate;
  const wish = { run, pseudonym, reason: 'To hear them.' };
  const { id: unlock } = (
    await ask<{ id: string }>(server, officer, 'POST', `/incidents/${incident}/unlocks`, wish)
  ).body;
  const grant = `/incidents/${incident}/unlocks/${unlock}/grant`;
  assert.equal((await ask(server, approver, 'POST', grant, { reason: 'Read.' })).status, 200);
  const said = await ask<{ account: string }>(server, officer, 'POST', `${at}/${trace}/runs/${job}/names`, {
    pseudonym,
  });
  assert.equal(said.body.account, truth.leakers[0]);

  // Mail to decoys, once the program has read it: of each place but an employee's view it is said which.
  type Listed = { mails: { id: string; place: string; name: string | null; fromUs: boolean }[] };
  const until = Date.now() + LONGEST_MS;
  let mails: Listed['mails'] = [];
  while (mails.length < 4) {
    assert.ok(Date.now() < until, server.log());
    ({ mails } = (await ask<Listed>(server, investigator, 'GET', '/decoys')).body);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.deepEqual([...new Set(mails.map(({ place, name }) => `${place} ${name}`))], ['view null']);
  assert.equal(mails.filter(({ fromUs }) => fromUs).length, 1);
  const ids = mails.filter(({ fromUs }) => !fromUs).map(({ id }) => id);

  // Whatever else was reported may be the controls; so few show nothing, so that reports name nobody. Decoys need no controls but their own.
  const group = groups[0]?.group ?? '';
  const few = (
    await start(
      { groups: [group] },
      { controls: [{ name: 'others', otherThanGroups: [group] }], decoys: { mails: ids } },
    )
  ).body;
  assert.equal((await ended(server, investigator, few.job)).state, 'done');
  const { body } = await ask<Run>(server, officer, 'GET', `${at}/${trace}/runs/${few.job}`);
  const byDecoys = TraceAnswer.parse(JSON.parse(body.answer));
  assert.deepEqual([byDecoys.outcome, byDecoys.named.length], ['named', 1]);
  assert.deepEqual(byDecoys.decoys, {
    planted: 61 * 5 + 20,
    places: 61,
    mails: 3,
    hit: 3,
    nowhere: 20,
    nowhereHit: 0,
    count: true,
    inDirectory: 61 * 5 + 20,
    aliases: 0,
    aliasesHit: 0,
  });
  const [suspect] = byDecoys.named;
  assert.deepEqual([suspect?.hits, suspect?.decoys?.planted, suspect?.decoys?.hits.length], [0, 5, 3]);
  assert.ok(byDecoys.cautions.some((words) => words.includes('The reports did not count')));
  const looks = suspect?.decoys?.hits.flatMap(({ lookUps }) => lookUps) ?? [];
  assert.deepEqual(
    looks.map(({ candidate, file, row }) => [candidate, kept[row]?.split(',')[3], file]),
    [[suspect?.candidate, decoyOfTheirs, 'admin.csv']],
  );
  assert.doesNotMatch(body.answer, STAFF);
  assert.doesNotMatch(body.answer, /post\.example/);

  await countAccess(server, incident, trace);

  const none = (await start({ groups: [`rpt_${'0'.repeat(32)}`] })).body;
  assert.deepEqual(await ended(server, investigator, none.job).then((x) => [x.state, x.code]), [
    'failed',
    'report-not-found',
  ]);
  const toSeller = () => sink.taken.filter(({ to }) => to === 'orders@lamps.example');
  const last = Date.now() + LONGEST_MS;
  while (toSeller().length === 0) {
    assert.ok(Date.now() < last, server.log());
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.deepEqual(
    toSeller().map(({ from }) => from),
    [''],
  );
  assert.equal(toAnna().length, 2, 'what has gone round goes no further');
  assert.equal((await server.stop()).exit, 0, server.log());
});
