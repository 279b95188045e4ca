/**
 * What the register costs: `node bench/register.ts [ENTRIES]`. Appends that many entries, writes the whole bundle, and
 * checks it with the command that a stranger would use, in a process of its own.
 */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NOW, ORIGIN, sampleSigner, termOf } from '../packages/register/src/samples.ts';
import { encodeEntry } from '../packages/register/src/tree/index.ts';
import {
  append,
  appendEntries,
  MemoryLog,
  proveInclusion,
  signCheckpoint,
  writeBundle,
} from '../packages/register/src/write/index.ts';
import { measure } from './measure.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const COMMAND = join(HERE, '../packages/register/bin/forthright-register.js');
const count = Number(process.argv[2] ?? 1_000_000);
const directory = join(HERE, '.data', `register-${count}`);
const signer = sampleSigner();

const time = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  const began = performance.now();
  const result = await work();
  console.log(`${name}: ${((performance.now() - began) / 1000).toFixed(2)} s`);
  return result;
};

const entries = Array.from({ length: count }, (_, number) =>
  encodeEntry({ at: NOW.toISOString(), kind: 'notice-sent', number, person: `commitment/v1:${number}` }),
);
const log = new MemoryLog();
await time(`append ${count} entries, 1,000 at a time`, async () => {
  for (let at = 0; at < count; at += 1000) await appendEntries(log, null, entries.slice(at, at + 1000));
});
const frontier = await log.lockFrontier(null);
await time('append 10,000 more, one at a time (not stored)', async () => {
  for (let i = 0; i < 10_000; i += 1) append(frontier, entries.slice(0, 1));
});
await time('prove 10,000 inclusions', async () => {
  for (let i = 0; i < 10_000; i += 1) await proveInclusion(log.readTiles, (i * 7919) % count, count);
});
const { root } = append(frontier, []);
const checkpoint = await signCheckpoint({ origin: ORIGIN, size: count, root }, signer);
const shapes = [
  ['the whole log', 'together', entries.length],
  ['every second entry, proofs together', 'together', 2],
  ['10,000 entries, a proof each', 'each', Math.max(1, count / 10_000)],
] as const;
for (const [name, proofs, step] of shapes) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const shown = function* () {
    const every = step === entries.length ? 1 : Math.floor(step);
    for (let index = 0; index < count; index += every) yield { index, entry: entries[index] as Uint8Array };
  };
  await time(`write ${name}`, () =>
    writeBundle(directory, {
      checkpoint,
      keys: [termOf(signer)],
      proofs,
      entries: shown(),
      readTiles: log.readTiles,
    }),
  );
  const bytes = statSync(join(directory, 'entries.jsonl')).size;
  const taken = await measure(
    process.execPath,
    [COMMAND, 'verify', directory, '--key', signer.key.vkey],
    HERE,
  );
  console.log(
    `check ${name} (${(bytes / 1e6).toFixed(0)} MB): ${taken.seconds.toFixed(2)} s, ${taken.cpu.toFixed(1)} s of processor, ${taken.peakMiB.toFixed(0)} MiB at most`,
  );
}
rmSync(directory, { recursive: true, force: true });
