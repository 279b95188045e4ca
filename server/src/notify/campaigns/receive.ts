/**
 * Takes returned mail from wherever it arrives. A message is let go of only when what it says is noted; one that comes twice is
 * noted once, so a crash at any moment loses nothing and doubles nothing.
 *
 *   SMTP ─▶ Maildir of our own ┐
 *   other programs ─▶ Maildirs ├─▶ takeReturned ─▶ noteReturned
 *   IMAP ──────────────────────┘
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { Db } from '../../platform/db/index.ts';
import { framesOf, type Log, namesIn } from '../../platform/index.ts';
import {
  makeMaildir,
  type Receiver,
  receiveBySmtp,
  type Taken as TakenFrom,
  type Taking,
  takeFromImap,
  takeFromMaildir,
} from '../../platform/mail/receive/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { PROGRAM } from '../../prove/index.ts';
import { MOST_BYTES, tokenOf } from '../returned/index.ts';
import { takeReturned } from './intake.ts';
import { isTokenKnown } from './messages.store.ts';
import type { Mailing } from './types.ts';

export const TAKE_RETURNED = 'take-returned';

export type ReceiveOptions = Readonly<{
  db: Db;
  now: () => Date;
  log: Log;
  /** The data folder. */
  data: string;
  mailing: Mailing | undefined;
  /** Whether mail to this address of the domain of aliases is taken; the stage that makes them knows. */
  isAlias?: ((address: string) => Promise<boolean>) | undefined;
}>;

/** What belongs to nobody waits so long for somebody to look at it. */
const KEPT_MS = 30 * 86_400_000;

/** So many messages wait to be read; who comes then is told to come again. */
const MOST_WAITING = 500;

const waiting = async (maildir: string): Promise<number> => (await namesIn(join(maildir, 'new'))).length;

const ownMaildir = (data: string): string => join(data, 'returned');
/** What our own receiver took for the address to which messages are forwarded for a check. */
export const checksMaildir = (data: string): string => join(data, 'checks');

/** What our own receiver took for the address to which customers forward what they did not want. */
export const reportsMaildir = (data: string): string => join(data, 'reported');

/** What our own receiver took for decoys' domains. */
export const decoysMaildir = (data: string): string => join(data, 'decoys');

/** What our own receiver took for aliases. */
export const aliasesMaildir = (data: string): string => join(data, 'aliases');

/** Listens for returned mail where mail.yaml says so; undefined where it does not. */
export async function startReceiver({
  db,
  now,
  log,
  data,
  mailing,
  isAlias = async () => false,
}: ReceiveOptions): Promise<Receiver | undefined> {
  const smtp = mailing?.receive?.smtp;
  if (mailing === undefined || smtp === undefined) return undefined;
  /** Those at which anybody may write. */
  const open = [
    ...(mailing.check === undefined ? [] : [{ to: mailing.check.address, folder: checksMaildir(data) }]),
    ...(mailing.reports === undefined ? [] : [{ to: mailing.reports.address, folder: reportsMaildir(data) }]),
  ];
  const isOfAliases = (address: string) =>
    mailing.aliases !== undefined && address.toLowerCase().endsWith(`@${mailing.aliases.domain}`);
  const openFor = (address: string) =>
    open.find(({ to }) => to.toLowerCase() === address.toLowerCase()) ??
    (mailing.decoys?.domains.includes(address.slice(address.lastIndexOf('@') + 1).toLowerCase()) === true
      ? { folder: decoysMaildir(data) }
      : undefined);
  return receiveBySmtp({
    ...smtp,
    name: mailing.helo,
    folder: ownMaildir(data),
    folderOf: (address) =>
      isOfAliases(address) ? aliasesMaildir(data) : (openFor(address)?.folder ?? ownMaildir(data)),
    mostBytes: MOST_BYTES,
    isKnown: async (address) => {
      if (isOfAliases(address)) {
        if ((await waiting(aliasesMaildir(data))) >= MOST_WAITING) throw new Error('So many wait to go on.');
        return isAlias(address);
      }
      const found = openFor(address);
      if (found !== undefined) {
        // What is not read yet must not fill the disk.
        if ((await waiting(found.folder)) >= MOST_WAITING) throw new Error('So many wait to be read.');
        return true;
      }
      const token = tokenOf(address, mailing.returns);
      return token !== undefined && (await isTokenKnown(db, token));
    },
    now,
    log,
  });
}

/** As a job by the clock: everything that has arrived. A place that can't be read is said in the log, and the others go on. */
export function takeReturnedHandler(options: ReceiveOptions): Handler {
  const { db, now, log, data, mailing } = options;
  return {
    run: async (_job, { signal, progress }) => {
      if (mailing?.receive === undefined) return;
      const { receive } = mailing;
      const intake = { asked: { db, now, actor: PROGRAM }, mailing };
      let taken = 0;
      const taking = (isOurs: boolean): Taking => ({
        signal,
        mostBytes: MOST_BYTES,
        keep: async ({ bytes }) => {
          const outcome = await takeReturned(intake, bytes);
          taken += 1;
          progress('taking', taken);
          // What it says is in the record; nobody needs another copy of somebody's mail.
          return isOurs && outcome !== 'unknown' ? 'done' : undefined;
        },
      });
      const from = async (place: string, take: () => Promise<TakenFrom>): Promise<void> => {
        try {
          const { refused } = await take();
          for (const { error } of refused) trouble(log, place, error);
        } catch (error) {
          if (signal.aborted) throw error;
          trouble(log, place, error);
        }
      };
      if (receive.smtp !== undefined) {
        await makeMaildir(ownMaildir(data));
        await from('smtp', () => takeFromMaildir(ownMaildir(data), taking(true)));
        await forgetOld(join(ownMaildir(data), 'cur'), now());
      }
      for (const folder of receive.maildirs)
        await from('maildir', () => takeFromMaildir(folder, taking(false)));
      for (const box of receive.imap) await from('imap', () => takeFromImap(box, taking(false)));
    },
  };
}

function trouble(log: Log, place: string, error: unknown): void {
  log({
    event: 'returned-mail-not-taken',
    level: 'error',
    note: place,
    code: error instanceof ForthrightError ? error.code : 'internal',
    frames: framesOf(error),
  });
}

async function forgetOld(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (now.getTime() - mtimeMs > KEPT_MS) await rm(path, { force: true });
  }
}
