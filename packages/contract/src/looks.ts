import * as z from 'zod';
import { Gap } from './answer.ts';
import { Leak, RECIPIENT_CLASSES } from './incident.ts';
import { SingleView } from './views.ts';

/** Help for who says what leaked: looks into the connected logs and lists that end after a few seconds, whatever was read by then. */

/** An id that may be anything: one that nobody could have been given is not found, which is not another answer. */
const AnyId = z.string().max(60);
const Instant = z.iso.datetime({ offset: true });
const Count = z.int().min(0);

export const SuggestPaths = z.strictObject({
  incident: AnyId,
  log: z.string().min(1).max(200),
  from: Instant,
  to: Instant,
});
export type SuggestPaths = z.infer<typeof SuggestPaths>;

export const PathsSuggested = z.strictObject({
  /** The most frequent among the lines that were looked at, the first ones first. Ids are replaced: by a reference in braces where their values stand in it, else by `*`. */
  paths: z.array(
    z.strictObject({
      path: z.string(),
      lines: Count,
      /** What the braces bind; `null` where nothing does, or nothing was found. */
      binds: z.string().nullable(),
    }),
  ),
  /** Lines of pages that were looked at: all of the window, or every so manieth of them. */
  lines: Count,
  oneIn: z.int().min(1),
  /** Whether time ran out before all was read: then the figures are of what was read. */
  stoppedEarly: z.boolean(),
});
export type PathsSuggested = z.infer<typeof PathsSuggested>;

export const PreviewLeak = z.strictObject({
  incident: AnyId,
  leak: Leak,
  /** Whether to show what is personal in the lines, which is recorded; without it, it is masked. */
  shown: z.boolean().default(false),
});
export type PreviewLeak = z.infer<typeof PreviewLeak>;

export const PreviewLine = z.strictObject({
  file: z.string().nullable(),
  /** Counted from 1. */
  line: z.int().min(1),
  at: z.string(),
  host: z.string(),
  method: z.string(),
  /** `0` where the log has none. */
  status: Count,
  action: z.string(),
  /** Masked: the leak's own pattern. */
  path: z.string(),
  /** Whose data the line speaks of: the key of the path, or the person that it names. */
  item: z.string(),
  viewer: z.string(),
  client: z.string(),
  userAgent: z.string(),
  /** Whether it counts as a view; else its status, method or host is another, or it is of an account or action that was not meant. */
  counts: z.boolean(),
});

export type PreviewLine = z.infer<typeof PreviewLine>;

export const LeakPreviewed = z.strictObject({
  /** `null` for a leak that no log shows. */
  seen: z
    .strictObject({
      /** Lines of the window that fit path or person; those that count as views; how many different items they speak of. */
      lines: Count,
      counted: Count,
      items: Count,
      first: z.string().nullable(),
      last: z.string().nullable(),
      sample: z.array(PreviewLine),
      stoppedEarly: z.boolean(),
    })
    .nullable(),
  /** The register's entry of a look at what is personal. */
  entry: z.int().optional(),
});
export type LeakPreviewed = z.infer<typeof LeakPreviewed>;

export const DescribeList = z.strictObject({ incident: AnyId, at: z.string().trim().min(1).max(1000) });
export type DescribeList = z.infer<typeof DescribeList>;

/** What a file of people has, without one value of it. */
export const ListDescribed = z.strictObject({
  columns: z.array(
    z.strictObject({
      name: z.string(),
      /** Of the rows that were looked at: how many hold an e-mail address, and how many a customer's id of the directory. */
      addresses: Count,
      customers: Count,
    }),
  ),
  /** Rows that were looked at: the first ones. */
  rows: Count,
  /** The column that most likely says who the people are. */
  suggested: z
    .strictObject({ id: z.string() })
    .or(z.strictObject({ email: z.string() }))
    .nullable(),
});
export type ListDescribed = z.infer<typeof ListDescribed>;

/** What a run keeps beside its answer: who was exposed or unknown, and every single view, to be asked for page by page. */
const AnyRun = { incident: AnyId, job: AnyId };
const Page = {
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  most: z.coerce.number().int().min(1).max(100).default(50),
};
const KEPT_STATUSES = ['exposed', 'unknown'] as const;
/** `clear`: neither exposed nor unknown, or not in the directory of that run. */
export const COMPARED_STATUSES = [...KEPT_STATUSES, 'clear'] as const;
export type ComparedStatus = (typeof COMPARED_STATUSES)[number];

export const LookAtViews = z
  .strictObject({
    ...AnyRun,
    /** An id of the directory, or an e-mail address. */
    person: z.string().trim().min(1).max(320).optional(),
    /** An account, a client address, or a pseudonym such as `employee-2`. */
    viewer: z.string().trim().min(1).max(320).optional(),
    ...Page,
  })
  .refine(({ person, viewer }) => (person === undefined) !== (viewer === undefined), {
    error: 'either a person or a viewer',
    path: ['person'],
  });
export type LookAtViews = z.infer<typeof LookAtViews>;

/** Why a view comes without its line: no file of text; names staff; not the file of the run any more; no time was left. */
export const NO_LINE = ['no-text', 'staff', 'changed', 'no-time'] as const;
export type NoLine = (typeof NO_LINE)[number];

export const ViewWithLine = SingleView.extend({
  fields: z.array(z.string()),
  /** The line as it stands in the log, members of staff withheld; where it begins, in bytes of the unpacked file. */
  text: z.string().nullable(),
  offset: Count.nullable(),
  noLine: z.enum(NO_LINE).nullable(),
});
export type ViewWithLine = z.infer<typeof ViewWithLine>;

export const ViewsShown = z.strictObject({
  run: z.string(),
  /** Of a person: each account with this id or address. */
  people: z.array(
    z.strictObject({
      person: z.string(),
      status: z.enum(COMPARED_STATUSES),
      inDirectory: z.boolean(),
      fields: z.array(z.string()),
    }),
  ),
  /** Of a viewer: each that has this name. */
  viewers: z.array(z.strictObject({ viewer: z.string(), class: z.enum(RECIPIENT_CLASSES) })),
  /** How many views there are, by how many viewers, of how many people. */
  total: z.strictObject({
    views: Count,
    viewers: Count,
    people: Count,
    first: z.string().nullable(),
    last: z.string().nullable(),
  }),
  views: z.array(ViewWithLine),
  next: Count.optional(),
  /** The register's entry of this look. */
  entry: z.int(),
});
export type ViewsShown = z.infer<typeof ViewsShown>;

export const ListRunPeople = z
  .strictObject({
    ...AnyRun,
    /** What they are in this run; `clear` only beside another run. */
    status: z.enum(COMPARED_STATUSES).default('exposed'),
    /** Another run, … */
    against: AnyId.optional(),
    /** … and what they were in it. */
    was: z.enum(COMPARED_STATUSES).optional(),
    ...Page,
  })
  .refine(({ against, was }) => (against === undefined) === (was === undefined), {
    error: 'another run and what they were in it, or neither',
    path: ['was'],
  })
  .refine(({ against, status }) => against !== undefined || status !== 'clear', {
    error: 'of one run only who is exposed or unknown',
    path: ['status'],
  });
export type ListRunPeople = z.infer<typeof ListRunPeople>;

export const RunPeopleListed = z.strictObject({
  people: z.array(z.strictObject({ person: z.string(), fields: z.array(z.string()), views: Count })),
  next: Count.optional(),
  entry: z.int(),
});
export type RunPeopleListed = z.infer<typeof RunPeopleListed>;

export const CompareRuns = z.strictObject({ ...AnyRun, against: AnyId });
export type CompareRuns = z.infer<typeof CompareRuns>;

const ComparedFile = z.strictObject({
  source: z.string(),
  path: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  /** SHA-256 before and now. */
  before: z.string().nullable(),
  now: z.string().nullable(),
});
const Compared = z.strictObject({ exposed: Count, unknown: Count, clear: Count, min: Count, max: Count });
const Windowed = z.strictObject({ from: z.string().nullable(), to: z.string().nullable() });

export const RunsCompared = z.strictObject({
  /** Of directory persons: what they were in the other run, what they are in this, and how many. Nobody who is the same is in it. */
  people: z.array(
    z.strictObject({ was: z.enum(COMPARED_STATUSES), now: z.enum(COMPARED_STATUSES), count: Count }),
  ),
  before: z.strictObject({ job: z.string(), run: z.string(), figures: Compared }),
  now: z.strictObject({ job: z.string(), run: z.string(), figures: Compared }),
  /** What may explain it. All empty: both runs were asked the same of the same. */
  leaks: z.array(
    z.strictObject({
      id: z.string(),
      change: z.enum(['added', 'removed', 'changed']),
      /** Names of what differs, such as `path` or `from`. */
      differs: z.array(z.string()),
      before: z.unknown(),
      now: z.unknown(),
    }),
  ),
  /** The first ones, and how many there are. */
  files: z.array(ComparedFile),
  fileCount: Count,
  window: z.strictObject({ before: Windowed, now: Windowed }).nullable(),
  gaps: z.strictObject({ added: z.array(Gap), removed: z.array(Gap) }),
  /** Version of the rules of counting, where it differs. */
  rules: z.strictObject({ before: z.string(), now: z.string() }).nullable(),
});
export type RunsCompared = z.infer<typeof RunsCompared>;

export const CheckSource = z.strictObject({
  /** As the workspace names it: `customers`, `references.reviews`, `sessions`, `employees`, `sellers`, `logs.web`. */
  source: z.string().min(1).max(200),
});
export type CheckSource = z.infer<typeof CheckSource>;

/** What a look of some seconds found in one source; a source that can't be read is a finding, and no refusal. */
export const SourceChecked = z.strictObject({
  source: z.string(),
  broken: z
    .strictObject({
      code: z.string(),
      message: z.string(),
      problems: z.array(z.strictObject({ at: z.string(), message: z.string() })),
    })
    .nullable(),
  files: Count,
  bytes: Count,
  /** Rows of a table, or lines of a log that were looked at and could be read. */
  rows: Count,
  /** Every so manieth line of a log was looked at. */
  oneIn: z.int().min(1),
  /** Of a log: the first and the last instant among these lines. */
  first: z.string().nullable(),
  last: z.string().nullable(),
  /** Of a log: lines that name neither account nor session. */
  withoutViewer: Count,
  /** Whether time ran out before all was read. */
  stoppedEarly: z.boolean(),
});
export type SourceChecked = z.infer<typeof SourceChecked>;
