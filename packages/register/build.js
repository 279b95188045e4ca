// Makes the package as it is published, in `dist` or the folder named: plain JavaScript for Node 20.12 and later, since
// Node runs no TypeScript inside node_modules. Then: npm publish packages/register/dist
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = resolve(process.argv[2] ?? join(here, 'dist'));
const tsc = join(dirname(fileURLToPath(import.meta.resolve('typescript/package.json'))), 'bin/tsc');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const args = [tsc, '-p', join(here, 'tsconfig.build.json'), '--outDir', out];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const { private: _, scripts: __, ...manifest } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const compiled = (path) => {
  const file = path.replace('./src/', './').replace(/\.ts$/, '');
  return { types: `${file}.d.ts`, default: `${file}.js` };
};
const published = {
  ...manifest,
  bin: { 'forthright-register': 'bin.js' },
  exports: Object.fromEntries(Object.entries(manifest.exports).map(([door, path]) => [door, compiled(path)])),
};
writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
copyFileSync(join(here, 'README.md'), join(out, 'README.md'));
copyFileSync(join(here, '../../LICENSE'), join(out, 'LICENSE'));
