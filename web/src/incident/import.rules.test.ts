import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordsIn, untaken } from './import.rules.ts';

const CASES = [
  [
    'one record',
    '{"summary":"A parcel was lost.\\nIt was found."}',
    [['a.json', 'A parcel was lost.', true]],
  ],
  [
    'a list of records, and of something else',
    '[{"summary":" "},7,{"summary":3}]',
    [
      ['a.json [1]', undefined, true],
      ['a.json [2]', undefined, false],
      ['a.json [3]', undefined, true],
    ],
  ],
  ['no JSON', '{"summary":', [['a.json', undefined, false]]],
  ['an empty list', '[]', [['a.json', undefined, false]]],
  ['null', 'null', [['a.json', undefined, false]]],
] as const;

for (const [name, text, expected] of CASES)
  test(`a file with ${name} says what it holds`, () => {
    assert.deepEqual(
      recordsIn('a.json', text).map((one) => [one.name, one.title, one.record !== undefined]),
      expected,
    );
  });

test('what is there already is no failure, and a lost answer is not called a refusal', () => {
  const problems = [{ at: 'inc_a' }];
  assert.deepEqual(untaken({ code: 'already-imported', problems }), { kind: 'held', incident: 'inc_a' });
  assert.deepEqual(untaken({ code: 'unreachable', problems: [] }), { kind: 'unknown' });
  assert.deepEqual(untaken({ code: 'veris-invalid', problems }), { kind: 'refused' });
  assert.deepEqual(untaken(undefined), { kind: 'refused' });
});
