/** The table of hand-overs, and which incidents one reaches. */
import type { IncidentId } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';

export type HandOverRow = Readonly<{
  id: string;
  entry: bigint;
  from_account: string;
  to_account: string;
  asked_by: string;
  asked_at: Date;
  until: Date;
  confirmed_entry: bigint | null;
  confirmed_by: string | null;
}>;

/** The newest first, or this one. */
export const handOverRows = (reads: Reads, id?: string): Promise<HandOverRow[]> =>
  reads.rows<HandOverRow>(
    `SELECT id, entry, from_account, to_account, asked_by, asked_at, until, confirmed_entry, confirmed_by
       FROM hand_overs WHERE :id::text IS NULL OR id = :id::text ORDER BY entry DESC`,
    { id: id ?? null },
  );

export async function insertHandOver(
  tx: Tx,
  asked: Readonly<{ id: string; entry: number; from: string; to: string; by: string; at: Date; until: Date }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO hand_overs (id, entry, from_account, to_account, asked_by, asked_at, until)
     VALUES (:id::text, :entry::int8, :from::text, :to::text, :by::text, :at::timestamptz, :until::timestamptz)`,
    asked,
  );
}

export async function confirmRow(
  tx: Tx,
  confirmed: Readonly<{ id: string; entry: number; by: string }>,
): Promise<void> {
  await tx.run(
    'UPDATE hand_overs SET confirmed_entry = :entry::int8, confirmed_by = :by::text WHERE id = :id::text',
    confirmed,
  );
}

/**
 * Restricted incidents that name this account and none of these officers but it, with all whom they name. Closed ones, too: they may
 * be reopened, and somebody has to erase what is in them.
 */
export async function dependingOn(
  reads: Reads,
  account: string,
  officers: readonly string[],
): Promise<readonly Readonly<{ id: IncidentId; people: readonly string[] }>[]> {
  return reads.rows<{ id: IncidentId; people: string[] }>(
    `SELECT id, restricted_to AS people FROM incidents
      WHERE :account::text = ANY (restricted_to) AND NOT restricted_to && :others::text[] ORDER BY id`,
    { account, others: officers.filter((officer) => officer !== account) },
  );
}
