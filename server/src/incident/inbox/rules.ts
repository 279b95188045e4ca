/** What may follow what with something that a person writes, and by when it is to be answered. Pure. */
import type { ItemKind, ItemState, NextStep, Received } from '@forthright/contract';
import type { ItemAct } from './types.ts';

type Move = Readonly<{ to: ItemState } | { no: string }>;

const closed: Move = { no: 'it is closed; what the person writes next is a new item' };

export const ITEM_MOVES: Readonly<Record<ItemState, Readonly<Record<ItemAct, Move>>>> = {
  open: {
    assign: { to: 'open' },
    answer: { to: 'answered' },
    extend: { to: 'open' },
    close: { to: 'closed' },
  },
  answered: {
    assign: { no: 'it is answered' },
    answer: { no: 'it is answered; what the person writes next is a new item' },
    extend: { no: 'it is answered' },
    close: { to: 'closed' },
  },
  closed: { assign: closed, answer: closed, extend: closed, close: closed },
};

export const ITEM_NEXT: Readonly<Record<ItemState, NextStep['step'] | undefined>> = {
  open: 'answer-person',
  answered: undefined,
  closed: undefined,
};

const ARTICLE_12_3 = { source: 'GDPR Art. 12(3)', months: 1 };

/** Where the law says by when a kind is to be answered, and in how many months of receipt. */
export const CLOCKS: Readonly<Record<ItemKind, Readonly<{ source: string; months: number }> | undefined>> = {
  reply: undefined,
  complaint: undefined,
  claim: undefined,
  access: ARTICLE_12_3,
  rectification: ARTICLE_12_3,
  erasure: ARTICLE_12_3,
  restriction: ARTICLE_12_3,
  portability: ARTICLE_12_3,
  objection: ARTICLE_12_3,
  other: undefined,
};

/**
 * The last second of the day that has the number of the day of receipt, so many months later; in a month that has no
 * such day, of its last one (Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c)). Days are those of the zone in which it was
 * received. That a period ending on a weekend or a public holiday ends on the next working day (Art. 3(4)) is not
 * used: nobody is told of more time than there surely is.
 */
export function monthsAfter({ at, zone }: Received, months: number): string {
  const day = Temporal.Instant.from(at).toZonedDateTimeISO(zone).toPlainDate();
  const last = day.add({ months }, { overflow: 'constrain' });
  return last
    .toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from('23:59:59') })
    .toString({ timeZoneName: 'never' });
}

/** By when the law wants an answer; undefined where it does not say. */
export function lawfulDue(kind: ItemKind, received: Received, extendedMonths = 0): string | undefined {
  const clock = CLOCKS[kind];
  return clock === undefined ? undefined : monthsAfter(received, clock.months + extendedMonths);
}
