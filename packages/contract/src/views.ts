import * as z from 'zod';
import { Gap } from './answer.ts';
import { RECIPIENT_CLASSES } from './incident.ts';

/** One look at one person's data, with the line that shows it. Null where a recipient was stated, not logged. */
export const SingleView = z.strictObject({
  at: z.iso.datetime({ precision: 3 }).nullable(),
  leak: z.string(),
  /** The page or item, as a person would write it. */
  page: z.string(),
  host: z.string(),
  person: z.string(),
  viewer: z.string(),
  class: z.enum(RECIPIENT_CLASSES),
  file: z.string().nullable(),
  /** Counted from 1. */
  line: z.int().min(1).nullable(),
});
export type SingleView = z.infer<typeof SingleView>;

/** `forthright who-saw PERSON --json`. */
export const WhoSaw = z.strictObject({
  schema: z.literal('forthright/who-saw/1'),
  run: z.string(),
  people: z.array(
    z.strictObject({
      person: z.string(),
      status: z.enum(['exposed', 'unknown', 'clear']),
      inDirectory: z.boolean(),
      fields: z.array(z.string()),
    }),
  ),
  views: z.array(SingleView),
  /** Gaps of the logs in which more views may have gone unrecorded. */
  gaps: z.array(Gap),
});
export type WhoSaw = z.infer<typeof WhoSaw>;

/** `forthright seen-by VIEWER --json`. */
export const SeenBy = z.strictObject({
  schema: z.literal('forthright/seen-by/1'),
  run: z.string(),
  viewers: z.array(z.strictObject({ viewer: z.string(), class: z.enum(RECIPIENT_CLASSES) })),
  people: z.int().min(0),
  views: z.array(SingleView),
  gaps: z.array(Gap),
});
export type SeenBy = z.infer<typeof SeenBy>;
