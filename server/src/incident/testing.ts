/** For tests: the record in a place of its own, and whether each deed has its entry and each entry its deed. */
import { globSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROLES } from '@forthright/contract';
import { type Db, openDatabase, type Reads, readMigrations, type Schema } from '../platform/db/index.ts';
import { openReady } from '../platform/db/ready.ts';
import { FileStore } from '../platform/index.ts';
import { type Actor, type Asked, checkRegister, Document, keyFolder, openRegister } from '../prove/index.ts';
import { fileOperations, openFiles } from './files.ts';
import { incidentOperations } from './operations.ts';

export const ORIGIN = 'marlow.example/register';

const SOURCE = new URL('../', import.meta.url);
const folders = globSync('**/migrations', { cwd: fileURLToPath(SOURCE) });

/** Everybody's tables: their numbers run through all stages. */
export const schema: Schema = {
  program: 'Forthright test',
  migrations: await readMigrations(...folders.map((folder) => new URL(`${folder}/`, SOURCE))),
};

export type Place = Readonly<{ folder: string; url?: string | undefined; now: () => Date }>;

export const databaseOf = (folder: string): string => join(folder, 'database');

/** Opens database and register; refuses a register that is stopped. */
export async function openRecord({ folder, url, now }: Place): Promise<Db> {
  const db = await (url === undefined
    ? openReady(databaseOf(folder), schema)
    : openDatabase({ kind: 'server', url, schema }));
  await openFiles(db, folder, { now });
  const state = await openRegister({
    db,
    folder,
    origin: ORIGIN,
    keys: keyFolder(join(folder, 'keys')),
    now,
  });
  if (state.kind === 'stopped') throw new Error(state.why);
  await seat(db);
  return db;
}

/** The people whom tests name without a door that made them. */
const CAST = ['usr_ada', 'usr_bo', 'usr_cy', 'usr_di', 'usr_eve', 'usr_other'];

/** Gives these an account, so that they may own tasks and be named; nobody can sign in with one. */
export async function seat(
  db: Db,
  people: readonly string[] = CAST,
  roles: Actor['roles'] = ROLES,
): Promise<void> {
  await db.transaction((tx) =>
    tx.run(
      `INSERT INTO accounts (id, email, email_key, name, roles, made_at)
       SELECT id, id || '@marlow.example', id || '@marlow.example', id, :roles::text[], now()
         FROM unnest(:people::text[]) AS id ON CONFLICT DO NOTHING`,
      { people, roles },
    ),
  );
}

export const actor = (id: string, ...roles: Actor['roles']): Actor => ({
  id,
  account: id,
  roles,
  via: 'session',
});

/** A token of this person's. */
export const tokenOf = ({ account, roles }: Actor): Actor => ({
  id: `tok_of_${account}`,
  account,
  roles,
  via: 'token',
});

/** As a door does it: parses what comes in and what goes out. */
export async function ask<T>(asked: Asked, name: string, rawInput: unknown): Promise<T> {
  const found = [...incidentOperations, ...fileOperations()].find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  const answer = await found.run(asked, found.input.parse(rawInput));
  return (answer instanceof Document ? answer : found.output.parse(answer)) as T;
}

/** Every row that a deed makes, with the entry that it says it has. */
const DEEDS = `
  SELECT entry FROM incident_versions
  UNION SELECT entry FROM incident_moves
  UNION SELECT entry FROM incident_decisions
  UNION SELECT entry FROM incident_tasks
  UNION SELECT finished_entry FROM incident_tasks WHERE finished_entry IS NOT NULL
  UNION SELECT entry FROM incident_evidence
  UNION SELECT entry FROM incident_papers
  UNION SELECT entry FROM incident_matters
  UNION SELECT last_entry FROM incident_matters
  UNION SELECT entry FROM incident_unlocks
  UNION SELECT granted_entry FROM incident_unlocks WHERE granted_entry IS NOT NULL
  UNION SELECT entry FROM incident_leaks
  UNION SELECT entry FROM incident_runs
  UNION SELECT ended_entry FROM incident_runs WHERE ended_entry IS NOT NULL
  UNION SELECT entry FROM incident_duty_versions
  UNION SELECT entry FROM incident_duty_steps`;

/** Files that are listed and not there whole, as sentences. */
export async function lostFiles(reads: Reads, folder: string): Promise<string[]> {
  const store = new FileStore(join(folder, 'files'));
  const rows = await reads.rows<{ id: string; sha256: string; bytes: bigint; same: boolean }>(
    `SELECT e.id, f.sha256, e.bytes, f.sha256 = e.sha256 AND e.kind = 'file' AS same
      FROM incident_files f JOIN incident_evidence e ON e.id = f.evidence`,
  );
  const wrong: string[] = [];
  for (const { id, sha256, bytes, same } of rows) {
    const found = await stat(store.pathOf(sha256)).catch(() => undefined);
    if (!same || found?.size !== Number(bytes)) wrong.push(`the file of ${id} is not there, or is another`);
  }
  return wrong;
}

/** What is wrong with the whole record, as sentences; empty when each deed has its entry and each entry its deed. */
export async function strays(reads: Reads): Promise<string[]> {
  const rows = await reads.rows<{ deed: bigint | null; kind: string | null; index: bigint | null }>(
    `SELECT deeds.entry AS deed, e.kind, e.index FROM (${DEEDS}) deeds
      FULL JOIN (SELECT index, kind FROM register_entries WHERE incident IS NOT NULL) e
        ON e.index = deeds.entry WHERE deeds.entry IS NULL OR e.index IS NULL`,
  );
  const unlike = await reads.rows<{ id: string }>(
    `SELECT i.id FROM incidents i LEFT JOIN LATERAL
        (SELECT act FROM incident_moves m WHERE m.incident = i.id AND act IN ('close', 'reopen') ORDER BY entry DESC LIMIT 1) m ON true
      WHERE (i.state = 'closed') <> (m.act IS NOT DISTINCT FROM 'close')
         OR i.version <> (SELECT max(version) FROM incident_versions v WHERE v.incident = i.id)
         OR (i.state = 'open') = EXISTS (SELECT FROM incident_decisions d WHERE d.incident = i.id AND d.step = 'decision')`,
  );
  const handOvers = await reads.rows<{ index: bigint }>(
    `SELECT index FROM register_entries WHERE kind IN ('hand-over-asked', 'hand-over-confirmed')
     EXCEPT (SELECT entry FROM hand_overs UNION ALL SELECT confirmed_entry FROM hand_overs)`,
  );
  const runs = await reads.rows<{ job: string }>(
    `SELECT r.job FROM incident_runs r LEFT JOIN jobs j ON j.id = r.job
      WHERE j.id IS NULL OR j.state <> r.state AND (r.state <> 'asked' OR j.state NOT IN ('waiting', 'running'))`,
  );
  return [
    ...(await checkRegister(reads)),
    ...handOvers.map(({ index }) => `entry ${index} has no hand-over`),
    ...runs.map(({ job }) => `the run of ${job} is not in the state of its job`),
    ...rows.map(({ deed, kind, index }) =>
      deed === null ? `entry ${index} (${kind}) has no deed` : `a deed has no entry ${deed}`,
    ),
    ...unlike.map(({ id }) => `${id} is not in the state that its moves led to`),
  ];
}
