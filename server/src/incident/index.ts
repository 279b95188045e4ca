export { type ExportOptions, exportIncident } from './export.ts';
export { fileOperations, openFiles } from './files.ts';
export { type LoadedIncident, loadIncident } from './load.ts';
export { incidentOperations } from './operations.ts';
export { deletionOf } from './recipients/show.ts';
export { MOVES } from './rules.ts';
export { handedIn } from './store.ts';
export { isUnlocked } from './unlocks.ts';
