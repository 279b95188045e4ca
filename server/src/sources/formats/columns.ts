import { ForthrightError, type LogSource } from '@forthright/contract';
import { quoteColumn, quoteName, quoteText } from '../../platform/analytics/index.ts';
import type { CompiledFormat, Sql } from '../types.ts';
import { mayContain } from './contains.ts';
import { absentIfDash, bind } from './sql.ts';
import { epochStamp, isStamp, minuteMs, type Stamp, stampOf, timeOf } from './stamp.ts';
import { fieldsFrom, type Reader, USUAL_NAMES, USUAL_TIMES } from './values.ts';

export type TypedColumn = Readonly<{ name: string; type: string }>;
type Leaf = Readonly<{ sql: Sql; type: string }>;

const WRAPPER = /^(?:Nullable|LowCardinality)\((.*)\)$/s;
function bare(type: string): string {
  const inner = WRAPPER.exec(type)?.[1];
  return inner === undefined ? type : bare(inner);
}

/** The elements of `Tuple(path String, user Tuple(id UInt64))`, split at its own commas only. */
function elementsOf(type: string): TypedColumn[] {
  const body = /^Tuple\((.*)\)$/s.exec(bare(type))?.[1] ?? '';
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const c of body) {
    if (c === ',' && depth === 0) {
      parts.push(part);
      part = '';
      continue;
    }
    depth += c === '(' ? 1 : c === ')' ? -1 : 0;
    part += c;
  }
  return [...parts, part].flatMap((text) => {
    const [, quoted, plain, elementType] = /^\s*(?:`((?:[^`\\]|\\.)*)`|(\w+)) (.+)$/s.exec(text) ?? [];
    const name = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    return name === undefined || elementType === undefined ? [] : [{ name, type: elementType }];
  });
}

/** A column by its own name, or an element of a nested one by its dotted path. */
function leafOf(columns: readonly TypedColumn[], name: string): Leaf | null {
  const whole = columns.find((column) => column.name === name);
  if (whole !== undefined) return { sql: quoteColumn(name), type: bare(whole.type) };
  const [first, ...path] = name.split('.');
  let leaf: Leaf | null = null;
  for (const [i, part] of [first ?? '', ...path].entries()) {
    const siblings: readonly TypedColumn[] = i === 0 ? columns : elementsOf(leaf?.type ?? '');
    const found = siblings.find((column) => column.name === part);
    if (found === undefined) return null;
    leaf = {
      sql: leaf === null ? quoteColumn(part) : `${leaf.sql}.${quoteName(part)}`,
      type: bare(found.type),
    };
  }
  return leaf;
}

const textOf = ({ sql, type }: Leaf): Sql =>
  type.startsWith('Array(')
    ? `toJSONString(arrayMap(x -> ifNull(toString(x), ''), ${sql}))`
    : type === 'String'
      ? `ifNull(${sql}, '')`
      : `ifNull(toString(${sql}), '')`;

/** Milliseconds of a typed time; null when the column holds text. */
function typedMs({ sql, type }: Leaf): Sql | null {
  if (type.startsWith('DateTime'))
    // Without a default of its own type: as a constant of a statement passed on to shards it can't be read there.
    return `toUnixTimestamp64Milli(toDateTime64(assumeNotNull(${sql}), 3))`;
  if (/^U?Int\d+$/.test(type)) {
    return bind(
      `toInt64(ifNull(${sql}, 0))`,
      (n) =>
        `multiIf(abs(${n}) < 100000000000, ${n} * 1000, abs(${n}) < 100000000000000, ${n}, abs(${n}) < 100000000000000000, intDiv(${n}, 1000), intDiv(${n}, 1000000))`,
    );
  }
  if (/^(?:Float|Decimal)/.test(type))
    return bind(
      `toFloat64(ifNull(${sql}, 0))`,
      (n) => `toInt64(round(if(abs(${n}) < 1e11, ${n} * 1000, ${n})))`,
    );
  return null;
}

/** Nearly every path begins with a slash and has no space, so that it is neither an address nor a request line. */
const quickPath = (text: Sql, exact: Sql): Sql =>
  `if(startsWith(${text}, '/') AND position(${text}, ' ') = 0, ${text}, ${exact})`;

function withinSql(column: Sql, from: number, to: number): Sql {
  const instant = (ms: number) =>
    `toDateTime64(${quoteText(new Date(ms).toISOString().replace('T', ' ').slice(0, 23))}, 3, 'UTC')`;
  return `(${column} >= ${instant(from)} AND ${column} < ${instant(to)})`;
}

/** Columns with types of their own. A row without a time is rejected. */
export function compileColumns(
  log: LogSource,
  columns: readonly TypedColumn[],
  timezone: string | undefined,
): CompiledFormat {
  const mapped = log.columns ?? {};
  const missing = Object.values(mapped).filter((name) => leafOf(columns, name) === null);
  const timeName = mapped.time ?? USUAL_TIMES.find((name) => leafOf(columns, name) !== null);
  const time = timeName === undefined ? null : leafOf(columns, timeName);
  if (missing.length > 0 || time === null)
    throw new ForthrightError(
      'column-unknown',
      `${missing.length > 0 ? `No column ${missing.join(', ')}` : 'No column for the time'}: there are ${columns.map((column) => column.name).join(', ')}.`,
    );
  const read: Reader = (name) => {
    const leaf = leafOf(columns, name);
    return leaf === null ? null : absentIfDash(textOf(leaf));
  };
  const ms = typedMs(time);
  const text = textOf(time);
  // A minute as a number is a group key three times as quick as its text.
  const stamp: Stamp = ms === null ? stampOf(text) : { ...epochStamp(ms), k0: `intDiv(${ms}, 60000)` };
  const isRight = ms === null ? isStamp(text) : `isNotNull(${time.sql})`;
  const fields = fieldsFrom(
    read,
    ms === null ? timeOf(stamp, timezone) : `if(isNull(${time.sql}), NULL, ${ms})`,
    {
      columns: mapped,
    },
  );
  const hostNames = mapped.host === undefined ? USUAL_NAMES.host : [mapped.host];
  const [hostLeaf, ...otherHosts] = hostNames
    .map((name) => leafOf(columns, name))
    .filter((leaf) => leaf !== null);
  const host = hostLeaf !== undefined && otherHosts.length === 0 ? textOf(hostLeaf) : fields.host;
  const path = mapped.path === undefined ? null : leafOf(columns, mapped.path);
  return {
    over: 'columns',
    isDirective: '0',
    cheapDrafts: [],
    looksRight: isRight,
    isRight,
    cheapStamp: stamp,
    exactStamp: stamp,
    stampIsSure: '1',
    minuteMs: ms === null ? minuteMs(timezone) : 'toNullable(k0 * 60000)',
    stampsHaveZone: ms !== null,
    // As it stands: groups of rows are given their host's usual form, rows are not.
    cheapHost: host,
    exactHost: host,
    drafts: [],
    fields: {
      ...fields,
      path: path === null || fields.path === null ? fields.path : quickPath(textOf(path), fields.path),
    },
    plain: null,
    within: time.type.startsWith('DateTime') ? (from, to) => withinSql(time.sql, from, to) : null,
    mayContain: mayContain(path === null ? (fields.path ?? "''") : textOf(path), 'none'),
  };
}
