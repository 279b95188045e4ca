import { spawnSync } from 'node:child_process';
import { glob } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/**
 * `npm test`: Debian's packages where they can be had, then format, lint, types and boundaries, then every test. Says at
 * the end what was skipped and why. `npm test -- NAME…` runs only the files whose path holds one of the names.
 */
const ROOT = resolve(import.meta.dirname, '..');
/** A file that hangs must not hang the rest for ever; the slowest takes about three minutes on two busy cores. */
const MOST_MS_A_FILE = 540_000;

const names = process.argv.slice(2);

function step(words: string, command: string, args: readonly string[]): boolean {
  process.stdout.write(`▸ ${words}\n`);
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' });
  return status === 0;
}

async function testFiles(): Promise<string[]> {
  const files: string[] = [];
  for (const folder of ['packages', 'server', 'test']) {
    for await (const file of glob(`${folder}/**/*.test.ts`, { cwd: ROOT, exclude: ['**/node_modules'] }))
      files.push(file);
  }
  return files
    .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
    .sort()
    .map((file) => resolve(ROOT, file));
}

/** Runs the files; the specification goes to stdout as it comes. */
async function runTests(files: string[]): Promise<{ failed: boolean; skipped: string[] }> {
  const skipped: string[] = [];
  let failed = false;
  const events = run({
    files,
    concurrency: Math.max(1, Math.min(3, availableParallelism())),
    timeout: MOST_MS_A_FILE,
  });
  events.on('test:fail', () => {
    failed = true;
  });
  events.on('test:pass', ({ name, skip }) => {
    if (skip !== undefined && skip !== false)
      skipped.push(`${name}: ${skip === true || skip === '' ? 'no reason given' : skip}`);
  });
  const { promise, resolve: done, reject } = Promise.withResolvers<void>();
  events.compose(new spec()).on('end', done).on('error', reject).pipe(process.stdout);
  await promise;
  return { failed, skipped };
}

const began = performance.now();
step('Debian packages that some suites need', 'sh', ['test/setup-debian.sh']);
const checked =
  names.length > 0 || step('format, lint, types, boundaries', 'npm', ['run', '--silent', 'check']);
const { failed, skipped } = await runTests(await testFiles());
const seconds = Math.round((performance.now() - began) / 1000);
if (skipped.length > 0)
  process.stdout.write(`\nSkipped:\n${[...new Set(skipped)].map((s) => `  ${s}`).join('\n')}\n`);
const good = checked && !failed;
process.stdout.write(
  `\n${good ? 'All passed' : checked ? 'Tests failed' : 'npm run check failed'} in ${seconds} s.\n`,
);
process.exitCode = good ? 0 : 1;
