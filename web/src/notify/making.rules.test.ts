import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goneOnWith, mustWait, replacedBy } from './making.rules.ts';

const earlier = { campaign: 'cmp_1', state: 'prepared' } as const;
const own = { campaign: 'cmp_2', state: 'preparing' } as const;
const made = { campaign: 'cmp_2', words: 'A' };

test('a try again goes on with what was made of the same words, and makes no second one', () => {
  assert.equal(goneOnWith(made, 'A', [earlier, own]), made);
  assert.ok(!mustWait(made, 'A', [earlier, own]));
  assert.deepEqual(replacedBy('cmp_2', [earlier, own]), ['cmp_1']);
});

test('other words wait until what was made of the ones before can be discarded', () => {
  assert.equal(goneOnWith(made, 'B', [earlier, own]), undefined);
  assert.ok(mustWait(made, 'B', [earlier, own]));
  const ready = { ...own, state: 'prepared' } as const;
  assert.ok(!mustWait(made, 'B', [earlier, ready]));
  assert.deepEqual(replacedBy('cmp_3', [earlier, ready]), ['cmp_1', 'cmp_2']);
});

test('what somebody else has being prepared is waited for', () => {
  assert.ok(mustWait(undefined, 'A', [own]));
});

test('what could not be prepared, or was discarded by another, is made anew', () => {
  for (const state of ['failed', 'discarded'] as const)
    assert.equal(goneOnWith(made, 'A', [{ ...own, state }]), undefined, state);
});

test('what has gone out is not replaced', () => {
  assert.deepEqual(replacedBy('cmp_2', [{ campaign: 'cmp_1', state: 'sent' }, own]), []);
});
