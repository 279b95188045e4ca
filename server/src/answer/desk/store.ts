/** The tables of the desk. */
import type { Reads, Tx } from '../../platform/db/index.ts';

export async function insertLookUps(
  tx: Tx,
  entry: number,
  found: readonly Readonly<{ campaign: string; person: string }>[],
): Promise<void> {
  await tx.run(
    `INSERT INTO desk_look_ups (entry, campaign, person)
     SELECT :entry::int8, * FROM unnest(:campaigns::text[], :people::text[])`,
    { entry, campaigns: found.map(({ campaign }) => campaign), people: found.map(({ person }) => person) },
  );
}

export type StoredLookUp = Readonly<{
  entry: bigint;
  at: Date;
  actor: string;
  campaign: string;
  person: string;
}>;

/** The newest first; of this incident's people, or of one of them. Never a part of an entry: the last one is finished beyond `most`. */
export const lookUpsOf = (
  reads: Reads,
  incident: string,
  {
    person,
    before,
    most,
  }: Readonly<{ person?: string | undefined; before?: number | undefined; most: number }>,
): Promise<StoredLookUp[]> =>
  reads.rows<StoredLookUp>(
    `SELECT * FROM (
       SELECT l.entry, e.at, e.actor, l.campaign, l.person FROM desk_look_ups l
         JOIN campaigns c ON c.id = l.campaign JOIN register_entries e ON e.index = l.entry
        WHERE c.incident = :incident::text AND (:person::text IS NULL OR l.person = :person::text)
          AND (:before::int8 IS NULL OR l.entry < :before::int8)
        ORDER BY l.entry DESC FETCH FIRST (:most::int4) ROWS WITH TIES
     ) page ORDER BY entry DESC, campaign, person`,
    { incident, person: person ?? null, before: before ?? null, most },
  );

export type DeskAct = 'try-again' | 'copy' | 'letter' | 'dispute';

export async function insertAct(
  tx: Tx,
  row: Readonly<{
    entry: number;
    campaign: string;
    person: string;
    act: DeskAct;
    at: Date;
    task?: string | undefined;
  }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO desk_acts (entry, campaign, person, act, at, task)
     VALUES (:entry::int8, :campaign::text, :person::text, :act::text, :at::timestamptz, :task::text)`,
    { ...row, task: row.task ?? null },
  );
}

export type StoredAct = Readonly<{ person: string; act: DeskAct; at: Date; mail: string | null }>;

/** What was done for these people, the oldest first, with what became of a copy. */
export const actsOf = (reads: Reads, people: readonly string[]): Promise<StoredAct[]> =>
  reads.rows<StoredAct>(
    `SELECT a.person, a.act, a.at, m.state AS mail FROM campaign_people p
       JOIN desk_acts a ON a.campaign = p.campaign AND a.person = p.id
       LEFT JOIN answer_mails m ON m.entry = a.entry
      WHERE p.id = ANY (:people::text[]) ORDER BY a.entry`,
    { people },
  );
