import * as z from 'zod';

/** What a notice must say. Each has a pattern a language, and one entry in `FAULTS`. */
export const SAYS = [
  'greeting',
  'genericGreeting',
  'recipients',
  'cause',
  'measures',
  'advice',
  'consequences',
  'check',
  'nobodyElse',
] as const;
export const PHRASES = [
  'hedge',
  'noEvidence',
  'vagueNumber',
  'euphemism',
  'vagueCause',
  'vagueMeasure',
  'vagueTime',
  'noAction',
  'urgency',
  'login',
  'marketing',
  'password',
] as const;
export type Phrase = (typeof PHRASES)[number];

const Patterns = z.array(z.string().min(1)).min(1);
/** One file of `rules/`: what is looked for in one language. */
export const LanguageRules = z.strictObject({
  language: z.string(),
  /** Words that stand in nearly every text of the language: by these it is recognised. */
  common: Patterns,
  /** What people are called, behind a number. */
  people: z.string().min(1),
  says: z.strictObject(
    Object.fromEntries(SAYS.map((name) => [name, Patterns])) as Record<
      (typeof SAYS)[number],
      typeof Patterns
    >,
  ),
  phrases: z.strictObject(
    Object.fromEntries(
      PHRASES.map((name) => [name, z.strictObject({ find: Patterns, better: z.string().min(1) })]),
    ) as Record<Phrase, z.ZodObject<{ find: typeof Patterns; better: z.ZodString }>>,
  ),
});
export type LanguageRules = z.infer<typeof LanguageRules>;

export type Compiled = Readonly<{
  language: string;
  common: readonly string[];
  people: RegExp;
  says: Readonly<Record<(typeof SAYS)[number], RegExp>>;
  phrases: Readonly<Record<Phrase, Readonly<{ find: RegExp; better: string }>>>;
}>;

/** Languages written without blanks have no ends of words to look for. */
const hasBlanks = (language: string) => language !== 'ja';

/** Compiles a language's patterns; throws a SyntaxError that names the pattern. */
export function compileRules(rules: LanguageRules): Compiled {
  const one = (patterns: readonly string[]) => compile(patterns, hasBlanks(rules.language));
  return {
    language: rules.language,
    common: rules.common,
    people: compile([rules.people], hasBlanks(rules.language)),
    says: Object.fromEntries(SAYS.map((name) => [name, one(rules.says[name])])) as Compiled['says'],
    phrases: Object.fromEntries(
      PHRASES.map((name) => [
        name,
        { find: one(rules.phrases[name].find), better: rules.phrases[name].better },
      ]),
    ) as Compiled['phrases'],
  };
}

function compile(patterns: readonly string[], isWords: boolean): RegExp {
  const joined = patterns.map((p) => `(?:${p.replaceAll(' ?', '\\s*').replaceAll(' ', '\\s+')})`).join('|');
  return new RegExp(isWords ? `(?<![\\p{L}\\p{N}])(?:${joined})(?![\\p{L}\\p{N}])` : `(?:${joined})`, 'giu');
}
