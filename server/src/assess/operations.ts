import {
  AssessDuties,
  AssessRisk,
  Changed,
  DetermineExemption,
  DutiesAssessed,
  DutiesSettled,
  DutiesShown,
  DutyShown,
  FileReport,
  ForthrightError,
  GetReportFile,
  LawFactsShown,
  ListReports,
  type Report,
  ReportDrafted,
  ReportFiled,
  ReportSaved,
  ReportsListed,
  ReportTemplateShown,
  RiskAssessed,
  RiskDrafted,
  RiskQuestionsListed,
  SaveReport,
  SetLawFacts,
  ShowDuties,
  ShowDuty,
  ShowLawFacts,
  ShowReport,
  ShowReportTemplate,
  ShowRisk,
} from '@forthright/contract';
import * as z from 'zod';
import { findIncident, guarded, notFound, OFFICERS, READERS, WORKERS } from '../incident/index.ts';
import type { Asked, Download, Operation } from '../prove/index.ts';
import { draftAssessment, draftReport, fileReport, noReport, saveAssessment, saveReport } from './changes.ts';
import { assessDuties, determineExemption, setLawFacts } from './duties.changes.ts';
import { showDuties, showDuty, showLawFacts } from './duties.show.ts';
import { reportTemplate, riskQuestions } from './questions.ts';
import type { AssessOptions } from './recorded.ts';
import { reportHtml } from './report.html.ts';
import { reportPdf } from './report.pdf.ts';
import { findAssessment, findReport, listReports } from './store.ts';

/** The incident's id, if this actor may see it. */
async function seen({ db, actor }: Asked, id: string): Promise<string> {
  const found = await findIncident(db, id, actor);
  if (found === undefined) throw notFound(id);
  return found.incident.id;
}

async function showRisk(asked: Asked, { incident: id, version }: ShowRisk): Promise<RiskAssessed> {
  const incident = await seen(asked, id);
  const found = await findAssessment(asked.db, incident, version);
  if (found === undefined)
    throw new ForthrightError(
      'assessment-not-found',
      version === undefined ? 'The risk has not been assessed yet.' : `There is no assessment ${version}.`,
    );
  return { incident, ...found };
}

async function showReport(
  asked: Asked,
  { incident: id, template, version }: ShowReport,
): Promise<ReportSaved> {
  const incident = await seen(asked, id);
  const found = await findReport(asked.db, incident, template, version);
  if (found === undefined) throw noReport(template, version);
  return { incident, template, ...found };
}

/** The bytes of one version, made when they are asked for: the version itself is what is kept. */
async function getReportFile(asked: Asked, { as, ...of }: GetReportFile): Promise<Download> {
  const { template, version, report } = await showReport(asked, of);
  if (report === null)
    throw new ForthrightError('report-not-found', `Version ${version} of the report was erased.`);
  const bytes = await fileOf(report, as);
  async function* content() {
    yield bytes;
  }
  return {
    name: `report-${template}-${version}.${as}`,
    bytes: bytes.length,
    content: content(),
    close: async () => {},
  };
}

async function fileOf(report: Report, as: GetReportFile['as']): Promise<Uint8Array> {
  switch (as) {
    case 'pdf':
      return reportPdf(report);
    case 'html':
      return Buffer.from(reportHtml(report));
    case 'json':
      return Buffer.from(`${JSON.stringify(report, null, 2)}\n`);
  }
}

/** What may be asked of the risk, the law and reports. */
export const assessOperations = (options: AssessOptions): readonly Operation[] => [
  guarded(AssessRisk, RiskAssessed, {
    name: 'assess-risk',
    summary:
      'Assesses the risk from what is stated and the last run of scope, and keeps the proposal with its reasons.',
    method: 'POST',
    path: '/incidents/:incident/risk',
    may: WORKERS,
    run: (asked, given) => saveAssessment(asked, given, options),
  }),
  guarded(ShowRisk, RiskAssessed, {
    name: 'show-risk',
    summary: 'The last assessment of the risk, or an earlier version.',
    method: 'GET',
    path: '/incidents/:incident/risk',
    may: READERS,
    run: showRisk,
  }),
  guarded(AssessRisk, RiskDrafted, {
    name: 'draft-risk',
    summary: 'What `assess-risk` would find with this statement; keeps nothing.',
    method: 'POST',
    path: '/incidents/:incident/risk/draft',
    may: WORKERS,
    run: (asked, given) => draftAssessment(asked, given, options),
  }),
  guarded(z.strictObject({}), RiskQuestionsListed, {
    name: 'list-risk-questions',
    summary: 'Every factor of the risk: its question, its values, and what the law says of it.',
    method: 'GET',
    path: '/risk-questions',
    may: READERS,
    run: async () => riskQuestions(),
  }),
  guarded(SaveReport, ReportSaved, {
    name: 'save-report',
    summary:
      'Makes the next version of a report to an authority and keeps it; tells what is missing and what changed.',
    method: 'POST',
    path: '/incidents/:incident/reports',
    may: WORKERS,
    run: (asked, given) => saveReport(asked, given, options),
  }),
  guarded(SaveReport, ReportDrafted, {
    name: 'draft-report',
    summary: 'What `save-report` would keep with this statement, and what it lacks; keeps nothing.',
    method: 'POST',
    path: '/incidents/:incident/reports/draft',
    may: WORKERS,
    run: (asked, given) => draftReport(asked, given, options),
  }),
  guarded(ShowReportTemplate, ReportTemplateShown, {
    name: 'show-report-template',
    summary: 'The fields of a template of reports, each with its type and choices.',
    method: 'GET',
    path: '/report-templates/:template',
    may: READERS,
    run: async (_, { template }) => reportTemplate(template),
  }),
  guarded(GetReportFile, z.unknown(), {
    name: 'get-report-file',
    summary: 'One version of a report as PDF, as a page, or as JSON.',
    method: 'GET',
    path: '/incidents/:incident/reports/:template/:version/file',
    may: READERS,
    streams: 'gives a file',
    run: getReportFile,
  }),
  guarded(ListReports, ReportsListed, {
    name: 'list-reports',
    summary: 'Every version of every report, with where and when it was filed.',
    method: 'GET',
    path: '/incidents/:incident/reports',
    may: READERS,
    run: async (asked, { incident }) => listReports(asked.db, await seen(asked, incident)),
  }),
  guarded(ShowReport, ReportSaved, {
    name: 'show-report',
    summary: 'One version of a report.',
    method: 'GET',
    path: '/incidents/:incident/reports/:template/:version',
    may: READERS,
    run: showReport,
  }),
  guarded(FileReport, ReportFiled, {
    name: 'file-report',
    summary: 'Records that a version was filed: with whom, when, the authority’s number and receipt.',
    method: 'POST',
    path: '/incidents/:incident/reports/:template/:version/filings',
    may: OFFICERS,
    run: fileReport,
  }),
  guarded(SetLawFacts, Changed, {
    name: 'set-law-facts',
    summary: 'States what the law asks for and no log says; refuses whoever has not seen the latest.',
    method: 'PATCH',
    path: '/incidents/:incident/law-facts',
    may: WORKERS,
    run: setLawFacts,
  }),
  guarded(ShowLawFacts, LawFactsShown, {
    name: 'show-law-facts',
    summary: 'What is stated for the law.',
    method: 'GET',
    path: '/incidents/:incident/law-facts',
    may: READERS,
    run: showLawFacts,
  }),
  guarded(DetermineExemption, DutiesSettled, {
    name: 'determine-exemption',
    summary: 'Records a written finding on which an exemption hangs, such as that harm is not likely.',
    method: 'POST',
    path: '/incidents/:incident/determinations',
    may: OFFICERS,
    run: determineExemption,
  }),
  guarded(AssessDuties, DutiesAssessed, {
    name: 'assess-duties',
    summary: 'Applies the law to the last run of scope and the record; keeps and tells what has changed.',
    method: 'POST',
    path: '/incidents/:incident/duties',
    may: WORKERS,
    run: (asked, given) => assessDuties(asked, given, options),
  }),
  guarded(ShowDuties, DutiesShown, {
    name: 'show-duties',
    summary: 'Who must be told under which law, until when, what is done, what to ask, and what changed.',
    method: 'GET',
    path: '/incidents/:incident/duties',
    may: READERS,
    run: showDuties,
  }),
  guarded(ShowDuty, DutyShown, {
    name: 'show-duty',
    summary: 'One duty: why, with every comparison and its values, contents, order, form, and what was done.',
    method: 'GET',
    path: '/incidents/:incident/duties/explained',
    may: READERS,
    run: showDuty,
  }),
];
