/** What each employee can see of customers' data, what they did see, and what to cut; counted by the engine. */
import {
  type AccessAnswer,
  AccessAnswer as AccessAnswerSchema,
  type AccessDefinition,
  type Grant,
} from '@forthright/contract';
import type { Analytics } from '../../platform/analytics/index.ts';
import { type Answered, type Watch, withLoadedRun } from '../../scope/index.ts';
import { assertUnchanged, FileRegistry, hashFiles, type LoadedWorkspace } from '../../sources/index.ts';
import { type Candidate, type CandidateKind, labelled, personKindSql } from '../look-ups.ts';
import { readGrants } from './grants.ts';
import type { LoadedAccess } from './load.ts';
import { anySql, fieldsSql, mayWhere, numberedGrants, prepareCustomers, prepareReach } from './reach.ts';
import { prepareSeen } from './seen.ts';
import { findUnusual } from './unusual.ts';

/** Rows of one person and tool that an answer holds; the rest is counted. */
const MOST_EACH = 2000;
const MOST_CUTS = 500;
const MOST_SAW = 500;
const MOST_HURT = 200;

export type AccessBehind = Readonly<{ candidates: readonly Candidate[] }>;

/** Counts within one engine; `use` gets the answer and who is behind its pseudonyms. */
export async function reviewAccess<T>(
  workspace: LoadedWorkspace,
  loaded: LoadedAccess,
  watch: Watch,
  use: (answer: AccessAnswer, behind: AccessBehind) => Promise<T>,
): Promise<T> {
  return withLoadedRun({ workspace, incident: loaded.look }, watch, async (answered) => {
    const { engine } = answered.run.input;
    const registry = new FileRegistry();
    watch.step('counting what can be seen');
    const { cautions, conditions, own } = await prepare(answered, loaded, registry);
    const candidates = await nameEverybody(engine, loaded.salt);
    const labels = new Map(candidates.map(({ id, label }) => [id, label]));
    const labelOf = (account: string) => labels.get(account) ?? '';
    // What is granted to one person alone must not name them; nor must a role that is called like an account.
    const roleOf = (role: string) => {
      const label = labels.get(own.get(role) ?? role);
      return label === undefined ? role : `${label} alone`;
    };
    const asking: Asking = { engine, loaded, answered, labelOf, roleOf, candidates, conditions };
    watch.step('counting what was seen');
    const body = {
      schema: 'forthright/access/1' as const,
      title: loaded.title,
      gate: loaded.gate,
      from: new Date(loaded.definition.from).toISOString(),
      to: new Date(loaded.definition.to).toISOString(),
      ...(await totals(asking)),
      tools: await toolsOf(asking),
      roles: await rolesOf(asking),
      ...(await eachOf(asking)),
      cut: await cutsOf(asking),
      replay: loaded.definition.proposal === undefined ? null : await replayOf(asking),
      who: await whoOf(asking),
      unusual: await findUnusual(engine, loaded, { registry, labelOf }),
      cautions: [...cautions, ...cautionsOf(answered)],
    };
    const hashes = await hashFiles(registry.files, { signal: watch.signal });
    await assertUnchanged(registry.files);
    const tables = registry.files.map(({ f, path, bytes }) => ({
      path,
      bytes,
      sha256: hashes.get(f) ?? null,
    }));
    const logs = answered.answer.evidence.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
    const answer = AccessAnswerSchema.parse({ ...body, evidence: [...logs, ...tables] });
    const said = new Set(namesIn(answer));
    return use(answer, { candidates: candidates.filter(({ label }) => said.has(label)) });
  });
}

/** Every pseudonym that stands in an answer. */
const namesIn = ({ each, replay, who, unusual }: AccessAnswer): string[] =>
  [
    ...each,
    ...(replay?.each ?? []),
    ...who.flatMap(({ saw }) => saw),
    ...unusual.flatMap((one) => one.each),
  ].map(({ candidate }) => candidate);

type Asking = Readonly<{
  engine: Analytics;
  loaded: LoadedAccess;
  answered: Answered;
  labelOf: (account: string) => string;
  /** As an answer calls a role. */
  roleOf: (role: string) => string;
  candidates: readonly Candidate[];
  conditions: readonly Grant['customers'][];
}>;

async function prepare(
  answered: Answered,
  loaded: LoadedAccess,
  registry: FileRegistry,
): Promise<
  Readonly<{
    cautions: string[];
    conditions: readonly Grant['customers'][];
    own: ReadonlyMap<string, string>;
  }>
> {
  const { engine } = answered.run.input;
  const { definition, directory } = loaded;
  const cautions: string[] = [];
  await prepareCustomers(engine);
  let conditions: readonly Grant['customers'][] = [];
  let own: ReadonlyMap<string, string> = new Map();
  for (const name of ['grants', 'proposal'] as const) {
    const source = definition[name];
    if (source === undefined) continue;
    const read = await readGrants(source, { engine, directory, registry, name });
    const { numbered, elsewhere } = numberedGrants(read.grants, definition.tools);
    cautions.push(...read.cautions);
    if (elsewhere > 0)
      cautions.push(
        `${elsewhere.toLocaleString('en-GB')} rows of the ${name} are for tools that are not looked at here: what these show is in none of the figures.`,
      );
    if (name === 'grants') {
      conditions = numbered.map(({ customers }) => customers);
      own = read.own ?? own;
    }
    await prepareReach(engine, name === 'grants' ? 'access' : 'proposal', numbered, read.members);
  }
  await prepareSeen(answered, loaded, registry);
  return { cautions, conditions, own };
}

/** Everybody with a role or a look-up, by a pseudonym of this run. */
async function nameEverybody(engine: Analytics, salt: string): Promise<Candidate[]> {
  const rows = await engine.rows<{ cls: number; id: string }>(
    `SELECT ${personKindSql('account')} AS cls, account AS id FROM (SELECT account FROM access_members UNION DISTINCT SELECT account FROM access_looks)
     ORDER BY hex(SHA256(concat('forthright pseudonym\\0', {salt:String}, id)))`,
    { salt },
  );
  return labelled(rows);
}

const kindOf = (kind: CandidateKind | undefined) =>
  kind === 'employee' || kind === 'contractor' ? kind : 'account';

async function totals({ engine }: Asking): Promise<Pick<AccessAnswer, 'customers' | 'people'>> {
  const [row] = await engine.rows<{ customers: number; everybody: number; granted: number; without: number }>(
    `SELECT (SELECT count() FROM access_customers) AS customers,
       (SELECT count() FROM (SELECT account FROM access_members UNION DISTINCT SELECT account FROM access_looks)) AS everybody,
       (SELECT count() FROM access_sets) AS granted,
       (SELECT uniqExact(account) FROM access_seen WHERE (s, tool) NOT IN (SELECT s, tool FROM access_any UNION DISTINCT SELECT s, tool FROM access_any_ids)) AS without`,
  );
  return {
    customers: row?.customers ?? 0,
    people: { all: row?.everybody ?? 0, withGrants: row?.granted ?? 0, withoutGrants: row?.without ?? 0 },
  };
}

async function toolsOf({ engine, loaded }: Asking): Promise<AccessAnswer['tools']> {
  const rows = await engine.rows<{
    tool: number;
    people: number;
    customers: number;
    times: number;
    why: number;
  }>(
    'SELECT tool, uniqExact(account) AS people, uniqExact(person) AS customers, sum(times) AS times, countIf(explained) AS why FROM access_seen GROUP BY tool',
  );
  return loaded.definition.tools.map(({ tool, fields }, n) => {
    const row = rows.find((one) => one.tool === n);
    return {
      tool,
      fields,
      people: row?.people ?? 0,
      customers: row?.customers ?? 0,
      lookUps: row?.times ?? 0,
      explained: row?.why ?? 0,
    };
  });
}

const toolOf = ({ tools }: AccessDefinition, n: number): string => tools[n]?.tool ?? '';

/** Fields with their customers, as an array of pairs, by set and tool. */
const pairsSql = (p: string): string =>
  `SELECT s, tool, arraySort(groupArray((field, n))) AS fields FROM (${fieldsSql(p)}) GROUP BY s, tool`;

type FieldPairs = readonly (readonly [string, number])[];
const fieldsIn = (pairs: FieldPairs) =>
  pairs.map(([field, reachable]) => ({ field, reachable: Number(reachable) }));

/** A role stands as a set of its own. */
async function rolesOf({ engine, loaded, roleOf }: Asking): Promise<AccessAnswer['roles']> {
  const rows = await engine.rows<{
    role: string;
    tool: number;
    n: number;
    fields: FieldPairs;
    employees: number;
    used: number;
    why: number;
  }>(
    `SELECT r.role AS role, a.tool AS tool, a.n AS n, f.fields AS fields, m.employees AS employees, u.used AS used, u.why AS why
     FROM (SELECT DISTINCT role, cityHash64([role]) AS s FROM access_grants) AS r
     JOIN (${anySql('access')}) AS a ON r.s = a.s
     JOIN (${pairsSql('access')}) AS f ON a.s = f.s AND a.tool = f.tool
     LEFT JOIN (SELECT role, uniqExact(account) AS employees FROM access_members GROUP BY role) AS m ON r.role = m.role
     LEFT JOIN (SELECT role, tool, uniqExact(person) AS used, uniqExactIf(person, explained) AS why FROM
         (SELECT m.role AS role, cityHash64([m.role]) AS own, x.tool AS tool, x.person AS person, x.cell AS cell, x.explained AS explained FROM access_seen AS x JOIN access_members AS m ON x.account = m.account)
       WHERE ${mayWhere('access', 'own')} GROUP BY role, tool) AS u ON r.role = u.role AND a.tool = u.tool
     ORDER BY n DESC, role, tool`,
  );
  return rows.map(({ role, tool, n, fields, employees, used, why }) => ({
    role: roleOf(role),
    tool: toolOf(loaded.definition, tool),
    employees,
    fields: fieldsIn(fields),
    reachable: n,
    used,
    explained: why,
  }));
}

async function eachOf({
  engine,
  loaded,
  labelOf,
  roleOf,
  candidates,
}: Asking): Promise<Pick<AccessAnswer, 'each' | 'more'>> {
  const kinds = new Map(candidates.map(({ id, kind }) => [id, kind]));
  const all = `SELECT t.account AS account, t.s AS s, a.tool AS tool FROM access_sets AS t JOIN (${anySql('access')}) AS a ON t.s = a.s
     UNION DISTINCT SELECT account, s, tool FROM access_seen`;
  const [count] = await engine.rows<{ n: number }>(`SELECT count() AS n FROM (${all})`);
  const rows = await engine.rows<{
    account: string;
    tool: number;
    roles: readonly string[];
    fields: FieldPairs;
    reachable: number;
    used: number;
    why: number;
    beyond: number;
    idle: number;
  }>(
    `SELECT e.account AS account, e.tool AS tool, m.roles AS roles, f.fields AS fields, a.n AS reachable, u.used AS used, u.why AS why, u.beyond AS beyond,
       toInt64(reachable) - (toInt64(used) - toInt64(beyond)) AS idle
     FROM (${all}) AS e
     LEFT JOIN (${anySql('access')}) AS a ON e.s = a.s AND e.tool = a.tool
     LEFT JOIN (${pairsSql('access')}) AS f ON e.s = f.s AND e.tool = f.tool
     LEFT JOIN (SELECT account, arraySort(groupUniqArray(role)) AS roles FROM access_members GROUP BY account) AS m ON e.account = m.account
     LEFT JOIN (SELECT account, tool, count() AS used, countIf(explained) AS why, countIf(NOT granted) AS beyond FROM access_seen GROUP BY account, tool) AS u ON e.account = u.account AND e.tool = u.tool
     ORDER BY idle DESC, account, tool LIMIT ${MOST_EACH}`,
  );
  return {
    each: rows.map(({ account, tool, roles, fields, reachable, used, why, beyond, idle }) => ({
      candidate: labelOf(account),
      kind: kindOf(kinds.get(account)),
      tool: toolOf(loaded.definition, tool),
      roles: roles.map(roleOf),
      fields: fieldsIn(fields),
      reachable,
      used,
      explained: why,
      beyond,
      idle,
    })),
    more: Math.max(0, (count?.n ?? 0) - rows.length),
  };
}

/** What a log does not tell by field is used by all fields that its tool shows. */
async function cutsOf({ engine, loaded, roleOf, conditions }: Asking): Promise<AccessAnswer['cut']> {
  const { tools } = loaded.definition;
  const shown = tools.flatMap(({ fields }, n) => fields.map((field) => JSON.stringify([n, field])));
  const rows = await engine.rows<{
    g: number;
    role: string;
    tool: number;
    field: string;
    employees: number;
    n: number;
    used: number;
    usedBy: number;
  }>(
    `SELECT g.g AS g, g.role AS role, g.tool AS tool, g.field AS field, m.employees AS employees, c.n AS n, u.used AS used, u.usedBy AS usedBy
     FROM access_grants AS g
     LEFT JOIN (SELECT role, uniqExact(account) AS employees FROM access_members GROUP BY role) AS m ON g.role = m.role
     LEFT JOIN (SELECT g, sum(n) AS n FROM (SELECT a.g AS g, c.n AS n FROM access_grant_cells AS a JOIN access_cells AS c ON a.cell = c.cell
         UNION ALL SELECT g, count() AS n FROM access_grant_ids GROUP BY g) GROUP BY g) AS c ON g.g = c.g
     LEFT JOIN (SELECT g, uniqExact(person) AS used, uniqExact(account) AS usedBy FROM
         (SELECT g.g AS g, x.person AS person, x.account AS account, x.cell AS cell FROM access_seen AS x JOIN access_members AS m ON x.account = m.account
            JOIN access_grants AS g ON m.role = g.role AND x.tool = g.tool)
       WHERE (g, cell) IN (SELECT g, cell FROM access_grant_cells) OR (g, person) IN (SELECT g, person FROM access_grant_ids) GROUP BY g) AS u ON g.g = u.g
     ORDER BY toInt64(n) - toInt64(used) DESC, g LIMIT ${MOST_CUTS}`,
  );
  return rows.map(({ g, role, tool, field, employees, n, used, usedBy }) => {
    const isShown = shown.includes(JSON.stringify([tool, field]));
    return {
      role: roleOf(role),
      tool: toolOf(loaded.definition, tool),
      field,
      customers: saying(conditions[g] ?? {}),
      employees,
      reachable: n,
      used: isShown ? used : 0,
      usedBy: isShown ? usedBy : 0,
    };
  });
}

const MOST_VALUES = 5;
function saying(customers: Grant['customers']): string {
  const parts = Object.entries(customers).map(([key, values]) => {
    const more = values.length > MOST_VALUES ? ` and ${values.length - MOST_VALUES} more` : '';
    return `${key} ${values.slice(0, MOST_VALUES).join(' or ')}${more}`;
  });
  return parts.length === 0 ? 'all' : parts.join(', ');
}

/** The same look-ups under the proposal. Those that no grant allows today either are no loss of it. */
async function replayOf({ engine, loaded, labelOf }: Asking): Promise<NonNullable<AccessAnswer['replay']>> {
  await engine.run(
    `CREATE TABLE proposal_lost ENGINE = MergeTree ORDER BY account AS SELECT account, tool, person, explained FROM
       (SELECT x.account AS account, x.tool AS tool, x.person AS person, x.cell AS cell, x.explained AS explained, t.s AS s FROM access_seen AS x LEFT JOIN proposal_sets AS t ON x.account = t.account WHERE x.granted)
     WHERE NOT ${mayWhere('proposal')}`,
  );
  const [all] = await engine.rows<{ n: number; customers: number; people: number; hurt: number }>(
    'SELECT count() AS n, uniqExact(person) AS customers, uniqExact(account) AS people, countIf(explained) AS hurt FROM proposal_lost',
  );
  const reach = async (p: string) => {
    const [row] = await engine.rows<{ n: number }>(
      `SELECT sum(a.n) AS n FROM ${p}_sets AS t JOIN (${anySql(p)}) AS a ON t.s = a.s`,
    );
    return row?.n ?? 0;
  };
  const each = await engine.rows<{ account: string; tool: number; n: number; hurt: number }>(
    `SELECT account, tool, count() AS n, countIf(explained) AS hurt FROM proposal_lost GROUP BY account, tool ORDER BY hurt DESC, n DESC, account, tool LIMIT ${MOST_HURT}`,
  );
  return {
    reachableBefore: await reach('access'),
    reachableAfter: await reach('proposal'),
    lookUps: all?.n ?? 0,
    customers: all?.customers ?? 0,
    people: all?.people ?? 0,
    hurt: all?.hurt ?? 0,
    each: each.map(({ account, tool, n, hurt }) => ({
      candidate: labelOf(account),
      tool: toolOf(loaded.definition, tool),
      lookUps: n,
      hurt,
    })),
  };
}

async function whoOf({ engine, loaded, answered, labelOf }: Asking): Promise<AccessAnswer['who']> {
  const paths = new Map(answered.run.files.map((x) => [x.f, x.path]));
  const who: AccessAnswer['who'] = [];
  for (const customer of loaded.definition.customers) {
    const [known] = await engine.rows<{ n: number }>(
      'SELECT count() AS n FROM access_customers WHERE person = {customer:String}',
      { customer },
    );
    const canSee = await engine.rows<{ tool: number; field: string; people: number }>(
      `SELECT r.tool AS tool, r.field AS field, uniqExact(t.account) AS people FROM
         (SELECT s, tool, field FROM access_reach WHERE cell IN (SELECT cell FROM access_customers WHERE person = {customer:String})
          UNION DISTINCT SELECT s, tool, field FROM access_reach_ids WHERE person = {customer:String}) AS r
       JOIN access_sets AS t ON r.s = t.s GROUP BY tool, field ORDER BY tool, field`,
      { customer },
    );
    const saw = await engine.rows<{
      account: string;
      tool: number;
      first: number;
      last: number;
      times: number;
      explained: number | boolean;
      granted: number | boolean;
      f: number;
      rn: number;
    }>(
      `SELECT account, tool, first, last, times, explained, granted, f, rn FROM access_seen WHERE person = {customer:String} ORDER BY first, account, tool LIMIT ${MOST_SAW}`,
      { customer },
    );
    who.push({
      customer,
      isKnown: (known?.n ?? 0) > 0,
      canSee: canSee.map(({ tool, ...one }) => ({ tool: toolOf(loaded.definition, tool), ...one })),
      saw: saw.map(({ account, tool, first, last, times, explained, granted, f, rn }) => ({
        candidate: labelOf(account),
        tool: toolOf(loaded.definition, tool),
        first: new Date(first).toISOString(),
        last: new Date(last).toISOString(),
        times,
        explained: Boolean(explained),
        granted: Boolean(granted),
        file: paths.get(f) ?? '',
        row: rn,
      })),
    });
  }
  return who;
}

function cautionsOf({ answer }: Answered): string[] {
  return [
    'What is reachable is what grants say. What a tool shows without one, and whoever reads the database, a backup or a colleague’s screen, is in none of the figures.',
    'A look-up counts for every field that its tool shows: no log tells which of them somebody read.',
    'A look-up without a ticket or an order is one whose reason stands in none of the tables; that is not yet a look-up without a reason.',
    ...(answer.gaps.length > 0
      ? [`The logs have ${answer.gaps.length} gaps: what was used in them seems unused.`]
      : []),
  ];
}
