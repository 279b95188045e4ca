import * as z from 'zod';
import { AnyIncident, Id, Line, Moment, Proof, Prose, Shown } from '../fields.ts';
import { listOf, next } from './shared.ts';

/** Delays that law enforcement asked for: whom not to tell yet, and until when. */

export const DELAY_STATES = ['oral', 'written', 'ended'] as const;
export type DelayState = (typeof DELAY_STATES)[number];

/** Duties that can be delayed; a report to an authority only where it is said. */
export const DELAYABLE = ['tell-people', 'tell-authority'] as const;
export type Delayable = (typeof DELAYABLE)[number];

export const AddDelay = z
  .strictObject({
    incident: AnyIncident,
    agency: Line,
    /** The agency's own. */
    reference: Line,
    askedAt: Moment,
    form: z.enum(['written', 'oral']),
    /** Of an oral request: by when it is to be confirmed in writing. Until then it counts, and not beyond. */
    writtenDue: Moment.optional(),
    from: Moment,
    until: Moment,
    suspends: z.array(z.enum(DELAYABLE)).min(1).max(DELAYABLE.length).default(['tell-people']),
    reason: Prose,
    proof: Proof.optional(),
  })
  .refine(({ from, until }) => Date.parse(until) > Date.parse(from), {
    error: 'a delay ends after it begins',
    path: ['until'],
  })
  .refine(({ form, writtenDue }) => (form === 'oral') === (writtenDue !== undefined), {
    error: 'an oral request, and only that, is to be confirmed in writing by a time',
    path: ['writtenDue'],
  })
  .refine(({ form, proof }) => form === 'oral' || proof !== undefined, {
    error: 'what is in writing is registered by its hash',
    path: ['proof'],
  });
export type AddDelay = z.infer<typeof AddDelay>;

const one = { incident: AnyIncident, delay: Id('dly') };

export const ConfirmDelay = z.strictObject({ ...one, at: Moment, proof: Proof });
export type ConfirmDelay = z.infer<typeof ConfirmDelay>;

/** The agency asks for longer, in writing. */
export const ProlongDelay = z.strictObject({ ...one, until: Moment, reason: Prose, proof: Proof });
export type ProlongDelay = z.infer<typeof ProlongDelay>;

/** The agency lifts it, or its time is over. The duty is due again. */
export const EndDelay = z.strictObject({ ...one, at: Moment, text: Prose, proof: Proof.optional() });
export type EndDelay = z.infer<typeof EndDelay>;

export const ListDelays = z.strictObject({ ...listOf, state: z.enum(DELAY_STATES).optional() });
export type ListDelays = z.infer<typeof ListDelays>;

export const DelayShown = z.strictObject({
  id: z.string(),
  state: z.enum(DELAY_STATES),
  agency: Shown,
  reference: Shown,
  reason: Shown,
  askedAt: z.string(),
  form: z.enum(['written', 'oral']),
  from: z.string(),
  until: z.string(),
  /** Until when it counts: an oral one not beyond the time by which it is to be confirmed. */
  countsUntil: z.string(),
  countsNow: z.boolean(),
  suspends: z.array(z.enum(DELAYABLE)),
  evidence: z.string().optional(),
  confirmed: z.strictObject({ at: z.string(), evidence: z.string().optional() }).optional(),
  ended: z.strictObject({ at: z.string(), text: Shown, evidence: z.string().optional() }).optional(),
});
export type DelayShown = z.infer<typeof DelayShown>;

export const DelaysListed = z.strictObject({ delays: z.array(DelayShown), next });
export type DelaysListed = z.infer<typeof DelaysListed>;

/** What is delayed now: by which request of which agency, and until when. */
export const Delayed = z.strictObject({ by: z.string(), agency: Shown, until: z.string() });
export type Delayed = z.infer<typeof Delayed>;
