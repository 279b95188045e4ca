/** The table of matters. */
import type { IncidentId } from '@forthright/contract';
import { json, type Reads, type Tx } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import type { StandingDelay } from '../delays/types.ts';
import { nextOf } from './rules.ts';
import type { AnyMatter, Matter, MatterKind, OpenMatter, OpenMatters } from './types.ts';

export type MatterRow = Readonly<{
  id: string;
  incident: IncidentId;
  kind: MatterKind;
  entry: bigint;
  state: string;
  due: string | null;
  due_at: Date | null;
  person: string | null;
  owner: string | null;
  data: object;
}>;

export const MATTER_COLUMNS =
  'm.id, m.incident, m.kind, m.entry, m.state, m.due, m.due_at, m.person, m.owner, m.data';

export const matterOf = ({ id, incident, kind, entry, state, due, due_at, person, owner, data }: MatterRow) =>
  ({
    id,
    incident,
    kind,
    entry: Number(entry),
    state,
    ...(due === null ? {} : { due }),
    ...(due_at === null ? {} : { dueAt: due_at }),
    ...(person === null ? {} : { person }),
    ...(owner === null ? {} : { owner }),
    data,
  }) as AnyMatter;

/** The matter of this kind in this incident, or undefined. */
export async function findMatter<K extends MatterKind>(
  reads: Reads,
  { incident, kind, id }: Readonly<{ incident: IncidentId; kind: K; id: string }>,
): Promise<Matter<K> | undefined> {
  const [row] = await reads.rows<MatterRow>(
    `SELECT ${MATTER_COLUMNS} FROM incident_matters m
      WHERE m.id = :id::text AND m.incident = :incident::text AND m.kind = :kind::text`,
    { id, incident, kind },
  );
  return row === undefined ? undefined : (matterOf(row) as Matter<K>);
}

/** Whether something of this incident, or of one kind of it, is about this person. */
export async function hasMatterOf(
  reads: Reads,
  incident: IncidentId,
  person: string,
  kind?: MatterKind,
): Promise<boolean> {
  const rows = await reads.rows(
    `SELECT 1 FROM incident_matters WHERE incident = :incident::text AND person = :person::text
        AND (:kind::text IS NULL OR kind = :kind::text) LIMIT 1`,
    { incident, person, kind: kind ?? null },
  );
  return rows.length > 0;
}

export type MatterPage<K extends MatterKind> = Readonly<{
  kind: K;
  incident: string;
  state?: string | undefined;
  most: number;
  /** The entry that began the last one of the page before. */
  after?: number | undefined;
}>;

/** In the order in which they began; one more than `most` when there are more. */
export async function listMatters<K extends MatterKind>(
  reads: Reads,
  { kind, incident, state, most, after }: MatterPage<K>,
): Promise<readonly Matter<K>[]> {
  const rows = await reads.rows<MatterRow>(
    `SELECT ${MATTER_COLUMNS} FROM incident_matters m
      WHERE m.incident = :incident::text AND m.kind = :kind::text
        AND (:state::text IS NULL OR m.state = :state::text) AND m.entry > :after::int8
      ORDER BY m.entry LIMIT :most::int4 + 1`,
    { incident, kind, state: state ?? null, after: after ?? -1, most },
  );
  return rows.map((row) => matterOf(row) as Matter<K>);
}

/** How many of an incident's open matters are looked at one by one. */
const MOST_OPEN = 100;

/** By incident, what is open; two statements, however many they are. */
export async function openMatters(
  reads: Reads,
  incidents: readonly string[],
): Promise<(incident: string) => OpenMatters> {
  const rows = await reads.rows<MatterRow>(
    `SELECT ${MATTER_COLUMNS} FROM unnest(:incidents::text[]) AS i (id) CROSS JOIN LATERAL
       (SELECT * FROM incident_matters o WHERE o.incident = i.id AND o.is_open
         ORDER BY o.due_at NULLS LAST, o.entry LIMIT :most::int4) m
      ORDER BY m.due_at NULLS LAST, m.entry`,
    { incidents, most: MOST_OPEN },
  );
  const counted = await reads.rows<{ incident: string; kind: MatterKind; n: number }>(
    `SELECT incident, kind, count(*)::int4 AS n FROM incident_matters
      WHERE incident = ANY (:incidents::text[]) AND is_open GROUP BY incident, kind ORDER BY kind`,
    { incidents },
  );
  const [first, counts] = [byIncident(rows), byIncident(counted)];
  return (incident) => ({
    first: first(incident).flatMap((row) => openOf(matterOf(row))),
    counts: Object.fromEntries(counts(incident).map(({ kind, n }) => [kind, n])),
  });
}

/** Rows of several incidents, by incident. */
export function byIncident<Row extends Readonly<{ incident: string }>>(
  rows: readonly Row[],
): (id: string) => readonly Row[] {
  const groups = Map.groupBy(rows, ({ incident }) => incident);
  return (id) => groups.get(id) ?? [];
}

function openOf({ id, kind, state, due }: AnyMatter): OpenMatter[] {
  const step = nextOf(kind, state);
  return step === undefined ? [] : [{ id, kind, step, ...(due === undefined ? {} : { due }) }];
}

/** By incident, delays that are not ended, with who asked for them. */
export async function standingDelays(
  reads: Reads,
  incidents: readonly string[],
): Promise<(incident: string) => StandingDelay[]> {
  const rows = await reads.rows<MatterRow>(
    `SELECT ${MATTER_COLUMNS} FROM incident_matters m
      WHERE m.incident = ANY (:incidents::text[]) AND m.kind = 'delay' AND m.is_open ORDER BY m.entry`,
    { incidents },
  );
  const text = await textsOf(
    reads,
    rows.map(({ entry }) => Number(entry)),
  );
  const delays = byIncident(rows.map((row) => matterOf(row) as Matter<'delay'>));
  return (incident) =>
    delays(incident).map(({ id, entry, data: { from, countsUntil, suspends } }) => ({
      id,
      agency: text(entry, 'agency'),
      from,
      countsUntil,
      suspends,
    }));
}

/** How many matters there are of each kind and state. */
export async function countMatters(
  reads: Reads,
  incident: IncidentId,
): Promise<readonly Readonly<{ kind: MatterKind; state: string; n: number }>[]> {
  return reads.rows(
    `SELECT kind, state, count(*)::int4 AS n FROM incident_matters
      WHERE incident = :incident::text GROUP BY kind, state ORDER BY kind, state`,
    { incident },
  );
}

/** Per incident, how many open matters are past their time. */
export async function overdueMatters(
  reads: Reads,
  incidents: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  const rows = await reads.rows<{ incident: string; n: number }>(
    `SELECT incident, count(*)::int4 AS n FROM incident_matters
      WHERE incident = ANY (:incidents::text[]) AND is_open AND due_at < :now::timestamptz GROUP BY incident`,
    { incidents, now },
  );
  return new Map(rows.map(({ incident, n }) => [incident, n]));
}

type Kept = Readonly<{
  id: string;
  entry: number;
  state: string;
  isOpen: boolean;
  due: string | null;
  dueAt: Date | null;
  owner: string | null;
  data: object;
}>;

export async function insertMatter(
  tx: Tx,
  { data, ...row }: Kept & Readonly<{ incident: IncidentId; kind: MatterKind; person: string | null }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_matters (id, incident, kind, entry, last_entry, state, is_open, due, due_at, person, owner, data)
     VALUES (:id::text, :incident::text, :kind::text, :entry::int8, :entry::int8, :state::text, :isOpen::boolean,
       :due::text, :dueAt::timestamptz, :person::text, :owner::text, :data::jsonb)`,
    { ...row, data: json(data) },
  );
}

export async function updateMatter(tx: Tx, { data, ...row }: Kept): Promise<void> {
  await tx.run(
    `UPDATE incident_matters SET last_entry = :entry::int8, state = :state::text, is_open = :isOpen::boolean,
       due = :due::text, due_at = :dueAt::timestamptz, owner = :owner::text, data = :data::jsonb
      WHERE id = :id::text`,
    { ...row, data: json(data) },
  );
}
