/** The tables of drafts that were saved. */
import type { Reads, Tx } from '../../platform/db/index.ts';

export type SavedVersion = Readonly<{ version: number; entry: number; savedBy: string; savedAt: Date }>;
export type SavedDraft = SavedVersion & Readonly<{ id: string }>;

type VersionRow = Readonly<{ version: number; entry: bigint; saved_by: string; saved_at: Date }>;
const versionOf = ({ version, entry, saved_by, saved_at }: VersionRow): SavedVersion => ({
  version,
  entry: Number(entry),
  savedBy: saved_by,
  savedAt: saved_at,
});

/** Those of an incident that were not thrown away, each in its last version; whichever was saved last stands first. */
export async function savedDrafts(
  reads: Reads,
  { incident, id }: Readonly<{ incident: string; id?: string }>,
): Promise<readonly SavedDraft[]> {
  const rows = await reads.rows<VersionRow & { id: string }>(
    `SELECT d.id, v.version, v.entry, v.saved_by, v.saved_at
       FROM notice_drafts d JOIN notice_draft_versions v ON v.draft = d.id AND v.version = d.version
      WHERE d.incident = :incident::text AND d.discarded_entry IS NULL AND (:id::text IS NULL OR d.id = :id::text)
      ORDER BY v.entry DESC`,
    { incident, id: id ?? null },
  );
  return rows.map(({ id: draft, ...row }) => ({ id: draft, ...versionOf(row) }));
}

/** The newest first. */
export async function savedVersions(reads: Reads, draft: string): Promise<readonly SavedVersion[]> {
  const rows = await reads.rows<VersionRow>(
    `SELECT version, entry, saved_by, saved_at FROM notice_draft_versions WHERE draft = :draft::text ORDER BY version DESC`,
    { draft },
  );
  return rows.map(versionOf);
}

/** A version more, or the first of a new draft. */
export async function insertVersion(
  tx: Tx,
  {
    incident,
    draft,
    version,
    entry,
    by,
    at,
  }: Readonly<{ incident: string; draft: string; version: number; entry: number; by: string; at: Date }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO notice_drafts (id, incident, version) VALUES (:draft::text, :incident::text, :version::int4)
       ON CONFLICT (id) DO UPDATE SET version = excluded.version`,
    { draft, incident, version },
  );
  await tx.run(
    `INSERT INTO notice_draft_versions (draft, version, entry, saved_by, saved_at)
       VALUES (:draft::text, :version::int4, :entry::int8, :by::text, :at::timestamptz)`,
    { draft, version, entry, by, at },
  );
}

export async function discardSaved(tx: Tx, draft: string, entry: number): Promise<void> {
  await tx.run(
    'UPDATE notice_drafts SET discarded_entry = :entry::int8 WHERE id = :draft::text AND discarded_entry IS NULL',
    { draft, entry },
  );
}
