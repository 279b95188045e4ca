/** Streams of events through the real door, over a real connection. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addJob, cancelJob } from '../platform/queue/index.ts';
import { Streams } from './events.ts';
import { type As, World } from './testing.ts';

let world: World;
let address: string;
let root: As;
let investigator: As;
let officer: As & { id: string };
let support: As;
let incident: string;

before(async () => {
  world = await World.open();
  root = await world.first();
  investigator = await world.person(root, 'iris@marlow.example', ['investigator']);
  officer = await world.person(root, 'olga@marlow.example', ['privacy-officer']);
  support = await world.person(root, 'sam@marlow.example', ['support-agent']);
  address = await world.app.listen({ host: '127.0.0.1', port: 0 });
  const given = { title: 'A label', kind: 'misdelivery' };
  incident = String((await world.ask('POST', '/api/incidents', investigator, given)).body.incident);
});
after(() => world.close());

const newJob = (subject: string | undefined = incident) =>
  world.db.transaction(
    async (tx) =>
      (await addJob(tx, { kind: 'k', subject, input: {}, mostAttempts: 1, by: 'usr_ada' }, world.now())) ??
      assert.fail(),
  );

function open(job: string, as: As, lastEvent?: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${address}/api/jobs/${job}/events`, {
    headers: {
      ...(as.cookie === undefined ? {} : { cookie: as.cookie }),
      ...(as.token === undefined ? {} : { authorization: `Bearer ${as.token}` }),
      ...(lastEvent === undefined ? {} : { 'last-event-id': lastEvent }),
    },
    ...(signal === undefined ? {} : { signal }),
  });
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code;

/** What comes until `isEnough`, or until the end. */
async function textOf(answer: Response, isEnough: (text: string) => boolean = () => false): Promise<string> {
  let text = '';
  assert.ok(answer.body);
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (isEnough(text)) break;
  }
  return text;
}

test('silence is broken by heartbeats, and ends when its time is over', async () => {
  const streams = new Streams({ heartbeatMs: 20, longestMs: 200 });
  const abort = streams.take('usr_ada');
  async function* silence() {
    await new Promise((resolve) => abort.signal.addEventListener('abort', resolve, { once: true }));
    yield* [];
  }
  let text = '';
  for await (const piece of streams.readable(silence(), abort)) text += piece;
  assert.match(text, /^retry: 2000\n\n(: still here\n\n){2,}$/);
});

test('who may not, and what is no id of an event, is refused with a problem document before anything streams', async () => {
  const job = await newJob();
  assert.equal(await codeOf(await open(job, {})), 'not-signed-in');
  assert.equal(await codeOf(await open(job, support)), 'not-permitted');
  for (const last of ['x', '-1', '1.5', '9999999999']) {
    const answer = await open(job, investigator, last);
    assert.equal(answer.status, 400);
    assert.equal(await codeOf(answer), 'request-malformed', last);
  }
  assert.equal(await codeOf(await open(`job_${'0'.repeat(32)}`, investigator)), 'job-not-found');
  assert.equal(await codeOf(await open(await newJob('inc_other'), investigator)), 'job-not-found');
});

test('by cookie or token: events come as they are made, and the stream ends with the final state', async () => {
  const job = await newJob();
  const given = { name: 'watch', scopes: ['investigator'], days: 1 };
  const { secret } = (await world.ask('POST', '/api/tokens', investigator, given)).body;
  for (const as of [investigator, { token: String(secret) }]) {
    const answer = await open(job, as);
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(
      await textOf(answer, (text) => text.includes('data:')),
      /^retry: 2000\n\nid: 1\nevent: waiting\ndata: \{/,
    );
  }
  const following = textOf(await open(job, investigator, '1'));
  await world.db.transaction((tx) => cancelJob(tx, job, world.now()));
  const at = world.now().toISOString();
  assert.equal(
    await following,
    `retry: 2000\n\nid: 2\nevent: cancelled\ndata: {"state":"cancelled","at":"${at}"}\n\n`,
  );
  assert.equal((await open(job, investigator, '2')).status, 204);
});

test('whoever may see the incident no more sees no more of its job', async () => {
  const job = await newJob();
  const answer = await open(job, investigator);
  const following = textOf(answer);
  const named = { people: [officer.id], reason: 'An insider.' };
  await world.ask('PUT', `/api/incidents/${incident}/people`, officer, named);
  await world.db.transaction((tx) => cancelJob(tx, job, world.now()));
  assert.doesNotMatch(await following, /cancelled/);
  assert.equal(await codeOf(await open(job, investigator, '1')), 'job-not-found');
  await world.ask('PUT', `/api/incidents/${incident}/people`, officer, {
    people: null,
    reason: 'It was none.',
  });
});

test('without a workspace no run can be asked for, and administrators see the program’s own jobs alone', async () => {
  const list = { id: 'l', kind: 'list', fields: ['name'], people: { at: 'people.csv', id: 'id' } };
  const at = `/api/incidents/${incident}`;
  assert.equal(
    (await world.ask('PUT', `${at}/leaks`, investigator, { version: 0, leaks: [list] })).status,
    200,
  );
  assert.equal((await world.ask('POST', `${at}/runs`, investigator, {})).body.code, 'workspace-missing');
  const own = await world.db.transaction((tx) =>
    addJob(tx, { kind: 'upkeep', input: {}, mostAttempts: 1, by: 'program' }, world.now()),
  );
  const jobs = async (as: As, query = '') =>
    ((await world.ask('GET', `/api/jobs${query}`, as)).body.jobs as { id: string; incident?: string }[]) ??
    [];
  assert.deepEqual(
    (await jobs(root)).map(({ id }) => id),
    [own],
  );
  assert.equal((await world.ask('GET', `/api/jobs/${own}`, root)).status, 200);
  assert.equal((await world.ask('GET', `/api/jobs/${own}`, investigator)).body.code, 'job-not-found');
  const of = await jobs(investigator, `?incident=${incident}`);
  assert.ok(of.length >= 3 && of.every((job) => job.incident === incident));
  assert.equal((await world.ask('GET', `/api/jobs/${of[0]?.id}`, root)).body.code, 'job-not-found');
  // What is no run of scope is the program's to end.
  assert.equal(
    (await world.ask('POST', `/api/jobs/${of[0]?.id}/cancel`, investigator, {})).body.code,
    'job-not-found',
  );
});

test('one can have eight streams, a place is free again when a reader goes, and each leaves one line in the log', async () => {
  const job = await newJob();
  const lines = () =>
    world.lines
      .map((line) => JSON.parse(line))
      .filter(({ event, route, status }) => event === 'request' && /events$/.test(route) && status === 200)
      .length;
  const before = lines();
  const stops = Array.from({ length: 8 }, () => new AbortController());
  // Held: fetch cancels what nobody refers to any more.
  const held: Response[] = [];
  for (const { signal } of stops) held.push(await open(job, officer, '0', signal));
  assert.ok(held.every(({ status }) => status === 200));
  const ninth = await open(job, officer);
  assert.equal(ninth.status, 429);
  assert.equal(ninth.headers.get('retry-after'), '5');
  const asked = { name: 'watcher', scopes: ['privacy-officer'] };
  const { secret } = (await world.ask('POST', '/api/tokens', officer, asked)).body;
  assert.equal((await open(job, { token: String(secret) })).status, 429, 'a token is no second person');
  held.push(await open(job, investigator));
  assert.equal(held.at(-1)?.status, 200, 'another has theirs');
  stops[0]?.abort();
  let again = await open(job, officer);
  for (let n = 0; again.status === 429 && n < 1200; n++) {
    await sleep(25);
    again = await open(job, officer);
  }
  assert.equal(again.status, 200);
  for (let n = 0; lines() === before; n++) {
    assert.ok(n < 1200, 'the one that ended is not in the log');
    await sleep(25);
  }
  // When the server ends, its streams do.
  const ended = textOf(again);
  await world.app.close();
  await ended;
  assert.equal(held.length, 9);
  assert.equal(lines() - before, 10);
});
