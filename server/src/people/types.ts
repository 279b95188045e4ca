import type { ZodType } from 'zod';
import type { Actor, Operation } from '../prove/index.ts';

/** What a request brings to say who asks. */
export type Credentials = Readonly<{ session?: string | undefined; token?: string | undefined }>;

/** A session that was just begun: its secret goes into a cookie and is kept nowhere else. */
export type Begun = Readonly<{ secret: string; expires: Date }>;

/**
 * What may be asked by somebody who is not signed in, or who changes that. Only these may begin or end a session, so
 * they are no operations; all else about them is the same.
 */
export type Entrance<Input = unknown, Output = unknown> = Readonly<{
  name: string;
  summary: string;
  method: 'POST';
  path: `/${string}`;
  input: ZodType<Input>;
  output: ZodType<Output>;
  /** A question that changes nothing and begins no session; counted apart from tries at a password. */
  isPublic?: true;
  run: (
    input: Input,
    session: string | undefined,
  ) => Promise<Readonly<{ output: Output; session: Begun | 'ended' | 'unchanged' }>>;
}>;

export const entrance = <Input, Output>(given: Entrance<Input, Output>): Entrance =>
  given as unknown as Entrance;

/** Signing in through the company's identity provider; what of it a door needs. */
export type Company = Readonly<{
  /** What people read. */
  name: string;
  /** Where its page stands, which a form of ours leads to. */
  origin: () => Promise<string>;
  /** Where to send a browser, which keeps the ticket for so many seconds. `redirect` is where it will come back to. */
  begin: (redirect: string) => Promise<Readonly<{ address: string; ticket: string; seconds: number }>>;
  /** A browser came back with this query. Refuses as `sign-in-refused` or `identity-provider-unreachable`. */
  finish: (
    query: string,
    ticket: string | undefined,
  ) => Promise<Readonly<{ output: Readonly<{ name: string }>; session: Begun }>>;
}>;

/** The people who use Forthright, as a door needs them. */
export type People = Readonly<{
  /** Who asks. Refuses, by code, when nobody does, or with something that is wrong, over or revoked. */
  recognise: (credentials: Credentials) => Promise<Actor>;
  entrances: readonly Entrance[];
  company?: Company | undefined;
  operations: readonly Operation[];
}>;
