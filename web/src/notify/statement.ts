/** What is typed in the editor, as fields of a form, and as the statement that the server takes. */
import type { Statement, Unfinished } from './queries.ts';

export type Typed = Readonly<{
  fallback: string;
  /** By the place in the statement and the language: `texts.cause en`. */
  texts: Readonly<Record<string, string>>;
  measures: number;
  notExposed: readonly string[];
  authorities: readonly Readonly<{ name: string; at: string }>[];
  nextBy: string;
  delayedByPolice: '' | 'yes' | 'no';
  agencies: string;
}>;

export const NOTHING: Typed = {
  fallback: 'en',
  texts: {},
  measures: 1,
  notExposed: [],
  authorities: [],
  nextBy: '',
  delayedByPolice: '',
  agencies: '',
};

const key = (at: string, language: string): string => `${at} ${language}`;

export const textOf = ({ texts }: Typed, at: string, language: string): string =>
  texts[key(at, language)] ?? '';

export const withText = (typed: Typed, at: string, language: string, text: string): Typed => ({
  ...typed,
  texts: { ...typed.texts, [key(at, language)]: text },
});

type ByLanguage = Record<string, string>;

const byLanguage = ({ texts }: Typed, at: string): ByLanguage =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => {
      const [place, language = ''] = name.split(' ');
      return place === at && text.trim() !== '' ? [[language, text.trim()]] : [];
    }),
  );

const isThere = (texts: ByLanguage): boolean => Object.keys(texts).length > 0;

const grouped = (typed: Typed, of: 'places' | 'fields'): Record<string, ByLanguage> => {
  const start = `texts.${of}.`;
  const places = Object.keys(typed.texts).flatMap((name) => {
    const [at = ''] = name.split(' ');
    return at.startsWith(start) ? [at] : [];
  });
  return Object.fromEntries(
    [...new Set(places)].flatMap((at) => {
      const texts = byLanguage(typed, at);
      return isThere(texts) ? [[at.slice(start.length), texts]] : [];
    }),
  );
};

/** What is there so far, as the server keeps it while it is being written. */
export function unfinishedOf(typed: Typed) {
  const [cause, contained] = [byLanguage(typed, 'texts.cause'), byLanguage(typed, 'texts.contained')];
  const measures = Array.from({ length: typed.measures }, (_, i) =>
    byLanguage(typed, `texts.measures[${i}]`),
  );
  const agencies = typed.agencies.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  return {
    fallback: typed.fallback,
    texts: {
      ...(isThere(cause) ? { cause } : {}),
      ...(isThere(contained) ? { contained } : {}),
      measures: measures.filter(isThere),
      places: grouped(typed, 'places'),
      fields: grouped(typed, 'fields'),
    },
    notExposed: [...typed.notExposed],
    authorities: typed.authorities.filter(({ name, at }) => name.trim() !== '' || at !== ''),
    ...(typed.nextBy === '' ? {} : { nextBy: typed.nextBy }),
    ...(typed.delayedByPolice === '' ? {} : { delayedByPolice: typed.delayedByPolice === 'yes' }),
    ...(agencies.length === 0 ? {} : { agencies }),
  } satisfies Unfinished;
}

/** `null` while nobody has typed a cause, without which there is no notice. */
export function statementOf(typed: Typed): Statement | null {
  const { texts, authorities, ...others } = unfinishedOf(typed);
  if (texts.cause === undefined) return null;
  return {
    ...others,
    texts: { ...texts, cause: texts.cause },
    notExposed: typed.notExposed as Statement['notExposed'],
    authorities: authorities.filter(({ name, at }) => name.trim() !== '' && at !== ''),
  };
}

/** The same backwards, for a notice that is to be said better and for one that is not finished. */
export function typedOf(statement: Unfinished | Statement): Typed {
  const { texts, notExposed, authorities, nextBy, delayedByPolice, agencies, fallback } = statement;
  const found: Record<string, string> = {};
  const note = (at: string, given: Readonly<Record<string, string>> | undefined) => {
    for (const [language, text] of Object.entries(given ?? {})) found[key(at, language)] = text;
  };
  note('texts.cause', texts?.cause);
  note('texts.contained', texts?.contained);
  for (const [i, measure] of (texts?.measures ?? []).entries()) note(`texts.measures[${i}]`, measure);
  for (const [id, place] of Object.entries(texts?.places ?? {})) note(`texts.places.${id}`, place);
  for (const [id, field] of Object.entries(texts?.fields ?? {})) note(`texts.fields.${id}`, field);
  return {
    fallback: fallback ?? 'en',
    texts: found,
    measures: Math.max(1, texts?.measures?.length ?? 0),
    notExposed: notExposed ?? [],
    authorities: authorities ?? [],
    nextBy: nextBy ?? '',
    delayedByPolice: delayedByPolice === undefined ? '' : delayedByPolice ? 'yes' : 'no',
    agencies: (agencies ?? []).join('\n'),
  };
}

/** What stands at each place of what was typed, to be compared: texts by place and language, everything else by its name. */
export function placesOf(typed: Typed): ReadonlyMap<string, string> {
  const { texts, measures: _, notExposed, authorities, ...others } = typed;
  return new Map(
    [
      ...Object.entries(texts),
      ...Object.entries(others),
      ['notExposed', [...notExposed].sort().join(', ')] as const,
      ['authorities', authorities.map(({ name, at }) => `${name} ${at}`).join('; ')] as const,
    ].filter(([, value]) => value.trim() !== ''),
  );
}

/** `into` with what `from` has at that place. */
export function taken(into: Typed, from: Typed, place: string): Typed {
  if (place.startsWith('texts.')) {
    const { [place]: _, ...others } = into.texts;
    const text = from.texts[place];
    return {
      ...into,
      measures: Math.max(into.measures, from.measures),
      texts: text === undefined ? others : { ...others, [place]: text },
    };
  }
  return { ...into, [place]: from[place as keyof Typed] };
}
