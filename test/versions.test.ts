/** A version that somebody has seen reaches the database, which counts versions in four bytes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { allOperations } from '../server/src/serve.ts';

const LARGEST = 2 ** 31 - 1;
type Schema = Readonly<{ properties?: Record<string, { type?: string; maximum?: number }> }>;

test('no operation takes a larger version than the database can hold', () => {
  const taking = allOperations().flatMap(({ name, input }) => {
    const { properties } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema;
    const version = properties?.version;
    return version === undefined ? [] : [{ name, most: version.maximum ?? Number.POSITIVE_INFINITY }];
  });
  assert.ok(taking.length >= 8);
  assert.deepEqual(
    taking.filter(({ most }) => most > LARGEST),
    [],
  );
});
