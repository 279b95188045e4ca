import * as z from 'zod';
import { MOST_VERSIONS } from './fields.ts';

/** Papers of the first hour: made of what the record holds, and of what it does not. */
export const PAPERS = ['holding-statement', 'authority-report', 'board-brief'] as const;
export type PaperKind = (typeof PAPERS)[number];

const AnyIncident = z.string().max(60);
const NextUpdate = z.iso
  .datetime({ offset: true, error: 'an instant such as 2025-11-20T14:05:00Z, with its zone' })
  .max(40)
  .optional();
export const PAPER_FORMATS = ['json', 'html', 'text'] as const;
export type PaperFormat = (typeof PAPER_FORMATS)[number];

export const ComposePaper = z.strictObject({
  incident: AnyIncident,
  paper: z.enum(PAPERS),
  format: z.enum(PAPER_FORMATS).default('json'),
  /** By when whoever issues it will know more. */
  nextUpdate: NextUpdate,
});
export type ComposePaper = z.infer<typeof ComposePaper>;

/** The instant at which a draft was composed, and its SHA-256. */
const DRAFT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\/[0-9a-f]{64}$/;

export const IssuePaper = z.strictObject({
  incident: AnyIncident,
  paper: z.enum(PAPERS),
  /** Of the facts, as the one who issues it has seen them. */
  version: z.int().min(1).max(MOST_VERSIONS),
  nextUpdate: NextUpdate,
  /** Of the draft that was read: issued only if the record still gives that one. Left out, the paper is issued as it reads by then. */
  draft: z.string().regex(DRAFT, 'what `compose-paper` gives as `draft`').optional(),
});
export type IssuePaper = z.infer<typeof IssuePaper>;

export const ShowPaper = z.strictObject({
  incident: AnyIncident,
  issued: z.string().max(60),
  format: z.enum(['html', 'text']).default('html'),
});
export type ShowPaper = z.infer<typeof ShowPaper>;

/** What the support desk may say: the last holding statement that was issued. */
export const ShowHoldingStatement = z.strictObject({
  incident: AnyIncident,
  format: z.enum(['html', 'text']).default('text'),
});
export type ShowHoldingStatement = z.infer<typeof ShowHoldingStatement>;

/** The last one of each incident, without a word of what the incident is. */
export const HoldingStatementsListed = z.strictObject({
  statements: z.array(z.strictObject({ incident: z.string(), number: z.int(), issuedAt: z.string() })),
});
export type HoldingStatementsListed = z.infer<typeof HoldingStatementsListed>;

/** Where a line comes from. `fixed` is the same in every paper; what is `computed` follows from recorded times. */
export const BASES = ['recorded', 'estimated', 'from-run', 'computed', 'unknown', 'fixed'] as const;
export type Basis = (typeof BASES)[number];

const Line = z.strictObject({
  label: z.string().optional(),
  text: z.string(),
  basis: z.enum(BASES),
  /** Who says so, or how it was computed. */
  source: z.string().optional(),
});
export type PaperLine = z.infer<typeof Line>;

export const PaperMade = z.strictObject({
  paper: z.enum(PAPERS),
  incident: z.string(),
  /** Of the facts. */
  version: z.int(),
  madeAt: z.string(),
  title: z.string(),
  /** What it lacks by the rule that it is made after is listed in `missing`. */
  isComplete: z.boolean(),
  marks: z.array(z.string()),
  sections: z.array(z.strictObject({ heading: z.string(), lines: z.array(Line) })),
  missing: z.array(z.strictObject({ what: z.string(), rule: z.string().optional() })),
});
export type PaperMade = z.infer<typeof PaperMade>;

/** A draft, and what to name when it is issued as it was read. */
export const PaperComposed = PaperMade.extend({ draft: z.string() });
export type PaperComposed = z.infer<typeof PaperComposed>;

export const PaperIssued = z.strictObject({
  id: z.string(),
  paper: z.enum(PAPERS),
  /** The first of its kind is 1. */
  number: z.int(),
  /** Of the facts. */
  version: z.int(),
  by: z.string(),
  at: z.string(),
  isComplete: z.boolean(),
  /** SHA-256 of the page and of the plain text, which never change; `null` once it was erased. */
  html: z.string().nullable(),
  text: z.string().nullable(),
  entry: z.int(),
});
export type PaperIssued = z.infer<typeof PaperIssued>;
