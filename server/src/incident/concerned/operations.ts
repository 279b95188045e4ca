import {
  AddPerson,
  ConcernedListed,
  ExcusePerson,
  ListConcerned,
  StepTaken,
  TellPerson,
} from '@forthright/contract';
import type { Asked, Operation } from '../../prove/index.ts';
import { guarded, OFFICERS, post, READERS, WORKERS } from '../asking.ts';
import { pageOf } from '../matters/list.ts';
import { addPerson, excusePerson, tellPerson } from './changes.ts';
import { showConcerned } from './show.ts';

const path = '/incidents/:incident/concerned';
const one = `${path}/:concerned` as const;

async function list(asked: Asked, given: ListConcerned): Promise<ConcernedListed> {
  const { matters, next } = await pageOf(asked, 'concerned', given);
  return { people: await showConcerned(asked.db, matters), ...next };
}

export const concernedOperations: readonly Operation[] = [
  guarded(AddPerson, StepTaken, {
    name: 'add-person',
    summary: 'Puts somebody on the list of the people concerned, told already or to be told.',
    ...post(path),
    may: WORKERS,
    run: addPerson,
  }),
  guarded(ListConcerned, ConcernedListed, {
    name: 'list-concerned',
    summary: 'The people concerned by a small incident: told, excused, or neither.',
    method: 'GET',
    path,
    may: READERS,
    run: list,
  }),
  guarded(TellPerson, StepTaken, {
    name: 'tell-person',
    summary: 'Says how and when a person was told.',
    ...post(`${one}/told`),
    may: WORKERS,
    run: tellPerson,
  }),
  guarded(ExcusePerson, StepTaken, {
    name: 'excuse-person',
    summary: 'Says why a person is not told.',
    ...post(`${one}/excuse`),
    may: OFFICERS,
    run: excusePerson,
  }),
];
