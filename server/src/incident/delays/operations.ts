import {
  AddDelay,
  ConfirmDelay,
  DelaysListed,
  EndDelay,
  ListDelays,
  ProlongDelay,
  StepTaken,
} from '@forthright/contract';
import type { Asked, Operation } from '../../prove/index.ts';
import { guarded, OFFICERS, post, READERS } from '../asking.ts';
import { pageOf } from '../matters/list.ts';
import { addDelay, confirmDelay, endDelay, prolongDelay } from './changes.ts';
import { showDelays } from './show.ts';

const path = '/incidents/:incident/delays';
const one = `${path}/:delay` as const;

async function list(asked: Asked, given: ListDelays): Promise<DelaysListed> {
  const { matters, next } = await pageOf(asked, 'delay', given);
  return { delays: await showDelays(asked.db, matters, asked.now()), ...next };
}

export const delayOperations: readonly Operation[] = [
  guarded(AddDelay, StepTaken, {
    name: 'add-delay',
    summary: 'Records that law enforcement asked to delay a duty: who, how, from when until when.',
    ...post(path),
    may: OFFICERS,
    run: addDelay,
  }),
  guarded(ListDelays, DelaysListed, {
    name: 'list-delays',
    summary: 'Delays that law enforcement asked for.',
    method: 'GET',
    path,
    may: READERS,
    run: list,
  }),
  guarded(ConfirmDelay, StepTaken, {
    name: 'confirm-delay',
    summary: 'Records that an oral request was confirmed in writing.',
    ...post(`${one}/confirm`),
    may: OFFICERS,
    run: confirmDelay,
  }),
  guarded(ProlongDelay, StepTaken, {
    name: 'prolong-delay',
    summary: 'Records that the agency asked in writing for longer.',
    ...post(`${one}/prolong`),
    may: OFFICERS,
    run: prolongDelay,
  }),
  guarded(EndDelay, StepTaken, {
    name: 'end-delay',
    summary: 'Says that a delay is lifted or over; its duties are due again.',
    ...post(`${one}/end`),
    may: OFFICERS,
    run: endDelay,
  }),
];
