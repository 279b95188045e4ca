/** What comes back, and what time settles. */
import type { IncidentId } from '@forthright/contract';
import { recordUpon } from '../../incident/index.ts';
import type { Db } from '../../platform/db/index.ts';
import { cancelJob, type Handler } from '../../platform/queue/index.ts';
import { type Asked, deed, PROGRAM } from '../../prove/index.ts';
import { noteWhetherOpen } from './open.ts';
import { isTooMany, WINDOW_MS } from './rules.ts';
import { campaignSums } from './show.ts';
import {
  campaignsOf,
  campaignsWaiting,
  insertCampaignMove,
  insertEvents,
  messageOfToken,
  moveAll,
  moveCampaign,
  movePeopleOfMessages,
} from './store.ts';
import type { Campaign } from './types.ts';

export const CAMPAIGN_WINDOWS = 'campaign-windows';

/** What came back to an envelope sender of ours. */
export type ReturnedMail = Readonly<{
  /** What stands before the @: it finds the message without reading what came. */
  token: string;
  kind: 'bounce' | 'complain' | 'reply';
  /** RFC 3463, where it says one. */
  status?: string;
  said?: string;
}>;

/**
 * Notes what came back, with its people's states and whether the incident is open again; pauses a campaign of which too
 * much comes back. False when the token is no message of ours, or was erased.
 */
export async function noteReturned(
  asked: Asked,
  { token, kind, status, said }: ReturnedMail,
  mostReturned: number,
): Promise<boolean> {
  const found = await messageOfToken(asked.db, token);
  if (found === undefined) return false;
  const { campaign: id, n } = found;
  await deed(asked, async (tx, at) => {
    const [campaign] = await campaignsOf(tx, { id });
    if (campaign === undefined) throw new Error('A message is of a campaign that there is.');
    const people = await movePeopleOfMessages(tx, { campaign: id, event: kind, ns: [n], at });
    await insertEvents(tx, id, [{ n, event: kind, at, status, said }]);
    const pauses = await isReturning(tx, campaign, mostReturned);
    if (pauses) {
      await moveCampaign(tx, { id, from: 'sending', to: 'paused' }, { pause: 'returns' });
      await cancelJob(tx, campaign.job, at);
    }
    const entry = await recordUpon(tx, {
      incident: campaign.incident,
      kind: 'return-noted',
      act: 'campaign',
      facts: { campaign: id, n, event: kind, people, ...(status === undefined ? {} : { status }), pauses },
    });
    await insertCampaignMove(tx, id, entry, 'return');
    await noteWhetherOpen(tx, campaign);
  });
  return true;
}

async function isReturning(
  reads: Parameters<typeof campaignSums>[0],
  campaign: Campaign,
  most: number,
): Promise<boolean> {
  if (campaign.state !== 'sending') return false;
  const { accepted, told, bounced, complained } = await campaignSums(reads, campaign);
  return isTooMany(bounced + complained, accepted + told + bounced + complained, most);
}

/** As a job by the clock: whoever's message has not come back within five days is told. */
export function campaignWindowsHandler({ db, now }: Readonly<{ db: Db; now: () => Date }>): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async () => {
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
