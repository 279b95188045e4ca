import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Analytics, Params } from '../platform/analytics/index.ts';

/** Changes when the rules of counting change their meaning; `queryHash` changes with every letter of the query. */
export const QUERY_VERSION = '4';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

/** Runs the statements of `sql/<name>.sql`; they are separated by a semicolon at the end of a line. */
export async function runStatements(engine: Analytics, name: string, params: Params = {}): Promise<void> {
  // Comments go first: one may end a line with a semicolon, and a server refuses a statement of comments alone.
  const statements = read(`./sql/${name}.sql`).replace(/^--.*\n/gm, '');
  for (const sql of statements.split(/;\s*\n/)) {
    if (sql.trim() !== '') await engine.run(sql, params);
  }
}

/** SHA-256 over everything that makes up the query: the statements, what compiles them, and what reads formats. */
export function queryHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['.', './sql', '../sources', '../sources/formats']) {
    const url = new URL(`${folder}/`, import.meta.url);
    const names = readdirSync(url).filter(
      (f) => /\.(ts|sql)$/.test(f) && !/\.(test|suite)\.ts$|^readiness\./.test(f),
    );
    for (const name of names.sort())
      hash.update(`${folder}/${name}\0`).update(readFileSync(new URL(name, url)));
  }
  return hash.digest('hex');
}
