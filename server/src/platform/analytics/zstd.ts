/**
 * Whether a zstd file is whole. The engine takes a file that was cut short for one that ends there: it would
 * silently give fewer lines, and nobody would know of the hole. Only headers are read, nothing is unpacked.
 */
import { closeSync, openSync, readSync } from 'node:fs';

const FRAME = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

type Read = (at: number, bytes: number) => Buffer;

/** The length of the frame header behind the magic number, and whether a checksum ends the frame. */
function frameHeader(descriptor: number): { bytes: number; checksum: boolean } {
  const single = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const size = sizeFlag === 0 ? (single ? 1 : 0) : 1 << sizeFlag;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  return { bytes: 1 + (single ? 0 : 1) + dictionary + size, checksum: (descriptor & 4) !== 0 };
}

/** Where the frame's blocks end. */
function afterBlocks(read: Read, from: number): number {
  let at = from;
  for (;;) {
    const header = read(at, 3).readUIntLE(0, 3);
    const repeated = ((header >> 1) & 3) === 1;
    at += 3 + (repeated ? 1 : header >> 3);
    if ((header & 1) === 1) return at;
  }
}

function afterFrame(read: Read, at: number): number {
  const magic = read(at, 4).readUInt32LE(0);
  if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) return at + 8 + read(at + 4, 4).readUInt32LE(0);
  if (magic !== FRAME) throw new Error(`it holds something else than zstd at byte ${at}`);
  const header = frameHeader(read(at + 4, 1).readUInt8(0));
  return afterBlocks(read, at + 4 + header.bytes) + (header.checksum ? 4 : 0);
}

/** Refuses when the first `bytes` bytes of the file do not end where a frame ends. */
export function checkZstd(path: string, bytes: number): void {
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(8);
  const read: Read = (at, length) => {
    if (at + length > bytes || readSync(file, buffer, 0, length, at) < length)
      throw new Error('it was cut short');
    return buffer;
  };
  try {
    let at = 0;
    while (at < bytes) at = afterFrame(read, at);
    if (at > bytes) throw new Error('it was cut short');
  } finally {
    closeSync(file);
  }
}
