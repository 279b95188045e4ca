import type { DeskAnswer, DeskKey, MessageAnswer } from '@forthright/contract';
import type { FoundAddressee } from '../../notify/index.ts';

/** What was found, before it is put into words. */
export type Seen = Readonly<{
  by: DeskKey;
  code?: NonNullable<DeskAnswer['code']> | undefined;
  message?: MessageAnswer | undefined;
  found: readonly FoundAddressee[];
  /** Whether it is known that whoever asks is one of those found: not by a code alone, which anybody may have forwarded. */
  isTheirs: boolean;
}>;
