export { assessDutiesHandler } from './assess-duties.handler.ts';
export { type JobsOptions, jobOperations } from './jobs.operations.ts';
export { type ScopeRunOptions, scopeRunHandler } from './scope-run.handler.ts';
