import { ForthrightError } from '@forthright/contract';
import { withoutClashes } from './names.ts';
import { quoteText } from './quote.ts';

/** A table function's call, and what of it must never be shown. */
export type PostgresTable = Readonly<{ call: string; secrets: readonly string[] }>;

function parse(at: string): URL {
  const raw = URL.canParse(at) ? new URL(at) : undefined;
  if (raw === undefined || raw.hostname === '' || raw.pathname.length < 2 || raw.hash.length < 2) {
    throw new ForthrightError(
      'workspace-invalid',
      'A PostgreSQL table is written postgres://user:password@host:5432/database#table, or #schema.table.',
    );
  }
  return raw;
}

/** `postgres://user:pw@host:port/db#schema.table` as a call of ClickHouse's `postgresql()`. */
export function postgresTable(at: string): PostgresTable {
  const url = parse(at);
  const [table = '', schema = 'public'] = decodeURIComponent(url.hash.slice(1)).split('.').reverse();
  const password = decodeURIComponent(url.password);
  const parts = [
    `${url.hostname}:${url.port === '' ? '5432' : url.port}`,
    decodeURIComponent(url.pathname.slice(1)),
    table,
    decodeURIComponent(url.username),
    password,
    schema,
  ];
  return {
    call: `postgresql(${parts.map(quoteText).join(', ')})`,
    secrets: [...new Set([url.password, password, quoteText(password).slice(1, -1)])].filter((s) => s !== ''),
  };
}

export function isPostgres(at: string): boolean {
  return /^postgres(ql)?:\/\//.test(at);
}

const F_AND_RN = 'toUInt32(0) AS f, toUInt64(0) AS rn';

/** The SELECT behind a relation that lies elsewhere: no file and no row numbers, so both are 0. */
export function elsewhereBody(from: string, clashes: readonly string[]): string {
  return `SELECT ${F_AND_RN}, * FROM ${withoutClashes(from, clashes)}`;
}
