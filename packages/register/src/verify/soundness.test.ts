import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { NOW, type SampleLog, sampleBundle, sampleSigner } from '../samples.ts';
import {
  type BundleHeader,
  type BundleLine,
  formatHeader,
  formatLine,
  isEqual,
  type Json,
  type Opening,
  parseCheckpoint,
  RegisterError,
  type Written,
} from '../tree/index.ts';
import { verifyBundle } from './bundle.ts';
import { keyForAllTime } from './keys.ts';

const QUESTION = { keys: [keyForAllTime(sampleSigner().key.vkey, 'test')], now: NOW };

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-sound-'));
});
after(() => rm(folder, { recursive: true }));

/** All that a forger without the private key can do to a document: other values, from it or new; less; more; swapped. */
type Change = Readonly<{ where: number; kind: number; from: number }>;
const changes = fc.array(fc.record({ where: fc.nat(), kind: fc.nat({ max: 6 }), from: fc.nat() }), {
  minLength: 1,
  maxLength: 3,
});

type Slot = { holder: Record<string, Json> | Json[]; key: string | number; value: Json };

function slotsOf(value: Json, found: Slot[] = []): Slot[] {
  if (value === null || typeof value !== 'object') return found;
  for (const [key, child] of Object.entries(value)) {
    found.push({ holder: value as Record<string, Json>, key, value: child });
    slotsOf(child, found);
  }
  return found;
}

function forge(document: Json, { where, kind, from }: Change): void {
  const slots = slotsOf(document);
  const slot = slots[where % slots.length];
  if (slot === undefined) return;
  const same = slots.filter(({ value }) => typeof value === typeof slot.value);
  const other = structuredClone(same[from % same.length]?.value ?? null);
  const put = (value: Json): void => {
    (slot.holder as Record<string | number, Json>)[slot.key] = value;
  };
  if (kind < 2) put(other);
  else if (kind === 2 && typeof slot.value === 'number') put(slot.value + (from % 5) - 2);
  else if (kind === 2 && typeof slot.value === 'string') put(withOneCharacterOf(slot.value, from));
  else if (kind === 3 && Array.isArray(slot.holder)) slot.holder.splice(Number(slot.key), 1);
  else if (kind === 4 && Array.isArray(slot.holder)) slot.holder.splice(Number(slot.key), 0, other);
  else if (kind === 5 && Array.isArray(slot.value)) put(slot.value.toReversed());
  else if (kind === 6 && !Array.isArray(slot.holder)) delete slot.holder[String(slot.key)];
}

function withOneCharacterOf(text: string, from: number): string {
  const at = from % (text.length + 1);
  return text.slice(0, at) + 'A0b/+='.charAt(from % 6) + text.slice(at + 1);
}

const bytesOf = (written: Written): Buffer =>
  'text' in written ? Buffer.from(written.text) : Buffer.from(written.base64, 'base64');

/** Everything that a bundle says and that passed is what the log really holds. */
async function assertTrue(directory: string, truth: SampleLog): Promise<void> {
  const header = JSON.parse(await readFile(join(directory, 'bundle.json'), 'utf8')) as BundleHeader;
  const lines = (await readFile(join(directory, 'entries.jsonl'), 'utf8')).split('\n').slice(0, -1);
  assert.equal(lines.length, header.entries.count);
  for (const text of lines) {
    const line = JSON.parse(text) as BundleLine;
    const real = truth.entries[line.index];
    assert.ok(real !== undefined && isEqual(bytesOf(line), real.entry), text);
    for (const opening of line.openings ?? []) {
      const known: Opening | undefined = real.openings?.[0];
      assert.ok(
        known !== undefined && isEqual(bytesOf(opening), known.value) && opening.label === known.label,
      );
    }
  }
  for (const { path } of header.attachments) {
    assert.ok(truth.file.equals(await readFile(join(directory, path))));
  }
  for (const raw of [header.checkpoint, ...(header.earlier === null ? [] : [header.earlier.checkpoint])]) {
    const { size, root } = parseCheckpoint(raw, 'checkpoint');
    assert.ok(isEqual(root, truth.head(size).root));
  }
}

test('whatever a forger writes, all that is proved is true', async () => {
  const shapes = fc.record({
    size: fc.integer({ min: 1, max: 20 }),
    earlierSize: fc.constantFrom(undefined, 1),
    proofs: fc.constantFrom('each' as const, 'together' as const),
    step: fc.constantFrom(1, 2, 3),
  });
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(
      shapes,
      changes,
      fc.boolean(),
      async ({ step, earlierSize, ...shape }, forged, isHeader) => {
        const directory = join(folder, 'bundle');
        await rm(directory, { recursive: true, force: true });
        const truth = await sampleBundle(directory, {
          ...shape,
          ...(earlierSize === undefined ? {} : { earlierSize }),
          shown: (index) => index % step === 0,
        });
        const path = join(directory, isHeader ? 'bundle.json' : 'entries.jsonl');
        const honest = await readFile(path, 'utf8');
        const document = (
          isHeader
            ? JSON.parse(honest)
            : honest
                .split('\n')
                .slice(0, -1)
                .map((line) => JSON.parse(line) as Json)
        ) as Json;
        for (const change of forged) forge(document, change);
        const written = isHeader
          ? formatHeader(document as unknown as BundleHeader)
          : (document as unknown as BundleLine[]).map(formatLine).join('');
        await writeFile(path, written);
        try {
          const { verdict } = await verifyBundle(directory, QUESTION);
          if (verdict === 'failed') return;
        } catch (rawError) {
          assert.ok(rawError instanceof RegisterError, `a stray ${String(rawError)}`);
          return;
        }
        passed += 1;
        await assertTrue(directory, truth);
      },
    ),
    { numRuns: 600 },
  );
  assert.ok(passed > 5, 'some changes change nothing, such as leaving out an opening');
});
