import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

export type HashJob = readonly Readonly<{ absolute: string; bytes: number }>[];
export type HashReport =
  | Readonly<{ kind: 'progress'; bytes: number }>
  | Readonly<{ kind: 'hash'; index: number; sha256: string }>
  | Readonly<{ kind: 'short'; index: number; bytes: number }>
  | Readonly<{ kind: 'failed'; index: number; message: string }>;

const BUFFER_BYTES = 4 * 1024 * 1024;
const REPORT_EVERY_BYTES = 64 * 1024 * 1024;

const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
const tell = (report: HashReport) => parentPort?.postMessage(report);
let total = 0;
let told = 0;

function hash(index: number, absolute: string, bytes: number): void {
  const sha256 = createHash('sha256');
  const file = openSync(absolute, 'r');
  try {
    for (let at = 0; at < bytes; ) {
      const read = readSync(file, buffer, 0, Math.min(BUFFER_BYTES, bytes - at), at);
      if (read === 0) {
        tell({ kind: 'short', index, bytes: at });
        return;
      }
      sha256.update(buffer.subarray(0, read));
      at += read;
      total += read;
      if (total - told >= REPORT_EVERY_BYTES) {
        told = total;
        tell({ kind: 'progress', bytes: total });
      }
    }
  } finally {
    closeSync(file);
  }
  tell({ kind: 'hash', index, sha256: sha256.digest('hex') });
}

for (const [index, { absolute, bytes }] of (workerData as HashJob).entries()) {
  try {
    hash(index, absolute, bytes);
  } catch (rawError) {
    tell({ kind: 'failed', index, message: rawError instanceof Error ? rawError.message : String(rawError) });
  }
}
tell({ kind: 'progress', bytes: total });
