/**
 * Which customers a role makes reachable, as the engine counts them. Customers are counted by cells (one country, region and language),
 * and people by the set of their roles, so that nothing is as large as people × customers.
 */
import type { AccessDefinition, Grant, Member } from '@forthright/contract';
import type { Analytics } from '../../platform/analytics/index.ts';

/** Rows of one statement. */
const AT_ONCE = 2000;

/** Makes relations `access_cells` (cell, country, region, language, n) and `access_customers` (person, cell); cells begin with 1. */
export async function prepareCustomers(engine: Analytics): Promise<void> {
  await engine.run(
    `CREATE TABLE access_cells ENGINE = MergeTree ORDER BY cell AS SELECT toUInt32(rowNumberInAllBlocks() + 1) AS cell, country, region, language, n
     FROM (SELECT toString(country) AS country, toString(region) AS region, toString(language) AS language, count() AS n FROM directory GROUP BY country, region, language ORDER BY country, region, language)`,
  );
  await engine.run(
    `CREATE TABLE access_customers ENGINE = MergeTree ORDER BY person AS SELECT d.person AS person, c.cell AS cell
     FROM (SELECT person, toString(country) AS country, toString(region) AS region, toString(language) AS language FROM directory) AS d
     JOIN access_cells AS c ON d.country = c.country AND d.region = c.region AND d.language = c.language`,
  );
}

/** A grant with a number; its tool is that of the definition. */
type Numbered = Readonly<{
  g: number;
  role: string;
  tool: number;
  field: string;
  customers: Grant['customers'];
}>;

/** Of the tools that are looked at; `*` is every field of one. */
export function numberedGrants(
  grants: readonly Grant[],
  tools: AccessDefinition['tools'],
): Readonly<{ numbered: readonly Numbered[]; elsewhere: number }> {
  const numbered: Numbered[] = [];
  const seen = new Set<string>();
  let elsewhere = 0;
  for (const { role, tool: name, field, customers } of grants) {
    const tool = tools.findIndex((one) => one.tool === name);
    if (tool < 0) {
      elsewhere += 1;
      continue;
    }
    for (const one of field === '*' ? (tools[tool]?.fields ?? []) : [field]) {
      const key = JSON.stringify([role, tool, one, customers]);
      if (seen.has(key)) continue;
      seen.add(key);
      numbered.push({ g: numbered.length, role, tool, field: one, customers });
    }
  }
  return { numbered, elsewhere };
}

/** As the directory has them. */
const normalised = (key: string, value: string): string =>
  key === 'language' ? value.toLowerCase() : key === 'id' ? value : value.toUpperCase();

async function insert(
  engine: Analytics,
  table: string,
  columns: readonly (readonly (string | number)[])[],
  types: readonly string[],
): Promise<void> {
  const rows = columns[0]?.length ?? 0;
  for (let from = 0; from < rows; from += AT_ONCE) {
    const some = Object.fromEntries(
      columns.map((all, i) => [`c${i}`, all.slice(from, from + AT_ONCE).map(String)]),
    );
    const zip = `arrayJoin(arrayZip(${columns.map((_, i) => `{c${i}:Array(String)}`).join(', ')}))`;
    const values = types.map((type, i) => (type === 'String' ? `x.${i + 1}` : `to${type}(x.${i + 1})`));
    await engine.run(`INSERT INTO ${table} SELECT ${values.join(', ')} FROM (SELECT ${zip} AS x)`, some);
  }
}

/**
 * Makes, under `p`: `p_grants` (g, role, tool, field), `p_members` (account, role), `p_sets` (account, s), `p_set_roles` (s, role; also each role
 * as a set of its own), `p_grant_cells` (g, cell), `p_grant_ids` (g, person), `p_reach` (s, tool, field, cell), `p_reach_ids` (s, tool,
 * field, person; whom no cell of theirs covers), `p_any` (s, tool, cell), `p_any_ids` (s, tool, person).
 */
export async function prepareReach(
  engine: Analytics,
  p: string,
  grants: readonly Numbered[],
  members: readonly Member[],
): Promise<void> {
  await engine.run(
    `CREATE TABLE ${p}_grants (g UInt32, role String, tool UInt8, field String, keys UInt8) ENGINE = MergeTree ORDER BY g`,
  );
  await insert(
    engine,
    `${p}_grants`,
    [
      grants.map(({ g }) => g),
      grants.map(({ role }) => role),
      grants.map(({ tool }) => tool),
      grants.map(({ field }) => field),
      grants.map(({ customers }) => Object.keys(customers).length),
    ],
    ['UInt32', 'String', 'UInt8', 'String', 'UInt8'],
  );
  const conditions = grants.flatMap(({ g, customers }) =>
    Object.entries(customers).flatMap(([key, values]) =>
      values.map((value) => [g, key, normalised(key, value)] as const),
    ),
  );
  await engine.run(
    `CREATE TABLE ${p}_conditions (g UInt32, key String, value String) ENGINE = MergeTree ORDER BY (key, value)`,
  );
  await insert(
    engine,
    `${p}_conditions`,
    [conditions.map(([g]) => g), conditions.map(([, key]) => key), conditions.map(([, , value]) => value)],
    ['UInt32', 'String', 'String'],
  );
  await engine.run(
    `CREATE TABLE ${p}_rows (account String, role String) ENGINE = MergeTree ORDER BY account`,
  );
  await insert(
    engine,
    `${p}_rows`,
    [members.map(({ employee }) => employee), members.map(({ role }) => role)],
    ['String', 'String'],
  );
  const table = (name: string, order: string, sql: string) =>
    engine.run(`CREATE TABLE ${p}_${name} ENGINE = MergeTree ORDER BY ${order} AS ${sql}`);
  await table(
    'members',
    'account',
    `SELECT DISTINCT account, role FROM ${p}_rows WHERE account != '' AND role IN (SELECT role FROM ${p}_grants)`,
  );
  await table(
    'sets',
    'account',
    `SELECT account, cityHash64(arraySort(groupUniqArray(role))) AS s FROM ${p}_members GROUP BY account`,
  );
  await table(
    'set_roles',
    's',
    `SELECT DISTINCT t.s AS s, m.role AS role FROM ${p}_sets AS t JOIN ${p}_members AS m ON t.account = m.account UNION DISTINCT SELECT cityHash64([role]) AS s, role FROM (SELECT DISTINCT role FROM ${p}_grants)`,
  );
  await table(
    'grant_cells',
    'g',
    `SELECT g.g AS g, c.cell AS cell FROM ${p}_grants AS g CROSS JOIN access_cells AS c WHERE g.keys = 0
     UNION ALL SELECT q.g AS g, q.cell AS cell FROM (SELECT k.g AS g, u.cell AS cell, uniqExact(k.key) AS matched FROM ${p}_conditions AS k
       JOIN (SELECT cell, kv.1 AS key, kv.2 AS value FROM (SELECT cell, arrayJoin([('country', country), ('region', region), ('language', language)]) AS kv FROM access_cells)) AS u
       ON k.key = u.key AND k.value = u.value GROUP BY g, cell) AS q JOIN ${p}_grants AS g ON q.g = g.g WHERE q.matched = g.keys`,
  );
  await table(
    'grant_ids',
    'g',
    `SELECT DISTINCT k.g AS g, d.person AS person, d.cell AS cell FROM (SELECT g, value FROM ${p}_conditions WHERE key = 'id') AS k JOIN access_customers AS d ON k.value = d.person`,
  );
  const ofSets = (cells: string, what: string) =>
    `SELECT DISTINCT r.s AS s, g.tool AS tool, g.field AS field, ${what} FROM ${p}_set_roles AS r JOIN ${p}_grants AS g ON r.role = g.role JOIN ${p}_${cells} AS c ON g.g = c.g`;
  await table('reach', '(s, tool, cell)', ofSets('grant_cells', 'c.cell AS cell'));
  await table(
    'reach_ids',
    '(s, tool, person)',
    `SELECT s, tool, field, person FROM (${ofSets('grant_ids', 'c.person AS person, c.cell AS cell')}) WHERE (s, tool, field, cell) NOT IN (SELECT s, tool, field, cell FROM ${p}_reach)`,
  );
  await table('any', '(s, tool, cell)', `SELECT DISTINCT s, tool, cell FROM ${p}_reach`);
  await table(
    'any_ids',
    '(s, tool, person)',
    `SELECT DISTINCT i.s AS s, i.tool AS tool, i.person AS person FROM ${p}_reach_ids AS i JOIN access_customers AS d ON i.person = d.person WHERE (i.s, i.tool, d.cell) NOT IN (SELECT s, tool, cell FROM ${p}_any)`,
  );
}

/** Customers by set, tool and field. */
export const fieldsSql = (p: string): string =>
  `SELECT s, tool, field, sum(n) AS n FROM (SELECT r.s AS s, r.tool AS tool, r.field AS field, c.n AS n FROM ${p}_reach AS r JOIN access_cells AS c ON r.cell = c.cell
    UNION ALL SELECT s, tool, field, count() AS n FROM ${p}_reach_ids GROUP BY s, tool, field) GROUP BY s, tool, field`;

/** Customers of whom any field is reachable, by set and tool. */
export const anySql = (p: string): string =>
  `SELECT s, tool, sum(n) AS n FROM (SELECT a.s AS s, a.tool AS tool, c.n AS n FROM ${p}_any AS a JOIN access_cells AS c ON a.cell = c.cell
    UNION ALL SELECT s, tool, count() AS n FROM ${p}_any_ids GROUP BY s, tool) GROUP BY s, tool`;

/** Whether the set `s` may see `person`, of `cell`, in `tool`. */
export const mayWhere = (p: string, set = 's'): string =>
  `((${set}, tool, cell) IN (SELECT s, tool, cell FROM ${p}_any) OR (${set}, tool, person) IN (SELECT s, tool, person FROM ${p}_any_ids))`;
