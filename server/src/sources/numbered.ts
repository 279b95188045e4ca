/** Single lines of a file by their numbers, as they stand in it. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { bunzip2 } from '../platform/analytics/index.ts';
import type { SourceFile } from './types.ts';

export type NumberedLine = Readonly<{
  /** Where it begins, in bytes of the unpacked file. */
  offset: number;
  text: string;
}>;
export type NumberedLines = Readonly<{
  /** By number, counted from 1; a line that was not reached is missing. */
  lines: ReadonlyMap<number, NumberedLine>;
  /** Of the bytes that were asked for; undefined when time ran out before their end. */
  sha256: string | undefined;
}>;

const LONGEST_BYTES = 16_384;
const NEWLINE = 10;

/**
 * Reads the first `bytes` bytes of a file, and picks lines out of it. All of it is hashed, so that whoever asks can tell whether it
 * is the file that they mean. Ends when `signal` says so. Throws what the file system or a decompressor says; xz gives no lines.
 */
export async function linesAt(
  file: SourceFile,
  wanted: readonly number[],
  signal: AbortSignal,
): Promise<NumberedLines> {
  const hash = createHash('sha256');
  const picker = new Picker(wanted);
  if (file.bytes === 0) return { lines: picker.found, sha256: hash.digest('hex') };
  const raw = createReadStream(file.absolute, { end: file.bytes - 1, highWaterMark: 256 * 1024 });
  async function* hashed(source: AsyncIterable<Buffer>) {
    for await (const piece of source) {
      hash.update(piece);
      yield piece;
    }
  }
  async function pick(source: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of source) picker.take(piece);
    picker.end();
  }
  try {
    if (file.compression === 'none') await pipeline(raw, hashed, pick, { signal });
    else if (file.compression === 'bzip2') await pipeline(raw, hashed, bunzip2, pick, { signal });
    else if (file.compression === 'xz') await pipeline(raw, hashed, drain, { signal });
    else {
      const unpack = file.compression === 'gzip' ? createGunzip() : createZstdDecompress();
      await pipeline(raw, hashed, unpack, pick, { signal });
    }
  } catch (error) {
    if (signal.aborted) return { lines: picker.found, sha256: undefined };
    throw error;
  }
  return { lines: picker.found, sha256: hash.digest('hex') };
}

async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}

/** Counts lines over pieces of bytes, and keeps those that are wanted. */
class Picker {
  readonly found = new Map<number, NumberedLine>();
  readonly #wanted: ReadonlySet<number>;
  #line = 1;
  #lineAt = 0;
  #at = 0;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(wanted: readonly number[]) {
    this.#wanted = new Set(wanted);
  }

  take(rawPiece: Uint8Array): void {
    const piece = Buffer.from(rawPiece.buffer, rawPiece.byteOffset, rawPiece.byteLength);
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      this.#keep(piece, from, end);
      this.#close(this.#at + end + 1);
      from = end + 1;
    }
    this.#keep(piece, from, piece.length);
    this.#at += piece.length;
  }

  end(): void {
    this.#close(this.#at);
  }

  #keep(piece: Buffer, from: number, to: number): void {
    if (!this.#wanted.has(this.#line) || this.#length >= LONGEST_BYTES) return;
    const part = Buffer.from(piece.subarray(from, Math.min(to, from + LONGEST_BYTES - this.#length)));
    this.#parts.push(part);
    this.#length += part.length;
  }

  #close(next: number): void {
    if (this.#wanted.has(this.#line)) {
      const text = Buffer.concat(this.#parts).toString('utf8').replace(/\r$/, '');
      this.found.set(this.#line, { offset: this.#lineAt, text });
      this.#parts = [];
      this.#length = 0;
    }
    this.#line += 1;
    this.#lineAt = next;
  }
}
