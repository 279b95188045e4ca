/** People of campaigns as whoever answers their questions finds them: by code, address, customer's id, or their own id. */
import { ForthrightError } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import { bodyHashOf, needsUtf8, type OneAddress, oneAddress, signed } from '../../platform/mail/index.ts';
import type { Code } from '../../prove/codes/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import { MOVES, type PersonEvent, type PersonState } from '../states.ts';
import { setDue } from './messages.store.ts';
import { noteWhetherOpen } from './open.ts';
import { movePeople, peopleOf } from './people.store.ts';
import { usable } from './prepare.ts';
import { findCampaign } from './show.ts';
import { campaignsOf, insertCampaignMove } from './store.ts';
import type { Mailing } from './types.ts';
import { type Writers, writtenNotice } from './written.ts';

/** Somebody of a campaign that was started; before that nobody was told anything. */
export type FoundAddressee = Readonly<{
  person: string;
  incident: string;
  campaign: string;
  customer: string;
  facts: CohortRow;
  state: PersonState;
  since: Date;
  /** Whether a person said what became of them last, and no server. */
  isByDecision: boolean;
  /** Whether the ledger may lag behind what is sent at this moment, or was when a process ended. */
  isSending: boolean;
  /** Whether the campaign was ended for good. */
  isStopped: boolean;
  /** Undefined for whom no message could be made. */
  message?:
    | Readonly<{
        code: Code;
        address: OneAddress;
        messageId: string;
        token: string;
        bodyHash: Uint8Array;
        /** The date that it bears; undefined before it is first handed over. */
        date?: Date | undefined;
        attempts: number;
      }>
    | undefined;
}>;

export type SoughtBy = Readonly<{ by: 'code' | 'address' | 'customer' | 'person'; key: string }>;

type Row = Readonly<{
  person: string;
  incident: string;
  campaign: string;
  customer: string;
  facts: CohortRow;
  state: PersonState;
  state_at: Date;
  decided_at: Date | null;
  campaign_state: string;
  is_sending: boolean;
  code: string | null;
  address: string | null;
  message_id: string | null;
  token: string | null;
  body_hash: Uint8Array | null;
  date_ms: bigint | null;
  attempts: number | null;
}>;

const FOUND = `SELECT p.id AS person, c.incident, p.campaign, p.customer, p.facts, p.state, p.state_at,
    (SELECT e.at FROM register_entries e WHERE e.index = p.settled_entry) AS decided_at, c.state AS campaign_state,
    (c.state = 'sending' OR c.lease_until IS NOT NULL) AS is_sending, m.code, m.address, m.message_id, m.token, m.body_hash, m.date_ms, m.attempts`;
const STARTED = "c.state IN ('sending', 'paused', 'sent', 'stopped') AND p.facts IS NOT NULL";

/**
 * By each key an index leads to the few rows that have it: of messages by address (0027), and for each campaign by code
 * (0022) and by customer (0016).
 */
const BY = {
  code: `${FOUND} FROM campaigns c JOIN campaign_messages m ON m.campaign = c.id AND m.code = :key::text
    JOIN campaign_people p ON p.campaign = m.campaign AND p.n = m.n`,
  address: `${FOUND} FROM campaign_messages m JOIN campaigns c ON c.id = m.campaign
    JOIN campaign_people p ON p.campaign = m.campaign AND p.n = m.n`,
  customer: `${FOUND} FROM campaigns c JOIN campaign_people p ON p.campaign = c.id AND p.customer = :key::text
    LEFT JOIN campaign_messages m ON m.campaign = p.campaign AND m.n = p.n`,
  person: `${FOUND} FROM campaign_people p JOIN campaigns c ON c.id = p.campaign
    LEFT JOIN campaign_messages m ON m.campaign = p.campaign AND m.n = p.n`,
} as const;
const WHERE = {
  code: '',
  address: 'lower(m.address) = lower(:key::text) AND m.address IS NOT NULL AND',
  customer: '',
  person: 'p.id = :key::text AND',
} as const;

/** The newest campaign first; at most so many; only of these incidents, or of any where none are named. */
export async function findAddressees(
  reads: Reads,
  { by, key }: SoughtBy,
  { incidents, most }: Readonly<{ incidents: readonly string[] | undefined; most: number }>,
): Promise<FoundAddressee[]> {
  const rows = await reads.rows<Row>(
    `${BY[by]} WHERE ${WHERE[by]} ${STARTED} AND (:incidents::text[] IS NULL OR c.incident = ANY (:incidents::text[]))
      ORDER BY c.entry DESC, p.id LIMIT :most::int4`,
    { key, incidents: incidents ?? null, most },
  );
  return rows.map(addresseeOfRow);
}

function addresseeOfRow(row: Row): FoundAddressee {
  const { person, incident, campaign, customer, facts, state, code, address, date_ms: ms } = row;
  const base = {
    person,
    incident,
    campaign,
    customer,
    facts,
    state,
    since: row.state_at,
    isByDecision: row.decided_at?.getTime() === row.state_at.getTime(),
    isSending: row.is_sending,
    isStopped: row.campaign_state === 'stopped',
  };
  if (code === null || address === null || row.message_id === null || row.token === null) return base;
  return {
    ...base,
    message: {
      code: code as Code,
      address: address as OneAddress,
      messageId: row.message_id,
      token: row.token,
      bodyHash: row.body_hash ?? new Uint8Array(),
      date: ms === null ? undefined : new Date(Number(ms)),
      attempts: row.attempts ?? 0,
    },
  };
}

/** What somebody's notice says, in their language or another, with a code that is none. Refuses as the writing of a campaign does. */
export async function noticeFor(
  { reads, writers }: Readonly<{ reads: Reads; writers: Writers }>,
  {
    incident,
    campaign: id,
    facts,
    message,
  }: Pick<FoundAddressee, 'incident' | 'campaign' | 'facts' | 'message'>,
  language?: string,
): Promise<Readonly<{ subject: string; text: string; language: string }>> {
  const campaign = await findCampaign(reads, incident, id);
  if (campaign.day === undefined) throw new Error('A campaign that was started has a day.');
  const writer = await writers.of(campaign, campaign.day);
  const to = message?.address ?? usable(facts.email) ?? oneAddress(writer.letterhead.address);
  const { notice } = writer.look(facts, to, language).composed;
  return { subject: notice.subject, text: notice.text, language: notice.language };
}

/** One message as it leaves: a copy bears the envelope of the first, so that what comes back finds its person. */
export type CopyOfNotice = Readonly<{
  recipient: OneAddress;
  sender: OneAddress;
  bytes: Buffer;
  utf8: boolean;
}>;

/**
 * The same message once more, to the last byte of what the batch holds, signed today. Refuses as `campaign-changed` when it can't be
 * written again.
 */
export async function copyOfNotice(
  from: Parameters<typeof writtenNotice>[0],
  { message }: FoundAddressee,
  { mailing, now }: Readonly<{ mailing: Mailing; now: Date }>,
): Promise<CopyOfNotice> {
  const found = message === undefined ? undefined : await writtenNotice(from, message.code);
  if (message === undefined || found === undefined)
    throw new ForthrightError('campaign-changed', 'Nothing was sent that could be sent again.');
  const bytes = Buffer.from(await found.mail());
  if (Buffer.compare(bodyHashOf(bytes), message.bodyHash) !== 0)
    throw new ForthrightError('campaign-changed', 'The message can not be written again as it was.');
  const { dkim, returns } = mailing;
  return {
    recipient: message.address,
    sender: oneAddress(`${message.token}@${returns}`),
    bytes: dkim.length === 0 ? bytes : signed(bytes, dkim, Math.floor(now.getTime() / 1000)),
    utf8: needsUtf8(message.address),
  };
}

/**
 * One person goes where the event leads, within a deed and by its entry. Refuses as `campaign-refuses` what the table of states does
 * not know.
 */
export async function moveAddressee(
  tx: Tx,
  found: Pick<FoundAddressee, 'campaign' | 'incident' | 'person'>,
  { event, at, entry }: Readonly<{ event: PersonEvent; at: Date; entry: number }>,
): Promise<void> {
  const [campaign] = await campaignsOf(tx, { id: found.campaign });
  if (campaign === undefined) throw new Error('A person is of a campaign that there is.');
  const moved = await movePeople(tx, { campaign: campaign.id, event, ids: [found.person], at, entry });
  if (moved !== 1)
    throw new ForthrightError(
      'campaign-refuses',
      'This is not possible: what became of the person has changed meanwhile.',
    );
  if (event === 'retry') {
    const [person] = await peopleOf(tx, campaign.id, { most: 1, ids: [found.person] });
    if (person?.n !== null && person?.n !== undefined)
      await setDue(tx, campaign.id, [{ n: person.n, due: null }]);
  }
  await insertCampaignMove(tx, campaign.id, entry, 'settle');
  await noteWhetherOpen(tx, campaign);
}

/** Whether the table of states knows this for somebody in this state. */
export const mayHappen = (state: PersonState, event: PersonEvent): boolean =>
  MOVES[state][event] !== undefined;
