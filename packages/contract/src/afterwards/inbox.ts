import * as z from 'zod';
import { AnyIncident, Id, Line, Moment, Person, Proof, Prose, Received, Shown, Somebody } from '../fields.ts';
import { ITEM_KINDS, type ItemKind, REQUEST_KINDS } from '../lists.ts';
import { next, page } from './shared.ts';

/** What people write, and by when they are to be answered. */

export const ITEM_STATES = ['open', 'answered', 'closed'] as const;
export type ItemState = (typeof ITEM_STATES)[number];

/**
 * What was known of the writer when it came in: an id given now, somebody of this incident, or somebody of another one only. Nobody
 * unknown can be named; who writes first may be anybody.
 */
export const WRITERS = ['new', 'known-here', 'known-elsewhere'] as const;
export type Writer = (typeof WRITERS)[number];

const isRequest = (kind: ItemKind): boolean => (REQUEST_KINDS as readonly string[]).includes(kind);

export const AddInboxItem = z
  .strictObject({
    incident: AnyIncident,
    kind: z.enum(ITEM_KINDS),
    received: Received,
    /** Who writes, when they have written before. */
    person: Somebody.optional(),
    name: Line.optional(),
    /** An address to answer to. */
    contact: Line.optional(),
    /** What they write. */
    text: Prose,
    /** By when somebody here means to answer, where no law says it. */
    target: Moment.optional(),
    proof: Proof.optional(),
  })
  .refine(({ kind, target }) => target === undefined || !isRequest(kind), {
    error: 'a request has the clock of the law, and no target beside it',
    path: ['target'],
  });
export type AddInboxItem = z.infer<typeof AddInboxItem>;

const one = { incident: AnyIncident, item: Id('itm') };

export const AssignInboxItem = z.strictObject({ ...one, to: Person });
export type AssignInboxItem = z.infer<typeof AssignInboxItem>;

export const AnswerInboxItem = z.strictObject({
  ...one,
  at: Moment,
  text: Prose,
  proof: Proof.optional(),
});
export type AnswerInboxItem = z.infer<typeof AnswerInboxItem>;

export const ExtendInboxItem = z.strictObject({
  ...one,
  months: z.int().min(1).max(2).default(2),
  /** When the person was told of the extension and of its reasons. */
  informedAt: Moment,
  reason: Prose,
  proof: Proof.optional(),
});
export type ExtendInboxItem = z.infer<typeof ExtendInboxItem>;

export const CloseInboxItem = z.strictObject({ ...one, reason: Prose });
export type CloseInboxItem = z.infer<typeof CloseInboxItem>;

export const ListInbox = z.strictObject({
  incident: AnyIncident.optional(),
  person: Somebody.optional(),
  kind: z.enum(ITEM_KINDS).optional(),
  state: z.enum(ITEM_STATES).optional(),
  assignedTo: Person.optional(),
  ...page,
});
export type ListInbox = z.infer<typeof ListInbox>;

/** Of one person, which is all that a support agent is shown. */
export const ListPersonInbox = z.strictObject({ person: Somebody, ...page });
export type ListPersonInbox = z.infer<typeof ListPersonInbox>;

/** `law` with the place where it says so; `target` is nobody's but ours. */
const Clock = z.strictObject({
  by: z.enum(['law', 'target']),
  source: z.string().optional(),
  due: z.string(),
  isOverdue: z.boolean(),
  extended: z.strictObject({ months: z.int(), informedAt: z.string(), reason: Shown }).optional(),
});

export const ItemShown = z.strictObject({
  id: z.string(),
  incident: z.string(),
  kind: z.enum(ITEM_KINDS),
  state: z.enum(ITEM_STATES),
  received: z.strictObject({ at: z.string(), zone: z.string() }),
  person: z.string(),
  writer: z.enum(WRITERS).optional(),
  name: Shown.optional(),
  contact: Shown.optional(),
  text: Shown,
  evidence: z.string().optional(),
  assignedTo: z.string().optional(),
  clock: Clock.optional(),
  answer: z
    .strictObject({
      at: z.string(),
      text: Shown,
      by: z.string(),
      isLate: z.boolean(),
      evidence: z.string().optional(),
    })
    .optional(),
  closed: Shown.optional(),
});
export type ItemShown = z.infer<typeof ItemShown>;

export const InboxListed = z.strictObject({ items: z.array(ItemShown), next });
export type InboxListed = z.infer<typeof InboxListed>;

/** Erases whatever stands under a person's pseudonym, in every incident. */
export const ErasePersonTexts = z.strictObject({ incident: AnyIncident, person: Somebody });
export type ErasePersonTexts = z.infer<typeof ErasePersonTexts>;

export const PersonErased = z.strictObject({
  person: z.string(),
  texts: z.int(),
  /** In how many campaigns they were erased as well. */
  campaigns: z.int(),
  entry: z.int(),
});
export type PersonErased = z.infer<typeof PersonErased>;
