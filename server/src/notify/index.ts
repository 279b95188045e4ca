export type { Notice } from './types.ts';
