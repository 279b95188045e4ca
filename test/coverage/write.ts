/** Writes docs/coverage.md from what passed in the last run of coverage.test.ts: `node test/coverage/write.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Results } from './cells.ts';
import { pageOf } from './report.ts';

const RESULTS = new URL('../.out/coverage.json', import.meta.url);
const PAGE = new URL('../../docs/coverage.md', import.meta.url);

const results = JSON.parse(readFileSync(RESULTS, 'utf8')) as Results;
const skipped = Object.values(results).filter((state) => state === 'skipped').length;
if (skipped > 0) {
  console.error(
    `${skipped} cells were skipped in the last run, so the page would lose them: nothing written.`,
  );
  process.exitCode = 1;
} else {
  writeFileSync(PAGE, pageOf(results));
  console.log(
    `docs/coverage.md: ${Object.values(results).filter((state) => state === 'passed').length} cells passed.`,
  );
}
