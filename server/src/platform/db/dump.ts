/**
 * The records as text, table by table, and back: one way for both engines. Every value is PostgreSQL's own text of it,
 * under the session's settings (engine.ts), so that what comes back is what went out, to the bit.
 */
import { quoteName } from './quote.ts';
import type { Reads, Tx } from './types.ts';

export type Column = Readonly<{ name: string; type: string }>;
export type TableOf = Readonly<{ name: string; columns: readonly Column[] }>;
/** The next number of a sequence, and whether it was given out. */
export type SequenceAt = Readonly<{ name: string; last: string; isCalled: boolean }>;
export type AppliedMigration = Readonly<{ number: number; name: string; checksum: string }>;

const ROWS_AT_ONCE = 500;
const MOST_CHARACTERS = 4 * 1024 * 1024;
/** Made by the migrations themselves. */
const LEDGER = 'migrations';

const here = (name: string): string => `forthright.${quoteName(name)}`;

/** Every table but the ledger of migrations, by name; without generated columns. */
export async function tablesOf(reads: Reads): Promise<TableOf[]> {
  const rows = await reads.rows<{ name: string; column: string; type: string }>(
    `SELECT c.relname AS name, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'forthright'::regnamespace AND c.relkind = 'r' AND c.relname <> :ledger::text
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      ORDER BY c.relname, a.attnum`,
    { ledger: LEDGER },
  );
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, columns]) => ({
    name,
    columns: columns.map(({ column, type }) => ({ name: column, type })),
  }));
}

export async function sequencesOf(reads: Reads): Promise<SequenceAt[]> {
  const names = await reads.rows<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'forthright'::regnamespace AND relkind = 'S' ORDER BY relname`,
  );
  const found: SequenceAt[] = [];
  for (const { name } of names) {
    const [row] = await reads.rows<{ last: string; called: boolean }>(
      `SELECT last_value::text AS last, is_called AS called FROM ${here(name)}`,
    );
    if (row !== undefined) found.push({ name, last: row.last, isCalled: row.called });
  }
  return found;
}

export const appliedMigrations = (reads: Reads): Promise<AppliedMigration[]> =>
  reads.rows<AppliedMigration>('SELECT number, name, checksum FROM forthright.migrations ORDER BY number');

/** A table's rows, each a JSON list of texts in a line; in pieces of a few megabytes. */
export async function* rowsOf(
  tx: Tx,
  { name, columns }: TableOf,
): AsyncGenerator<{ text: string; rows: number }> {
  const texts = columns.map((column) => `${quoteName(column.name)}::text`).join(', ');
  await tx.run(
    `DECLARE forthright_rows NO SCROLL CURSOR FOR SELECT json_build_array(${texts})::text AS line FROM ${here(name)}`,
  );
  let lines: string[] = [];
  let characters = 0;
  const piece = () => ({ text: `${lines.join('\n')}\n`, rows: lines.length });
  for (;;) {
    const page = await tx.rows<{ line: string }>(`FETCH ${ROWS_AT_ONCE} FROM forthright_rows`);
    for (const { line } of page) {
      lines.push(line);
      characters += line.length;
      if (characters < MOST_CHARACTERS) continue;
      yield piece();
      [lines, characters] = [[], 0];
    }
    if (page.length < ROWS_AT_ONCE) break;
  }
  await tx.run('CLOSE forthright_rows');
  if (lines.length > 0) yield piece();
}

/** Puts lines of `rowsOf` back; how many. */
export async function putRows(tx: Tx, { name, columns }: TableOf, text: string): Promise<number> {
  const lines = text.split('\n').filter((line) => line !== '');
  const names = columns.map((column) => quoteName(column.name)).join(', ');
  const values = columns.map(({ type }, i) => `(r ->> ${i})::${type}`).join(', ');
  for (let at = 0; at < lines.length; at += ROWS_AT_ONCE)
    await tx.run(
      `INSERT INTO ${here(name)} (${names}) OVERRIDING SYSTEM VALUE
        SELECT ${values} FROM json_array_elements(:rows::json) AS r`,
      { rows: `[${lines.slice(at, at + ROWS_AT_ONCE).join(',')}]` },
    );
  return lines.length;
}

export async function setSequence(tx: Tx, { name, last, isCalled }: SequenceAt): Promise<void> {
  await tx.rows('SELECT setval(:name::text::regclass, :last::int8, :isCalled::bool)', {
    name: here(name),
    last,
    isCalled,
  });
}

/**
 * Empties the tables and lets `work` fill them in any order: rows may refer to rows that come later. References are
 * checked afterwards, all of them; triggers of ours do not run.
 */
export async function fillingTables<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  const references = await tx.rows<{ on: string; name: string; definition: string }>(
    `SELECT c.relname AS on, k.conname AS name, pg_get_constraintdef(k.oid) AS definition
       FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      WHERE k.connamespace = 'forthright'::regnamespace AND k.contype = 'f' ORDER BY 1, 2`,
  );
  const tables = await tablesOf(tx);
  for (const { on, name } of references)
    await tx.run(`ALTER TABLE ${here(on)} DROP CONSTRAINT ${quoteName(name)}`);
  for (const { name } of tables) {
    await tx.run(`ALTER TABLE ${here(name)} DISABLE TRIGGER USER`);
    // What the migrations put there stands among the rows as well, as it was later.
    await tx.run(`DELETE FROM ${here(name)}`);
  }
  const result = await work();
  for (const { name } of tables) await tx.run(`ALTER TABLE ${here(name)} ENABLE TRIGGER USER`);
  for (const { on, name, definition } of references)
    await tx.run(`ALTER TABLE ${here(on)} ADD CONSTRAINT ${quoteName(name)} ${definition}`);
  return result;
}
