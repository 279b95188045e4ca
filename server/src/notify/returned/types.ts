/**
 * What a returned message means for the address that we wrote to.
 * - `address-dead`: nobody is reached there; another channel is needed.
 * - `blocked-by-policy`: the address may be good; who sends, or what is sent, was refused. Ours to mend.
 * - `temporary`: not now; the address may be good.
 * - `not-a-bounce`: nothing was returned: an answer, an absence note, a complaint, a receipt, ordinary mail.
 */
export type ReturnedKind = 'address-dead' | 'blocked-by-policy' | 'temporary' | 'not-a-bounce';

/** Why, in the words that Sisimai uses, which operators know; `docs/returned-mail.md` says what each one means. */
export const REASONS = {
  authfailure: 'blocked-by-policy',
  badreputation: 'blocked-by-policy',
  blocked: 'blocked-by-policy',
  contenterror: 'blocked-by-policy',
  exceedlimit: 'blocked-by-policy',
  expired: 'temporary',
  failedstarttls: 'blocked-by-policy',
  filtered: 'blocked-by-policy',
  hasmoved: 'address-dead',
  hostunknown: 'address-dead',
  mailboxfull: 'temporary',
  mailererror: 'temporary',
  mesgtoobig: 'blocked-by-policy',
  networkerror: 'temporary',
  norelaying: 'blocked-by-policy',
  notaccept: 'address-dead',
  notcompliantrfc: 'blocked-by-policy',
  onhold: 'temporary',
  policyviolation: 'blocked-by-policy',
  rejected: 'blocked-by-policy',
  requireptr: 'blocked-by-policy',
  securityerror: 'blocked-by-policy',
  spamdetected: 'blocked-by-policy',
  speeding: 'temporary',
  suppressed: 'blocked-by-policy',
  suspend: 'temporary',
  syntaxerror: 'blocked-by-policy',
  systemerror: 'temporary',
  systemfull: 'temporary',
  toomanyconn: 'temporary',
  undefined: 'temporary',
  userunknown: 'address-dead',
  virusdetected: 'blocked-by-policy',
  feedback: 'not-a-bounce',
  vacation: 'not-a-bounce',
  delivered: 'not-a-bounce',
  '': 'not-a-bounce',
} as const satisfies Record<string, ReturnedKind>;

/** `''` where there is nothing to give a reason for. */
export type Reason = keyof typeof REASONS;

/** Where in the SMTP conversation the refusal came. `''`: the message does not say. */
export type Phase = 'connect' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | '';

/** One recipient of one returned message. */
export type Returned = Readonly<{
  kind: ReturnedKind;
  /** The address that failed, as the report writes it; `''` when it names none. */
  recipient: string;
  /** Enhanced status code (RFC 3463) that stands in the message; `''` when none does. None is made up. */
  status: string;
  reason: Reason;
  /** Whether the address is to be given up: exactly when `kind` is `address-dead`. */
  hard: boolean;
  /** Three-digit SMTP reply that stands in the message; `''` when none does. */
  reply: string;
  /** The words that were judged, at most 500 characters, on one line. */
  diagnostic: string;
}>;

/** A message taken apart: what the machine that returned it wrote, apart from what it returned. */
export type Letter = Readonly<{
  /** Lower-case name to values, in their order, encoded words decoded. */
  headers: ReadonlyMap<string, readonly string[]>;
  /** What the reporter wrote for people, without the returned original. */
  prose: string;
  /** Machine-readable parts: `delivery-status`, `feedback-report`, `disposition-notification`. */
  reports: readonly Readonly<{ type: string; text: string }>[];
  /** Headers of the original, as far as it came back; `''` when it did not. */
  original: string;
}>;
