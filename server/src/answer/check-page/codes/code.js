/**
 * The code of a notice, as people read it aloud and type it: a batch tag of three characters, fifteen random ones and a
 * check character. Pure, and of the web's types only, so that the public page can run it.
 */
import { timesPower } from './gf32.js';

/** Crockford's: no I, L, O (taken for 1, 1, 0) and no U. */
export const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const TAG_CHARACTERS = 3;
export const RANDOM_CHARACTERS = 15;
const CHARACTERS = TAG_CHARACTERS + RANDOM_CHARACTERS + 1;
/** 4-5-5-5: the tag stands alone with what follows it in a group that is short enough to be remembered. */
const GROUPS = [4, 5, 5, 5]         ;
/** Longer than any code with everything between its characters. */
const MOST_TYPED = 200;

/** Nineteen characters of the alphabet without anything between them, whose check character is right. */

const digitOf = (character        )         => ALPHABET.indexOf(character);

/**
 * Σ 2^i · x_i over the field of 32 elements is 0, i counting from the right. All nineteen weights differ, so one wrong
 * character is always found, and so are two that changed places, wherever they stand.
 */
function checkValue(characters        )         {
  let sum = 0;
  for (const [i, character] of [...characters].entries())
    sum ^= timesPower(digitOf(character), characters.length - i);
  return sum;
}

/** A new code of this batch, of 75 random bits (`random`: ten bytes or more, from a cryptographic source). */
export function makeCode(tag        , random            )       {
  if (!isTag(tag)) throw new Error(`A batch tag has ${TAG_CHARACTERS} characters of the alphabet.`);
  const characters = tag + base32(random, RANDOM_CHARACTERS);
  return `${characters}${ALPHABET[checkValue(characters)]}`        ;
}

export const makeTag = (random            )         => base32(random, TAG_CHARACTERS);

export function isTag(text        )          {
  return text.length === TAG_CHARACTERS && [...text].every((character) => digitOf(character) >= 0);
}

function base32(random            , characters        )         {
  if (random.length * 8 < characters * 5) throw new Error('Not enough random bytes.');
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of random) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5 && text.length < characters; bits -= 5)
      text += ALPHABET[(value >> (bits - 5)) & 31];
    if (text.length === characters) break;
  }
  return text;
}

/** In groups, as it is printed: `7KQ4-XXXXX-XXXXX-XXXXX`. */
export function groupsOf(code      )         {
  return GROUPS.map((length, i) => {
    const start = GROUPS.slice(0, i).reduce((sum, one) => sum + one, 0);
    return code.slice(start, start + length);
  }).join('-');
}

export const tagOf = (code      )         => code.slice(0, TAG_CHARACTERS);

/** Everything that people and programs put between characters: spaces, dashes of any script, dots, slashes, quotes. */
const BETWEEN = /[\s\p{Pd}\p{Cf}._/,:;'"«»„“”()[\]<>*\u2212\u30fc\uff70]+/gu;
const ALIKE                                   = { O: '0', I: '1', L: '1' };

/** Reads what somebody typed or pasted: case, spaces, dashes, full width, O for 0, I and L for 1 do not matter. */
export function readCode(raw        )           {
  if (raw.length > MOST_TYPED) return { kind: 'no code' };
  const typed = raw.normalize('NFKC').replaceAll(BETWEEN, '').toUpperCase();
  const characters = [...typed].map((character) => ALIKE[character] ?? character);
  const foreign = characters.find((character) => digitOf(character) < 0);
  if (foreign !== undefined) return { kind: 'no code', character: foreign };
  if (characters.length === 0) return { kind: 'no code' };
  if (characters.length !== CHARACTERS)
    return { kind: 'incomplete', characters: characters.length, of: CHARACTERS };
  const code = characters.join('');
  if (ALPHABET[checkValue(code.slice(0, -1))] !== code.at(-1)) return { kind: 'mistyped' };
  return { kind: 'code', code: code        , tag: code.slice(0, TAG_CHARACTERS) };
}
