/** Nobody who has a code is told that it is none of ours, and nobody else is told that it is. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EMPTY_ROOT, GrowingTree, leafHash } from '@forthright/register';
import fc from 'fast-check';
import { normalisedAddress } from './address.ts';
import { BatchMaker } from './batch.ts';
import { checkCode, type Sha256 } from './check.ts';
import { ALPHABET, type Code, groupsOf, makeCode, readCode } from './code.ts';
import { bitsFor, commitmentInput, pathOfPrefix } from './commitment.ts';
import { addressOf, batchOf, commitmentOf, fileFor, sentTo, sha256 } from './testing.ts';
import { vectorsText } from './vectors.ts';

const webCrypto: Sha256 = async (bytes) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));

const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
const tags = fc.array(fc.constantFrom(...ALPHABET), { minLength: 3, maxLength: 3 }).map((t) => t.join(''));
const codes = fc.tuple(tags, random).map(([tag, bytes]) => makeCode(tag, bytes));

describe('a code', () => {
  test('is read as it is printed, in any case, with what people put between, and with o, i and l', () => {
    fc.assert(
      fc.property(codes, fc.constantFrom(' ', '–', ' - ', '.', '', '\u00a0', '\n'), (code, between) => {
        const printed = groupsOf(code);
        assert.match(printed, /^\w{4}-\w{5}-\w{5}-\w{5}$/);
        const spoken = printed
          .replaceAll('-', between)
          .replaceAll('0', 'o')
          .replaceAll('1', 'l')
          .toLowerCase();
        assert.deepEqual(readCode(spoken), { kind: 'code', code, tag: code.slice(0, 3) });
        const wide = [...code].map((c) => String.fromCodePoint((c.codePointAt(0) ?? 0) + 0xfee0)).join('ー');
        assert.equal(readCode(wide).kind, 'code', 'as a Japanese keyboard may write it');
      }),
    );
  });

  test('with one wrong character is found out, wherever it stands', () => {
    const code = makeCode('7KQ', sha256(Buffer.from('any')));
    for (let i = 0; i < code.length; i += 1)
      for (const other of ALPHABET) {
        if (other === code[i]) continue;
        assert.deepEqual(readCode(code.slice(0, i) + other + code.slice(i + 1)), { kind: 'mistyped' });
      }
  });

  test('with two characters exchanged, next to each other or not, is found out', () => {
    fc.assert(
      fc.property(codes, fc.nat(18), fc.nat(18), (code, i, j) => {
        fc.pre(code[i] !== code[j]);
        const characters = [...code];
        [characters[i], characters[j]] = [code[j] ?? '', code[i] ?? ''];
        assert.equal(readCode(characters.join('')).kind, 'mistyped');
      }),
    );
  });

  test('that is none is told apart: too short, too long, of characters that no code has, huge', () => {
    assert.deepEqual(readCode('7KQ4-AAAAA'), { kind: 'incomplete', characters: 9, of: 19 });
    assert.deepEqual(readCode('7KQ4-AAAAA-AAAAA-AAAAA-A'), { kind: 'incomplete', characters: 20, of: 19 });
    assert.deepEqual(readCode('7KQ4-AAAAA-AAAUA-AAAAA'), { kind: 'no code', character: 'U' });
    assert.deepEqual(readCode(' - '), { kind: 'no code' });
    assert.deepEqual(readCode('7'.repeat(1e6)), { kind: 'no code' });
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (any) => void readCode(any)));
  });
});

test('addresses have one form, and no more of them are taken for one than the domain and the case make', () => {
  const same = [' Ada@Shop.Example', 'ada@shop.example', 'ADA@SHOP.EXAMPLE.', 'ada@SHOP.example\n'];
  assert.deepEqual([...new Set(same.map(normalisedAddress))], ['ada@shop.example']);
  assert.equal(normalisedAddress('ada@bücher.example'), 'ada@xn--bcher-kva.example');
  assert.equal(normalisedAddress('ada@xn--bcher-kva.example'), 'ada@xn--bcher-kva.example');
  assert.equal(normalisedAddress('A\u0308da@shop.example'), normalisedAddress('äda@shop.example'));
  assert.equal(normalisedAddress('"a@b"@shop.example'), '"a@b"@shop.example');
  const apart = ['a.da@shop.example', 'ada+x@shop.example', 'ada@shop.example', 'ada@mail.shop.example'];
  assert.equal(new Set(apart.map(normalisedAddress)).size, 4);
  const none = [
    '',
    'ada',
    '@shop.example',
    'ada@',
    'ada@.',
    'a\nb@shop.example',
    'ada@shop/x',
    'ada@x:25',
    'ada@a b',
  ];
  for (const text of none) assert.equal(normalisedAddress(text), undefined, JSON.stringify(text));
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (any) => {
      const once = normalisedAddress(any);
      assert.equal(once === undefined ? undefined : normalisedAddress(once), once);
    }),
  );
});

describe('a batch', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forthright-codes-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** A batch, and what anybody is told of a code and an address. */
  async function world(size: number, options: { tag?: string; mostBytes?: number } = {}) {
    const at = join(folder, `${size}-${options.mostBytes ?? 'memory'}-${options.tag ?? ''}`);
    const batch = await batchOf(size, at, options);
    const check = async (given: { address: string; code: Code }, digest: Sha256 = sha256) =>
      checkCode(await fileFor(at, batch.bits, commitmentOf(given)), { batch, ...given }, digest);
    return { at, batch, check };
  }

  test('of no, one, two, and sizes about powers of two and a file’s border: each code is found, and no other', async () => {
    for (const size of [0, 1, 2, 3, 511, 512, 513, 1023, 1024, 1025, 2047, 2049, 3000]) {
      const { at, batch, check } = await world(size);
      assert.equal(batch.bits, bitsFor(size));
      const leaves: Uint8Array[] = [];
      for (let n = 0; n < size; n += 1) {
        const sent = sentTo('7KQ', n);
        leaves.push(Buffer.concat([commitmentOf(sent), sent.bodyHash]));
      }
      const tree = new GrowingTree();
      for (const leaf of leaves.sort(Buffer.compare)) tree.add(leafHash(leaf));
      assert.deepEqual(
        Buffer.from(batch.root),
        Buffer.from(size === 0 ? EMPTY_ROOT : tree.root()),
        `root of ${size}`,
      );
      for (let n = 0; n < size; n += Math.ceil(size / 20)) {
        const sent = sentTo('7KQ', n);
        const found = await check(sent);
        assert.equal(found.kind, 'sent', `${n} of ${size}: ${JSON.stringify(found)}`);
        if (found.kind === 'sent') assert.deepEqual(Buffer.from(found.bodyHash), Buffer.from(sent.bodyHash));
      }
      for (let n = size; n < size + 10; n += 1)
        assert.deepEqual(await check(sentTo('7KQ', n)), { kind: 'not sent' }, 'a code that was never made');
      if (size > 0) {
        const replayed = { code: sentTo('7KQ', 0).code, address: addressOf(1) };
        assert.deepEqual(
          await check(replayed),
          { kind: 'not sent' },
          'a code that was sent to somebody else',
        );
      }
      await rm(at, { recursive: true });
    }
  });

  test('lies in files of one size, and is the same whether it fitted into memory or not', async () => {
    const inMemory = await world(5000);
    const spilt = await world(5000, { mostBytes: 20_000 });
    assert.deepEqual(spilt.batch, inMemory.batch);
    const names = (await readdir(inMemory.at, { recursive: true })).filter((name) =>
      /p.[0-9a-f]+$/.test(name),
    );
    assert.equal(names.length, 2 ** inMemory.batch.bits);
    for (const name of names) {
      const bytes = await readFile(join(inMemory.at, name));
      assert.equal(bytes.length, inMemory.batch.fileBytes);
      assert.deepEqual(await readFile(join(spilt.at, name)), bytes, name);
    }
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('sorting')),
      [],
      'nothing is left',
    );
  });

  test('is checked alike by WebCrypto, as in a browser', async () => {
    const { check } = await world(2500, { tag: 'W3B' });
    assert.equal((await check(sentTo('W3B', 17), webCrypto)).kind, 'sent');
    assert.equal((await check(sentTo('W3B', 2500), webCrypto)).kind, 'not sent');
  });

  test('shows nothing once any bit of its file is turned, or a part of it is missing', async () => {
    const { at, batch } = await world(1500);
    const present = sentTo('7KQ', 3);
    const absent = sentTo('7KQ', 1501);
    const files = await Promise.all(
      [present, absent].map((sent) => fileFor(at, batch.bits, commitmentOf(sent))),
    );
    const tell = async (file: Uint8Array, sent: typeof present) =>
      (await checkCode(file, { batch, ...sent }, sha256)).kind;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1), fc.nat(batch.fileBytes * 8 - 1), async (which, bit) => {
        const file = Buffer.from(files[which] ?? '');
        file[bit >> 3] = (file[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.equal(await tell(file, which === 0 ? present : absent), 'no proof');
      }),
      { numRuns: 150 },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(batch.fileBytes - 1), async (length) => {
        const file = files[0]?.subarray(0, length) ?? Buffer.alloc(0);
        // Cutting off padding takes nothing away.
        assert.notEqual(await tell(file, present), 'not sent');
      }),
      { numRuns: 50 },
    );
    const foreign = { ...batch, root: sha256(Buffer.from('another')) };
    assert.equal(
      (await checkCode(files[0] ?? Buffer.alloc(0), { batch: foreign, ...present }, sha256)).kind,
      'no proof',
    );
  });

  test('can’t be made to hide a leaf: a file without one of its leaves, or of a narrower prefix, shows nothing', async () => {
    const { at, batch } = await world(700);
    const sent = sentTo('7KQ', 5);
    const file = await fileFor(at, batch.bits, commitmentOf(sent));
    const leaves = file.readUInt32BE(44);
    const without = (n: number) => {
      const cut = Buffer.concat([
        file.subarray(0, 52 + n * 64),
        file.subarray(52 + (n + 1) * 64),
        Buffer.alloc(64),
      ]);
      cut.writeUInt32BE(leaves - 1, 44);
      return cut;
    };
    for (let n = 0; n < leaves; n += 13)
      assert.equal((await checkCode(without(n), { batch, ...sent }, sha256)).kind, 'no proof');
    const narrower = Buffer.from(file);
    narrower.writeUInt8(batch.bits + 1, 17);
    narrower.writeUInt32BE((commitmentOf(sent)[0] ?? 0) >> 7, 20);
    const told = await checkCode(narrower, { batch, ...sent }, sha256);
    // All leaves of the narrower prefix are among those of the wider one, so whatever it shows is true.
    assert.equal(told.kind, 'sent');
  });

  test('of a hundred thousand keeps what the issue allows: under 26 GB for 300 million', async () => {
    const { at, batch, check } = await world(100_000, { mostBytes: 1_000_000 });
    assert.equal(batch.bits, 7);
    const perLeaf = (batch.fileBytes * 2 ** batch.bits) / batch.size;
    assert.ok(perLeaf * 300e6 < 26e9, `${perLeaf} bytes a leaf`);
    for (let n = 0; n < 100_000; n += 4999) {
      assert.equal((await check(sentTo('7KQ', n))).kind, 'sent');
      assert.equal((await check(sentTo('7KQ', 100_000 + n))).kind, 'not sent');
    }
    assert.equal((await stat(join(at, pathOfPrefix(127, 7)))).size, batch.fileBytes);
  });

  test('refuses two leaves of one commitment, and a leaf after it is sealed', async () => {
    const maker = new BatchMaker('7KQ', join(folder, 'twice'));
    const { address, code, bodyHash } = sentTo('7KQ', 1);
    const commitment = sha256(commitmentInput(address, code));
    await maker.add(commitment, bodyHash);
    await maker.add(commitment, bodyHash);
    await assert.rejects(maker.seal(), /same commitment/);
    const other = new BatchMaker('7KQ', join(folder, 'sealed'));
    await other.seal();
    await assert.rejects(other.add(commitment, bodyHash), /no more leaves/);
  });
});

const docs = (name: string) => new URL(`../../../../docs/${name}`, import.meta.url);

type Vector = Readonly<{
  tag: string;
  size: number;
  root: string;
  checks: readonly Readonly<{
    code: Code;
    address: string;
    path: string;
    expect: string;
    bodyHash?: string;
    file?: string;
  }>[];
}>;

test('the vectors in the documentation are these, and the program there finds what they say', async () => {
  const text = await readFile(docs('codes.vectors.json'), 'utf8');
  assert.equal(
    text,
    await vectorsText(),
    'run node server/src/prove/codes/vectors.ts > docs/codes.vectors.json',
  );
  const page = await readFile(docs('codes.md'), 'utf8');
  const program = /```python\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const { batches } = JSON.parse(text) as { batches: readonly Vector[] };
  let ran = 0;
  for (const { tag, size, root, checks } of batches)
    for (const { code, address, expect, bodyHash, file } of checks) {
      if (file === undefined) continue;
      const input = Buffer.from(file, 'base64');
      const find = (given: Buffer) =>
        spawnSync('python3', ['-c', program, tag, String(size), root, address, code], { input: given });
      const found = find(input);
      assert.equal(found.stderr.toString(), '');
      const [words = ''] = [found.stdout.toString().trim()];
      assert.equal(words, expect === 'sent' ? `sent ${bodyHash}` : expect);
      const turned = Buffer.from(input);
      turned[turned.length - 1] = 1 ^ (turned.at(-1) ?? 0);
      assert.equal(find(turned).stdout.toString().trim(), 'no proof');
      ran += 1;
    }
  assert.ok(ran >= 6);
});
