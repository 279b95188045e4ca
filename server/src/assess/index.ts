export { assessParts } from './bundle.ts';
export { assessDuties } from './duties.changes.ts';
export {
  assess,
  type Checked,
  dutiesCheck,
  dutiesList,
  dutiesShow,
  factsInputOf,
  type ShownRegime,
} from './duties.operations.ts';
export { concernsSomebody, dutiesOf, type Law } from './duties.ts';
export { elementOf } from './elements.ts';
export { type FactsInput, factsOf } from './facts.ts';
export { loadLaw, OWN_LAW, ownLaw } from './law.ts';
export { assessOperations } from './operations.ts';
export { livesIn, placeOf } from './places.ts';
export type { AssessOptions } from './recorded.ts';
export { reportHtml } from './report.html.ts';
export { reportPdf } from './report.pdf.ts';
export { hashOfReport, makeReport, reportOfFile } from './report.ts';
export { assessRisk, assessRiskFile, readScopeAnswer } from './risk.ts';
