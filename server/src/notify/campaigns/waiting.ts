/** Which campaigns go on only when whoever asks does something. */
import type { CampaignsWaiting } from '@forthright/contract';
import { findIncident } from '../../incident/index.ts';
import type { Asked } from '../../prove/index.ts';
import { campaignsOf } from './store.ts';
import type { Campaign } from './types.ts';

type For = CampaignsWaiting['waiting'][number]['for'];
type Roles = Readonly<{ approvers: readonly string[]; workers: readonly string[] }>;

/** As the deeds themselves would refuse it: who made it does not approve it, who approved it does not send it. */
function isFor({ actor }: Asked, { state, madeBy, approvedBy }: Campaign, of: Roles): For | undefined {
  const isOne = (roles: readonly string[]) => actor.roles.some((role) => roles.includes(role));
  const maySend = isOne(of.workers) && approvedBy !== actor.account;
  if (state === 'prepared' && isOne(of.approvers) && madeBy !== actor.account) return 'approve';
  if (state === 'approved' && maySend) return 'start';
  if (state === 'paused' && maySend) return 'resume';
  if (state === 'failed' && isOne(of.workers)) return 'mend';
  return undefined;
}

/** The newest first. Those of incidents that the actor may not see are not there. */
export async function campaignsWaitingFor(asked: Asked, most: number, of: Roles): Promise<CampaignsWaiting> {
  const waiting: CampaignsWaiting['waiting'] = [];
  for (const campaign of (await campaignsOf(asked.db, {})).reverse()) {
    const what = isFor(asked, campaign, of);
    if (what === undefined) continue;
    const found = await findIncident(asked.db, campaign.incident, asked.actor);
    if (found === undefined || found.incident.state === 'closed') continue;
    const { id, incident, state, pause, people } = campaign;
    const { title } = found.incident.facts;
    waiting.push({
      incident,
      title,
      campaign: id,
      state,
      ...(pause === undefined ? {} : { pause }),
      people,
      for: what,
    });
    if (waiting.length > most) break;
  }
  return { waiting: waiting.slice(0, most), isMore: waiting.length > most };
}
