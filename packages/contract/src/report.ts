import * as z from 'zod';

/** Reports to an authority: what is filled in, from where, and what is missing. */

export const REPORT_TEMPLATES = ['edpb', 'ico', 'us-ag', 'generic'] as const;
export type ReportTemplate = (typeof REPORT_TEMPLATES)[number];

const Text = z.string().trim().min(1).max(20_000);
const Country = z.string().regex(/^[A-Z]{2}$/, 'two capital letters, such as LU');

/** What may stand in a field; which of them, its template says. */
export const ReportValue = z.union([
  Text,
  z.boolean(),
  z.int().min(0),
  z.array(Text).min(1).max(200),
  z.record(Country, z.int().min(0)),
]);
export type ReportValue = z.infer<typeof ReportValue>;

/** A report file: `forthright report FILE`. Paths are relative to it. */
export const ReportStatement = z.strictObject({
  template: z.enum(REPORT_TEMPLATES).default('edpb'),
  kind: z.enum(['new', 'follow-up']).default('new'),
  state: z.enum(['complete', 'incomplete', 'withdraw']).default('incomplete'),
  /** Who answers for what is typed here. */
  by: z.string().trim().min(1).max(300),
  /** For `us-ag`: the state, such as `US-CA`. */
  place: z
    .string()
    .regex(/^US-[A-Z]{2}$/, 'a state such as US-CA')
    .optional(),
  /** For Germany, whose authority goes by the seat: `DE-BE`. */
  seat: z
    .string()
    .regex(/^DE-[A-Z]{2}$/, 'a German state such as DE-BE')
    .optional(),
  incident: z.string().min(1).optional(),
  scope: z.string().min(1).optional(),
  risk: z.string().min(1).optional(),
  /** An earlier version, as `--json` printed it: what differs is told. */
  previous: z.string().min(1).optional(),
  /** By the field's number or name. */
  fields: z.record(z.string().min(1).max(40), ReportValue).default({}),
});
export type ReportStatement = z.infer<typeof ReportStatement>;

export const ReportSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('computed'), run: z.string(), from: z.string() }),
  z.strictObject({ kind: z.literal('incident'), from: z.string() }),
  z.strictObject({ kind: z.literal('risk'), from: z.string() }),
  z.strictObject({ kind: z.literal('workspace'), from: z.string() }),
  z.strictObject({ kind: z.literal('stated'), by: z.string(), insteadOf: ReportValue.optional() }),
]);
export type ReportSource = z.infer<typeof ReportSource>;

const Filled = z.strictObject({ value: ReportValue, source: ReportSource });
export type FilledField = z.infer<typeof Filled>;

const Missing = z.strictObject({ field: z.string(), label: z.string(), law: z.string().nullable() });
const Wrong = z.strictObject({ field: z.string(), label: z.string(), message: z.string() });
const Changed = z.strictObject({
  field: z.string(),
  label: z.string(),
  before: ReportValue.nullable(),
  after: ReportValue.nullable(),
});
export type FieldChange = z.infer<typeof Changed>;

const Shown = z.strictObject({
  field: z.string(),
  label: z.string(),
  law: z.string().nullable(),
  /** In words; `null`: nothing yet. */
  value: z.string().nullable(),
  isMissing: z.boolean(),
  source: ReportSource.nullable(),
});

/** One version of a report. It is never changed; the next one is another. */
export const Report = z.strictObject({
  schema: z.literal('forthright/report/1'),
  template: z.enum(REPORT_TEMPLATES),
  name: z.string(),
  templateVersion: z.string(),
  status: z.string(),
  language: z.literal('en'),
  kind: z.enum(['new', 'follow-up']),
  state: z.enum(['complete', 'incomplete', 'withdraw']),
  by: z.string(),
  at: z.iso.datetime(),
  /** To whom, and why: the lead authority, or each where people live. */
  addressees: z.array(
    z.strictObject({ country: z.string(), name: z.string(), why: z.string(), confidence: z.string() }),
  ),
  values: z.record(z.string(), Filled),
  sections: z.array(z.strictObject({ name: z.string(), fields: z.array(Shown) })),
  missing: z.array(Missing),
  wrong: z.array(Wrong),
  /** Complete: nothing is missing or wrong. What is said to be complete and is not, is wrong. */
  isReady: z.boolean(),
  /** Against the version before, whose hash it names. */
  previous: z.strictObject({ sha256: z.string(), changes: z.array(Changed) }).nullable(),
});
export type Report = z.infer<typeof Report>;
