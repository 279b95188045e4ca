import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CheckedFiles } from './checked-files.ts';
import { keepSums, keptSums } from './file-sums.ts';
import {
  BatchMaker,
  type Code,
  checkCode,
  commitmentInput,
  makeCode,
  pathOfPrefix,
  prefixOf,
} from './index.ts';
import { batchOf, commitmentOf, fileFor, sentTo } from './testing.ts';

const key = randomBytes(32);
const seal = (bytes: Uint8Array) => createHmac('sha256', key).update(bytes).digest();
const work = mkdtempSync(join(tmpdir(), 'forthright-checked-'));
after(() => rmSync(work, { recursive: true, force: true }));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

test('a file that was checked before gives the same answers, and one byte of it changed gives none', async () => {
  const maker = new BatchMaker('7KQ', join(work, 'sorting'));
  const codes: Code[] = [];
  for (let n = 0; n < 3000; n += 1) {
    const code = makeCode('7KQ', sha256(Buffer.from(`code ${n}`)));
    codes.push(code);
    const commitment = sha256(commitmentInput(`p${n}@people.example`, code));
    await maker.add(commitment, sha256(commitment));
  }
  const batch = await maker.seal();
  await maker.write(join(work, 'batch'));
  await maker.close();
  const files = new CheckedFiles();
  const fileOf = (address: string, code: Code) =>
    readFileSync(
      join(
        work,
        'batch',
        pathOfPrefix(prefixOf(sha256(commitmentInput(address, code)), batch.bits), batch.bits),
      ),
    );
  for (let n = 0; n < 3000; n += 100)
    for (const address of [`p${n}@people.example`, 'other@people.example']) {
      const code = codes[n] as Code;
      const file = fileOf(address, code);
      const asked = { batch, address, code };
      const expected = await checkCode(file, asked, sha256);
      assert.equal(expected.kind, address.startsWith('p') ? 'sent' : 'not sent');
      for (let times = 0; times < 2; times += 1) {
        const found = await files.check(file, asked);
        assert.deepEqual(JSON.stringify(found), JSON.stringify(expected));
      }
      const turned = Buffer.from(file);
      turned[60] = (turned[60] ?? 0) ^ 1;
      assert.equal((await files.check(turned, asked)).kind, 'no proof');
      const other = { ...batch, root: sha256(batch.root) };
      assert.equal((await files.check(file, { ...asked, batch: other })).kind, 'no proof');
    }
});

/** Another letter in each leaf's body hash: what leads to no root. */
function untrue(file: Buffer): Buffer {
  const turned = Buffer.from(file);
  turned[52 + 40] = (turned[52 + 40] ?? 0) ^ 1;
  return turned;
}

test('sums of files that were shown to be right are kept, believed under our own seal, and only for this very file', async () => {
  const folder = join(work, 'summed');
  const batch = await batchOf(3000, folder);
  const place = { path: join(work, 'sums', batch.tag), seal };
  assert.equal(await keptSums(batch, place), undefined, 'nothing is kept yet');
  const damaged = sentTo(batch.tag, 0);
  const path = join(folder, pathOfPrefix(prefixOf(commitmentOf(damaged), batch.bits), batch.bits));
  const whole = readFileSync(path);
  writeFileSync(path, untrue(whole));
  assert.equal(await keepSums({ folder, batch }, place), 1, 'one file is not right');
  writeFileSync(path, whole);

  const files = new CheckedFiles(() => keptSums(batch, place));
  for (let n = 0; n < 3000; n += 150) {
    const asked = { batch, ...sentTo(batch.tag, n) };
    const file = await fileFor(folder, batch.bits, commitmentOf(asked));
    const expected = await checkCode(file, asked, sha256);
    assert.equal(expected.kind, 'sent');
    assert.equal(JSON.stringify(await files.check(file, asked)), JSON.stringify(expected));
    assert.equal((await files.check(untrue(file), asked)).kind, 'no proof');
    const nobody = { ...asked, address: 'other@people.example' };
    const other = await fileFor(folder, batch.bits, commitmentOf(nobody));
    assert.equal((await files.check(other, nobody)).kind, 'not sent');
  }
});

test('what nobody sealed for this batch counts for nothing; what our key sealed is what answers', async () => {
  const folder = join(work, 'forged');
  const batch = await batchOf(600, folder);
  const place = { path: join(work, 'sums', 'forged'), seal };
  assert.equal(await keepSums({ folder, batch }, place), 0);
  const asked = { batch, ...sentTo(batch.tag, 1) };
  const file = untrue(await fileFor(folder, batch.bits, commitmentOf(asked)));
  const kept = readFileSync(place.path);
  const start = kept.length - 32;
  const forged = Buffer.from(kept);
  sha256(file).copy(forged, start);
  const answer = async () => (await new CheckedFiles(() => keptSums(batch, place)).check(file, asked)).kind;

  for (const wrong of [
    forged,
    kept.subarray(0, -1),
    Buffer.concat([kept, Buffer.alloc(32)]),
    Buffer.alloc(0),
  ]) {
    writeFileSync(place.path, wrong);
    assert.equal(await keptSums(batch, place), undefined);
    assert.equal(await answer(), 'no proof');
  }
  writeFileSync(place.path, kept);
  for (const other of [
    { ...batch, root: sha256(batch.root) },
    { ...batch, size: 601 },
    { ...batch, tag: '7KR' },
  ])
    assert.equal(await keptSums(other, place), undefined);
  // With the key the sums are believed: it is the seal alone that keeps others from writing them.
  const said = Buffer.from(
    `forthright-file-sums/1\n${batch.tag}\n600\n${Buffer.from(batch.root).toString('hex')}\n`,
  );
  seal(Buffer.concat([said, sha256(file)])).copy(forged, start - 32);
  writeFileSync(place.path, forged);
  assert.equal(await answer(), 'sent');
});
