/** What may follow what with a person concerned. Pure; docs/afterwards.md shows the same table. */
import type { ConcernedState, NextStep } from '@forthright/contract';
import type { ConcernedAct } from './types.ts';

type Move = Readonly<{ to: ConcernedState } | { no: string }>;

const told: Move = { no: 'the person has been told' };

export const CONCERNED_MOVES: Readonly<Record<ConcernedState, Readonly<Record<ConcernedAct, Move>>>> = {
  untold: { tell: { to: 'told' }, excuse: { to: 'excused' } },
  told: { tell: told, excuse: told },
  // Whoever could not be reached may still be.
  excused: { tell: { to: 'told' }, excuse: { no: 'the person is excused already' } },
};

export const CONCERNED_NEXT: Readonly<Record<ConcernedState, NextStep['step'] | undefined>> = {
  untold: 'tell-person',
  told: undefined,
  excused: undefined,
};
