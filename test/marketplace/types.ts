import type { LeakKind, RecipientClass } from '@forthright/contract';

/** Counted another way than before: a directory of another version is written anew. */
export const GENERATOR_VERSION = 1;

export type MarketplaceOptions = Readonly<{
  directory: string;
  customers?: number;
  lines?: number;
  seed?: number;
  /** The leaks whose incident files, logs and truth are written. The web log is always there. */
  only?: readonly LeakKind[];
  /** Threads that write the web log; 0 writes it in this one. No bytes depend on it. */
  workers?: number;
  onProgress?: (done: Readonly<{ lines: number; of: number }>) => void;
  signal?: AbortSignal;
}>;

export type Split = { exposed: number; unknown: number };

/** An anonymous viewer is a client address and a program; everybody else is an account. */
export type ViewerName = string | Readonly<{ client: string; userAgent: string }>;

/** What is planted for one leak. A figure that the rules of counting leave open is null. */
export type LeakTruth = Readonly<{
  kind: LeakKind;
  /** The incident file, relative to the marketplace. */
  incident: string;
  exposed: number;
  unknown: number;
  clear: number;
  /** Exposed or unknown subjects whom the directory does not know. */
  unidentified: number;
  min: number;
  max: number;
  /** Exposed, and every view was anonymous: neither an account nor a crawler. */
  possiblySelf: number;
  /** Exposed, and every view was without an account: anonymous or a crawler. */
  onlyWithoutAccount: number;
  /** Distinct addresses: of exposed persons; of unknown persons, those apart. */
  addresses: Split;
  /** The key '' is people without a country, region or language; regions are `US-CA`. */
  byCountry: Record<string, Split>;
  byRegion: Record<string, Split>;
  byLanguage: Record<string, Split>;
  /** Distinct viewers who for certain saw data of at least one other person. No key for classes without one. */
  recipients: Partial<Record<RecipientClass, number>>;
  /** Accounts among them that no directory knows; null where recipients are not accounts. */
  unknownAccounts: number | null;
  /** Lines that showed somebody else's data for certain; lines of an overlap once. */
  views: number | null;
  first: string | null;
  last: string | null;
  /** File with the sorted ids (`{ exposed, unknown, unidentified }`), relative to the marketplace. */
  people: string;
}>;

export type PeopleLists = Readonly<{ exposed: string[]; unknown: string[]; unidentified: string[] }>;

export type FileTruth = Readonly<{
  path: string;
  lines: number;
  rejected: number;
  /** Earliest and latest stamp of the lines that are not rejected. */
  first: string | null;
  last: string | null;
}>;

export type Truth = Readonly<{
  version: number;
  seed: number;
  customers: number;
  lines: number;
  only: readonly LeakKind[];
  /** Lines of `series` stamped in [from, to) were lost; `unknown` are the page leak's people because of it. */
  gap: Readonly<{ log: 'web'; series: string; from: string; to: string; unknown: number }>;
  /** The first `lines` lines of `file` are the last of `repeats`; null when the files are too small for it. */
  overlap: Readonly<{ file: string; repeats: string; lines: number }> | null;
  directory: Readonly<{ people: number; withoutCountry: number; sharedAddresses: number }>;
  reviews: number;
  leaks: Partial<Record<LeakKind, LeakTruth>>;
  /** Answers to single questions about the page leak, own views left out. */
  samples: Readonly<{
    whoSaw: Record<string, ViewerName[]>;
    seenBy: Record<string, string[]>;
  }>;
  files: FileTruth[];
}>;
