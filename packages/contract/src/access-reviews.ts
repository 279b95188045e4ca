import * as z from 'zod';
import { AccessAnswer } from './access.ts';
import { AnyIncident, Line, Moment, Person, Prose, Shown } from './fields.ts';

/** Managers are asked whether what a role lets people see is needed, and answer with a reason. */

const AnyId = z.string().max(60);

export const OpenAccessReview = z.strictObject({
  incident: AnyIncident,
  trace: AnyId,
  /** The count of what everybody can see, from which the items are. */
  job: AnyId,
  /** Until when they answer. */
  due: Moment,
  /** Who takes away what is cut, and until when. */
  owner: Person,
  cutBy: Moment,
  /** Who is asked about which role, as the count calls it; left out, `tool` is every tool. */
  asks: z
    .array(z.strictObject({ role: Line, tool: Line.optional(), reviewer: Person }))
    .min(1)
    .max(500),
});
export type OpenAccessReview = z.infer<typeof OpenAccessReview>;

const Item = AccessAnswer.shape.cut.element;
/** What one item asks about. */
export type AccessItem = z.infer<typeof Item>;

export const AccessReviewChanged = z.strictObject({
  incident: z.string(),
  review: z.string(),
  items: z.int(),
  /** Tasks for what was cut. */
  tasks: z.array(z.string()).optional(),
  entry: z.int(),
});
export type AccessReviewChanged = z.infer<typeof AccessReviewChanged>;

const OfReview = z.strictObject({ incident: AnyIncident, review: AnyId });
const Items = z.array(z.coerce.number().int().min(1)).min(1).max(500);

export const AnswerAccessReview = OfReview.extend({
  items: Items,
  /** Whether those with the role need it. */
  verdict: z.enum(['confirm', 'cut']),
  reason: Prose,
});
export type AnswerAccessReview = z.infer<typeof AnswerAccessReview>;

export const PassOnAccessReview = OfReview.extend({ items: Items, reviewer: Person, reason: Prose });
export type PassOnAccessReview = z.infer<typeof PassOnAccessReview>;

export const AccessReviewsListed = z.strictObject({
  reviews: z.array(
    z.strictObject({
      id: z.string(),
      trace: z.string(),
      job: z.string(),
      entry: z.int(),
      openedBy: z.string(),
      openedAt: z.string(),
      due: z.string(),
      owner: z.string(),
      open: z.int(),
      overdue: z.int(),
      /** Of those that wait for an answer, whose reviewer can give none any more: they are passed on, or stay unanswered. */
      unanswerable: z.int(),
      confirmed: z.int(),
      cut: z.int(),
      items: z.array(
        z.strictObject({
          item: z.int(),
          /** `null` once it was erased. */
          what: Item.nullable(),
          reviewer: z.string(),
          state: z.enum(['open', 'overdue', 'confirm', 'cut']),
          /** Why the reviewer can't answer any more: no account or role, or the incident was hidden from them since. */
          gone: z.enum(['no-role', 'not-admitted']).optional(),
          answeredAt: z.string().optional(),
          answeredEntry: z.int().optional(),
          reason: Shown.optional(),
          task: z.string().optional(),
        }),
      ),
    }),
  ),
});
export type AccessReviewsListed = z.infer<typeof AccessReviewsListed>;
