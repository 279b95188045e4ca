/** The questions that wait. */
import type { Reads, Tx } from '../../platform/db/index.ts';

export type Ask = Readonly<{ n: bigint; address: string; language: string | null }>;

export async function insertAsk(
  tx: Tx,
  { address, language, at }: Readonly<{ address: string; language: string | null; at: Date }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO affected_asks (address, language, asked_at)
     VALUES (:address::text, :language::text, :at::timestamptz)`,
    { address, language, at },
  );
}

/** The longest waiting first. */
export const waitingAsks = (reads: Reads, most: number): Promise<Ask[]> =>
  reads.rows<Ask>('SELECT n, address, language FROM affected_asks ORDER BY n LIMIT :most::int4', { most });

export async function deleteAsks(tx: Tx, ns: readonly bigint[]): Promise<void> {
  await tx.run('DELETE FROM affected_asks WHERE n = ANY (:ns::int8[])', { ns });
}
