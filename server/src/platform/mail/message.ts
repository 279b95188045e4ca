/**
 * From one notice to the exact bytes of one message (RFC 5322, MIME). The same input gives the same bytes on every
 * machine and in every year, since a repeated message must be the same one. All is 7-bit ASCII with short lines, so no
 * server on the way has a reason to rewrite it; only an address in Unicode needs more (RFC 6532).
 */
import { hash } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';
import { isOneAddress, needsUtf8, type OneAddress } from './address.ts';
import { base64Body, encodedWords, quotedPrintable } from './encode.ts';

/** What one person is told. There is no place for a second recipient. */
export type Notice = Readonly<{
  to: OneAddress;
  /** BCP 47. */
  language: string;
  subject: string;
  text: string;
  html: string;
}>;

/** What is drawn or frozen once per message, by the caller, and kept for a repetition. */
export type Letterhead = Readonly<{
  /** Random; without brackets: `left@domain`. */
  messageId: string;
  /** Milliseconds since 1970; the message shows whole seconds. */
  dateMs: number;
  from: Readonly<{ name: string; address: OneAddress }>;
  replyTo: OneAddress;
  /** The Message-ID of the message that this one answers by itself (RFC 3834); '' where it has none that can be named. */
  answers?: string | undefined;
}>;

export type Mail = Readonly<{
  bytes: Buffer;
  /** Whether only a server with SMTPUTF8 can take it, because of an address in its header. */
  utf8: boolean;
}>;

const MOST_SUBJECT = 400;
const MOST_NAME = 200;
const MOST_PART_OCTETS = 4 * 1024 ** 2;
const MOST_LINE = 78;
const MESSAGE_ID = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{8,120}@[a-z0-9][a-z0-9.-]{0,120}$/;
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;
/** The last moment that a date of RFC 5322 can say with four digits. */
const MOST_DATE_MS = 253_402_300_799_000;

/**
 * Control characters but tab and line breaks, separators that some readers take for line breaks, overrides of the
 * writing direction (isolates do all that they do, and end with their line), and what is no character.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are refused
const NEVER = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufdd0-\ufdef\ufffe\uffff]/u;

/** Writes the message. Refuses as `mail-unsendable`, naming the part; nothing is ever cut or replaced in silence. */
export function writeMail(notice: Notice, letterhead: Letterhead): Mail {
  const { messageId, dateMs, from, replyTo, answers } = letterhead;
  const subject = headerText('subject', notice.subject, MOST_SUBJECT);
  const name = headerText('sender’s name', from.name, MOST_NAME);
  // The types say so already; an address that was cast to the type would tell two people, or somebody else.
  for (const address of [notice.to, from.address, replyTo])
    if (!isOneAddress(address)) throw unsendable('addresses', 'are not each one address in canonical form');
  if (!LANGUAGE.test(notice.language)) throw unsendable('language', 'is no language tag');
  if (!MESSAGE_ID.test(messageId) || (answers !== undefined && answers !== '' && !MESSAGE_ID.test(answers)))
    throw unsendable('Message-ID', 'is not of the form left@domain');
  if (!Number.isSafeInteger(dateMs) || dateMs < 0 || dateMs > MOST_DATE_MS)
    throw unsendable('date', 'is no moment between 1970 and 9999');
  const boundary = boundaryOf(messageId);
  const head = [
    `Date: ${new Date(dateMs).toUTCString().replace('GMT', '+0000')}`,
    `From: ${named(name, from.address)}`,
    `Reply-To: <${replyTo}>`,
    `To: <${notice.to}>`,
    unstructured('Subject', subject),
    `Message-ID: <${messageId}>`,
    ...(answers === undefined
      ? ['Auto-Submitted: auto-generated']
      : ['Auto-Submitted: auto-replied', ...(answers === '' ? [] : [`In-Reply-To: <${answers}>`])]),
    `Content-Language: ${notice.language}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative;\r\n boundary="${boundary}"`,
  ].join('\r\n');
  const bytes = Buffer.from(`${head}\r\n\r\n${writeBody(boundary, notice)}`, 'utf8');
  return { bytes, utf8: [notice.to, from.address, replyTo].some(needsUtf8) };
}

/** Neither encoding below can yield a line that begins with `--=_`. */
export const boundaryOf = (messageId: string): string => `=_${hash('sha256', messageId).slice(0, 32)}`;

/**
 * What stands below the header. It depends on nothing else, so whoever has both texts and the boundary can make it again.
 * Refuses as `mail-unsendable`, naming the part.
 */
export const writeBody = (
  boundary: string,
  { text, html }: Readonly<{ text: string; html: string }>,
): string =>
  `${part(boundary, 'plain', bodyText('text', text))}${part(boundary, 'html', bodyText('html', html))}--${boundary}--\r\n`;

function part(boundary: string, kind: 'plain' | 'html', content: string): string {
  const quoted = quotedPrintable(content);
  const base64Length = Math.ceil(Buffer.byteLength(content) / 3) * 4;
  // Quoted-printable can be read without a tool; Japanese takes three times its size in it.
  const isQuoted = quoted.length <= base64Length * 1.4;
  return `--${boundary}\r\nContent-Type: text/${kind}; charset=utf-8\r\nContent-Transfer-Encoding: ${
    isQuoted ? 'quoted-printable' : 'base64'
  }\r\n\r\n${isQuoted ? quoted : base64Body(Buffer.from(content, 'utf8'))}\r\n`;
}

/** Line breaks become CRLF; the last line gets one. */
function bodyText(name: 'text' | 'html', content: string): string {
  if (content.trim() === '') throw unsendable(name, 'is empty');
  if (Buffer.byteLength(content) > MOST_PART_OCTETS)
    throw unsendable(name, `has more than ${MOST_PART_OCTETS} octets`);
  refuseUnwritable(name, content);
  const lines = content.includes('\r')
    ? content.replace(/\r\n|\r|\n/g, '\r\n')
    : content.replaceAll('\n', '\r\n');
  return lines.endsWith('\r\n') ? lines : `${lines}\r\n`;
}

function headerText(name: string, content: string, most: number): string {
  if (content.trim() === '') throw unsendable(name, 'is empty');
  if (content.length > most) throw unsendable(name, `has more than ${most} characters`);
  if (/[\t\r\n]/.test(content)) throw unsendable(name, 'holds a line break or a tab');
  refuseUnwritable(name, content);
  return content;
}

const PLAIN = /^[\t\n\r -~]*$/;

function refuseUnwritable(name: string, content: string): void {
  if (PLAIN.test(content)) return;
  if (!content.isWellFormed()) throw unsendable(name, 'holds half a character');
  const [found] = NEVER.exec(content) ?? [];
  if (found !== undefined) {
    const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw unsendable(name, `holds the control character U+${code}`);
  }
  if (content.includes('\u2066') || content.includes('\u2067') || content.includes('\u2068'))
    for (const line of content.split(/[\r\n]+/)) refuseOpenIsolate(name, line);
}

/** An isolate that stays open turns around what follows it, such as the next line of a list of messages. */
function refuseOpenIsolate(name: string, line: string): void {
  let open = 0;
  for (const char of line) {
    if (char >= '\u2066' && char <= '\u2068') open++;
    else if (char === '\u2069' && open > 0) open--;
  }
  if (open > 0) throw unsendable(name, 'changes the writing direction and does not change it back');
}

/** An address is never folded within: a line with one has at most 270 octets, and 998 are allowed. */
function named(name: string, address: OneAddress): string {
  const line = `${phrase(name)} <${address}>`;
  return line.length + 'From: '.length <= MOST_LINE ? line : `${phrase(name)}\r\n <${address}>`;
}

/** A display name: as it is, quoted, or encoded (RFC 2047, section 5). */
function phrase(name: string): string {
  if (/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(name) && isPlain(name))
    return name;
  if (/^[\x20-\x7e]+$/.test(name) && isPlain(name)) return `"${name.replace(/["\\]/g, '\\$&')}"`;
  return encodedWords(name, 'From: '.length);
}

/**
 * A text in ASCII that can't be taken for something encoded stays as it is, folded between words: filters of spam count it
 * against a message that it encodes what need not be.
 */
function unstructured(name: string, value: string): string {
  const isAscii = /^[\x20-\x7e]+$/.test(value) && isQuiet(value);
  const words = value.split(' ');
  if (!isAscii || words.some((word) => word.length > LONGEST_WORD))
    return `${name}: ${encodedWords(value, name.length + 2)}`;
  let text = `${name}:`;
  let column = text.length;
  for (const word of words) {
    const isFolded = column + 1 + word.length > MOST_LINE;
    text += isFolded ? `\r\n ${word}` : ` ${word}`;
    column = (isFolded ? 0 : column) + 1 + word.length;
  }
  return text;
}

const LONGEST_WORD = MOST_LINE - 12;

const isQuiet = (value: string): boolean =>
  !value.includes('=?') && !value.includes('  ') && value === value.trim();
const isPlain = (value: string): boolean => isQuiet(value) && value.length <= MOST_LINE - 8;

const unsendable = (name: string, why: string) =>
  new ForthrightError('mail-unsendable', `The message can not be written: its ${name} ${why}.`);
