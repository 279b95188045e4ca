import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CheckedFiles } from './checked-files.ts';
import {
  BatchMaker,
  type Code,
  checkCode,
  commitmentInput,
  makeCode,
  pathOfPrefix,
  prefixOf,
} from './index.ts';

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
