import { setCampaign } from '../../incident/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { isFinished } from '../states.ts';
import { campaignSums } from './show.ts';
import type { Campaign } from './types.ts';

/** The incident stays open while somebody waits; a late return opens it again. */
export async function noteWhetherOpen(tx: Tx, campaign: Campaign): Promise<void> {
  const isOpen = !isFinished(await campaignSums(tx, campaign));
  await setCampaign(tx, { campaign: campaign.id, incident: campaign.incident, isOpen });
}
