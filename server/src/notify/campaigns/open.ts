import { recordUpon, setCampaign } from '../../incident/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { OPEN_STATES } from '../states.ts';
import { isAnybodyIn } from './people.store.ts';
import { campaignSums } from './show.ts';
import { insertCampaignMove } from './store.ts';
import type { Campaign } from './types.ts';

/**
 * The incident stays open while somebody waits; a late return opens it again. That the last person has a final state is an
 * entry of its own, each time.
 */
export async function noteWhetherOpen(tx: Tx, campaign: Campaign): Promise<void> {
  const { id, incident, people } = campaign;
  const isOpen = await isAnybodyIn(tx, id, OPEN_STATES);
  const wasOpen = await setCampaign(tx, { campaign: id, incident, isOpen });
  if (isOpen || !wasOpen) return;
  const sums = await campaignSums(tx, campaign);
  const entry = await recordUpon(tx, {
    incident,
    kind: 'campaign-finished',
    act: 'campaign',
    facts: { campaign: id, people, sums: { ...sums } },
  });
  await insertCampaignMove(tx, id, entry, 'finish');
}
