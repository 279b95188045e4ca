import type { ErrorCode, JOB_STATES } from '@forthright/contract';

export type JobState = (typeof JOB_STATES)[number];

/** Ids, numbers, hashes and closed words: what somebody typed stands in the register, where it can be erased. */
export type JobData = Readonly<Record<string, string | number | boolean | null>>;

export type NewJob = Readonly<{
  kind: string;
  input: JobData;
  /** What it is about (`inc_…`); who may not see that, sees no job. */
  subject?: string | undefined;
  /** Jobs of one turn never run at once. */
  turn?: string | undefined;
  /** A second job of the same key is not added. */
  key?: string | undefined;
  /** By the program's clock; at once when left out. */
  due?: Date | undefined;
  /** How often it may be begun, when processes end in the midst of it or something passing is in its way. */
  mostAttempts: number;
  by: string;
}>;

export type Job = Readonly<{
  id: string;
  kind: string;
  subject: string | undefined;
  input: JobData;
  state: JobState;
  askedAt: Date;
  askedBy: string;
  due: Date;
  attempt: number;
  mostAttempts: number;
  endedAt: Date | undefined;
  code: ErrorCode | undefined;
  result: JobData | undefined;
}>;

/** A job that this process holds: until its lease ends, or somebody cancels it. */
export type Held = Readonly<Pick<Job, 'id' | 'kind' | 'subject' | 'input' | 'attempt' | 'mostAttempts'>>;

export type JobEvent = Readonly<{
  /** From 1 without a gap that matters: a later one has a larger number. */
  number: number;
  at: Date;
  state: JobState;
  step: string | undefined;
  done: number | undefined;
  total: number | undefined;
}>;

export const isEnded = (state: JobState): boolean =>
  state === 'done' || state === 'failed' || state === 'cancelled';
