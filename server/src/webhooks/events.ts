/**
 * From what happened to what is delivered. Events are read from the register, behind the deeds: there is one if its entry
 * is there, and no stage needs to know who is told.
 */
import { newId, type WebhookEvent } from '@forthright/contract';
import { isRestricted, nearlyDue } from '../incident/index.ts';
import type { Db, Reads, Tx } from '../platform/db/index.ts';
import { addJob } from '../platform/queue/index.ts';
import { entriesAfter, type RegisteredEntry } from '../prove/index.ts';
import {
  allWebhooks,
  insertDelivery,
  insertEvent,
  lockCursor,
  type NewEvent,
  readCursor,
  setCursor,
  standsSince,
  type Webhook,
} from './store.ts';

export const DELIVERY = 'webhook-delivery';
/** More than a delivery has tries: those count too in which the process ended. */
const MOST_ATTEMPTS = 30;
const ENTRIES_AT_ONCE = 500;

/** The events that entries of the register are. */
const KINDS: Readonly<Record<string, WebhookEvent>> = {
  'incident-opened': 'incident-opened',
  'incident-proposed': 'approval-asked',
  'unlock-asked': 'approval-asked',
  'hand-over-asked': 'approval-asked',
  'edition-prepared': 'approval-asked',
  'campaign-prepared': 'approval-asked',
  'trace-opened': 'approval-asked',
  'duties-changed': 'duties-changed',
  'campaign-finished': 'campaign-finished',
};

/** Which facts of an entry are told with it. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'incident-opened': ['kind'],
  'approval-asked': ['decision', 'answer', 'unlock', 'handOver', 'edition', 'campaign', 'trace'],
  'duties-changed': ['run'],
  'campaign-finished': ['campaign'],
};

/** Ids and closed words of the entry; nothing that somebody typed stands in its facts. */
function dataOf({ incident, facts }: RegisteredEntry, kind: WebhookEvent): Record<string, string> {
  const given = (TOLD[kind] ?? []).flatMap((name) =>
    typeof facts[name] === 'string' ? [[name, facts[name]]] : [],
  );
  return { ...(incident === undefined ? {} : { incident }), ...Object.fromEntries(given) };
}

export async function addDelivery(
  tx: Tx,
  { webhook, event, at, by }: Readonly<{ webhook: string; event: string; at: Date; by: string }>,
): Promise<string | undefined> {
  const id = newId('dlv');
  if (!(await insertDelivery(tx, { id, webhook, event }))) return undefined;
  await queueDelivery(tx, { id, webhook, at, by });
  return id;
}

/** Has a delivery made that nothing will make yet. */
export async function queueDelivery(
  tx: Tx,
  { id, webhook, at, by }: Readonly<{ id: string; webhook: string; at: Date; by: string }>,
): Promise<void> {
  const input = { delivery: id };
  await addJob(tx, { kind: DELIVERY, input, turn: webhook, mostAttempts: MOST_ATTEMPTS, by }, at);
}

const wants = (kind: WebhookEvent, restricted: boolean) => (webhook: Webhook) =>
  webhook.state === 'enabled' && webhook.events.includes(kind) && (webhook.restricted || !restricted);

/** Has everybody told who wants this. Of a restricted incident only those who were allowed to be. */
async function tell(
  tx: Tx,
  event: Omit<NewEvent, 'id' | 'kind'> & Readonly<{ kind: WebhookEvent }>,
  webhooks: readonly Webhook[],
  now: Date,
): Promise<void> {
  const restricted = event.incident !== undefined && (await isRestricted(tx, event.incident));
  const wanting = webhooks.filter(wants(event.kind, restricted));
  if (wanting.length === 0) return;
  const id = await insertEvent(tx, { ...event, id: newId('evt') });
  for (const { id: webhook } of wanting)
    await addDelivery(tx, { webhook, event: id, at: now, by: 'program' });
}

/** How far the register was looked at, and how far it goes. */
const isBehind = async (reads: Reads): Promise<boolean> =>
  (await entriesAfter(reads, await readCursor(reads), 1)).length > 0;

/** Looks at the entries that nobody has looked at yet, unless webhooks stand still. Of several that look at once, each entry is one's. */
export async function announce(db: Db, now: () => Date): Promise<void> {
  if ((await standsSince(db)) !== undefined) return;
  while (await isBehind(db))
    await db.transaction(async (tx) => {
      const entries = await entriesAfter(tx, await lockCursor(tx), ENTRIES_AT_ONCE);
      const last = entries.at(-1);
      if (last === undefined) return;
      const webhooks = await allWebhooks(tx);
      for (const entry of entries) {
        const kind = KINDS[entry.kind];
        if (kind === undefined) continue;
        const { incident, index, at } = entry;
        const event = { kind, incident, subject: String(index), at, data: dataOf(entry, kind) };
        await tell(tx, event, webhooks, now());
      }
      await setCursor(tx, last.index);
    });
}

/** Tells of what is due soon or overdue: of each once, and again when its time was moved. Of what is delayed, later. */
export async function announceDeadlines(db: Db, now: () => Date): Promise<void> {
  const at = now();
  if ((await standsSince(db)) !== undefined || (await allWebhooks(db)).length === 0) return;
  await db.transaction(async (tx) => {
    const webhooks = await allWebhooks(tx);
    for (const { of, kind, incident, due: time } of await nearlyDue(tx, at)) {
      const due = time.toISOString();
      const named = kind === 'task' ? { task: of } : kind === 'duty' ? { duty: of } : { matter: of, kind };
      // A duty has the same name in every incident.
      const subject = kind === 'duty' ? `${incident}/${of}/${due}` : `${of}/${due}`;
      const data = { incident, ...named, due };
      await tell(tx, { kind: 'deadline-near', incident, subject, at, data }, webhooks, at);
    }
  });
}
