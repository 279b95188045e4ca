export type { Notice } from '../platform/mail/index.ts';
export * from './campaigns/index.ts';
export * from './compose/index.ts';
export { type Copy, type CopyLine, type CopyOutcome, writeLetters, writeLines } from './letters/index.ts';
export {
  type Finding,
  getDomain,
  type LintReport,
  lintNotice,
  readNoticeFacts,
  readNoticeFile,
  type Severity,
} from './lint/index.ts';
export {
  isFromMailgun,
  isFromPostmark,
  isFromSendGrid,
  isFromSns,
  MOST_BYTES,
  REASONS,
  type Reason,
  type Returned,
  type ReturnedKind,
  readReturned,
  readVendorEvent,
  snsCertificateUrl,
  tokenOf,
  type Vendor,
} from './returned/index.ts';
export type { PersonEvent, PersonState } from './states.ts';
