/**
 * Texts as sequences of words, so that what programs on the way do to them (lines broken elsewhere, quote marks, bullets,
 * addresses made into links) makes no difference, and everything else does.
 */

import { unwrapped } from './links.ts';

export type Word = Readonly<{
  text: string;
  /** A bullet or a line of dashes, which programs add and take away; only at the beginning of a line. */
  isMark: boolean;
  /** Of the lines of its text, from 0. */
  line: number;
}>;

export type Words = Readonly<{ words: readonly Word[]; lines: readonly string[] }>;

/** Letters between which a line may be broken without a blank. */
const WIDE = /[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/;
const PIECES =
  /[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]+/gu;
/** More of either would be whole lines. */
const QUOTED = /^[ \t]*(?:[>|][ \t]?){1,30}/;
const MARK = /^(?:[-*•·◦▪–—+]|[-=_*~]{3,120})$/u;

/** Blanks of every kind but invisible ones are one blank; typed and typographic quotes and dashes are the same. */
function plain(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\t\f\v]/g, ' ')
    .replace(/[‘’‚]/g, "'")
    .replace(/[“”„]/g, '"')
    .replace(/[–—‑‐]/g, '-')
    .replaceAll('…', '...');
}

/** An address or a name of ours that a program has made into a link shows what it leads to: `a@b.example<mailto:a@b.example>`. */
function withoutEchoes(text: string): string {
  return text.replace(
    /\s{0,5}[<[(]((?:mailto:|https?:\/\/)[^<>\s()[\]]{1,4000})[>\])]/gi,
    (echo: string, link: string, at: number, whole: string) => {
      const target = unwrapped(link).replace(/^(?:mailto:|https?:\/\/)|\/$/gi, '');
      const shown = /\S+$/.exec(whole.slice(Math.max(0, at - 320), at))?.[0].toLowerCase() ?? '';
      return shown.replace(/^[*_("']+|[*_)"'.,;:!?]+$/g, '') === target.toLowerCase() ? '' : echo;
    },
  );
}

/** Isolates of direction stand in our own texts; whether there are too many is asked apart. */
const ISOLATES = /[\u2068\u2069]/g;
export const isolatesIn = (text: string): number => text.match(ISOLATES)?.length ?? 0;

/** Up to `most` words; a text that is longer was not ours. */
export function wordsOf(text: string, most = 60_000): Words {
  const lines = withoutEchoes(plain(text))
    .replace(ISOLATES, '')
    .split('\n')
    .map((line) => line.replace(QUOTED, '').trim());
  const words: Word[] = [];
  for (const [line, content] of lines.entries()) {
    let isFirst = true;
    for (const [found] of content.matchAll(PIECES)) {
      if (words.length >= most) return { words, lines };
      words.push({ text: found, isMark: isFirst && MARK.test(found), line });
      isFirst = false;
    }
  }
  return { words, lines };
}

const BEGINNING = 3;
type Begun = ReadonlyMap<string, readonly (readonly string[])[]>;
const BEGUN = new WeakMap<readonly string[], Begun>();

/** By their first words; the same phrases are asked for again and again. */
function begun(phrases: readonly string[]): Begun {
  const known = BEGUN.get(phrases);
  if (known !== undefined) return known;
  const all = new Map<string, (readonly string[])[]>();
  for (const phrase of phrases) {
    const words = phrase.trim().split(' ');
    const key = words.slice(0, BEGINNING).join(' ');
    all.set(key, [...(all.get(key) ?? []), words]);
  }
  BEGUN.set(phrases, all);
  return all;
}

/**
 * How many of these phrases (words, a blank between) stand there word for word. Looked up word by word, since to search a text
 * for each phrase takes seconds where somebody has filled it with invisible letters.
 */
export function phrasesIn(words: readonly Word[], phrases: readonly string[]): number {
  const found = new Set<readonly string[]>();
  const all = begun(phrases);
  for (let at = 0; at + BEGINNING <= words.length; at += 1) {
    const first = [0, 1, 2].map((i) => words[at + i]?.text ?? '');
    if (first.some((word) => word.length > LONGEST_WORD)) continue;
    for (const phrase of all.get(first.join(' ')) ?? [])
      if (phrase.every((word, i) => words[at + i]?.text === word)) found.add(phrase);
  }
  return found.size;
}

/** Of our phrases none has a longer one. */
const LONGEST_WORD = 100;

/** Emphasis that programs write around words is no difference. */
const isSame = (ours: string, theirs: string): boolean =>
  ours === theirs || (/^[*_]|[*_]$/.test(theirs) && ours === theirs.replace(/^[*_]+|[*_]+$/g, ''));

/** The place behind the last word when all of ours stand there from `start` on, without anything between; else how far they go. */
function follow(
  ours: readonly Word[],
  theirs: readonly Word[],
  start: number,
): Readonly<{ end: number; matched: number; isComplete: boolean }> {
  let i = 0;
  let j = start;
  let end = start;
  while (i < ours.length) {
    const [our, their] = [ours[i] as Word, theirs[j]];
    if (their !== undefined && isSame(our.text, their.text)) {
      i += 1;
      j += 1;
      end = j;
    } else if (our.isMark) i += 1;
    else if (their?.isMark) j += 1;
    else return { end, matched: i, isComplete: false };
  }
  return { end, matched: i, isComplete: true };
}

export type Found = Readonly<{
  /** Words before `start` and from `end` on are not ours. */
  start: number;
  end: number;
  isComplete: boolean;
  /** Ours that were found in their order, without a gap. */
  matched: number;
}>;

const MOST_STARTS = 50;

/** Where our text stands in theirs; where it does not stand whole, the place at which most of its beginning does. */
export function findIn(ours: readonly Word[], theirs: readonly Word[]): Found | undefined {
  const first = ours.findIndex((word) => !word.isMark);
  const begin = ours.slice(first, first + 3).map((w) => w.text);
  let best: Found | undefined;
  let tried = 0;
  for (let start = 0; start < theirs.length && tried < MOST_STARTS; start += 1) {
    if (!begin.every((word, i) => isSame(word, theirs[start + i]?.text ?? ''))) continue;
    tried += 1;
    const found = { start, ...follow(ours.slice(first), theirs, start) };
    if (found.isComplete) return found;
    if (best === undefined || found.matched > best.matched) best = found;
  }
  return best;
}

/** How much of `of` stands in `within`, by runs of three words: 0 to 1. */
export function shareOf(of: readonly Word[], within: readonly Word[]): number {
  const runs = (words: readonly Word[]) => {
    const texts = words.filter((w) => !w.isMark).map((w) => w.text.toLowerCase());
    return new Set(texts.slice(2).map((_, i) => texts.slice(i, i + 3).join(' ')));
  };
  const [asked, there] = [runs(of), runs(within)];
  if (asked.size === 0) return 0;
  return [...asked].filter((run) => there.has(run)).length / asked.size;
}

export type Change = Readonly<{ ours: string; theirs: string }>;

const MOST_CELLS = 9_000_000;
const MOST_CHANGES = 100;

/** What stands otherwise than in our text, by the shortest way from one to the other. */
export function changesBetween(ours: readonly Word[], theirs: readonly Word[]): readonly Change[] {
  const a = ours.filter((w) => !w.isMark).map((w) => w.text);
  const b = theirs.filter((w) => !w.isMark).map((w) => w.text);
  let start = 0;
  while (start < a.length && start < b.length && isSame(a[start] ?? '', b[start] ?? '')) start += 1;
  let [endA, endB] = [a.length, b.length];
  while (endA > start && endB > start && isSame(a[endA - 1] ?? '', b[endB - 1] ?? '')) {
    endA -= 1;
    endB -= 1;
  }
  const [midA, midB] = [a.slice(start, endA), b.slice(start, endB)];
  const joined = (words: readonly string[]) =>
    words.reduce(
      (text, word) =>
        text === '' || (WIDE.test(word) && WIDE.test(text.at(-1) ?? '')) ? text + word : `${text} ${word}`,
      '',
    );
  if (midA.length * midB.length > MOST_CELLS) return [{ ours: joined(midA), theirs: joined(midB) }];
  const changes: { ours: string[]; theirs: string[] }[] = [];
  let isOpen = false;
  for (const step of steps(midA, midB)) {
    if (step.is === 'same') {
      isOpen = false;
      continue;
    }
    if (!isOpen) changes.push({ ours: [], theirs: [] });
    isOpen = true;
    changes.at(-1)?.[step.is].push(step.word);
  }
  return changes
    .slice(0, MOST_CHANGES)
    .map((change) => ({ ours: joined(change.ours), theirs: joined(change.theirs) }));
}

type Step = Readonly<{ is: 'same' | 'ours' | 'theirs'; word: string }>;

/** By the longest common subsequence. */
function steps(a: readonly string[], b: readonly string[]): Step[] {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = isSame(a[i] ?? '', b[j] ?? '')
        ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const found: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && isSame(a[i] ?? '', b[j] ?? '')) {
      found.push({ is: 'same', word: a[i] ?? '' });
      i += 1;
      j += 1;
    } else if (
      j >= b.length ||
      (i < a.length && (lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
    ) {
      found.push({ is: 'ours', word: a[i] ?? '' });
      i += 1;
    } else {
      found.push({ is: 'theirs', word: b[j] ?? '' });
      j += 1;
    }
  }
  return found;
}
