import { createHash } from 'node:crypto';
import { Incident, type Leak, type LogSource, type Problem, type Workspace } from '@forthright/contract';
import { didYouMean } from '../kernel/index.ts';
import { type Document, type DocumentPath, quoted, readDocument, refuse } from '../platform/index.ts';

export type LoadedIncident = Readonly<{
  incident: Incident;
  /** As the user named it. */
  path: string;
  /** Absolute folder of the file. */
  directory: string;
  sha256: string;
  where: Document<Incident>['where'];
}>;

type Report = (path: DocumentPath, message: string, on?: 'key' | 'value') => void;

/**
 * Reads an incident file. Refuses with every problem in it, and, given the workspace, with every name that the
 * workspace does not have.
 */
export async function loadIncident(path: string, workspace?: Workspace): Promise<LoadedIncident> {
  const document = await readDocument<Incident>(path, Incident, 'incident-invalid');
  const problems: Problem[] = [];
  const report: Report = (at, message, on = 'value') =>
    problems.push({ at: document.where(at, on), message });
  const { value: incident, directory, sha256, where } = document;
  check(incident, workspace, report);
  for (const [i, leak] of incident.leaks.entries())
    if (leak.kind === 'access' && leak.suspect !== undefined)
      report(['leaks', i, 'suspect'], 'only the server that has the trace knows who this is', 'key');
  if (problems.length > 0) throw refuse('incident-invalid', path, problems);
  return { incident, path, directory, sha256, where };
}

function check(
  incident: Pick<Incident, 'leaks' | 'gaps'>,
  workspace: Workspace | undefined,
  report: Report,
): void {
  checkIds(incident, report);
  for (const [i, leak] of incident.leaks.entries()) {
    checkLeak(leak, ['leaks', i], report);
    if (workspace !== undefined) checkLeakAgainst(leak, ['leaks', i], workspace, report);
  }
  for (const [i, gap] of incident.gaps.entries()) {
    checkWindow(gap, ['gaps', i], report);
    if (workspace !== undefined) checkLogName(gap.log, ['gaps', i, 'log'], workspace, report);
  }
}

/** What is wrong with leaks and gaps beyond their schema, given the workspace also every name that it does not have. */
export function problemsOfLeaks(
  incident: Pick<Incident, 'leaks' | 'gaps'>,
  workspace?: Workspace,
): Problem[] {
  const problems: Problem[] = [];
  check(incident, workspace, (path, message) => problems.push({ at: path.join('.'), message }));
  return problems;
}

/** Leaks that did not come from a file, as if they had: the files that they name lie below `directory`. */
export function loadedFrom(incident: Incident, directory: string): LoadedIncident {
  const sha256 = createHash('sha256').update(JSON.stringify(incident)).digest('hex');
  return { incident, path: incident.title, directory, sha256, where: (path) => path.join('.') };
}

function checkIds(incident: Pick<Incident, 'leaks'>, report: Report): void {
  const seen = new Map<string, number>();
  for (const [i, leak] of incident.leaks.entries()) {
    const first = seen.get(leak.id);
    if (first === undefined) seen.set(leak.id, i);
    else
      report(
        ['leaks', i, 'id'],
        `\`${leak.id}\` is the id of leaks[${first}] already; give each leak its own`,
      );
  }
}

function checkWindow(
  window: Readonly<{ from: string; to: string }>,
  path: DocumentPath,
  report: Report,
): void {
  const length = Date.parse(window.to) - Date.parse(window.from);
  if (length < 0) report([...path, 'to'], `the window ends (${window.to}) before it starts (${window.from})`);
  if (length === 0) report([...path, 'to'], `the window is empty: it ends when it starts (${window.from})`);
}

/** What can be said of a leak without the workspace. */
function checkLeak(leak: Leak, path: DocumentPath, report: Report): void {
  if ('from' in leak) checkWindow(leak, path, report);
  const bound = 'path' in leak && leak.path !== undefined ? placeholders(leak.path) : null;
  if (bound === 'broken') {
    report(
      [...path, 'path'],
      'braces in a path stand around the name of a reference, as in /reviews/{reviews}',
    );
  } else if ((leak.kind === 'page' || leak.kind === 'url') && bound?.length === 0) {
    const example = leak.kind === 'page' ? '/reviews/{reviews}' : '/welcome?mail={customers.email}';
    report(
      [...path, 'path'],
      `the path does not say whose data it shows; bind a reference, as in ${example}`,
    );
  }
  if (leak.kind === 'export') {
    if (leak.log !== undefined && leak.path === undefined) {
      report(
        [...path, 'log'],
        'downloads are looked for by `log` and `path`; the `path` of the file is missing',
      );
    } else if (leak.log === undefined && leak.path !== undefined) {
      report([...path, 'path'], 'downloads are looked for by `log` and `path`; the `log` is missing', 'key');
    } else if (leak.log === undefined && leak.recipients === undefined) {
      report(
        path,
        'nobody received this export; name its downloads by `log` and `path`, or `recipients`, or both',
      );
    }
  }
}

/** The names in a path's braces, or `broken` when the braces don't pair or hold nothing. */
function placeholders(path: string): string[] | 'broken' {
  const names = [...path.matchAll(/\{([^{}]+)\}/g)].map((m) => m[1] ?? '');
  return /[{}]/.test(path.replace(/\{[^{}]+\}/g, '')) ? 'broken' : names;
}

function checkLeakAgainst(leak: Leak, path: DocumentPath, workspace: Workspace, report: Report): void {
  if ('path' in leak && leak.path !== undefined)
    checkReferences(leak.path, [...path, 'path'], workspace, report);
  if (!('log' in leak) || leak.log === undefined) return;
  const log = checkLogName(leak.log, [...path, 'log'], workspace, report);
  if (log === undefined) return;
  const needs = (message: string) => report([...path, 'log'], `${message} (sources.logs.${leak.log})`);
  if ('path' in leak && leak.path !== undefined && !mayHave(log, 'path')) {
    needs(`log \`${leak.log}\` has no column for the path; map it with \`columns: { path: … }\``);
  }
  if (leak.kind === 'shared-cache' && !mayHave(log, 'cacheStatus')) {
    needs(
      `log \`${leak.log}\` does not say HIT or MISS; map it with \`columns: { cacheStatus: … }\`, or use a log that does`,
    );
  }
  if (leak.kind === 'url' && leak.passedTo === undefined && !mayHave(log, 'recipient')) {
    needs("nobody got this address: say `passedTo: [host, …]`, or map the log's `columns: { recipient: … }`");
  }
  if (
    leak.kind === 'access' &&
    !mayHave(log, 'person') &&
    (leak.path === undefined || placeholders(leak.path).length === 0)
  ) {
    needs(
      `log \`${leak.log}\` does not say whose data was looked at; map \`columns: { person: … }\`, or bind a reference in the leak's \`path\``,
    );
  }
}

function checkLogName(
  name: string,
  path: DocumentPath,
  workspace: Workspace,
  report: Report,
): LogSource | undefined {
  const { logs } = workspace.sources;
  if (Object.hasOwn(logs, name)) return logs[name];
  report(path, `the workspace has no log ${quoted(name)}${choice(name, Object.keys(logs), 'logs')}`);
  return undefined;
}

function checkReferences(pathOfLeak: string, path: DocumentPath, workspace: Workspace, report: Report): void {
  const { references, customers } = workspace.sources;
  const known = ['customers', 'customers.email', ...Object.keys(references)];
  const names = placeholders(pathOfLeak);
  for (const name of names === 'broken' ? [] : names) {
    if (name === 'customers.email' && customers.columns.email === undefined) {
      report(
        path,
        "`{customers.email}` needs the directory's e-mail column; map it in sources.customers.columns",
      );
    } else if (!known.includes(name)) {
      report(path, `the workspace has no reference ${quoted(name)}${choice(name, known, 'references')}`);
    }
  }
}

function choice(name: string, known: readonly string[], what: string): string {
  const list = known.length === 0 ? ` (it has no ${what})` : ` (its ${what}: ${known.join(', ')})`;
  return `${didYouMean(name, known) || '; check the name'}${list}`;
}

type Checked = 'path' | 'cacheStatus' | 'recipient' | 'person';

/** Fields that a format has of itself. `perhaps`: its own header or its server's set-up decides. */
const OF_ITSELF: Record<LogSource['format'], Readonly<Record<Checked, 'yes' | 'no' | 'perhaps'>>> = {
  combined: { path: 'yes', cacheStatus: 'no', recipient: 'no', person: 'no' },
  common: { path: 'yes', cacheStatus: 'no', recipient: 'no', person: 'no' },
  alb: { path: 'yes', cacheStatus: 'no', recipient: 'no', person: 'no' },
  pattern: { path: 'perhaps', cacheStatus: 'no', recipient: 'no', person: 'no' },
  'nginx-json': { path: 'perhaps', cacheStatus: 'perhaps', recipient: 'no', person: 'no' },
  w3c: { path: 'perhaps', cacheStatus: 'perhaps', recipient: 'no', person: 'no' },
  jsonl: { path: 'no', cacheStatus: 'no', recipient: 'no', person: 'no' },
  csv: { path: 'no', cacheStatus: 'no', recipient: 'no', person: 'no' },
  parquet: { path: 'no', cacheStatus: 'no', recipient: 'no', person: 'no' },
  table: { path: 'no', cacheStatus: 'no', recipient: 'no', person: 'no' },
};
/** Variables of a server's log_format that hold the field. */
const IN_PATTERN: Record<Checked, RegExp> = {
  path: /\$/,
  cacheStatus: /\$\{?\w*cache/i,
  recipient: /\$\{?\w*recipient/i,
  person: /\$\{?\w*person/i,
};

/** False only when the log certainly lacks the field: what is in doubt is left to the log itself to show. */
function mayHave(log: LogSource, field: Checked): boolean {
  if (log.columns?.[field] !== undefined || OF_ITSELF[log.format][field] !== 'no') return true;
  return log.pattern !== undefined && IN_PATTERN[field].test(log.pattern);
}
