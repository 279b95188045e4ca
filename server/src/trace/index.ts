export { traceOperation } from './operations.ts';
export { HABITS } from './simulate/story.ts';
export { SIMULATED, type Simulation, simulateWorkspace, type Truth } from './simulate/write.ts';
