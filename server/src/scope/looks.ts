/**
 * Looks into connected logs and lists while somebody says what leaked. Each ends after a few seconds: the engine then gives what
 * it had read, and the answer says so. These figures help to write a definition; only a run's are figures of an incident.
 */
import {
  ForthrightError,
  type Leak,
  type LeakPreviewed,
  type ListDescribed,
  type PathsSuggested,
  type PreviewLine,
} from '@forthright/contract';
import { type Analytics, quoteName, quoteText } from '../platform/analytics/index.ts';
import {
  attachTable,
  FileRegistry,
  kindOf,
  type LoadedWorkspace,
  readHead,
  type SourceFile,
  type Sql,
  textOf,
} from '../sources/index.ts';
import { conditions, type PlannedLeak, planLeak } from './leaks.ts';
import {
  boundTo,
  columnFor,
  isAddress,
  type Knows,
  keysByPattern,
  patternsOf,
  referenceFor,
  type Shape,
} from './looks.rules.ts';
import { ownSql, type PrepareContext, prepareLog, prepareReference, prepareStaff } from './prepare.ts';
import { linesInPlace } from './scan.ts';
import { withEngine } from './session.ts';
import { textsWithoutStaff, WITHHELD } from './staff.ts';

/** How long one statement may read. A whole look asks up to four. */
const READ_SECONDS = 10;
/** A block that is under way when time ends is lost, so blocks are small. */
const BLOCK_ROWS = 8192;
/** An engine that does not heed that is ended. */
const LOOK_MS = 45_000;

const MOST_PATHS = 20;
const SAMPLED_PATHS = 20;
const MOST_SHAPES = 2000;
const SAMPLED_ROWS = 1000;
const COUNTED_LINES = 8;
const OTHER_LINES = 4;

/** What stands where something personal was. */
export const MASKED = '●●●';

type Look<T> = (context: PrepareContext) => Promise<T>;

/** One look with an engine of its own, which is ended when it takes too long. */
export function looking<T>(workspace: LoadedWorkspace, look: Look<T>): Promise<T> {
  const signal = AbortSignal.timeout(LOOK_MS);
  return withEngine(workspace, signal, (engine) =>
    look({
      engine,
      workspace: workspace.workspace,
      directory: workspace.directory,
      registry: new FileRegistry(),
    }),
  ).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    throw new ForthrightError(
      'interrupted',
      `The look took more than ${LOOK_MS / 1000} seconds, and was ended.`,
      { cause: error },
    );
  });
}

type Rows<T> = Readonly<{ rows: T[]; stoppedEarly: boolean }>;

/** The rows of a SELECT over what could be read in time. */
export async function inTime<T extends object>(
  engine: Analytics,
  sql: Sql,
  params: Readonly<Record<string, readonly string[]>> = {},
): Promise<Rows<T>> {
  const began = performance.now();
  const rows = await engine.rows<T>(
    `${sql} SETTINGS max_execution_time = ${READ_SECONDS}, timeout_overflow_mode = 'break', max_block_size = ${BLOCK_ROWS}`,
    params,
  );
  return { rows, stoppedEarly: performance.now() - began >= READ_SECONDS * 1000 };
}

const within = (from: string, to: string): Sql => `t >= ${Date.parse(from)} AND t < ${Date.parse(to)}`;

/** A digit, an `@`, an escape, or a length that no word has: such a part is an id, a name or a token; `v2` is none. */
const isValue = (x: Sql): Sql => `match(${x}, '[0-9@%]|^.{28,}$') AND NOT match(${x}, '^v[0-9]{1,2}$')`;
/** Files that are the same for everybody. */
const IS_STATIC: Sql =
  "match(path, '(?i)[.](css|js|mjs|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|txt|xml)([?#]|$)')";
const SHAPE: Sql = `arrayStringConcat(arrayMap(x -> if(${isValue('x')}, '*', x), splitByChar('/', cutQueryStringAndFragment(path))), '/')`;
const NAMES: Sql =
  "arraySort(arrayDistinct(arrayMap(x -> splitByChar('=', x)[1], arrayFilter(x -> x != '', splitByChar('&', queryString(path))))))";

/** Which addresses of pages are most frequent in the log between these instants, and what their ids most likely are. */
export function suggestPaths(
  workspace: LoadedWorkspace,
  { log, from, to }: Readonly<{ log: string; from: string; to: string }>,
): Promise<PathsSuggested> {
  return looking(workspace, async (context) => {
    const { engine } = context;
    const prepared = await prepareLog(context, log, [], ownSql(context.workspace));
    const window = { from: Date.parse(from), to: Date.parse(to) };
    const oneIn = sparse(prepared.groups.flatMap(({ files }) => files));
    const lines = linesInPlace({ ...prepared, needles: null, window }, oneIn);
    const shown = `path != '' AND status IN (0, 200, 206, 304) AND NOT ${IS_STATIC} AND ${within(from, to)}`;
    const found = await inTime<Shape>(
      engine,
      `SELECT shape AS path, names, lines, sample FROM (SELECT ${SHAPE} AS shape, ${NAMES} AS names, count() AS lines, groupUniqArray(${SAMPLED_PATHS})(path) AS sample
        FROM (SELECT path FROM (${lines}) WHERE ${shown}) GROUP BY shape, names) ORDER BY lines DESC, path LIMIT ${MOST_SHAPES}`,
    );
    const patterns = patternsOf(found.rows, MOST_PATHS);
    const binds = await referencesOf(
      context,
      keysByPattern(
        patterns,
        found.rows.flatMap(({ sample }) => sample),
      ),
    );
    return {
      paths: patterns.map(({ path, lines: count }) => {
        const name = binds.get(path) ?? null;
        return { path: name === null ? path : (boundTo(path, name) ?? path), lines: count, binds: name };
      }),
      lines: found.rows.reduce((sum, row) => sum + row.lines, 0),
      oneIn,
      stoppedEarly: found.stoppedEarly,
    };
  });
}

/** What parses in a second or two; frequent paths are frequent among every hundredth line, too. */
const PARSED_BYTES = 3_000_000;
/** How much longer logs are than their compressed files, roughly. */
const UNPACKED = 8;

/** Every so manieth line of these files is enough. */
export function sparse(files: readonly SourceFile[]): number {
  const bytes = files.reduce(
    (sum, file) => sum + file.bytes * (file.compression === 'none' ? 1 : UNPACKED),
    0,
  );
  return Math.max(1, Math.ceil(bytes / PARSED_BYTES));
}

/** By pattern, the reference in which its keys stand. The keys themselves stay here. */
async function referencesOf(
  context: PrepareContext,
  keys: ReadonlyMap<string, readonly string[]>,
): Promise<ReadonlyMap<string, string | null>> {
  const all = [...new Set([...keys.values()].flat())];
  if (all.length === 0) return new Map();
  const known = new Map<string, ReadonlySet<string>>();
  for (const [name, sql] of await keyColumns(context)) {
    const { rows } = await inTime<{ k: string }>(
      context.engine,
      `SELECT DISTINCT key AS k FROM (${sql}) WHERE key IN {keys:Array(String)}`,
      { keys: all },
    );
    known.set(name, new Set(rows.map(({ k }) => k)));
  }
  return new Map(
    [...keys].map(([path, own]) => {
      const knows: Knows[] = [...known].map(([reference, set]) => ({
        reference,
        keys: own.filter((key) => set.has(key)).length,
      }));
      return [path, referenceFor(path, own.length, knows)];
    }),
  );
}

/** By what a path may bind, SQL of its keys. */
async function keyColumns(context: PrepareContext): Promise<(readonly [name: string, keys: Sql])[]> {
  const { workspace } = context;
  const keys: (readonly [string, Sql])[] = [];
  for (const name of Object.keys(workspace.sources.references)) {
    await prepareReference(context, name);
    keys.push([name, `SELECT key FROM ${quoteName(`ref_${name}`)}`]);
  }
  const { id, email } = workspace.sources.customers.columns;
  const table = await customers(context);
  const column = (name: string) =>
    `SELECT ${textOf(name, table.columns)} AS key FROM ${quoteName(table.relation)}`;
  keys.push(['customers', column(id)]);
  if (email !== undefined) keys.push(['customers.email', column(email)]);
  return keys;
}

/** The directory as it lies: to read and sort all of it would take longer than the whole look may. */
const customers = ({ engine, workspace, directory, registry }: PrepareContext) => {
  const { at, columns } = workspace.sources.customers;
  return attachTable(engine, 'looked_customers', {
    source: 'customers',
    at,
    directory,
    columns: [columns.id, columns.email].filter((name) => name !== undefined),
    onBrokenRow: 'count',
    registry,
  });
};

type SeenLine = readonly [
  f: number,
  rn: number,
  t: number,
  host: string,
  method: string,
  status: number,
  action: string,
  path: string,
  item: string,
  viewer: string,
  client: string,
  userAgent: string,
  counts: number,
];
type Seen = {
  lines: number;
  counted: number;
  items: number;
  first: number;
  last: number;
  yes: SeenLine[];
  no: SeenLine[];
};

const NOTHING_SEEN: Seen = { lines: 0, counted: 0, items: 0, first: 0, last: 0, yes: [], no: [] };

/**
 * Lines of the log that a leak is about, of those that could be read in time. What is personal in them is masked unless it is
 * `shown`, and members of staff are withheld even then. `null` for a leak that no log shows.
 */
export function previewLeak(
  workspace: LoadedWorkspace,
  leak: Leak,
  { shown }: Readonly<{ shown: boolean }>,
): Promise<LeakPreviewed['seen']> {
  if (!('log' in leak) || leak.log === undefined) return Promise.resolve(null);
  const { log } = leak;
  return looking(workspace, async (context) => {
    const { engine } = context;
    const planned = planLeak(leak, 0);
    const prepared = await prepareLog(context, log, [planned], ownSql(context.workspace));
    const window = 'from' in leak ? within(leak.from, leak.to) : '1';
    const { item, where, ok } = aboutOf(planned, context);
    const tuple =
      "f, rn, t, host, method, status, action, path, item, if(account = '', session, account), client, ua, toUInt8(counts)";
    const { rows, stoppedEarly } = await inTime<Seen>(
      engine,
      `SELECT count() AS lines, countIf(counts) AS counted, uniq(item) AS items, min(t) AS first, max(t) AS last,
        groupArrayIf(${COUNTED_LINES})(tuple(${tuple}), counts) AS yes, groupArrayIf(${OTHER_LINES})(tuple(${tuple}), NOT counts) AS no
      FROM (SELECT *, ${item} AS item, (${ok}) AS counts FROM (${linesInPlace(prepared)}) WHERE ${window}) WHERE ${where}`,
    );
    // One that time ended before its first block has not even an empty row.
    const row = rows[0] ?? NOTHING_SEEN;
    const files = new Map(prepared.groups.flatMap((group) => group.files).map(({ f, path }) => [f, path]));
    const sample = [...row.yes, ...row.no].toSorted((a, b) => a[2] - b[2] || a[0] - b[0] || a[1] - b[1]);
    await prepareStaff(context);
    const told = shown ? await open(context, sample, leak) : sample.map((line) => masked(line, planned));
    const instant = (ms: number) => (row.lines === 0 ? null : new Date(ms).toISOString());
    return {
      lines: row.lines,
      counted: row.counted,
      items: row.items,
      first: instant(row.first),
      last: instant(row.last),
      sample: sample.map((line, n) => ({
        file: files.get(line[0]) ?? null,
        line: line[1] + 1,
        at: new Date(line[2]).toISOString(),
        host: line[3],
        method: line[4],
        status: line[5],
        action: line[6],
        counts: line[12] === 1,
        ...(told[n] ?? masked(line, planned)),
      })),
      stoppedEarly,
    };
  });
}

/** What a line must be for the leak to be about it, and to count, as in a run (`match.ts`). */
function aboutOf(planned: PlannedLeak, { workspace }: PrepareContext) {
  const { leak, path } = planned;
  const { ok } = conditions(planned);
  const key = path?.key('path');
  if (leak.kind !== 'access') return { item: key ?? "''", where: "item != ''", ok: `${ok} AND NOT own` };
  const namesPersons = workspace.sources.logs[leak.log]?.columns?.person !== undefined;
  const only = (column: string, names: readonly string[] | undefined) =>
    names === undefined ? [] : [`${column} IN (${names.map(quoteText).join(', ')})`];
  const who = "if(account = '', session, account)";
  return {
    item: namesPersons ? "arrayStringConcat(person, ', ')" : (key ?? "''"),
    where: namesPersons && key !== undefined ? `item != '' AND ${key} != ''` : "item != ''",
    ok: [ok, ...only(who, leak.viewers), ...only('action', leak.actions)].join(' AND '),
  };
}

type Personal = Pick<PreviewLine, 'path' | 'item' | 'viewer' | 'client' | 'userAgent'>;

const maskedText = (text: string): string => (text === '' ? '' : MASKED);

function masked(
  [, , , , , , , path, item, viewer, client, userAgent]: SeenLine,
  { path: pattern }: PlannedLeak,
): Personal {
  return {
    path: pattern === null ? maskedText(path) : pattern.render(MASKED),
    item: item === '*' ? '' : maskedText(item),
    viewer: maskedText(viewer),
    client: maskedText(client),
    userAgent: maskedText(userAgent),
  };
}

async function open(
  { engine }: PrepareContext,
  sample: readonly SeenLine[],
  { kind }: Leak,
): Promise<Personal[]> {
  const texts = sample.flatMap(([, , , , , , , path, item, viewer, client, userAgent]) => [
    path,
    item === '*' ? '' : item,
    // Who looks people up at work is staff, whether or not the workspace lists them.
    kind === 'access' && viewer !== '' ? WITHHELD : viewer,
    client,
    userAgent,
  ]);
  const told = await textsWithoutStaff(engine, texts);
  return sample.map((_, n) => {
    const [path = '', item = '', viewer = '', client = '', userAgent = ''] = told.slice(n * 5, n * 5 + 5);
    return { path, item, viewer, client, userAgent };
  });
}

/** The columns of a file of people below the workspace's folder, and which of them says who they are. No value of it is told. */
export function describeList(workspace: LoadedWorkspace, at: string): Promise<ListDescribed> {
  return looking(workspace, async (context) => {
    const { engine, registry, directory } = context;
    const names = kindOf(at) === 'jsonl' ? await keysOfFirstLine(context, at) : [];
    const table = await attachTable(engine, 'looked_list', {
      source: 'people',
      at,
      directory,
      columns: names,
      onBrokenRow: 'count',
      registry,
    });
    const columns = table.columns.map(({ name }) => name).filter((name) => name !== 'f' && name !== 'rn');
    const texts = columns.map((name, n) => `${textOf(name, table.columns)} AS c${n}`);
    const { rows } = await inTime<Record<`c${number}`, string>>(
      engine,
      `SELECT ${texts.join(', ')} FROM ${quoteName(table.relation)} ORDER BY f, rn LIMIT ${SAMPLED_ROWS}`,
    );
    const values = columns.map((_, n) => rows.map((row) => row[`c${n}`] ?? ''));
    const known = await customersAmong(context, [...new Set(values.flat())]);
    const told = columns.map((name, n) => ({
      name,
      addresses: (values[n] ?? []).filter(isAddress).length,
      customers: (values[n] ?? []).filter((value) => known.has(value)).length,
    }));
    return { columns: told, rows: rows.length, suggested: columnFor(told, rows.length) };
  });
}

async function customersAmong(
  context: PrepareContext,
  values: readonly string[],
): Promise<ReadonlySet<string>> {
  const table = await customers(context);
  const id = textOf(context.workspace.sources.customers.columns.id, table.columns);
  const { rows } = await inTime<{ id: string }>(
    context.engine,
    `SELECT DISTINCT ${id} AS id FROM ${quoteName(table.relation)} WHERE id IN {values:Array(String)}`,
    { values },
  );
  return new Set(rows.map((row) => row.id));
}

const FIRST_LINE_BYTES = 64 * 1024;

async function keysOfFirstLine({ registry, directory }: PrepareContext, at: string): Promise<string[]> {
  const [file] = await registry.expand('people', at, directory);
  if (file === undefined) return [];
  const [line = ''] = (await readHead(file, FIRST_LINE_BYTES)).toString('utf8').split('\n');
  try {
    return Object.keys(JSON.parse(line) as object);
  } catch (cause) {
    throw new ForthrightError('file-unreadable', `${at}: its first line is no JSON object.`, { cause });
  }
}
