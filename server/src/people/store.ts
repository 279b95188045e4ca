/** The rows of accounts, sessions, tokens and links. */
import type { Role } from '@forthright/contract';
import type { Db, Insertable, Reads, Selectable, Tx, Updateable } from '../platform/db/index.ts';

type Accounts = {
  id: string;
  email: string;
  email_key: string;
  name: string;
  roles: Role[];
  password_hash: string | null;
  totp_secret: string | null;
  totp_pending: string | null;
  totp_last_step: bigint | null;
  made_at: Date;
  signed_in_at: Date | null;
  entry: bigint | null;
  roles_entry: bigint | null;
  password_entry: bigint | null;
  factor_entry: bigint | null;
};
type Sessions = {
  hash: string;
  account: string;
  means: 'password' | 'passkey' | 'link' | 'company';
  begun_at: Date;
  seen_at: Date;
  expires_at: Date;
  entry: bigint | null;
  ended_at: Date | null;
};
type Tokens = {
  id: string;
  hash: string;
  account: string;
  name: string;
  scopes: Role[];
  made_at: Date;
  expires_at: Date;
  used_at: Date | null;
  revoked_at: Date | null;
  entry: bigint | null;
  revoked_entry: bigint | null;
};
type Links = {
  hash: string;
  purpose: 'first-administrator' | 'invitation' | 'reset';
  account: string | null;
  made_at: Date;
  expires_at: Date;
  used_at: Date | null;
  entry: bigint | null;
  used_entry: bigint | null;
};
type Passkeys = {
  id: string;
  account: string;
  name: string;
  public_key: string;
  counter: bigint;
  origin: string;
  made_at: Date;
  used_at: Date | null;
  entry: bigint | null;
};
type Identities = { issuer: string; subject: string; account: string; linked_at: Date; entry: bigint };
type CompanyTries = {
  hash: string;
  state: string;
  nonce: string;
  verifier: string;
  redirect: string;
  expires_at: Date;
};
type SealKeys = {
  key_id: string;
  entry: bigint;
  made_at: Date;
  ends_at: Date | null;
  ended_entry: bigint | null;
};
type Challenges = { hash: string; account: string | null; expires_at: Date };
type Tables = {
  accounts: Accounts;
  sessions: Sessions;
  api_tokens: Tokens;
  one_time_links: Links;
  passkeys: Passkeys;
  passkey_challenges: Challenges;
  seal_keys: SealKeys;
  identities: Identities;
  company_tries: CompanyTries;
};

export type Account = Selectable<Accounts>;
export type Session = Selectable<Sessions>;
export type Token = Selectable<Tokens>;
export type Link = Selectable<Links>;
export type Passkey = Selectable<Passkeys>;
type From = Db | Tx;

const reading = (from: From) => from.kysely<Tables>();

export const keyOf = (email: string): string => email.normalize('NFC').toLowerCase();

export const accountById = (from: From, id: string): Promise<Account | undefined> =>
  reading(from).selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();

/** The address of an account; undefined when there is no such account any more. */
export const emailOf = async (from: From, id: string): Promise<string | undefined> =>
  (await accountById(from, id))?.email;

export const accountByEmail = (from: From, email: string): Promise<Account | undefined> =>
  reading(from).selectFrom('accounts').selectAll().where('email_key', '=', keyOf(email)).executeTakeFirst();

export const allAccounts = (from: From): Promise<Account[]> =>
  reading(from).selectFrom('accounts').selectAll().orderBy('made_at').orderBy('id').execute();

/** People who can sign in and administer. */
export async function administrators(from: From): Promise<string[]> {
  const accounts = await allAccounts(from);
  return accounts
    .filter(({ roles, password_hash }) => roles.includes('administrator') && password_hash !== null)
    .map(({ id }) => id);
}

/** Privacy officers who can sign in. */
export async function officersOf(reads: Reads): Promise<string[]> {
  const rows = await reads.rows<{ id: string }>(
    `SELECT id FROM accounts WHERE 'privacy-officer' = ANY (roles)
        AND (password_hash IS NOT NULL OR signed_in_at IS NOT NULL) ORDER BY id`,
  );
  return rows.map(({ id }) => id);
}

/** The roles of those of these accounts that there are. */
export async function rolesOf(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Role[]>> {
  const rows = await reads.rows<{ id: string; roles: Role[] }>(
    'SELECT id, roles FROM accounts WHERE id = ANY (:ids::text[])',
    { ids },
  );
  return new Map(rows.map(({ id, roles }) => [id, roles]));
}

export async function addAccount(tx: Tx, account: Insertable<Accounts>): Promise<void> {
  await tx.kysely<Tables>().insertInto('accounts').values(account).execute();
}

export async function changeAccount(tx: Tx, id: string, change: Updateable<Accounts>): Promise<void> {
  await tx.kysely<Tables>().updateTable('accounts').set(change).where('id', '=', id).execute();
}

export const sessionByHash = (from: From, hash: string): Promise<Session | undefined> =>
  reading(from).selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst();

export async function addSession(tx: Tx, session: Insertable<Sessions>): Promise<void> {
  await tx.kysely<Tables>().insertInto('sessions').values(session).execute();
}

export async function markSession(tx: Tx, hash: string, at: Date): Promise<void> {
  await tx.kysely<Tables>().updateTable('sessions').set({ seen_at: at }).where('hash', '=', hash).execute();
}

export async function endSession(tx: Tx, hash: string): Promise<void> {
  await tx.kysely<Tables>().deleteFrom('sessions').where('hash', '=', hash).execute();
}

/** Noted, to be recorded and deleted when the register goes on. */
export async function markEnded(tx: Tx, hash: string, at: Date): Promise<void> {
  await tx.kysely<Tables>().updateTable('sessions').set({ ended_at: at }).where('hash', '=', hash).execute();
}

export async function setSessionEntry(tx: Tx, hash: string, entry: bigint): Promise<void> {
  await tx.kysely<Tables>().updateTable('sessions').set({ entry }).where('hash', '=', hash).execute();
}

/** Those that were begun or ended while the register was stopped, in the order in which they were begun. */
export const unrecordedSessions = (from: From): Promise<Session[]> =>
  reading(from)
    .selectFrom('sessions')
    .selectAll()
    .where((is) => is.or([is('entry', 'is', null), is('ended_at', 'is not', null)]))
    .orderBy('begun_at')
    .orderBy('hash')
    .execute();

export async function endSessionsOf(tx: Tx, account: string): Promise<number> {
  const result = await tx
    .kysely<Tables>()
    .deleteFrom('sessions')
    .where('account', '=', account)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Whatever lets somebody in but a password, a second factor or a passkey. */
export async function endEverything(tx: Tx, at: Date): Promise<void> {
  const kysely = tx.kysely<Tables>();
  await kysely.deleteFrom('sessions').execute();
  await kysely.deleteFrom('one_time_links').execute();
  await kysely.updateTable('api_tokens').set({ revoked_at: at }).where('revoked_at', 'is', null).execute();
}

export async function forgetSessionsBefore(tx: Tx, at: Date): Promise<void> {
  await tx
    .kysely<Tables>()
    .deleteFrom('sessions')
    .where('expires_at', '<', at)
    .where('entry', 'is not', null)
    .where('ended_at', 'is', null)
    .execute();
}

export const tokenByHash = (from: From, hash: string): Promise<Token | undefined> =>
  reading(from).selectFrom('api_tokens').selectAll().where('hash', '=', hash).executeTakeFirst();

export const tokenById = (from: From, id: string): Promise<Token | undefined> =>
  reading(from).selectFrom('api_tokens').selectAll().where('id', '=', id).executeTakeFirst();

export const allTokens = (from: From): Promise<Token[]> =>
  reading(from).selectFrom('api_tokens').selectAll().orderBy('made_at').orderBy('id').execute();

export async function addToken(tx: Tx, token: Insertable<Tokens>): Promise<void> {
  await tx.kysely<Tables>().insertInto('api_tokens').values(token).execute();
}

export async function markToken(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.kysely<Tables>().updateTable('api_tokens').set({ used_at: at }).where('id', '=', id).execute();
}

export async function revokeToken(tx: Tx, id: string, at: Date, entry: bigint): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('api_tokens')
    .set({ revoked_at: at, revoked_entry: entry })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
}

/** How many there were to revoke; those that are over by themselves count, too. */
export async function countTokensOf(tx: Tx, account: string): Promise<number> {
  const [row] = await tx.rows<{ n: number }>(
    'SELECT count(*)::int4 AS n FROM api_tokens WHERE account = :account::text AND revoked_at IS NULL',
    { account },
  );
  return row?.n ?? 0;
}

export async function revokeTokensOf(tx: Tx, account: string, at: Date, entry: bigint): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('api_tokens')
    .set({ revoked_at: at, revoked_entry: entry })
    .where('account', '=', account)
    .where('revoked_at', 'is', null)
    .execute();
}

export const linkByHash = (from: From, hash: string): Promise<Link | undefined> =>
  reading(from).selectFrom('one_time_links').selectAll().where('hash', '=', hash).executeTakeFirst();

export async function addLink(tx: Tx, link: Insertable<Links>): Promise<void> {
  await tx.kysely<Tables>().insertInto('one_time_links').values(link).execute();
}

export async function useLink(tx: Tx, hash: string, at: Date, entry: bigint): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('one_time_links')
    .set({ used_at: at, used_entry: entry })
    .where('hash', '=', hash)
    .execute();
}

/** A newer link for the same makes the older ones void. */
export async function voidLinks(tx: Tx, account: string | null): Promise<void> {
  const links = tx.kysely<Tables>().deleteFrom('one_time_links').where('used_at', 'is', null);
  await (account === null
    ? links.where('account', 'is', null)
    : links.where('account', '=', account)
  ).execute();
}

export const passkeyById = (from: From, id: string): Promise<Passkey | undefined> =>
  reading(from).selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirst();

export const passkeysOf = (from: From, account: string): Promise<Passkey[]> =>
  reading(from)
    .selectFrom('passkeys')
    .selectAll()
    .where('account', '=', account)
    .orderBy('made_at')
    .orderBy('id')
    .execute();

export async function addPasskey(tx: Tx, passkey: Insertable<Passkeys>): Promise<void> {
  await tx.kysely<Tables>().insertInto('passkeys').values(passkey).execute();
}

export async function markPasskey(tx: Tx, id: string, counter: bigint, at: Date): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('passkeys')
    .set({ counter, used_at: at })
    .where('id', '=', id)
    .execute();
}

export async function removePasskey(tx: Tx, id: string): Promise<void> {
  await tx.kysely<Tables>().deleteFrom('passkeys').where('id', '=', id).execute();
}

export async function removePasskeysOf(tx: Tx, account: string): Promise<number> {
  const result = await tx
    .kysely<Tables>()
    .deleteFrom('passkeys')
    .where('account', '=', account)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Forgets those that are too old, too: strangers can ask for as many as they are let. */
export async function addChallenge(tx: Tx, challenge: Insertable<Challenges>, now: Date): Promise<void> {
  const kysely = tx.kysely<Tables>();
  await kysely.deleteFrom('passkey_challenges').where('expires_at', '<', now).execute();
  await kysely.insertInto('passkey_challenges').values(challenge).execute();
}

/** A challenge counts once: who takes it, removes it. */
export const takeChallenge = (tx: Tx, hash: string, now: Date): Promise<Selectable<Challenges> | undefined> =>
  tx
    .kysely<Tables>()
    .deleteFrom('passkey_challenges')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();

/** All that is kept of an account, and the account. */
export async function removeAccount(tx: Tx, id: string): Promise<void> {
  const kysely = tx.kysely<Tables>();
  for (const table of [
    'sessions',
    'api_tokens',
    'one_time_links',
    'passkeys',
    'passkey_challenges',
    'identities',
  ] as const)
    await kysely.deleteFrom(table).where('account', '=', id).execute();
  await kysely.deleteFrom('accounts').where('id', '=', id).execute();
}

/** The sealing key that counts, by its id. */
export async function currentSealKey(from: From): Promise<string | undefined> {
  const row = await reading(from)
    .selectFrom('seal_keys')
    .select('key_id')
    .where('ends_at', 'is', null)
    .executeTakeFirst();
  return row?.key_id;
}

/** Keys whose time is over. */
export async function endedSealKeys(from: From, now: Date): Promise<string[]> {
  const rows = await reading(from)
    .selectFrom('seal_keys')
    .select('key_id')
    .where('ends_at', '<=', now)
    .execute();
  return rows.map(({ key_id }) => key_id);
}

export async function addSealKey(
  tx: Tx,
  key: Pick<Insertable<SealKeys>, 'key_id' | 'made_at' | 'entry'>,
): Promise<void> {
  const row = { ...key, ends_at: null, ended_entry: null };
  await tx.kysely<Tables>().insertInto('seal_keys').values(row).execute();
}

/** The keys before a rotation; a time that is set is only ever shortened. */
export async function endSealKeys(tx: Tx, at: Date, entry: bigint): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('seal_keys')
    .set({ ends_at: at, ended_entry: entry })
    .where((is) => is.or([is('ends_at', 'is', null), is('ends_at', '>', at)]))
    .execute();
}

/** Accounts that have a second factor, or have begun one. */
export const factors = (from: From): Promise<Account[]> =>
  reading(from)
    .selectFrom('accounts')
    .selectAll()
    .where((is) => is.or([is('totp_secret', 'is not', null), is('totp_pending', 'is not', null)]))
    .orderBy('id')
    .execute();

export const identityOf = (
  from: From,
  { issuer, subject }: Pick<Identities, 'issuer' | 'subject'>,
): Promise<Selectable<Identities> | undefined> =>
  reading(from)
    .selectFrom('identities')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();

/** Refuses, as `record-exists`, an account that is somebody else to this provider. */
export async function addIdentity(tx: Tx, identity: Insertable<Identities>): Promise<void> {
  await tx.kysely<Tables>().insertInto('identities').values(identity).execute();
}

export async function removeIdentitiesOf(tx: Tx, account: string): Promise<number> {
  const result = await tx
    .kysely<Tables>()
    .deleteFrom('identities')
    .where('account', '=', account)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Forgets those that are too old, too: strangers can begin as many as they are let. */
export async function addCompanyTry(tx: Tx, begun: Insertable<CompanyTries>, now: Date): Promise<void> {
  const kysely = tx.kysely<Tables>();
  await kysely.deleteFrom('company_tries').where('expires_at', '<', now).execute();
  await kysely.insertInto('company_tries').values(begun).execute();
}

/** Counts once: who takes it, removes it. */
export const takeCompanyTry = (
  tx: Tx,
  hash: string,
  now: Date,
): Promise<Selectable<CompanyTries> | undefined> =>
  tx
    .kysely<Tables>()
    .deleteFrom('company_tries')
    .where('hash', '=', hash)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
