/** Sign in, sign out, and a first password through a one-time link. */
import { ForthrightError, ROLES } from '@forthright/contract';
import * as z from 'zod';
import type { Db, Tx } from '../platform/db/index.ts';
import { Limiter, type Wait } from '../platform/index.ts';
import { stepOf } from './factor.ts';
import type { Gate } from './gate.ts';
import { SESSION_HOURS } from './recognise.ts';
import {
  hashOf,
  hashPassword,
  isPassword,
  isSecret,
  LONGEST_PASSWORD,
  makeId,
  makeSecret,
  refuseWeakPassword,
  type Work,
} from './secrets.ts';
import {
  type Account,
  accountByEmail,
  accountById,
  addAccount,
  addSession,
  administrators,
  changeAccount,
  endSession,
  endSessionsOf,
  forgetSessionsBefore,
  keyOf,
  type Link,
  linkByHash,
  removePasskeysOf,
  useLink,
} from './store.ts';
import { type Begun, type Entrance, entrance } from './types.ts';

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
const TRIES = { most: 10, windowSeconds: 900 };
const DAY_MS = 86_400_000;

export type Means = Readonly<{ db: Db; now: () => Date; work: Work; tries: Limiter; gate: Gate }>;

export const triesLimiter = (now: () => Date) => new Limiter(TRIES, now);

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
      if (session !== undefined) await means.db.transaction((tx) => endSession(tx, hashOf(session)));
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

type Answer = Readonly<{ output: SignedIn; session: Begun }>;

export const refused = () =>
  new ForthrightError('sign-in-refused', 'The address, the password or the code is wrong.');

/** Counted before it is looked at: a thousand guesses that come at once are a thousand. */
export function countTry({ tries }: Means, key: string): void {
  const wait: Wait = { waitSeconds: tries.take(key) };
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
): Promise<Answer> {
  const { db, work, tries, gate } = means;
  const key = hashOf(keyOf(email));
  countTry(means, key);
  const found = await accountByEmail(db, email);
  const isRight = await gate.through(() => isPassword(password, found?.password_hash ?? null, work));
  if (found === undefined || !isRight || found.roles.length === 0) throw refused();
  if (found.totp_secret !== null && code === undefined)
    throw new ForthrightError(
      'second-factor-needed',
      'This account needs the code of its authenticator app too.',
    );
  const answer = await db.transaction(async (tx) => {
    // Asked anew: the password may have been changed, or the code used, since.
    const account = await accountById(tx, found.id);
    if (account === undefined || account.password_hash !== found.password_hash) throw refused();
    const now = means.now();
    if (account.totp_secret !== null) {
      const step = stepOf(account.totp_secret, code ?? '', now, account.totp_last_step);
      if (step === undefined) throw refused();
      await changeAccount(tx, account.id, { totp_last_step: step });
    }
    return begin(tx, account, now);
  });
  tries.forget(key);
  return answer;
}

export async function begin(
  tx: Tx,
  account: Pick<Account, 'id' | 'name' | 'roles'>,
  now: Date,
): Promise<Answer> {
  const secret = makeSecret('fws');
  const expires = new Date(now.getTime() + SESSION_HOURS * 3_600_000);
  await forgetSessionsBefore(tx, new Date(now.getTime() - DAY_MS));
  await addSession(tx, {
    hash: hashOf(secret),
    account: account.id,
    begun_at: now,
    seen_at: now,
    expires_at: expires,
  });
  await changeAccount(tx, account.id, { signed_in_at: now });
  const { id: person, name, roles } = account;
  return { output: { person, name, roles, expires: expires.toISOString() }, session: { secret, expires } };
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
): Promise<Answer> {
  const hash = hashOf(link);
  const seen = isSecret('fwl', link) ? await linkByHash(db, hash) : undefined;
  const { purpose, account } = refuseSpent(seen, now());
  const owner = account === null ? undefined : await accountById(db, account);
  const { email, name } = owner ?? firstWho(who);
  if (owner !== undefined && (who.email !== undefined || who.name !== undefined)) throw knownAlready(who);
  refuseWeakPassword(password, [...keyOf(email).split(/[@.]/), ...name.toLowerCase().split(/\s+/)]);
  const passwordHash = await gate.through(() => hashPassword(password, work));
  return db.transaction(async (tx) => {
    const at = now();
    refuseSpent(await linkByHash(tx, hash), at);
    await useLink(tx, hash, at);
    if (account !== null && owner !== undefined) {
      await changeAccount(tx, account, {
        password_hash: passwordHash,
        ...(purpose === 'reset' ? { totp_secret: null, totp_pending: null, totp_last_step: null } : {}),
      });
      if (purpose === 'reset') await removePasskeysOf(tx, account);
      await endSessionsOf(tx, account);
      const { roles } = (await accountById(tx, account)) ?? owner;
      if (roles.length === 0) throw spent();
      return begin(tx, { id: account, name, roles }, at);
    }
    if ((await administrators(tx)).length > 0) throw spent();
    return begin(tx, await addFirst(tx, { email, name, passwordHash }, at), at);
  });
}

/** An address that was invited before anybody could administer is that account, which becomes an administrator's. */
async function addFirst(
  tx: Tx,
  { email, name, passwordHash }: Readonly<{ email: string; name: string; passwordHash: string }>,
  at: Date,
): Promise<Pick<Account, 'id' | 'name' | 'roles'>> {
  const there = await accountByEmail(tx, email);
  if (there !== undefined) {
    const roles = [...new Set([...there.roles, 'administrator' as const])];
    await changeAccount(tx, there.id, { name, roles, password_hash: passwordHash });
    return { id: there.id, name, roles };
  }
  const first = { id: makeId('usr'), name, roles: ['administrator' as const] };
  await addAccount(tx, {
    ...first,
    email,
    email_key: keyOf(email),
    password_hash: passwordHash,
    totp_secret: null,
    totp_pending: null,
    totp_last_step: null,
    made_at: at,
    signed_in_at: null,
  });
  return first;
}

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
