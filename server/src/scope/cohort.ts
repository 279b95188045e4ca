/** The people of a run as notices need them: who was exposed or is unknown, with what the directory says of them. */
import type { RecipientClass } from '@forthright/contract';
import { textOf } from '../sources/index.ts';
import { peopleSql } from './outputs.ts';
import type { ScopeRun } from './run.ts';

/** One person of the directory. Instants are milliseconds since 1970, -1 for none. */
export type CohortRow = Readonly<{
  person: string;
  status: 'exposed' | 'unknown';
  fields: readonly string[];
  /** Perhaps shown, where the logs can't tell. */
  perhaps: readonly string[];
  /** Ids of the leaks that exposed them, and of those that may have. */
  leaks: readonly string[];
  possibleLeaks: readonly string[];
  /** How many others of each class saw them; classes of which nobody did are left out. */
  others: Readonly<Partial<Record<RecipientClass, number>>>;
  /** The pages on which they were seen most, and how many there are in all. */
  pages: readonly string[];
  pageCount: number;
  first: number;
  last: number;
  views: number;
  /** 1 when only visitors without an account saw it, who may have been the person. */
  possiblySelf: number;
  country: string;
  region: string;
  language: string;
  email: string;
  name: string;
  phone: string;
  address: readonly string[];
}>;

/** By id, in pages. Whoever the directory does not know can't be written to, and is not among them. */
export async function cohortOf(run: ScopeRun): Promise<AsyncIterable<CohortRow[]>> {
  const { engine, workspace } = run.input;
  const { columns } = workspace.workspace.sources.customers;
  const described = await engine.describe('customers_raw');
  const text = (name: string | undefined) => textOf(name, described);
  const address = (columns.address ?? []).map(text).join(', ') || "''";
  const millis = (instant: string) => `ifNull(toUnixTimestamp64Milli(${instant}), -1)`;
  return engine.pages<CohortRow>(
    `SELECT p.person AS person, toString(p.status) AS status, p.fields AS fields, p.possible_fields AS perhaps,
        p.leaks AS leaks, p.possible_leaks AS possibleLeaks, p.others AS others, p.pages AS pages, p.page_count AS pageCount,
        ${millis('p.first_seen')} AS first, ${millis('p.last_seen')} AS last, p.views AS views, toUInt8(p.possibly_self) AS possiblySelf,
        p.country AS country, p.region AS region, p.language AS language, p.email AS email,
        d.name AS name, d.phone AS phone, d.address AS address
      FROM (${await peopleSql(run)}) AS p
      INNER JOIN (
        SELECT ${text(columns.id)} AS id, ${text(columns.name)} AS name, ${text(columns.phone)} AS phone,
          arrayFilter(x -> x != '', [${address}]) AS address
        FROM customers_raw ORDER BY f, rn LIMIT 1 BY id
      ) AS d ON p.person = d.id
      WHERE p.in_directory ORDER BY person`,
  );
}
