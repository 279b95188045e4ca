/** All words of the application: which language, the messages of its file, and how figures and times are written in it. */
import { IntlMessageFormat } from 'intl-messageformat';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import type en from './en.json';
import { type Formats, formatsOf } from './formats.ts';

export type Key = keyof typeof en;
type Messages = Readonly<Record<Key, string>>;
type Values = Readonly<Record<string, string | number>>;

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

const FILES: Readonly<Record<Language, () => Promise<{ default: Messages }>>> = {
  en: () => import('./en.json'),
  de: () => import('./de.json'),
};

const KEY = 'forthright-language';

function firstLanguage(): Language {
  const wanted = [localStorage.getItem(KEY), ...navigator.languages].map((one) => one?.slice(0, 2));
  return wanted.flatMap((one) => LANGUAGES.filter((known) => known === one))[0] ?? 'en';
}

export type Words = Formats &
  Readonly<{
    language: Language;
    chooseLanguage: (language: Language) => void;
    /** The message, with its values put in. */
    t: (key: Key, values?: Values) => string;
    /** The message of a name that the server gave, if there is one; else the name itself. */
    named: (group: string, name: string) => string;
    /** The names of a group that there are messages of. */
    namesOf: (group: string) => readonly string[];
  }>;

const Context = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = use(Context);
  if (words === undefined) throw new Error('Words are asked for outside of WordsProvider.');
  return words;
}

function wordsOf(language: Language, messages: Messages, choose: (language: Language) => void): Words {
  const made = new Map<string, IntlMessageFormat>();
  const say = (key: Key, values?: Values): string => {
    const message = made.get(key) ?? new IntlMessageFormat(messages[key], language);
    made.set(key, message);
    return String(message.format(values));
  };
  const isKey = (key: string): key is Key => Object.hasOwn(messages, key);
  return {
    ...formatsOf(language),
    language,
    chooseLanguage: choose,
    t: say,
    named: (group, name) => {
      const key = `${group}.${name}`;
      return isKey(key) ? say(key) : name;
    },
    namesOf: (group) =>
      Object.keys(messages).flatMap((key) =>
        key.startsWith(`${group}.`) ? [key.slice(group.length + 1)] : [],
      ),
  };
}

/** Loads the file of the language before it shows anything. */
export function WordsProvider({ children }: Readonly<{ children: ReactNode }>) {
  const [language, setLanguage] = useState(firstLanguage);
  const [loaded, setLoaded] = useState<{ language: Language; messages: Messages }>();
  useEffect(() => {
    let isWanted = true;
    void FILES[language]().then((file) => {
      if (isWanted) setLoaded({ language, messages: file.default });
    });
    return () => {
      isWanted = false;
    };
  }, [language]);
  useEffect(() => {
    if (loaded !== undefined) document.documentElement.lang = loaded.language;
  }, [loaded]);
  const words = useMemo(
    () =>
      loaded === undefined
        ? undefined
        : wordsOf(loaded.language, loaded.messages, (chosen) => {
            localStorage.setItem(KEY, chosen);
            setLanguage(chosen);
          }),
    [loaded],
  );
  return words === undefined ? null : <Context value={words}>{children}</Context>;
}
