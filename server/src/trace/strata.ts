/**
 * Access and reports by strata, as the engine counts them: nothing comes out of it but counts, and who saw the people who
 * reported (or are drawn beside them). A stratum is one set of values of the routing keys, one number of contacts, and one cut.
 *
 * Cuts are instants: each report is held against what stood at the last cut before it. So no look-up after a report explains it,
 * nor one that the report itself caused; and a colleague who came later is not measured by reports before their time.
 */
import { type RoutingKey, WEEK } from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import { attachTable, type FileRegistry, type Sql, textOf } from '../sources/index.ts';
import { IS_PERSON } from './look-ups.ts';
import type { Access, Overlap, Report } from './rank.ts';

/** Numbers of contacts from here on are one stratum. */
const MANY = 12;
/** Each cut is one more pass over all look-ups. */
const MOST_CUTS = 6;
const DAY = 86_400_000;
const WEEK_MS = 7 * DAY;
/** People drawn beside the reports of a stratum, for comparing. */
const DRAWN = 60;

export const nameOfKey = (key: RoutingKey): string => (typeof key === 'string' ? key : key.name);

/** Instants (ms): days on which reports begin to come in, so that about as many lie behind each. */
export async function cutsOf(engine: Analytics, end: number): Promise<number[]> {
  const rows = await engine.rows<{ day: number }>(
    `SELECT least(intDiv(t, ${DAY}) * ${DAY}, {end:Int64}) AS day FROM trace_tellers ORDER BY day`,
    { end },
  );
  const days = rows.map((r) => r.day);
  const cuts = Array.from(
    { length: MOST_CUTS },
    (_, i) => days[Math.floor((i * days.length) / MOST_CUTS)],
  ).filter((day) => day !== undefined);
  return [...new Set(cuts)];
}

/** Attaches the table of a key that the directory does not have. */
export async function attachKey(
  engine: Analytics,
  key: RoutingKey,
  { directory, registry }: Readonly<{ directory: string; registry: FileRegistry }>,
): Promise<void> {
  if (typeof key === 'string') return;
  const relation = relationOf(key);
  const { columns } = await attachTable(engine, `${relation}_raw`, {
    source: `routing.${key.name}`,
    at: key.at,
    directory,
    columns: [key.id, key.column],
    onBrokenRow: 'stop',
    registry,
  });
  await engine.run(
    `CREATE TABLE ${relation} ENGINE = MergeTree ORDER BY person AS SELECT forthright_id AS person, any(forthright_key) AS key FROM (SELECT ${textOf(key.id, columns)} AS forthright_id, ${textOf(key.column, columns)} AS forthright_key FROM ${relation}_raw) GROUP BY person`,
  );
}

/** Names of keys are the user's own, and may be anything. */
const relationOf = ({ name }: Exclude<RoutingKey, string>): string =>
  `trace_key_${Buffer.from(name).toString('hex')}`;

export type Strata = Readonly<{
  access: Access;
  /** Reports of each set of `trace_tellers` in the order in which they came in, with who reported. */
  sets: ReadonlyMap<number, readonly (Report & Readonly<{ person: string }>)[]>;
  /** Draws a person of a stratum by chance. */
  draw: (stratum: number) => Report;
  /** Asks how many of the persons whom each saw the others saw too, so that a ranking may know. */
  overlapsOf: (candidates: readonly number[]) => Promise<(candidate: number) => Overlap>;
}>;

type StrataOptions = Readonly<{
  keys: readonly RoutingKey[];
  cuts: readonly number[];
  candidates: number;
  random: () => number;
}>;

/** Counts access and reports by strata of these keys. Another call, with other keys, takes its place. */
export async function countStrata(engine: Analytics, options: StrataOptions): Promise<Strata> {
  const { cuts } = options;
  const keys = options.keys.filter((key): key is ColumnKey => key !== WEEK);
  const week = options.keys.includes(WEEK) ? LAST_WEEK : '0';
  for (const table of ['trace_people', 'trace_at', 'trace_strata'])
    await engine.run(`DROP TABLE IF EXISTS ${table}`);
  await engine.run(
    `CREATE TABLE trace_people ENGINE = MergeTree ORDER BY pid AS SELECT sipHash64(d.person) AS pid, d.created AS created, d.deletedAt AS deletedAt, cityHash64(${['1', ...keys.map(keySql)].join(', ')}) AS key FROM directory AS d ${keys.map(joinSql).join(' ')}`,
  );
  await engine.run(
    'CREATE TABLE trace_at (k UInt8, pid UInt64, s UInt64) ENGINE = MergeTree ORDER BY (k, pid)',
  );
  for (const [k, cut] of cuts.entries())
    await engine.run(
      `INSERT INTO trace_at SELECT {k:UInt8}, p.pid, cityHash64({k:UInt8}, p.key, least(${MANY}, n.contacts), ${week}) FROM (SELECT * FROM trace_people WHERE created < {cut:Int64} AND deletedAt >= {cut:Int64}) AS p
       LEFT JOIN (SELECT pid, count() AS contacts, max(t) AS last FROM trace_pairs WHERE ${IS_PERSON} AND t < {cut:Int64} GROUP BY pid) AS n ON p.pid = n.pid`,
      { k, cut },
    );
  await engine.run(
    `CREATE TABLE trace_strata ENGINE = MergeTree ORDER BY s AS SELECT s, toUInt32(rowNumberInAllBlocks()) AS i FROM (SELECT DISTINCT s FROM trace_at WHERE (k, pid) IN (SELECT k, pid FROM (${tellersAt(cuts)})) ORDER BY s)`,
  );
  const access = await accessOf(engine, options);
  return {
    access,
    sets: await setsOf(engine, cuts),
    draw: await drawOf(engine, options),
    overlapsOf: (candidates) => overlapsOf(engine, cuts, candidates),
  };
}

/**
 * How long before the cut the last contact was, the further away the coarser: who has just been served knows where to report, and has been
 * served by whoever works now. A colleague who looks again is no new contact.
 */
const LAST_WEEK: Sql = (() => {
  const weeks = `intDiv({cut:Int64} - n.last, ${WEEK_MS})`;
  return `multiIf(n.contacts = 0, 6, ${weeks} < 2, 1, ${weeks} < 4, 2, ${weeks} < 8, 3, ${weeks} < 16, 4, 5)`;
})();

type ColumnKey = Exclude<RoutingKey, typeof WEEK>;
const keySql = (key: ColumnKey, i: number): Sql => (typeof key === 'string' ? `d.${key}` : `k${i}.key`);
const joinSql = (key: ColumnKey, i: number): Sql =>
  typeof key === 'string' ? '' : `LEFT JOIN ${relationOf(key)} AS k${i} ON d.person = k${i}.person`;

const instants = (cuts: readonly number[]): Sql => `[${cuts.map((x) => `toInt64(${x})`).join(', ')}]`;

/** Each report with the last cut before it. */
const tellersAt = (cuts: readonly number[]): Sql =>
  `SELECT n, person, pid, t, toUInt8(greatest(0, arrayCount(x -> x <= t, ${instants(cuts)}) - 1)) AS k FROM trace_tellers`;

/** Pairs that stood at each cut, in the strata of reports. */
const pairsAt = (cuts: readonly number[], columns: Sql, where = '1'): Sql =>
  `SELECT ${columns} FROM (SELECT c, pid, arrayJoin(range(toUInt8(${cuts.length}))) AS k FROM trace_pairs WHERE t < arrayElement(${instants(cuts)}, k + 1) AND ${where}) AS p
   JOIN trace_at AS a ON p.k = a.k AND p.pid = a.pid`;

/** The last stratum is everybody in whose stratum nobody reported: it says how much each has seen in all. */
async function accessOf(engine: Analytics, { cuts, candidates }: StrataOptions): Promise<Access> {
  const people = await engine.rows<{ i: number; n: number }>(
    'SELECT s.i AS i, count() AS n FROM trace_at AS a JOIN trace_strata AS s ON a.s = s.s GROUP BY i ORDER BY i',
  );
  const [all] = await engine.rows<{ n: number }>('SELECT count() AS n FROM trace_at');
  const seen = await engine.rows<{ c: number; strata: number[]; people: number[]; total: number }>(
    `SELECT c, arrayMap(x -> x.1, arraySort(groupArrayIf((i, n), i >= 0))) AS strata, arrayMap(x -> x.2, arraySort(groupArrayIf((i, n), i >= 0))) AS people, sum(n) AS total
     FROM (SELECT c, if(st.s = 0, -1, toInt64(st.i)) AS i, count() AS n FROM (${pairsAt(cuts, 'p.c AS c, a.s AS s')}) AS q LEFT JOIN trace_strata AS st ON q.s = st.s GROUP BY c, i) GROUP BY c ORDER BY c`,
  );
  const others = people.length;
  const counts = people.map((r) => r.n);
  const byCandidate = new Map(seen.map((row) => [row.c, row]));
  return {
    people: [...counts, Math.max(1, (all?.n ?? 0) - sum(counts))],
    seen: Array.from({ length: candidates }, (_, c) => {
      const row = byCandidate.get(c);
      if (row === undefined) return { strata: [], people: [] };
      const rest = row.total - sum(row.people);
      return { strata: [...row.strata, others], people: [...row.people, rest] };
    }),
  };
}

/** Of how many reports somebody looked the person up after the cut and before the report, which counts for nobody. */
export async function lateLooks(engine: Analytics, n: number, cuts: readonly number[]): Promise<number> {
  if (cuts.length === 0) return 0;
  const [row] = await engine.rows<{ late: number }>(
    `SELECT uniqExact(r.pid) AS late FROM (SELECT pid, t, arrayElement(${instants(cuts)}, k + 1) AS cut FROM (${tellersAt(cuts)}) WHERE n = {n:UInt16}) AS r
     JOIN (SELECT pid, t FROM trace_pairs WHERE pid IN (SELECT pid FROM trace_tellers)) AS p ON r.pid = p.pid WHERE p.t >= r.cut AND p.t < r.t`,
    { n },
  );
  return row?.late ?? 0;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

async function setsOf(engine: Analytics, cuts: readonly number[]): Promise<Strata['sets']> {
  const rows = await engine.rows<{ n: number; person: string; i: number; seenBy: number[] }>(
    `SELECT r.n AS n, r.person AS person, r.i AS i, arraySort(groupArrayIf(p.c, p.isThere AND p.t < r.cut)) AS seenBy FROM
       (SELECT x.n AS n, x.person AS person, x.pid AS pid, x.t AS t, arrayElement(${instants(cuts)}, x.k + 1) AS cut, s.i AS i FROM (${tellersAt(cuts)}) AS x
        JOIN trace_at AS a ON x.k = a.k AND x.pid = a.pid JOIN trace_strata AS s ON a.s = s.s) AS r
     LEFT JOIN (SELECT c, pid, t, 1 AS isThere FROM trace_pairs WHERE pid IN (SELECT pid FROM trace_tellers)) AS p ON r.pid = p.pid
     GROUP BY n, person, i ORDER BY n, any(r.t), person`,
  );
  const sets = new Map<number, (Report & { person: string })[]>();
  for (const { n, person, i, seenBy } of rows) {
    const set = sets.get(n) ?? [];
    sets.set(n, set);
    set.push({ person, stratum: i, seenBy });
  }
  return sets;
}

async function drawOf(engine: Analytics, { cuts, random }: StrataOptions): Promise<Strata['draw']> {
  const rows = await engine.rows<{ i: number; seenBy: number[] }>(
    `SELECT d.i AS i, d.pid AS pid, groupArrayIf(p.c, p.isThere AND p.t < d.cut) AS seenBy FROM
       (SELECT s.i AS i, a.pid AS pid, arrayElement(${instants(cuts)}, a.k + 1) AS cut FROM trace_at AS a JOIN trace_strata AS s ON a.s = s.s ORDER BY sipHash64(a.pid, 'draw') LIMIT ${DRAWN} BY i) AS d
     LEFT JOIN (SELECT c, pid, t, 1 AS isThere FROM trace_pairs) AS p ON d.pid = p.pid GROUP BY i, pid ORDER BY i, pid`,
  );
  const pools = Map.groupBy(rows, (row) => row.i);
  return (stratum) => {
    const pool = pools.get(stratum) ?? [];
    return { stratum, seenBy: pool[Math.floor(random() * pool.length)]?.seenBy ?? [] };
  };
}

async function overlapsOf(
  engine: Analytics,
  cuts: readonly number[],
  candidates: readonly number[],
): Promise<(candidate: number) => Overlap> {
  const overlaps = new Map<number, Map<number, Map<number, number>>>();
  if (candidates.length > 1) {
    const mine = pairsAt(cuts, 'p.c AS c, p.k AS k, p.pid AS pid, a.s AS s', 'has({ones:Array(UInt32)}, c)');
    const rows = await engine.rows<{ one: number; other: number; i: number; n: number }>(
      `SELECT x.c AS one, y.c AS other, s.i AS i, count() AS n FROM (${mine}) AS x JOIN (${mine}) AS y ON x.k = y.k AND x.pid = y.pid JOIN trace_strata AS s ON x.s = s.s
       WHERE one != other GROUP BY one, other, i`,
      { ones: candidates },
    );
    for (const { one, other, i, n } of rows) {
      const strata = overlaps.get(one) ?? new Map<number, Map<number, number>>();
      overlaps.set(one, strata);
      const others = strata.get(i) ?? new Map<number, number>();
      strata.set(i, others);
      others.set(other, n);
    }
  }
  return (candidate) => overlaps.get(candidate) ?? new Map();
}
