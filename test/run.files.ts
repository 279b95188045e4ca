/** The test files that `run.group.ts` is given, each a suite of its own, so that hooks of one are not run for the tests of another. */
import { describe } from 'node:test';
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2))
  describe(file, async () => {
    await import(pathToFileURL(file).href);
  });
