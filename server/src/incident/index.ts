export { type ExportOptions, exportIncident } from './export.ts';
export { READERS, WORKERS } from './guarded.ts';
export { type LoadedIncident, loadedFrom, loadIncident, problemsOfLeaks } from './load.ts';
export { incidentOperations } from './operations.ts';
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
export { isRestricted, nearTasks } from './show.ts';
