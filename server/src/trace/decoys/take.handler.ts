/**
 * Takes mail to decoys from wherever it arrives, as a job by the clock.
 *
 *   SMTP ─▶ Maildir of our own ┐
 *   other programs ─▶ Maildirs ├─▶ takeDecoyMail ─▶ register
 *   IMAP ──────────────────────┘
 */
import { ForthrightError } from '@forthright/contract';
import type { Db } from '../../platform/db/index.ts';
import { framesOf, type Log } from '../../platform/index.ts';
import {
  type ImapBox,
  makeMaildir,
  type Taken,
  type Taking,
  takeFromImap,
  takeFromMaildir,
} from '../../platform/mail/receive/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { PROGRAM, type SealPlace } from '../../prove/index.ts';
import { type Arrived, takeDecoyMail } from './decoys.ts';

export const TAKE_DECOY_MAIL = 'take-decoy-mail';

export type DecoyMailOptions = Readonly<{
  db: Db;
  now: () => Date;
  log: Log;
  seals: SealPlace;
  /** The Maildir into which our own receiver puts mail to decoys' domains; undefined where it does not listen. */
  received: string | undefined;
  maildirs: readonly string[];
  imap: readonly ImapBox[];
  /** Our own domains: what says that it comes from one shows nothing. */
  own: () => Promise<readonly string[]>;
  /** Reads a mail that came to somebody; the stage that reads customers' mail knows how. */
  readArrived: (bytes: Uint8Array) => Arrived;
  mostBytes: number;
}>;

export function takeDecoyMailHandler(options: DecoyMailOptions): Handler {
  const { db, now, log, seals, received, maildirs, imap, readArrived, mostBytes } = options;
  return {
    run: async (_job, { signal, progress }) => {
      const asked = { db, now, actor: PROGRAM };
      const own = await options.own();
      let taken = 0;
      const taking = (isOurs: boolean): Taking => ({
        signal,
        mostBytes,
        keep: async ({ bytes }) => {
          const outcome = await takeDecoyMail(asked, readArrived(bytes), { seals, own }, bytes);
          taken += 1;
          progress('reading mail to decoys', taken);
          if (outcome !== 'kept') log({ event: 'decoy-mail-not-kept', level: 'info', note: outcome });
          return isOurs ? 'done' : undefined;
        },
      });
      const from = async (place: string, take: () => Promise<Taken>): Promise<void> => {
        const trouble = (error: unknown) =>
          log({
            event: 'decoy-mail-not-taken',
            level: 'error',
            note: place,
            code: error instanceof ForthrightError ? error.code : 'internal',
            frames: framesOf(error),
          });
        try {
          for (const { error } of (await take()).refused) trouble(error);
        } catch (error) {
          if (signal.aborted) throw error;
          trouble(error);
        }
      };
      if (received !== undefined) {
        await makeMaildir(received);
        await from('smtp', () => takeFromMaildir(received, taking(true)));
      }
      for (const folder of maildirs) await from('maildir', () => takeFromMaildir(folder, taking(false)));
      for (const box of imap) await from('imap', () => takeFromImap(box, taking(false)));
    },
  };
}
