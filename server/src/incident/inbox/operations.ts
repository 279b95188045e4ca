import {
  AddInboxItem,
  AnswerInboxItem,
  AssignInboxItem,
  CloseInboxItem,
  ErasePersonTexts,
  ExtendInboxItem,
  InboxListed,
  ListInbox,
  ListPersonInbox,
  PersonErased,
  type Role,
  StepTaken,
} from '@forthright/contract';
import type { Asked, Operation } from '../../prove/index.ts';
import { guarded, OFFICERS, post, READERS, WORKERS } from '../asking.ts';
import { cut } from '../matters/list.ts';
import {
  addInboxItem,
  answerInboxItem,
  assignInboxItem,
  closeInboxItem,
  erasePersonTexts,
  extendInboxItem,
  type PersonElsewhere,
} from './changes.ts';
import { showItems } from './show.ts';
import { listItems } from './store.ts';

/** Support agents speak with people: they add and answer what one person writes, and see nothing else of an incident. */
const SPEAKERS: readonly Role[] = [...WORKERS, 'support-agent'];

const path = '/incidents/:incident/inbox';
const one = `${path}/:item` as const;

async function list(asked: Asked, given: ListInbox): Promise<InboxListed> {
  const { matters, next } = cut(await listItems(asked.db, asked.actor.account, given), given.most);
  return { items: await showItems(asked.db, matters, asked.now()), ...next };
}

/** `elsewhere`: a stage above this one erases what it keeps of the person as well. */
export const erasePersonOperation = (elsewhere?: PersonElsewhere): Operation =>
  guarded(ErasePersonTexts, PersonErased, {
    name: 'erase-person-texts',
    summary:
      'Erases all texts about one person, in every incident and its campaigns; every proof stays valid.',
    ...post('/incidents/:incident/erase-person'),
    may: OFFICERS,
    run: (asked, given) => erasePersonTexts(asked, given, elsewhere),
  });

export const inboxOperations: readonly Operation[] = [
  guarded(AddInboxItem, StepTaken, {
    name: 'add-inbox-item',
    summary: 'Records what a person writes: a reply, complaint, claim or request; its clock starts.',
    ...post(path),
    may: SPEAKERS,
    run: addInboxItem,
  }),
  guarded(ListInbox, InboxListed, {
    name: 'list-inbox',
    summary: 'What people wrote, of all incidents that you may see.',
    method: 'GET',
    path: '/inbox',
    may: READERS,
    run: list,
  }),
  guarded(ListPersonInbox, InboxListed, {
    name: 'list-person-inbox',
    summary: 'What one person wrote, and was answered.',
    method: 'GET',
    path: '/inbox/:person',
    may: [...READERS, 'support-agent'],
    run: list,
  }),
  guarded(AssignInboxItem, StepTaken, {
    name: 'assign-inbox-item',
    summary: 'Says who is to answer.',
    ...post(`${one}/assign`),
    may: WORKERS,
    run: assignInboxItem,
  }),
  guarded(AnswerInboxItem, StepTaken, {
    name: 'answer-inbox-item',
    summary: 'Records what the person was answered, when, and the hash of the letter.',
    ...post(`${one}/answer`),
    may: SPEAKERS,
    run: answerInboxItem,
  }),
  guarded(ExtendInboxItem, StepTaken, {
    name: 'extend-inbox-item',
    summary: 'Extends a request by up to two months, of which the person was told within the first.',
    ...post(`${one}/extend`),
    may: WORKERS,
    run: extendInboxItem,
  }),
  guarded(CloseInboxItem, StepTaken, {
    name: 'close-inbox-item',
    summary: 'Closes an item with a reason; an unanswered request only by a privacy officer.',
    ...post(`${one}/close`),
    may: WORKERS,
    run: closeInboxItem,
  }),
  erasePersonOperation(),
];
