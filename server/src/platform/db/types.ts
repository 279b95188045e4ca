import type { Transaction } from 'kysely';
import type { ReadonlyKysely } from 'kysely/readonly';

/**
 * The one interface to the records: who was told, who approved, what was sent. Two thin adapters stand behind it,
 * PGlite in a folder and a PostgreSQL server; both get the same statements and the same migrations, and both answer
 * with the same values. Nothing else in the program may speak to either.
 */

/** A value for a statement. JSON goes through `json()`, so that an array is always an SQL array. */
export type Param = string | number | bigint | boolean | Date | Uint8Array | null | readonly Param[];
export type Params = Readonly<Record<string, Param>>;

/** What may be asked, within a transaction or outside of one. */
export interface Reads {
  /**
   * Rows of one statement with named arguments, each with its type: `WHERE id = :id::int8`.
   * `int8` comes as bigint, `timestamptz` as Date, `bytea` as Uint8Array, `json` parsed, `numeric`, `date`,
   * `timestamp` and all that is not named here as text.
   */
  rows<T extends object>(sql: string, params?: Params): Promise<T[]>;
}

export declare const insideATransaction: unique symbol;

/** A transaction under way. What changes state takes one of these, so that the deed and its entry share it. */
export interface Tx extends Reads {
  readonly [insideATransaction]: true;
  /** A statement that changes something; how many rows it touched. */
  run(sql: string, params?: Params): Promise<number>;
  /** Kysely over a stage's own tables, inside this transaction. */
  kysely<Tables>(): Transaction<Tables>;
  /**
   * A part that may fail alone: when `work` throws, what it changed is taken back and the transaction goes on. After a
   * failure that has ended the whole transaction (`endsAll`) nothing of it can be kept.
   */
  part<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export type TransactionOptions = Readonly<{
  /**
   * `serializable` (default): as if transactions ran one after the other, which is what the embedded engine does.
   * `read committed` is for work that takes what is free (`FOR UPDATE SKIP LOCKED`) and would only be repeated.
   */
  isolation?: 'serializable' | 'read committed' | undefined;
}>;

export interface Db extends Reads {
  /** What a reader may be told: `PGlite 0.5 (PostgreSQL 18.6) in …` or `PostgreSQL 17.2 at host:5432/name`. */
  readonly name: string;
  readonly kind: 'embedded' | 'server';
  /**
   * Runs `work` in one transaction: all of it is kept, or nothing when it throws. `work` may run several times, so
   * it must do nothing but ask and change records: after a serialization failure or a deadlock it is repeated,
   * ten times at most, then refused as `database-busy`. Refuses as `outcome-unknown` when the connection broke
   * while it was being committed; that is never repeated.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Throws inside of a transaction, where whoever waits for the database would wait for itself. */
  refuseInside(): void;
  /** Kysely over a stage's own tables, for reading; the database refuses changes outside of a transaction. */
  kysely<Tables>(): ReadonlyKysely<Tables>;
  /**
   * Calls `onNotify` for each `pg_notify(channel, …)` of a committed transaction, and with no payload after a lost
   * connection came back, when something may have been missed.
   */
  listen(channel: string, onNotify: (payload: string | undefined) => void): Promise<() => void>;
  /** Writes into the data folder where this program can be reached; a server's database has no folder to tell. */
  announce(address: string): Promise<void>;
  /** Waits five seconds for what is under way, then ends it as `interrupted`. Safe to call twice, and at any moment. */
  close(): Promise<void>;
}
