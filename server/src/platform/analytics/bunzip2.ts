/**
 * bzip2, because the embedded engine is built without it and Node has none. Streams may follow each other
 * (pbzip2, rotated logs that were concatenated). One block (at most 900 kB) is decoded at a time, so memory is
 * bounded; about 20 MB/s on one core, which is what bzip2 itself does.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const GROUP_SIZE = 50;
const MAX_CODE_BITS = 20;

export class Bzip2Error extends Error {}

/** Bits of a byte stream, most significant first. `need` must be awaited before synchronous reads. */
class Bits {
  #source: AsyncIterator<Uint8Array>;
  #data: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ended = false;
  #held = 0;
  #count = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Makes `bytes` bytes readable, or as many as there are. */
  async need(bytes: number): Promise<void> {
    const parts: Uint8Array[] = [this.#data.subarray(this.#at)];
    let have = this.#data.length - this.#at;
    if (have >= bytes) return;
    while (have < bytes && !this.#ended) {
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else {
        parts.push(next.value);
        have += next.value.length;
      }
    }
    this.#data = Buffer.concat(parts);
    this.#at = 0;
  }

  get atEnd(): boolean {
    return this.#ended && this.#at >= this.#data.length;
  }

  toByte(): void {
    this.#count -= this.#count % 8;
  }

  bit(): number {
    return this.read(1);
  }

  /** Up to 24 bits. */
  read(bits: number): number {
    while (this.#count < bits) {
      const byte = this.#data[this.#at++];
      if (byte === undefined) throw new Bzip2Error('the compressed data ends too early');
      this.#held = ((this.#held << 8) | byte) >>> 0;
      this.#count += 8;
      if (this.#count > 32) throw new Bzip2Error('internal: too many bits held');
    }
    this.#count -= bits;
    return (this.#held >>> this.#count) & ((1 << bits) - 1);
  }

  read48(): number {
    return this.read(24) * 2 ** 24 + this.read(24);
  }

  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }
}

const CRC = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let c = i << 24;
  for (let k = 0; k < 8; k++) c = c & 0x80000000 ? (c << 1) ^ 0x04c11db7 : c << 1;
  CRC[i] = c >>> 0;
}

type Table = Readonly<{ limit: Int32Array; base: Int32Array; perm: Uint16Array; minBits: number }>;

function readSymbolMap(bits: Bits): Uint8Array {
  const used = bits.read(16);
  const symbols: number[] = [];
  for (let i = 0; i < 16; i++) {
    if ((used & (0x8000 >> i)) === 0) continue;
    const row = bits.read(16);
    for (let j = 0; j < 16; j++) if ((row & (0x8000 >> j)) !== 0) symbols.push(i * 16 + j);
  }
  if (symbols.length === 0) throw new Bzip2Error('a block uses no symbols');
  return Uint8Array.from(symbols);
}

function readSelectors(bits: Bits, groups: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw new Bzip2Error('a block has no selectors');
  const order = Uint8Array.from({ length: groups }, (_, i) => i);
  const selectors = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let j = 0;
    while (bits.bit() === 1) if (++j >= groups) throw new Bzip2Error('a selector is out of range');
    const group = order[j] ?? 0;
    order.copyWithin(1, 0, j);
    order[0] = group;
    selectors[i] = group;
  }
  return selectors;
}

function readTable(bits: Bits, symbols: number): Table {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let i = 0; i < symbols; i++) {
    while (true) {
      if (length < 1 || length > MAX_CODE_BITS) throw new Bzip2Error('a code length is out of range');
      if (bits.bit() === 0) break;
      length += bits.bit() === 0 ? 1 : -1;
    }
    lengths[i] = length;
  }
  return canonical(lengths);
}

function canonical(lengths: Uint8Array): Table {
  const perm = new Uint16Array(lengths.length);
  const limit = new Int32Array(MAX_CODE_BITS + 2).fill(-1);
  const base = new Int32Array(MAX_CODE_BITS + 2);
  let code = 0;
  let placed = 0;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    base[bits] = placed - code;
    for (let s = 0; s < lengths.length; s++) {
      if (lengths[s] !== bits) continue;
      perm[placed++] = s;
      code++;
    }
    limit[bits] = code - 1;
    code <<= 1;
  }
  return { limit, base, perm, minBits: Math.min(...lengths) };
}

function readSymbol(bits: Bits, table: Table): number {
  let length = table.minBits;
  let code = bits.read(length);
  while (code > (table.limit[length] ?? -1)) {
    if (++length > MAX_CODE_BITS) throw new Bzip2Error('a code is invalid');
    code = (code << 1) | bits.bit();
  }
  return table.perm[code + (table.base[length] ?? 0)] ?? 0;
}

/** The move-to-front and run-length layer: fills `into` with the block's sorted bytes, answers how many. */
function readBytes(bits: Bits, into: Uint32Array): number {
  const front = readSymbolMap(bits);
  const groups = bits.read(3);
  if (groups < 2 || groups > 6) throw new Bzip2Error('the number of code tables is out of range');
  const selectors = readSelectors(bits, groups);
  const tables = Array.from({ length: groups }, () => readTable(bits, front.length + 2));
  const end = front.length + 1;
  let count = 0;
  let run = 0;
  let place = 1;
  for (let read = 0; ; read++) {
    const table = tables[selectors[Math.floor(read / GROUP_SIZE)] ?? -1];
    if (table === undefined) throw new Bzip2Error('a block needs more selectors than it has');
    const symbol = readSymbol(bits, table);
    if (symbol <= 1) {
      run += place << symbol;
      place <<= 1;
      if (run > into.length) throw new Bzip2Error('a run is longer than its block');
      continue;
    }
    if (run > 0) {
      if (count + run > into.length) throw new Bzip2Error('a block is longer than announced');
      into.fill(front[0] ?? 0, count, count + run);
      count += run;
      run = 0;
      place = 1;
    }
    if (symbol === end) return count;
    if (count >= into.length) throw new Bzip2Error('a block is longer than announced');
    const byte = front[symbol - 1] ?? 0;
    front.copyWithin(1, 0, symbol - 1);
    front[0] = byte;
    into[count++] = byte;
  }
}

/** Undoes the sort: afterwards the high 24 bits of each cell lead to the next byte. */
function link(cells: Uint32Array, count: number): void {
  const sums = new Uint32Array(257);
  for (let i = 0; i < count; i++) {
    const next = ((cells[i] ?? 0) & 0xff) + 1;
    sums[next] = (sums[next] ?? 0) + 1;
  }
  for (let i = 0; i < 256; i++) sums[i + 1] = (sums[i + 1] ?? 0) + (sums[i] ?? 0);
  for (let i = 0; i < count; i++) {
    const byte = (cells[i] ?? 0) & 0xff;
    const to = sums[byte] ?? 0;
    sums[byte] = to + 1;
    cells[to] = ((cells[to] ?? 0) | (i << 8)) >>> 0;
  }
}

/** The first run-length layer: four equal bytes are followed by a count of further ones. */
function* expand(cells: Uint32Array, count: number, origin: number, crc: number): Generator<Uint8Array> {
  let out = new Uint8Array(count + 65536);
  let filled = 0;
  let sum = 0xffffffff;
  let cell = (cells[origin] ?? 0) >>> 8;
  let same = 0;
  let last = -1;
  for (let i = 0; i < count; i++) {
    const value = cells[cell] ?? 0;
    const byte = value & 0xff;
    cell = value >>> 8;
    const times = same === 4 ? byte : 1;
    const written = same === 4 ? last : byte;
    if (same === 4) {
      same = 0;
      last = -1;
    } else {
      same = byte === last ? same + 1 : 1;
      last = byte;
    }
    if (filled + times > out.length) {
      yield out.subarray(0, filled);
      out = new Uint8Array(count + 65536);
      filled = 0;
    }
    for (let t = 0; t < times; t++) {
      out[filled++] = written;
      sum = ((sum << 8) ^ (CRC[((sum >>> 24) ^ written) & 0xff] ?? 0)) >>> 0;
    }
  }
  if (~sum >>> 0 !== crc) throw new Bzip2Error('a block fails its checksum');
  yield out.subarray(0, filled);
}

function* readBlock(bits: Bits, cells: Uint32Array): Generator<Uint8Array> {
  const crc = bits.read32();
  if (bits.bit() === 1) throw new Bzip2Error('it was written by a bzip2 older than 0.9.5');
  const origin = bits.read(24);
  const count = readBytes(bits, cells);
  if (origin >= count) throw new Bzip2Error('a block starts outside itself');
  link(cells, count);
  yield* expand(cells, count, origin, crc);
}

// A block's code tables and data can't be longer than this, however badly it compresses.
const BLOCK_BYTES_AT_MOST = 1_300_000;

/** Decompressed bytes. Refuses with Bzip2Error when the data is cut short or damaged. */
export async function* bunzip2(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bits = new Bits(source);
  for (let streams = 0; ; streams++) {
    await bits.need(BLOCK_BYTES_AT_MOST);
    if (bits.atEnd && streams > 0) return;
    if (bits.read(24) !== 0x425a68) throw new Bzip2Error('it does not begin with BZh');
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw new Bzip2Error('its block size is out of range');
    const cells = new Uint32Array(level * 100_000);
    for (;;) {
      await bits.need(BLOCK_BYTES_AT_MOST);
      const magic = bits.read48();
      if (magic === END_MAGIC) break;
      if (magic !== BLOCK_MAGIC) throw new Bzip2Error('a block has no beginning');
      yield* readBlock(bits, cells);
    }
    bits.read32();
    bits.toByte();
  }
}

/** Writes the decompressed first `bytes` bytes of a file to another file. */
export async function unpackBzip2(from: string, to: string, bytes: number): Promise<void> {
  const target = await open(to, 'wx');
  try {
    const source = createReadStream(from, { end: bytes - 1, highWaterMark: 1 << 20 });
    for await (const piece of bunzip2(source)) await target.write(piece);
  } finally {
    await target.close();
  }
}
