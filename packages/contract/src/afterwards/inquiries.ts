import * as z from 'zod';
import { AnyIncident, Id, Line, Moment, Proof, Prose, Received, Shown } from '../fields.ts';
import { listOf, next } from './shared.ts';

/** What an authority asks, and by when. */

export const INQUIRY_STATES = ['open', 'answered', 'excused'] as const;
export type InquiryState = (typeof INQUIRY_STATES)[number];

export const AddInquiry = z
  .strictObject({
    incident: AnyIncident,
    authority: Line,
    /** The authority's own. */
    reference: Line,
    received: Received,
    deadline: Moment,
    questions: z.array(Prose).min(1).max(100),
    proof: Proof.optional(),
  })
  .refine(({ received, deadline }) => Date.parse(deadline) > Date.parse(received.at), {
    error: 'the deadline is after it was received',
    path: ['deadline'],
  });
export type AddInquiry = z.infer<typeof AddInquiry>;

const one = { incident: AnyIncident, inquiry: Id('inq') };

export const AnswerInquiryQuestion = z.strictObject({
  ...one,
  /** From 1 on, in the order in which they were asked. */
  question: z.int().min(1).max(100),
  outcome: z.enum(['answered', 'declined']),
  /** The answer, or the reason for which it is declined. */
  text: Prose,
  proof: Proof.optional(),
  /** The entry of the answer that this one takes the place of. */
  supersedes: z.int().min(0).optional(),
});
export type AnswerInquiryQuestion = z.infer<typeof AnswerInquiryQuestion>;

/** Only the authority moves it, to either side. */
export const MoveInquiryDeadline = z.strictObject({
  ...one,
  deadline: Moment,
  agreedBy: Line,
  reason: Prose,
  proof: Proof.optional(),
});
export type MoveInquiryDeadline = z.infer<typeof MoveInquiryDeadline>;

export const FinishInquiry = z.strictObject({
  ...one,
  /** `answered` when each question is answered or declined; `excused` with a reason when it need not be. */
  outcome: z.enum(['answered', 'excused']),
  at: Moment,
  text: Prose,
  proof: Proof.optional(),
});
export type FinishInquiry = z.infer<typeof FinishInquiry>;

export const ListInquiries = z.strictObject({ ...listOf, state: z.enum(INQUIRY_STATES).optional() });
export type ListInquiries = z.infer<typeof ListInquiries>;

export const InquiryShown = z.strictObject({
  id: z.string(),
  state: z.enum(INQUIRY_STATES),
  authority: Shown,
  reference: Shown,
  received: z.strictObject({ at: z.string(), zone: z.string() }),
  deadline: z.string(),
  isOverdue: z.boolean(),
  evidence: z.string().optional(),
  questions: z.array(
    z.strictObject({
      question: z.int(),
      asked: Shown,
      outcome: z.enum(['open', 'answered', 'declined']),
      text: Shown.optional(),
      by: z.string().optional(),
      evidence: z.string().optional(),
      entry: z.int().optional(),
    }),
  ),
  finished: z.strictObject({ at: z.string(), text: Shown, evidence: z.string().optional() }).optional(),
});
export type InquiryShown = z.infer<typeof InquiryShown>;

export const InquiriesListed = z.strictObject({ inquiries: z.array(InquiryShown), next });
export type InquiriesListed = z.infer<typeof InquiriesListed>;
