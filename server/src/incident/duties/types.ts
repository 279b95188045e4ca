import type { CLOCK_STATES, Delayable, DutyStatus, SETTLED } from '@forthright/contract';

export type Settled = (typeof SETTLED)[number];
export type ClockState = (typeof CLOCK_STATES)[number];

/** A duty as an assessment leaves it. */
export type AssessedDuty = Readonly<{
  duty: string;
  /** `authority`, `people`, … as the law's files call them. */
  to: string;
  status: DutyStatus;
  until: string | null;
  untilWords: string | null;
}>;

/** A duty as the record has it. */
export type KeptDuty = AssessedDuty &
  Readonly<{ delayable: Delayable | null; settled: Settled | null; settledAs: DutyStatus | null }>;

/** One that is neither settled nor known not to be due, as rules look at it. */
export type OpenDuty = Readonly<{
  duty: string;
  status: Exclude<DutyStatus, 'not-due'>;
  delayable: Delayable | null;
  until?: string;
  untilWords?: string;
}>;

/** The most urgent of an incident's open duties, and how many there are. */
export type OpenDuties = Readonly<{
  first: readonly OpenDuty[];
  count: number;
  /** Something that they hang on has changed since they were assessed. */
  isAwaited: boolean;
}>;
