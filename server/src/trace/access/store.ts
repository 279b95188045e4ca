/** The tables of what managers are asked. */
import type { IncidentId } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';

export type StoredReview = Readonly<{
  id: string;
  incident: IncidentId;
  trace: string;
  job: string;
  entry: number;
  openedBy: string;
  openedAt: Date;
  due: Date;
  owner: string;
  /** As it was typed. */
  cutBy: string;
}>;

type ReviewRow = Readonly<{
  id: string;
  incident: string;
  trace: string;
  job: string;
  entry: bigint;
  opened_by: string;
  opened_at: Date;
  due: Date;
  owner: string;
  cut_by: string;
}>;

export async function insertReview(
  tx: Tx,
  review: Omit<StoredReview, 'openedBy' | 'openedAt'> & Readonly<{ by: string; at: Date }>,
  reviewers: readonly string[],
): Promise<void> {
  await tx.run(
    `INSERT INTO access_reviews (id, incident, trace, job, entry, opened_by, opened_at, due, owner, cut_by)
     VALUES (:id::text, :incident::text, :trace::text, :job::text, :entry::int8, :by::text, :at::timestamptz, :due::timestamptz, :owner::text, :cutBy::text)`,
    review,
  );
  await tx.run(
    `INSERT INTO access_review_items (review, item, reviewer)
     SELECT :id::text, r.n, r.reviewer FROM unnest(:reviewers::text[]) WITH ORDINALITY AS r (reviewer, n)`,
    { id: review.id, reviewers },
  );
}

/** The oldest first. */
export const reviewsOf = async (reads: Reads, incident: string): Promise<StoredReview[]> =>
  (
    await reads.rows<ReviewRow>(
      `SELECT id, incident, trace, job, entry, opened_by, opened_at, due, owner, cut_by FROM access_reviews
        WHERE incident = :incident::text ORDER BY entry`,
      { incident },
    )
  ).map((row) => ({
    id: row.id,
    incident: row.incident as IncidentId,
    trace: row.trace,
    job: row.job,
    entry: Number(row.entry),
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    due: row.due,
    owner: row.owner,
    cutBy: row.cut_by,
  }));

export type StoredItem = Readonly<{
  item: number;
  reviewer: string;
  verdict: 'confirm' | 'cut' | undefined;
  answeredAt: Date | undefined;
  answeredEntry: number | undefined;
  task: string | undefined;
}>;

type ItemRow = Readonly<{
  item: number;
  reviewer: string;
  verdict: 'confirm' | 'cut' | null;
  answered_at: Date | null;
  answered_entry: bigint | null;
  task: string | null;
}>;

export const itemsOf = async (reads: Reads, review: string): Promise<StoredItem[]> =>
  (
    await reads.rows<ItemRow>(
      `SELECT item, reviewer, verdict, answered_at, answered_entry, task FROM access_review_items
        WHERE review = :review::text ORDER BY item`,
      { review },
    )
  ).map((row) => ({
    item: row.item,
    reviewer: row.reviewer,
    verdict: row.verdict ?? undefined,
    answeredAt: row.answered_at ?? undefined,
    answeredEntry: row.answered_entry === null ? undefined : Number(row.answered_entry),
    task: row.task ?? undefined,
  }));

export async function setAnswered(
  tx: Tx,
  answer: Readonly<{
    review: string;
    items: readonly number[];
    tasks: readonly (string | null)[];
    verdict: 'confirm' | 'cut';
    at: Date;
    entry: number;
  }>,
): Promise<void> {
  await tx.run(
    `UPDATE access_review_items i SET verdict = :verdict::text, answered_at = :at::timestamptz, answered_entry = :entry::int8, task = a.task
       FROM unnest(:items::int4[], :tasks::text[]) AS a (item, task) WHERE i.review = :review::text AND i.item = a.item`,
    answer,
  );
}

export const setReviewer = (
  tx: Tx,
  given: Readonly<{ review: string; items: readonly number[]; reviewer: string }>,
): Promise<unknown> =>
  tx.run(
    'UPDATE access_review_items SET reviewer = :reviewer::text WHERE review = :review::text AND item = ANY (:items::int4[])',
    given,
  );
