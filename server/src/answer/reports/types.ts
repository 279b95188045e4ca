import type { ReportRead } from '@forthright/contract';

/** A report as it is kept: what was read out of the mail, and never the mail. */
export type KeptReport = Readonly<{
  id: string;
  entry: number;
  at: Date;
  proved: boolean;
  /** Address of whoever reported. */
  reporter: string;
  read: ReportRead;
}>;
