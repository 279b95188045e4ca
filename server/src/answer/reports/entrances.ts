/** Reports by a form or a program. Whoever stands behind an address that is merely typed is proved by nothing. */
import { ForthrightError, ReportHeard, ReportMail } from '@forthright/contract';
import { type Entrance, entrance } from '../../people/index.ts';
import { Limiter, type Wait } from '../../platform/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import { normalisedAddress } from '../../prove/codes/index.ts';
import { type Asked, PROGRAM } from '../../prove/index.ts';
import { keyedHash } from '../lately.ts';
import { openRecordTruth, type RecordOptions } from '../record.ts';
import { readSayings } from '../sayings/index.ts';
import type { Truth } from '../types.ts';
import { takeReport } from './take.ts';

/** Of all who report by it together. */
const ALL = { most: 120, windowSeconds: 60 };

export type ReportOptions = RecordOptions & Readonly<{ now: () => Date }>;

export async function heardOf(
  { address, text, eml, language }: ReportMail,
  {
    asked,
    proved,
    way,
    truth,
    options: { data, mailing },
  }: Readonly<{
    asked: Asked;
    proved: boolean;
    way: 'form' | 'app';
    truth: Truth;
    options: Pick<RecordOptions, 'data' | 'mailing'>;
  }>,
): Promise<ReportHeard> {
  const to = oneAddress(address);
  const reporter = normalisedAddress(to) ?? to;
  const bytes = text === undefined ? Buffer.from(eml ?? '', 'base64') : Buffer.from(text, 'utf8');
  const taking = { asked, mailing, truth, hash: await keyedHash(data) };
  const heard = await takeReport({ reporter, proved, bytes, way }, taking);
  const sayings = await readSayings();
  return { heard, says: sayings.in(sayings.nearest(language))(`report.${heard}`) };
}

export function reportEntrances(options: ReportOptions): readonly Entrance[] {
  const { db, now } = options;
  const all = new Limiter(ALL, now);
  let truth: Promise<Truth> | undefined;
  return [
    entrance<ReportMail, ReportHeard>({
      name: 'report-mail',
      summary:
        'Reports a mail that came to this address and was not wanted; what it says of its sender is kept',
      method: 'POST',
      path: '/report-mail',
      input: ReportMail,
      output: ReportHeard,
      isPublic: true,
      run: async (given) => {
        const waitSeconds = all.take('all');
        const wait: Wait = { waitSeconds };
        if (waitSeconds > 0)
          throw new ForthrightError('too-many-requests', 'Very many people report just now; wait a minute.', {
            cause: wait,
          });
        truth ??= openRecordTruth(options);
        const by = {
          asked: { db, now, actor: PROGRAM },
          proved: false,
          way: 'form',
          truth: await truth,
          options,
        } as const;
        return { output: await heardOf(given, by), session: 'unchanged' };
      },
    }),
  ];
}
