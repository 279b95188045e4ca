export { type CohortRow, cohortOf } from './cohort.ts';
export { addressesInDirectory } from './directory.ts';
export { describeList, previewLeak, suggestPaths } from './looks.ts';
export { scope, seenByViewer, whoSawPerson } from './operations.ts';
export { readinessOperation } from './readiness.operation.ts';
export { checkReadiness } from './readiness.ts';
export { type Answered, type Asked, type Watch, withEngine, withLoadedRun, withRun } from './session.ts';
