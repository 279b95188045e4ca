import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leafHash, nodeHash, toBase64 } from '@forthright/register';
import { isProved } from './proof.ts';

const leaves = Array.from({ length: 7 }, (_, i) => `{"entry":${i}}`);

/** The tree by its definition (RFC 9162, section 2.1.1), and the way to a leaf (2.1.3.1). */
const split = (n: number): number => 2 ** Math.ceil(Math.log2(n) - 1);
function rootOf(all: readonly string[]): Uint8Array {
  const [only = ''] = all;
  if (all.length === 1) return leafHash(Buffer.from(only));
  const k = split(all.length);
  return nodeHash(rootOf(all.slice(0, k)), rootOf(all.slice(k)));
}
function wayTo(at: number, all: readonly string[]): Uint8Array[] {
  if (all.length === 1) return [];
  const k = split(all.length);
  return at < k
    ? [...wayTo(at, all.slice(0, k)), rootOf(all.slice(k))]
    : [...wayTo(at - k, all.slice(k)), rootOf(all.slice(0, k))];
}
const proved = (entry: number, size: number) => {
  const all = leaves.slice(0, size);
  const root = toBase64(rootOf(all));
  return {
    entry,
    bytes: leaves[entry] ?? '',
    size,
    root,
    proof: wayTo(entry, all).map(toBase64),
    checkpoint: `marlow.example/register\n${size}\n${root}\n\n— signature`,
  };
};

test('every entry of every tree is proved, and no altered one', async () => {
  for (let size = 1; size <= leaves.length; size += 1)
    for (let entry = 0; entry < size; entry += 1) {
      const given = proved(entry, size);
      assert.equal(await isProved(given), true, `${entry} of ${size}`);
      assert.equal(await isProved({ ...given, bytes: `${given.bytes} ` }), false, 'another entry');
      assert.equal(await isProved({ ...given, entry: entry + 1 }), false, 'another place');
      assert.equal(await isProved({ ...given, proof: given.proof.slice(1) }), size === 1, 'a shorter way');
      const other = toBase64(leafHash(Buffer.from('x')));
      assert.equal(await isProved({ ...given, proof: [...given.proof, other] }), false, 'a longer way');
      assert.equal(await isProved({ ...given, root: other }), false, 'another root');
      assert.equal(
        await isProved({ ...given, checkpoint: given.checkpoint.replace(`\n${size}\n`, '\n9\n') }),
        false,
      );
    }
});
