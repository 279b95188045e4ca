/** What the mail servers of the tests share: a certificate of their own, a free port, and a daemon that is waited for. */
import { spawn, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const START_MS = 20_000;

export function idOf(flag: '-u' | '-g', name: string): number {
  return Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** Why nobody can start a server here, or undefined: for `skip`. */
export function whyNoServer(name: string): string | undefined {
  if (process.getuid?.() !== 0) return `${name} is started by root only`;
  if (spawnSync('openssl', ['version']).status !== 0) return 'openssl is not installed';
  return undefined;
}

/** Why a program out of a package that is only unpacked can't be started here, or undefined: for `skip`. */
export function whyNoNamespace(name: string): string | undefined {
  const why = whyNoServer(name);
  if (why !== undefined) return why;
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return 'no mount namespace can be made here';
  return undefined;
}

/** A key and a certificate of its own for 127.0.0.1, in this folder. */
export function selfSigned(folder: string, host: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=${host}`],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  return { key, cert };
}

/**
 * Starts a daemon by a shell's words in a mount namespace of its own, and waits until it listens; `stop` ends it and
 * removes its folder.
 */
export async function startInNamespace({
  name,
  script,
  libraries,
  port,
  folder,
}: Readonly<{ name: string; script: string; libraries: string; port: number; folder: string }>): Promise<
  () => Promise<void>
> {
  const daemon = spawn('unshare', ['-m', 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_LIBRARY_PATH: libraries },
  });
  let words = '';
  daemon.stderr.on('data', (piece) => {
    words += piece;
  });
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  const stop = async () => {
    daemon.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const until = Date.now() + START_MS; !(await isListening(port)); await sleep(100)) {
    if (Date.now() < until && daemon.exitCode === null) continue;
    await stop();
    throw new Error(`${name} does not answer: ${words}`);
  }
  return stop;
}
