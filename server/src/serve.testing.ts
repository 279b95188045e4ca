/**
 * For tests: the program's `serve`, with what stands before the people's migration being its number alone, until the
 * stages that have it are here. Run as a program it is `forthright serve`.
 */
import { readFile } from 'node:fs/promises';
import { abortOnSignals, runCli, serveCommand } from './cli/index.ts';
import type { Migration } from './platform/db/index.ts';
import { jsonLog } from './platform/index.ts';

const PEOPLE = new URL('./people/migrations/0003-people.sql', import.meta.url);

export async function standIns(): Promise<Migration[]> {
  const before = [1, 2].map((number) => ({ number, name: 'stand-in', sql: 'SELECT 1' }));
  return [...before, { number: 3, name: 'people', sql: await readFile(PEOPLE, 'utf8') }];
}

if (import.meta.main) {
  const { startServer } = await import('./serve.ts');
  const now = () => new Date();
  const log = jsonLog((line) => process.stderr.write(line), now);
  const serve = serveCommand(async (where) =>
    startServer({ ...where, migrations: await standIns(), version: '0.1.0', now, log }),
  );
  process.exitCode = await runCli(process.argv.slice(2), {
    operations: [serve],
    stdout: process.stdout,
    stderr: process.stderr,
    signal: abortOnSignals(
      process,
      () => {},
      () => process.exit(130),
    ),
  });
}
