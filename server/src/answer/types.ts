import type { MessageAnswer } from '@forthright/contract';

export type { MessageAnswer } from '@forthright/contract';
export type Verdict = MessageAnswer['verdict'];
export type Reason = MessageAnswer['reasons'][number]['is'];
export type Difference = MessageAnswer['differences'][number];

/** A public key that we sign with, or did; its record as it stood in the domain system. Instants are milliseconds since 1970. */
export type ArchivedKey = Readonly<{
  domain: string;
  selector: string;
  /** `v=DKIM1; k=rsa; p=…` */
  record: string;
  from: number;
  /** Signatures that say they were made later don't count; undefined while it is in use. */
  until: number | undefined;
}>;

/** One batch of notices, as the register's entry states it, and who wrote them. */
export type BatchFacts = Readonly<{
  tag: string;
  size: number;
  root: Uint8Array;
  letterhead: Readonly<{ name: string; address: string; replyTo: string }>;
  isWithdrawn: boolean;
  /** Whether a checkpoint of the register was seen to take in the batch; undefined where the records themselves were asked. */
  isShown?: boolean | undefined;
}>;

/** A batch as everybody may have it: with the register's entry `batch-committed`, and what proves that it stands there. */
export type PublishedBatch = BatchFacts &
  Readonly<{
    entry?: Uint8Array | undefined;
    /** C2SP tlog-proof; none while no checkpoint takes the entry in. */
    proof?: string | undefined;
  }>;

/** A notice as we made it, from whoever knows people. */
export type SentNotice = Readonly<{
  /** The normalised address. */
  address: string;
  /** The message, not signed; undefined when it can't be written again. */
  mail: () => Promise<Uint8Array | undefined>;
}>;

/** Where the check has its truth from. Everything but `sent` may be public. */
export type Truth = Readonly<{
  /** Asked for each message: keys are exchanged while a server runs. */
  keys: () => Promise<readonly ArchivedKey[]>;
  batch: (tag: string) => Promise<BatchFacts | undefined>;
  /** The static file of the batch that lies at this path; undefined when there is none. It is checked, and not believed. */
  prefixFile: (tag: string, path: string) => Promise<Uint8Array | undefined>;
  /** The notice with this code. Left out where nobody's notice is known. */
  sent?: (code: string) => Promise<SentNotice | undefined>;
  /** Sentences that our notices are made of; what has several of them looks like one of ours. */
  phrases: readonly string[];
}>;
