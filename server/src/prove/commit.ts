/** Commitments whose salt nobody keeps: it leaves with what it opens. */
import { newSalt, type Opening } from '@forthright/register';
import { commitment } from './store.ts';

/**
 * Commits to a text in the facts of an entry, at this JSON Pointer: the opening goes to whoever is given the text, and is kept nowhere.
 * So nobody who only has the records can find what it was by trying, and nothing has to be erased later.
 */
export function commitOnce(
  at: string,
  label: string,
  value: string,
): Readonly<{ stated: string; opening: Opening & { at: string } }> {
  const salt = newSalt();
  return {
    stated: commitment(label, salt, value),
    opening: { at, label, salt, value: Buffer.from(value, 'utf8') },
  };
}
