export { readinessOperation } from './readiness.operation.ts';
export { checkReadiness } from './readiness.ts';
