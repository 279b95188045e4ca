/** What a mail program shows above a message, against what we wrote there. */
import { addressParser } from 'postal-mime';
import type { Difference } from '../types.ts';
import { marksIn } from './foreign.ts';
import { isSameText, type Ours, rest, withoutPrefixes } from './forwards.ts';
import { type Field, headerText, shownText, valuesOf } from './mime.ts';

export type Mailbox = Readonly<{ name: string; address: string }>;

/** The mailboxes of a header, groups taken apart. */
export function mailboxesIn(fields: readonly Field[], name: string): readonly Mailbox[] {
  return valuesOf(fields, name).flatMap((value) =>
    addressParser(headerText(value).slice(0, 20_000), { flatten: true }).map((one) => ({
      name: shownText(one.name ?? ''),
      address: (one.address ?? '').trim(),
    })),
  );
}

export type HeaderJudged = Readonly<{
  differences: readonly Difference[];
  /** Whether a field was left out or given a prefix, and none says otherwise. */
  isTouched: boolean;
}>;

/** Fields that programs show or act upon; none of ours has them. */
const ACTIVE =
  /^(?:sender|resent-.*|list-.*|cc|bcc|comments|keywords|organi[sz]ation|disposition-notification-to|return-receipt-to|x-confirm-reading-to|content-base|content-location|content-disposition|link|face|x-face|bimi-.*|reply-by|supersedes|in-reply-to|references|mail-followup-to|mail-reply-to|apparently-to|x-unsubscribe.*|feedback-id|amp-.*|x-message-flag|newsgroups|followup-to)$/;
const PRIORITY = /^(?:importance|priority|x-priority|x-msmail-priority)$/;
/** Without the comments that may stand there. */
const DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ?)?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC?)(?: \([A-Z]{1,5}\))?$/;
const ONCE = [
  'from',
  'to',
  'subject',
  'reply-to',
  'date',
  'message-id',
  'content-type',
  'mime-version',
  'content-transfer-encoding',
];

/** Judges the header of what says that it comes from us. */
export function judgeHeader(fields: readonly Field[], ours: Ours): HeaderJudged {
  const differences: Difference[] = [];
  const differ = (where: Difference['where'], mine: string, theirs: string) =>
    differences.push({
      where,
      ours: mine,
      theirs,
      marks: [...marksIn(theirs, (thing) => mine.includes(thing))],
    });
  for (const name of ONCE) {
    const values = valuesOf(fields, name);
    if (values.length > 1)
      differ('header', '', values.map((value) => `${name}: ${shownText(value)}`).join('\n'));
  }
  for (const { name, value } of fields)
    if (
      ACTIVE.test(name) ||
      (PRIORITY.test(name) && /high|urgent|^\s*[12]\b/i.test(value)) ||
      (name === 'thread-topic' && !isSameText(withoutPrefixes(shownText(value)), ours.subject)) ||
      (name === 'date' && !DATE.test(value))
    )
      differ('header', '', `${name}: ${shownText(value)}`);
  // A field that names no mailbox is shown as it is.
  const isStated = (name: string) => valuesOf(fields, name).some((value) => value !== '');
  const from = mailboxesIn(fields, 'from');
  if (
    isStated('from') &&
    !(
      isJust(from, ours.from.address, ours.from.name) &&
      saysOnly(fields, 'from', [ours.from.address, ours.from.name])
    )
  )
    differ('from', shownBox(ours.from), asWritten(fields, 'from'));
  const reply = mailboxesIn(fields, 'reply-to');
  if (
    isStated('reply-to') &&
    !(
      isJust(reply, ours.replyTo, ours.from.name) &&
      saysOnly(fields, 'reply-to', [ours.replyTo, ours.from.name])
    )
  )
    differ('reply-to', ours.replyTo, asWritten(fields, 'reply-to'));
  const to = mailboxesIn(fields, 'to');
  if (isStated('to') && !(isJust(to, ours.to, ours.to) && saysOnly(fields, 'to', [ours.to])))
    differ('to', ours.to, asWritten(fields, 'to'));
  const [rawSubject] = valuesOf(fields, 'subject');
  const subject = rawSubject === undefined ? undefined : shownText(rawSubject);
  const bare = withoutPrefixes(subject ?? '');
  if (subject !== undefined && !isSameText(bare, ours.subject)) differ('subject', ours.subject, subject);
  const isTouched =
    from.length === 0 || to.length === 0 || reply.length === 0 || subject === undefined || bare !== subject;
  return { differences, isTouched };
}

const asWritten = (fields: readonly Field[], name: string): string =>
  valuesOf(fields, name).map(shownText).join(', ');

/** Some programs show a comment beside an address; none of ours has one. */
const saysOnly = (fields: readonly Field[], name: string, known: readonly string[]): boolean =>
  rest(asWritten(fields, name), known) === '';

const shownBox = ({ name, address }: Mailbox): string => (name === '' ? address : `${name} <${address}>`);

/** One mailbox, ours, under our name, the bare address, or none. */
const isJust = (boxes: readonly Mailbox[], address: string, name: string): boolean =>
  boxes.length === 1 &&
  boxes[0]?.address.toLowerCase() === address.toLowerCase() &&
  (boxes[0].name === '' || boxes[0].name === name || boxes[0].name.toLowerCase() === address.toLowerCase());
