import * as z from 'zod';
import { AnyIncident, Id, Line, Moment, Proof, Prose, Shown, Somebody } from '../fields.ts';
import { RECIPIENT_CLASSES } from '../incident.ts';
import { listOf, next } from './shared.ts';

/** Those who got the data, and what they did with it. */

export const RECIPIENT_STATES = [
  'listed',
  'written',
  'asked',
  'deleted',
  'never-seen',
  'refused',
  'silent',
  'excused',
] as const;
export type RecipientState = (typeof RECIPIENT_STATES)[number];

/** As scope's answer has them; our own monitoring is no recipient. */
const RecipientClass = z.enum(RECIPIENT_CLASSES).exclude(['own']);
const isStaff = (of: string) => of === 'employee' || of === 'contractor';

export const AddRecipient = z
  .strictObject({
    incident: AnyIncident,
    class: RecipientClass,
    name: Line.optional(),
    /** Of staff: as scope shows them. Their name is not for this record. */
    pseudonym: Line.optional(),
    /** An address, or who can hand a letter over. Of staff not their own address, which would name them. */
    reach: Prose,
    /** When the person is known already. */
    person: Somebody.optional(),
  })
  .refine((given) => isStaff(given.class) === (given.pseudonym !== undefined), {
    error: 'staff, and only staff, have a pseudonym',
    path: ['pseudonym'],
  })
  .refine((given) => !isStaff(given.class) || given.name === undefined, {
    error: 'staff are named by their pseudonym only',
    path: ['name'],
  });
export type AddRecipient = z.infer<typeof AddRecipient>;

const one = { incident: AnyIncident, recipient: Id('rcp') };

export const WriteRecipientLetter = z.strictObject({
  ...one,
  /** Who writes: the organisation, and who signs. */
  from: Line,
  /** Which data they got, such as `name`, `e-mail address`. */
  data: z.array(Line).min(1).max(50),
  /** Where it stood, such as the addresses of pages; for a crawler what is to be removed. */
  places: z.array(Line).max(50).default([]),
  seenFrom: Moment.optional(),
  seenTo: Moment.optional(),
  /** Until when they are to confirm. */
  confirmBy: Moment,
  /** Where the confirmation goes. */
  confirmTo: Line,
});
export type WriteRecipientLetter = z.infer<typeof WriteRecipientLetter>;

export const HAND_OVER = ['post', 'e-mail', 'web-form', 'in-person', 'other'] as const;

export const HandOverRecipientLetter = z.strictObject({
  ...one,
  at: Moment,
  by: z.enum(HAND_OVER),
  /** Of a crawler's removal request needed: the number under which its operator took it. */
  receipt: Line.optional(),
  proof: Proof.optional(),
});
export type HandOverRecipientLetter = z.infer<typeof HandOverRecipientLetter>;

export const RECIPIENT_ANSWERS = ['deleted', 'never-seen', 'refused'] as const;

export const RecordUndertaking = z
  .strictObject({
    ...one,
    answer: z.enum(RECIPIENT_ANSWERS),
    at: Moment,
    confirmedBy: Line,
    /** What exactly was said. */
    words: Prose,
    /** Only what is in writing confirms; what was said otherwise is kept, and the recipient stays asked. */
    inWriting: z.boolean(),
    proof: Proof.optional(),
    /** The entry of the answer that this one takes the place of. */
    supersedes: z.int().min(0).optional(),
  })
  .refine(({ inWriting, proof }) => !inWriting || proof !== undefined, {
    error: 'what is in writing is registered by its hash',
    path: ['proof'],
  });
export type RecordUndertaking = z.infer<typeof RecordUndertaking>;

/** No answer came, or they can't be asked at all. */
export const GiveUpRecipient = z.strictObject({ ...one, reason: Prose });
export type GiveUpRecipient = z.infer<typeof GiveUpRecipient>;

export const ListRecipients = z.strictObject({
  ...listOf,
  state: z.enum(RECIPIENT_STATES).optional(),
});
export type ListRecipients = z.infer<typeof ListRecipients>;

export const RecipientShown = z.strictObject({
  id: z.string(),
  class: RecipientClass,
  state: z.enum(RECIPIENT_STATES),
  person: z.string(),
  name: Shown.optional(),
  pseudonym: Shown.optional(),
  reach: Shown,
  letter: Shown.optional(),
  /** Letters written, the first and its reminders. */
  letters: z.int(),
  handedOver: z.strictObject({ at: z.string(), by: z.enum(HAND_OVER), receipt: Shown.optional() }).optional(),
  confirmBy: z.string().optional(),
  isOverdue: z.boolean(),
  answer: z
    .strictObject({
      answer: z.enum(RECIPIENT_ANSWERS),
      at: z.string(),
      inWriting: z.boolean(),
      confirmedBy: Shown,
      words: Shown,
      evidence: z.string().optional(),
      entry: z.int(),
    })
    .optional(),
  reason: Shown.optional(),
});
export type RecipientShown = z.infer<typeof RecipientShown>;

/**
 * What deletion has come to, for whoever judges the risk. `asked`: who was asked, or has answered unasked.
 * `confirmed`: in writing, that it is deleted or was never seen. `refused`: in writing. `silent`: all others of them,
 * who still have time among them. So `asked` = `confirmed` + `refused` + `silent`.
 */
export const Deletion = z.strictObject({
  asked: z.int(),
  confirmed: z.int(),
  refused: z.int(),
  silent: z.int(),
});
export type Deletion = z.infer<typeof Deletion>;

export const RecipientsListed = z.strictObject({
  recipients: z.array(RecipientShown),
  deletion: Deletion,
  next,
});
export type RecipientsListed = z.infer<typeof RecipientsListed>;
