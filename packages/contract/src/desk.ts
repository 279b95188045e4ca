import * as z from 'zod';
import { AnyIncident, Moment, Person, Prose } from './fields.ts';
import { CodeAnswer, MessageAnswer } from './messages.ts';

/** The support desk: one field, and what may be said and done then. */

const AnyId = z.string().max(60);
const Language = z.string().max(20);
/** A message with its attachments, as base64; what stands around it has its own, larger limit. */
const MOST_TYPED = 900_000;

/** What a look-up goes by. */
export const DESK_KEYS = ['code', 'address', 'customer', 'message'] as const;
export type DeskKey = (typeof DESK_KEYS)[number];

export const DeskAsked = z
  .strictObject({
    /** A code, an address, a customer’s id, or a message that was copied out of a mail program. */
    asked: z.string().trim().min(1).max(MOST_TYPED).optional(),
    /** The message as a file, in base64. */
    eml: z.base64().min(1).optional(),
    /** To which address a code or message came, as the customer says. */
    address: z.string().trim().max(320).optional(),
    /** The agent’s language. */
    language: Language.default('en'),
  })
  .refine(({ asked, eml }) => (asked === undefined) !== (eml === undefined), {
    error: 'either a word, a text or a file',
    path: ['asked'],
  });
export type DeskAsked = z.infer<typeof DeskAsked>;

/** What a person was told, in words that never say more than is known. */
export const TOLD = [
  /** The receiving server accepted the message. */
  'accepted',
  /** Told otherwise than by mail. */
  'told-otherwise',
  'on-its-way',
  /** Handed over, and nobody knows whether it was accepted. */
  'in-doubt',
  /** Came back, or was refused. */
  'came-back',
  'other-channel',
  'not-told',
] as const;
export type Told = (typeof TOLD)[number];

const Said = z.strictObject({ language: z.string(), lines: z.array(z.string()) });

/** Why a notice can or can’t be sent again, or as a letter, in one word; what it says stands beside it. */
export const DESK_WHYS = [
  'no-address',
  'copy-on-its-way',
  'campaign-stopped',
  'came-back',
  'complained',
  'accepted',
  'in-doubt',
  'doubt-open',
  'being-sent',
  'not-by-mail',
  'letter-asked',
  'waits-for-letter',
  'sending-now',
  'none-accepted',
  'handed-over-now',
  'may-have-it',
  'decided-otherwise',
] as const;
export type DeskWhy = (typeof DESK_WHYS)[number];

const Possible = z.strictObject({
  possible: z.boolean(),
  /** Whether it takes the customer’s own wish, since they may have it already. */
  needsWish: z.boolean(),
  is: z.enum(DESK_WHYS),
  why: z.string(),
});

export const DeskPerson = z.strictObject({
  person: z.string(),
  incident: z.string(),
  campaign: z.string(),
  /** Enough to compare with what the customer says, and no more. */
  address: z.string(),
  language: z.string(),
  told: z.enum(TOLD),
  /** As the ledger has it. */
  state: z.string(),
  since: z.string(),
  /** The date that the message bears. */
  sentAt: z.string().optional(),
  /** What the notice says, with a code that is none; left out when it can’t be written again. */
  notice: z.strictObject({ subject: z.string(), text: z.string() }).optional(),
  sendAgain: Possible,
  sendLetter: Possible,
  /** What the desk did for them before. */
  acts: z.array(z.strictObject({ act: z.string(), at: z.string(), mail: z.string().optional() })),
});
export type DeskPerson = z.infer<typeof DeskPerson>;

export const DeskAnswer = z.strictObject({
  /** What was asked was taken for this. */
  by: z.enum(DESK_KEYS),
  code: CodeAnswer.extend({
    is: z.enum([...CodeAnswer.shape.is.options, 'code-of-another-address', 'address-needed']),
  }).optional(),
  message: MessageAnswer.optional(),
  people: z.array(DeskPerson),
  /** Whether there are more than are shown. */
  hasMore: z.boolean(),
  /** What the agent may say: made of facts, in the customer’s language, and in the agent’s. */
  say: z.strictObject({ customer: Said, agent: Said }),
  /** What the agent may not say. */
  neverSay: z.array(z.string()),
  /** The look-up’s entry in the register, and the salt of what was typed, which is kept nowhere else. */
  receipt: z.strictObject({ entry: z.int(), salt: z.string() }),
});
export type DeskAnswer = z.infer<typeof DeskAnswer>;

const OfPerson = z.strictObject({ person: AnyId });

export const DeskSendAgain = OfPerson.extend({
  /** That the customer asked for it, and in which words: only then is somebody sent what they may have already. */
  wish: Prose.optional(),
});
export type DeskSendAgain = z.infer<typeof DeskSendAgain>;

/** Who does it, and by when; left out, whoever made the campaign, within three days. */
const Assigned = { owner: Person.optional(), due: Moment.optional() };

export const DeskSendLetter = OfPerson.extend({ wish: Prose.optional(), ...Assigned });
export type DeskSendLetter = z.infer<typeof DeskSendLetter>;

export const DeskDispute = OfPerson.extend({
  /** What the customer says. */
  text: Prose,
  ...Assigned,
});
export type DeskDispute = z.infer<typeof DeskDispute>;

export const DeskDone = z.strictObject({
  incident: z.string(),
  campaign: z.string(),
  person: z.string(),
  act: z.enum(['try-again', 'copy', 'letter', 'dispute']),
  /** As the ledger has it now. */
  state: z.string(),
  task: z.string().optional(),
  due: z.string().optional(),
  /** What still has to be done before anything is sent. */
  waitsFor: z.string().optional(),
  entry: z.int(),
});
export type DeskDone = z.infer<typeof DeskDone>;

export const ListLookUps = z.strictObject({
  incident: AnyIncident,
  person: AnyId.optional(),
  /** People; a look-up that named several is never parted, so there may be a few more. */
  most: z.coerce.number().int().min(1).max(1000).default(100),
  /** Only entries before this one. */
  before: z.coerce.number().int().min(1).optional(),
});
export type ListLookUps = z.infer<typeof ListLookUps>;

export const LookUpsListed = z.strictObject({
  lookUps: z.array(
    z.strictObject({
      entry: z.int(),
      at: z.string(),
      by: z.string(),
      campaign: z.string(),
      person: z.string(),
    }),
  ),
  next: z.int().optional(),
});
export type LookUpsListed = z.infer<typeof LookUpsListed>;
