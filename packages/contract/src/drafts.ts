import * as z from 'zod';
import { CAMPAIGN_STATES, LintFinding, NoticeStatement, OfCampaign } from './campaigns.ts';
import { AnyIncident, MOST_VERSIONS } from './fields.ts';
import { NoticeBlock, NoticePiece } from './notices.ts';

/** Notices before anything is made of them, and what an approval would change. */

const AnyId = z.string().max(300);
const STATUSES = ['exposed', 'unknown'] as const;

/** What a run would have said to whom: which texts its notices need, in which languages. */
export const DescribeCohort = z.strictObject({
  incident: AnyIncident,
  run: z.string().max(60),
  /** The language of whoever's own is not there. */
  fallback: z.string().max(20).default('en'),
});
export type DescribeCohort = z.infer<typeof DescribeCohort>;

export const CohortDescribed = z.strictObject({
  run: z.string(),
  exposed: z.int(),
  unknown: z.int(),
  /** Languages in which people are written to, those of most people first. */
  languages: z.array(z.strictObject({ language: z.string(), people: z.int() })),
  /** Every language of our notices. */
  known: z.array(z.string()),
  /** Leaks whose place can be named. */
  places: z.array(z.string()),
  /** Fields that we have no word for, so that somebody must say what they are called. */
  fields: z.array(z.string()),
  /** When it was stopped, as the incident has it; then a text says how. */
  contained: z.string().nullable(),
  /** Duties towards people that are due or may be. */
  duties: z.array(z.string()),
});
export type CohortDescribed = z.infer<typeof CohortDescribed>;

export const DraftNotice = z.strictObject({
  incident: AnyIncident,
  run: z.string().max(60),
  statement: NoticeStatement,
  /** Whose notice it is, by the directory's id; else the first of the status. */
  person: AnyId.optional(),
  status: z.enum(STATUSES).optional(),
  language: z.string().max(20).optional(),
});
export type DraftNotice = z.infer<typeof DraftNotice>;

const NoticeReader = z.strictObject({
  customer: z.string(),
  name: z.string(),
  status: z.enum(STATUSES),
  country: z.string(),
});

export const NoticeDrafted = z.strictObject({
  person: NoticeReader,
  language: z.string(),
  subject: z.array(NoticePiece),
  blocks: z.array(NoticeBlock),
  form: z.string().optional(),
  laws: z.array(z.string()),
  errors: z.int(),
  warnings: z.int(),
  findings: z.array(
    LintFinding.omit({ at: true }).extend({
      /** In UTF-16 code units of the words of one of `blocks`; `null` for what is missing, or wrong as a whole. */
      at: z.strictObject({ block: z.int(), from: z.int(), to: z.int() }).nullable(),
      /** Texts of the statement in which the words stand, such as `texts.cause`. */
      texts: z.array(z.string()),
    }),
  ),
});
export type NoticeDrafted = z.infer<typeof NoticeDrafted>;

const Words = z.string().max(20_000);
const WordsByLanguage = z.record(z.string().max(20), Words);

/**
 * A statement that somebody is still typing: as `NoticeStatement`, but anything may be missing or half done. Whether it will do is said when
 * a campaign is made of it.
 */
export const UnfinishedStatement = z.strictObject({
  fallback: z.string().max(20).optional(),
  texts: z
    .strictObject({
      cause: WordsByLanguage.optional(),
      contained: WordsByLanguage.optional(),
      measures: z.array(WordsByLanguage).max(100).optional(),
      places: z.record(z.string().max(300), WordsByLanguage).optional(),
      fields: z.record(z.string().max(300), WordsByLanguage).optional(),
    })
    .optional(),
  notExposed: z.array(z.string().max(100)).max(100).optional(),
  authorities: z
    .array(z.strictObject({ name: z.string().max(1000), at: z.string().max(100) }))
    .max(100)
    .optional(),
  nextBy: z.string().max(100).optional(),
  delayedByPolice: z.boolean().optional(),
  agencies: z.array(z.string().max(1000)).max(100).optional(),
});
export type UnfinishedStatement = z.infer<typeof UnfinishedStatement>;

const DraftId = z.string().max(60);

export const SaveNoticeDraft = z.strictObject({
  incident: AnyIncident,
  /** Left out: a new one. */
  draft: DraftId.optional(),
  /** The version that was read before; refused when somebody saved another one since. Left out for a new draft. */
  version: z.int().min(1).max(MOST_VERSIONS).optional(),
  /** The run for whose people it is written. */
  run: DraftId.optional(),
  statement: UnfinishedStatement,
});
export type SaveNoticeDraft = z.infer<typeof SaveNoticeDraft>;

export const NoticeDraftSaved = z.strictObject({
  incident: z.string(),
  draft: z.string(),
  version: z.int(),
  /** Of the register; null when these words were saved already. */
  entry: z.int().nullable(),
});
export type NoticeDraftSaved = z.infer<typeof NoticeDraftSaved>;

const DraftVersion = z.strictObject({ version: z.int(), savedBy: z.string(), savedAt: z.string() });

export const NoticeDraftsListed = z.strictObject({
  /** Whichever was saved last stands first. */
  drafts: z.array(DraftVersion.extend({ draft: z.string() })),
});
export type NoticeDraftsListed = z.infer<typeof NoticeDraftsListed>;

export const GetNoticeDraft = z.strictObject({
  incident: AnyIncident,
  draft: DraftId,
  /** Left out: the last. */
  version: z.int().min(1).max(MOST_VERSIONS).optional(),
});
export type GetNoticeDraft = z.infer<typeof GetNoticeDraft>;

export const NoticeDraftShown = DraftVersion.extend({
  draft: z.string(),
  run: z.string().nullable(),
  /** `null` once its words were erased. */
  statement: UnfinishedStatement.nullable(),
  /** All of them, the newest first. */
  versions: z.array(DraftVersion),
});
export type NoticeDraftShown = z.infer<typeof NoticeDraftShown>;

export const DiscardNoticeDraft = z.strictObject({ incident: AnyIncident, draft: DraftId });
export type DiscardNoticeDraft = z.infer<typeof DiscardNoticeDraft>;

export const NoticeDraftDiscarded = z.strictObject({
  incident: z.string(),
  draft: z.string(),
  entry: z.int(),
});
export type NoticeDraftDiscarded = z.infer<typeof NoticeDraftDiscarded>;

const Either = z.union([z.string(), z.int()]).nullable();

/** What an approval of this campaign would change against the one approved before; all of it when there was none. */
export const CampaignDifference = z.strictObject({
  campaign: z.string(),
  before: z
    .strictObject({
      campaign: z.string(),
      approvedBy: z.string(),
      hash: z.string(),
      /** False when its texts or people were erased, so that notices can't be compared. */
      isReadable: z.boolean(),
    })
    .nullable(),
  figures: z.array(z.strictObject({ of: z.string(), before: Either, now: Either })),
  /** What people typed and is not the same: by its place in the statement, and its language where it has one. */
  texts: z.array(
    z.strictObject({
      at: z.string(),
      language: z.string().nullable(),
      before: z.string().nullable(),
      now: z.string().nullable(),
    }),
  ),
  /** One notice of each language and status, as somebody of this campaign reads it. */
  notices: z.array(
    z.strictObject({
      language: z.string(),
      status: z.enum(STATUSES),
      people: z.int(),
      person: z.string(),
      name: z.string(),
      subject: z.array(NoticePiece),
      blocks: z.array(NoticeBlock.extend({ change: z.enum(['same', 'new', 'gone']) })),
      isChanged: z.boolean(),
    }),
  ),
});
export type CampaignDifference = z.infer<typeof CampaignDifference>;
export const CompareCampaign = OfCampaign;

export const ListCampaignsWaiting = z.strictObject({
  most: z.coerce.number().int().min(1).max(100).default(20),
});
export type ListCampaignsWaiting = z.infer<typeof ListCampaignsWaiting>;

/** Campaigns that go on only when whoever asks does something. */
export const CampaignsWaiting = z.strictObject({
  waiting: z.array(
    z.strictObject({
      incident: z.string(),
      title: z.string().nullable(),
      campaign: z.string(),
      state: z.enum(CAMPAIGN_STATES),
      pause: z.string().optional(),
      people: z.int(),
      /** What is to be done. */
      for: z.enum(['approve', 'start', 'resume', 'mend']),
    }),
  ),
  isMore: z.boolean(),
});
export type CampaignsWaiting = z.infer<typeof CampaignsWaiting>;
