/** The cells of docs/coverage.md: which there are, which cannot be, and why. */
import type { LeakKind } from '@forthright/contract';
import { COMPRESSION_TITLES, COMPRESSIONS } from './compressions.ts';
import { FIELDS, FORMATS, type Format, TITLES } from './formats.ts';

export const ENGINES = ['embedded', 'server'] as const;
export type Engine = (typeof ENGINES)[number];

export const ENGINE_TITLES: Record<Engine, string> = {
  embedded: 'The embedded engine',
  server: 'A ClickHouse server (two shards)',
};

/** Kinds that read a log; the others read a list or a mail. */
export const LOG_KINDS = ['page', 'shared-cache', 'access', 'export', 'url'] as const satisfies LeakKind[];
export type LogKind = (typeof LOG_KINDS)[number];

export const LIST_KINDS = ['list', 'mailing', 'export'] as const satisfies LeakKind[];
export type ListKind = (typeof LIST_KINDS)[number];
export const LIST_FORMATS = ['csv', 'jsonl', 'parquet', 'eml'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];
export const LIST_TITLES: Record<ListFormat, string> = {
  csv: 'CSV',
  jsonl: 'JSON lines',
  parquet: 'Parquet',
  eml: 'mail (.eml)',
};

/** What of a user's files is compressed. */
export const COMPRESSED = ['lines', 'csv', 'directory'] as const;
export type Compressed = (typeof COMPRESSED)[number];
export const COMPRESSED_TITLES: Record<Compressed, string> = {
  lines: 'log of lines',
  csv: 'log with a header',
  directory: 'CSV directories and references',
};

/** Why a log in this format can't tell of this kind of leak; null when it can. */
export function whyNever(kind: LogKind, format: Format): string | null {
  const has = (field: (typeof FIELDS)[Format][number]) => FIELDS[format].includes(field);
  const isNameless = !has('viewer') && !has('session');
  if (kind === 'shared-cache' && !has('cacheStatus')) return 'the format says nothing of a cache (HIT, MISS)';
  if (kind === 'shared-cache' && isNameless)
    return 'the format has no account and no session, so nobody knows whose page filled the cache';
  if (kind === 'access' && isNameless)
    return 'the format has no account and no session, so nobody knows who looked';
  return null;
}

/** Why an engine does not read this format; null when it does. */
export function whyNotOn(engine: Engine, format: Format): string | null {
  return engine === 'embedded' && format.startsWith('clickhouse')
    ? 'tables of a ClickHouse server are read by that server'
    : null;
}

export type State = 'passed' | 'failed' | 'skipped';
/** Name of a cell → what became of it in one run of the suite. */
export type Results = Readonly<Record<string, State>>;

export type Table = Readonly<{
  title: string;
  engine: Engine;
  corner: string;
  rows: readonly (readonly [id: string, title: string])[];
  columns: readonly (readonly [id: string, title: string])[];
  /** Name of a cell's result, or why there can be none. */
  cell: (row: string, column: string) => Readonly<{ name: string } | { never: string }>;
}>;

export const nameOf = (...parts: readonly string[]): string => parts.join(' / ');

const titled = <T extends string>(ids: readonly T[], titles: Readonly<Record<T, string>>) =>
  ids.map((id) => [id, titles[id]] as const);

const itself = <T extends string>(ids: readonly T[]) => ids.map((id) => [id, `\`${id}\``] as const);

function tablesOn(engine: Engine): Table[] {
  return [
    {
      title: 'Kinds that read a log',
      engine,
      corner: 'log format',
      rows: titled(FORMATS, TITLES),
      columns: itself(LOG_KINDS),
      cell: (row, column) => {
        const never = whyNotOn(engine, row as Format) ?? whyNever(column as LogKind, row as Format);
        return never === null ? { name: nameOf(engine, 'log', row, column) } : { never };
      },
    },
    {
      title: 'Kinds that read a list of people or a mail',
      engine,
      corner: 'list as',
      rows: titled(LIST_FORMATS, LIST_TITLES),
      columns: itself(LIST_KINDS),
      cell: (row, column) =>
        row === 'eml' && column !== 'mailing'
          ? { never: 'only a mailing is a mail' }
          : { name: nameOf(engine, 'list', row, column) },
    },
    {
      title: 'Compression',
      engine,
      corner: 'files as',
      rows: titled(COMPRESSIONS, COMPRESSION_TITLES),
      columns: titled(COMPRESSED, COMPRESSED_TITLES),
      cell: (row, column) => ({ name: nameOf(engine, 'compression', row, column) }),
    },
  ];
}

export const TABLES: readonly Table[] = ENGINES.flatMap(tablesOn);
