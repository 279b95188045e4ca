export { scope, seenByViewer, whoSawPerson } from './operations.ts';
export { type Asked, type Watch, withEngine, withRun } from './session.ts';
