import { TraceAnswer } from '@forthright/contract';
import * as z from 'zod';
import type { Watch } from '../scope/index.ts';
import { trace } from './trace.ts';

/** What may be asked of this stage. `may`: the role that may ask. */
export const traceOperation = {
  name: 'trace',
  input: z.strictObject({ file: z.string().min(1), workspace: z.string().min(1) }),
  output: TraceAnswer,
  may: 'investigator',
  run: (asked: { file: string; workspace: string }, watch: Watch) => trace(asked, watch, new Date()),
} as const;
