/** What is done with what people write. */
import {
  type AddInboxItem,
  type AnswerInboxItem,
  type AssignInboxItem,
  type CloseInboxItem,
  type ErasePersonTexts,
  type ExtendInboxItem,
  ForthrightError,
  type IncidentId,
  newId,
  type PersonErased,
  type StepTaken,
  type Writer,
} from '@forthright/contract';
import type { Tx } from '../../platform/db/index.ts';
import { type Asked, deed, erasePersonOf, refuseUnlessMay } from '../../prove/index.ts';
import { find, refuseUnableTo } from '../changes.ts';
import { begin, beginWithin, type Context, refuseAhead, refused, type Step, take } from '../matters/steps.ts';
import { hasMatterOf } from '../matters/store.ts';
import { insertMove, isKnownTo, visibleTo } from '../store.ts';
import { lawfulDue } from './rules.ts';

const kind = 'item' as const;

export const addInboxItem = (asked: Asked, given: AddInboxItem): Promise<StepTaken> => {
  const { person } = given;
  const { beginning, first } = received(given, async ({ tx, incident }) =>
    person === undefined ? 'new' : await knownAs(tx, asked, incident.id, person),
  );
  return begin(asked, beginning, first);
};

/**
 * The same within a deed that does more, as when a person's mail is also what becomes of their notice; whom it is about is known by
 * that.
 */
export const addInboxItemWithin = (
  asked: Asked,
  within: Pick<Context, 'tx' | 'at'>,
  given: AddInboxItem,
): Promise<StepTaken> => {
  const writer: Writer = given.person === undefined ? 'new' : 'known-here';
  const { beginning, first } = received(given, async () => writer);
  return beginWithin(asked, within, beginning, first);
};

function received(
  {
    incident,
    kind: of,
    received: when,
    person = newId('per'),
    name,
    contact,
    text,
    target,
    proof,
  }: AddInboxItem,
  writerOf: (context: Context) => Promise<Writer>,
) {
  const first = async (context: Context): Promise<Step<typeof kind>> => {
    const writer = await writerOf(context);
    refuseAhead(when.at, context.at);
    const due = lawfulDue(of, when) ?? target;
    return {
      event: 'item-received',
      facts: { of, writer, received: when, ...(due === undefined ? {} : { due }) },
      texts: { name, contact, text },
      proof,
      ...(due === undefined ? {} : { due }),
      data: (_, evidence) => ({
        kind: of,
        writer,
        received: when,
        hasName: name !== undefined,
        hasContact: contact !== undefined,
        ...(evidence === undefined ? {} : { evidence }),
      }),
    };
  };
  return { beginning: { kind, incident, state: 'open', person } as const, first };
}

/** Refuses somebody of whom no incident that the actor may see knows anything: their texts would stand under a stranger's id. */
async function knownAs(tx: Tx, { actor }: Asked, incident: IncidentId, person: string): Promise<Writer> {
  if (await hasMatterOf(tx, incident, person)) return 'known-here';
  if (await isKnownTo(tx, person, actor.account)) return 'known-elsewhere';
  throw new ForthrightError(
    'person-not-found',
    `No incident that you may see knows ${person}; leave \`person\` out for somebody who writes for the first time.`,
  );
}

export const assignInboxItem = (
  asked: Asked,
  { incident, item: id, to }: AssignInboxItem,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'assign' }, async ({ data }, { incident: of, tx }) => {
    await refuseUnableTo(tx, of, [{ at: 'to', account: to }]);
    return { event: 'item-assigned', facts: { to }, owner: to, data: () => data };
  });

export const answerInboxItem = (
  asked: Asked,
  { incident, item: id, at, text, proof }: AnswerInboxItem,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'answer' }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    if (Date.parse(at) < Date.parse(data.received.at)) throw refused('it was not received yet by then');
    return {
      event: 'item-answered',
      facts: { at },
      texts: { text },
      proof,
      data: (entry, evidence) => ({
        ...data,
        answer: { entry, at, by: asked.actor.account, ...(evidence === undefined ? {} : { evidence }) },
      }),
    };
  });

/** GDPR Art. 12(3): by two months more, once, and only when the person was told so within the first. */
export const extendInboxItem = (
  asked: Asked,
  { incident, item: id, months, informedAt, reason, proof }: ExtendInboxItem,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'extend' }, ({ data, due: before }, { at: now }) => {
    refuseAhead(informedAt, now);
    const first = lawfulDue(data.kind, data.received);
    const due = lawfulDue(data.kind, data.received, months);
    if (first === undefined || due === undefined)
      throw refused('no law sets a time for this kind, so there is none to extend');
    if (data.extension !== undefined) throw refused('it was extended already');
    if (Date.parse(informedAt) < Date.parse(data.received.at))
      throw refused('it was not received yet by then');
    if (Date.parse(informedAt) > Date.parse(first))
      throw refused(`the person had to be told of it within the first month, by ${first}`);
    return {
      event: 'item-extended',
      facts: { months, informedAt, from: before ?? first, to: due },
      texts: { reason },
      proof,
      due,
      data: (entry) => ({ ...data, extension: { entry, months, informedAt } }),
    };
  });

/** What is not answered may be closed with a reason; a request only by a privacy officer. */
export const closeInboxItem = (
  asked: Asked,
  { incident, item: id, reason }: CloseInboxItem,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'close' }, ({ data, state }) => {
    if (state === 'open' && lawfulDue(data.kind, data.received) !== undefined)
      refuseUnlessMay(asked.actor, ['privacy-officer']);
    return {
      event: 'item-closed',
      texts: { reason },
      data: (entry) => ({ ...data, closed: entry }),
    };
  });

/** What a later stage keeps of people, and erases with their texts: in the same deed, with entries of its own. */
export type PersonElsewhere = Readonly<{
  /** Whether it has somebody of this id in this incident. */
  has: (tx: Tx, incident: IncidentId, person: string) => Promise<boolean>;
  /** Erases them in these incidents, or refuses: its entries, and what is to be done once that is durable. */
  erase: (
    tx: Tx,
    at: Date,
    given: Readonly<{ person: string; incidents: readonly IncidentId[] }>,
  ) => Promise<Readonly<{ entries: readonly number[]; afterwards: () => Promise<void> }>>;
}>;

const NOWHERE: PersonElsewhere = {
  has: async () => false,
  erase: async () => ({ entries: [], afterwards: async () => {} }),
};

/**
 * Erases all texts about somebody of this incident, in every incident that the actor may see; the timeline of each says
 * so. Refuses when there are none. What stands in incidents that are restricted to others is for those to erase.
 */
export async function erasePersonTexts(
  asked: Asked,
  { incident: given, person }: ErasePersonTexts,
  elsewhere: PersonElsewhere = NOWHERE,
): Promise<PersonErased> {
  const { afterwards, ...done } = await deed(asked, async (tx, at) => {
    const { incident } = await find(tx, asked, given, 'erase-text');
    const isOfIt =
      (await hasMatterOf(tx, incident.id, person)) || (await elsewhere.has(tx, incident.id, person));
    const incidents = isOfIt ? await visibleTo(tx, asked.actor.account) : [];
    const others = await elsewhere.erase(tx, at, { person, incidents });
    const erased = await erasePersonOf(tx, { person, incidents });
    const [first = { entry: others.entries[0] }] = erased;
    if (first.entry === undefined)
      throw new ForthrightError('text-not-found', `This incident has no texts about ${person} to erase.`);
    for (const { incident: id, entry } of erased) await insertMove(tx, id, entry, 'erase-text');
    const { entry } = erased.find((one) => one.incident === incident.id) ?? first;
    return {
      person,
      texts: erased.reduce((sum, { texts }) => sum + texts, 0),
      campaigns: others.entries.length,
      entry: entry as number,
      afterwards: others.afterwards,
    };
  });
  await afterwards();
  return done;
}
