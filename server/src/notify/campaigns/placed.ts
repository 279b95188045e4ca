/** From places in the text that the linter reads to words of the notice as it is shown. Pure. */
import type { NoticeDrafted } from '@forthright/contract';
import { type ApartBlock, type Piece, wordsOf } from '../compose/index.ts';
import type { LintReport } from '../lint/index.ts';

/** A text with every run of blanks as one, and where each of its letters stood. */
function squeezed(text: string): Readonly<{ text: string; at: readonly number[] }> {
  let out = '';
  const at: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i] ?? '';
    if (/[\u2066-\u2069]/.test(letter)) continue;
    const isBlank = /\s/.test(letter);
    if (isBlank && out.endsWith(' ')) continue;
    out += isBlank ? ' ' : letter;
    at.push(i);
  }
  return { text: out, at };
}

type Placed = Readonly<{ from: number; to: number; letters: readonly number[] }>;

/** Where each block stands in the text; undefined for one that is not found there. */
function placesOf(text: string, blocks: readonly ApartBlock[]): readonly (Placed | undefined)[] {
  const whole = squeezed(text);
  let cursor = 0;
  return blocks.map(({ pieces }) => {
    const own = squeezed(wordsOf(pieces));
    const found = whole.text.indexOf(own.text.trim(), cursor);
    if (found < 0) return undefined;
    cursor = found + own.text.trim().length;
    return {
      from: whole.at[found] ?? 0,
      to: (whole.at[cursor - 1] ?? 0) + 1,
      letters: lettersOf(whole.at, found, own),
    };
  });
}

/** By the place in the linter's text, counted from the block's first letter: the place in the block's words. */
function lettersOf(
  at: readonly number[],
  found: number,
  own: ReturnType<typeof squeezed>,
): readonly number[] {
  const start = at[found] ?? 0;
  const letters: number[] = [];
  for (let i = 0; i < own.at.length; i += 1) {
    const there = at[found + i];
    if (there !== undefined) letters[there - start] = own.at[i] ?? 0;
  }
  return letters;
}

/** Typed texts by the name of the fact as which they stand in the notice. */
const TYPED: Readonly<Record<string, (at: string) => string>> = {
  cause: () => 'texts.cause',
  contained: () => 'texts.contained',
  measure: (at) => at,
  place: (at) => at,
  agency: () => 'agencies',
};

function textsWithin(pieces: readonly Piece[], from: number, to: number): string[] {
  const found = new Set<string>();
  let start = 0;
  for (const { text, fact, source } of pieces) {
    const name = fact === undefined ? undefined : TYPED[fact]?.(source?.at ?? '');
    if (name !== undefined && start < to && start + text.length > from) found.add(name);
    start += text.length;
  }
  return [...found];
}

/** Each finding with the block in which its words stand, and the typed texts that they come from. */
export function placed(
  { text, findings }: Pick<LintReport, 'text' | 'findings'>,
  blocks: readonly ApartBlock[],
): NoticeDrafted['findings'] {
  const places = placesOf(text, blocks);
  return findings.map(({ at, ...finding }) => {
    const block =
      at === null
        ? -1
        : places.findIndex((place) => place !== undefined && at.from >= place.from && at.from < place.to);
    const place = places[block];
    if (at === null || place === undefined) return { ...finding, at: null, texts: [] };
    const from = place.letters[at.from - place.from] ?? 0;
    const last = place.letters[Math.min(at.to, place.to) - 1 - place.from] ?? from;
    return {
      ...finding,
      at: { block, from, to: last + 1 },
      texts: textsWithin(blocks[block]?.pieces ?? [], from, last + 1),
    };
  });
}
