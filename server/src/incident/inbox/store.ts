/** Questions to the inbox, which goes over all incidents that somebody may see. */
import type { ListInbox } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { MATTER_COLUMNS, type MatterRow, matterOf } from '../matters/store.ts';
import type { Matter } from '../matters/types.ts';
import { VISIBLE } from '../store.ts';

/** In the order in which they were recorded; one more than `most` when there are more. */
export async function listItems(
  reads: Reads,
  actor: string,
  { incident, person, kind, state, assignedTo, most, after }: ListInbox,
): Promise<readonly Matter<'item'>[]> {
  const rows = await reads.rows<MatterRow>(
    `SELECT ${MATTER_COLUMNS} FROM incident_matters m JOIN incidents i ON i.id = m.incident
      WHERE m.kind = 'item' AND ${VISIBLE} AND m.entry > :after::int8
        AND (:incident::text IS NULL OR m.incident = :incident::text)
        AND (:person::text IS NULL OR m.person = :person::text)
        AND (:of::text IS NULL OR m.data->>'kind' = :of::text)
        AND (:state::text IS NULL OR m.state = :state::text)
        AND (:owner::text IS NULL OR m.owner = :owner::text)
      ORDER BY m.entry LIMIT :most::int4 + 1`,
    {
      actor,
      incident: incident ?? null,
      person: person ?? null,
      of: kind ?? null,
      state: state ?? null,
      owner: assignedTo ?? null,
      after: after ?? -1,
      most,
    },
  );
  return rows.map((row) => matterOf(row) as Matter<'item'>);
}
