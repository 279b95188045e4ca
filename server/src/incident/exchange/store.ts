/** Which incident was imported, by which entry. The record itself is that entry's text `record`, where it can be erased. */
import type { IncidentId } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import { VISIBLE } from '../store.ts';

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

/** The first incident that was imported from the same record; undefined also where the actor may not see it. */
export async function importedFrom(
  reads: Reads,
  { sha256, actor }: Readonly<{ sha256: string; actor: string }>,
): Promise<IncidentId | undefined> {
  const [row] = await reads.rows<{ id: IncidentId }>(
    `SELECT i.id FROM incident_imports m JOIN incidents i ON i.id = m.incident
      WHERE m.sha256 = :sha256::text AND ${VISIBLE} ORDER BY m.entry LIMIT 1`,
    { sha256, actor },
  );
  return row?.id;
}

export async function findImport(
  reads: Reads,
  incident: IncidentId,
): Promise<Readonly<{ entry: number; sha256: string }> | undefined> {
  const [row] = await reads.rows<{ entry: bigint; sha256: string }>(
    'SELECT entry, sha256 FROM incident_imports WHERE incident = :incident::text',
    { incident },
  );
  return row && { entry: Number(row.entry), sha256: row.sha256 };
}
