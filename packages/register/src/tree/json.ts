import { RegisterError } from './errors.ts';
import { shorten, utf8 } from './text.ts';
import { LARGEST_ENTRY_BYTES, tooLong } from './tiles.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const DEEPEST = 64;

/**
 * RFC 8785 (JCS): JSON in its one form, with keys sorted and no spaces, so that the same statement always has the
 * same hash. Refuses what JSON can't hold, and nesting past 64.
 */
export function canonicalJson(value: Json, at = 'entry', depth = 0): string {
  if (depth > DEEPEST) throw new RegisterError('malformed', at, `nested deeper than ${DEEPEST}`);
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new RegisterError('malformed', at, 'a text holds half a character');
    return JSON.stringify(value);
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RegisterError('malformed', at, `${value} is not a number of JSON`);
  }
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map((item) => canonicalJson(item, at, depth + 1)).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const written = members.map(
    ([key, item]) => `${canonicalJson(key, at)}:${canonicalJson(item, at, depth + 1)}`,
  );
  return `{${written.join(',')}}`;
}

const isList = (value: object): value is readonly Json[] => Array.isArray(value);

/** The bytes of an entry that states `value`. Refuses one of more than 65,535 bytes. */
export function encodeEntry(value: Json): Uint8Array {
  const bytes = utf8(canonicalJson(value), 'entry');
  if (bytes.length > LARGEST_ENTRY_BYTES) throw tooLong('entry', bytes.length);
  return bytes;
}

/** Whatever the text is, nothing but a RegisterError is thrown. */
export function parseJson(raw: string, at: string): Json {
  try {
    return JSON.parse(raw) as Json;
  } catch (rawError) {
    const why = shorten(rawError instanceof Error ? rawError.message : String(rawError));
    throw new RegisterError('malformed', at, `not JSON: ${why}`, { cause: rawError });
  }
}

/** An entry's statement. Refuses what is not written canonically: with a key twice, two readers could read two things. */
export function decodeEntry(bytes: Uint8Array, at: string): Json {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const value = parseJson(text, at);
  if (!Buffer.from(canonicalJson(value, at), 'utf8').equals(bytes)) {
    throw new RegisterError('not-canonical', at, 'the entry is JSON, but not in the form of RFC 8785');
  }
  return value;
}

/** What stands at a JSON Pointer (RFC 6901); `undefined` when nothing does. */
export function valueAt(document: Json, pointer: string): Json | undefined {
  if (pointer === '') return document;
  if (!pointer.startsWith('/')) return undefined;
  let value: Json | undefined = document;
  for (const raw of pointer.slice(1).split('/')) {
    if (/~(?![01])/.test(raw) || value === null || typeof value !== 'object') return undefined;
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value) && !/^(?:0|[1-9][0-9]*)$/.test(key)) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as { readonly [key: string]: Json })[key];
  }
  return value;
}
