import * as z from 'zod';
import { ELEMENTS, EVENT_NAMES, Fact, LawFacts, StatedFacts, WORD_FACT_NAMES } from './facts.ts';
import { RiskAnswer } from './risk.ts';

const Text = z.string().trim().min(1);
const Day = z.iso.date({ error: 'a day such as 2026-01-01' });
const Id = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens');
const Count = z.int().min(0);
const RegimeCode = z
  .string()
  .regex(/^[A-Z]{2}[A-Za-z0-9]*(-[A-Za-z0-9]+)*$/, 'a code such as US-CA, EU or JP');

/** An element, or several of which one is enough: `email | username`. */
const Term = z
  .string()
  .regex(/^\w+( \| \w+)*$/)
  .refine((text) => text.split(' | ').every((name) => (ELEMENTS as readonly string[]).includes(name)), {
    error: `an element or several with \` | \` between them, of: ${ELEMENTS.join(', ')}`,
  });
/** Elements that must stand together in one person. */
const Combination = z.array(Term).min(1);

const threshold = { atLeast: Count.optional(), moreThan: Count.optional() };
const oneThreshold = {
  error: 'say one of `atLeast: N` and `moreThan: N`',
};
const hasOneThreshold = (c: { atLeast?: number | undefined; moreThan?: number | undefined }) =>
  (c.atLeast === undefined) !== (c.moreThan === undefined);

/** A comparison that the engine can explain. There is no "less than": more people never take a duty away. */
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { residents: string; atLeast?: number | undefined; moreThan?: number | undefined }
  | { everyone: string; atLeast?: number | undefined; moreThan?: number | undefined }
  | { fact: (typeof WORD_FACT_NAMES)[number]; is: string | string[] }
  | { covered: string; ask: string }
  | { turnoverMoreThan: number; currency: string; covered: string }
  | { seatIn: string }
  | { duty: string };

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(Condition).min(1) }),
    z.strictObject({ any: z.array(Condition).min(1) }),
    z.strictObject({ not: Condition }),
    z.strictObject({ residents: Text, ...threshold }).refine(hasOneThreshold, oneThreshold),
    z.strictObject({ everyone: Text, ...threshold }).refine(hasOneThreshold, oneThreshold),
    z.strictObject({ fact: z.enum(WORD_FACT_NAMES), is: z.union([Text, z.array(Text).min(1)]) }),
    /** Whether the law covers this organisation: stated under `facts.covered`. */
    z.strictObject({ covered: RegimeCode, ask: Text }),
    /** By the stated turnover where its currency is the law's; else stated under `facts.covered`. */
    z.strictObject({ turnoverMoreThan: z.number(), currency: z.string().length(3), covered: RegimeCode }),
    /** The organisation has its seat in this country or region, or in the EEA, or a branch for which the data are processed. */
    z.strictObject({ seatIn: z.string().regex(/^([A-Z]{2}(-[A-Z]{2,3})?|EEA)$/) }),
    /** Another duty of the same file is due. */
    z.strictObject({ duty: Id }),
  ]),
);

const Within = z
  .string()
  .regex(
    /^[1-9]\d* (hours|days|business days|months)$/,
    'a length such as 72 hours, 30 days, 3 business days, 1 months',
  );
const Clock = z.union([
  z.strictObject({
    from: z.enum(EVENT_NAMES),
    within: Within,
    /** The day of the event is the first day, where the law says so. */
    countsFirstDay: z.literal(true).optional(),
  }),
  /** From the day on which another duty of the same file was done. */
  z.strictObject({ afterNotice: Id, within: Within }),
  /** Not later than another duty of the same file is done. */
  z.strictObject({ notLaterThan: Id }),
]);

export const ROLLINGS = ['none', 'next-working-day', 'eu-1182-71'] as const;

const Deadline = z.strictObject({
  /** As the law says it. */
  words: Text,
  /** The earliest that can be told is the deadline. None: the law gives no number. */
  clocks: z.array(Clock).default([]),
  /** The event from which "without undue delay" is reckoned, where there is no number. */
  start: z.enum(EVENT_NAMES).optional(),
  rolling: z.enum(ROLLINGS).default('none'),
  /** The named rules that alone may move a deadline to a later time. */
  extensions: z
    .array(z.strictObject({ name: Text, citation: Text, when: Condition, within: Within }))
    .default([]),
  /** What an authority expects beyond the law. Shown, never as the law's. */
  guidance: z
    .array(z.strictObject({ words: Text, source: Text, from: z.enum(EVENT_NAMES), within: Within }))
    .default([]),
  /** What the law or the form demands of who is late. */
  whenLate: Text.optional(),
});

export const ADDRESSEES = [
  'authority',
  'people',
  'attorney-general',
  'agency',
  'credit-bureaus',
  'media',
  'controller',
  'record',
  'others',
] as const;

const Exemption = z
  .strictObject({
    name: Id,
    words: Text,
    citation: Text,
    when: Condition.optional(),
    /** The exemption exists only once somebody has determined it in writing (`facts.determinations`). */
    determination: z.literal(true).optional(),
    /** The law puts it on the organisation to show: as long as `when` is unknown there is no exemption. */
    mustBeShown: z.literal(true).optional(),
  })
  .refine((e) => (e.when === undefined) !== (e.determination === undefined), {
    error: 'say either `when` (a condition) or `determination: true`',
  });

export const DutyRule = z.strictObject({
  id: Id,
  to: z.enum(ADDRESSEES),
  addressee: z.union([
    z.strictObject({
      name: Text,
      how: Text.optional(),
      link: z.url().optional(),
      languages: z.array(Text).optional(),
    }),
    /** By the establishment: the lead authority, or every authority where affected people live. */
    z.strictObject({ by: z.literal('eea-authorities') }),
  ]),
  citation: Text,
  link: z.url().optional(),
  valid: z.strictObject({ from: Day, to: Day.optional() }),
  when: Condition,
  deadline: Deadline,
  exemptions: z.array(Exemption).default([]),
  content: z.array(Text).default([]),
  mustNot: z.array(Text).default([]),
  /** Duties of this file that must not be done before this one. */
  before: z.array(Id).default([]),
  /** What the law lets one do instead or in addition, such as substitute notice. It takes no duty away. */
  options: z.array(z.strictObject({ name: Text, citation: Text, when: Condition.optional() })).default([]),
  notes: z.array(Text).default([]),
});
export type DutyRule = z.infer<typeof DutyRule>;

/** A case of a rule's own: facts, and what must come out. The suite and `forthright duties check` run it. */
export const LawCase = z.strictObject({
  it: Text,
  people: z
    .array(
      z.strictObject({
        /** A country (`JP`), a region (`US-CA`), `US-unknown` or `unknown`. */
        in: Text,
        fields: z.array(Text).min(1),
        perhaps: z.array(Text).default([]),
        exposed: Count.default(0),
        unknown: Count.default(0),
      }),
    )
    .min(1),
  organisation: z
    .strictObject({
      country: z.string().length(2).optional(),
      region: Text.optional(),
      branches: z.array(z.string().length(2)).default([]),
      turnover: z.strictObject({ amount: z.number(), currency: z.string().length(3) }).optional(),
    })
    .default({ branches: [] }),
  occurred: z.iso.datetime({ offset: true }).optional(),
  aware: z.iso.datetime({ offset: true }).optional(),
  contained: z.iso.datetime({ offset: true }).optional(),
  cause: Text.optional(),
  recipients: z.enum(['outsiders', 'staff']).default('outsiders'),
  facts: StatedFacts.optional(),
  /** Duty → what must come out. */
  expect: z.record(z.string(), z.enum(['due', 'not due', 'cannot tell'])),
  /** Duty → the last day, or the last instant of a clock of hours. */
  until: z.record(z.string(), Text).default({}),
  /** Duty → facts that must be named as missing. */
  missing: z.record(z.string(), z.array(Text).min(1)).default({}),
});
export type LawCase = z.infer<typeof LawCase>;

const Fine = z.strictObject({
  citation: Text,
  for: Text,
  fixed: z.strictObject({ amount: z.number(), currency: z.string().length(3) }),
  percentOfTurnover: z.number().optional(),
  /** Which turnover, where it is not the whole one that forthright.yaml states. */
  ofTurnover: Text.optional(),
});

const Upcoming = z.strictObject({
  what: Text,
  status: z.enum(['enacted', 'proposed']),
  from: Day.optional(),
  citation: Text,
});

const common = {
  code: RegimeCode,
  name: Text,
  /** Whose residence counts: `EEA`, a country or a region. `everywhere` for laws that do not look at residence. */
  place: z.union([Text, z.array(Text).min(1)]),
  law: Text,
  confidence: z.enum(['high', 'medium', 'low']),
  sources: z.array(Text).min(1),
  notes: z.array(Text).default([]),
  upcoming: z.array(Upcoming).default([]),
};

/** One file of `duties/`: a regime whose rules the engine applies. */
export const Regime = z.strictObject({
  ...common,
  link: z.url(),
  /** Who checked it and when; `counsel` is named only when a lawyer has. */
  checked: z.strictObject({ on: Day, by: Text, counsel: Text.optional() }),
  /** IANA zone in which the days of this law end. */
  zone: Text,
  /** Whose holidays are no business days, such as US-VT. */
  holidays: Text.optional(),
  /**
   * What held before the first version in the file: nothing of the kind (`none`), or rules that caught no more than it
   * does (`no-wider`). Left out: nobody has said, and an earlier day can't be judged.
   */
  earlier: z.enum(['none', 'no-wider']).optional(),
  /** The event whose day decides which version of a rule applies. */
  decisive: z.enum(EVENT_NAMES).default('aware'),
  define: z
    .record(
      z.string().regex(/^[a-z]\w*$/),
      z
        .array(
          z.union([
            Combination,
            z
              .strictObject({
                with: Combination,
                if: Condition.optional(),
                /** The combination counts from this decisive day on; those without a day count as long as the rule holds. */
                from: Day.optional(),
                /** … and to this decisive day, the last: what a later act took out of the definition. */
                to: Day.optional(),
              })
              .refine((d) => d.if !== undefined || d.from !== undefined || d.to !== undefined, {
                error: 'say `if`, `from`, `to`, or several of them',
              })
              .refine((d) => d.from === undefined || d.to === undefined || d.from <= d.to, {
                error: '`to` is before `from`',
              }),
          ]),
        )
        .min(1),
    )
    .default({}),
  /** Holds for every duty of the file. */
  applies: Condition,
  duties: z.array(DutyRule).min(1, 'a regime needs at least one duty'),
  fines: z.array(Fine).default([]),
  cases: z.array(LawCase).min(2, 'a regime needs cases of its own, a near miss among them'),
});
export type Regime = z.infer<typeof Regime>;

/** One file of `duties/unverified/`: what is known of a law that nobody has checked. It answers *ask counsel*. */
export const UnverifiedRegime = z.strictObject({
  ...common,
  /** When it begins to apply, where that is still to come. */
  from: Day.optional(),
  known: z.strictObject({
    trigger: Text,
    authority: Text.optional(),
    authorityThreshold: Text.optional(),
    authorityDeadline: Text.optional(),
    people: Text.optional(),
    peopleDeadline: Text.optional(),
    content: z.array(Text).default([]),
    nameAndEmailAlone: Text.optional(),
  }),
});
export type UnverifiedRegime = z.infer<typeof UnverifiedRegime>;

/** `duties/authorities.yaml`: where to file under GDPR Art. 33. */
export const Authorities = z.strictObject({
  eea: z.record(
    z.string().regex(/^[A-Z]{2}$/),
    z.strictObject({
      name: Text,
      how: Text,
      link: z.url(),
      languages: z.array(Text).min(1),
      confidence: Text,
      note: Text.optional(),
    }),
  ),
  germany: z.record(z.string().regex(/^DE-[A-Z]{2}$/), z.strictObject({ name: Text, link: z.url() })),
});
export type Authorities = z.infer<typeof Authorities>;

export const DUTY_STATUSES = ['due', 'not-due', 'cannot-tell', 'unverified'] as const;
export type DutyStatus = (typeof DUTY_STATUSES)[number];

export const Missing = z.strictObject({ fact: z.string(), ask: z.string() });
export type Missing = z.infer<typeof Missing>;

/** One comparison with its values. `depth` is how deep it stands in the rule. */
export const TraceStep = z.strictObject({
  depth: Count,
  says: z.string(),
  value: z.string(),
  outcome: z.enum(['yes', 'no', 'unknown']),
});
export type TraceStep = z.infer<typeof TraceStep>;

const When = z.string();
export const ShownClock = z.strictObject({
  start: z.string(),
  startAt: When.nullable(),
  /** What to ask when the start is unknown. No other event is taken for it. */
  ask: z.string().nullable(),
  within: z.string(),
  endsAt: When.nullable(),
  /** How it was reckoned. */
  steps: z.array(z.string()),
});

export const ShownDeadline = z.strictObject({
  /** `legal` deadlines are the law's; what authorities expect and what the organisation set itself stand apart. */
  kind: z.literal('legal'),
  words: z.string(),
  clocks: z.array(ShownClock),
  /** The instant after which it is late; null without a number or a known start. */
  until: When.nullable(),
  /** For a person: `end of 14 February 2026 (America/Los_Angeles)`. */
  untilWords: z.string().nullable(),
  extendedBy: z.array(z.string()),
  guidance: z.array(z.strictObject({ words: z.string(), source: z.string(), until: When.nullable() })),
  /** Readings that a late notifier may argue. No deadline. */
  defences: z.array(z.strictObject({ words: z.string(), until: When })),
  state: z.enum(['running', 'missed', 'met', 'met-late', 'start-unknown', 'no-number']),
  /** Set when late: the reasons for delay are asked for. */
  reasons: z.string().nullable(),
});
export type ShownDeadline = z.infer<typeof ShownDeadline>;

export const DutyRow = z.strictObject({
  /** `US-CA/people`; `EU/authority/FR` where there is one per authority. */
  id: z.string(),
  regime: z.string(),
  name: z.string(),
  to: z.enum([...ADDRESSEES, 'counsel']),
  addressee: z.strictObject({
    name: z.string(),
    how: z.string().nullable(),
    link: z.string().nullable(),
    languages: z.array(z.string()),
  }),
  status: z.enum(DUTY_STATUSES),
  /** One sentence: why. */
  why: z.string(),
  trace: z.array(TraceStep),
  missing: z.array(Missing),
  /** Residents whom the regime counts: at least, at most. */
  people: z.strictObject({ min: Count, max: Count }),
  deadline: ShownDeadline.nullable(),
  content: z.array(z.string()),
  mustNot: z.array(z.string()),
  before: z.array(z.string()),
  exemptions: z.array(
    z.strictObject({
      name: z.string(),
      words: z.string(),
      citation: z.string(),
      outcome: z.enum(['yes', 'no', 'unknown']),
      open: z.boolean(),
    }),
  ),
  options: z.array(
    z.strictObject({ name: z.string(), citation: z.string(), outcome: z.enum(['yes', 'no', 'unknown']) }),
  ),
  citation: z.string(),
  link: z.string().nullable(),
  valid: z.strictObject({ from: z.string(), to: z.string().nullable() }).nullable(),
  confidence: z.enum(['high', 'medium', 'low']),
  verified: z.string(),
  notes: z.array(z.string()),
});
export type DutyRow = z.infer<typeof DutyRow>;

export const BrokenLaw = z.strictObject({
  file: z.string(),
  problems: z.array(z.strictObject({ at: z.string(), message: z.string() })),
});
export type BrokenLaw = z.infer<typeof BrokenLaw>;

/** What `forthright assess --json` prints. */
export const DutiesAnswer = z.strictObject({
  schema: z.literal('forthright/duties/1'),
  /** The instant as of which clocks are shown. */
  at: When,
  law: z.strictObject({
    /** False when a file of the law could not be used: duties may be missing. */
    complete: z.boolean(),
    broken: z.array(BrokenLaw),
    regimes: Count,
    unverified: Count,
    /** Over all files of the law, so that an answer can be traced to its words. */
    sha256: z.string(),
  }),
  facts: LawFacts,
  rows: z.array(DutyRow),
  /** What to find out, with the duties that hang on it; the most telling first. */
  questions: z.array(z.strictObject({ fact: z.string(), ask: z.string(), duties: z.array(z.string()) })),
  fines: z.array(
    z.strictObject({
      regime: z.string(),
      citation: z.string(),
      for: z.string(),
      ceiling: z.string(),
      how: z.string(),
    }),
  ),
  /** Never applied: what will, or may, become law. */
  upcoming: z.array(
    z.strictObject({
      regime: z.string(),
      what: z.string(),
      status: z.enum(['enacted', 'proposed']),
      from: z.string().nullable(),
      citation: z.string(),
    }),
  ),
  targets: z.array(
    z.strictObject({ kind: z.literal('internal'), name: z.string(), at: When, missed: z.boolean() }),
  ),
});
export type DutiesAnswer = z.infer<typeof DutiesAnswer>;

/** `forthright assess --json` prints one of these: the risk and the duties, from one run of scope. */
export const AssessAnswer = z.strictObject({
  schema: z.literal('forthright/assess/1'),
  /** What is proposed, with the second opinion on severity. */
  risk: RiskAnswer,
  /** The decision as the duties took it; unknown until a person decides. */
  decision: Fact,
  duties: DutiesAnswer,
});
export type AssessAnswer = z.infer<typeof AssessAnswer>;
