/** Values on their way to and from the database: one text form for both engines, so that neither client decides. */
import { ForthrightError } from '@forthright/contract';

/** What PostgreSQL's protocol can count in one statement. */
const MOST_VALUES = 65_535;

function storable(text: string): string {
  // PostgreSQL has no U+0000; half a surrogate pair would be replaced on its way without a word.
  if (!text.includes('\0') && text.isWellFormed()) return text;
  throw new ForthrightError(
    'text-not-storable',
    'A text holds the character U+0000 or half a character (an unpaired surrogate), which the database cannot keep. Take it out.',
  );
}

/** A value for a `json` or `jsonb` argument or column. */
export function json(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError('This is no JSON value.');
  return text;
}

function textOfItem(rawItem: unknown): string {
  if (Array.isArray(rawItem)) return textOfArray(rawItem);
  const text = textOf(rawItem);
  return text === null ? 'NULL' : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function textOfArray(rawItems: readonly unknown[]): string {
  return `{${rawItems.map(textOfItem).join(',')}}`;
}

function textOf(rawValue: unknown): string | null {
  if (rawValue === null) return null;
  switch (typeof rawValue) {
    case 'string':
      return storable(rawValue);
    case 'number':
      return Object.is(rawValue, -0) ? '-0' : String(rawValue);
    case 'bigint':
    case 'boolean':
      return String(rawValue);
  }
  if (rawValue instanceof Date) return rawValue.toISOString();
  if (rawValue instanceof Uint8Array) return `\\x${rawValue.toHex()}`;
  if (Array.isArray(rawValue)) return textOfArray(rawValue);
  throw new TypeError(`A value of type ${typeof rawValue} can't be bound; give JSON through json().`);
}

/** The arguments of one statement as PostgreSQL reads them. */
export function textsOf(rawValues: readonly unknown[]): (string | null)[] {
  if (rawValues.length > MOST_VALUES)
    throw new RangeError(
      `${rawValues.length} values in one statement; ${MOST_VALUES} are possible. Use an array.`,
    );
  return rawValues.map(textOf);
}

type Parser = (text: string) => unknown;

function parseInstant(text: string): Date {
  // `2026-01-02 03:04:05.678+00`: DateStyle and TimeZone are set on every connection.
  const instant = new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z'));
  if (Number.isNaN(instant.getTime()))
    throw new ForthrightError(
      'database-refused',
      'A point in time in the database is outside of what can be read.',
    );
  return instant;
}

/** Takes `{…}` apart; `at` stands behind the opening brace. */
function parseItems(text: string, at: { i: number }, parse: Parser): unknown[] {
  const items: unknown[] = [];
  while (at.i < text.length) {
    const c = text[at.i];
    if (c === '}') {
      at.i++;
      return items;
    }
    if (c === ',') at.i++;
    else if (c === '{') {
      at.i++;
      items.push(parseItems(text, at, parse));
    } else items.push(parseItem(text, at, parse));
  }
  return items;
}

const PLAIN = /[^,{}"]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;

function parseItem(text: string, at: { i: number }, parse: Parser): unknown {
  const form = text[at.i] === '"' ? QUOTED : PLAIN;
  form.lastIndex = at.i;
  const found = form.exec(text);
  if (found === null) throw new Error('An array in the database has no known form.');
  at.i = form.lastIndex;
  if (form === QUOTED) return parse((found[1] ?? '').replace(/\\(.)/gs, '$1'));
  return found[0] === 'NULL' ? null : parse(found[0]);
}

const arrayOf =
  (parse: Parser): Parser =>
  (text) =>
    // Bounds other than from 1 stand in front: `[0:1]={…}`.
    parseItems(text, { i: text.indexOf('{') + 1 }, parse);

const asText: Parser = (text) => text;
const parseBytes: Parser = (text) => Uint8Array.fromHex(text.slice(2));
const parseBool: Parser = (text) => text === 't';

/** Parser, type, array of it: the object identifiers of PostgreSQL's own catalogue, which never change. */
const TYPES: readonly (readonly [parse: Parser, type: number, array: number])[] = [
  [parseBool, 16, 1000],
  [parseBytes, 17, 1001],
  [BigInt, 20, 1016],
  [Number, 21, 1005],
  [Number, 23, 1007],
  [Number, 26, 1028],
  [Number, 700, 1021],
  [Number, 701, 1022],
  [JSON.parse, 114, 199],
  [JSON.parse, 3802, 3807],
  [parseInstant, 1184, 1185],
  [asText, 25, 1009],
  [asText, 1043, 1015],
  [asText, 1042, 1014],
  [asText, 1082, 1182],
  [asText, 1114, 1115],
  [asText, 1700, 1231],
  [asText, 2950, 2951],
];

/** By object identifier; a type that is not here comes as text. */
export const PARSERS: Readonly<Record<number, Parser>> = Object.fromEntries(
  TYPES.flatMap(([parse, type, array]) => [
    [type, parse],
    [array, arrayOf(parse)],
  ]),
);

export const parserOf = (type: number): Parser => PARSERS[type] ?? asText;
