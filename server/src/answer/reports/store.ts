/** The table of reports; what was read out of them stands in the register's texts. */
import type { Reads, Tx } from '../../platform/db/index.ts';

export type ReportRow = Readonly<{ id: string; entry: number; at: Date; proved: boolean }>;

export async function insertReport(
  tx: Tx,
  report: Readonly<{ id: string; entry: number; at: Date; proved: boolean }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO customer_reports (id, entry, at, proved)
     VALUES (:id::text, :entry::int8, :at::timestamptz, :proved::bool)`,
    report,
  );
}

type Row = Readonly<{ id: string; entry: bigint; at: Date; proved: boolean }>;
const rowOf = ({ entry, ...row }: Row): ReportRow => ({ ...row, entry: Number(entry) });

/** Those that are not erased, the oldest first. */
export const reportRows = async (
  reads: Reads,
  { from, to }: Readonly<{ from?: Date | undefined; to?: Date | undefined }> = {},
): Promise<ReportRow[]> =>
  (
    await reads.rows<Row>(
      `SELECT id, entry, at, proved FROM customer_reports
        WHERE erased_entry IS NULL AND (:from::timestamptz IS NULL OR at >= :from::timestamptz)
          AND (:to::timestamptz IS NULL OR at < :to::timestamptz) ORDER BY at, id`,
      { from: from ?? null, to: to ?? null },
    )
  ).map(rowOf);

export async function reportById(reads: Reads, id: string): Promise<ReportRow | undefined> {
  const [row] = await reads.rows<Row>(
    'SELECT id, entry, at, proved FROM customer_reports WHERE id = :id::text AND erased_entry IS NULL',
    { id },
  );
  return row === undefined ? undefined : rowOf(row);
}

/** At most so many of those that came in before. */
export const reportsBefore = async (reads: Reads, before: Date, most: number): Promise<ReportRow[]> =>
  (
    await reads.rows<Row>(
      `SELECT id, entry, at, proved FROM customer_reports
        WHERE erased_entry IS NULL AND at < :before::timestamptz ORDER BY at LIMIT :most::int4`,
      { before, most },
    )
  ).map(rowOf);

export async function setReportsErased(tx: Tx, ids: readonly string[], entry: number): Promise<void> {
  await tx.run('UPDATE customer_reports SET erased_entry = :entry::int8 WHERE id = ANY (:ids::text[])', {
    ids,
    entry,
  });
}
