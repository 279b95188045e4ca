import type { PaperKind } from '@forthright/contract';
import type { Incident } from '../types.ts';

export type { Facts, Figure, Incident, Typed } from '../types.ts';

/** What a paper is made of, beside the words. */
export type PaperOrder = Readonly<{
  paper: PaperKind;
  incident: Incident;
  now: Date;
  nextUpdate?: string | undefined;
  /** Once it is issued: which version of its kind, and by whom. */
  issued?: Readonly<{ number: number; by: string }> | undefined;
}>;
