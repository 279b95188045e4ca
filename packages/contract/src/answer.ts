import * as z from 'zod';
import { LEAK_KINDS, RECIPIENT_CLASSES } from './incident.ts';

const Count = z.int().min(0);
const Split = z.strictObject({ exposed: Count, unknown: Count });

/** A table whose keys are data. zod's record leaves out the key `__proto__`, with the people who stand there. */
const Splits = z
  .preprocess(
    (raw) => (raw !== null && typeof raw === 'object' && !Array.isArray(raw) ? Object.entries(raw) : raw),
    z.array(z.tuple([z.string(), Split])),
  )
  .transform((pairs): Record<string, z.infer<typeof Split>> => Object.fromEntries(pairs));
const When = z.iso.datetime({ precision: 3 });
const Seen = z.strictObject({ first: When.nullable(), last: When.nullable() });

export const GAP_REASONS = [
  'silent',
  'before-first-line',
  'after-last-line',
  'missing-file',
  'rejected-lines',
  'sampled',
  'declared',
  'no-lines',
] as const;
export type GapReason = (typeof GAP_REASONS)[number];

/** A stretch of time in which a host (or, in logs without hosts, a file series) can't show who saw what. */
export const Gap = z.strictObject({
  log: z.string(),
  /** The host, or the series for logs without a host field. */
  unit: z.string(),
  unitIs: z.enum(['host', 'series']),
  from: When,
  to: When,
  reason: z.enum(GAP_REASONS),
  /** What the test saw, in words with its figures. */
  detail: z.string(),
  /** Leaks on whose answer this gap bears (its unit serves the path, and it overlaps the window). */
  leaks: z.array(z.string()),
  /** Directory persons who are not exposed and whom this gap alone would make unknown. */
  unknown: Count,
});
export type Gap = z.infer<typeof Gap>;

const EvidenceFile = z.strictObject({
  source: z.string(),
  path: z.string(),
  bytes: Count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  lines: Count.nullable(),
  rejected: Count.nullable(),
  first: When.nullable(),
  last: When.nullable(),
  /** The file whose content this one repeats; such a file is counted once. */
  sameAs: z.string().nullable(),
});

export const Recipient = z.strictObject({
  /** What a person reads: an account, an address with its program, or a pseudonym for an employee. */
  viewer: z.string(),
  class: z.enum(RECIPIENT_CLASSES),
  /** Persons whose data this recipient saw, own data apart. */
  people: Count,
  views: Count,
  first: When.nullable(),
  last: When.nullable(),
});

const Ranked = z.array(z.strictObject({ name: z.string(), people: Count, views: Count }));

/**
 * Directory persons of one place and one combination. The sums over all groups are `people.exposed`, `people.unknown`,
 * `people.byCountry`, `people.byRegion` and, for exposed persons, `combinations`.
 */
export const PeopleGroup = z.strictObject({
  country: z.string(),
  /** As in `people.byRegion` (`US-CA`, `US-unknown`); empty in countries that it does not split. */
  region: z.string(),
  /** Exposed persons: the fields that were shown. Persons who are unknown: the fields that may have been. */
  fields: z.array(z.string()),
  /** Of exposed persons: further fields that may have been shown during gaps. */
  perhaps: z.array(z.string()),
  exposed: Count,
  unknown: Count,
});
export type PeopleGroup = z.infer<typeof PeopleGroup>;

/** The six answers of one run: `forthright scope --json` prints one of these. */
export const ScopeAnswer = z.strictObject({
  schema: z.literal('forthright/scope/1'),
  run: z.string(),
  title: z.string(),
  people: z.strictObject({
    exposed: Count,
    unknown: Count,
    clear: Count,
    /** Subjects, exposed or unknown, whom the directory does not know. */
    unidentified: Count,
    min: Count,
    max: Count,
    /** Persons whom only views without an account saw: these may have been their own. */
    possiblySelf: Count,
    /** Distinct normalised e-mail addresses, since a notice goes to an address. */
    addresses: Split,
    deleted: Split,
    byCountry: Splits,
    byRegion: Splits,
    byLanguage: Splits,
    unidentifiedSample: z.array(z.string()),
  }),
  /** Directory persons per field: exposed with it; not exposed with it, but perhaps. */
  fields: Splits,
  combinations: z.array(z.strictObject({ fields: z.array(z.string()), people: Count })),
  /** What the law asks for: who lives where, crossed with which fields of theirs stood together. */
  groups: z.array(PeopleGroup),
  where: z.strictObject({
    pages: Ranked,
    hosts: Ranked,
    /** Distinct keys of pages that were seen by somebody, and those of them that no reference knows. */
    items: Count,
    itemsWithoutReference: Count,
    itemsWithoutReferenceSample: z.array(z.string()),
  }),
  recipients: z.strictObject({
    /** `own`: monitoring whose requests matched a leak; it is never exposure. */
    byClass: z.record(z.enum(RECIPIENT_CLASSES), Count),
    top: z.array(Recipient),
    crawlers: z.array(z.strictObject({ name: z.string(), people: Count, views: Count })),
    /** Viewers with an account that no directory knows (they are of class thirdParty). */
    unknownAccounts: Count,
  }),
  /** Believed window, and when somebody else really saw something. */
  window: z.strictObject({ from: When.nullable(), to: When.nullable() }),
  seen: Seen,
  views: Count,
  histogram: z.strictObject({
    stepMinutes: Count,
    bins: z.array(z.strictObject({ at: When, views: Count })),
    /** Exposed directory persons, in the step in which somebody else first saw them; without those of whom no log says when. Missing in answers of earlier versions. */
    firstSeen: z.array(z.strictObject({ at: When, people: Count })).optional(),
  }),
  leaks: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(LEAK_KINDS),
      exposed: Count,
      unknown: Count,
      views: Count,
      seen: Seen,
    }),
  ),
  gaps: z.array(Gap),
  rejected: z.strictObject({
    lines: Count,
    byReason: z.record(z.string(), Count),
    samples: z.array(z.strictObject({ file: z.string(), line: Count, reason: z.string(), text: z.string() })),
  }),
  directory: z.strictObject({
    people: Count,
    duplicateIds: Count,
    withoutCountry: Count,
    /** Exposed persons whose address another exposed person has too. */
    sharedAddresses: Count,
    brokenRows: Count,
  }),
  /** What a reader must know beside the figures. Codes are stable, texts are not. */
  cautions: z.array(z.strictObject({ code: z.string(), text: z.string() })),
  /** Work that the answer itself asks for, such as having crawlers' copies removed. */
  tasks: z.array(z.strictObject({ code: z.string(), text: z.string() })),
  evidence: z.strictObject({
    files: z.array(EvidenceFile),
    definition: z.strictObject({ sha256: z.string(), leaks: z.array(z.unknown()) }),
    query: z.strictObject({ version: z.string(), sha256: z.string() }),
  }),
});
export type ScopeAnswer = z.infer<typeof ScopeAnswer>;
