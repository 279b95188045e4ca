/** What was written to whom, for whoever answers whether a message is ours. */
import { ForthrightError } from '@forthright/contract';
import type { Db, Reads } from '../../platform/db/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import { type Code, tagOf } from '../../prove/codes/index.ts';
import { lastEntryOf } from '../../prove/index.ts';
import { messageOfCode } from './messages.store.ts';
import { type CampaignJobOptions, writerOf } from './prepare.ts';
import { campaignsOf } from './store.ts';
import type { Campaign, Letterhead } from './types.ts';
import type { Writer } from './writer.ts';

/** A batch whose root stands in the register; `size` leaves. */
export type CommittedBatch = Readonly<{
  campaign: string;
  incident: string;
  tag: string;
  size: number;
  root: Uint8Array;
  letterhead: Letterhead;
  madeAt: Date;
  /** Of `batch-committed` in the register. */
  entry: number;
  /** Stopped, so that not everybody got theirs; what was sent stays genuine. */
  isStopped: boolean;
  isWithdrawn: boolean;
}>;

/** All batches that the register states, the oldest first. */
export async function committedBatches(reads: Reads): Promise<readonly CommittedBatch[]> {
  return (await campaignsOf(reads, {})).flatMap(batchOf);
}

const batchOf = ({
  id,
  incident,
  tag,
  messages,
  letters,
  root,
  letterhead,
  madeAt,
  batchEntry,
  state,
  isWithdrawn,
}: Campaign): CommittedBatch[] =>
  root === undefined || letterhead === undefined || batchEntry === undefined
    ? []
    : [
        {
          campaign: id,
          incident,
          tag,
          size: messages + letters,
          root,
          letterhead,
          madeAt,
          entry: batchEntry,
          isStopped: state === 'stopped',
          isWithdrawn,
        },
      ];

/** More campaigns than this are hardly asked about at once; the one that was not asked about for longest is let go. */
const MOST_WRITERS = 8;

/** Writers of campaigns, kept while nothing is done with their incident: an erased text is gone with the next question. */
export class Writers {
  readonly #options: Pick<CampaignJobOptions, 'db' | 'workspace' | 'mailing'>;
  readonly #kept = new Map<string, Readonly<{ entry: number; writer: Promise<Writer> }>>();

  constructor(options: Pick<CampaignJobOptions, 'db' | 'workspace' | 'mailing'>) {
    this.#options = options;
  }

  /** Refuses as the writing of a campaign does. */
  async of(campaign: Campaign, day: Date): Promise<Writer> {
    const entry = await lastEntryOf(this.#options.db, campaign.incident);
    const kept = this.#kept.get(campaign.id);
    this.#kept.delete(campaign.id);
    const now = kept?.entry === entry ? kept : { entry, writer: writerOf(campaign, this.#options, day) };
    this.#kept.set(campaign.id, now);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_WRITERS && oldest !== undefined) this.#kept.delete(oldest);
    try {
      return await now.writer;
    } catch (error) {
      if (this.#kept.get(campaign.id) === now) this.#kept.delete(campaign.id);
      throw error;
    }
  }
}

/**
 * The notice with this code, written again byte for byte (not signed). Undefined when no committed batch has it, its person was erased,
 * or it was never released: nobody has such a message from us. `mail` refuses as the writing of a campaign does.
 */
export async function writtenNotice(
  { db, writers }: Readonly<{ db: Db; writers: Writers }>,
  code: Code,
): Promise<Readonly<{ address: string; mail: () => Promise<Uint8Array> }> | undefined> {
  const campaign = (await campaignsOf(db, {})).find(({ tag }) => tag === tagOf(code));
  if (campaign?.batchEntry === undefined || campaign.day === undefined) return undefined;
  const { day } = campaign;
  const found = await messageOfCode(db, campaign.id, code);
  if (found === undefined || found.date_ms === null) return undefined;
  const { address, message_id: messageId, facts } = found;
  const dateMs = Number(found.date_ms);
  return {
    address,
    mail: async () => {
      const writer = await writers.of(campaign, day);
      if (!isSame(writer.letterhead, campaign.letterhead))
        throw new ForthrightError('campaign-changed', 'The letterhead of mail.yaml is another one now.');
      return writer.write(facts, oneAddress(address), { code, messageId, dateMs }).bytes;
    },
  };
}

const isSame = (a: Letterhead, b: Letterhead | undefined): boolean =>
  a.name === b?.name && a.address === b.address && a.replyTo === b.replyTo;
