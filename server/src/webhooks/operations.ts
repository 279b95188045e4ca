import {
  AddWebhook,
  DeliveriesListed,
  ForthrightError,
  newId,
  OfWebhook,
  WebhookAdded,
  WebhookChanged,
  WebhooksListed,
  WebhooksResumed,
} from '@forthright/contract';
import * as z from 'zod';
import { newSecret, type Outbound, secretText, whyNotTo } from '../platform/index.ts';
import { type Asked, deed, type Operation, operation, record, refuseUnlessMay } from '../prove/index.ts';
import { addDelivery } from './events.ts';
import { resumeWebhooks } from './standstill.ts';
import {
  allWebhooks,
  type Delivery,
  deliveriesOf,
  insertEvent,
  insertWebhook,
  moveWebhook,
  standsSince,
  urlsOf,
  type Webhook,
  webhookById,
} from './store.ts';

const ADMINISTRATORS = ['administrator'] as const;

const guarded = <I, O>(given: Omit<Operation<I, O>, 'may'>): Operation =>
  operation<I, O>({
    ...given,
    may: ADMINISTRATORS,
    run: async (asked, asking) => {
      refuseUnlessMay(asked.actor, ADMINISTRATORS);
      return given.run(asked, asking);
    },
  });

const notFound = (id: string) =>
  new ForthrightError('webhook-not-found', `There is no webhook ${id.slice(0, 60)}.`);

/** What would outlive a stolen token is not done with one. */
async function add(
  asked: Asked,
  { url, events, restricted }: AddWebhook,
  outbound: Outbound,
): Promise<WebhookAdded> {
  if (asked.actor.via === 'token')
    throw new ForthrightError('session-required', 'Sign in to do this; an API token is not enough.');
  const why = whyNotTo(url, outbound);
  if (why !== undefined) throw new ForthrightError('webhook-refused', `Nothing may be sent there: ${why}.`);
  const id = newId('whk');
  const secret = newSecret();
  const wanted = [...new Set(events)].sort();
  return deed(asked, async (tx, at) => {
    const entry = await record(tx, {
      kind: 'webhook-added',
      facts: { webhook: id, events: wanted, restricted },
      texts: { url: { value: url } },
    });
    const { account: madeBy } = asked.actor;
    await insertWebhook(tx, { id, entry, events: wanted, restricted, secret, madeAt: at, madeBy });
    return { webhook: id, secret: secretText(secret), entry };
  });
}

const move = (asked: Asked, id: string, act: 'enabled' | 'removed'): Promise<WebhookChanged> =>
  deed(asked, async (tx) => {
    if ((await webhookById(tx, id)) === undefined) throw notFound(id);
    const entry = await record(tx, { kind: `webhook-${act}`, facts: { webhook: id } });
    await moveWebhook(tx, { id, entry, act });
    return { webhook: id, entry };
  });

/** Sends an event of type `test`, once; how it was answered stands among the deliveries. */
const test = (asked: Asked, id: string): Promise<WebhookChanged> =>
  deed(asked, async (tx, at) => {
    if ((await webhookById(tx, id)) === undefined) throw notFound(id);
    const event = newId('evt');
    const entry = await record(tx, { kind: 'webhook-tested', facts: { webhook: id, event } });
    await moveWebhook(tx, { id, entry, act: 'tested' });
    await insertEvent(tx, { id: event, kind: 'test', incident: undefined, subject: event, at, data: {} });
    await addDelivery(tx, { webhook: id, event, at, by: asked.actor.account });
    return { webhook: id, entry };
  });

async function list({ db }: Asked): Promise<WebhooksListed> {
  const webhooks = await allWebhooks(db);
  const urls = await urlsOf(db, webhooks);
  const since = await standsSince(db);
  return {
    ...(since === undefined ? {} : { standsSince: since.toISOString() }),
    webhooks: webhooks.map((webhook, i) => shown(webhook, urls[i] ?? null)),
  };
}

const shown = (
  { id, events, restricted, state, madeBy, madeAt, failingSince }: Webhook,
  url: string | null,
) => ({
  webhook: id,
  url,
  events: [...events],
  restricted,
  state,
  madeBy,
  madeAt: madeAt.toISOString(),
  ...(failingSince === undefined ? {} : { failingSince: failingSince.toISOString() }),
});

async function deliveries({ db }: Asked, id: string): Promise<DeliveriesListed> {
  if ((await webhookById(db, id)) === undefined) throw notFound(id);
  return { deliveries: (await deliveriesOf(db, id)).map(shownDelivery) };
}

const shownDelivery = ({ id, event, kind, at, state, attempts, lastAt, status, fault }: Delivery) => ({
  delivery: id,
  event,
  type: kind,
  at: at.toISOString(),
  state,
  attempts,
  ...(lastAt === undefined ? {} : { lastAt: lastAt.toISOString() }),
  ...(status === undefined ? {} : { status }),
  ...(fault === undefined ? {} : { fault }),
});

/** What may be asked of webhooks. They carry no incident's content, so they are settings. */
export const webhookOperations = (outbound: Outbound): readonly Operation[] => [
  guarded<AddWebhook, WebhookAdded>({
    name: 'add-webhook',
    summary: 'Has another program told of events; its secret is shown this once.',
    method: 'POST',
    path: '/webhooks',
    input: AddWebhook,
    output: WebhookAdded,
    run: (asked, given) => add(asked, given, outbound),
  }),
  guarded<Record<string, never>, WebhooksListed>({
    name: 'list-webhooks',
    summary: 'Who is told of what, and whether it was disabled because nothing was answered well.',
    method: 'GET',
    path: '/webhooks',
    input: z.strictObject({}),
    output: WebhooksListed,
    run: list,
  }),
  guarded<OfWebhook, DeliveriesListed>({
    name: 'list-deliveries',
    summary: 'What was sent to a webhook, the newest first, with the last answer.',
    method: 'GET',
    path: '/webhooks/:webhook/deliveries',
    input: OfWebhook,
    output: DeliveriesListed,
    run: (asked, { webhook }) => deliveries(asked, webhook),
  }),
  guarded<OfWebhook, WebhookChanged>({
    name: 'test-webhook',
    summary: 'Sends an event of type `test`, once.',
    method: 'POST',
    path: '/webhooks/:webhook/test',
    input: OfWebhook,
    output: WebhookChanged,
    run: (asked, { webhook }) => test(asked, webhook),
  }),
  guarded<OfWebhook, WebhookChanged>({
    name: 'enable-webhook',
    summary: 'Enables a webhook again that was disabled.',
    method: 'POST',
    path: '/webhooks/:webhook/enable',
    input: OfWebhook,
    output: WebhookChanged,
    run: (asked, { webhook }) => move(asked, webhook, 'enabled'),
  }),
  guarded<Record<string, never>, WebhooksResumed>({
    name: 'resume-webhooks',
    summary: 'Has webhooks told again, which stand still after a restore.',
    method: 'POST',
    path: '/webhooks/resume',
    input: z.strictObject({}),
    output: WebhooksResumed,
    run: resumeWebhooks,
  }),
  guarded<OfWebhook, WebhookChanged>({
    name: 'remove-webhook',
    summary: 'Removes a webhook and its secret; what was not sent yet is not sent.',
    method: 'DELETE',
    path: '/webhooks/:webhook',
    input: OfWebhook,
    output: WebhookChanged,
    run: (asked, { webhook }) => move(asked, webhook, 'removed'),
  }),
];
