/** What may follow what with an authority's inquiry. Pure; docs/afterwards.md shows the same table. */
import type { InquiryState, NextStep } from '@forthright/contract';
import type { InquiryAct, InquiryData } from './types.ts';

type Move = Readonly<{ to: InquiryState } | { no: string }>;
type Moves = Readonly<Record<InquiryAct, Move>>;

const over = (how: string): Moves => {
  const no: Move = { no: `the inquiry is ${how}; what the authority writes next is a new one` };
  return { 'answer-question': no, 'move-deadline': no, answer: no, excuse: no };
};

export const INQUIRY_MOVES: Readonly<Record<InquiryState, Moves>> = {
  open: {
    'answer-question': { to: 'open' },
    'move-deadline': { to: 'open' },
    answer: { to: 'answered' },
    excuse: { to: 'excused' },
  },
  answered: over('answered'),
  excused: over('excused'),
};

export const INQUIRY_NEXT: Readonly<Record<InquiryState, NextStep['step'] | undefined>> = {
  open: 'answer-inquiry',
  answered: undefined,
  excused: undefined,
};

/** The numbers of the questions that are neither answered nor declined. */
export const openQuestions = ({ answers }: Pick<InquiryData, 'answers'>): number[] =>
  answers.flatMap((answer, i) => (answer === null ? [i + 1] : []));
