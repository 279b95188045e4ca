import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import own from '../package.json' with { type: 'json' };
import {
  abortOnSignals,
  backupCommands,
  bouncesCommand,
  checkMessageCommand,
  doctorCommand,
  dutiesCommands,
  failureOf,
  lintCommand,
  noticeCommand,
  type Operation,
  type Output,
  reportCommand,
  riskCommands,
  runCli,
  scopeCommands,
  serveCommand,
  servedCommands,
  signingCommands,
  terminalInput,
  traceCommands,
  type Wiring,
} from './cli/index.ts';
import { jsonLog, mailNames, readConfig } from './platform/index.ts';
import { readinessOperation } from './scope/index.ts';

const config = readConfig();

/** What only the server needs is loaded when it is started: the other commands begin without it. */
const serve = serveCommand(async (where) => {
  const { builtWeb, MIGRATIONS, startServer } = await import('./serve.ts');
  const { readMigrations } = await import('./platform/db/index.ts');
  const now = () => new Date();
  return startServer({
    ...where,
    migrations: await readMigrations(...MIGRATIONS),
    version: own.version,
    web: builtWeb(),
    now,
    log: jsonLog((line) => process.stderr.write(line), now),
  });
}, config.database);
const wiring: Wiring = {
  credentials: join(config.configFolder, 'credentials.json'),
  server: config.server,
  tokenFile: config.tokenFile,
  ownerOf: async (records) => (await import('./platform/db/index.ts')).readOwner(records),
  now: () => new Date(),
};

const now = () => new Date();
const program = `Forthright ${own.version}`;

async function migrations() {
  const { MIGRATIONS } = await import('./serve.ts');
  const { readMigrations } = await import('./platform/db/index.ts');
  return readMigrations(...MIGRATIONS);
}

const backups = backupCommands({
  database: config.database,
  ownerOf: (data) => wiring.ownerOf(join(data, 'records')),
  operatorOf: async (data) => (await import('./backup.ts')).readOperator(data),
  open: async (where) => {
    const { openBackup } = await import('./backup.ts');
    const { openRecords } = await import('./serve.ts');
    return openBackup(where, { migrations: await migrations(), program, now, open: openRecords });
  },
  check: async (path) => (await import('./backup.ts')).checkBackup(path),
  restore: async (file, where) => {
    const { restoreBackup } = await import('./backup.ts');
    return restoreBackup({ file, ...where, migrations: await migrations(), program, now });
  },
});

const doctor = doctorCommand({
  database: config.database,
  operatorOf: async (data) => (await import('./backup.ts')).readOperator(data),
  examine: async ({ dnsServers, ...what }) => {
    const { examine } = await import('./doctor.ts');
    const names = mailNames(dnsServers);
    return examine({ ...what, names, dateOf, migrations: await migrations(), program, now });
  },
});

/** Undefined when nobody answers, or not with the time. */
async function dateOf(url: string): Promise<Date | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    });
    const date = new Date(answer.headers.get('date') ?? '');
    return Number.isNaN(date.getTime()) ? undefined : date;
  } catch {
    return undefined;
  }
}

/** What the server answers, as commands; only the one of this name, if there is one. */
async function served(name: string | undefined): Promise<readonly Operation[]> {
  const { allOperations } = await import('./serve.ts');
  const all = allOperations();
  const one = all.filter((operation) => operation.name === name);
  return one.length > 0
    ? servedCommands(one, wiring)
    : [...servedCommands(all, wiring), ...signingCommands(wiring)];
}

/** What the records know of notices; `close` ends them. */
async function openTruth({
  data,
  database,
  workspace,
}: Readonly<{ data: string; database: string | undefined; workspace: string | undefined }>) {
  const { openDatabase } = await import('./platform/db/index.ts');
  const { openRecords } = await import('./serve.ts');
  const { openRecordTruth } = await import('./answer/index.ts');
  const { readMailing } = await import('./notify/index.ts');
  const directory = join(data, 'records');
  if (database === undefined && !existsSync(directory))
    throw new ForthrightError(
      'file-missing',
      `There are no records in ${data}: name the data folder, or \`--truth\`.`,
    );
  const schema = { migrations: await migrations(), program };
  const db = await openDatabase(
    database === undefined
      ? { kind: 'embedded', directory, schema }
      : { kind: 'server', url: database, schema },
  );
  try {
    await openRecords(db, data, now);
    const truth = await openRecordTruth({ db, data, workspace, mailing: await readMailing(data) });
    return { truth, close: () => db.close() };
  } catch (error) {
    await db.close();
    throw error;
  }
}

const operations: readonly Operation[] = [
  ...scopeCommands,
  ...traceCommands,
  ...dutiesCommands(Date.now),
  readinessOperation(Date.now),
  ...riskCommands,
  reportCommand(() => new Date()),
  bouncesCommand,
  noticeCommand(() => new Date()),
  checkMessageCommand({ database: config.database, now, open: openTruth }),
  lintCommand(() => new Date()),
  serve,
  ...backups,
  doctor,
];

/** 128 + SIGPIPE: the reader, `head` perhaps, has seen enough. */
const CLOSED_PIPE = 141;

/** Wires the program by hand and runs the command line that it was given. */
async function main(): Promise<void> {
  const { debug } = config;
  const pipe = new AbortController();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // Not an exit: the work that is under way has engines to stop and files to remove.
    pipe.abort(error);
    process.exitCode = CLOSED_PIPE;
  });
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (rawError) => {
    const { text, exit } = failureOf(rawError, { json: process.argv.includes('--json'), debug });
    process.stderr.write(text);
    process.exit(exit);
  });
  const stderr: Output = {
    write: (text) => pipe.signal.aborted || process.stderr.write(text),
    isTTY: process.stderr.isTTY,
    columns: process.stderr.columns,
  };
  const stop = abortOnSignals(process, stderr.write, () => process.exit(130));
  const exit = await runCli(process.argv.slice(2), {
    operations,
    more: served,
    input: terminalInput(process.stdin, stderr),
    stdout: process.stdout,
    stderr,
    version: own.version,
    debug,
    signal: AbortSignal.any([stop, pipe.signal]),
  });
  if (!pipe.signal.aborted) process.exitCode = exit;
}

await main();
