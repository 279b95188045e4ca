/**
 * Migrations: numbered scripts of SQL, forward only. A stage keeps its own beside its code
 * (`<stage>/migrations/0007-campaigns.sql`); the numbers run through all stages, and `main.ts` gives one list.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { ForthrightError } from '@forthright/contract';
import { CompiledQuery, type Kysely } from 'kysely';
import { bind, statementsOf } from './statements.ts';

export type Migration = Readonly<{ number: number; name: string; sql: string }>;

export type Schema = Readonly<{
  migrations: readonly Migration[];
  /** What a reader is told when the database was made by another version: `Forthright 0.3.0`. */
  program: string;
}>;

type Applied = Readonly<{ number: number; name: string; checksum: string; program: string }>;

/** Any number, as long as every program takes the same. */
const LOCK_NUMBER = 4_620_178_552_011n;
const FILE = /^(\d{4})-([a-z0-9-]+)\.sql$/;

/** The migrations in these folders, by number. Refuses a file that is none, and two of one number. */
export async function readMigrations(...folders: readonly URL[]): Promise<Migration[]> {
  const found: Migration[] = [];
  for (const folder of folders) {
    for (const file of await readdir(folder)) {
      const [, number, name] = FILE.exec(file) ?? [];
      if (number === undefined || name === undefined) throw new Error(`${file} is no name for a migration.`);
      const at = new URL(file, folder.href.endsWith('/') ? folder : `${folder.href}/`);
      found.push({ number: Number(number), name, sql: await readFile(at, 'utf8') });
    }
  }
  return inOrder(found);
}

function inOrder(migrations: readonly Migration[]): Migration[] {
  const sorted = migrations.toSorted((a, b) => a.number - b.number);
  for (const [i, { number, name }] of sorted.entries())
    if (number !== i + 1) throw new Error(`Migration ${number} (${name}) stands where ${i + 1} is due.`);
  return sorted;
}

/** A checkout on Windows may end its lines otherwise; that is no change. */
export function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql.replaceAll('\r\n', '\n')).digest('hex');
}

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
