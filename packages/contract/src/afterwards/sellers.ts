import * as z from 'zod';
import { AnyIncident, Id, Line, Moment, Person, Proof, Prose, Shown } from '../fields.ts';
import { HAND_OVER } from './recipients.ts';
import { listOf, next } from './shared.ts';

/** Sellers who are banned, each with a letter of their own. */

export const BAN_STATES = ['written', 'told', 'banned', 'appealed', 'lifted', 'withdrawn'] as const;
export type BanState = (typeof BAN_STATES)[number];

export const AddSellerBan = z
  .strictObject({
    incident: AnyIncident,
    seller: Line,
    /** An address. */
    reach: Prose,
    from: Line,
    /** What was found, as the seller is told it. */
    found: Prose,
    /** Which rule of ours it breaks. */
    rule: Line,
    /** What is asked of the seller beside. */
    asked: Prose,
    banFrom: Moment,
    /** Where and until when the seller can appeal. */
    appealTo: Line,
    appealBy: Moment,
    /** Who carries the ban out, and by when. */
    owner: Person,
    due: Moment,
  })
  .refine(({ banFrom, appealBy }) => Date.parse(appealBy) > Date.parse(banFrom), {
    error: 'a ban can be appealed for some time after it begins',
    path: ['appealBy'],
  });
export type AddSellerBan = z.infer<typeof AddSellerBan>;

const one = { incident: AnyIncident, ban: Id('ban') };

export const HandOverSellerLetter = z.strictObject({
  ...one,
  at: Moment,
  by: z.enum(HAND_OVER),
  proof: Proof.optional(),
});
export type HandOverSellerLetter = z.infer<typeof HandOverSellerLetter>;

export const CarryOutSellerBan = z.strictObject({
  ...one,
  at: Moment,
  text: Prose,
  proof: Proof.optional(),
});
export type CarryOutSellerBan = z.infer<typeof CarryOutSellerBan>;

export const RecordSellerAppeal = z.strictObject({
  ...one,
  at: Moment,
  text: Prose,
  /** By when it is to be decided. */
  due: Moment,
  proof: Proof.optional(),
});
export type RecordSellerAppeal = z.infer<typeof RecordSellerAppeal>;

export const DecideSellerBan = z.strictObject({
  ...one,
  /** `upheld` answers an appeal; `lifted` ends a ban; `withdrawn` ends one before the seller was told. */
  outcome: z.enum(['upheld', 'lifted', 'withdrawn']),
  reason: Prose,
  proof: Proof.optional(),
});
export type DecideSellerBan = z.infer<typeof DecideSellerBan>;

export const ListSellerBans = z.strictObject({ ...listOf, state: z.enum(BAN_STATES).optional() });
export type ListSellerBans = z.infer<typeof ListSellerBans>;

export const BanShown = z.strictObject({
  id: z.string(),
  state: z.enum(BAN_STATES),
  person: z.string(),
  seller: Shown,
  letter: Shown,
  banFrom: z.string(),
  appealBy: z.string(),
  owner: z.string(),
  writtenBy: z.string(),
  due: z.string().optional(),
  isOverdue: z.boolean(),
  told: z.strictObject({ at: z.string(), by: z.enum(HAND_OVER), evidence: z.string().optional() }).optional(),
  carriedOut: z.strictObject({ at: z.string(), text: Shown, evidence: z.string().optional() }).optional(),
  appeal: z.strictObject({ at: z.string(), text: Shown, evidence: z.string().optional() }).optional(),
  decision: z
    .strictObject({ outcome: z.enum(['upheld', 'lifted', 'withdrawn']), by: z.string(), reason: Shown })
    .optional(),
});
export type BanShown = z.infer<typeof BanShown>;

export const SellerBansListed = z.strictObject({ bans: z.array(BanShown), next });
export type SellerBansListed = z.infer<typeof SellerBansListed>;
