import type { GapReason } from '@forthright/contract';

/** One minute of one unit (a host, or a file series): lines, and the first and last stamp in it (ms). */
export type Minute = Readonly<{ minute: number; lines: number; first: number; last: number }>;

/** A file's place in its rotation, as its name says it; the same shape as `rotationOrder` in `sources` gives. */
export type RotationOrder =
  | Readonly<{ kind: 'number'; value: number }>
  | Readonly<{ kind: 'day'; value: string }>
  | Readonly<{ kind: 'hour'; value: string }>;

/** What a log shows of one unit. `minutes` is sorted by `minute` (whole minutes since 1970), none twice. */
export type Coverage = Readonly<{
  unit: string;
  minutes: readonly Minute[];
  /** Per file of the unit's series: number or date in its name where it has one, and its stamps' span (ms). */
  rotation: readonly Readonly<{ path: string; order: RotationOrder | null; first: number; last: number }>[];
  /** Rejected lines, each at the minute of the line before it in its file. */
  rejected: readonly Readonly<{ minute: number; lines: number }>[];
}>;

/** A stretch [from, to) in milliseconds in which the unit's log can't be trusted to show everything. */
export type FoundGap = Readonly<{
  unit: string;
  from: number;
  to: number;
  reason: GapReason;
  detail: string;
}>;
