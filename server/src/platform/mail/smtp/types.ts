import type { OneAddress } from '../address.ts';
import type { Mail } from '../message.ts';
import type { Reply } from './reply.ts';

/** Where a message may be handed over. */
export type Target = Readonly<{
  host: string;
  port: number;
  /**
   * `tls`: from the first octet. `starttls`: nothing is sent without. `starttls-where-offered`: required if the server
   * offers it, and then a failure of it is a failure of the connection.
   */
  security: 'tls' | 'starttls' | 'starttls-where-offered';
  /** Whether its certificate must be good for its name. Mail exchangers' often are not, and are taken as they are. */
  verifies: boolean;
  /** PEM of the authorities to trust in place of the usual ones. */
  ca?: string;
  /** Said over TLS only. */
  login?: Readonly<{ user: string; password: string }>;
}>;

/** One message on its way to one person. */
export type Outgoing = Readonly<{
  id: string;
  /** 1 for the first attempt; the longer it was tried, the longer it waits. */
  attempt: number;
  /** The envelope's sender, which finds its person when the message comes back. */
  sender: OneAddress;
  recipient: OneAddress;
  /** Made when its turn has come, so that what waits is small. When it throws it is refused; `Withheld` stops everything. */
  mail: () => Mail;
}>;

/** Thrown by `mail()` when neither this message nor any other may go out; its cause is what stopped it. */
export class Withheld extends Error {}

/** What a server's answer was about. */
export type Stage = 'sender' | 'recipient' | 'message';

/**
 * What became of one message in one attempt; exactly one of these.
 *
 * - `accepted`: the receiving server has taken it over. Not: delivered.
 * - `refused`: for good, by the server, or because it can't take such a message at all.
 * - `deferred`: not now; `notBeforeMs` says when to try again. `isAttempted` is false where nobody was asked.
 * - `broken-before-dot`: certainly not accepted, because its end was never written.
 * - `in-doubt`: its end was written, and no answer that can be trusted came.
 */
export type Outcome =
  | Readonly<{ kind: 'accepted'; reply: Reply; host: string }>
  | Readonly<{ kind: 'refused'; stage: Stage; why: string; reply?: Reply; host?: string }>
  | Readonly<{
      kind: 'deferred';
      stage?: Stage;
      why: string;
      reply?: Reply;
      host?: string;
      isAttempted: boolean;
      notBeforeMs: number;
    }>
  | Readonly<{ kind: 'broken-before-dot'; why: string; host?: string }>
  | Readonly<{ kind: 'in-doubt'; why: string; host: string }>;

/** Milliseconds. RFC 5321, 4.5.3.2, but for connecting. */
export type Timeouts = Readonly<{
  connect: number;
  greeting: number;
  command: number;
  data: number;
  /** Ten minutes: who gives up sooner sends twice. */
  dot: number;
}>;

export const TIMEOUTS: Timeouts = {
  connect: 30_000,
  greeting: 300_000,
  command: 300_000,
  data: 120_000,
  dot: 600_000,
};
