import {
  type BrokenSource,
  type ErrorCode,
  ForthrightError,
  type LogReadiness,
  type LogReading,
  type LogSource,
  READINESS_FIELDS,
  type Readiness,
  type ReadinessField,
  type ReferenceReadiness,
  type TableReadiness,
} from '@forthright/contract';
import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import { FileRegistry, type LoadedWorkspace, loadWorkspace, type Sql } from '../sources/index.ts';
import {
  ownSql,
  type PrepareContext,
  prepareDirectory,
  prepareLog,
  prepareReference,
  prepareSellers,
  prepareSessions,
  prepareStaff,
} from './prepare.ts';
import { missingOf, overlapsOf, plausibleSpan, silencesOf } from './readiness.files.ts';
import { judge } from './readiness.rules.ts';
import { type LogToScan, type ScannedLog, scanLog, stampsWithoutZone } from './scan.ts';
import { type Watch, withEngine } from './session.ts';
import { textsWithoutStaff } from './staff.ts';

/** These end the check; every other error of a source becomes a finding about it. */
const FATAL: readonly ErrorCode[] = [
  'interrupted',
  'engine-unreachable',
  'engine-crashed',
  'no-disk',
  'out-of-memory',
  'internal',
];

/**
 * Checks, before any incident, what could be scoped with the logs as they are. Refuses only an unreadable
 * workspace and an engine that fails; a source that is missing or broken is a finding.
 */
export async function checkReadiness(path: string, watch: Watch, now: () => number): Promise<Readiness> {
  const workspace = await loadWorkspace(path);
  return withEngine(workspace, watch.signal, (engine) => readinessOf(workspace, engine, watch, now()));
}

async function readinessOf(
  loaded: LoadedWorkspace,
  engine: Analytics,
  { step, signal }: Watch,
  now: number,
): Promise<Readiness> {
  const { workspace, directory: folder } = loaded;
  const context: PrepareContext = { engine, workspace, directory: folder, registry: new FileRegistry() };
  step('reading the directory');
  const directory = await checkDirectory(context);
  const employees = await checkTable(context, 'employees', 'staff', prepareStaff);
  const sellers = await checkTable(context, 'sellers', 'sellers', prepareSellers);
  const sessions = await checkTable(context, 'sessions', 'sessions', prepareSessions);
  const references: ReferenceReadiness[] = [];
  for (const name of Object.keys(workspace.sources.references)) {
    signal.throwIfAborted();
    step(`reading reference ${name}`);
    references.push(await checkReference(context, name));
  }
  const logs: LogReadiness[] = [];
  for (const [name, source] of Object.entries(workspace.sources.logs)) {
    signal.throwIfAborted();
    step(`reading log ${name}`);
    logs.push(await checkLog(context, name, source, { now, hasSessions: sessions.rows !== null }));
  }
  const facts = { logs, references, directory, sessions, employees, sellers };
  const { kinds, verdicts, findings, first } = judge(facts);
  return {
    schema: 'forthright/readiness/1',
    organisation: workspace.organisation.name,
    asOf: new Date(now).toISOString(),
    kinds,
    verdicts,
    findings,
    first,
    ...facts,
  };
}

type Tried<T> = Readonly<{ read: T; broken: null } | { read: null; broken: BrokenSource }>;

async function tryRead<T>(read: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { read: await read(), broken: null };
  } catch (rawError) {
    if (!(rawError instanceof ForthrightError) || FATAL.includes(rawError.code)) throw rawError;
    const problems = rawError.problems.map((p) => `${p.at}: ${p.message}`).join('; ');
    const message = problems === '' ? rawError.message : `${rawError.message} (${problems})`;
    return { read: null, broken: { code: rawError.code, message } };
  }
}

async function one<T extends object>(engine: Analytics, sql: Sql): Promise<T> {
  const [row] = await engine.rows<T>(sql);
  if (row === undefined) throw new Error('an aggregate has one row');
  return row;
}

async function checkDirectory(context: PrepareContext): Promise<Readiness['directory']> {
  const { engine, workspace } = context;
  const { columns } = workspace.sources.customers;
  const tried = await tryRead(async () => {
    const { unreadDates: _, ...facts } = await prepareDirectory(context);
    type Row = Record<'noEmail' | 'noCountry' | 'noLanguage' | 'us' | 'ca' | 'au', number>;
    const row = await one<Row>(
      engine,
      `SELECT countIf(email = '') AS noEmail, countIf(country = '') AS noCountry, countIf(language = '') AS noLanguage,
        countIf(country = 'US' AND region = '') AS us, countIf(country = 'CA' AND region = '') AS ca, countIf(country = 'AU' AND region = '') AS au FROM directory`,
    );
    return {
      ...facts,
      withoutEmail: columns.email === undefined ? null : row.noEmail,
      withoutCountry: columns.country === undefined ? null : row.noCountry,
      withoutLanguage: columns.language === undefined ? null : row.noLanguage,
      withoutState: { US: row.us, CA: row.ca, AU: row.au },
    };
  });
  if (tried.broken !== null) {
    await engine.run('DROP TABLE IF EXISTS directory');
    await engine.run("CREATE VIEW directory AS SELECT '' AS person WHERE 0");
  }
  return tried;
}

/** Makes the relation of a source, and an empty one in its place when it can't be read. */
async function checkTable(
  context: PrepareContext,
  source: 'employees' | 'sellers' | 'sessions',
  relation: string,
  prepare: (context: PrepareContext) => Promise<unknown>,
): Promise<TableReadiness> {
  const { engine, workspace } = context;
  const stated = workspace.sources[source] !== undefined;
  const { read, broken } = await tryRead(async () => {
    await prepare(context);
    return stated ? one<{ rows: number }>(engine, `SELECT count() AS rows FROM ${relation}`) : null;
  });
  if (broken !== null) {
    await engine.run(`DROP TABLE IF EXISTS ${relation}`);
    const { [source]: _, ...others } = workspace.sources;
    await prepare({ ...context, workspace: { ...workspace, sources: others } });
  }
  return { stated, broken, rows: read?.rows ?? null };
}

async function checkReference(context: PrepareContext, name: string): Promise<ReferenceReadiness> {
  const source = context.workspace.sources.references[name];
  const tried = await tryRead(async () => {
    await prepareReference(context, name);
    const { engine } = context;
    const relation = quoteName(`ref_${name}`);
    type Row = Record<'rows' | 'keys' | 'withoutKey' | 'withoutPerson' | 'dated' | 'ended', number>;
    const { dated, ended, ...row } = await one<Row>(
      engine,
      `SELECT count() AS rows, uniqExactIf(key, key != '') AS keys, countIf(key = '') AS withoutKey, countIf(person = '') AS withoutPerson,
        countIf(vfrom > -9223372036854775807) AS dated, countIf(vto < 9223372036854775807) AS ended FROM ${relation}`,
    );
    const persons = await one<{ ids: number; known: number }>(
      engine,
      `SELECT count() AS ids, countIf(person GLOBAL IN (SELECT person FROM directory)) AS known FROM (SELECT DISTINCT person FROM ${relation} WHERE person != '')`,
    );
    return {
      ...row,
      uniqueKeys: row.keys === row.rows - row.withoutKey,
      persons,
      from: source?.from === undefined ? null : dated,
      to: source?.to === undefined ? null : ended,
    };
  });
  return { reference: name, ...tried };
}

const DAYS_IN = { D: 1, W: 7, M: 365 / 12, Y: 365 } as const;

function daysOf(period: string | undefined): number | null {
  const unit = period?.at(-1) as keyof typeof DAYS_IN | undefined;
  return period === undefined || unit === undefined
    ? null
    : Number.parseInt(period.slice(1), 10) * DAYS_IN[unit];
}

type LogContext = Readonly<{ now: number; hasSessions: boolean }>;

async function checkLog(
  context: PrepareContext,
  name: string,
  source: LogSource,
  about: LogContext,
): Promise<LogReadiness> {
  const { engine, workspace } = context;
  const tried = await tryRead(async () => {
    // A stamp without a zone is read as UTC here, so that one missing setting does not hide all else.
    const zoned = { ...context, workspace: { ...workspace, timezone: workspace.timezone ?? 'UTC' } };
    const prepared = await prepareLog(zoned, name, [], ownSql(workspace));
    const log: LogToScan = { ...prepared, needles: null };
    const scanned = await scanLog(engine, log);
    const hasZone = (source.timezone ?? workspace.timezone) !== undefined;
    const withoutZone = hasZone ? [] : await stampsWithoutZone(engine, log);
    return readingOf(engine, log, scanned, withoutZone, about);
  });
  return {
    log: name,
    at: [source.at].flat(),
    format: source.format,
    retention: { declared: source.retention ?? null, days: daysOf(source.retention) },
    sampled: source.sampled,
    maps: Object.keys(source.columns ?? {}).sort(),
    ...tried,
  };
}

async function readingOf(
  engine: Analytics,
  log: LogToScan,
  scanned: ScannedLog,
  withoutZone: readonly { f: number; rn: number; lines: number }[],
  about: LogContext,
): Promise<LogReading> {
  const files = log.groups.flatMap((g) => g.files);
  const pathOf = (f: number) => files.find((x) => x.f === f)?.path ?? `log ${log.name}`;
  const readings = [...scanned.readings.values()];
  const spanned = plausibleSpan(scanned.coverage, about.now);
  const [firstWithout] = withoutZone;
  const [sample] = scanned.samples;
  const [said] = await textsWithoutStaff(engine, sample === undefined ? [] : [sample.text]);
  const iso = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    files: files.length,
    repeatedFiles: scanned.sameAs.size,
    lines: sum(readings.map((r) => r.lines)),
    rejected: sum(readings.map((r) => r.rejected)),
    rejectedSample:
      sample === undefined ? null : { at: `${pathOf(sample.f)}:${sample.line}`, text: said ?? '' },
    first: iso(spanned?.from),
    last: iso(spanned?.to),
    days: spanned === null ? 0 : Math.round(((spanned.to - spanned.from) / 86_400_000) * 1000) / 1000,
    strayStamps: spanned?.stray ?? 0,
    withoutZone:
      firstWithout === undefined
        ? null
        : {
            files: withoutZone.length,
            lines: sum(withoutZone.map((w) => w.lines)),
            first: `${pathOf(firstWithout.f)}:${firstWithout.rn + 1}`,
          },
    ...(await linesOf(engine, log, scanned, about.hasSessions)),
    ...silencesOf(scanned, spanned),
    overlaps: overlapsOf(files, scanned),
    missing: missingOf(files),
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Conditions over a parsed line that say whether a field has a value on it. */
const FILLED: Record<ReadinessField, Sql> = {
  host: "host != ''",
  method: "method != ''",
  path: "path != ''",
  status: 'status > 0',
  client: "client != ''",
  userAgent: "ua != ''",
  account: "account != ''",
  session: "session != ''",
  person: 'notEmpty(person)',
  action: "action != ''",
  cacheStatus: "cacheStatus != ''",
  cache: "cache != ''",
  recipient: "recipient != ''",
};

/** One reading of all lines, by viewer: lines without any fall into one row, so the table is no longer than the list of viewers. */
async function linesOf(
  engine: Analytics,
  log: LogToScan,
  scanned: ScannedLog,
  hasSessions: boolean,
): Promise<Pick<LogReading, 'wholeSeconds' | 'fields' | 'withQuery' | 'viewers' | 'persons'>> {
  const viewers = quoteName(`viewers_${log.name}`);
  const again = [...scanned.sameAs.keys()];
  const once = again.length === 0 ? '1' : `f NOT IN (${again.join(', ')})`;
  const every = `(SELECT * FROM (${scanned.every}) WHERE ${once})`;
  const filled = READINESS_FIELDS.map((field) => `countIf(${FILLED[field]}) AS n_${field}`);
  await engine.run(`CREATE TABLE ${viewers} ENGINE = MergeTree ORDER BY tuple() AS SELECT account, session, own, count() AS n, countIf(t % 1000 != 0) AS n_fractions,
    countIf(position(path, '?') > 0) AS n_query, groupUniqArrayArray(person) AS persons, ${filled.join(', ')} FROM ${every} GROUP BY account, session, own`);
  type Row = Record<'total' | 'others' | 'without' | 'sessionOnly' | 'fractions' | 'query', number> &
    Record<`f_${ReadinessField}`, number>;
  const row = await one<Row>(
    engine,
    `SELECT sum(n) AS total, sumIf(n, NOT own) AS others, sumIf(n, NOT own AND account = '' AND session = '') AS without,
      sumIf(n, NOT own AND account = '' AND session != '') AS sessionOnly, sum(n_fractions) AS fractions, sum(n_query) AS query,
      ${READINESS_FIELDS.map((field) => `sum(n_${field}) AS f_${field}`).join(', ')} FROM ${viewers}`,
  );
  type Accounts = Record<'ids' | 'known' | 'customers' | 'employees' | 'sellers', number>;
  const accounts = await one<Accounts>(
    engine,
    `SELECT count() AS ids, countIf(isCustomer OR isEmployee OR isSeller) AS known, countIf(isCustomer) AS customers, countIf(isEmployee) AS employees, countIf(isSeller) AS sellers FROM
      (SELECT account GLOBAL IN (SELECT person FROM directory) AS isCustomer, account GLOBAL IN (SELECT id FROM staff) AS isEmployee, account GLOBAL IN (SELECT id FROM sellers) AS isSeller
       FROM (SELECT DISTINCT account FROM ${viewers} WHERE account != ''))`,
  );
  const joined = (ids: Sql, table: Sql) =>
    one<{ ids: number; known: number }>(
      engine,
      `SELECT count() AS ids, countIf(id GLOBAL IN (${table})) AS known FROM (${ids})`,
    );
  const sessions = await joined(
    `SELECT DISTINCT session AS id FROM ${viewers} WHERE session != ''`,
    hasSessions ? 'SELECT key FROM sessions' : "SELECT '' AS key WHERE 0",
  );
  const persons =
    row.f_person === 0
      ? { ids: 0, known: 0 }
      : await joined(
          `SELECT DISTINCT arrayJoin(persons) AS id FROM ${viewers}`,
          'SELECT person FROM directory',
        );
  const exists = (field: ReadinessField) =>
    log.groups.some((g) => g.format.fields[field === 'account' ? 'viewer' : field] !== null);
  return {
    wholeSeconds: row.total > 0 && row.fractions === 0,
    fields: Object.fromEntries(
      READINESS_FIELDS.map((field) => [field, exists(field) ? row[`f_${field}`] : null]),
    ) as LogReading['fields'],
    withQuery: row.query,
    viewers: {
      lines: row.others,
      without: row.without,
      withoutShare: row.others === 0 ? 0 : row.without / row.others,
      sessionOnly: row.sessionOnly,
      accounts,
      sessions,
    },
    persons,
  };
}
