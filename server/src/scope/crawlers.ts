import { createIsbotFromList, list } from 'isbot';

/** A program says what it is at once; the list's expressions take hours over a user agent of megabytes. */
export const MOST_UA = 1000;

/** Words of an expression that say something; every browser is Mozilla, and most were compatible once. */
const wordsOf = (expression: string): string[] =>
  expression
    .replace(/\\./g, ' ')
    .replace(/\[[^\]]*\]|\{[^}]*\}|\(\?<?[!=][^)]*\)/g, ' ')
    .match(/[a-z0-9]{2,}/gi)
    ?.filter((word) => word !== 'mozilla' && word !== 'compatible') ?? [];

const named = createIsbotFromList(list.filter((expression) => wordsOf(expression).length > 0));

/**
 * Whether a user agent names itself as a program, by the words of the maintained list of the package isbot. Its
 * expressions that go by shape alone take any short text for a crawler, and a shop's own app calls itself as shortly:
 * people who looked at their own data with it would count as seen by a machine.
 */
export const isCrawler = (userAgent: string): boolean => named(userAgent.slice(0, MOST_UA));
