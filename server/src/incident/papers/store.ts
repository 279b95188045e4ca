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
  html: string;
  plain: string;
}>;

const issued = ({ entry, is_complete, at, plain, ...row }: Row): PaperIssued => ({
  ...row,
  isComplete: is_complete,
  at: at.toISOString(),
  text: plain,
  entry: Number(entry),
});

/** All of an incident, the oldest first. */
export async function issuedPapers(reads: Reads, incident: IncidentId): Promise<PaperIssued[]> {
  const rows = await reads.rows<Row>(
    `SELECT id, entry, paper, number, version, is_complete, by, at, html, plain
       FROM incident_papers WHERE incident = :incident::text ORDER BY entry`,
    { incident },
  );
  return rows.map(issued);
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
