export * from './campaigns/index.ts';
export * from './compose/index.ts';
export type { Notice } from './types.ts';
