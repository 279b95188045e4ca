import { ForthrightError, type Workspace } from '@forthright/contract';
import type { LoadedIncident } from '../incident/index.ts';
import { nearest } from '../kernel/index.ts';
import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import {
  type ExpandedFile,
  FileRegistry,
  hashFiles,
  isRemote,
  type LoadedWorkspace,
  type Sql,
} from '../sources/index.ts';
import { addressSql } from './addresses.ts';
import { computeExposure } from './exposure.ts';
import type { FoundGap } from './gaps.types.ts';
import { type MatchContext, type PlannedLeak, planLeak } from './leaks.ts';
import { attachPeople, type PeopleRelation } from './lists.ts';
import { matchLeak } from './match.ts';
import {
  type DirectoryFacts,
  ownSql,
  type PrepareContext,
  prepareAccounts,
  prepareDirectory,
  prepareLog,
  prepareReference,
  type UnreadDates,
} from './prepare.ts';
import { Reading } from './reading.ts';
import { withLateRejects } from './rejects.ts';
import { markRepeats } from './repeats.ts';
import { type LogToScan, type ScannedLog, scanLog } from './scan.ts';
import { textsWithoutStaff, withoutStaff } from './staff.ts';
import { runStatements } from './statements.ts';
import { type BearingGap, bearingGaps, bears, gapsOf, hideByGaps, servingUnits } from './unknown.ts';

export type ScopeInput = Readonly<{
  workspace: LoadedWorkspace;
  incident: LoadedIncident;
  engine: Analytics;
  /** Told what is being done, in a few words. */
  step: (words: string) => void;
  /** The same with a measure. */
  progress?: ((words: string, done: number, total?: number) => void) | undefined;
  signal: AbortSignal;
}>;

/** A run whose tables stand in the engine, ready to be asked. */
export type ScopeRun = Readonly<{
  input: ScopeInput;
  leaks: readonly PlannedLeak[];
  files: readonly ExpandedFile[];
  logs: ReadonlyMap<string, ScannedLog>;
  gaps: readonly BearingGap[];
  directory: DirectoryFacts;
  /** Dates of the directory and of references that can't be read, and so bound nothing. */
  unreadDates: readonly UnreadDates[];
  /** Views by accounts that count as own monitoring. */
  ownAccounts: number;
  /** Sources that are tables elsewhere, whose content no hash proves. */
  unhashed: readonly string[];
  address: (text: Sql) => Sql;
  /** SHA-256 of every file, worked out beside the run. */
  hashes: Promise<ReadonlyMap<number, string>>;
}>;

/**
 * Computes who was exposed, who is unknown and to whom, into the engine's tables. Refuses, before anything is
 * answered, when a leak matches nothing or a reference never joins.
 */
export async function runScope(input: ScopeInput): Promise<ScopeRun> {
  const { engine, workspace, incident, step, signal } = input;
  const leaks = incident.incident.leaks.map(planLeak);
  const registry = new FileRegistry();
  const context: PrepareContext = {
    engine,
    workspace: workspace.workspace,
    directory: workspace.directory,
    registry,
  };
  await runStatements(engine, 'tables');
  const toScan = await prepareLogs(leaks, context, ownSql(workspace.workspace));
  // Logs first: a compressed directory keeps one core busy, and the other can hash meanwhile.
  const logFiles = [...registry.files];
  const hashesOfLogs = hashing(logFiles, signal);
  step('reading the directory');
  const directory = await prepareDirectory(context);
  const hasSessions = await prepareAccounts(context);
  const references = new Set(leaks.flatMap((l) => (bindsKeys(l) && l.path?.binds ? [l.path.binds] : [])));
  const unread = [...directory.unreadDates];
  for (const name of references) unread.push(...(await prepareReference(context, name)));
  // A column that holds no dates at all may hold names.
  const examples = await textsWithoutStaff(
    engine,
    unread.map((u) => u.example),
  );
  const unreadDates = unread.map((u, i) => ({ ...u, example: examples[i] ?? '' }));
  const people = await attachLists(leaks, input, registry);
  const address = await addressSql(engine, addressSources(people));

  const hashesOfOthers = hashing(registry.files.slice(logFiles.length), signal);
  const logs = new Map<string, ScannedLog>();
  const reading = new Reading([...toScan.values()].map(bytesOf), input);
  for (const [name, log] of toScan) {
    signal.throwIfAborted();
    logs.set(name, await reading.of(name, bytesOf(log), () => readWhole(engine, log)));
  }
  step('matching leaks');
  const gapsByLeak = findGapsOfLeaks(leaks, logs, input);
  const match: MatchContext = {
    engine,
    hasSessions,
    address,
    parsed: (log) => scannedOf(logs, log).parsed,
    anytime: (log) => scannedOf(logs, log).anytime,
    every: (log) => scannedOf(logs, log).every,
    reference: (name) => `ref_${name}`,
    people: (l) => people.get(l.n) ?? missing(`people of leak ${l.leak.id}`),
    gaps: (l) => gapsByLeak.get(l.n) ?? [],
    namesPersons: (log) => workspace.workspace.sources.logs[log]?.columns?.person !== undefined,
    unitIs: (log) => scannedOf(logs, log).unitIs,
    // Servers stamp a request when it is answered; who maps a duration says that theirs stamp its beginning.
    stampsAreStarts: (log) => workspace.workspace.sources.logs[log]?.columns?.duration !== undefined,
    seriesOf: new Map([...logs.values()].flatMap((log) => [...log.seriesOf])),
  };
  for (const planned of leaks) {
    signal.throwIfAborted();
    await matchLeak(planned, match);
    await assertMatches(planned, match, input);
  }
  step('looking for gaps');
  const bearing = await bearGaps(leaks, logs, gapsByLeak, match);
  step('counting people and recipients');
  await computeExposure(engine, leaks);
  const [own] = await engine.rows<{ n: number }>(
    "SELECT count() AS n FROM matches WHERE ok AND own AND account != ''",
  );
  return {
    input,
    leaks,
    files: registry.files,
    logs,
    gaps: bearing,
    directory,
    unreadDates,
    ownAccounts: own?.n ?? 0,
    unhashed: remoteSources(workspace.workspace, logs),
    address,
    hashes: bothOf(hashesOfLogs, hashesOfOthers),
  };
}

type Hashes = Promise<ReadonlyMap<number, string>>;

/** Whoever awaits the hashes hears of a failure; a run that fails before that must not make it unhandled. */
function hashing(files: readonly ExpandedFile[], signal: AbortSignal): Hashes {
  const hashes = hashFiles(files, { signal });
  hashes.catch(() => {});
  return hashes;
}

async function bothOf(some: Hashes, others: Hashes): Hashes {
  return new Map([...(await some), ...(await others)]);
}

async function prepareLogs(
  leaks: readonly PlannedLeak[],
  context: PrepareContext,
  own: Sql,
): Promise<Map<string, LogToScan>> {
  const logs = new Map<string, LogToScan>();
  const names = leaks.flatMap((l) => ('log' in l.leak && l.leak.log !== undefined ? [l.leak.log] : []));
  for (const name of new Set(names)) {
    const mine = leaks.filter((l) => 'log' in l.leak && l.leak.log === name);
    logs.set(name, await prepareLog(context, name, mine, own));
  }
  return logs;
}

async function readWhole(engine: Analytics, log: LogToScan): Promise<ScannedLog> {
  return markRepeats(engine, log, await withLateRejects(engine, log, await scanLog(engine, log)));
}

const bytesOf = (log: LogToScan): number =>
  log.groups.flatMap((g) => g.files).reduce((sum, file) => sum + file.bytes, 0);

/** Whether a leak's path may say, by a key, whose data was shown. */
const bindsKeys = ({ leak }: PlannedLeak): boolean =>
  leak.kind === 'page' || leak.kind === 'access' || leak.kind === 'url';

function remoteSources(workspace: Workspace, logs: ReadonlyMap<string, ScannedLog>): string[] {
  const { customers, sessions, employees, sellers, references, logs: allLogs } = workspace.sources;
  const all = { customers, sessions, employees, sellers, ...prefixed('references', references) };
  const used = Object.fromEntries(Object.entries(allLogs).filter(([name]) => logs.has(name)));
  return Object.entries({ ...all, ...prefixed('logs', used) })
    .filter(([, source]) => source !== undefined && [source.at].flat().some(isRemote))
    .map(([name]) => name)
    .sort();
}

const prefixed = <T>(prefix: string, sources: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(sources).map(([name, source]) => [`${prefix}.${name}`, source]));

const missing = (what: string): never => {
  throw new Error(`${what} should have been prepared`);
};

function scannedOf(logs: ReadonlyMap<string, ScannedLog>, name: string): ScannedLog {
  return logs.get(name) ?? missing(`log ${name}`);
}

async function attachLists(leaks: readonly PlannedLeak[], input: ScopeInput, registry: FileRegistry) {
  const lists = new Map<number, PeopleRelation>();
  const directories = [input.incident.directory, input.workspace.directory] as const;
  for (const planned of leaks) {
    const list = await attachPeople(input.engine, planned.leak, planned.n, {
      directories,
      registry,
    });
    if (list === null) continue;
    lists.set(planned.n, list);
  }
  return lists;
}

/** Every place in which an address may stand, as one relation with a column `email`. */
function addressSources(people: ReadonlyMap<number, PeopleRelation>): Sql {
  const lists = [...people.values()]
    .filter((l) => l.by === 'email')
    .map((l) => `SELECT value AS email FROM ${quoteName(l.relation)}`);
  return `(${['SELECT email FROM directory', ...lists].join(' UNION ALL ')})`;
}

function findGapsOfLeaks(
  leaks: readonly PlannedLeak[],
  logs: ReadonlyMap<string, ScannedLog>,
  input: ScopeInput,
): Map<number, FoundGap[]> {
  const gaps = new Map<number, FoundGap[]>();
  for (const planned of leaks) {
    const { leak, from, to } = planned;
    if (!('log' in leak) || leak.log === undefined) continue;
    const scanned = scannedOf(logs, leak.log);
    const sampled = input.workspace.workspace.sources.logs[leak.log]?.sampled ?? 1;
    gaps.set(
      planned.n,
      gapsOf(scanned, sampled, ('hosts' in leak ? leak.hosts : undefined) ?? [], input.incident.incident, {
        from,
        to,
      }),
    );
  }
  return gaps;
}

async function bearGaps(
  leaks: readonly PlannedLeak[],
  logs: ReadonlyMap<string, ScannedLog>,
  gapsByLeak: ReadonlyMap<number, readonly FoundGap[]>,
  match: MatchContext,
): Promise<BearingGap[]> {
  const perLeak = [];
  for (const planned of leaks) {
    const { leak } = planned;
    if (!('log' in leak) || leak.log === undefined) continue;
    const scanned = scannedOf(logs, leak.log);
    const serving = await servingUnits(match.engine, planned, scanned, match.seriesOf);
    const gaps = (gapsByLeak.get(planned.n) ?? []).filter((g) => bears(g, planned, scanned, serving));
    await hideByGaps(match.engine, planned, gaps);
    perLeak.push({ planned, scanned, gaps });
  }
  return bearingGaps(perLeak);
}

async function assertMatches(planned: PlannedLeak, match: MatchContext, input: ScopeInput): Promise<void> {
  const { leak, path } = planned;
  if (!('log' in leak) || leak.log === undefined) return;
  const { engine } = input;
  const [row] = await engine.rows<{ lines: number; ok: number; held: number }>(
    'SELECT count() AS lines, countIf(ok) AS ok, (SELECT count() FROM holders WHERE leak = {leak:UInt8}) AS held FROM matches WHERE leak = {leak:UInt8} AND f != 4294967295',
    { leak: planned.n },
  );
  if (row === undefined || (row.lines === 0 && !(await isAnyOutside(planned, match)))) {
    if (leak.kind === 'shared-cache') return;
    const near = path === null ? '' : await nearestPaths(planned, input, match.every(leak.log));
    throw new ForthrightError(
      'leak-matches-nothing',
      path === null
        ? `Leak ${leak.id}: no line of log ${leak.log} names a person. Check the column mapped to "person" and the log's files.`
        : `Leak ${leak.id}: no line of log ${leak.log} has a path like ${path.source}.${near}`,
    );
  }
  if (row.ok === 0) await assertTold(planned, match);
  if (
    !bindsKeys(planned) ||
    (leak.kind === 'access' && match.namesPersons(leak.log)) ||
    path?.binds == null ||
    path.binds.startsWith('customers') ||
    row.ok === 0 ||
    row.held > 0
  )
    return;
  const [joins] = await engine.rows<{ n: number }>(
    `SELECT count() AS n FROM ${quoteName(match.reference(path.binds))} WHERE key GLOBAL IN (SELECT item FROM matches WHERE leak = {leak:UInt8})`,
    { leak: planned.n },
  );
  if ((joins?.n ?? 0) > 0) return;
  const samples = async (sql: Sql) => {
    const rows = await engine.rows<{ s: string }>(sql);
    const said = await withoutStaff(
      engine,
      rows.map((r) => r.s),
    );
    return said.join(', ');
  };
  throw new ForthrightError(
    'reference-never-joins',
    `Leak ${leak.id}: none of the keys in the log stands in reference ${path.binds}, so nobody can be named. Keys in the log: ${await samples(`SELECT DISTINCT item AS s FROM matches WHERE leak = ${planned.n} ORDER BY s LIMIT 3`)}; in the reference: ${await samples(`SELECT DISTINCT key AS s FROM ${quoteName(match.reference(path.binds))} ORDER BY s LIMIT 3`)}. Check the reference's \`key\` column and the place of {${path.binds}} in the path.`,
  );
}

/** Whether the log has lines that the leak is about, but none in its window. */
async function isAnyOutside({ leak, path }: PlannedLeak, match: MatchContext): Promise<boolean> {
  const anytime = 'log' in leak && leak.log !== undefined ? match.anytime(leak.log) : null;
  if (anytime === null || !('log' in leak) || leak.log === undefined) return false;
  const persons = leak.kind === 'access' && match.namesPersons(leak.log) ? ['notEmpty(person)'] : [];
  const about = [...persons, ...(path === null ? [] : [`${path.key('path')} != ''`])].join(' AND ');
  return (await match.engine.rows(`SELECT 1 AS n FROM (${anytime}) WHERE ${about} LIMIT 1`)).length > 0;
}

/** A line without a status is no view; a log whose lines never say it shows that its column is wrong. */
async function assertTold(planned: PlannedLeak, match: MatchContext): Promise<void> {
  const { leak, path } = planned;
  if (!('log' in leak) || leak.log === undefined || path === null || !('status' in leak)) return;
  if (leak.status === undefined) return;
  const [row] = await match.engine.rows<{ lines: number; told: number }>(
    `SELECT count() AS lines, countIf(status != 0) AS told FROM (${match.anytime(leak.log) ?? `SELECT * FROM ${quoteName(match.parsed(leak.log))}`}) WHERE ${path.key('path')} != ''`,
  );
  if (row === undefined || row.lines === 0 || row.told > 0) return;
  throw new ForthrightError(
    'column-unknown',
    `Leak ${leak.id}: none of the ${row.lines} lines of log ${leak.log} with such a path has a status, so none would count as a view. Check the column that sources.logs.${leak.log} maps to \`status\`, or map none if the log has none.`,
  );
}

/** The most frequent shapes of path in the log that look most like the leak's, for somebody who mistyped it. */
async function nearestPaths(planned: PlannedLeak, input: ScopeInput, every: Sql): Promise<string> {
  const { leak, path } = planned;
  if (!('log' in leak) || leak.log === undefined || path === null) return '';
  const rows = await input.engine.rows<{ s: string }>(
    `SELECT arrayStringConcat(arrayMap(x -> if(match(x, '[0-9]'), '…', x), splitByChar('/', cutQueryStringAndFragment(path))), '/') AS s, count() AS n FROM (${every}) GROUP BY s ORDER BY n DESC, s LIMIT 200`,
  );
  const shapes = rows.map((r) => r.s).filter((s) => s !== '');
  const asked = path.source.replace(/\{[^}]*\}/g, '…');
  const close = nearest(asked, shapes);
  const list = await textsWithoutStaff(input.engine, [...new Set([...close, ...shapes])].slice(0, 5));
  return list.length === 0 ? ' The log has no paths at all.' : ` The nearest paths in it: ${list.join(', ')}`;
}
