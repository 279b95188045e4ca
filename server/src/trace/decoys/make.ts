/**
 * Names and addresses of decoys. An address has the shape that customers' have, and is drawn from at least 2^44 of that shape, so that
 * nobody comes upon it by guessing; nothing in it says which others are decoys. The name is another draw: many customers' addresses have
 * little to do with their names.
 */
import { randomInt } from 'node:crypto';
import type { DecoyLike } from '@forthright/contract';

export type Identity = Readonly<{ name: string; email: string }>;

type Names = Readonly<{ first: readonly string[]; last: readonly string[] }>;
const words = (text: string): readonly string[] => text.split(' ');

/** Common names, nobody's in particular. */
const NAMES = {
  english: {
    first: words(
      'Olivia James Emma Noah Ava William Grace Henry Chloe Jack Sophie Thomas Lucy Daniel Megan Ryan Hannah Samuel Zoe Ethan',
    ),
    last: words(
      'Smith Johnson Brown Taylor Wilson Clark Walker Hughes Green Baker Carter Murphy Reed Cooper Ward Price Foster Bennett Cole Hart',
    ),
  },
  german: {
    first: words(
      'Anna Lukas Jürgen Sabine Käthe Felix Hannah Jonas Ursula Stefan Greta Moritz Heike Jörg Lena Paul Marie Clara Tobias Birgit',
    ),
    last: words(
      'Müller Schmidt Schneider Fischer Weber Wagner Becker Schäfer Köhler Krüger Zimmermann Vogel Lang Kraus Jäger Roth Huber Winkler Braun Seidel',
    ),
  },
  romance: {
    first: words(
      'Camille Léa Hugo Inès José María Lucía Javier Giulia Marco Chiara Matteo João André Elena Luca Paolo Claire Julien Sofia',
    ),
    last: words(
      'García Martínez Fernández Rossi Bianchi Ferrari Silva Santos Pereira Dubois Lefèvre Moreau Núñez Conti Esposito Lambert Costa Marchal Girard Serra',
    ),
  },
  nordic: {
    first: words(
      'Åsa Björn Linnéa Freja Lars Ingrid Jørgen Søren Eero Aino Maja Nils Astrid Elin Kari Mikkel Signe Oskar Tuva Henrik',
    ),
    last: words(
      'Andersson Johansson Åkesson Lindqvist Sørensen Jørgensen Møller Virtanen Korhonen Nilsson Berg Dahl Holm Lund Strand Hansen Nygård Laine Ek Vik',
    ),
  },
  central: {
    first: words(
      'Zofia Łukasz Agnieszka Piotr Kateřina Jiří Tomáš Eliška Gergő Réka László Michał Jan Marek Petra Ewa Adam Irena Pavel Hana',
    ),
    last: words(
      'Kowalski Nowak Wiśniewski Wójcik Novák Svoboda Dvořák Černý Nagy Kovács Szabó Tóth Horváth Zieliński Veselý Krejčí Mazur Bartoš Varga Duda',
    ),
  },
} as const satisfies Record<string, Names>;

const OF_COUNTRY: Readonly<Record<string, keyof typeof NAMES>> = {
  ...Object.fromEntries(words('DE AT CH LI').map((c) => [c, 'german' as const])),
  ...Object.fromEntries(words('FR BE LU IT ES PT RO MT').map((c) => [c, 'romance' as const])),
  ...Object.fromEntries(words('SE DK NO FI IS').map((c) => [c, 'nordic' as const])),
  ...Object.fromEntries(words('PL CZ SK HU SI HR').map((c) => [c, 'central' as const])),
};

const ONSETS = words('b d f g h k l m n p r s t v w z');
const VOWELS = words('a e i o u');
const SYLLABLES = 5;
const LEAST_NUMBER = 10;
const NUMBERS = 10_000;

const one = <T>(all: readonly T[]): T => {
  const found = all[randomInt(all.length)];
  if (found === undefined) throw new Error('There is nothing to choose from.');
  return found;
};

/** `ß`, `ø` and `ł` have no mark that could be taken off. */
const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', æ: 'ae', đ: 'd' };
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[ßøłæđ]/g, (letter) => LETTERS[letter] ?? '')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');

const invented = (): string =>
  Array.from({ length: SYLLABLES }, () => `${one(ONSETS)}${one(VOWELS)}`).join('');

const SHAPES: readonly ((given: string, word: string, number: number) => string)[] = [
  (given, word, number) => `${given}.${word}${number}`,
  (given, word, number) => `${given}${word}${number}`,
  (given, word, number) => `${given.slice(0, 1)}.${word}${number}`,
  (given, word, number) => `${word}.${given}${number}`,
  (given, word, number) => `${given}_${word}${number}`,
  (_, word, number) => `${word}${number}`,
];

/** From how many each shape is drawn at least. */
export const FEWEST_ADDRESSES = (ONSETS.length * VOWELS.length) ** SYLLABLES * (NUMBERS - LEAST_NUMBER);

/** Another one each time; the domain is one of these by chance. */
export function makeIdentity(domains: readonly string[], { country = '' }: DecoyLike): Identity {
  const { first, last } = NAMES[OF_COUNTRY[country] ?? 'english'];
  const name = `${one<string>(first)} ${one<string>(last)}`;
  const local = one(SHAPES)(plain(one<string>(first)), invented(), randomInt(LEAST_NUMBER, NUMBERS));
  return { name, email: `${local}@${one(domains)}` };
}
