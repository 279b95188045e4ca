/** Brings a database forward, migration by migration. */
import { ForthrightError } from '@forthright/contract';
import { CompiledQuery, type Kysely } from 'kysely';
import { checksumOf, inOrder, type Migration, type Schema } from './migrations.ts';
import { bind, statementsOf } from './statements.ts';

type Applied = Readonly<{ number: number; name: string; checksum: string; program: string }>;

/** Any number, as long as every program takes the same. */
const LOCK_NUMBER = 4_620_178_552_011n;

function refuseNewer(applied: readonly Applied[], known: readonly Migration[], program: string): void {
  const newest = applied.at(-1);
  if (newest === undefined || newest.number <= known.length) return;
  throw new ForthrightError(
    'database-newer',
    `The database is at version ${newest.number} (${newest.name}, by ${newest.program}); this program, ${program}, knows up to version ${known.length}. Use ${newest.program} or later; nothing was changed.`,
  );
}

function refuseEdited(applied: readonly Applied[], known: readonly Migration[]): void {
  for (const [i, was] of applied.entries()) {
    const now = known[i];
    if (now !== undefined && was.number === now.number && was.checksum === checksumOf(now)) continue;
    throw new ForthrightError(
      'database-differs',
      `Migration ${was.number} (${was.name}) was applied by ${was.program} with another text than this program has. A migration that was released is never edited; nothing was changed.`,
    );
  }
}

const LEDGER_SQL = `
CREATE SCHEMA IF NOT EXISTS forthright;
CREATE TABLE IF NOT EXISTS forthright.migrations (
  number int4 PRIMARY KEY,
  name text NOT NULL,
  checksum text NOT NULL,
  program text NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT now()
)`;

async function run(kysely: Kysely<unknown>, script: string): Promise<void> {
  for (const statement of statementsOf(script)) await kysely.executeQuery(CompiledQuery.raw(statement));
}

/** One migration, if one is due: it and its line in the ledger are one transaction. */
async function step(kysely: Kysely<unknown>, known: readonly Migration[], program: string): Promise<boolean> {
  // Not serializable: who waited for the lock must see what its holder did meanwhile.
  const transaction = kysely.transaction().setIsolationLevel('read committed').setAccessMode('read write');
  return transaction.execute(async (trx) => {
    await trx.executeQuery(CompiledQuery.raw(`SELECT pg_advisory_xact_lock(${LOCK_NUMBER})`));
    await run(trx, LEDGER_SQL);
    const ledger = 'SELECT number, name, checksum, program FROM forthright.migrations ORDER BY number';
    const { rows: applied } = await trx.executeQuery<Applied>(CompiledQuery.raw(ledger));
    refuseNewer(applied, known, program);
    refuseEdited(applied, known);
    const due = known[applied.length];
    if (due === undefined) return false;
    await run(trx, due.sql);
    const { sql, values } = bind(
      'INSERT INTO forthright.migrations (number, name, checksum, program) VALUES (:number::int4, :name::text, :checksum::text, :program::text)',
      { number: due.number, name: due.name, checksum: checksumOf(due), program },
    );
    await trx.executeQuery(CompiledQuery.raw(sql, values));
    return applied.length + 1 < known.length;
  });
}

/**
 * Brings the database to this program's version. Programs that start at once wait for each other, and the first
 * one migrates. Refuses a database that is newer, or whose past differs.
 */
export async function migrate(kysely: Kysely<unknown>, schema: Schema): Promise<void> {
  const known = inOrder(schema.migrations);
  while (await step(kysely, known, schema.program));
}
