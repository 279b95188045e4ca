/** Lines of text at given rows of a log's files, as they stand there. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { SourceFile } from '../sources/index.ts';

/** A longer line is no line of a log. */
const LONGEST = 20_000;

const OPENS: Partial<Record<SourceFile['compression'], (from: Readable) => Readable>> = {
  none: (from) => from,
  gzip: (from) => from.pipe(createGunzip()),
  zstd: (from) => from.pipe(createZstdDecompress()),
};

/**
 * The lines at these rows (from 0, the header with it). What is no text, is packed otherwise, or is longer than 20,000
 * characters is left out.
 */
export async function linesAt(
  file: SourceFile,
  rows: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  const opens = OPENS[file.compression];
  if (opens === undefined || rows.size === 0 || file.path.endsWith('.parquet')) return found;
  const last = Math.max(...rows);
  const from = createReadStream(file.absolute, { end: Math.max(0, file.bytes - 1) });
  let n = 0;
  try {
    for await (const line of createInterface({ input: opens(from), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (rows.has(n) && line.length <= LONGEST) found.set(n, line);
      n += 1;
      if (n > last) break;
    }
  } finally {
    from.destroy();
  }
  return found;
}
