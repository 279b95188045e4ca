import * as z from 'zod';
import { AccessDefinition } from './access.ts';
import { ANSWER, type ErrorCode } from './errors.ts';
import { AnyIncident, Line, Moment, Person, Prose } from './fields.ts';
import { GivenGate, TRACE_OUTCOMES, TRACE_REFUSALS, TraceDefinition } from './trace.ts';

/** Traces in the record of an incident: the gate, the rankings, names that two people unlock, and what follows. */

const AnyId = z.string().max(60);
const Code = z.enum(Object.keys(ANSWER) as [ErrorCode, ...ErrorCode[]]);
/** Null once it was erased. */
const Shown = z.string().nullable();

export const OpenTrace = z.strictObject({ incident: AnyIncident, gate: GivenGate });
export type OpenTrace = z.infer<typeof OpenTrace>;

export const OfTrace = z.strictObject({ incident: AnyIncident, trace: AnyId });
export type OfTrace = z.infer<typeof OfTrace>;

/** A second person has read the gate, and says so with a reason. */
export const ConfirmGate = OfTrace.extend({ reason: Prose });
export type ConfirmGate = z.infer<typeof ConfirmGate>;

export const RunTrace = OfTrace.extend({ definition: TraceDefinition });
export type RunTrace = z.infer<typeof RunTrace>;

export const RunAccess = OfTrace.extend({ definition: AccessDefinition });
export type RunAccess = z.infer<typeof RunAccess>;

export const OfTraceRun = OfTrace.extend({ job: AnyId });
export type OfTraceRun = z.infer<typeof OfTraceRun>;

export const EraseTrace = OfTrace.extend({ reason: Prose });
export type EraseTrace = z.infer<typeof EraseTrace>;

export const TraceChanged = z.strictObject({
  incident: z.string(),
  trace: z.string(),
  /** The job of a run. */
  job: z.string().optional(),
  /** When answers and names are erased. */
  ends: z.string().optional(),
  entry: z.int(),
});
export type TraceChanged = z.infer<typeof TraceChanged>;

export const TraceRunListed = z.strictObject({
  job: z.string(),
  /** Whom reports point to, or what everybody can see. */
  what: z.enum(['trace', 'access']),
  state: z.enum(['asked', 'done', 'failed', 'cancelled']),
  askedBy: z.string(),
  askedAt: z.string(),
  entry: z.int(),
  endedEntry: z.int().optional(),
  /** Why it failed. */
  code: Code.optional(),
  outcome: z.enum([...TRACE_OUTCOMES, 'counted']).optional(),
  refusal: z.enum(TRACE_REFUSALS).optional(),
  /** How many stand out, or can't be told apart. */
  named: z.int().optional(),
  /** What `ask-unlock` calls the run in whose answer the pseudonyms stand. */
  evidence: z.string().optional(),
  sha256: z.string().optional(),
  bytes: z.int().optional(),
});
export type TraceRunListed = z.infer<typeof TraceRunListed>;

export const TraceShown = z.strictObject({
  id: z.string(),
  openedBy: z.string(),
  openedAt: z.string(),
  entry: z.int(),
  /** When answers and names are erased. */
  ends: z.string(),
  /** The entry that says that they were. */
  erasedEntry: z.int().optional(),
  /** Who confirmed the gate; nobody is scored before. */
  confirmedBy: z.string().optional(),
  confirmedEntry: z.int().optional(),
  /** `null` once it was erased. */
  gate: GivenGate.nullable(),
  runs: z.array(TraceRunListed),
});
export type TraceShown = z.infer<typeof TraceShown>;

export const TracesListed = z.strictObject({ traces: z.array(TraceShown) });
export type TracesListed = z.infer<typeof TracesListed>;

export const TraceRunShown = TraceRunListed.extend({
  definition: z.union([TraceDefinition, AccessDefinition]).nullable(),
  /** The answer as it was hashed: JSON text after the schema `forthright/trace/1` or `forthright/access/1`. `null` before its end, and once erased. */
  answer: Shown,
});
export type TraceRunShown = z.infer<typeof TraceRunShown>;

/** As answers of a trace call people. */
const Suspect = z
  .string()
  .regex(/^(?:employee|contractor|account)-[1-9]\d{0,5}$/, 'a pseudonym such as employee-1');

export const ShowSuspect = OfTraceRun.extend({ pseudonym: Suspect });
export type ShowSuspect = z.infer<typeof ShowSuspect>;

export const SuspectShown = z.strictObject({
  pseudonym: z.string(),
  /** The account in the logs, as the directory of employees calls it. */
  account: z.string(),
  /** Until when the name is unlocked. */
  until: z.string(),
  entry: z.int(),
});
export type SuspectShown = z.infer<typeof SuspectShown>;

export const MEASURES = ['suspend-access', 'block-seller', 'preserve-mailbox'] as const;
export type Measure = (typeof MEASURES)[number];

export const TakeMeasures = OfTraceRun.extend({
  /** Whom they are about, as the answer calls them. */
  candidate: Line,
  measures: z.array(z.enum(MEASURES)).min(1).max(MEASURES.length),
  owner: Person,
  due: Moment,
});
export type TakeMeasures = z.infer<typeof TakeMeasures>;

export const MeasuresTaken = z.strictObject({
  incident: z.string(),
  tasks: z.array(z.strictObject({ measure: z.enum(MEASURES), task: z.string(), entry: z.int() })),
  entry: z.int(),
});
export type MeasuresTaken = z.infer<typeof MeasuresTaken>;

export const ConfirmSuspect = OfTraceRun.extend({
  candidate: Line,
  /** Which data of the customers they had before them. */
  fields: z.array(Line.max(60)).min(1).max(50),
  reason: Prose,
});
export type ConfirmSuspect = z.infer<typeof ConfirmSuspect>;

export const SuspectConfirmed = z.strictObject({
  incident: z.string(),
  /** The version of the leaks in which these stand. */
  leaks: z.int(),
  ids: z.array(z.string()),
  entry: z.int(),
});
export type SuspectConfirmed = z.infer<typeof SuspectConfirmed>;

export const GetTracePack = OfTraceRun.extend({ candidate: Line });
export type GetTracePack = z.infer<typeof GetTracePack>;
