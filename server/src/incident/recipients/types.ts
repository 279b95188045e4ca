import type { HAND_OVER, RECIPIENT_ANSWERS, RecipientClass, RecipientState } from '@forthright/contract';

/** What may be done with a recipient. The three answers are those in writing; `say` is what was only said. */
export type RecipientAct =
  | 'write-letter'
  | 'hand-over'
  | 'say'
  | (typeof RECIPIENT_ANSWERS)[number]
  | 'give-up';

/** For each text the entry at which it stands. */
export type RecipientData = Readonly<{
  class: Exclude<RecipientClass, 'own'>;
  name?: number;
  pseudonym?: number;
  reach: number;
  letters: number;
  letter?: Readonly<{ entry: number; confirmBy: string }>;
  handedOver?: Readonly<{
    /** The letter's. */
    letter: number;
    entry: number;
    at: string;
    by: (typeof HAND_OVER)[number];
    hasReceipt: boolean;
  }>;
  answer?: Readonly<{
    entry: number;
    answer: (typeof RECIPIENT_ANSWERS)[number];
    at: string;
    inWriting: boolean;
    evidence?: string;
  }>;
  reason?: number;
}>;

export type { RecipientState };
