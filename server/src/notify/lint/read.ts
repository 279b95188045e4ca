import { ForthrightError } from '@forthright/contract';
import { Parser } from 'htmlparser2';
import { type MailAddress as Address, parseMail } from '../../platform/mail/index.ts';
import type { HtmlMark, Link, ReadNotice } from './types.ts';

export const LARGEST_NOTICE_BYTES = 5 * 1024 * 1024;
/** A notice that is longer is none that anybody reads; what follows is not looked at. */
const MOST_LETTERS = 200_000;
const MOST_LINKS = 1000;
/** The parser's time grows with the square of it. */
const DEEPEST = 2000;

const refuse = (name: string, message: string) =>
  new ForthrightError('notice-invalid', `${name}: ${message}`);

/** Reads a notice from the bytes of a file. Refuses with `notice-invalid` what is no text, whatever the bytes are. */
export async function readNotice(bytes: Uint8Array, name: string): Promise<ReadNotice> {
  if (bytes.length > LARGEST_NOTICE_BYTES) throw refuse(name, 'over 5 MB; no notice is as long');
  const read = await readAs(bytes, name);
  if (!/\p{L}/u.test(read.text)) throw refuse(name, 'there is no word in it that a person could read');
  return read;
}

async function readAs(bytes: Uint8Array, name: string): Promise<ReadNotice> {
  if (/\.eml$/i.test(name)) return readMessage(bytes, name);
  const head = Buffer.from(bytes.subarray(0, 4096)).toString('latin1');
  if (/^(?:[\w-]+:.*\r?\n(?:[ \t].*\r?\n)*){2,}/.test(head) && /^(from|subject|mime-version):/im.test(head))
    return readMessage(bytes, name);
  const isHtml =
    /\.(html?|xhtml)$/i.test(name) || /<(!doctype html|html|head|body|p|div|table)\b/i.test(head);
  const text = decode(bytes, name, isHtml ? head : '');
  return isHtml ? readHtml(text, name) : plainNotice(text);
}

function decode(bytes: Uint8Array, name: string, head: string): string {
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  const named = /<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{1,40})/i.exec(head)?.[1];
  const charset = wide ?? named ?? 'utf-8';
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    throw refuse(name, `there is no character set “${charset}”`);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw refuse(name, `not readable as ${charset}; save it as UTF-8`);
  }
}

const nothing = {
  subject: undefined,
  language: undefined,
  links: [],
  header: undefined,
  attachments: [],
  marks: new Set<HtmlMark>(),
};

function plainNotice(raw: string): ReadNotice {
  // The file's own positions are told, so nothing is taken out.
  const text = raw.slice(0, MOST_LETTERS);
  return { ...nothing, kind: 'text', text, links: linksIn(text) };
}

/** Addresses that a program turns into links. A bare domain is what people are told to type, and is none. */
const linksIn = (text: string): Link[] =>
  [...text.matchAll(/\bhttps?:\/\/[^\s<>"')\]]{1,2000}/gi)].slice(0, MOST_LINKS).map((match) => ({
    href: match[0],
    words: match[0],
    at: { from: match.index, to: match.index + match[0].length },
  }));

const BLOCKS = new Set(
  'address article aside blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section table td th tr ul'.split(
    ' ',
  ),
);
const UNREAD = new Set(['script', 'style', 'head', 'title', 'noscript', 'template', 'svg', 'math']);

function readHtml(raw: string, name: string): ReadNotice {
  let depth = 0;
  let text = '';
  let title = '';
  let language: string | undefined;
  const links: Link[] = [];
  const marks = new Set<HtmlMark>();
  const open: { href: string; from: number }[] = [];
  const unread: string[] = [];
  let isTitle = false;
  const line = () => {
    if (text !== '' && !text.endsWith('\n')) text += '\n';
  };
  const close = () => {
    const link = open.pop();
    if (link === undefined || links.length >= MOST_LINKS) return;
    links.push({ href: link.href, words: text.slice(link.from), at: { from: link.from, to: text.length } });
  };
  const parser = new Parser({
    onopentag(tag, attributes) {
      depth += 1;
      if (depth > DEEPEST) throw refuse(name, 'its HTML is nested too deeply');
      if (tag === 'html' && attributes.lang) language = attributes.lang;
      if (tag === 'title') isTitle = true;
      if (UNREAD.has(tag)) unread.push(tag);
      note(tag, attributes, marks);
      if (text.length > MOST_LETTERS) return;
      if (BLOCKS.has(tag)) line();
      if (tag === 'li') text += '- ';
      if (tag === 'a' && attributes.href) open.push({ href: attributes.href.trim(), from: text.length });
    },
    ontext(part) {
      if (isTitle && title.length < 1000) title += part;
      if (unread.length > 0 || text.length > MOST_LETTERS) return;
      const words = part.replace(/\s+/g, ' ');
      text += text === '' || /\s$/.test(text) ? words.trimStart() : words;
    },
    onclosetag(tag) {
      depth -= 1;
      if (tag === 'title') isTitle = false;
      if (unread.at(-1) === tag) unread.pop();
      if (tag === 'a') close();
      if (BLOCKS.has(tag)) line();
    },
  });
  parser.write(raw);
  parser.end();
  if (language === undefined) marks.add('no-language');
  return {
    ...nothing,
    kind: 'html',
    text: text.slice(0, MOST_LETTERS),
    subject: title.trim() || undefined,
    language,
    links,
    marks,
  };
}

function note(name: string, attributes: Readonly<Record<string, string>>, marks: Set<HtmlMark>): void {
  const { src = '', style = '', width = '', height = '' } = attributes;
  if (name === 'form' || name === 'input' || name === 'button' || name === 'textarea') marks.add('form');
  if (name === 'script' || name === 'iframe' || name === 'object' || name === 'embed') marks.add('script');
  if (name === 'img' && /^(https?:)?\/\//i.test(src.trim()))
    marks.add(/^[01](px)?$/.test(width) || /^[01](px)?$/.test(height) ? 'pixel' : 'remote-image');
  if (/display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0/i.test(style) || 'hidden' in attributes)
    marks.add('hidden');
}

async function readMessage(bytes: Uint8Array, name: string): Promise<ReadNotice> {
  const mail = await parseMail(bytes, { maxNestingDepth: 20, maxHeadersSize: 256 * 1024 }).catch(
    (cause: unknown) => {
      throw new ForthrightError('notice-invalid', `${name}: can’t be read as a message`, { cause });
    },
  );
  const html = mail.html === undefined ? undefined : readHtml(mail.html, name);
  const text = mail.text === undefined ? undefined : plainNotice(mail.text);
  const read = text !== undefined && text.text.trim() !== '' ? text : html;
  if (read === undefined) throw refuse(name, 'the message has neither text nor HTML');
  return {
    ...read,
    kind: 'eml',
    subject: mail.subject,
    language: html?.language,
    // Links of the HTML part stand in another text than the one that positions count in.
    links: [
      ...(read.links ?? []),
      ...(html === undefined || html === read
        ? []
        : html.links.map((l) => ({ ...l, at: { from: 0, to: 0 } }))),
    ],
    marks: html?.marks ?? new Set(),
    attachments: mail.attachments
      .filter((a) => a.disposition !== 'inline' || !a.related)
      .map((a) => a.filename ?? a.mimeType),
    header: {
      from: addresses(mail.from === undefined ? [] : [mail.from]),
      replyTo: addresses(mail.replyTo ?? []),
      returnPath: mail.returnPath === undefined ? [] : [mail.returnPath],
      to: [...addresses(mail.to ?? []), ...addresses(mail.cc ?? []), ...addresses(mail.bcc ?? [])],
      hasTextPart: text !== undefined && text.text.trim() !== '',
    },
  };
}

const addresses = (list: readonly Address[]): string[] =>
  list.flatMap(({ address, group }) =>
    group === undefined ? (address ? [address] : []) : group.map((g) => g.address),
  );
