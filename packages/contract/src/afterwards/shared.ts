import * as z from 'zod';
import { AnyIncident } from '../fields.ts';

/** What is asked and answered of everything that follows a breach: recipients, inquiries, letters, bans, delays, people. */

/** The parts of a list of one incident. */
export const page = {
  most: z.coerce.number().int().min(1).max(200).default(50),
  /** What the page before ended with. */
  after: z.coerce.number().int().min(0).optional(),
};
export const listOf = { incident: AnyIncident, ...page };

/** Give it as `after` to go on; absent on the last page. */
export const next = z.int().optional();

/** What a step answers with. Nothing of the incident is in it, so that whoever only answers people may see it. */
export const StepTaken = z.strictObject({
  incident: z.string(),
  id: z.string(),
  state: z.string(),
  /** Whom it is about: texts are erased under this id. */
  person: z.string().optional(),
  /** The step's entry in the register. */
  entry: z.int(),
  /** What was registered as evidence with it. */
  evidence: z.string().optional(),
});
export type StepTaken = z.infer<typeof StepTaken>;

export const LetterWritten = StepTaken.extend({ letter: z.string() });
export type LetterWritten = z.infer<typeof LetterWritten>;
