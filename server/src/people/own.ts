/** How one's own account is kept safe: the password and the second factor. */
import { ForthrightError } from '@forthright/contract';
import * as z from 'zod';
import { type Actor, deed, type Operation, operation, record } from '../prove/index.ts';
import { Code, countTry, type Means, Password } from './entrances.ts';
import { addressOf, makeFactor, stepOf } from './factor.ts';
import { ownAccount, refuseTokens } from './operations.ts';
import { ensureKey, openFactor, sealFactor } from './seals.ts';
import { hashOf, hashPassword, isPassword, refuseWeakPassword } from './secrets.ts';
import { endAllOf } from './sessions.ts';
import { type Account, accountById, changeAccount, keyOf } from './store.ts';

/** Whoever sits down at an open screen must not take the account over: the password is asked for again. */
export async function confirmed(means: Means, actor: Actor, password: string): Promise<Account> {
  refuseTokens(actor);
  const account = await ownAccount(means.db, actor);
  const key = hashOf(keyOf(account.email));
  await countTry(means, key);
  if (!(await means.gate.through(() => isPassword(password, account.password_hash, means.work))))
    throw new ForthrightError('sign-in-refused', 'The password is wrong.');
  await means.tries.forget(key);
  return account;
}

const state = (message: string) => new ForthrightError('second-factor-state', message);

const changePassword = (means: Means): Operation =>
  operation({
    name: 'change-password',
    summary: "Sets a new password and ends all of one's sessions",
    method: 'PUT',
    path: '/me/password',
    input: z.strictObject({ password: Password, newPassword: Password }),
    output: z.strictObject({ changed: z.literal(true) }),
    may: [],
    run: async (asked, { password, newPassword }) => {
      const { id, email, name, password_hash: old } = await confirmed(means, asked.actor, password);
      refuseWeakPassword(newPassword, [...keyOf(email).split(/[@.]/), ...name.toLowerCase().split(/\s+/)]);
      const password_hash = await means.gate.through(() => hashPassword(newPassword, means.work));
      return deed(asked, async (tx) => {
        if ((await accountById(tx, id))?.password_hash !== old)
          throw new ForthrightError('sign-in-refused', 'The password was changed meanwhile.');
        const sessionsEnded = await endAllOf(tx, id);
        const entry = await record(tx, { kind: 'password-changed', facts: { account: id, sessionsEnded } });
        await changeAccount(tx, id, { password_hash, password_entry: BigInt(entry) });
        return { changed: true };
      });
    },
  });

const beginFactor = (means: Means): Operation =>
  operation({
    name: 'begin-second-factor',
    summary: 'Makes the secret for an authenticator app; it counts when a code was shown to work',
    method: 'POST',
    path: '/me/second-factor',
    input: z.strictObject({ password: Password }),
    output: z.strictObject({ secret: z.string(), address: z.string() }),
    may: [],
    run: async ({ db, actor }, { password }) => {
      const { id, email } = await confirmed(means, actor, password);
      const secret = makeFactor();
      await ensureKey(means);
      return db.transaction(async (tx) => {
        if ((await accountById(tx, id))?.totp_secret !== null)
          throw state('There is a second factor already.');
        await changeAccount(tx, id, { totp_pending: await sealFactor(means, tx, secret, id) });
        return { secret, address: addressOf(secret, email) };
      });
    },
  });

const confirmFactor = (means: Means): Operation =>
  operation({
    name: 'confirm-second-factor',
    summary: 'From now on this account needs a code to sign in',
    method: 'POST',
    path: '/me/second-factor/confirm',
    input: z.strictObject({ code: Code }),
    output: z.strictObject({ hasSecondFactor: z.literal(true) }),
    may: [],
    run: async (asked, { code }) => {
      refuseTokens(asked.actor);
      return deed(asked, async (tx, at) => {
        const { id, totp_pending } = await ownAccount(tx, asked.actor);
        if (totp_pending === null) throw state('No second factor was begun.');
        const step = stepOf(await openFactor(means, totp_pending, id), code, at, null);
        if (step === undefined) throw new ForthrightError('sign-in-refused', 'The code is wrong.');
        const entry = await record(tx, { kind: 'second-factor-set', facts: { account: id } });
        await changeAccount(tx, id, {
          totp_secret: totp_pending,
          totp_pending: null,
          totp_last_step: step,
          factor_entry: BigInt(entry),
        });
        return { hasSecondFactor: true };
      });
    },
  });

const removeFactor = (means: Means): Operation =>
  operation({
    name: 'remove-second-factor',
    summary: 'From now on the password alone is enough',
    method: 'POST',
    path: '/me/second-factor/remove',
    input: z.strictObject({ password: Password, code: Code }),
    output: z.strictObject({ hasSecondFactor: z.literal(false) }),
    may: [],
    run: async (asked, { password, code }) => {
      const { id } = await confirmed(means, asked.actor, password);
      const codes = hashOf(`code ${id}`);
      await countTry(means, codes);
      await deed(asked, async (tx, at) => {
        const account = await accountById(tx, id);
        if (account === undefined || account.totp_secret === null) throw state('There is no second factor.');
        const secret = await openFactor(means, account.totp_secret, id);
        if (stepOf(secret, code, at, account.totp_last_step) === undefined)
          throw new ForthrightError('sign-in-refused', 'The code is wrong.');
        const entry = await record(tx, { kind: 'second-factor-removed', facts: { account: id } });
        await changeAccount(tx, id, {
          totp_secret: null,
          totp_pending: null,
          totp_last_step: null,
          factor_entry: BigInt(entry),
        });
      });
      await means.tries.forget(codes);
      return { hasSecondFactor: false };
    },
  });

/** These need the work of a password, which an operation is not given; so they are made with it. */
export const ownOperations = (means: Means): readonly Operation[] => [
  changePassword(means),
  beginFactor(means),
  confirmFactor(means),
  removeFactor(means),
];
