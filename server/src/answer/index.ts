export { checkMessage, type Given, UNREADABLE } from './check/check.ts';
export { answerEntrances, codeSentTo } from './entrances.ts';
export { bytesOf, filesAt } from './files.ts';
export { openFolder, writeAnswerFolder } from './folder.ts';
export { archivedKeys, archiveKeys } from './keys.ts';
export { publishAnswers } from './publish.ts';
export { openRecordTruth, type RecordOptions } from './record.ts';
export { phrasesOf } from './truth.ts';
export type { ArchivedKey, BatchFacts, SentNotice, Truth } from './types.ts';
