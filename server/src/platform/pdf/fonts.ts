/** Which font has which letter. Each is read once a process: a batch of letters is thousands of documents. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { ForthrightError } from '@forthright/contract';

/** A font as fontkit has read it; pdfkit takes it so. */
export type Font = Readonly<{ hasGlyphForCodePoint: (letter: number) => boolean }>;
type Fontkit = Readonly<{ create: (bytes: Uint8Array) => Font }>;

/** `named` is one that a person names, for letters that the others lack. */
export type Face = 'own' | 'thai' | 'japanese' | 'named';
export type Weight = 'regular' | 'bold';

const require = createRequire(import.meta.url);

const PATHS: Readonly<Record<Exclude<Face, 'named'>, Readonly<Record<Weight, string>>>> = {
  own: {
    regular: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
    bold: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
  },
  // Thai stands in names alone, which are never bold.
  thai: {
    regular: require.resolve('@fontsource/noto-sans-thai/files/noto-sans-thai-thai-400-normal.woff'),
    bold: require.resolve('@fontsource/noto-sans-thai/files/noto-sans-thai-thai-400-normal.woff'),
  },
  japanese: {
    regular: require.resolve('@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf'),
    bold: require.resolve('@expo-google-fonts/noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf'),
  },
};

const read = new Map<string, Promise<Font>>();

function fontAt(path: string): Promise<Font> {
  const found = read.get(path) ?? open(path);
  read.set(path, found);
  // A person mends the file, and asks again.
  found.catch(() => read.delete(path));
  return found;
}

async function open(path: string): Promise<Font> {
  // Loaded when a page is made: no other command should wait for it. It has no types.
  const { create } = require('fontkit') as Fontkit;
  try {
    const font = create(await readFile(path));
    font.hasGlyphForCodePoint(0x20);
    return font;
  } catch (cause) {
    throw new ForthrightError('font-missing', `${path} can not be used as a font.`, { cause });
  }
}

const THAI = /\p{Script=Thai}/u;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}]/u;
const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}]/u;
/** Whose letters stand one by one. Fonts have letters of other scripts, too, but nothing here knows how these join. */
const SINGLE =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Georgian}\p{Script=Common}\p{Script=Inherited}]/u;
/** Of the font of the letter before it; where that has no such form of the letter, the letter itself stands. */
const VARIATION = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;
const INVISIBLE = /[\p{C}\s]/u;

export type Lettered = Readonly<{ letter: string; face: Face }>;
export type Fonts = Readonly<{
  /** The face of each letter; `lost` are those that none has. */
  facesOf: (
    text: string,
    weight: Weight,
  ) => Readonly<{ letters: readonly Lettered[]; lost: readonly string[] }>;
  font: (face: Face, weight: Weight) => Font;
}>;

/**
 * The fonts at hand. In a text in Japanese its font comes first, else our own; each letter is of the first that has it. Refuses as
 * `font-missing` a named file that is no font.
 */
export async function fontsFor({
  language = 'en',
  named,
}: Readonly<{ language?: string; named?: string | undefined }>): Promise<Fonts> {
  const fonts = new Map<string, Font>();
  for (const [face, paths] of Object.entries(PATHS))
    for (const [weight, path] of Object.entries(paths)) fonts.set(`${face} ${weight}`, await fontAt(path));
  if (named !== undefined)
    for (const weight of ['regular', 'bold']) fonts.set(`named ${weight}`, await fontAt(named));
  const order: readonly Face[] = /^ja\b/i.test(language)
    ? ['japanese', 'own', 'named']
    : ['own', 'japanese', 'named'];
  const first = order[0] as Face;
  const has = (face: Face, weight: Weight, letter: string): boolean =>
    fonts.get(`${face} ${weight}`)?.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0) === true;
  const candidates = (letter: string): readonly Face[] => {
    if (THAI.test(letter)) return ['thai'];
    if (RIGHT_TO_LEFT.test(letter)) return ['own'];
    return SINGLE.test(letter) || EAST_ASIAN.test(letter) ? order : [];
  };
  return {
    facesOf: (text, weight) => {
      const lost: string[] = [];
      const letters: Lettered[] = [];
      for (const letter of text) {
        const before = letters.at(-1)?.face ?? first;
        const isMark = /\p{M}/u.test(letter) && has(before, weight, letter);
        const face =
          isMark || VARIATION.test(letter) || INVISIBLE.test(letter)
            ? before
            : candidates(letter).find((one) => has(one, weight, letter));
        if (face === undefined) lost.push(letter);
        letters.push({ letter, face: face ?? first });
      }
      // Names of one script in two hands are hard to read: who named a font for some of them has it for all that it has.
      if (!letters.some(({ face }) => face === 'named')) return { letters, lost };
      return {
        letters: letters.map(({ letter, face }) => ({
          letter,
          face: EAST_ASIAN.test(letter) && has('named', weight, letter) ? 'named' : face,
        })),
        lost,
      };
    },
    font: (face, weight) => {
      const found = fonts.get(`${face} ${weight}`);
      if (found === undefined) throw new Error('A letter is of a face that there is.');
      return found;
    },
  };
}

/** Whether the fonts at hand have all letters of a text, and know how these join and in which direction they run. */
export async function printable(named?: string): Promise<(text: string) => boolean> {
  const { facesOf } = await fontsFor({ named });
  return (text) => facesOf(text, 'regular').lost.length === 0;
}
