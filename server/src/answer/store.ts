/** The table of keys that notices are signed with. */
import type { Reads, Tx } from '../platform/db/index.ts';

export type StoredKey = Readonly<{
  domain: string;
  selector: string;
  record: string;
  counts_from: Date;
  counts_until: Date | null;
}>;

/** The oldest first. */
export const allKeys = (reads: Reads): Promise<StoredKey[]> =>
  reads.rows<StoredKey>(
    `SELECT domain, selector, record, counts_from, counts_until FROM mail_keys
      ORDER BY counts_from, domain, selector, record`,
  );

export async function addKey(
  tx: Tx,
  row: Pick<StoredKey, 'domain' | 'selector' | 'record'> & Readonly<{ from: Date; entry: number }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO mail_keys (domain, selector, record, counts_from, entry)
     VALUES (:domain::text, :selector::text, :record::text, :from::timestamptz, :entry::int8)`,
    row,
  );
}

/** From now on the key counts no more. */
export async function endKey(
  tx: Tx,
  row: Pick<StoredKey, 'domain' | 'selector'> & Readonly<{ until: Date; entry: number }>,
): Promise<void> {
  await tx.run(
    `UPDATE mail_keys SET counts_until = greatest(counts_from, :until::timestamptz), ended_entry = :entry::int8
      WHERE domain = :domain::text AND selector = :selector::text AND counts_until IS NULL`,
    row,
  );
}
