export { assessDutiesHandler } from './assess-duties.handler.ts';
export { type JobsOptions, jobOperations } from './jobs.operations.ts';
export { lookOperations } from './looks.operations.ts';
export { type ScopeRunOptions, scopeRunHandler } from './scope-run.handler.ts';
export { singlesOperations } from './singles.operations.ts';
