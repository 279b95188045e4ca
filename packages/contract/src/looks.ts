import * as z from 'zod';
import { Leak } from './incident.ts';

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
