import {
  AddRecipient,
  GiveUpRecipient,
  HandOverRecipientLetter,
  LetterWritten,
  ListRecipients,
  RecipientsListed,
  RecordUndertaking,
  StepTaken,
  WriteRecipientLetter,
} from '@forthright/contract';
import type { Asked, Operation } from '../../prove/index.ts';
import { guarded, post, READERS, WORKERS } from '../asking.ts';
import { pageOf } from '../matters/list.ts';
import {
  addRecipient,
  giveUpRecipient,
  handOverRecipientLetter,
  recordUndertaking,
  writeRecipientLetter,
} from './changes.ts';
import { deletionOf, showRecipients } from './show.ts';

const path = '/incidents/:incident/recipients';
const one = `${path}/:recipient` as const;

async function list(asked: Asked, given: ListRecipients): Promise<RecipientsListed> {
  const { matters, incident, next } = await pageOf(asked, 'recipient', given);
  return {
    recipients: await showRecipients(asked.db, matters, asked.now()),
    deletion: await deletionOf(asked.db, incident),
    ...next,
  };
}

export const recipientOperations: readonly Operation[] = [
  guarded(AddRecipient, StepTaken, {
    name: 'add-recipient',
    summary: 'Lists somebody who got the data: their class, how to reach them; staff by pseudonym.',
    ...post(path),
    may: WORKERS,
    run: addRecipient,
  }),
  guarded(ListRecipients, RecipientsListed, {
    name: 'list-recipients',
    summary: 'Those who got the data, and what became of deletion.',
    method: 'GET',
    path,
    may: READERS,
    run: list,
  }),
  guarded(WriteRecipientLetter, LetterWritten, {
    name: 'write-recipient-letter',
    summary: 'Writes the letter that asks to delete, or its next reminder; a person hands it over.',
    ...post(`${one}/letter`),
    may: WORKERS,
    run: writeRecipientLetter,
  }),
  guarded(HandOverRecipientLetter, StepTaken, {
    name: 'hand-over-recipient-letter',
    summary: 'Says when and how the letter left the house; a removal request with its receipt.',
    ...post(`${one}/handed-over`),
    may: WORKERS,
    run: handOverRecipientLetter,
  }),
  guarded(RecordUndertaking, StepTaken, {
    name: 'record-undertaking',
    summary: 'Records what a recipient answers: deleted, never seen or refused, and in what words.',
    ...post(`${one}/undertaking`),
    may: WORKERS,
    run: recordUndertaking,
  }),
  guarded(GiveUpRecipient, StepTaken, {
    name: 'give-up-recipient',
    summary: 'Says, with a reason, that no answer came, or that a recipient can not be asked.',
    ...post(`${one}/give-up`),
    may: WORKERS,
    run: giveUpRecipient,
  }),
];
