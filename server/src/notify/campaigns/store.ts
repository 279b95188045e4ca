/** The tables of campaigns. */
import type { CampaignState, ErrorCode, IncidentId, Pause } from '@forthright/contract';
import { json, type Reads, type Tx } from '../../platform/db/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import type { Finding } from '../lint/index.ts';
import { MOVES, PERSON_STATES, type PersonEvent, type PersonState, statesBefore } from '../states.ts';
import type { LintedCohort } from './cohorts.ts';
import type { Campaign, Cohort, Letterhead } from './types.ts';

type CampaignRow = Readonly<{
  id: string;
  incident: IncidentId;
  entry: bigint;
  run_job: string;
  cohort: Cohort;
  after: string | null;
  made_by: string;
  made_at: Date;
  job: string;
  state: CampaignState;
  pause: Pause | null;
  code: ErrorCode | null;
  tag: string;
  day: Date | null;
  people: number;
  messages: number;
  letters: number;
  addresses: number;
  root: Uint8Array | null;
  hash: string | null;
  letterhead: Letterhead | null;
  approved_by: string | null;
  batch_entry: bigint | null;
  withdrawn: boolean;
  duties: readonly string[] | null;
  duties_version: number | null;
  overridden: boolean;
  slice: number | null;
  fence: number;
  epoch: number | null;
  folded: bigint;
}>;

const COLUMNS = `id, incident, entry, run_job, cohort, after, made_by, made_at, job, state, pause, code, tag, day, people,
  messages, letters, addresses, root, hash, letterhead, approved_by, batch_entry, duties, duties_version, overridden, slice, fence, epoch, folded,
  EXISTS (SELECT FROM campaign_moves m WHERE m.campaign = campaigns.id AND m.act = 'withdraw') AS withdrawn`;

const campaignOf = (row: CampaignRow): Campaign => ({
  id: row.id,
  incident: row.incident,
  entry: Number(row.entry),
  runJob: row.run_job,
  cohort: row.cohort,
  after: row.after ?? undefined,
  madeBy: row.made_by,
  madeAt: row.made_at,
  job: row.job,
  state: row.state,
  pause: row.pause ?? undefined,
  code: row.code ?? undefined,
  tag: row.tag,
  day: row.day ?? undefined,
  people: row.people,
  messages: row.messages,
  letters: row.letters,
  addresses: row.addresses,
  root: row.root ?? undefined,
  hash: row.hash ?? undefined,
  letterhead: row.letterhead ?? undefined,
  approvedBy: row.approved_by ?? undefined,
  batchEntry: row.batch_entry === null ? undefined : Number(row.batch_entry),
  isWithdrawn: row.withdrawn,
  duties: row.duties ?? undefined,
  dutiesVersion: row.duties_version ?? undefined,
  isOverridden: row.overridden,
  slice: row.slice ?? undefined,
  fence: row.fence,
  epoch: row.epoch ?? undefined,
  folded: Number(row.folded),
});

/** The oldest first; of this incident, or of this id. */
export async function campaignsOf(
  reads: Reads,
  { incident, id }: Readonly<{ incident?: string; id?: string }>,
): Promise<Campaign[]> {
  const rows = await reads.rows<CampaignRow>(
    `SELECT ${COLUMNS} FROM campaigns WHERE (:incident::text IS NULL OR incident = :incident::text)
      AND (:id::text IS NULL OR id = :id::text) ORDER BY entry`,
    { incident: incident ?? null, id: id ?? null },
  );
  return rows.map(campaignOf);
}

export async function insertCampaign(
  tx: Tx,
  row: Pick<
    Campaign,
    'id' | 'incident' | 'entry' | 'runJob' | 'cohort' | 'madeBy' | 'madeAt' | 'job' | 'tag'
  > &
    Readonly<{ after: string | null }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO campaigns (id, incident, entry, run_job, cohort, after, made_by, made_at, job, state, tag)
     VALUES (:id::text, :incident::text, :entry::int8, :runJob::text, :cohort::text, :after::text, :madeBy::text,
       :madeAt::timestamptz, :job::text, 'preparing', :tag::text)`,
    row,
  );
}

/** Whether somebody has said that the notices with this tag no longer hold. */
export async function isBatchWithdrawn(reads: Reads, tag: string): Promise<boolean> {
  const rows = await reads.rows(
    `SELECT 1 AS one FROM campaigns c JOIN campaign_moves m ON m.campaign = c.id WHERE c.tag = :tag::text AND m.act = 'withdraw'`,
    { tag },
  );
  return rows.length > 0;
}

export async function isTagTaken(reads: Reads, tag: string): Promise<boolean> {
  return (await reads.rows('SELECT 1 AS one FROM campaigns WHERE tag = :tag::text', { tag })).length > 0;
}

type Changes = Readonly<{
  pause?: Pause | null;
  code?: ErrorCode;
  job?: string;
  approvedBy?: string;
  overrides?: boolean;
  batchEntry?: number;
  slice?: number | null;
  epoch?: number;
}>;

/** Brings it from one state to another; false when it is not in that state any more. */
export async function moveCampaign(
  tx: Tx,
  { id, from, to }: Readonly<{ id: string; from: CampaignState; to: CampaignState }>,
  changes: Changes = {},
): Promise<boolean> {
  const moved = await tx.run(
    `UPDATE campaigns SET state = :to::text, pause = :pause::text, code = coalesce(:code::text, code),
        job = coalesce(:job::text, job), approved_by = coalesce(:approvedBy::text, approved_by),
        batch_entry = coalesce(:batchEntry::int8, batch_entry), overridden = overridden OR :overrides::bool,
        slice = CASE WHEN :setsSlice::bool THEN :slice::int4 ELSE slice END, epoch = coalesce(:epoch::int4, epoch)
      WHERE id = :id::text AND state = :from::text`,
    {
      id,
      from,
      to,
      pause: to === 'paused' ? (changes.pause ?? 'asked') : null,
      code: changes.code ?? null,
      job: changes.job ?? null,
      approvedBy: changes.approvedBy ?? null,
      batchEntry: changes.batchEntry ?? null,
      overrides: changes.overrides ?? false,
      setsSlice: changes.slice !== undefined,
      slice: changes.slice ?? null,
      epoch: changes.epoch ?? null,
    },
  );
  return moved === 1;
}

export async function insertCampaignMove(
  tx: Tx,
  campaign: string,
  entry: number,
  act: string,
): Promise<void> {
  await tx.run(
    'INSERT INTO campaign_moves (entry, campaign, act) VALUES (:entry::int8, :campaign::text, :act::text)',
    {
      campaign,
      entry,
      act,
    },
  );
}

export async function savePrepared(
  tx: Tx,
  row: Readonly<{
    id: string;
    day: Date;
    people: number;
    messages: number;
    letters: number;
    addresses: number;
    root: Uint8Array;
    hash: string;
    letterhead: Letterhead;
    duties: readonly string[];
    dutiesVersion: number | undefined;
  }>,
): Promise<void> {
  await tx.run(
    `UPDATE campaigns SET day = :day::timestamptz, people = :people::int4, messages = :messages::int4,
        letters = :letters::int4, addresses = :addresses::int4, root = :root::bytea, hash = :hash::text, letterhead = :letterhead::jsonb,
        duties = :duties::text[], duties_version = :dutiesVersion::int4
      WHERE id = :id::text`,
    { ...row, letterhead: json(row.letterhead), dutiesVersion: row.dutiesVersion ?? null },
  );
}

/**
 * Takes the right to send from whoever had it and whose time is over: the new fence, higher than each of those seen in the
 * journal. Undefined when another one may still send, or when another data folder has the journal.
 */
export async function takeFence(
  tx: Tx,
  { id, home, seen, alone }: Readonly<{ id: string; home: string; seen: number; alone: boolean }>,
): Promise<number | undefined> {
  const [row] = await tx.rows<{ fence: number }>(
    `UPDATE campaigns SET fence = greatest(fence, :seen::int4) + 1, home = :home::text, lease_until = NULL
      WHERE id = :id::text AND state = 'sending' AND (home IS NULL OR home = :home::text)
        AND (:alone::bool OR lease_until IS NULL OR lease_until <= clock_timestamp()) RETURNING fence`,
    { id, home, seen, alone },
  );
  return row?.fence;
}

/** Extends the time in which nobody else can take the right to send; false when it is lost, or nothing may be sent. */
export async function extendFence(tx: Tx, id: string, fence: number, ms: number): Promise<boolean> {
  const extended = await tx.run(
    `UPDATE campaigns SET lease_until = clock_timestamp() + :ms::int4 * interval '1 millisecond'
      WHERE id = :id::text AND fence = :fence::int4 AND state = 'sending'`,
    { id, fence, ms },
  );
  return extended === 1;
}

export async function endFence(tx: Tx, id: string, fence: number): Promise<void> {
  await tx.run('UPDATE campaigns SET lease_until = NULL WHERE id = :id::text AND fence = :fence::int4', {
    id,
    fence,
  });
}

/** Whether a process sends it, or was killed while it did and nobody has read its journal yet: the records lag behind. */
export async function isBeingSent(reads: Reads, id: string): Promise<boolean> {
  const rows = await reads.rows(
    'SELECT 1 AS one FROM campaigns WHERE id = :id::text AND lease_until IS NOT NULL',
    { id },
  );
  return rows.length > 0;
}

/** Whether whoever holds this fence may fold in what was sent under it; keeps others from taking it meanwhile. */
export async function holdsFence(tx: Tx, id: string, fence: number): Promise<boolean> {
  const rows = await tx.rows(
    'SELECT 1 AS one FROM campaigns WHERE id = :id::text AND fence = :fence::int4 FOR SHARE',
    { id, fence },
  );
  return rows.length > 0;
}

/** The data folder that has the journal; null: any may begin. */
export async function homeOf(reads: Reads, id: string): Promise<string | null> {
  const [row] = await reads.rows<{ home: string | null }>('SELECT home FROM campaigns WHERE id = :id::text', {
    id,
  });
  return row?.home ?? null;
}

/** A person has decided that it goes on without the journal of before. */
export async function leaveHome(tx: Tx, id: string): Promise<void> {
  await tx.run('UPDATE campaigns SET home = NULL, lease_until = NULL WHERE id = :id::text', { id });
}

export type SegmentRow = Readonly<{
  campaign: string;
  fence: string;
  name: string;
  sha256: string;
  entry: number;
}>;

/** The hash with which this file of the journal was folded in; undefined when it was not. */
export async function foldedHash(
  reads: Reads,
  { campaign, fence, name }: Pick<SegmentRow, 'campaign' | 'fence' | 'name'>,
): Promise<string | undefined> {
  const [row] = await reads.rows<{ sha256: string }>(
    'SELECT sha256 FROM campaign_segments WHERE campaign = :campaign::text AND fence = :fence::text AND name = :name::text',
    { campaign, fence, name },
  );
  return row?.sha256;
}

export async function insertSegment(tx: Tx, row: SegmentRow): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_segments (campaign, fence, name, sha256, entry)
     VALUES (:campaign::text, :fence::text, :name::text, :sha256::text, :entry::int8)`,
    row,
  );
}

export type NewPerson = Readonly<{
  id: string;
  customer: string;
  facts: CohortRow;
  told: Uint8Array;
  state: PersonState;
}>;

export async function insertPeople(
  tx: Tx,
  campaign: string,
  people: readonly NewPerson[],
  at: Date,
): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_people (id, campaign, customer, facts, told, state, state_at)
     SELECT id, :campaign::text, customer, facts::jsonb, told, state, :at::timestamptz
       FROM unnest(:ids::text[], :customers::text[], :facts::text[], :tolds::bytea[], :states::text[])
         AS t (id, customer, facts, told, state)`,
    {
      campaign,
      at,
      ids: people.map(({ id }) => id),
      customers: people.map(({ customer }) => customer),
      facts: people.map(({ facts }) => JSON.stringify(facts)),
      tolds: people.map(({ told }) => told),
      states: people.map(({ state }) => state),
    },
  );
}

/** Of what an earlier, cut short attempt to prepare has left. */
export async function deletePrepared(tx: Tx, campaign: string): Promise<void> {
  for (const table of ['campaign_people', 'campaign_messages', 'campaign_cohorts'])
    await tx.run(`DELETE FROM ${table} WHERE campaign = :campaign::text`, { campaign });
}

export async function insertCohorts(
  tx: Tx,
  campaign: string,
  cohorts: readonly LintedCohort[],
): Promise<void> {
  for (const cohort of cohorts)
    await tx.run(
      `INSERT INTO campaign_cohorts (campaign, n, language, status, laws, form, people, errors, warnings, findings)
       VALUES (:campaign::text, :n::int4, :language::text, :status::text, :laws::text[], :form::text, :people::int4,
         :errors::int4, :warnings::int4, :findings::jsonb)`,
      { campaign, ...cohort, form: cohort.form ?? null, findings: json(cohort.findings) },
    );
}

/** What the linter found in each cohort; those with most errors first. */
export async function cohortsOf(reads: Reads, campaign: string): Promise<LintedCohort[]> {
  const rows = await reads.rows<
    Omit<LintedCohort, 'form' | 'findings'> & Readonly<{ form: string | null; findings: Finding[] }>
  >(
    `SELECT n, language, status, laws, form, people, errors, warnings, findings FROM campaign_cohorts
      WHERE campaign = :campaign::text ORDER BY errors DESC, warnings DESC, n`,
    { campaign },
  );
  return rows.map((row) => ({ ...row, form: row.form ?? undefined }));
}

export type LintSums = Readonly<{ cohorts: number; faulty: number; errors: number; warnings: number }>;

export async function countFindings(reads: Reads, campaign: string): Promise<LintSums> {
  const [row] = await reads.rows<LintSums>(
    `SELECT count(*)::int4 AS cohorts, count(*) FILTER (WHERE errors > 0)::int4 AS faulty,
        coalesce(sum(errors), 0)::int4 AS errors, coalesce(sum(warnings), 0)::int4 AS warnings
      FROM campaign_cohorts WHERE campaign = :campaign::text`,
    { campaign },
  );
  return row ?? { cohorts: 0, faulty: 0, errors: 0, warnings: 0 };
}

/** The entry of what was done with a campaign last, by its act. */
export async function entryOfAct(reads: Reads, campaign: string, act: string): Promise<number | undefined> {
  const [row] = await reads.rows<{ entry: bigint }>(
    'SELECT entry FROM campaign_moves WHERE campaign = :campaign::text AND act = :act::text ORDER BY entry DESC LIMIT 1',
    { campaign, act },
  );
  return row === undefined ? undefined : Number(row.entry);
}

export type NewMessage = Readonly<{
  n: number;
  code: string;
  address: string;
  /** Null of what is no message, but a letter or another copy. */
  messageId: string | null;
  token: string | null;
  commitment: Uint8Array;
  bodyHash: Uint8Array;
}>;

export async function insertMessages(tx: Tx, campaign: string, rows: readonly NewMessage[]): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_messages (campaign, n, code, address, message_id, token, commitment, body_hash)
     SELECT :campaign::text, * FROM unnest(:ns::int4[], :codes::text[], :addresses::text[], :messageIds::text[],
       :tokens::text[], :commitments::bytea[], :bodyHashes::bytea[])`,
    {
      campaign,
      ns: rows.map(({ n }) => n),
      codes: rows.map(({ code }) => code),
      addresses: rows.map(({ address }) => address),
      messageIds: rows.map(({ messageId }) => messageId),
      tokens: rows.map(({ token }) => token),
      commitments: rows.map(({ commitment }) => commitment),
      bodyHashes: rows.map(({ bodyHash }) => bodyHash),
    },
  );
}

/** Leaves of the batch, by number. */
export function leavesAfter(
  reads: Reads,
  campaign: string,
  after: number,
  most: number,
): Promise<readonly Readonly<{ n: number; commitment: Uint8Array; body_hash: Uint8Array }>[]> {
  return reads.rows(
    `SELECT n, commitment, body_hash FROM campaign_messages WHERE campaign = :campaign::text AND n > :after::int4
      ORDER BY n LIMIT :most::int4`,
    { campaign, after, most },
  );
}

/** People get their messages: pairs of a person and a message's number. Whoever has no address gets the code of a letter. */
export async function giveMessages(
  tx: Tx,
  pairs: readonly Readonly<{ person: string; n: number }>[],
  at: Date,
): Promise<void> {
  await tx.run(
    `UPDATE campaign_people p SET n = t.n, state = CASE p.state WHEN 'planned' THEN 'prepared' ELSE p.state END, state_at = :at::timestamptz
       FROM unnest(:ids::text[], :ns::int4[]) AS t (id, n) WHERE p.id = t.id AND p.state IN ('planned', 'other-channel')`,
    { at, ids: pairs.map(({ person }) => person), ns: pairs.map(({ n }) => n) },
  );
}

/** Whoever has the message, or may have it; whoever is only on the list, or whom nothing reached, was told nothing. */
const HAVE_IT: readonly PersonState[] = [
  'released',
  'accepted',
  'in-doubt',
  'released-again',
  'attempted-twice',
  'complained',
  'told',
];

/** A campaign, the one that it came after, and so on. */
const CHAIN = `WITH RECURSIVE chain AS (
    SELECT id, after, entry FROM campaigns WHERE id = :campaign::text
    UNION ALL SELECT c.id, c.after, c.entry FROM campaigns c JOIN chain ON c.id = chain.after)`;

/** What was withdrawn has told nobody anything: its people can be told what is right. */
const holds = (campaign: string): string =>
  `NOT EXISTS (SELECT FROM campaign_moves m WHERE m.campaign = ${campaign} AND m.act = 'withdraw')`;

/** What an earlier campaign, and those before it, told these people last: by their id in the directory, the hash of it. */
export async function toldBefore(
  reads: Reads,
  campaign: string,
  customers: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await reads.rows<{ customer: string; told: Uint8Array }>(
    `${CHAIN} SELECT DISTINCT ON (p.customer) p.customer, p.told FROM chain JOIN campaign_people p ON p.campaign = chain.id
      WHERE p.customer = ANY (:customers::text[]) AND p.state = ANY (:states::text[]) AND p.told IS NOT NULL
        AND ${holds('chain.id')}
      ORDER BY p.customer, chain.entry DESC`,
    { campaign, customers, states: HAVE_IT },
  );
  return new Map(rows.map(({ customer, told }) => [customer, Buffer.from(told).toString('hex')]));
}

/**
 * Another campaign of the incident whose people are among this one's and have its message, may have it, or may still be
 * sent it: undefined, or one with how many. Those that this one came after know of each other.
 */
export async function sentElsewhere(
  reads: Reads,
  campaign: string,
): Promise<Readonly<{ other: string; people: number }> | undefined> {
  const [found] = await reads.rows<{ other: string; people: number }>(
    `${CHAIN} SELECT c.id AS other, count(*)::int4 AS people FROM campaigns c
        JOIN campaign_people theirs ON theirs.campaign = c.id
        JOIN campaign_people ours ON ours.campaign = :campaign::text AND ours.customer = theirs.customer
      WHERE c.incident = (SELECT incident FROM campaigns WHERE id = :campaign::text)
        AND c.id NOT IN (SELECT id FROM chain) AND ours.state = 'prepared' AND ${holds('c.id')}
        AND (theirs.state = ANY (:states::text[])
          OR (c.state IN ('sending', 'paused') AND theirs.state IN ('prepared', 'deferred', 'broken')))
      GROUP BY c.id, c.entry ORDER BY c.entry LIMIT 1`,
    { campaign, states: HAVE_IT },
  );
  return found;
}

export async function countStates(
  reads: Reads,
  campaign: string,
): Promise<readonly Readonly<{ state: string; people: number }>[]> {
  return reads.rows(
    'SELECT state, count(*)::int4 AS people FROM campaign_people WHERE campaign = :campaign::text GROUP BY state',
    { campaign },
  );
}

/** Whether somebody is in one of these states; nobody is counted, since it is asked with each return. */
export async function isAnybodyIn(
  reads: Reads,
  campaign: string,
  states: readonly PersonState[],
): Promise<boolean> {
  const rows = await reads.rows(
    'SELECT 1 AS one FROM campaign_people WHERE campaign = :campaign::text AND state = ANY (:states::text[]) LIMIT 1',
    { campaign, states },
  );
  return rows.length > 0;
}

export type StoredPerson = Readonly<{
  id: string;
  n: number | null;
  customer: string | null;
  facts: CohortRow | null;
  state: PersonState;
  state_at: Date;
  said: string | null;
}>;

/** By id; at most so many, after this one. */
export function peopleOf(
  reads: Reads,
  campaign: string,
  {
    state,
    after,
    most,
    ids,
  }: Readonly<{ state?: string; after?: string; most: number; ids?: readonly string[] }>,
): Promise<StoredPerson[]> {
  return reads.rows<StoredPerson>(
    `SELECT p.id, p.n, p.customer, p.facts, p.state, p.state_at,
        (SELECT said FROM (
            SELECT e.said, e.at, e.seq FROM campaign_events e WHERE e.campaign = p.campaign AND e.n = p.n AND e.said IS NOT NULL
            UNION ALL SELECT r.said, r.at, r.entry FROM campaign_returns r WHERE r.campaign = p.campaign AND r.n = p.n AND r.said IS NOT NULL
          ) s ORDER BY s.at DESC, s.seq DESC LIMIT 1) AS said
      FROM campaign_people p WHERE p.campaign = :campaign::text
       AND (:state::text IS NULL OR p.state = :state::text) AND (:after::text IS NULL OR p.id > :after::text)
       AND (:ids::text[] IS NULL OR p.id = ANY (:ids::text[]))
      ORDER BY p.id LIMIT :most::int4`,
    { campaign, state: state ?? null, after: after ?? null, most, ids: ids ?? null },
  );
}

/** From where to where an event leads, as rows of SQL. */
function movesSql(event: PersonEvent): string {
  // Words of the closed table in states.ts, never anything from outside.
  return statesBefore(event)
    .map((state) => `('${state}', '${MOVES[state][event]}')`)
    .join(', ');
}

/**
 * The people of these messages go where the event leads; whoever is in another state stays. How many went. A program's
 * answer does not begin the time anew in which a message may come back.
 */
export function movePeopleOfMessages(
  tx: Tx,
  {
    campaign,
    event,
    ns,
    at,
    from,
  }: Readonly<{
    campaign: string;
    event: PersonEvent;
    ns: readonly number[];
    at: Date;
    /** Only those in this state. */
    from?: PersonState;
  }>,
): Promise<number> {
  return tx.run(
    `UPDATE campaign_people p SET state = m.next,
        state_at = CASE WHEN p.state = m.next AND :stays::bool THEN p.state_at ELSE :at::timestamptz END
       FROM (VALUES ${movesSql(event)}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.n = ANY (:ns::int4[]) AND p.state = m.state
        AND (:from::text IS NULL OR p.state = :from::text)`,
    { campaign, ns, at, from: from ?? null, stays: event === 'answer-itself' },
  );
}

/** Where several events, one after the other, lead from each state; one that does not fit changes nothing. */
function pathsSql(events: readonly PersonEvent[]): string {
  return PERSON_STATES.flatMap((from) => {
    let state: PersonState = from;
    let fits = false;
    for (const event of events) {
      const next = MOVES[state][event];
      fits ||= next !== undefined;
      state = next ?? state;
    }
    return fits ? [`('${from}', '${state}')`] : [];
  }).join(', ');
}

/** The people of messages to all of which the same has happened. */
export async function movePeopleAlong(
  tx: Tx,
  campaign: string,
  events: readonly PersonEvent[],
  messages: readonly Readonly<{ n: number; at: Date }>[],
): Promise<void> {
  const paths = pathsSql(events);
  if (paths === '') return;
  await tx.run(
    `UPDATE campaign_people p SET state = m.next, state_at = t.at
       FROM unnest(:ns::int4[], :ats::timestamptz[]) AS t (n, at), (VALUES ${paths}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.n = t.n AND p.state = m.state`,
    { campaign, ns: messages.map(({ n }) => n), ats: messages.map(({ at }) => at) },
  );
}

/** The same for single people, by a person's decision with its entry. */
export function movePeople(
  tx: Tx,
  {
    campaign,
    event,
    ids,
    at,
    entry,
  }: Readonly<{ campaign: string; event: PersonEvent; ids: readonly string[]; at: Date; entry: number }>,
): Promise<number> {
  return tx.run(
    `UPDATE campaign_people p SET state = m.next, state_at = :at::timestamptz, settled_entry = :entry::int8
       FROM (VALUES ${movesSql(event)}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.id = ANY (:ids::text[]) AND p.state = m.state`,
    { campaign, ids, at, entry },
  );
}

/** Everybody in a state goes where the event leads, as when an attempt is found that has no outcome; the messages. */
export async function moveAll(
  tx: Tx,
  {
    campaign,
    event,
    at,
    before,
  }: Readonly<{ campaign: string; event: PersonEvent; at: Date; before?: Date }>,
): Promise<number[]> {
  const rows = await tx.rows<{ n: number | null }>(
    `UPDATE campaign_people p SET state = m.next, state_at = :at::timestamptz
       FROM (VALUES ${movesSql(event)}) AS m (state, next)
      WHERE p.campaign = :campaign::text AND p.state = m.state
        AND (:before::timestamptz IS NULL OR p.state_at <= :before::timestamptz)
      RETURNING p.n`,
    { campaign, at, before: before ?? null },
  );
  return [...new Set(rows.flatMap(({ n }) => (n === null ? [] : [n])))].sort((a, b) => a - b);
}

export type DueMessage = Readonly<{
  n: number;
  code: string;
  address: string;
  message_id: string;
  token: string;
  body_hash: Uint8Array;
  date_ms: bigint | null;
  attempts: number;
  facts: CohortRow;
}>;

/** Messages whose turn has come, by number, each with the facts of one of its people: those in doubt, or the others; `fresh`: with those that were never tried. */
export function dueMessages(
  reads: Reads,
  campaign: string,
  {
    now,
    after,
    most,
    inDoubt,
    fresh,
  }: Readonly<{ now: Date; after: number; most: number; inDoubt: boolean; fresh: boolean }>,
): Promise<DueMessage[]> {
  return reads.rows<DueMessage>(
    `SELECT m.n, m.code, m.address, m.message_id, m.token, m.body_hash, m.date_ms, m.attempts, p.facts
       FROM campaign_messages m
       JOIN LATERAL (SELECT facts FROM campaign_people p WHERE p.campaign = m.campaign AND p.n = m.n
              AND p.state = ANY (:states::text[]) AND p.facts IS NOT NULL ORDER BY p.id LIMIT 1) p ON true
      WHERE m.campaign = :campaign::text AND m.n > :after::int4 AND (m.due IS NULL OR m.due <= :now::timestamptz) AND m.code IS NOT NULL
        AND (:fresh::bool OR m.attempts > 0)
      ORDER BY m.n LIMIT :most::int4`,
    {
      campaign,
      now,
      after,
      most,
      fresh,
      states: inDoubt ? ['in-doubt'] : ['prepared', 'deferred', 'broken'],
    },
  );
}

export type WrittenMessage = Pick<DueMessage, 'n' | 'code' | 'address' | 'message_id' | 'date_ms' | 'facts'>;

/** The message with this code, with the facts of one of its people; undefined when there is none, or they were erased. */
export async function messageOfCode(
  reads: Reads,
  campaign: string,
  code: string,
): Promise<WrittenMessage | undefined> {
  const [found] = await reads.rows<WrittenMessage>(
    `SELECT m.n, m.code, m.address, m.message_id, m.date_ms, p.facts
       FROM campaign_messages m
       JOIN LATERAL (SELECT facts FROM campaign_people p WHERE p.campaign = m.campaign AND p.n = m.n AND p.facts IS NOT NULL
              ORDER BY p.id LIMIT 1) p ON true
      WHERE m.code = :code::text AND m.campaign = :campaign::text`,
    { campaign, code },
  );
  return found;
}

/** When the next message that waits is due; undefined when none waits. */
export async function nextDue(reads: Reads, campaign: string, now: Date): Promise<Date | undefined> {
  const [row] = await reads.rows<{ due: Date | null }>(
    `SELECT min(coalesce(m.due, :now::timestamptz)) AS due FROM campaign_messages m
      WHERE m.campaign = :campaign::text AND m.code IS NOT NULL AND EXISTS (SELECT FROM campaign_people p
        WHERE p.campaign = m.campaign AND p.n = m.n AND p.state IN ('prepared', 'deferred', 'broken', 'in-doubt'))`,
    { campaign, now },
  );
  return row?.due ?? undefined;
}

/** How many messages were released at least once, and how many came back for good or were complained of. */
export async function countTried(
  reads: Reads,
  campaign: string,
): Promise<Readonly<{ tried: number; returned: number }>> {
  const [row] = await reads.rows<{ tried: number; returned: number }>(
    'SELECT tried, returned FROM campaigns WHERE id = :campaign::text',
    { campaign },
  );
  return row ?? { tried: 0, returned: 0 };
}

export type NewEvent = Readonly<{
  n: number;
  event: PersonEvent;
  at: Date;
  status?: string | undefined;
  said?: string | undefined;
}>;

/** Notes what happened, in this order. Only within a deed: deeds come one after the other, and so do the numbers. */
export async function insertEvents(tx: Tx, campaign: string, events: readonly NewEvent[]): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_events (campaign, seq, n, event, at, status, said)
     SELECT :campaign::text, (SELECT coalesce(max(seq), 0) FROM campaign_events WHERE campaign = :campaign::text) + i, n, event, at, status, said
       FROM unnest(:is::int4[], :ns::int4[], :events::text[], :ats::timestamptz[], :statuses::text[], :saids::text[])
         AS t (i, n, event, at, status, said)`,
    {
      campaign,
      is: events.map((_, i) => i + 1),
      ns: events.map(({ n }) => n),
      events: events.map(({ event }) => event),
      ats: events.map(({ at }) => at),
      statuses: events.map(({ status }) => status ?? null),
      saids: events.map(({ said }) => said ?? null),
    },
  );
}

/**
 * What was tried: a date is frozen with the first release; `due` says when again, and null that nothing is waited for. The
 * campaign's number of messages that were released grows with it.
 */
export async function noteAttempts(
  tx: Tx,
  campaign: string,
  attempts: readonly Readonly<{
    n: number;
    releases: number;
    firstAt: Date;
    dateMs: number | null;
    due: Date | null;
  }>[],
): Promise<void> {
  await tx.run(
    `WITH noted AS (
        UPDATE campaign_messages m SET attempts = m.attempts + t.releases, date_ms = coalesce(m.date_ms, t.date_ms), due = t.due,
            first_at = coalesce(m.first_at, t.first_at)
          FROM unnest(:ns::int4[], :releases::int4[], :firsts::timestamptz[], :dates::int8[], :dues::timestamptz[])
            AS t (n, releases, first_at, date_ms, due)
         WHERE m.campaign = :campaign::text AND m.n = t.n
         RETURNING t.releases > 0 AND m.attempts = t.releases AS is_new)
      UPDATE campaigns SET tried = tried + (SELECT count(*) FILTER (WHERE is_new) FROM noted) WHERE id = :campaign::text`,
    {
      campaign,
      ns: attempts.map(({ n }) => n),
      releases: attempts.map(({ releases }) => releases),
      firsts: attempts.map(({ firstAt }) => firstAt),
      dates: attempts.map(({ dateMs }) => dateMs),
      dues: attempts.map(({ due }) => due),
    },
  );
}

const EXPIRED = `m.campaign = :campaign::text AND m.first_at <= :before::timestamptz AND p.campaign = m.campaign AND p.n = m.n`;

/** Whether there is somebody whom servers have put off since before. */
export async function isAnybodyExpired(
  reads: Reads,
  { campaign, before }: Readonly<{ campaign: string; before: Date }>,
): Promise<boolean> {
  const rows = await reads.rows(
    `SELECT 1 AS one FROM campaign_messages m, campaign_people p
      WHERE ${EXPIRED} AND p.state = ANY (:states::text[]) LIMIT 1`,
    { campaign, before, states: statesBefore('expire') },
  );
  return rows.length > 0;
}

/** Whom no server took since before is told otherwise; their messages. */
export async function expirePeople(
  tx: Tx,
  { campaign, at, before }: Readonly<{ campaign: string; at: Date; before: Date }>,
): Promise<number[]> {
  const rows = await tx.rows<{ n: number }>(
    `UPDATE campaign_people p SET state = v.next, state_at = :at::timestamptz
       FROM campaign_messages m, (VALUES ${movesSql('expire')}) AS v (state, next)
      WHERE ${EXPIRED} AND p.state = v.state RETURNING p.n`,
    { campaign, at, before },
  );
  return [...new Set(rows.map(({ n }) => n))].sort((a, b) => a - b);
}

/** As if they had never been tried: a person has decided so. */
export async function tryAnew(tx: Tx, campaign: string, ns: readonly number[]): Promise<void> {
  await tx.run(
    `UPDATE campaign_messages SET due = NULL, first_at = NULL
      WHERE campaign = :campaign::text AND n = ANY (:ns::int4[])`,
    { campaign, ns },
  );
}

export async function setDue(
  tx: Tx,
  campaign: string,
  dues: readonly Readonly<{ n: number; due: Date | null }>[],
): Promise<void> {
  await tx.run(
    `UPDATE campaign_messages m SET due = t.due FROM unnest(:ns::int4[], :dues::timestamptz[]) AS t (n, due)
      WHERE m.campaign = :campaign::text AND m.n = t.n`,
    { campaign, ns: dues.map(({ n }) => n), dues: dues.map(({ due }) => due) },
  );
}

/** Events behind this one, as they are hashed: without what servers said, which can be erased. */
export function eventsAfter(
  reads: Reads,
  campaign: string,
  after: number,
  most?: number,
): Promise<readonly Readonly<{ seq: bigint; n: number; event: string; at: Date; status: string | null }>[]> {
  return reads.rows(
    `SELECT seq, n, event, at, status FROM campaign_events WHERE campaign = :campaign::text AND seq > :after::int8
      ORDER BY seq LIMIT :most::int4`,
    { campaign, after, most: most ?? null },
  );
}

export async function setFolded(tx: Tx, campaign: string, folded: number): Promise<void> {
  await tx.run('UPDATE campaigns SET folded = :folded::int8 WHERE id = :campaign::text', {
    campaign,
    folded,
  });
}

/** Campaigns with somebody whose message was accepted before. */
export function campaignsWaiting(
  reads: Reads,
  before: Date,
): Promise<readonly Readonly<{ id: string; incident: IncidentId }>[]> {
  return reads.rows(
    `SELECT c.id, c.incident FROM campaigns c WHERE EXISTS (SELECT FROM campaign_people p
      WHERE p.campaign = c.id AND p.state IN ('accepted', 'complained') AND p.state_at <= :before::timestamptz) ORDER BY c.entry`,
    { before },
  );
}

/** A message that was tried at least once. */
export type TriedMessage = Readonly<{
  campaign: string;
  n: number;
  address: string;
  messageId: string;
}>;

const TRIED =
  'SELECT campaign, n, address, message_id AS "messageId" FROM campaign_messages WHERE attempts > 0';

/** The message to which mail with one of these envelope tokens belongs. */
export async function messageOfTokens(
  reads: Reads,
  tokens: readonly string[],
): Promise<TriedMessage | undefined> {
  const [row] = await reads.rows<TriedMessage>(`${TRIED} AND token = ANY (:tokens::text[]) LIMIT 1`, {
    tokens,
  });
  return row;
}

/** The message that has one of these Message-IDs. */
export async function messageOfIds(reads: Reads, ids: readonly string[]): Promise<TriedMessage | undefined> {
  const [row] = await reads.rows<TriedMessage>(`${TRIED} AND message_id = ANY (:ids::text[]) LIMIT 1`, {
    ids,
  });
  return row;
}

/** The one message that went to this address; undefined when there are several, since then nobody knows which. */
export async function onlyMessageTo(reads: Reads, address: string): Promise<TriedMessage | undefined> {
  const rows = await reads.rows<TriedMessage>(`${TRIED} AND lower(address) = lower(:address::text) LIMIT 2`, {
    address,
  });
  return rows.length === 1 ? rows[0] : undefined;
}

/** Whether a message that was tried has this token as its envelope's sender. */
export async function isTokenKnown(reads: Reads, token: string): Promise<boolean> {
  return (await messageOfTokens(reads, [token])) !== undefined;
}

/** The people of a message; none when they were erased. */
export async function peopleOfMessage(
  reads: Reads,
  { campaign, n }: Readonly<{ campaign: string; n: number }>,
): Promise<readonly Readonly<{ id: string; state: PersonState; name: string | null }>[]> {
  return reads.rows(
    `SELECT id, state, facts->>'name' AS name FROM campaign_people
      WHERE campaign = :campaign::text AND n = :n::int4 ORDER BY id`,
    { campaign, n },
  );
}

export type NewReturn = Readonly<{
  key: Uint8Array;
  campaign: string;
  n: number;
  entry: number;
  meaning: string;
  at: Date;
  status?: string | undefined;
  said?: string | undefined;
}>;

export async function insertReturn(tx: Tx, row: NewReturn): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_returns (key, campaign, n, entry, meaning, at, status, said) VALUES (:key::bytea, :campaign::text,
       :n::int4, :entry::int8, :meaning::text, :at::timestamptz, :status::text, :said::text)`,
    { ...row, status: row.status ?? null, said: row.said ?? null },
  );
}

/** Whether this came before, and how many came for its message. */
export async function returnsBefore(
  reads: Reads,
  { key, campaign, n }: Readonly<{ key: Uint8Array; campaign: string; n: number }>,
): Promise<Readonly<{ isKnown: boolean; count: number }>> {
  const [row] = await reads.rows<{ known: boolean; count: number }>(
    `SELECT EXISTS (SELECT FROM campaign_returns WHERE key = :key::bytea) AS known,
        (SELECT count(*)::int4 FROM campaign_returns WHERE campaign = :campaign::text AND n = :n::int4) AS count`,
    { key, campaign, n },
  );
  return { isKnown: row?.known ?? false, count: row?.count ?? 0 };
}

/**
 * Counts a message that came back for good, or was complained of, once; before its return is noted. A full mailbox or a delay is
 * nothing of ours.
 */
export async function countReturn(
  tx: Tx,
  { campaign, n }: Readonly<{ campaign: string; n: number }>,
): Promise<void> {
  await tx.run(
    `UPDATE campaigns SET returned = returned + 1 WHERE id = :campaign::text AND NOT EXISTS (SELECT FROM campaign_returns
      WHERE campaign = :campaign::text AND n = :n::int4 AND meaning IN ('address-dead', 'blocked-by-policy', 'complaint'))`,
    { campaign, n },
  );
}

/** Who is in doubt, of all campaigns: messages that were released without an outcome, the last attempt's date with them. */
export function messagesInDoubt(reads: Reads, most: number): Promise<readonly TriedMessage[]> {
  return reads.rows(
    `${TRIED} AND message_id IS NOT NULL AND EXISTS (SELECT FROM campaign_people p WHERE p.campaign = campaign_messages.campaign
        AND p.n = campaign_messages.n AND p.state IN ('in-doubt', 'attempted-twice')) ORDER BY campaign, n LIMIT :most::int4`,
    { most },
  );
}

/** Somebody of a campaign who is not erased, with whether they may be. */
export type NamedPerson = Readonly<{
  campaign: string;
  incident: IncidentId;
  id: string;
  state: PersonState;
  campaign_state: CampaignState;
}>;

/** This person in all campaigns of these incidents: by id, and by whom the directory calls the same. */
export function samePersonIn(
  reads: Reads,
  { person, incidents }: Readonly<{ person: string; incidents: readonly string[] }>,
): Promise<NamedPerson[]> {
  return reads.rows<NamedPerson>(
    `SELECT p.campaign, c.incident, p.id, p.state, c.state AS campaign_state
       FROM campaign_people p JOIN campaigns c ON c.id = p.campaign
      WHERE c.incident = ANY (:incidents::text[]) AND p.facts IS NOT NULL
        AND (p.id = :person::text OR p.customer IN (SELECT o.customer FROM campaign_people o JOIN campaigns oc ON oc.id = o.campaign
          WHERE o.id = :person::text AND oc.incident = ANY (:incidents::text[])))
      ORDER BY c.entry, p.id`,
    { person, incidents },
  );
}

/** Deletes what names the person; their message's, too, when nobody else shares it. The leaf stays. */
export async function eraseAddressee(tx: Tx, campaign: string, person: string): Promise<void> {
  const [row] = await tx.rows<{ n: number | null }>(
    `UPDATE campaign_people SET customer = NULL, facts = NULL, told = NULL
      WHERE campaign = :campaign::text AND id = :person::text RETURNING n`,
    { campaign, person },
  );
  const n = row?.n;
  if (n === null || n === undefined) return;
  const [left] = await tx.rows<{ people: number }>(
    'SELECT count(*)::int4 AS people FROM campaign_people WHERE campaign = :campaign::text AND n = :n::int4 AND facts IS NOT NULL',
    { campaign, n },
  );
  if ((left?.people ?? 0) > 0) return;
  await tx.run(
    `UPDATE campaign_messages SET code = NULL, address = NULL, message_id = NULL, token = NULL
      WHERE campaign = :campaign::text AND n = :n::int4`,
    { campaign, n },
  );
  for (const table of ['campaign_events', 'campaign_returns'])
    await tx.run(`UPDATE ${table} SET said = NULL WHERE campaign = :campaign::text AND n = :n::int4`, {
      campaign,
      n,
    });
}
