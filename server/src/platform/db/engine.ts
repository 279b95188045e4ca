/** What an adapter gives: the database as Kysely takes it, and what Kysely has no word for. */
import type { Dialect } from 'kysely';
import type { Ending } from './ending.ts';

export interface Engine {
  readonly name: string;
  readonly kind: 'embedded' | 'server';
  readonly dialect: Dialect;
  /** Comes when the engine crashed, or `interrupt` was called. */
  readonly ending: Ending;
  listen(channel: string, onNotify: (payload: string | undefined) => void): Promise<() => void>;
  announce(address: string): Promise<void>;
  /** Ends what is under way; it is rolled back. */
  interrupt(): Promise<void>;
  close(): Promise<void>;
}

/** Text, numbers and times must not depend on how somebody set up a server or a role. */
export const SESSION = [
  ['TimeZone', 'UTC'],
  ['DateStyle', 'ISO, YMD'],
  ['IntervalStyle', 'iso_8601'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '1'],
  ['standard_conforming_strings', 'on'],
  ['client_min_messages', 'warning'],
  ['search_path', 'forthright'],
  // A change outside of a transaction would be a deed without its entry: the database itself refuses it.
  ['default_transaction_read_only', 'on'],
] as const;

export const SESSION_SQL = `SELECT ${SESSION.map(([name, value]) => `set_config('${name}', '${value}', false)`).join(', ')}`;

/** What both adapters must know before they let anybody in. */
export const ABOUT_SQL = `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int4 AS number,
  current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby`;
export type About = Readonly<{ version: string; number: number; encoding: string; standby: boolean }>;
