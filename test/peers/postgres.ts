/**
 * A real PostgreSQL for tests, out of Debian's package: a server of our own in a temporary folder, on a free port
 * of 127.0.0.1, that ends with the process that started it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Postgres = Readonly<{
  /** `postgres://user:password@host:port/database`; a table is `${url}#name`. */
  url: string;
  /** Runs statements; refuses with PostgreSQL's words. */
  run: (sql: string) => void;
  /** Ends the server, whatever is under way, and starts it again at the same address. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
}>;

const PACKAGES = '/usr/lib/postgresql';
const USER = 'postgres';
const PASSWORD = 'a "strange" p@ss/word';
const START_MS = 30_000;

function programs(): string | undefined {
  try {
    const [newest] = readdirSync(PACKAGES).sort((a, b) => Number(b) - Number(a));
    return newest === undefined ? undefined : join(PACKAGES, newest, 'bin');
  } catch {
    return undefined;
  }
}

/** Why no PostgreSQL can be started here, or undefined: for `skip`. */
export function whyNoPostgres(): string | undefined {
  if (programs() === undefined) return 'PostgreSQL is not installed (Debian: apt-get install postgresql)';
  if (spawnSync('setpriv', ['--version']).status !== 0) return 'setpriv (util-linux) is missing';
  return undefined;
}

/** PostgreSQL refuses to run as root. */
function asUser(): string[] {
  const end = '--pdeathsig=QUIT';
  return process.getuid?.() === 0
    ? [end, `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', '--']
    : [end, '--'];
}

function must(
  command: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): void {
  const done = spawnSync(command, args, { encoding: 'utf8', cwd: '/', ...options });
  if (done.status !== 0)
    throw new Error(`${args.join(' ')}: ${done.stderr || done.error?.message || done.signal}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilReady(isReady: string, port: number, server: ChildProcess, words: () => string) {
  const until = Date.now() + START_MS;
  while (Date.now() < until && server.exitCode === null && server.signalCode === null) {
    if (spawnSync(isReady, ['-q', '-h', '127.0.0.1', '-p', String(port)]).status === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`PostgreSQL does not answer: ${words()}`);
}

/** Starts a fresh server; `stop` ends it and removes its data. */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs() ?? '';
  const directory = mkdtempSync(join(tmpdir(), 'forthright-postgres-'));
  if (process.getuid?.() === 0) {
    const id = (what: string) => Number(spawnSync('id', [what, USER], { encoding: 'utf8' }).stdout);
    chownSync(directory, id('-u'), id('-g'));
  }
  const data = join(directory, 'data');
  const secret = join(directory, 'password');
  writeFileSync(secret, PASSWORD, { mode: 0o644 });
  const port = await freePort();
  let server: ChildProcess | undefined;
  const end = async () => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const exited = new Promise((resolve) => server?.once('exit', resolve));
      server.kill('SIGINT');
      await exited;
    }
  };
  const stop = async () => {
    await end();
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    must('setpriv', [
      ...asUser(),
      join(bin, 'initdb'),
      '-D',
      data,
      '-U',
      USER,
      '-E',
      'UTF8',
      '--locale=C',
      '-N',
      '-A',
      'scram-sha-256',
      `--pwfile=${secret}`,
    ]);
    const settings = [
      'fsync=off',
      'synchronous_commit=off',
      'shared_buffers=32MB',
      'listen_addresses=127.0.0.1',
    ];
    let words = '';
    const begin = async () => {
      server = spawn(
        'setpriv',
        [
          ...asUser(),
          join(bin, 'postgres'),
          '-D',
          data,
          '-k',
          directory,
          '-p',
          String(port),
          ...settings.flatMap((s) => ['-c', s]),
        ],
        { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] },
      );
      server.stderr?.on('data', (piece: Buffer) => {
        words = (words + piece.toString()).slice(-2000);
      });
      await untilReady(join(bin, 'pg_isready'), port, server, () => words);
    };
    await begin();
    const run = (sql: string) =>
      must(
        join(bin, 'psql'),
        [
          '-X',
          '-q',
          '-v',
          'ON_ERROR_STOP=1',
          '-h',
          '127.0.0.1',
          '-p',
          String(port),
          '-U',
          USER,
          '-d',
          'postgres',
        ],
        { input: sql, env: { ...process.env, PGPASSWORD: PASSWORD } },
      );
    return {
      url: `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
      run,
      restart: async () => {
        await end();
        await begin();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
