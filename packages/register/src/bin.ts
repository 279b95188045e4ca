#!/usr/bin/env node
import { main } from './cli/index.ts';

// A reader that closes the pipe has seen enough; the exit code still tells.
process.stdout.on('error', () => {});

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  now: () => new Date(),
});
