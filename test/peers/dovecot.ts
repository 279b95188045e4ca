/**
 * A real Dovecot for tests, out of Debian's package, which `test/setup-debian.sh` unpacks: an instance of our own in a
 * temporary folder, on a free port of loopback, with one user and one Maildir.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, idOf, isListening } from './postfix.ts';

const UNPACKED = '/var/lib/forthright-peers/dovecot';
const PROGRAM = join(UNPACKED, 'usr/sbin/dovecot');
const START_MS = 20_000;

export type Dovecot = Readonly<{
  port: number;
  user: string;
  password: string;
  /** Puts a message into the mailbox, as a delivering program does. */
  deliver: (name: string, message: Uint8Array) => void;
  /** Names of messages that are seen. */
  seen: () => readonly string[];
  stop: () => Promise<void>;
}>;

/** Why no Dovecot can be started here, or undefined: for `skip`. */
export function whyNoDovecot(): string | undefined {
  if (!existsSync(PROGRAM)) return 'Dovecot is not unpacked (Debian: test/setup-debian.sh as root)';
  if (process.getuid?.() !== 0) return 'Dovecot is started by root only';
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return 'no mount namespace can be made here';
  if (spawnSync('openssl', ['version']).status !== 0) return 'openssl is not installed';
  return undefined;
}

/** Starts a fresh instance that speaks IMAP over TLS from the first byte; `stop` ends it and removes what it holds. */
export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-dovecot-'));
  chmodSync(folder, 0o755);
  const box = join(folder, 'mail');
  const [uid, gid] = [idOf('-u', 'mail'), idOf('-g', 'mail')];
  for (const part of ['', 'new', 'cur', 'tmp']) {
    mkdirSync(join(box, part), { recursive: true });
    chownSync(join(box, part), uid, gid);
  }
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=imap.marlow.example'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  const port = await freePort();
  const log = join(folder, 'log');
  writeFileSync(
    join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${log}
protocols = imap
listen = 127.0.0.1
default_internal_user = mail
default_internal_group = mail
default_login_user = nobody
first_valid_uid = 1
first_valid_gid = 1
import_environment = LD_LIBRARY_PATH=/usr/lib/dovecot
ssl = required
ssl_cert = <${cert}
ssl_key = <${key}
ssl_dh =
mail_location = maildir:${box}
service imap-login {
  chroot =
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${port}
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/home
}
`,
  );
  // Its own places are built into the program; a mount namespace of its own has the unpacked files there.
  const laid = ['bin', 'lib'].map(
    (part) => `mount -t overlay overlay -o lowerdir=${UNPACKED}/usr/${part}:/usr/${part} /usr/${part}`,
  );
  const script = `${laid.join(' && ')} && exec ${PROGRAM} -F -c ${folder}/dovecot.conf`;
  const daemon = spawn('unshare', ['-m', 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_LIBRARY_PATH: '/usr/lib/dovecot' },
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
    throw new Error(`Dovecot does not answer: ${words}`);
  }
  return {
    port,
    user: 'returns',
    password: 'secret',
    deliver: (name, message) => {
      const path = join(box, 'new', name);
      writeFileSync(path, message);
      chownSync(path, uid, gid);
    },
    seen: () => readdirSync(join(box, 'cur')).filter((name) => /:2,[A-R]*S/.test(name)),
    stop,
  };
}
