export { type CohortRow, cohortOf } from './cohort.ts';
export { whyDifferent } from './compare.rules.ts';
export { addressesInDirectory } from './directory.ts';
export { writeKept } from './kept.ts';
export { checkSource } from './looks.sources.ts';
export { describeList, previewLeak, suggestPaths } from './looks.ts';
export { scope, seenByViewer, whoSawPerson } from './operations.ts';
export { readinessOperation } from './readiness.operation.ts';
export { checkReadiness } from './readiness.ts';
export { type Answered, type Asked, type Watch, withEngine, withLoadedRun, withRun } from './session.ts';
export {
  type Found as FoundViews,
  listPeople,
  movesBetween,
  type Singles,
  seenByIn,
  whoSawIn,
  withKept,
} from './singles.ts';
