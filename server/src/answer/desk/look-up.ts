/**
 * One field at the support desk: a code, an address, a customer's id or a message becomes a verdict, what the person was
 * told, and what may be said. People of incidents that the agent may not see are not found, whatever is asked.
 */
import { createHash } from 'node:crypto';
import type { DeskAnswer, DeskAsked, DeskKey, DeskPerson } from '@forthright/contract';
import { visibleIncidents } from '../../incident/index.ts';
import { type FoundAddressee, findAddressees, noticeFor, type SoughtBy } from '../../notify/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import { groupsOf, normalisedAddress, readCode, tagOf } from '../../prove/codes/index.ts';
import { type Asked, commitOnce, deed, record } from '../../prove/index.ts';
import { checkMessage } from '../check/check.ts';
import { codeSentTo } from '../entrances.ts';
import { undefinedIfGone } from '../record.ts';
import type { Truth } from '../types.ts';
import { messageIn, scriptFor } from './script.ts';
import { actsOf, insertLookUps, type StoredAct } from './store.ts';
import { masked, takenFor } from './taken.ts';
import { maySendAgain, maySendLetter, toldOf } from './told.ts';
import type { Tools } from './tools.ts';
import type { Seen } from './types.ts';

const MOST_SHOWN = 20;

/** Looks up, and records that it was looked up, by whom, and who was found; what was typed only as a commitment. */
export async function lookUp(asked: Asked, given: DeskAsked, tools: Tools): Promise<DeskAnswer> {
  const seen = await see(asked, given, tools);
  const shown = seen.found.slice(0, MOST_SHOWN);
  const people = await peopleOf(asked, shown, tools);
  const { by, code, message } = seen;
  const typed = given.asked ?? given.eml ?? '';
  const kept = by === 'message' ? createHash('sha256').update(typed).digest('hex') : typed;
  const receipt = await deed(asked, async (tx) => {
    const { stated, opening } = commitOnce('/facts/asked', 'asked', kept);
    const entry = await record(tx, {
      kind: 'desk-looked-up',
      facts: {
        by,
        asked: stated,
        people: shown.map(({ person }) => person),
        ...(code === undefined ? {} : { code: code.is }),
        ...(message === undefined ? {} : { verdict: message.verdict }),
      },
    });
    await insertLookUps(tx, entry, shown);
    return { entry, salt: Buffer.from(opening.salt).toString('base64') };
  });
  return {
    by,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message: await messageIn(message, given.language) }),
    people,
    hasMore: seen.found.length > shown.length,
    ...(await scriptFor(
      { seen, people, sentAt: shown.map(({ message: sent }) => sent?.date) },
      given.language,
    )),
    receipt,
  };
}

async function see(asked: Asked, given: DeskAsked, { truth }: Tools): Promise<Seen> {
  const by: DeskKey = given.eml === undefined ? takenFor(given.asked ?? '') : 'message';
  const incidents = await visibleIncidents(asked.db, asked.actor.account);
  const find = (sought: SoughtBy) => findAddressees(asked.db, sought, { incidents, most: MOST_SHOWN + 1 });
  const typed = given.asked ?? '';
  switch (by) {
    case 'code':
      return seeCode(typed, given.address, { truth: await truth(), find });
    case 'address':
      return { by, found: await find({ by, key: canonical(typed) }), isTheirs: true };
    case 'customer':
      return { by, found: await find({ by, key: typed.trim() }), isTheirs: true };
    case 'message': {
      const bytes = given.eml === undefined ? Buffer.from(typed) : Buffer.from(given.eml, 'base64');
      return seeMessage({ bytes, address: given.address }, { truth: await truth(), find });
    }
  }
}

/** As messages are kept; what is no usable address finds nobody. */
function canonical(raw: string): string {
  try {
    return oneAddress(raw);
  } catch {
    return normalisedAddress(raw) ?? raw;
  }
}

type Find = (sought: SoughtBy) => Promise<FoundAddressee[]>;

const OTHER = {
  says: 'The code is ours, and we sent it to another address.',
  next: 'Do not rely on the message. If the customer has several addresses, try the others.',
};
const NEEDED = {
  says: 'A code counts only together with the address to which it came.',
  next: 'Ask for the address, and enter it beside the code.',
};

async function seeCode(
  typed: string,
  address: string | undefined,
  { truth, find }: Readonly<{ truth: Truth; find: Find }>,
): Promise<Seen> {
  const read = readCode(typed);
  const by = 'code';
  if (read.kind !== 'code') {
    const code = await codeSentTo({ code: typed, address: address ?? 'nobody@nowhere.invalid' }, truth);
    return { by, code, found: [], isTheirs: false };
  }
  const found = await find({ by, key: read.code });
  const shown = { code: groupsOf(read.code), batch: tagOf(read.code) };
  if (address === undefined) {
    if ((await truth.batch(tagOf(read.code))) === undefined)
      return {
        by,
        code: await codeSentTo({ code: typed, address: 'nobody@nowhere.invalid' }, truth),
        found: [],
        isTheirs: false,
      };
    return { by, code: { is: 'address-needed', ...NEEDED, ...shown }, found, isTheirs: false };
  }
  const code = await codeSentTo({ code: typed, address }, truth);
  if (code.is === 'sent-to-this-address') return { by, code, found, isTheirs: true };
  if (code.is === 'not-sent-to-this-address' && found.length > 0)
    return { by, code: { is: 'code-of-another-address', ...OTHER, ...shown }, found: [], isTheirs: false };
  return { by, code, found: [], isTheirs: false };
}

async function seeMessage(
  given: Readonly<{ bytes: Uint8Array; address: string | undefined }>,
  { truth, find }: Readonly<{ truth: Truth; find: Find }>,
): Promise<Seen> {
  const message = await checkMessage(given, truth);
  const isSentTo = message.reasons.some(({ is }) => is === 'sent-to-this-address');
  const found = message.code === undefined ? [] : await find({ by: 'code', key: plain(message.code) });
  // Differences show what we wrote to somebody: of an incident that the agent may not see, that is nothing for them.
  const shown = found.length > 0 ? message : { ...message, differences: [] };
  return { by: 'message', message: shown, found: isSentTo ? found : [], isTheirs: isSentTo };
}

const plain = (printed: string): string => printed.replaceAll('-', '');

async function peopleOf(
  { db }: Asked,
  found: readonly FoundAddressee[],
  { writers }: Tools,
): Promise<DeskPerson[]> {
  const acts = await actsOf(
    db,
    found.map(({ person }) => person),
  );
  const people: DeskPerson[] = [];
  for (const one of found) {
    const own = acts.filter(({ person }) => person === one.person);
    const notice = await noticeFor({ reads: db, writers }, one).catch(undefinedIfGone);
    people.push(shownPerson(one, { notice, own }));
  }
  return people;
}

function shownPerson(
  one: FoundAddressee,
  {
    notice,
    own,
  }: Readonly<{
    notice: Readonly<{ subject: string; text: string; language: string }> | undefined;
    own: readonly StoredAct[];
  }>,
): DeskPerson {
  const before = beforeOf(own);
  const { message, facts } = one;
  return {
    person: one.person,
    incident: one.incident,
    campaign: one.campaign,
    address: message === undefined ? '' : masked(message.address),
    language: notice?.language ?? facts.language,
    told: toldOf(one),
    state: one.state,
    since: one.since.toISOString(),
    ...(message?.date === undefined ? {} : { sentAt: message.date.toISOString() }),
    ...(notice === undefined ? {} : { notice: { subject: notice.subject, text: notice.text } }),
    sendAgain: maySendAgain(one, before),
    sendLetter: maySendLetter(one, before),
    acts: own.map(({ act, at, mail }) => ({
      act,
      at: at.toISOString(),
      ...(mail === null ? {} : { mail }),
    })),
  };
}

/** What of it counts before something is done again. */
export const beforeOf = (acts: readonly StoredAct[]) => ({
  hasLetter: acts.some(({ act }) => act === 'letter'),
  isCopyWaiting: acts.some(({ mail }) => mail === 'waiting' || mail === 'released'),
});
