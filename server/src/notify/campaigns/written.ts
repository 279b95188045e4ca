/** What was written to whom, for whoever answers whether a message is ours. */
import { ForthrightError } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import { type Code, tagOf } from '../../prove/codes/index.ts';
import { type CampaignJobOptions, writerOf } from './prepare.ts';
import { campaignsOf, messageOfCode } from './store.ts';
import type { Campaign, Letterhead } from './types.ts';

/** A batch whose root stands in the register; `size` leaves. */
export type CommittedBatch = Readonly<{
  campaign: string;
  tag: string;
  size: number;
  root: Uint8Array;
  letterhead: Letterhead;
  /** Stopped, so that not everybody got theirs; what was sent stays genuine. */
  isStopped: boolean;
}>;

/** All batches that the register states, the oldest first. */
export async function committedBatches(reads: Reads): Promise<readonly CommittedBatch[]> {
  return (await campaignsOf(reads, {})).flatMap(batchOf);
}

const batchOf = ({ id, tag, messages, root, letterhead, batchEntry, state }: Campaign): CommittedBatch[] =>
  root === undefined || letterhead === undefined || batchEntry === undefined
    ? []
    : [{ campaign: id, tag, size: messages, root, letterhead, isStopped: state === 'stopped' }];

/**
 * The notice with this code, written again byte for byte (not signed). Undefined when no committed batch has it, its person was erased,
 * or it was never released: nobody has such a message from us. `mail` refuses as the writing of a campaign does.
 */
export async function writtenNotice(
  options: Pick<CampaignJobOptions, 'db' | 'workspace' | 'mailing'>,
  code: Code,
): Promise<Readonly<{ address: string; mail: () => Promise<Uint8Array> }> | undefined> {
  const campaign = (await campaignsOf(options.db, {})).find(({ tag }) => tag === tagOf(code));
  if (campaign?.batchEntry === undefined || campaign.day === undefined) return undefined;
  const { day } = campaign;
  const found = await messageOfCode(options.db, campaign.id, code);
  if (found === undefined || found.date_ms === null) return undefined;
  const { address, message_id: messageId, facts } = found;
  const dateMs = Number(found.date_ms);
  return {
    address,
    mail: async () => {
      const writer = await writerOf(campaign, options, day);
      if (!isSame(writer.letterhead, campaign.letterhead))
        throw new ForthrightError('campaign-changed', 'The letterhead of mail.yaml is another one now.');
      return writer.write(facts, oneAddress(address), { code, messageId, dateMs }).bytes;
    },
  };
}

const isSame = (a: Letterhead, b: Letterhead | undefined): boolean =>
  a.name === b?.name && a.address === b.address && a.replyTo === b.replyTo;
