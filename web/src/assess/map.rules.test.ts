import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countriesOfDuty, dutiesByCountry } from './map.rules.ts';

test('the code of a duty names its countries, and a region the state that it is in', () => {
  assert.deepEqual(countriesOfDuty('US-CA/attorney-general'), ['US']);
  assert.deepEqual(countriesOfDuty('UK/authority'), ['GB']);
  assert.equal(countriesOfDuty('EU/authority').length, 30);
  assert.deepEqual(countriesOfDuty('group/record'), []);
});

test('what can not be told is never folded into what is not due', () => {
  const found = dutiesByCountry([
    { duty: 'US-CA/people', status: 'due' },
    { duty: 'US-NY/people', status: 'cannot-tell' },
    { duty: 'JP/authority', status: 'unverified' },
    { duty: 'JP/people', status: 'not-due' },
    { duty: 'AU/people', status: 'not-due' },
    { duty: 'CA/people', status: 'due' },
  ]);
  assert.deepEqual(
    [...found],
    [
      ['US', 'both'],
      ['JP', 'unknown'],
      ['CA', 'some'],
    ],
  );
});
