/** Webhooks through the real door, delivered to a real server on loopback, on both engines. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../test/peers/postgres.ts';
import { type As, World } from '../http/testing.ts';
import { AFTERWARDS_INPUTS } from '../incident/matters/testing.ts';
import { secretText, signedHeaders } from '../platform/index.ts';
import type { Runner } from '../platform/queue/index.ts';
import { checkRegister } from '../prove/index.ts';
import { GATE } from '../trace/testing.ts';
import { startWorker } from '../worker/index.ts';
import { PAUSES_SECONDS, verdictOf } from './rules.ts';
import { standStill } from './standstill.ts';
import { isSignedWith, Receiver, until } from './testing.ts';

const noPostgres = whyNoPostgres();

test('it signs as the library of Standard Webhooks does', () => {
  const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  };
  assert.deepEqual(signedHeaders(secret, message), {
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
  assert.equal(secretText(secret), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
});

test('a delivery is tried for three days, then it is given up', () => {
  assert.deepEqual(verdictOf(204, 1, true), { kind: 'done' });
  for (const status of [undefined, 199, 301, 307, 404, 500])
    assert.deepEqual(verdictOf(status, 1, false), { kind: 'again', afterSeconds: 5 }, String(status));
  assert.deepEqual(verdictOf(410, 1, false), { kind: 'gave-up', disables: true });
  const last = PAUSES_SECONDS.length + 1;
  assert.deepEqual(verdictOf(500, last - 1, true), { kind: 'again', afterSeconds: 86_400 });
  assert.deepEqual(verdictOf(500, last, true), { kind: 'gave-up', disables: true });
  assert.deepEqual(verdictOf(500, last, false), { kind: 'gave-up', disables: false });
});

for (const engine of ['PGlite', 'PostgreSQL'] as const)
  describe(`webhooks on ${engine}`, { skip: engine === 'PostgreSQL' ? (noPostgres ?? false) : false }, () => {
    let world: World;
    let worker: Runner;
    let postgres: Postgres | undefined;
    let root: As;
    let officer: As & { id: string };
    let base: string;
    const receiver = new Receiver();
    const notes: { event: string; webhook?: string }[] = [];
    const MINUTE = 1 / 60;

    before(async () => {
      if (engine === 'PostgreSQL') postgres = await startPostgres();
      world = await World.open({ url: postgres?.url, allowPrivate: true });
      root = await world.first();
      officer = await world.person(root, 'olga@marlow.example', ['privacy-officer', 'investigator']);
      base = await receiver.listen();
      worker = await startWorker({
        db: world.db,
        now: world.now,
        log: (entry) => notes.push(entry),
        data: world.folder,
        outbound: { allowPrivate: true, timeoutMs: 2000 },
        pollMs: 20,
      });
    });
    after(async () => {
      receiver.close();
      await worker.stop();
      await world.close();
      await postgres?.stop();
    });

    /** Sessions end with time, so everybody signs in again. */
    const pass = async (hours: number) => {
      world.pass(hours);
      root = await again('root@marlow.example');
      officer = await again('olga@marlow.example');
    };
    const post = async (as: As, path: string, body: object = {}) => {
      const answer = await world.ask('POST', `/api${path}`, as, body);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return answer.body as Record<string, string>;
    };
    const add = (path: string, events: string[], more: object = {}) =>
      post(root, '/webhooks', { url: `${base}${path}`, events, ...more });
    const openIncident = async () =>
      (await post(officer, '/incidents', { title: 'Ana Duarte’s label', kind: 'misdelivery' })).incident ??
      '';
    type Delivery = { type: string; state: string; attempts: number; status?: number; event: string };
    const deliveries = async (webhook = '') =>
      (await world.ask('GET', `/api/webhooks/${webhook}/deliveries`, root)).body.deliveries as Delivery[];
    type Shown = { webhook: string; state: string; failingSince?: string };
    const shown = async (webhook = '') =>
      ((await world.ask('GET', '/api/webhooks', root)).body.webhooks as Shown[]).find(
        (one) => one.webhook === webhook,
      );
    const settled = (webhook = '') =>
      until(
        async () => (await deliveries(webhook)).every(({ state }) => state !== 'waiting'),
        'it waits still',
      );

    test('what was opened is told, signed, with ids and closed words only', async () => {
      const { webhook, secret } = await add('/opened', ['incident-opened']);
      assert.match(secret ?? '', /^whsec_/);
      const incident = await openIncident();
      await until(() => receiver.at('/opened').length > 0, 'nothing came');
      const got = receiver.got.find((one) => one.path === '/opened') ?? assert.fail();
      const event = String(got.headers['webhook-id']);
      assert.deepEqual(JSON.parse(got.body), {
        type: 'incident-opened',
        timestamp: world.now().toISOString(),
        data: { event, incident, kind: 'misdelivery' },
      });
      assert.ok(isSignedWith(secret ?? '', got));
      await settled(webhook);
      assert.deepEqual(
        (await deliveries(webhook)).map(({ type, state, attempts, status }) => [
          type,
          state,
          attempts,
          status,
        ]),
        [['incident-opened', 'done', 1, 204]],
      );
      const listed = await world.ask('GET', '/api/webhooks', root);
      assert.ok(!JSON.stringify(listed.body).includes(String(secret).slice(6)), 'the secret is shown once');
    });

    test('what fails is tried again, as the same message; a redirect is no answer, and 410 disables', async () => {
      const { webhook } = await add('/failing', ['incident-opened']);
      receiver.answers.set('/failing', 307);
      await openIncident();
      await until(() => receiver.at('/failing').length === 1, 'nothing came');
      await until(async () => (await deliveries(webhook))[0]?.attempts === 1, 'the try was not noted');
      await sleep(150);
      assert.equal(receiver.at('/failing').length, 1, 'it did not wait');
      assert.equal(receiver.at('/elsewhere').length, 0);
      assert.ok((await shown(webhook))?.failingSince !== undefined);
      receiver.answers.set('/failing', 200);
      await pass(MINUTE);
      await settled(webhook);
      const ids = receiver.got
        .filter(({ path }) => path === '/failing')
        .map(({ headers }) => headers['webhook-id']);
      const times = receiver.got
        .filter(({ path }) => path === '/failing')
        .map(({ headers }) => Number(headers['webhook-timestamp']));
      assert.equal(ids[0], ids[1]);
      assert.equal((times[1] ?? 0) - (times[0] ?? 0), 60);
      assert.equal((await shown(webhook))?.failingSince, undefined);

      receiver.answers.set('/failing', 410);
      await openIncident();
      await until(async () => (await shown(webhook))?.state === 'disabled', 'it was not disabled');
      const isNoted = () =>
        notes.some((note) => note.event === 'webhook-disabled' && note.webhook === webhook);
      await until(isNoted, 'the log does not say so');
      const before = receiver.at('/failing').length;
      await openIncident();
      await sleep(200);
      assert.equal(receiver.at('/failing').length, before);

      receiver.answers.set('/failing', 200);
      await post(root, `/webhooks/${webhook}/test`);
      await settled(webhook);
      assert.deepEqual((await deliveries(webhook))[0]?.type, 'test');
      assert.equal((await deliveries(webhook))[0]?.state, 'done');
      await post(root, `/webhooks/${webhook}/enable`);
      await openIncident();
      await until(() => receiver.at('/failing').length === before + 2, 'it was not enabled');
    });

    test('while webhooks stand still nobody is told, and then of all that waited', async () => {
      const { webhook } = await add('/still', ['incident-opened']);
      receiver.answers.set('/still', 503);
      await openIncident();
      await until(async () => (await deliveries(webhook))[0]?.attempts === 1, 'the first try');
      receiver.answers.set('/still', 200);
      // As a restore leaves it.
      await world.db.transaction((tx) => standStill(tx, world.now()));
      const listed = await world.ask('GET', '/api/webhooks', root);
      assert.equal(listed.body.standsSince, world.now().toISOString());
      await openIncident();
      await pass(1);
      await sleep(300);
      assert.equal(receiver.at('/still').length, 1, 'nothing was sent');
      assert.equal((await deliveries(webhook))[0]?.state, 'waiting');
      const resumed = await post(root, '/webhooks/resume');
      assert.equal(resumed.waiting, 1);
      await until(() => receiver.at('/still').length === 3, 'both are told');
      assert.equal(
        (await world.ask('POST', '/api/webhooks/resume', root, {})).body.code,
        'webhooks-not-standing',
      );
      await world.ask('DELETE', `/api/webhooks/${webhook}`, root);
    });

    test('after three days without one that was well it is disabled', async () => {
      const { webhook } = await add('/never', ['incident-opened']);
      receiver.answers.set('/never', 503);
      await openIncident();
      for (const [n, pause] of PAUSES_SECONDS.entries()) {
        await until(async () => (await deliveries(webhook))[0]?.attempts === n + 1, `try ${n + 1}`);
        await pass(pause / 3600);
      }
      await until(async () => (await shown(webhook))?.state === 'disabled', 'it was not disabled');
      const [given] = await deliveries(webhook);
      assert.deepEqual([given?.state, given?.attempts, given?.status], ['gave-up', 10, 503]);
      const entries = await world.db.rows<{ kind: string; actor: string }>(
        "SELECT kind, actor FROM register_entries WHERE kind = 'webhook-disabled'",
      );
      assert.deepEqual(entries.at(-1), { kind: 'webhook-disabled', actor: 'program' });
      await world.ask('DELETE', `/api/webhooks/${webhook}`, root);
    });

    test('a name that is to be unlocked, incidents that are to be handed over and a trace’s gate ask for an approval', async () => {
      const { webhook } = await add('/ask', ['approval-asked']);
      const incident = await openIncident();
      const run = await post(officer, `/incidents/${incident}/evidence`, {
        kind: 'run',
        sha256: 'ab'.repeat(32),
        bytes: 1,
        name: 'run.json',
        origin: 'A run.',
      });
      const asked = { run: run.id, pseudonym: 'employee-1', reason: 'To suspend the account.' };
      const { id: unlock } = await post(officer, `/incidents/${incident}/unlocks`, asked);
      const given = { from: 'usr_gone', to: officer.id, reason: 'Left.' };
      const { id: handOver } = await post(root, '/hand-overs', given);
      const { trace } = await post(officer, `/incidents/${incident}/traces`, { gate: GATE });
      await until(() => receiver.at('/ask').length === 3, 'no approval was asked for');
      assert.deepEqual(
        receiver.at('/ask').map(({ data: { event: _, ...data } }) => data),
        [{ incident, unlock }, { handOver }, { incident, trace }],
      );
      await world.ask('DELETE', `/api/webhooks/${webhook}`, root);
    });

    test('an approval is asked for, and each deadline that is near is said once, again when it was moved', async () => {
      await add('/due', ['deadline-near', 'approval-asked']);
      const incident = await openIncident();
      const proposal = {
        version: 1,
        step: 'proposal',
        answer: 'tell-people',
        reason: 'Names and addresses.',
      };
      const inHours = (hours: number) => new Date(world.now().getTime() + hours * 3_600_000).toISOString();
      const proposed = await post(officer, `/incidents/${incident}/decisions`, {
        ...proposal,
        due: inHours(72),
      });
      await until(() => receiver.at('/due').length === 1, 'no approval was asked for');
      assert.deepEqual(
        receiver.at('/due').map(({ type, data: { event: _, ...data } }) => [type, data]),
        [['approval-asked', { incident, decision: proposed.id, answer: 'tell-people' }]],
      );
      const due = inHours(25).replace('Z', '+00:00');
      const task = { what: 'Ban the seller', owner: officer.id, due };
      const { id } = await post(officer, `/incidents/${incident}/tasks`, task);
      await pass(0.5);
      await sleep(200);
      assert.equal(receiver.at('/due').length, 1, 'a deadline in more than a day was said');
      await pass(1);
      await until(() => receiver.at('/due').length === 2, 'no deadline was said');
      await pass(0.5);
      await sleep(200);
      const [, said] = receiver.at('/due');
      const { event: _, ...data } = said?.data ?? {};
      assert.deepEqual(
        [said?.type, data],
        ['deadline-near', { incident, task: id, due: new Date(due).toISOString() }],
      );
      assert.equal(receiver.at('/due').length, 2, 'said twice');

      const duties = [];
      for (const hours of [20, 10]) {
        const decision = { version: 1, step: 'decision', answer: 'tell-authority', reason: 'Names.' };
        await post(officer, `/incidents/${incident}/decisions`, { ...decision, due: inHours(hours) });
        await pass(0.1);
        await until(() => receiver.at('/due').length === 3 + duties.length, 'the moved one was not said');
        duties.push(receiver.at('/due').at(-1)?.data);
      }
      assert.equal(duties[0]?.task, duties[1]?.task);
      assert.notEqual(duties[0]?.due, duties[1]?.due);
    });

    test('an authority’s deadline is said, and a duty that law enforcement has delayed only when the delay is over', async () => {
      await add('/later', ['deadline-near']);
      const incident = await openIncident();
      const inHours = (hours: number) => new Date(world.now().getTime() + hours * 3_600_000).toISOString();
      const end = inHours(26);
      const decision = { version: 1, step: 'decision', answer: 'tell-people', reason: 'Names.' };
      const { duty } = await post(officer, `/incidents/${incident}/decisions`, {
        ...decision,
        due: inHours(10),
      });
      const asked = { askedAt: inHours(0), from: inHours(0), until: end, suspends: ['tell-people'] };
      const { id: delay } = await post(officer, `/incidents/${incident}/delays`, {
        ...AFTERWARDS_INPUTS['add-delay'],
        ...asked,
      });
      const deadline = inHours(20);
      const received = { at: inHours(-1), zone: 'Europe/Luxembourg' };
      const { id: inquiry } = await post(officer, `/incidents/${incident}/inquiries`, {
        ...AFTERWARDS_INPUTS['add-inquiry'],
        received,
        deadline,
      });
      const told = () =>
        receiver
          .at('/later')
          .map(({ data: { event: _, ...data } }) => data)
          .filter((data) => data.incident === incident);
      await pass(0.5);
      await until(() => told().length > 0, 'the inquiry was not said');
      await sleep(200);
      assert.deepEqual(told(), [{ incident, matter: inquiry, kind: 'inquiry', due: deadline }]);
      await pass(3);
      await until(() => told().length > 1, 'that the delay ends was not said');
      assert.deepEqual(told()[1], { incident, matter: delay, kind: 'delay', due: end });
      await pass(23);
      await until(() => told().length > 2, 'the duty was not said when its delay was over');
      assert.equal(told()[2]?.task, duty);
    });

    test('of a restricted incident only those are told who may be, also of what was waiting already', async () => {
      const plain = await add('/plain', ['incident-opened', 'approval-asked']);
      await add('/restricted', ['approval-asked'], { restricted: true });
      receiver.answers.set('/plain', 500);
      const incident = await openIncident();
      await until(async () => (await deliveries(plain.webhook))[0]?.attempts === 1, 'nothing was tried');
      const named = { people: [officer.id], reason: 'An insider.' };
      const { status } = await world.ask('PUT', `/api/incidents/${incident}/people`, officer, named);
      assert.equal(status, 200);
      receiver.answers.set('/plain', 200);
      const due = new Date(world.now().getTime() + 90 * 3_600_000).toISOString();
      await post(officer, `/incidents/${incident}/decisions`, {
        version: 1,
        step: 'proposal',
        answer: 'tell-authority',
        reason: 'An insider.',
        due,
      });
      await until(() => receiver.at('/restricted').length === 1, 'who may was not told');
      await pass(MINUTE);
      await settled(plain.webhook);
      assert.deepEqual(
        (await deliveries(plain.webhook)).map(({ type, state }) => [type, state]),
        [['incident-opened', 'withheld']],
      );
      assert.equal(receiver.at('/plain').length, 1);
    });

    test('none but an administrator who is signed in adds one, and none into this machine unless that was allowed', async () => {
      const wish = { url: `${base}/x`, events: ['incident-opened'] };
      assert.equal((await world.ask('POST', '/api/webhooks', officer, wish)).body.code, 'not-permitted');
      const token = await post(root, '/tokens', { name: 't', scopes: ['administrator'], days: 1 });
      const byToken = await world.ask('POST', '/api/webhooks', { token: String(token.secret) }, wish);
      assert.equal(byToken.body.code, 'session-required');
      const nonsense = await world.ask('POST', '/api/webhooks', root, {
        ...wish,
        url: 'https://u:p@a.example',
      });
      assert.equal(nonsense.body.code, 'webhook-refused');
      const never = `whk_${'0'.repeat(32)}`;
      for (const [method, path] of [
        ['DELETE', `/api/webhooks/${never}`],
        ['POST', `/api/webhooks/${never}/test`],
        ['GET', `/api/webhooks/${never}/deliveries`],
      ] as const)
        assert.equal(
          (await world.ask(method, path, root, method === 'POST' ? {} : undefined)).body.code,
          'webhook-not-found',
        );
      const { webhook } = await add('/gone', ['incident-opened']);
      assert.equal((await world.ask('DELETE', `/api/webhooks/${webhook}`, root)).status, 200);
      assert.equal(await shown(webhook), undefined);
      const [row] = await world.db.rows<{ secret: unknown }>(
        'SELECT secret FROM webhooks WHERE id = :id::text',
        {
          id: webhook ?? '',
        },
      );
      assert.equal(row?.secret, null);
      assert.deepEqual(await checkRegister(world.db), []);
      for (const { body } of receiver.got)
        for (const hidden of ['Ana', 'label', 'insider', 'Ban', 'olga', 'Names'])
          assert.ok(!body.includes(hidden), hidden);
    });

    async function again(email: string): Promise<As & { id: string }> {
      const { cookie, body } = await world.ask(
        'POST',
        '/api/sign-in',
        {},
        { email, password: 'lamp orchard ferry' },
      );
      return { cookie, id: String(body.person) };
    }
  });
