/** Sentences of our notices, by which one without its code is known again. */
import type { Languages } from '../notify/index.ts';
import { wordsOf } from './check/words.ts';

const LEAST_WORDS = 6;

/** The fixed stretches of all texts, as the check compares words. */
export function phrasesOf(languages: Languages): readonly string[] {
  const phrases = new Set<string>();
  for (const { messages } of languages.values())
    for (const text of Object.values(messages))
      for (const stretch of text.split(/\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|(?<=[.!?。])\s/)) {
        const { words } = wordsOf(stretch);
        if (words.length >= LEAST_WORDS) phrases.add(` ${words.map((word) => word.text).join(' ')} `);
      }
  return [...phrases];
}
