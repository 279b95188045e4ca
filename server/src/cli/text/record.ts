/** An answer of the server as people read it: its own names in words, a table where that fits. */
import { visible } from '../../kernel/index.ts';

type Json = { readonly [name: string]: unknown };

const WIDEST = 180;
const INDENT = '  ';

const words = (name: string): string => name.replaceAll(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

function plain(value: unknown): string {
  if (value === null) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  // A text of several lines stays one value; a control character in it is shown and does nothing.
  return String(value).split('\n').map(visible).join('\n');
}

/** `{ incident: 'inc_…', version: 1 }` as `incident  inc_…` and `version   1`. */
export function recordText(value: unknown): string {
  return `${block(value, '')}\n`;
}

function block(value: unknown, indent: string): string {
  if (isPlain(value)) return `${indent}${plain(value).replaceAll('\n', `\n${indent}`)}`;
  if (Array.isArray(value)) return list(value, indent);
  const fields = Object.entries(value as Json).filter(([, inner]) => inner !== undefined);
  const width = Math.max(
    0,
    ...fields.filter(([, inner]) => isPlain(inner)).map(([name]) => words(name).length),
  );
  return fields.map(([name, inner]) => field(words(name), inner, indent, width)).join('\n');
}

function field(name: string, value: unknown, indent: string, width: number): string {
  if (isPlain(value)) {
    const lead = `${indent}${visible(name).padEnd(width)}  `;
    return `${lead}${plain(value).replaceAll('\n', `\n${' '.repeat(lead.length)}`)}`;
  }
  const isEmpty = Array.isArray(value) ? value.length === 0 : Object.keys(value as Json).length === 0;
  if (isEmpty) return `${indent}${visible(name)}  none`;
  if (Array.isArray(value) && value.every(isPlain))
    return `${indent}${visible(name)}  ${value.map(plain).join(', ')}`;
  return `${indent}${visible(name)}\n${block(value, `${indent}${INDENT}`)}`;
}

function list(values: readonly unknown[], indent: string): string {
  if (values.length === 0) return `${indent}none`;
  const rows = values.filter(isObject);
  const table = rows.length === values.length ? tableOf(rows, indent) : undefined;
  if (table !== undefined) return table;
  return values.map((value) => block(value, indent)).join(rows.length === values.length ? '\n\n' : '\n');
}

/** Undefined when a value is none that fits into a cell, or the lines would be too wide. */
function tableOf(rows: readonly Json[], indent: string): string | undefined {
  const names = [...new Set(rows.flatMap(Object.keys))];
  const cell = (value: unknown) =>
    value === undefined
      ? ''
      : Array.isArray(value) && value.every(isPlain)
        ? value.map(plain).join(', ')
        : isPlain(value)
          ? plain(value)
          : undefined;
  const cells = rows.map((row) => names.map((name) => cell(row[name])));
  if (cells.some((row) => row.some((text) => text === undefined || text.includes('\n')))) return undefined;
  const all = [names.map((name) => visible(words(name))), ...(cells as string[][])];
  const widths = names.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  if (indent.length + widths.reduce((sum, width) => sum + width + 2, 0) > WIDEST) return undefined;
  return all
    .map((row) => `${indent}${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}
