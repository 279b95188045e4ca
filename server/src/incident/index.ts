export { type LoadedIncident, loadIncident } from './load.ts';
