/** For tests: the queue in a database of its own, and a table in which each job that is done leaves one line. */
import { readdir, readFile } from 'node:fs/promises';
import { type Db, openDatabase, type Schema } from '../db/index.ts';
import { openReady } from '../db/ready.ts';
import { endJob, type Handler } from './index.ts';

const folder = new URL('./migrations/', import.meta.url);
const [file = ''] = await readdir(folder);
const queue = await readFile(new URL(file, folder), 'utf8');

export const schema: Schema = {
  program: 'Forthright test',
  migrations: [
    { number: 1, name: 'queue', sql: queue },
    // Nothing in it forbids two lines of one job: that is what the tests look for.
    { number: 2, name: 'finished', sql: 'CREATE TABLE finished (job text NOT NULL)' },
  ],
};

export type Where = Readonly<{ directory?: string | undefined; url?: string | undefined }>;

export const openQueue = ({ directory, url }: Where): Promise<Db> =>
  url === undefined ? openReady(directory ?? '', schema) : openDatabase({ kind: 'server', url, schema });

/** A job that takes a moment and then leaves its line, in one transaction with its end. */
export const leaveLine = (db: Db, work: () => Promise<void>): Handler => ({
  run: async (job) => {
    await work();
    await db.transaction(async (tx) => {
      await tx.run('INSERT INTO finished VALUES (:id::text)', { id: job.id });
      await endJob(tx, job, new Date());
    });
  },
});
