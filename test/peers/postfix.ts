/**
 * A real Postfix for tests, out of Debian's package: an instance of our own in a temporary folder, on a free port of
 * 127.0.0.1, that takes all mail for `customer.example` into one Maildir.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, idOf, isListening, selfSigned, whyNoServer } from './started.ts';

export type Postfix = Readonly<{
  port: number;
  /** PEM of the certificate that it shows. */
  ca: string;
  /** What arrived, as it lies in the mailbox; waits until there are so many. */
  arrived: (count: number) => Promise<Buffer[]>;
  stop: () => Promise<void>;
}>;

const PROGRAM = '/usr/sbin/postfix';
const START_MS = 20_000;
const ARRIVE_MS = 30_000;

/** Why no Postfix can be started here, or undefined: for `skip`. */
export function whyNoPostfix(): string | undefined {
  if (spawnSync(PROGRAM, ['-x']).error !== undefined)
    return 'Postfix is not installed (Debian: apt-get install postfix)';
  return whyNoServer('Postfix');
}

/** Starts a fresh instance; `stop` ends it and removes what it holds. */
export async function startPostfix(): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-postfix-'));
  chmodSync(folder, 0o755);
  const [config, queue, data, mail] = ['config', 'queue', 'data', 'mail'].map((name) => {
    mkdirSync(join(folder, name));
    return join(folder, name);
  }) as [string, string, string, string];
  const owner = idOf('-u', 'postfix');
  chownSync(data, owner, idOf('-g', 'postfix'));
  chownSync(mail, owner, idOf('-g', 'postfix'));
  const { key, cert } = selfSigned(folder, 'mx.customer.example');
  const port = await freePort();
  writeFileSync(
    join(config, 'main.cf'),
    `compatibility_level = 3.6
queue_directory = ${queue}
data_directory = ${data}
maillog_file = ${join(folder, 'log')}
maillog_file_prefixes = ${folder}
myhostname = mx.customer.example
mydestination =
local_recipient_maps =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtputf8_enable = yes
resolve_dequoted_address = no
allow_untrusted_routing = yes
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = ${cert}
smtpd_tls_key_file = ${key}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_client_message_rate_limit = 0
virtual_mailbox_domains = customer.example, xn--bcher-kva.example, xn--fsqu00a.example, bücher.example, 例子.example
virtual_mailbox_base = ${mail}
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:${owner}
virtual_gid_maps = static:${idOf('-g', 'postfix')}
virtual_minimum_uid = 1
`,
  );
  writeFileSync(
    join(config, 'master.cf'),
    `127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`,
  );
  // In the foreground, so that it is our child and ends by our signal.
  const master = spawn(PROGRAM, ['-c', config, 'start-fg'], { stdio: 'ignore', detached: true });
  const ended = new Promise<void>((resolve) => master.once('exit', () => resolve()));
  const stop = async () => {
    spawnSync(PROGRAM, ['-c', config, 'stop']);
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + START_MS;
  while (!(await isListening(port))) {
    if (Date.now() > until) {
      await stop();
      throw new Error('Postfix does not answer');
    }
    await sleep(100);
  }
  return {
    port,
    ca: readFileSync(cert, 'utf8'),
    arrived: async (count) => {
      const box = join(mail, 'box/new');
      const filesOf = () => {
        try {
          return readdirSync(box);
        } catch {
          return [];
        }
      };
      const end = Date.now() + ARRIVE_MS;
      while (filesOf().length < count && Date.now() < end) await sleep(100);
      return filesOf().map((name) => readFileSync(join(box, name)));
    },
    stop,
  };
}
