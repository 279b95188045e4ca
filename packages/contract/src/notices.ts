import * as z from 'zod';
import { DutiesAnswer } from './duties.ts';
import { ElementName } from './facts.ts';

const Language = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$/, 'a language such as en or pt-BR');
const Instant = z.iso.datetime({
  offset: true,
  error: 'an instant such as 2025-11-20T14:05:00Z, with its zone',
});
const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const Line = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .refine((text) => !control.test(text), { error: 'one line of text without control characters' });
/** The same in each language in which people are written to. */
const ByLanguage = z
  .record(z.string(), Line)
  .refine(
    (texts) =>
      Object.keys(texts).length > 0 && Object.keys(texts).every((l) => Language.safeParse(l).success),
    {
      error: 'texts by language, such as `en: …`',
    },
  );

/** What a notice says and no log knows: `forthright notice` reads it. Everything here is typed by a person, and labelled so. */
export const NoticeFile = z.strictObject({
  incident: z.string().min(1),
  /** The folder that `forthright scope --out` wrote. */
  answer: z.string().min(1),
  /** What `forthright assess --json` printed: cohorts get the form that their duties demand. */
  duties: z.string().min(1).optional(),
  /** The language of whoever's own is not there. */
  fallback: Language.default('en'),
  texts: z.strictObject({
    /** What went wrong, in one or two sentences that an outsider understands. */
    cause: ByLanguage,
    /** How it was stopped; the incident file says when. */
    contained: ByLanguage.optional(),
    measures: z.array(ByLanguage).default([]),
    /** What the place of a leak is called, by the leak's id: `the page of each review that you wrote`. */
    places: z.record(z.string(), ByLanguage).default({}),
    /** Fields that Forthright has no word for. */
    fields: z.record(z.string(), ByLanguage).default({}),
  }),
  /** What was not exposed. Nothing is said of what nobody has looked at. */
  notExposed: z.array(ElementName.exclude(['other'])).default([]),
  authorities: z.array(z.strictObject({ name: Line, at: Instant })).default([]),
  /** By when those hear more of whom we can't tell. */
  nextBy: z.iso.date({ error: 'a day such as 2025-12-05' }).optional(),
  delayedByPolice: z.boolean().optional(),
  agencies: z.array(Line).min(1).optional(),
  /** Texts of one's own in place of ours, one file a language. */
  templates: z.array(z.string().min(1)).default([]),
});
export type NoticeFile = z.infer<typeof NoticeFile>;

/** The part of `forthright assess --json` that notices need. */
export const DutiesForNotices = z.object({
  rows: z.array(
    DutiesAnswer.shape.rows.element.pick({
      id: true,
      regime: true,
      to: true,
      status: true,
      content: true,
      mustNot: true,
    }),
  ),
});

/** Words of ours, or a value that was put in, with where it comes from. */
export const NoticePiece = z.strictObject({
  text: z.string(),
  fact: z.string().optional(),
  source: z.strictObject({ is: z.string(), at: z.string() }).optional(),
});

export const NoticeBlock = z.strictObject({
  is: z.enum(['title', 'heading', 'paragraph', 'item']),
  pieces: z.array(NoticePiece),
});
export type NoticeBlock = z.infer<typeof NoticeBlock>;
