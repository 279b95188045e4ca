/** What this stage does upon an incident. Each is one deed with its entry, through the door of the record. */
import {
  ANSWERS,
  type AssessRisk,
  type FileReport,
  ForthrightError,
  type ReportFiled,
  type ReportSaved,
  type RiskAssessed,
  type SaveReport,
} from '@forthright/contract';
import { deedUpon, type RecordedIncident } from '../incident/index.ts';
import type { Asked } from '../prove/index.ts';
import { makeReport } from './report.ts';
import type { KnownIncident } from './report.types.ts';
import { assessRisk } from './risk.ts';
import {
  BODY,
  FILED,
  findAssessment,
  findReport,
  insertAssessment,
  insertFiling,
  insertReport,
} from './store.ts';

/** Assesses the risk and keeps the assessment as the next version. Whoever decides still decides. */
export async function saveAssessment(
  asked: Asked,
  { incident: id, statement, scope }: AssessRisk,
): Promise<RiskAssessed> {
  const assessment = assessRisk(statement, scope);
  let version = 0;
  const done = await deedUpon(
    asked,
    id,
    { kind: 'risk-assessed', act: 'assess-risk' },
    async ({ tx, incident }) => {
      version = ((await findAssessment(tx, incident.id, undefined))?.version ?? 0) + 1;
      const { answer, atLeast, atMost } = assessment.proposal;
      const { se } = assessment.severity;
      const run = scope === undefined ? {} : { run: scope.run };
      return {
        facts: { version, answer, atLeast, atMost, se: { ...se }, ...run },
        texts: { [BODY]: { value: JSON.stringify(assessment) } },
      };
    },
    ({ tx, incident }, entry) => insertAssessment(tx, { incident: incident.id, version, entry }),
  );
  return { ...done, version, assessment };
}

/** The record's facts as a report takes them; a text that was erased is none. */
function knownOf({ facts: { times, cause }, decisions }: RecordedIncident): KnownIncident {
  const { occurred, aware, contained } = times;
  const [decided] = decisions
    .filter(({ step, endedBy }) => step === 'decision' && endedBy === undefined)
    .toSorted((a, b) => ANSWERS.indexOf(b.answer) - ANSWERS.indexOf(a.answer));
  return {
    decided,
    occurred: occurred?.at,
    aware: aware?.at,
    contained: contained === undefined ? undefined : { at: contained.at },
    cause: { summary: cause?.summary ?? undefined },
  };
}

/** Makes the next version of a report from the record and the last assessment, and keeps it. Versions never change. */
export async function saveReport(
  asked: Asked,
  { incident: id, organisation, statement, scope }: SaveReport,
): Promise<ReportSaved> {
  const { template } = statement;
  let saved: Omit<ReportSaved, 'incident' | 'entry'> | undefined;
  const done = await deedUpon(
    asked,
    id,
    { kind: 'report-saved', act: 'save-report' },
    async ({ tx, at, incident }) => {
      const before = await findReport(tx, incident.id, template, undefined);
      const risk = (await findAssessment(tx, incident.id, undefined))?.assessment ?? undefined;
      const facts = { organisation, statement, incident: knownOf(incident), scope, risk, at };
      const report = makeReport(facts, before?.report ?? undefined);
      const version = (before?.version ?? 0) + 1;
      saved = { template, version, report };
      return {
        facts: {
          template,
          version,
          kind: report.kind,
          state: report.state,
          missing: report.missing.length,
          wrong: report.wrong.length,
        },
        texts: { [BODY]: { value: JSON.stringify(report) } },
      };
    },
    async ({ tx, incident }, entry) => {
      const { report, version } = saved as NonNullable<typeof saved>;
      if (report === null) return;
      const { kind, state, missing, wrong } = report;
      const row = { template, version, kind, state, missing: missing.length, wrong: wrong.length, entry };
      await insertReport(tx, incident.id, row);
    },
  );
  return { ...(saved as NonNullable<typeof saved>), ...done };
}

export const noReport = (template: string, version: number): ForthrightError =>
  new ForthrightError('report-not-found', `There is no version ${version} of the report ${template}.`);

/** Records that somebody filed a version: with which authority, when, its number, and the receipt among the evidence. */
export async function fileReport(
  asked: Asked,
  { incident: id, template, version, authority, filedAt, reference, receipt }: FileReport,
): Promise<ReportFiled> {
  const done = await deedUpon(
    asked,
    id,
    { kind: 'report-filed', act: 'file-report' },
    async ({ tx, at, incident }) => {
      if ((await findReport(tx, incident.id, template, version)) === undefined)
        throw noReport(template, version);
      if (Date.parse(filedAt) > at.getTime() + SLACK_MS)
        throw new ForthrightError('incident-refuses', `It can not have been filed: ${filedAt} lies ahead.`);
      if (receipt !== undefined && !incident.evidence.some((one) => one.id === receipt))
        throw new ForthrightError(
          'incident-refuses',
          `The incident has no evidence ${receipt}: add the receipt first.`,
        );
      return {
        facts: { template, version, filedAt, ...(receipt !== undefined && { receipt }) },
        texts: {
          [FILED.authority]: { value: authority },
          ...(reference !== undefined && { [FILED.reference]: { value: reference } }),
        },
      };
    },
    ({ tx, incident }, entry) =>
      insertFiling(tx, {
        entry,
        incident: incident.id,
        template,
        version,
        filedAt,
        receipt: receipt ?? null,
      }),
  );
  return { ...done, template, version };
}

/** A clock may be a little off. */
const SLACK_MS = 300_000;
