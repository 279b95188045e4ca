/** A mailbox of a mail server, over IMAP. */
import { ForthrightError } from '@forthright/contract';
import type { ImapFlow } from 'imapflow';
import type { Taken, Taking } from './maildir.ts';

export type ImapBox = Readonly<{
  host: string;
  port: number;
  /** `tls`: from the first byte. `starttls`: refuses a server that does not offer it. */
  security: 'tls' | 'starttls';
  /** Whether the certificate must be good for its name. */
  verifies: boolean;
  user: string;
  password: string;
  mailbox: string;
}>;

const TIMEOUT_MS = 30_000;
/** What is left comes with the next look. */
const MOST_AT_ONCE = 1000;

/**
 * Hands over each message that is not seen, and marks it as seen after `keep` has kept it. A crash between the two hands it over
 * once more under the same `id` (the mailbox's validity and the message's number); none is lost. Nothing is deleted. Refuses as
 * `mailbox-unreachable` a server that can't be reached, or lets us not in.
 */
export async function takeFromImap(box: ImapBox, { keep, signal, mostBytes }: Taking): Promise<Taken> {
  const client = await clientOf(box);
  const refused: { id: string; error: unknown }[] = [];
  let kept = 0;
  const end = () => client.close();
  signal?.addEventListener('abort', end, { once: true });
  // Nobody listens between two answers; a lost connection shows at the next one.
  client.on('error', () => {});
  try {
    await client.connect();
    const lock = await client.getMailboxLock(box.mailbox);
    try {
      const { mailbox } = client;
      const validity = mailbox === false ? '0' : String(mailbox.uidValidity);
      const found = await client.search({ seen: false }, { uid: true });
      for (const uid of (Array.isArray(found) ? found : []).slice(0, MOST_AT_ONCE)) {
        signal?.throwIfAborted();
        const id = `${validity}.${uid}`;
        const got = await client.fetchOne(
          String(uid),
          { uid: true, source: { start: 0, maxLength: mostBytes } },
          { uid: true },
        );
        if (got === false || got?.source === undefined) continue;
        try {
          await keep({ id, bytes: got.source });
        } catch (error) {
          refused.push({ id, error });
          continue;
        }
        await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true });
        kept += 1;
      }
    } finally {
      lock.release();
    }
    await client.logout();
  } catch (cause) {
    if (signal?.aborted === true || (cause instanceof ForthrightError && cause.code !== 'internal'))
      throw cause;
    throw new ForthrightError(
      'mailbox-unreachable',
      `The mailbox ${box.mailbox} at ${box.host} could not be read.`,
      { cause },
    );
  } finally {
    signal?.removeEventListener('abort', end);
    client.close();
  }
  return { kept, refused };
}

/** Its library is loaded by whoever reads a mailbox, and not by every command. */
async function clientOf({ host, port, security, verifies, user, password }: ImapBox): Promise<ImapFlow> {
  const { ImapFlow } = await import('imapflow');
  return new ImapFlow({
    host,
    port,
    secure: security === 'tls',
    ...(security === 'starttls' ? { doSTARTTLS: true } : {}),
    auth: { user, pass: password },
    tls: { rejectUnauthorized: verifies },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  });
}
