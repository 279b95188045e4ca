export { checkRegister } from './check.ts';
export {
  CHECKPOINT_MINUTES,
  ENTRIES_PER_CHECKPOINT,
  makeCheckpoint,
  publishRegister,
  signedHead,
} from './checkpoints.ts';
export { deed, record } from './deed.ts';
export { erasePerson, eraseText } from './erase.ts';
export { type KeyPlace, keyFolder } from './keys.ts';
export {
  continueRegister,
  openRegister,
  type RegisterOptions,
  type RegisterState,
  registerState,
  registerVerdict,
} from './open.ts';
export { type Actor, type Asked, type Download, type Operation, operation } from './operation.ts';
export { registerOperations } from './operations.ts';
export { refuseUnlessMay } from './permission.ts';
export {
  publishedCheckpoint,
  registerHead,
  registerMark,
  registerTiles,
  textsOf,
  timelineOf,
  wholeEntriesOf,
} from './reading.ts';
export { registerKeys, removeEndedKeys, revokeKey, rotateKey } from './rotation.ts';
export type { Event, RecordedEntry, Text } from './types.ts';
