/**
 * Several files in one stream, as tar (POSIX ustar, which every system can unpack): the bundle of an incident on its way
 * to whoever asked, and backups. Read strictly: plain files under plain names, whole to the last byte.
 */
import { ForthrightError } from '@forthright/contract';

const BLOCK_BYTES = 512;
const LONGEST_NAME = 100;
/** What eleven octal digits can say; above it the size stands in binary, as GNU tar writes it. */
const MOST_OCTAL = 8 ** 11 - 1;
const PLAIN = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;

export type Packed = Readonly<{
  path: string;
  bytes: number;
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}>;

export const isPlainPath = (path: string): boolean => path.length <= LONGEST_NAME && PLAIN.test(path);

function field(header: Buffer, at: number, length: number, value: number): void {
  header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
}

function headerOf(path: string, bytes: number): Buffer {
  if (!isPlainPath(path)) throw new Error(`${path} is no name for a file in an archive.`);
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(path, 0, 'latin1');
  field(header, 100, 8, 0o600);
  field(header, 108, 8, 0);
  field(header, 116, 8, 0);
  if (bytes <= MOST_OCTAL) field(header, 124, 12, bytes);
  else {
    header.writeBigUInt64BE(BigInt(bytes), 128);
    header[124] = 0x80;
  }
  field(header, 136, 12, 0);
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Of the header with spaces where the checksum stands. */
function checksumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

const padding = (bytes: number): number => (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES;

/** The archive of these files. Throws when one is not as long as it said. */
export async function* packed(files: AsyncIterable<Packed> | Iterable<Packed>): AsyncGenerator<Uint8Array> {
  for await (const { path, bytes, content } of files) {
    yield headerOf(path, bytes);
    let written = 0;
    for await (const piece of content) {
      written += piece.length;
      if (written > bytes) break;
      yield piece;
    }
    if (written !== bytes) throw new Error(`${path} was said to have ${bytes} bytes, and has not.`);
    yield Buffer.alloc(padding(bytes));
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

const damaged = (why: string) => new ForthrightError('archive-damaged', `The archive ${why}.`);

/** Gives bytes in the portions that are asked for. */
class Reader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** At most `most` bytes; none at the end. */
  async some(most: number): Promise<Uint8Array> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#source.next();
      if (done === true) return this.#rest;
      this.#rest = value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  async exactly(bytes: number): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for (let left = bytes; left > 0; ) {
      const piece = await this.some(left);
      if (piece.length === 0) throw damaged('is cut short');
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async *content(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      const piece = await this.some(left);
      if (piece.length === 0) throw damaged('is cut short');
      left -= piece.length;
      yield piece;
    }
  }
}

function readHeader(header: Buffer): { path: string; bytes: number } {
  const octal = (at: number, length: number): number => {
    const digits = /^ *([0-7]+)[\0 ]*$/.exec(header.toString('latin1', at, at + length))?.[1];
    if (digits === undefined) throw damaged('has a broken header');
    return Number.parseInt(digits, 8);
  };
  if (octal(148, 8) !== checksumOf(header) || header.toString('latin1', 257, 262) !== 'ustar')
    throw damaged('has a broken header, or is none of ours');
  const [path = ''] = header.toString('latin1', 0, LONGEST_NAME).split('\0');
  if (header.toString('latin1', 156, 157) !== '0' || header[345] !== 0 || !isPlainPath(path))
    throw damaged('holds something that is no plain file with a plain name');
  const bytes = header[124] === 0x80 ? Number(header.readBigUInt64BE(128)) : octal(124, 12);
  if (!Number.isSafeInteger(bytes)) throw damaged('has a broken header');
  return { path, bytes };
}

/**
 * The files of an archive, in its order; the content of each must be read before the next. Refuses, as
 * `archive-damaged`, what is cut short, altered in its structure, or holds anything but plain files.
 */
export async function* unpacked(source: AsyncIterable<Uint8Array>): AsyncGenerator<Packed> {
  const reader = new Reader(source);
  for (;;) {
    const header = await reader.exactly(BLOCK_BYTES);
    if (header.every((byte) => byte === 0)) break;
    const { path, bytes } = readHeader(header);
    let left = bytes;
    const content = async function* () {
      for await (const piece of reader.content(bytes)) {
        left -= piece.length;
        yield piece;
      }
    };
    yield { path, bytes, content: content() };
    if (left !== 0) throw new Error(`${path} was not read to its end.`);
    await reader.exactly(padding(bytes));
  }
  if ((await reader.exactly(BLOCK_BYTES)).some((byte) => byte !== 0)) throw damaged('does not end as one');
  if ((await reader.some(1)).length > 0) throw damaged('goes on behind its end');
}
