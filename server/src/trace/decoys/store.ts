/** The tables of decoys. */
import type { Reads, Tx } from '../../platform/db/index.ts';

export type StoredPlanting = Readonly<{
  id: string;
  entry: number;
  plantedBy: string;
  plantedAt: Date;
  keyId: string;
  ends: Date;
  givenAt: Date | undefined;
  erasedEntry: number | undefined;
}>;

type PlantingRow = Readonly<{
  id: string;
  entry: bigint;
  planted_by: string;
  planted_at: Date;
  key_id: string;
  ends: Date;
  given_at: Date | null;
  erased_entry: bigint | null;
}>;

const plantingOf = (row: PlantingRow): StoredPlanting => ({
  id: row.id,
  entry: Number(row.entry),
  plantedBy: row.planted_by,
  plantedAt: row.planted_at,
  keyId: row.key_id,
  ends: row.ends,
  givenAt: row.given_at ?? undefined,
  erasedEntry: row.erased_entry === null ? undefined : Number(row.erased_entry),
});

const PLANTING =
  'SELECT id, entry, planted_by, planted_at, key_id, ends, given_at, erased_entry FROM decoy_plantings';

export async function insertPlanting(
  tx: Tx,
  planting: Readonly<{ id: string; entry: number; by: string; at: Date; keyId: string; ends: Date }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO decoy_plantings (id, entry, planted_by, planted_at, key_id, ends)
     VALUES (:id::text, :entry::int8, :by::text, :at::timestamptz, :keyId::text, :ends::timestamptz)`,
    planting,
  );
}

export type SealedDecoy = Readonly<{ id: string; hash: Uint8Array; sealed: string }>;

export async function insertDecoys(tx: Tx, planting: string, decoys: readonly SealedDecoy[]): Promise<void> {
  await tx.run(
    `INSERT INTO decoys (id, planting, address_hash, sealed)
     SELECT d.id, :planting::text, d.hash, d.sealed FROM unnest(:ids::text[], :hashes::bytea[], :sealed::text[]) AS d (id, hash, sealed)`,
    {
      planting,
      ids: decoys.map(({ id }) => id),
      hashes: decoys.map(({ hash }) => hash),
      sealed: decoys.map(({ sealed }) => sealed),
    },
  );
}

/** The oldest first. */
export const plantings = async (reads: Reads): Promise<StoredPlanting[]> =>
  (await reads.rows<PlantingRow>(`${PLANTING} ORDER BY entry`, {})).map(plantingOf);

export async function plantingById(reads: Reads, id: string): Promise<StoredPlanting | undefined> {
  const [row] = await reads.rows<PlantingRow>(`${PLANTING} WHERE id = :id::text`, { id });
  return row === undefined ? undefined : plantingOf(row);
}

export const setGiven = async (tx: Tx, id: string, at: Date): Promise<unknown> =>
  tx.run('UPDATE decoy_plantings SET given_at = :at::timestamptz WHERE id = :id::text AND given_at IS NULL', {
    id,
    at,
  });

/** Takes away who the decoys are; that there were so many stays. */
export async function erasePlantingRows(tx: Tx, id: string, entry: number): Promise<void> {
  await tx.run('UPDATE decoy_plantings SET erased_entry = :entry::int8 WHERE id = :id::text', { id, entry });
  await tx.run("UPDATE decoys SET sealed = '', address_hash = NULL WHERE planting = :id::text", { id });
}

export type StoredDecoy = Readonly<{ id: string; planting: string; sealed: string }>;

export const decoysOf = (reads: Reads, planting: string): Promise<StoredDecoy[]> =>
  reads.rows<StoredDecoy>(
    'SELECT id, planting, sealed FROM decoys WHERE planting = :planting::text ORDER BY id',
    { planting },
  );

/** The decoys that these hashes are of. */
export const decoysByHash = (reads: Reads, hashes: readonly Uint8Array[]): Promise<StoredDecoy[]> =>
  reads.rows<StoredDecoy>(
    'SELECT id, planting, sealed FROM decoys WHERE address_hash = ANY (:hashes::bytea[]) ORDER BY id',
    { hashes },
  );

export type StoredMail = Readonly<{
  id: string;
  decoy: string;
  planting: string;
  entry: number;
  at: Date;
  fromUs: boolean;
}>;
type MailRow = Readonly<{
  id: string;
  decoy: string;
  planting: string;
  entry: bigint;
  at: Date;
  from_us: boolean;
}>;

/** The latest first. */
export const decoyMails = async (reads: Reads): Promise<StoredMail[]> =>
  (
    await reads.rows<MailRow>(
      `SELECT m.id, m.decoy, d.planting, m.entry, m.at, m.from_us FROM decoy_mails m JOIN decoys d ON d.id = m.decoy
        ORDER BY m.entry DESC`,
      {},
    )
  ).map(({ entry, from_us, ...row }) => ({ ...row, entry: Number(entry), fromUs: from_us }));

export async function insertDecoyMail(
  tx: Tx,
  mail: Readonly<{ id: string; decoy: string; entry: number; at: Date; fromUs: boolean; hash: Uint8Array }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO decoy_mails (id, decoy, entry, at, from_us, message_hash)
     VALUES (:id::text, :decoy::text, :entry::int8, :at::timestamptz, :fromUs::bool, :hash::bytea)`,
    mail,
  );
}

export async function isMailKept(reads: Reads, hash: Uint8Array): Promise<boolean> {
  const rows = await reads.rows('SELECT 1 AS one FROM decoy_mails WHERE message_hash = :hash::bytea', {
    hash,
  });
  return rows.length > 0;
}

/** How many came to this decoy since. */
export async function mailsSince(reads: Reads, decoy: string, since: Date): Promise<number> {
  const [row] = await reads.rows<{ n: number }>(
    'SELECT count(*)::int4 AS n FROM decoy_mails WHERE decoy = :decoy::text AND at > :since::timestamptz',
    { decoy, since },
  );
  return row?.n ?? 0;
}
