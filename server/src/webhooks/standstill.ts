/**
 * After a restore nobody is told of anything until an administrator resumes it: the server that the copy was made of may still
 * run and tell the same, and whoever is told is perhaps not to be told any more. Nothing is lost meanwhile.
 */
import { ForthrightError, type WebhooksResumed } from '@forthright/contract';
import type { Reads, Tx } from '../platform/db/index.ts';
import { type Asked, deed, record } from '../prove/index.ts';
import { queueDelivery } from './events.ts';
import { endStandstill, idleDeliveries, insertStandstill, standsSince } from './store.ts';

/** Since when webhooks stand still; undefined when they do not, and in records of a version before there were any. */
export async function webhooksStandSince(reads: Reads): Promise<Date | undefined> {
  const [there] = await reads.rows<{ is: boolean }>(
    "SELECT to_regclass('forthright.webhook_standstills') IS NOT NULL AS is",
  );
  return there?.is === true ? standsSince(reads) : undefined;
}

/** Called by a restore. It is no deed: the register is stopped just then. */
export async function standStill(tx: Tx, now: Date): Promise<void> {
  if ((await standsSince(tx)) === undefined) await insertStandstill(tx, now);
}

/** Webhooks are told again, of all that waited, too. Refuses when they do not stand still. */
export function resumeWebhooks(asked: Asked): Promise<WebhooksResumed> {
  if (asked.actor.via === 'token')
    throw new ForthrightError('session-required', 'Sign in to do this; an API token is not enough.');
  return deed(asked, async (tx, at) => {
    const since = await standsSince(tx);
    if (since === undefined)
      throw new ForthrightError('webhooks-not-standing', 'Webhooks do not stand still.');
    const waiting = await idleDeliveries(tx);
    const entry = await record(tx, {
      kind: 'webhooks-resumed',
      facts: { since: since.toISOString(), waiting: waiting.length },
    });
    await endStandstill(tx, entry);
    for (const delivery of waiting) await queueDelivery(tx, { ...delivery, at, by: asked.actor.account });
    return { since: since.toISOString(), waiting: waiting.length, entry };
  });
}
