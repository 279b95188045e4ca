import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countsUntil, delayOf } from './rules.ts';

const delay = (id: string, from: string, until: string, suspends: ('tell-people' | 'tell-authority')[]) => ({
  id,
  agency: 'Police',
  from,
  countsUntil: until,
  suspends,
});
const at = (text: string) => new Date(text);

describe('delays', () => {
  const people = delay('dly_1', '2025-11-20T12:00:00Z', '2025-12-20T12:00:00+02:00', ['tell-people']);

  test('a duty is delayed from the first instant on, and due again at the last', () => {
    assert.equal(delayOf('tell-people', [people], at('2025-11-20T11:59:59Z')), undefined);
    const delayed = { by: 'dly_1', agency: 'Police', until: '2025-12-20T12:00:00+02:00' };
    assert.deepEqual(delayOf('tell-people', [people], at('2025-11-20T12:00:00Z')), delayed);
    assert.deepEqual(delayOf('tell-people', [people], at('2025-12-20T09:59:59Z')), delayed);
    assert.equal(delayOf('tell-people', [people], at('2025-12-20T10:00:00Z')), undefined);
  });

  test('a report to the authority, and what is no duty, is not delayed unless it is said', () => {
    const now = at('2025-11-21T12:00:00Z');
    assert.equal(delayOf('tell-authority', [people], now), undefined);
    assert.equal(delayOf(undefined, [people], now), undefined);
    const both = { ...people, suspends: ['tell-people', 'tell-authority'] as const };
    assert.equal(delayOf('tell-authority', [both], now)?.by, 'dly_1');
  });

  test('of several the one that lasts longest', () => {
    const longer = delay('dly_2', '2025-11-20T12:00:00Z', '2025-12-20T11:00:00Z', ['tell-people']);
    assert.equal(delayOf('tell-people', [people, longer], at('2025-11-21T12:00:00Z'))?.by, 'dly_2');
  });

  test('an oral request does not count beyond the time of its confirmation', () => {
    assert.equal(countsUntil('2025-12-20T12:00:00Z', '2025-11-27T12:00:00Z'), '2025-11-27T12:00:00Z');
    assert.equal(countsUntil('2025-11-22T12:00:00Z', '2025-11-27T12:00:00Z'), '2025-11-22T12:00:00Z');
    assert.equal(countsUntil('2025-12-20T12:00:00Z', undefined), '2025-12-20T12:00:00Z');
  });
});
