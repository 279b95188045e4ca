import type { CampaignState, COHORTS, ErrorCode, IncidentId, Pause } from '@forthright/contract';
import type { DkimKey, Limits, OneAddress, Target } from '../../platform/mail/index.ts';

export type Cohort = (typeof COHORTS)[number];

/** How this server sends; `relays` empty: it does not. */
export type Mailing = Readonly<{
  from: Readonly<{ name: string; address: OneAddress }>;
  replyTo: OneAddress;
  /** The domain of envelope senders. */
  returns: string;
  helo: string;
  relays: readonly Target[];
  dkim: readonly DkimKey[];
  connections: number;
  limits: Limits;
  /** A campaign stops by itself above this share of returned or refused messages. */
  mostReturned: number;
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
  addresses: number;
  root: Uint8Array | undefined;
  hash: string | undefined;
  letterhead: Letterhead | undefined;
  approvedBy: string | undefined;
  batchEntry: number | undefined;
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
  | 'settle';
