/** The database interface over Kysely: transactions and their repetition, statements as text, and the end. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { ForthrightError } from '@forthright/contract';
import { AbortedTransactionError, CompiledQuery, Kysely, type KyselyPlugin, type Transaction } from 'kysely';
import type { ReadonlyKysely } from 'kysely/readonly';
import type { Engine } from './engine.ts';
import { endsAll, REPEATABLE, stateOf } from './failures.ts';
import { migrate } from './migrate.ts';
import type { Schema } from './migrations.ts';
import { bind } from './statements.ts';
import type { Db, insideATransaction, Params, TransactionOptions, Tx } from './types.ts';

const ATTEMPTS = 10;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 2000;
const GRACE_MS = 5000;

/** `before`: the one of which this is a part. `ended`: what ended the whole transaction, though the work passed it over. */
type Inside = { isOpen: boolean; readonly before?: Inside; ended?: unknown };

const isOpen = ({ isOpen: here, before }: Inside): boolean =>
  here && (before === undefined || isOpen(before));
const outermost = (inside: Inside): Inside =>
  inside.before === undefined ? inside : outermost(inside.before);

async function ask<T>(kysely: Kysely<unknown>, sql: string, params: Params | undefined) {
  const bound = bind(sql, params);
  return kysely.executeQuery<T>(CompiledQuery.raw(bound.sql, bound.values));
}

/** Throws what has ended the whole transaction when the work passed it over: what failed must be repeated, not half kept. */
function refuseEnded(inside: Inside): void {
  const { ended } = outermost(inside);
  if (ended !== undefined) throw ended;
}

/** Calls `check` before each statement that Kysely makes. */
const beforeEach = (check: () => void): KyselyPlugin => ({
  transformQuery: ({ node }) => {
    check();
    return node;
  },
  transformResult: async ({ result }) => result,
});

/** Its connection is somebody else's afterwards: a statement that came late would fall into their transaction. */
function txOf(trx: Transaction<unknown>, inside: Inside): Tx {
  const check = () => {
    if (!isOpen(inside)) throw new Error('This transaction is over; wait for every statement of it.');
  };
  const guarded = trx.withPlugin(beforeEach(check));
  const answer = async <T>(sql: string, params: Params | undefined) => {
    check();
    try {
      return await ask<T>(trx, sql, params);
    } catch (error) {
      // Nothing of it can be kept any more, whatever the work makes of that: it has to be repeated.
      if (endsAll(error)) outermost(inside).ended ??= error;
      throw error;
    }
  };
  const tx: Omit<Tx, typeof insideATransaction> = {
    rows: async <T extends object>(sql: string, params?: Params) => (await answer<T>(sql, params)).rows,
    run: async (sql, params) => Number((await answer(sql, params)).numAffectedRows ?? 0n),
    kysely: <Tables>() => guarded as unknown as Transaction<Tables>,
    part: async (work) => {
      const own: Inside = { isOpen: true, before: inside };
      await answer('SAVEPOINT part', undefined);
      try {
        const result = await work(txOf(trx, own));
        own.isOpen = false;
        refuseEnded(inside);
        await answer('RELEASE SAVEPOINT part', undefined);
        return result;
      } catch (error) {
        own.isOpen = false;
        if (!endsAll(error)) await answer('ROLLBACK TO SAVEPOINT part', undefined);
        throw error;
      }
    },
  };
  return tx as Tx;
}

export class Database implements Db {
  readonly #engine: Engine;
  readonly #kysely: Kysely<unknown>;
  readonly #reading: Kysely<unknown>;
  readonly #inside = new AsyncLocalStorage<Inside>();
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#kysely = new Kysely({ dialect: engine.dialect });
    this.#reading = this.#kysely.withPlugin(beforeEach(() => this.refuseInside()));
  }

  get name(): string {
    return this.#engine.name;
  }

  get kind(): 'embedded' | 'server' {
    return this.#engine.kind;
  }

  migrate(schema: Schema): Promise<void> {
    return this.#tracked(() => this.#orEnd(migrate(this.#kysely, schema)));
  }

  async rows<T extends object>(sql: string, params?: Params): Promise<T[]> {
    this.refuseInside();
    return this.#tracked(async () => (await this.#orEnd(ask<T>(this.#kysely, sql, params))).rows);
  }

  kysely<Tables>(): ReadonlyKysely<Tables> {
    return this.#reading as unknown as ReadonlyKysely<Tables>;
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    this.refuseInside();
    for (let attempt = 1; ; attempt++) {
      const began = performance.now();
      try {
        return await this.#tracked(() => this.#once(work, options));
      } catch (error) {
        if (!REPEATABLE.has(stateOf(error)) || attempt === ATTEMPTS) throw error;
        // In its own time: where each takes half a second, pauses of milliseconds would let all meet again.
        const unit = Math.max(FIRST_PAUSE_MS, performance.now() - began);
        const longest = Math.min(LONGEST_PAUSE_MS, unit * 2 ** attempt);
        await sleep(Math.random() * longest);
      }
    }
  }

  async #once<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
    const inside: Inside = { isOpen: true };
    let isDone = false;
    try {
      const transaction = this.#kysely
        .transaction()
        .setIsolationLevel(options.isolation ?? 'serializable')
        .setAccessMode('read write');
      const execution = transaction.execute(async (trx) => {
        const result = await this.#inside.run(inside, () => work(txOf(trx, inside)));
        refuseEnded(inside);
        inside.isOpen = false;
        isDone = true;
        return result;
      });
      return await this.#orEnd(execution);
    } catch (error) {
      throw isDone ? commitFailure(error) : error;
    } finally {
      inside.isOpen = false;
    }
  }

  /** The embedded engine has one connection, so this would wait for itself for ever. */
  refuseInside(): void {
    if (this.#inside.getStore()?.isOpen === true)
      throw new Error('Inside a transaction only its tx may be asked: pass it on.');
  }

  /** Ends with the engine, even if the work itself waits for something that never comes. */
  #orEnd<T>(work: Promise<T>): Promise<T> {
    return this.#engine.ending.orEnd(work);
  }

  /** `close` waits for it. */
  async #tracked<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw new ForthrightError('interrupted', 'The database has been closed.');
    const whole = work();
    this.#underWay.add(whole);
    try {
      return await whole;
    } finally {
      this.#underWay.delete(whole);
    }
  }

  async listen(channel: string, onNotify: (payload: string | undefined) => void): Promise<() => void> {
    this.refuseInside();
    return this.#tracked(() => this.#orEnd(this.#engine.listen(channel, onNotify)));
  }

  announce(address: string): Promise<void> {
    return this.#engine.announce(address);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const all = Promise.allSettled(this.#underWay).then(() => true);
    const grace = new AbortController();
    const isIdle = await Promise.race([all, sleep(GRACE_MS, false, { signal: grace.signal })]);
    grace.abort();
    if (!isIdle) await this.#engine.interrupt();
    await this.#engine.close();
  }
}

/** What goes wrong after `work` went well, goes wrong in COMMIT. */
function commitFailure(error: unknown): unknown {
  if (error instanceof AbortedTransactionError)
    return new Error(
      'A statement of this transaction failed and its error was passed over; nothing was kept.',
      {
        cause: error,
      },
    );
  const isLost = (code: string) => code === 'database-unreachable' || code === 'interrupted';
  if (!(error instanceof ForthrightError) || !isLost(error.code)) return error;
  return new ForthrightError(
    'outcome-unknown',
    `${error.message} A change was being committed just then: it may have been made or not; look before you repeat it.`,
    { cause: error },
  );
}
