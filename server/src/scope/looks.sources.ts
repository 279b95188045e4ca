/** A look into one source of the workspace, for whoever has just connected it: whether it can be read, and what stands in it. */
import { ForthrightError, type SourceChecked } from '@forthright/contract';
import { quoteName } from '../platform/analytics/index.ts';
import { attachTable, type LoadedWorkspace, type SourceFile } from '../sources/index.ts';
import { inTime, looking, sparse } from './looks.ts';
import { ownSql, type PrepareContext, prepareLog } from './prepare.ts';
import { linesInPlace } from './scan.ts';

type Found = Omit<SourceChecked, 'source' | 'broken'>;
type Columns = Readonly<Record<string, string | readonly string[] | undefined>>;

const NOTHING: Found = {
  files: 0,
  bytes: 0,
  rows: 0,
  oneIn: 1,
  first: null,
  last: null,
  withoutViewer: 0,
  stoppedEarly: false,
};

/** These are of the engine or of us; whatever else goes wrong is a finding about the source. */
const FATAL = ['interrupted', 'engine-unreachable', 'engine-crashed', 'no-disk', 'out-of-memory', 'internal'];

/** What a look of some seconds finds in this source. Refuses one that the workspace does not name, and an engine that fails. */
export async function checkSource(workspace: LoadedWorkspace, source: string): Promise<SourceChecked> {
  const look = lookFor(workspace, source);
  if (look === undefined)
    throw new ForthrightError('request-invalid', 'The workspace has no such source.', {
      problems: [{ at: 'source', message: `\`${source.slice(0, 60)}\` is none of its sources` }],
    });
  try {
    return { source, broken: null, ...(await looking(workspace, look)) };
  } catch (rawError) {
    if (!(rawError instanceof ForthrightError) || FATAL.includes(rawError.code)) throw rawError;
    const { code, message, problems } = rawError;
    return { source, broken: { code, message, problems: [...problems] }, ...NOTHING };
  }
}

function lookFor({ workspace }: LoadedWorkspace, source: string) {
  const { sources } = workspace;
  const [kind = '', name = ''] = source.split('.', 2);
  const table = (at: string | readonly string[], columns: Columns) => (context: PrepareContext) =>
    tableRows(context, { source, at, columns: Object.values(columns).flat() });
  if (kind === 'logs' && Object.hasOwn(sources.logs, name))
    return (context: PrepareContext) => logLines(context, name);
  if (kind === 'references' && Object.hasOwn(sources.references, name)) {
    const { at, ...columns } = sources.references[name] ?? { at: '' };
    return table(at, columns);
  }
  switch (source) {
    case 'customers':
      return table(sources.customers.at, sources.customers.columns);
    case 'employees':
      return sources.employees && table(sources.employees.at, sources.employees.columns);
    case 'sellers':
      return sources.sellers && table(sources.sellers.at, sources.sellers.columns);
    case 'sessions': {
      if (sources.sessions === undefined) return undefined;
      const { at, ...columns } = sources.sessions;
      return table(at, columns);
    }
    default:
      return undefined;
  }
}

const sizeOf = (files: readonly SourceFile[]) => ({
  files: files.length,
  bytes: files.reduce((sum, one) => sum + one.bytes, 0),
});

type Wanted = Readonly<{
  source: string;
  at: string | readonly string[];
  columns: readonly (string | undefined)[];
}>;

async function tableRows(
  { engine, directory, registry }: PrepareContext,
  { source, at, columns }: Wanted,
): Promise<Found> {
  const table = await attachTable(engine, 'looked', {
    source,
    at,
    directory,
    columns: columns.filter((one) => one !== undefined),
    onBrokenRow: 'stop',
    registry,
  });
  const { rows, stoppedEarly } = await inTime<{ n: number }>(
    engine,
    `SELECT count() AS n FROM ${quoteName(table.relation)}`,
  );
  return { ...NOTHING, ...sizeOf(table.files), rows: rows[0]?.n ?? 0, stoppedEarly };
}

async function logLines(context: PrepareContext, name: string): Promise<Found> {
  const log = await prepareLog(context, name, [], ownSql(context.workspace));
  const files = log.groups.flatMap((group) => group.files);
  const oneIn = sparse(files);
  type Row = Record<'n' | 'first' | 'last' | 'without', number>;
  const { rows, stoppedEarly } = await inTime<Row>(
    context.engine,
    `SELECT count() AS n, min(t) AS first, max(t) AS last, countIf(account = '' AND session = '') AS without FROM (${linesInPlace({ ...log, needles: null }, oneIn)})`,
  );
  const { n = 0, first = 0, last = 0, without = 0 } = rows[0] ?? {};
  const instant = (ms: number) => (n === 0 ? null : new Date(ms).toISOString());
  return {
    ...sizeOf(files),
    rows: n,
    oneIn,
    first: instant(first),
    last: instant(last),
    withoutViewer: without,
    stoppedEarly,
  };
}
