import * as z from 'zod';
import { Line, Prose } from './fields.ts';
import { ReportRead } from './reports.ts';
import { GATE_SETTLED } from './trace.ts';

/** Decoys: customers who do not exist, each shown in one place, so that a mail to one says through which place its address left. */

const AnyId = z.string().max(60);

/** Where a decoy is shown. `nowhere`: in no place at all, so that a mail to one says that addresses leave by another way. */
export const DECOY_PLACES = ['view', 'queue', 'export', 'feed', 'partner', 'nowhere'] as const;
export type DecoyPlace = (typeof DECOY_PLACES)[number];

/** What the customers of a place have in common; its decoys have it, too, and are compared with those alone that do. */
const Like = z.strictObject({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country code such as LU')
    .optional(),
  // Databases don't agree on what a backslash means in a text.
  region: Line.max(60)
    .refine((text) => !text.includes('\\'), { error: 'a region without a backslash' })
    .optional(),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'a language such as de')
    .optional(),
});
export type DecoyLike = z.infer<typeof Like>;

const Place = z.strictObject({
  kind: z.enum(['view', 'queue', 'export', 'feed', 'partner']),
  /** As the logs call it: of a view the account of the employee, of a queue the team, else the export, seller or partner. */
  name: Line,
  like: Like.default({}),
});

/** So many of one place make it likely that somebody who passes on a part of it passes one on. */
export const FEWEST_NOWHERE = 10;

export const PlantDecoys = z.strictObject({
  planting: z.strictObject({
    /** As before a trace: decoys in employees' views watch employees. */
    gate: z.strictObject(GATE_SETTLED),
    places: z
      .array(Place)
      .min(1)
      .max(10_000)
      .refine((all) => new Set(all.map(({ kind, name }) => `${kind} ${name}`)).size === all.length, {
        error: 'a place stands here twice',
      }),
    perPlace: z.int().min(3).max(5).default(4),
    /** Decoys that stand among customers and in no place. */
    nowhere: z.int().min(FEWEST_NOWHERE).max(1000).default(20),
  }),
});
export type PlantDecoys = z.infer<typeof PlantDecoys>;

export const DecoysPlanted = z.strictObject({
  planting: z.string(),
  decoys: z.int(),
  /** When the mapping is erased. */
  ends: z.string(),
  entry: z.int(),
});
export type DecoysPlanted = z.infer<typeof DecoysPlanted>;

const OfPlanting = z.strictObject({ planting: AnyId });

export const GetDecoys = OfPlanting.extend({
  /** `sql`: a view for each place; `csv`: rows with their place. */
  as: z.enum(['json', 'csv', 'sql']).default('json'),
  /** What the views are called, with a number behind it: a word of the shop's own, which says nothing. */
  view: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,40}$/, 'a name such as customers_part')
    .default('customers_part'),
});
export type GetDecoys = z.infer<typeof GetDecoys>;

/** As a customer; the shop numbers them like its own. */
const Row = z.strictObject({
  name: z.string(),
  email: z.string(),
  country: z.string().nullable(),
  region: z.string().nullable(),
  language: z.string().nullable(),
});

export const DecoysGiven = z.strictObject({
  planting: z.string(),
  places: z.array(
    z.strictObject({
      kind: z.enum(DECOY_PLACES),
      /** `null`: in no place. */
      name: z.string().nullable(),
      customers: z.array(Row),
    }),
  ),
  entry: z.int(),
});
export type DecoysGiven = z.infer<typeof DecoysGiven>;

export const ListDecoys = z.strictObject({});

export const DecoysListed = z.strictObject({
  plantings: z.array(
    z.strictObject({
      id: z.string(),
      plantedBy: z.string(),
      plantedAt: z.string(),
      entry: z.int(),
      ends: z.string(),
      erasedEntry: z.int().optional(),
      /** Since when they are known to whoever loads them; before, mail to one means nothing. */
      givenAt: z.string().optional(),
      decoys: z.int(),
      /** How many places of each kind. */
      places: z.record(z.string(), z.int()),
      gate: z.strictObject(GATE_SETTLED).nullable(),
    }),
  ),
  /** Mails that came to decoys, the latest first. */
  mails: z.array(
    z.strictObject({
      id: z.string(),
      decoy: z.string(),
      planting: z.string(),
      at: z.string(),
      entry: z.int(),
      place: z.enum(DECOY_PLACES),
      /** Which one; of an employee's view nobody is told: a trace calls them by a pseudonym. */
      name: z.string().nullable(),
      /** It says that it comes from one of our own domains, as our newsletters do: then it shows nothing. */
      fromUs: z.boolean(),
      /** What was read out of it. `null` once it was erased. */
      read: ReportRead.nullable(),
    }),
  ),
});
export type DecoysListed = z.infer<typeof DecoysListed>;

export const EraseDecoys = OfPlanting.extend({ reason: Prose });
export type EraseDecoys = z.infer<typeof EraseDecoys>;
export const DecoysErased = z.strictObject({ planting: z.string(), entry: z.int() });
export type DecoysErased = z.infer<typeof DecoysErased>;
