import { Worker } from 'node:worker_threads';
import { ForthrightError } from '@forthright/contract';
import type { HashJob, HashReport } from './hash.worker.ts';
import type { SourceFile } from './types.ts';

export type HashOptions = Readonly<{
  onProgress?: (doneBytes: number, totalBytes: number) => void;
  signal?: AbortSignal;
}>;

/**
 * SHA-256 of each file's first `bytes` bytes, by its number `f`. Done in a thread of its own, so that the main
 * one stays free. Refuses when a file became shorter or can't be read; ends at once when aborted.
 */
export async function hashFiles(
  files: readonly SourceFile[],
  { onProgress, signal }: HashOptions = {},
): Promise<ReadonlyMap<number, string>> {
  const hashes = new Map<number, string>();
  if (signal?.aborted) throw interrupted(signal);
  if (files.length === 0) return hashes;
  const totalBytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const job: HashJob = files.map(({ absolute, bytes }) => ({ absolute, bytes }));
  const worker = new Worker(new URL('./hash.worker.ts', import.meta.url), { workerData: job });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(interrupted(signal));
  signal?.addEventListener('abort', abort, { once: true });
  worker.on('message', (report: HashReport) => {
    if (report.kind === 'progress') {
      onProgress?.(report.bytes, totalBytes);
      return;
    }
    const file = files[report.index];
    if (file === undefined) return;
    if (report.kind === 'hash') hashes.set(file.f, report.sha256);
    else reject(refusal(file, report));
  });
  worker.on('error', reject);
  worker.on('exit', () => resolve());
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
  if (hashes.size < new Set(files.map((file) => file.f)).size) {
    throw new ForthrightError('internal', 'the thread that hashes files ended before its work did');
  }
  return hashes;
}

function refusal(
  file: SourceFile,
  report: Extract<HashReport, { kind: 'short' | 'failed' }>,
): ForthrightError {
  if (report.kind === 'failed') {
    return new ForthrightError(
      'file-unreadable',
      `${file.source}: can't read ${file.path}: ${report.message}`,
    );
  }
  const message = `${file.path} shrank from ${file.bytes} to ${report.bytes} bytes while it was read; run again on files that rest, such as copies`;
  return new ForthrightError('evidence-changed', message);
}

function interrupted(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  if (reason instanceof ForthrightError) return reason;
  return new ForthrightError('interrupted', 'stopped while files were being hashed', { cause: reason });
}
