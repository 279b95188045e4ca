export { traceParts } from './bundle.ts';
export { withSuspects } from './measures.ts';
export { traceOperation } from './operations.ts';
export { type ReportersOf, type TraceRunOptions, traceRunHandler } from './run.handler.ts';
export { HABITS } from './simulate/story.ts';
export { SIMULATED, type Simulation, simulateWorkspace, type Truth } from './simulate/write.ts';
export { type TraceOptions, traceOperations } from './traces.operations.ts';
export { cancelTraceRun, eraseEndedTraces, TRACE_RUN } from './traces.ts';
