import * as z from 'zod';
import { GAP_REASONS } from './answer.ts';
import { LEAK_KINDS } from './incident.ts';
import { LOG_FORMATS } from './workspace.ts';

const Count = z.int().min(0);
const Share = z.number().min(0).max(1);
const When = z.iso.datetime({ precision: 3 });

/** Why a source could not be read: one of the error codes, and its message. */
const Broken = z.strictObject({ code: z.string(), message: z.string() });
export type BrokenSource = z.infer<typeof Broken>;

/** Ids that stand somewhere, and how many of them a table knows. */
const Joined = z.strictObject({ ids: Count, known: Count });

/** Fields that decide what a log can answer. */
export const READINESS_FIELDS = [
  'host',
  'method',
  'path',
  'status',
  'client',
  'userAgent',
  'account',
  'session',
  'person',
  'action',
  'cacheStatus',
  'cache',
  'recipient',
] as const;
export type ReadinessField = (typeof READINESS_FIELDS)[number];

const LogReading = z.strictObject({
  files: Count,
  /** Files whose content another file has too; their lines count once. */
  repeatedFiles: Count,
  lines: Count,
  rejected: Count,
  rejectedSample: z.strictObject({ at: z.string(), text: z.string() }).nullable(),
  first: When.nullable(),
  last: When.nullable(),
  days: z.number().min(0),
  /** Lines far away from all others in time; `first` and `last` leave them out. */
  strayStamps: Count,
  /** Stamps that name no instant, because neither they nor the workspace say in which zone they are. */
  withoutZone: z.strictObject({ files: Count, lines: Count, first: z.string() }).nullable(),
  /** Whether no stamp has a fraction of a second. */
  wholeSeconds: z.boolean(),
  /** Lines on which the field has a value; null when the log has no such field. */
  fields: z.record(z.enum(READINESS_FIELDS), Count.nullable()),
  /** Lines whose path has a query string. */
  withQuery: Count,
  /** Lines apart from own monitoring, and those of them with neither account nor session. */
  viewers: z.strictObject({
    lines: Count,
    without: Count,
    withoutShare: Share,
    /** Lines with a session and no account. */
    sessionOnly: Count,
    accounts: z.strictObject({
      ids: Count,
      known: Count,
      customers: Count,
      employees: Count,
      sellers: Count,
    }),
    sessions: Joined,
  }),
  /** Persons whom the lines name, and those of them whom the directory knows. */
  persons: Joined,
  units: z.strictObject({
    is: z.enum(['host', 'series']),
    count: Count,
    /** Units with too few lines for a test: no silence of theirs is ever called a gap. */
    tooQuiet: Count,
  }),
  gaps: z.array(
    z.strictObject({
      unit: z.string(),
      from: When,
      to: When,
      reason: z.enum(GAP_REASONS),
      detail: z.string(),
    }),
  ),
  /** `side-by-side`: most of a file's time is another file's too; two servers, perhaps. */
  overlaps: z.array(
    z.strictObject({
      series: z.string(),
      kind: z.enum(['side-by-side', 'at-the-edge']),
      pairs: Count,
      example: z.tuple([z.string(), z.string()]),
      minutes: z.number().min(0),
    }),
  ),
  /** Numbers or dates that a rotation skips. */
  missing: z.array(z.strictObject({ series: z.string(), names: z.array(z.string()) })),
});
export type LogReading = z.infer<typeof LogReading>;

const LogReadiness = z.strictObject({
  log: z.string(),
  at: z.array(z.string()),
  format: z.enum(LOG_FORMATS),
  retention: z.strictObject({ declared: z.string().nullable(), days: z.number().nullable() }),
  sampled: z.number().gt(0).max(1),
  /** Fields that the workspace maps. */
  maps: z.array(z.string()),
  broken: Broken.nullable(),
  read: LogReading.nullable(),
});
export type LogReadiness = z.infer<typeof LogReadiness>;

const ReferenceReadiness = z.strictObject({
  reference: z.string(),
  broken: Broken.nullable(),
  read: z
    .strictObject({
      rows: Count,
      keys: Count,
      uniqueKeys: z.boolean(),
      withoutKey: Count,
      withoutPerson: Count,
      persons: Joined,
      /** Rows with a date from which, or until which, they hold; null when the workspace maps none. */
      from: Count.nullable(),
      to: Count.nullable(),
    })
    .nullable(),
});
export type ReferenceReadiness = z.infer<typeof ReferenceReadiness>;

const DirectoryReadiness = z.strictObject({
  broken: Broken.nullable(),
  read: z
    .strictObject({
      people: Count,
      duplicateIds: Count,
      brokenRows: Count,
      /** People without a value; null when the workspace maps no such column. */
      withoutEmail: Count.nullable(),
      withoutCountry: Count.nullable(),
      withoutLanguage: Count.nullable(),
      /** People in the United States, Canada or Australia whose state or province is not known. */
      withoutState: z.record(z.enum(['US', 'CA', 'AU']), Count),
    })
    .nullable(),
});
export type DirectoryReadiness = z.infer<typeof DirectoryReadiness>;

/** `rows` is null when the workspace names no such source, or it is broken. */
const TableReadiness = z.strictObject({
  stated: z.boolean(),
  broken: Broken.nullable(),
  rows: Count.nullable(),
});
export type TableReadiness = z.infer<typeof TableReadiness>;

export const COULD = ['yes', 'partly', 'no'] as const;
export type Could = (typeof COULD)[number];

const Reason = z.strictObject({
  /** Stable; texts are not. */
  code: z.string(),
  /** `blocks` makes the verdict no, `weakens` partly; a `note` leaves it. */
  effect: z.enum(['blocks', 'weakens', 'note']),
  /** Source that the reason lies in, such as `logs.web`. */
  at: z.string(),
  text: z.string(),
  todo: z.string().nullable(),
});
export type Reason = z.infer<typeof Reason>;

const Verdict = z.strictObject({
  kind: z.enum(LEAK_KINDS),
  /** null for kinds that need no log, and where no log could serve. */
  log: z.string().nullable(),
  could: z.enum(COULD),
  reasons: z.array(Reason),
});
export type Verdict = z.infer<typeof Verdict>;

/** What could be scoped if something leaked today: `forthright readiness --json` prints one of these. */
export const Readiness = z.strictObject({
  schema: z.literal('forthright/readiness/1'),
  organisation: z.string(),
  asOf: When,
  /** Per kind of leak, the best that any log allows. */
  kinds: z.record(z.enum(LEAK_KINDS), z.enum(COULD)),
  verdicts: z.array(Verdict),
  findings: z.array(
    z.strictObject({
      code: z.string(),
      level: z.enum(['problem', 'warning', 'note']),
      at: z.string(),
      text: z.string(),
      todo: z.string().nullable(),
    }),
  ),
  /** What to do, the most helpful first, with the verdicts on which it bears. */
  first: z.array(
    z.strictObject({
      at: z.array(z.string()),
      todo: z.string(),
      helps: z.array(z.strictObject({ kind: z.enum(LEAK_KINDS), log: z.string().nullable() })),
    }),
  ),
  logs: z.array(LogReadiness),
  references: z.array(ReferenceReadiness),
  directory: DirectoryReadiness,
  sessions: TableReadiness,
  employees: TableReadiness,
  sellers: TableReadiness,
});
export type Readiness = z.infer<typeof Readiness>;
export type ReadinessFinding = Readiness['findings'][number];
