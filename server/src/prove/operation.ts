import type { Role } from '@forthright/contract';
import type { ZodType } from 'zod';
import type { Db } from '../platform/db/index.ts';

/** Who asks. A token's scopes have narrowed `roles` already; `program` is Forthright itself, as when it starts. */
export type Actor = Readonly<{
  /** `usr_…`, `tok_…` or `program`; what a register entry names. */
  id: string;
  /**
   * Whom it acts for: the token's owner, the person who is signed in (then it is `id`), or `program`. Rules about who
   * may and who may not, and whoever is named in a record, go by it: a token is no second person.
   */
  account: string;
  roles: readonly Role[];
  via: 'session' | 'token' | 'program';
}>;

/** What every operation gets beside its input. Clock and records come in; nothing is looked up from elsewhere. */
export type Asked = Readonly<{
  db: Db;
  actor: Actor;
  now: () => Date;
  /** What an operation that takes a file is given; read once, from its start to its end. */
  content?: AsyncIterable<Uint8Array>;
}>;

/** A file on its way out. `close` is called in any case, whether or not anything of it was read. */
export type Download = Readonly<{
  name: string;
  bytes?: number;
  content: AsyncIterable<Uint8Array>;
  close: () => Promise<void>;
}>;

export type DocumentType = 'text/html' | 'text/plain' | 'text/csv' | 'application/ld+json';

/** An answer that is read or kept as it is, and not JSON: a page, a table. A long one is made while it is sent. */
export class Document {
  readonly type: DocumentType;
  /** For whoever saves it: `breach-register.csv`. */
  readonly name: string;
  readonly text: string | AsyncIterable<string>;
  constructor(type: DocumentType, name: string, text: string | AsyncIterable<string>) {
    this.type = type;
    this.name = name;
    this.text = text;
  }
}

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
  /** `z.never()` when it answers documents only. */
  output: ZodType<Output>;
  /** The documents that it may answer instead of its output. */
  documents?: readonly DocumentType[];
  /** Roles that may ask, any of them; an empty list: everybody who is signed in. */
  may: readonly Role[];
  /**
   * One that does not only exchange JSON. What takes a file has its other fields in path and headers. What gives one
   * answers with a `Download`; a folder comes as tar.
   */
  streams?: 'takes a file' | 'gives a file' | 'gives a folder';
  /** At a terminal: the answer is a JSON file, or one field of what is asked is what stands in one. */
  jsonFile?: 'the answer' | Readonly<{ field: string }>;
  /**
   * At a terminal: the field that is given as an argument without a name. A word that names a file there stands for its bytes, in
   * base64, in the field `file`.
   */
  argument?: Readonly<{ field: string; file: string }>;
  run: (asked: Asked, input: Input) => Promise<Output | Document>;
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
