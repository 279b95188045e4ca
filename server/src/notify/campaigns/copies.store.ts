/** The tables of letters and other copies. */
import type { CopiesState, CopyWay, ErrorCode } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import type { CopyOutcome } from '../letters/index.ts';

export type Copies = Readonly<{
  id: string;
  campaign: string;
  way: CopyWay;
  entry: number;
  askedBy: string;
  askedAt: Date;
  job: string;
  state: CopiesState;
  code: ErrorCode | undefined;
  people: number;
  file: Readonly<{ sha256: string; bytes: number }> | undefined;
}>;

type Row = Readonly<{
  id: string;
  campaign: string;
  way: CopyWay;
  entry: bigint;
  asked_by: string;
  asked_at: Date;
  job: string;
  state: CopiesState;
  code: ErrorCode | null;
  people: number;
  sha256: string | null;
  bytes: bigint | null;
}>;

const copiesOfRow = ({ sha256, bytes, ...row }: Row): Copies => ({
  id: row.id,
  campaign: row.campaign,
  way: row.way,
  entry: Number(row.entry),
  askedBy: row.asked_by,
  askedAt: row.asked_at,
  job: row.job,
  state: row.state,
  code: row.code ?? undefined,
  people: row.people,
  file: sha256 === null || bytes === null ? undefined : { sha256, bytes: Number(bytes) },
});

/** The oldest first: of a campaign, or of this id. */
export async function copiesOf(
  reads: Reads,
  { campaign, id }: Readonly<{ campaign?: string; id?: string }>,
): Promise<Copies[]> {
  const rows = await reads.rows<Row>(
    `SELECT id, campaign, way, entry, asked_by, asked_at, job, state, code, people, sha256, bytes FROM campaign_copies
      WHERE (:campaign::text IS NULL OR campaign = :campaign::text) AND (:id::text IS NULL OR id = :id::text) ORDER BY entry`,
    { campaign: campaign ?? null, id: id ?? null },
  );
  return rows.map(copiesOfRow);
}

/**
 * Whoever of a campaign waits for another channel, has a code, and is in no other copies that may still reach them: nobody is
 * told twice.
 */
const WAITING = `SELECT p.id FROM campaign_people p JOIN campaign_messages m ON m.campaign = p.campaign AND m.n = p.n
    WHERE p.campaign = :campaign::text AND p.state = 'other-channel' AND p.facts IS NOT NULL AND m.code IS NOT NULL
      AND NOT EXISTS (SELECT FROM campaign_copy_people o JOIN campaign_copies c ON c.id = o.copies
        WHERE o.person = p.id AND c.state IN ('making', 'made', 'posting') AND (o.outcome IS NULL OR o.outcome IN ('written', 'posted')))`;

export async function countWaiting(reads: Reads, campaign: string): Promise<number> {
  const [row] = await reads.rows<{ people: number }>(`SELECT count(*)::int4 AS people FROM (${WAITING}) w`, {
    campaign,
  });
  return row?.people ?? 0;
}

export async function insertCopies(
  tx: Tx,
  row: Pick<Copies, 'id' | 'campaign' | 'way' | 'entry' | 'askedBy' | 'askedAt' | 'job' | 'people'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO campaign_copies (id, campaign, way, entry, asked_by, asked_at, job, state, people)
     VALUES (:id::text, :campaign::text, :way::text, :entry::int8, :askedBy::text, :askedAt::timestamptz, :job::text, 'making', :people::int4)`,
    row,
  );
  await tx.run(`INSERT INTO campaign_copy_people (copies, person) SELECT :id::text, id FROM (${WAITING}) w`, {
    id: row.id,
    campaign: row.campaign,
  });
}

/** Brings them from one state to another; false when they are not in that state any more. */
export async function moveCopies(
  tx: Tx,
  { id, from, to }: Readonly<{ id: string; from: CopiesState; to: CopiesState }>,
  changes: Readonly<{ code?: ErrorCode; job?: string; file?: NonNullable<Copies['file']> }> = {},
): Promise<boolean> {
  const { code, job, file } = changes;
  const moved = await tx.run(
    `UPDATE campaign_copies SET state = :to::text, code = :code::text, job = coalesce(:job::text, job),
        sha256 = CASE WHEN :to::text = 'erased' THEN NULL ELSE coalesce(:sha256::text, sha256) END,
        bytes = CASE WHEN :to::text = 'erased' THEN NULL ELSE coalesce(:bytes::int8, bytes) END
      WHERE id = :id::text AND state = :from::text`,
    {
      id,
      from,
      to,
      code: code ?? null,
      job: job ?? null,
      sha256: file?.sha256 ?? null,
      bytes: file?.bytes ?? null,
    },
  );
  return moved === 1;
}

export type CopyPerson = Readonly<{
  person: string;
  facts: CohortRow;
  code: string;
  address: string;
  body_hash: Uint8Array;
  /** Whether the leaf of the batch is that of a letter, and not of a message. */
  is_letter: boolean;
}>;

/** By id; whoever was told meanwhile, or erased, is not among them. */
export function copyPeople(
  reads: Reads,
  copies: string,
  { after, most }: Readonly<{ after: string; most: number }>,
): Promise<CopyPerson[]> {
  return reads.rows<CopyPerson>(
    `SELECT cp.person, p.facts, m.code, m.address, m.body_hash, m.token IS NULL AS is_letter
       FROM campaign_copy_people cp JOIN campaign_people p ON p.id = cp.person
       JOIN campaign_messages m ON m.campaign = p.campaign AND m.n = p.n
      WHERE cp.copies = :copies::text AND cp.person > :after::text AND p.state = 'other-channel'
        AND p.facts IS NOT NULL AND m.code IS NOT NULL
      ORDER BY cp.person LIMIT :most::int4`,
    { copies, after, most },
  );
}

export async function noteOutcomes(
  tx: Tx,
  copies: string,
  outcomes: readonly Readonly<{ person: string; outcome: CopyOutcome | 'posted' | 'rejected' }>[],
): Promise<void> {
  await tx.run(
    `UPDATE campaign_copy_people p SET outcome = t.outcome FROM unnest(:people::text[], :outcomes::text[]) AS t (person, outcome)
      WHERE p.copies = :copies::text AND p.person = t.person`,
    {
      copies,
      people: outcomes.map(({ person }) => person),
      outcomes: outcomes.map(({ outcome }) => outcome),
    },
  );
}

/** How many have which outcome. */
export async function countOutcomes(reads: Reads, copies: string): Promise<Readonly<Record<string, number>>> {
  const rows = await reads.rows<{ outcome: string; people: number }>(
    `SELECT outcome, count(*)::int4 AS people FROM campaign_copy_people
      WHERE copies = :copies::text AND outcome IS NOT NULL GROUP BY outcome ORDER BY outcome`,
    { copies },
  );
  return Object.fromEntries(rows.map(({ outcome, people }) => [outcome, people]));
}

/** The people of it who still wait and whose copy was written, by id. */
export async function writtenPeople(reads: Reads, copies: string): Promise<string[]> {
  const rows = await reads.rows<{ person: string }>(
    `SELECT cp.person FROM campaign_copy_people cp JOIN campaign_people p ON p.id = cp.person
      WHERE cp.copies = :copies::text AND cp.outcome = 'written' AND p.state = 'other-channel' AND p.facts IS NOT NULL ORDER BY cp.person`,
    { copies },
  );
  return rows.map(({ person }) => person);
}

/** Whether somebody was erased whose copy was written. */
export async function isErasedAmong(reads: Reads, copies: string): Promise<boolean> {
  const rows = await reads.rows(
    `SELECT 1 AS one FROM campaign_copy_people cp JOIN campaign_people p ON p.id = cp.person
      WHERE cp.copies = :copies::text AND cp.outcome = 'written' AND p.facts IS NULL LIMIT 1`,
    { copies },
  );
  return rows.length > 0;
}

/** Those whose file may hold a copy of this person. */
export async function copiesWith(reads: Reads, person: string): Promise<Copies[]> {
  const rows = await reads.rows<Row>(
    `SELECT c.id, c.campaign, c.way, c.entry, c.asked_by, c.asked_at, c.job, c.state, c.code, c.people, c.sha256, c.bytes
       FROM campaign_copies c JOIN campaign_copy_people p ON p.copies = c.id
      WHERE p.person = :person::text AND c.sha256 IS NOT NULL ORDER BY c.entry`,
    { person },
  );
  return rows.map(copiesOfRow);
}
