/**
 * Takes messages that were forwarded for a check, from wherever they arrive, as a job by the clock. A message is let go of when its
 * answer waits in the outbox, or there will be none.
 *
 *   SMTP ─▶ Maildir of our own ┐
 *   other programs ─▶ Maildirs ├─▶ answerMessage ─▶ outbox
 *   IMAP ──────────────────────┘
 */
import { ForthrightError } from '@forthright/contract';
import { canSend, checksMaildir, type Mailing } from '../../notify/index.ts';
import type { Db } from '../../platform/db/index.ts';
import { framesOf, type Log, mailNames } from '../../platform/index.ts';
import {
  makeMaildir,
  type Taken,
  type Taking,
  takeFromImap,
  takeFromMaildir,
} from '../../platform/mail/receive/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { PROGRAM } from '../../prove/index.ts';
import { MOST_BYTES } from '../check/mime.ts';
import { keyedHash } from '../lately.ts';
import { openRecordTruth } from '../record.ts';
import { answerMessage } from './answer.ts';

export const TAKE_CHECKS = 'take-checks';

export type TakeChecksOptions = Readonly<{
  db: Db;
  now: () => Date;
  log: Log;
  /** The data folder. */
  data: string;
  workspace: string | undefined;
  mailing: Mailing | undefined;
}>;

export function takeChecksHandler(options: TakeChecksOptions): Handler {
  const { db, now, log, data, mailing } = options;
  return {
    run: async (_job, { signal, progress }) => {
      if (mailing?.check === undefined || !canSend(mailing)) return;
      const { check, receive } = mailing;
      const answering = {
        asked: { db, now, actor: PROGRAM },
        mailing,
        truth: await openRecordTruth(options),
        texts: mailNames(check.dns).texts,
        hash: await keyedHash(data),
      };
      let taken = 0;
      const taking = (isDirect: boolean): Taking => ({
        signal,
        // One octet more shows that it is too large.
        mostBytes: MOST_BYTES + 1,
        keep: async ({ bytes }) => {
          const outcome = await answerMessage({ bytes, isDirect }, answering);
          taken += 1;
          progress('answering', taken);
          if ('silence' in outcome) log({ event: 'check-unanswered', level: 'info', note: outcome.silence });
          return isDirect ? 'done' : undefined;
        },
      });
      const from = async (place: string, take: () => Promise<Taken>): Promise<void> => {
        try {
          const { refused } = await take();
          for (const { error } of refused) trouble(log, place, error);
        } catch (error) {
          if (signal.aborted) throw error;
          trouble(log, place, error);
        }
      };
      if (receive?.smtp !== undefined) {
        await makeMaildir(checksMaildir(data));
        await from('smtp', () => takeFromMaildir(checksMaildir(data), taking(true)));
      }
      for (const folder of check.maildirs)
        await from('maildir', () => takeFromMaildir(folder, taking(false)));
      for (const box of check.imap) await from('imap', () => takeFromImap(box, taking(false)));
    },
  };
}

function trouble(log: Log, place: string, error: unknown): void {
  log({
    event: 'check-mail-not-taken',
    level: 'error',
    note: place,
    code: error instanceof ForthrightError ? error.code : 'internal',
    frames: framesOf(error),
  });
}
