import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { linesAt } from './numbered.ts';
import type { SourceFile } from './types.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-numbered-'));
after(() => rmSync(folder, { recursive: true }));

const line = (n: number) => `line ${n} ${'é'.repeat(n % 40)}`;
const text = `${Array.from({ length: 40_000 }, (_, n) => line(n + 1)).join('\n')}\n`;

function fileOf(name: string, bytes: Buffer, compression: SourceFile['compression']): SourceFile {
  const absolute = join(folder, name);
  writeFileSync(absolute, bytes);
  return { f: 0, source: 'logs.a', path: name, absolute, bytes: bytes.length, compression, series: name };
}

const never = new AbortController().signal;

test('lines are found by their numbers, with the byte at which they begin, in whatever way the file is packed', async () => {
  const plain = Buffer.from(text);
  for (const [name, bytes, compression] of [
    ['plain', plain, 'none'],
    ['gzip', gzipSync(plain), 'gzip'],
    ['zstd', zstdCompressSync(plain), 'zstd'],
  ] as const) {
    const { lines, sha256 } = await linesAt(
      fileOf(name, bytes, compression),
      [1, 31_999, 40_000, 40_002],
      never,
    );
    assert.deepEqual([...lines.keys()], [1, 31_999, 40_000], name);
    for (const [number, found] of lines) {
      assert.equal(found.text, line(number), name);
      const begin = plain.subarray(found.offset, found.offset + Buffer.byteLength(found.text));
      assert.equal(begin.toString(), found.text, name);
    }
    assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'), name);
  }
});

test('a last line without an end is a line, and one that was appended later is none', async () => {
  const file = fileOf('open', Buffer.from('a\nb\r\nc'), 'none');
  const { lines } = await linesAt(file, [1, 2, 3], never);
  assert.deepEqual(
    [...lines],
    [
      [1, { offset: 0, text: 'a' }],
      [2, { offset: 2, text: 'b' }],
      [3, { offset: 5, text: 'c' }],
    ],
  );
  const before = await linesAt({ ...file, bytes: 2 }, [1, 2, 3], never);
  assert.deepEqual([...before.lines.keys()], [1, 2]);
});

test('when time has run out there are no more lines, and no hash', async () => {
  const { lines, sha256 } = await linesAt(
    fileOf('late', Buffer.from(text), 'none'),
    [1],
    AbortSignal.abort(),
  );
  assert.deepEqual([[...lines], sha256], [[], undefined]);
});
