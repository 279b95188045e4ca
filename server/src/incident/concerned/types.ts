import type { ConcernedState, TOLD_BY } from '@forthright/contract';

export type ConcernedAct = 'tell' | 'excuse';

/** Name and contact stand as texts at the first entry. */
export type ConcernedData = Readonly<{
  hasContact: boolean;
  told?: Readonly<{
    entry: number;
    how: (typeof TOLD_BY)[number];
    at: string;
    by: string;
    hasText: boolean;
    evidence?: string;
  }>;
  reason?: number;
}>;

export type { ConcernedState };
