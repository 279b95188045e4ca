/** Who asks: from a session's or a token's secret to an actor with roles. */
import { ForthrightError } from '@forthright/contract';
import type { Db } from '../platform/db/index.ts';
import { type Actor, registerState } from '../prove/index.ts';
import { hashOf, isSecret } from './secrets.ts';
import { catchUp, oneself } from './sessions.ts';
import { accountById, markSession, markToken, sessionByHash, tokenByHash } from './store.ts';
import type { Credentials } from './types.ts';

const IDLE_HOURS = 2;
const HOUR_MS = 3_600_000;
/** How exact "last seen" is: a change of the records for each request would hold all others up. */
const MARK_MS = 60_000;

/**
 * The actor behind these credentials. Refuses with `not-signed-in`, `session-expired`, `token-invalid` or
 * `token-expired`. Roles are those of now: what was taken from a person is taken from their tokens at once.
 */
export async function recognise(db: Db, now: () => Date, { session, token }: Credentials): Promise<Actor> {
  if (token !== undefined) return byToken(db, now(), token);
  if (session !== undefined) return bySession(db, now, session);
  throw new ForthrightError('not-signed-in', 'Nobody is signed in.');
}

async function byToken(db: Db, now: Date, raw: string): Promise<Actor> {
  const invalid = () => new ForthrightError('token-invalid', 'The API token is unknown or was revoked.');
  if (!isSecret('fwt', raw)) throw invalid();
  const token = await tokenByHash(db, hashOf(raw));
  if (token === undefined || token.revoked_at !== null) throw invalid();
  if (now >= token.expires_at)
    throw new ForthrightError('token-expired', `The API token expired at ${token.expires_at.toISOString()}.`);
  const account = await accountById(db, token.account);
  if (account === undefined || account.roles.length === 0) throw invalid();
  if (token.used_at === null || now.getTime() - token.used_at.getTime() >= MARK_MS)
    await db.transaction((tx) => markToken(tx, token.id, now));
  const roles = account.roles.filter((role) => token.scopes.includes(role));
  return { id: token.id, account: account.id, roles, via: 'token' };
}

async function bySession(db: Db, clock: () => Date, raw: string): Promise<Actor> {
  const over = () => new ForthrightError('session-expired', 'The session is over; sign in again.');
  const session = isSecret('fws', raw) ? await sessionByHash(db, hashOf(raw)) : undefined;
  if (session === undefined || session.ended_at !== null) throw over();
  const now = clock();
  const idleMs = now.getTime() - session.seen_at.getTime();
  if (now >= session.expires_at || idleMs >= IDLE_HOURS * HOUR_MS) throw over();
  const account = await accountById(db, session.account);
  if (account === undefined || account.roles.length === 0) throw over();
  if (idleMs >= MARK_MS) await db.transaction((tx) => markSession(tx, session.hash, now));
  const actor = oneself(account);
  if (session.entry === null && registerState(db).kind === 'open') await catchUp({ db, now: clock }, actor);
  return actor;
}
