/** The test files that `run.group.ts` is given, each a suite of its own, so that hooks of one are not run for the tests of another. */
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';

// The runner takes a moment in which nothing keeps the process alive for the end of all tests.
const alive = setInterval(() => {}, 60_000);
/** One after the other: a file that awaits something while it is read would else add its tests to another's suite. */
let read: Promise<unknown> = Promise.resolve();

for (const file of process.argv.slice(2))
  describe(file, async () => {
    const own = read.then(() => import(pathToFileURL(file).href));
    // What can't be read fails its own suite alone.
    read = own.catch(() => {});
    await own;
  });

test('the last lets the process end', () => clearInterval(alive));
