import { type Email, parseMail } from '../../platform/mail/index.ts';
import type { Letter } from './types.ts';

/** A report longer than this is read so far only: who returns 50 MB returns our message, and says why at the top. */
export const MOST_BYTES = 4 * 1024 * 1024;
const MOST_PROSE = 128 * 1024;
const MOST_LINE = 4 * 1024;
const MOST_REPORT = 512 * 1024;

const REPORTS: ReadonlySet<string> = new Set([
  'message/delivery-status',
  'message/global-delivery-status',
  'message/feedback-report',
  'message/disposition-notification',
  'message/global-disposition-notification',
]);
const ORIGINALS =
  /^(message\/(rfc822|global|partial)|text\/rfc822|text\/rfc822-headers?|message\/(rfc822|global)-headers?)$/;

/**
 * Takes a message apart. Never refuses: of bytes that are no message it gives a letter without headers, of broken
 * MIME what can be read.
 */
export async function readLetter(bytes: Uint8Array): Promise<Letter> {
  const head = bytes.length > MOST_BYTES ? bytes.subarray(0, MOST_BYTES) : bytes;
  const email = await parsed(withoutMailboxLine(head));
  const attachments = email.attachments.map(({ mimeType, content }) => ({
    type: mimeType.toLowerCase(),
    text: textOf(content),
  }));
  const returned = attachments.find(({ type }) => ORIGINALS.test(type));
  const written = proseOf(email, attachments);
  const { prose, original } = parted(written);
  return {
    headers: headersOf(email),
    prose,
    reports: attachments
      .filter(({ type }) => REPORTS.has(type))
      .map(({ type, text }) => ({
        type: type.replace(/^message\/(global-)?/, ''),
        text: text.slice(0, MOST_REPORT),
      })),
    original: headOf(returned?.text ?? original),
  };
}

/** Some mail stores keep the line `From sender date` of a mailbox file, quoted or not, above the headers. */
function withoutMailboxLine(bytes: Uint8Array): Uint8Array {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  const line = /^(?:\uFEFF|ï»¿)?(?:\s*\r?\n)*(?:>?From [^\n]*\n)?/.exec(start)?.[0] ?? '';
  return bytes.subarray(line.length);
}

async function parsed(bytes: Uint8Array): Promise<Email> {
  const email = await attempt(bytes);
  const isEmpty = email !== null && email.attachments.length === 0 && !email.text && !email.html;
  if (email !== null && !isEmpty) return email;
  for (const mended of [mend(bytes, true), mend(bytes, false)]) {
    const again = mended === null ? null : await attempt(mended);
    if (again !== null && (again.attachments.length > 0 || again.text || again.html)) return again;
  }
  return email ?? plainly(bytes);
}

async function attempt(bytes: Uint8Array): Promise<Email | null> {
  try {
    return await parseMail(bytes, { forceRfc822Attachments: true, maxNestingDepth: 32 });
  } catch {
    return null;
  }
}

/**
 * The same message under a readable Content-Type, when its own says multipart and no part was found: the boundary is
 * then taken from the body, or the body as it stands is the text (PMDF writes parameters that no parser understands; others fold the boundary away).
 */
function mend(bytes: Uint8Array, inParts: boolean): Uint8Array | null {
  const text = Buffer.from(bytes).toString('latin1');
  const gap = /\r?\n\r?\n/.exec(text);
  if (gap === null) return null;
  const body = text.slice(gap.index + gap[0].length);
  const head = text
    .slice(0, gap.index)
    .replace(/^content-(type|transfer-encoding):.*(\r?\n[ \t].*)*/gim, 'X-Was: $1');
  const boundary = !inParts ? undefined : /^--([^\s][^\r\n]{2,69})\r?\ncontent-/im.exec(body)?.[1]?.trimEnd();
  const type =
    boundary === undefined
      ? 'text/plain'
      : `multipart/mixed; boundary="${boundary.replace(/["\\]/g, '\\$&')}"`;
  return Buffer.from(`${head}\r\nContent-Type: ${type}\r\n\r\n${body}`, 'latin1');
}

function plainly(bytes: Uint8Array): Email {
  return { headers: [], headerLines: [], attachments: [], text: Buffer.from(bytes).toString('latin1') };
}

function headersOf(email: Email): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const { key, value } of email.headers) {
    const shown = key === 'subject' && email.subject !== undefined ? email.subject : value;
    all.set(key, [...(all.get(key) ?? []), shown.slice(0, MOST_LINE)]);
  }
  return all;
}

function textOf(content: ArrayBuffer | Uint8Array | string): string {
  if (typeof content === 'string') return content;
  const bytes = content instanceof Uint8Array ? content : new Uint8Array(content);
  const text = new TextDecoder('utf-8').decode(bytes.subarray(0, MOST_REPORT));
  return text.replace(/\r\n?/g, '\n');
}

function proseOf(email: Email, attachments: readonly Readonly<{ type: string; text: string }>[]): string {
  const shown = (email.text ?? '').trim();
  const html = email.html === undefined ? '' : fromHtml(email.html);
  // Some reporters attach their words as a file, or as a report without a field (InterMail).
  const files = attachments
    .filter(
      ({ type, text }) =>
        /^text\/plain\b/.test(type) ||
        (type === 'message/delivery-status' &&
          !/^(reporting-mta|final-recipient|action|status) ?:/im.test(text)),
    )
    .map(({ text }) => text);
  const text = [shown.length >= 40 || html === '' ? shown : `${shown}\n${html}`, ...files].join('\n');
  return text
    .slice(0, MOST_BYTES)
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.slice(0, MOST_LINE))
    .join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  nbsp: ' ',
  apos: "'",
};

/** The words of a page; what stands in styles, scripts and comments is none. */
function fromHtml(html: string): string {
  const page = html.slice(0, MOST_BYTES);
  const bare = ['style', 'script', 'head', 'title'].reduce(
    (rest, name) => without(rest, new RegExp(`<${name}\\b`, 'gi'), new RegExp(`</${name}\\s*>`, 'gi')),
    without(page, /<!--/g, /-->/g),
  );
  return bare
    .replace(/<(br|\/p|\/div|\/tr|\/li|\/h\d|\/td|\/table|p|div|li|tr)\b[^<>]*>/gi, '\n')
    .replace(/<[/!]?[a-z][^<>]*>/gi, '')
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi, characterOf);
}

function characterOf(whole: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : ' ';
}

/** Takes stretches out, in time linear in the text: a thousand openings without an end must not cost their square. */
function without(text: string, opens: RegExp, ends: RegExp): string {
  const kept: string[] = [];
  let at = 0;
  for (let open = opens.exec(text); open !== null; open = opens.exec(text)) {
    kept.push(text.slice(at, open.index));
    ends.lastIndex = open.index;
    if (ends.exec(text) === null) return kept.join(' ');
    at = ends.lastIndex;
    opens.lastIndex = at;
  }
  return [...kept, text.slice(at)].join(' ');
}

/**
 * Lines after which reporters put what they return. Each is written by at least one mail system; a line of them
 * counts only where words stand above it.
 */
const BELOW: readonly RegExp[] = [
  /^[-=*_ \t]{2,}.{0,40}\b(original|unsent|returned|undelivered|your|failed) (message|mail|e-?mail|letter)( (header|text|follows|is|below|body|attached)\b.{0,40})?[-=*_: \t]*$/i,
  /^[-=*_ \t]{2,}.{0,20}\bcopy of (the|your) (original )?(message|mail)\b/i,
  /^[-=*_ \t]{2,}.{0,30}\b(below this line|header of the original|message header|headers? of (the|your)|returned (message|mail)|message follows|text follows|original headers|start of (message|mail)|body of (the )?message)\b/i,
  /^(the )?(original|returned|undelivered|your) (message|mail|e-?mail)( (text|headers?))?( (follows?|is attached|as follows|was as follows|text is|is as follows|is included below|begins))?:?$/i,
  /^original (mail|message|headers?)\b.{0,20}:?$/i,
  /^(the )?(first|top) \d+ (lines|bytes|characters).{0,40}(message|mail)/i,
  /^(a )?copy of (the|your) (original )?(message|mail).{0,40}:?$/i,
  /^.{0,20}(header|body|text)s? of (the|your) (original )?(message|mail|letter)\b.{0,30}:?$/i,
  /^.{0,40}\b(summary|copy|text|headers?|part|lines|message|mail|e-?mail) (of the |of your )?.{0,40}\b(follows|is following|is attached|is appended|below this line|returned below)\W*$/i,
  /^received: (from|by|\(qmail|with) /i,
  /^return-path: ?</i,
  /^[-=*_ \t]{3,}.{0,20}(message originale?|mensaje original|mensagem original|messaggio originale|ursprüngliche|originalnachricht|исходное|оригинал)/i,
  /^(en-têtes? (de message )?d.origine|encabezados? (de mensaje )?original|ursprüngliche nachrichtenk(o|ö)pfe|intestazioni originali|cabeçalhos? (de mensagem )?origina|原始邮件头|原始郵件標頭|元のメッセージ(の)?ヘッダー?|исходные заголовки)/i,
];

/** The reporter's own words, and what follows them. */
function parted(text: string): { prose: string; original: string } {
  const lines = text.split('\n');
  let words = 0;
  for (const [at, raw] of lines.entries()) {
    const line = raw.trim().replace(/^> ?/, '');
    if (words > 0 && line.length < 200 && BELOW.some((rule) => rule.test(line))) {
      const rest = lines.slice(at);
      const next = rest
        .slice(0, 60)
        .filter((one) => one.trim() !== '')
        .slice(0, 20);
      // A heading such as "Your message" may stand above the failure; what follows must look like headers.
      if (
        rest
          .slice(0, 14)
          .some((one) =>
            /^>?\s{0,8}(received|return-path|from|to|date|subject|message-id|mime-version|content-type|dkim-signature|delivered-to|x-[\w-]+): ?/i.test(
              one,
            ),
          ) &&
        !tellsFailure(next)
      )
        return { prose: lines.slice(0, at).join('\n').slice(0, MOST_PROSE), original: rest.join('\n') };
    }
    if (line !== '') words += 1;
  }
  return { prose: text.slice(0, MOST_PROSE), original: '' };
}

const tellsFailure = (lines: readonly string[]): boolean =>
  lines.some((line) =>
    /did not reach|could not be (reached|delivered)|not be delivered|was not delivered|final-recipient:/i.test(
      line,
    ),
  );

/** The headers within a returned original: up to the empty line that follows them. */
function headOf(text: string): string {
  const start = text.search(/^>?[ \t]{0,8}[A-Za-z][\w-]{1,40}: ?/m);
  if (start < 0) return '';
  const from = text.slice(start, start + 64 * 1024);
  const end = from.search(/\n[ \t]*\n/);
  return (end < 0 ? from : from.slice(0, end)).replace(/^>?[ \t]{1,8}(?=[A-Za-z][\w-]{1,40}:)/gm, '');
}
