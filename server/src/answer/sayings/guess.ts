/** In which language of notices a text is written: by the small words that each has most of. */

const WORDS: Readonly<Record<string, string>> = {
  en: 'the and of to is you your that this for are not with have was from it we our on',
  de: 'der die das und ist nicht sie ihre ihr wir zu von mit ein eine auf für den dem dass haben',
  fr: 'le la les des et est vous votre nous que pas une pour dans sur du avec cette qui vos',
  it: 'il la di che non per una del sono della con gli nostra questo è nel si suo alla dei',
  es: 'el la de que no los una por con su para las del es se este nuestra lo al usted',
  pt: 'o a de que não os uma por com seu para as do da em se este nossa foi você',
  nl: 'de het een van en is niet u uw wij dat op voor met zijn aan te dit deze onze',
  pl: 'i w na z nie się do jest że to o od za przez po co jak nas dla państwa',
  sv: 'och i att det som en är inte på du vi av för med din till den har om ett',
};
const LEAST = 3;
const MOST_TEXT = 100_000;

/** Undefined when it can't be told. */
export function languageIn(text: string): string | undefined {
  const some = text.slice(0, MOST_TEXT);
  if ((some.match(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0) >= 10) return 'ja';
  const words = some.toLowerCase().match(/\p{L}+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const ranked = Object.entries(WORDS)
    .map(([language, list]) => ({
      language,
      hits: list.split(' ').reduce((sum, word) => sum + (counts.get(word) ?? 0), 0),
    }))
    .sort((a, b) => b.hits - a.hits);
  const [best, second] = ranked;
  return best !== undefined && best.hits >= LEAST && best.hits > (second?.hits ?? 0)
    ? best.language
    : undefined;
}
