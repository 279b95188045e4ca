/**
 * From customers' reports to whom they point to, and from there to everybody concerned, as users have it: through a server, over a
 * simulated workspace whose truth is known.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ScopeAnswer, TraceAnswer } from '@forthright/contract';
import { parse } from 'yaml';
import { unpacked } from '../../server/src/platform/archive.ts';
import { SIMULATED, simulateWorkspace, type Truth } from '../../server/src/trace/index.ts';
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

before(async () => {
  truth = await simulateWorkspace(SMALL, shop);
});
after(() => desk.close());

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
  const { gate: fileGate, title: _, ...definition } = parse(readFileSync(join(shop, 'trace.yaml'), 'utf8'));
  const { occasion: __, ...gate } = fileGate;
  const given = { title: 'Addresses that came to a shop', kind: 'insider' };
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
  const record = (await ask<Shown>(server, officer, 'GET', at)).body;
  assert.deepEqual(
    record.timeline.map(({ kind }) => kind).filter((kind) => /^(trace|unlock|leaks|run|task)-/.test(kind)),
    [
      'trace-opened',
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

/** As a customer's program forwards it. */
const forward = (to: string, sender: string, words: string) =>
  `---------- Forwarded message ---------\nFrom: ${sender.split('@')[0]} <${sender}>\nDate: Sunday, 22 November 2026 9:31\nSubject: An offer\nTo: <${to}>\n\n\n${words}\nhttps://www.${sender.split('@')[1]}/offer\n`;

test('what customers have reported as one campaign are the reports of a trace, and unrelated spam is none', async () => {
  const server = await desk.serve(['--workspace', 'shop/forthright.yaml']);
  const { investigator, officer, approver } = cookies;
  // These reports come in now, long after those who handle complaints looked their writers up: they would stand out, and rightly.
  const admin = join(shop, 'admin.csv');
  const lines = readFileSync(admin, 'utf8').split('\n');
  writeFileSync(admin, lines.filter((line) => !line.includes(truth.complaints)).join('\n'));
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

  // Whatever else was reported may be the controls; so few show nothing, and then nobody is named.
  const group = groups[0]?.group ?? '';
  const few = (await start({ groups: [group] }, { controls: [{ name: 'others', otherThanGroups: [group] }] }))
    .body;
  assert.equal((await ended(server, investigator, few.job)).state, 'done');
  const { body } = await ask<{ outcome: string; refusal: string }>(
    server,
    officer,
    'GET',
    `${at}/${trace}/runs/${few.job}`,
  );
  assert.deepEqual([body.outcome, body.refusal], ['refused', 'too-few-controls']);

  const none = (await start({ groups: [`rpt_${'0'.repeat(32)}`] })).body;
  assert.deepEqual(await ended(server, investigator, none.job).then((x) => [x.state, x.code]), [
    'failed',
    'report-not-found',
  ]);
  assert.equal((await server.stop()).exit, 0, server.log());
});
