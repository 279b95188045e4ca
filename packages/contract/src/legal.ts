import * as z from 'zod';
import { DUTY_STATUSES, DutiesAnswer, DutyRow, TraceStep } from './duties.ts';
import { CAUSES, Fact, StatedFacts } from './facts.ts';
import { AnyIncident, Id, Line, MOST_VERSIONS, Moment, Prose, Shown } from './fields.ts';
import { RiskAnswer } from './risk.ts';

/** The law in the record of an incident: what it asks, what was done about it, and until when. */

const orNull = <S extends Readonly<Record<string, z.ZodType>>>(shape: S) =>
  Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, type.nullable().optional()])) as {
    [K in keyof S]: z.ZodOptional<z.ZodNullable<S[K]>>;
  };

// The decision, the role, what was done and what was determined are deeds of the record, not words of this list.
const { risk: _, role: __, notices: ___, determinations: ____, targets, ...stated } = StatedFacts.shape;
const lawFacts = {
  ...stated,
  /** Where the kind of the incident does not say it: `theft`, `third-party`, `human-error`. */
  cause: z.enum(CAUSES).optional(),
  targets: targets.removeDefault().optional(),
};

/** What the law asks for and neither logs nor other parts of the record say. What is left out is unknown. */
export const RecordedLawFacts = z.strictObject(lawFacts);
export type RecordedLawFacts = z.infer<typeof RecordedLawFacts>;

/** Only what is given changes; `null` takes it back. `version` is the one that the writer has seen, 0 at first. */
export const SetLawFacts = z
  .strictObject({ incident: AnyIncident, version: z.int().min(0).max(MOST_VERSIONS), ...orNull(lawFacts) })
  .refine(
    ({ incident: _i, version: _v, ...given }) => Object.values(given).some((one) => one !== undefined),
    {
      error: 'nothing is changed',
    },
  );
export type SetLawFacts = z.infer<typeof SetLawFacts>;

export const ShowLawFacts = z.strictObject({ incident: AnyIncident });
export type ShowLawFacts = z.infer<typeof ShowLawFacts>;

export const LawFactsShown = z.strictObject({
  incident: z.string(),
  version: z.int(),
  entry: z.int().nullable(),
  /** `null` once the text was erased. */
  facts: RecordedLawFacts.nullable(),
});
export type LawFactsShown = z.infer<typeof LawFactsShown>;

export const AssessDuties = z.strictObject({ incident: AnyIncident });
export type AssessDuties = z.infer<typeof AssessDuties>;

const Count = z.int().min(0);
const People = z.strictObject({ min: Count, max: Count });

/** How a duty of the version before differs. */
export const DutyChange = z.strictObject({
  duty: z.string(),
  change: z.enum(['new', 'gone', 'status', 'deadline', 'addressee', 'people']),
  before: z.enum(DUTY_STATUSES).nullable(),
  after: z.enum(DUTY_STATUSES).nullable(),
  people: z.strictObject({ before: People.nullable(), after: People.nullable() }),
  until: z.strictObject({ before: z.string().nullable(), after: z.string().nullable() }),
  /** Which way the deadline went. */
  deadline: z.enum(['same', 'earlier', 'later', 'begins', 'ends']),
  /** Comparisons whose outcome is another now, such as a number that crossed its threshold. */
  because: z.array(
    z.strictObject({ says: z.string(), before: TraceStep.nullable(), after: TraceStep.nullable() }),
  ),
});
export type DutyChange = z.infer<typeof DutyChange>;

/** One version, whole, as it is kept. */
export const DutiesVersion = z.strictObject({
  schema: z.literal('forthright/duties-version/1'),
  /** Undefined where what is stated of the risk contradicts the run. */
  risk: RiskAnswer.nullable(),
  decision: Fact,
  duties: DutiesAnswer,
  changes: z.array(DutyChange),
});
export type DutiesVersion = z.infer<typeof DutiesVersion>;

const figures = {
  incident: z.string(),
  version: z.int(),
  /** The register's entry. */
  entry: z.int(),
  /** The job of the run of scope that it is made from, and the run's own id. */
  job: z.string(),
  run: z.string(),
  due: Count,
  cannotTell: Count,
  unverified: Count,
  notDue: Count,
};

export const DutiesAssessed = z.strictObject({
  ...figures,
  /** False: nothing differs from this version, so no other was kept. */
  isNew: z.boolean(),
  changes: z.array(DutyChange),
});
export type DutiesAssessed = z.infer<typeof DutiesAssessed>;

const Version = z.coerce.number().int().min(1).max(MOST_VERSIONS);
export const ShowDuties = z.strictObject({
  incident: AnyIncident,
  version: Version.optional(),
  status: z.enum(DUTY_STATUSES).optional(),
});
export type ShowDuties = z.infer<typeof ShowDuties>;

export const SETTLED = ['fulfilled', 'excused'] as const;
export const CLOCK_STATES = ['running', 'missed', 'met', 'met-late', 'start-unknown', 'no-number'] as const;

/** One duty, short. */
export const DutyListed = z.strictObject({
  duty: z.string(),
  to: z.string(),
  status: z.enum(DUTY_STATUSES),
  min: Count,
  max: Count,
  /** The law's deadline, as a person reads it; internal targets stand apart. */
  until: z.string().nullable(),
  /** The instant after which it is late. */
  untilAt: z.string().nullable(),
  clock: z.enum(CLOCK_STATES).nullable(),
  settled: z.enum(SETTLED).nullable(),
});
export type DutyListed = z.infer<typeof DutyListed>;

export const DutiesShown = z.strictObject({
  ...figures,
  at: z.string(),
  /** What is proposed, and what a person decided; the duties go by the decision. */
  proposed: z.string().nullable(),
  decision: Fact.nullable(),
  law: DutiesAnswer.shape.law.nullable(),
  /** `null`: it was erased. */
  duties: z.array(DutyListed).nullable(),
  changes: z.array(DutyChange),
  questions: DutiesAnswer.shape.questions,
  problems: z.array(z.strictObject({ code: z.string(), text: z.string() })),
  fines: DutiesAnswer.shape.fines,
  upcoming: DutiesAnswer.shape.upcoming,
  targets: DutiesAnswer.shape.targets,
});
export type DutiesShown = z.infer<typeof DutiesShown>;

const AnyDuty = z.string().trim().min(1).max(80);

export const ShowDuty = z.strictObject({
  incident: AnyIncident,
  duty: AnyDuty,
  version: Version.optional(),
});
export type ShowDuty = z.infer<typeof ShowDuty>;

export const DUTY_ACTS = ['fulfilled', 'excused', 'reopened'] as const;
export type DutyAct = (typeof DUTY_ACTS)[number];

/** What was done about a duty, the oldest first. */
export const DutyStep = z.strictObject({
  act: z.enum(DUTY_ACTS),
  entry: z.int(),
  by: z.string(),
  at: z.string(),
  /** How it was done, or why not. */
  text: Shown,
  /** The authority's number. */
  reference: Shown,
  /** Evidence. */
  receipt: z.string().nullable(),
  /** GDPR Art. 33(1): why it was late. */
  delayReasons: Shown,
  report: z.strictObject({ template: z.string(), version: z.int() }).nullable(),
});
export type DutyStep = z.infer<typeof DutyStep>;

export const DutyShown = z.strictObject({
  incident: z.string(),
  version: z.int(),
  entry: z.int(),
  settled: z.enum(SETTLED).nullable(),
  /** With every comparison and its values. */
  row: DutyRow,
  steps: z.array(DutyStep),
});
export type DutyShown = z.infer<typeof DutyShown>;

export const FulfilDuty = z.strictObject({
  incident: AnyIncident,
  duty: AnyDuty,
  /** When it was done. */
  at: Moment,
  /** How, and to whom. */
  text: Prose,
  reference: Line.optional(),
  receipt: Id('evi').optional(),
  /** Asked for when it is late. */
  delayReasons: Prose.optional(),
});
export type FulfilDuty = z.infer<typeof FulfilDuty>;

export const ExcuseDuties = z.strictObject({
  incident: AnyIncident,
  duties: z.array(AnyDuty).min(1).max(300).optional(),
  /** In their place: every open duty of this status. What is due is excused by its name alone. */
  status: z.enum(['cannot-tell', 'unverified']).optional(),
  /** Why nothing is done, and on whose word. */
  reason: Prose,
});
export type ExcuseDuties = z.infer<typeof ExcuseDuties>;

export const ReopenDuty = z.strictObject({ incident: AnyIncident, duty: AnyDuty, reason: Prose });
export type ReopenDuty = z.infer<typeof ReopenDuty>;

export const DetermineExemption = z.strictObject({
  incident: AnyIncident,
  /** `US-WA/harm`: an exemption that holds once somebody has determined it in writing. */
  exemption: AnyDuty,
  /** False takes an earlier determination back. */
  holds: z.boolean().default(true),
  /** The finding itself, as the law wants it in writing. */
  reason: Prose,
});
export type DetermineExemption = z.infer<typeof DetermineExemption>;

export const DutiesSettled = z.strictObject({
  incident: z.string(),
  entry: z.int(),
  /** How many duties it was about. */
  settled: z.int(),
  /** Duties that this was about and that are open still, or again. */
  open: z.array(z.string()),
});
export type DutiesSettled = z.infer<typeof DutiesSettled>;

export const ListClocks = z.strictObject({
  /** Those of this incident alone; none of one that you may not see. */
  incident: AnyIncident.optional(),
  most: z.coerce.number().int().min(1).max(500).default(50),
  /** What the page before ended with. */
  after: z.string().max(160).optional(),
});
export type ListClocks = z.infer<typeof ListClocks>;

/** Nearest first. Only deadlines of law stand here. */
export const ClocksListed = z.strictObject({
  clocks: z.array(
    z.strictObject({
      incident: z.string(),
      title: Shown,
      duty: z.string(),
      kind: z.literal('legal'),
      status: z.enum(['due', 'cannot-tell']),
      until: z.string(),
      untilWords: z.string(),
      isMissed: z.boolean(),
      /** Law enforcement asked to wait until then; the deadline stays as it is. */
      delayedUntil: z.string().nullable(),
    }),
  ),
  next: z.string().optional(),
});
export type ClocksListed = z.infer<typeof ClocksListed>;
