/** The table of issued papers. Their bytes come from the register, where they can be erased. */
import type { IncidentId, PaperId, PaperIssued, PaperKind } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';

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
