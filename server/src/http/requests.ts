/** What a request must be before anybody looks at what it asks for. */
import { ForthrightError } from '@forthright/contract';

export const BODY_LIMIT_BYTES = 1_048_576;
const DEEPEST = 64;
/** Of a field's name, in characters. */
const MOST_SHOWN = 200;

/**
 * Refuses a path that another program on the way (a proxy, a file server) might read differently than we do: `..`
 * and `.` as a part, an escaped slash, backslash or dot-dot, two slashes, control characters, a broken escape. And a
 * request that does not say to whom it goes: cookies and origins are judged by that.
 */
export function refuseDoubtful(rawUrl: string, host: string | undefined): void {
  if (host === undefined || host === '')
    throw new ForthrightError('request-malformed', 'Send the header Host.');
  const path = rawUrl.split(/[?#]/, 1)[0] ?? '';
  let plain: string;
  try {
    plain = decodeURIComponent(path);
  } catch {
    throw new ForthrightError('request-malformed', 'The path holds an escape that is no UTF-8.');
  }
  const isEscapedSlash = /%(2f|5c)/i.test(path);
  const hasDots = plain.split(/[/\\]/).some((part) => /^\.{1,2}(;.*)?$/.test(part));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (!path.startsWith('/') || isEscapedSlash || hasDots || /[\\\u0000-\u001f\u007f]|\/\//.test(plain))
    throw new ForthrightError(
      'request-malformed',
      'The path holds `..`, an escaped slash, two slashes or a control character.',
    );
}

const malformed = (message: string, cause?: unknown) =>
  new ForthrightError('body-malformed', message, cause === undefined ? {} : { cause });

/** One JSON value in UTF-8; an empty body is `undefined`. */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw malformed('The body is not UTF-8.', cause);
  }
  refuseShape(text);
  try {
    return JSON.parse(text, (key, value) => {
      if (key === '__proto__') throw malformed('The body has a field `__proto__`.');
      return value;
    });
  } catch (error) {
    if (error instanceof ForthrightError) throw error;
    // V8's message quotes the body.
    throw malformed('The body is not JSON.');
  }
}

/** What stands open: the names in an object so far, or an array, and under which name the next one will stand. */
type Open = { readonly names: Set<string> | undefined; name: string };

/** A string, with the colon behind it if it is a name; or the beginning or end of an object or array. */
const TOKENS = /"(?:[^"\\]|\\.)*(?:"(\s*:)?)?|[[\]{}]/gs;

/**
 * Refuses, before parsing, what is too deep, since what works through a value afterwards calls itself for each level; and a
 * field that is there twice, of which parsers keep the first or the last without a word. Once over the text.
 */
function refuseShape(text: string): void {
  const open: Open[] = [];
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      if (open.length === DEEPEST) throw malformed(`The body is nested more than ${DEEPEST} deep.`);
      open.push({ names: token === '{' ? new Set() : undefined, name: '' });
    } else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) refuseTwice(open, token.slice(0, -colon.length));
  }
}

function refuseTwice(open: readonly Open[], quoted: string): void {
  const last = open.at(-1);
  if (last?.names === undefined) return;
  last.name = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1);
  if (!last.names.has(last.name)) {
    last.names.add(last.name);
    return;
  }
  const at = open.flatMap(({ names, name }) => (names === undefined ? [] : [name])).join('.');
  throw new ForthrightError('body-malformed', 'The body has the same field twice.', {
    problems: [
      { at: at.slice(0, MOST_SHOWN), message: 'is there twice; which one counts is not for us to guess' },
    ],
  });
}

/** Two ways to write one name are one name. What is no JSON is told by the parser. */
function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

export function refuseOtherCodings(contentType: string | undefined, encoding: string | undefined): void {
  if (encoding !== undefined && encoding !== 'identity')
    throw new ForthrightError('content-type-unsupported', 'Send the body uncompressed.');
  const charset = /;\s*charset\s*=\s*"?([\w-]+)/i.exec(contentType ?? '')?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new ForthrightError('content-type-unsupported', 'Send the body in UTF-8.');
}
