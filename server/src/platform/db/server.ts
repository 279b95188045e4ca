/** A PostgreSQL server behind the database interface, by way of `pg`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ForthrightError } from '@forthright/contract';
import { PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { Ending } from './ending.ts';
import { ABOUT_SQL, type About, type Engine, SESSION_SQL } from './engine.ts';
import { toForthrightError } from './failures.ts';
import { quoteName } from './quote.ts';
import { parserOf, textsOf } from './values.ts';

const CONNECTIONS = 10;
const CONNECT_MS = 10_000;
const LISTEN_AGAIN_MS = 1000;
const GRACE_MS = 5000;
const OLDEST = 150_000;

type Listeners = Map<string, Set<(payload: string | undefined) => void>>;

/** Not the password, nor what else stands in the address. */
function placeOf(rawUrl: string): string {
  const url = URL.canParse(rawUrl) ? new URL(rawUrl) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol))
    throw new ForthrightError(
      'workspace-invalid',
      'engines.database.postgres must be an address such as postgres://user:password@host:5432/database.',
    );
  return `${url.hostname || 'localhost'}:${url.port || '5432'}${url.pathname}`;
}

class Server implements Engine {
  readonly kind = 'server';
  readonly dialect: PostgresDialect;
  readonly ending = new Ending();
  readonly #place: string;
  readonly #config: pg.ClientConfig;
  readonly #pool: pg.Pool;
  readonly #wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  readonly #busy = new Set<pg.PoolClient>();
  readonly #listeners: Listeners = new Map();
  #ear: Promise<pg.Client> | undefined;
  #again: NodeJS.Timeout | undefined;
  #version = '';
  #isInterrupted = false;

  constructor(url: string) {
    this.#place = placeOf(url);
    this.#config = {
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      application_name: 'forthright',
      types: { getTypeParser: (type: number) => parserOf(type) } as unknown as pg.CustomTypesConfig,
    };
    this.#pool = new pg.Pool({ ...this.#config, max: CONNECTIONS });
    // A connection that breaks while nobody waits for it would end the program; who asks next gets the error.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (client) => client.on('error', () => {}));
    this.dialect = new PostgresDialect({
      pool: {
        options: this.#pool.options,
        connect: () => this.#connect(),
        end: () => this.close(),
      } as ConstructorParameters<typeof PostgresDialect>[0]['pool'],
    });
  }

  get name(): string {
    return `PostgreSQL ${this.#version} at ${this.#place}`;
  }

  #refusal(rawError: unknown): ForthrightError {
    if (this.ending.why !== undefined) return this.ending.why;
    return toForthrightError(
      rawError,
      (why) =>
        new ForthrightError('database-unreachable', `PostgreSQL at ${this.#place} does not answer: ${why}.`),
    );
  }

  async #connect(): Promise<PostgresPoolClient> {
    if (this.ending.why !== undefined) throw this.ending.why;
    try {
      const client = await this.#pool.connect();
      this.#busy.add(client);
      return this.#wrapped.get(client) ?? (await this.#prepare(client));
    } catch (rawError) {
      throw this.#refusal(rawError);
    }
  }

  async #prepare(client: pg.PoolClient): Promise<PostgresPoolClient> {
    const wrapped = {
      query: async (sql: string, rawValues: readonly unknown[] = []) => {
        const values = textsOf(rawValues);
        try {
          return await client.query(sql, values);
        } catch (rawError) {
          throw this.#refusal(rawError);
        }
      },
      release: (isBroken?: boolean) => {
        if (this.#busy.delete(client)) client.release(isBroken);
      },
    };
    try {
      await client.query(SESSION_SQL);
    } catch (error) {
      wrapped.release(true);
      throw error;
    }
    this.#wrapped.set(client, wrapped as unknown as PostgresPoolClient);
    return wrapped as unknown as PostgresPoolClient;
  }

  /** Refuses a server that can't hold the records as they are. */
  async check(): Promise<void> {
    const client = await this.#connect();
    try {
      const { rows } = (await client.query(ABOUT_SQL, [])) as unknown as { rows: About[] };
      const [about] = rows;
      if (about === undefined) return;
      this.#version = about.version.split(' ')[0] ?? '';
      const not = (why: string) =>
        new ForthrightError('database-unsuitable', `PostgreSQL at ${this.#place} can't be used: ${why}`);
      if (about.number < OLDEST) throw not(`it is version ${about.version}; 15 or later is needed.`);
      if (about.encoding !== 'UTF8')
        throw not(`its encoding is ${about.encoding}; make a database with UTF8.`);
      if (about.standby) throw not('it is a standby, which takes no changes. Name the primary.');
    } finally {
      client.release();
    }
  }

  async listen(channel: string, onNotify: (payload: string | undefined) => void): Promise<() => void> {
    const others = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, others.add(onNotify));
    const stop = () => void others.delete(onNotify);
    try {
      const ear = await this.#listener();
      await ear.query(`LISTEN ${quoteName(channel)}`);
      return stop;
    } catch (rawError) {
      stop();
      throw this.#refusal(rawError);
    }
  }

  /** A connection of its own: one of the pool is somebody else's a moment later. */
  #listener(): Promise<pg.Client> {
    this.#ear ??= this.#hear().catch((error) => {
      this.#ear = undefined;
      throw error;
    });
    return this.#ear;
  }

  async #hear(): Promise<pg.Client> {
    const ear = new pg.Client(this.#config);
    ear.on('error', () => {});
    ear.on('notification', ({ channel, payload }) => {
      for (const tell of this.#listeners.get(channel) ?? []) tell(payload ?? '');
    });
    await ear.connect();
    ear.on('end', () => {
      this.#ear = undefined;
      this.#hearAgainSoon();
    });
    return ear;
  }

  #hearAgainSoon(): void {
    if (this.ending.why !== undefined) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#hearAgain().catch(() => this.#hearAgainSoon());
    }, LISTEN_AGAIN_MS);
  }

  async #hearAgain(): Promise<void> {
    const ear = await this.#listener();
    for (const [channel, listeners] of this.#listeners) {
      await ear.query(`LISTEN ${quoteName(channel)}`);
      for (const tell of listeners) tell(undefined);
    }
  }

  async announce(): Promise<void> {
    // A PostgreSQL server has an address of its own; nobody looks for a folder's owner.
  }

  /** The server would go on with a statement whose client has gone away, and hold its locks: it is told to stop. */
  async interrupt(): Promise<void> {
    this.ending.end(new ForthrightError('interrupted', 'The database was closed while this was under way.'));
    this.#isInterrupted = true;
    const numbers = [...this.#busy].map((client) => (client as unknown as { processID: number }).processID);
    const ender = new pg.Client(this.#config);
    ender.on('error', () => {});
    try {
      await ender.connect();
      await ender.query('SELECT pg_terminate_backend(n) FROM unnest($1::int4[]) AS n', [
        `{${numbers.join(',')}}`,
      ]);
    } catch {
      // The server can't be reached: then nothing of ours is under way that a closed connection would not end.
    } finally {
      await ender.end().catch(() => {});
    }
  }

  async close(): Promise<void> {
    this.ending.end(new ForthrightError('interrupted', 'The database has been closed.'));
    clearTimeout(this.#again);
    const ear = await this.#ear?.catch(() => undefined);
    await ear?.end().catch(() => {});
    // What Kysely reads outside of a transaction nobody else waits for.
    const ended = this.#pool.end().then(() => true);
    const isIdle =
      this.#isInterrupted || (await Promise.race([ended, sleep(GRACE_MS, false, { ref: false })]));
    if (!isIdle) await this.interrupt();
    // Not waited for: work that never comes back never gives back its connection, which `interrupt` has ended.
  }
}

/** Opens a pool of connections. Refuses when the server can't be reached or can't hold the records. */
export async function openServer(options: Readonly<{ url: string }>): Promise<Engine> {
  const server = new Server(options.url);
  try {
    await server.check();
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}
