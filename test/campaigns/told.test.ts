/** Programs elsewhere hear of a campaign that waits for approval and of its end, by a real receiver that fails at first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookAdded } from '@forthright/contract';
import { webhookOperations } from '../../server/src/webhooks/index.ts';
import { isSignedWith, Receiver, until } from '../../server/src/webhooks/testing.ts';
import { startWorker } from '../../server/src/worker/index.ts';
import { CampaignWorld, some } from './world.ts';

const DAY = 24 * 60;
const world = new CampaignWorld();
world.use();

test('a campaign asks for its approval and says its end, signed, and again as the same message until it is taken', async () => {
  const receiver = new Receiver();
  const base = await receiver.listen();
  const addWebhook = webhookOperations({ allowPrivate: true }).find(({ name }) => name === 'add-webhook');
  assert.ok(addWebhook);
  const events = ['incident-opened', 'approval-asked', 'campaign-finished'];
  const added = await addWebhook.run(world.as('root'), { url: `${base}/hook`, events, restricted: false });
  const { secret } = added as WebhookAdded;
  receiver.answers.set('/hook', 500);
  const of = await world.sent(some(4));
  world.pass(5 * DAY);
  await world.closeWindows();
  assert.equal((await world.show(of)).isFinished, true);

  const worker = await startWorker({
    db: world.db,
    now: world.now,
    log: () => {},
    data: world.folder,
    outbound: { allowPrivate: true, timeoutMs: 2000 },
    pollMs: 20,
  });
  try {
    const kinds = () => [...new Set(receiver.at('/hook').map(({ type }) => type))];
    await until(async () => {
      world.pass(1);
      await sleep(20);
      return kinds().length === 3;
    }, 'not all kinds were tried');
    receiver.answers.set('/hook', 204);
    const refused = receiver.got.length;
    await until(async () => {
      world.pass(60);
      await sleep(20);
      return new Set(receiver.got.slice(refused).map(({ headers }) => headers['webhook-id'])).size === 3;
    }, 'what was refused did not come again');
    const again = receiver.got.slice(refused);
    for (const one of receiver.got) assert.ok(isSignedWith(secret, one), one.body);
    for (const { headers, body } of again) {
      const before = receiver.got.find((one) => one.headers['webhook-id'] === headers['webhook-id']);
      assert.equal(before?.body, body);
    }
    assert.deepEqual(
      again
        .map(({ body }) => JSON.parse(body))
        .map(({ type, data: { event: _, ...data } }) => [type, data])
        .toSorted(),
      [
        ['approval-asked', of],
        ['campaign-finished', of],
        ['incident-opened', { incident: of.incident, kind: 'technical-error' }],
      ],
    );
  } finally {
    await worker.stop();
    receiver.close();
  }
});
