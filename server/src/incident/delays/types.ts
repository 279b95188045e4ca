import type { Delayable, DelayState } from '@forthright/contract';

export type DelayAct = 'confirm' | 'prolong' | 'end';

/** Agency, reference and reason stand as texts at the delay's first entry. */
export type DelayData = Readonly<{
  askedAt: string;
  form: 'written' | 'oral';
  from: string;
  until: string;
  /** Until when it counts. */
  countsUntil: string;
  suspends: readonly Delayable[];
  evidence?: string;
  confirmed?: Readonly<{ entry: number; at: string; evidence?: string }>;
  ended?: Readonly<{ entry: number; at: string; evidence?: string }>;
}>;

/** One that is not ended, as rules look at it. */
export type StandingDelay = Readonly<{
  id: string;
  agency: string | null;
  from: string;
  countsUntil: string;
  suspends: readonly Delayable[];
}>;

export type { DelayState };
