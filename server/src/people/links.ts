/** One-time links: the only way to a first password. */
import type { Db, Tx } from '../platform/db/index.ts';
import { hashOf, makeSecret } from './secrets.ts';
import { addLink, administrators, type Link, voidLinks } from './store.ts';

const HOUR_MS = 3_600_000;
const HOURS: Readonly<Record<Link['purpose'], number>> = {
  'first-administrator': 1,
  invitation: 72,
  reset: 24,
};

export type Made = Readonly<{ link: string; expires: Date }>;

export async function makeLink(
  tx: Tx,
  purpose: Link['purpose'],
  account: string | null,
  now: Date,
): Promise<Made> {
  const link = makeSecret('fwl');
  const expires = new Date(now.getTime() + HOURS[purpose] * HOUR_MS);
  await voidLinks(tx, account);
  await addLink(tx, {
    hash: hashOf(link),
    purpose,
    account,
    made_at: now,
    expires_at: expires,
    used_at: null,
  });
  return { link, expires };
}

/**
 * The link for whoever started the program, as long as nobody can administer it. Each start makes the one before
 * void, so that one which was lost in a log opens nothing later.
 */
export function firstLink(db: Db, now: Date): Promise<Made | undefined> {
  return db.transaction(async (tx) =>
    (await administrators(tx)).length > 0 ? undefined : makeLink(tx, 'first-administrator', null, now),
  );
}
