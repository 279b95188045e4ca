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
  UnlockId,
} from '@forthright/contract';
import { json, type Reads, type Tx } from '../platform/db/index.ts';
import { type Actor, textsOf } from '../prove/index.ts';
import { openDuties } from './duties/store.ts';
import { entriesOf, type StoredFacts, type TextAt, withTexts } from './facts.ts';
import { byIncident, openMatters, overdueMatters, standingDelays } from './matters/store.ts';
import type { MatterKind } from './matters/types.ts';
import { DUTIES } from './rules.ts';
import type { Act, Decision, Evidence, Facts, Incident, LaterAct, Task, Typed } from './types.ts';

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
export const VISIBLE = '(i.restricted_to IS NULL OR :actor::text = ANY (i.restricted_to))';

const INCIDENT = `SELECT i.id, i.state, i.version, i.opened_at, i.opened_by, i.closed_at, i.restricted_to, v.facts
  FROM incidents i JOIN incident_versions v ON v.incident = i.id AND v.version = i.version`;

export type Found = Readonly<{ incident: Incident; stored: StoredFacts }>;

/** Whether there is such an incident for this actor. */
export async function isVisibleTo(reads: Reads, id: string, actor: string): Promise<boolean> {
  const sql = `SELECT 1 AS one FROM incidents i WHERE i.id = :id::text AND ${VISIBLE}`;
  return (await reads.rows(sql, { id, actor })).length > 0;
}

/** Whether something of an incident that this actor may see is about this person. */
export async function isKnownTo(reads: Reads, person: string, actor: string): Promise<boolean> {
  const sql = `SELECT 1 AS one FROM incident_matters m JOIN incidents i ON i.id = m.incident
    WHERE m.person = :person::text AND ${VISIBLE} LIMIT 1`;
  return (await reads.rows(sql, { person, actor })).length > 0;
}

/** Whether only people who are named may see it. */
export async function isRestrictedOne(reads: Reads, id: string): Promise<boolean> {
  const sql = 'SELECT 1 AS one FROM incidents WHERE id = :id::text AND restricted_to IS NOT NULL';
  return (await reads.rows(sql, { id })).length > 0;
}

/** Something of an incident that has a time, by its id. */
export type Due = Readonly<{ of: string; kind: 'task' | 'duty' | MatterKind; incident: string; due: Date }>;

/** No delay that law enforcement asked for suspends this duty of the row `t` at `:now`. */
const notDelayed = (duty: 't.duty' | 't.delayable') => `NOT EXISTS (SELECT 1 FROM incident_matters d
   WHERE d.incident = t.incident AND d.kind = 'delay' AND d.is_open AND d.data->'suspends' @> to_jsonb(${duty})
     AND (d.data->>'from')::timestamptz <= :now::timestamptz AND :now::timestamptz < d.due_at)`;

/** Open tasks, duties and matters of all incidents that are due by then and not delayed now, the longest due first. */
export function dueBy(reads: Reads, { now, by }: Readonly<{ now: Date; by: Date }>): Promise<Due[]> {
  return reads.rows<Due>(
    `SELECT t.id AS of, 'task' AS kind, t.incident, t.due::timestamptz AS due
       FROM incident_tasks t JOIN incidents i ON i.id = t.incident
      WHERE t.state = 'open' AND i.state <> 'closed' AND t.due::timestamptz <= :by::timestamptz AND ${notDelayed('t.duty')}
     UNION ALL SELECT t.duty, 'duty', t.incident, t.until FROM incident_duties t JOIN incidents i ON i.id = t.incident
      WHERE t.is_open AND i.state <> 'closed' AND t.until <= :by::timestamptz AND ${notDelayed('t.delayable')}
     UNION ALL SELECT id, kind, incident, due_at FROM incident_matters WHERE is_open AND due_at <= :by::timestamptz
     ORDER BY due, of`,
    { now, by },
  );
}

export type WaitingRow = Readonly<{
  kind: 'task' | 'proposal';
  id: string;
  incident: IncidentId;
  entry: bigint;
  answer: Answer | null;
  due: string | null;
  is_overdue: boolean;
  facts: StoredFacts;
}>;

/**
 * Open tasks of this actor's account and, for those who decide, open proposals of others, in incidents that are not closed
 * and that they may see; what is due first comes first. At most one more than `most`.
 */
export async function waitingFor(
  reads: Reads,
  { actor, mayDecide, most, now }: Readonly<{ actor: string; mayDecide: boolean; most: number; now: Date }>,
): Promise<{ rows: WaitingRow[]; text: TextAt }> {
  const rows = await reads.rows<WaitingRow>(
    `SELECT w.*, v.facts FROM (
       SELECT 'task' AS kind, t.id, t.incident, t.entry, t.duty AS answer, t.due,
              t.due::timestamptz < :now::timestamptz AND ${notDelayed('t.duty')} AS is_overdue
         FROM incident_tasks t WHERE t.state = 'open' AND t.owner = :actor::text
       UNION ALL
       SELECT 'proposal', d.id, d.incident, d.entry, d.answer, d.due, false
         FROM incident_decisions d
        WHERE :mayDecide::bool AND d.step = 'proposal' AND d.ended_by IS NULL AND d.by <> :actor::text
     ) w JOIN incidents i ON i.id = w.incident JOIN incident_versions v ON v.incident = i.id AND v.version = i.version
     WHERE i.state <> 'closed' AND ${VISIBLE}
     ORDER BY w.due::timestamptz NULLS LAST, w.entry LIMIT :most::int4 + 1`,
    { actor, mayDecide, most, now },
  );
  const entries = rows.flatMap(({ entry, facts }) => [Number(entry), facts.title]);
  return { rows, text: await textsOf(reads, entries) };
}

/** Restricted incidents that this actor may not see: few, in comparison. */
export async function hiddenFrom(reads: Reads, actor: string): Promise<string[]> {
  const sql = `SELECT i.id FROM incidents i WHERE NOT ${VISIBLE}`;
  return (await reads.rows<{ id: string }>(sql, { actor })).map(({ id }) => id);
}

/** The ids of all incidents that this actor may see. */
export async function visibleTo(reads: Reads, actor: string): Promise<IncidentId[]> {
  const rows = await reads.rows<{ id: IncidentId }>(`SELECT i.id FROM incidents i WHERE ${VISIBLE}`, {
    actor,
  });
  return rows.map(({ id }) => id);
}

/** The incident, or undefined when there is none that this actor's account may see. */
export async function findIncident(
  reads: Reads,
  id: string,
  { account: actor }: Pick<Actor, 'account'>,
): Promise<Found | undefined> {
  const [row] = await reads.rows<IncidentRow>(`${INCIDENT} WHERE i.id = :id::text AND ${VISIBLE}`, {
    id,
    actor,
  });
  if (row === undefined) return undefined;
  const [incident] = await assembled(reads, [row]);
  return incident && { incident, stored: row.facts };
}

/** For the program itself, which tells nobody what it sees: any incident. */
export async function findAnyIncident(reads: Reads, id: string): Promise<Found | undefined> {
  const [row] = await reads.rows<IncidentRow>(`${INCIDENT} WHERE i.id = :id::text`, { id });
  if (row === undefined) return undefined;
  const [incident] = await assembled(reads, [row]);
  return incident && { incident, stored: row.facts };
}

/** Incidents that this actor may see, the oldest first, whole; at most so many, after this one. */
export async function incidentsFrom(
  reads: Reads,
  { actor, most, after }: Readonly<{ actor: string; most: number; after: Page['after'] }>,
): Promise<Incident[]> {
  const rows = await reads.rows<IncidentRow>(
    `${INCIDENT} WHERE ${VISIBLE}
       AND (:openedAt::timestamptz IS NULL OR (i.opened_at, i.id) > (:openedAt::timestamptz, :id::text))
     ORDER BY i.opened_at, i.id LIMIT :most::int4`,
    { actor, most, openedAt: after?.openedAt ?? null, id: after?.id ?? null },
  );
  return assembled(reads, rows);
}

/** With which words each was closed the last time. */
export async function closingSummaries(
  reads: Reads,
  ids: readonly IncidentId[],
): Promise<ReadonlyMap<string, Typed>> {
  const rows = await reads.rows<{ incident: string; entry: bigint }>(
    `SELECT incident, max(entry) AS entry FROM incident_moves
      WHERE incident = ANY (:ids::text[]) AND act = 'close' GROUP BY incident`,
    { ids },
  );
  const text = await textsOf(
    reads,
    rows.map(({ entry }) => Number(entry)),
  );
  return new Map(rows.map(({ incident, entry }) => [incident, text(Number(entry), 'summary')]));
}

/** The incidents of these rows with all that belongs to them: in the same few statements, however many they are. */
async function assembled(reads: Reads, rows: readonly IncidentRow[]): Promise<Incident[]> {
  const ids = rows.map(({ id }) => id);
  const [decisions, tasks, evidence] = [
    await decisionRows(reads, ids),
    await taskRows(reads, ids),
    await evidenceRows(reads, ids),
  ];
  const text = await textsOf(reads, [
    ...rows.flatMap(({ facts }) => entriesOf(facts)),
    ...decisions.map(({ entry }) => Number(entry)),
    ...tasks.flatMap(({ entry, finished_entry }) => [Number(entry), Number(finished_entry ?? entry)]),
    ...evidence.map(({ entry }) => Number(entry)),
  ]);
  const [decisionsOf, tasksOf, evidencesOf] = [
    byIncident(decisions),
    byIncident(tasks),
    byIncident(evidence),
  ];
  const [mattersOf, delaysOf] = [await openMatters(reads, ids), await standingDelays(reads, ids)];
  const dutiesOf = await openDuties(reads, ids);
  const campaigns = Map.groupBy(
    await reads.rows<{ incident: string; campaign: string }>(
      'SELECT incident, campaign FROM incident_campaigns WHERE incident = ANY (:ids::text[]) AND is_open ORDER BY campaign',
      { ids },
    ),
    ({ incident }) => incident,
  );
  return rows.map((row) => ({
    id: row.id,
    version: row.version,
    state: row.state,
    facts: withTexts(row.facts, text),
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at }),
    ...(row.restricted_to === null ? {} : { restrictedTo: row.restricted_to }),
    decisions: decisionsOf(row.id).map((one) => decisionOf(one, text)),
    tasks: tasksOf(row.id).map((one) => taskOf(one, text)),
    evidence: evidencesOf(row.id).map((one) => evidenceOf(one, text)),
    matters: mattersOf(row.id),
    delays: delaysOf(row.id),
    duties: dutiesOf(row.id),
    campaigns: (campaigns.get(row.id) ?? []).map(({ campaign }) => campaign),
  }));
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
  incident: string;
  entry: bigint;
  step: Decision['step'];
  answer: Answer;
  by: string;
  at: Date;
  due: string | null;
  ended_by: string | null;
}>;

const decisionRows = (reads: Reads, ids: readonly string[]) =>
  reads.rows<DecisionRow>(
    'SELECT incident, id, entry, step, answer, by, at, due, ended_by FROM incident_decisions WHERE incident = ANY (:ids::text[]) ORDER BY entry',
    { ids },
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
  incident: string;
  entry: bigint;
  duty: Answer | null;
  owner: string;
  due: string;
  state: Task['state'];
  finished_entry: bigint | null;
}>;

const taskRows = (reads: Reads, ids: readonly string[]) =>
  reads.rows<TaskRow>(
    'SELECT incident, id, entry, duty, owner, due, state, finished_entry FROM incident_tasks WHERE incident = ANY (:ids::text[]) ORDER BY entry',
    { ids },
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
  incident: string;
  entry: bigint;
  kind: Evidence['kind'];
  sha256: string | null;
  bytes: bigint;
  erased_entry: bigint | null;
}>;

const evidenceRows = (reads: Reads, ids: readonly string[]) =>
  reads.rows<EvidenceRow>(
    'SELECT incident, id, entry, kind, sha256, bytes, erased_entry FROM incident_evidence WHERE incident = ANY (:ids::text[]) ORDER BY entry',
    { ids },
  );

const evidenceOf = (
  { id, entry, kind, sha256, bytes, erased_entry }: EvidenceRow,
  text: TextAt,
): Evidence => ({
  id,
  kind,
  sha256,
  bytes: Number(bytes),
  name: text(Number(entry), 'name'),
  origin: text(Number(entry), 'origin'),
  entry: Number(entry),
  ...(erased_entry === null ? {} : { erased: Number(erased_entry) }),
});

export type Page = Readonly<{
  actor: Pick<Actor, 'account'>;
  state?: IncidentState | undefined;
  /** A part of the title, in any case. */
  title?: string | undefined;
  most: number;
  /** The last one of the page before: by its own values, so that one that was hidden meanwhile still has its place. */
  after?: Readonly<{ openedAt: Date; id: string }> | undefined;
}>;

/** The newest first; one more than `most` when there are more. */
export async function listIncidents(
  reads: Reads,
  { actor, state, title, most, after }: Page,
  now: Date,
): Promise<readonly (IncidentListed & { openedAtMs: number })[]> {
  const rows = await reads.rows<IncidentRow & { kind?: IncidentKind }>(
    `${INCIDENT} WHERE ${VISIBLE} AND (:state::text IS NULL OR i.state = :state::text)
       AND (:title::text IS NULL OR EXISTS (SELECT 1 FROM register_texts t
         WHERE t.index = (v.facts ->> 'title')::int8 AND t.name = 'title'
           AND position(lower(:title::text) IN lower(t.value)) > 0))
       AND (:openedAt::timestamptz IS NULL OR (i.opened_at, i.id) < (:openedAt::timestamptz, :id::text))
     ORDER BY i.opened_at DESC, i.id DESC LIMIT :most::int4 + 1`,
    {
      actor: actor.account,
      state: state ?? null,
      title: title ?? null,
      openedAt: after?.openedAt ?? null,
      id: after?.id ?? null,
      most,
    },
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
    title: text(facts.title, 'title'),
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
    `SELECT t.incident, count(*)::int4 AS n FROM incident_tasks t
      WHERE t.incident = ANY (:ids::text[]) AND t.state = 'open' AND t.due::timestamptz < :now::timestamptz
        AND ${notDelayed('t.duty')} GROUP BY t.incident`,
    { ids, now },
  );
  const duties = await reads.rows<{ incident: string; n: number }>(
    `SELECT t.incident, count(*)::int4 AS n FROM incident_duties t JOIN incidents i ON i.id = t.incident
      WHERE t.incident = ANY (:ids::text[]) AND t.is_open AND i.state <> 'closed' AND t.until < :now::timestamptz
        AND ${notDelayed('t.delayable')} GROUP BY t.incident`,
    { ids, now },
  );
  const matters = await overdueMatters(reads, ids, now);
  const tasks = new Map(rows.map(({ incident, n }) => [incident, n]));
  const law = new Map(duties.map(({ incident, n }) => [incident, n]));
  return new Map(ids.map((id) => [id, (tasks.get(id) ?? 0) + (law.get(id) ?? 0) + (matters.get(id) ?? 0)]));
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

/** Whether somebody of a campaign is not accounted for yet, which keeps the incident open. Answers whether it was so before. */
export async function setCampaign(
  tx: Tx,
  row: Readonly<{ campaign: string; incident: string; isOpen: boolean }>,
): Promise<boolean> {
  const [before] = await tx.rows<{ is_open: boolean }>(
    'SELECT is_open FROM incident_campaigns WHERE campaign = :campaign::text',
    { campaign: row.campaign },
  );
  await tx.run(
    `INSERT INTO incident_campaigns (campaign, incident, is_open) VALUES (:campaign::text, :incident::text, :isOpen::bool)
      ON CONFLICT (campaign) DO UPDATE SET is_open = excluded.is_open`,
    row,
  );
  return before?.is_open ?? false;
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

/** The open tasks of decisions of these answers. */
export async function openTasksOf(
  reads: Reads,
  incident: IncidentId,
  answers: readonly Answer[],
): Promise<TaskId[]> {
  const rows = await reads.rows<{ id: string }>(
    `SELECT id FROM incident_tasks WHERE incident = :incident::text AND state = 'open' AND duty = ANY (:answers::text[])
      ORDER BY entry`,
    { incident, answers },
  );
  return rows.map(({ id }) => id as TaskId);
}

/** Of the decisions of these answers the last task, where it is done, with the entry that says so. */
export async function lastDoneTasksOf(
  reads: Reads,
  incident: IncidentId,
  answers: readonly Answer[],
): Promise<{ answer: Answer; owner: string; due: string; finished: number }[]> {
  const rows = await reads.rows<{ answer: Answer; owner: string; due: string; finished: bigint }>(
    `SELECT duty AS answer, owner, due, finished_entry AS finished FROM incident_tasks t
      WHERE incident = :incident::text AND state = 'done' AND duty = ANY (:answers::text[]) AND NOT EXISTS
        (SELECT FROM incident_tasks o WHERE o.incident = t.incident AND o.duty = t.duty AND o.entry > t.entry)
      ORDER BY entry`,
    { incident, answers },
  );
  return rows.map((row) => ({ ...row, finished: Number(row.finished) }));
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

/** By evidence, the SHA-256 of each file of an incident that was handed in. */
export async function filesOf(reads: Reads, incident: IncidentId): Promise<ReadonlyMap<string, string>> {
  const rows = await reads.rows<{ evidence: string; sha256: string }>(
    `SELECT f.evidence, f.sha256 FROM incident_files f JOIN incident_evidence e ON e.id = f.evidence
      WHERE e.incident = :incident::text ORDER BY e.entry`,
    { incident },
  );
  return new Map(rows.map(({ evidence, sha256 }) => [evidence, sha256]));
}

/** Every file that was handed in, once. */
export async function handedIn(reads: Reads): Promise<Readonly<{ sha256: string; bytes: number }>[]> {
  const rows = await reads.rows<{ sha256: string; bytes: bigint }>(
    `SELECT DISTINCT f.sha256, e.bytes FROM incident_files f JOIN incident_evidence e ON e.id = f.evidence ORDER BY 1`,
  );
  return rows.map(({ sha256, bytes }) => ({ sha256, bytes: Number(bytes) }));
}

export async function isFileReferred(reads: Reads, sha256: string): Promise<boolean> {
  const rows = await reads.rows(
    `SELECT 1 AS one FROM incident_files WHERE sha256 = :sha256::text
      UNION ALL SELECT 1 FROM incident_runs WHERE people_sha256 = :sha256::text OR views_sha256 = :sha256::text LIMIT 1`,
    { sha256 },
  );
  return rows.length > 0;
}

/** The file is no longer referred to, and its hash is forgotten. */
export async function eraseFileRow(tx: Tx, evidence: EvidenceId, entry: number): Promise<void> {
  await tx.run('DELETE FROM incident_files WHERE evidence = :evidence::text', { evidence });
  await tx.run(
    'UPDATE incident_evidence SET sha256 = NULL, erased_entry = :entry::int8 WHERE id = :evidence::text',
    { evidence, entry },
  );
}

export async function insertFile(tx: Tx, evidence: EvidenceId, sha256: string): Promise<void> {
  await tx.run('INSERT INTO incident_files (evidence, sha256) VALUES (:evidence::text, :sha256::text)', {
    evidence,
    sha256,
  });
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

export type UnlockRow = Readonly<{
  id: UnlockId;
  entry: bigint;
  run: string;
  pseudonym: string;
  asked_by: string;
  asked_at: Date;
  hours: number;
  granted_entry: bigint | null;
  granted_by: string | null;
  until: Date;
}>;

export const unlockRows = (reads: Reads, incident: IncidentId): Promise<UnlockRow[]> =>
  reads.rows<UnlockRow>(
    `SELECT id, entry, run, pseudonym, asked_by, asked_at, hours, granted_entry, granted_by, until
       FROM incident_unlocks WHERE incident = :incident::text ORDER BY entry`,
    { incident },
  );

/** Until when the longest of its unlocks counts; undefined when none was granted. */
export async function unlockUntil(
  reads: Reads,
  name: Readonly<{ incident: string; run: string; pseudonym: string }>,
): Promise<Date | undefined> {
  const [row] = await reads.rows<{ until: Date | null }>(
    `SELECT max(until) AS until FROM incident_unlocks WHERE incident = :incident::text AND run = :run::text
        AND pseudonym = :pseudonym::text AND granted_entry IS NOT NULL`,
    { ...name },
  );
  return row?.until ?? undefined;
}

type NewUnlock = Readonly<{
  id: UnlockId;
  entry: number;
  run: string;
  pseudonym: string;
  by: string;
  at: Date;
  hours: number;
  until: Date;
}>;

export async function insertUnlock(tx: Tx, incident: IncidentId, unlock: NewUnlock): Promise<void> {
  await tx.run(
    `INSERT INTO incident_unlocks (id, incident, entry, run, pseudonym, asked_by, asked_at, hours, until)
     VALUES (:id::text, :incident::text, :entry::int8, :run::text, :pseudonym::text, :by::text, :at::timestamptz, :hours::int4, :until::timestamptz)`,
    { ...unlock, incident },
  );
}

export async function grantUnlock(
  tx: Tx,
  id: string,
  granted: Readonly<{ entry: number; by: string; until: Date }>,
): Promise<void> {
  await tx.run(
    `UPDATE incident_unlocks SET granted_entry = :entry::int8, granted_by = :by::text, until = :until::timestamptz
      WHERE id = :id::text`,
    { ...granted, id },
  );
}
