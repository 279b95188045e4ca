import * as z from 'zod';

/** What may be asked of the records, and what is answered. Texts are trimmed, never empty, and capped. */

const control = /[\p{Cc}\p{Cs}]/u;
const hasControl = (text: string): boolean => control.test(text.replace(/[\n\t]/g, ''));
/** One line. */
const Line = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .refine((text) => !control.test(text), { error: 'one line of text without control characters' });
const Prose = z
  .string()
  .trim()
  .min(1)
  .max(20_000)
  .refine((text) => !hasControl(text), { error: 'text without control characters' });

/** ISO 8601 with its offset, kept as it is written: `2025-11-20T15:05:00+01:00`. */
const Moment = z.iso
  .datetime({ offset: true, error: 'an instant such as 2025-11-20T14:05:00Z, with its zone' })
  .max(40)
  .refine((text) => Date.parse(text) >= 0, { error: 'an instant after 1 January 1970' });

const Key = z.strictObject({ vkey: z.string(), from: z.string(), until: z.string().nullable() });

export const ShowRegister = z.strictObject({});
export type ShowRegister = z.infer<typeof ShowRegister>;

export const RegisterShown = z.strictObject({
  state: z.enum(['open', 'stopped']),
  why: z.string().optional(),
  origin: z.string().optional(),
  epoch: z.int().optional(),
  size: z.int().optional(),
  root: z.string().optional(),
  checkpoint: z.string().optional(),
  /** Public keys, each with the time for which it counts. */
  keys: z.array(Key),
});
export type RegisterShown = z.infer<typeof RegisterShown>;

export const ContinueRegister = z.strictObject({ reason: Prose });
export type ContinueRegister = z.infer<typeof ContinueRegister>;

export const RotateRegisterKey = z.strictObject({ overlapHours: z.int().min(0).max(8760).default(720) });
export type RotateRegisterKey = z.infer<typeof RotateRegisterKey>;

export const RevokeRegisterKey = z.strictObject({
  key: z.string().regex(/^[0-9a-f]{8}$/, 'the eight hex digits of a key'),
  /** The last moment at which it was surely safe. */
  safeUntil: Moment,
  reason: Prose,
});
export type RevokeRegisterKey = z.infer<typeof RevokeRegisterKey>;
