import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksChannels, asksReason, settledBy } from './settle.rules.ts';

const TYPED = { people: ['per_a'], channels: ['phone'], reason: 'They are in hospital.' } as const;

test('a reason that was typed for another outcome, and is no longer to be seen, is not sent', () => {
  assert.deepEqual(settledBy({ ...TYPED, outcome: 'excused' }), {
    people: ['per_a'],
    outcome: 'excused',
    channels: [],
    reason: 'They are in hospital.',
  });
  const told = settledBy({ ...TYPED, outcome: 'told' });
  assert.deepEqual(told, { people: ['per_a'], outcome: 'told', channels: ['phone'] });
  assert.ok(!('reason' in told));
});

test('channels that were chosen for another outcome are not sent', () => {
  assert.deepEqual(settledBy({ ...TYPED, outcome: 'excused' }).channels, []);
});

test('who can not be reached has both: what was tried, and why that is all', () => {
  assert.ok(asksReason('unreachable') && asksChannels('unreachable'));
  assert.deepEqual(settledBy({ ...TYPED, outcome: 'unreachable' }), { ...TYPED, outcome: 'unreachable' });
});
