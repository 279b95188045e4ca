/**
 * `npm test`: Debian packages where we may install them, `npm run check`, then every `*.test.ts`. Ends with what was
 * skipped and why, and one line that says whether all is well. `npm test -- NAME…` runs only the files whose path
 * holds one of the names.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, globSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isSoak } from './peers/soak.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What only `npm run soak` runs: tests once more, on the second engine. */
const SOAKED = 'test/soaked/';
/** Part of `npm run check`. */
const CHECKED = 'test/boundaries.test.ts';
/** The long ones first, so that no core waits for them at the end: files, then folders. */
const FIRST = [
  'test/coverage/coverage.test.ts',
  'server/src/platform/analytics/conformance.test.ts',
  'server/src/scope/exposure.test.ts',
  'server/src/notify/campaigns/campaigns.test.ts',
  'server/src/backup.test.ts',
  'server/src/platform/db/durability.test.ts',
];
const FIRST_FOLDERS = ['test/killing/', 'test/journeys/', 'test/browser/'];

/** On two quiet cores the slowest takes a sixth of this. */
const FILE_TIMEOUT_MS = 20 * 60_000;
/** Copies of databases take some hundred MB at a time. */
const ENOUGH_MEMORY = 6 * 1024 ** 3;

const started = performance.now();
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function setUp(): void {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return;
  spawnSync('sh', [resolve(ROOT, 'test/setup-debian.sh')], { stdio: 'inherit' });
}

function check(): boolean {
  const isWindows = process.platform === 'win32';
  const done = spawnSync('npm', ['run', '--silent', 'check'], {
    cwd: ROOT,
    stdio: 'inherit',
    shell: isWindows,
  });
  console.log(done.status === 0 ? 'check: passed' : 'check: FAILED');
  return done.status === 0;
}

function testFiles(names: readonly string[]): string[] {
  const order = [...FIRST, ...FIRST_FOLDERS];
  const rank = (file: string) => {
    const place = order.findIndex((path) => file.startsWith(path));
    return place === -1 ? order.length : place;
  };
  return ['packages', 'server', 'web', 'test']
    .flatMap((folder) =>
      globSync(`${folder}/**/*.test.ts`, { cwd: ROOT, exclude: (name) => name === 'node_modules' }),
    )
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => isSoak || !file.startsWith(SOAKED))
    .filter((file) => (names.length === 0 ? file !== CHECKED : names.some((name) => file.includes(name))))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((file) => resolve(ROOT, file));
}

type Tally = { passed: number; failed: number; skipped: number };
const total: Tally = { passed: 0, failed: 0, skipped: 0 };
const skipped = new Map<string, string[]>();

/** A failure of a suite only repeats those of its tests. */
const repeatsOthers = (error: { failureType?: string } | undefined): boolean =>
  error?.failureType === 'subtestsFailed';

/**
 * Runs one file in a process of its own, which is ended when it takes too long, whatever it waits for. Neighbours in
 * one process were tried: hooks and tests went over from one to the other.
 */
async function runFile(file: string): Promise<void> {
  const name = relative(ROOT, file);
  const from = performance.now();
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  const words: string[] = [];
  let said = '';
  const tooLong = AbortSignal.timeout(FILE_TIMEOUT_MS);
  const stream = run({ files: [file], cwd: ROOT, signal: tooLong });
  stream.on('test:stderr', ({ message }) => {
    said = `${said}${message}`.slice(-10_000);
  });
  stream.on('test:diagnostic', ({ message }) => {
    if (/could not/.test(message)) words.push(message);
  });
  stream.on('test:pass', (test) => {
    if (test.skip !== undefined && test.skip !== false) {
      const reason = typeof test.skip === 'string' ? test.skip : 'no reason given';
      skipped.set(reason, [...(skipped.get(reason) ?? []), `${name}: ${test.name}`]);
      tally.skipped += 1;
    } else if (test.details.type !== 'suite' && resolve(ROOT, test.name) !== file) tally.passed += 1;
  });
  stream.on('test:fail', (test) => {
    const error = test.details.error as (Error & { failureType?: string }) | undefined;
    if (repeatsOthers(error)) return;
    tally.failed += 1;
    words.push(`${test.name}\n${String(error?.cause ?? error)}`);
  });
  for await (const _ of stream);
  if (tally.passed + tally.failed + tally.skipped === 0) words.push('none of its tests has ended');
  if (tooLong.aborted) words.push(`it took longer than ${seconds(FILE_TIMEOUT_MS)} and was ended`);
  const isWell = tally.failed === 0 && !tooLong.aborted && tally.passed + tally.skipped > 0;
  if (!isWell && tally.failed === 0) tally.failed = 1;
  if (!isWell && said !== '') words.push(said);
  const left = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`;
  const took = seconds(performance.now() - from);
  console.log(
    `${isWell ? 'ok    ' : 'FAILED'} ${name}: ${tally.passed} passed, ${tally.failed} failed${left} (${took})`,
  );
  for (const text of words) console.log(text.trimEnd().replace(/^/gm, '       '));
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += tally[key];
}

async function runFiles(files: readonly string[]): Promise<void> {
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await runFile(file);
  };
  // One more than cores: many files wait for processes, disks and clocks.
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
}

/** Databases are copied and synced all the time: in memory, where there is enough of it. */
function temporaryFolder(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > ENOUGH_MEMORY && freemem() > ENOUGH_MEMORY ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Once, before several files ask for it at the same time. */
function buildFor(files: readonly string[]): void {
  if (files.some((file) => file.includes('/test/browser/web/')))
    spawnSync(process.execPath, [resolve(ROOT, 'web/build.ts')], { cwd: ROOT, stdio: 'inherit' });
}

const names = process.argv.slice(2);
setUp();
// Every process of a test reads TypeScript; anew, that is half of what a short one does.
process.env.NODE_COMPILE_CACHE ??= resolve(ROOT, 'node_modules/.cache/forthright/compiled');
process.env.TMPDIR ??= temporaryFolder();
const isChecked = names.length > 0 || check();
const files = testFiles(names);
buildFor(files.map((file) => file.replaceAll('\\', '/')));
await runFiles(files);

if (skipped.size > 0) console.log('\nSkipped:');
for (const [reason, names] of skipped) {
  console.log(`  ${reason}:`);
  for (const name of names.slice(0, 5)) console.log(`    ${name}`);
  if (names.length > 5) console.log(`    and ${names.length - 5} more`);
}
const isWell = isChecked && total.failed === 0 && total.passed > 0;
console.log(
  `\n${isWell ? 'PASSED' : 'FAILED'}: check ${isChecked ? 'passed' : 'failed'}; ${total.passed} tests passed, ${total.failed} failed, ${total.skipped} skipped; ${seconds(performance.now() - started)} in all`,
);
process.exitCode = isWell ? 0 : 1;
