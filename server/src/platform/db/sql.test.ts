/** Statements as text: arguments, scripts, names and values, without a database. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { quoteName } from './quote.ts';
import { bind, statementsOf } from './statements.ts';
import type { Params } from './types.ts';
import { json, parserOf, textsOf } from './values.ts';

describe('named arguments', () => {
  const CASES: readonly (readonly [
    what: string,
    sql: string,
    params: Params,
    expected: string,
    values: unknown[],
  ])[] = [
    ['a value', 'SELECT :a::int4', { a: 1 }, 'SELECT $1::int4', [1]],
    [
      'one value in two places',
      'SELECT :a::int4, :b::text, :a::int4',
      { a: 1, b: 'x' },
      'SELECT $1::int4, $2::text, $1::int4',
      [1, 'x'],
    ],
    ['null', 'SELECT :a::int4', { a: null }, 'SELECT $1::int4', [null]],
    ['space before the type', 'SELECT :a ::int4', { a: 1 }, 'SELECT $1 ::int4', [1]],
    ['casts that are none of ours', "SELECT '1'::int4, x::text", {}, "SELECT '1'::int4, x::text", []],
    [
      'text that looks like one',
      "SELECT ':a', E'\\':a', \":a\", 'it''s :a'",
      {},
      "SELECT ':a', E'\\':a', \":a\", 'it''s :a'",
      [],
    ],
    [
      'a comment that looks like one',
      'SELECT 1 -- :a\n/* :b /* :c */ :d */',
      {},
      'SELECT 1 -- :a\n/* :b /* :c */ :d */',
      [],
    ],
    ['dollar quotes', 'SELECT $$ :a $$, $x$ :b $$ $x$', {}, 'SELECT $$ :a $$, $x$ :b $$ $x$', []],
    ['a slice between numbers', 'SELECT x[1:2]', {}, 'SELECT x[1:2]', []],
    [
      'a string behind a backslash',
      "SELECT '\\', :a::text, ''",
      { a: 'x' },
      "SELECT '\\', $1::text, ''",
      ['x'],
    ],
    [
      'a word that ends in e before a string',
      "SELECT date'2026-01-01', ':a'",
      {},
      "SELECT date'2026-01-01', ':a'",
      [],
    ],
  ];
  for (const [what, sql, params, expected, values] of CASES)
    test(what, () => assert.deepEqual(bind(sql, params), { sql: expected, values }));

  test('without a type, without a value or without a place are refused', () => {
    assert.throws(() => bind('SELECT :a', { a: 1 }), /needs its type/);
    assert.throws(() => bind('SELECT x[1:n]', { n: 1 }), /needs its type/);
    assert.throws(() => bind('SELECT :a::int4'), /:a has no value/);
    assert.throws(() => bind('SELECT :constructor::int4'), /:constructor has no value/);
    assert.throws(() => bind('SELECT 1', { a: 1 }), /No argument takes the value of a/);
  });
});

test('a script falls into its statements, and nothing else ends one', () => {
  const body = "BEGIN RAISE NOTICE 'x;y'; END;";
  assert.deepEqual(
    statementsOf(`-- first; not
      CREATE TABLE a (b text DEFAULT ';'); ; /* c; */
      DO $body$ ${body} $body$;
      COMMENT ON TABLE a IS E'\\';'; -- the end;
    `),
    [
      "-- first; not\n      CREATE TABLE a (b text DEFAULT ';')",
      `/* c; */\n      DO $body$ ${body} $body$`,
      "COMMENT ON TABLE a IS E'\\';'",
    ],
  );
  assert.deepEqual(statementsOf(' ; -- nothing\n /* here */ '), []);
  assert.throws(() => statementsOf('SELECT :a::int4'), /no arguments/);
});

test('names that no database would keep as they are, are refused', () => {
  assert.equal(quoteName('a"b'), '"a""b"');
  assert.equal(quoteName('é'.repeat(31)), `"${'é'.repeat(31)}"`);
  for (const name of ['', '\0', 'a\0b', 'é'.repeat(32), '\ud800'])
    assert.throws(() => quoteName(name), RangeError);
});

test('values that can not be kept are refused before they are sent', () => {
  for (const text of ['\0', 'a\0', '\ud800', '\udc00x', ['ok', ['\0']]])
    assert.throws(() => textsOf([text]), { code: 'text-not-storable' });
  assert.throws(() => textsOf([undefined]), TypeError);
  const forgotten = { a: undefined } as unknown as Params;
  assert.throws(() => textsOf(bind('SELECT :a::int4', forgotten).values), TypeError);
  assert.throws(() => textsOf([{ a: 1 }]), /json\(\)/);
  assert.throws(() => textsOf([new Date(Number.NaN)]), RangeError);
  assert.throws(() => json(undefined), TypeError);
  assert.throws(() => textsOf(Array.from({ length: 65_536 }, () => 1)), /65536 values/);
});

test('arrays are taken apart whatever stands in them', () => {
  const texts = parserOf(1009);
  assert.deepEqual(texts('{}'), []);
  assert.deepEqual(texts('{a,"b,c","d\\"e\\\\","NULL",NULL,""}'), ['a', 'b,c', 'd"e\\', 'NULL', null, '']);
  assert.deepEqual(texts('{{a,b},{"}",c}}'), [
    ['a', 'b'],
    ['}', 'c'],
  ]);
  assert.deepEqual(parserOf(1007)('[0:1]={1,2}'), [1, 2]);
  assert.equal(parserOf(999_999)('{a}'), '{a}');
});
