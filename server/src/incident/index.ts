export { DECIDERS, guarded, OFFICERS, READERS, UNLOCKERS, WORKERS } from './asking.ts';
export { addTaskWithin, notFound, refuseUnableTo } from './changes.ts';
export { ASSESS_DUTIES, askForDuties } from './duties/await.ts';
export { refuseUnfulfilled, settleDuties } from './duties/changes.ts';
export {
  type DutyVersion,
  dutyStepsOf,
  endAwaiting,
  findDutyVersion,
  insertDutyVersion,
  isAwaited,
  keptDuties,
  nearestClocks,
  replaceDuties,
  STEP_TEXTS,
} from './duties/store.ts';
export type { AssessedDuty, KeptDuty } from './duties/types.ts';
export { CONTEXT as DPV_CONTEXT, type Term as DpvTerm } from './exchange/dpv.ts';
export { type BundlePart, type ExportOptions, exportIncident, type PartsOf } from './export.ts';
export { contentPath, dropContent, fileOperations, keepContent, openContent, openFiles } from './files.ts';
export { refuseLastOfficer } from './hand-overs/changes.ts';
export { addInboxItemWithin, type PersonElsewhere } from './inbox/changes.ts';
export { monthsAfter } from './inbox/rules.ts';
export { type LoadedIncident, loadedFrom, loadIncident, problemsOfLeaks } from './load.ts';
export { incidentOperations, incidentOperationsWith } from './operations.ts';
export { deletionOf } from './recipients/show.ts';
export { MOVES } from './rules.ts';
export { latestDone } from './runs.store.ts';
export {
  addLeaksWithin,
  askRun,
  type Cohort,
  cancelRun,
  cohortOfRun,
  failRun,
  finishRun,
  isPlainPath,
  isVisible,
  lastRun,
  leaksOf,
  problemsOfFiles,
  type RunAnswer,
  SCOPE_RUN,
  viewsOfRun,
  visibleIncidents,
} from './runs.ts';
export { isRestricted, nearlyDue } from './show.ts';
export { findAnyIncident, findIncident, handedIn, insertEvidence, setCampaign } from './store.ts';
export type { Incident as RecordedIncident, LaterAct } from './types.ts';
export { unlockedUntil } from './unlocks.ts';
export { deedUpon, recordUpon, type UponEvent } from './upon.ts';
