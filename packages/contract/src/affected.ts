import * as z from 'zod';
import { TOLD } from './desk.ts';
import { CodeAnswer } from './messages.ts';

/** "Was I affected?" */

export const AffectedAsked = z.strictObject({
  address: z.string().trim().min(3).max(320),
  /** In which the answer on the page is; the mail is in the language of whoever it goes to. */
  language: z.string().max(20).default('en'),
});
export type AffectedAsked = z.infer<typeof AffectedAsked>;

/** The same words for every address. */
export const AffectedHeard = z.strictObject({ language: z.string(), says: z.string() });
export type AffectedHeard = z.infer<typeof AffectedHeard>;

export const MyNotice = z.strictObject({
  code: z.string().max(100),
  address: z.string().trim().min(3).max(320),
});
export type MyNotice = z.infer<typeof MyNotice>;

const Notice = z.strictObject({
  subject: z.string(),
  text: z.string(),
  language: z.string(),
});

export const NoticeShown = z.strictObject({
  is: CodeAnswer.shape.is,
  /** Left out when it can’t be written again. */
  notice: Notice.extend({ sentAt: z.string() }).optional(),
});
export type NoticeShown = z.infer<typeof NoticeShown>;

export const NoticesOfCustomer = z.strictObject({
  /** As the directory names them. */
  customer: z.string().min(1).max(200),
});
export type NoticesOfCustomer = z.infer<typeof NoticesOfCustomer>;

export const CustomerNotices = z.strictObject({
  notices: z.array(Notice.extend({ told: z.enum(TOLD), sentAt: z.string().optional() })),
});
export type CustomerNotices = z.infer<typeof CustomerNotices>;
