import * as z from 'zod';
import { ANSWER, type ErrorCode } from './errors.ts';
import { AnyIncident, Line, Prose } from './fields.ts';
import { NoticeBlock, NoticeFile, NoticePiece } from './notices.ts';

/** Campaigns: telling the people of a run, each accounted for. */

const AnyId = z.string().max(60);
const Code = z.enum(Object.keys(ANSWER) as [ErrorCode, ...ErrorCode[]]);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');
const MOST_AT_ONCE = 1000;

export const COHORTS = ['exposed', 'unknown', 'both'] as const;

/** What a notice says and no log knows, as a notice file has it. */
export const NoticeStatement = NoticeFile.omit({
  incident: true,
  answer: true,
  duties: true,
  templates: true,
});
export type NoticeStatement = z.infer<typeof NoticeStatement>;

export const MakeCampaign = z.strictObject({
  incident: AnyIncident,
  /** The job of a finished run on this server. */
  run: AnyId,
  cohort: z.enum(COHORTS).default('both'),
  /** An earlier campaign: only those are told whose facts differ from what it told them. */
  after: AnyId.optional(),
  statement: NoticeStatement,
});
export type MakeCampaign = z.infer<typeof MakeCampaign>;

export const OfCampaign = z.strictObject({ incident: AnyIncident, campaign: AnyId });
export type OfCampaign = z.infer<typeof OfCampaign>;

export const CAMPAIGN_STATES = [
  'preparing',
  'failed',
  'prepared',
  'approved',
  'sending',
  'paused',
  'sent',
  'stopped',
  'discarded',
] as const;
export type CampaignState = (typeof CAMPAIGN_STATES)[number];

/** Why a campaign stands still without anybody having said so. */
export const PAUSES = [
  'asked',
  'slice',
  'returns',
  'refusals',
  'sender',
  'relay',
  'disk',
  'journal',
  'elsewhere',
  'restored',
  'changed',
  'error',
] as const;
export type Pause = (typeof PAUSES)[number];

export const CampaignChanged = z.strictObject({
  incident: z.string(),
  campaign: z.string(),
  state: z.enum(CAMPAIGN_STATES),
  entry: z.int(),
});
export type CampaignChanged = z.infer<typeof CampaignChanged>;

export const CampaignListed = z.strictObject({
  campaign: z.string(),
  state: z.enum(CAMPAIGN_STATES),
  /** Why it stands still, while it is paused. */
  pause: z.enum(PAUSES).optional(),
  /** Why it could not be prepared. */
  code: Code.optional(),
  run: z.string(),
  cohort: z.enum(COHORTS),
  after: z.string().optional(),
  madeBy: z.string(),
  madeAt: z.string(),
  approvedBy: z.string().optional(),
  /** People, messages and different addresses: people with one address and the same facts share a message. */
  people: z.int(),
  messages: z.int(),
  addresses: z.int(),
  /** How many people are in which state; they add up to `people`. */
  sums: z.record(z.string(), z.int()),
  /** Whether each has a final state. */
  isFinished: z.boolean(),
  /** Whether what went out no longer holds. */
  isWithdrawn: z.boolean(),
  entry: z.int(),
});
export type CampaignListed = z.infer<typeof CampaignListed>;

export const CampaignShown = CampaignListed.extend({
  /** What an approval names: SHA-256 over letterhead, facts, texts, cohort and every message of the batch. */
  hash: Sha256.optional(),
  batch: z
    .strictObject({
      tag: z.string(),
      leaves: z.int(),
      root: Sha256,
      /** The register's entry that states it; once it is approved. */
      entry: z.int().optional(),
    })
    .optional(),
  /** What the linter found in one notice of each cohort. */
  lint: z.strictObject({ cohorts: z.int(), faulty: z.int(), errors: z.int(), warnings: z.int() }).optional(),
  /** Duties towards people that are due or may be, and the version of the assessment: they decide forms. */
  duties: z.array(z.string()).optional(),
  dutiesVersion: z.int().optional(),
  /** Why it was approved in spite of errors; the reason is `null` once it was erased. */
  override: z.strictObject({ by: z.string(), reason: z.string().nullable(), entry: z.int() }).optional(),
  /** How fast it goes, while it is being sent and there is something to go by. */
  pace: z
    .strictObject({
      /** Messages a second that had an outcome, over the last five minutes before `asOf`. */
      perSecond: z.number(),
      /** When the last outcome was that is known here. */
      asOf: z.string(),
      /** People whose message was not tried yet. */
      left: z.int(),
      /** People whose message is tried again later, because a server asked for it or a connection broke; nobody knows how often. */
      later: z.int(),
      /** Until each was tried once, at this pace; `null` when nothing had an outcome for a minute. */
      secondsLeft: z.int().nullable(),
    })
    .optional(),
  /** `null` once it was erased. */
  statement: NoticeStatement.nullable(),
});
export type CampaignShown = z.infer<typeof CampaignShown>;

export const CampaignsListed = z.strictObject({ campaigns: z.array(CampaignListed) });
export type CampaignsListed = z.infer<typeof CampaignsListed>;

export const LintCampaign = OfCampaign.extend({ language: z.string().max(20).optional() });
export type LintCampaign = z.infer<typeof LintCampaign>;

export const LintFinding = z.strictObject({
  rule: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  /** In UTF-16 code units of the text; `null` where something is missing, or is wrong as a whole. */
  at: z.strictObject({ from: z.int(), to: z.int() }).nullable(),
  words: z.string(),
  reason: z.string(),
  source: z.string(),
  better: z.string(),
});

/** People whose notices say the same but for names, times and figures, and what the linter found in theirs. */
export const CampaignLinted = z.strictObject({
  campaign: z.string(),
  /** Before that there is nothing to be linted. */
  isPrepared: z.boolean(),
  errors: z.int(),
  warnings: z.int(),
  cohorts: z.array(
    z.strictObject({
      n: z.int(),
      language: z.string(),
      status: z.enum(['exposed', 'unknown']),
      /** Codes of the laws whose duty towards them is due or may be. */
      laws: z.array(z.string()),
      /** The rule that changed the form. */
      form: z.string().optional(),
      people: z.int(),
      errors: z.int(),
      warnings: z.int(),
      findings: z.array(LintFinding),
    }),
  ),
});
export type CampaignLinted = z.infer<typeof CampaignLinted>;

export const ListAddressees = OfCampaign.extend({
  state: z.string().max(30).optional(),
  most: z.coerce.number().int().min(1).max(MOST_AT_ONCE).default(100),
  after: AnyId.optional(),
});
export type ListAddressees = z.infer<typeof ListAddressees>;

/** By what somebody is told whom no message reaches, where a file is made for it. */
export const COPY_WAYS = ['letter', 'text-message', 'account'] as const;
export type CopyWay = (typeof COPY_WAYS)[number];

export const Addressee = z.strictObject({
  person: z.string(),
  state: z.string(),
  at: z.string(),
  /** As the directory has them; `null` once the person was erased. */
  customer: z.string().nullable(),
  name: z.string().nullable(),
  address: z.string().nullable(),
  /** What the receiving server said last, or why there was no message. */
  said: z.string().optional(),
  /** What became of their last letter or other copy, such as `unprintable` or `no-address`. */
  copy: z.strictObject({ way: z.enum(COPY_WAYS), outcome: z.string() }).optional(),
});

export const PreviewNotice = OfCampaign.extend({ person: AnyId, language: z.string().max(20).optional() });
export type PreviewNotice = z.infer<typeof PreviewNotice>;

export const NoticePreviewed = z.strictObject({
  person: z.string(),
  language: z.string(),
  to: z.string(),
  subject: z.string(),
  /** With a code that is none. */
  text: z.string(),
  html: z.string(),
  /** The same words, their values told apart. */
  apart: z.strictObject({ subject: z.array(NoticePiece), blocks: z.array(NoticeBlock) }),
  /** The message as it is sent, to the last byte but for code, date, Message-ID and signature. */
  message: z.string(),
});
export type NoticePreviewed = z.infer<typeof NoticePreviewed>;

/** To the asker’s own address, and nobody else’s. */
export const SendTest = OfCampaign.extend({ person: AnyId, language: z.string().max(20).optional() });
export type SendTest = z.infer<typeof SendTest>;

export const TestSent = z.strictObject({
  person: z.string(),
  language: z.string(),
  /** The asker’s own. */
  to: z.string(),
  /** What became of it; `accepted` by the server, with its answer. */
  outcome: z.enum(['accepted', 'refused', 'deferred', 'broken', 'in-doubt']),
  said: z.string(),
});
export type TestSent = z.infer<typeof TestSent>;

export const ApproveCampaign = OfCampaign.extend({
  /** As `show-campaign` has it: what exactly is approved. */
  hash: Sha256,
  reason: Prose.optional(),
  /** Why the notices go out in spite of the linter’s errors; without it they are refused. */
  override: Prose.optional(),
});
export type ApproveCampaign = z.infer<typeof ApproveCampaign>;

export const StartCampaign = OfCampaign.extend({
  /** So many messages first; then it waits for `resume-campaign`. */
  slice: z.int().min(1).max(1_000_000).default(100),
});
export type StartCampaign = z.infer<typeof StartCampaign>;

export const StopCampaign = OfCampaign.extend({ reason: Prose });
export type StopCampaign = z.infer<typeof StopCampaign>;

export const OTHER_CHANNELS = ['letter', 'phone', 'text-message', 'account', 'in-person'] as const;

const OUTCOMES = ['other-channel', 'told', 'excused', 'unreachable', 'retry', 'never-again'] as const;

export const AddresseesListed = z.strictObject({
  people: z.array(Addressee),
  /** What may be decided about whoever is in the state that was asked for. */
  outcomes: z.array(z.enum(OUTCOMES)),
  next: z.string().optional(),
});
export type AddresseesListed = z.infer<typeof AddresseesListed>;

/** People with whom it ends otherwise than by mail, or goes on. */
export const SettleAddressees = OfCampaign.extend({
  people: z.array(AnyId).min(1).max(MOST_AT_ONCE),
  outcome: z.enum(OUTCOMES),
  /** How they were told, or which channels were tried. */
  channels: z.array(z.enum(OTHER_CHANNELS)).default([]),
  reason: Prose.optional(),
});
export type SettleAddressees = z.infer<typeof SettleAddressees>;

export const AddresseesSettled = z.strictObject({
  incident: z.string(),
  campaign: z.string(),
  settled: z.int(),
  entry: z.int(),
});
export type AddresseesSettled = z.infer<typeof AddresseesSettled>;

export const MakeCopies = OfCampaign.extend({ way: z.enum(COPY_WAYS) });
export type MakeCopies = z.infer<typeof MakeCopies>;

export const OfCopies = OfCampaign.extend({ copies: AnyId });
export type OfCopies = z.infer<typeof OfCopies>;

export const COPIES_STATES = ['making', 'made', 'failed', 'posting', 'sent', 'erased'] as const;
export type CopiesState = (typeof COPIES_STATES)[number];

export const CopiesChanged = z.strictObject({
  incident: z.string(),
  campaign: z.string(),
  copies: z.string(),
  state: z.enum(COPIES_STATES),
  /** How many people it is about: those for whom they are made, who are told by them. */
  people: z.int(),
  entry: z.int(),
});
export type CopiesChanged = z.infer<typeof CopiesChanged>;

export const CopiesListed = z.strictObject({
  copies: z.array(
    z.strictObject({
      copies: z.string(),
      way: z.enum(COPY_WAYS),
      state: z.enum(COPIES_STATES),
      /** Why they could not be made. */
      code: Code.optional(),
      askedBy: z.string(),
      askedAt: z.string(),
      people: z.int(),
      /** How many people's copy was written, posted or rejected, or why they have none. */
      outcomes: z.record(z.string(), z.int()),
      /** Of the file, while it is there; the register has it for good. */
      sha256: Sha256.optional(),
      bytes: z.int().optional(),
      entry: z.int(),
    }),
  ),
});
export type CopiesListed = z.infer<typeof CopiesListed>;

export const EraseAddressee = OfCampaign.extend({ person: AnyId });
export type EraseAddressee = z.infer<typeof EraseAddressee>;

const File = z.string().min(1).max(1000);

const Boxes = z
  .array(
    z.strictObject({
      host: z.string().min(1).max(253),
      port: z.int().min(1).max(65_535).default(993),
      security: z.enum(['tls', 'starttls']).default('tls'),
      verifies: z.boolean().default(true),
      user: z.string().min(1).max(300),
      passwordFile: File,
      mailbox: z.string().min(1).max(300).default('INBOX'),
    }),
  )
  .max(20)
  .default([]);

/** From where returned mail is taken; paths are seen from the data folder. */
const Receive = z.strictObject({
  /** Maildirs that another program fills, and that are nobody else's to read. */
  maildirs: z.array(File).max(20).default([]),
  imap: Boxes,
  /** A receiver of our own, to which the MX of `returns` leads. */
  smtp: z
    .strictObject({
      host: z.string().min(1).max(253).default('127.0.0.1'),
      port: z.int().min(1).max(65_535).default(25),
      certificateFile: File.optional(),
      keyFile: File.optional(),
    })
    .optional(),
});

/** Makes a key for signing mail, of the domain of `from`. */
export const MakeMailKey = z.strictObject({});
export const ListMailKeys = z.strictObject({});
export const UseMailKey = z.strictObject({
  selector: z.string().max(63),
  /** So long the private part of the one before stays, for what is sent once more. */
  overlapHours: z.int().min(0).max(8760).default(720),
  /** Why it is used though its record can't be seen in the domain system. */
  unseen: Prose.optional(),
});
export type UseMailKey = z.infer<typeof UseMailKey>;

export const MailKeyShown = z.strictObject({
  domain: z.string(),
  selector: z.string(),
  /** Where the TXT record is to stand, and what it says. */
  name: z.string(),
  record: z.string(),
  /** `ending`: another one signs, and this one only what it has signed before. `ended`: its private part is destroyed. */
  state: z.enum(['made', 'signing', 'ending', 'ended']),
  madeAt: z.string(),
  signsFrom: z.string().optional(),
  signsUntil: z.string().optional(),
  endsAt: z.string().optional(),
  entry: z.int(),
});
export type MailKeyShown = z.infer<typeof MailKeyShown>;

export const MailKeysShown = z.strictObject({ keys: z.array(MailKeyShown) });
export type MailKeysShown = z.infer<typeof MailKeysShown>;
/** Where messages arrive that somebody wants to have checked; a receiver of our own takes them, too. */
const Check = z.strictObject({
  address: z.string().min(3).max(320),
  maildirs: z.array(File).max(20).default([]),
  imap: Boxes,
  /** The name with which our own mail server signs Authentication-Results (RFC 8601); it must take away those of others. */
  trusts: z.string().min(1).max(253).optional(),
  /** DNS servers to ask for others’ keys; by default this machine’s. */
  dns: z
    .array(z.string().regex(/^[0-9a-fA-F.:[\]]+$/, 'an address such as 192.0.2.53'))
    .max(5)
    .default([]),
});

/** Where customers forward mails that they did not want; what was read out of them is kept for so many days. */
const Reports = Check.extend({ keepDays: z.int().min(1).max(3650).default(365) });

/**
 * Domains of decoys, of which every address is taken: whoever asks a server that knows only some learns which are decoys. Our own
 * receiver takes mail for them, where there is one.
 */
const Decoys = z.strictObject({
  domains: z
    .array(
      z
        .string()
        .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain such as post.example'),
    )
    .min(1)
    .max(50),
  maildirs: z.array(File).max(20).default([]),
  imap: Boxes,
});

/** The domain of aliases, whose mail our own receiver takes and our relays hand on. */
const Aliases = z.strictObject({
  domain: z
    .string()
    .regex(
      /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      'a domain such as relay.marlow.example',
    ),
});

/** How the webhooks of providers that send for us prove who they are. */
const Providers = z.strictObject({
  ses: z
    .strictObject({
      topics: z
        .array(z.string().regex(/^arn:aws[a-z-]*:sns:/))
        .min(1)
        .max(20),
    })
    .optional(),
  sendgrid: z.strictObject({ publicKey: z.string().min(1).max(2000) }).optional(),
  postmark: z.strictObject({ user: z.string().min(1).max(300), passwordFile: File }).optional(),
  mailgun: z.strictObject({ signingKeyFile: File }).optional(),
});

const CopiesHook = z.strictObject({ url: z.string().min(1).max(2000), secretFile: File });

/** `mail.yaml` in the data folder. Without relays nothing is sent: messages can be looked at. */
export const MailSettings = z.strictObject({
  from: z.strictObject({ name: Line, address: z.string().min(3).max(320) }),
  replyTo: z.string().min(3).max(320).optional(),
  /** The domain of envelope senders, one for each message; mail to it must come back to Forthright. */
  returns: z.string().min(1).max(253).optional(),
  /** What this machine calls itself to servers. */
  helo: z.string().min(1).max(253).optional(),
  relays: z
    .array(
      z.strictObject({
        host: z.string().min(1).max(253),
        port: z.int().min(1).max(65_535).default(25),
        security: z.enum(['tls', 'starttls', 'starttls-where-offered']).default('starttls-where-offered'),
        /** Whether its certificate must be good for its name. */
        verifies: z.boolean().default(true),
        user: z.string().max(300).optional(),
        passwordFile: z.string().max(1000).optional(),
      }),
    )
    .max(20)
    .default([]),
  /** In place of relays: to the servers that each domain names (MX). */
  direct: z
    .strictObject({
      /** Servers that are asked for them; left out, those of this machine. */
      dns: z.array(z.string().max(300)).max(10).optional(),
      port: z.int().min(1).max(65_535).default(25),
    })
    .optional(),
  dkim: z
    .array(z.strictObject({ selector: z.string(), domain: z.string(), keyFile: z.string() }))
    .max(4)
    .default([]),
  connections: z.int().min(1).max(2000).default(20),
  perSecond: z
    .strictObject({ relay: z.number().positive().optional(), domain: z.number().positive().optional() })
    .default({}),
  /** A campaign stops by itself when more than this share of what was accepted comes back, or of what was tried is refused. */
  mostReturned: z.number().min(0).max(1).default(0.05),
  receive: Receive.optional(),
  check: Check.optional(),
  reports: Reports.optional(),
  decoys: Decoys.optional(),
  aliases: Aliases.optional(),
  providers: Providers.default({}),
  /** Programs that take copies one by one, as signed webhooks. */
  copies: z.strictObject({ textMessage: CopiesHook.optional(), account: CopiesHook.optional() }).default({}),
  /** A TTF or OTF file with letters that our own fonts lack, such as those of Korean names. */
  letterFont: File.optional(),
  /** The log of the relay, in Postfix's form: evidence for whom we are in doubt about. */
  relayLog: File.optional(),
});
export type MailSettings = z.infer<typeof MailSettings>;
