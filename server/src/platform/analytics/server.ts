/**
 * A ClickHouse server behind the engine interface, over HTTP. What a run makes lies in a database of its own on
 * the server that is spoken to (the initiator), and goes with it.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ClickHouseClient, ClickHouseError, createClient } from '@clickhouse/client';
import { ForthrightError } from '@forthright/contract';
import { type Embedded, openEmbedded } from './embedded.ts';
import { toForthrightError, withoutSecrets } from './failures.ts';
import { clashesIn } from './names.ts';
import { bindParams } from './params.ts';
import { elsewhereBody, isPostgres, postgresTable } from './postgres.ts';
import { quoteName } from './quote.ts';
import { nameRows } from './rows.ts';
import { SAME_EVERYWHERE } from './settings.ts';
import type { Analytics, AttachAs, Column, EngineFile, Params } from './types.ts';

export type ServerOptions = Readonly<{ url: string; directory: string }>;

const A_DAY_MS = 24 * 60 * 60_000;
const PROGRESS_MS = 1000;

type Login = Readonly<{ url: string; username: string; password: string }>;

function parseLogin(raw: string): Login {
  const url = URL.canParse(raw) ? new URL(raw) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new ForthrightError(
      'workspace-invalid',
      'engines.analytics.clickhouse must be an address such as http://user:password@host:8123.',
    );
  }
  const username = decodeURIComponent(url.username) || 'default';
  const password = decodeURIComponent(url.password);
  return { url: `${url.protocol}//${url.host}${url.pathname}`, username, password };
}

function connect(login: Login, database?: string): ClickHouseClient {
  return createClient({
    ...login,
    ...(database === undefined ? {} : { database }),
    application: 'forthright',
    request_timeout: A_DAY_MS,
    // Failures are thrown, with our own words; the client's log would repeat statements and their data.
    log: { level: 127 },
    clickhouse_settings: { ...SAME_EVERYWHERE },
  });
}

export class Server implements Analytics {
  readonly kind = 'server';
  readonly name: string;
  readonly database: string;
  readonly #client: ClickHouseClient;
  readonly #login: Login;
  readonly #directory: string;
  readonly #secrets: Set<string>;
  readonly #brokenLines = new Map<string, number>();
  readonly #ending = new AbortController();
  #carrying: Embedded | undefined;
  #bytesRead: number | undefined;
  #closed: Promise<void> | undefined;

  constructor(login: Login, database: string, version: string, directory: string) {
    this.#login = login;
    this.#directory = directory;
    this.#secrets = new Set([login.password, encodeURIComponent(login.password)]);
    this.#client = connect(login, database);
    this.database = database;
    this.name = `ClickHouse ${version} at ${login.url}`;
  }

  async rows<T extends object>(sql: string, params: Params = {}): Promise<T[]> {
    const all: T[] = [];
    for await (const page of this.pages<T>(sql, params)) for (const row of page) all.push(row);
    return all;
  }

  async run(sql: string, params: Params = {}): Promise<void> {
    await this.#watched(() =>
      this.#client.command({ ...bindParams(sql, params), abort_signal: this.#ending.signal }),
    );
  }

  async *pages<T extends object>(sql: string, params: Params = {}): AsyncIterable<T[]> {
    const result = await this.#watched(() =>
      this.#client.query({
        ...bindParams(sql, params),
        format: 'JSONCompactEachRowWithNames',
        abort_signal: this.#ending.signal,
      }),
    );
    let names: string[] | undefined;
    try {
      for await (const rows of result.stream()) {
        const lines = rows.map((row) => row.text);
        names ??= JSON.parse(lines.shift() ?? '[]') as string[];
        const page = nameRows<T>(names, lines);
        if (page.length > 0) yield page;
      }
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /**
   * The embedded engine reads the files here and passes them on in the server's own binary format, so both
   * engines see the same rows and numbers, whatever the server was built with or lets its users read.
   */
  async attach(name: string, files: readonly EngineFile[], as: AttachAs): Promise<void> {
    try {
      await this.#carry(name, files, as);
    } catch (error) {
      if (!(error instanceof ForthrightError) || error.code !== 'evidence-changed') throw error;
      // A file grew on the way. It is young now, so this time its start is copied first.
      await this.run(`DROP TABLE IF EXISTS ${quoteName(name)} SYNC`);
      await this.#carry(name, files, as);
    }
  }

  async attachTable(name: string, at: string): Promise<void> {
    const table = this.#tableAt(at);
    const body = elsewhereBody(table, await clashesIn(this, table));
    await this.run(`CREATE VIEW ${quoteName(name)} AS ${body}`);
  }

  describe(name: string): Promise<Column[]> {
    return this.rows<Column>(
      'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {name:String} ORDER BY position',
      { name },
    );
  }

  async writeParquet(path: string, sql: string, params: Params = {}): Promise<void> {
    const part = `${path}.part`;
    try {
      const { stream } = await this.#watched(() =>
        this.#client.exec({
          ...bindParams(`${sql.trimEnd().replace(/;+$/, '')}\nFORMAT Parquet`, params),
          abort_signal: this.#ending.signal,
          // Otherwise a statement that fails late has already answered 200 and begun the file.
          clickhouse_settings: { wait_end_of_query: 1 },
        }),
      );
      await pipeline(stream, createWriteStream(part));
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw this.#translate(error);
    }
  }

  async brokenLines(name: string): Promise<number> {
    return this.#brokenLines.get(name) ?? 0;
  }

  bytesRead(): number | undefined {
    return this.#bytesRead;
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#ending.abort();
    await this.#carrying?.close();
    await rm(this.#directory, { recursive: true, force: true });
    const client = connect(this.#login);
    try {
      // A server goes on with a statement whose asker is gone, and would hold the tables.
      await client.command({
        query: 'KILL QUERY WHERE current_database = {database:String} SYNC',
        query_params: { database: this.database },
      });
      await client.command({ query: `DROP DATABASE IF EXISTS ${quoteName(this.database)} SYNC` });
    } catch (error) {
      const cause = this.#translate(error);
      throw new ForthrightError(
        cause.code,
        `The database ${this.database} could not be removed from ${this.#login.url}: remove it. (${cause.message})`,
        { cause },
      );
    } finally {
      await client.close();
      await this.#client.close();
    }
  }

  #tableAt(at: string): string {
    if (isPostgres(at)) {
      const table = postgresTable(at);
      for (const secret of table.secrets) this.#secrets.add(secret);
      return table.call;
    }
    const parts = /^clickhouse:([^.]+)\.(.+)$/.exec(at);
    if (parts === null)
      throw new ForthrightError('workspace-invalid', 'A table of the server is written clickhouse:db.table.');
    return `${quoteName(parts[1] ?? '')}.${quoteName(parts[2] ?? '')}`;
  }

  async #carry(name: string, files: readonly EngineFile[], as: AttachAs): Promise<void> {
    const directory = join(this.#directory, `carry-${randomBytes(6).toString('hex')}`);
    const carrier = await openEmbedded({ directory });
    this.#carrying = carrier;
    try {
      await carrier.attach(name, files, as);
      const columns = (await carrier.describe(name)).map(
        (column) => `${quoteName(column.name)} ${column.type}`,
      );
      await this.run(
        `CREATE TABLE ${quoteName(name)} (${columns.join(', ')}) ENGINE = MergeTree ORDER BY (f, rn)`,
      );
      await this.#fill(name, carrier);
      this.#brokenLines.set(name, await carrier.brokenLines(name));
    } finally {
      await carrier.close();
      this.#carrying = undefined;
    }
  }

  async #fill(name: string, carrier: Embedded): Promise<void> {
    const body = new PassThrough({ highWaterMark: 4 << 20 });
    const sent = this.#watched(() =>
      this.#client.exec({
        query: `INSERT INTO ${quoteName(name)} FORMAT Native`,
        values: body,
        abort_signal: this.#ending.signal,
      }),
    ).then(async ({ stream }) => {
      stream.resume();
    });
    const refused = sent.then(() => new Promise<never>(() => {}));
    refused.catch(() => {});
    body.on('error', () => {});
    const read = carrier
      .copyOut(`SELECT * FROM ${quoteName(name)}`, 'Native', async (bytes) => {
        if (!body.write(bytes)) await Promise.race([new Promise((go) => body.once('drain', go)), refused]);
      })
      .then(
        () => body.end(),
        (error: unknown) => {
          body.destroy(error instanceof Error ? error : new Error(String(error)));
          throw error;
        },
      );
    const [reading, sending] = await Promise.allSettled([read, sent]);
    // What stopped the reading is the reason; the broken request is only its consequence.
    if (reading.status === 'rejected') throw reading.reason;
    if (sending.status === 'rejected') throw sending.reason;
  }

  /** Polls how much the server has read while a statement is under way. */
  async #watched<T>(work: () => Promise<T>): Promise<T> {
    this.#bytesRead = undefined;
    const timer = setInterval(() => void this.#poll(), PROGRESS_MS);
    timer.unref();
    try {
      return await work();
    } catch (error) {
      throw this.#translate(error);
    } finally {
      clearInterval(timer);
    }
  }

  async #poll(): Promise<void> {
    try {
      const answer = await this.#client.query({
        query: `SELECT sum(read_bytes) AS n FROM system.processes WHERE current_database = {database:String} AND query NOT LIKE '%system.processes%'`,
        query_params: { database: this.database },
        format: 'JSONEachRow',
      });
      const [row] = await answer.json<{ n: number }>();
      this.#bytesRead = Math.max(this.#bytesRead ?? 0, row?.n ?? 0);
    } catch {
      // Progress is a courtesy: what is wrong shows in the statement itself.
    }
  }

  #translate(rawError: unknown): ForthrightError {
    if (rawError instanceof ForthrightError) return rawError;
    if (this.#ending.signal.aborted)
      return new ForthrightError('interrupted', 'The engine was closed while a statement was under way.');
    return translate(rawError, this.#login, this.#secrets);
  }
}

function translate(rawError: unknown, login: Login, secrets: Iterable<string>): ForthrightError {
  const message = rawError instanceof Error ? rawError.message : String(rawError);
  if (rawError instanceof ClickHouseError)
    return toForthrightError({ message, code: Number(rawError.code) }, secrets);
  if (/ENOSPC/.test(message)) return toForthrightError({ message });
  return new ForthrightError(
    'engine-unreachable',
    `The ClickHouse server at ${login.url} does not answer: ${withoutSecrets(message, secrets)}`,
  );
}

/** Connects and makes the run's database. Refuses when the server does not answer or does not let us in. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const login = parseLogin(options.url);
  const client = connect(login);
  try {
    const answer = await client.query({ query: 'SELECT version() AS v', format: 'JSONEachRow' });
    const [row] = await answer.json<{ v: string }>();
    const database = `forthright_${randomBytes(8).toString('hex')}`;
    await client.command({ query: `CREATE DATABASE ${quoteName(database)}` });
    return new Server(login, database, row?.v ?? '', options.directory);
  } catch (error) {
    throw translate(error, login, [login.password, encodeURIComponent(login.password)]);
  } finally {
    await client.close();
  }
}
