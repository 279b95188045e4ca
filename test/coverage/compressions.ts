import { spawnSync } from 'node:child_process';
import { gzipSync, zstdCompressSync } from 'node:zlib';

export const COMPRESSIONS = ['plain', 'gz', 'zst', 'bz2'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export const COMPRESSION_TITLES: Record<Compression, string> = {
  plain: 'plain',
  gz: 'gzip',
  zst: 'zstd',
  bz2: 'bzip2',
};

/** Why this cannot be written here, or undefined: for `skip`. */
export function whyNoCompression(compression: Compression): string | undefined {
  return compression === 'bz2' && spawnSync('bzip2', ['--help']).status !== 0
    ? 'bzip2 is not installed (Debian: apt-get install bzip2)'
    : undefined;
}

export function compress(content: Buffer, compression: Compression): Buffer {
  switch (compression) {
    case 'plain':
      return content;
    case 'gz':
      return gzipSync(content);
    case 'zst':
      return zstdCompressSync(content);
    case 'bz2':
      return spawnSync('bzip2', ['-c'], { input: content, maxBuffer: 1 << 30 }).stdout;
  }
}
