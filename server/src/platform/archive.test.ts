import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ForthrightError } from '@forthright/contract';
import { type Packed, packed, unpacked } from './archive.ts';

const file = (path: string, text: string): Packed => ({
  path,
  bytes: Buffer.byteLength(text),
  content: [Buffer.from(text)],
});

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(bytes: Buffer, size = 700): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const { path, content } of unpacked(inPieces(bytes, size)))
    found.push([path, (await bytesOf(content as AsyncIterable<Uint8Array>)).toString()]);
  return found;
}

const FILES = [file('manifest.json', '{}'), file('a/b.txt', 'x'.repeat(512)), file('empty', '')];

test('what was packed is unpacked, in pieces of any size, and by tar itself', async () => {
  const bytes = await bytesOf(packed(FILES));
  for (const size of [1, 511, 512, 513, 100_000])
    assert.deepEqual(await readAll(bytes, size), [
      ['manifest.json', '{}'],
      ['a/b.txt', 'x'.repeat(512)],
      ['empty', ''],
    ]);
  const folder = mkdtempSync(join(tmpdir(), 'forthright-tar-'));
  try {
    writeFileSync(join(folder, 'a.tar'), bytes);
    const { status } = spawnSync('tar', ['-xf', 'a.tar'], { cwd: folder });
    assert.equal(status, 0);
    assert.equal(readFileSync(join(folder, 'a/b.txt'), 'utf8'), 'x'.repeat(512));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a length above eight gigabytes is kept', async () => {
  const huge: Packed = { path: 'huge', bytes: 2 ** 40, content: [] };
  const header = (await packed([huge]).next()).value as Uint8Array;
  const archive = unpacked(inPieces(Buffer.from(header), 512));
  const { value } = await archive.next();
  assert.equal((value as Packed).bytes, 2 ** 40);
});

const isDamaged = (error: ForthrightError) => error.code === 'archive-damaged';

test('what is cut short anywhere, or goes on behind its end, is refused', async () => {
  const bytes = await bytesOf(packed(FILES));
  for (const end of [0, 100, 512, 700, 1024, 1600, bytes.length - 512, bytes.length - 1])
    await assert.rejects(readAll(bytes.subarray(0, end)), isDamaged, String(end));
  await assert.rejects(readAll(Buffer.concat([bytes, Buffer.from('x')])), isDamaged);
  await assert.rejects(readAll(Buffer.from('<html>'.repeat(1000))), isDamaged);
});

test('names that lead elsewhere, links and folders are neither written nor read', async () => {
  for (const path of [
    '../a',
    '/a',
    'a/../b',
    'a//b',
    'a\\b',
    'a\u0000b',
    '',
    '.',
    'a/.',
    'ä',
    'x'.repeat(101),
  ])
    await assert.rejects(bytesOf(packed([file(path, 'x')])), /no name/, path);
  for (const [at, byte] of [
    [156, 0x32],
    [156, 0x35],
    [0, 0x2f],
    [345, 0x61],
  ] as const) {
    const bytes = await bytesOf(packed([file('a.txt', 'x')]));
    bytes[at] = byte;
    const sum = bytes.subarray(0, 512).reduce((all, b, i) => all + (i >= 148 && i < 156 ? 0x20 : b), 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    await assert.rejects(readAll(bytes), isDamaged);
  }
});

test('a file that is not as long as it said is not packed', async () => {
  for (const bytes of [1, 3])
    await assert.rejects(bytesOf(packed([{ ...file('a', 'xx'), bytes }])), /was said/);
});
