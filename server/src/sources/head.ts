import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { ForthrightError } from '@forthright/contract';
import { bunzip2 } from '../platform/analytics/index.ts';
import type { SourceFile } from './types.ts';

/**
 * The first `bytes` decompressed bytes of a file, fewer when it ends before; a file that breaks off or is damaged
 * further on gives what stands before. Refuses xz, which only the engine can read.
 */
export async function readHead(file: SourceFile, bytes: number): Promise<Buffer> {
  if (file.compression === 'xz')
    throw new ForthrightError(
      'file-unreadable',
      `${file.source}: ${file.path} is compressed with xz, so the names of its columns can't be read. Compress it with zstd or gzip.`,
    );
  if (file.bytes === 0 || bytes === 0) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let have = 0;
  const done = new AbortController();
  const raw = createReadStream(file.absolute, { end: file.bytes - 1, highWaterMark: 64 * 1024 });
  async function collect(source: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of source) {
      chunks.push(chunk);
      have += chunk.length;
      // More would be work for nothing, or a bomb.
      if (have >= bytes) {
        done.abort();
        return;
      }
    }
  }
  const { signal } = done;
  try {
    if (file.compression === 'none') await pipeline(raw, collect, { signal });
    else if (file.compression === 'bzip2') await pipeline(raw, bunzip2, collect, { signal });
    else {
      const unpack = file.compression === 'gzip' ? createGunzip() : createZstdDecompress();
      await pipeline(raw, unpack, collect, { signal });
    }
  } catch (rawError) {
    if (have === 0) {
      const why = rawError instanceof Error ? rawError.message : String(rawError);
      throw new ForthrightError('file-unreadable', `${file.source}: can't read ${file.path}: ${why}`, {
        cause: rawError,
      });
    }
  }
  return Buffer.concat(chunks).subarray(0, bytes);
}

const LONGEST_HEADER_BYTES = 1024 * 1024;

/** What may stand between the columns of a CSV file. */
const SEPARATORS = [',', ';', '\t', '|'] as const;

export type CsvHeader = Readonly<{ columns: readonly string[]; separator: (typeof SEPARATORS)[number] }>;

/**
 * The names in a CSV file's first record, quotes and a byte order mark taken off, and what separates them: the one
 * separator under which all columns that are `wanted` stand in it; the comma, where it does or where none or several
 * do. A header that is no UTF-8 is read as Windows-1252, as old spreadsheets write it. Refuses xz.
 */
export async function readHeader(file: SourceFile, wanted: readonly string[]): Promise<CsvHeader> {
  const refuse = (why: string) =>
    new ForthrightError('file-unreadable', `${file.source}: can't read ${file.path}: ${why}`);
  for (let bytes = 64 * 1024; ; bytes = LONGEST_HEADER_BYTES) {
    const head = await readHead(file, bytes);
    if (head.length === 0) throw refuse('it is empty; a CSV file begins with the names of its columns');
    if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
      throw refuse('it is UTF-16; save it as UTF-8');
    }
    const text = decode(head);
    const read = (separator: CsvHeader['separator']): CsvHeader | null => {
      const columns = firstRecord(text, separator, head.length < bytes);
      return columns === null ? null : { columns, separator };
    };
    const header = read(',');
    if (header !== null) {
      const holdsAll = ({ columns }: CsvHeader) => wanted.every((column) => columns.includes(column));
      if (holdsAll(header)) return header;
      const [other, ...more] = SEPARATORS.map(read).filter((found) => found !== null && holdsAll(found));
      return other == null || more.length > 0 ? header : other;
    }
    if (bytes === LONGEST_HEADER_BYTES) throw refuse('its first line has no end within 1 MB; is it CSV?');
  }
}

function decode(head: Buffer): string {
  // Cut after the last whole line, so that no character is torn in two by the end of the buffer.
  const end = head.lastIndexOf(10) + 1 || head.length;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(head.subarray(0, end));
  } catch {
    const line = head.subarray(0, head.indexOf(10) + 1 || head.length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(line);
    } catch {
      return new TextDecoder('windows-1252').decode(head.subarray(0, end));
    }
  }
}

/** The fields of the first CSV record; null when `text` ends before it does. */
function firstRecord(text: string, separator: string, isWhole: boolean): string[] | null {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let field = '';
    if (text[at] === '"') {
      for (at++; ; ) {
        const quote = text.indexOf('"', at);
        if (quote < 0) return isWhole ? [...fields, field + text.slice(at)] : null;
        field += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
    }
    const start = at;
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
    fields.push(field + text.slice(start, at));
    if (at >= text.length) return isWhole ? fields : null;
    if (text[at] !== separator) return fields;
    at++;
  }
}
