/**
 * A real Dovecot for tests, out of Debian's package, which `test/setup-debian.sh` unpacks: an instance of our own in a
 * temporary folder, on a free port of loopback, with one user and one Maildir.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, idOf, selfSigned, startInNamespace, whyNoNamespace } from './started.ts';

const UNPACKED = '/var/lib/forthright-peers/dovecot';
const PROGRAM = join(UNPACKED, 'usr/sbin/dovecot');

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
  return whyNoNamespace('Dovecot');
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
  const { key, cert } = selfSigned(folder, 'imap.marlow.example');
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
  const libraries = '/usr/lib/dovecot';
  const stop = await startInNamespace({ name: 'Dovecot', script, libraries, port, folder });
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
