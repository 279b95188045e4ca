/** The rows of accounts, sessions, tokens and links. */
import type { Role } from '@forthright/contract';
import type { Db, Insertable, Selectable, Tx, Updateable } from '../platform/db/index.ts';

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
};
type Sessions = { hash: string; account: string; begun_at: Date; seen_at: Date; expires_at: Date };
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
};
type Links = {
  hash: string;
  purpose: 'first-administrator' | 'invitation' | 'reset';
  account: string | null;
  made_at: Date;
  expires_at: Date;
  used_at: Date | null;
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
};
type Challenges = { hash: string; account: string | null; expires_at: Date };
type Tables = {
  accounts: Accounts;
  sessions: Sessions;
  api_tokens: Tokens;
  one_time_links: Links;
  passkeys: Passkeys;
  passkey_challenges: Challenges;
};

export type Account = Selectable<Accounts>;
export type Token = Selectable<Tokens>;
export type Link = Selectable<Links>;
export type Passkey = Selectable<Passkeys>;
type From = Db | Tx;

const reading = (from: From) => from.kysely<Tables>();

export const keyOf = (email: string): string => email.normalize('NFC').toLowerCase();

export const accountById = (from: From, id: string): Promise<Account | undefined> =>
  reading(from).selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();

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

export async function addAccount(tx: Tx, account: Insertable<Accounts>): Promise<void> {
  await tx.kysely<Tables>().insertInto('accounts').values(account).execute();
}

export async function changeAccount(tx: Tx, id: string, change: Updateable<Accounts>): Promise<void> {
  await tx.kysely<Tables>().updateTable('accounts').set(change).where('id', '=', id).execute();
}

export const sessionByHash = (from: From, hash: string): Promise<Selectable<Sessions> | undefined> =>
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
  await tx.kysely<Tables>().deleteFrom('sessions').where('expires_at', '<', at).execute();
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

export async function revokeToken(tx: Tx, id: string, at: Date): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('api_tokens')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
}

export async function revokeTokensOf(tx: Tx, account: string, at: Date): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('api_tokens')
    .set({ revoked_at: at })
    .where('account', '=', account)
    .where('revoked_at', 'is', null)
    .execute();
}

export const linkByHash = (from: From, hash: string): Promise<Link | undefined> =>
  reading(from).selectFrom('one_time_links').selectAll().where('hash', '=', hash).executeTakeFirst();

export async function addLink(tx: Tx, link: Insertable<Links>): Promise<void> {
  await tx.kysely<Tables>().insertInto('one_time_links').values(link).execute();
}

export async function useLink(tx: Tx, hash: string, at: Date): Promise<void> {
  await tx
    .kysely<Tables>()
    .updateTable('one_time_links')
    .set({ used_at: at })
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

export async function removePasskeysOf(tx: Tx, account: string): Promise<void> {
  await tx.kysely<Tables>().deleteFrom('passkeys').where('account', '=', account).execute();
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
