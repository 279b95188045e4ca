import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Made first and removed with the rest; says that a folder is ours to clear. */
const MARK = '.marketplace';
/** Where `demo.ts` has the run's own files put. */
export const ANSWER_FOLDER = 'answer';
const OURS = [
  ANSWER_FOLDER,
  'data',
  'mail',
  'logs',
  'incidents',
  'truth',
  'forthright.yaml',
  'incident.yaml',
  'truth.json',
  MARK,
];

/** Empties a folder that an earlier marketplace filled, and refuses one that holds anything else. */
export function clearDirectory(directory: string): void {
  if (existsSync(directory) && readdirSync(directory).length > 0 && !existsSync(join(directory, MARK)))
    throw new Error(`${directory} is not empty and holds no marketplace; name another folder`);
  for (const name of OURS) rmSync(join(directory, name), { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, MARK), 'A synthetic marketplace. This folder may be written anew.\n');
}

/** A list of texts is written as one: all customers of a large shop are more than one string can hold. */
export type Write = (path: string, text: string | readonly string[]) => void;

/** Writes texts below a folder; names that end in `.gz` are compressed. */
export function writerIn(directory: string): Write {
  return (path, text) => {
    const absolute = join(directory, path);
    mkdirSync(dirname(absolute), { recursive: true });
    const bytes = typeof text === 'string' ? text : Buffer.concat(text.map((part) => Buffer.from(part)));
    writeFileSync(absolute, path.endsWith('.gz') ? gzipSync(bytes, { level: 1 }) : bytes);
  };
}

export function csvOf(header: string, rows: Iterable<readonly string[]>): string {
  const out = [header];
  for (const row of rows) out.push(row.map(cell).join(','));
  return `${out.join('\n')}\n`;
}

function cell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
