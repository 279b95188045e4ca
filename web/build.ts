/**
 * `npm run build`: the web application into `web/dist`, each file also compressed. Does nothing when what it is made of is
 * the same as the last time, so that tests and the demo call it at each start.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
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
    '../packages/contract/src/lists.ts',
    ...globSync('{src,public}/**/*.*', { cwd: ROOT }),
  ];
  const hash = createHash('sha256').update(readFileSync(join(ROOT, '../package-lock.json')));
  for (const file of files.filter((name) => !/\.test\.\w+$/.test(name)).sort())
    hash.update(`\0${file.replaceAll('\\', '/')}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

const isMade = (hash: string): boolean => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash;

/**
 * Builds what is not built; answers the folder. Several may build at once: each in a folder of its own, which takes the place of the
 * last whole, so that nobody reads half a build.
 */
export async function buildWeb(): Promise<string> {
  await writeApiTypes();
  const hash = sourceHash();
  if (isMade(hash)) return DIST;
  const own = mkdtempSync(`${DIST}-`);
  try {
    await buildInto(own);
    writeFileSync(join(own, basename(STAMP)), hash);
    if (!isMade(hash)) replace(own);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
  return DIST;
}

/** Puts the folder in the place of the last build. Where another process did so a moment ago, that one stays. */
function replace(own: string): void {
  const old = mkdtempSync(`${DIST}-`);
  try {
    if (existsSync(DIST)) renameSync(DIST, join(old, 'dist'));
    renameSync(own, DIST);
  } catch (error) {
    if (!existsSync(STAMP)) throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

async function buildInto(folder: string): Promise<void> {
  const { build } = await import('vite');
  await build({
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  });
  for (const file of globSync('**/*.*', { cwd: folder }).filter((name) => COMPRESSED.test(name))) {
    const path = join(folder, file);
    const bytes = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(
      `${path}.br`,
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    );
  }
}

if (import.meta.main) {
  const began = performance.now();
  await buildWeb();
  process.stderr.write(`web/dist is made (${((performance.now() - began) / 1000).toFixed(1)} s).\n`);
}
