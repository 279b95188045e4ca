import { resolve } from 'node:path';
import { failureOf } from './failure.ts';
import { operationHelp, topHelp } from './help.ts';
import { COMMON_OPTIONS, type Parsed, parseCommand } from './parse.ts';
import { createProgress } from './progress.ts';
import type { Context, Operation, Output } from './types.ts';
import { findWorkspace } from './workspace.ts';

export { visible } from '../kernel/index.ts';
export { scopeCommands } from './commands.ts';
export { dutiesCommands } from './duties.ts';
export { failureOf } from './failure.ts';
export { createProgress } from './progress.ts';
export { type Serving, type Start, serveCommand } from './serve.ts';
export { abortOnSignals } from './signals.ts';
export type { Args, Context, Operation, OptionSpec, Output, Progress } from './types.ts';

export type CliDoor = Readonly<{
  operations: readonly Operation[];
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
  const { stdout, stderr, operations, debug = false } = door;
  const progress = createProgress(stderr);
  const end = argv.indexOf('--');
  let endsBySignal = false;
  let json = argv.slice(0, end < 0 ? undefined : end).includes('--json');
  try {
    const parsed = parseCommand(argv, operations);
    if (parsed.kind === 'version') stdout.write(`forthright ${door.version ?? '0.0.0'}\n`);
    else if (parsed.kind === 'help') {
      stdout.write(
        parsed.about === null
          ? topHelp(operations, COMMON_OPTIONS)
          : operationHelp(parsed.about, COMMON_OPTIONS),
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

async function contextOf(
  parsed: Extract<Parsed, { kind: 'run' }>,
  door: CliDoor,
  progress: Context['progress'],
): Promise<Context> {
  const cwd = resolve(door.cwd ?? '.');
  const { needsWorkspace = false } = parsed.operation;
  const workspace = needsWorkspace
    ? (parsed.workspace ?? (await findWorkspace(cwd, parsed.args.positional.incident)))
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
  };
}
