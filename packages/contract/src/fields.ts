import * as z from 'zod';

/** The fields that inputs of the records are made of. Texts are trimmed, capped, and have something to be read. */

const control = /[\p{Cc}\p{Cs}]/u;
const hasControl = (text: string): boolean => control.test(text.replace(/[\n\t]/g, ''));
/** A reason of zero-width spaces is none, and a title of them is an incident that nobody sees in a list. */
const isSeen = (text: string): boolean =>
  /[^\s\p{Cf}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
const UNSEEN = { error: 'text that can be read' };
/** One line. */
export const Line = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .refine((text) => !control.test(text), { error: 'one line of text without control characters' })
  .refine(isSeen, UNSEEN);
export const Prose = z
  .string()
  .trim()
  .min(1)
  .max(20_000)
  .refine((text) => !hasControl(text), { error: 'text without control characters' })
  .refine(isSeen, UNSEEN);

/** Why somebody decided or did something, in a file or where a line is as good as a page. */
export const Reason = z.string().trim().min(1).max(2000).refine(isSeen, UNSEEN);

/** ISO 8601 with its offset, kept as it is written: `2025-11-20T15:05:00+01:00`. */
export const Moment = z.iso
  .datetime({ offset: true, error: 'an instant such as 2025-11-20T14:05:00Z, with its zone' })
  .max(40)
  .refine((text) => Date.parse(text) >= 0 && Date.parse(text) < Date.UTC(2200, 0), {
    error: 'an instant from 1 January 1970 on, and before 2200',
  })
  // PostgreSQL reads no offset of 16 hours or more; no clock has one of more than 14.
  .refine((text) => /(?:Z|[+-](?:0\d|1[0-3]):\d\d|[+-]14:00)$/.test(text), {
    error: 'an offset of at most 14 hours',
  });

/** No record has more; the database counts them in four bytes, and refuses a larger number as a mistake of ours. */
export const MOST_VERSIONS = 1_000_000;

export const Id = (kind: string) =>
  z.string().regex(new RegExp(`^${kind}_[0-9a-f]{32}$`), `an id such as ${kind}_…`);
/** An id that may be anything: one that nobody could have been given is not found, which is not another answer. */
export const AnyIncident = z.string().max(60);
export const Person = z.string().regex(/^usr_[A-Za-z0-9_-]{1,60}$/, 'a user’s id, such as usr_…');

/** A name of the IANA time zone database. */
export const Zone = z.string().max(60).refine(isZone, { error: 'a time zone such as Europe/Luxembourg' });

function isZone(name: string): boolean {
  // An offset such as +01:00 is accepted by Intl, but it knows no summer time.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** When something came in, and in whose zone its days are counted. */
export const Received = z.strictObject({ at: Moment, zone: Zone });
export type Received = z.infer<typeof Received>;

/** A file that somebody keeps, registered by its hash together with the step that it proves. */
export const Proof = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex'),
  bytes: z.int().min(0),
  name: Line,
  /** Where it comes from and who keeps it. */
  origin: Prose,
});
export type Proof = z.infer<typeof Proof>;

/** Somebody outside: a customer, a recipient. A pseudonym, under which their texts can be erased. */
export const Somebody = z.string().regex(/^per_[A-Za-z0-9_-]{1,60}$/, 'a person’s id, such as per_…');

/** `null` stands for a text that was erased. */
export const Shown = z.string().nullable();
