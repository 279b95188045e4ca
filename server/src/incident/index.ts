export { notFound } from './changes.ts';
export { type ExportOptions, exportIncident } from './export.ts';
export { type LoadedIncident, loadIncident } from './load.ts';
export { incidentOperations } from './operations.ts';
export { MOVES } from './rules.ts';
export { findIncident } from './store.ts';
export type { Incident as RecordedIncident, LaterAct } from './types.ts';
export { deedUpon, type UponEvent } from './upon.ts';
