/**
 * A real Exim for tests, out of Debian's package, which `test/setup-debian.sh` unpacks because it can't be installed
 * beside Postfix. It takes all mail into one Maildir. Its user exists in a mount namespace of its own only.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, idOf, isListening, type Postfix } from './postfix.ts';

const UNPACKED = '/var/lib/forthright-peers/exim';
const PROGRAM = join(UNPACKED, 'usr/sbin/exim4');
const START_MS = 20_000;
const ARRIVE_MS = 30_000;

/** Why no Exim can be started here, or undefined: for `skip`. */
export function whyNoExim(): string | undefined {
  if (!existsSync(PROGRAM)) return 'Exim is not unpacked (Debian: test/setup-debian.sh as root)';
  if (process.getuid?.() !== 0) return 'Exim is started by root only';
  if (spawnSync('unshare', ['-m', 'true']).status !== 0) return 'no mount namespace can be made here';
  if (spawnSync('openssl', ['version']).status !== 0) return 'openssl is not installed';
  return undefined;
}

/** Starts a fresh instance; `stop` ends it and removes what it holds. */
export async function startExim(): Promise<Postfix> {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-exim-'));
  chmodSync(folder, 0o755);
  const [user, group] = [idOf('-u', 'mail'), idOf('-g', 'mail')];
  for (const name of ['spool', 'log', 'mail']) {
    mkdirSync(join(folder, name));
    chownSync(join(folder, name), user, group);
  }
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=mx2.customer.example'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ]);
  chownSync(key, user, group);
  for (const name of ['passwd', 'group']) copyFileSync(`/etc/${name}`, join(folder, name));
  appendFileSync(join(folder, 'passwd'), `Debian-exim:x:${user}:${group}::/:/bin/false\n`);
  appendFileSync(join(folder, 'group'), `Debian-exim:x:${group}:\n`);
  writeFileSync(
    join(folder, 'exim.conf'),
    `primary_hostname = mx2.customer.example
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
tls_advertise_hosts = *
tls_certificate = ${cert}
tls_privatekey = ${key}
smtputf8_advertise_hosts = *
deliver_drop_privilege = true
smtp_accept_queue_per_connection = 0
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = acl_rcpt
begin acl
acl_rcpt:
  deny !encrypted = *
  accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  maildir_format
  directory = ${folder}/mail/box
  create_directory
  user = mail
  group = mail
`,
  );
  const port = await freePort();
  const library = dirname(globSync(join(UNPACKED, '**/libidn.so.12'))[0] ?? UNPACKED);
  const script = `mount --bind ${folder}/passwd /etc/passwd && mount --bind ${folder}/group /etc/group && exec ${PROGRAM} -C ${folder}/exim.conf -bdf -oX 127.0.0.1.${port}`;
  const daemon = spawn('unshare', ['-m', 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LD_LIBRARY_PATH: library },
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
    throw new Error(`Exim does not answer: ${words}`);
  }
  const box = join(folder, 'mail/box/new');
  const names = () => (existsSync(box) ? readdirSync(box) : []);
  return {
    port,
    ca: readFileSync(cert, 'utf8'),
    arrived: async (count) => {
      for (const end = Date.now() + ARRIVE_MS; names().length < count && Date.now() < end; ) await sleep(100);
      return names().map((name) => readFileSync(join(box, name)));
    },
    stop,
  };
}
