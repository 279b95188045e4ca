/**
 * From the bytes of a message to the parts that a reader may show. It is stricter than any reader: what two programs might
 * read in two ways is an oddity, and a message with one is never called genuine.
 */
import { decodeWords } from 'postal-mime';

export type Field = Readonly<{ name: string; value: string }>;

export type Part = Readonly<{
  /** `text/plain`, in lower case; `text/plain` where nothing is said. */
  type: string;
  parameters: ReadonlyMap<string, string>;
  fields: readonly Field[];
  /** Below the header, CRLF throughout, not decoded; one character an octet. */
  raw: string;
  /** Of a multipart. */
  children: readonly Part[];
}>;

export type Message = Readonly<{
  fields: readonly Field[];
  /** Octets of the message, its lines ended by CRLF. */
  bytes: Buffer;
  /** Below the header, one character an octet. */
  body: string;
  root: Part;
  /** Why it may be read otherwise elsewhere, or was not read to its end. */
  oddities: readonly string[];
  /** A cap was met, so that something was not read. */
  isWhole: boolean;
}>;

export const MOST_BYTES = 16 * 1024 ** 2;
const MOST_HEADER = 256 * 1024;
const MOST_DEPTH = 12;
const MOST_PARTS = 100;
const NAME = /^([!-9;-~]+)[ \t]*:/;

type Reading = { oddities: Set<string>; parts: number; isWhole: boolean };

/** Reads a message. Never throws on its content; whoever calls has held it to `MOST_BYTES`. */
export function readMessage(given: Uint8Array): Message {
  const reading: Reading = { oddities: new Set(), parts: 0, isWhole: true };
  const octets = Buffer.from(given).toString('latin1').replace(/^ï»¿/, '');
  // A line for some programs, and none for others.
  if (/\r(?!\n)/.test(octets)) reading.oddities.add('it has half a line break');
  const text = octets.replace(/\r+\n|\r|\n/g, '\r\n');
  // A line of a mailbox file, which is none of the message.
  const own = /^From (?![ \t]*:)/.test(text) ? text.slice(text.indexOf('\r\n') + 2) : text;
  const root = partOf(own, reading, 0, 'text/plain');
  const end = headerEnd(own);
  return {
    fields: root.fields,
    bytes: Buffer.from(own, 'latin1'),
    body: own.slice(end.body),
    root,
    oddities: [...reading.oddities],
    isWhole: reading.isWhole,
  };
}

/** Whether it begins as a message does, and not as a text that somebody pasted. */
export function looksLikeMessage(given: Uint8Array): boolean {
  const start = Buffer.from(given.subarray(0, MOST_HEADER))
    .toString('latin1')
    .replace(/^(?:ï»¿)?(?:From (?![ \t]*:).*\r?\n)?/, '');
  const [header = ''] = start.split(/\r?\n[ \t]*\r?\n/);
  const fields = header.split(/\r?\n(?![ \t])/).map((line) => NAME.exec(line)?.[1]?.toLowerCase());
  if (fields[0] === undefined) return false;
  // Fields that people see stand above what they paste, too; a date is written there in words of their own.
  const isTechnical = TECHNICAL.some((name) => fields.includes(name));
  return (
    isTechnical ||
    (fields.includes('from') && /^date:[ \t]*(?:\w{3},)?[ \t]*\d{1,2} \w{3} \d{4} \d\d:/im.test(header))
  );
}

const TECHNICAL = [
  'received',
  'mime-version',
  'message-id',
  'return-path',
  'delivered-to',
  'content-type',
  'dkim-signature',
];

function headerEnd(text: string): { header: number; body: number } {
  if (text.startsWith('\r\n')) return { header: 0, body: 2 };
  const at = text.indexOf('\r\n\r\n');
  return at < 0 ? { header: text.length, body: text.length } : { header: at, body: at + 4 };
}

function partOf(text: string, reading: Reading, depth: number, otherwise: string): Part {
  reading.parts += 1;
  const end = headerEnd(text);
  const fields = fieldsOf(text.slice(0, Math.min(end.header, MOST_HEADER)), reading);
  if (end.header > MOST_HEADER) {
    reading.isWhole = false;
    reading.oddities.add('its header is too long');
  }
  const given = valuesOf(fields, 'content-type');
  if (given.length > 1) reading.oddities.add('it states two types of content');
  const { type, parameters } = given[0] === undefined ? plainType(otherwise) : typeOf(given[0], reading);
  const raw = text.slice(end.body);
  return { type, parameters, fields, raw, children: childrenOf(type, parameters, raw, reading, depth) };
}

const plainType = (type: string) => ({ type, parameters: new Map<string, string>() });

function fieldsOf(header: string, reading: Reading): Field[] {
  const fields: Field[] = [];
  if (header === '') return fields;
  for (const line of header.split(/\r\n(?![ \t])/)) {
    const name = NAME.exec(line);
    if (name?.[1] === undefined) {
      reading.oddities.add('its header has a line that is no field');
      continue;
    }
    if (/\r\n[ \t]+(?:\r\n|$)/.test(line)) reading.oddities.add('its header has a line of blanks');
    fields.push({
      name: name[1].toLowerCase(),
      value: line.slice(name[0].length).replace(/\r\n/g, '').trim(),
    });
  }
  return fields;
}

export const valuesOf = (fields: readonly Field[], name: string): readonly string[] =>
  fields.filter((field) => field.name === name).map(({ value }) => value);

/** A header's text as a reader shows it. */
export const shownText = (value: string): string => decodeWords(utf8(value)).replace(/\s+/g, ' ').trim();

/** Octets that a header holds bare are UTF-8 (RFC 6532), or else Latin 1. */
function utf8(octets: string): string {
  // Read already: to take its letters for octets would make others of them.
  if (/[^\0-\xff]/.test(octets)) return octets;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(octets, 'latin1'));
  } catch {
    return octets;
  }
}
export const headerText = utf8;

function typeOf(value: string, reading: Reading): ReturnType<typeof plainType> {
  const found = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*/.exec(value);
  if (found?.[1] === undefined) {
    reading.oddities.add('a type of content is malformed');
    return plainType('application/octet-stream');
  }
  const parameters = new Map<string, string>();
  let rest = value.slice(found[0].length);
  while (rest.trim() !== '' && rest.trim() !== ';') {
    const next = /^\s*;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"()]+))\s*/.exec(rest);
    if (next?.[1] === undefined) {
      reading.oddities.add('a type of content is malformed');
      break;
    }
    const name = next[1].toLowerCase();
    if (parameters.has(name) || /^(?:boundary|charset)\*/.test(name))
      reading.oddities.add('a type of content says one thing twice');
    parameters.set(name, next[2]?.replace(/\\(.)/g, '$1') ?? next[3] ?? '');
    rest = rest.slice(next[0].length);
  }
  return { type: found[1].toLowerCase(), parameters };
}

function childrenOf(
  type: string,
  parameters: ReadonlyMap<string, string>,
  raw: string,
  reading: Reading,
  depth: number,
): readonly Part[] {
  if (!type.startsWith('multipart/')) return [];
  const boundary = parameters.get('boundary') ?? '';
  if (boundary === '') {
    reading.oddities.add('a multipart has no boundary');
    return [];
  }
  // Some programs take blanks at its end away, and letters beyond RFC 2046's 70.
  if (!/^[!-~](?:[ -~]{0,68}[!-~])?$/.test(boundary))
    reading.oddities.add('a multipart has a boundary that programs read in two ways');
  if (depth >= MOST_DEPTH) {
    reading.isWhole = false;
    reading.oddities.add('its parts are nested too deep');
    return [];
  }
  const pieces = piecesOf(raw, boundary, reading);
  const otherwise = type === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const children: Part[] = [];
  for (const piece of pieces) {
    if (reading.parts >= MOST_PARTS) {
      reading.isWhole = false;
      reading.oddities.add('it has too many parts');
      break;
    }
    children.push(partOf(piece, reading, depth + 1, otherwise));
  }
  return children;
}

const MOST_PREAMBLE = 500;
/** Written above the parts for programs that know none. */
const PREAMBLE =
  /^[\s-]*(?:this is a (?:cryptographically signed )?(?:multi-?part|mime)[ -](?:formatted |encapsulated )?message(?: in mime format)?\.?|this message is in mime format\.[^@:/]{0,200})?[\s-]*$/i;

/** What stands between the delimiters (RFC 2046, 5.1.1). */
function piecesOf(raw: string, boundary: string, reading: Reading): string[] {
  const pieces: string[] = [];
  const delimiter = `--${boundary}`;
  const text = `\r\n${raw}`;
  let start = -1;
  let isClosed = false;
  for (let at = text.indexOf(`\r\n${delimiter}`); at >= 0; at = text.indexOf(`\r\n${delimiter}`, at + 2)) {
    const lineEnd = text.indexOf('\r\n', at + 2);
    const rest = text.slice(at + 2 + delimiter.length, lineEnd < 0 ? text.length : lineEnd);
    const isLast = /^--[ \t]*$/.test(rest);
    if (!isLast && !/^[ \t]*$/.test(rest)) {
      // Some programs take it for a delimiter all the same.
      reading.oddities.add('a line begins as a boundary does and is none');
      continue;
    }
    if (isClosed) {
      reading.oddities.add('a multipart goes on behind its end');
      break;
    }
    if (start >= 0) pieces.push(text.slice(start, Math.max(start, at)));
    else if (!PREAMBLE.test(text.slice(0, Math.min(at, MOST_PREAMBLE))) || at > MOST_PREAMBLE)
      reading.oddities.add('a multipart has words above its parts');
    start = lineEnd < 0 ? text.length : lineEnd + 2;
    isClosed = isLast;
  }
  if (isClosed && /\S/.test(text.slice(start))) reading.oddities.add('a multipart goes on behind its end');
  if (!isClosed) {
    reading.oddities.add('a multipart is cut off');
    if (start >= 0) pieces.push(text.slice(start));
  }
  return pieces;
}

export type Decoded = Readonly<{ bytes: Buffer; oddities: readonly string[] }>;

/** The content of a part without its transfer encoding. */
export function decodedPart({ fields, raw }: Part): Decoded {
  const [encoding = '7bit', second] = valuesOf(fields, 'content-transfer-encoding').map((v) =>
    v.toLowerCase(),
  );
  const oddities = second === undefined ? [] : ['a part states two encodings'];
  switch (encoding.trim()) {
    case '7bit':
    case '8bit':
    case 'binary':
      return { bytes: Buffer.from(raw, 'latin1'), oddities };
    case 'quoted-printable': {
      const joined = raw
        .replace(/[ \t]+(?=\r\n|$)/g, '')
        .replace(/=\r\n/g, '')
        .replace(/=$/, '');
      const isOdd = /=(?![0-9A-Fa-f]{2})/.test(joined);
      const octets = joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
      return {
        bytes: Buffer.from(octets, 'latin1'),
        oddities: isOdd ? [...oddities, 'its encoding is malformed'] : oddities,
      };
    }
    case 'base64': {
      const bare = raw.replace(/\s+/g, '');
      const isOdd = !/^[A-Za-z0-9+/]*={0,2}$/.test(bare) || bare.length % 4 !== 0;
      return {
        bytes: Buffer.from(bare, 'base64'),
        oddities: isOdd ? [...oddities, 'its encoding is malformed'] : oddities,
      };
    }
    default:
      return {
        bytes: Buffer.from(raw, 'latin1'),
        oddities: [...oddities, 'it has an encoding that nobody knows'],
      };
  }
}

const CHARSETS =
  /^(?:us-ascii|ascii|ansi_x3\.4-1968|utf-?8|iso-8859-(?:[1-9]|1[03-6])|windows-125[0-8]|cp125[0-8]|koi8-[ru]|iso-2022-jp|shift_jis|euc-jp|x-sjis|gb2312|gbk|gb18030|big5|euc-kr)$/;

export const isCharset = (name: string): boolean => CHARSETS.test(name);

/** The text of a part, its lines ended by \n. */
export function textOfPart(
  part: Part,
): Readonly<{ text: string; charset: string; oddities: readonly string[] }> {
  const { bytes, oddities } = decodedPart(part);
  const charset = (part.parameters.get('charset') ?? '').trim().toLowerCase();
  const lines = (text: string) => text.replace(/\r\n|\r/g, '\n');
  const isAscii = charset === '' || /^(?:us-)?ascii$|^ansi/.test(charset);
  if (isAscii) {
    // Programs guess here; what is UTF-8 is taken for it by all that matter.
    const text = utf8(bytes.toString('latin1'));
    const isClear = Buffer.from(text, 'utf8').equals(bytes);
    return {
      text: lines(text),
      charset,
      oddities: isClear ? oddities : [...oddities, 'it does not say how its letters are encoded'],
    };
  }
  const otherwise = () => ({
    text: lines(utf8(bytes.toString('latin1'))),
    charset,
    oddities: [...oddities, 'its letters can’t be read as it says that they are encoded'],
  });
  if (!CHARSETS.test(charset)) return otherwise();
  try {
    const label = charset.replace(/^cp/, 'windows-');
    // A mark at the beginning is kept, and differs from our text: none of ours has one.
    return {
      text: lines(new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes)),
      charset,
      oddities,
    };
  } catch {
    return otherwise();
  }
}
