import type { DecoyLike, DecoyPlace } from '@forthright/contract';

/** What is sealed of a decoy: who it is, and where it stands. */
export type Behind = Readonly<{
  name: string;
  email: string;
  place: DecoyPlace;
  /** As the logs call it; `null` in no place. */
  at: string | null;
  like: DecoyLike;
}>;

/** A decoy as a trace counts it. */
export type CountedDecoy = Behind & Readonly<{ id: string; since: string }>;

/** What a run that asks for decoys needs of them: it never leaves the machine, and names go into pseudonyms there. */
export type DecoysAsked = Readonly<{
  decoys: readonly CountedDecoy[];
  /** Of the campaign, the oldest first. */
  mails: readonly Readonly<{ mail: string; decoy: string; arrived: string }>[];
  aliases: AliasesAsked;
  /** Decoys of no place that got any mail which does not say it is ours. */
  nowhereHit: number;
}>;

/** Aliases stand in one view or one seller's orders, too. */
export type AliasesAsked = Readonly<{
  /** How many each viewer was shown. */
  viewers: readonly Readonly<{ place: 'view' | 'feed'; at: string; n: number }>[];
  /** Of the campaign. */
  mails: readonly Readonly<{
    mail: string;
    alias: string;
    place: 'view' | 'feed';
    at: string;
    since: string;
    arrived: string;
  }>[];
}>;
