import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalRecord } from '../send/index.ts';
import { Watch } from './watch.ts';

type Outcome = Pick<JournalRecord, 'kind' | 'stage'>;
const ACCEPTED: Outcome = { kind: 'accepted' };
const UNREACHED: Outcome = { kind: 'deferred' };

function stoppedBy(outcomes: readonly Outcome[]): [string | undefined, number] {
  const watch = new Watch(0.05);
  for (const outcome of outcomes) watch.see({ id: '1', attempt: 1, atMs: 0, ...outcome });
  return [watch.stopped, watch.settled];
}
const times = (count: number, outcome: Outcome) => Array.from({ length: count }, () => outcome);

test('what is wrong with all of it stops the campaign, with its reason; what is wrong with single messages does not', () => {
  const sender: Outcome = { kind: 'refused', stage: 'sender' };
  const recipient: Outcome = { kind: 'refused', stage: 'recipient' };
  assert.deepEqual(stoppedBy(times(10, sender)), ['sender', 5]);
  assert.deepEqual(stoppedBy([...times(200, ACCEPTED), ...times(5, sender)]), [undefined, 205]);
  assert.deepEqual(stoppedBy(times(30, recipient)), ['refusals', 20]);
  assert.deepEqual(stoppedBy([...times(19, ACCEPTED), recipient]), [undefined, 20]);
  assert.deepEqual(stoppedBy(times(30, UNREACHED)), ['relay', 20]);
  assert.deepEqual(stoppedBy(times(30, { kind: 'broken-before-dot' })), ['relay', 20]);
  assert.deepEqual(stoppedBy([...times(19, UNREACHED), ACCEPTED, ...times(19, UNREACHED)]), [undefined, 39]);
  assert.deepEqual(stoppedBy(times(30, { kind: 'deferred', stage: 'recipient' })), [undefined, 30]);
});
