/** The tables of duties. */
import type { Delayable, DutyAct, DutyStatus, DutyStep, IncidentId } from '@forthright/contract';
import type { Reads, Tx } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import { delayableAs, stillSettled } from './rules.ts';
import type { AssessedDuty, KeptDuty, OpenDuties, OpenDuty, Settled } from './types.ts';

type DutyRow = Readonly<{
  incident: string;
  duty: string;
  addressed_to: string;
  delayable: Delayable | null;
  status: DutyStatus;
  until: Date | null;
  until_words: string | null;
  settled: Settled | null;
  settled_as: DutyStatus | null;
}>;

const COLUMNS =
  'd.incident, d.duty, d.addressed_to, d.delayable, d.status, d.until, d.until_words, d.settled, d.settled_as';

const keptOf = (row: DutyRow): KeptDuty => ({
  duty: row.duty,
  to: row.addressed_to,
  delayable: row.delayable,
  status: row.status,
  until: row.until?.toISOString() ?? null,
  untilWords: row.until_words,
  settled: row.settled,
  settledAs: row.settled_as,
});

/** Every duty that the record has of this incident, by its name. */
export async function keptDuties(reads: Reads, incident: string): Promise<ReadonlyMap<string, KeptDuty>> {
  const rows = await reads.rows<DutyRow>(
    `SELECT ${COLUMNS} FROM incident_duties d WHERE d.incident = :incident::text`,
    { incident },
  );
  return new Map(rows.map((row) => [row.duty, keptOf(row)]));
}

/** How many of an incident's open duties are looked at one by one. */
const MOST_OPEN = 100;

/** By incident, what is open; three statements, however many they are. */
export async function openDuties(
  reads: Reads,
  incidents: readonly string[],
): Promise<(incident: string) => OpenDuties> {
  const rows = await reads.rows<DutyRow>(
    `SELECT ${COLUMNS} FROM unnest(:incidents::text[]) AS i (id) CROSS JOIN LATERAL
       (SELECT * FROM incident_duties o WHERE o.incident = i.id AND o.is_open
         ORDER BY o.status = 'due' DESC, o.until NULLS LAST, o.status, o.duty LIMIT :most::int4) d
      ORDER BY d.status = 'due' DESC, d.until NULLS LAST, d.status, d.duty`,
    { incidents, most: MOST_OPEN },
  );
  const counted = await reads.rows<{ incident: string; n: number }>(
    `SELECT incident, count(*)::int4 AS n FROM incident_duties
      WHERE incident = ANY (:incidents::text[]) AND is_open GROUP BY incident`,
    { incidents },
  );
  const awaited = await reads.rows<{ incident: string }>(
    'SELECT incident FROM incident_duties_awaited WHERE incident = ANY (:incidents::text[])',
    { incidents },
  );
  const first = Map.groupBy(rows, ({ incident }) => incident);
  const counts = new Map(counted.map(({ incident, n }) => [incident, n]));
  const waiting = new Set(awaited.map(({ incident }) => incident));
  return (incident) => ({
    first: (first.get(incident) ?? []).map(openOf),
    count: counts.get(incident) ?? 0,
    isAwaited: waiting.has(incident),
  });
}

const openOf = ({ duty, status, delayable, until, until_words }: DutyRow): OpenDuty => ({
  duty,
  status: status as OpenDuty['status'],
  delayable,
  ...(until === null ? {} : { until: until.toISOString() }),
  ...(until_words === null ? {} : { untilWords: until_words }),
});

export type DutyVersion = Readonly<{
  version: number;
  entry: number;
  job: string;
  run: string;
  due: number;
  cannotTell: number;
  unverified: number;
  notDue: number;
}>;

export async function insertDutyVersion(tx: Tx, incident: IncidentId, version: DutyVersion): Promise<void> {
  await tx.run(
    `INSERT INTO incident_duty_versions (incident, version, entry, job, run, due, cannot_tell, unverified, not_due)
      VALUES (:incident::text, :version::int4, :entry::int8, :job::text, :run::text, :due::int4, :cannotTell::int4,
        :unverified::int4, :notDue::int4)`,
    { incident, ...version },
  );
}

/** This version, or the last one; undefined when there is none. */
export async function findDutyVersion(
  reads: Reads,
  incident: string,
  version?: number,
): Promise<DutyVersion | undefined> {
  const [row] = await reads.rows<Omit<DutyVersion, 'entry'> & Readonly<{ entry: bigint }>>(
    `SELECT version, entry, job, run, due, cannot_tell AS "cannotTell", unverified, not_due AS "notDue"
       FROM incident_duty_versions
      WHERE incident = :incident::text AND (:version::int4 IS NULL OR version = :version::int4)
      ORDER BY version DESC LIMIT 1`,
    { incident, version: version ?? null },
  );
  return row === undefined ? undefined : { ...row, entry: Number(row.entry) };
}

/** Puts the duties of an assessment in the place of those before. What none of them names any more is not due. */
export async function replaceDuties(
  tx: Tx,
  incident: IncidentId,
  duties: readonly AssessedDuty[],
): Promise<void> {
  const before = await keptDuties(tx, incident);
  const named = new Set(duties.map(({ duty }) => duty));
  const gone = [...before.values()]
    .filter(({ duty }) => !named.has(duty))
    .map((one) => ({ ...one, status: 'not-due' as const, until: null, untilWords: null }));
  const rows = [...duties, ...gone].map((one) => {
    const settled = stillSettled(before.get(one.duty) ?? { settled: null, settledAs: null }, one.status);
    const settledAs = settled === null ? null : (before.get(one.duty)?.settledAs ?? null);
    return { ...one, delayable: delayableAs(one.to), settled, settledAs };
  });
  const column = <K extends keyof (typeof rows)[number]>(name: K) => rows.map((row) => row[name]);
  await tx.run(
    `INSERT INTO incident_duties (incident, duty, addressed_to, delayable, status, until, until_words, settled, settled_as)
      SELECT :incident::text, * FROM unnest(:duty::text[], :to::text[], :delayable::text[], :status::text[],
        :until::timestamptz[], :untilWords::text[], :settled::text[], :settledAs::text[])
      ON CONFLICT (incident, duty) DO UPDATE SET addressed_to = excluded.addressed_to, delayable = excluded.delayable,
        status = excluded.status, until = excluded.until, until_words = excluded.until_words,
        settled = excluded.settled, settled_as = excluded.settled_as`,
    {
      incident,
      duty: column('duty'),
      to: column('to'),
      delayable: column('delayable'),
      status: column('status'),
      until: column('until'),
      untilWords: column('untilWords'),
      settled: column('settled'),
      settledAs: column('settledAs'),
    },
  );
}

export type NewStep = Readonly<{
  entry: number;
  incident: IncidentId;
  duties: readonly string[];
  act: DutyAct;
  at: string;
  by: string;
  receipt?: string | undefined;
  report?: Readonly<{ template: string; version: number }> | undefined;
}>;

const SETTLES: Readonly<Record<DutyAct, Settled | null>> = {
  fulfilled: 'fulfilled',
  excused: 'excused',
  reopened: null,
};

/** Keeps what was done about duties, and that they are settled by it, or open again. */
export async function insertDutySteps(
  tx: Tx,
  { entry, incident, duties, act, at, by, receipt, report }: NewStep,
): Promise<void> {
  await tx.run(
    `INSERT INTO incident_duty_steps (entry, incident, duty, act, at, by, receipt, template, report_version)
      SELECT :entry::int8, :incident::text, d, :act::text, :at::text, :by::text, :receipt::text, :template::text, :version::int4
        FROM unnest(:duties::text[]) AS d`,
    {
      entry,
      incident,
      duties,
      act,
      at,
      by,
      receipt: receipt ?? null,
      template: report?.template ?? null,
      version: report?.version ?? null,
    },
  );
  const settled = SETTLES[act];
  await tx.run(
    `UPDATE incident_duties SET settled = :settled::text, settled_as = CASE WHEN :settled::text IS NULL THEN NULL ELSE status END
      WHERE incident = :incident::text AND duty = ANY (:duties::text[])`,
    { incident, duties, settled },
  );
}

type StepRow = Readonly<{
  entry: bigint;
  duty: string;
  act: DutyAct;
  at: string;
  by: string;
  receipt: string | null;
  template: string | null;
  report_version: number | null;
}>;

/** By what names the texts of such a step stand in the register, whichever deed it was. */
export const STEP_TEXTS = { text: 'text', reference: 'reference', delayReasons: 'delayReasons' } as const;

/** What was done about one duty, or all of the incident's, the oldest first. */
export async function dutyStepsOf(
  reads: Reads,
  incident: string,
  duty?: string,
): Promise<readonly (DutyStep & Readonly<{ duty: string }>)[]> {
  const rows = await reads.rows<StepRow>(
    `SELECT entry, duty, act, at, by, receipt, template, report_version FROM incident_duty_steps
      WHERE incident = :incident::text AND (:duty::text IS NULL OR duty = :duty::text) ORDER BY entry, duty`,
    { incident, duty: duty ?? null },
  );
  const entries = [...new Set(rows.map(({ entry }) => Number(entry)))];
  const text = await textsOf(reads, entries);
  return rows.map(({ entry: index, template, report_version, ...row }) => {
    const entry = Number(index);
    return {
      ...row,
      entry,
      text: text(entry, STEP_TEXTS.text),
      reference: text(entry, STEP_TEXTS.reference),
      delayReasons: text(entry, STEP_TEXTS.delayReasons),
      report: template === null || report_version === null ? null : { template, version: report_version },
    };
  });
}

/** That something duties hang on has changed; whether there is anything to be assessed. */
export async function awaitDuties(tx: Tx, incident: string, since: number): Promise<boolean> {
  const added = await tx.run(
    `INSERT INTO incident_duties_awaited (incident, since) SELECT :incident::text, :since::int8
      WHERE EXISTS (SELECT FROM incident_runs WHERE incident = :incident::text AND state = 'done' AND answer IS NOT NULL)
      ON CONFLICT (incident) DO UPDATE SET since = excluded.since`,
    { incident, since },
  );
  return added === 1;
}

/** Nothing up to this entry waits to be assessed any more. */
export async function endAwaiting(tx: Tx, incident: string, upTo: number): Promise<void> {
  await tx.run(
    'DELETE FROM incident_duties_awaited WHERE incident = :incident::text AND since <= :upTo::int8',
    { incident, upTo },
  );
}

export async function isAwaited(reads: Reads, incident: string): Promise<boolean> {
  const sql = 'SELECT 1 AS one FROM incident_duties_awaited WHERE incident = :incident::text';
  return (await reads.rows(sql, { incident })).length > 0;
}

export type Clock = Readonly<{
  incident: IncidentId;
  /** The entry that is committed to the incident's title. */
  title: number;
  duty: string;
  status: 'due' | 'cannot-tell';
  until: Date;
  untilWords: string;
  delayedUntil: Date | null;
}>;

export type ClockPage = Readonly<{
  actor: string;
  /** Those of this incident alone. */
  of?: string | undefined;
  most: number;
  after?: Readonly<{ until: Date; incident: string; duty: string }> | undefined;
}>;

/**
 * The nearest deadlines of open duties over all incidents that are open and that this account may see; one more than
 * `most` when there are more. One statement over the index of clocks, which holds open ones only: 1,000 incidents with 30
 * clocks each take a few milliseconds (bench/clocks.ts).
 */
export async function nearestClocks(
  reads: Reads,
  { actor, of, most, after }: ClockPage,
  now: Date,
): Promise<readonly Clock[]> {
  const rows = await reads.rows<Omit<Clock, 'title'> & Readonly<{ title: string }>>(
    `SELECT d.incident, v.facts->>'title' AS title, d.duty, d.status, d.until, d.until_words AS "untilWords",
        (SELECT max(m.due_at) FROM incident_matters m
          WHERE m.incident = d.incident AND m.kind = 'delay' AND m.is_open AND m.data->'suspends' @> to_jsonb(d.delayable)
            AND (m.data->>'from')::timestamptz <= :now::timestamptz AND :now::timestamptz < m.due_at) AS "delayedUntil"
       FROM incident_duties d JOIN incidents i ON i.id = d.incident
       JOIN incident_versions v ON v.incident = i.id AND v.version = i.version
      WHERE d.is_open AND d.until IS NOT NULL AND d.status IN ('due', 'cannot-tell') AND i.state <> 'closed'
        AND (i.restricted_to IS NULL OR :actor::text = ANY (i.restricted_to))
        AND (:of::text IS NULL OR d.incident = :of::text)
        AND (:until::timestamptz IS NULL OR (d.until, d.incident, d.duty) > (:until::timestamptz, :incident::text, :duty::text))
      ORDER BY d.until, d.incident, d.duty LIMIT :most::int4 + 1`,
    {
      actor,
      of: of ?? null,
      most,
      now,
      until: after?.until ?? null,
      incident: after?.incident ?? null,
      duty: after?.duty ?? null,
    },
  );
  return rows.map((row) => ({ ...row, title: Number(row.title) }));
}
