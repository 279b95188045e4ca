import type { LogSource } from '@forthright/contract';
import { quoteText } from '../../platform/analytics/index.ts';
import type { CompiledFormat, Sql } from '../types.ts';
import { type Escapes, mayContain } from './contains.ts';
import {
  ALB,
  COMBINED,
  COMMON,
  escapeRegex,
  type Layout,
  parsePattern,
  patternLayout,
  placeOf,
  requireTime,
  stampKind,
  type Token,
} from './pattern.ts';
import { absentIfDash, all, allAtOnce, bind, lineEndsWith, ownBytes, regexText, TEXT } from './sql.ts';
import { cheapClf, cheapIso, epochMs, epochStamp, minuteMs, type Stamp, stampOf, timeOf } from './stamp.ts';
import {
  type Fields,
  fieldsFrom,
  hostInUrl,
  hostOf,
  REQUEST,
  type Reader,
  USUAL_NAMES,
  USUAL_TIMES,
} from './values.ts';

/** What each kind of lines adds to a layout; everything else follows from the regular expression. */
export type LineFormat = Readonly<{
  layout: Layout;
  isDirective: Sql;
  /** Undoes the format's escapes in one value. */
  decode: (name: string, value: Sql) => Sql;
  escapes: Escapes;
  exactStamp: (raw: (name: string) => Sql) => Stamp;
  /** Without `looksRight` the regular expression decides on every line. */
  cheap: Readonly<{
    stamp: Stamp;
    stampShape?: Sql;
    stampIsSure?: Sql;
    looksRight: Sql | null;
    /** The same for a line that has escapes, looked at only where `looksRight` fails. */
    withEscapes?: Sql;
  }> | null;
  /** Values by splitting, for lines that match and on which `is` holds; null for a value that is not so found. */
  plain?: Readonly<{ is: Sql; value: (name: string) => Sql | null }>;
  cheapHost: Sql | null;
  stampsHaveZone: boolean;
  timezone: string | undefined;
  columns: LogSource['columns'];
  durationUnit?: number;
  /** Instead of a variable: ALB has its host in the request's address. */
  hostFrom?: (raw: (name: string) => Sql) => Sql;
  /** Fields that the format computes of several columns. */
  duration?: (raw: (name: string) => Sql) => Sql;
}>;

export function compileLines(format: LineFormat): CompiledFormat {
  const { layout, timezone } = format;
  const groups = `extractGroups(${TEXT}, ${regexText(layout.regex)})`;
  const whole = (name: string): Sql => `${groups}[${layout.groups.get(name) ?? 0}]`;
  const exact = format.exactStamp(whole);
  const isRight = `match(${TEXT}, ${regexText(layout.regex)})`;
  const fields = fieldsOf(format, whole, ownBytes);
  return {
    over: 'lines',
    isDirective: format.isDirective,
    cheapDrafts: [],
    looksRight: looksRightOf(format, isRight),
    isRight,
    cheapStamp: format.cheap?.stamp ?? exact,
    exactStamp: exact,
    stampIsSure: format.cheap?.stampIsSure ?? '0',
    minuteMs: minuteMs(timezone),
    stampsHaveZone: format.stampsHaveZone,
    cheapHost: fields.host === null ? null : (format.cheapHost ?? fields.host),
    exactHost: fields.host,
    drafts: [],
    fields,
    plain: plainOf(format),
    within: null,
    mayContain: mayContain('line', format.escapes),
  };
}

function looksRightOf({ cheap }: LineFormat, isRight: Sql): Sql {
  if (cheap === null) return isRight;
  const shape = cheap.stampShape === undefined ? [] : [cheap.stampShape];
  if (cheap.looksRight === null) return all([...shape, isRight]);
  const ordinary = allAtOnce([...shape, cheap.looksRight]);
  return cheap.withEscapes === undefined
    ? ordinary
    : `if(${ordinary}, 1, ${all([...shape, cheap.withEscapes])})`;
}

/** The fields of a line, from the texts of its variables; `own` gives a text that was cut out its bytes back. */
function fieldsOf(format: LineFormat, whole: (name: string) => Sql, own: (text: Sql) => Sql): Fields {
  const { layout, timezone } = format;
  const read: Reader = (name) =>
    layout.groups.has(name) ? absentIfDash(format.decode(name, own(whole(name)))) : null;
  const some = (name: string): Sql => read(name) ?? "''";
  return {
    ...fieldsFrom(read, timeOf(format.exactStamp(whole), timezone), {
      columns: format.columns ?? {},
      requestPart: (part) =>
        format.decode('request', own(`extractGroups(${whole('request')}, ${regexText(REQUEST)})[${part}]`)),
      ...(format.durationUnit === undefined ? {} : { durationUnit: format.durationUnit }),
    }),
    ...(format.hostFrom === undefined ? {} : { host: format.hostFrom(some) }),
    ...(format.duration === undefined ? {} : { duration: format.duration(some) }),
  };
}

function plainOf(format: LineFormat): CompiledFormat['plain'] {
  const { plain } = format;
  if (plain === undefined) return null;
  const unknown: string[] = [];
  const value = (name: string): Sql => {
    const found = plain.value(name);
    if (found === null) unknown.push(name);
    return found ?? "''";
  };
  const fields = fieldsOf(format, value, (text) => text);
  if (unknown.length > 0) return null;
  const isRequest = format.columns?.path === undefined && format.layout.groups.has('request');
  const text = (isRequest ? plain.value('request') : null) ?? 'line';
  return { is: plain.is, fields, mayContain: mayContain(text, format.escapes) };
}

/**
 * `\"`, `\\`, `\xHH` and Apache's `\n`, `\t`, `\r`, by way of URL-encoding: the engine has no function that
 * replaces by a computed text, but it does decode `%HH`.
 */
const unescapeClf = (value: Sql): Sql =>
  bind(
    value,
    (c) =>
      `if(position(${c}, '\\\\') = 0, ${c}, decodeURLComponent(replaceRegexpAll(replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(replaceAll(${c}, '%', '%25'), '\\\\\\\\', '%5C'), '\\\\"', '%22'), '\\\\n', '%0A'), '\\\\t', '%09'), '\\\\r', '%0D'), ${quoteText('\\\\x([0-9A-Fa-f]{2})')}, ${quoteText('%\\1')})))`,
  );

export const PATTERNS = { combined: COMBINED, common: COMMON, alb: ALB } as const;

/** Words before the first quote: a line that runs into the next one there has too many. */
function headShape(tokens: readonly Token[], line: Sql): Sql {
  const quote = tokens.findIndex((token) => 'literal' in token && token.literal.includes('"'));
  const head = tokens.slice(0, quote + 1);
  const last = head.at(-1);
  const isLoose = head.some(
    (token) => 'variable' in token && /^remote_user$|^upstream_|forwarded/.test(token.variable),
  );
  if (isLoose || last === undefined || !('literal' in last)) return '1';
  const spaces = head.reduce(
    (n, token) => n + ('literal' in token ? (token.literal.split('"')[0] ?? '').split(' ').length - 1 : 0),
    0,
  );
  return `countSubstrings(substring(${line}, 1, greatest(1, position(${line}, '"')) - 1), ' ') = ${spaces}`;
}

const quotesIn = (tokens: readonly Token[]): number =>
  tokens.reduce((n, token) => n + ('literal' in token ? token.literal.split('"').length - 1 : 0), 0);

/**
 * What every whole line of a pattern shows cheaply. Quotes inside values are escaped, so a whole line has as
 * many as the pattern: a line cut off or run into the next one has not. The tail behind the last quote is
 * short, so a regular expression may look at it.
 */
function tailShape(tokens: readonly Token[], time: string, line: Sql = 'line'): Sql | null {
  const quotes = quotesIn(tokens);
  if (quotes === 0) return null;
  const from = tokens.findLastIndex((token) => 'literal' in token && token.literal.includes('"'));
  const last = tokens[from];
  if (last === undefined || !('literal' in last)) return null;
  const closing = last.literal.slice(last.literal.lastIndexOf('"'));
  const tail = [{ literal: closing }, ...tokens.slice(from + 1)];
  const ending =
    tail.length === 1
      ? lineEndsWith(closing, line)
      : `match(substring(${line}, -64), ${regexText(patternLayout(tail, time, false).regex.slice(1))})`;
  const head = headShape(tokens, line);
  return allAtOnce([`countSubstrings(${line}, '"') = ${quotes}`, ending, ...(head === '1' ? [] : [head])]);
}

/** The shape of a line whose values hold escaped quotes: one in fifteen, where programs name themselves so. */
function escapedShape(tokens: readonly Token[], time: string): Sql | null {
  const bare = `replaceAll(replaceAll(line, ${quoteText('\\\\')}, ''), ${quoteText('\\"')}, '')`;
  const shape = tailShape(tokens, time, bare);
  return shape === null ? null : `(position(line, ${quoteText('\\')}) > 0 AND ${shape})`;
}

/** One host for the cheap and the exact reading, where a format has several (`cs(Host)`, `x-host-header`). */
const withHost = (log: LogSource, host: string | undefined): LogSource['columns'] =>
  host === undefined ? log.columns : { ...log.columns, host };

export function compilePattern(log: LogSource, timezone: string | undefined): CompiledFormat {
  const named =
    log.format === 'combined' || log.format === 'common' || log.format === 'alb' ? log.format : null;
  const pattern = log.pattern ?? (named === null ? '' : PATTERNS[named]);
  const more = named !== null && log.pattern === undefined;
  const tokens = parsePattern(pattern);
  const time = requireTime(tokens, log.columns?.time, USUAL_TIMES);
  const layout = patternLayout(tokens, time, more);
  const kind = stampKind(time);
  const stamp = cheapStampOf(tokens, time);
  // Behind ALB's own fields comes any number of others: the regular expression is as quick as counting them.
  const shape = named === 'alb' && more ? null : tailShape(tokens, time);
  const hostName = log.columns?.host ?? USUAL_NAMES.host.find((name) => layout.groups.has(name));
  const isAlb = named === 'alb' && log.columns?.host === undefined;
  // A host that is found by counting quotes is not where it should be behind an escaped one.
  const isHostSure =
    hostName === undefined
      ? !isAlb
      : tokens.findIndex((token) => 'variable' in token && token.variable === hostName) === 0;
  const withEscapes = shape === null || !isHostSure ? null : escapedShape(tokens, time);
  return compileLines({
    layout,
    isDirective: '0',
    decode: (_name, value) => unescapeClf(value),
    escapes: 'clf',
    exactStamp: (raw) => stampOf(raw(time)),
    cheap:
      stamp === null
        ? null
        : {
            stamp: stamp.stamp,
            stampShape: stamp.shape,
            stampIsSure: onlyPlace(tokens, time, stamp.shape),
            looksRight: shape,
            ...(withEscapes === null ? {} : { withEscapes }),
          },
    ...(more && named !== 'alb' ? { plain: plainClf(tokens) } : {}),
    cheapHost: isAlb ? hostInUrl('line') : hostName === undefined ? null : cheapHostOf(tokens, hostName),
    stampsHaveZone: kind !== 'any',
    timezone,
    columns: withHost(log, hostName),
    ...(isAlb ? { hostFrom: (raw) => hostInUrl(raw('request')) } : {}),
    ...(named === 'alb' && log.columns?.duration === undefined ? { duration: albDuration } : {}),
  });
}

/**
 * A line that matches and has just the pattern's own quotes, escaped ones apart, can be split at them: what stands
 * between two is a value. Nearly all lines are so. The regular expression with its groups takes 3 µs a line, and 48
 * for lines longer than about 260 bytes, where RE2 takes another way; this takes 0.5.
 */
function plainClf(tokens: readonly Token[]): NonNullable<LineFormat['plain']> {
  // Escapes are masked as long as values are cut out. Pairs of backslashes go first, as the expression reads them.
  const mask = "'\\x01'";
  const hasNone = `position(line, ${quoteText('\\')}) = 0`;
  const masked = `if(${hasNone}, line, replaceAll(replaceAll(line, ${quoteText('\\\\')}, concat(${mask}, 's')), ${quoteText('\\"')}, concat(${mask}, 'q')))`;
  const unmasked = (text: Sql) =>
    `if(${hasNone}, ${text}, replaceAll(replaceAll(${text}, concat(${mask}, 'q'), ${quoteText('\\"')}), concat(${mask}, 's'), ${quoteText('\\\\')}))`;
  const piece = (i: number) => bind(masked, (m) => `splitByChar('"', ${m})[${i}]`);
  const word = (text: Sql, i: number) => `splitByChar(' ', ${text})[${i}]`;
  // `address ident user [stamp] `: a user's name may hold spaces, and the stamp's bracket says where it ends.
  const head = piece(1);
  const userAt = `(length(${word(head, 1)}) + length(${word(head, 2)}) + 3)`;
  const bracketAt = `position(${head}, ' [')`;
  const unquoted: Readonly<Record<string, Sql>> = {
    remote_addr: word(head, 1),
    ident: word(head, 2),
    remote_user: `substring(${head}, ${userAt}, toUInt64(greatest(0, toInt64(${bracketAt}) - toInt64(${userAt}))))`,
    time_local: `substring(${head}, ${bracketAt} + 2, toUInt64(greatest(0, toInt64(length(${head})) - toInt64(${bracketAt}) - 3)))`,
    status: word(piece(3), 2),
  };
  return {
    is: `(isValidUTF8(line) AND position(line, ${mask}) = 0 AND ${bind(masked, (m) => `countSubstrings(${m}, '"') = ${quotesIn(tokens)}`)} AND countSubstrings(${head}, ' [') = 1)`,
    value: (name) => {
      const at = tokens.findIndex((token) => 'variable' in token && token.variable === name);
      const before = tokens[at - 1];
      const isQuoted = before !== undefined && 'literal' in before && before.literal.endsWith('"');
      const value = isQuoted ? piece(quotesIn(tokens.slice(0, at)) + 1) : unquoted[name];
      return value === undefined ? null : unmasked(value);
    },
  };
}

/** -1 stands for a stage that was not reached. */
const albDuration = (raw: (name: string) => Sql): Sql =>
  `arraySum(arrayMap(x -> greatest(0, toFloat64OrZero(x)), [${['request', 'target', 'response'].map((part) => raw(`${part}_processing_time`)).join(', ')}]))`;

/**
 * A stamp that follows a bracket (` [`) of which the line has only one can stand nowhere else, whatever the rest of
 * the line looks like.
 */
function onlyPlace(tokens: readonly Token[], time: string, shape: Sql): Sql {
  const bracket = /^\(position\(line, ('[^']*')\) \+ \d+\)$/.exec(placeOf(tokens, time) ?? '')?.[1];
  return bracket === undefined || stampKind(time) !== 'clf'
    ? '0'
    : `(countSubstrings(line, ${bracket}) = 1 AND ${shape})`;
}

function cheapStampOf(tokens: readonly Token[], time: string): { stamp: Stamp; shape: Sql } | null {
  const index = tokens.findIndex((token) => 'variable' in token && token.variable === time);
  const next = tokens[index + 1];
  const at = placeOf(tokens, time);
  if (at === null || next === undefined || !('literal' in next)) return null;
  const follows = quoteText(next.literal);
  switch (stampKind(time)) {
    case 'clf':
      return cheapClf(at, next.literal);
    case 'iso': {
      const end = `position(line, ${follows}, toUInt64(${at} + 19))`;
      const { stamp, shape } = cheapIso(at, end);
      return { stamp, shape: `(${end} BETWEEN 1 AND ${at} + 45 AND ${shape})` };
    }
    case 'epoch': {
      const text = `substring(line, ${at}, 14)`;
      return {
        stamp: epochStamp(epochMs(text)),
        shape: `(substring(line, ${at} + 10, 1) = '.' AND substring(line, ${at} + 14, ${next.literal.length}) = ${follows} AND match(${text}, '^[0-9.]+$'))`,
      };
    }
    case 'any':
      return null;
  }
}

function cheapHostOf(tokens: readonly Token[], name: string): Sql | null {
  const index = tokens.findIndex((token) => 'variable' in token && token.variable === name);
  const [before, next] = [tokens[index - 1], tokens[index + 1]];
  if (index === 0 && next !== undefined && 'literal' in next)
    return hostOf(`substring(line, 1, greatest(1, position(line, ${quoteText(next.literal)})) - 1)`);
  const isQuoted =
    before !== undefined &&
    'literal' in before &&
    before.literal.endsWith('"') &&
    next !== undefined &&
    'literal' in next &&
    next.literal.startsWith('"');
  if (!isQuoted) return null;
  return hostOf(`splitByChar('"', line)[${quotesIn(tokens.slice(0, index)) + 1}]`);
}

/** A column's shape; quotes in it are doubled. */
const W3C_COLUMN = '"(?:[^"]|"")*"|[^ \\t"\\r][^ \\t\\r]*';
const csvColumn = (separator: string) => `"(?:[^"]|"")*"|[^"${separator}\\r]*`;

function columnsLayout(names: readonly string[], column: string, separator: string): Layout {
  const groups = new Map<string, number>();
  for (const [i, name] of names.entries()) if (!groups.has(name)) groups.set(name, i + 1);
  return { regex: `^${names.map(() => `(${column})`).join(separator)}\\r?$`, groups };
}

const unquote = (value: Sql): Sql =>
  bind(
    value,
    (v) =>
      `if(startsWith(${v}, '"') AND endsWith(${v}, '"') AND length(${v}) > 1, replaceAll(substring(${v}, 2, length(${v}) - 2), '""', '"'), ${v})`,
  );

/** IIS and CloudFront: the columns of the `#Fields:` line. Times are UTC, as the format demands. */
export function compileW3c(log: LogSource, header: readonly string[]): CompiledFormat {
  const layout = columnsLayout(header, W3C_COLUMN, '[ \\t]');
  const isCloudFront = header.some((name) => name.startsWith('x-edge-'));
  const separator = isCloudFront ? '\t' : ' ';
  const time = log.columns?.time;
  const zone = log.timezone === undefined ? "'Z'" : "''";
  const isSplit = time === undefined && header.includes('date') && header.includes('time');
  const isFirst = isSplit && header[0] === 'date' && header[1] === 'time';
  const exactStamp = (raw: (name: string) => Sql): Stamp => {
    const text = isSplit ? `concat(${raw('date')}, ' ', ${raw('time')})` : raw(time ?? 'time');
    const stamp = stampOf(text);
    return isSplit ? { ...stamp, k1: `if(${stamp.k0} = '', '', ${zone})` } : stamp;
  };
  const separators = `countSubstrings(line, ' ') + countSubstrings(line, '\\t') = ${header.length - 1}`;
  const cheap = {
    stamp: {
      k0: "concat(substring(line, 1, 10), ' ', substring(line, 12, 5))",
      k1: zone,
      msInMinute: 'toUInt32(toUInt8OrZero(substring(line, 18, 2))) * 1000',
    },
    looksRight: `(substring(line, 20, 1) = ${quoteText(separator)} AND substring(line, 17, 1) = ':' AND substring(line, 5, 1) = '-' AND ${separators} AND position(line, '"') = 0 AND NOT ${lineEndsWith(separator)})`,
  };
  const hostName = log.columns?.host ?? USUAL_NAMES.host.find((name) => header.includes(name));
  return compileLines({
    layout,
    isDirective: "startsWith(line, '#')",
    decode: (name, value) => {
      const text = unquote(value);
      if (name !== 'cs(User-Agent)') return text;
      return isCloudFront ? `decodeURLComponent(${text})` : `replaceAll(${text}, '+', ' ')`;
    },
    escapes: 'none',
    exactStamp,
    cheap: isFirst ? cheap : null,
    cheapHost:
      hostName === undefined
        ? null
        : hostOf(`splitByChar(${quoteText(separator)}, line)[${header.indexOf(hostName) + 1}]`),
    stampsHaveZone: isSplit && log.timezone === undefined,
    timezone: log.timezone,
    columns: withHost(log, hostName),
    durationUnit: isCloudFront ? 1 : 1e-3,
  });
}

/** Separated values in lines under a header, which may come again at the top of every file. */
export function compileCsv(
  log: LogSource,
  header: readonly string[],
  separator: string,
  timezone: string | undefined,
): CompiledFormat {
  const layout = columnsLayout(header, csvColumn(separator), escapeRegex(separator));
  const time = log.columns?.time ?? USUAL_TIMES.find((name) => header.includes(name)) ?? 'time';
  const columnAt = (name: string) =>
    `splitByChar(${quoteText(separator)}, line)[${header.indexOf(name) + 1}]`;
  const text = columnAt(time);
  const { stamp, shape } = cheapIso('1', `length(trimRight(${text}, '\\r')) + 1`, text);
  const hostName = log.columns?.host ?? USUAL_NAMES.host.find((name) => header.includes(name));
  const headings = header.map(
    (name) => `(?:${escapeRegex(name)}|"${escapeRegex(name.replaceAll('"', '""'))}")`,
  );
  return compileLines({
    layout,
    isDirective: `(startsWith(trimLeft(line, '\\xEF\\xBB\\xBF"'), ${quoteText(header[0] ?? '')}) AND match(line, ${regexText(`^(?:\uFEFF)?${headings.join(escapeRegex(separator))}\\r?$`)}))`,
    decode: (_name, value) => unquote(value),
    escapes: 'none',
    exactStamp: (raw) => stampOf(unquote(raw(time))),
    cheap: {
      stamp,
      looksRight: `(position(line, '"') = 0 AND countSubstrings(line, ${quoteText(separator)}) = ${header.length - 1} AND ${shape})`,
    },
    cheapHost: hostName === undefined ? null : hostOf(`trimRight(${columnAt(hostName)}, '\\r')`),
    stampsHaveZone: false,
    timezone,
    columns: withHost(log, hostName),
  });
}
