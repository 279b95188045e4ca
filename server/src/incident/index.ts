export { guarded, OFFICERS, READERS, WORKERS } from './asking.ts';
export { notFound } from './changes.ts';
export { type BundlePart, type ExportOptions, exportIncident, type PartsOf } from './export.ts';
export { fileOperations, openFiles } from './files.ts';
export { refuseLastOfficer } from './hand-overs/changes.ts';
export { type LoadedIncident, loadedFrom, loadIncident, problemsOfLeaks } from './load.ts';
export { incidentOperations } from './operations.ts';
export { deletionOf } from './recipients/show.ts';
export { MOVES } from './rules.ts';
export {
  askRun,
  cancelRun,
  failRun,
  finishRun,
  isVisible,
  leaksOf,
  type RunAnswer,
  SCOPE_RUN,
  visibleIncidents,
} from './runs.ts';
export { isRestricted, nearlyDue } from './show.ts';
export { findIncident, handedIn } from './store.ts';
export type { Incident as RecordedIncident, LaterAct } from './types.ts';
export { isUnlocked } from './unlocks.ts';
export { deedUpon, type UponEvent } from './upon.ts';
