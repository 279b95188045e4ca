/** A real rspamd for tests, out of Debian's package: its own rules, on a free port of 127.0.0.1, asking no server but ours. */
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, idOf, isListening } from './started.ts';

export type Judged = Readonly<{ score: number; symbols: Readonly<Record<string, number>> }>;
export type Rspamd = Readonly<{
  /** What it says of a message that comes from a server with a name, for this recipient. */
  judge: (message: Uint8Array, to: string) => Promise<Judged>;
  stop: () => Promise<void>;
}>;

const USER = '_rspamd';
const START_MS = 120_000;

/** Why no rspamd can be started here, or undefined: for `skip`. */
export function whyNoRspamd(): string | undefined {
  if (spawnSync('rspamd', ['--version']).error !== undefined)
    return 'rspamd is not installed (Debian: apt-get install rspamd)';
  return process.getuid?.() === 0 ? undefined : 'rspamd is started by root only';
}

/** `dns`: the one server that it asks, such as `127.0.0.1:5353`. */
export async function startRspamd(dns: string): Promise<Rspamd> {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-rspamd-'));
  chownSync(folder, idOf('-u', USER), idOf('-g', USER));
  const port = await freePort();
  const settings = join(folder, 'rspamd.conf');
  writeFileSync(
    settings,
    `options {
  cache_file = "${folder}/symbols.cache";
  hs_cache_dir = "${folder}/";
  tempdir = "${folder}";
  url_tld = "/usr/share/rspamd/effective_tld_names.dat";
  allow_raw_input = true;
  filters = "chartable,dkim,regexp";
  dns { nameserver = ["${dns}"]; timeout = 1s; retransmits = 1; }
  pidfile = "${folder}/pid";
  control_socket = "${folder}/socket mode=0600";
}
.include "/etc/rspamd/common.conf"
fuzzy_check { enabled = false; }
rbl { enabled = false; }
logging { type = "file"; filename = "${folder}/log"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; enabled = true; }
`,
  );
  const variables = ['DBDIR', 'RUNDIR', 'LOGDIR'].flatMap((name) => ['--var', `${name}=${folder}`]);
  const daemon = spawn('rspamd', ['-f', '-u', USER, '-g', USER, '-c', settings, ...variables], {
    stdio: 'ignore',
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
    throw new Error('rspamd does not answer');
  }
  const judge = async (message: Uint8Array, to: string): Promise<Judged> => {
    const headers = {
      ip: '192.0.2.25',
      hostname: 'out.marlow.example',
      helo: 'out.marlow.example',
      rcpt: to,
    };
    const answer = await fetch(`http://127.0.0.1:${port}/checkv2`, {
      method: 'POST',
      headers: { ...headers, from: 'random@returns.marlow.example' },
      body: Buffer.from(message),
    });
    const { score, symbols } = (await answer.json()) as {
      score: number;
      symbols: Record<string, { score: number }>;
    };
    const counted = Object.entries(symbols).filter(([, symbol]) => symbol.score !== 0);
    return { score, symbols: Object.fromEntries(counted.map(([name, symbol]) => [name, symbol.score])) };
  };
  return { judge, stop };
}
