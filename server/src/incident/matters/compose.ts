/** What every letter is made with. Pure. */
import { visible } from '../../kernel/index.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** `2026-11-22T09:00:00+01:00` as `22 November 2026, 09:00 (UTC+01:00)`: the digits as they were written, no other zone. */
export function inWords(moment: string): string {
  const [, year, month, day, time, offset = ''] =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.exec(moment) ?? [];
  if (year === undefined) return moment;
  const zone = offset === 'Z' || /^[+-]00:00$/.test(offset) ? 'UTC' : `UTC${offset}`;
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}, ${time} (${zone})`;
}

/** What somebody typed, on lines of a letter: no turned writing direction, no hidden character. */
export const typedLines = (text: string): string => text.split('\n').map(visible).join('\n');

/** A list with `and` before its last. */
export function listed(words: readonly string[]): string {
  const all = words.map(visible);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** Paragraphs as one text. */
export const paragraphs = (parts: readonly (string | undefined)[]): string =>
  `${parts.filter((part) => part !== undefined).join('\n\n')}\n`;
