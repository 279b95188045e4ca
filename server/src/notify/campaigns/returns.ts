/** What comes back, and what time settles. */
import type { AddInboxItem, IncidentId } from '@forthright/contract';
import { addInboxItemWithin, monthsAfter, recordUpon } from '../../incident/index.ts';
import type { Db, Reads } from '../../platform/db/index.ts';
import { cancelJob, type Handler } from '../../platform/queue/index.ts';
import { type Asked, deed, PROGRAM } from '../../prove/index.ts';
import type { Meaning } from '../returned/index.ts';
import type { PersonEvent } from '../states.ts';
import { sweepCopies } from './copies.ts';
import { foldLeft } from './left.ts';
import { countReturn, countTried, insertEvents, insertReturn, returnsBefore } from './messages.store.ts';
import { noteWhetherOpen } from './open.ts';
import { moveAll, movePeopleOfMessages, peopleOfMessage } from './people.store.ts';
import { isTooMany, WINDOW_MS } from './rules.ts';
import { campaignSums } from './show.ts';
import { campaignsOf, campaignsWaiting, insertCampaignMove, moveCampaign } from './store.ts';
import type { Campaign } from './types.ts';

export const CAMPAIGN_WINDOWS = 'campaign-windows';

/** Something that came back, and what it means. */
export type ReturnedMail = Readonly<{
  /** A hash that stays the same when the same comes again. */
  key: Uint8Array;
  meaning: Meaning;
  /** RFC 3463, where it says one. */
  status?: string | undefined;
  /** A word of a closed list: `Reason`. */
  reason?: string | undefined;
  said?: string | undefined;
  /** What a person has to read: it goes to the incident's inbox. */
  letter?: Letter | undefined;
}>;

export type Letter = Readonly<{ name: string; address: string; text: string }>;

/** `known`: it came before. `enough`: of one message more comes than anybody can mean; a loop, or malice. */
export type Noted = 'noted' | 'known' | 'enough';

const MOST_OF_ONE = 20;

/** What each meaning does to a person's state, in this order. */
const EVENTS: Readonly<Record<Meaning, readonly PersonEvent[]>> = {
  'address-dead': ['bounce', 'turn'],
  'blocked-by-policy': ['bounce'],
  temporary: ['bounce'],
  delayed: ['delay'],
  complaint: ['complain'],
  'answered-itself': ['answer-itself'],
  delivered: ['find'],
  reply: ['reply'],
  other: [],
};

/**
 * Notes what came back for a message, with its people's states and whether the incident is open again; pauses a campaign
 * of which too much comes back. What came before changes nothing.
 */
export async function noteReturned(
  asked: Asked,
  { campaign: id, n }: Readonly<{ campaign: string; n: number }>,
  returned: ReturnedMail,
  mostReturned: number,
): Promise<Noted> {
  const { key, meaning, status, reason, said, letter } = returned;
  const before = await returnsBefore(asked.db, { key, campaign: id, n });
  if (before.isKnown) return 'known';
  if (before.count >= MOST_OF_ONE) return 'enough';
  return deed(asked, async (tx, at) => {
    const [campaign] = await campaignsOf(tx, { id });
    if (campaign === undefined) throw new Error('A message is of a campaign that there is.');
    const people = await peopleOfMessage(tx, { campaign: id, n });
    const moved: Record<string, number> = {};
    for (const event of EVENTS[meaning]) {
      const from = event === 'turn' ? ({ from: 'bounced' } as const) : {};
      moved[event] = await movePeopleOfMessages(tx, { campaign: id, event, ns: [n], at, ...from });
    }
    if (COUNTED.includes(meaning)) await countReturn(tx, { campaign: id, n });
    const pauses = await isReturning(tx, campaign, meaning, mostReturned);
    if (pauses) {
      await moveCampaign(tx, { id, from: 'sending', to: 'paused' }, { pause: 'returns' });
      await cancelJob(tx, campaign.job, at);
    }
    const [person] = people;
    const item =
      letter === undefined
        ? undefined
        : await addInboxItemWithin(
            asked,
            { tx, at },
            {
              incident: campaign.incident,
              kind: meaning === 'complaint' ? 'complaint' : meaning === 'reply' ? 'reply' : 'other',
              ...clockOf(at),
              ...(person === undefined ? {} : { person: person.id }),
              ...(letter.name === '' ? {} : { name: letter.name }),
              ...(letter.address === '' ? {} : { contact: letter.address }),
              text: letter.text,
            },
          );
    const entry = await recordUpon(tx, {
      incident: campaign.incident,
      kind: 'return-noted',
      act: 'campaign',
      facts: {
        campaign: id,
        n,
        meaning,
        sha256: Buffer.from(key).toString('hex'),
        ...(reason === undefined || reason === '' ? {} : { reason }),
        ...(status === undefined || status === '' ? {} : { status }),
        moved,
        ...(item === undefined ? {} : { item: item.id }),
        pauses,
      },
    });
    await insertCampaignMove(tx, id, entry, 'return');
    await insertReturn(tx, { key, campaign: id, n, entry, meaning, at, status, said });
    await noteWhetherOpen(tx, campaign);
    return 'noted' as const;
  }).catch(async (error: unknown) => {
    // Another process took the same at the same moment; the table's key let one of them through.
    if ((await returnsBefore(asked.db, { key, campaign: id, n })).isKnown) return 'known' as const;
    throw error;
  });
}

/** Nobody has read yet what is asked: the shortest time that a law gives for any request is meant. */
function clockOf(at: Date): Pick<AddInboxItem, 'received' | 'target'> {
  const received = { at: at.toISOString(), zone: 'UTC' };
  return { received, target: monthsAfter(received, 1) };
}

const COUNTED: readonly Meaning[] = ['address-dead', 'blocked-by-policy', 'complaint'];

async function isReturning(
  reads: Reads,
  campaign: Campaign,
  meaning: Meaning,
  most: number,
): Promise<boolean> {
  if (campaign.state !== 'sending' || !COUNTED.includes(meaning)) return false;
  const { tried, returned } = await countTried(reads, campaign.id);
  return isTooMany(returned, tried, most);
}

/**
 * As a job by the clock: whoever's message has not come back within five days is told. Of campaigns that were paused or stopped
 * what a killed process has left is noted first.
 */
export function campaignWindowsHandler({
  db,
  now,
  data,
}: Readonly<{ db: Db; now: () => Date; data: string }>): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async () => {
      for (const campaign of await campaignsOf(db, {}))
        if (campaign.batchEntry !== undefined) await foldLeft({ asked, data }, campaign);
      await sweepCopies(db, data);
      const before = new Date(now().getTime() - WINDOW_MS);
      for (const { id, incident } of await campaignsWaiting(db, before))
        await closeWindow(asked, { id, incident }, before);
    },
  };
}

function closeWindow(
  asked: Asked,
  { id, incident }: Readonly<{ id: string; incident: IncidentId }>,
  before: Date,
): Promise<void> {
  return deed(asked, async (tx, at) => {
    const [campaign] = await campaignsOf(tx, { id });
    if (campaign === undefined) throw new Error('A person is of a campaign that there is.');
    const ns = await moveAll(tx, { campaign: id, event: 'window-over', at, before });
    await insertEvents(
      tx,
      id,
      ns.map((n) => ({ n, event: 'window-over', at })),
    );
    const sums = await campaignSums(tx, campaign);
    const entry = await recordUpon(tx, {
      incident,
      kind: 'window-closed',
      act: 'campaign',
      facts: { campaign: id, messages: ns.length, sums: { ...sums } },
    });
    await insertCampaignMove(tx, id, entry, 'window');
    await noteWhetherOpen(tx, campaign);
  });
}
