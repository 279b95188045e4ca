import * as z from 'zod';
import { AnyIncident, Id, Line, Moment, Proof, Prose, Shown, Somebody } from '../fields.ts';
import { listOf, next } from './shared.ts';

/** The people concerned by a small incident, one by one: told, or excused with a reason. */

export const CONCERNED_STATES = ['untold', 'told', 'excused'] as const;
export type ConcernedState = (typeof CONCERNED_STATES)[number];

export const TOLD_BY = ['phone', 'e-mail', 'letter', 'in-person', 'other'] as const;

const told = {
  how: z.enum(TOLD_BY),
  at: Moment,
  /** What was said. */
  text: Prose.optional(),
};

export const AddPerson = z.strictObject({
  incident: AnyIncident,
  name: Line,
  contact: Line.optional(),
  /** When the person is known already. */
  person: Somebody.optional(),
  /** When they were told already. */
  told: z.strictObject(told).optional(),
  proof: Proof.optional(),
});
export type AddPerson = z.infer<typeof AddPerson>;

const one = { incident: AnyIncident, concerned: Id('con') };

export const TellPerson = z.strictObject({ ...one, ...told, proof: Proof.optional() });
export type TellPerson = z.infer<typeof TellPerson>;

export const ExcusePerson = z.strictObject({ ...one, reason: Prose });
export type ExcusePerson = z.infer<typeof ExcusePerson>;

export const ListConcerned = z.strictObject({ ...listOf, state: z.enum(CONCERNED_STATES).optional() });
export type ListConcerned = z.infer<typeof ListConcerned>;

export const ConcernedShown = z.strictObject({
  id: z.string(),
  state: z.enum(CONCERNED_STATES),
  person: z.string(),
  name: Shown,
  contact: Shown.optional(),
  told: z
    .strictObject({
      how: z.enum(TOLD_BY),
      at: z.string(),
      by: z.string(),
      text: Shown.optional(),
      evidence: z.string().optional(),
    })
    .optional(),
  reason: Shown.optional(),
});
export type ConcernedShown = z.infer<typeof ConcernedShown>;

export const ConcernedListed = z.strictObject({ people: z.array(ConcernedShown), next });
export type ConcernedListed = z.infer<typeof ConcernedListed>;
