/** Campaigns in the records: their states, who may send them, and what was found in them. */
import type { CampaignState, ErrorCode, IncidentId, Pause } from '@forthright/contract';
import { json, type Reads, type Tx } from '../../platform/db/index.ts';
import type { Finding } from '../lint/index.ts';
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
