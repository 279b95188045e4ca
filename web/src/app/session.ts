import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Answer, answerOf, api } from './client.ts';

export type Me = Answer<'/api/me', 'get'>;
export type Role = Me['roles'][number];

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => answerOf(api.GET('/api/me')),
  staleTime: 60_000,
});

/** Who is signed in, below the shell, which waits until that is known. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  if (data === undefined) throw new Error('Who is signed in is asked for outside of the shell.');
  return data;
}

/** The server decides; this only keeps pages from offering what it would refuse. */
export const READERS: readonly Role[] = ['investigator', 'privacy-officer', 'approver', 'auditor'];
export const WORKERS: readonly Role[] = ['investigator', 'privacy-officer'];
export const OFFICERS: readonly Role[] = ['privacy-officer'];
/** Who decides, and who stops or pauses what is under way. */
export const DECIDERS: readonly Role[] = ['investigator', 'privacy-officer', 'approver'];
/** Who signs beside another: notices, editions, names that are unlocked. */
export const APPROVERS: readonly Role[] = ['privacy-officer', 'approver'];
/** Who speaks with customers. */
export const SPEAKERS: readonly Role[] = ['support-agent', 'investigator', 'privacy-officer'];
/** Who sees the people of the server. */
export const KEEPERS: readonly Role[] = ['administrator', 'auditor'];
export const hasOne = ({ roles }: Me, some: readonly Role[]): boolean =>
  some.some((one) => roles.includes(one));
