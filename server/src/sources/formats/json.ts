import type { LogSource } from '@forthright/contract';
import { quoteName, quoteText } from '../../platform/analytics/index.ts';
import type { CompiledFormat, Sql } from '../types.ts';
import { mayContain } from './contains.ts';
import { absentIfDash, all, firstPresent, lineEndsWith, ownBytes, TEXT } from './sql.ts';
import { cheapIso, epochMs, isStamp, minuteMs, type Stamp, stampOf, timeOf } from './stamp.ts';
import { fieldsFrom, hostOf, type Reader, USUAL_NAMES, USUAL_TIMES } from './values.ts';

/**
 * A hand-made JSON format of nginx without `escape=json` writes `\x22` for a quote, which is no JSON. Such a
 * line is read as if it had said `\u0022`.
 */
const JSON_TEXT: Sql = `replaceAll(replaceAll(${TEXT}, ${quoteText('\\\\')}, ${quoteText('\\u005c')}), ${quoteText('\\x')}, ${quoteText('\\u00')})`;

/** All top-level keys in one parse; a dotted path by itself, or the key of that very name where there is one. */
function readerOf(keys: readonly string[]): Reader {
  const flat = keys.filter((key) => !key.includes('.'));
  const type = `Tuple(${flat.map((key) => `${quoteName(key)} String`).join(', ')})`;
  return (name) => {
    if (flat.includes(name))
      return ownBytes(`JSONExtract(${JSON_TEXT}, ${quoteText(type)}).${flat.indexOf(name) + 1}`);
    if (!keys.includes(name)) return null;
    const path = name.split('.').map(quoteText).join(', ');
    return ownBytes(
      `if(JSONHas(${JSON_TEXT}, ${quoteText(name)}), JSONExtract(${JSON_TEXT}, ${quoteText(name)}, 'String'), JSONExtract(${JSON_TEXT}, ${path}, 'String'))`,
    );
  };
}

export function compileJson(
  log: LogSource,
  header: readonly string[] | undefined,
  timezone: string | undefined,
): CompiledFormat {
  const columns = log.columns ?? {};
  const isKnown = (name: string) =>
    header === undefined ||
    Object.values(columns).includes(name) ||
    header.includes(name.split('.')[0] ?? '');
  const times = columns.time === undefined ? USUAL_TIMES.filter(isKnown) : [columns.time];
  const asked = new Set<string>();
  const listing: Reader = (name) => {
    if (!isKnown(name)) return null;
    asked.add(name);
    return "''";
  };
  fieldsFrom(listing, "''", { columns });
  const raw = readerOf([...new Set([...asked, ...times])]);
  const read: Reader = (name) => {
    const value = raw(name);
    return value === null ? null : absentIfDash(value);
  };
  const time = firstPresent(times.map((name) => raw(name) ?? "''"));
  const exact = stampOf(time);
  const fields = fieldsFrom(read, timeOf(exact, timezone), { columns });
  const cheap = cheapStampOf(times[0] ?? 'time');
  const hostKey = columns.host ?? USUAL_NAMES.host.find((name) => header?.includes(name));
  return {
    over: 'lines',
    isDirective: '0',
    looksRight: all([
      "startsWith(line, '{')",
      lineEndsWith('}'),
      "countSubstrings(line, '{') = countSubstrings(line, '}')",
      cheap.shape,
    ]),
    isRight: `(isValidJSON(${JSON_TEXT}) AND JSONType(${JSON_TEXT}) = 'Object' AND ${isStamp(time)})`,
    cheapStamp: cheap.stamp,
    exactStamp: exact,
    stampIsSure: '0',
    minuteMs: minuteMs(timezone),
    stampsHaveZone: false,
    cheapHost:
      fields.host === null ? null : hostKey === undefined ? fields.host : cheapHostOf(hostKey, fields.host),
    exactHost: fields.host,
    fields,
    plain: null,
    within: null,
    mayContain: mayContain('line', 'json'),
  };
}

const lastKey = (name: string): string => JSON.stringify(name.split('.').at(-1) ?? '');

/** Where the value of a key begins, with or without one space. The key must stand once in the line. */
function valueAt(name: string): { at: Sql; isThere: Sql } {
  const key = quoteText(`${lastKey(name)}:`);
  const after = `(position(line, ${key}) + ${Buffer.byteLength(lastKey(name)) + 1})`;
  return {
    at: `(${after} + (substring(line, ${after}, 1) = ' '))`,
    isThere: `countSubstrings(line, ${key}) = 1`,
  };
}

/**
 * A text is taken as ISO 8601 and a number as an epoch with ten digits of seconds; whatever else a line has
 * makes it doubted. Braces balance in a whole line, so a line cut off behind a nested object is doubted too.
 */
function cheapStampOf(name: string): { stamp: Stamp; shape: Sql } {
  const { at, isThere } = valueAt(name);
  const isText = `substring(line, ${at}, 1) = '"'`;
  const end = `position(line, '"', toUInt64(${at} + 20))`;
  const iso = cheapIso(`(${at} + 1)`, end);
  const number = `substring(line, ${at}, 14)`;
  const epoch = epochMs(
    `substring(${number}, 1, length(${number}) - length(trimLeft(${number}, '.0123456789')))`,
  );
  return {
    stamp: {
      k0: `if(${isText}, ${iso.stamp.k0}, toString(intDiv(${epoch}, 60000)))`,
      k1: `if(${isText}, ${iso.stamp.k1}, 'epoch')`,
      msInMinute: `toUInt32(if(${isText}, ${iso.stamp.msInMinute}, modulo(${epoch}, 60000)))`,
    },
    shape: `(${isThere} AND if(${isText}, ${end} BETWEEN 1 AND ${at} + 46 AND ${iso.shape}, match(${number}, ${quoteText('^\\d{10}([,} ]|\\.\\d{1,3}|\\d{3}([,} ]|$))')})))`,
  };
}

/** The host's text between its quotes where the line has the key once and the text no escape. */
function cheapHostOf(name: string, exact: Sql): Sql {
  const { at, isThere } = valueAt(name);
  const end = `position(line, '"', toUInt64(${at} + 1))`;
  const text = `substring(line, ${at} + 1, greatest(0, toInt64(${end}) - toInt64(${at}) - 1))`;
  const isPlain = `(${isThere} AND substring(line, ${at}, 1) = '"' AND position(${text}, '\\\\') = 0)`;
  return `if(${isPlain}, ${hostOf(text)}, ${exact})`;
}
