import type { Json } from '@forthright/register';

/** A text that may name or mean people. The entry holds a commitment to it; the text itself can be erased. */
export type Text = Readonly<{
  value: string;
  /** Whom it is about, where one person is meant (`per_…`, `usr_…`): erasing that person erases it. */
  person?: string | undefined;
}>;

/**
 * What a deed records. `facts` stand in the entry for ever and in the clear, so they hold ids, instants, numbers,
 * hashes and words of closed lists, never what somebody typed; that goes into `texts`.
 */
export type Event = Readonly<{
  /** `incident-opened` */
  kind: string;
  incident?: string | undefined;
  facts?: Readonly<Record<string, Json>> | undefined;
  texts?: Readonly<Record<string, Text>> | undefined;
}>;

/** A text as it may still be read: `null` once it is erased. */
export type ReadableText = Readonly<{ index: number; name: string; value: string | null }>;

/** An entry as a reader gets it, with those of its texts that are not erased. */
export type RecordedEntry = Readonly<{
  index: number;
  kind: string;
  at: Date;
  actor: string;
  /** Whose token it was; absent when the actor is the account itself. */
  account?: string | undefined;
  facts: Readonly<Record<string, Json>>;
  texts: Readonly<Record<string, string | null>>;
}>;

/** An entry without its texts, whatever it is about. */
export type RegisteredEntry = Omit<RecordedEntry, 'texts'> & Readonly<{ incident: string | undefined }>;
