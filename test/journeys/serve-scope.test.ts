/** A run of scope as its users have it: through the server, with the process killed in the midst of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ScopeAnswer } from '@forthright/contract';
import { parse } from 'yaml';
import { differencesOf } from '../marketplace/compare.ts';
import { generateMarketplace, type Truth } from '../marketplace/index.ts';
import { type Answered, ask as askAs, invitePeople } from './asking.ts';
import { Desk, type Served } from './terminal.ts';

const desk = new Desk();
const work = desk.folder;
const shop = join(work, 'shop');
let truth: Truth;

before(async () => {
  truth = await generateMarketplace({ directory: shop, customers: 1000, lines: 20_000, seed: 11 });
});
after(() => desk.close());

const serve = () => desk.serve(['--workspace', 'shop/forthright.yaml']);
type Body = Record<string, never> & { code?: string };
const ask = <T = Body>(...asked: Parameters<typeof askAs>): Promise<Answered<T>> => askAs<T>(...asked);

type Read = { id: number; event: string; data: { state: string; step?: string } };

/** Reads a job's stream until it ends, or until `isEnough`. */
async function read(
  server: Served,
  cookie: string,
  job: string,
  { after, isEnough = () => false }: { after?: number; isEnough?: (event: Read) => boolean } = {},
): Promise<{ status: number; events: Read[] }> {
  const stop = new AbortController();
  const answer = await fetch(`${server.address}/api/jobs/${job}/events`, {
    headers: { cookie, ...(after === undefined ? {} : { 'last-event-id': String(after) }) },
    signal: stop.signal,
  });
  const events: Read[] = [];
  if (answer.status !== 200 || answer.body === null) return { status: answer.status, events };
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
  let text = '';
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(': ') + 2)]),
      );
      if (fields.data === undefined) continue;
      const event = { id: Number(fields.id), event: fields.event ?? '', data: JSON.parse(fields.data) };
      events.push(event);
      if (isEnough(event)) {
        stop.abort();
        return { status: 200, events };
      }
    }
  }
  return { status: 200, events };
}

type Run = { job: string; state: string; run?: string; sha256?: string; bytes?: number; figures?: object };

test('a run that was killed in the midst of it is done after the restart, once, with its evidence', async () => {
  let server = await serve();
  const { investigator, officer } = await invitePeople(server, {
    investigator: 'investigator',
    officer: 'privacy-officer',
  });
  const leak = truth.leaks.page;
  assert.ok(leak);
  const { leaks } = parse(readFileSync(join(shop, leak.incident), 'utf8')) as { leaks: object[] };

  const opened = await ask<{ incident: string }>(server, investigator, 'POST', '/incidents', {
    title: 'Review pages',
    kind: 'technical-error',
  });
  const { incident } = opened.body;
  const at = `/incidents/${incident}`;
  const tooEarly = await ask(server, investigator, 'POST', `${at}/runs`, {});
  assert.equal(tooEarly.body.code, 'leaks-missing');
  const set = await ask<{ version: number }>(server, investigator, 'PUT', `${at}/leaks`, {
    version: 0,
    leaks,
  });
  assert.deepEqual([set.status, set.body.version], [200, 1]);
  const asked = await ask<{ id: string }>(server, investigator, 'POST', `${at}/runs`, {});
  assert.equal(asked.status, 200);
  const job = asked.body.id;

  // Killed when it has begun to read.
  const live = await read(server, investigator, job, { isEnough: ({ data }) => data.step !== undefined });
  assert.equal(live.events.at(-1)?.event, 'running');
  await server.stop('SIGKILL');

  server = await serve();
  const seen = live.events.at(-1)?.id ?? 0;
  const rest = await read(server, investigator, job, { after: seen });
  const ids = rest.events.map(({ id }) => id);
  assert.equal(ids[0], seen + 1, 'the stream goes on where it was cut off');
  assert.deepEqual(
    ids,
    [...ids].sort((a, b) => a - b),
  );
  assert.equal(rest.events.at(-1)?.event, 'done', server.log());
  assert.ok(rest.events.some(({ data }) => /reading log/.test(data.step ?? '')));
  assert.equal((await read(server, investigator, job, { after: ids.at(-1) ?? 0 })).status, 204);

  const { runs } = (await ask<{ runs: Run[] }>(server, officer, 'GET', `${at}/runs`)).body;
  assert.equal(runs.length, 1);
  const shown = (await ask<Run & { answer: string }>(server, officer, 'GET', `${at}/runs/${job}`)).body;
  const answer = ScopeAnswer.parse(JSON.parse(shown.answer));
  assert.deepEqual(differencesOf(truth, leak, answer), []);
  assert.equal(createHash('sha256').update(shown.answer).digest('hex'), shown.sha256);
  type Shown = {
    evidence: { kind: string; sha256: string }[];
    timeline: { kind: string; facts: { figures?: object; job?: string } }[];
  };
  const record = (await ask<Shown>(server, officer, 'GET', at)).body;
  assert.deepEqual(
    record.evidence.map(({ kind, sha256 }) => [kind, sha256]),
    [['run', shown.sha256]],
  );
  const finished = record.timeline.filter(({ kind }) => kind === 'run-finished');
  assert.deepEqual(
    finished.map(({ facts }) => [facts.job, facts.figures]),
    [[job, shown.figures]],
  );
  assert.equal(JSON.stringify(record.timeline).includes(answer.recipients.top[0]?.viewer ?? 'nobody'), false);

  // Leaks that do not fit the workspace, and files that are not the workspace's.
  const wrong = leaks.map((one) => ({ ...one, log: 'webb' }));
  const two = await ask(server, investigator, 'PUT', `${at}/leaks`, { version: 1, leaks: wrong });
  assert.equal(two.status, 200);
  const refused = await ask<{ code: string; problems: { message: string }[] }>(
    server,
    investigator,
    'POST',
    `${at}/runs`,
    {},
  );
  assert.equal(refused.body.code, 'incident-invalid');
  assert.match(refused.body.problems[0]?.message ?? '', /no log .*webb.*did you mean/);
  const stale = await ask<{ code: string; problems: { at: string }[] }>(
    server,
    investigator,
    'PUT',
    `${at}/leaks`,
    { version: 1, leaks },
  );
  assert.equal(stale.body.code, 'incident-changed');
  assert.equal(stale.body.problems.length, 1);
  for (const path of [
    '/etc/passwd',
    '../data/x.csv',
    's3://b/x.csv',
    '.hidden/x.csv',
    'forthright.yaml',
    'a*.csv',
  ]) {
    const list = { id: 'l', kind: 'list', fields: ['name'], people: { at: path, id: 'id' } };
    const outside = await ask(server, investigator, 'PUT', `${at}/leaks`, { version: 2, leaks: [list] });
    assert.equal(outside.body.code, 'incident-invalid', path);
  }

  // A run that fails says why; one that is cancelled leaves nothing.
  const nowhere = { id: 'l', kind: 'list', fields: ['name'], people: { at: 'lists/none.csv', id: 'id' } };
  await ask(server, investigator, 'PUT', `${at}/leaks`, { version: 2, leaks: [nowhere] });
  const failing = (await ask<{ id: string }>(server, investigator, 'POST', `${at}/runs`, {})).body.id;
  const failed = await read(server, investigator, failing);
  assert.equal(failed.events.at(-1)?.event, 'failed');
  type Job = { state: string; code?: string };
  const why = (await ask<Job>(server, investigator, 'GET', `/jobs/${failing}`)).body;
  assert.deepEqual([why.state, why.code], ['failed', 'file-missing']);

  // A plain path that is a link out of the workspace's folder.
  writeFileSync(join(work, 'secret.csv'), 'id\n1\n');
  symlinkSync(join(work, 'secret.csv'), join(shop, 'link.csv'));
  const link = { ...nowhere, people: { at: 'link.csv', id: 'id' } };
  await ask(server, investigator, 'PUT', `${at}/leaks`, { version: 3, leaks: [link] });
  const led = (await ask<{ id: string }>(server, investigator, 'POST', `${at}/runs`, {})).body.id;
  assert.equal((await read(server, investigator, led)).events.at(-1)?.event, 'failed');
  assert.equal((await ask<Job>(server, investigator, 'GET', `/jobs/${led}`)).body.code, 'file-unreadable');

  await ask(server, investigator, 'PUT', `${at}/leaks`, { version: 4, leaks });
  const cancelled = (await ask<{ id: string }>(server, investigator, 'POST', `${at}/runs`, {})).body.id;
  await read(server, investigator, cancelled, { isEnough: ({ data }) => data.step !== undefined });
  assert.equal((await ask(server, investigator, 'POST', `/jobs/${cancelled}/cancel`, {})).status, 200);
  assert.equal((await read(server, investigator, cancelled)).events.at(-1)?.event, 'cancelled');
  const again = await ask(server, investigator, 'POST', `/jobs/${cancelled}/cancel`, {});
  assert.equal(again.body.code, 'job-ended');
  const states = (await ask<{ runs: Run[] }>(server, officer, 'GET', `${at}/runs`)).body.runs;
  assert.deepEqual(
    states.map(({ state }) => state),
    ['cancelled', 'failed', 'failed', 'done'],
  );

  // Whoever may not see the incident finds no job; and what was erased is gone.
  const me = (await ask<{ person: { id: string } }>(server, officer, 'GET', '/me')).body.person.id;
  const restricted = { people: [me], reason: 'An insider.' };
  assert.equal((await ask(server, officer, 'PUT', `${at}/people`, restricted)).status, 200);
  for (const path of [`/jobs/${job}`, `/jobs/${job}/events`])
    assert.equal((await ask(server, investigator, 'GET', path)).body.code, 'job-not-found');
  assert.equal(
    (await ask(server, investigator, 'POST', `/jobs/${job}/cancel`, {})).body.code,
    'job-not-found',
  );
  assert.deepEqual((await ask<{ jobs: object[] }>(server, investigator, 'GET', '/jobs')).body.jobs, []);
  assert.equal((await ask(server, investigator, 'GET', `${at}/runs`)).body.code, 'incident-not-found');
  const kinds = (await ask<{ jobs: { kind: string }[] }>(server, officer, 'GET', '/jobs')).body.jobs;
  assert.deepEqual(kinds.map(({ kind }) => kind).toSorted(), [
    'assess-duties',
    ...Array(4).fill('scope-run'),
  ]);
  assert.equal((await ask(server, officer, 'POST', `${at}/runs/${job}/erase`, {})).status, 200);
  const erased = (await ask<Run & { answer: null }>(server, officer, 'GET', `${at}/runs/${job}`)).body;
  assert.deepEqual([erased.answer, erased.sha256, erased.figures], [null, shown.sha256, shown.figures]);

  assert.equal((await server.stop()).exit, 0, server.log());
  for (const line of server
    .log()
    .split('\n')
    .filter((one) => one.startsWith('{')))
    JSON.parse(line);
  for (const hidden of ['marlow.example', 'Review pages', 'none.csv', 'reading log'])
    assert.ok(!server.log().includes(hidden), hidden);
});
