/** Whether people whom a record names are there, and may do anything. */
import { ForthrightError, type Problem } from '@forthright/contract';
import type { Reads } from '../platform/db/index.ts';
import { rolesOf } from './store.ts';

/** An account that a request names, and the field in which it does. */
export type Named = Readonly<{ at: string; account: string }>;

/**
 * Refuses as `account-unsuitable`, naming each, people who have no account or no role: nobody would do what they are to do.
 * Whoever was invited and has not come yet may be named.
 */
export async function refuseUnlessActive(reads: Reads, named: readonly Named[]): Promise<void> {
  const roles = await rolesOf(
    reads,
    named.map(({ account }) => account),
  );
  const problems = named.flatMap(({ at, account }): Problem[] => {
    const held = roles.get(account);
    if (held === undefined) return [{ at, message: `there is no account ${account}` }];
    return held.length === 0 ? [{ at, message: `${account} has no role any more` }] : [];
  });
  if (problems.length > 0)
    throw new ForthrightError('account-unsuitable', 'Name people who have an account and a role.', {
      problems,
    });
}

/** Those of these accounts that are there and have a role, so that somebody may yet do what they were named for. */
export async function activeAmong(reads: Reads, accounts: readonly string[]): Promise<ReadonlySet<string>> {
  const roles = await rolesOf(reads, [...new Set(accounts)]);
  return new Set([...roles].flatMap(([account, held]) => (held.length > 0 ? [account] : [])));
}
