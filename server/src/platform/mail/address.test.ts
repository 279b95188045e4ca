import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForthrightError } from '@forthright/contract';
import { oneAddress } from './address.ts';

const GOOD = ['ana@shop.example', '"a b"@shop.example', "o'hara+x@shop.example", 'jürgen@müller.example'];
const BAD = [
  '',
  'ana',
  '@shop.example',
  'ana@localhost',
  'ana@shop.example, bea@shop.example',
  'ana@shop.example;bea@shop.example',
  'Ana <ana@shop.example>',
  'ana@shop.example\r\nBcc: bea@shop.example',
  'ana@shop\u0000.example',
  'ana@@shop.example',
  'ana@shop..example',
  'a\u202eb@shop.example',
  `${'a'.repeat(65)}@shop.example`,
  `a@${'b.'.repeat(130)}example`,
];

for (const address of GOOD)
  test(`${address} is one address`, () => assert.equal(oneAddress(address), address));
for (const address of BAD)
  test(`${JSON.stringify(address.slice(0, 60))} is refused`, () =>
    assert.throws(
      () => oneAddress(address),
      (e) => e instanceof ForthrightError && e.code === 'address-unsuitable',
    ));
