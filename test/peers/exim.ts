/**
 * A real Exim for tests, out of Debian's package, which `test/setup-debian.sh` unpacks because it can't be installed
 * beside Postfix. It takes all mail into one Maildir. Its user exists in a mount namespace of its own only.
 */
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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Postfix } from './postfix.ts';
import { freePort, idOf, selfSigned, startInNamespace, whyNoNamespace } from './started.ts';

const UNPACKED = '/var/lib/forthright-peers/exim';
const PROGRAM = join(UNPACKED, 'usr/sbin/exim4');
const ARRIVE_MS = 30_000;

/** Why no Exim can be started here, or undefined: for `skip`. */
export function whyNoExim(): string | undefined {
  if (!existsSync(PROGRAM)) return 'Exim is not unpacked (Debian: test/setup-debian.sh as root)';
  return whyNoNamespace('Exim');
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
  const { key, cert } = selfSigned(folder, 'mx2.customer.example');
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
  const script = `mount --bind ${folder}/passwd /etc/passwd && mount --bind ${folder}/group /etc/group && exec ${PROGRAM} -C ${folder}/exim.conf -bdf -oX 127.0.0.1.${port}`;
  const libraries = dirname(globSync(join(UNPACKED, '**/libidn.so.12'))[0] ?? UNPACKED);
  const stop = await startInNamespace({ name: 'Exim', script, libraries, port, folder });
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
