import type { Role } from '@forthright/contract';
import type { ZodType } from 'zod';
import type { Db } from '../platform/db/index.ts';

/** Who asks. A token's scopes have narrowed `roles` already; `program` is Forthright itself, as when it starts. */
export type Actor = Readonly<{
  /** `usr_…`, `tok_…` or `program`; what a register entry names. */
  id: string;
  roles: readonly Role[];
  via: 'session' | 'token' | 'program';
}>;

/** What every operation gets beside its input. Clock and records come in; nothing is looked up from elsewhere. */
export type Asked = Readonly<{ db: Db; actor: Actor; now: () => Date }>;

/** One event of a stream: its id is what a reader that was cut off goes on after. `data` is sent as JSON. */
export type StreamedEvent = Readonly<{ id: string; event: string; data: object }>;

/** Where a stream begins (after the event of this number; 0: at the beginning), and when it is no longer wanted. */
export type StreamFrom = Readonly<{ after: number; signal: AbortSignal }>;

/**
 * What may be asked, once for all doors: `http` makes a route and OpenAPI of it, `cli` a command, tests call `run`.
 * Path parameters (`/incidents/:incident`) are fields of the input.
 */
export type Operation<Input = unknown, Output = unknown> = Readonly<{
  /** `open-incident` */
  name: string;
  summary: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  input: ZodType<Input>;
  output: ZodType<Output>;
  /** Roles that may ask, any of them; an empty list: everybody who is signed in. */
  may: readonly Role[];
  run: (asked: Asked, input: Input) => Promise<Output>;
  /**
   * What comes of it, as it comes; a door that can stream answers with this instead of `run`. Refuses before the first
   * event as `run` would, and ends by itself; undefined when nothing will come any more.
   */
  events?: (
    asked: Asked,
    input: Input,
    from: StreamFrom,
  ) => Promise<AsyncIterable<StreamedEvent> | undefined>;
}>;

/** Keeps the types of input and output together while a list of operations forgets them. */
export const operation = <Input, Output>(given: Operation<Input, Output>): Operation =>
  given as unknown as Operation;
