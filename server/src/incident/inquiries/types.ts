import type { InquiryState, Received } from '@forthright/contract';

export type InquiryAct = 'answer-question' | 'move-deadline' | 'answer' | 'excuse';

export type InquiryAnswer = Readonly<{
  entry: number;
  outcome: 'answered' | 'declined';
  by: string;
  evidence?: string;
}>;

/** Authority, reference and questions stand as texts at the inquiry's first entry. */
export type InquiryData = Readonly<{
  received: Received;
  deadline: string;
  evidence?: string;
  /** One for each question; `null` until it is answered. */
  answers: readonly (InquiryAnswer | null)[];
  finished?: Readonly<{ entry: number; at: string; evidence?: string }>;
}>;

export type { InquiryState };
