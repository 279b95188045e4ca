import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { quoteText } from '../../platform/analytics/index.ts';
import { InProcessEngine } from '../../platform/analytics/testing.ts';
import type { CompiledFormat, Sql } from '../types.ts';
import { withDrafts } from './sql.ts';

/** Texts are bytes, one character a byte (Latin-1), so that nothing is lost on the way. */
export type Read = Readonly<{
  isDirective: boolean;
  looksRight: boolean;
  isRight: boolean;
  cheap: readonly [string, string, number];
  exact: readonly [string, string, number];
  minute: number | null;
  cheapHost: string;
  exactHost: string;
  contains: boolean;
  time: number | null;
  host: string | null;
  method: string | null;
  path: string | null;
  status: number | null;
  client: string | null;
  userAgent: string | null;
  viewer: string | null;
  session: string | null;
  person: readonly string[] | null;
  action: string | null;
  cacheStatus: string | null;
  cache: string | null;
  duration: number | null;
  recipient: string | null;
}>;

const NUMBERS = ['time', 'status', 'duration'] as const;
const TEXTS = [
  'host',
  'method',
  'path',
  'client',
  'userAgent',
  'viewer',
  'session',
  'action',
  'cacheStatus',
  'cache',
  'recipient',
] as const;

const fromHex = (value: unknown): string => Buffer.from(String(value), 'hex').toString('latin1');

/** One engine for a test file: reads lines or a table with a compiled format, every expression at once. */
export class Reading {
  readonly folder = mkdtempSync(join(tmpdir(), 'forthright-formats-'));
  readonly #session = new InProcessEngine(join(this.folder, 'engine'));
  #files = 0;

  close(): void {
    this.#session.cleanup();
    rmSync(this.folder, { recursive: true, force: true });
  }

  rows(sql: string): Record<string, unknown>[] {
    return this.#session
      .query(`${sql} SETTINGS output_format_json_quote_64bit_integers = 0`, 'JSONEachRow')
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  linesRelation(bytes: Buffer | string): Sql {
    this.#files += 1;
    const path = join(this.folder, `${this.#files}.log`);
    writeFileSync(path, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return `(SELECT toUInt32(0) AS f, _row_number AS rn, line FROM file(${quoteText(path)}, 'LineAsString', 'line String'))`;
  }

  lines(
    format: CompiledFormat,
    lines: readonly string[],
    needles: readonly string[] = ['/reviews/'],
  ): Read[] {
    return this.read(format, this.linesRelation(lines.map((line) => `${line}\n`).join('')), needles);
  }

  read(format: CompiledFormat, relation: Sql, needles: readonly string[] = ['/reviews/']): Read[] {
    const { fields } = format;
    const columns = [
      ...NUMBERS.map((name) => `${fields[name] ?? 'NULL'} AS f_${name}`),
      ...TEXTS.map((name) => `${fields[name] === null ? 'NULL' : `hex(${fields[name]})`} AS f_${name}`),
      `${fields.person ?? 'NULL'} AS f_person`,
      `${format.isDirective} AS isDirective`,
      `${format.looksRight} AS looksRight`,
      `${format.isRight} AS isRight`,
      `(${format.cheapStamp.k0}, ${format.cheapStamp.k1}, ${format.cheapStamp.msInMinute}) AS cheap`,
      `(${format.exactStamp.k0}, ${format.exactStamp.k1}, ${format.exactStamp.msInMinute}) AS exact`,
      `arrayMap((k0, k1) -> ${format.minuteMs}, [${format.exactStamp.k0}], [${format.exactStamp.k1}])[1] AS minute`,
      `hex(${format.cheapHost ?? "''"}) AS cheapHost`,
      `hex(${format.exactHost ?? "''"}) AS exactHost`,
      `${format.mayContain(needles)} AS contains`,
      `rn`,
    ];
    this.#shortcutsAgree(format, relation, needles);
    return this.rows(
      `SELECT ${columns.join(', ')} FROM ${withDrafts([...format.cheapDrafts, ...format.drafts], relation)} ORDER BY rn`,
    ).map(asRead);
  }

  /** Whatever is read: where a cheap way says that it holds, it gives what the exact one gives. */
  #shortcutsAgree(format: CompiledFormat, relation: Sql, needles: readonly string[]): void {
    const { cheapStamp, exactStamp, stampIsSure, plain, isRight } = format;
    if (plain === null) return;
    const text = (sql: Sql | null) => `toString(${sql ?? "''"})`;
    const names = Object.keys(plain.fields) as (keyof CompiledFormat['fields'])[];
    const isOther = names
      .filter((name) => plain.fields[name] !== null)
      .map((name) => `${text(plain.fields[name])} IS DISTINCT FROM ${text(format.fields[name])}`);
    const isNamed = needles.map((n) => `positionCaseInsensitive(${plain.fields.path}, ${quoteText(n)}) > 0`);
    const keys = (s: typeof cheapStamp) => `(${s.k0}, ${s.k1}, ${s.msInMinute})`;
    const rows = this.rows(
      `SELECT hex(line) AS bytes FROM ${withDrafts(format.cheapDrafts, relation)} WHERE ${isRight} AND ((${stampIsSure} AND ${keys(cheapStamp)} != ${keys(exactStamp)})
        OR (${plain.is} AND (${isOther.join(' OR ')} OR ((${[...isNamed, '0'].join(' OR ')}) AND NOT ${plain.mayContain(needles)})))) LIMIT 3`,
    );
    const lines = rows.map((row) => fromHex(row.bytes));
    if (lines.length > 0) throw new Error(`a shortcut gives something else for\n${lines.join('\n')}`);
  }
}

function asRead(row: Record<string, unknown>): Read {
  const stamp = (value: unknown): readonly [string, string, number] => {
    const [k0, k1, ms] = Object.values(value as Record<string, unknown>);
    return [String(k0), String(k1), Number(ms)];
  };
  const number = (value: unknown) => (value === null ? null : Number(value));
  const text = (name: (typeof TEXTS)[number]) =>
    row[`f_${name}`] === null ? null : fromHex(row[`f_${name}`]);
  return {
    isDirective: Boolean(row.isDirective),
    looksRight: Boolean(row.looksRight),
    isRight: Boolean(row.isRight),
    cheap: stamp(row.cheap),
    exact: stamp(row.exact),
    minute: number(row.minute),
    cheapHost: fromHex(row.cheapHost),
    exactHost: fromHex(row.exactHost),
    contains: Boolean(row.contains),
    time: number(row.f_time),
    host: text('host'),
    method: text('method'),
    path: text('path'),
    status: number(row.f_status),
    client: text('client'),
    userAgent: text('userAgent'),
    viewer: text('viewer'),
    session: text('session'),
    person: row.f_person as string[] | null,
    action: text('action'),
    cacheStatus: text('cacheStatus'),
    cache: text('cache'),
    duration: number(row.f_duration),
    recipient: text('recipient'),
  };
}

/** One request as it was, before any format wrote it down. Texts are bytes as in `Read`. */
export type Request = Readonly<{
  name: string;
  /** Wall clock and zone as the format is to write them. */
  at: Readonly<{ date: string; time: string; zone: string; ms: number }>;
  client: string;
  viewer: string;
  method: string;
  path: string;
  status: number;
  userAgent: string;
  host: string;
  mayBeReviews: boolean;
}>;

const at = (date: string, time: string, zone: string) => ({
  date,
  time,
  zone,
  ms: Date.parse(`${date}T${time}${zone.slice(0, 3)}:${zone.slice(3)}`),
});
const ORDINARY: Request = {
  name: 'an ordinary view',
  at: at('2025-11-18', '06:00:07', '+0000'),
  client: '203.0.113.7',
  viewer: 'cust4711',
  method: 'GET',
  path: '/reviews/R1?page=2',
  status: 200,
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  host: 'shop.example',
  mayBeReviews: true,
};
const like = (name: string, difference: Partial<Request>): Request => ({ ...ORDINARY, ...difference, name });

/** What every text format must be able to say and give back. */
export const REQUESTS: readonly Request[] = [
  ORDINARY,
  like('escaped quotes in the user agent', { userAgent: 'say "hi" \\ "x" ' }),
  like('IPv6', { client: '2001:db8::1:7' }),
  like('IPv6 with a zone id', { client: 'fe80::1%eth0' }),
  like('nothing but what must be', { viewer: '', userAgent: '', host: '' }),
  like('an offset east of Greenwich', { at: at('2025-11-18', '11:45:00', '+0545') }),
  like('an offset west of Greenwich, over midnight', { at: at('2025-12-31', '23:59:59', '-0800') }),
  like('the doubled hour, before the clock goes back', { at: at('2025-10-26', '02:30:00', '+0200') }),
  like('the doubled hour, after the clock went back', { at: at('2025-10-26', '02:30:00', '+0100') }),
  like('a leap day', { at: at('2024-02-29', '00:00:00', '+0000') }),
  like('a user agent that is no UTF-8', { userAgent: 'caf\xe9 \xff\xfe' }),
  like('a user agent in UTF-8', { userAgent: 'caf\xc3\xa9' }),
  like('a path that is no UTF-8', { path: '/reviews/\xe9', userAgent: 'x' }),
  like('a long line', { userAgent: 'a'.repeat(100_000) }),
  like('letters of the path URL-encoded', { path: '/%72eview%73/R1' }),
  like('slashes of the path URL-encoded', { path: '/x%2FReviews%2fR1' }),
  like('capital letters', { path: '/REVIEWS/R1' }),
  like('doubled slashes', { path: '//shop//reviews//R1' }),
  like('spaces encoded elsewhere', { path: '/search?q=red%20shoes%2F', mayBeReviews: false }),
  like('an odd method', { method: 'PROPFIND' }),
  like('a method in small letters', { method: 'get' }),
  like('a status of its own', { status: 499 }),
  like('a percent sign that encodes nothing', { path: '/100%/x%zz', mayBeReviews: false }),
  like('a quote in the path', { path: '/reviews/"R1"' }),
];
