/** The table of keys for mail that Forthright made. */
import type { Reads, Tx } from '../../platform/db/index.ts';

export type Signer = Readonly<{
  domain: string;
  selector: string;
  record: string;
  entry: number;
  madeAt: Date;
  signsFrom: Date | undefined;
  signsUntil: Date | undefined;
  endsAt: Date | undefined;
  endedEntry: number | undefined;
}>;

type Row = Readonly<{
  domain: string;
  selector: string;
  record: string;
  entry: bigint;
  made_at: Date;
  signs_from: Date | null;
  signs_until: Date | null;
  ends_at: Date | null;
  ended_entry: bigint | null;
}>;

/** The oldest first. */
export async function allSigners(reads: Reads): Promise<Signer[]> {
  const rows = await reads.rows<Row>(
    `SELECT domain, selector, record, entry, made_at, signs_from, signs_until, ends_at, ended_entry FROM mail_signers ORDER BY entry`,
  );
  return rows.map(({ domain, selector, record, ...row }) => ({
    domain,
    selector,
    record,
    entry: Number(row.entry),
    madeAt: row.made_at,
    signsFrom: row.signs_from ?? undefined,
    signsUntil: row.signs_until ?? undefined,
    endsAt: row.ends_at ?? undefined,
    endedEntry: row.ended_entry === null ? undefined : Number(row.ended_entry),
  }));
}

export async function insertSigner(
  tx: Tx,
  row: Pick<Signer, 'domain' | 'selector' | 'record' | 'entry' | 'madeAt'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO mail_signers (domain, selector, record, entry, made_at)
     VALUES (:domain::text, :selector::text, :record::text, :entry::int8, :madeAt::timestamptz)`,
    row,
  );
}

/** This one signs from now on, those others no later. */
export async function useSigner(
  tx: Tx,
  given: Readonly<{ selector: string; ends: readonly string[]; at: Date; endsAt: Date }>,
): Promise<void> {
  await tx.run(
    `UPDATE mail_signers SET signs_from = coalesce(signs_from, :at::timestamptz),
        signs_until = CASE WHEN selector = :selector::text THEN NULL ELSE greatest(signs_from, :at::timestamptz) END,
        ends_at = CASE WHEN selector = :selector::text THEN NULL ELSE :endsAt::timestamptz END
      WHERE selector = :selector::text OR selector = ANY (:ends::text[])`,
    given,
  );
}

export async function endSigner(tx: Tx, selectors: readonly string[], entry: number): Promise<void> {
  await tx.run(
    'UPDATE mail_signers SET ended_entry = :entry::int8 WHERE selector = ANY (:selectors::text[])',
    {
      selectors,
      entry,
    },
  );
}

export async function isAnySending(reads: Reads): Promise<boolean> {
  return (await reads.rows("SELECT 1 AS one FROM campaigns WHERE state = 'sending' LIMIT 1")).length > 0;
}
