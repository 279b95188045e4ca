import { RegisterError } from './errors.ts';
import { HASH_BYTES, type Hash } from './hash.ts';

/** Beyond it a double can't tell neighbours apart. */
export const LARGEST_SIZE = Number.MAX_SAFE_INTEGER;

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** Refuses all but the one encoding of some bytes: Node alone would skip what it does not know. */
export function fromBase64(raw: string, at: string): Uint8Array {
  const bytes = Buffer.from(raw, 'base64');
  if (bytes.toString('base64') !== raw) throw new RegisterError('malformed', at, 'not canonical base64');
  return bytes;
}

export function hashFromBase64(raw: string, at: string): Hash {
  const bytes = raw.length === 44 ? fromBase64(raw, at) : undefined;
  if (bytes?.length !== HASH_BYTES) {
    throw new RegisterError('malformed', at, 'not the base64 of a SHA-256 (32 bytes)');
  }
  return bytes;
}

/** ASCII decimal without leading zeroes, at most 2^53 - 1. */
export function decimal(raw: string, at: string): number {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw new RegisterError('malformed', at, `"${shorten(raw)}" is not a decimal number up to 2^53 - 1`);
  }
  return value;
}

/** For messages: what a stranger wrote, cut short and without anything that moves a terminal's cursor. */
export function shorten(raw: string): string {
  const cut = raw.length > 80 ? `${raw.slice(0, 80)}…` : raw;
  return cut.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

/** A UTF-8 text in which every character is itself: no half of a surrogate pair, which would be hashed as another. */
export function utf8(text: string, at: string): Uint8Array {
  if (!text.isWellFormed()) throw new RegisterError('malformed', at, 'the text holds half a character');
  return Buffer.from(text, 'utf8');
}
