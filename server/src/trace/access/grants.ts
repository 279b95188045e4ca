/** Reads grants out of the files that a definition names. */
import { readFile } from 'node:fs/promises';
import { ForthrightError, type GrantsSource } from '@forthright/contract';
import type { Analytics } from '../../platform/analytics/index.ts';
import { attachTable, type FileRegistry, textOf } from '../../sources/index.ts';
import {
  type ColumnPrivilege,
  type GrantRow,
  type GrantsRead,
  grantsOf,
  type RoleMember,
  readCedar,
  readJson,
  readOpenFga,
  readPostgres,
  readScim,
} from './grants.rules.ts';

export type GrantsContext = Readonly<{
  engine: Analytics;
  directory: string;
  registry: FileRegistry;
  /** `grants` or `proposal`. */
  name: string;
}>;

const MOST_BYTES = 64 * 1024 ** 2;
const MOST_ROWS = 2_000_000;

/** The files that these grants are in, with the field that names each. */
export function filesOfGrants(source: GrantsSource): readonly Readonly<{ of: string; path: string }>[] {
  switch (source.format) {
    case 'csv':
      return [
        { of: 'grants', path: source.grants },
        { of: 'members', path: source.members },
      ];
    case 'json':
      return [{ of: 'at', path: source.at }];
    case 'scim':
      return [
        { of: 'groups', path: source.groups },
        { of: 'grants', path: source.grants },
      ];
    case 'postgres':
      return [
        { of: 'columns', path: source.columns },
        { of: 'members', path: source.members },
      ];
    case 'openfga':
      return [{ of: 'tuples', path: source.tuples }];
    case 'cedar':
      return [
        { of: 'policies', path: source.policies },
        { of: 'entities', path: source.entities },
      ];
  }
}

/** Refuses (`trace-invalid`) what can't be read, with every problem and its row. */
export async function readGrants(source: GrantsSource, context: GrantsContext): Promise<GrantsRead> {
  const read = await readFormat(source, context);
  if (read.problems.length > 0)
    throw new ForthrightError('trace-invalid', 'These grants can not be read.', { problems: read.problems });
  if (read.grants.length === 0)
    throw new ForthrightError('trace-invalid', `The ${context.name} let nobody see anything of any tool.`);
  return read;
}

async function readFormat(source: GrantsSource, context: GrantsContext): Promise<GrantsRead> {
  const grantRows = (at: string) =>
    rowsOf<keyof GrantRow>(at, ['role', 'tool', 'field', 'customers'], context);
  switch (source.format) {
    case 'csv': {
      const members = await rowsOf<'employee' | 'role'>(source.members, ['employee', 'role'], context);
      return { ...grantsOf(await grantRows(source.grants), source.grants), members, cautions: [] };
    }
    case 'json':
      return readJson(await jsonOf(source.at, context), source.at);
    case 'scim':
      return readScim(await jsonOf(source.groups, context), await grantRows(source.grants), source);
    case 'postgres': {
      const names = ['grantee', 'table_schema', 'table_name', 'column_name', 'privilege_type'] as const;
      const columns = await rowsOf<keyof ColumnPrivilege>(source.columns, names, context);
      const members = await rowsOf<keyof RoleMember>(source.members, ['role', 'member'], context);
      return readPostgres(columns, members, source);
    }
    case 'openfga':
      return readOpenFga(await jsonOf(source.tuples, context), source);
    case 'cedar':
      return readCedar(
        await jsonOf(source.policies, context),
        await jsonOf(source.entities, context),
        source,
      );
  }
}

let tables = 0;

/** A small table as rows, in the order of the file. */
async function rowsOf<K extends string>(
  at: string,
  names: readonly K[],
  { engine, directory, registry, name }: GrantsContext,
): Promise<Readonly<Record<K, string>>[]> {
  tables += 1;
  const relation = `access_file_${tables}`;
  const { columns } = await attachTable(engine, relation, {
    source: name,
    at,
    directory,
    columns: [...names],
    onBrokenRow: 'stop',
    registry,
  });
  const select = names.map((one) => `trim(${textOf(one, columns)}) AS forthright_${one}`).join(', ');
  const rows = await engine.rows<Record<string, string>>(
    `SELECT ${select} FROM ${relation} LIMIT ${MOST_ROWS + 1}`,
  );
  if (rows.length > MOST_ROWS)
    throw new ForthrightError('trace-invalid', `${at} has more than ${MOST_ROWS} rows.`);
  return rows.map(
    (row) =>
      Object.fromEntries(names.map((one) => [one, row[`forthright_${one}`] ?? ''])) as Record<K, string>,
  );
}

async function jsonOf(at: string, { directory, registry, name }: GrantsContext): Promise<unknown> {
  const [file] = await registry.expand(name, at, directory);
  if (file === undefined) throw new ForthrightError('file-missing', `${at} is not there.`);
  if (file.bytes > MOST_BYTES)
    throw new ForthrightError('trace-invalid', `${at} has more than ${MOST_BYTES} bytes.`);
  const text = await readFile(file.absolute, 'utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ForthrightError('trace-invalid', `${at} is no JSON.`, { cause });
  }
}
