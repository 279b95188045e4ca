/** Who looked up whom, and when first: pairs, as the engine counts them from the lines that scope has found. */
import { type Analytics, quoteColumn } from '../platform/analytics/index.ts';
import type { Answered } from '../scope/index.ts';
import type { LoadedTrace } from './load.ts';

export const CANDIDATE_KINDS = ['employee', 'contractor', 'account', 'team', 'path'] as const;
export type CandidateKind = (typeof CANDIDATE_KINDS)[number];
const kindNumber = (kind: CandidateKind): number => CANDIDATE_KINDS.indexOf(kind);
const TEAM = kindNumber('team');

/** By number, as in relation `pairs`. */
export type Candidate = Readonly<{ kind: CandidateKind; id: string; label: string }>;

export type LookUps = Readonly<{
  candidates: readonly Candidate[];
  pairs: number;
  people: number;
  withoutViewer: number;
  own: number;
}>;

/** People who look customers up: their number decides how many contacts a customer had. */
export const IS_PERSON = `cls < ${TEAM}`;

/**
 * Makes relations `trace_candidates` (c, cls, id) and `trace_pairs` (c, cls, pid, t, f, rn): candidate and person, each pair once, with the
 * first look-up. A person is a hash of 64 bits: among 300 million, two share one in a fifth of a percent of all workspaces.
 */
export async function prepareLookUps({ run }: Answered, trace: LoadedTrace): Promise<LookUps> {
  const { engine, workspace } = run.input;
  await engine.run(
    'CREATE TABLE trace_raw (isPath UInt8, account String, pid UInt64, t Int64, f UInt32, rn UInt64) ENGINE = MergeTree ORDER BY (account, pid)',
  );
  for (const [n, { log, viewers }] of trace.file.access.entries()) {
    const namesPersons = workspace.workspace.sources.logs[log]?.columns?.person !== undefined;
    await engine.run(
      `INSERT INTO trace_raw SELECT {isPath:UInt8}, account, sipHash64(person), min(t), argMin(f, (t, f, rn)), argMin(rn, (t, f, rn))
       FROM (${seenSql(namesPersons)}) WHERE account != '' AND account != person GROUP BY account, person`,
      { leak: n, isPath: Number(viewers === 'paths') },
    );
  }
  await nameCandidates(engine, trace.file.teams ? await prepareTeams({ run }) : false, trace.salt);
  const rows = await engine.rows<{ cls: number; id: string }>(
    'SELECT cls, id FROM trace_candidates ORDER BY c',
  );
  const [counts] = await engine.rows<{ pairs: number; people: number }>(
    `SELECT count() AS pairs, uniq(pid) AS people FROM trace_pairs WHERE cls != ${TEAM}`,
  );
  return {
    candidates: labelled(rows),
    pairs: counts?.pairs ?? 0,
    people: counts?.people ?? 0,
    ...(await countLeftOut(engine)),
  };
}

export const seenSql = (namesPersons: boolean) =>
  namesPersons
    ? 'SELECT account, item AS person, t, f, rn FROM matches WHERE leak = {leak:UInt8} AND ok'
    : 'SELECT m.account AS account, h.person AS person, m.t AS t, m.f AS f, m.rn AS rn FROM (SELECT * FROM matches WHERE leak = {leak:UInt8} AND ok) AS m JOIN (SELECT item, person FROM holders WHERE leak = {leak:UInt8}) AS h ON m.item = h.item';

/** Makes relation `trace_teams` (id, team) when the workspace knows teams. */
async function prepareTeams({ run }: Pick<Answered, 'run'>): Promise<boolean> {
  const { engine, workspace } = run.input;
  const columns = workspace.workspace.sources.employees?.columns;
  if (columns?.team === undefined) return false;
  const text = (column: string) => `ifNull(toString(${quoteColumn(column)}), '')`;
  await engine.run(
    `CREATE VIEW trace_teams AS SELECT forthright_id AS id, forthright_team AS team FROM (SELECT ${text(columns.id)} AS forthright_id, ${text(columns.team)} AS forthright_team FROM staff_raw) WHERE team != ''`,
  );
  return true;
}

/** The number of the kind of whoever an account in the logs is. */
export const personKindSql = (account: string, otherwise = `${kindNumber('account')}`): string =>
  `toUInt8(multiIf(${account} IN (SELECT id FROM staff WHERE kind = 5), ${kindNumber('contractor')}, ${account} IN (SELECT id FROM staff), ${kindNumber('employee')}, ${otherwise}))`;

/** A team of which one alone looked anybody up is that one, and no candidate beside them. */
async function nameCandidates(engine: Analytics, hasTeams: boolean, salt: string): Promise<void> {
  const kind = personKindSql('account', `isPath, ${kindNumber('path')}, ${kindNumber('account')}`);
  const own = `SELECT ${kind} AS cls, account AS id, pid, min(t) AS first, argMin(f, (t, f, rn)) AS file, argMin(rn, (t, f, rn)) AS row FROM trace_raw GROUP BY cls, id, pid`;
  const members =
    'SELECT team, account FROM (SELECT DISTINCT account FROM trace_raw) AS r JOIN trace_teams AS s ON r.account = s.id';
  const ofTeams = hasTeams
    ? `UNION ALL SELECT toUInt8(${TEAM}) AS cls, m.team AS id, r.pid AS pid, min(r.t) AS first, argMin(r.f, (r.t, r.f, r.rn)) AS file, argMin(r.rn, (r.t, r.f, r.rn)) AS row
       FROM trace_raw AS r JOIN (SELECT account, team FROM (${members}) WHERE team IN (SELECT team FROM (${members}) GROUP BY team HAVING uniqExact(account) > 1)) AS m ON r.account = m.account GROUP BY id, pid`
    : '';
  await engine.run(
    `CREATE TABLE trace_named ENGINE = MergeTree ORDER BY (cls, id) AS SELECT * FROM (${own} ${ofTeams})`,
  );
  // By a digest, so that the number in a pseudonym says nothing about who it is.
  await engine.run(
    `CREATE TABLE trace_candidates ENGINE = MergeTree ORDER BY c AS SELECT toUInt32(rowNumberInAllBlocks()) AS c, cls, id FROM (SELECT DISTINCT cls, id FROM trace_named ORDER BY hex(SHA256(concat('forthright pseudonym\\0', {salt:String}, id))), cls)`,
    { salt },
  );
  await engine.run(
    `CREATE TABLE trace_pairs ENGINE = MergeTree ORDER BY pid AS SELECT x.c AS c, n.cls AS cls, n.pid AS pid, n.first AS t, n.file AS f, n.row AS rn FROM trace_named AS n JOIN trace_candidates AS x ON n.cls = x.cls AND n.id = x.id`,
  );
  await engine.run('DROP TABLE trace_raw');
  await engine.run('DROP TABLE trace_named');
}

async function countLeftOut(engine: Analytics): Promise<Pick<LookUps, 'withoutViewer' | 'own'>> {
  const [row] = await engine.rows<{ withoutViewer: number; own: number }>(
    "SELECT countIf(account = '') AS withoutViewer, countIf(account != '' AND account = item) AS own FROM matches WHERE ok",
  );
  return { withoutViewer: row?.withoutViewer ?? 0, own: row?.own ?? 0 };
}

/** People are called by pseudonyms until two unlock a name; a team, an export or a shop is no person. */
export function labelled(rows: readonly { cls: number; id: string }[]): Candidate[] {
  const next = new Map<CandidateKind, number>();
  return rows.map(({ cls, id }) => {
    const kind = CANDIDATE_KINDS[cls] ?? 'account';
    const n = (next.get(kind) ?? 0) + 1;
    next.set(kind, n);
    return { kind, id, label: kind === 'team' || kind === 'path' ? id : `${kind}-${n}` };
  });
}
