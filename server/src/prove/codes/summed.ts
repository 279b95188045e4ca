/** What a thread that sums files of a batch is started with, and tells. */
import type { Batch } from './check.ts';

export const SUM_BYTES = 32;

export type ToSum = Readonly<{ folder: string; batch: Batch }>;
/** `wrong`: files that were missing or not right; they have no sum. */
export type Summed = Readonly<{ sums: Uint8Array; wrong: number }>;
