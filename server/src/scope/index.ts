export { writeOutputs } from './outputs.ts';
export { type Answered, type Asked, type Watch, withEngine, withRun } from './session.ts';
