/** What is done with those who got the data. */
import {
  type AddRecipient,
  ForthrightError,
  type GiveUpRecipient,
  type HandOverRecipientLetter,
  type LetterWritten,
  newId,
  type RecordUndertaking,
  type StepTaken,
  type WriteRecipientLetter,
} from '@forthright/contract';
import { type Asked, textsOf } from '../../prove/index.ts';
import { begin, refuseAhead, refused, take } from '../matters/steps.ts';
import { composeDeletionLetter } from './compose.ts';

const kind = 'recipient';

export const addRecipient = (
  asked: Asked,
  { incident, class: of, name, pseudonym, reach, person = newId('per') }: AddRecipient,
): Promise<StepTaken> =>
  begin(asked, { kind, incident, state: 'listed', person }, () => ({
    event: 'recipient-listed',
    facts: { class: of },
    texts: { name, pseudonym, reach },
    data: (entry) => ({
      class: of,
      ...(name === undefined ? {} : { name: entry }),
      ...(pseudonym === undefined ? {} : { pseudonym: entry }),
      reach: entry,
      letters: 0,
    }),
  }));

/** The letter, or the next reminder. It is written here and handed over by a person. */
export async function writeRecipientLetter(
  asked: Asked,
  { incident, recipient: id, ...given }: WriteRecipientLetter,
): Promise<LetterWritten> {
  if (Date.parse(given.confirmBy) <= asked.now().getTime())
    throw refused(`nobody can confirm by ${given.confirmBy}: that is over`);
  let letter = '';
  const step = await take(asked, { kind, incident, id, act: 'write-letter' }, async ({ data }, { tx }) => {
    const text = await textsOf(tx, [data.reach]);
    const remindsOf = data.handedOver?.at;
    letter = composeDeletionLetter({
      ...given,
      class: data.class,
      reference: id,
      to: text(data.reach, data.pseudonym === undefined ? 'name' : 'pseudonym') ?? undefined,
      reach: text(data.reach, 'reach') ?? undefined,
      remindsOf,
    });
    return {
      event: remindsOf === undefined ? 'recipient-letter-written' : 'recipient-reminder-written',
      facts: { letter: data.letters + 1, confirmBy: given.confirmBy },
      texts: { letter },
      data: (entry) => ({
        ...data,
        letters: data.letters + 1,
        letter: { entry, confirmBy: given.confirmBy },
      }),
    };
  });
  return { ...step, letter };
}

/** That the letter has left the house: the recipient is asked, until the time that it names. */
export const handOverRecipientLetter = (
  asked: Asked,
  { incident, recipient: id, at, by, receipt, proof }: HandOverRecipientLetter,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'hand-over' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    const { letter, handedOver } = data;
    if (letter === undefined || letter.entry === handedOver?.letter)
      throw refused('this letter was handed over already; write the reminder first');
    if (data.class === 'crawler' && receipt === undefined)
      throw refused('a removal request is shown by its receipt: give the number under which it was taken');
    return {
      event: 'recipient-asked',
      facts: { at, by, letter: data.letters, confirmBy: letter.confirmBy },
      texts: { receipt },
      proof,
      due: letter.confirmBy,
      data: (entry) => ({
        ...data,
        handedOver: { letter: letter.entry, entry, at, by, hasReceipt: receipt !== undefined },
      }),
    };
  });

/** What the recipient says. Only what is in writing changes their state; the rest is kept. */
export const recordUndertaking = (
  asked: Asked,
  {
    incident,
    recipient: id,
    answer,
    at,
    confirmedBy,
    words,
    inWriting,
    proof,
    supersedes,
  }: RecordUndertaking,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: inWriting ? answer : 'say' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    const before = data.answer;
    const isWritten = before?.inWriting === true;
    if (inWriting && isWritten && before.entry !== supersedes)
      throw new ForthrightError(
        'incident-changed',
        `They have answered \`${before.answer}\` already, in entry ${before.entry}. To put another answer in its place, name that entry as \`supersedes\`.`,
      );
    return {
      event: inWriting ? 'recipient-answered' : 'recipient-said',
      facts: { answer, at, inWriting, ...(supersedes === undefined ? {} : { supersedes }) },
      texts: { confirmedBy, words },
      proof,
      ...(inWriting ? { due: null } : {}),
      // What was only said stands beside what is in writing, in the timeline.
      data: (entry, evidence) =>
        isWritten && !inWriting
          ? data
          : {
              ...data,
              answer: { entry, answer, at, inWriting, ...(evidence === undefined ? {} : { evidence }) },
            },
    };
  });

export const giveUpRecipient = (
  asked: Asked,
  { incident, recipient: id, reason }: GiveUpRecipient,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'give-up' }, ({ data }) => ({
    event: 'recipient-given-up',
    texts: { reason },
    due: null,
    data: (entry) => ({ ...data, reason: entry }),
  }));
