/** What may follow what with a recipient. Pure; docs/afterwards.md shows the same table. */
import type { NextStep, RecipientState } from '@forthright/contract';
import type { RecipientAct } from './types.ts';

type Move = Readonly<{ to: RecipientState } | { no: string }>;
type Moves = Readonly<Record<RecipientAct, Move>>;

const unwritten: Move = { no: 'no letter is written that they could have been given' };
/** Whoever writes by themselves counts too, and a later answer takes the place of an earlier one. */
const answers = {
  deleted: { to: 'deleted' },
  'never-seen': { to: 'never-seen' },
  refused: { to: 'refused' },
} as const;
const done: Moves = {
  'write-letter': { no: 'they have answered in writing' },
  'hand-over': { no: 'they have answered in writing' },
  say: { no: 'they have answered in writing' },
  ...answers,
  'give-up': { no: 'they have answered in writing' },
};

export const RECIPIENT_MOVES: Readonly<Record<RecipientState, Moves>> = {
  listed: {
    'write-letter': { to: 'written' },
    'hand-over': unwritten,
    say: { to: 'listed' },
    ...answers,
    'give-up': { to: 'excused' },
  },
  written: {
    'write-letter': { to: 'written' },
    'hand-over': { to: 'asked' },
    say: { to: 'written' },
    ...answers,
    'give-up': { to: 'excused' },
  },
  asked: {
    'write-letter': { to: 'asked' },
    'hand-over': { to: 'asked' },
    say: { to: 'asked' },
    ...answers,
    'give-up': { to: 'silent' },
  },
  deleted: done,
  'never-seen': done,
  refused: {
    ...done,
    // To insist, by another letter.
    'write-letter': { to: 'refused' },
    'hand-over': { to: 'asked' },
  },
  silent: {
    'write-letter': { to: 'silent' },
    'hand-over': { to: 'asked' },
    say: { to: 'silent' },
    ...answers,
    'give-up': { no: 'they are given up already' },
  },
  excused: {
    'write-letter': { to: 'written' },
    'hand-over': unwritten,
    say: { to: 'excused' },
    ...answers,
    'give-up': { no: 'they are excused already' },
  },
};

/** What is left to do; a state without it is an end. */
export const RECIPIENT_NEXT: Readonly<Record<RecipientState, NextStep['step'] | undefined>> = {
  listed: 'write-to-recipient',
  written: 'hand-letter-over',
  asked: 'hear-from-recipient',
  deleted: undefined,
  'never-seen': undefined,
  refused: undefined,
  silent: undefined,
  excused: undefined,
};
