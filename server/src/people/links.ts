/** One-time links: the only way to a first password. */
import type { Db, Tx } from '../platform/db/index.ts';
import { PROGRAM, record, registerState } from '../prove/index.ts';
import { hashOf, makeSecret } from './secrets.ts';
import { attempt } from './sessions.ts';
import { addLink, administrators, type Link, voidLinks } from './store.ts';

const HOUR_MS = 3_600_000;
const HOURS: Readonly<Record<Link['purpose'], number>> = {
  'first-administrator': 1,
  invitation: 72,
  reset: 24,
};

export type Made = Readonly<{ link: string; expires: Date }>;

/** What entries call it: says nothing about the secret. */
export const linkId = (hash: string): string => `lnk_${hash.slice(0, 20)}`;

/** Makes a link within a deed, and records it. Those before it for the same account are void from then on. */
export async function makeLink(
  tx: Tx,
  purpose: Link['purpose'],
  account: string | null,
  now: Date,
): Promise<Made> {
  const link = makeSecret('fwl');
  const expires = new Date(now.getTime() + HOURS[purpose] * HOUR_MS);
  const hash = hashOf(link);
  const entry = await record(tx, {
    kind: 'link-made',
    facts: { link: linkId(hash), purpose, account, expires: expires.toISOString() },
  });
  await voidLinks(tx, account);
  await addLink(tx, {
    hash,
    purpose,
    account,
    made_at: now,
    expires_at: expires,
    used_at: null,
    entry: BigInt(entry),
    used_entry: null,
  });
  return { link, expires };
}

/**
 * The link for whoever started the program, as long as nobody can administer it. Each start makes the one before
 * void, so that one which was lost in a log opens nothing later. None while the register is stopped: whoever puts an
 * old or empty database in its place must not become its administrator by that.
 */
export async function firstLink(db: Db, now: () => Date): Promise<Made | undefined> {
  if (registerState(db).kind === 'stopped') return undefined;
  return attempt({ db, actor: PROGRAM, now }, async (tx, at) =>
    (await administrators(tx)).length > 0 ? undefined : makeLink(tx, 'first-administrator', null, at),
  );
}
