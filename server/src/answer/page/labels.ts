import { type Fact, type MessageKey, Voice } from '../../notify/index.ts';
import type { ChangeWords } from './html.ts';
import type { PageFact, PageKey, PageLanguage } from './texts.ts';
import type { EditionText } from './types.ts';

type Plain = Readonly<Partial<Record<PageFact, string | number>>>;

/** The words around an edition, in one language. */
export type Labels = Readonly<{
  language: string;
  isRightToLeft: boolean;
  say: (key: PageKey, values?: Plain) => string;
  changes: (number: number) => ChangeWords;
}>;

export function labelsOf(
  language: PageLanguage,
  { zone, country }: Pick<EditionText, 'zone' | 'country'>,
): Labels {
  const voice = new Voice<PageKey | MessageKey, PageFact>(language, country, zone);
  const say: Labels['say'] = (key, values = {}) =>
    voice.say(
      key,
      Object.fromEntries(
        Object.entries(values).map(([name, value]): [string, Fact<string | number>] => [
          name,
          { value, source: { is: 'caller', at: name } },
        ]),
      ),
    );
  return {
    language: language.language,
    isRightToLeft: language.isRightToLeft,
    say,
    changes: (number) => ({
      since: say('changes.since', { number }),
      none: say('changes.none'),
      added: say('changes.added'),
      removed: say('changes.removed'),
    }),
  };
}
