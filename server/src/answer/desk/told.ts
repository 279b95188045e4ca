/** What the ledger's states mean for whoever asks, and what the desk may do then. */
import type { DeskPerson, Told } from '@forthright/contract';
import type { FoundAddressee, PersonState } from '../../notify/index.ts';
import { mayHappen } from '../../notify/index.ts';

type Known = Pick<FoundAddressee, 'state' | 'isByDecision' | 'isSending' | 'isStopped' | 'message'>;

const TOLD_IN: Readonly<Record<PersonState, Told>> = {
  planned: 'on-its-way',
  prepared: 'on-its-way',
  released: 'on-its-way',
  deferred: 'on-its-way',
  broken: 'on-its-way',
  accepted: 'accepted',
  complained: 'accepted',
  told: 'accepted',
  'in-doubt': 'in-doubt',
  'released-again': 'in-doubt',
  'attempted-twice': 'in-doubt',
  bounced: 'came-back',
  refused: 'came-back',
  'other-channel': 'other-channel',
  excused: 'not-told',
  unreachable: 'not-told',
};

export function toldOf({ state, isByDecision, isStopped }: Known): Told {
  if (state === 'told' && isByDecision) return 'told-otherwise';
  const told = TOLD_IN[state];
  return told === 'on-its-way' && isStopped ? 'not-told' : told;
}

/** What was done for them already, by the desk. */
export type Before = Readonly<{ hasLetter: boolean; isCopyWaiting: boolean }>;

type Possible = DeskPerson['sendAgain'];
const yes = (why: string): Possible => ({ possible: true, needsWish: false, why });
const onWish = (why: string): Possible => ({ possible: true, needsWish: true, why });
const no = (why: string): Possible => ({ possible: false, needsWish: false, why });

/** `try-again` goes through the campaign and its states; a `copy` is the same message once more, and changes no state. */
export const waysToSend = (known: Known): 'try-again' | 'copy' =>
  mayHappen(known.state, 'retry') ? 'try-again' : 'copy';

/** Whether the notice may be sent by mail again: never to somebody who may have it, unless they asked. */
export function maySendAgain(known: Known, { isCopyWaiting }: Before): Possible {
  const { state, isStopped, message } = known;
  if (message === undefined) return no('There is no address to which a message could be sent.');
  if (isCopyWaiting) return no('A copy is on its way already.');
  if (mayHappen(state, 'retry'))
    return isStopped
      ? no('The campaign was stopped, and sends nothing any more: send a letter.')
      : yes('The message came back or was refused; the campaign tries the same address once more.');
  switch (toldOf(known)) {
    case 'accepted':
      return state === 'complained'
        ? no('They have reported the message as unwanted: send a letter.')
        : onWish('The receiving server accepted the message, so they may have it.');
    case 'in-doubt':
      return state === 'attempted-twice'
        ? onWish('They may have it: nobody knows whether the message was accepted.')
        : no('The campaign itself settles the doubt: ask again in an hour.');
    case 'on-its-way':
      return no('The campaign is sending it.');
    case 'told-otherwise':
    case 'came-back':
    case 'other-channel':
    case 'not-told':
      return no('No message reached them by mail: send a letter.');
  }
}

/** Whether it may be sent as a letter; a second one, or one beside a message that they may have, only if they asked. */
export function maySendLetter(known: Known, { hasLetter }: Before): Possible {
  if (hasLetter) return onWish('A letter was asked for already.');
  if (known.state === 'other-channel') return yes('They wait for another way than mail.');
  if (known.isSending && toldOf(known) === 'on-its-way')
    return no(
      'The campaign is sending and may have handed it over already: ask when it has paused or ended.',
    );
  if (mayHappen(known.state, 'turn'))
    return yes('No message was accepted for them: a letter takes its place.');
  switch (toldOf(known)) {
    case 'accepted':
    case 'in-doubt':
      return known.state === 'released-again'
        ? no('The message is being handed over at this moment.')
        : onWish('They may have the message.');
    case 'told-otherwise':
    case 'not-told':
      return onWish('It was decided how they are told, or that they are not.');
    case 'on-its-way':
      return no('The campaign is sending the message at this moment.');
    case 'came-back':
    case 'other-channel':
      return yes('A letter takes the place of the message.');
  }
}
