/**
 * DKIM signatures (RFC 6376, relaxed/relaxed; Ed25519 by RFC 8463). Both algorithms are deterministic: the same message
 * with the same `atSeconds` has the same signature for ever. No `l=`, since it lets anybody add text below ours.
 */
import { createPrivateKey, createPublicKey, hash, type KeyObject, sign } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';

export type DkimKey = Readonly<{
  /** As in `d=`; the address of From must be of this very domain. */
  domain: string;
  selector: string;
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
  /** Parsed once: signing with the text of a key takes four times as long. */
  privateKey: KeyObject;
}>;

/** When a key signs: messages dated from then, and before then. */
export type SigningTime = Readonly<{ fromMs?: number | undefined; untilMs?: number | undefined }>;

/**
 * Those that sign a message of this date, so that what is sent once more has the same signature after a rotation, too. When the time
 * of all of them is over, those that sign now.
 */
export function keysAt<T extends SigningTime>(keys: readonly T[], dateMs: number): readonly T[] {
  const then = keys.filter(
    ({ fromMs = 0, untilMs = Number.POSITIVE_INFINITY }) => fromMs <= dateMs && dateMs < untilMs,
  );
  return then.length > 0 ? then : keys.filter(({ untilMs }) => untilMs === undefined);
}

const LEAST_RSA_BITS = 2048;
/** Longer ones are slower by far, and some receivers don't verify them. */
const MOST_RSA_BITS = 4096;
const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** Each is named once more than it is there, so that nobody can add another one. */
const SIGNED = [
  'From',
  'To',
  'Cc',
  'Subject',
  'Date',
  'Reply-To',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Auto-Submitted',
  'Content-Language',
] as const;
const MOST_LINE = 76;
const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;

/** Takes a private key as PEM text or as it is. Refuses as `key-unusable` what receivers don't verify. */
export function dkimKey(
  given: Readonly<{ domain: string; selector: string; privateKey: string | KeyObject }>,
): DkimKey {
  const { domain, selector } = given;
  if (!NAME.test(domain) || !NAME.test(selector))
    throw unusable(`the domain or the selector is no name of the domain system in lower case and ASCII.`);
  const privateKey = typeof given.privateKey === 'string' ? parsed(given.privateKey) : given.privateKey;
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (privateKey.type === 'private' && privateKey.asymmetricKeyType === 'ed25519')
    return { domain, selector, algorithm: 'ed25519-sha256', privateKey };
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'rsa')
    throw unusable('it is no private key of RSA or Ed25519.');
  if (bits < LEAST_RSA_BITS || bits > MOST_RSA_BITS)
    throw unusable(`it has ${bits} bits; ${LEAST_RSA_BITS} to ${MOST_RSA_BITS} are verified everywhere.`);
  return { domain, selector, algorithm: 'rsa-sha256', privateKey };
}

function parsed(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new ForthrightError('key-unusable', 'The DKIM key can not be read: it is no private key in PEM.', {
      cause,
    });
  }
}

/** The name and the text of the TXT record that receivers need; the text is one string, longer than 255 octets. */
export function dkimRecord(key: DkimKey): Readonly<{ name: string; text: string }> {
  const spki = createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' });
  const isRsa = key.algorithm === 'rsa-sha256';
  // RFC 8463, 4: the bare 32 octets, which end an Ed25519 key's SPKI.
  const bytes = isRsa ? spki : spki.subarray(-32);
  return {
    name: `${key.selector}._domainkey.${key.domain}`,
    text: `v=DKIM1; k=${isRsa ? 'rsa' : 'ed25519'}; p=${bytes.toString('base64')}`,
  };
}

/**
 * The message with one signature by each key above it; receivers that know one algorithm only skip the other. The
 * message must have CRLF throughout and no signature yet.
 */
export function signed(message: Buffer, keys: readonly DkimKey[], atSeconds: number): Buffer {
  const end = message.indexOf('\r\n\r\n');
  if (end < 0) throw new Error('A message has an empty line between its header and its body.');
  const fields = fieldsOf(message.toString('utf8', 0, end));
  const bodyHash = hash('sha256', relaxedBody(message, end + 4), 'base64');
  const signatures = keys.map((key) => signature(fields, bodyHash, key, atSeconds));
  return Buffer.concat([Buffer.from(signatures.join(''), 'latin1'), message]);
}

/** The SHA-256 that a signature's `bh=` states: of the body alone, as relaxed canonicalization writes it. */
export function bodyHashOf(message: Buffer): Buffer {
  const end = message.indexOf('\r\n\r\n');
  if (end < 0) throw new Error('A message has an empty line between its header and its body.');
  return hash('sha256', relaxedBody(message, end + 4), 'buffer');
}

type Fields = ReadonlyMap<string, readonly string[]>;

/** By name in lower case, each as relaxed canonicalization writes it; the last one first, as `h=` takes them. */
function fieldsOf(header: string): Fields {
  const fields = new Map<string, string[]>();
  for (const line of header.split(/\r\n(?![ \t])/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trimEnd().toLowerCase();
    const value = relaxed(line.slice(colon + 1));
    fields.set(name, [`${name}:${value}\r\n`, ...(fields.get(name) ?? [])]);
  }
  return fields;
}

/** One blank before the value, and none that would have to go, as in nearly all fields. */
const AS_RELAXED = /^ [^ \t\r\n]+(?: [^ \t\r\n]+)*$/;

const relaxed = (value: string): string =>
  AS_RELAXED.test(value)
    ? value.slice(1)
    : value
        .replace(/\r\n/g, '')
        .replace(/[ \t]+/g, ' ')
        .replace(/^ | $/g, '');

function signature(fields: Fields, bodyHash: string, key: DkimKey, atSeconds: number): string {
  const { algorithm, domain, selector } = key;
  const names: string[] = [];
  let input = '';
  for (const name of SIGNED) {
    const found = fields.get(name.toLowerCase()) ?? [];
    names.push(...found.map(() => name), name);
    input += found.join('');
  }
  const tags = `DKIM-Signature: v=1; a=${algorithm}; c=relaxed/relaxed;\r\n d=${domain};\r\n s=${selector}; t=${atSeconds};\r\n h=${folded(names)};\r\n bh=${bodyHash};\r\n b=`;
  input += `dkim-signature:${relaxed(tags.slice(tags.indexOf(':') + 1))}`;
  const bytes =
    algorithm === 'rsa-sha256'
      ? sign('sha256', Buffer.from(input, 'utf8'), key.privateKey)
      : sign(null, hash('sha256', input, 'buffer'), key.privateKey);
  return `${tags}${bytes.toString('base64').replace(/.{72}(?=.)/g, '$&\r\n ')}\r\n`;
}

function folded(names: readonly string[]): string {
  let text = '';
  let column = ' h='.length;
  for (const [i, name] of names.entries()) {
    const piece = i === names.length - 1 ? name : `${name}:`;
    if (column + piece.length > MOST_LINE) {
      text += '\r\n ';
      column = 1;
    }
    text += piece;
    column += piece.length;
  }
  return text;
}

/** RFC 6376, 3.4.4: blanks in a row are one, none ends a line, no empty line ends the body. */
function relaxedBody(message: Buffer, from: number): Buffer {
  if (isRelaxed(message, from)) return message.subarray(from);
  const out = Buffer.allocUnsafe(message.length - from + 2);
  let length = 0;
  let hasBlank = false;
  let contentEnd = 0;
  for (let at = from; at < message.length; at++) {
    const octet = message[at] as number;
    if (octet === SPACE || octet === TAB) {
      hasBlank = true;
      continue;
    }
    const isBreak = octet === CR && message[at + 1] === LF;
    if (hasBlank && !isBreak) out[length++] = SPACE;
    hasBlank = false;
    out[length++] = octet;
    if (!isBreak) contentEnd = length;
    else {
      out[length++] = LF;
      at++;
    }
  }
  if (contentEnd === 0) return out.subarray(0, 0);
  out[contentEnd] = CR;
  out[contentEnd + 1] = LF;
  return out.subarray(0, contentEnd + 2);
}

/** Whether nothing is to be done, as with most messages. A loop: a search for two blanks stops at each single one. */
function isRelaxed(message: Buffer, from: number): boolean {
  const end = message.length;
  if (end - from <= 4 || message[end - 2] !== CR || message[end - 1] !== LF) return false;
  if (message[end - 4] === CR && message[end - 3] === LF) return false;
  for (let at = from; at < end; at++) {
    const octet = message[at];
    if (octet === TAB) return false;
    if (octet === SPACE && (message[at + 1] === SPACE || message[at + 1] === CR)) return false;
  }
  return true;
}

const unusable = (why: string) => new ForthrightError('key-unusable', `The DKIM key can not be used: ${why}`);
