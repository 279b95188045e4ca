import type { CampaignState, COHORTS, ErrorCode, IncidentId, Pause } from '@forthright/contract';
import type { DkimKey, Limits, OneAddress, Target } from '../../platform/mail/index.ts';
import type { ImapBox } from '../../platform/mail/receive/index.ts';

export type Cohort = (typeof COHORTS)[number];

/** How this server sends; with `relays` empty and without `direct` it does not. */
export type Mailing = Readonly<{
  from: Readonly<{ name: string; address: OneAddress }>;
  replyTo: OneAddress;
  /** The domain of envelope senders. */
  returns: string;
  helo: string;
  relays: readonly Target[];
  /** To each domain's own servers, and not by relays. */
  direct?: Readonly<{ dnsServers?: readonly string[]; port: number }> | undefined;
  dkim: readonly DkimKey[];
  connections: number;
  limits: Limits;
  /** A campaign stops by itself above this share of returned or refused messages. */
  mostReturned: number;
  /** From where returned mail is taken; left out, from nowhere. */
  receive?: Receiving | undefined;
  /** Where messages arrive that somebody wants to have checked. */
  check?: Checking | undefined;
  /** Where customers forward mails that they did not want. */
  reports?: Reporting | undefined;
  /** Where mail to decoys arrives. */
  decoys?: DecoyMail | undefined;
  /** The domain of aliases, whose mail is handed on. */
  aliases?: Readonly<{ domain: string }> | undefined;
  providers?: ProviderProofs | undefined;
  /** Path of the relay's log. */
  relayLog?: string | undefined;
  /** Programs that take copies; one that is left out is not posted to. */
  copies?: CopiesHooks | undefined;
  /** Path of a font with Japanese letters. */
  letterFont?: string | undefined;
}>;

export type CopiesHooks = Readonly<Partial<Record<'text-message' | 'account', CopiesHook>>>;
export type CopiesHook = Readonly<{ url: string; secret: Uint8Array }>;

export type Receiving = Readonly<{
  maildirs: readonly string[];
  imap: readonly ImapBox[];
  smtp?: Readonly<{ host: string; port: number; tls?: Readonly<{ key: string; cert: string }> }> | undefined;
}>;

/** Our own receiver takes mail to it as well, where there is one. */
export type Checking = Readonly<{
  address: OneAddress;
  maildirs: readonly string[];
  imap: readonly ImapBox[];
  /** The server whose Authentication-Results are believed, in mailboxes that others fill. */
  trusts?: string | undefined;
  /** DNS servers that are asked for others' keys; none: those of this machine. */
  dns: readonly string[];
}>;

/** Reports are kept for so many days. */
export type Reporting = Checking & Readonly<{ keepDays: number }>;

/** Every address of these domains is a decoy's, or nobody's. Our own receiver takes mail to them as well. */
export type DecoyMail = Readonly<{
  domains: readonly string[];
  maildirs: readonly string[];
  imap: readonly ImapBox[];
}>;

/** By what each provider proves who it is; one that is left out is refused. */
export type ProviderProofs = Readonly<{
  ses?: Readonly<{ topics: readonly string[] }> | undefined;
  sendgrid?: Readonly<{ publicKey: string }> | undefined;
  postmark?: Readonly<{ user: string; password: string }> | undefined;
  mailgun?: Readonly<{ signingKey: string }> | undefined;
}>;

/** Who writes, as the approval covers it. */
export type Letterhead = Readonly<{ name: string; address: string; replyTo: string }>;

export type Campaign = Readonly<{
  id: string;
  incident: IncidentId;
  entry: number;
  runJob: string;
  cohort: Cohort;
  after: string | undefined;
  madeBy: string;
  madeAt: Date;
  job: string;
  state: CampaignState;
  pause: Pause | undefined;
  code: ErrorCode | undefined;
  tag: string;
  day: Date | undefined;
  people: number;
  messages: number;
  /** Leaves of the batch beside those of messages: of people who are told by a letter or another copy. */
  letters: number;
  addresses: number;
  root: Uint8Array | undefined;
  hash: string | undefined;
  letterhead: Letterhead | undefined;
  approvedBy: string | undefined;
  batchEntry: number | undefined;
  /** Somebody has said since that its notices no longer hold. */
  isWithdrawn: boolean;
  /** Duties towards people that it was prepared for, once it is; and the version of the assessment. */
  duties: readonly string[] | undefined;
  dutiesVersion: number | undefined;
  /** Approved in spite of the linter's errors. */
  isOverridden: boolean;
  slice: number | undefined;
  fence: number;
  epoch: number | undefined;
  folded: number;
}>;

/** What a campaign can be done with. */
export type CampaignAct =
  | 'finish-preparing'
  | 'fail-preparing'
  | 'approve'
  | 'start'
  | 'begin-sending'
  | 'pause'
  | 'resume'
  | 'end-sending'
  | 'stop'
  | 'discard'
  | 'withdraw'
  | 'settle';
