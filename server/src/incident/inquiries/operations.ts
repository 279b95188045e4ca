import {
  AddInquiry,
  AnswerInquiryQuestion,
  FinishInquiry,
  InquiriesListed,
  ListInquiries,
  MoveInquiryDeadline,
  StepTaken,
} from '@forthright/contract';
import type { Asked, Operation } from '../../prove/index.ts';
import { guarded, post, READERS, WORKERS } from '../asking.ts';
import { pageOf } from '../matters/list.ts';
import { addInquiry, answerInquiryQuestion, finishInquiry, moveInquiryDeadline } from './changes.ts';
import { showInquiries } from './show.ts';

const path = '/incidents/:incident/inquiries';
const one = `${path}/:inquiry` as const;

async function list(asked: Asked, given: ListInquiries): Promise<InquiriesListed> {
  const { matters, next } = await pageOf(asked, 'inquiry', given);
  return { inquiries: await showInquiries(asked.db, matters, asked.now()), ...next };
}

export const inquiryOperations: readonly Operation[] = [
  guarded(AddInquiry, StepTaken, {
    name: 'add-inquiry',
    summary: 'Records what an authority asks, when it came in, and by when it is to be answered.',
    ...post(path),
    may: WORKERS,
    run: addInquiry,
  }),
  guarded(ListInquiries, InquiriesListed, {
    name: 'list-inquiries',
    summary: 'Inquiries of authorities with their questions, answers and deadlines.',
    method: 'GET',
    path,
    may: READERS,
    run: list,
  }),
  guarded(AnswerInquiryQuestion, StepTaken, {
    name: 'answer-inquiry-question',
    summary: 'Answers one question, or declines it with a reason.',
    ...post(`${one}/answers`),
    may: WORKERS,
    run: answerInquiryQuestion,
  }),
  guarded(MoveInquiryDeadline, StepTaken, {
    name: 'move-inquiry-deadline',
    summary: 'Records that the authority moved the deadline, who agreed and why.',
    ...post(`${one}/deadline`),
    may: WORKERS,
    run: moveInquiryDeadline,
  }),
  guarded(FinishInquiry, StepTaken, {
    name: 'finish-inquiry',
    summary: 'Says that the inquiry was answered, every question of it, or excuses it with a reason.',
    ...post(`${one}/finish`),
    may: WORKERS,
    run: finishInquiry,
  }),
];
