import type { KeyObject } from 'node:crypto';
import type {
  Limits,
  Notice,
  OneAddress,
  Outcome,
  SigningTime,
  Stage,
  Target,
  Timeouts,
} from '../../platform/mail/index.ts';
import type { Material, Unwritten } from './written.ts';

/** One message to one person, with all that is frozen: whoever sends it again sends the same bytes. */
export type Prepared = Readonly<{
  id: string;
  /** 1 for the first attempt. Each further one of the same message has a higher number. */
  attempt: number;
  /** As it is, or what the sending thread writes it from. */
  content: Readonly<{ notice: Notice }> | Readonly<{ unwritten: Unwritten }>;
  /** Random, without brackets. */
  messageId: string;
  /** Random, by person; what comes back finds its person by it. */
  sender: OneAddress;
  /** The message's Date and its signatures' `t=`. */
  dateMs: number;
}>;

/** Who sends, and by which way. Keys are objects, so that no key stands in a message between threads as text. */
export type SenderSettings = Readonly<{
  from: Readonly<{ name: string; address: OneAddress }>;
  replyTo: OneAddress;
  /** What is the same in all notices that are still to be written. */
  material?: Material;
  helo: string;
  dkim: readonly (Readonly<{ domain: string; selector: string; privateKey: KeyObject }> & SigningTime)[];
  route:
    | Readonly<{ kind: 'relays'; relays: readonly Target[] }>
    | Readonly<{ kind: 'direct'; dnsServers?: readonly string[]; port?: number }>;
  /** Of all workers together. */
  connections?: number;
  messagesPerConnection?: number;
  /** Of all workers together. */
  limits?: Limits;
  timeouts?: Partial<Timeouts>;
  patienceMs?: number;
}>;

/**
 * What the journal knows of one attempt. `released` is on the disk before the message's end is written; each of the
 * others is an outcome.
 */
export type JournalRecord = Readonly<{
  kind: 'released' | Outcome['kind'];
  id: string;
  attempt: number;
  atMs: number;
  host?: string;
  /** The server's answer, or why there is none. May hold personal data: it stays in the journal. */
  why?: string;
  /** What a refusal or a deferral was about; none where no server was asked. */
  stage?: Stage;
  /** As RFC 3463 has it, else the three digits of the answer. */
  status?: string;
  notBeforeMs?: number;
  /** Of a release: the Date that is frozen from now on. */
  dateMs?: number;
}>;

/** One file of the journal that nobody writes any more. Its hash enters the register when it is folded in. */
export type Segment = Readonly<{
  name: string;
  /** Who was allowed to send when it was written. */
  fence: string;
  bytes: number;
  records: number;
  sha256: string;
  /** Whether it was ended by a crash, and closed by `recover`. */
  isTorn: boolean;
}>;

/** What a sending thread is started with, is told, and tells. */
export type WorkerSettings = Readonly<{
  settings: SenderSettings;
  journal: Readonly<{
    folder: string;
    writer: string;
    fence: string;
    from: number;
    mostBytes?: number;
    mostMs?: number;
  }>;
  shares: number;
}>;
export type ToWorker =
  | Readonly<{ do: 'send'; messages: readonly Prepared[] }>
  | Readonly<{ do: 'permit'; untilNs: bigint }>
  | Readonly<{ do: 'stop'; why: string }>
  | Readonly<{ do: 'finish' }>;
export type FromWorker =
  | Readonly<{ say: 'room' }>
  | Readonly<{ say: 'durable'; records: readonly JournalRecord[] }>
  | Readonly<{ say: 'closed'; segment: Segment }>
  | Readonly<{ say: 'finished'; segments: readonly Segment[] }>
  | Readonly<{ say: 'failed'; code: string | undefined; message: string }>;
