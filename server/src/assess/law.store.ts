/** The tables of what somebody states for the law, and of what somebody determined. */
import { type IncidentId, RecordedLawFacts } from '@forthright/contract';
import type { Reads, Tx } from '../platform/db/index.ts';
import { textsOf } from '../prove/index.ts';

/** The name of the text in the register's entry. */
export const LAW_FACTS = 'facts';

export async function insertLawFacts(
  tx: Tx,
  row: Readonly<{ incident: IncidentId; version: number; entry: number }>,
): Promise<void> {
  await tx.run(
    'INSERT INTO law_facts (incident, version, entry) VALUES (:incident::text, :version::int4, :entry::int8)',
    row,
  );
}

export type StoredLawFacts = Readonly<{ version: number; entry: number; facts: RecordedLawFacts | null }>;

/** The last version; undefined before the first, `facts` null once they were erased. */
export async function findLawFacts(reads: Reads, incident: string): Promise<StoredLawFacts | undefined> {
  const [row] = await reads.rows<{ version: number; entry: bigint }>(
    `SELECT version, entry FROM law_facts WHERE incident = :incident::text ORDER BY version DESC LIMIT 1`,
    { incident },
  );
  if (row === undefined) return undefined;
  const entry = Number(row.entry);
  const text = (await textsOf(reads, [entry]))(entry, LAW_FACTS);
  return {
    version: row.version,
    entry,
    facts: text === null ? null : RecordedLawFacts.parse(JSON.parse(text)),
  };
}

type NewDetermination = Readonly<{
  entry: number;
  incident: IncidentId;
  exemption: string;
  holds: boolean;
  at: Date;
  by: string;
}>;

export async function insertDetermination(tx: Tx, row: NewDetermination): Promise<void> {
  await tx.run(
    `INSERT INTO law_determinations (entry, incident, exemption, holds, at, by)
      VALUES (:entry::int8, :incident::text, :exemption::text, :holds::boolean, :at::timestamptz, :by::text)`,
    row,
  );
}

export type Determination = Omit<NewDetermination, 'incident' | 'holds'>;

/** Those that stand: of each exemption the last one, unless it was taken back. */
export async function standingDeterminations(reads: Reads, incident: string): Promise<Determination[]> {
  const rows = await reads.rows<Omit<Determination, 'entry'> & Readonly<{ entry: bigint; holds: boolean }>>(
    `SELECT DISTINCT ON (exemption) entry, exemption, holds, at, by FROM law_determinations
      WHERE incident = :incident::text ORDER BY exemption, entry DESC`,
    { incident },
  );
  return rows.flatMap(({ entry, holds, ...row }) => (holds ? [{ ...row, entry: Number(entry) }] : []));
}
