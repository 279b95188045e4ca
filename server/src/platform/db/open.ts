import type { Schema } from './migrations.ts';
import type { Db } from './types.ts';

export type DatabaseOptions = Readonly<
  (
    | {
        kind: 'embedded';
        /** A folder that belongs to the database alone, on a disk of this machine; it is made when it is not there. */
        directory: string;
      }
    | {
        kind: 'server';
        /** `postgres://user:password@host:5432/database`, PostgreSQL 15 or later */
        url: string;
      }
  ) & {
    /** `as it is`: to look at it only. It is not brought forward, and may hold no records at all. */
    schema: Schema | 'as it is';
  }
>;

/**
 * Opens the records and brings them to this program's version. Refuses when another process has the folder, when
 * the server can't be reached or used, and when the records are newer than the program.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Db> {
  // Only whoever opens a database pays for reading its library: most commands ask a server.
  const { Database } = await import('./database.ts');
  const db = new Database(await openEngine(options));
  try {
    if (options.schema !== 'as it is') await db.migrate(options.schema);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function openEngine(options: DatabaseOptions) {
  switch (options.kind) {
    case 'embedded':
      return (await import('./embedded.ts')).openEmbedded(options);
    case 'server':
      return (await import('./server.ts')).openServer(options);
  }
}
