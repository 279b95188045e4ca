import * as z from 'zod';

const Instant = z.iso.datetime({
  offset: true,
  error: 'an instant such as 2025-11-20T14:05:00Z, with its zone',
});
const Text = z.string().min(1);

/** People who reported, or who stand on a list that came to light: customer ids or e-mail addresses, one a row. */
const reporters = {
  at: Text,
  id: Text.optional(),
  email: Text.optional(),
  /** Column of the time of the report. Without one, nothing shows that a look-up came before it, and nobody is named on it. */
  time: Text.optional(),
  /** When a list came to light: nobody had looked anybody up because of it before. It stands for the time of what has none. */
  cameToLight: Instant.optional(),
  /** Column of from where a report was sent, a sender or a network: a name that rests on one alone is not given. */
  origin: Text.optional(),
};
const namesOneColumn = (l: { id?: string | undefined; email?: string | undefined }) =>
  (l.id === undefined) !== (l.email === undefined);
const ONE_COLUMN = { error: 'name either `id` (column of customer ids) or `email` (column of addresses)' };
const Reporters = z.strictObject(reporters).refine(namesOneColumn, ONE_COLUMN);
const Control = z.strictObject({ name: Text, ...reporters }).refine(namesOneColumn, ONE_COLUMN);
export type ReportersSource = z.infer<typeof Reporters>;

/** Fields of the directory that may route work, each mapped in `sources.customers.columns`. */
export const ROUTING_FIELDS = ['country', 'region', 'language'] as const;

/** In which week before a report somebody last began to look a customer up, by the logs themselves. */
export const WEEK = 'week';

/** What decides who handles a customer: a field of the directory, the week of the last contact, or a column of a table. */
const RoutingKey = z.union([
  z.enum([...ROUTING_FIELDS, WEEK]),
  z.strictObject({ name: Text, at: Text, id: Text, column: Text }),
]);
export type RoutingKey = z.infer<typeof RoutingKey>;

/** Without a leading zero and short, so that none is empty and none outlasts everybody. */
const Retention = z.string().regex(/^P[1-9]\d{0,3}[DWMY]$/, 'a period such as P90D, P4W, P6M or P1Y');

/** What must be settled before anybody is scored, watched or listed. */
export const GATE_SETTLED = {
  purpose: Text,
  legalBasis: Text,
  worksCouncil: z.union([
    z.strictObject({ agreed: z.iso.date(), reference: Text }),
    z.strictObject({ notNeeded: z.string().min(10, 'say why no works council or equivalent has a say') }),
  ]),
  /** After how long the answer and all made for it are deleted. */
  retention: Retention,
  /** Who answers for it. */
  by: Text,
};

/** What must be settled before anybody is scored. */
export const TRACE_GATE = z.strictObject({
  /** The incident or the review that this is for: there is no standing score of employees. */
  occasion: z.union([z.strictObject({ incident: Text }), z.strictObject({ review: Text })]),
  ...GATE_SETTLED,
});
export type TraceGate = z.infer<typeof TRACE_GATE>;

/** The same where the incident is known: a review that is kept in the record of one has its own name. */
export const GivenGate = z.strictObject({ review: Text.max(300).optional(), ...GATE_SETTLED });
export type GivenGate = z.infer<typeof GivenGate>;

/** A log of look-ups, and which of its lines are some. */
export const ACCESS_LOG = {
  log: Text,
  actions: z.array(Text).min(1).optional(),
  path: z.string().startsWith('/').optional(),
};

const AccessLog = z.strictObject({
  ...ACCESS_LOG,
  /** Who did the looking up: people, or shared paths such as exports, shops' feeds and API clients. */
  viewers: z.enum(['people', 'paths']).default('people'),
});

/** Where to look, and what to hold it against. */
const definition = {
  /** The window of look-ups. */
  from: Instant,
  to: Instant,
  access: z.array(AccessLog).min(1, 'say which logs show who looked up whom'),
  /** Whether the teams of `sources.employees` are candidates, too: what is in a team's queue is in nobody's name. */
  teams: z.boolean().default(true),
  /** Every key that routes work. */
  routing: z.array(RoutingKey),
  /** Keys to try when the controls show that one is missing. */
  tryKeys: z.array(RoutingKey).default([]),
  reports: Reporters,
  /** People whose reports have a reason of their own, such as customers of the shop that wrote to them. */
  setAside: z.array(Control).default([]),
  /** Past reports that have nothing to do with this leak. Without them nobody is named. */
  controls: z.array(Control).default([]),
  /** The chance that anybody who leaked nothing is ever named. */
  alpha: z.number().gt(0).max(0.05).default(0.01),
};

const DecoyMails = z.strictObject({
  at: Text,
  /** Column of the address to which it came. */
  email: Text,
  time: Text.optional(),
  /** Column of the sender's address: what says that it comes from a domain of the organisation's shows nothing. */
  from: Text.optional(),
});

/** Decoys as `get-decoys` gave them as CSV, and the mails to them. */
const FiledDecoys = z.strictObject({
  at: Text,
  /** Since when they stand in their places. */
  since: Instant,
  /** Of the same campaign as the reports. */
  mails: DecoyMails,
  /** Whatever else came to them. To decoys of no place it says that addresses leave by another way. */
  others: DecoyMails.optional(),
});
export type FiledDecoys = z.infer<typeof FiledDecoys>;

/** The file that `forthright trace` takes. */
export const TraceFile = z.strictObject({
  title: Text,
  gate: TRACE_GATE,
  ...definition,
  decoys: FiledDecoys.optional(),
});
export type TraceFile = z.infer<typeof TraceFile>;

/** Reports that customers sent to us, by the groups in which they stand: each of these stands for its whole group. */
const Received = z.strictObject({
  groups: z.array(z.string().max(60)).min(1).max(100),
  /** Also those of whom nobody knows that they are who they say: whoever wishes to frame a colleague writes in anybody's name. */
  alsoUnproved: z.boolean().default(false),
});
/** Whatever else was reported. What is nobody's leak points to nobody. */
const ReceivedOthers = z.strictObject({
  name: Text,
  otherThanGroups: z.array(z.string().max(60)).min(1).max(100),
  alsoUnproved: z.boolean().default(true),
});

/** The same for a server, which has the gate. Files lie below the folder of its workspace. */
export const TraceDefinition = z.strictObject({
  ...definition,
  reports: z.union([Reporters, Received]),
  /** Mails to decoys (`dcm_…`) and aliases (`alm_…`) that are of the same campaign as the reports. */
  decoys: z.strictObject({ mails: z.array(z.string().max(60)).min(1).max(500) }).optional(),
  controls: z.array(z.union([Control, ReceivedOthers])).default([]),
});
export type TraceDefinition = z.infer<typeof TraceDefinition>;

const Count = z.int().min(0);
const When = z.iso.datetime({ precision: 3 });

/** One report that points to a candidate: who reported when, and the first look-up before it. */
const Hit = z.strictObject({
  person: z.string(),
  reported: When,
  lookedUp: When,
  /** File and row of the look-up, in the numbering of `evidence`. */
  file: z.string(),
  row: Count,
  /** How many other candidates had seen this person, too. */
  others: Count,
});

/** One mail to a decoy, or to an alias, in the place that a candidate stands for. */
const DecoyHit = z.strictObject({
  mail: z.string(),
  decoy: z.string(),
  arrived: When,
  place: z.enum(['view', 'queue', 'export', 'feed', 'partner']),
  /** Since when it stood there, as far as we know. */
  since: When,
  /** Who looked the decoy up in the logs before, and where; it may be somebody else. None: no log shows it. */
  lookUps: z.array(z.strictObject({ candidate: z.string(), lookedUp: When, file: z.string(), row: Count })),
});

const Named = z.strictObject({
  /** A pseudonym for a person; the name of a team, export, shop's feed or client. */
  candidate: z.string(),
  kind: z.enum(['employee', 'contractor', 'account', 'team', 'path']),
  /** The e-value: how many times likelier the reports are if this candidate leaked than if they did not. */
  logE: z.number(),
  hits: Count,
  /** How many hits ordinary work makes expected. */
  expected: z.number(),
  /** How many people they had looked up by the last report. */
  seen: Count,
  /** How many of these reports may be false, or forged, with the rest still enough. */
  spare: Count,
  reports: z.array(Hit),
  /** Of the decoys in their place: how many there are, which got mail, and the part of `logE` that these make. */
  decoys: z.strictObject({ planted: Count, logE: z.number(), hits: z.array(DecoyHit) }).optional(),
  /** Candidates who saw most of the same reporters, with how many of them: what else would explain these reports. */
  alsoSeenBy: z.array(z.strictObject({ candidate: z.string(), hits: Count })),
  /** Those who can't be told apart from this one. */
  insteadOf: z.array(z.string()),
  against: z.array(z.string()),
});
export type NamedCandidate = z.infer<typeof Named>;

export const TRACE_OUTCOMES = ['named', 'not-apart', 'nobody', 'too-few', 'refused'] as const;
export const TRACE_REFUSALS = [
  'no-controls',
  'too-few-controls',
  'loud-controls',
  'depends-on-key',
  'depends-on-clock',
  'depends-on-origin',
] as const;

/** What `forthright trace` answers. */
export const TraceAnswer = z.strictObject({
  schema: z.literal('forthright/trace/1'),
  title: z.string(),
  gate: TRACE_GATE,
  outcome: z.enum(TRACE_OUTCOMES),
  refusal: z.enum(TRACE_REFUSALS).nullable(),
  alpha: z.number(),
  /** Natural logarithm of the e-value from which one is named. */
  threshold: z.number(),
  /** Highest first. Empty unless the outcome is `named` or `not-apart`. */
  named: z.array(Named),
  candidates: z.strictObject({ people: Count, teams: Count, paths: Count }),
  reports: z.strictObject({
    used: Count,
    repeated: Count,
    /** Of people who are set aside. */
    setAside: Count,
    /** Of nobody in the directory. */
    unidentified: Count,
    /** Addresses of several accounts. */
    ambiguous: Count,
    /** Without a time that can be read; they count as told when the list came to light, or at the end of the window. */
    untimed: Count,
    /** Whom none of the candidates had looked up. */
    seenByNobody: Count,
  }),
  lookUps: z.strictObject({
    /** Candidate and person, each pair once. */
    pairs: Count,
    people: Count,
    /** Lines that name nobody who looked; they explain nothing and point to nobody. */
    withoutViewer: Count,
    /** Look-ups of one's own record, which count for nothing. */
    own: Count,
  }),
  routing: z.array(z.string()),
  controls: z.strictObject({
    needed: Count,
    each: z.array(
      z.strictObject({
        name: z.string(),
        reports: Count,
        /** Of people whom somebody had looked up: no others can point to anybody. */
        seen: Count.optional(),
        quiet: z.boolean(),
        /** How often chance alone concentrates as many reports on candidates. */
        chance: z.number(),
        named: Count,
      }),
    ),
    /** With which key in the strata the controls would be quiet; the likeliest first. */
    missing: z.array(z.strictObject({ key: z.string(), quiet: z.boolean(), chance: z.number() })),
  }),
  /**
   * Where somebody stood out: each key that is known and not among `routing` was added to the strata in turn, and how many of those who had
   * stood out did so still, or no longer. Who does not under every key is not named.
   */
  otherKeys: z.array(z.strictObject({ key: z.string(), stand: Count, fall: Count })).optional(),
  /** Where decoys were asked for. */
  decoys: z
    .strictObject({
      planted: Count,
      places: Count,
      /** Mails of the campaign, and to how many decoys. */
      mails: Count,
      hit: Count,
      /** Decoys of no place, and how many of them got any mail that does not say it is ours. */
      nowhere: Count,
      nowhereHit: Count,
      /** Whether they count: not when addresses leave by a way that no place stands for. */
      count: z.boolean(),
      /** How many of them stand in the directory that was read. */
      inDirectory: Count,
      /** Aliases that were made, and how many of them got mail of the campaign from whom nobody expected. */
      aliases: Count,
      aliasesHit: Count,
    })
    .optional(),
  /** What the logs can't show. */
  cautions: z.array(z.string()),
  evidence: z.array(z.strictObject({ path: z.string(), bytes: Count, sha256: z.string().nullable() })),
});
export type TraceAnswer = z.infer<typeof TraceAnswer>;
