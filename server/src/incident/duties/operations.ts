import {
  ClocksListed,
  DutiesSettled,
  ExcuseDuties,
  ForthrightError,
  FulfilDuty,
  ListClocks,
  ReopenDuty,
} from '@forthright/contract';
import { type Asked, type Operation, textsOf } from '../../prove/index.ts';
import { guarded, OFFICERS, post, READERS, WORKERS } from '../asking.ts';
import { excuseDuties, fulfilDuty, reopenDuty } from './changes.ts';
import { type ClockPage, nearestClocks } from './store.ts';

function cursorOf(rawAfter: string | undefined): ClockPage['after'] {
  if (rawAfter === undefined) return undefined;
  const [, ms, incident, duty] = /^(\d{1,15})\.(inc_[0-9a-f]{32})\.(.{1,80})$/.exec(rawAfter) ?? [];
  if (ms === undefined || incident === undefined || duty === undefined)
    throw new ForthrightError('usage', '`after` is not the `next` of a page of this list.');
  return { until: new Date(Number(ms)), incident, duty };
}

async function listClocks(asked: Asked, { incident, most, after }: ListClocks): Promise<ClocksListed> {
  const now = asked.now();
  const page = { actor: asked.actor.account, of: incident, most, after: cursorOf(after) };
  const found = await nearestClocks(asked.db, page, now);
  const shown = found.slice(0, most);
  const text = await textsOf(asked.db, [...new Set(shown.map(({ title }) => title))]);
  const last = shown.at(-1);
  return {
    clocks: shown.map(({ title, until, delayedUntil, ...one }) => ({
      ...one,
      title: text(title, 'title'),
      kind: 'legal' as const,
      until: until.toISOString(),
      isMissed: until.getTime() < now.getTime(),
      delayedUntil: delayedUntil?.toISOString() ?? null,
    })),
    ...(found.length > shown.length && last !== undefined
      ? { next: `${last.until.getTime()}.${last.incident}.${last.duty}` }
      : {}),
  };
}

const path = '/incidents/:incident/duties';

export const dutyOperations: readonly Operation[] = [
  guarded(FulfilDuty, DutiesSettled, {
    name: 'fulfil-duty',
    summary: 'Records that a duty of law was done: when, how, number and receipt, and why late where it was.',
    ...post(`${path}/fulfil`),
    may: WORKERS,
    run: fulfilDuty,
  }),
  guarded(ExcuseDuties, DutiesSettled, {
    name: 'excuse-duties',
    summary: 'Says with a reason why nothing is done about duties of law, such as what counsel said.',
    ...post(`${path}/excuse`),
    may: OFFICERS,
    run: excuseDuties,
  }),
  guarded(ReopenDuty, DutiesSettled, {
    name: 'reopen-duty',
    summary: 'Takes back that a duty of law was fulfilled or excused.',
    ...post(`${path}/reopen`),
    may: OFFICERS,
    run: reopenDuty,
  }),
  guarded(ListClocks, ClocksListed, {
    name: 'list-clocks',
    summary: 'The nearest deadlines of law over all open incidents that you may see.',
    method: 'GET',
    path: '/clocks',
    may: READERS,
    run: listClocks,
  }),
];
