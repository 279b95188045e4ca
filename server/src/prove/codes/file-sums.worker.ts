/** Shows the files of one batch to be right, one after the other. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { isFileOf } from './check.ts';
import { bitsFor, pathOfPrefix } from './commitment.ts';
import { sha256 } from './sha256.ts';
import { SUM_BYTES, type Summed, type ToSum } from './summed.ts';

const { folder, batch } = workerData as ToSum;
const bits = bitsFor(batch.size);
const sums = new Uint8Array(SUM_BYTES * 2 ** bits);
let wrong = 0;
for (let prefix = 0; prefix < 2 ** bits; prefix += 1) {
  const file = await readFile(join(folder, pathOfPrefix(prefix, bits))).catch(() => undefined);
  if (file !== undefined && (await isFileOf(file, { batch, prefix }, sha256)))
    sums.set(sha256(file), prefix * SUM_BYTES);
  else wrong += 1;
}
parentPort?.postMessage({ sums, wrong } satisfies Summed);
