export { isPlainPath, type Packed, packed, unpacked } from './archive.ts';
export { type ChildReport, inChild, type Telling, takeOrder } from './child.ts';
export { bareEnvironment, type Config, readConfig } from './config.ts';
export { type MailNames, mailNames, reverseName } from './dns.ts';
export { nameOf, quoted } from './document-issues.ts';
export { type Document, type DocumentCode, type DocumentPath, readDocument, refuse } from './documents.ts';
export { FileStore, type Stored, syncFolder } from './file-store.ts';
export { namesIn } from './folders.ts';
export { type Limit, Limiter, type Wait } from './limiter.ts';
export { framesOf, jsonLog, type Log, type LogEntry } from './log.ts';
export {
  type Answered,
  getOutside,
  isPublicAddress,
  OUTBOUND_FAULTS,
  type Outbound,
  type OutboundFault,
  postOutside,
  whyNotTo,
} from './outbound.ts';
export { readPublished } from './published.ts';
export { newSecret, secretText, signedHeaders } from './sign.ts';
