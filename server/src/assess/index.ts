export { assessOperations } from './operations.ts';
export { reportHtml } from './report.html.ts';
export { reportPdf } from './report.pdf.ts';
export { hashOfReport, makeReport, reportOfFile } from './report.ts';
export { assessRisk, assessRiskFile, readScopeAnswer } from './risk.ts';
