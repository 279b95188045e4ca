/** What may be asked about people, tokens and one's own account. */
import { ForthrightError, ROLES, type Role } from '@forthright/contract';
import * as z from 'zod';
import type { Db, Tx } from '../platform/db/index.ts';
import {
  type Actor,
  type Asked,
  deed,
  erasePerson,
  historyOf,
  type Operation,
  operation,
  type RecordedEntry,
  record,
} from '../prove/index.ts';
import { Email, Name, newAccount } from './entrances.ts';
import { makeLink } from './links.ts';
import { hashOf, makeId, makeSecret } from './secrets.ts';
import { attempt, endAllOf } from './sessions.ts';
import {
  type Account,
  accountByEmail,
  accountById,
  addAccount,
  addToken,
  administrators,
  allAccounts,
  allTokens,
  changeAccount,
  countTokensOf,
  removeAccount,
  revokeToken,
  revokeTokensOf,
  type Token,
  tokenById,
} from './store.ts';

const When = z.iso.datetime();
const PersonId = z.string().regex(/^usr_[0-9a-f]{20}$/, 'an id such as usr_0123456789abcdef0123');
const TokenId = z.string().regex(/^tok_[0-9a-f]{20}$/, 'an id such as tok_0123456789abcdef0123');
const Roles = z
  .array(z.enum(ROLES))
  .max(ROLES.length)
  .refine((roles) => new Set(roles).size === roles.length, 'each role once');
const Person = z.strictObject({
  id: PersonId,
  email: z.string(),
  name: z.string(),
  roles: Roles,
  state: z.enum(['invited', 'active']),
  hasSecondFactor: z.boolean(),
  madeAt: When,
  signedInAt: When.nullable(),
});
const TokenShown = z.strictObject({
  id: TokenId,
  person: PersonId,
  name: z.string(),
  scopes: Roles,
  madeAt: When,
  expires: When,
  usedAt: When.nullable(),
  revokedAt: When.nullable(),
});
const LinkShown = z.strictObject({
  person: Person,
  /** The page at which the link is used, on this server. */
  page: z.string(),
  link: z.string(),
  expires: When,
});

const Entry = z.strictObject({
  entry: z.int(),
  kind: z.string(),
  at: When,
  by: z.string(),
  /** The API token of `by` with which it was done. */
  token: z.string().optional(),
  facts: z.record(z.string(), z.json()),
  /** `null` stands for a text that was erased. */
  texts: z.record(z.string(), z.string().nullable()),
});

const entryOf = ({ index, kind, at, actor, account, facts, texts }: RecordedEntry) => ({
  entry: index,
  kind,
  at: at.toISOString(),
  by: account ?? actor,
  ...(account === undefined ? {} : { token: actor }),
  facts: facts as z.infer<typeof Entry>['facts'],
  texts: { ...texts },
});

const personOf = (account: Account): z.infer<typeof Person> => ({
  id: account.id,
  email: account.email,
  name: account.name,
  roles: account.roles,
  state: account.password_hash === null && account.signed_in_at === null ? 'invited' : 'active',
  hasSecondFactor: account.totp_secret !== null,
  madeAt: account.made_at.toISOString(),
  signedInAt: account.signed_in_at?.toISOString() ?? null,
});

const tokenOf = (token: Token): z.infer<typeof TokenShown> => ({
  id: token.id,
  person: token.account,
  name: token.name,
  scopes: token.scopes,
  madeAt: token.made_at.toISOString(),
  expires: token.expires_at.toISOString(),
  usedAt: token.used_at?.toISOString() ?? null,
  revokedAt: token.revoked_at?.toISOString() ?? null,
});

async function known(from: Db | Tx, id: string): Promise<Account> {
  const account = await accountById(from, id);
  if (account === undefined) throw new ForthrightError('account-not-found', `There is no account ${id}.`);
  return account;
}

/** Whose account an actor acts for: a token's owner, or the person who is signed in. */
export const ownAccount = (from: Db | Tx, { account }: Actor): Promise<Account> => known(from, account);

/** A token that was stolen must not make what outlives it: other tokens, accounts, roles, another way to sign in. */
export function refuseTokens(actor: Actor): void {
  if (actor.via === 'token')
    throw new ForthrightError('session-required', 'Sign in to do this; an API token is not enough.');
}

async function refuseWithoutAdministrator(tx: Tx): Promise<void> {
  if ((await administrators(tx)).length === 0)
    throw new ForthrightError('last-administrator', 'Nobody could administer the server any more.');
}

async function linkFor(
  tx: Tx,
  id: string,
  purpose: 'invitation' | 'reset',
  now: Date,
): Promise<z.infer<typeof LinkShown>> {
  const { link, expires } = await makeLink(tx, purpose, id, now);
  const person = personOf(await known(tx, id));
  return { person, page: `/welcome?link=${link}`, link, expires: expires.toISOString() };
}

/** Called within the deed, before the change. */
export type RefuseLosing = (tx: Tx, account: string) => Promise<void>;

const aboutOthers = (refuseLosing: RefuseLosing): readonly Operation[] => [
  operation({
    name: 'list-people',
    summary: 'Who may use this server, and as what',
    method: 'GET',
    path: '/people',
    input: z.strictObject({}),
    output: z.strictObject({ people: z.array(Person) }),
    may: ['administrator', 'auditor'],
    run: async ({ db }) => ({ people: (await allAccounts(db)).map(personOf) }),
  }),
  operation({
    name: 'list-names',
    summary: 'What the people of this server are called, for whoever reads what they did',
    method: 'GET',
    path: '/names',
    input: z.strictObject({}),
    output: z.strictObject({ names: z.array(z.strictObject({ id: z.string(), name: z.string() })) }),
    may: ['investigator', 'privacy-officer', 'approver', 'auditor', 'administrator'],
    run: async ({ db }) => ({ names: (await allAccounts(db)).map(({ id, name }) => ({ id, name })) }),
  }),
  operation({
    name: 'invite-person',
    summary: 'Makes an account and a one-time link for its first password, good for 72 hours',
    method: 'POST',
    path: '/people',
    input: z.strictObject({ email: Email, name: Name, roles: Roles.min(1) }),
    output: LinkShown,
    may: ['administrator'],
    run: async (asked, { email, name, roles }) => {
      refuseTokens(asked.actor);
      return deed(asked, async (tx, at) => {
        if ((await accountByEmail(tx, email)) !== undefined)
          throw new ForthrightError('record-exists', 'There is already an account with this address.');
        const id = makeId('usr');
        const entry = await record(tx, {
          kind: 'account-made',
          facts: { account: id, roles },
          texts: { email: { value: email, person: id }, name: { value: name, person: id } },
        });
        await addAccount(tx, { ...newAccount(id, email, at, entry), name, roles });
        return linkFor(tx, id, 'invitation', at);
      });
    },
  }),
  operation({
    name: 'set-roles',
    summary: 'Says what a person may do from now on; without a role they are shut out',
    method: 'PUT',
    path: '/people/:person/roles',
    input: z.strictObject({ person: PersonId, roles: Roles }),
    output: Person,
    may: ['administrator'],
    run: async (asked, { person, roles }) => {
      refuseTokens(asked.actor);
      return deed(asked, async (tx, at) => {
        const { roles: before } = await known(tx, person);
        if (!roles.includes('privacy-officer')) await refuseLosing(tx, person);
        const ended = roles.length === 0 ? await counted(tx, person) : undefined;
        const entry = await record(tx, {
          kind: 'account-roles-set',
          facts: { account: person, roles, before, ...ended },
        });
        if (ended !== undefined) await revokeTokensOf(tx, person, at, BigInt(entry));
        await changeAccount(tx, person, { roles, roles_entry: BigInt(entry) });
        await refuseWithoutAdministrator(tx);
        return personOf(await known(tx, person));
      });
    },
  }),
  operation({
    name: 'reset-sign-in',
    summary:
      'Makes a one-time link for a new password, good for 24 hours; used, it takes the second factor away',
    method: 'POST',
    path: '/people/:person/reset-link',
    input: z.strictObject({ person: PersonId }),
    output: LinkShown,
    may: ['administrator'],
    run: async (asked, { person }) => {
      refuseTokens(asked.actor);
      return deed(asked, async (tx, at) => {
        const { state } = personOf(await known(tx, person));
        return linkFor(tx, person, state === 'invited' ? 'invitation' : 'reset', at);
      });
    },
  }),
  operation({
    name: 'sign-person-out',
    summary: "Ends all of a person's sessions and revokes all of their tokens",
    method: 'POST',
    path: '/people/:person/sign-out',
    input: z.strictObject({ person: PersonId }),
    output: z.strictObject({ ended: z.int() }),
    may: ['administrator'],
    run: (asked, { person }) =>
      deed(asked, async (tx, at) => {
        await known(tx, person);
        const ended = await counted(tx, person);
        const entry = await record(tx, { kind: 'sessions-ended', facts: { account: person, ...ended } });
        await revokeTokensOf(tx, person, at, BigInt(entry));
        return { ended: ended.sessionsEnded };
      }),
  }),
  operation({
    name: 'list-history',
    summary:
      'Who was invited, signed in, was given what: the entries of the register that are of no incident',
    method: 'GET',
    path: '/history',
    input: z.strictObject({
      /** Entries after this one; the last of the page before. */
      after: z.coerce.number().int().min(-1).default(-1),
      most: z.coerce.number().int().min(1).max(500).default(200),
    }),
    output: z.strictObject({ entries: z.array(Entry) }),
    may: ['administrator', 'auditor'],
    run: async ({ db }, page) => ({ entries: (await historyOf(db, page)).map(entryOf) }),
  }),
  operation({
    name: 'erase-person',
    summary:
      'Erases an account and all that is known of its person; what they did stays, under an id that is nobody',
    method: 'POST',
    path: '/people/:person/erase',
    input: z.strictObject({ person: PersonId, reason: z.enum(['asked', 'left', 'mistake']) }),
    output: z.strictObject({ erased: z.literal(true), texts: z.int(), entry: z.int() }),
    may: ['administrator'],
    run: async (asked, { person, reason }) => {
      refuseTokens(asked.actor);
      return deed(asked, async (tx) => {
        await known(tx, person);
        await refuseLosing(tx, person);
        await endAllOf(tx, person);
        await removeAccount(tx, person);
        await refuseWithoutAdministrator(tx);
        const texts = await erasePerson(tx, person);
        const entry = await record(tx, { kind: 'account-erased', facts: { account: person, reason } });
        return { erased: true, texts, entry };
      });
    },
  }),
];

/** Ends all sessions, and says what an entry states of that: how many, and how many tokens there are to revoke. */
const counted = async (tx: Tx, account: string) => ({
  sessionsEnded: await endAllOf(tx, account),
  tokensRevoked: await countTokensOf(tx, account),
});

const DAY_MS = 86_400_000;

const aboutTokens: readonly Operation[] = [
  operation({
    name: 'list-tokens',
    summary: "One's own API tokens; an administrator sees everybody's",
    method: 'GET',
    path: '/tokens',
    input: z.strictObject({}),
    output: z.strictObject({ tokens: z.array(TokenShown) }),
    may: [],
    run: async ({ db, actor }) => {
      const tokens = await allTokens(db);
      return { tokens: tokens.filter((token) => maySee(actor, token)).map(tokenOf) };
    },
  }),
  operation({
    name: 'make-token',
    summary: 'Makes an API token with some of the roles that its maker has; it is shown this once',
    method: 'POST',
    path: '/tokens',
    input: z.strictObject({
      name: Name,
      scopes: Roles.min(1),
      days: z.int().min(1).max(365).default(90),
    }),
    output: z.strictObject({ secret: z.string(), token: TokenShown }),
    may: [],
    run: async (asked, { name, scopes, days }) => {
      refuseTokens(asked.actor);
      return deed(asked, async (tx, at) => {
        const { id: account, roles } = await ownAccount(tx, asked.actor);
        refuseForeignScopes(scopes, roles);
        const secret = makeSecret('fwt');
        const id = makeId('tok');
        const expires = new Date(at.getTime() + days * DAY_MS);
        const entry = await record(tx, {
          kind: 'token-made',
          facts: { token: id, account, scopes, expires: expires.toISOString() },
          texts: { name: { value: name, person: account } },
        });
        const token: Token = {
          id,
          hash: hashOf(secret),
          account,
          name,
          scopes,
          made_at: at,
          expires_at: expires,
          used_at: null,
          revoked_at: null,
          entry: BigInt(entry),
          revoked_entry: null,
        };
        await addToken(tx, token);
        return { secret, token: tokenOf(token) };
      });
    },
  }),
  operation({
    name: 'revoke-token',
    summary: "Ends one of one's own API tokens; an administrator ends anybody's",
    method: 'DELETE',
    path: '/tokens/:token',
    input: z.strictObject({ token: TokenId }),
    output: TokenShown,
    may: [],
    run: async (asked, { token: id }) => {
      const visible = async (from: Db | Tx): Promise<Token> => {
        const token = await tokenById(from, id);
        if (token === undefined || !maySee(asked.actor, token))
          throw new ForthrightError('token-not-found', `There is no API token ${id} that you may see.`);
        return token;
      };
      await visible(asked.db);
      await attempt(asked, async (tx, at) => {
        const { account, revoked_at } = await visible(tx);
        if (revoked_at !== null) return undefined;
        const entry = await record(tx, { kind: 'token-revoked', facts: { token: id, account } });
        await revokeToken(tx, id, at, BigInt(entry));
        return true;
      });
      return tokenOf(await visible(asked.db));
    },
  }),
];

const maySee = (actor: Actor, token: Token): boolean =>
  token.account === actor.account || actor.roles.includes('administrator');

function refuseForeignScopes(scopes: readonly Role[], roles: readonly Role[]): void {
  const foreign = scopes.filter((scope) => !roles.includes(scope));
  if (foreign.length > 0)
    throw new ForthrightError('request-invalid', 'A token can do no more than its maker.', {
      problems: foreign.map((scope) => ({ at: 'scopes', message: `you have not the role \`${scope}\`` })),
    });
}

const aboutOneself: readonly Operation[] = [
  operation({
    name: 'who-am-i',
    summary: 'The account that asks, and with which roles',
    method: 'GET',
    path: '/me',
    input: z.strictObject({}),
    output: z.strictObject({ person: Person, roles: Roles, via: z.enum(['session', 'token', 'program']) }),
    may: [],
    run: async ({ db, actor }) => ({
      person: personOf(await ownAccount(db, actor)),
      roles: [...actor.roles],
      via: actor.via,
    }),
  }),
  operation({
    name: 'sign-out-everywhere',
    summary: "Ends all of one's own sessions, this one too",
    method: 'POST',
    path: '/sign-out-everywhere',
    input: z.strictObject({}),
    output: z.strictObject({ ended: z.int() }),
    may: [],
    run: async (asked) => ({ ended: await endAllSessions(asked) }),
  }),
];

const endAllSessions = (asked: Asked): Promise<number> =>
  deed(asked, async (tx) => {
    const { id } = await ownAccount(tx, asked.actor);
    const sessionsEnded = await endAllOf(tx, id);
    await record(tx, { kind: 'sessions-ended', facts: { account: id, sessionsEnded } });
    return sessionsEnded;
  });

export const peopleOperations = (refuseLosing: RefuseLosing): readonly Operation[] => [
  ...aboutOthers(refuseLosing),
  ...aboutTokens,
  ...aboutOneself,
];
