/** What the journal's records of one message mean. Order between files does not matter: attempts are numbered. */
import type { JournalRecord } from './types.ts';

/** The latest that is known of one message. */
export type Known = Readonly<{
  /** `released` here is in doubt, too: the process ended before it learnt the outcome. */
  kind: JournalRecord['kind'];
  attempt: number;
  /** The attempts that are in doubt. */
  doubts: readonly number[];
  record: JournalRecord;
}>;

/** Adds one record to what was known before. Records of one attempt come in their order; attempts may come in any. */
export function learn(known: Known | undefined, record: JournalRecord): Known {
  const { kind, attempt } = record;
  const others = (known?.doubts ?? []).filter((each) => each !== attempt);
  const doubts = isDoubt(kind) ? [...others, attempt] : others;
  if (known !== undefined && known.attempt > attempt) return { ...known, doubts };
  return { kind, attempt, doubts, record };
}

export const isDoubt = (kind: JournalRecord['kind']): boolean => kind === 'released' || kind === 'in-doubt';

/** What is to be done about one message after a start. */
export type Next = 'send' | 'resend' | 'settled' | 'attempted-twice';

/** In doubt once: once more, by default, the same bytes. In doubt twice: never again. */
export function nextFor(known: Known | undefined): Next {
  if (known === undefined) return 'send';
  switch (known.kind) {
    case 'accepted':
    case 'refused':
      return 'settled';
    case 'deferred':
    case 'broken-before-dot':
      return 'send';
    case 'released':
    case 'in-doubt':
      return known.doubts.length >= 2 ? 'attempted-twice' : 'resend';
  }
}
