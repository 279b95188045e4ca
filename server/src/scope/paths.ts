import { ForthrightError } from '@forthright/contract';
import { quoteText } from '../platform/analytics/index.ts';
import type { Sql } from '../sources/index.ts';

/** One segment of a leak's path: literal text, any one segment, or the place of the key. */
type Segment =
  | Readonly<{ kind: 'literal'; text: string }>
  | Readonly<{ kind: 'any' }>
  | Readonly<{ kind: 'key'; before: string; after: string }>;

/** A leak's path, ready to be asked of requests. */
export type PathPattern = Readonly<{
  source: string;
  /** The name in braces: a reference, `customers` or `customers.email`; null when the path binds nothing. */
  binds: string | null;
  /** Literal texts of which a matching path holds at least one, lower-case; empty when there is none. */
  needles: readonly string[];
  /** SQL over a raw request target: the key, `''` when the path does not match (or `'*'` when it binds nothing). */
  key: (target: Sql) => Sql;
  /** The page as a person would write it, for a key. */
  render: (key: string) => string;
}>;

const BRACES = /\{([^{}]+)\}/g;

/**
 * Compiles a leak's path. A matching target is decoded once, duplicate slashes and dot segments are resolved, a
 * trailing slash, path parameters, the fragment and unnamed query parameters do not count; literals match in any case, since the
 * status says whether the server served it; keys are compared as they stand (rules: docs/counting.md).
 * Refuses a path with two keys with `incident-invalid`.
 */
export function compilePath(source: string): PathPattern {
  const [rawPath = '', rawQuery] = splitOnce(source, '?');
  const names = [...source.matchAll(BRACES)].map((m) => m[1] ?? '');
  if (names.length > 1) {
    throw new ForthrightError(
      'incident-invalid',
      `The path ${source} binds ${names.length} references. Bind one, and write * for segments that may be anything.`,
    );
  }
  const segments = rawPath
    .split('/')
    .filter((s) => s !== '')
    .map(toSegment);
  const hasParameters = rawPath.includes(';');
  const query = rawQuery === undefined ? [] : rawQuery.split('&').map(toParameter);
  return {
    source,
    binds: names[0] ?? null,
    needles: needlesOf(segments, hasParameters),
    key: (target) => keySql(target, segments, query, hasParameters),
    render: (key) => (names.length === 0 ? source : source.replace(BRACES, () => key)),
  };
}

type Parameter = Readonly<{ name: string; value: string | null }>;

function toParameter(text: string): Parameter {
  const [name, value = ''] = splitOnce(text, '=');
  return { name, value: value.match(BRACES) ? null : value };
}

function toSegment(text: string): Segment {
  if (text === '*') return { kind: 'any' };
  const brace = text.match(/^(.*)\{[^{}]+\}(.*)$/);
  if (brace)
    return { kind: 'key', before: (brace[1] ?? '').toLowerCase(), after: (brace[2] ?? '').toLowerCase() };
  return { kind: 'literal', text: decoded(text).toLowerCase() };
}

/** From so many letters on, what may stand behind a literal does not make it rarer, and one search is quicker than two. */
const LONG_LITERAL = 6;

/**
 * The longest literal with the slashes that must stand around it: the rarest text that every match holds. Behind it a
 * path parameter may stand in place of the slash.
 */
function needlesOf(segments: readonly Segment[], hasParameters: boolean): string[] {
  let best = '';
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment.kind === 'literal') best = longer(best, `/${segment.text}${last ? '' : '/'}`);
    if (segment.kind === 'key' && segment.before !== '') best = longer(best, `/${segment.before}`);
  });
  const isOpen = best.endsWith('/') && !hasParameters;
  if (best === '') return [];
  if (!isOpen) return [best];
  const bare = best.replace(/\/$/, '');
  return bare.length > LONG_LITERAL ? [bare] : [best, `${bare};`];
}

/** %2F stays inside its segment, so it must not be decoded before the path is split. */
const KEPT_SLASH = "'\\x01'";

/**
 * Nearly all targets are plain: no escape, no doubled slash, no dot segment. Those are answered by one regular
 * expression; only the others are split into segments, decoded and resolved (measured: 9 µs a row against 0.5).
 */
function keySql(
  target: Sql,
  segments: readonly Segment[],
  query: readonly Parameter[],
  hasParameters: boolean,
): Sql {
  const whole = `cutQueryStringAndFragment(${target})`;
  const path = hasParameters
    ? whole
    : `if(position(${whole}, ';') = 0, ${whole}, replaceRegexpAll(${whole}, ';[A-Za-z_][A-Za-z0-9_.-]*=[^/]*', ''))`;
  const conditions = query
    .filter((p) => p.value !== null)
    .map(
      (p) =>
        `lowerUTF8(${parameterSql(target, p.name)}) = ${quoteText(decoded(p.value ?? '').toLowerCase())}`,
    );
  const bound = query.find((p) => p.value === null);
  const plain = `position(${path}, '%') = 0 AND position(${path}, '//') = 0 AND position(${path}, '/.') = 0`;
  const keyInPath = `if(${plain}, ${plainKeySql(path, segments)}, ${splitKeySql(path, segments)})`;
  const key =
    bound === undefined ? keyInPath : `if(${keyInPath} = '', '', ${parameterSql(target, bound.name)})`;
  return conditions.length === 0 ? key : `if(${conditions.join(' AND ')}, ${key}, '')`;
}

/** The first parameter of that name, behind the path and before any fragment; its name may be encoded, as `[` mostly is. */
const parameterSql = (target: Sql, name: string): Sql =>
  `decodeURLFormComponent(extract(concat('&', queryString(${target})), ${quoteText(`(?i)&${[...decoded(name)].map(perhapsEncoded).join('')}=([^&]*)`)}))`;

function perhapsEncoded(letter: string): string {
  const bytes = (text: string) =>
    [...Buffer.from(text)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('');
  const ways = [escapeRegExp(letter), bytes(letter.toLowerCase()), bytes(letter.toUpperCase())];
  return `(?:${[...new Set(letter === ' ' ? [...ways, '\\+'] : ways)].join('|')})`;
}

const hasKey = (segments: readonly Segment[]) => segments.some((s) => s.kind === 'key');

function plainKeySql(path: Sql, segments: readonly Segment[]): Sql {
  const body = segments.map((segment) => {
    if (segment.kind === 'any') return '/[^/]+';
    if (segment.kind === 'literal') return `/${escapeRegExp(segment.text)}`;
    return `/${escapeRegExp(segment.before)}([^/]+)${escapeRegExp(segment.after)}`;
  });
  const pattern = quoteText(`(?i)^${body.join('')}/?$`);
  return hasKey(segments) ? `extract(${path}, ${pattern})` : `if(match(${path}, ${pattern}), '*', '')`;
}

function splitKeySql(path: Sql, segments: readonly Segment[]): Sql {
  const decodedPath = `decodeURLComponent(replaceRegexpAll(${path}, '(?i)%2f', ${KEPT_SLASH}))`;
  const resolved = `arrayFold((a, s) -> multiIf(s = '' OR s = '.', a, s = '..', arrayPopBack(a), arrayPushBack(a, s)), splitByChar('/', ${decodedPath}), emptyArrayString())`;
  const conditions = [`length(seg) = ${segments.length}`];
  let key = "'*'";
  segments.forEach((segment, i) => {
    const at = `seg[${i + 1}]`;
    if (segment.kind === 'literal') conditions.push(`lowerUTF8(${at}) = ${quoteText(segment.text)}`);
    if (segment.kind === 'key') {
      if (segment.before !== '')
        conditions.push(`startsWith(lowerUTF8(${at}), ${quoteText(segment.before)})`);
      if (segment.after !== '') conditions.push(`endsWith(lowerUTF8(${at}), ${quoteText(segment.after)})`);
      const around = byteLength(segment.before) + byteLength(segment.after);
      const inner = `substring(${at}, ${byteLength(segment.before) + 1}, greatest(0, toInt64(length(${at})) - ${around}))`;
      key = `replaceAll(${inner}, ${KEPT_SLASH}, '/')`;
    }
  });
  return `arrayElement(arrayMap(seg -> if(${conditions.join(' AND ')}, ${key}, ''), [${resolved}]), 1)`;
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function splitOnce(text: string, at: string): [string, string | undefined] {
  const i = text.indexOf(at);
  return i < 0 ? [text, undefined] : [text.slice(0, i), text.slice(i + at.length)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const byteLength = (text: string) => Buffer.byteLength(text);
const longer = (a: string, b: string) => (b.length > a.length ? b : a);
