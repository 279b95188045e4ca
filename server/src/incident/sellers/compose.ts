/** The letter to a seller who is banned. Pure. */
import type { AddSellerBan } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import { inWords, paragraphs, typedLines } from '../matters/compose.ts';

type LetterFacts = Omit<AddSellerBan, 'incident' | 'owner' | 'due'> & Readonly<{ reference: string }>;

/** The whole letter, as text: what was found, from when on the ban is, what is asked, how to appeal. */
export function composeSellerLetter(facts: LetterFacts): string {
  const { from, seller, reach, reference, found, rule, asked, banFrom, appealTo, appealBy } = facts;
  return paragraphs([
    visible(from),
    `${visible(seller)}\n${typedLines(reach)}`,
    `Reference: ${reference}`,
    `Your account is closed from ${inWords(banFrom)} on`,
    `What we have found:\n${typedLines(found)}`,
    `This breaks our rule: ${visible(rule)}. A person has decided this, and no program.`,
    `From ${inWords(banFrom)} on you can no longer sell here.`,
    `What we ask of you:\n${typedLines(asked)}`,
    `You can appeal until ${inWords(appealBy)}: write to ${visible(appealTo)}, quoting ${reference}. Say what we have got wrong, and
add what shows it. Somebody else than who wrote this decides. Your right to go to a court remains.`,
    visible(from),
  ]);
}
