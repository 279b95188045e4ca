/** The tables of assessments and reports. What they say comes from the register, where it can be erased. */
import {
  type IncidentId,
  Report,
  type ReportsListed,
  type ReportTemplate,
  RiskAnswer,
  RiskStatement,
} from '@forthright/contract';
import type { Reads, Tx } from '../platform/db/index.ts';
import { textsOf } from '../prove/index.ts';

/** The name of the text in the register's entry. */
export const BODY = 'body';
/** What somebody stated of the risk; a later run of scope is weighed with it. */
export const STATEMENT = 'statement';
export const FILED = { authority: 'authority', reference: 'reference' } as const;

async function bodyOf(reads: Reads, entry: number): Promise<string | null> {
  const text = await textsOf(reads, [entry]);
  return text(entry, BODY);
}

export async function insertAssessment(
  tx: Tx,
  row: Readonly<{ incident: IncidentId; version: number; entry: number }>,
): Promise<void> {
  await tx.run(
    'INSERT INTO risk_assessments (incident, version, entry) VALUES (:incident::text, :version::int4, :entry::int8)',
    row,
  );
}

export type StoredAssessment = Readonly<{
  version: number;
  entry: number;
  assessment: RiskAnswer | null;
  /** What was stated for it, as JSON says it. */
  statement: Readonly<Record<string, unknown>> | null;
}>;

/** The assessment of this version, or the last one; undefined when there is none. */
export async function findAssessment(
  reads: Reads,
  incident: string,
  version: number | undefined,
): Promise<StoredAssessment | undefined> {
  const [row] = await reads.rows<{ version: number; entry: bigint }>(
    `SELECT version, entry FROM risk_assessments
      WHERE incident = :incident::text AND (:version::int4 IS NULL OR version = :version::int4)
      ORDER BY version DESC LIMIT 1`,
    { incident, version: version ?? null },
  );
  if (row === undefined) return undefined;
  const entry = Number(row.entry);
  const text = await textsOf(reads, [entry]);
  const [body, statement] = [text(entry, BODY), text(entry, STATEMENT)];
  return {
    version: row.version,
    entry,
    assessment: body === null ? null : RiskAnswer.parse(JSON.parse(body)),
    statement: statement === null ? null : JSON.parse(statement),
  };
}

/** What was stated of the risk the last time; undefined when nothing was, or it was erased. */
export async function findStatement(reads: Reads, incident: string): Promise<RiskStatement | undefined> {
  const [row] = await reads.rows<{ entry: bigint }>(
    'SELECT entry FROM risk_assessments WHERE incident = :incident::text ORDER BY version DESC LIMIT 1',
    { incident },
  );
  if (row === undefined) return undefined;
  const entry = Number(row.entry);
  const text = (await textsOf(reads, [entry]))(entry, STATEMENT);
  return text === null ? undefined : RiskStatement.parse(JSON.parse(text));
}

type ReportRow = Omit<ReportsListed['reports'][number], 'filings'>;

export async function insertReport(tx: Tx, incident: IncidentId, row: ReportRow): Promise<void> {
  await tx.run(
    `INSERT INTO reports (incident, template, version, kind, state, missing, wrong, entry)
      VALUES (:incident::text, :template::text, :version::int4, :kind::text, :state::text, :missing::int4, :wrong::int4, :entry::int8)`,
    { incident, ...row },
  );
}

export type StoredReport = Readonly<{ version: number; entry: number; report: Report | null }>;

/** The report of this version, or the last one of the template; undefined when there is none. */
export async function findReport(
  reads: Reads,
  incident: string,
  template: ReportTemplate,
  version: number | undefined,
): Promise<StoredReport | undefined> {
  const [row] = await reads.rows<{ version: number; entry: bigint }>(
    `SELECT version, entry FROM reports
      WHERE incident = :incident::text AND template = :template::text
        AND (:version::int4 IS NULL OR version = :version::int4)
      ORDER BY version DESC LIMIT 1`,
    { incident, template, version: version ?? null },
  );
  if (row === undefined) return undefined;
  const entry = Number(row.entry);
  const body = await bodyOf(reads, entry);
  return { version: row.version, entry, report: body === null ? null : Report.parse(JSON.parse(body)) };
}

export async function insertFiling(
  tx: Tx,
  row: Readonly<{
    entry: number;
    incident: IncidentId;
    template: ReportTemplate;
    version: number;
    filedAt: string;
    receipt: string | null;
  }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO report_filings (entry, incident, template, version, filed_at, receipt)
      VALUES (:entry::int8, :incident::text, :template::text, :version::int4, :filedAt::text, :receipt::text)`,
    row,
  );
}

type FilingRow = Readonly<{
  entry: bigint;
  template: ReportTemplate;
  version: number;
  filed_at: string;
  receipt: string | null;
}>;

/** Every version of every report of the incident with its filings, by template, the newest first. */
export async function listReports(reads: Reads, incident: string): Promise<ReportsListed> {
  const rows = await reads.rows<Omit<ReportRow, 'entry'> & { entry: bigint }>(
    `SELECT template, version, kind, state, missing, wrong, entry FROM reports
      WHERE incident = :incident::text ORDER BY template, version DESC`,
    { incident },
  );
  const filings = await reads.rows<FilingRow>(
    `SELECT entry, template, version, filed_at, receipt FROM report_filings
      WHERE incident = :incident::text ORDER BY entry`,
    { incident },
  );
  const text = await textsOf(
    reads,
    filings.map(({ entry }) => Number(entry)),
  );
  return {
    reports: rows.map(({ entry, ...row }) => ({
      ...row,
      entry: Number(entry),
      filings: filings
        .filter(({ template, version }) => template === row.template && version === row.version)
        .map((one) => ({
          entry: Number(one.entry),
          filedAt: one.filed_at,
          receipt: one.receipt,
          authority: text(Number(one.entry), FILED.authority),
          reference: text(Number(one.entry), FILED.reference),
        })),
    })),
  };
}

export type RecordedVersion = Readonly<{
  of: 'risk' | ReportTemplate;
  version: number;
  entry: number;
  at: Date;
  /** JSON, as its entry has committed to it; `null` once it was erased. */
  body: string | null;
}>;

/** Every version of every assessment and report of the incident, the oldest first. */
export async function recordedVersions(reads: Reads, incident: IncidentId): Promise<RecordedVersion[]> {
  const rows = await reads.rows<Omit<RecordedVersion, 'entry' | 'body'> & { entry: bigint }>(
    `SELECT v.of, v.version, v.entry, e.at FROM (
        SELECT 'risk' AS of, version, entry, incident FROM risk_assessments
        UNION ALL SELECT template, version, entry, incident FROM reports) v
      JOIN register_entries e ON e.index = v.entry WHERE v.incident = :incident::text ORDER BY v.entry`,
    { incident },
  );
  const text = await textsOf(
    reads,
    rows.map(({ entry }) => Number(entry)),
  );
  return rows.map((row) => ({ ...row, entry: Number(row.entry), body: text(Number(row.entry), BODY) }));
}
