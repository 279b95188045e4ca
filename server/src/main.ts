import own from '../package.json' with { type: 'json' };
import {
  abortOnSignals,
  dutiesCommands,
  failureOf,
  type Operation,
  type Output,
  runCli,
  scopeCommands,
  serveCommand,
} from './cli/index.ts';
import { jsonLog, readConfig } from './platform/index.ts';
import { readinessOperation } from './scope/index.ts';

/** What only the server needs is loaded when it is started: the other commands begin without it. */
const serve = serveCommand(async (where) => {
  const { MIGRATIONS, startServer } = await import('./serve.ts');
  const { readMigrations } = await import('./platform/db/index.ts');
  const now = () => new Date();
  return startServer({
    ...where,
    migrations: await readMigrations(...MIGRATIONS),
    version: own.version,
    now,
    log: jsonLog((line) => process.stderr.write(line), now),
  });
});
const operations: readonly Operation[] = [
  ...scopeCommands,
  ...dutiesCommands(Date.now),
  readinessOperation(Date.now),
  serve,
];

/** 128 + SIGPIPE: the reader, `head` perhaps, has seen enough. */
const CLOSED_PIPE = 141;

/** Wires the program by hand and runs the command line that it was given. */
async function main(): Promise<void> {
  const { debug } = readConfig();
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
    stdout: process.stdout,
    stderr,
    version: own.version,
    debug,
    signal: AbortSignal.any([stop, pipe.signal]),
  });
  if (!pipe.signal.aborted) process.exitCode = exit;
}

await main();
