/** The tables of webhooks. */
import type { WebhookEvent } from '@forthright/contract';
import { json, type Reads, type Tx } from '../platform/db/index.ts';
import type { OutboundFault } from '../platform/index.ts';
import { textsOf } from '../prove/index.ts';

export type EventKind = WebhookEvent | 'test';

export type Webhook = Readonly<{
  id: string;
  entry: number;
  events: readonly WebhookEvent[];
  restricted: boolean;
  state: 'enabled' | 'disabled';
  secret: Uint8Array;
  madeAt: Date;
  madeBy: string;
  failingSince: Date | undefined;
}>;

type WebhookRow = Readonly<{
  id: string;
  entry: bigint;
  events: WebhookEvent[];
  restricted: boolean;
  state: 'enabled' | 'disabled';
  secret: Uint8Array;
  made_at: Date;
  made_by: string;
  failing_since: Date | null;
}>;

const webhookOf = (row: WebhookRow): Webhook => ({
  id: row.id,
  entry: Number(row.entry),
  events: row.events,
  restricted: row.restricted,
  state: row.state,
  secret: row.secret,
  madeAt: row.made_at,
  madeBy: row.made_by,
  failingSince: row.failing_since ?? undefined,
});

const WEBHOOKS = `SELECT id, entry, events, restricted, state, secret, made_at, made_by, failing_since FROM webhooks
  WHERE state <> 'removed'`;

export async function allWebhooks(reads: Reads): Promise<Webhook[]> {
  return (await reads.rows<WebhookRow>(`${WEBHOOKS} ORDER BY entry`)).map(webhookOf);
}

export async function webhookById(reads: Reads, id: string): Promise<Webhook | undefined> {
  const [row] = await reads.rows<WebhookRow>(`${WEBHOOKS} AND id = :id::text`, { id });
  return row === undefined ? undefined : webhookOf(row);
}

/** Where to; `null` should it have been erased. */
export async function urlsOf(reads: Reads, webhooks: readonly Webhook[]): Promise<(string | null)[]> {
  const text = await textsOf(
    reads,
    webhooks.map(({ entry }) => entry),
  );
  return webhooks.map(({ entry }) => text(entry, 'url'));
}

export async function insertWebhook(tx: Tx, webhook: Omit<Webhook, 'state' | 'failingSince'>): Promise<void> {
  await tx.run(
    `INSERT INTO webhooks (id, entry, events, restricted, state, secret, made_at, made_by)
     VALUES (:id::text, :entry::int8, :events::text[], :restricted::bool, 'enabled', :secret::bytea, :madeAt::timestamptz, :madeBy::text)`,
    { ...webhook },
  );
}

/** `removed` takes the secret with it. */
export async function moveWebhook(
  tx: Tx,
  {
    id,
    entry,
    act,
  }: Readonly<{ id: string; entry: number; act: 'enabled' | 'disabled' | 'removed' | 'tested' }>,
): Promise<void> {
  await tx.run(
    'INSERT INTO webhook_moves (entry, webhook, act) VALUES (:entry::int8, :id::text, :act::text)',
    {
      id,
      entry,
      act,
    },
  );
  if (act === 'tested') return;
  await tx.run(
    `UPDATE webhooks SET state = :act::text, failing_since = NULL,
        secret = CASE WHEN :act::text = 'removed' THEN NULL ELSE secret END
      WHERE id = :id::text`,
    { id, act },
  );
}

/** Notes an answer: the first of those that failed counts, and one that was well ends that. */
export async function noteAnswer(tx: Tx, id: string, failedAt: Date | null): Promise<void> {
  await tx.run(
    `UPDATE webhooks SET failing_since = CASE WHEN :at::timestamptz IS NULL THEN NULL ELSE coalesce(failing_since, :at::timestamptz) END
      WHERE id = :id::text AND (failing_since IS NULL) <> (:at::timestamptz IS NULL)`,
    { id, at: failedAt },
  );
}

export type EventData = Readonly<Record<string, string>>;

export type NewEvent = Readonly<{
  id: string;
  kind: EventKind;
  incident: string | undefined;
  subject: string;
  at: Date;
  data: EventData;
}>;

/** The id of this event, which may have been there before. */
export async function insertEvent(tx: Tx, event: NewEvent): Promise<string> {
  const { id, kind, incident, subject, at, data } = event;
  await tx.run(
    `INSERT INTO webhook_events (id, kind, incident, subject, at, data)
     VALUES (:id::text, :kind::text, :incident::text, :subject::text, :at::timestamptz, :data::jsonb) ON CONFLICT (kind, subject) DO NOTHING`,
    { id, kind, incident: incident ?? null, subject, at, data: json(data) },
  );
  const [row] = await tx.rows<{ id: string }>(
    'SELECT id FROM webhook_events WHERE kind = :kind::text AND subject = :subject::text',
    { kind, subject },
  );
  return row?.id ?? id;
}

/** False when this webhook has been told of it, or will be. */
export async function insertDelivery(
  tx: Tx,
  delivery: Readonly<{ id: string; webhook: string; event: string }>,
): Promise<boolean> {
  const added = await tx.run(
    `INSERT INTO webhook_deliveries (id, webhook, event, state) VALUES (:id::text, :webhook::text, :event::text, 'waiting')
     ON CONFLICT (webhook, event) DO NOTHING`,
    delivery,
  );
  return added === 1;
}

export type Delivery = Readonly<{
  id: string;
  webhook: string;
  event: string;
  kind: EventKind;
  incident: string | undefined;
  at: Date;
  data: EventData;
  state: 'waiting' | 'done' | 'gave-up' | 'withheld';
  attempts: number;
  lastAt: Date | undefined;
  status: number | undefined;
  fault: OutboundFault | undefined;
}>;

type DeliveryRow = Readonly<{
  id: string;
  webhook: string;
  event: string;
  kind: EventKind;
  incident: string | null;
  at: Date;
  data: EventData;
  state: Delivery['state'];
  attempts: number;
  last_at: Date | null;
  status: number | null;
  fault: OutboundFault | null;
}>;

const deliveryOf = (row: DeliveryRow): Delivery => ({
  id: row.id,
  webhook: row.webhook,
  event: row.event,
  kind: row.kind,
  incident: row.incident ?? undefined,
  at: row.at,
  data: row.data,
  state: row.state,
  attempts: row.attempts,
  lastAt: row.last_at ?? undefined,
  status: row.status ?? undefined,
  fault: row.fault ?? undefined,
});

const DELIVERIES = `SELECT d.id, d.webhook, d.event, e.kind, e.incident, e.at, e.data, d.state, d.attempts, d.last_at, d.status, d.fault
  FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event`;
const MOST_LISTED = 200;

export async function deliveryById(reads: Reads, id: string): Promise<Delivery | undefined> {
  const [row] = await reads.rows<DeliveryRow>(`${DELIVERIES} WHERE d.id = :id::text`, { id });
  return row === undefined ? undefined : deliveryOf(row);
}

/** The newest first. */
export async function deliveriesOf(reads: Reads, webhook: string): Promise<Delivery[]> {
  const rows = await reads.rows<DeliveryRow>(
    `${DELIVERIES} WHERE d.webhook = :webhook::text ORDER BY d.n DESC LIMIT ${MOST_LISTED}`,
    { webhook },
  );
  return rows.map(deliveryOf);
}

export async function noteTry(
  tx: Tx,
  tried: Readonly<{
    id: string;
    state: Delivery['state'];
    at: Date;
    status: number | undefined;
    fault: OutboundFault | undefined;
  }>,
): Promise<void> {
  const { id, state, at, status, fault } = tried;
  await tx.run(
    `UPDATE webhook_deliveries SET state = :state::text, attempts = attempts + 1, last_at = :at::timestamptz,
        status = :status::int4, fault = :fault::text WHERE id = :id::text`,
    { id, state, at, status: status ?? null, fault: fault ?? null },
  );
}

export async function endDelivery(tx: Tx, id: string, state: 'gave-up' | 'withheld'): Promise<void> {
  await tx.run(
    `UPDATE webhook_deliveries SET state = :state::text WHERE id = :id::text AND state = 'waiting'`,
    { id, state },
  );
}

/** Locked against others who look at the same entries. */
export async function lockCursor(tx: Tx): Promise<number> {
  const [row] = await tx.rows<{ entry: bigint }>('SELECT entry FROM webhook_cursor FOR UPDATE');
  return Number(row?.entry ?? -1);
}

export async function readCursor(reads: Reads): Promise<number> {
  const [row] = await reads.rows<{ entry: bigint }>('SELECT entry FROM webhook_cursor');
  return Number(row?.entry ?? -1);
}

export async function setCursor(tx: Tx, entry: number): Promise<void> {
  await tx.run('UPDATE webhook_cursor SET entry = :entry::int8', { entry });
}

export async function standsSince(reads: Reads): Promise<Date | undefined> {
  const [row] = await reads.rows<{ since: Date }>(
    'SELECT since FROM webhook_standstills WHERE resumed_entry IS NULL LIMIT 1',
  );
  return row?.since;
}

export async function insertStandstill(tx: Tx, since: Date): Promise<void> {
  await tx.run('INSERT INTO webhook_standstills (since) VALUES (:since::timestamptz)', { since });
}

export async function endStandstill(tx: Tx, entry: number): Promise<void> {
  await tx.run('UPDATE webhook_standstills SET resumed_entry = :entry::int8 WHERE resumed_entry IS NULL', {
    entry,
  });
}

/** Deliveries that wait without a job that would make them, the oldest first. */
export const idleDeliveries = (reads: Reads): Promise<{ id: string; webhook: string }[]> =>
  reads.rows<{ id: string; webhook: string }>(
    `SELECT d.id, d.webhook FROM webhook_deliveries d WHERE d.state = 'waiting'
        AND NOT EXISTS (SELECT FROM jobs j WHERE j.kind = 'webhook-delivery' AND j.input->>'delivery' = d.id
                           AND j.state IN ('waiting', 'running'))
      ORDER BY d.n`,
  );
