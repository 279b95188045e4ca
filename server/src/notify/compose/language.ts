import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  isArgumentElement,
  isDateElement,
  isLiteralElement,
  isNumberElement,
  isPluralElement,
  isPoundElement,
  isSelectElement,
  isTagElement,
  isTimeElement,
  type MessageFormatElement,
  parse,
} from '@formatjs/icu-messageformat-parser';
import { ELEMENTS, type Element, type Problem } from '@forthright/contract';
import * as z from 'zod';
import { didYouMean } from '../../kernel/index.ts';
import { type Document, quoted, readDocument, refuse } from '../../platform/index.ts';
import { FACTS } from './facts.ts';
import { MESSAGE_KEYS, MESSAGES, type MessageKey } from './messages.ts';
import type { Texted } from './say.ts';

/** `other` is no kind of data that could be named: the organisation says in its own words what such a field is. */
export const NAMED_ELEMENTS = ELEMENTS.filter((element) => element !== 'other');

const LanguageFile = z.strictObject({
  /** BCP 47, such as `en` or `pt`. */
  language: z.string().regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/, 'a language such as en or pt-BR'),
  messages: z.record(z.string(), z.string().trim().min(1).max(2000)),
  elements: z.record(z.string(), z.string().trim().min(1).max(200)),
});
const TemplateFile = LanguageFile.partial({ messages: true, elements: true });

/** A language whose texts were checked: none lacks a fact, names one that there is not, or holds a figure. */
export type Language = Readonly<{
  language: string;
  isRightToLeft: boolean;
  messages: Readonly<Record<MessageKey, string>>;
  elements: Readonly<Record<Exclude<Element, 'other'>, string>>;
}>;
export type Languages = ReadonlyMap<string, Language>;

const OWN = fileURLToPath(new URL('languages/', import.meta.url));

let own: Promise<Languages> | undefined;

/** Every language that Forthright comes with, read once. */
export function ownLanguages(): Promise<Languages> {
  own ??= readOwn();
  return own;
}

async function readOwn(): Promise<Languages> {
  const files = (await readdir(OWN)).filter((name) => name.endsWith('.yaml')).sort();
  const languages = await Promise.all(files.map((name) => readLanguage(`${OWN}${name}`)));
  return new Map(languages.map((language) => [language.language, language]));
}

/**
 * Reads a language file. Refuses with `template-invalid`, every fault at its line: texts that are missing or unknown,
 * ICU syntax, facts that there are not, figures typed by hand.
 */
export async function readLanguage(path: string): Promise<Language> {
  const document = await readDocument(path, LanguageFile, 'template-invalid');
  const problems = problemsOf(document);
  problems.push(...missingIn(document));
  if (problems.length > 0) throw refuse('template-invalid', path, problems);
  const { language, messages, elements } = document.value;
  return {
    language,
    isRightToLeft: isRightToLeft(language),
    messages: messages as Language['messages'],
    elements: elements as Language['elements'],
  };
}

const TextsFile = LanguageFile.omit({ elements: true });

/**
 * Reads a file of texts that other stages say with facts of their own: `must` has, by text, the facts that it says in each
 * form; `facts` how each is written. Refuses as `readLanguage` does.
 */
export async function readTexts<K extends string>(
  path: string,
  { must, facts }: Readonly<{ must: Readonly<Record<K, readonly string[]>>; facts: Kinds }>,
): Promise<Texted<K>> {
  const { value, where } = await readDocument(path, TextsFile, 'template-invalid');
  const { language, messages } = value;
  const keys = Object.keys(must);
  const problems = Object.entries(messages).flatMap(([key, text]) =>
    Object.hasOwn(must, key)
      ? faultsIn(key, text, { must: must[key as K], facts }).map((message) => ({
          at: where(['messages', key]),
          message,
        }))
      : [
          {
            at: where(['messages', key], 'key'),
            message: `there is no text ${quoted(key)}${didYouMean(key, keys)}`,
          },
        ],
  );
  for (const key of keys.filter((each) => messages[each] === undefined))
    problems.push({ at: where(['messages']), message: `the text ${quoted(key)} is missing` });
  if (problems.length > 0) throw refuse('template-invalid', path, problems);
  return { language, isRightToLeft: isRightToLeft(language), messages: messages as Texted<K>['messages'] };
}

/** The languages with the texts of an organisation's own template in place of ours. Refuses as `readLanguage` does. */
export async function withTemplate(languages: Languages, path: string): Promise<Languages> {
  const document = await readDocument(path, TemplateFile, 'template-invalid');
  const problems = problemsOf(document);
  const { language, messages = {}, elements = {} } = document.value;
  const base = languages.get(language);
  if (base === undefined)
    problems.push({
      at: document.where(['language']),
      message: `there is no language ${quoted(language)}${didYouMean(language, languages.keys())}; a new one is a whole file`,
    });
  if (problems.length > 0 || base === undefined) throw refuse('template-invalid', path, problems);
  const changed: Language = {
    ...base,
    messages: { ...base.messages, ...messages },
    elements: { ...base.elements, ...elements },
  };
  return new Map([...languages, [language, changed]]);
}

/** By the script that the language is mostly written in. */
export function isRightToLeft(language: string): boolean {
  return new Intl.Locale(language).getTextInfo().direction === 'rtl';
}

type Texts = Document<{
  messages?: Record<string, string> | undefined;
  elements?: Record<string, string> | undefined;
}>;

function missingIn({ value, where }: Texts): Problem[] {
  const lacking = (part: 'messages' | 'elements', keys: readonly string[]) =>
    keys
      .filter((key) => value[part]?.[key] === undefined)
      .map((key) => ({ at: where([part]), message: `the text ${quoted(key)} is missing` }));
  return [...lacking('messages', MESSAGE_KEYS), ...lacking('elements', NAMED_ELEMENTS)];
}

function problemsOf({ value, where }: Texts): Problem[] {
  const problems: Problem[] = [];
  for (const [key, text] of Object.entries(value.messages ?? {})) {
    const at = where(['messages', key]);
    if (!isMessageKey(key)) {
      const message = `there is no text ${quoted(key)}${didYouMean(key, MESSAGE_KEYS)}`;
      problems.push({ at: where(['messages', key], 'key'), message });
    } else problems.push(...faultsOf(key, text).map((message) => ({ at, message })));
  }
  for (const [key, text] of Object.entries(value.elements ?? {})) {
    if (!(NAMED_ELEMENTS as readonly string[]).includes(key))
      problems.push({
        at: where(['elements', key], 'key'),
        message: `there is no kind of data ${quoted(key)}${didYouMean(key, NAMED_ELEMENTS)}`,
      });
    else if (/\p{N}/u.test(text))
      problems.push({ at: where(['elements', key]), message: 'no figure may be typed here' });
  }
  return problems;
}

const isMessageKey = (key: string): key is MessageKey => Object.hasOwn(MESSAGES, key);

/** What is wrong with one text of a template, in words. */
export const faultsOf = (key: MessageKey, text: string): string[] =>
  faultsIn(key, text, { must: MESSAGES[key], facts: FACTS });

type Kinds = Readonly<Record<string, 'text' | 'instant' | 'number'>>;

function faultsIn(
  key: string,
  text: string,
  { must, facts }: Readonly<{ must: readonly string[]; facts: Kinds }>,
): string[] {
  let parsed: MessageFormatElement[];
  try {
    parsed = parse(text, { ignoreTag: true, requiresOtherClause: true });
  } catch (rawError) {
    return [
      `not right as ICU MessageFormat: ${(rawError as Error).message.toLowerCase().replaceAll('_', ' ')}`,
    ];
  }
  const faults: string[] = [];
  const always = look(parsed, faults, facts);
  for (const fact of must)
    if (!always.has(fact)) faults.push(`${quoted(key)} must say {${fact}}, in each of its forms`);
  return faults;
}

/** Adds what is wrong; answers which facts are said whatever form a plural takes. */
function look(elements: readonly MessageFormatElement[], faults: string[], facts: Kinds): Set<string> {
  const always = new Set<string>();
  for (const element of elements) {
    if (isLiteralElement(element)) {
      const figure = /\p{N}+/u.exec(element.value)?.[0];
      if (figure !== undefined)
        faults.push(
          `the figure ${quoted(figure)} is typed by hand; a figure must be a fact, such as {views, number}`,
        );
      continue;
    }
    if (isPoundElement(element) || isTagElement(element)) continue;
    const fault = useFault(element, facts);
    if (fault !== undefined) {
      faults.push(fault);
      continue;
    }
    always.add(element.value);
    if (isPluralElement(element) || isSelectElement(element))
      for (const [form, option] of Object.entries(element.options)) {
        look(option.value, faults, facts);
        if (isPluralElement(element) && !form.startsWith('=') && !saysNumber(option.value, element.value))
          faults.push(
            `the form ${quoted(form)} of {${element.value}} does not say the number: write # in it`,
          );
      }
  }
  return always;
}

const saysNumber = (elements: readonly MessageFormatElement[], name: string): boolean =>
  elements.some((e) => isPoundElement(e) || (isNumberElement(e) && e.value === name));

type Use = Exclude<MessageFormatElement, { type: 0 } | { type: 7 } | { type: 8 }>;

function useFault(element: Use, facts: Kinds): string | undefined {
  const { value: name } = element;
  const kind = Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (kind === undefined) return `there is no fact {${name}}${didYouMean(name, Object.keys(facts))}`;
  switch (kind) {
    case 'text':
      return isArgumentElement(element) ? undefined : `{${name}} is a text: write it alone`;
    case 'instant':
      if (isDateElement(element) && element.style === 'day') return undefined;
      if (isTimeElement(element) && element.style === 'minute') return undefined;
      return `{${name}} is an instant: write {${name}, date, day} or {${name}, time, minute}`;
    case 'number':
      // A style could round to vagueness, and an offset would say another figure.
      if (isNumberElement(element) && !element.style) return undefined;
      if (isPluralElement(element) && element.offset === 0) return undefined;
      return `{${name}} is a number: write {${name}, number} or {${name}, plural, …}`;
  }
}
