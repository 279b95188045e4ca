import * as z from 'zod';
import { DATA_CATEGORIES, DATA_ROLES, INCIDENT_KINDS, PEOPLE_CATEGORIES, REPORTERS } from './lists.ts';
import { Changed, INCIDENT_TIMES } from './record.ts';

const AnyIncident = z.string().max(60);
const JsonObject = z.record(z.string(), z.json());

export const ExportVeris = z.strictObject({ incident: AnyIncident });
export type ExportVeris = z.infer<typeof ExportVeris>;

export const ExportDpv = z.strictObject({ incident: AnyIncident });
export type ExportDpv = z.infer<typeof ExportDpv>;

/** A record of VERIS 1.4.1. */
export const VerisRecord = JsonObject;
export type VerisRecord = z.infer<typeof VerisRecord>;

export const ImportVeris = z.strictObject({ record: JsonObject });
export type ImportVeris = z.infer<typeof ImportVeris>;

/** Something of an imported record that no fact was made of. It is kept as it came. */
const NotUnderstood = z.strictObject({ at: z.string(), value: z.string() });
export type NotUnderstood = z.infer<typeof NotUnderstood>;

export const Imported = Changed.extend({
  notUnderstood: z.array(NotUnderstood),
  /** How many more there are than are listed. */
  more: z.int(),
});
export type Imported = z.infer<typeof Imported>;

export const ShowImport = z.strictObject({ incident: AnyIncident });
export type ShowImport = z.infer<typeof ShowImport>;

export const ImportShown = z.strictObject({
  format: z.literal('veris'),
  entry: z.int(),
  /** Of the record's JSON text. */
  sha256: z.string(),
  record: JsonObject,
  notUnderstood: z.array(NotUnderstood),
  more: z.int(),
});
export type ImportShown = z.infer<typeof ImportShown>;

const Range = z
  .strictObject({ min: z.int().min(0), max: z.int().min(0) })
  .refine(({ min, max }) => min <= max, { error: 'min is at most max', path: ['max'] });
const Words = z.string().min(1).max(300);

/**
 * What VERIS has no place for, under `plus.forthright`. Who said or estimated something is not in it: a VERIS record is
 * made to be given away.
 */
export const VerisExtension = z.strictObject({
  format: z.literal(1),
  kind: z.enum(INCIDENT_KINDS),
  times: z.partialRecord(z.enum(INCIDENT_TIMES), z.string().max(40)).default({}),
  estimate: Range.optional(),
  records: Range.optional(),
  categories: z
    .strictObject({
      people: z.array(z.enum(PEOPLE_CATEGORIES)).min(1).optional(),
      data: z.array(z.enum(DATA_CATEGORIES)).min(1).optional(),
    })
    .optional(),
  reportedBy: z.enum(REPORTERS).optional(),
  site: Words.optional(),
  brand: Words.optional(),
  role: z.strictObject({ as: z.enum(DATA_ROLES), for: Words.optional() }).optional(),
});
export type VerisExtension = z.infer<typeof VerisExtension>;

/** The register of breaches, GDPR Art. 33(5), as CSV. */
export const ExportBreachRegister = z.strictObject({
  /** Whether the file begins with U+FEFF, by which Excel knows UTF-8. */
  bom: z.boolean().default(true),
});
export type ExportBreachRegister = z.infer<typeof ExportBreachRegister>;
