/** Wrong tries at one account, counted in the records: for all processes of one server, and across a restart. */
import type { Db } from '../platform/db/index.ts';
import type { Limit } from '../platform/index.ts';

/** The longest that a row outlives its window is until so many others have been begun. */
const FORGOTTEN_AT_ONCE = 20;

export class Tries {
  readonly #db: Db;
  readonly #limit: Limit;
  readonly #now: () => Date;

  constructor(db: Db, limit: Limit, now: () => Date) {
    this.#db = db;
    this.#limit = limit;
    this.#now = now;
  }

  /** Counts one time. The seconds to wait when that is too often, or 0. */
  take(key: string): Promise<number> {
    const now = this.#now();
    const { most, windowSeconds } = this.#limit;
    const oldest = new Date(now.getTime() - windowSeconds * 1000);
    // Not serializable: whoever guesses at one account from many places must be counted, not told to try again.
    const isolation = 'read committed';
    return this.#db.transaction(
      async (tx) => {
        const [row] = await tx.rows<{ begun_at: Date; count: number }>(
          `INSERT INTO sign_in_tries AS t (key, begun_at, count) VALUES (:key::text, :now::timestamptz, 1)
           ON CONFLICT (key) DO UPDATE SET
             begun_at = CASE WHEN t.begun_at > :oldest::timestamptz AND t.begun_at <= :now::timestamptz
                          THEN t.begun_at ELSE :now::timestamptz END,
             count = CASE WHEN t.begun_at > :oldest::timestamptz AND t.begun_at <= :now::timestamptz
                          THEN LEAST(t.count + 1, :most::int4 + 1) ELSE 1 END
           RETURNING begun_at, count`,
          { key, now, oldest, most },
        );
        await tx.run(
          `DELETE FROM sign_in_tries WHERE key IN
             (SELECT key FROM sign_in_tries WHERE begun_at <= :oldest::timestamptz LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
          { oldest },
        );
        if (row === undefined || row.count <= most) return 0;
        return Math.max(1, Math.ceil((row.begun_at.getTime() - oldest.getTime()) / 1000));
      },
      { isolation },
    );
  }

  /** As if `key` had never done it. */
  async forget(key: string): Promise<void> {
    await this.#db.transaction((tx) => tx.run('DELETE FROM sign_in_tries WHERE key = :key::text', { key }), {
      isolation: 'read committed',
    });
  }
}
