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
  run: (
    input: Input,
    session: string | undefined,
  ) => Promise<Readonly<{ output: Output; session: Begun | 'ended' | 'unchanged' }>>;
}>;

export const entrance = <Input, Output>(given: Entrance<Input, Output>): Entrance =>
  given as unknown as Entrance;

/** The people who use Forthright, as a door needs them. */
export type People = Readonly<{
  /** Who asks. Refuses, by code, when nobody does, or with something that is wrong, over or revoked. */
  recognise: (credentials: Credentials) => Promise<Actor>;
  entrances: readonly Entrance[];
  operations: readonly Operation[];
}>;
