/** For tests: kill -9 of a process that writes to an embedded database. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, openDatabase, type Schema } from './index.ts';
import { Other } from './testing.ts';

/** Each number that is acknowledged stands in both tables, as one transaction. */
export const PAIRS: Schema = {
  program: 'Forthright test',
  migrations: [
    {
      number: 1,
      name: 'pairs',
      sql: 'CREATE TABLE lefts (n int8 PRIMARY KEY, text text); CREATE TABLE rights (n int8)',
    },
  ],
};

const LONGEST_DELAY_MS = 250;

/** Numbers from 0 to 1 that are the same in every run. */
export function randomly(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export async function numbersIn(db: Db, table: string): Promise<number[]> {
  const rows = await db.rows<{ n: number }>(`SELECT n::float8 AS n FROM ${table} WHERE n >= 0 ORDER BY 1`);
  return rows.map(({ n }) => n);
}

/**
 * Kills a writer `kills` times at random moments. After each, every acknowledged row is there and no transaction is
 * there by half. Gives how many rows were acknowledged.
 */
export async function killWriters(
  directory: string,
  { kills, seed }: Readonly<{ kills: number; seed: number }>,
): Promise<number> {
  const random = randomly(seed);
  const options = { kind: 'embedded', directory, schema: PAIRS } as const;
  const acknowledged = new Set<number>();
  for (let kill = 0; kill < kills; kill++) {
    const at = `seed ${seed}, kill ${kill}`;
    const writer = await Other.start();
    writer.tell({ do: 'open', options, at: 0 });
    assert.equal((await writer.next()).say, 'got it', at);
    writer.tell({ do: 'write', from: (kill + 1) * 1_000_000 });
    // Every fourth is killed before it has said anything.
    if (kill % 4 !== 0) await writer.next();
    await sleep(random() * LONGEST_DELAY_MS);
    await writer.kill();
    for (const report of writer.rest()) if (report.say === 'wrote') acknowledged.add(report.n);
    const db = await openDatabase(options);
    const lefts = await numbersIn(db, 'lefts');
    assert.deepEqual(lefts, await numbersIn(db, 'rights'), `${at}: half a transaction`);
    const there = new Set(lefts);
    const lost = [...acknowledged].filter((n) => !there.has(n));
    assert.deepEqual(lost, [], `${at}: ${lost.length} of ${acknowledged.size} acknowledged rows are lost`);
    await db.close();
  }
  return acknowledged.size;
}
