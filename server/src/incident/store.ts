/** The tables of incidents. Texts come from the register, where they can be erased. */
import type {
  Answer,
  DecisionId,
  EvidenceId,
  IncidentId,
  IncidentKind,
  IncidentListed,
  IncidentState,
  TaskId,
} from '@forthright/contract';
import { json, type Reads, type Tx } from '../platform/db/index.ts';
import { textsOf } from '../prove/index.ts';
import { DUTIES } from './rules.ts';
import type { Act, Decision, Evidence, Facts, Incident, LaterAct, Task, Typed } from './types.ts';

/** Facts with, for each text, the register's entry that is committed to it. */
export type StoredFacts = Facts<number>;

export const textName = {
  title: 'title',
  summary: 'summary',
  estimateBy: 'estimateBy',
  saidBy: (time: string) => `saidBy.${time}`,
};

function entriesOf({ title, cause, times, estimate }: StoredFacts): number[] {
  const stated = Object.values(times).map(({ saidBy }) => saidBy);
  return [title, cause?.summary, estimate?.by, ...stated].filter((entry) => entry !== undefined);
}

type TextAt = (index: number, name: string) => Typed;

function withTexts({ title, kind, cause, times, estimate }: StoredFacts, text: TextAt): Facts {
  const { summary, ...names } = cause ?? {};
  return {
    title: text(title, textName.title),
    kind,
    ...(cause === undefined
      ? {}
      : {
          cause: {
            ...(names as Omit<typeof cause, 'summary'>),
            ...(summary === undefined ? {} : { summary: text(summary, textName.summary) }),
          },
        }),
    times: Object.fromEntries(
      Object.entries(times).map(([name, { at, saidBy }]) => [
        name,
        { at, saidBy: text(saidBy, textName.saidBy(name)) },
      ]),
    ),
    ...(estimate === undefined
      ? {}
      : { estimate: { ...estimate, by: text(estimate.by, textName.estimateBy) } }),
  };
}

type IncidentRow = Readonly<{
  id: IncidentId;
  state: IncidentState;
  version: number;
  opened_at: Date;
  opened_by: string;
  closed_at: Date | null;
  restricted_to: string[] | null;
  facts: StoredFacts;
}>;

/** Whoever is not named finds nothing: a restricted incident is not there for them, in every question. */
const VISIBLE = '(i.restricted_to IS NULL OR :actor::text = ANY (i.restricted_to))';

const INCIDENT = `SELECT i.id, i.state, i.version, i.opened_at, i.opened_by, i.closed_at, i.restricted_to, v.facts
  FROM incidents i JOIN incident_versions v ON v.incident = i.id AND v.version = i.version`;

export type Found = Readonly<{ incident: Incident; stored: StoredFacts }>;

/** The incident, or undefined when there is none that this actor may see. */
export async function findIncident(reads: Reads, id: string, actor: string): Promise<Found | undefined> {
  const [row] = await reads.rows<IncidentRow>(`${INCIDENT} WHERE i.id = :id::text AND ${VISIBLE}`, {
    id,
    actor,
  });
  if (row === undefined) return undefined;
  const [decisions, tasks, evidence] = [
    await decisionRows(reads, id),
    await taskRows(reads, id),
    await evidenceRows(reads, id),
  ];
  const text = await textsOf(reads, [
    ...entriesOf(row.facts),
    ...decisions.map(({ entry }) => Number(entry)),
    ...tasks.flatMap(({ entry, finished_entry }) => [Number(entry), Number(finished_entry ?? entry)]),
    ...evidence.map(({ entry }) => Number(entry)),
  ]);
  const incident: Incident = {
    id: row.id,
    version: row.version,
    state: row.state,
    facts: withTexts(row.facts, text),
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    ...(row.restricted_to === null ? {} : { restrictedTo: row.restricted_to }),
    decisions: decisions.map((one) => decisionOf(one, text)),
    tasks: tasks.map((one) => taskOf(one, text)),
    evidence: evidence.map((one) => evidenceOf(one, text)),
  };
  return { incident, stored: row.facts };
}

/** The facts as they were in this version; undefined when there was none. */
export async function factsOfVersion(
  reads: Reads,
  id: IncidentId,
  version: number,
): Promise<Facts | undefined> {
  const [row] = await reads.rows<{ facts: StoredFacts }>(
    'SELECT facts FROM incident_versions WHERE incident = :id::text AND version = :version::int4',
    { id, version },
  );
  return row === undefined ? undefined : withTexts(row.facts, await textsOf(reads, entriesOf(row.facts)));
}

type DecisionRow = Readonly<{
  id: DecisionId;
  entry: bigint;
  step: Decision['step'];
  answer: Answer;
  by: string;
  at: Date;
  due: string | null;
  ended_by: string | null;
}>;

const decisionRows = (reads: Reads, id: string) =>
  reads.rows<DecisionRow>(
    'SELECT id, entry, step, answer, by, at, due, ended_by FROM incident_decisions WHERE incident = :id::text ORDER BY entry',
    { id },
  );

const decisionOf = (
  { id, entry, step, answer, by, at, due, ended_by }: DecisionRow,
  text: TextAt,
): Decision => ({
  id,
  step,
  answer,
  by,
  at,
  reason: text(Number(entry), 'reason'),
  ...(due === null ? {} : { due }),
  ...(ended_by === null ? {} : { endedBy: ended_by }),
});

type TaskRow = Readonly<{
  id: TaskId;
  entry: bigint;
  duty: Answer | null;
  owner: string;
  due: string;
  state: Task['state'];
  finished_entry: bigint | null;
}>;

const taskRows = (reads: Reads, id: string) =>
  reads.rows<TaskRow>(
    'SELECT id, entry, duty, owner, due, state, finished_entry FROM incident_tasks WHERE incident = :id::text ORDER BY entry',
    { id },
  );

const taskOf = ({ id, entry, duty, owner, due, state, finished_entry }: TaskRow, text: TextAt): Task => ({
  id,
  ...(duty === null
    ? { kind: 'task', what: text(Number(entry), 'what') }
    : { kind: 'duty', answer: duty, what: DUTIES[duty] ?? null }),
  owner,
  due,
  state,
  ...(finished_entry === null ? {} : { text: text(Number(finished_entry), 'text') }),
});

type EvidenceRow = Readonly<{
  id: EvidenceId;
  entry: bigint;
  kind: Evidence['kind'];
  sha256: string;
  bytes: bigint;
}>;

const evidenceRows = (reads: Reads, id: string) =>
  reads.rows<EvidenceRow>(
    'SELECT id, entry, kind, sha256, bytes FROM incident_evidence WHERE incident = :id::text ORDER BY entry',
    { id },
  );

const evidenceOf = ({ id, entry, kind, sha256, bytes }: EvidenceRow, text: TextAt): Evidence => ({
  id,
  kind,
  sha256,
  bytes: Number(bytes),
  name: text(Number(entry), 'name'),
  origin: text(Number(entry), 'origin'),
  entry: Number(entry),
});

export type Page = Readonly<{
  actor: string;
  state?: IncidentState | undefined;
  most: number;
  /** The last one of the page before: by its own values, so that one that was hidden meanwhile still has its place. */
  after?: Readonly<{ openedAt: Date; id: string }> | undefined;
}>;

/** The newest first; one more than `most` when there are more. */
export async function listIncidents(
  reads: Reads,
  { actor, state, most, after }: Page,
  now: Date,
): Promise<readonly (IncidentListed & { openedAtMs: number })[]> {
  const rows = await reads.rows<IncidentRow & { kind?: IncidentKind }>(
    `${INCIDENT} WHERE ${VISIBLE} AND (:state::text IS NULL OR i.state = :state::text)
       AND (:openedAt::timestamptz IS NULL OR (i.opened_at, i.id) < (:openedAt::timestamptz, :id::text))
     ORDER BY i.opened_at DESC, i.id DESC LIMIT :most::int4 + 1`,
    { actor, state: state ?? null, openedAt: after?.openedAt ?? null, id: after?.id ?? null, most },
  );
  const text = await textsOf(
    reads,
    rows.map(({ facts }) => facts.title),
  );
  const late = await overdueCounts(
    reads,
    rows.map(({ id }) => id),
    now,
  );
  return rows.map(({ id, state, facts, opened_at, restricted_to }) => ({
    id,
    title: text(facts.title, textName.title),
    state,
    kind: facts.kind,
    ...(facts.times.aware === undefined ? {} : { aware: facts.times.aware.at }),
    openedAt: opened_at.toISOString(),
    openedAtMs: opened_at.getTime(),
    isRestricted: restricted_to !== null,
    overdue: late.get(id) ?? 0,
  }));
}

async function overdueCounts(
  reads: Reads,
  ids: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  const rows = await reads.rows<{ incident: string; n: number }>(
    `SELECT incident, count(*)::int4 AS n FROM incident_tasks
      WHERE incident = ANY (:ids::text[]) AND state = 'open' AND due::timestamptz < :now::timestamptz GROUP BY incident`,
    { ids, now },
  );
  return new Map(rows.map(({ incident, n }) => [incident, n]));
}

export async function insertIncident(
  tx: Tx,
  incident: Readonly<{ id: IncidentId; openedAt: Date; openedBy: string }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO incidents (id, state, version, opened_at, opened_by)
     VALUES (:id::text, 'open', 1, :openedAt::timestamptz, :openedBy::text)`,
    incident,
  );
}

export async function insertVersion(
  tx: Tx,
  {
    id,
    version,
    entry,
    facts,
  }: Readonly<{ id: IncidentId; version: number; entry: number; facts: StoredFacts }>,
): Promise<void> {
  await tx.run(
    'INSERT INTO incident_versions (incident, version, entry, facts) VALUES (:id::text, :version::int4, :entry::int8, :facts::jsonb)',
    { id, version, entry, facts: json(facts) },
  );
  await tx.run('UPDATE incidents SET version = :version::int4 WHERE id = :id::text', { id, version });
}

export async function setState(
  tx: Tx,
  id: IncidentId,
  state: IncidentState,
  closedAt: Date | null,
): Promise<void> {
  await tx.run(
    'UPDATE incidents SET state = :state::text, closed_at = :closedAt::timestamptz WHERE id = :id::text',
    { id, state, closedAt },
  );
}

export async function insertMove(tx: Tx, id: IncidentId, entry: number, act: Act | LaterAct): Promise<void> {
  await tx.run(
    'INSERT INTO incident_moves (entry, incident, act) VALUES (:entry::int8, :id::text, :act::text)',
    {
      id,
      entry,
      act,
    },
  );
}

export async function setRestriction(
  tx: Tx,
  id: IncidentId,
  people: readonly string[] | null,
): Promise<void> {
  await tx.run('UPDATE incidents SET restricted_to = :people::text[] WHERE id = :id::text', { id, people });
}

export async function insertDecision(
  tx: Tx,
  incident: IncidentId,
  entry: number,
  { id, step, answer, by, at, due }: Omit<Decision, 'reason'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_decisions (id, incident, entry, step, answer, by, at, due)
     VALUES (:id::text, :incident::text, :entry::int8, :step::text, :answer::text, :by::text, :at::timestamptz, :due::text)`,
    { id, incident, entry, step, answer, by, at, due: due ?? null },
  );
}

export async function endDecisions(tx: Tx, ids: readonly DecisionId[], endedBy: DecisionId): Promise<void> {
  await tx.run('UPDATE incident_decisions SET ended_by = :endedBy::text WHERE id = ANY (:ids::text[])', {
    ids,
    endedBy,
  });
}

export async function insertTask(
  tx: Tx,
  incident: IncidentId,
  entry: number,
  { id, answer, owner, due }: Pick<Task, 'id' | 'answer' | 'owner' | 'due'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_tasks (id, incident, entry, duty, owner, due, state)
     VALUES (:id::text, :incident::text, :entry::int8, :duty::text, :owner::text, :due::text, 'open')`,
    { id, incident, entry, duty: answer ?? null, owner, due },
  );
}

export async function setTaskDue(tx: Tx, id: TaskId, due: string): Promise<void> {
  await tx.run('UPDATE incident_tasks SET due = :due::text WHERE id = :id::text', { id, due });
}

export async function finishTask(
  tx: Tx,
  id: TaskId,
  state: 'done' | 'excused',
  entry: number,
): Promise<void> {
  await tx.run(
    'UPDATE incident_tasks SET state = :state::text, finished_entry = :entry::int8 WHERE id = :id::text',
    { id, state, entry },
  );
}

export async function insertEvidence(
  tx: Tx,
  incident: IncidentId,
  { id, entry, kind, sha256, bytes }: Omit<Evidence, 'name' | 'origin'>,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_evidence (id, incident, entry, kind, sha256, bytes)
     VALUES (:id::text, :incident::text, :entry::int8, :kind::text, :sha256::text, :bytes::int8)`,
    { id, incident, entry, kind, sha256, bytes },
  );
}
