import * as z from 'zod';
import type { FieldType } from './edpb-template.ts';
import { MOST_VERSIONS, Prose } from './fields.ts';
import { RISK_FACTOR_IDS, RiskAnswer, type RiskFactorId, RiskStatement } from './risk.ts';
import { Organisation } from './workspace.ts';

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

const AnyIncident = z.string().max(60);
const Template = z.enum(REPORT_TEMPLATES);
const Version = z.coerce.number().int().min(1).max(MOST_VERSIONS);

export const AssessRisk = z.strictObject({
  incident: AnyIncident,
  /** Beside it counts the latest run of scope of the record. */
  statement: RiskStatement,
});
export type AssessRisk = z.infer<typeof AssessRisk>;

export const ShowRisk = z.strictObject({ incident: AnyIncident, version: Version.optional() });
export type ShowRisk = z.infer<typeof ShowRisk>;

export const RiskAssessed = z.strictObject({
  incident: z.string(),
  version: z.int(),
  /** The register's entry. */
  entry: z.int(),
  /** `null`: it was erased. */
  assessment: RiskAnswer.nullable(),
  /** What somebody stated for it, as `assess-risk` takes it; `null`: it was erased. */
  statement: z.record(z.string(), z.unknown()).nullable(),
});
export type RiskAssessed = z.infer<typeof RiskAssessed>;

/** What would be assessed; nothing of it is kept. */
export const RiskDrafted = z.strictObject({ incident: z.string(), assessment: RiskAnswer });
export type RiskDrafted = z.infer<typeof RiskDrafted>;

/** Every factor with its values from the harmless to the grave, and what is cited by its short name. */
export const RiskQuestionsListed = z.strictObject({
  factors: z.array(
    z.strictObject({
      factor: z.enum(RISK_FACTOR_IDS as [RiskFactorId, ...RiskFactorId[]]),
      asks: z.string(),
      why: z.string(),
      cites: z.array(z.string()),
      values: z.array(z.strictObject({ value: z.string(), means: z.string() })),
      /** What stands where somebody says that nothing is out of the ordinary. */
      ordinary: z.string().optional(),
    }),
  ),
  citations: z.record(z.string(), z.strictObject({ text: z.string(), link: z.string() })),
});
export type RiskQuestionsListed = z.infer<typeof RiskQuestionsListed>;

export const SaveReport = z.strictObject({
  incident: AnyIncident,
  /** Only for a server that was started without a workspace. */
  organisation: Organisation.optional(),
  /** Its incident, run of scope and risk are those of the record, its version before the last one of the record. */
  statement: ReportStatement.omit({ incident: true, risk: true, scope: true, previous: true }),
});
export type SaveReport = z.infer<typeof SaveReport>;

export const ShowReport = z.strictObject({ incident: AnyIncident, template: Template, version: Version });
export type ShowReport = z.infer<typeof ShowReport>;

export const ReportSaved = z.strictObject({
  incident: z.string(),
  template: Template,
  version: z.int(),
  entry: z.int(),
  report: Report.nullable(),
});
export type ReportSaved = z.infer<typeof ReportSaved>;

/** What would be saved, against the version before; nothing of it is kept. */
export const ReportDrafted = z.strictObject({ incident: z.string(), template: Template, report: Report });
export type ReportDrafted = z.infer<typeof ReportDrafted>;

export const REPORT_FILES = ['pdf', 'html', 'json'] as const;
export const GetReportFile = ShowReport.extend({ as: z.enum(REPORT_FILES).default('pdf') });
export type GetReportFile = z.infer<typeof GetReportFile>;

export const REPORT_FIELD_TYPES = [
  'text',
  'instant',
  'date',
  'whole',
  'flag',
  'choice',
  'choices',
  'texts',
  'countries',
  'by-country',
] as const satisfies readonly FieldType[];

export const ShowReportTemplate = z.strictObject({ template: Template });
export type ShowReportTemplate = z.infer<typeof ShowReportTemplate>;

/** The fields of a template, for forms; which of them a report asks hangs on the others. */
export const ReportTemplateShown = z.strictObject({
  template: Template,
  name: z.string(),
  version: z.string(),
  status: z.string(),
  fields: z.array(
    z.strictObject({
      field: z.string(),
      label: z.string(),
      type: z.enum(REPORT_FIELD_TYPES),
      choices: z.array(z.strictObject({ value: z.string(), means: z.string() })),
      /** Where the draft contradicts itself: what is asked here instead. */
      note: z.string().optional(),
    }),
  ),
});
export type ReportTemplateShown = z.infer<typeof ReportTemplateShown>;

export const ListReports = z.strictObject({ incident: AnyIncident });
export type ListReports = z.infer<typeof ListReports>;

export const ReportsListed = z.strictObject({
  reports: z.array(
    z.strictObject({
      template: Template,
      version: z.int(),
      entry: z.int(),
      kind: z.enum(['new', 'follow-up']),
      state: z.enum(['complete', 'incomplete', 'withdraw']),
      missing: z.int(),
      wrong: z.int(),
      filings: z.array(
        z.strictObject({
          entry: z.int(),
          filedAt: z.string(),
          receipt: z.string().nullable(),
          authority: z.string().nullable(),
          reference: z.string().nullable(),
        }),
      ),
    }),
  ),
});
export type ReportsListed = z.infer<typeof ReportsListed>;

export const FileReport = z.strictObject({
  incident: AnyIncident,
  template: Template,
  version: Version,
  authority: z.string().trim().min(1).max(300),
  filedAt: z.iso
    .datetime({ offset: true, error: 'an instant such as 2025-11-20T14:05:00Z, with its zone' })
    .max(40),
  /** The number that the authority gave. */
  reference: z.string().trim().min(1).max(300).optional(),
  /** The evidence that is the authority's receipt. */
  receipt: z
    .string()
    .regex(/^evi_[0-9a-f]{32}$/, 'an id such as evi_…')
    .optional(),
  /** Duties of the last assessment that this fulfils: `EU/authority`. */
  duties: z.array(z.string().trim().min(1).max(80)).max(50).default([]),
  /** Why it is late; asked for when a deadline of one of them has passed. */
  delayReasons: Prose.optional(),
});
export type FileReport = z.infer<typeof FileReport>;

export const ReportFiled = z.strictObject({
  incident: z.string(),
  template: Template,
  version: z.int(),
  entry: z.int(),
});
export type ReportFiled = z.infer<typeof ReportFiled>;
