/**
 * One mail address. A notice goes to one person, so the type of its recipient can hold one address and nothing else:
 * only `oneAddress` makes it, and it refuses lists, groups, names, comments and line breaks.
 */
import { domainToASCII } from 'node:url';
import { ForthrightError } from '@forthright/contract';

declare const oneAddressBrand: unique symbol;
/**
 * Exactly one address in its canonical form: the local part with quotes only where it needs them, in Unicode's form C;
 * the domain in lower case and ASCII (RFC 5890).
 */
export type OneAddress = string & { readonly [oneAddressBrand]: true };

/** RFC 5321, 4.5.3.1: octets. A path has 256 with its brackets. */
const MOST_LOCAL_OCTETS = 64;
const MOST_OCTETS = 254;
const MOST_DOMAIN_OCTETS = 253;
/** Nothing longer is looked at: an octet takes at most one UTF-16 unit, and quotes may double them. */
const MOST_RAW_LENGTH = 1000;

/** RFC 5322 `atext`, and everything above ASCII (RFC 6531). */
const DOT_ATOM = /^[\w!#$%&'*+/=?^`{|}~\u{80}-\u{10ffff}-]+(?:\.[\w!#$%&'*+/=?^`{|}~\u{80}-\u{10ffff}-]+)*$/u;
/** Control, format (bidi, zero width), unassigned and private characters; halves of surrogate pairs. */
const INVISIBLE = /[\p{C}\u2028\u2029]/u;
const SPACE_BEYOND_ASCII = /(?! )\p{Z}/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The one address in `rawAddress`; blanks around it are left out, since tables have them. Takes quoted local parts
 * (RFC 5321), local parts in Unicode (RFC 6531) and international domains. Refuses as `address-unusable`, and says what
 * is wrong, but never repeats the address, which is personal data.
 */
export function oneAddress(rawAddress: string): OneAddress {
  const text = rawAddress.replace(/^ +| +$/g, '');
  if (text === '') throw unusable('It is empty.');
  if (text.length > MOST_RAW_LENGTH) throw unusable('It is longer than an address can be.');
  if (INVISIBLE.test(text) || SPACE_BEYOND_ASCII.test(text))
    throw unusable('It holds a line break, a control character or an invisible one.');
  const { local, rawDomain } = text.startsWith('"') ? quotedParts(text) : plainParts(text);
  if (Buffer.byteLength(local) > MOST_LOCAL_OCTETS)
    throw unusable(`What stands before the @ has more than ${MOST_LOCAL_OCTETS} octets.`);
  const address = `${local}@${asciiDomain(rawDomain)}`;
  if (Buffer.byteLength(address) > MOST_OCTETS) throw unusable(`It has more than ${MOST_OCTETS} octets.`);
  return address as OneAddress;
}

function plainParts(text: string): { local: string; rawDomain: string } {
  const at = text.lastIndexOf('@');
  if (at < 0) throw unusable('It has no @.');
  const local = text.slice(0, at).normalize('NFC');
  if (local === '') throw unusable('Nothing stands before the @.');
  if (/[,;:<>()[\]\\" @]/.test(local))
    throw unusable(
      'It is more than one address, or has a name, a group, a comment or a blank beside the address.',
    );
  if (!DOT_ATOM.test(local))
    throw unusable('What stands before the @ begins or ends with a dot, or has two in a row.');
  return { local, rawDomain: text.slice(at + 1) };
}

/** A quoted local part may hold `@` and blanks, so it is read from its opening quote to its closing one. */
function quotedParts(text: string): { local: string; rawDomain: string } {
  let content = '';
  let at = 1;
  for (; at < text.length && text[at] !== '"'; at++) {
    if (text[at] === '\\') at++;
    content += text[at] ?? '';
  }
  if (text[at] !== '"' || text[at + 1] !== '@') throw unusable('Its quotes do not close right before the @.');
  content = content.normalize('NFC');
  if (content === '') throw unusable('Nothing stands within its quotes.');
  const local = DOT_ATOM.test(content) ? content : `"${content.replace(/["\\]/g, '\\$&')}"`;
  return { local, rawDomain: text.slice(at + 2) };
}

function asciiDomain(rawDomain: string): string {
  // The mapping is for names above ASCII only: it would read `0x7f.1` as an address of a machine.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  const isAscii = /^[\x00-\x7f]*$/.test(rawDomain);
  const domain = isAscii ? rawDomain.toLowerCase() : domainToASCII(rawDomain);
  const labels = domain.split('.');
  if (domain.length > MOST_DOMAIN_OCTETS || !labels.every((label) => LABEL.test(label)))
    throw unusable('What stands behind the @ is not one name of a domain.');
  if (labels.length < 2 || /^\d+$/.test(labels.at(-1) ?? ''))
    throw unusable('What stands behind the @ is not a full name of a domain.');
  return domain;
}

const unusable = (why: string) =>
  new ForthrightError('address-unusable', `This is not one usable mail address. ${why}`);

/** Whether a text from beyond the types is what `oneAddress` gave. */
export function isOneAddress(text: string): text is OneAddress {
  try {
    return oneAddress(text) === text;
  } catch {
    return false;
  }
}

/** The domain, in lower case and ASCII. */
export const domainOf = (address: OneAddress): string => address.slice(address.lastIndexOf('@') + 1);

/** Whether only a server with SMTPUTF8 (RFC 6531) can take mail for it. */
export function needsUtf8(address: OneAddress): boolean {
  for (let i = 0; i < address.length; i++) if (address.charCodeAt(i) > 0x7f) return true;
  return false;
}
