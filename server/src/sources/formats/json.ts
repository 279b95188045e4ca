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

const flatOf = (keys: readonly string[]) => keys.filter((key) => !key.includes('.'));

/** All top-level keys in one parse. */
function parsedSql(keys: readonly string[], text: Sql): Sql {
  const type = `Tuple(${flatOf(keys)
    .map((key) => `${quoteName(key)} String`)
    .join(', ')})`;
  return `JSONExtract(${text}, ${quoteText(type)})`;
}

/** A top-level key out of `parsed`; a dotted path by itself, or the key of that very name where there is one. */
function readerOf(keys: readonly string[], text: Sql, parsed: Sql): Reader {
  const flat = flatOf(keys);
  return (name) => {
    if (flat.includes(name)) return ownBytes(`${parsed}.${flat.indexOf(name) + 1}`);
    if (!keys.includes(name)) return null;
    const path = name.split('.').map(quoteText).join(', ');
    return ownBytes(
      `if(JSONHas(${text}, ${quoteText(name)}), JSONExtract(${text}, ${quoteText(name)}, 'String'), JSONExtract(${text}, ${path}, 'String'))`,
    );
  };
}

const trimmed =
  (raw: Reader): Reader =>
  (name) => {
    const value = raw(name);
    return value === null ? null : absentIfDash(value);
  };

/** Fields over drafts: the line as JSON, its keys in one parse, each key's text. */
function draftFields(
  keys: readonly string[],
  times: readonly string[],
  timezone: string | undefined,
  columns: LogSource['columns'],
): Pick<CompiledFormat, 'fields' | 'drafts'> {
  const raw = readerOf(keys, '_json', '_json_parsed');
  const texts: Record<string, Sql> = { _json_time: firstPresent(times.map((name) => raw(name) ?? "''")) };
  const names = new Map<string, string>();
  const read: Reader = (name) => {
    const value = trimmed(raw)(name);
    if (value === null) return null;
    const as = names.get(name) ?? `_json_${names.size}`;
    names.set(name, as);
    texts[as] = value;
    return as;
  };
  return {
    fields: fieldsFrom(read, timeOf(stampOf('_json_time'), timezone), { columns: columns ?? {} }),
    drafts: [{ _json: JSON_TEXT }, { _json_parsed: parsedSql(keys, '_json') }, texts],
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
  const keys = [...new Set([...asked, ...times])];
  const raw = readerOf(keys, JSON_TEXT, parsedSql(keys, JSON_TEXT));
  const time = firstPresent(times.map((name) => raw(name) ?? "''"));
  const { host } = fieldsFrom(trimmed(raw), "''", { columns });
  const cheap = cheapStampOf(times[0] ?? 'time');
  const hostKey = columns.host ?? USUAL_NAMES.host.find((name) => header?.includes(name));
  const ofHost = host === null || hostKey === undefined ? { drafts: [], host } : cheapHostOf(hostKey, host);
  return {
    over: 'lines',
    isDirective: '0',
    cheapDrafts: side(cheap.drafts, ofHost.drafts),
    looksRight: all([
      "startsWith(line, '{')",
      lineEndsWith('}'),
      "countSubstrings(line, '{') = countSubstrings(line, '}')",
      cheap.shape,
    ]),
    isRight: `(isValidJSON(${JSON_TEXT}) AND JSONType(${JSON_TEXT}) = 'Object' AND ${isStamp(time)})`,
    cheapStamp: cheap.stamp,
    exactStamp: exactStampOf(time),
    stampIsSure: '0',
    minuteMs: minuteMs(timezone),
    stampsHaveZone: false,
    cheapHost: ofHost.host,
    exactHost: host,
    ...draftFields(keys, times, timezone, columns),
    plain: null,
    within: null,
    mayContain: mayContain('line', 'json'),
  };
}

/** By lambdas, which take the time's text as a value: unfolded in each place it took the engine seconds to read. */
function exactStampOf(time: Sql): Stamp {
  const { k0, k1, msInMinute } = stampOf('_stamp');
  const over = (sql: Sql) => `arrayMap(_stamp -> ${sql}, [${time}])[1]`;
  return { k0: over(k0), k1: over(k1), msInMinute: over(msInMinute) };
}

const lastKey = (name: string): string => JSON.stringify(name.split('.').at(-1) ?? '');

/** A stamp in quotes with a fraction and a zone, and the longest name of a host. */
const STAMP_BYTES = 48;
const HOST_BYTES = 256;

type Value = Readonly<{ isThere: Sql; drafts: CompiledFormat['cheapDrafts'] }>;

/**
 * The beginning of a key's value as a draft, from its quote on where it is a text; with or without one space before.
 * The key must stand once in the line.
 */
function beginningOf(name: string, as: string, bytes: number): Value {
  const key = quoteText(`${lastKey(name)}:`);
  const behind = `${as}_at`;
  return {
    isThere: `countSubstrings(line, ${key}) = 1`,
    drafts: [
      { [behind]: `(position(line, ${key}) + ${Buffer.byteLength(lastKey(name)) + 1})` },
      { [as]: `substring(line, ${behind} + (substring(line, ${behind}, 1) = ' '), ${bytes})` },
    ],
  };
}

/**
 * A text is taken as ISO 8601 and a number as an epoch with ten digits of seconds; whatever else a line has
 * makes it doubted. Braces balance in a whole line, so a line cut off behind a nested object is doubted too.
 */
function cheapStampOf(name: string): Value & Readonly<{ stamp: Stamp; shape: Sql }> {
  const value = '_json_stamp';
  const { isThere, drafts } = beginningOf(name, value, STAMP_BYTES);
  const isText = `startsWith(${value}, '"')`;
  const end = `position(${value}, '"', 21)`;
  const iso = cheapIso('2', end, value);
  const number = `substring(${value}, 1, 14)`;
  const epoch = epochMs(
    `substring(${number}, 1, length(${number}) - length(trimLeft(${number}, '.0123456789')))`,
  );
  return {
    isThere,
    drafts,
    stamp: {
      k0: `if(${isText}, ${iso.stamp.k0}, toString(intDiv(${epoch}, 60000)))`,
      k1: `if(${isText}, ${iso.stamp.k1}, 'epoch')`,
      msInMinute: `toUInt32(if(${isText}, ${iso.stamp.msInMinute}, modulo(${epoch}, 60000)))`,
    },
    shape: `(${isThere} AND if(${isText}, ${end} BETWEEN 1 AND ${STAMP_BYTES - 1} AND ${iso.shape}, match(${number}, ${quoteText('^\\d{10}([,} ]|\\.\\d{1,3}|\\d{3}([,} ]|$))')})))`,
  };
}

/** The host's text between its quotes where the line has the key once and the text no escape. */
function cheapHostOf(name: string, exact: Sql): Pick<Value, 'drafts'> & Readonly<{ host: Sql }> {
  const value = '_json_host';
  const { isThere, drafts } = beginningOf(name, value, HOST_BYTES);
  const end = `position(${value}, '"', 2)`;
  const text = `substring(${value}, 2, greatest(0, toInt64(${end}) - 2))`;
  const isPlain = `(${isThere} AND startsWith(${value}, '"') AND ${end} > 0 AND position(${text}, '\\\\') = 0)`;
  return { drafts, host: `if(${isPlain}, ${hostOf(text)}, ${exact})` };
}

const side = (one: CompiledFormat['cheapDrafts'], other: CompiledFormat['cheapDrafts']) =>
  one.map((level, i) => ({ ...level, ...other[i] }));
