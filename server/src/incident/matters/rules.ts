/** Every kind of matter: its moves, what is next in each state, and what it keeps from being closed. Pure. */
import type { Blocker, NextStep } from '@forthright/contract';
import { CONCERNED_MOVES, CONCERNED_NEXT } from '../concerned/rules.ts';
import { DELAY_MOVES, DELAY_NEXT } from '../delays/rules.ts';
import { ITEM_MOVES, ITEM_NEXT } from '../inbox/rules.ts';
import { INQUIRY_MOVES, INQUIRY_NEXT } from '../inquiries/rules.ts';
import { RECIPIENT_MOVES, RECIPIENT_NEXT } from '../recipients/rules.ts';
import { BAN_MOVES, BAN_NEXT } from '../sellers/rules.ts';
import type { ActOf, MatterKind, OpenMatters, StateOf } from './types.ts';

type Move<K extends MatterKind> = Readonly<{ to: StateOf<K> } | { no: string }>;
type Room<K extends MatterKind> = Readonly<{
  moves: Readonly<Record<StateOf<K>, Readonly<Record<ActOf<K>, Move<K>>>>>;
  /** What is left to do; a state without it is an end. */
  next: Readonly<Record<StateOf<K>, NextStep['step'] | undefined>>;
  blocker: Blocker['blocker'];
  /** Why an open one keeps the incident from being closed. */
  why: string;
  /** How more than one are called. */
  many: string;
}>;

export const ROOMS: { readonly [K in MatterKind]: Room<K> } = {
  recipient: {
    moves: RECIPIENT_MOVES,
    next: RECIPIENT_NEXT,
    blocker: 'open-recipient',
    why: 'A recipient has neither answered nor been given up with a reason',
    many: 'recipients',
  },
  concerned: {
    moves: CONCERNED_MOVES,
    next: CONCERNED_NEXT,
    blocker: 'person-not-told',
    why: 'A person is neither told nor excused with a reason',
    many: 'people',
  },
  delay: {
    moves: DELAY_MOVES,
    next: DELAY_NEXT,
    blocker: 'open-delay',
    why: 'A delay that law enforcement asked for is not ended',
    many: 'delays',
  },
  ban: {
    moves: BAN_MOVES,
    next: BAN_NEXT,
    blocker: 'open-ban',
    why: 'A seller’s ban is not carried out, or its appeal not decided',
    many: 'bans of sellers',
  },
  item: {
    moves: ITEM_MOVES,
    next: ITEM_NEXT,
    blocker: 'open-item',
    why: 'Somebody waits for an answer',
    many: 'letters of people',
  },
  inquiry: {
    moves: INQUIRY_MOVES,
    next: INQUIRY_NEXT,
    blocker: 'open-inquiry',
    why: 'An authority waits for an answer',
    many: 'inquiries',
  },
};

export const moveOf = <K extends MatterKind>(kind: K, state: StateOf<K>, act: ActOf<K>): Move<K> =>
  ROOMS[kind].moves[state][act];

export const nextOf = <K extends MatterKind>(kind: K, state: StateOf<K>): NextStep['step'] | undefined =>
  ROOMS[kind].next[state];

/** What open matters keep the incident from being closed; those beyond the first ones as a number. */
export function matterBlockers({ first, counts }: OpenMatters): Blocker[] {
  const each = first.map(({ id, kind }) => {
    const { blocker, why } = ROOMS[kind];
    return { blocker, of: id, message: `${why}: ${id}.` };
  });
  const beyond = Object.entries(counts).flatMap(([kind, count]) => {
    const { blocker, many } = ROOMS[kind as MatterKind];
    const more = count - first.filter((one) => one.kind === kind).length;
    return more > 0 ? [{ blocker, message: `Just so ${more} more ${many}.` }] : [];
  });
  return [...each, ...beyond];
}

/** What is left to do with open matters. */
export const matterSteps = ({ first }: OpenMatters): NextStep[] =>
  first.map(({ id, step, due }) => ({ step, of: id, ...(due === undefined ? {} : { due }) }));
