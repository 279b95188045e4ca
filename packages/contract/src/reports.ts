import * as z from 'zod';
import { Reason } from './fields.ts';

/** What customers report to us: mails that they did not want, and in which groups these stand. */

const Host = z.string().max(253);

/** Equal numbers at equal places are equal runs of words; near-equal texts share most. */
export const SKETCH = 32;

/** All that is kept of a mail that was reported. */
export const ReportRead = z.strictObject({
  /** How the original was found: attached, between what a program writes around a forwarded text, or not apart from the report. */
  found: z.enum(['attached', 'inline', 'whole']),
  /** Who the original says that it is from. Some programs leave it out. */
  sender: z.strictObject({ name: z.string().max(200), address: z.string().max(320) }).nullable(),
  /** From the original's own header, which only an attachment has. */
  envelope: z.string().max(320).nullable(),
  /** What the receiving server said of it, such as `dkim=pass shop.example`. */
  authentication: z.array(z.string().max(300)).max(20),
  /** Domains that signed it, checked by nobody here. */
  signers: z.array(Host).max(10),
  /** The server that handed it over. */
  relay: z.string().max(300).nullable(),
  /** When that server had taken it, by the original's header: what was looked up later has not led to this mail. */
  arrived: z.iso.datetime().nullable().default(null),
  /** The address to which it came. Some programs leave it out. */
  to: z.string().max(320).nullable(),
  /** Hosts of its links, and no more of these: the rest names a customer as often as not. */
  links: z.array(Host).max(50),
  phones: z.array(z.string().max(20)).max(20),
  /** By which it calls itself, or the seller. */
  names: z.array(z.string().max(200)).max(10),
  sketch: z.array(z.int()).max(SKETCH),
  /** Hashed and dropped. */
  attachments: z
    .array(z.strictObject({ type: z.string().max(200), bytes: z.int(), sha256: z.string() }))
    .max(50),
});
export type ReportRead = z.infer<typeof ReportRead>;

export const ReportMail = z
  .strictObject({
    /** Who reports. */
    address: z.string().min(3).max(320),
    /** What was copied out of a mail program. */
    text: z.string().min(1).max(1_000_000).optional(),
    /** The message as a file, in base64. */
    eml: z.base64().min(1).optional(),
    language: z.string().max(20).default('en'),
  })
  .refine(({ text, eml }) => (text === undefined) !== (eml === undefined), {
    error: 'either the text or the file',
    path: ['text'],
  });
export type ReportMail = z.infer<typeof ReportMail>;

/** One of ours is none to be reported: the check says what it is. */
export const ReportHeard = z.strictObject({
  heard: z.enum(['kept', 'known', 'ours', 'too-many']),
  says: z.string(),
});
export type ReportHeard = z.infer<typeof ReportHeard>;

export const ListReportGroups = z.strictObject({
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  most: z.coerce.number().int().min(1).max(500).default(50),
});
export type ListReportGroups = z.infer<typeof ListReportGroups>;

export const ReportGroup = z.strictObject({
  /** The first report of it. */
  group: z.string(),
  reports: z.int(),
  /** By people who proved to be who they say, each once. */
  proved: z.int(),
  first: z.string(),
  last: z.string(),
  /** The most frequent first. */
  senders: z.array(z.string()),
  links: z.array(z.string()),
  phones: z.array(z.string()),
  names: z.array(z.string()),
  /** Of how many nobody knows to which address the mail came. */
  withoutRecipient: z.int(),
});
export type ReportGroup = z.infer<typeof ReportGroup>;

export const ReportGroupsListed = z.strictObject({
  reports: z.int(),
  /** The largest first. */
  groups: z.array(ReportGroup),
  /** How many there are beside those that are listed. */
  more: z.int(),
});
export type ReportGroupsListed = z.infer<typeof ReportGroupsListed>;

export const EraseReport = z.strictObject({
  report: z.string().max(60),
  reason: Reason,
});
export type EraseReport = z.infer<typeof EraseReport>;
export const ReportErased = z.strictObject({ report: z.string(), entry: z.int() });
export type ReportErased = z.infer<typeof ReportErased>;
