/** What this stage does upon an incident. Each is one deed with its entry, through the door of the record. */
import {
  type AssessRisk,
  type FileReport,
  ForthrightError,
  type RecordedLawFacts,
  type Report,
  type ReportDrafted,
  type ReportFiled,
  type ReportSaved,
  type ReportStatement,
  type RiskAnswer,
  type RiskAssessed,
  type RiskDrafted,
  type RiskStatement,
  type SaveReport,
} from '@forthright/contract';
import {
  askForDuties,
  deedUpon,
  findIncident,
  notFound,
  type RecordedIncident,
  refuseUnfulfilled,
  STEP_TEXTS,
  settleDuties,
} from '../incident/index.ts';
import type { Reads } from '../platform/db/index.ts';
import type { Asked } from '../prove/index.ts';
import type { FactsInput } from './facts.ts';
import { findLawFacts } from './law.store.ts';
import {
  type AssessOptions,
  inputOf,
  organisationOf,
  type Run,
  riskOf,
  runOf,
  standingDecision,
} from './recorded.ts';
import { makeReport } from './report.ts';
import type { KnownIncident, ReportFacts } from './report.types.ts';
import { assessRisk } from './risk.ts';
import {
  BODY,
  FILED,
  findAssessment,
  findReport,
  insertAssessment,
  insertFiling,
  insertReport,
  STATEMENT,
} from './store.ts';

/**
 * Assesses the risk from what is stated and the last run of scope, and keeps the assessment as the next version. Whoever
 * decides still decides. Refuses (`risk-invalid`) a stated factor that differs from what the run computed, without a reason.
 */
export async function saveAssessment(
  asked: Asked,
  { incident: id, statement }: AssessRisk,
  options: AssessOptions,
): Promise<RiskAssessed> {
  let saved: Omit<RiskAssessed, 'incident' | 'entry'> | undefined;
  const known = await knownRun(asked, id, options);
  const done = await deedUpon(
    asked,
    id,
    { kind: 'risk-assessed', act: 'assess-risk' },
    async ({ tx, incident }) => {
      const assessment = assessedWith(statement, known, incident);
      const version = ((await findAssessment(tx, incident.id, undefined))?.version ?? 0) + 1;
      saved = { version, assessment, statement };
      const { answer, atLeast, atMost } = assessment.proposal;
      const { se } = assessment.severity;
      const run = known === undefined ? {} : { run: known.run.answer.run };
      return {
        facts: { version, answer, atLeast, atMost, se: { ...se }, ...run },
        texts: {
          [BODY]: { value: JSON.stringify(assessment) },
          [STATEMENT]: { value: JSON.stringify(statement) },
        },
      };
    },
    async ({ tx, at, incident }, entry) => {
      const { version } = saved as NonNullable<typeof saved>;
      await insertAssessment(tx, { incident: incident.id, version, entry });
      await askForDuties(tx, incident.id, entry, at);
    },
  );
  return { ...(saved as NonNullable<typeof saved>), ...done };
}

/** What `assess-risk` would find; nothing is kept, and nobody is asked to decide on it. Refuses as that does. */
export async function draftAssessment(
  asked: Asked,
  { incident: id, statement }: AssessRisk,
  options: AssessOptions,
): Promise<RiskDrafted> {
  const found = await findIncident(asked.db, id, asked.actor);
  if (found === undefined) throw notFound(id);
  const known = await knownRun(asked, id, options);
  return { incident: id, assessment: assessedWith(statement, known, found.incident) };
}

type Known = Readonly<{ run: Run; stated: RecordedLawFacts; organisation: FactsInput['organisation'] }>;

/** What the risk is weighed with beside the statement; undefined before the first run of scope. */
async function knownRun(asked: Asked, id: string, options: AssessOptions): Promise<Known | undefined> {
  // Whoever may not see the incident is refused by the deed, and told nothing before.
  if ((await findIncident(asked.db, id, asked.actor)) === undefined) return undefined;
  const run = await runOf(asked.db, id);
  if (run === undefined) return undefined;
  const stated = (await findLawFacts(asked.db, id))?.facts ?? {};
  return { run, stated, organisation: await organisationOf(options) };
}

function assessedWith(
  statement: RiskStatement,
  known: Known | undefined,
  incident: RecordedIncident,
): RiskAnswer {
  if (known === undefined) return assessRisk(statement);
  const { run } = known;
  const input = inputOf({ ...known, incident, determinations: [], notices: [] });
  return riskOf({ statement, answer: run.answer, input });
}

/** The record's facts as a report takes them; a text that was erased is none. */
function knownOf(incident: RecordedIncident): KnownIncident {
  const { times, cause } = incident.facts;
  const { occurred, aware, contained } = times;
  const decided = standingDecision(incident);
  return {
    decided,
    occurred: occurred?.at,
    aware: aware?.at,
    contained: contained === undefined ? undefined : { at: contained.at },
    cause: { summary: cause?.summary ?? undefined },
  };
}

async function organisationFor(
  given: SaveReport['organisation'],
  options: AssessOptions,
): Promise<ReportFacts['organisation']> {
  if (given !== undefined && options.workspace !== undefined)
    throw new ForthrightError(
      'report-invalid',
      'The organisation is that of the server’s workspace; leave it out.',
    );
  return given ?? organisationOf(options);
}

/** The report as the record fills it now, and the number that it would have. */
async function nextReport(
  reads: Reads,
  incident: RecordedIncident,
  {
    statement,
    ...given
  }: Readonly<{ statement: ReportStatement; organisation: ReportFacts['organisation']; at: Date }>,
): Promise<Readonly<{ report: Report; version: number }>> {
  const before = await findReport(reads, incident.id, statement.template, undefined);
  const scope = (await runOf(reads, incident.id))?.answer;
  const risk = (await findAssessment(reads, incident.id, undefined))?.assessment ?? undefined;
  const known = { ...knownOf(incident), facts: (await findLawFacts(reads, incident.id))?.facts ?? undefined };
  const facts = { ...given, statement, incident: known, scope, risk };
  const report = makeReport(facts, before?.report ?? undefined);
  return { report, version: (before?.version ?? 0) + 1 };
}

/** What `save-report` would keep; keeps nothing. Refuses as that does. */
export async function draftReport(
  { db, actor, now }: Asked,
  { incident: id, organisation: given, statement }: SaveReport,
  options: AssessOptions,
): Promise<ReportDrafted> {
  const found = await findIncident(db, id, actor);
  if (found === undefined) throw notFound(id);
  const organisation = await organisationFor(given, options);
  const { report } = await nextReport(db, found.incident, { organisation, statement, at: now() });
  return { incident: id, template: statement.template, report };
}

/** Makes the next version of a report from the record, the last run and the last assessment, and keeps it. Versions never change. */
export async function saveReport(
  asked: Asked,
  { incident: id, organisation: given, statement }: SaveReport,
  options: AssessOptions,
): Promise<ReportSaved> {
  const { template } = statement;
  const organisation = await organisationFor(given, options);
  let saved: Omit<ReportSaved, 'incident' | 'entry'> | undefined;
  const done = await deedUpon(
    asked,
    id,
    { kind: 'report-saved', act: 'save-report' },
    async ({ tx, at, incident }) => {
      const { report, version } = await nextReport(tx, incident, { organisation, statement, at });
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

/**
 * Records that somebody filed a version: with which authority, when, its number, the receipt among the evidence, and which
 * duties that fulfils. Refuses a late one without the reasons for the delay.
 */
export async function fileReport(
  asked: Asked,
  { incident: id, template, version, authority, filedAt, reference, receipt, ...others }: FileReport,
): Promise<ReportFiled> {
  const { delayReasons } = others;
  const duties = [...new Set(others.duties)];
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
      const filing = { at: filedAt, receipt, delayReasons };
      await refuseUnfulfilled(tx, { incident, now: at }, duties, filing);
      return {
        facts: {
          template,
          version,
          filedAt,
          ...(receipt !== undefined && { receipt }),
          ...(duties.length > 0 && { duties }),
        },
        texts: {
          [FILED.authority]: { value: authority },
          ...(reference !== undefined && { [FILED.reference]: { value: reference } }),
          ...(delayReasons !== undefined && { [STEP_TEXTS.delayReasons]: { value: delayReasons } }),
        },
      };
    },
    async ({ tx, at, incident }, entry) => {
      const row = { entry, incident: incident.id, template, version, filedAt, receipt: receipt ?? null };
      await insertFiling(tx, row);
      const step = { entry, incident: incident.id, duties, receipt, report: { template, version } };
      await settleDuties(tx, { ...step, act: 'fulfilled', at: filedAt, by: asked.actor.account }, at);
    },
  );
  return { ...done, template, version };
}

/** A clock may be a little off. */
const SLACK_MS = 300_000;
