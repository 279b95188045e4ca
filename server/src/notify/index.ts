export * from './campaigns/index.ts';
export * from './compose/index.ts';
export { type Copies, type Copy, writeCopies } from './letters/index.ts';
export { type Finding, type LintReport, lintNotice, readNoticeFile, type Severity } from './lint/index.ts';
export type { Notice } from './types.ts';
