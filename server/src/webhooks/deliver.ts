/** One try of one delivery. */
import { isRestricted } from '../incident/index.ts';
import type { Db, Tx } from '../platform/db/index.ts';
import { type Answered, type Log, type Outbound, postOutside, signedHeaders } from '../platform/index.ts';
import { endJob, failJob, type Handler, type Held, putJobBack } from '../platform/queue/index.ts';
import { type Asked, deed, PROGRAM, record } from '../prove/index.ts';
import { MOST_TRIES, TOO_LONG_MS, verdictOf } from './rules.ts';
import {
  type Delivery,
  deliveryById,
  endDelivery,
  moveWebhook,
  noteAnswer,
  noteTry,
  standsSince,
  urlsOf,
  type Webhook,
  webhookById,
} from './store.ts';

export type DeliverOptions = Readonly<{
  db: Db;
  now: () => Date;
  log: Log;
  outbound: Outbound;
}>;

/** The body: ids, instants and closed words, the same with each try. */
const bodyOf = ({ event, kind, at, data }: Delivery): string =>
  JSON.stringify({ type: kind, timestamp: at.toISOString(), data: { event, ...data } });

export function deliveryHandler(options: DeliverOptions): Handler {
  const { db, now } = options;
  return {
    run: async (job, { signal }) => {
      if ((await standsSince(db)) !== undefined) {
        // It waits, without a job: who resumes webhooks makes it one.
        await db.transaction((tx) => endJob(tx, job, now()));
        return;
      }
      const delivery = await deliveryById(db, String(job.input.delivery));
      const webhook = delivery === undefined ? undefined : await webhookById(db, delivery.webhook);
      if (delivery === undefined || webhook === undefined || !(await isDue(options, delivery, webhook))) {
        await db.transaction(async (tx) => {
          if (delivery !== undefined) await endDelivery(tx, delivery.id, 'withheld');
          await endJob(tx, job, now());
        });
        return;
      }
      const [url] = await urlsOf(db, [webhook]);
      const answered = await post(
        { ...options, outbound: { ...options.outbound, signal } },
        delivery,
        webhook,
        url ?? '',
      );
      // Whoever was cut off by our own end has failed nothing.
      if ('fault' in answered) signal.throwIfAborted();
      await settle(options, { job, delivery, webhook, answered });
    },
    fail: (job, code) =>
      db.transaction(async (tx) => {
        await endDelivery(tx, String(job.input.delivery), 'gave-up');
        await failJob(tx, job, now(), code);
      }),
  };
}

/** What was asked for yesterday may be withheld today: the webhook disabled, the incident restricted. */
async function isDue({ db }: DeliverOptions, delivery: Delivery, webhook: Webhook): Promise<boolean> {
  // A test is asked for by somebody who wants to know whether it could be enabled again.
  if (delivery.kind === 'test') return true;
  if (webhook.state !== 'enabled') return false;
  return (
    webhook.restricted || delivery.incident === undefined || !(await isRestricted(db, delivery.incident))
  );
}

function post(
  { now, outbound }: DeliverOptions,
  delivery: Delivery,
  { secret }: Webhook,
  url: string,
): Promise<Answered> {
  const body = bodyOf(delivery);
  const headers = signedHeaders(secret, { id: delivery.event, at: now(), body });
  return postOutside(
    url,
    body,
    { ...headers, 'content-type': 'application/json', 'user-agent': 'Forthright' },
    outbound,
  );
}

type Tried = Readonly<{ job: Held; delivery: Delivery; webhook: Webhook; answered: Answered }>;

async function settle(options: DeliverOptions, tried: Tried): Promise<void> {
  const { db, now, log } = options;
  const { job, delivery, webhook, answered } = tried;
  const at = now();
  const status = 'status' in answered ? answered.status : undefined;
  const fault = 'fault' in answered ? answered.fault : undefined;
  const { failingSince } = webhook;
  const isFailing = failingSince !== undefined && at.getTime() - failingSince.getTime() >= TOO_LONG_MS;
  const isTest = delivery.kind === 'test';
  const verdict = verdictOf(status, isTest ? MOST_TRIES : delivery.attempts + 1, isFailing && !isTest);
  const note = async (tx: Tx) => {
    const state = verdict.kind === 'again' ? 'waiting' : verdict.kind;
    await noteTry(tx, { id: delivery.id, state, at, status, fault });
    await noteAnswer(tx, webhook.id, verdict.kind === 'done' ? null : at);
    if (verdict.kind === 'again')
      await putJobBack(tx, job, at, new Date(at.getTime() + verdict.afterSeconds * 1000));
    else await endJob(tx, job, at);
  };
  const disables = verdict.kind === 'gave-up' && verdict.disables && webhook.state === 'enabled';
  if (!disables) {
    await db.transaction(note);
    return;
  }
  const asked: Asked = { db, now, actor: PROGRAM };
  await deed(asked, async (tx) => {
    await note(tx);
    const entry = await record(tx, {
      kind: 'webhook-disabled',
      facts: {
        webhook: webhook.id,
        delivery: delivery.id,
        ...(status === undefined ? { fault: fault ?? null } : { status }),
      },
    });
    await moveWebhook(tx, { id: webhook.id, entry, act: 'disabled' });
  });
  log({ event: 'webhook-disabled', level: 'warn', webhook: webhook.id });
}
