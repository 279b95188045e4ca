/**
 * `npm test`: Debian packages where we may install them, `npm run check`, then every `*.test.ts`. Ends with what was
 * skipped and why, and one line that says whether all is well. `npm test -- NAME…` runs only the files whose path
 * holds one of the names.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, globSync, statfsSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSoak } from './peers/soak.ts';
import type { Word } from './run.group.ts';

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

const GROUP = resolve(ROOT, 'test/run.group.ts');
/** On two quiet cores the slowest takes a sixth of this. */
const GROUP_TIMEOUT_MS = 20 * 60_000;
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

/** What became of the tests of a file. */
type Result = Tally & { words: string[] };

/**
 * Ends the process, whatever it waits for, when it takes too long. Each file has one of its own: in a shared one, hooks and tests went
 * over to neighbours, and their databases filled the memory.
 */
async function runGroup(files: readonly string[]): Promise<void> {
  const from = performance.now();
  const results = new Map<string, Result>(
    files.map((file) => [file, { passed: 0, failed: 0, skipped: 0, words: [] }]),
  );
  let said = '';
  const child = spawn(process.execPath, [GROUP, ...files], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: GROUP_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (piece: Buffer) => {
      said = `${said}${piece.toString()}`.slice(-10_000);
    });
  child.on('message', (word: Word) => {
    // A test that a file takes from another one bears the name of that one.
    const result = results.get(word.file) ?? results.get(files[0] ?? '');
    if (result === undefined) return;
    if (word.is === 'said') result.words.push(word.text);
    else result[word.is] += 1;
    if (word.is === 'failed') result.words.push(`${word.name}\n${word.why}`);
    if (word.is === 'skipped')
      skipped.set(word.reason, [
        ...(skipped.get(word.reason) ?? []),
        `${relative(ROOT, word.file)}: ${word.name}`,
      ]);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  const hasFailed = [...results.values()].some(({ failed }) => failed > 0);
  for (const [file, result] of results) {
    if (result.failed === 0 && result.passed + result.skipped === 0) {
      result.failed = 1;
      result.words.push('none of its tests has ended');
    }
    print(file, result);
  }
  const took = seconds(performance.now() - from);
  console.log(`       ${files.length === 1 ? 'took' : `these ${files.length} took`} ${took}`);
  if (code === 0 || hasFailed) return;
  total.failed += 1;
  const why = code === null ? `was ended after ${took}` : `ended with ${code}`;
  console.log(`FAILED the process of ${files.map((file) => relative(ROOT, file)).join(', ')} ${why}`);
  console.log(said.trimEnd().replace(/^/gm, '       '));
}

function print(file: string, { words, ...tally }: Result): void {
  const left = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`;
  const name = relative(ROOT, file);
  console.log(
    `${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${tally.passed} passed, ${tally.failed} failed${left}`,
  );
  for (const text of words) console.log(text.trimEnd().replace(/^/gm, '       '));
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += tally[key];
}

async function runFiles(files: readonly string[]): Promise<void> {
  const waiting = [...files];
  const work = async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) await runGroup([group]);
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
