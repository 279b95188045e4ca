/** Which incident was imported, by which entry. The record itself is that entry's text `record`, where it can be erased. */
import type { IncidentId } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';

export async function insertImport(
  tx: Tx,
  imported: Readonly<{ incident: IncidentId; entry: number; sha256: string }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_imports (incident, entry, format, sha256)
     VALUES (:incident::text, :entry::int8, 'veris', :sha256::text)`,
    imported,
  );
}

export async function importEntryOf(reads: Reads, incident: IncidentId): Promise<number | undefined> {
  const [row] = await reads.rows<{ entry: bigint }>(
    'SELECT entry FROM incident_imports WHERE incident = :incident::text',
    { incident },
  );
  return row === undefined ? undefined : Number(row.entry);
}
