/** The encodings of MIME (RFC 2045, RFC 2047), deterministic, and quick enough for thousands of messages a second. */

const MOST_QUOTED_LINE = 76;
const MOST_WORD = 75;
const WORD_START = '=?UTF-8?';
const HEX = '0123456789ABCDEF';
const CR = 13;
const LF = 10;
const SPACE = 32;
const DOT = 46;
const EQUALS = 61;
const CAPITAL_F = 70;

/** 1 where an octet stands for itself in quoted-printable. */
const isLiteral = new Uint8Array(256);
for (let octet = 33; octet <= 126; octet++) isLiteral[octet] = octet === EQUALS ? 0 : 1;

/**
 * Lines that stand for themselves, as most of most languages do: looking at many at once is several times as quick as at each.
 * At most a hundred, since each is remembered until the end.
 */
const AS_THEY_ARE = /(?:(?![.]|From )(?:[ !-<>-~]{0,74}[!-<>-~])?\r\n){0,100}/y;

/**
 * Quoted-printable of text whose line breaks are CRLF. Beyond what RFC 2045 demands, a dot and `From ` at the start of
 * a line are encoded: servers that forget to undo the doubling of dots, and mailboxes that put `>` before `From `, would
 * change the text. A character is never split by a soft line break.
 */
export function quotedPrintable(text: string): string {
  let quoted = '';
  let copied = 0;
  for (let start = 0; start <= text.length; ) {
    AS_THEY_ARE.lastIndex = start;
    AS_THEY_ARE.test(text);
    const line = AS_THEY_ARE.lastIndex;
    if (line > start) {
      start = line;
      continue;
    }
    const found = text.indexOf('\r\n', start);
    const end = found < 0 ? text.length : found;
    quoted += text.slice(copied, start) + quotedLine(text.slice(start, end));
    copied = end;
    start = end + 2;
  }
  return quoted + text.slice(copied);
}

function quotedLine(line: string): string {
  const text = Buffer.from(line, 'utf8');
  const out = Buffer.allocUnsafe(text.length * 3 + Math.ceil((text.length * 3) / 70) * 3 + 3);
  let length = 0;
  let column = 0;
  for (let at = 0; at < text.length; ) {
    const octet = text[at] as number;
    const octets = octet < 0xc0 ? 1 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
    const need = isAsItIs(text, at, octet, column) ? 1 : octets * 3;
    if (column + need >= MOST_QUOTED_LINE) {
      out[length++] = EQUALS;
      out[length++] = CR;
      out[length++] = LF;
      column = 0;
    }
    if (isAsItIs(text, at, octet, column)) {
      out[length++] = octet;
      column++;
      at++;
      continue;
    }
    for (const end = Math.min(at + octets, text.length); at < end; at++) {
      const each = text[at] as number;
      out[length++] = EQUALS;
      out[length++] = HEX.charCodeAt(each >> 4);
      out[length++] = HEX.charCodeAt(each & 15);
      column += 3;
    }
  }
  return out.toString('latin1', 0, length);
}

function isAsItIs(text: Uint8Array, at: number, octet: number, column: number): boolean {
  if (octet === SPACE) return at + 1 < text.length;
  if (isLiteral[octet] !== 1) return false;
  if (column > 0) return true;
  if (octet === DOT) return false;
  return octet !== CAPITAL_F || !isFrom(text, at);
}

const isFrom = (text: Uint8Array, at: number): boolean =>
  text[at + 1] === 114 && text[at + 2] === 111 && text[at + 3] === 109 && text[at + 4] === SPACE;

/** Base64 in lines of 76. */
export const base64Body = (content: Buffer): string =>
  content.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n');

/**
 * A header's text as encoded words (RFC 2047), folded, each of whole characters; in the shorter of the two encodings.
 * `taken` is how much of the first line stands before it.
 */
export function encodedWords(text: string, taken: number): string {
  const q = wordsOf(text, taken, 'Q');
  const b = wordsOf(text, taken, 'B');
  return q.length <= b.length ? q : b;
}

function wordsOf(text: string, taken: number, kind: 'Q' | 'B'): string {
  const words: string[] = [];
  const start = `${WORD_START}${kind}?`;
  let content = '';
  let room = Math.min(MOST_WORD, 78 - taken) - start.length - 2;
  for (const char of text) {
    const longer = content + char;
    if (content !== '' && wordLength(longer, kind) > room) {
      words.push(`${start}${wordContent(content, kind)}?=`);
      content = char;
      room = MOST_WORD - start.length - 2;
    } else content = longer;
  }
  words.push(`${start}${wordContent(content, kind)}?=`);
  return words.join('\r\n ');
}

const wordLength = (content: string, kind: 'Q' | 'B'): number =>
  kind === 'B' ? Math.ceil(Buffer.byteLength(content) / 3) * 4 : wordContent(content, kind).length;

/** `Q` with the characters that are allowed within a phrase, where least are. */
const wordContent = (content: string, kind: 'Q' | 'B'): string =>
  kind === 'B'
    ? Buffer.from(content, 'utf8').toString('base64')
    : Array.from(Buffer.from(content, 'utf8'), (octet) => {
        if (octet === SPACE) return '_';
        const char = String.fromCharCode(octet);
        return /[A-Za-z0-9!*+/-]/.test(char) ? char : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
      }).join('');
