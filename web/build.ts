/**
 * `npm run build`: the web application into `web/dist`, each file also compressed. Does nothing when what it is made of is
 * the same as the last time, so that tests and the demo call it at each start.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { writeApiTypes } from './generate.ts';

const ROOT = import.meta.dirname;
export const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, 'made-of.txt');
/** Fonts are compressed in themselves. */
const COMPRESSED = /\.(?:js|css|html|svg|json)$/;

/** One hash over all that the result hangs on. */
function sourceHash(): string {
  const files = [
    'index.html',
    'package.json',
    'vite.config.ts',
    'build.ts',
    ...globSync('{src,public}/**/*.*', { cwd: ROOT }),
  ];
  const hash = createHash('sha256').update(readFileSync(join(ROOT, '../package-lock.json')));
  for (const file of files.filter((name) => !/\.test\.\w+$/.test(name)).sort())
    hash.update(`\0${file.replaceAll('\\', '/')}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/** Builds what is not built; answers the folder. */
export async function buildWeb(): Promise<string> {
  await writeApiTypes();
  const hash = sourceHash();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return DIST;
  const { build } = await import('vite');
  await build({ configFile: join(ROOT, 'vite.config.ts'), logLevel: 'warn' });
  for (const file of globSync('**/*.*', { cwd: DIST }).filter((name) => COMPRESSED.test(name))) {
    const path = join(DIST, file);
    const bytes = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(
      `${path}.br`,
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    );
  }
  // Last: a build that was broken off has none, and is made again.
  writeFileSync(STAMP, hash);
  return DIST;
}

if (import.meta.main) {
  const began = performance.now();
  await buildWeb();
  process.stderr.write(`web/dist is made (${((performance.now() - began) / 1000).toFixed(1)} s).\n`);
}
