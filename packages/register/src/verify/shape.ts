import { type Json, RegisterError, shorten } from '../tree/index.ts';

const refuse = (at: string, why: string) => new RegisterError('malformed', at, why);

/** A document's object with exactly these keys, or some of those in `optional`. */
export function fieldsOf<K extends string, O extends string = never>(
  raw: Json | undefined,
  at: string,
  keys: readonly K[],
  optional: readonly O[] = [],
): Record<K, Json> & Partial<Record<O, Json>> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) throw refuse(at, 'must be an object');
  const known: readonly string[] = [...keys, ...optional];
  const extra = Object.keys(raw).find((key) => !known.includes(key));
  if (extra !== undefined) throw refuse(at, `has a field "${shorten(extra)}" that this format does not know`);
  const missing = keys.find((key) => !Object.hasOwn(raw, key));
  if (missing !== undefined) throw refuse(at, `lacks the field "${missing}"`);
  return raw as Record<K, Json> & Partial<Record<O, Json>>;
}

export function textOf(raw: Json | undefined, at: string, mostCharacters: number): string {
  if (typeof raw !== 'string') throw refuse(at, 'must be a text');
  if (raw.length > mostCharacters) {
    throw new RegisterError('too-large', at, `longer than ${mostCharacters} characters`);
  }
  if (!raw.isWellFormed()) throw refuse(at, 'holds half a character');
  return raw;
}

export function countOf(raw: Json | undefined, at: string): number {
  if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || raw < 0) {
    throw refuse(at, 'must be a whole number from 0 to 2^53 - 1');
  }
  return raw;
}

export function listOf<T>(
  raw: Json | undefined,
  at: string,
  most: number,
  item: (raw: Json, at: string) => T,
): T[] {
  if (!Array.isArray(raw)) throw refuse(at, 'must be a list');
  if (raw.length > most) throw new RegisterError('too-large', at, `more than ${most} items`);
  return raw.map((each: Json, i) => item(each, `${at}[${i}]`));
}

/** A time in seconds since 1970 from `2026-01-31T12:00:00Z`, its one permitted form. */
export function secondsOf(raw: Json | undefined, at: string): number {
  const text = textOf(raw, at, 40);
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== text.replace('Z', '.000Z')) {
    throw refuse(at, `"${shorten(text)}" is not a time like 2026-01-31T12:00:00Z`);
  }
  return ms / 1000;
}

/** JSON.parse builds whatever nesting it is given; this stops it before. Brackets within strings don't count. */
export function refuseDeepJson(text: string, deepest: number, at: string): void {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (isInString) {
      if (c === 0x5c) i += 1;
      else if (c === 0x22) isInString = false;
    } else if (c === 0x22) isInString = true;
    else if (c === 0x7b || c === 0x5b) depth += 1;
    else if (c === 0x7d || c === 0x5d) depth -= 1;
    if (depth > deepest) throw refuse(at, `nested deeper than ${deepest}`);
  }
}
