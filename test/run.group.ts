/**
 * Runs the test files that it is given in this one process, so that they share what takes longest, which is loading the
 * programs and making the databases ready, and tells its parent what became of each test.
 */
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

/** What became of a test, or what one says beside its result. */
export type Word = Readonly<
  | { is: 'said'; file: string; text: string }
  | { is: 'passed'; file: string; name: string }
  | { is: 'skipped'; file: string; name: string; reason: string }
  | { is: 'failed'; file: string; name: string; why: string }
>;

const tell = (word: Word) => process.send?.(word);
/** A failure of a suite only repeats those of its tests. */
const repeatsOthers = (error: { failureType?: string } | undefined): boolean =>
  error?.failureType === 'subtestsFailed';

const FILES = fileURLToPath(new URL('./run.files.ts', import.meta.url));
// It takes the files from this process' arguments.
const stream = run({ files: [FILES], isolation: 'none' });
stream.on('test:diagnostic', ({ file, message }) => {
  if (/could not/.test(message)) tell({ is: 'said', file: file ?? '', text: message });
});
stream.on('test:pass', ({ name, file = '', skip, details }) => {
  if (skip !== undefined && skip !== false) {
    const reason = typeof skip === 'string' ? skip : 'no reason given';
    tell({ is: 'skipped', file, name, reason });
  } else if (details.type !== 'suite' && file !== FILES) tell({ is: 'passed', file, name });
});
stream.on('test:fail', ({ name, file = '', details }) => {
  const error = details.error as (Error & { failureType?: string }) | undefined;
  // The suite of a whole file is named by its path.
  const of = file === FILES ? name : file;
  if (!repeatsOthers(error)) tell({ is: 'failed', file: of, name, why: String(error?.cause ?? error) });
});
for await (const _ of stream);
process.disconnect?.();
