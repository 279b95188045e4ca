import { quoteText } from '../../platform/analytics/quote.ts';
import type { CompiledFormat, Sql } from '../types.ts';
import { bind, regexText } from './sql.ts';

export type Stamp = CompiledFormat['cheapStamp'];

const ZONE = '[Zz]|[+-]\\d\\d(?::?\\d\\d)?';
const REST = `(?::\\d\\d(?:[.,]\\d+)?)?(?: ?(?:${ZONE}))?`;
const CLF = `\\d\\d/[A-Za-z]{3}/\\d{4}:\\d\\d:\\d\\d`;
const ISO = `\\d{4}-\\d\\d-\\d\\d[Tt \\t]\\d\\d:\\d\\d`;

/** What a stamp looks like, for use inside a line's regular expression. */
export const STAMP_SHAPE = {
  clf: `${CLF}${REST}`,
  iso: `${ISO}${REST}`,
  epoch: '\\d{9,19}(?:\\.\\d+)?',
  any: `(?:${CLF}|${ISO})${REST}|\\d{9,19}(?:\\.\\d+)?`,
} as const;
export type StampKind = keyof typeof STAMP_SHAPE;

const PARTS = `^(${CLF}|${ISO})(?::(\\d\\d)(?:[.,](\\d+))?)? ?(${ZONE}|)$`;
/** The first three digits of a fraction, as milliseconds. */
const millis = (digits: Sql): Sql => `toUInt32OrZero(rightPad(substring(${digits}, 1, 3), 3, '0'))`;

/** Milliseconds of an epoch as written: how long it is tells seconds, milli-, micro- and nanoseconds apart. */
export const epochMs = (text: Sql): Sql =>
  bind(
    'e',
    `extractGroups(${text}, ${regexText('^(\\d{9,19})(?:\\.(\\d+))?$')})`,
    `multiIf(length(e[1]) < 12, toInt64OrZero(e[1]) * 1000 + ${millis('e[2]')}, length(e[1]) < 15, toInt64OrZero(e[1]), length(e[1]) < 18, intDiv(toInt64OrZero(e[1]), 1000), intDiv(toInt64OrZero(e[1]), 1000000))`,
  );

export const epochStamp = (ms: Sql): Stamp => ({
  k0: `toString(intDiv(${ms}, 60000))`,
  k1: "'epoch'",
  msInMinute: `toUInt32(modulo(${ms}, 60000))`,
});

/** The exact stamp of a text in any form: CLF, ISO 8601 or an epoch. All three are '' or 0 for anything else. */
export function stampOf(text: Sql): Stamp {
  const parts = `extractGroups(s, ${regexText(PARTS)})`;
  const isEpoch = `match(s, ${regexText(`^(?:${STAMP_SHAPE.epoch})$`)})`;
  const of = (epoch: Sql, written: Sql) => bind('s', text, `if(${isEpoch}, ${epoch}, ${written})`);
  return {
    k0: of(`toString(intDiv(${epochMs('s')}, 60000))`, `${parts}[1]`),
    k1: of("'epoch'", `${parts}[4]`),
    msInMinute: of(
      `toUInt32(modulo(${epochMs('s')}, 60000))`,
      `toUInt32(toUInt32OrZero(${parts}[2]) * 1000 + ${millis(`${parts}[3]`)})`,
    ),
  };
}

export const isStamp = (text: Sql): Sql => `match(${text}, ${regexText(`^(?:${STAMP_SHAPE.any})$`)})`;

/** `18/Nov/2025:06:00:00 +0000` at a known place. Always 26 bytes, so nothing need be searched. */
export function cheapClf(at: Sql): { stamp: Stamp; shape: Sql; after: Sql } {
  const cut = (from: number, length: number) => `substring(line, ${at} + ${from}, ${length})`;
  return {
    stamp: {
      k0: cut(0, 17),
      k1: cut(21, 5),
      msInMinute: `toUInt32(toUInt8OrZero(${cut(18, 2)})) * 1000`,
    },
    shape: `(${cut(20, 1)} = ' ' AND ${cut(17, 1)} = ':' AND isNotNull(toUInt8OrNull(${cut(18, 2)})))`,
    after: `(${at} + 26)`,
  };
}

/** ISO 8601 between `at` and `end`. The tail behind the seconds is a fraction, a zone, both or nothing. */
export function cheapIso(at: Sql, end: Sql, source: Sql = 'line'): { stamp: Stamp; shape: Sql } {
  const cut = (from: number, length: number) => `substring(${source}, ${at} + ${from}, ${length})`;
  const tail = `substring(${source}, ${at} + 19, greatest(0, toInt64(${end}) - toInt64(${at}) - 19))`;
  const zone = `trimLeft(${tail}, '.,0123456789')`;
  return {
    stamp: {
      k0: cut(0, 16),
      k1: zone,
      msInMinute: `toUInt32(toUInt8OrZero(${cut(17, 2)})) * 1000 + if(length(${tail}) > length(${zone}), toUInt32OrZero(rightPad(substring(${tail}, 2, least(3, length(${tail}) - length(${zone}) - 1)), 3, '0')), 0)`,
    },
    shape: `(${cut(4, 1)} = '-' AND ${cut(13, 1)} = ':' AND ${cut(16, 1)} = ':' AND isNotNull(toUInt8OrNull(${cut(17, 2)})) AND (${zone} IN ('Z', '') OR (length(${zone}) IN (5, 6) AND substring(${zone}, 1, 1) IN ('+', '-'))))`,
  };
}

const MONTHS = "['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec']";

/**
 * The instant of a wall clock reading in a zone. The offset of the day before is tried first, so an hour that
 * the clock shows twice is its first occurrence; an hour that it skips is read as if it had not been skipped.
 */
function inZone(wall: Sql, timezone: string | undefined): Sql {
  if (timezone === undefined) return wall;
  const offset = (ms: Sql) =>
    `toInt64(timeZoneOffset(toDateTime64(intDiv(${ms}, 1000), 0, ${quoteText(timezone)}))) * 1000`;
  return bind(
    'o',
    `(${offset(`(${wall} - 86400000)`)}, ${offset(`(${wall} + 86400000)`)})`,
    `if(${offset(`(${wall} - o.1)`)} != o.1 AND ${offset(`(${wall} - o.2)`)} = o.2, ${wall} - o.2, ${wall} - o.1)`,
  );
}

/** Milliseconds of the minute that the keys `k0` and `k1` name; NULL when there is no such minute or zone. */
export function minuteMs(timezone: string | undefined): Sql {
  const clf = `extractGroups(k0, ${regexText('^(\\d\\d)/([A-Za-z]{3})/(\\d{4}):(\\d\\d):(\\d\\d)$')})`;
  const iso = `extractGroups(k0, ${regexText('^(\\d{4})-(\\d\\d)-(\\d\\d)[Tt \\t](\\d\\d):(\\d\\d)$')})`;
  const pick = (c: number, i: number) => `toInt32OrZero(concat(${clf}[${c}], ${iso}[${i}]))`;
  const month = `if(${iso}[2] = '', toInt32(indexOf(${MONTHS}, lower(${clf}[2]))), toInt32OrZero(${iso}[2]))`;
  const date = 'makeDate32(t.1, t.2, t.3)';
  const isReal = `(t.2 BETWEEN 1 AND 12 AND t.3 BETWEEN 1 AND 31 AND t.4 < 24 AND t.5 < 60 AND toYear(${date}) = t.1 AND toMonth(${date}) = t.2 AND toDayOfMonth(${date}) = t.3)`;
  const wall = `if(${isReal}, toInt64(toInt32(${date})) * 86400000 + t.4 * 3600000 + t.5 * 60000, NULL)`;
  const zone = `extractGroups(k1, ${regexText('^([+-])(\\d\\d):?(\\d\\d)?$')})`;
  const zoneMs = `if(${zone}[1] = '-', -1, 1) * (toInt64OrZero(${zone}[2]) * 3600000 + toInt64OrZero(${zone}[3]) * 60000)`;
  const isZone = `(length(${zone}) > 0 AND toInt32OrZero(${zone}[2]) < 24 AND toInt32OrZero(${zone}[3]) < 60)`;
  const zoned = `multiIf(k1 IN ('Z', 'z'), w, k1 = '', ${inZone('w', timezone)}, ${isZone}, w - ${zoneMs}, NULL)`;
  const parts = `(${pick(3, 1)}, ${month}, ${pick(1, 3)}, ${pick(4, 4)}, ${pick(5, 5)})`;
  return `if(k1 = 'epoch', toInt64OrNull(k0) * 60000, ${bind('t', parts, bind('w', wall, zoned))})`;
}

/** The exact time of a row whose stamp is known, in milliseconds. */
export const timeOf = (stamp: Stamp, timezone: string | undefined): Sql =>
  `(arrayMap((k0, k1) -> ${minuteMs(timezone)}, [${stamp.k0}], [${stamp.k1}])[1] + ${stamp.msInMinute})`;
