/**
 * Takes what customers forward to the address for reports, from wherever it arrives, as a job by the clock. A message is let go of when
 * what it says is kept, or nothing of it will be.
 *
 *   SMTP ─▶ Maildir of our own ┐
 *   other programs ─▶ Maildirs ├─▶ takeReportMail ─▶ register, outbox
 *   IMAP ──────────────────────┘
 */
import { ForthrightError } from '@forthright/contract';
import { reportsMaildir } from '../../notify/index.ts';
import { framesOf, mailNames } from '../../platform/index.ts';
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
import type { TakeChecksOptions } from '../mail/take.handler.ts';
import { openRecordTruth } from '../record.ts';
import { eraseOldReports, takeReportMail } from './take.ts';

export const TAKE_REPORTS = 'take-reports';

export function takeReportsHandler(options: TakeChecksOptions): Handler {
  const { db, now, log, data, mailing } = options;
  return {
    run: async (_job, { signal, progress }) => {
      const box = mailing?.reports;
      if (mailing === undefined || box === undefined) return;
      const asked = { db, now, actor: PROGRAM };
      const truth = await openRecordTruth(options);
      const by = { asked, mailing, box, truth, texts: mailNames(box.dns).texts, hash: await keyedHash(data) };
      let taken = 0;
      const taking = (isDirect: boolean): Taking => ({
        signal,
        mostBytes: MOST_BYTES + 1,
        keep: async ({ bytes }) => {
          const outcome = await takeReportMail({ bytes, isDirect }, by);
          taken += 1;
          progress('reading reports', taken);
          const note = 'silence' in outcome ? outcome.silence : outcome.heard;
          if (note !== 'kept') log({ event: 'report-not-kept', level: 'info', note });
          return isDirect ? 'done' : undefined;
        },
      });
      const from = async (place: string, take: () => Promise<Taken>): Promise<void> => {
        const trouble = (error: unknown) =>
          log({
            event: 'reports-not-taken',
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
      if (mailing.receive?.smtp !== undefined) {
        await makeMaildir(reportsMaildir(data));
        await from('smtp', () => takeFromMaildir(reportsMaildir(data), taking(true)));
      }
      for (const folder of box.maildirs) await from('maildir', () => takeFromMaildir(folder, taking(false)));
      for (const one of box.imap) await from('imap', () => takeFromImap(one, taking(false)));
      await eraseOldReports(asked, box.keepDays);
    },
  };
}
