/** What the desk does for somebody: each one deed, upon their incident, by the table of states. */
import {
  type DeskDispute,
  type DeskDone,
  type DeskSendAgain,
  type DeskSendLetter,
  ForthrightError,
} from '@forthright/contract';
import { addTaskWithin, deedUpon, visibleIncidents } from '../../incident/index.ts';
import {
  copyOfNotice,
  type FoundAddressee,
  findAddressees,
  type Mailing,
  mayHappen,
  moveAddressee,
} from '../../notify/index.ts';
import type { Reads, Tx } from '../../platform/db/index.ts';
import type { Asked } from '../../prove/index.ts';
import { askMail, refuseWithoutMail } from '../outbox/outbox.ts';
import { beforeOf } from './look-up.ts';
import { actsOf, insertAct } from './store.ts';
import { maySendAgain, maySendLetter, waysToSend } from './told.ts';
import type { Tools } from './tools.ts';

const TASK_MS = 3 * 86_400_000;

/** Refuses as `person-not-found` whoever is in no campaign that was started, or in one of an incident that the actor may not see. */
async function addressee({ actor }: Asked, reads: Reads, person: string): Promise<FoundAddressee> {
  const incidents = await visibleIncidents(reads, actor.account);
  const [found] = await findAddressees(reads, { by: 'person', key: person }, { incidents, most: 1 });
  if (found === undefined)
    throw new ForthrightError(
      'person-not-found',
      'No campaign that you may see has told anybody of this id.',
    );
  return found;
}

type Way = Readonly<{ possible: boolean; needsWish: boolean; why: string }>;

function refuseUnless({ possible, needsWish, why }: Way, wish: string | undefined): void {
  if (!possible) throw new ForthrightError('campaign-refuses', `This is not possible: ${why}`);
  if (needsWish && wish === undefined) throw new ForthrightError('wish-needed', why);
}

const before = async (reads: Reads, { person }: FoundAddressee) => beforeOf(await actsOf(reads, [person]));

const textsOf = (name: 'wish' | 'text', value: string | undefined, person: string) =>
  value === undefined ? {} : { texts: { [name]: { value, person } } };

const doneOf = (
  { campaign, person }: FoundAddressee,
  { incident, entry }: Readonly<{ incident: string; entry: number }>,
) => ({ incident, campaign, person, entry });

/**
 * Sends the notice again: by the campaign where the message came back or was refused, else as one copy, byte for byte what
 * the batch holds, which takes the customer's recorded wish. Refuses as `wish-needed` without it, as `campaign-refuses` what the
 * state does not allow, and as `mail-missing` where nothing can be sent.
 */
export async function sendAgain(
  asked: Asked,
  { person, wish }: DeskSendAgain,
  { tools, mailing }: Readonly<{ tools: Tools; mailing: Mailing | undefined }>,
): Promise<DeskDone> {
  const seen = await addressee(asked, asked.db, person);
  const way = maySendAgain(seen, await before(asked.db, seen));
  refuseUnless(way, wish);
  const act = waysToSend(seen);
  if (act === 'try-again') return tryAgain(asked, seen, wish);
  refuseWithoutMail(mailing);
  const from = { db: asked.db, writers: tools.writers };
  const copy = await copyOfNotice(from, seen, { mailing, now: asked.now() });
  const done = await deedUpon(
    asked,
    seen.incident,
    { kind: 'desk-copy-asked', act: 'desk' },
    async ({ tx }) => {
      await refuseOther(asked, tx, seen, wish);
      return { facts: factsOf(seen), ...textsOf('wish', wish, person) };
    },
    async ({ tx, at }, entry) => {
      await insertAct(tx, { entry, ...idsOf(seen), act, at });
      const { recipient, sender, bytes, utf8 } = copy;
      await askMail(tx, { kind: 'copy', entry, recipient, sender, message: bytes, utf8 }, at);
    },
  );
  return { ...doneOf(seen, done), act, state: seen.state };
}

const idsOf = ({ campaign, person }: FoundAddressee) => ({ campaign, person });
const factsOf = (found: FoundAddressee) => ({ ...idsOf(found), state: found.state });

/** Within the deed all is looked at once more: two agents may press the button at the same moment. */
async function refuseOther(
  asked: Asked,
  tx: Tx,
  seen: FoundAddressee,
  wish: string | undefined,
): Promise<void> {
  const now = await addressee(asked, tx, seen.person);
  if (waysToSend(now) !== waysToSend(seen))
    throw new ForthrightError(
      'campaign-refuses',
      'This is not possible: what became of the person has changed meanwhile.',
    );
  refuseUnless(maySendAgain(now, await before(tx, now)), wish);
}

async function tryAgain(asked: Asked, seen: FoundAddressee, wish: string | undefined): Promise<DeskDone> {
  const act = 'try-again';
  const done = await deedUpon(
    asked,
    seen.incident,
    { kind: 'desk-tried-again', act: 'desk' },
    async ({ tx }) => {
      await refuseOther(asked, tx, seen, wish);
      return { facts: factsOf(seen), ...textsOf('wish', wish, seen.person) };
    },
    async ({ tx, at }, entry) => {
      await insertAct(tx, { entry, ...idsOf(seen), act, at });
      await moveAddressee(tx, seen, { event: 'retry', at, entry });
    },
  );
  return { ...doneOf(seen, done), act, state: 'prepared', waitsFor: 'resume-campaign' };
}

/**
 * Has the notice sent as a letter: who is waiting for a message gets the letter in its place, and somebody a task. Refuses as
 * `wish-needed` a second one, and one beside a message that the person may have, unless they asked for it.
 */
export async function sendLetter(
  asked: Asked,
  { person, wish, ...assigned }: DeskSendLetter,
): Promise<DeskDone> {
  const act = 'letter';
  let found: FoundAddressee | undefined;
  let given: Assignment | undefined;
  let task = '';
  const { incident } = await addressee(asked, asked.db, person);
  const done = await deedUpon(
    asked,
    incident,
    { kind: 'desk-letter-asked', act: 'desk' },
    async ({ tx, at }) => {
      found = await addressee(asked, tx, person);
      refuseUnless(maySendLetter(found, await before(tx, found)), wish);
      given = await assignmentOf(tx, found, { ...assigned, at });
      return { facts: { ...factsOf(found), ...given }, ...textsOf('wish', wish, person) };
    },
    async (upon, entry) => {
      const one = found as FoundAddressee;
      const isTurned = mayHappen(one.state, 'turn');
      // Whoever was told before is no longer among those for whom copies are made.
      const what = isTurned
        ? `Make the letters of campaign ${one.campaign} with make-copies (${person} is among them), post them, and say so with mark-copies-sent.`
        : `Send ${person} of campaign ${one.campaign} the notice as a letter; they were told before, so nothing else waits for it.`;
      task = (await addTaskWithin(upon.tx, upon.incident, { ...(given as Assignment), what })).id;
      await insertAct(upon.tx, { entry, ...idsOf(one), act, at: upon.at, task });
      if (isTurned) await moveAddressee(upon.tx, one, { event: 'turn', at: upon.at, entry });
    },
  );
  const one = found as FoundAddressee;
  const state = mayHappen(one.state, 'turn') ? 'other-channel' : one.state;
  return { ...doneOf(one, done), act, state, task, due: (given as Assignment).due };
}

/** What a customer disputes becomes a task on the incident, with who has it and by when; their words stand beside the entry. */
export async function dispute(asked: Asked, { person, text, ...assigned }: DeskDispute): Promise<DeskDone> {
  const act = 'dispute';
  let found: FoundAddressee | undefined;
  let given: Assignment | undefined;
  let task = '';
  const { incident } = await addressee(asked, asked.db, person);
  const done = await deedUpon(
    asked,
    incident,
    { kind: 'desk-disputed', act: 'desk' },
    async ({ tx, at }) => {
      found = await addressee(asked, tx, person);
      given = await assignmentOf(tx, found, { ...assigned, at });
      return { facts: { ...factsOf(found), ...given }, ...textsOf('text', text, person) };
    },
    async (upon, entry) => {
      const one = found as FoundAddressee;
      const what = `Look into what ${person} of campaign ${one.campaign} disputes: their words stand in entry ${entry}.`;
      task = (await addTaskWithin(upon.tx, upon.incident, { ...(given as Assignment), what })).id;
      await insertAct(upon.tx, { entry, ...idsOf(one), act, at: upon.at, task });
    },
  );
  const one = found as FoundAddressee;
  return { ...doneOf(one, done), act, state: one.state, task, due: (given as Assignment).due };
}

type Assignment = Readonly<{ owner: string; due: string }>;

/** Whoever made the campaign, within three days, unless it is said otherwise. */
async function assignmentOf(
  reads: Reads,
  { campaign }: FoundAddressee,
  { owner, due, at }: Readonly<{ owner?: string | undefined; due?: string | undefined; at: Date }>,
): Promise<Assignment> {
  return {
    owner: owner ?? (await makerOf(reads, campaign)),
    due: due ?? new Date(at.getTime() + TASK_MS).toISOString(),
  };
}

async function makerOf(reads: Reads, campaign: string): Promise<string> {
  const [row] = await reads.rows<{ made_by: string }>(
    'SELECT made_by FROM campaigns WHERE id = :campaign::text',
    { campaign },
  );
  if (row === undefined) throw new Error('A person is of a campaign that there is.');
  return row.made_by;
}
