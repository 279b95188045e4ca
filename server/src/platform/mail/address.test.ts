import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForthrightError } from '@forthright/contract';
import fc from 'fast-check';
import { domainOf, needsUtf8, type OneAddress, oneAddress } from './address.ts';

const TAKEN: readonly (readonly [raw: string, canonical: string])[] = [
  ['anna@marlow.example', 'anna@marlow.example'],
  ['  anna@marlow.example ', 'anna@marlow.example'],
  ["Anna.O'Neil+x/y=z@Marlow.EXAMPLE", "Anna.O'Neil+x/y=z@marlow.example"],
  ['"anna"@marlow.example', 'anna@marlow.example'],
  ['"an na"@marlow.example', '"an na"@marlow.example'],
  ['"a,b"@marlow.example', '"a,b"@marlow.example'],
  ['"a@b"@marlow.example', '"a@b"@marlow.example'],
  ['"a\\"b\\\\c"@marlow.example', '"a\\"b\\\\c"@marlow.example'],
  ['"a\\b"@marlow.example', 'ab@marlow.example'],
  ['".a..b."@marlow.example', '".a..b."@marlow.example'],
  ['"<b>"@marlow.example', '"<b>"@marlow.example'],
  ['用户@例子.example', '用户@xn--fsqu00a.example'],
  ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
  ['anna@BÜCHER.example', 'anna@xn--bcher-kva.example'],
  ['anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
  ['жанна@почта.example', 'жанна@xn--80a1acny.example'],
  ['zoe\u0308@marlow.example', 'zo\u00eb@marlow.example'],
  [`${'a'.repeat(64)}@marlow.example`, `${'a'.repeat(64)}@marlow.example`],
];
const REFUSED: readonly string[] = [
  '',
  ' ',
  'anna',
  '@marlow.example',
  'anna@',
  'anna@marlow',
  'anna@127.0.0.1',
  'anna@[127.0.0.1]',
  'anna@0x7f.1',
  'anna@marlow..example',
  'anna@-marlow.example',
  'anna@marlow.example.',
  'anna@mar low.example',
  'anna@mar_low.example',
  '.anna@marlow.example',
  'anna.@marlow.example',
  'an..na@marlow.example',
  'an na@marlow.example',
  'anna@marlow.example,ben@marlow.example',
  'anna@marlow.example, ben@marlow.example',
  'anna@marlow.example;ben@marlow.example',
  'anna@marlow.example ben@marlow.example',
  'anna@ben@marlow.example',
  'Anna <anna@marlow.example>',
  '<anna@marlow.example>',
  'friends: anna@marlow.example;',
  'anna(home)@marlow.example',
  'anna@marlow.example(home)',
  '"anna@marlow.example',
  '"anna" @marlow.example',
  '""@marlow.example',
  '"a"b"@marlow.example',
  '"a"@marlow.example, b@marlow.example',
  '"a\\"@marlow.example',
  'anna\n@marlow.example',
  'anna@marlow.example\n',
  'anna@marlow.example\r\nBcc: ben@marlow.example',
  '"an\r\nna"@marlow.example',
  'anna\t@marlow.example',
  'anna\0@marlow.example',
  'anna\u007f@marlow.example',
  'anna\u0085@marlow.example',
  'anna\u2028@marlow.example',
  'an\u200bna@marlow.example',
  'an\u202ena@marlow.example',
  'anna\u00a0@marlow.example',
  'anna@mar\u00adlow.example',
  'anna@marlow。example，ben@x.example',
  'anna\ud800@marlow.example',
  `${'a'.repeat(65)}@marlow.example`,
  `${'ä'.repeat(33)}@marlow.example`,
  `anna@${'a'.repeat(64)}.example`,
  `anna@${'a.'.repeat(130)}example`,
  'a'.repeat(1_000_000),
];

test('one address is taken, in its canonical form', () => {
  for (const [raw, canonical] of TAKEN) {
    assert.equal(oneAddress(raw), canonical, raw);
    assert.equal(oneAddress(canonical), canonical, `${raw} is canonical already`);
  }
});

test('what is not exactly one address is refused, and the refusal does not repeat it', () => {
  for (const raw of REFUSED)
    assert.throws(
      () => oneAddress(raw),
      (error) =>
        error instanceof ForthrightError &&
        error.code === 'address-unusable' &&
        !/marlow/.test(error.message),
      JSON.stringify(raw.slice(0, 80)),
    );
});

test('a recipient can not be two: neither a text nor a list is of the type', () => {
  const anna = oneAddress('anna@marlow.example');
  const ben = oneAddress('ben@marlow.example');
  // @ts-expect-error: a text that nobody parsed
  const unparsed: OneAddress = 'anna@marlow.example, ben@marlow.example';
  // @ts-expect-error: a list
  const list: OneAddress = [anna, ben];
  // @ts-expect-error: joined they are a text again
  const joined: OneAddress = `${anna}, ${ben}`;
  for (const raw of [unparsed, String(list), joined]) assert.throws(() => oneAddress(raw));
});

test('whatever is taken has one domain, no control character, and comes out of itself again', () => {
  const some = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.domain())
      .map(([local, domain]) => `${local}@${domain}`),
    fc
      .tuple(fc.string({ unit: 'grapheme-ascii', maxLength: 20 }), fc.domain())
      .map(([local, domain]) => `"${local}"@${domain}`),
  );
  let taken = 0;
  fc.assert(
    fc.property(some, (raw) => {
      let address: OneAddress;
      try {
        address = oneAddress(raw);
      } catch (error) {
        assert.ok(error instanceof ForthrightError);
        return;
      }
      taken++;
      assert.equal(oneAddress(address), address);
      assert.match(domainOf(address), /^[a-z0-9.-]+$/);
      assert.doesNotMatch(address, /[\p{C}]/u);
      const withoutQuoted = address.replace(/^"(?:[^"\\]|\\.)*"/, 'q');
      assert.equal(withoutQuoted.split('@').length, 2);
      assert.doesNotMatch(withoutQuoted, /[,;:<>() ]/);
    }),
    { numRuns: 3000 },
  );
  assert.ok(taken > 100, `only ${taken} were taken`);
});

test('an address says which server can take it', () => {
  assert.equal(needsUtf8(oneAddress('anna@bücher.example')), false);
  assert.equal(needsUtf8(oneAddress('änna@marlow.example')), true);
  assert.equal(domainOf(oneAddress('"a@b"@Marlow.example')), 'marlow.example');
});
