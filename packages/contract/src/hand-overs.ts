import * as z from 'zod';
import { Id, Person, Prose, Shown } from './fields.ts';

/** Restricted incidents whose last privacy officer is gone get another, by two people who need not see them. */

export const AskHandOver = z.strictObject({
  /** Who is gone, or is to go. */
  from: Person,
  /** The privacy officer who is to see what nobody else could. */
  to: Person,
  reason: Prose,
});
export type AskHandOver = z.infer<typeof AskHandOver>;

export const ConfirmHandOver = z.strictObject({ handOver: Id('hov'), reason: Prose });
export type ConfirmHandOver = z.infer<typeof ConfirmHandOver>;

/** How many incidents it reaches is in no answer: those who ask and confirm need not know of any. */
export const HandOverTaken = z.strictObject({ id: z.string(), entry: z.int(), until: z.string() });
export type HandOverTaken = z.infer<typeof HandOverTaken>;

export const HandOversListed = z.strictObject({
  handOvers: z.array(
    z.strictObject({
      id: z.string(),
      from: z.string(),
      to: z.string(),
      state: z.enum(['asked', 'confirmed', 'lapsed']),
      askedBy: z.string(),
      askedAt: z.string(),
      reason: Shown,
      until: z.string(),
      confirmedBy: z.string().optional(),
      confirmedReason: Shown.optional(),
    }),
  ),
});
export type HandOversListed = z.infer<typeof HandOversListed>;
