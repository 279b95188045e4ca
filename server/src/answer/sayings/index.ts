/** What the desk and answers by mail say, in the languages of notices: fixed sentences, and facts between braces. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { readDocument } from '../../platform/index.ts';
import { type CheckLanguage, checkLanguages } from '../check-page/texts.ts';

const File = z.strictObject({
  language: z.string(),
  sayings: z.record(z.string(), z.string().trim().min(1).max(1000)),
});

export type Facts = Readonly<Record<string, string | Date>>;

/** One sentence in one language. Throws for a sentence that there is not, or a fact that is not given. */
export type Say = (saying: string, facts?: Facts) => string;

export type Sayings = Readonly<{
  languages: readonly string[];
  /** The language itself, else the one of which it is a kind (`pt-BR`: `pt`), else English. */
  nearest: (language: string) => string;
  in: (language: string) => Say;
}>;

const FALLBACK = 'en';
const OWN = fileURLToPath(new URL('languages/', import.meta.url));
const BRACES = /\{(\w+)\}/g;

let kept: Promise<Sayings> | undefined;

/** Read once. Throws when a language lacks a sentence or a fact of the others. */
export function readSayings(): Promise<Sayings> {
  kept ??= read();
  return kept;
}

async function read(): Promise<Sayings> {
  const names = (await readdir(OWN)).filter((name) => name.endsWith('.yaml')).sort();
  const files = await Promise.all(
    names.map((name) => readDocument(`${OWN}${name}`, File, 'template-invalid')),
  );
  const byLanguage = new Map(files.map(({ value }) => [value.language, value.sayings]));
  // Reasons are said in the words of the check page, wherever they are said.
  const ofPage = await checkLanguages();
  const base = byLanguage.get(FALLBACK) ?? {};
  for (const [language, sayings] of byLanguage) refuseOther(language, sayings, base);
  const nearest = (language: string) =>
    [language, language.split('-')[0] ?? ''].find((one) => byLanguage.has(one)) ?? FALLBACK;
  return {
    languages: [...byLanguage.keys()],
    nearest,
    in: (language) => {
      const own = nearest(language);
      return (saying, facts = {}) =>
        filled(own, byLanguage.get(own)?.[saying] ?? messagesOf(ofPage.get(own))[saying], saying, facts);
    },
  };
}

const messagesOf = (language: CheckLanguage | undefined): Readonly<Record<string, string>> =>
  language?.messages ?? {};

const shape = (sayings: Readonly<Record<string, string>>): string =>
  Object.keys(sayings)
    .sort()
    .map((name) => `${name} ${[...(sayings[name] ?? '').matchAll(BRACES)].map(([all]) => all).sort()}`)
    .join('\n');

function refuseOther(
  language: string,
  sayings: Readonly<Record<string, string>>,
  base: Readonly<Record<string, string>>,
): void {
  if (shape(sayings) !== shape(base))
    throw new Error(`The sayings in ${language} are not those in ${FALLBACK}.`);
  // Figures come from facts alone.
  const typed = Object.entries(sayings).find(([, text]) => /\p{N}/u.test(text));
  if (typed !== undefined) throw new Error(`${typed[0]} in ${language} holds a figure.`);
}

function filled(language: string, text: string | undefined, saying: string, facts: Facts): string {
  if (text === undefined) throw new Error(`There is no saying ${saying}.`);
  return text.replace(BRACES, (_, name: string) => {
    const fact = facts[name];
    if (fact === undefined) throw new Error(`${saying} says ${name}, which is not given.`);
    return typeof fact === 'string' ? fact : dayOf(fact, language);
  });
}

const dayOf = (at: Date, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(at);
