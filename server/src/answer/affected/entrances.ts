/** "Was I affected?", asked by anybody of any address; and the notice for who has its code and address. */
import { AffectedAsked, AffectedHeard, ForthrightError, MyNotice, NoticeShown } from '@forthright/contract';
import type { Mailing } from '../../notify/index.ts';
import { type Entrance, entrance } from '../../people/index.ts';
import type { Db } from '../../platform/db/index.ts';
import { Limiter, type Wait } from '../../platform/index.ts';
import { oneAddress, parseMail } from '../../platform/mail/index.ts';
import { normalisedAddress, readCode } from '../../prove/codes/index.ts';
import { codeSentTo } from '../entrances.ts';
import { refuseWithoutMail } from '../outbox/outbox.ts';
import { readSayings } from '../sayings/index.ts';
import type { Truth } from '../types.ts';
import { insertAsk } from './store.ts';

export type AffectedOptions = Readonly<{
  db: Db;
  now: () => Date;
  mailing: Mailing | undefined;
}>;

/** Of all who ask together: no more can be answered, and the table of those who wait stays small. */
const ALL = { most: 1200, windowSeconds: 60 };

/**
 * Whoever asks writes one row, the same for every address, and hears the same words: what is known of the address is looked at by a
 * job, later, and told to the address alone.
 */
export function affectedEntrances({ db, now, mailing }: AffectedOptions): readonly Entrance[] {
  const all = new Limiter(ALL, now);
  return [
    entrance<AffectedAsked, AffectedHeard>({
      name: 'was-i-affected',
      summary: 'Asks whether the owner of an address was affected; the answer goes to that address alone',
      method: 'POST',
      path: '/was-i-affected',
      input: AffectedAsked,
      output: AffectedHeard,
      isPublic: true,
      run: async ({ address: raw, language }) => {
        refuseWithoutMail(mailing);
        const to = oneAddress(raw);
        const address = normalisedAddress(to) ?? to;
        const waitSeconds = all.take('all');
        const wait: Wait = { waitSeconds };
        if (waitSeconds > 0)
          throw new ForthrightError('too-many-requests', 'Very many people ask just now; wait a minute.', {
            cause: wait,
          });
        const sayings = await readSayings();
        const own = sayings.nearest(language);
        await db.transaction((tx) => insertAsk(tx, { address, language: own, at: now() }), {
          isolation: 'read committed',
        });
        return { output: { language: own, says: sayings.in(own)('asked') }, session: 'unchanged' };
      },
    }),
  ];
}

/** `open`: asked for by the first. The notice of a code, for whoever has the address as well; nothing that it does not say. */
export function noticeEntrances(open: () => Promise<Truth>): readonly Entrance[] {
  let opened: Promise<Truth> | undefined;
  const truth = (): Promise<Truth> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return [
    entrance<MyNotice, NoticeShown>({
      name: 'show-my-notice',
      summary: 'What a notice says, for who has its code and the address to which it was sent',
      method: 'POST',
      path: '/show-my-notice',
      input: MyNotice,
      output: NoticeShown,
      isPublic: true,
      run: async (given) => ({ output: await noticeOf(given, await truth()), session: 'unchanged' }),
    }),
  ];
}

async function noticeOf(given: MyNotice, truth: Truth): Promise<NoticeShown> {
  const { is } = await codeSentTo(given, truth);
  if (is !== 'sent-to-this-address') return { is };
  const read = readCode(given.code);
  const sent = read.kind === 'code' ? await truth.sent?.(read.code) : undefined;
  const bytes = sent?.address === normalisedAddress(given.address) ? await sent?.mail() : undefined;
  // Erased, or of facts that have changed since: that it was sent is all that can be said.
  if (bytes === undefined) return { is };
  const { subject = '', text = '', date = '', headers } = await parseMail(bytes);
  const language = headers.find(({ key }) => key === 'content-language')?.value ?? '';
  return { is, notice: { subject, text, language, sentAt: new Date(date).toISOString() } };
}
