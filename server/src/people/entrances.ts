/** Sign in, sign out, and a first password through a one-time link. */
import { ForthrightError, ROLES } from '@forthright/contract';
import * as z from 'zod';
import type { Db, Tx } from '../platform/db/index.ts';
import type { Wait } from '../platform/index.ts';
import { deed, record, type SealPlace } from '../prove/index.ts';
import { stepOf } from './factor.ts';
import type { Gate } from './gate.ts';
import { linkId } from './links.ts';
import { openFactor } from './seals.ts';
import {
  hashOf,
  hashPassword,
  isPassword,
  isSecret,
  LONGEST_PASSWORD,
  makeId,
  refuseWeakPassword,
  type Work,
} from './secrets.ts';
import { begin, end, endAllOf, entering, oneself, type Signed } from './sessions.ts';
import {
  type Account,
  accountByEmail,
  accountById,
  addAccount,
  administrators,
  changeAccount,
  keyOf,
  type Link,
  linkByHash,
  removeIdentitiesOf,
  removePasskeysOf,
  useLink,
} from './store.ts';
import type { Tries } from './tries.ts';
import { type Entrance, entrance } from './types.ts';

/** More bytes than a password may have: each guess costs us work. */
export const Password = z
  .string()
  .min(1)
  .max(2 * LONGEST_PASSWORD);
export const Email = z.email().max(254);
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((name) => !/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(name), 'one line without control characters');
export const Code = z.string().regex(/^\d{6}$/, 'six digits');

export const SignedIn = z.strictObject({
  person: z.string(),
  name: z.string(),
  roles: z.array(z.enum(ROLES)),
  expires: z.iso.datetime(),
});
export type SignedIn = z.infer<typeof SignedIn>;

/** Wrong tries for one address, from wherever they come. */
export const TRIES = { most: 10, windowSeconds: 900 };

export type Means = Readonly<{
  db: Db;
  now: () => Date;
  work: Work;
  tries: Tries;
  gate: Gate;
  seals: SealPlace;
}>;

export const entrancesOf = (means: Means): readonly Entrance[] => [
  entrance({
    name: 'sign-in',
    summary: 'Begins a session, whose cookie comes with the answer',
    method: 'POST',
    path: '/sign-in',
    input: z.strictObject({ email: Email, password: Password, code: Code.optional() }),
    output: SignedIn,
    run: (input) => signIn(means, input),
  }),
  entrance({
    name: 'sign-out',
    summary: 'Ends the session whose cookie comes with the request',
    method: 'POST',
    path: '/sign-out',
    input: z.strictObject({}),
    output: z.strictObject({ signedOut: z.literal(true) }),
    run: async (_, session) => {
      if (session !== undefined) await end(means, session);
      return { output: { signedOut: true }, session: 'ended' };
    },
  }),
  entrance({
    name: 'accept-link',
    summary:
      'Sets a password with a one-time link, and signs in; the first administrator also says who they are',
    method: 'POST',
    path: '/accept-link',
    input: z.strictObject({
      link: z.string().max(100),
      password: Password,
      email: Email.optional(),
      name: Name.optional(),
    }),
    output: SignedIn,
    run: (input) => acceptLink(means, input),
  }),
];

export const refused = () =>
  new ForthrightError('sign-in-refused', 'The address, the password or the code is wrong.');

/** Counted before it is looked at: a thousand guesses that come at once are a thousand. */
export async function countTry({ tries }: Pick<Means, 'tries'>, key: string): Promise<void> {
  const wait: Wait = { waitSeconds: await tries.take(key) };
  if (wait.waitSeconds > 0)
    throw new ForthrightError(
      'too-many-requests',
      `Too many tries for this account; wait ${wait.waitSeconds} seconds.`,
      { cause: wait },
    );
}

async function signIn(
  means: Means,
  { email, password, code }: { email: string; password: string; code?: string | undefined },
): Promise<Signed> {
  const { db, work, tries, gate } = means;
  const key = hashOf(keyOf(email));
  await countTry(means, key);
  const found = await accountByEmail(db, email);
  const isRight = await gate.through(() => isPassword(password, found?.password_hash ?? null, work));
  if (found === undefined || !isRight || found.roles.length === 0) throw refused();
  if (found.totp_secret !== null && code === undefined)
    throw new ForthrightError(
      'second-factor-needed',
      'This account needs the code of its authenticator app too.',
    );
  const answer = await entering(means, oneself(found), async (tx, at, note) => {
    // Asked anew: the password may have been changed, or the code used, since.
    const account = await accountById(tx, found.id);
    if (account === undefined || account.password_hash !== found.password_hash) throw refused();
    if (account.totp_secret !== null) {
      const secret = await openFactor(means, account.totp_secret, account.id);
      const step = stepOf(secret, code ?? '', at, account.totp_last_step);
      if (step === undefined) throw refused();
      await changeAccount(tx, account.id, { totp_last_step: step });
    }
    return begin(tx, account, 'password', { at, note });
  });
  await tries.forget(key);
  return answer;
}

type Accepted = Readonly<{
  link: string;
  password: string;
  email?: string | undefined;
  name?: string | undefined;
}>;

async function acceptLink(
  { db, now, work, gate }: Means,
  { link, password, ...who }: Accepted,
): Promise<Signed> {
  const hash = hashOf(link);
  const seen = isSecret('fwl', link) ? await linkByHash(db, hash) : undefined;
  const { account } = refuseSpent(seen, now());
  const owner = account === null ? undefined : await accountById(db, account);
  const { email, name } = owner ?? firstWho(who);
  if (owner !== undefined && (who.email !== undefined || who.name !== undefined)) throw knownAlready(who);
  refuseWeakPassword(password, [...keyOf(email).split(/[@.]/), ...name.toLowerCase().split(/\s+/)]);
  const passwordHash = await gate.through(() => hashPassword(password, work));
  // An address that was invited before anybody could administer is that account, which becomes an administrator's.
  const there = owner ?? (await accountByEmail(db, email));
  const actor = oneself(there ?? { id: makeId('usr'), roles: [] });
  return deed({ db, actor, now }, async (tx, at) => {
    const used = refuseSpent(await linkByHash(tx, hash), at);
    const signed =
      account === null
        ? await becomeFirst(tx, used, { id: actor.id, email, name, passwordHash }, at)
        : await resetBy(tx, used, { id: account, passwordHash }, at);
    const note = (event: Parameters<typeof record>[1]) => record(tx, event);
    return begin(tx, signed, 'link', { at, note });
  });
}

type Who = Pick<Account, 'id' | 'name' | 'roles'>;

/** The password of the account that the link was made for; after a reset nothing else opens it any more. */
async function resetBy(
  tx: Tx,
  { hash, purpose }: Link,
  { id, passwordHash }: Readonly<{ id: string; passwordHash: string }>,
  at: Date,
): Promise<Who> {
  const account = await accountById(tx, id);
  if (account === undefined || account.roles.length === 0) throw spent();
  const isReset = purpose === 'reset';
  const hadFactor = isReset && account.totp_secret !== null;
  const entry = await record(tx, {
    kind: 'link-used',
    facts: {
      link: linkId(hash),
      purpose,
      account: id,
      sessionsEnded: await endAllOf(tx, id),
      ...(isReset
        ? {
            passkeysRemoved: await removePasskeysOf(tx, id),
            identitiesRemoved: await removeIdentitiesOf(tx, id),
            secondFactorRemoved: hadFactor,
          }
        : {}),
    },
  });
  await useLink(tx, hash, at, BigInt(entry));
  await changeAccount(tx, id, {
    password_hash: passwordHash,
    password_entry: BigInt(entry),
    ...(isReset ? { totp_secret: null, totp_pending: null, totp_last_step: null } : {}),
    ...(hadFactor ? { factor_entry: BigInt(entry) } : {}),
  });
  return account;
}

type First = Readonly<{ id: string; email: string; name: string; passwordHash: string }>;

async function becomeFirst(tx: Tx, { hash, purpose }: Link, first: First, at: Date): Promise<Who> {
  if ((await administrators(tx)).length > 0) throw spent();
  const { id, email, name, passwordHash } = first;
  const there = await accountById(tx, id);
  // Between our look and the register's lock somebody was invited at this address.
  if (there === undefined && (await accountByEmail(tx, email)) !== undefined) throw spent();
  const roles = [...new Set([...(there?.roles ?? []), 'administrator' as const])];
  const texts = { name: { value: name, person: id } };
  const made = await record(tx, {
    kind: there === undefined ? 'account-made' : 'account-roles-set',
    facts: { account: id, roles },
    texts: there === undefined ? { ...texts, email: { value: email, person: id } } : texts,
  });
  const used = await record(tx, { kind: 'link-used', facts: { link: linkId(hash), purpose, account: id } });
  await useLink(tx, hash, at, BigInt(used));
  const change = {
    name,
    roles,
    roles_entry: BigInt(made),
    password_hash: passwordHash,
    password_entry: BigInt(used),
  };
  if (there === undefined) await addAccount(tx, { ...newAccount(id, email, at, made), ...change });
  else await changeAccount(tx, id, change);
  return { id, name, roles };
}

/** What an account has before anybody has signed in to it. */
export const newAccount = (id: string, email: string, at: Date, entry: number) => ({
  id,
  email,
  email_key: keyOf(email),
  password_hash: null,
  totp_secret: null,
  totp_pending: null,
  totp_last_step: null,
  made_at: at,
  signed_in_at: null,
  entry: BigInt(entry),
  roles_entry: BigInt(entry),
  password_entry: null,
  factor_entry: null,
});

const spent = () => new ForthrightError('link-invalid', 'The one-time link is unknown, used up or too old.');

function refuseSpent(link: Link | undefined, now: Date): Link {
  if (link === undefined || link.used_at !== null || now >= link.expires_at) throw spent();
  return link;
}

function firstWho({ email, name }: Pick<Accepted, 'email' | 'name'>): { email: string; name: string } {
  if (email !== undefined && name !== undefined) return { email, name };
  const missing = [...(email === undefined ? ['email'] : []), ...(name === undefined ? ['name'] : [])];
  throw new ForthrightError('request-invalid', 'The first administrator says who they are.', {
    problems: missing.map((at) => ({ at, message: 'is needed with this link' })),
  });
}

function knownAlready(who: Pick<Accepted, 'email' | 'name'>): ForthrightError {
  const given = Object.entries(who).filter(([, value]) => value !== undefined);
  return new ForthrightError('request-invalid', 'This link is for somebody who is known already.', {
    problems: given.map(([at]) => ({ at, message: 'is not for this link: leave it out' })),
  });
}
