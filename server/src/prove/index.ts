export { checkRegister } from './check.ts';
export {
  CHECKPOINT_MINUTES,
  ENTRIES_PER_CHECKPOINT,
  makeCheckpoint,
  publishRegister,
  signedHead,
} from './checkpoints.ts';
export { commitOnce } from './commit.ts';
export { deed, record, recordAll } from './deed.ts';
export { erasePerson, erasePersonOf, eraseText, eraseTextsOf } from './erase.ts';
export { type KeyPlace, keyFolder, readSecretFile, writeTight } from './keys.ts';
export {
  continueRegister,
  openRegister,
  PROGRAM,
  type RegisterOptions,
  type RegisterState,
  registerState,
  registerVerdict,
} from './open.ts';
export {
  type Actor,
  type Asked,
  Document,
  type DocumentType,
  type Download,
  type Operation,
  operation,
  type StreamedEvent,
  type StreamFrom,
} from './operation.ts';
export { registerOperations } from './operations.ts';
export { refuseUnlessMay } from './permission.ts';
export {
  entriesAfter,
  historyOf,
  incidentOfEntry,
  lastEntryOf,
  type ProvedEntry,
  provedEntry,
  publishedCheckpoint,
  publishedEntry,
  registerHead,
  registerMark,
  registerTiles,
  soughtEntries,
  textsOf,
  timelineOf,
  wholeEntriesOf,
} from './reading.ts';
export { registerKeys, removeEndedKeys, revokeKey, rotateKey } from './rotation.ts';
export { type SealPlace, seal, sealedBy, sealFolder, unseal } from './seals.ts';
export type { Event, RecordedEntry, RegisteredEntry, Text } from './types.ts';
export { type Cosign, cosignBy, readWitnesses } from './witnesses.ts';
