/** The table of issued papers. Their bytes come from the register, where they can be erased. */
import type { IncidentId, PaperId, PaperIssued, PaperKind } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import { VISIBLE } from '../store.ts';

type Row = Readonly<{
  id: PaperId;
  entry: bigint;
  paper: PaperKind;
  number: number;
  version: number;
  is_complete: boolean;
  by: string;
  at: Date;
  html: string | null;
  plain: string | null;
}>;

const issued = ({ entry, is_complete, at, plain, ...row }: Row): PaperIssued => ({
  ...row,
  isComplete: is_complete,
  at: at.toISOString(),
  text: plain,
  entry: Number(entry),
});

/** All of these incidents, the oldest first. */
export async function papersOf(
  reads: Reads,
  incidents: readonly IncidentId[],
): Promise<(incident: IncidentId) => PaperIssued[]> {
  const rows = await reads.rows<Row & { incident: IncidentId }>(
    `SELECT incident, id, entry, paper, number, version, is_complete, by, at, html, plain
       FROM incident_papers WHERE incident = ANY (:incidents::text[]) ORDER BY entry`,
    { incidents },
  );
  const groups = Map.groupBy(rows, ({ incident }) => incident);
  return (one) => (groups.get(one) ?? []).map(({ incident: _, ...row }) => issued(row));
}

export const issuedPapers = async (reads: Reads, incident: IncidentId): Promise<PaperIssued[]> =>
  (await papersOf(reads, [incident]))(incident);

/**
 * What may be said at the desk: of each open incident that the actor may see, the holding statement that was issued last. None
 * where that was erased, since an older one was replaced by it, and none where notices have begun to leave since: it speaks of the
 * time before them.
 */
export async function sayable(
  reads: Reads,
  { actor, incident }: Readonly<{ actor: string; incident?: string | undefined }>,
): Promise<(PaperIssued & Readonly<{ incident: IncidentId }>)[]> {
  const rows = await reads.rows<Row & { incident: IncidentId }>(
    `SELECT * FROM (
       SELECT DISTINCT ON (p.incident) p.incident, p.id, p.entry, p.paper, p.number, p.version, p.is_complete, p.by, p.at,
              p.html, p.plain
         FROM incident_papers p JOIN incidents i ON i.id = p.incident
        WHERE p.paper = 'holding-statement' AND i.state <> 'closed' AND ${VISIBLE}
          AND (:incident::text IS NULL OR p.incident = :incident::text)
        ORDER BY p.incident, p.entry DESC
     ) last
     WHERE html IS NOT NULL AND plain IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM register_entries e
                        WHERE e.incident = last.incident AND e.index > last.entry
                          AND e.kind IN ('campaign-started', 'copies-posting', 'copies-sent'))
     ORDER BY entry DESC`,
    { actor, incident: incident ?? null },
  );
  return rows.map(({ incident: of, ...row }) => ({ ...issued(row), incident: of }));
}

export async function insertPaper(
  tx: Tx,
  incident: IncidentId,
  { text: plain, ...paper }: PaperIssued,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_papers (id, incident, entry, paper, number, version, is_complete, by, at, html, plain)
     VALUES (:id::text, :incident::text, :entry::int8, :paper::text, :number::int4, :version::int4,
             :isComplete::boolean, :by::text, :at::timestamptz, :html::text, :plain::text)`,
    { ...paper, incident, plain },
  );
}

/** The hash of what was erased goes, too: whoever tries short texts would find it. */
export async function eraseHash(tx: Tx, entry: number, name: string): Promise<void> {
  if (name !== 'page' && name !== 'plain') return;
  const column = name === 'page' ? 'html' : 'plain';
  await tx.run(`UPDATE incident_papers SET ${column} = NULL WHERE entry = :entry::int8`, { entry });
}

/** Page and plain text of issued papers; `null` for what was erased. */
export async function paperTexts(
  reads: Reads,
  papers: readonly PaperIssued[],
): Promise<(paper: PaperIssued, format: 'html' | 'text') => string | null> {
  const text = await textsOf(
    reads,
    papers.map(({ entry }) => entry),
  );
  return ({ entry }, format) => text(entry, format === 'html' ? 'page' : 'plain');
}
