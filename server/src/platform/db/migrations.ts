/**
 * Migrations: numbered scripts of SQL, forward only. A stage keeps its own beside its code
 * (`<stage>/migrations/0007-campaigns.sql`); the numbers run through all stages, and `main.ts` gives one list.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

export type Migration = Readonly<{ number: number; name: string; sql: string }>;

export type Schema = Readonly<{
  migrations: readonly Migration[];
  /** What a reader is told when the database was made by another version: `Forthright 0.3.0`. */
  program: string;
}>;

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

/** Refuses a number that is missing. */
export function inOrder(migrations: readonly Migration[]): Migration[] {
  const sorted = migrations.toSorted((a, b) => a.number - b.number);
  for (const [i, { number, name }] of sorted.entries())
    if (number !== i + 1) throw new Error(`Migration ${number} (${name}) stands where ${i + 1} is due.`);
  return sorted;
}

/** A checkout on Windows may end its lines otherwise; that is no change. */
export function checksumOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql.replaceAll('\r\n', '\n')).digest('hex');
}
