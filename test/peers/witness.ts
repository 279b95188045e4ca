/** For tests: a witness in Python and openssl, which trusts one log's key and remembers what it signed. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./witness.py', import.meta.url));

/** Why no witness can be started here; undefined when one can. */
export function whyNoWitness(): string | undefined {
  const isThere = (name: string, arg: string) => spawnSync(name, [arg]).status === 0;
  if (!isThere('python3', '--version')) return 'python3 is not installed';
  return isThere('openssl', 'version') ? undefined : 'openssl is not installed';
}

export type WitnessPeer = Readonly<{ url: string; vkey: string; stop: () => Promise<void> }>;

/** `folder`: where it keeps its key. */
export async function startWitness(folder: string, origin: string, logKey: string): Promise<WitnessPeer> {
  const child = spawn('python3', [PROGRAM, folder, origin, logKey], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { port, vkey } = JSON.parse(line) as { port: number; vkey: string };
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { url: `http://127.0.0.1:${port}/w1/`, vkey, stop };
}
