import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PlacedDecoy, weighDecoys as weigh } from './decoys.rules.ts';

/** Each decoy by itself, and the numbers of those that got mail. */
const weighDecoys = (decoys: readonly PlacedDecoy[], hits: readonly number[]) =>
  weigh(
    decoys.map((one) => ({ ...one, n: 1 })),
    hits.flatMap((n) => decoys[n] ?? []),
  );

/** So many places of so many decoys each, and some in none; all alike. */
const planted = (places: number, each: number, nowhere: number): PlacedDecoy[] => [
  ...Array.from({ length: places * each }, (_, n) => ({ stratum: 'a', of: Math.floor(n / each) })),
  ...Array.from({ length: nowhere }, () => ({ stratum: 'a', of: undefined })),
];

/** Every order in which `count` of these may be hit. */
function* orders(all: readonly number[], count: number): Generator<number[]> {
  if (count === 0) yield [];
  else
    for (const first of all)
      for (const rest of orders(
        all.filter((x) => x !== first),
        count - 1,
      ))
        yield [first, ...rest];
}

test('where nobody passed anything on, the mean of everybody’s e-value is 1, after each mail', () => {
  const decoys = planted(3, 2, 2);
  for (const count of [1, 2, 3]) {
    const sums = new Map<number, number>();
    let n = 0;
    for (const hits of orders(
      decoys.map((_, i) => i),
      count,
    )) {
      n += 1;
      for (const [of, { logE }] of weighDecoys(decoys, hits))
        sums.set(of, (sums.get(of) ?? 0) + Math.exp(logE));
    }
    for (const sum of sums.values()) assert.ok(Math.abs(sum / n - 1) < 1e-9, `${sum / n}`);
  }
});

test('one mail names nobody among two thousand, since somebody always has the one; two to one view do', () => {
  const decoys = planted(2000, 4, 20);
  const threshold = Math.log(2000 / 0.01);
  const one = weighDecoys(decoys, [0]).get(0);
  const two = weighDecoys(decoys, [0, 1]).get(0);
  assert.ok((one?.logE ?? 99) < threshold - 4, `${one?.logE}`);
  assert.ok((two?.logE ?? 0) > threshold, `${two?.logE}`);
  assert.deepEqual([two?.planted, two?.hits], [4, 2]);
});

test('decoys that are counted together weigh as they do one by one', () => {
  const decoys = planted(50, 4, 20);
  const together = [
    ...Array.from({ length: 50 }, (_, of) => ({ stratum: 'a', of, n: 4 })),
    { stratum: 'a', of: undefined, n: 20 },
  ];
  const hits = [0, 9, 1];
  assert.deepEqual(
    weigh(
      together,
      hits.flatMap((n) => decoys[n] ?? []),
    ),
    weighDecoys(decoys, hits),
  );
});

test('mails all over the place lift nobody as mails to one place do', () => {
  const decoys = planted(100, 4, 20);
  const spread = [0, 4, 8, 12, 16, 20, 1];
  const gathered = [0, 1];
  const both = [spread, gathered].map((hits) => weighDecoys(decoys, hits).get(0)?.logE ?? 0);
  assert.ok((both[0] ?? 0) < (both[1] ?? 0) - 3, String(both));
});

test('decoys are held against those of their own kind of customers: where few are alike, a mail says less', () => {
  const many = planted(100, 4, 20);
  const few = many.map((one, n) => (n < 12 ? { ...one, stratum: 'b' } : one));
  const [alike, apart] = [many, few].map((all) => weighDecoys(all, [0, 1]).get(0)?.logE ?? 0);
  assert.ok((apart ?? 99) < (alike ?? 0) - 2, `${apart} ${alike}`);
});

test('whoever has no mail is never the likelier for others’, and no order or number of mails breaks it', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ stratum: fc.constantFrom('a', 'b'), of: fc.option(fc.nat(3), { nil: undefined }) }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      fc.infiniteStream(fc.nat(1000)),
      (decoys, numbers) => {
        const order = decoys
          .map((_, n) => ({ n, at: numbers.next().value ?? 0 }))
          .sort((x, y) => x.at - y.at)
          .map(({ n }) => n);
        for (const count of [0, 1, decoys.length]) {
          const hits = order.slice(0, count);
          for (const [, { logE, hits: own }] of weighDecoys(decoys, hits)) {
            assert.ok(Number.isFinite(logE));
            if (own === 0) assert.ok(logE <= 1e-12, String(logE));
          }
        }
      },
    ),
    { numRuns: 200 },
  );
});
