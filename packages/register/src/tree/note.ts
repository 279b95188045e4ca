import { createPublicKey, verify } from 'node:crypto';
import { RegisterError } from './errors.ts';
import { sha256 } from './hash.ts';
import { fromBase64, shorten, toBase64, utf8 } from './text.ts';

/** C2SP signed-note: the signature types that are read here. Others are foreign signatures, which are left alone. */
export const KEY_TYPES = { ed25519: 0x01, cosignature: 0x04 } as const;
export type KeyType = keyof typeof KEY_TYPES;

export type VerifierKey = Readonly<{
  name: string;
  /** The first four bytes of SHA-256(name || 0x0A || type || public key), as eight hex digits. */
  keyId: string;
  type: KeyType;
  /** 32 bytes (RFC 8032). */
  publicKey: Uint8Array;
  /** `name+id+base64(type || public key)`. */
  vkey: string;
}>;

export type NoteSignature = Readonly<{ name: string; keyId: string; bytes: Uint8Array }>;
/** A text that ends in a newline, and what was signed under it by whomever. Nothing is verified yet. */
export type Note = Readonly<{ text: string; signatures: readonly NoteSignature[] }>;

export const LARGEST_NOTE_BYTES = 256 * 1024;
const MOST_SIGNATURES = 64;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const DASH = '\u2014';
/** DER of a SubjectPublicKeyInfo for Ed25519, up to the 32 bytes of the key (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function isKeyName(name: string): boolean {
  return /^[^\p{White_Space}\p{Cc}+]{1,512}$/u.test(name) && name.isWellFormed();
}

export function makeVerifierKey(name: string, type: KeyType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) {
    throw new RegisterError(
      'key-invalid',
      'key name',
      `"${shorten(name)}" is empty, or holds a space or plus`,
    );
  }
  if (publicKey.length !== PUBLIC_KEY_BYTES) {
    throw new RegisterError(
      'key-invalid',
      name,
      `an Ed25519 public key has 32 bytes, not ${publicKey.length}`,
    );
  }
  const typed = Buffer.concat([Uint8Array.of(KEY_TYPES[type]), publicKey]);
  const digest = sha256(Buffer.concat([utf8(`${name}\n`, 'key name'), typed]));
  const keyId = Buffer.from(digest).toString('hex', 0, 4);
  return { name, keyId, type, publicKey, vkey: `${name}+${keyId}+${toBase64(typed)}` };
}

/** Reads `name+id+key`; refuses a key whose id is not that of its name, type and bytes. */
export function parseVerifierKey(raw: string, at: string): VerifierKey {
  const refuse = (why: string) => new RegisterError('key-invalid', at, `"${shorten(raw)}" ${why}`);
  const [name, keyId, ...encoded] = raw.length > 1024 ? [] : raw.split('+');
  if (name === undefined || keyId === undefined || encoded.length === 0) {
    throw refuse('is not of the form name+id+key');
  }
  const typed = fromBase64(encoded.join('+'), at);
  const type = (Object.keys(KEY_TYPES) as KeyType[]).find((t) => KEY_TYPES[t] === typed[0]);
  if (type === undefined)
    throw refuse('is neither an Ed25519 key (type 1) nor a cosigner of Ed25519 (type 4)');
  const key = makeVerifierKey(name, type, typed.subarray(1));
  if (key.keyId !== keyId) throw refuse(`does not match its id, which would be ${key.keyId}`);
  return key;
}

/** Reads a signed note without believing it. */
export function parseNote(raw: string, at: string): Note {
  const refuse = (why: string) => new RegisterError('note-invalid', at, why);
  if (utf8(raw, at).length > LARGEST_NOTE_BYTES) {
    throw new RegisterError('too-large', at, `a note has at most ${LARGEST_NOTE_BYTES} bytes`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\0-\x09\x0b-\x1f]/.test(raw)) throw refuse('a note holds no control character but newlines');
  const split = raw.lastIndexOf('\n\n');
  if (split < 0 || !raw.endsWith('\n'))
    throw refuse('a note is text, an empty line, and lines of signatures');
  const lines = raw.slice(split + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) throw refuse(`more than ${MOST_SIGNATURES} signatures`);
  const signatures = lines.map((line, i) => parseSignatureLine(line, `${at}, signature ${i + 1}`));
  return { text: raw.slice(0, split + 1), signatures };
}

export function parseSignatureLine(line: string, at: string): NoteSignature {
  const [dash, name, encoded, ...rest] = line.split(' ');
  if (dash !== DASH || name === undefined || !isKeyName(name) || encoded === undefined || rest.length > 0) {
    throw new RegisterError('note-invalid', at, `"${shorten(line)}" is not a line of a signature`);
  }
  const bytes = Buffer.from(fromBase64(encoded, at));
  if (bytes.length < 5) throw new RegisterError('note-invalid', at, 'a signature of no length');
  return { name, keyId: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) };
}

export function formatSignatureLine({ name, keyId, bytes }: NoteSignature): string {
  return `${DASH} ${name} ${toBase64(Buffer.concat([Buffer.from(keyId, 'hex'), bytes]))}\n`;
}

export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignatureLine).join('')}`;
}

/** What a cosigner signs: the note's text and when it was looked at (C2SP tlog-cosignature). */
export function cosignedMessage(text: string, atSeconds: bigint | number): string {
  return `cosignature/v1\ntime ${atSeconds}\n${text}`;
}

/** What a key did to a note. A cosigner's good signatures come with the times that they state. */
export type Signed =
  | Readonly<{ kind: 'unsigned' }>
  | Readonly<{ kind: 'forged' }>
  | Readonly<{ kind: 'signed'; atSeconds: readonly number[] }>;

/** One bad signature under the key's name and id spoils the note, as the specification asks. */
export function signedBy(note: Note, key: VerifierKey): Signed {
  const own = note.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
  if (own.length === 0) return { kind: 'unsigned' };
  const atSeconds: number[] = [];
  for (const { bytes } of own) {
    const seconds = key.type === 'cosignature' ? goodCosignature(note.text, bytes, key.publicKey) : undefined;
    if (seconds !== undefined) atSeconds.push(seconds);
    else if (key.type !== 'ed25519' || !isGood(note.text, bytes, key.publicKey)) return { kind: 'forged' };
  }
  return { kind: 'signed', atSeconds };
}

/** The time of a cosignature that verifies. A time of zero, or beyond what a double counts, states nothing. */
function goodCosignature(text: string, bytes: Uint8Array, publicKey: Uint8Array): number | undefined {
  if (bytes.length !== 8 + SIGNATURE_BYTES) return undefined;
  const at = Buffer.from(bytes).readBigUInt64BE();
  if (at === 0n || at > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return isGood(cosignedMessage(text, at), bytes.subarray(8), publicKey) ? Number(at) : undefined;
}

function isGood(message: string, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  try {
    const der = Buffer.concat([SPKI_PREFIX, publicKey]);
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(null, Buffer.from(message, 'utf8'), key, signature);
  } catch {
    // 32 bytes that are no point of the curve: OpenSSL throws, and no signature is good under them.
    return false;
  }
}
