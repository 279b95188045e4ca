export { writeOutputs } from './outputs.ts';
export { readinessOperation } from './readiness.operation.ts';
export { checkReadiness } from './readiness.ts';
export { type Answered, type Asked, type Watch, withEngine, withRun } from './session.ts';
