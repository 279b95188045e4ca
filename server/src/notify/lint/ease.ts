import { createRequire } from 'node:module';
import type { Ease } from './types.ts';

type Counted = Readonly<{
  words: number;
  sentences: number;
  syllables: number;
  letters: number;
  longWords: number;
  hardWords: number;
}>;
type Formula = Readonly<{
  name: string;
  of: (c: Counted) => number;
  atLeast?: number;
  atMost?: number;
  syllables: boolean;
}>;

const sentence = (c: Counted) => c.words / c.sentences;
const perWord = (c: Counted) => c.syllables / c.words;

/** One formula a language, each made for it. The limits are those of "fairly difficult" on its own scale. */
const FORMULAS: Readonly<Record<string, Formula>> = {
  en: {
    name: 'Flesch reading ease (1948)',
    of: (c) => 206.835 - 1.015 * sentence(c) - 84.6 * perWord(c),
    atLeast: 50,
    syllables: true,
  },
  de: {
    name: 'Flesch by Amstad (1978)',
    of: (c) => 180 - sentence(c) - 58.5 * perWord(c),
    atLeast: 45,
    syllables: true,
  },
  fr: {
    name: 'Flesch by Kandel and Moles (1958)',
    of: (c) => 207 - 1.015 * sentence(c) - 73.6 * perWord(c),
    atLeast: 50,
    syllables: true,
  },
  es: {
    name: 'Fernández Huerta (1959)',
    of: (c) => 206.84 - 1.02 * sentence(c) - 60 * perWord(c),
    atLeast: 50,
    syllables: true,
  },
  pt: {
    name: 'Flesch by Martins (1996)',
    of: (c) => 248.835 - 1.015 * sentence(c) - 84.6 * perWord(c),
    atLeast: 40,
    syllables: true,
  },
  nl: {
    name: 'Flesch by Douma (1960)',
    of: (c) => 206.84 - 0.93 * sentence(c) - 77 * perWord(c),
    atLeast: 45,
    syllables: true,
  },
  it: {
    name: 'Gulpease (1988)',
    of: (c) => 89 + (300 * c.sentences - 10 * c.letters) / c.words,
    atLeast: 45,
    syllables: false,
  },
  sv: {
    name: 'LIX (Björnsson 1968)',
    of: (c) => sentence(c) + (100 * c.longWords) / c.words,
    atMost: 45,
    syllables: false,
  },
  pl: {
    name: 'FOG by Pisarek (words of four syllables)',
    of: (c) => 0.4 * (sentence(c) + (100 * c.hardWords) / c.words),
    atMost: 13,
    syllables: true,
  },
  ja: {
    name: 'letters a sentence (no formula is in common use)',
    of: (c) => c.letters / c.sentences,
    atMost: 60,
    syllables: false,
  },
};

/** Fewer words say nothing of how a text reads. */
const FEWEST_WORDS = 30;
const SOFT = '\u00ad';

/**
 * How hard a text is to read, by the formula of its language. Syllables are those at which the word may be hyphenated:
 * slightly fewer than are spoken. Null for a language without a formula, or for a text too short.
 */
export function easeOf(text: string, language: string): Ease | null {
  const formula = FORMULAS[language];
  if (formula === undefined) return null;
  const counted = count(text, language, formula.syllables);
  if (counted.words < FEWEST_WORDS || counted.sentences === 0) return null;
  const value = Math.round(formula.of(counted) * 10) / 10;
  const { atLeast, atMost } = formula;
  const isEasy = atLeast === undefined ? value <= (atMost ?? 0) : value >= atLeast;
  return {
    formula: formula.name,
    value,
    wanted: atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`,
    isEasy,
  };
}

function count(text: string, language: string, wantsSyllables: boolean): Counted {
  const segments = [...new Intl.Segmenter(language, { granularity: 'word' }).segment(text)];
  const words = segments.filter((s) => s.isWordLike && /\p{L}/u.test(s.segment)).map((s) => s.segment);
  // A line that begins a list, or a heading, ends the sentence before it.
  const sentences = text
    .split(/\n\s*\n|\n(?=\s*[-•*])/)
    .flatMap((part) =>
      [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(part)].filter((s) =>
        /\p{L}/u.test(s.segment),
      ),
    ).length;
  const syllables = wantsSyllables ? syllablesOf(words, language) : words.map(() => 0);
  return {
    words: words.length,
    sentences,
    syllables: syllables.reduce((a, b) => a + b, 0),
    letters: words.reduce((sum, word) => sum + [...word].length, 0),
    longWords: words.filter((word) => word.length > 6).length,
    hardWords: syllables.filter((n) => n >= 4).length,
  };
}

function syllablesOf(words: readonly string[], language: string): number[] {
  const { hyphenateSync } = hyphenator(language);
  return words.map((word) => hyphenateSync(word, { hyphenChar: SOFT, minWordLength: 3 }).split(SOFT).length);
}

type Hyphenator = Readonly<{
  hyphenateSync: (text: string, options?: { hyphenChar?: string; minWordLength?: number }) => string;
}>;

const HYPHENATED = ['en', 'de', 'fr', 'es', 'pt', 'nl', 'pl'];
const require = createRequire(import.meta.url);

/** The package has no types, and a module of a megabyte a language. */
function hyphenator(language: string): Hyphenator {
  return require(`hyphen/${HYPHENATED.includes(language) ? language : 'en'}`) as Hyphenator;
}
