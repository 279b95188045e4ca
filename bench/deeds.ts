/**
 * Deeds a second, each with its entry in the register, on the disk before it is answered: `node bench/deeds.ts`.
 * One after the other; 64 and 256 asked at once, which share commits; and one deed of 1,000 entries. Beside it what the
 * database itself can do: one row a transaction, one after the other.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Db, openDatabase, readMigrations } from '../server/src/platform/db/index.ts';
import {
  type Asked,
  checkRegister,
  deed,
  keyFolder,
  openRegister,
  record,
  recordAll,
} from '../server/src/prove/index.ts';
import { startPostgres, whyNoPostgres } from '../test/peers/postgres.ts';

const { values } = parseArgs({ options: { deeds: { type: 'string', default: '8192' } } });
const count = Number(values.deeds);
const now = () => new Date();
const migrations = [
  ...(await readMigrations(new URL('../server/src/prove/migrations/', import.meta.url))),
  {
    number: 2,
    name: 'deeds',
    sql: 'CREATE TABLE deeds (entry int8 PRIMARY KEY, note text); CREATE TABLE bare (n int8)',
  },
];
const schema = { program: 'Forthright bench', migrations };
const texts = {
  note: { value: 'What somebody typed about this deed, of an ordinary length, in one sentence.' },
};

async function each(total: number, atOnce: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let next = 0;
  const one = async () => {
    while (next < total) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return (total / (performance.now() - began)) * 1000;
}

async function measure(db: Db, folder: string): Promise<void> {
  await openRegister({
    db,
    folder,
    origin: 'bench.example/register',
    keys: keyFolder(join(folder, 'keys')),
    now,
  });
  const asked: Asked = {
    db,
    actor: { id: 'usr_bench', account: 'usr_bench', roles: ['privacy-officer'], via: 'session' },
    now,
  };
  const act = () =>
    deed(asked, async (tx) => {
      const entry = await record(tx, { kind: 'acted', incident: 'inc_bench', facts: { n: 1 }, texts });
      await tx.run('INSERT INTO deeds VALUES (:entry::int8, :note::text)', {
        entry,
        note: 'a row of the deed',
      });
    });
  const many = () =>
    deed(asked, (tx) =>
      recordAll(
        tx,
        Array.from({ length: 1000 }, (_, n) => ({
          kind: 'acted',
          incident: 'inc_bench',
          facts: { n },
          texts,
        })),
      ),
    );
  // The first thousand go to compiling, in the program and in the engine.
  await each(1024, 64, act);
  const rows: [string, number][] = [
    [
      'one row a transaction, without deed or entry',
      await each(count / 4, 1, () => db.transaction((tx) => tx.run('INSERT INTO bare VALUES (1)'))),
    ],
    ['deeds, one after the other', await each(count / 4, 1, act)],
    ['deeds, 64 at once', await each(count, 64, act)],
    ['deeds, 256 at once', await each(count, 256, act)],
    ['entries, 1,000 a deed', (await each(8, 1, many)) * 1000],
  ];
  console.log(`\n${db.name.replace(/ (in|at) .*/, '')}\n\n| | a second |\n|---|---:|`);
  for (const [name, perSecond] of rows) console.log(`| ${name} | ${Math.round(perSecond)} |`);
  const wrong = await checkRegister(db);
  if (wrong.length > 0) throw new Error(wrong.join('; '));
}

const work = mkdtempSync(join(tmpdir(), 'forthright-bench-deeds-'));
try {
  const embedded = await openDatabase({ kind: 'embedded', directory: join(work, 'database'), schema });
  await measure(embedded, join(work, 'embedded'));
  await embedded.close();
  const why = whyNoPostgres();
  if (why !== undefined) console.log(`\nPostgreSQL: ${why}`);
  else {
    const postgres = await startPostgres();
    const server = await openDatabase({ kind: 'server', url: postgres.url, schema });
    await measure(server, join(work, 'server'));
    await server.close();
    await postgres.stop();
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
