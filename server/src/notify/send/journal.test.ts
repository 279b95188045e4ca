import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ForthrightError } from '@forthright/contract';
import fc from 'fast-check';
import { Journal, nextNumber, recover } from './journal.ts';
import { learn, nextFor } from './rules.ts';
import type { JournalRecord, Segment } from './types.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-journal-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const record = (kind: JournalRecord['kind'], n: number, attempt = 1): JournalRecord => ({
  kind,
  id: `ntc_${n}`,
  attempt,
  atMs: 1_795_330_800_000 + n,
  ...(kind !== 'released' && { host: 'mx.customer.example', why: '250 2.0.0 Ok: „so“ \u{1f98a}' }),
  ...(kind === 'deferred' && { notBeforeMs: 1_795_330_900_000 }),
});
const settings = (folder: string, from = 1) => ({ folder, writer: '1', fence: 'fence-1', from });

async function all(folder: string): Promise<{ segments: Segment[]; records: JournalRecord[] }> {
  const segments: Segment[] = [];
  const records: JournalRecord[] = [];
  for await (const found of recover(folder)) {
    segments.push(found.segment);
    records.push(...found.records);
  }
  return { segments, records };
}

const MANY: readonly JournalRecord[] = Array.from({ length: 100 }, (_, n) => [
  record('released', n),
  record(
    (['accepted', 'refused', 'deferred', 'in-doubt', 'broken-before-dot'] as const)[n % 5] ?? 'accepted',
    n,
  ),
]).flat();

test('what was written is read, in its order, and each file has the hash that its writer gave', async () => {
  await inFolder(async (folder) => {
    const durable: JournalRecord[] = [];
    const journal = await Journal.open({
      ...settings(folder),
      mostBytes: 2000,
      durable: (d) => void durable.push(...d),
    });
    for (const [i, each] of MANY.entries())
      if (i % 7 === 0) await journal.commit(each);
      else journal.append(each);
    const written = await journal.close();
    assert.ok(written.length > 3, 'the files did not change');
    const read = await all(folder);
    assert.deepEqual(read.records, MANY);
    assert.deepEqual(
      durable,
      MANY.filter(({ kind }) => kind !== 'released'),
    );
    assert.deepEqual(read.segments, written);
    for (const { name, sha256, fence } of written) {
      assert.equal(hash('sha256', readFileSync(join(folder, name))), sha256);
      assert.equal(fence, 'fence-1');
    }
    assert.equal(await nextNumber(folder), written.length + 1);
  });
});

test('many that wait at once share one write', async () => {
  await inFolder(async (folder) => {
    const journal = await Journal.open(settings(folder));
    await Promise.all(MANY.map((each) => journal.commit(each)));
    await journal.close();
    const [name = ''] = readdirSync(folder);
    const groups = readFileSync(join(folder, name), 'utf8').match(/^#/gm)?.length ?? 0;
    assert.ok(groups <= 4, `${groups} groups`);
    assert.deepEqual((await all(folder)).records, MANY);
  });
});

/** A file that nobody closed, as a crash leaves it. */
async function unclosed(folder: string): Promise<{ path: string; bytes: Buffer }> {
  const journal = await Journal.open(settings(folder));
  for (let i = 0; i < MANY.length; i += 20)
    await Promise.all(MANY.slice(i, i + 20).map((each) => journal.commit(each)));
  const [name = ''] = readdirSync(folder);
  const path = join(folder, name);
  const bytes = readFileSync(path);
  await journal.close();
  return { path, bytes };
}

test('wherever a crash cuts the end off, whole groups are kept, the file is closed, and reading again changes nothing', async () => {
  await inFolder(async (folder) => {
    const { path, bytes } = await unclosed(folder);
    const step = Math.ceil(bytes.length / 150);
    for (let cut = 0; cut <= bytes.length; cut += step) {
      writeFileSync(path, bytes.subarray(0, cut));
      const first = await all(folder);
      assert.deepEqual(first.records, MANY.slice(0, first.records.length));
      assert.equal(first.records.length % 20, 0, `cut at ${cut}: half a group`);
      assert.ok(first.records.length >= Math.floor((cut / bytes.length) * 10 - 1) * 20);
      assert.equal(first.segments[0]?.isTorn, true);
      assert.equal(hash('sha256', readFileSync(path)), first.segments[0]?.sha256);
      const again = await all(folder);
      assert.deepEqual(again.records, first.records);
      assert.equal(again.segments[0]?.sha256, first.segments[0]?.sha256);
    }
  });
});

test('rubbish behind the last group is a torn end', async () => {
  await inFolder(async (folder) => {
    const { path, bytes } = await unclosed(folder);
    for (const rubbish of ['\0'.repeat(4096), '#10 400 12345678\n["released"', 'x', '#10 0 00000000\n']) {
      writeFileSync(path, bytes);
      appendFileSync(path, rubbish);
      assert.deepEqual((await all(folder)).records, MANY);
    }
  });
});

test('a bit that changed before the last group is damage, and nothing is sent', async () => {
  await inFolder(async (folder) => {
    const { path, bytes } = await unclosed(folder);
    const lastGroup = bytes.lastIndexOf('\n#');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: lastGroup - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ (1 << bit);
        writeFileSync(path, altered);
        const [name = ''] = readdirSync(folder);
        try {
          const { segments } = await all(folder);
          // The first line has no checksum; what it says is the writer and the fence.
          assert.ok(at < bytes.indexOf('\n'), `${name}: octet ${at} changed and nobody saw it`);
          assert.equal(segments.length, 1);
        } catch (error) {
          assert.ok(error instanceof ForthrightError && error.code === 'journal-damaged', String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});

test('whoever writes behind the end of a closed file, or takes a group out, is found', async () => {
  await inFolder(async (folder) => {
    const journal = await Journal.open(settings(folder));
    await journal.commit(record('released', 1));
    await journal.commit(record('accepted', 1));
    await journal.close();
    const [name = ''] = readdirSync(folder);
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8');
    const groups = text.split(/^(?=#)/m);
    for (const altered of [
      `${text}${groups[1]}`,
      [groups[0], ...groups.slice(2)].join(''),
      [groups[0], groups[2], groups[1], groups[3]].join(''),
      `x${text}`,
    ]) {
      writeFileSync(path, altered);
      await assert.rejects(all(folder), { code: 'journal-damaged' });
    }
    writeFileSync(path, text);
    assert.equal((await all(folder)).records.length, 2);
  });
});

/** A process whose files may not grow beyond this: the system refuses a write as a full disk does. */
const FULL = `
import { Journal } from ${JSON.stringify(new URL('./journal.ts', import.meta.url).href)};
const journal = await Journal.open({ folder: process.argv[1], writer: '1', fence: 'f', from: 1 });
let written = 0;
process.on('SIGXFSZ', () => {});
try {
  for (;; written++) await journal.commit({ kind: 'released', id: 'ntc_' + written, attempt: 1, atMs: 1 });
} catch (error) {
  let again = 'no';
  await journal.commit({ kind: 'released', id: 'late', attempt: 1, atMs: 1 }).catch((e) => { again = e.code; });
  await journal.close().catch(() => {});
  console.log(JSON.stringify({ written, code: error.code, again }));
}
`;

test('no room for the journal refuses the release, and nothing counts as written after it', async (t) => {
  await inFolder(async (folder) => {
    const args = ['--fsize=20000', process.execPath, '--input-type=module', '-e', FULL, folder];
    const done = spawnSync('prlimit', args, { encoding: 'utf8', cwd: ROOT });
    if (done.error !== undefined) return t.skip('prlimit (util-linux) is missing');
    const said = JSON.parse(done.stdout) as { written: number; code: string; again: string };
    assert.equal(said.code, said.again, done.stderr);
    assert.equal(said.code, 'no-disk');
    const { records } = await all(folder);
    assert.ok(said.written > 100 && records.length >= said.written);
    assert.ok(!records.some(({ id }) => id === 'late'));
  });
});

test('what is known of a message does not depend on the order of files', () => {
  const records = [
    record('released', 1, 1),
    record('released', 1, 2),
    record('in-doubt', 1, 2),
    record('released', 1, 3),
    record('accepted', 1, 3),
  ];
  const attempts = [records.slice(0, 1), records.slice(1, 3), records.slice(3)];
  const learnt = (order: readonly number[]) =>
    order.flatMap((i) => attempts[i] ?? []).reduce<ReturnType<typeof learn> | undefined>(learn, undefined);
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ]) {
    const known = learnt(order);
    assert.equal(known?.kind, 'accepted');
    assert.deepEqual(known?.doubts.toSorted(), [1, 2]);
  }
  assert.equal(nextFor(undefined), 'send');
  assert.equal(nextFor(learnt([0])), 'resend');
  assert.equal(nextFor(learnt([0, 1])), 'attempted-twice');
  assert.equal(nextFor(learnt([0, 1, 2])), 'settled');
  assert.equal(nextFor(learn(undefined, record('deferred', 1))), 'send');
  assert.equal(
    nextFor(learn(learn(undefined, record('released', 1)), record('broken-before-dot', 1))),
    'send',
  );
});
