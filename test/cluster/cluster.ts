/**
 * A real ClickHouse of two shards for tests, with no server package: two processes that run `clickhouse local`
 * from chDB's library and listen on 127.0.0.1. Python gives the call an ordinary stack, which the engine needs.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Cluster = Readonly<{
  /** HTTP of the first shard, which also is the initiator. */
  url: string;
  shardUrls: readonly string[];
  /** The cluster's name in `remote_servers`. */
  name: string;
  stop: () => Promise<void>;
}>;

const NAME = 'two_shards';
const START_MS = 60_000;

function libraryPath(): string | undefined {
  const name = `@chdb/lib-${process.platform}-${process.arch}-gnu/libchdb.so`;
  try {
    const chdb = createRequire(import.meta.url).resolve('chdb/package.json');
    return createRequire(chdb).resolve(name);
  } catch {
    return undefined;
  }
}

/** Why no cluster can be started here, or undefined: for `skip`. */
export function whyNoCluster(): string | undefined {
  if (libraryPath() === undefined) return 'chDB has no library for this system that can run as a server';
  if (spawnSync('python3', ['--version']).status !== 0) return 'python3 is missing';
  return undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

type Shard = Readonly<{ tcp: number; http: number }>;

function configuration(shards: readonly Shard[]): string {
  const replica = ({ tcp }: Shard) =>
    `<shard><replica><host>127.0.0.1</host><port>${tcp}</port></replica></shard>`;
  return `<clickhouse><remote_servers><${NAME}>${shards.map(replica).join('')}</${NAME}></remote_servers></clickhouse>`;
}

function startShard(directory: string, config: string, { tcp, http }: Shard): ChildProcess {
  const statements =
    'SYSTEM START LISTEN TCP; SYSTEM START LISTEN HTTP; SELECT sleepEachRow(1) FROM numbers(1000000) FORMAT Null SETTINGS max_block_size = 1';
  return spawn(
    'python3',
    [
      fileURLToPath(new URL('./node.py', import.meta.url)),
      libraryPath() ?? '',
      `--path=${directory}`,
      `--config-file=${config}`,
      '--listen_host=127.0.0.1',
      `--tcp_port=${tcp}`,
      `--http_port=${http}`,
      `--query=${statements}`,
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
}

async function untilAnswers(url: string, shard: ChildProcess, words: () => string): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    if (shard.exitCode !== null || shard.signalCode !== null) break;
    const answer = await fetch(`${url}/ping`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The shard at ${url} does not answer: ${words()}`);
}

async function end(shard: ChildProcess): Promise<void> {
  if (shard.exitCode !== null || shard.signalCode !== null) return;
  const exited = new Promise((resolve) => shard.once('exit', resolve));
  shard.kill('SIGKILL');
  await exited;
}

/** Starts both shards and waits until they answer. `stop` ends them and removes their data. */
export async function startCluster(): Promise<Cluster> {
  const directory = mkdtempSync(join(tmpdir(), 'forthright-cluster-'));
  const shards: Shard[] = [];
  for (let i = 0; i < 2; i++) shards.push({ tcp: await freePort(), http: await freePort() });
  const config = join(directory, 'cluster.xml');
  writeFileSync(config, configuration(shards));
  const running: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(running.map(end));
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const urls = shards.map(({ http }) => `http://127.0.0.1:${http}`);
    await Promise.all(
      shards.map(async (shard, i) => {
        const child = startShard(join(directory, `shard${i}`), config, shard);
        running.push(child);
        let words = '';
        child.stderr?.on('data', (piece: Buffer) => {
          words = (words + piece.toString()).slice(-2000);
        });
        await untilAnswers(urls[i] ?? '', child, () => words);
      }),
    );
    return { url: urls[0] ?? '', shardUrls: urls, name: NAME, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
