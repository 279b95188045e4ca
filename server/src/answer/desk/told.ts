/** What the ledger's states mean for whoever asks, and what the desk may do then. */
import type { DeskPerson, DeskWhy, Told } from '@forthright/contract';
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

const WHY: Readonly<Record<DeskWhy, string>> = {
  'no-address': 'There is no address to which a message could be sent.',
  'copy-on-its-way': 'A copy is on its way already.',
  'campaign-stopped': 'The campaign was stopped, and sends nothing any more: send a letter.',
  'came-back': 'The message came back or was refused; the campaign tries the same address once more.',
  complained: 'They have reported the message as unwanted: send a letter.',
  accepted: 'The receiving server accepted the message, so they may have it.',
  'in-doubt': 'They may have it: nobody knows whether the message was accepted.',
  'doubt-open': 'The campaign itself settles the doubt: ask again in an hour.',
  'being-sent': 'The campaign is sending it.',
  'not-by-mail': 'No message reached them by mail: send a letter.',
  'letter-asked': 'A letter was asked for already.',
  'waits-for-letter': 'They wait for another way than mail.',
  'sending-now':
    'The campaign is sending and may have handed it over already: ask when it has paused or ended.',
  'none-accepted': 'No message was accepted for them: a letter takes its place.',
  'handed-over-now': 'The message is being handed over at this moment.',
  'may-have-it': 'They may have the message.',
  'decided-otherwise': 'It was decided how they are told, or that they are not.',
};

type Possible = DeskPerson['sendAgain'];
const yes = (is: DeskWhy): Possible => ({ possible: true, needsWish: false, is, why: WHY[is] });
const onWish = (is: DeskWhy): Possible => ({ possible: true, needsWish: true, is, why: WHY[is] });
const no = (is: DeskWhy): Possible => ({ possible: false, needsWish: false, is, why: WHY[is] });

/** `try-again` goes through the campaign and its states; a `copy` is the same message once more, and changes no state. */
export const waysToSend = (known: Known): 'try-again' | 'copy' =>
  mayHappen(known.state, 'retry') ? 'try-again' : 'copy';

/** Whether the notice may be sent by mail again: never to somebody who may have it, unless they asked. */
export function maySendAgain(known: Known, { isCopyWaiting }: Before): Possible {
  const { state, isStopped, message } = known;
  if (message === undefined) return no('no-address');
  if (isCopyWaiting) return no('copy-on-its-way');
  if (mayHappen(state, 'retry')) return isStopped ? no('campaign-stopped') : yes('came-back');
  switch (toldOf(known)) {
    case 'accepted':
      return state === 'complained' ? no('complained') : onWish('accepted');
    case 'in-doubt':
      return state === 'attempted-twice' ? onWish('in-doubt') : no('doubt-open');
    case 'on-its-way':
      return no('being-sent');
    case 'told-otherwise':
    case 'came-back':
    case 'other-channel':
    case 'not-told':
      return no('not-by-mail');
  }
}

/** Whether it may be sent as a letter; a second one, or one beside a message that they may have, only if they asked. */
export function maySendLetter(known: Known, { hasLetter }: Before): Possible {
  if (hasLetter) return onWish('letter-asked');
  if (known.state === 'other-channel') return yes('waits-for-letter');
  if (known.isSending && toldOf(known) === 'on-its-way') return no('sending-now');
  if (mayHappen(known.state, 'turn')) return yes('none-accepted');
  switch (toldOf(known)) {
    case 'accepted':
    case 'in-doubt':
      return known.state === 'released-again' ? no('handed-over-now') : onWish('may-have-it');
    case 'told-otherwise':
    case 'not-told':
      return onWish('decided-otherwise');
    case 'on-its-way':
      return no('handed-over-now');
    case 'came-back':
    case 'other-channel':
      return yes('none-accepted');
  }
}
