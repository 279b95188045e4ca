import { quoteText } from '../../platform/analytics/index.ts';
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
  bind(`splitByChar('.', ${text})`, (e) => {
    const whole = `toInt64OrZero(${e}[1])`;
    return `multiIf(length(${e}[1]) < 12, ${whole} * 1000 + ${millis(`${e}[2]`)}, length(${e}[1]) < 15, ${whole}, length(${e}[1]) < 18, intDiv(${whole}, 1000), intDiv(${whole}, 1000000))`;
  });

export const epochStamp = (ms: Sql): Stamp => ({
  k0: `toString(intDiv(${ms}, 60000))`,
  k1: "'epoch'",
  msInMinute: `toUInt32(modulo(${ms}, 60000))`,
});

/** The exact stamp of a text in any form: CLF, ISO 8601 or an epoch. All three are '' or 0 for anything else. */
export function stampOf(text: Sql): Stamp {
  const of = (epoch: (s: Sql) => Sql, clf: (s: Sql) => Sql, written: (parts: Sql) => Sql): Sql =>
    bind(text, (s) => {
      // Nearly every CLF stamp is these 26 bytes, and cutting them is quicker than a regular expression.
      const isPlainClf = `(length(${s}) = 26 AND substring(${s}, 3, 1) = '/' AND substring(${s}, 21, 1) = ' ')`;
      const isEpoch = `match(${s}, ${regexText(`^(?:${STAMP_SHAPE.epoch})$`)})`;
      return `multiIf(${isPlainClf}, ${clf(s)}, ${isEpoch}, ${epoch(s)}, ${written(`extractGroups(${s}, ${regexText(PARTS)})`)})`;
    });
  return {
    k0: of(
      (s) => `toString(intDiv(${epochMs(s)}, 60000))`,
      (s) => `substring(${s}, 1, 17)`,
      (parts) => `${parts}[1]`,
    ),
    k1: of(
      () => "'epoch'",
      (s) => `substring(${s}, 22, 5)`,
      (parts) => `${parts}[4]`,
    ),
    msInMinute: of(
      (s) => `toUInt32(modulo(${epochMs(s)}, 60000))`,
      (s) => `toUInt32(toUInt32OrZero(substring(${s}, 19, 2)) * 1000)`,
      (parts) => `toUInt32(toUInt32OrZero(${parts}[2]) * 1000 + ${millis(`${parts}[3]`)})`,
    ),
  };
}

export const isStamp = (text: Sql): Sql => `match(${text}, ${regexText(`^(?:${STAMP_SHAPE.any})$`)})`;

/**
 * `18/Nov/2025:06:00:00 +0000` at a known place, before the text `follows`. Always 26 bytes, so nothing need be
 * searched; cut out once, because cutting six pieces out of a short text takes half the time of six out of a line.
 */
export function cheapClf(at: Sql, follows: string): { stamp: Stamp; shape: Sql } {
  const text = `substring(line, ${at}, ${26 + Buffer.byteLength(follows)})`;
  const cut = (from: number, length: number) => `substring(${text}, ${from + 1}, ${length})`;
  return {
    stamp: {
      k0: cut(0, 17),
      k1: cut(21, 5),
      msInMinute: `toUInt32(toUInt8OrZero(${cut(18, 2)})) * 1000`,
    },
    shape: isShaped(text, `00/aaa/0000:00:00:00 +0000${follows}`, follows),
  };
}

/** Whether a text has the shape of a sample: digits where it has digits, letters where it has letters, a sign as a sign. */
function isShaped(text: Sql, sample: string, follows: string): Sql {
  const shape = `translate(${text}, '0123456789${LETTERS}-', '${'0'.repeat(10)}${'a'.repeat(LETTERS.length)}+') = ${quoteText(shapeOf(sample))}`;
  // What follows is compared letter for letter as well, unless its shape is itself.
  return shapeOf(follows) === follows
    ? `(${shape})`
    : `bitAnd(${shape}, endsWith(${text}, ${quoteText(follows)}))`;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const shapeOf = (text: string): string =>
  text
    .replace(/[0-9]/g, '0')
    .replace(/[A-Za-z]/g, 'a')
    .replaceAll('-', '+');

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
    `toInt64(timeZoneOffset(toDateTime64(intDiv(ifNull(${ms}, 0), 1000), 0, ${quoteText(timezone)}))) * 1000`;
  return bind(offset(`(${wall} - 86400000)`), (before) =>
    bind(
      offset(`(${wall} + 86400000)`),
      (behind) =>
        `if(${offset(`(${wall} - ${before})`)} != ${before} AND ${offset(`(${wall} - ${behind})`)} = ${behind}, ${wall} - ${behind}, ${wall} - ${before})`,
    ),
  );
}

const CLF_MINUTE = `^${CLF}$`;
const ISO_MINUTE = `^${ISO}$`;

/** Milliseconds of the minute that the keys `k0` and `k1` name; NULL when there is no such minute or zone. */
export function minuteMs(timezone: string | undefined, k0: Sql = 'k0', k1: Sql = 'k1'): Sql {
  const isClf = `match(${k0}, ${regexText(CLF_MINUTE)})`;
  const isIso = `match(${k0}, ${regexText(ISO_MINUTE)})`;
  const cut = (clf: number, iso: number, length: number) =>
    `toInt32OrZero(substring(${k0}, if(${isClf}, ${clf}, ${iso}), ${length}))`;
  const month = `if(${isClf}, toInt32(indexOf(${MONTHS}, lower(substring(${k0}, 4, 3)))), toInt32OrZero(substring(${k0}, 6, 2)))`;
  const [day, hour, minute] = [cut(1, 9, 2), cut(13, 12, 2), cut(16, 15, 2)];
  const wall = bind(month, (m) =>
    bind(cut(8, 1, 4), (y) =>
      bind(`makeDate32(${y}, ${m}, ${day})`, (date) => {
        const isReal = `((${isClf} OR ${isIso}) AND ${hour} < 24 AND ${minute} < 60 AND toYear(${date}) = ${y} AND toMonth(${date}) = ${m} AND toDayOfMonth(${date}) = ${day})`;
        return `if(${isReal}, toInt64(toInt32(${date})) * 86400000 + ${hour} * 3600000 + ${minute} * 60000, NULL)`;
      }),
    ),
  );
  const digits = `replaceOne(${k1}, ':', '')`;
  const [zoneHour, zoneMinute] = [2, 4].map((at) => `toInt64OrZero(substring(${digits}, ${at}, 2))`);
  const zoneMs = `if(startsWith(${k1}, '-'), -1, 1) * (${zoneHour} * 3600000 + ${zoneMinute} * 60000)`;
  const isZone = `(match(${k1}, ${regexText('^[+-]\\d\\d(?::?\\d\\d)?$')}) AND ${zoneHour} < 24 AND ${zoneMinute} < 60)`;
  const zoned = bind(
    wall,
    (w) =>
      `multiIf(${k1} IN ('Z', 'z'), ${w}, ${k1} = '', ${inZone(w, timezone)}, ${isZone}, ${w} - ${zoneMs}, NULL)`,
  );
  return `if(${k1} = 'epoch', toInt64OrNull(${k0}) * 60000, ${zoned})`;
}

/**
 * The exact time of a row whose stamp is known, in milliseconds. Here a lambda: the engine unfolds aliases, and
 * the stamp's text stands in `minuteMs` too often for that.
 */
export const timeOf = (stamp: Stamp, timezone: string | undefined): Sql =>
  `(arrayMap((k0, k1) -> ${minuteMs(timezone)}, [${stamp.k0}], [${stamp.k1}])[1] + ${stamp.msInMinute})`;
