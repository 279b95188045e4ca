import { createHash } from 'node:crypto';
import {
  type Gap,
  type GapReason,
  type Leak,
  type PeopleGroup,
  RECIPIENT_CLASSES,
  type RecipientClass,
  ScopeAnswer,
} from '@forthright/contract';
import { type Analytics, quoteText } from '../platform/analytics/index.ts';
import { cautionsOf, tasksOf } from './cautions.ts';
import { linesStandOnce } from './exposure.ts';
import { NO_FILE, type PlannedLeak } from './leaks.ts';
import { crawlerName, type Pseudonyms, pseudonymsOf, staffLabel, viewerLabel } from './recipients.ts';
import type { ScopeRun } from './run.ts';
import { namesOf, textsWithoutStaff, WITHHELD, withoutStaff } from './staff.ts';
import { QUERY_VERSION, queryHash } from './statements.ts';
import { countHidden } from './unknown.ts';

type People = ScopeAnswer['people'];
type Split = { exposed: number; unknown: number };
export type StatusGroup = {
  country: string;
  region: string;
  language: string;
  known: number;
  deleted: number;
  /** Bit masks over leaks, in decimal: JSON numbers lose bits beyond 53. */
  ex: string;
  un: string;
  named: number;
  people: number;
};

const TOP = 20;
const SAMPLE = 20;
/** About as many bars as a screen is wide. */
const BINS = 120;
const WITH_REGIONS = ['US', 'CA', 'AU'];

const GROUPS_SQL = `SELECT k.country AS country, k.region AS region, k.language AS language, k.person != '' AS known, k.deleted AS deleted,
       toString(s.ex) AS ex, toString(s.un) AS un, s.named > 0 AS named, count() AS people
     FROM (SELECT person, ex, un, named FROM status WHERE cityHash64(person) % {shares:UInt32} = {share:UInt32}) AS s
     LEFT JOIN (SELECT person, country, region, language, deleted FROM known WHERE cityHash64(person) % {shares:UInt32} = {share:UInt32}) AS k
       ON s.person = k.person
     GROUP BY country, region, language, known, deleted, ex, un, named ORDER BY ALL`;
const PEOPLE_AT_ONCE = 2_500_000;

/**
 * People are grouped in the engine; what comes out is as small as there are places, languages and sets of leaks. Share by
 * share of the people: a join over all of a large directory outgrows the memory and goes by way of the disk, which took
 * 21 s of processor time for 10 million people; in four shares it is 12 s.
 */
export async function statusGroups(
  engine: Pick<Analytics, 'rows'>,
  peopleAtOnce = PEOPLE_AT_ONCE,
): Promise<StatusGroup[]> {
  const [directory] = await engine.rows<{ people: number }>('SELECT count() AS people FROM known');
  const shares = Math.max(1, Math.ceil((directory?.people ?? 0) / peopleAtOnce));
  const sums = new Map<string, StatusGroup>();
  for (let share = 0; share < shares; share += 1) {
    for (const group of await engine.rows<StatusGroup>(GROUPS_SQL, { shares, share })) {
      const { people, ...key } = group;
      const name = JSON.stringify(key);
      const sum = sums.get(name);
      sums.set(name, sum === undefined ? group : { ...sum, people: sum.people + people });
    }
  }
  // One share comes in its order; the order of several together hangs on nothing but the groups.
  const groups = [...sums];
  if (shares > 1) groups.sort(([a], [b]) => (a < b ? -1 : 1));
  return groups.map(([, group]) => group);
}

/** The six answers of a run, every figure read from its tables. The same evidence gives the same bytes. */
export async function answerOf(run: ScopeRun, hashes: ReadonlyMap<number, string>): Promise<ScopeAnswer> {
  const { engine, incident } = run.input;
  const groups = await statusGroups(engine);
  const addresses = await addressesOf(run);
  const people = await peopleOf(run, groups, addresses);
  const gaps = await gapsOf(run);
  const seen = await seenOf(engine, 'shown');
  const pseudonyms = await pseudonymsOf(engine);
  const evidence = evidenceOf(run, hashes, await labelsOf(run, pseudonyms));
  const recipients = await recipientsOf(run, pseudonyms);
  const where = await whereOf(run);
  const rejected = await rejectedOf(run);
  const body: Omit<ScopeAnswer, 'run' | 'cautions' | 'tasks'> = {
    schema: 'forthright/scope/1',
    title: incident.incident.title,
    people,
    fields: fieldsOf(run.leaks, groups),
    combinations: combinationsOf(run.leaks, groups),
    groups: groupsOf(run.leaks, groups),
    where,
    recipients,
    window: windowOf(run.leaks),
    seen,
    views: await viewsOf(engine, run.leaks),
    histogram: await histogramOf(run),
    leaks: await leaksOf(run, groups),
    gaps,
    rejected,
    directory: directoryOf(run, addresses.shared),
    evidence,
  };
  const notes = { cautions: cautionsOf(body, run), tasks: tasksOf(body) };
  const id = createHash('sha256').update(JSON.stringify(evidence)).digest('hex').slice(0, 32);
  return ScopeAnswer.parse({ ...body, ...notes, run: `run_${id}` });
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number): string | null => (ms < 0 ? null : iso(ms));
const isExposed = (g: StatusGroup) => g.ex !== '0';

function split(groups: readonly StatusGroup[], of: (g: StatusGroup) => string | null): Record<string, Split> {
  const table = new Map<string, Split>();
  for (const g of groups) {
    const key = of(g);
    if (key === null) continue;
    const cell = table.get(key) ?? { exposed: 0, unknown: 0 };
    table.set(key, cell);
    cell[isExposed(g) ? 'exposed' : 'unknown'] += g.people;
  }
  return Object.fromEntries([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const total = (groups: readonly StatusGroup[]) => groups.reduce((n, g) => n + g.people, 0);

async function peopleOf(run: ScopeRun, all: readonly StatusGroup[], addresses: Split): Promise<People> {
  const { engine } = run.input;
  const groups = all.filter((g) => g.known);
  const exposed = total(groups.filter(isExposed));
  const unknown = total(groups) - exposed;
  const unidentified = total(all) - total(groups);
  const names = await namesOf(engine);
  const sample = await engine.rows<{ person: string }>(
    `SELECT person FROM status WHERE person NOT IN (SELECT person FROM known) ORDER BY person LIMIT ${SAMPLE}`,
  );
  return {
    exposed,
    unknown,
    clear: run.directory.people - exposed - unknown,
    unidentified,
    min: exposed,
    max: exposed + unknown + unidentified,
    possiblySelf: total(groups.filter((g) => isExposed(g) && g.named === 0)),
    addresses: { exposed: addresses.exposed, unknown: addresses.unknown },
    deleted: split(groups, (g) => (g.deleted ? 'all' : null)).all ?? { exposed: 0, unknown: 0 },
    byCountry: split(groups, (g) => g.country),
    byRegion: split(groups, regionOf),
    byLanguage: split(groups, (g) => g.language),
    // In an order of its own: a name between its neighbours would be half told.
    unidentifiedSample: sample.map((r) => names.person(r.person)).sort(),
  };
}

/** `US-CA`; `US-unknown` where the directory names no state. */
function regionOf(g: StatusGroup): string | null {
  if (!WITH_REGIONS.includes(g.country)) return null;
  const region = g.region.startsWith(`${g.country}-`) ? g.region.slice(3) : g.region;
  return `${g.country}-${region === '' ? 'unknown' : region}`;
}

/** People by address: addresses exposed and unknown, and how many exposed ones several exposed accounts share. */
async function addressesOf(run: ScopeRun): Promise<Split & { shared: number }> {
  const [row] = await run.input.engine.rows<Split & { shared: number }>(
    `SELECT countIf(accounts > 0) AS exposed, countIf(accounts = 0) AS unknown, sumIf(accounts, accounts > 1) AS shared FROM
     (SELECT ${run.address('k.email')} AS address, countIf(s.ex != 0) AS accounts FROM status AS s INNER JOIN known AS k ON s.person = k.person WHERE k.email != '' GROUP BY address)`,
  );
  return row ?? { exposed: 0, unknown: 0, shared: 0 };
}

/** Fields of the leaks in a bit mask, united and in order. */
function fieldsIn(mask: string, leaks: readonly PlannedLeak[]): string[] {
  const bits = BigInt(mask);
  return [...new Set(leaks.filter((l) => (bits >> BigInt(l.n)) & 1n).flatMap((l) => l.leak.fields))].sort();
}

function fieldsOf(leaks: readonly PlannedLeak[], all: readonly StatusGroup[]): Record<string, Split> {
  const table = new Map<string, Split>();
  for (const field of [...new Set(leaks.flatMap((l) => l.leak.fields))].sort())
    table.set(field, { exposed: 0, unknown: 0 });
  for (const g of all.filter((x) => x.known)) {
    const exposed = fieldsIn(g.ex, leaks);
    for (const field of exposed) (table.get(field) ?? { exposed: 0 }).exposed += g.people;
    for (const field of fieldsIn(g.un, leaks)) {
      const cell = table.get(field);
      if (cell !== undefined && !exposed.includes(field)) cell.unknown += g.people;
    }
  }
  return Object.fromEntries(table);
}

function combinationsOf(
  leaks: readonly PlannedLeak[],
  all: readonly StatusGroup[],
): ScopeAnswer['combinations'] {
  const table = new Map<string, { fields: string[]; people: number }>();
  for (const g of all.filter((x) => x.known && isExposed(x))) {
    const fields = fieldsIn(g.ex, leaks);
    const cell = table.get(fields.join('\0')) ?? { fields, people: 0 };
    table.set(fields.join('\0'), { fields, people: cell.people + g.people });
  }
  return [...table.values()].sort(
    (a, b) => b.people - a.people || (a.fields.join() < b.fields.join() ? -1 : 1),
  );
}

/** Country × region × combination of fields. One person stands in one group. */
export function groupsOf(leaks: readonly PlannedLeak[], all: readonly StatusGroup[]): PeopleGroup[] {
  const table = new Map<string, PeopleGroup>();
  for (const g of all.filter((x) => x.known)) {
    const shown = fieldsIn(g.ex, leaks);
    const maybe = fieldsIn(g.un, leaks);
    const [fields, perhaps] = isExposed(g) ? [shown, maybe.filter((f) => !shown.includes(f))] : [maybe, []];
    const place = { country: g.country, region: regionOf(g) ?? '' };
    const key = JSON.stringify([place.country, place.region, fields, perhaps]);
    const cell = table.get(key) ?? { ...place, fields, perhaps, exposed: 0, unknown: 0 };
    table.set(key, cell);
    cell[isExposed(g) ? 'exposed' : 'unknown'] += g.people;
  }
  return [...table].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
}

function windowOf(leaks: readonly PlannedLeak[]): ScopeAnswer['window'] {
  const times = leaks.flatMap((l) => [l.from, l.to]).filter((t) => !Number.isNaN(t));
  return times.length === 0
    ? { from: null, to: null }
    : { from: iso(Math.min(...times)), to: iso(Math.max(...times)) };
}

async function seenOf(engine: Analytics, table: 'shown', where = '1'): Promise<ScopeAnswer['seen']> {
  const [row] = await engine.rows<{ first: number; last: number }>(
    `SELECT if(countIf(t0 >= 0) = 0, -1, minIf(t0, t0 >= 0)) AS first, if(count() = 0, -1, max(t1)) AS last FROM ${table} WHERE ${where}`,
  );
  return { first: isoOrNull(row?.first ?? -1), last: isoOrNull(row?.last ?? -1) };
}

/** Lines that showed somebody else's data, with the place and the viewer that each stands for in each leak. */
const exposingLines = (leaks: readonly PlannedLeak[]): string =>
  `SELECT leak, host, place, v, f, rn, t FROM views WHERE f != ${NO_FILE} AND leak IN (${leaks.map((l) => l.n).join(', ')}) AND (place, v) IN (SELECT place, v FROM shown)`;

/** SQL of views per `by`, as `views`. A line is one view, though several leaks, persons or recipients share it. */
export function viewsSql(leaks: readonly PlannedLeak[], by: readonly string[], where = '1'): string {
  const [sum, from] = linesStandOnce(leaks)
    ? ['sum(n)', `(SELECT * FROM shown WHERE leak IN (${leaks.map((l) => l.n).join(', ')}))`]
    : ['uniqExact(f, rn)', `(${exposingLines(leaks)})`];
  const group = by.length === 0 ? '' : ` GROUP BY ${by.join(', ')}`;
  return `SELECT ${[...by, `${sum} AS views`].join(', ')} FROM ${from} WHERE ${where}${group}`;
}

async function viewsOf(engine: Analytics, leaks: readonly PlannedLeak[]): Promise<number> {
  const [row] = await engine.rows<{ views: number }>(viewsSql(leaks, []));
  return row?.views ?? 0;
}

async function leaksOf(run: ScopeRun, groups: readonly StatusGroup[]): Promise<ScopeAnswer['leaks']> {
  const known = groups.filter((g) => g.known);
  const leaks: ScopeAnswer['leaks'] = [];
  for (const planned of run.leaks) {
    const { n, leak } = planned;
    const bit = (mask: string) => ((BigInt(mask) >> BigInt(n)) & 1n) === 1n;
    leaks.push({
      id: leak.id,
      kind: leak.kind,
      exposed: total(known.filter((g) => bit(g.ex))),
      unknown: total(known.filter((g) => bit(g.un) && !bit(g.ex))),
      views: await viewsOf(run.input.engine, [planned]),
      seen: await seenOf(run.input.engine, 'shown', `leak = ${n}`),
    });
  }
  return leaks;
}

/** Steps of a whole number of minutes that a person reads easily. */
const STEPS = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440];

async function histogramOf(run: ScopeRun): Promise<ScopeAnswer['histogram']> {
  const { from, to } = windowOf(run.leaks);
  const minutes = from === null || to === null ? 0 : (Date.parse(to) - Date.parse(from)) / 60_000;
  const stepMinutes = STEPS.find((s) => minutes / s <= BINS) ?? Math.ceil(minutes / BINS / 1440) * 1440;
  // Nearly every viewer of a spot has one line there or two, and those are its first and its last.
  const times = linesStandOnce(run.leaks)
    ? `SELECT arrayJoin(if(n = 1, [t0], [t0, t1])) AS t FROM shown WHERE n IN (1, 2)
       UNION ALL SELECT t FROM views WHERE f != ${NO_FILE} AND (spot, v) IN (SELECT spot, v FROM shown WHERE n > 2)`
    : `SELECT t FROM (SELECT DISTINCT f, rn, t FROM (${exposingLines(run.leaks)}))`;
  const bins = await run.input.engine.rows<{ at: number; views: number }>(
    `SELECT intDiv(t, ${stepMinutes * 60_000}) * ${stepMinutes * 60_000} AS at, count() AS views FROM (${times}) GROUP BY at ORDER BY at`,
  );
  const people = await run.input.engine.rows<{ at: number; people: number }>(
    `SELECT intDiv(s.t0, ${stepMinutes * 60_000}) * ${stepMinutes * 60_000} AS at, count() AS people FROM status AS s INNER JOIN known AS k ON s.person = k.person
      WHERE s.ex != 0 AND s.t0 >= 0 GROUP BY at ORDER BY at`,
  );
  return {
    stepMinutes,
    bins: bins.map((b) => ({ at: iso(b.at), views: b.views })),
    firstSeen: people.map((p) => ({ at: iso(p.at), people: p.people })),
  };
}

async function whereOf(run: ScopeRun): Promise<ScopeAnswer['where']> {
  const { engine } = run.input;
  const pages = await pagesOf(run);
  const hosts = await engine.rows<{ name: string; people: number; views: number }>(
    `SELECT toString(p.host) AS name, p.people AS people, s.views AS views FROM
       (SELECT host, uniqExactIf(person, listed) AS people FROM person_spots WHERE host != '' GROUP BY host) AS p
     INNER JOIN (${viewsSql(run.leaks, ['host'])}) AS s ON p.host = s.host
     ORDER BY people DESC, name LIMIT ${TOP}`,
  );
  const items = await itemsOf(run);
  const names = await namesOf(engine);
  const nameOf = (leak: number, written: string) => {
    const item = names.item(leak, written);
    const planned = run.leaks.find((l) => l.n === leak);
    return planned?.path?.render(item) ?? (item === '*' ? (planned?.leak.id ?? '') : item);
  };
  return {
    pages: pages.map((p) => ({ name: nameOf(p.leak, p.item), people: p.people, views: p.views })),
    hosts,
    items: items.items,
    itemsWithoutReference: items.orphans,
    itemsWithoutReferenceSample: [...new Set(await withoutStaff(engine, items.sample))],
  };
}

type Page = { leak: number; item: string; people: number; views: number };

/**
 * The pages that were viewed most, and of as many views those of most people. Only pages are looked at that can be
 * among them by their views: people are dearer to count.
 */
async function pagesOf(run: ScopeRun): Promise<Page[]> {
  const { engine } = run.input;
  const views = `SELECT page, sum(views) AS views FROM (${viewsSql(run.leaks, ['place'])}) AS p ${WITH_PAGE} GROUP BY page`;
  const [least] = await engine.rows<{ views: number }>(
    `SELECT views FROM (${views}) ORDER BY views DESC LIMIT 1 OFFSET ${TOP - 1}`,
  );
  const candidates = `SELECT page, views FROM (${views}) WHERE views >= ${least?.views ?? 0}`;
  const among = `page IN (SELECT page FROM (${candidates}))`;
  return engine.rows<Page>(
    `SELECT p.leak AS leak, i.item AS item, p.people AS people, s.views AS views FROM
       (SELECT page, any(leak) AS leak, uniqExactIf(person, listed) AS people FROM person_spots AS p ${WITH_PAGE} WHERE ${among} GROUP BY page) AS p
     INNER JOIN (${candidates}) AS s ON p.page = s.page
     INNER JOIN (SELECT page, any(item) AS item FROM views AS p ${WITH_PAGE} WHERE ${among} GROUP BY page) AS i ON p.page = i.page
     ORDER BY views DESC, people DESC, leak, item LIMIT ${TOP}`,
  );
}

/** Behind a table `p` of places: their pages, as `page`. */
const WITH_PAGE =
  'LEFT JOIN (SELECT place, page AS whole FROM stretches) AS w ON p.place = w.place ARRAY JOIN [if(w.whole = 0, p.place, w.whole)] AS page';

type Items = { items: number; orphans: number; sample: string[] };

/** Distinct keys of pages that anybody viewed: one that two leaks share is one, one of two references is two. */
async function itemsOf(run: ScopeRun): Promise<Items> {
  const pages = run.leaks.filter((l) => l.leak.kind === 'page' && l.path?.binds != null);
  const none = { items: 0, orphans: 0, sample: [] };
  if (pages.length === 0) return none;
  const numbers = `[${pages.map((l) => l.n).join(', ')}]`;
  const names = `[${pages.map((l) => quoteText(l.path?.binds ?? '')).join(', ')}]`;
  // By the hash of its key, which is quicker to group by than the key.
  const keys = `SELECT reinterpretAsUInt128(sipHash128(transform(leak, ${numbers}, ${names}, ''), item)) AS key,
      min(reinterpretAsUInt128(sipHash128(leak, item)) NOT IN (SELECT reinterpretAsUInt128(sipHash128(leak, item)) FROM holders)) AS orphan, any(item) AS name
    FROM views WHERE cls != 7 AND leak IN ${numbers.replace('[', '(').replace(']', ')')} GROUP BY key`;
  const [row] = await run.input.engine.rows<Items>(
    `SELECT count() AS items, countIf(orphan) AS orphans, arrayDistinct(groupArraySortedIf(${SAMPLE})(name, orphan)) AS sample FROM (${keys})`,
  );
  return row ?? none;
}

type ViewerRow = {
  cls: number;
  account: string;
  client: string;
  ua: string;
  people: number;
  views: number;
  first: number;
  last: number;
};

async function recipientsOf(run: ScopeRun, pseudonyms: Pseudonyms): Promise<ScopeAnswer['recipients']> {
  const { engine } = run.input;
  const counted = await engine.rows<{ cls: number; n: number }>(
    `SELECT cls, count() AS n FROM (SELECT cls FROM recipients UNION ALL SELECT cls FROM (SELECT DISTINCT cls, v FROM views WHERE cls = 7)) GROUP BY cls ORDER BY cls`,
  );
  const byClass = Object.fromEntries(
    RECIPIENT_CLASSES.map((name, i) => [name, counted.find((c) => c.cls === i)?.n ?? 0]),
  ) as Record<RecipientClass, number>;
  const top = await topViewers(engine, run.leaks);
  const [unknown] = await engine.rows<{ n: number }>(
    'SELECT uniqExact(account) AS n FROM accounts WHERE ns < 2 AND cls = 6 AND v IN (SELECT v FROM recipients WHERE n > 0)',
  );
  return {
    byClass,
    top: top.map((row) => ({
      viewer: viewerLabel(row, pseudonyms),
      class: RECIPIENT_CLASSES[row.cls] ?? 'thirdParty',
      people: row.people,
      views: row.views,
      first: isoOrNull(row.first),
      last: isoOrNull(row.last),
    })),
    crawlers: await crawlersOf(engine, run.leaks),
    unknownAccounts: unknown?.n ?? 0,
  };
}

/** SQL of views and times of each recipient (v, views, first, last); who was stated has neither (0, -1). */
export const recipientTotalsSql = (leaks: readonly PlannedLeak[]): string =>
  linesStandOnce(leaks)
    ? 'SELECT v, n AS views, t0 AS first, t1 AS last FROM recipients'
    : `SELECT x.v AS v, y.views AS views, x.t0 AS first, x.t1 AS last FROM recipients AS x LEFT JOIN (${viewsSql(leaks, ['v'])}) AS y ON x.v = y.v`;

/** SQL of distinct people that each viewer of a set saw, their own data apart. */
export const peopleSeenSql = (viewers: string): string => `SELECT p.v AS v, uniqExact(s.person) AS people
  FROM (SELECT place, v FROM shown WHERE v IN (${viewers}) GROUP BY place, v) AS p
  INNER JOIN subjects AS s ON p.place = s.place
  WHERE s.self != p.v AND s.listed GROUP BY v`;

/**
 * The viewers who saw most people. Counting everybody's people exactly would multiply out places, so only those
 * are counted whose upper bound (people per place, added up) can still reach the top.
 */
async function topViewers(engine: Analytics, leaks: readonly PlannedLeak[]): Promise<ViewerRow[]> {
  const [{ all } = { all: 0 }] = await engine.rows<{ all: number }>('SELECT count() AS all FROM recipients');
  for (let take = 500; ; take *= 8) {
    const bounded = `SELECT v, most FROM recipients ORDER BY most DESC, v LIMIT ${take}`;
    const chosen = `SELECT v FROM (${bounded})`;
    const rows = await engine.rows<ViewerRow & { most: number }>(
      `SELECT w.cls AS cls, w.account AS account, w.client AS client, w.ua AS ua, p.people AS people, b.views AS views, b.first AS first, b.last AS last,
         (SELECT min(most) FROM (${bounded})) AS most
       FROM (${peopleSeenSql(chosen)}) AS p
       INNER JOIN (SELECT * FROM (${recipientTotalsSql(leaks)}) WHERE v IN (${chosen})) AS b ON p.v = b.v
       INNER JOIN (SELECT * FROM viewers WHERE v IN (${chosen})) AS w ON p.v = w.v
       ORDER BY people DESC, views DESC, cls, account, client, ua LIMIT ${TOP}`,
    );
    const reached = rows[TOP - 1]?.people ?? 0;
    if (all <= take || reached > (rows[0]?.most ?? 0)) return rows;
  }
}

async function crawlersOf(
  engine: Analytics,
  leaks: readonly PlannedLeak[],
): Promise<ScopeAnswer['recipients']['crawlers']> {
  const agents = await engine.rows<{ ua: string }>(
    'SELECT DISTINCT ua FROM viewers WHERE cls = 2 AND v IN (SELECT v FROM recipients) ORDER BY ua',
  );
  if (agents.length === 0) return [];
  const uas = agents.map((a) => a.ua);
  const named = `SELECT v, transform(ua, {uas:Array(String)}, {names:Array(String)}, '') AS name FROM viewers WHERE cls = 2 AND v IN (SELECT v FROM recipients)`;
  const shownTo = `SELECT DISTINCT n.name AS name, s.place AS place FROM shown AS s INNER JOIN (${named}) AS n ON s.v = n.v`;
  const rows = await engine.rows<{ name: string; people: number; views: number }>(
    `SELECT w.name AS name, p.people AS people, w.views AS views FROM
       (SELECT n.name AS name, sum(b.views) AS views FROM (${recipientTotalsSql(leaks)}) AS b INNER JOIN (${named}) AS n ON b.v = n.v GROUP BY name) AS w
     LEFT JOIN (SELECT d.name AS name, uniqExact(s.person) AS people FROM subjects AS s INNER JOIN (${shownTo}) AS d ON s.place = d.place WHERE s.listed GROUP BY name) AS p ON w.name = p.name`,
    { uas, names: uas.map(crawlerName) },
  );
  return rows.sort((a, b) => b.people - a.people || (a.name < b.name ? -1 : 1));
}

async function gapsOf(run: ScopeRun): Promise<Gap[]> {
  const counts = await countHidden(run.input.engine, run.leaks, run.gaps);
  return run.gaps.map((bearing, i) => ({
    log: bearing.log,
    unit: bearing.gap.unit,
    unitIs: bearing.unitIs,
    from: iso(bearing.gap.from),
    to: iso(bearing.gap.to),
    reason: bearing.gap.reason satisfies GapReason,
    detail: bearing.gap.detail,
    leaks: bearing.leaks.map((n) => run.leaks.find((l) => l.n === n)?.leak.id ?? String(n)),
    unknown: counts[i] ?? 0,
  }));
}

async function rejectedOf(run: ScopeRun): Promise<ScopeAnswer['rejected']> {
  const byReason = new Map<string, number>();
  const paths = new Map(run.files.map((f) => [f.f, f.path]));
  const samples = [];
  for (const log of run.logs.values()) {
    for (const [reason, n] of log.rejectedByReason) byReason.set(reason, (byReason.get(reason) ?? 0) + n);
    for (const s of log.samples) {
      samples.push({ file: paths.get(s.f) ?? log.name, line: s.line, reason: s.reason, text: s.text });
    }
  }
  const shown = samples.slice(0, 100);
  const said = await textsWithoutStaff(
    run.input.engine,
    shown.map((s) => s.text),
  );
  return {
    lines: [...byReason.values()].reduce((a, b) => a + b, 0),
    byReason: Object.fromEntries([...byReason].sort(([a], [b]) => (a < b ? -1 : 1))),
    samples: shown.map((s, i) => ({ ...s, text: said[i] ?? '' })),
  };
}

function directoryOf(run: ScopeRun, sharedAddresses: number): ScopeAnswer['directory'] {
  const { people, duplicateIds, withoutCountry, brokenRows } = run.directory;
  return { people, duplicateIds, withoutCountry, sharedAddresses, brokenRows };
}

/** What outputs call the accounts that the incident itself names, where they are staff's. */
async function labelsOf(
  { input, leaks }: ScopeRun,
  pseudonyms: Pseudonyms,
): Promise<(id: string) => string | undefined> {
  const named = leaks.flatMap(({ leak }) => [
    ...('recipients' in leak ? (leak.recipients ?? []).map((r) => (typeof r === 'string' ? r : r.id)) : []),
    ...('passedTo' in leak ? (leak.passedTo ?? []) : []),
  ]);
  const shown = await withoutStaff(input.engine, named);
  const withheld = new Set(named.filter((id, i) => id !== shown[i]));
  return (id) => staffLabel(id, pseudonyms) ?? (withheld.has(id) ? WITHHELD : undefined);
}

/** Who a suspect is must not be found by trying whose name gives this hash. */
const withoutSuspect = (leak: Leak): Leak =>
  leak.kind === 'access' && leak.suspect !== undefined ? { ...leak, viewers: undefined } : leak;

/** A leak as it was defined, but with staff whom it names under their pseudonyms. */
function withPseudonyms(leak: Leak, labelOf: (id: string) => string | undefined): unknown {
  const label = (id: string) => labelOf(id) ?? (leak.kind === 'access' ? WITHHELD : id);
  return {
    ...leak,
    ...('viewers' in leak && leak.viewers !== undefined ? { viewers: leak.viewers.map(label) } : {}),
    ...('recipients' in leak && leak.recipients !== undefined
      ? {
          recipients: leak.recipients.map((r) =>
            typeof r === 'string' ? label(r) : { ...r, id: labelOf(r.id) ?? r.id },
          ),
        }
      : {}),
    ...('passedTo' in leak && leak.passedTo !== undefined ? { passedTo: leak.passedTo.map(label) } : {}),
  };
}

function evidenceOf(
  run: ScopeRun,
  hashes: ReadonlyMap<number, string>,
  labelOf: (id: string) => string | undefined,
): ScopeAnswer['evidence'] {
  const readings = new Map([...run.logs.values()].flatMap((l) => [...l.readings]));
  const same = new Map([...run.logs.values()].flatMap((l) => [...l.sameAs]));
  const paths = new Map(run.files.map((f) => [f.f, f.path]));
  const files = run.files.map((file) => {
    const reading = readings.get(file.f);
    const twin = same.get(file.f);
    return {
      source: file.source,
      path: file.path,
      bytes: file.bytes,
      sha256: hashes.get(file.f) ?? '',
      lines: reading?.lines ?? null,
      rejected: reading?.rejected ?? null,
      first: reading?.first == null ? null : iso(reading.first),
      last: reading?.last == null ? null : iso(reading.last),
      sameAs: twin === undefined ? null : (paths.get(twin) ?? null),
    };
  });
  files.sort((a, b) =>
    a.source < b.source ? -1 : a.source > b.source ? 1 : a.path < b.path ? -1 : a.path > b.path ? 1 : 0,
  );
  const { workspace, incident } = run.input;
  // Facts for the law decide nothing here: stating one must not make another run of the same evidence.
  const { facts: _, ...believed } = incident.incident;
  const definition = {
    incident: { ...believed, leaks: believed.leaks.map(withoutSuspect) },
    sources: workspace.workspace.sources,
    own: workspace.workspace.organisation.own,
    timezone: workspace.workspace.timezone ?? null,
  };
  return {
    files,
    definition: {
      sha256: createHash('sha256').update(JSON.stringify(definition)).digest('hex'),
      leaks: incident.incident.leaks.map((leak) => withPseudonyms(leak, labelOf)),
    },
    query: { version: QUERY_VERSION, sha256: queryHash() },
  };
}
