import { ForthrightError } from '@forthright/contract';
import own from '../package.json' with { type: 'json' };
import { abortOnSignals, failureOf, type Operation, type Output, runCli } from './cli/index.ts';
import { readConfig } from './platform/index.ts';
import { readinessOperation } from './scope/index.ts';

const notYet = async () => {
  throw new ForthrightError('internal', 'this command is not built yet');
};
const INCIDENT = { name: 'INCIDENT', about: 'the incident file' };

const operations: readonly Operation[] = [
  {
    name: 'scope',
    summary: 'who was exposed, what, where, to whom, from when to when, and what the logs can not show',
    takes: [INCIDENT],
    needsWorkspace: true,
    examples: [
      'forthright scope incident.yaml',
      'forthright scope incident.yaml --json > answer.json',
      'forthright scope incident.yaml --workspace shop/forthright.yaml --out answer/',
    ],
    run: notYet,
  },
  {
    name: 'who-saw',
    summary: "who saw this person's data, and when",
    takes: [{ name: 'PERSON', about: 'a customer id or e-mail address' }, INCIDENT],
    needsWorkspace: true,
    examples: [
      'forthright who-saw c-1042 incident.yaml',
      'forthright who-saw ana@example.org incident.yaml --json',
    ],
    run: notYet,
  },
  {
    name: 'seen-by',
    summary: 'whose data this viewer saw, and when',
    takes: [
      { name: 'VIEWER', about: 'an account, a client address, or a pseudonym from an answer' },
      INCIDENT,
    ],
    needsWorkspace: true,
    examples: ['forthright seen-by c-77 incident.yaml', 'forthright seen-by 203.0.113.9 incident.yaml'],
    run: notYet,
  },
  readinessOperation(Date.now),
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
