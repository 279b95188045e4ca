import { ForthrightError } from '@forthright/contract';
import { quoteText } from '../../platform/analytics/index.ts';
import { STAMP_SHAPE, type StampKind } from './stamp.ts';

/**
 * A line's layout in nginx' `log_format` syntax: literal text and `$variables`. Every text format but JSON is
 * one of these or a list of columns, and both become one anchored regular expression with a group a variable.
 */
export type Token = Readonly<{ literal: string } | { variable: string }>;

export const COMBINED =
  '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';
export const COMMON = '$remote_addr $ident $remote_user [$time_local] "$request" $status $body_bytes_sent';
/** Elastic Load Balancing writes more fields behind these from year to year. */
export const ALB =
  '$type $time_iso8601 $elb $remote_addr:$remote_port $target $request_processing_time $target_processing_time $response_processing_time $status $target_status_code $received_bytes $sent_bytes "$request" "$http_user_agent" $ssl_cipher $ssl_protocol $target_group_arn "$trace_id"';

export function parsePattern(pattern: string): Token[] {
  const whole = pattern
    .replaceAll(/\$(?:combined\b|\{combined\})/g, () => COMBINED)
    .replaceAll(/\$(?:common\b|\{common\})/g, () => COMMON);
  const tokens: Token[] = [];
  for (const [, braced, bare, literal] of whole.matchAll(/\$\{(\w+)\}|\$(\w+)|([^$]+|\$)/g)) {
    const variable = braced ?? bare;
    const last = tokens.at(-1);
    if (variable !== undefined) tokens.push({ variable });
    else if (literal !== undefined && last !== undefined && 'literal' in last)
      tokens[tokens.length - 1] = { literal: last.literal + literal };
    else if (literal !== undefined) tokens.push({ literal });
  }
  return tokens;
}

const KNOWN_SHAPES: Readonly<Record<string, string>> = {
  status: '[0-9]{3}|-',
  upstream_status: '[^ ]*(?:(?:,| :) [^ ]+)*',
  body_bytes_sent: '[0-9]+|-',
  bytes_sent: '[0-9]+|-',
  request_length: '[0-9]+|-',
  request_time: '[0-9]+(?:\\.[0-9]+)?|-',
  msec: STAMP_SHAPE.epoch,
  is_args: '\\??',
  uri: '[^ ?"]*',
  host: '[^ /"]*',
  /** A user's name may hold spaces; the stamp behind it says where it ends. */
  remote_user: '[^"]*?',
};
const STAMPS: Readonly<Record<string, StampKind>> = {
  time_local: 'clf',
  time_iso8601: 'iso',
  msec: 'epoch',
};

export const stampKind = (variable: string): StampKind => STAMPS[variable] ?? 'any';

const QUOTED = '(?:[^"\\\\]|\\\\.)*';
/** More fields of any kind: words, `key=value`, quoted text. */
export const MORE = `(?: (?:[^ "\\r]|"${QUOTED}")+)*`;

export const escapeRegex = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

function shapeOf(name: string, before: string, after: string, time: string): string {
  if (name === time) return STAMP_SHAPE[stampKind(name)];
  if (before.endsWith('"') && after.startsWith('"')) return QUOTED;
  const known = KNOWN_SHAPES[name];
  if (known !== undefined) return known;
  if (name.startsWith('upstream_') || name.includes('forwarded_for'))
    return '[^ "\\r]*(?:(?:,| :) [^ "\\r]+)*';
  if (before.endsWith('[') && after.startsWith(']')) return '[^\\]]*';
  return after.startsWith('\t') || before.endsWith('\t') ? '[^\\t\\r]*' : '[^ \\t\\r]*';
}

export type Layout = Readonly<{
  regex: string;
  /** Name → group of the regular expression, from 1. */
  groups: ReadonlyMap<string, number>;
}>;

export function patternLayout(tokens: readonly Token[], time: string, more: boolean): Layout {
  const groups = new Map<string, number>();
  const literal = (token: Token | undefined) =>
    token !== undefined && 'literal' in token ? token.literal : '';
  const parts = tokens.map((token, i) => {
    if ('literal' in token) return escapeRegex(token.literal);
    const shape = shapeOf(token.variable, literal(tokens[i - 1]), literal(tokens[i + 1]), time);
    if (groups.has(token.variable)) return `(?:${shape})`;
    groups.set(token.variable, groups.size + 1);
    return `(${shape})`;
  });
  return { regex: `^${parts.join('')}${more ? MORE : ''}\\r?$`, groups };
}

/** Where a variable begins, as SQL, when literals alone tell it; null when only the regular expression can. */
export function placeOf(tokens: readonly Token[], variable: string): string | null {
  const index = tokens.findIndex((token) => 'variable' in token && token.variable === variable);
  const before = tokens.slice(0, index);
  const last = before.at(-1);
  if (index === 0) return '1';
  if (last === undefined || !('literal' in last)) return null;
  if (before.length === 1) return String(last.literal.length + 1);
  const bracket = last.literal.match(/ ?[^ \w\s-]$/)?.[0];
  if (
    bracket?.endsWith('[') &&
    !before.some((t, i) => i < before.length - 1 && 'literal' in t && t.literal.includes(bracket))
  )
    return `(position(line, ${quoteText(bracket)}) + ${bracket.length})`;
  let place = '1';
  for (const [i, token] of before.entries()) {
    if ('variable' in token) {
      const next = before[i + 1];
      const isLoose = token.variable === 'remote_user' || token.variable.includes('forwarded');
      if (isLoose || next === undefined || !('literal' in next)) return null;
      continue;
    }
    if (/["\\]/.test(token.literal)) return null;
    place =
      i === 0
        ? String(token.literal.length + 1)
        : `(position(line, ${quoteText(token.literal)}, toUInt64(${place})) + ${token.literal.length})`;
  }
  return place;
}

/** Checked when a format is compiled: a pattern must say when a request was, and where variables end. */
export function requireTime(
  tokens: readonly Token[],
  mapped: string | undefined,
  usual: readonly string[],
): string {
  const names = tokens.flatMap((token) => ('variable' in token ? [token.variable] : []));
  const time = mapped ?? usual.find((name) => names.includes(name));
  if (time === undefined || !names.includes(time))
    throw new ForthrightError(
      'workspace-invalid',
      mapped === undefined
        ? 'The pattern has no time: write $time_local, $time_iso8601 or $msec, or name the variable under columns: { time: … }.'
        : `The pattern has no variable $${mapped}, which columns: { time: ${mapped} } names.`,
    );
  return time;
}
