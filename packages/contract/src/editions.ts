import * as z from 'zod';
import { NoticeStatement } from './campaigns.ts';
import { AnyIncident, Line, Prose } from './fields.ts';

/** The public page of an incident: editions of it, each prepared by one person and approved by another. */

const AnyId = z.string().max(60);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');

/** What every edition answers, in the order in which it does. */
export const PAGE_SECTIONS = [
  'what',
  'howMany',
  'whom',
  'data',
  'where',
  'toWhom',
  'howLong',
  'cause',
  'fixed',
  'advice',
  'authorities',
  'open',
] as const;
export type PageSection = (typeof PAGE_SECTIONS)[number];

/** These can't be unknown: what is open is what is said of it, and advice follows from the data. */
export const SECTIONS_NEVER_OPEN = ['what', 'advice', 'open'] as const satisfies readonly PageSection[];

/** The same in each of the languages that a page has. */
const InEach = z
  .record(z.string().max(20), Line)
  .refine((texts) => Object.keys(texts).length > 0, { error: 'texts by language, such as `en: …`' });

/** What a notice says and no log knows; where the cause is not known yet, it is left out. */
export const PageStatement = NoticeStatement.extend({
  texts: NoticeStatement.shape.texts.extend({ cause: NoticeStatement.shape.texts.shape.cause.optional() }),
});
export type PageStatement = z.infer<typeof PageStatement>;

export const PageTexts = z.strictObject({
  /** Whom it concerned, in a sentence, beside the countries that the run counted. */
  whom: InEach.optional(),
  /** What the authorities were told, in a sentence. */
  told: InEach.optional(),
  /** What is not known yet: why, and by when more is said. */
  notYet: z
    .array(
      z.strictObject({
        section: z.enum(PAGE_SECTIONS).exclude([...SECTIONS_NEVER_OPEN]),
        because: InEach,
        until: z.iso.date({ error: 'a day such as 2025-12-05' }),
      }),
    )
    .max(PAGE_SECTIONS.length)
    .default([]),
  /** Further questions, with their answers. */
  questions: z
    .array(z.strictObject({ question: InEach, answer: InEach }))
    .max(50)
    .default([]),
});
export type PageTexts = z.infer<typeof PageTexts>;

export const PrepareEdition = z
  .strictObject({
    incident: AnyIncident,
    /** The job of the last finished run on this server. */
    run: AnyId,
    /** Where the page will stand, below `incidents/`; the same for each edition. Everybody will read it. */
    address: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and hyphens, such as review-pages-2025')
      .max(60),
    /** A campaign whose statement is taken, so that page and notices say the same. */
    campaign: AnyId.optional(),
    /** Without a campaign. */
    statement: PageStatement.optional(),
    texts: PageTexts.default({ notYet: [], questions: [] }),
  })
  .refine(({ campaign, statement }) => (campaign === undefined) !== (statement === undefined), {
    error: 'either a campaign or a statement',
    path: ['statement'],
  });
export type PrepareEdition = z.infer<typeof PrepareEdition>;

export const OfEdition = z.strictObject({ incident: AnyIncident, edition: AnyId });
export type OfEdition = z.infer<typeof OfEdition>;

export const EDITION_STATES = ['prepared', 'published', 'discarded'] as const;
export type EditionState = (typeof EDITION_STATES)[number];

export const EditionChanged = z.strictObject({
  incident: z.string(),
  edition: z.string(),
  state: z.enum(EDITION_STATES),
  /** What an approval names: SHA-256 of `edition.json`, which has the SHA-256 of every other file. */
  hash: Sha256,
  entry: z.int(),
});
export type EditionChanged = z.infer<typeof EditionChanged>;

export const EditionShown = z.strictObject({
  edition: z.string(),
  number: z.int(),
  address: z.string(),
  state: z.enum(EDITION_STATES),
  hash: Sha256,
  run: z.string(),
  madeBy: z.string(),
  madeAt: z.string(),
  approvedBy: z.string().optional(),
  publishedAt: z.string().optional(),
  /** The register's entry that states its hash, once it is published. */
  entry: z.int().optional(),
  /** Its files, by their path below the edition's folder. */
  files: z.array(z.strictObject({ path: z.string(), sha256: Sha256 })),
});
export type EditionShown = z.infer<typeof EditionShown>;

/** What speaks against publishing an edition now. */
export const EDITION_REFUSALS = ['not-prepared', 'restricted', 'own', 'changed'] as const;

export const EditionWhole = EditionShown.extend({
  /** Whoever asks may not publish it, for these reasons; empty: nothing speaks against it. */
  refusals: z.array(z.strictObject({ is: z.enum(EDITION_REFUSALS), says: z.string() })),
  /** What people typed for it, as `prepare-edition` takes it; `null`: it was erased. */
  typed: z.record(z.string(), z.unknown()).nullable(),
  campaign: z.string().optional(),
  /** In which languages it can be read. */
  languages: z.array(z.string()),
});
export type EditionWhole = z.infer<typeof EditionWhole>;

/** Whether an edition could be prepared from this, and what it lacks; nothing is kept. */
export const EditionChecked = z.strictObject({
  incident: z.string(),
  sections: z.array(
    z.strictObject({ section: z.enum(PAGE_SECTIONS), is: z.enum(['known', 'open', 'missing']) }),
  ),
  problems: z.array(z.strictObject({ at: z.string(), message: z.string() })),
  /** The leaks whose place needs a name, and fields for which there is no word. */
  places: z.array(z.string()),
  fields: z.array(z.string()),
  languages: z.array(z.string()),
});
export type EditionChecked = z.infer<typeof EditionChecked>;

export const EditionsListed = z.strictObject({ editions: z.array(EditionShown) });
export type EditionsListed = z.infer<typeof EditionsListed>;

export const PreviewEdition = OfEdition.extend({ language: z.string().max(20).default('en') });
export type PreviewEdition = z.infer<typeof PreviewEdition>;

export const PublishEdition = OfEdition.extend({
  /** As `show-edition` has it: what exactly is approved. */
  hash: Sha256,
  reason: Prose.optional(),
});
export type PublishEdition = z.infer<typeof PublishEdition>;

export const DiscardEdition = OfEdition.extend({ reason: Prose });
export type DiscardEdition = z.infer<typeof DiscardEdition>;

export const ReadAnswers = z.strictObject({
  incident: AnyIncident,
  language: z.string().max(20).default('en'),
});
export type ReadAnswers = z.infer<typeof ReadAnswers>;

/** What was published last, as questions and answers. */
export const AnswersRead = z.strictObject({
  edition: z.string(),
  number: z.int(),
  publishedAt: z.string(),
  language: z.string(),
  questions: z.array(z.strictObject({ question: z.string(), answer: z.array(z.string()) })),
});
export type AnswersRead = z.infer<typeof AnswersRead>;
