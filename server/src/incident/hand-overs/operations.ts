import { AskHandOver, ConfirmHandOver, HandOversListed, HandOverTaken } from '@forthright/contract';
import * as z from 'zod';
import type { Operation } from '../../prove/index.ts';
import { guarded, post } from '../asking.ts';
import { askHandOver, confirmHandOver, listHandOvers } from './changes.ts';

/** What may be asked when the last privacy officer of restricted incidents is gone. */
export const handOverOperations: readonly Operation[] = [
  guarded(AskHandOver, HandOverTaken, {
    name: 'ask-hand-over',
    summary:
      'Asks that a privacy officer be named in restricted incidents that nobody but a person who is gone could act in.',
    ...post('/hand-overs'),
    may: ['administrator'],
    run: askHandOver,
  }),
  guarded(ConfirmHandOver, HandOverTaken, {
    name: 'confirm-hand-over',
    summary: 'Names the officer whom somebody else has asked for, with a reason of one’s own.',
    ...post('/hand-overs/:handOver/confirm'),
    may: ['administrator', 'privacy-officer', 'approver'],
    run: confirmHandOver,
  }),
  guarded(z.strictObject({}), HandOversListed, {
    name: 'list-hand-overs',
    summary: 'Which hand-overs were asked for and confirmed, by whom and why.',
    method: 'GET',
    path: '/hand-overs',
    may: ['administrator', 'privacy-officer', 'approver', 'auditor'],
    run: listHandOvers,
  }),
];
