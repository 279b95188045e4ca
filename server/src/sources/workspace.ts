import { BlockList, isIP } from 'node:net';
import { type LogSource, type Problem, Workspace } from '@forthright/contract';
import { didYouMean } from '../kernel/index.ts';
import { type Document, type DocumentPath, quoted, readDocument, refuse } from '../platform/index.ts';

export type LoadedWorkspace = Readonly<{
  workspace: Workspace;
  /** As the user named it. */
  path: string;
  /** Absolute; every `at` without a scheme is relative to it. */
  directory: string;
  sha256: string;
  where: Document<Workspace>['where'];
}>;

type Report = (path: DocumentPath, message: string, on?: 'key' | 'value') => void;

/** Reads `forthright.yaml`. Refuses with every problem that can be seen without opening the sources. */
export async function loadWorkspace(path: string): Promise<LoadedWorkspace> {
  const document = await readDocument<Workspace>(path, Workspace, 'workspace-invalid');
  const problems: Problem[] = [];
  const report: Report = (at, message, on = 'value') =>
    problems.push({ at: document.where(at, on), message });
  checkWorkspace(document.value, report);
  if (problems.length > 0) throw refuse('workspace-invalid', path, problems);
  const { value: workspace, directory, sha256, where } = document;
  return { workspace, path, directory, sha256, where };
}

function checkWorkspace(workspace: Workspace, report: Report): void {
  checkZone(workspace.timezone, ['timezone'], report);
  for (const [i, network] of workspace.organisation.own.networks.entries()) {
    const fault = networkFault(network);
    if (fault !== null) report(['organisation', 'own', 'networks', i], fault);
  }
  const { customers, references, sessions, employees, sellers, logs } = workspace.sources;
  for (const [name, source] of Object.entries({ customers, sessions, employees, sellers })) {
    if (source !== undefined) checkAt(source.at, ['sources', name, 'at'], report);
  }
  for (const [name, reference] of Object.entries(references)) {
    const path = ['sources', 'references', name];
    checkAt(reference.at, [...path, 'at'], report);
    if (name === 'customers') {
      report(
        path,
        '`{customers}` in a path always means the directory; call this reference otherwise',
        'key',
      );
    }
  }
  for (const [name, log] of Object.entries(logs)) checkLog(log, ['sources', 'logs', name], report);
}

const WITH_COLUMNS: readonly LogSource['format'][] = ['jsonl', 'csv', 'parquet', 'table'];
const WITH_PATTERN: readonly LogSource['format'][] = ['pattern', 'combined', 'common'];

function checkLog(log: LogSource, path: DocumentPath, report: Report): void {
  checkZone(log.timezone, [...path, 'timezone'], report);
  if (log.format === 'pattern' && log.pattern === undefined) {
    const message =
      "`format: pattern` needs a `pattern`: the server's log_format, such as '$remote_addr [$time_local] …'";
    report([...path, 'format'], message);
  }
  if (log.pattern !== undefined) checkPattern(log, log.pattern, path, report);
  if (WITH_COLUMNS.includes(log.format) && log.columns?.time === undefined) {
    const example = 'columns: { time: <column of the time stamp>, viewer: …, path: … }';
    const message = `a ${log.format} log needs to know which column holds the time; write \`${example}\``;
    report([...path, log.columns === undefined ? 'format' : 'columns'], message);
  }
  if (log.retention !== undefined && Number.parseInt(log.retention.slice(1), 10) === 0) {
    report(
      [...path, 'retention'],
      `\`retention\` is ${log.retention}, which keeps nothing; say for how long the log is kept`,
    );
  }
  const places =
    typeof log.at === 'string'
      ? [[log.at, [...path, 'at']] as const]
      : log.at.map((at, i) => [at, [...path, 'at', i]] as const);
  for (const [at, where] of places) {
    checkAt(at, where, report);
    const table = isTable(at);
    const fault = table ? tableFault(log) : null;
    if (fault !== null) report([...path, 'format'], `${quoted(at)} is a table of a database: ${fault}`);
    if (!table && log.format === 'table' && !at.includes('://')) {
      report(
        where,
        `\`format: table\` reads postgres://…#table or clickhouse:db.table, and ${quoted(at)} is neither`,
      );
    }
  }
}

/** A table has a column a field, or whole lines in one column, in a format that needs no header. */
function tableFault(log: LogSource): string | null {
  const line = log.columns?.line;
  if (line === undefined)
    return log.format === 'table'
      ? null
      : `its format is \`table\`, not \`${log.format}\`; if it holds raw lines, name their column in \`columns: { line: … }\``;
  return ['table', 'parquet', 'csv', 'w3c'].includes(log.format)
    ? `\`columns: { line: ${line} }\` says that it holds raw lines, and lines in a table can't be \`${log.format}\`; name their own format, such as \`combined\``
    : null;
}

function checkPattern(log: LogSource, pattern: string, path: DocumentPath, report: Report): void {
  if (!WITH_PATTERN.includes(log.format)) {
    const message = `\`pattern\` means nothing for \`format: ${log.format}\`; take it out, or write \`format: pattern\``;
    report([...path, 'pattern'], message, 'key');
  } else if (!/\$\{?\w/.test(pattern)) {
    report(
      [...path, 'pattern'],
      'the pattern names no variable such as `$remote_addr`; write the log_format as in the server',
    );
  } else if (
    log.format === 'pattern' &&
    log.columns?.time === undefined &&
    !/\$\{?(time_local|time_iso8601|msec)\b/.test(pattern)
  ) {
    const message =
      'the pattern has no time (`$time_local`, `$time_iso8601` or `$msec`); if another variable holds it, name it in `columns: { time: … }`';
    report([...path, 'pattern'], message);
  }
}

/** Whether `at` lies elsewhere than in files here; such an `at` is passed to the engine as it stands. */
export function isRemote(at: string): boolean {
  return /^s3:\/\//i.test(at) || isTable(at);
}

function isTable(at: string): boolean {
  return /^(postgres(ql)?:\/\/|clickhouse:)/i.test(at);
}

function checkAt(at: string, path: DocumentPath, report: Report): void {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(at)?.[1];
  if (scheme !== undefined && !isRemote(at)) {
    const known = 'a file or glob, s3://…, postgres://…#table or clickhouse:db.table';
    report(
      path,
      `nothing here can read \`${scheme}://\`; name ${known}${didYouMean(scheme, ['postgres', 'clickhouse', 's3'])}`,
    );
  } else if (/^postgres/i.test(at) && !/#./.test(at)) {
    report(path, `${quoted(at)} does not say which table; end it with \`#table\` or \`#schema.table\``);
  } else if (/^clickhouse:/i.test(at) && !/^clickhouse:[^\s/.]+\.[^\s/]+$/i.test(at)) {
    report(path, `${quoted(at)} is not \`clickhouse:database.table\``);
  } else if (at.includes('\0')) {
    report(path, `${quoted(at)} holds a zero byte, which no file name may`);
  }
}

function checkZone(zone: string | undefined, path: DocumentPath, report: Report): void {
  if (zone === undefined) return;
  const fault = zoneFault(zone);
  if (fault !== null) report(path, fault);
}

/** Why `zone` can't be used; null when it can. The spelling must be exact: the engine heeds capitals. */
function zoneFault(zone: string): string | null {
  const known = Intl.supportedValuesOf('timeZone');
  if (known.includes(zone) || zone === 'UTC') return null;
  const offset = /^[+-]|^(UTC|GMT)[+-]/i.test(zone);
  const exact = [...known, 'UTC'].find((name) => name.toLowerCase() === zone.toLowerCase());
  if (exact === undefined && !offset && isKnownToIntl(zone)) return null;
  const advice = offset
    ? '; a zone is a place such as Europe/Berlin, since an offset does not know of summer time (or Etc/GMT-1 for a fixed one)'
    : exact !== undefined
      ? `; did you mean \`${exact}\`?`
      : didYouMean(zone, known) || '; write one such as Europe/Berlin or UTC';
  return `there is no time zone ${quoted(zone)}${advice}`;
}

function isKnownToIntl(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Why `network` is no CIDR network; null when it is one. */
function networkFault(network: string): string | null {
  const [address = '', prefix, ...rest] = network.split('/');
  const version = isIP(address);
  const is = `${quoted(network)} is no network`;
  if (version === 0) return `${is}; write one such as 10.0.0.0/8 or 2001:db8::/32`;
  const bits = version === 4 ? 32 : 128;
  if (prefix === undefined) return `${is} but an address; write ${address}/${bits} for this address alone`;
  try {
    if (rest.length > 0 || !/^\d{1,3}$/.test(prefix)) throw new RangeError(prefix);
    new BlockList().addSubnet(address, Number(prefix), version === 4 ? 'ipv4' : 'ipv6');
    return null;
  } catch {
    return `${is}; what follows the slash must be a number from 0 to ${bits}`;
  }
}
