/** The letter that asks a recipient to delete. Pure. */
import type { WriteRecipientLetter } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { inWords, listed, paragraphs, typedLines } from '../matters/compose.ts';
import type { RecipientData } from './types.ts';

export type LetterFacts = Readonly<{
  class: RecipientData['class'];
  /** By which the answer is found again. */
  reference: string;
  /** Name or pseudonym; undefined when nobody knows it, or it was erased. */
  to?: string | undefined;
  reach?: string | undefined;
  /** When the first letter was handed over, when this one reminds of it. */
  remindsOf?: string | undefined;
}> &
  Pick<WriteRecipientLetter, 'from' | 'data' | 'places' | 'seenFrom' | 'seenTo' | 'confirmBy' | 'confirmTo'>;

function seen({ seenFrom, seenTo }: LetterFacts): string {
  if (seenFrom !== undefined && seenTo !== undefined)
    return ` between ${inWords(seenFrom)} and ${inWords(seenTo)}`;
  if (seenFrom !== undefined) return ` from ${inWords(seenFrom)} on`;
  return seenTo === undefined ? '' : ` until ${inWords(seenTo)}`;
}

function whatWeAsk({ class: of }: LetterFacts): string {
  if (of === 'crawler')
    return `We ask you to remove these addresses and every copy of their contents from your index and your caches, and not to
pass them on.`;
  return `We ask you
- to delete these data and every copy of them,
- not to use them and not to pass them on,
- and, where you have passed them on, to tell us to whom.`;
}

function howToConfirm({ confirmBy, confirmTo, reference, class: of }: LetterFacts): string {
  const when = `Please answer in writing by ${inWords(confirmBy)}, to ${visible(confirmTo)}, quoting ${reference}.`;
  if (of === 'crawler')
    return `${when} Please give us the number of this request, and tell us when the copies are removed.`;
  return `${when} Please write which of these is so, with your name and the date:
( ) I have deleted the data and every copy, and have passed nothing on.
( ) I have never seen or kept these data.
( ) I do not delete the data, because: ...`;
}

/** The whole letter, as text. It says what is known and no more; nothing is sent by this program. */
export function composeDeletionLetter(facts: LetterFacts): string {
  const { from, to, reach, data, places, reference, remindsOf, class: of } = facts;
  return paragraphs([
    visible(from),
    [to === undefined ? undefined : visible(to), reach === undefined ? undefined : typedLines(reach)]
      .filter((line) => line !== undefined)
      .join('\n'),
    `Reference: ${reference}`,
    remindsOf === undefined
      ? 'Please delete personal data that reached you by mistake'
      : `Reminder: please delete personal data that reached you by mistake\n\nOur letter of ${inWords(remindsOf)} is not answered.`,
    `Personal data of other people (${listed(data)}) became accessible to you${seen(facts)} although they were not meant for you.${
      of === 'crawler' ? ' Your program collected them.' : ''
    }`,
    places.length === 0
      ? undefined
      : `They stood here:\n${places.map((place) => `- ${visible(place)}`).join('\n')}`,
    whatWeAsk(facts),
    howToConfirm(facts),
    visible(from),
  ]);
}
