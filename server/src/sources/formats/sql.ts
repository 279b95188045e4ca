import { quoteText } from '../../platform/analytics/quote.ts';
import type { Sql } from '../types.ts';

/** A regular expression as a SQL string. `.` also stands for a line feed. */
export const regexText = (source: string): Sql => quoteText(`(?s)${source}`);

/**
 * Names a value once and uses it many times: the engine evaluates it once, and the statement doesn't grow by
 * its text at each use.
 */
export const bind = (name: string, value: Sql, body: Sql): Sql =>
  `arrayMap(${name} -> ${body}, [${value}])[1]`;

/** Bytes above 127 that are no UTF-8 match neither `.` nor `[^x]`, so such a line is matched as Latin-1. */
export const TEXT: Sql = "if(isValidUTF8(line), line, convertCharset(line, 'ISO-8859-1', 'UTF-8'))";

/** Gives a value that was cut out of `TEXT` its own bytes back. */
export const ownBytes = (value: Sql): Sql =>
  `arrayMap(b -> if(b.2, b.1, convertCharset(b.1, 'UTF-8', 'ISO-8859-1')), [(${value}, isValidUTF8(line))])[1]`;

/** The groups of a regular expression in a value, whose bytes may be no UTF-8. */
export const groupsOf = (value: Sql, regex: string): Sql =>
  bind(
    'g',
    value,
    `if(isValidUTF8(g), extractGroups(g, ${regexText(regex)}), arrayMap(h -> convertCharset(h, 'UTF-8', 'ISO-8859-1'), extractGroups(convertCharset(g, 'ISO-8859-1', 'UTF-8'), ${regexText(regex)})))`,
  );

/** `-` and nothing are the same: absent. */
export const absentIfDash = (value: Sql): Sql => bind('v', value, "if(v = '-', '', v)");

/** The first value that is not empty. */
export const firstPresent = (values: readonly Sql[]): Sql =>
  values.length === 1
    ? (values[0] ?? "''")
    : bind('vs', `[${values.join(', ')}]`, "arrayFirst(x -> x != '', vs)");

/** Whether the line ends so, with or without the carriage return of a CRLF file. */
export const lineEndsWith = (text: string): Sql =>
  `(endsWith(line, ${quoteText(text)}) OR endsWith(line, ${quoteText(`${text}\r`)}))`;

export const all = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? '1' : `(${conditions.join(' AND ')})`;
