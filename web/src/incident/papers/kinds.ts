/** Papers of the first hour. */
export const PAPERS = ['holding-statement', 'authority-report', 'board-brief'] as const;
export type PaperKind = (typeof PAPERS)[number];
