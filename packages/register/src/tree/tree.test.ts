import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { append, appendEntries } from '../write/append.ts';
import { MemoryLog } from '../write/memory.ts';
import { hashRanges, proveConsistency, proveInclusion } from '../write/prove.ts';
import { EMPTY_FRONTIER, GrowingTree, rootOf } from './frontier.ts';
import { EMPTY_ROOT, type Hash, isEqual, leafHash, nodeHash, sha256 } from './hash.ts';
import {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './proofs.ts';
import { encodeEntryBundle, entryBundlePath, newTiles, parseEntryBundle, tilePath } from './tiles.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => Buffer.from(text, 'hex');

/** RFC 6962, section 2.1, word for word: slow, recursive, and sharing nothing with the code under test but SHA-256. */
const RFC = {
  split(n: number): number {
    let k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  },
  mth(d: readonly Uint8Array[]): Uint8Array {
    if (d.length === 0) return sha256(new Uint8Array());
    if (d.length === 1) return sha256(Buffer.concat([Uint8Array.of(0), d[0] as Uint8Array]));
    const k = RFC.split(d.length);
    return sha256(Buffer.concat([Uint8Array.of(1), RFC.mth(d.slice(0, k)), RFC.mth(d.slice(k))]));
  },
  path(m: number, d: readonly Uint8Array[]): Uint8Array[] {
    if (d.length === 1) return [];
    const k = RFC.split(d.length);
    if (m < k) return [...RFC.path(m, d.slice(0, k)), RFC.mth(d.slice(k))];
    return [...RFC.path(m - k, d.slice(k)), RFC.mth(d.slice(0, k))];
  },
  subproof(m: number, d: readonly Uint8Array[], b: boolean): Uint8Array[] {
    if (m === d.length) return b ? [] : [RFC.mth(d)];
    const k = RFC.split(d.length);
    if (m <= k) return [...RFC.subproof(m, d.slice(0, k), b), RFC.mth(d.slice(k))];
    return [...RFC.subproof(m - k, d.slice(k), false), RFC.mth(d.slice(0, k))];
  },
};

const entriesOf = (size: number): Uint8Array[] =>
  Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i}`));

async function logOf(entries: readonly Uint8Array[]): Promise<MemoryLog> {
  const log = new MemoryLog();
  await appendEntries(log, null, entries);
  return log;
}

describe('the constants of RFC 6962 and of the first public log', () => {
  const LEAVES = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const ROOTS = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  test('the roots of trees of 0 to 8 entries', () => {
    for (const [size, root] of ROOTS.entries()) {
      assert.equal(hex(append(EMPTY_FRONTIER, LEAVES.slice(0, size).map(unhex)).root), root, `${size}`);
    }
    assert.equal(hex(EMPTY_ROOT), ROOTS[0]);
  });

  test("section 2.1.3's tree of seven entries has the paths and proofs that it lists", async () => {
    const d = entriesOf(7);
    const [a, b, c, dd, e, f, j] = d.map(leafHash) as [Hash, Hash, Hash, Hash, Hash, Hash, Hash];
    const [g, h, i] = [nodeHash(a, b), nodeHash(c, dd), nodeHash(e, f)];
    const [k, l] = [nodeHash(g, h), nodeHash(i, j)];
    const { readTiles } = await logOf(d);
    const path = async (m: number) => (await proveInclusion(readTiles, m, 7)).map(hex);
    const proof = async (m: number) => (await proveConsistency(readTiles, m, 7)).map(hex);
    assert.deepEqual(await path(0), [b, h, l].map(hex));
    assert.deepEqual(await path(3), [c, g, l].map(hex));
    assert.deepEqual(await path(4), [f, j, k].map(hex));
    assert.deepEqual(await path(6), [i, k].map(hex));
    assert.deepEqual(await proof(3), [c, dd, g, l].map(hex));
    assert.deepEqual(await proof(4), [l].map(hex));
    assert.deepEqual(await proof(6), [i, j, k].map(hex));
  });
});

describe('public vectors', () => {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const places = ['../shared', '../../shared'].map((up) => `${root}${up}/data/merkle-vectors.tar.gz`);
  const archive = places.find((path) => existsSync(path));
  const skip =
    archive === undefined ? 'the public Merkle vectors are not beside this clone (../shared/data)' : false;

  type Vector = Readonly<{
    desc: string;
    wantErr: boolean;
    proof: string[] | null;
    root: string;
    root1: string;
    root2: string;
    leafHash: string;
    leafIdx: number;
    treeSize: number;
    start: number;
    end: number;
    size: number;
    size1: number;
    size2: number;
  }>;
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64');
  const JUDGES: Record<string, (v: Vector, proof: Uint8Array[]) => boolean> = {
    inclusion: (v, proof) =>
      verifyInclusion({ index: v.leafIdx, size: v.treeSize, leaf: bytes(v.leafHash), proof }, bytes(v.root)),
    consistency: (v, proof) =>
      verifyConsistency({
        oldSize: v.size1,
        size: v.size2,
        oldRoot: bytes(v.root1),
        root: bytes(v.root2),
        proof,
      }),
    subtreeinclusion: (v, proof) =>
      verifySubtreeInclusion(v, { index: v.leafIdx, leaf: bytes(v.leafHash), proof }, bytes(v.root)),
    subtreeconsistency: (v, proof) =>
      verifySubtreeConsistency(v, v.size, proof, { subtreeRoot: bytes(v.root1), root: bytes(v.root2) }),
  };

  test('all 518 are judged as they say', { skip }, () => {
    let seen = 0;
    for (const [name, text] of tarOf(gunzipSync(readFileSync(archive ?? '')))) {
      const vector = JSON.parse(text) as Vector;
      const judge = JUDGES[name.split('/').find((part) => Object.hasOwn(JUDGES, part)) ?? ''];
      assert.ok(judge, name);
      assert.equal(
        judge(vector, (vector.proof ?? []).map(bytes)),
        !vector.wantErr,
        `${name}: ${vector.desc}`,
      );
      seen += 1;
    }
    assert.equal(seen, 518);
  });
});

/** The JSON files of a tar archive. A name of more than 100 characters stands in a record of type x before its file. */
function* tarOf(bytes: Buffer): Generator<readonly [string, string]> {
  const text = (from: number, length: number): string =>
    bytes.toString('utf8', from, from + length).replace(/\0.*$/s, '');
  let longName: string | undefined;
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const content = text(at + 512, size);
    const name = longName ?? text(at, 100);
    const isExtension = text(at + 156, 1) === 'x';
    longName = isExtension ? /^\d+ path=(.*)$/m.exec(content)?.[1] : undefined;
    if (!isExtension && name.endsWith('.json')) yield [name, content];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

/**
 * Size; root; hash over the hashes of the inclusion proofs; the same for consistency. Computed by the Python program
 * below, so that a clone without Python is still held to it.
 */
const VECTORS: readonly (readonly [number, string, string, string])[] = [
  [
    1,
    '773885a613489e24ce2cf76199d6a423f042e4bbf12d7eecee912ef276c65701',
    '5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456',
    '5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456',
  ],
  [
    2,
    '5a47662fd8a317d96049a3f9f47c55dc67ca66051baa3683dbb19b2fe09a07b0',
    '634e22314e6bb39b4d35284650c80bcfe0d4e9e59e1d4bf0ba3fbacce39467b1',
    '1551e813a8e156d64ef58cfed15c99d78742b01673e2f00562439458b722d6ba',
  ],
  [
    3,
    '94fbd0dd836f50301692e6d0eade728ee19ec52bfff1606ed807c8575d5aaa19',
    '5d9c1de84bbfde9abb37a3e8e05d94c3bf751eb67f12228d184fba30af6eb800',
    'bc9670cf73903c4b67a6e229139f5be23b68f3e369140e174ffef310f14f1801',
  ],
  [
    7,
    '98c97f0ba3175cd08b031dd084b9dc4e649b64d1a28e6ea694646503173ab587',
    '6f318c1d7f4f0d712a09e3d42b9109f2771f6d067a2b6251841e6de5e6961359',
    'ff6dd4f218fd201e97806ad0a0fdd281844ae7b7bde4a42712544f61b448c8e1',
  ],
  [
    8,
    'b69732ce5c914162ca9accfaf4e95d3f9874d68805437088aaff184a4db96773',
    '7ec7533046ccf2bb6d1f43651c8420892b664cbdc995b93d40aecf5251ba73de',
    'c165b3c92e4e42bccbc33f14d6e30810b3ca02957fbb9503639a10e040faf272',
  ],
  [
    9,
    '240d9bb6a55f0cb375b5d008251e7145458b7b1adc8463ab8fef76fd14f75f6b',
    'd62d03d97bffe01d2f1570ccba444a624a66a17e3af8b7f661f88f8176c92516',
    '104abe5cc150dc609054c3f9c3b2ce2db7720e8d85aba2aefc0b340fe8c89f7e',
  ],
  [
    21,
    '4af79aefc15c473e67b2e0c893e2f7bc3d5cc421c7edb9b843b776fdb8406e83',
    '1ae8812196efa7a4eebc579723390b889629383befb3d528021bd967d99fee50',
    '6ddc88f87ed61db7f3b30a88bd65aff6d5df120c837b4e738ac21fd9c803556a',
  ],
  [
    64,
    '5cbcc083e8000afd157308cca3eb54947a391878cc03736b0fc471bdcd9c4c1c',
    'b5fcf470dd0eeb638b55a7536b39c5a74a754e407073c1307298e3059725996c',
    '64728bb55f2633d65593d0f82d61c526adb85fcbf3a66e68b35670177ffa1fbd',
  ],
  [
    100,
    '106a6d1594d73248c9634639896cf8a76d2c3418f8fb8b4e24386025a27f2472',
    '5849f2834d68c92f637792a0e86fb6c38bd7d16b3bd3e67de3262b11c7da15a2',
    'd76bf830d5bb5939a0e3621cf3d5099bc4d84fc3b575fe93ea4f015933cd230f',
  ],
  [
    255,
    'cf66793e6329dff242eb3cee0a6f36ad3e3a196dcc573a1ec775e102be863f1c',
    'bad8e7c94eafa1b2993994f65c93934ee1b39f00f3204f3d3626e65b2035de6d',
    '3f6c5e1260c4c38dea42056446b05fb349ee5d5744a0013daa06ea8db4065e14',
  ],
  [
    256,
    'da6596d95369f5fef322ab8e4e0da3b0b50236aa9c8a3b1d246f7411c9e2e32e',
    'c9dbac59f158cd023773c992540fa0f8bf999e241f1d5874458f9e416461ed7b',
    'd6b603183686af3856280035a046d21fd10d98a9482bb996c4137463dcbe8def',
  ],
  [
    257,
    '5c1fdfe835358022f2392de478dbe053fc130cfe1d3a082879a90cf6bf14bf7e',
    '1e29d8a9d370a4a0f954c6d52dd79c6176051a0d3f57a084ae80f84d08a585f4',
    'b6bfb67e7033f8dbdb36ab0246932c9bc1491e68e5b239814a9d9077986108e4',
  ],
  [
    513,
    '78d674cc3de6985c25d64763bb968acf022d827ebc1158584a6629baebc4c31c',
    'd7db01756e3aeac65005ebaa31b94d6a63299ba54ba744311da6a32f3d8f0be4',
    '11df5786fb93b7f6bece0b5a950f8b730dedbcadc34e6388c685ad2f4a0c6b47',
  ],
];
const everySixteenth = (from: number, to: number, size: number): number[] => {
  const step = Math.max(1, Math.floor(size / 16));
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => from + i * step);
};

describe('an independent implementation', () => {
  test('roots and proofs are those that Python computed', async () => {
    for (const [size, root, inclusions, consistencies] of VECTORS) {
      const { readTiles } = await logOf(entriesOf(size));
      const over = (proofs: Hash[][]) =>
        hex(sha256(Buffer.concat(proofs.map((p) => sha256(Buffer.concat(p))))));
      const paths = everySixteenth(0, size, size).map((i) => proveInclusion(readTiles, i, size));
      const proofs = everySixteenth(1, size + 1, size).map((m) => proveConsistency(readTiles, m, size));
      assert.equal(hex((await hashRanges(readTiles, [{ start: 0, end: size }], size))[0] as Hash), root);
      assert.equal(over(await Promise.all(paths)), inclusions, `inclusion in ${size}`);
      assert.equal(over(await Promise.all(proofs)), consistencies, `consistency with ${size}`);
    }
  });

  const PYTHON = `
import hashlib, json, sys
H = lambda b: hashlib.sha256(b).digest()
def split(d):
    k = 1
    while k * 2 < len(d): k *= 2
    return d[:k], d[k:], k
def mth(d):
    if not d: return H(b'')
    if len(d) == 1: return H(b'\\0' + d[0])
    l, r, _ = split(d)
    return H(b'\\1' + mth(l) + mth(r))
def path(m, d):
    if len(d) == 1: return []
    l, r, k = split(d)
    return path(m, l) + [mth(r)] if m < k else path(m - k, r) + [mth(l)]
def sub(m, d, b):
    if m == len(d): return [] if b else [mth(d)]
    l, r, k = split(d)
    return sub(m, l, b) + [mth(r)] if m <= k else sub(m - k, r, False) + [mth(l)]
out = []
for n in range(1, 41):
    d = [b'entry %d' % i for i in range(n)]
    hexes = lambda p: [x.hex() for x in p]
    out.append([mth(d).hex(), [hexes(path(i, d)) for i in range(n)], [hexes(sub(m, d, True)) for m in range(1, n + 1)]])
json.dump(out, sys.stdout)
`;
  const python = spawnSync('python3', ['-c', PYTHON], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const skip = python.status === 0 ? false : 'python3 is not installed';

  test('every proof up to 40 entries is the one that Python writes', { skip }, async () => {
    const theirs = JSON.parse(python.stdout) as [string, string[][], string[][]][];
    for (const [i, [root, paths, proofs]] of theirs.entries()) {
      const size = i + 1;
      const { readTiles } = await logOf(entriesOf(size));
      assert.equal(hex(append(EMPTY_FRONTIER, entriesOf(size)).root), root);
      for (let index = 0; index < size; index += 1) {
        assert.deepEqual((await proveInclusion(readTiles, index, size)).map(hex), paths[index]);
        assert.deepEqual((await proveConsistency(readTiles, index + 1, size)).map(hex), proofs[index]);
      }
    }
  });

  test('appending in any pieces gives the root, the proofs and the tiles of the definition', async () => {
    const pieces = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.nat(), fc.nat(), async (counts, anyIndex, anySize) => {
        const all = entriesOf(counts.reduce((sum, n) => sum + n, 0));
        fc.pre(all.length > 0);
        const log = new MemoryLog();
        let at = 0;
        for (const count of counts) {
          await appendEntries(log, null, all.slice(at, at + count));
          at += count;
        }
        const size = 1 + (anySize % all.length);
        const index = anyIndex % size;
        const d = all.slice(0, size);
        assert.equal(hex(rootOf(await log.lockFrontier(null))), hex(RFC.mth(all)));
        const [root] = await hashRanges(log.readTiles, [{ start: 0, end: size }], size);
        assert.equal(hex(root as Hash), hex(RFC.mth(d)), 'a smaller tree, out of the tiles of the larger');
        const path = await proveInclusion(log.readTiles, index, size);
        assert.deepEqual(path.map(hex), RFC.path(index, d).map(hex));
        const proof = await proveConsistency(log.readTiles, index + 1, size);
        assert.deepEqual(proof.map(hex), RFC.subproof(index + 1, d, true).map(hex));
      }),
      { numRuns: 60 },
    );
  });
});

describe('proofs', () => {
  test('honest ones pass, and with one bit, size, index or hash changed none does', async () => {
    const size = fc.integer({ min: 1, max: 600 });
    await fc.assert(
      fc.asyncProperty(size, fc.nat(), fc.nat(), fc.nat(), async (n, anyIndex, anyOld, anyBit) => {
        const { readTiles, entries } = await logOf(entriesOf(n));
        const root = RFC.mth(entries);
        const index = anyIndex % n;
        const leaf = leafHash(entries[index] as Uint8Array);
        const proof = await proveInclusion(readTiles, index, n);
        const claim = { index, size: n, leaf, proof };
        assert.ok(verifyInclusion(claim, root));
        assert.ok(!verifyInclusion({ ...claim, leaf: flipped(leaf, anyBit) }, root));
        assert.ok(!verifyInclusion(claim, flipped(root, anyBit)));
        assert.ok(!verifyInclusion({ ...claim, index: index + 1 }, root));
        assert.ok(!verifyInclusion({ ...claim, proof: [...proof, leaf] }, root));
        for (let i = 0; i < proof.length; i += 1) {
          assert.ok(
            !verifyInclusion({ ...claim, proof: proof.with(i, flipped(proof[i] as Hash, anyBit)) }, root),
          );
          assert.ok(!verifyInclusion({ ...claim, proof: proof.toSpliced(i, 1) }, root));
        }
        const oldSize = 1 + (anyOld % n);
        const oldRoot = RFC.mth(entries.slice(0, oldSize));
        const growth = {
          oldSize,
          oldRoot,
          size: n,
          root,
          proof: await proveConsistency(readTiles, oldSize, n),
        };
        assert.ok(verifyConsistency(growth));
        assert.ok(!verifyConsistency({ ...growth, oldRoot: flipped(oldRoot, anyBit) }));
        assert.ok(!verifyConsistency({ ...growth, root: flipped(root, anyBit) }));
        assert.ok(!verifyConsistency({ ...growth, proof: [...growth.proof, leaf] }));
        for (let i = 0; i < growth.proof.length; i += 1) {
          const bad = growth.proof.with(i, flipped(growth.proof[i] as Hash, anyBit));
          assert.ok(!verifyConsistency({ ...growth, proof: bad }));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('sizes past 2^53, fractions and negative numbers are refused', () => {
    const leaf = leafHash(Buffer.from('x'));
    for (const size of [2 ** 53, 1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 0]) {
      assert.equal(verifyInclusion({ index: 0, size, leaf, proof: [] }, leaf), false, `${size}`);
      assert.equal(verifyConsistency({ oldSize: 1, oldRoot: leaf, size, root: leaf, proof: [] }), false);
    }
  });

  test('a tree at the largest size that a double counts still has proofs', () => {
    const size = Number.MAX_SAFE_INTEGER;
    const leaf = leafHash(Buffer.from('x'));
    const proof = Array.from({ length: 53 }, () => leaf);
    let root = leaf;
    for (const hash of proof) root = nodeHash(root, hash);
    assert.ok(verifyInclusion({ index: 0, size, leaf, proof }, root));
  });
});

function flipped(hash: Uint8Array, anyBit: number): Uint8Array {
  const bit = anyBit % (hash.length * 8);
  const copy = Uint8Array.from(hash);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('tiles', () => {
  test('paths are those of the specification', () => {
    assert.equal(tilePath({ level: 0, n: 1234067, width: 256 }), 'tile/0/x001/x234/067');
    assert.equal(tilePath({ level: 1, n: 0, width: 17 }), 'tile/1/000.p/17');
    assert.equal(entryBundlePath({ n: 1000, width: 255 }), 'tile/entries/x001/000.p/255');
  });

  test('a tree of 70,000 has the tiles that the specification counts', () => {
    const tiles = newTiles(0, 70_000);
    const of = (level: number, isFull: boolean) =>
      tiles.filter((tile) => tile.level === level && (tile.width === 256) === isFull);
    assert.equal(of(0, true).length, 273);
    assert.deepEqual(of(0, false), [{ level: 0, n: 273, width: 112 }]);
    assert.equal(of(1, true).length, 1);
    assert.deepEqual(of(1, false), [{ level: 1, n: 1, width: 17 }]);
    assert.deepEqual(of(2, false), [{ level: 2, n: 0, width: 1 }]);
    assert.equal(tiles.length, 277);
    const edge = newTiles(0, 256);
    assert.deepEqual(edge, [
      { level: 0, n: 0, width: 256 },
      { level: 1, n: 0, width: 1 },
    ]);
  });

  test('each hash of a tile is the root of its full subtree', async () => {
    const entries = entriesOf(70_000);
    const { readTiles } = await logOf(entries);
    const [tile] = await readTiles([{ level: 1, n: 1, width: 17 }]);
    const at = (16 + 256) * 256;
    assert.equal(tile?.length, 17 * 32);
    assert.ok(isEqual(tile.subarray(16 * 32), RFC.mth(entries.slice(at, at + 256))));
  });

  test('a full subtree may be added where one can begin, and nowhere else', () => {
    const tree = new GrowingTree();
    tree.add(EMPTY_ROOT, 3);
    tree.add(EMPTY_ROOT, 1);
    assert.throws(() => tree.add(EMPTY_ROOT, 2), { code: 'tree-mismatch' });
    assert.throws(() => new GrowingTree({ size: 3, hashes: [EMPTY_ROOT] }), { code: 'tree-mismatch' });
  });

  test('entry bundles come back, and cut or lengthened ones are refused', () => {
    const bundles = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(bundles, (entries) => {
        const bytes = encodeEntryBundle(entries);
        assert.deepEqual(parseEntryBundle(bytes, entries.length, 'x').map(hex), entries.map(hex));
        const refused = { code: 'malformed' };
        assert.throws(() => parseEntryBundle(bytes.subarray(0, -1), entries.length, 'x'), refused);
        assert.throws(() => parseEntryBundle(Buffer.concat([bytes, bytes]), entries.length, 'x'), refused);
      }),
    );
    assert.throws(() => encodeEntryBundle([new Uint8Array(65_536)]), { code: 'entry-refused' });
  });
});
