/** What may follow what with a seller's ban. Pure; docs/afterwards.md shows the same table. */
import type { BanState, NextStep } from '@forthright/contract';
import type { BanAct } from './types.ts';

type Move = Readonly<{ to: BanState } | { no: string }>;
type Moves = Readonly<Record<BanAct, Move>>;

const untold: Move = { no: 'the seller has not been told yet' };
const told: Move = { no: 'the seller has been told' };
const noAppeal: Move = { no: 'the seller has not appealed' };
const over = (how: string): Moves => {
  const no: Move = { no: `the ban is ${how}; another one is written anew` };
  return { tell: no, 'carry-out': no, appeal: no, upheld: no, lifted: no, withdrawn: no };
};

export const BAN_MOVES: Readonly<Record<BanState, Moves>> = {
  written: {
    tell: { to: 'told' },
    'carry-out': untold,
    appeal: untold,
    upheld: noAppeal,
    lifted: untold,
    withdrawn: { to: 'withdrawn' },
  },
  told: {
    tell: told,
    'carry-out': { to: 'banned' },
    appeal: { to: 'appealed' },
    upheld: noAppeal,
    lifted: { to: 'lifted' },
    withdrawn: told,
  },
  banned: {
    tell: told,
    'carry-out': { no: 'the ban is carried out' },
    appeal: { to: 'appealed' },
    upheld: noAppeal,
    lifted: { to: 'lifted' },
    withdrawn: told,
  },
  appealed: {
    tell: told,
    // An appeal does not stop a ban.
    'carry-out': { to: 'appealed' },
    appeal: { no: 'the seller has appealed already' },
    // What was told is then still to be carried out, or was before.
    upheld: { to: 'banned' },
    lifted: { to: 'lifted' },
    withdrawn: told,
  },
  lifted: over('lifted'),
  withdrawn: over('withdrawn'),
};

export const BAN_NEXT: Readonly<Record<BanState, NextStep['step'] | undefined>> = {
  written: 'tell-seller',
  told: 'ban-seller',
  banned: undefined,
  appealed: 'decide-appeal',
  lifted: undefined,
  withdrawn: undefined,
};
