/** The nearest deadlines as people read them: when, what, of which incident. */
import type { ClocksListed } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { clip, moment } from './words.ts';

const TITLE = 48;

/** One line for each clock; what is missed says so, and what can't be told yet too. */
export function clocksText({ clocks, next }: ClocksListed): string {
  if (clocks.length === 0) return 'No deadline of law runs for an open incident that you may see.\n';
  const width = Math.max(...clocks.map(({ duty }) => duty.length));
  const lines = clocks.map(({ until, isMissed, status, duty, title, incident, delayedUntil }) =>
    [
      `${moment(until)} UTC`,
      (isMissed ? 'MISSED' : '').padEnd(6),
      duty.padEnd(width),
      (status === 'due' ? 'due' : "can't tell").padEnd(10),
      clip(visible(title ?? '(erased)'), TITLE).padEnd(TITLE),
      incident,
      ...(delayedUntil === null ? [] : [`delayed until ${moment(delayedUntil)} UTC`]),
    ]
      .join('  ')
      .trimEnd(),
  );
  const more = next === undefined ? [] : ['', `More: --after ${next}`];
  return `${[...lines, ...more].join('\n')}\n`;
}
