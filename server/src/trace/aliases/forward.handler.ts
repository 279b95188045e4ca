/**
 * Hands mail to aliases on to the customers for whom they stand, as a job by the clock. A message leaves our Maildir when the relay has
 * taken it over, or it will not be sent at all; so a crash may send one twice, and loses none.
 *
 *   SMTP ─▶ Maildir of our own ─▶ an alias: noted, its sender rewritten (srs.ts) ─▶ relay ─▶ customer
 *                               └▶ SRS0=…: what came back ─▶ relay ─▶ whoever wrote
 *
 * Header and body stay as they are, so that signatures hold; only trace headers are put before them.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { Db } from '../../platform/db/index.ts';
import { framesOf, type Log } from '../../platform/index.ts';
import {
  type Limits,
  Mailer,
  needsUtf8,
  type OneAddress,
  type Outcome,
  oneAddress,
  type Target,
  viaRelays,
} from '../../platform/mail/index.ts';
import { makeMaildir, takeFromMaildir } from '../../platform/mail/receive/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { type Asked, PROGRAM, type SealPlace } from '../../prove/index.ts';
import { readingOnce } from '../keys.ts';
import { aliasOf, countHandedOn, mayGoOn, noteAliasMail, type Relayed, relayKeys } from './aliases.ts';
import { original, rewritten } from './srs.ts';

export const FORWARD_ALIASES = 'forward-aliases';

export type ForwardOptions = Readonly<{
  db: Db;
  now: () => Date;
  log: Log;
  seals: SealPlace;
  /** The Maildir into which our own receiver puts mail to the domain of aliases. */
  received: string;
  domain: string;
  mailing: Readonly<{ relays: readonly Target[]; helo: string; connections: number; limits: Limits }>;
  readArrived: (bytes: Uint8Array) => Relayed & Readonly<{ recipients: readonly string[] }>;
  mostBytes: number;
}>;

/** Mail that is neither taken nor refused by then is given up. */
const PATIENCE_MS = 3 * 86_400_000;
/** RFC 5321, 6.3, with room for what lies behind us. */
const MOST_HOPS = 50;
const WAIT_MS = 60_000;
const LOCAL = /^<?(.*?)>?$/;

type Way = Readonly<{
  sender: string;
  recipient: OneAddress;
  head: string;
  /** What is done once the relay has it. */
  handedOn: () => Promise<void>;
}>;
type Silence = 'loop' | 'nobodys' | 'blocked' | 'too-many' | 'not-a-return';

export function forwardAliasesHandler(options: ForwardOptions): Handler {
  const { db, now, log, received, mostBytes } = options;
  return {
    run: async (_job, { signal, progress }) => {
      await makeMaildir(received);
      const asked: Asked = { db, now, actor: PROGRAM };
      const seals = readingOnce(options.seals);
      let handed = 0;
      const { refused } = await takeFromMaildir(received, {
        signal,
        mostBytes,
        keep: async ({ id, bytes }) => {
          const way = await wayOf(asked, { ...options, seals }, bytes);
          const isOld = () => isTooOld(join(received, 'new'), id, now());
          if (way === 'too-many' && !(await isOld()))
            throw new ForthrightError('too-many-requests', 'So much came to this alias today; it waits.');
          if (typeof way === 'string') {
            log({ event: 'alias-mail-not-handed-on', level: 'info', note: way });
            return 'done';
          }
          const outcome = await send(options, way, bytes);
          const isTaken = outcome.kind === 'accepted' || outcome.kind === 'in-doubt';
          if (isTaken) {
            await way.handedOn();
            handed += 1;
            progress('handing on', handed);
            return 'done';
          }
          if (outcome.kind === 'refused' || (await isOld())) {
            log({ event: 'alias-mail-not-handed-on', level: 'info', note: outcome.kind });
            return 'done';
          }
          throw new ForthrightError('mailbox-unreachable', 'The relay did not take it; it is tried again.');
        },
      });
      for (const { error } of refused)
        log({
          event: 'alias-mail-waits',
          level: 'warn',
          note: 'smtp',
          code: error instanceof ForthrightError ? error.code : 'internal',
          frames: framesOf(error),
        });
    },
  };
}

const isTooOld = async (folder: string, id: string, now: Date): Promise<boolean> => {
  const found = await stat(join(folder, id)).catch(() => undefined);
  return found !== undefined && now.getTime() - found.mtimeMs > PATIENCE_MS;
};

/** What stands above the first empty line; its first two lines are our receiver's own. */
function headOf(bytes: Uint8Array): Readonly<{ own: readonly string[]; rest: string; from: number }> {
  const text = Buffer.from(bytes.subarray(0, 256 * 1024)).toString('latin1');
  const [path = '', to = ''] = text.split('\r\n', 2);
  const from = path.length + to.length + 4;
  const end = text.search(/\r?\n\r?\n/);
  return { own: [path, to], rest: text.slice(from, end < 0 ? undefined : end), from };
}

const pathIn = (line: string): string => LOCAL.exec(line.slice(line.indexOf(':') + 1).trim())?.[1] ?? '';

/** To whom it goes and from whom, with the evidence noted; or why not. */
async function wayOf(
  asked: Asked,
  { seals, domain, mailing, readArrived }: ForwardOptions,
  bytes: Uint8Array,
): Promise<Way | Silence> {
  const now = asked.now();
  const {
    own: [path = '', to = ''],
    rest,
  } = headOf(bytes);
  const [sender, recipient] = [pathIn(path), pathIn(to)];
  const local = recipient.slice(0, recipient.lastIndexOf('@'));
  const hops = rest.match(/^received:/gim)?.length ?? 0;
  // Each alias that handed it on before has left its name.
  const passed = [...rest.matchAll(/^delivered-to:[ \t]*(\S+)/gim)].map(([, one = '']) => one.toLowerCase());
  if (hops > MOST_HOPS || passed.includes(recipient.toLowerCase())) return 'loop';
  const stamp = `Received: by ${mailing.helo} (aliases); ${now.toUTCString().replace('GMT', '+0000')}\r\n`;
  if (/^srs0=/i.test(local)) {
    const back = original(local, { keys: await relayKeys(asked.db, { seals, now }), now });
    // What comes back has no sender: anything else would use us to write to others.
    if (back === undefined || sender !== '') return 'not-a-return';
    return { sender: '', recipient: oneAddress(back), head: stamp, handedOn: async () => {} };
  }
  const found = await aliasOf(asked.db, recipient, { seals, now });
  if (found === undefined) return 'nobodys';
  const may = await mayGoOn(asked.db, found, now);
  if (may !== 'yes') return may;
  // Before it goes on: what it says must not be lost with the relay.
  await noteAliasMail(asked, found, readArrived(bytes), bytes);
  const returns = sender === '' ? '' : rewritten(sender, { key: found.key, domain, now });
  return {
    // Where a sender is too long to be rewritten nothing can come back.
    sender: returns ?? '',
    recipient: oneAddress(found.behind.address),
    head: `Delivered-To: ${recipient}\r\n${stamp}`,
    handedOn: () => countHandedOn(asked, found.alias.id),
  };
}

async function send(
  { mailing, now }: ForwardOptions,
  { sender, recipient, head }: Way,
  bytes: Uint8Array,
): Promise<Outcome> {
  const body = bytes.subarray(headOf(bytes).from);
  const message = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  const outcomes: Outcome[] = [];
  const mailer = new Mailer({
    routes: viaRelays(mailing.relays),
    helo: mailing.helo,
    connections: 1,
    limits: mailing.limits,
    patienceMs: WAIT_MS,
    released: async () => {},
    settled: (_, outcome) => outcomes.push(outcome),
  });
  await mailer.add({
    id: createHash('sha256').update(bytes).update(now().toISOString()).digest('hex').slice(0, 32),
    attempt: 1,
    // An empty one is how what comes back is sent (RFC 5321, 4.5.5).
    sender: (sender === '' ? '' : oneAddress(sender)) as OneAddress,
    recipient,
    mail: () => ({ bytes: message, utf8: needsUtf8(recipient) }),
  });
  await mailer.finish();
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('A message that was added was settled.');
  return outcome;
}
