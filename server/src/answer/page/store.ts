/** The tables of editions. */
import type { EditionState, IncidentId } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import type { Edition, EditionFiles } from './types.ts';

type Row = Readonly<{
  id: string;
  incident: IncidentId;
  number: number;
  address: string;
  entry: bigint;
  run_job: string;
  campaign: string | null;
  made_by: string;
  made_at: Date;
  state: EditionState;
  hash: string;
  approved_by: string | null;
  published_at: Date | null;
  published_entry: bigint | null;
}>;

const editionOf = (row: Row): Edition => ({
  id: row.id,
  incident: row.incident,
  number: row.number,
  address: row.address,
  entry: Number(row.entry),
  runJob: row.run_job,
  campaign: row.campaign ?? undefined,
  madeBy: row.made_by,
  madeAt: row.made_at,
  state: row.state,
  hash: row.hash,
  approvedBy: row.approved_by ?? undefined,
  publishedAt: row.published_at ?? undefined,
  publishedEntry: row.published_entry === null ? undefined : Number(row.published_entry),
});

/** Of one incident, or one address, or all; the oldest first. */
export async function editionsOf(
  reads: Reads,
  {
    incident,
    address,
    id,
    state,
  }: Readonly<{ incident?: string; address?: string; id?: string; state?: EditionState }>,
): Promise<readonly Edition[]> {
  const rows = await reads.rows<Row>(
    `SELECT id, incident, number, address, entry, run_job, campaign, made_by, made_at, state, hash, approved_by, published_at, published_entry
       FROM editions
      WHERE (:incident::text IS NULL OR incident = :incident::text) AND (:address::text IS NULL OR address = :address::text)
        AND (:id::text IS NULL OR id = :id::text) AND (:state::text IS NULL OR state = :state::text)
      ORDER BY entry`,
    { incident: incident ?? null, address: address ?? null, id: id ?? null, state: state ?? null },
  );
  return rows.map(editionOf);
}

export async function insertEdition(
  tx: Tx,
  edition: Pick<
    Edition,
    'id' | 'incident' | 'number' | 'address' | 'entry' | 'runJob' | 'campaign' | 'madeBy' | 'madeAt' | 'hash'
  >,
  files: EditionFiles,
): Promise<void> {
  const { campaign = null, ...given } = edition;
  await tx.run(
    `INSERT INTO editions (id, incident, number, address, entry, run_job, campaign, made_by, made_at, state, hash)
      VALUES (:id::text, :incident::text, :number::int4, :address::text, :entry::int8, :runJob::text, :campaign::text, :madeBy::text,
        :madeAt::timestamptz, 'prepared', :hash::text)`,
    { ...given, campaign },
  );
  await tx.run(
    `INSERT INTO edition_files (edition, path, content)
      SELECT :edition::text, * FROM unnest(:paths::text[], :contents::text[])`,
    { edition: edition.id, paths: [...files.keys()], contents: [...files.values()] },
  );
}

/** False when it is not prepared any more. */
export async function publishRow(
  tx: Tx,
  { id, by, at, entry }: Readonly<{ id: string; by: string; at: Date; entry: number }>,
): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE editions SET state = 'published', approved_by = :by::text, published_at = :at::timestamptz, published_entry = :entry::int8
      WHERE id = :id::text AND state = 'prepared'`,
    { id, by, at, entry },
  );
  return changed === 1;
}

/** False when it is not prepared any more. What was prepared is not kept. */
export async function discardRow(tx: Tx, id: string): Promise<boolean> {
  const changed = await tx.run(
    `UPDATE editions SET state = 'discarded' WHERE id = :id::text AND state = 'prepared'`,
    { id },
  );
  await tx.run('DELETE FROM edition_files WHERE edition = :id::text', { id });
  return changed === 1;
}

export async function insertEditionMove(
  tx: Tx,
  edition: string,
  entry: number,
  act: 'prepare' | 'publish' | 'discard',
): Promise<void> {
  await tx.run(
    'INSERT INTO edition_moves (entry, edition, act) VALUES (:entry::int8, :edition::text, :act::text)',
    {
      entry,
      edition,
      act,
    },
  );
}

/** All files, or the one of this path. */
export async function filesOf(reads: Reads, edition: string, path?: string): Promise<EditionFiles> {
  const rows = await reads.rows<{ path: string; content: string }>(
    `SELECT path, content FROM edition_files
      WHERE edition = :edition::text AND (:path::text IS NULL OR path = :path::text) ORDER BY path`,
    { edition, path: path ?? null },
  );
  return new Map(rows.map((row) => [row.path, row.content]));
}
