/**
 * Sessions: begun and ended as deeds. Who signs in when is what an auditor asks for first, so each is an entry; what
 * fails is none, since strangers would fill the register with it.
 *
 * While the register is stopped nothing can be recorded, and yet an administrator must get in to decide whether it goes
 * on. So an administrator's session may begin without its entry, and anybody's may end without; both are noted, and
 * recorded before anything else once the register goes on.
 */
import { ForthrightError, type Role } from '@forthright/contract';
import type { Db, Tx } from '../platform/db/index.ts';
import { type Actor, deed, type Event, record, registerState } from '../prove/index.ts';
import { hashOf, makeSecret } from './secrets.ts';
import {
  type Account,
  addSession,
  changeAccount,
  endSession,
  endSessionsOf,
  forgetSessionsBefore,
  markEnded,
  type Session,
  sessionByHash,
  setSessionEntry,
  unrecordedSessions,
} from './store.ts';
import type { Begun } from './types.ts';

export const SESSION_HOURS = 12;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Who signs in acts as themselves, though they have no session yet. */
export const oneself = ({ id, roles }: Readonly<{ id: string; roles: readonly Role[] }>): Actor => ({
  id,
  account: id,
  roles,
  via: 'session',
});

/** What entries call it: says nothing about the secret. */
const idOf = ({ hash }: Pick<Session, 'hash'>): string => `ses_${hash.slice(0, 20)}`;

/** Records an event within the transaction; null while the register is stopped. */
export type Recording = (event: Event) => Promise<number | null>;

type Where = Readonly<{ db: Db; now: () => Date }>;

/** What leads to a session: a deed, or mere bookkeeping while the register is stopped. */
export function entering<T>(
  { db, now }: Where,
  actor: Actor,
  work: (tx: Tx, at: Date, note: Recording) => Promise<T>,
): Promise<T> {
  if (registerState(db).kind === 'stopped')
    return db.transaction((tx) => work(tx, now(), () => Promise.resolve(null)));
  return deed({ db, actor, now }, async (tx, at) => {
    await recordNoted(tx);
    return work(tx, at, (event) => record(tx, event));
  });
}

export type Signed = Readonly<{
  output: Readonly<{ person: string; name: string; roles: Role[]; expires: string }>;
  session: Begun;
}>;

/** Begins a session of this account. Refuses all but administrators while the register is stopped. */
export async function begin(
  tx: Tx,
  account: Pick<Account, 'id' | 'name' | 'roles'>,
  means: Session['means'],
  { at, note }: Readonly<{ at: Date; note: Recording }>,
): Promise<Signed> {
  const secret = makeSecret('fws');
  const hash = hashOf(secret);
  const expires = new Date(at.getTime() + SESSION_HOURS * HOUR_MS);
  const entry = await note({
    kind: 'session-begun',
    facts: { session: idOf({ hash }), account: account.id, means, expires: expires.toISOString() },
  });
  if (entry === null && !account.roles.includes('administrator'))
    throw new ForthrightError(
      'register-stopped',
      'The register is stopped, and only an administrator can sign in, to decide whether it goes on.',
    );
  await forgetSessionsBefore(tx, new Date(at.getTime() - DAY_MS));
  await addSession(tx, {
    hash,
    account: account.id,
    means,
    begun_at: at,
    seen_at: at,
    expires_at: expires,
    entry: entry === null ? null : BigInt(entry),
    ended_at: null,
  });
  await changeAccount(tx, account.id, { signed_in_at: at });
  const { id: person, name, roles } = account;
  return { output: { person, name, roles, expires: expires.toISOString() }, session: { secret, expires } };
}

/** Ends this one session; nothing when it is none, or over already. */
export async function end({ db, now }: Where, secret: string): Promise<void> {
  const hash = hashOf(secret);
  const seen = await sessionByHash(db, hash);
  if (seen === undefined || seen.ended_at !== null) return;
  if (registerState(db).kind === 'stopped') {
    await db.transaction((tx) => markEnded(tx, hash, now()));
    return;
  }
  const actor: Actor = oneself({ id: seen.account, roles: [] });
  await attempt({ db, actor, now }, async (tx) => {
    await recordNoted(tx);
    const session = await sessionByHash(tx, hash);
    if (session === undefined) return undefined;
    await endSession(tx, hash);
    return record(tx, { kind: 'session-ended', facts: { session: idOf(session), account: session.account } });
  });
}

/** Records what was begun or ended while the register was stopped. */
async function recordNoted(tx: Tx): Promise<number> {
  const noted = await unrecordedSessions(tx);
  for (const session of noted) {
    const { hash, account, means, begun_at, expires_at, ended_at } = session;
    const facts = { session: idOf(session), account, whileStopped: true };
    if (session.entry === null) {
      const times = { begun: begun_at.toISOString(), expires: expires_at.toISOString() };
      const entry = await record(tx, { kind: 'session-begun', facts: { ...facts, means, ...times } });
      await setSessionEntry(tx, hash, BigInt(entry));
    }
    if (ended_at === null) continue;
    await record(tx, { kind: 'session-ended', facts: { ...facts, ended: ended_at.toISOString() } });
    await endSession(tx, hash);
  }
  return noted.length;
}

/** Ends all sessions of an account within a deed, and gives how many there were; the deed's entry states it. */
export async function endAllOf(tx: Tx, account: string): Promise<number> {
  await recordNoted(tx);
  return endSessionsOf(tx, account);
}

/** Before anything is done with a session that was begun while the register was stopped, its entry is made. */
export async function catchUp({ db, now }: Where, actor: Actor): Promise<void> {
  await attempt({ db, actor, now }, async (tx) => ((await recordNoted(tx)) === 0 ? undefined : true));
}

const NOTHING = Symbol('nothing was to be done');

/** As a deed, for what may turn out to be so already: `work` gives undefined, nothing is done and nothing recorded. */
export async function attempt<T>(
  asked: Parameters<typeof deed>[0],
  work: (tx: Tx, at: Date) => Promise<T | undefined>,
): Promise<T | undefined> {
  try {
    return await deed(asked, async (tx, at) => {
      const done = await work(tx, at);
      if (done === undefined) throw NOTHING;
      return done;
    });
  } catch (error) {
    if (error === NOTHING) return undefined;
    throw error;
  }
}
