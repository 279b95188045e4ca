/** A mail of a few fixed sentences, signed like a notice. Nothing in it comes from a stranger. */
import { randomBytes } from 'node:crypto';
import { markup } from '../../kernel/index.ts';
import type { Mailing } from '../../notify/index.ts';
import { domainOf, type OneAddress, oneAddress, signed, writeMail } from '../../platform/mail/index.ts';
import { ANSWER_ID } from '../mail/loops.ts';
import type { NewMail } from './store.ts';

export type Letter = Readonly<{
  to: OneAddress;
  language: string;
  subject: string;
  lines: readonly string[];
  /** Whether it answers a message by itself; then its own Message-ID says so to whoever answers it. */
  isAnswer?: boolean;
  /** The Message-ID of what it answers. */
  answers?: string | undefined;
}>;

/** Whoever returns it returns it to nobody: answers are no notices, and nothing follows from what comes back. */
const senderOf = ({ returns }: Mailing): OneAddress =>
  oneAddress(`answer-${randomBytes(8).toString('hex')}@${returns}`);

export function letterOf(
  { to, language, subject, lines, isAnswer = false, answers }: Letter,
  mailing: Mailing,
  now: Date,
): Pick<NewMail, 'recipient' | 'sender' | 'message' | 'utf8'> {
  const { from, replyTo, dkim } = mailing;
  const seconds = Math.floor(now.getTime() / 1000);
  const html = `<!DOCTYPE html>\n<html lang="${language}"><head><meta charset="utf-8"><title>${markup(subject)}</title></head>\n<body>\n${lines
    .map((line) => `<p>${markup(line)}</p>`)
    .join('\n')}\n</body></html>\n`;
  const { bytes, utf8 } = writeMail(
    { to, language, subject, text: `${lines.join('\n\n')}\n`, html },
    {
      messageId: `${isAnswer ? ANSWER_ID : ''}${randomBytes(16).toString('hex')}@${domainOf(from.address)}`,
      dateMs: seconds * 1000,
      from,
      replyTo,
      ...(isAnswer ? { answers: answers ?? '' } : {}),
    },
  );
  const message = dkim.length === 0 ? bytes : signed(bytes, dkim, seconds);
  return { recipient: to, sender: senderOf(mailing), message, utf8 };
}
