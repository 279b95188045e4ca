import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { failureOf } from './failure.ts';
import { operationHelp, topHelp } from './help.ts';
import { COMMON_OPTIONS, optionsOf, type Parsed, parseCommand } from './parse.ts';
import { createProgress } from './progress.ts';
import type { Context, Input, Operation, Output } from './types.ts';
import { findWorkspace } from './workspace.ts';

export { visible } from '../kernel/index.ts';
export { type BackupWiring, backupCommands } from './backup.ts';
export { bouncesCommand } from './bounces.ts';
export { checkMessageCommand } from './check-message.ts';
export { scopeCommands } from './commands.ts';
export { type DoctorWiring, doctorCommand } from './doctor.ts';
export { dutiesCommands } from './duties.ts';
export { failureOf } from './failure.ts';
export { lintCommand } from './lint.ts';
export { noticeCommand } from './notice.ts';
export { createProgress } from './progress.ts';
export { reportCommand } from './report.ts';
export { riskCommands } from './risk.ts';
export { type Serving, type Start, serveCommand } from './serve.ts';
export { servedCommands, signingCommands, type Wiring } from './served.ts';
export { abortOnSignals } from './signals.ts';
export { terminalInput } from './terminal.ts';
export { traceCommands } from './trace.ts';
export type { Args, Context, Operation, OptionSpec, Output, Progress } from './types.ts';

export type CliDoor = Readonly<{
  operations: readonly Operation[];
  /**
   * Commands that take time to load; asked for when the command is none of the others, or help is wanted. When one of them
   * has this name, it alone is enough.
   */
  more?: (name: string | undefined) => Promise<readonly Operation[]>;
  input?: Input;
  stdout: Output;
  stderr: Output;
  version?: string;
  cwd?: string;
  debug?: boolean;
  signal?: AbortSignal;
}>;

/**
 * Runs one command line and promises its exit code; never throws. The answer goes to stdout, everything for the
 * person who waits and every error to stderr.
 */
export async function runCli(argv: readonly string[], door: CliDoor): Promise<number> {
  const { stdout, stderr, debug = false } = door;
  const progress = createProgress(stderr);
  const end = argv.indexOf('--');
  let endsBySignal = false;
  let json = argv.slice(0, end < 0 ? undefined : end).includes('--json');
  try {
    const operations = await commandsFor(argv, door);
    const parsed = parseCommand(argv, operations);
    if (parsed.kind === 'version') stdout.write(`forthright ${door.version ?? '0.0.0'}\n`);
    else if (parsed.kind === 'help') {
      stdout.write(
        parsed.about === null
          ? topHelp(operations, COMMON_OPTIONS)
          : operationHelp(parsed.about, optionsOf(parsed.about)),
      );
    } else {
      json = parsed.json;
      endsBySignal = parsed.operation.endsBySignal ?? false;
      await parsed.operation.run(await contextOf(parsed, door, progress), parsed.args);
      if (!endsBySignal) door.signal?.throwIfAborted();
    }
    progress.clear();
    return 0;
  } catch (rawError) {
    progress.clear();
    // Work that is aborted fails in many ways; the one that counts is why it was aborted.
    const cause: unknown = door.signal?.aborted && !endsBySignal ? door.signal.reason : rawError;
    const { text, exit } = failureOf(cause, { json, debug });
    stderr.write(text);
    return exit;
  }
}

async function commandsFor(
  argv: readonly string[],
  { operations, more }: CliDoor,
): Promise<readonly Operation[]> {
  const word = argv.find((each) => !each.startsWith('-'));
  const isKnown =
    operations.some(({ name }) => name === word) || (word === undefined && argv.includes('--version'));
  return isKnown || more === undefined ? operations : [...operations, ...(await more(word))];
}

const NO_INPUT: Input = {
  secret: () => Promise.reject(new ForthrightError('usage', 'there is nobody to ask')),
  all: async () => '',
};

/** The file that the command is about; the workspace may lie beside it. */
const besideOf = ({ incident, file }: Readonly<Partial<Record<string, string>>>) =>
  incident !== undefined
    ? { what: 'incident', path: incident }
    : file === undefined
      ? undefined
      : { what: 'trace', path: file };

async function contextOf(
  parsed: Extract<Parsed, { kind: 'run' }>,
  door: CliDoor,
  progress: Context['progress'],
): Promise<Context> {
  const cwd = resolve(door.cwd ?? '.');
  const { needsWorkspace = false } = parsed.operation;
  const workspace = needsWorkspace
    ? (parsed.workspace ?? (await findWorkspace(cwd, besideOf(parsed.args.positional))))
    : (parsed.workspace ?? '');
  return {
    workspace,
    json: parsed.json,
    out: parsed.out,
    cwd,
    signal: door.signal ?? new AbortController().signal,
    print: (text) => {
      progress.clear();
      door.stdout.write(text);
    },
    note: (text) => {
      progress.clear();
      door.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    progress,
    input: door.input ?? NO_INPUT,
  };
}
