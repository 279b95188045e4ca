/** What may follow what with a delay, and what it delays. Pure; docs/afterwards.md shows the same table. */
import type { Answer, Delayed, DelayState, NextStep } from '@forthright/contract';
import type { DelayAct, StandingDelay } from './types.ts';

type Move = Readonly<{ to: DelayState } | { no: string }>;

const ended: Move = { no: 'the delay is ended; another request is a new delay' };

export const DELAY_MOVES: Readonly<Record<DelayState, Readonly<Record<DelayAct, Move>>>> = {
  oral: {
    confirm: { to: 'written' },
    prolong: { no: 'the request is not confirmed in writing yet' },
    end: { to: 'ended' },
  },
  written: {
    confirm: { no: 'the request is in writing' },
    prolong: { to: 'written' },
    end: { to: 'ended' },
  },
  ended: { confirm: ended, prolong: ended, end: ended },
};

/** Its end is a step of its own, so that whoever waits is reminded. */
export const DELAY_NEXT: Readonly<Record<DelayState, NextStep['step'] | undefined>> = {
  oral: 'confirm-delay',
  written: 'end-delay',
  ended: undefined,
};

/** An oral request counts until it was to be confirmed, and not beyond. */
export function countsUntil(until: string, writtenDue: string | undefined): string {
  return writtenDue !== undefined && Date.parse(writtenDue) < Date.parse(until) ? writtenDue : until;
}

export const countsAt = (
  { from, countsUntil: end }: Pick<StandingDelay, 'from' | 'countsUntil'>,
  now: Date,
): boolean => Date.parse(from) <= now.getTime() && now.getTime() < Date.parse(end);

/** What delays this duty now; of several the one that lasts longest. Its own due time stays as it is. */
export function delayOf(
  answer: Answer | undefined,
  delays: readonly StandingDelay[],
  now: Date,
): Delayed | undefined {
  const [longest] = delays
    .filter(({ suspends }) => suspends.some((one) => one === answer))
    .filter((delay) => countsAt(delay, now))
    .toSorted((a, b) => Date.parse(b.countsUntil) - Date.parse(a.countsUntil));
  return longest && { by: longest.id, agency: longest.agency, until: longest.countsUntil };
}
