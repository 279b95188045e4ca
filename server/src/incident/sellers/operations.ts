import {
  AddSellerBan,
  CarryOutSellerBan,
  DecideSellerBan,
  HandOverSellerLetter,
  LetterWritten,
  ListSellerBans,
  RecordSellerAppeal,
  SellerBansListed,
  StepTaken,
} from '@forthright/contract';
import type { Asked, Operation } from '../../prove/index.ts';
import { guarded, OFFICERS, post, READERS, WORKERS } from '../asking.ts';
import { pageOf } from '../matters/list.ts';
import {
  addSellerBan,
  carryOutSellerBan,
  decideSellerBan,
  handOverSellerLetter,
  recordSellerAppeal,
} from './changes.ts';
import { showSellerBans } from './show.ts';

const path = '/incidents/:incident/seller-bans';
const one = `${path}/:ban` as const;

async function list(asked: Asked, given: ListSellerBans): Promise<SellerBansListed> {
  const { matters, next } = await pageOf(asked, 'ban', given);
  return { bans: await showSellerBans(asked.db, matters, asked.now()), ...next };
}

export const sellerOperations: readonly Operation[] = [
  guarded(AddSellerBan, LetterWritten, {
    name: 'add-seller-ban',
    summary: 'Decides that a seller is banned, and writes their letter; its owner carries it out.',
    ...post(path),
    may: OFFICERS,
    run: addSellerBan,
  }),
  guarded(ListSellerBans, SellerBansListed, {
    name: 'list-seller-bans',
    summary: 'Sellers who are banned, their letters and appeals.',
    method: 'GET',
    path,
    may: READERS,
    run: list,
  }),
  guarded(HandOverSellerLetter, StepTaken, {
    name: 'hand-over-seller-letter',
    summary: 'Says when and how the seller was given the letter.',
    ...post(`${one}/handed-over`),
    may: WORKERS,
    run: handOverSellerLetter,
  }),
  guarded(CarryOutSellerBan, StepTaken, {
    name: 'carry-out-seller-ban',
    summary: 'Says that the account was closed, not before the time that the letter names.',
    ...post(`${one}/carried-out`),
    may: WORKERS,
    run: carryOutSellerBan,
  }),
  guarded(RecordSellerAppeal, StepTaken, {
    name: 'record-seller-appeal',
    summary: 'Records that the seller appeals, and by when that is to be decided.',
    ...post(`${one}/appeal`),
    may: WORKERS,
    run: recordSellerAppeal,
  }),
  guarded(DecideSellerBan, StepTaken, {
    name: 'decide-seller-ban',
    summary: 'Upholds or lifts a ban, or withdraws it before the seller was told; with a reason.',
    ...post(`${one}/decision`),
    may: OFFICERS,
    run: decideSellerBan,
  }),
];
