export * from './compose/index.ts';
export type { Notice } from './types.ts';
